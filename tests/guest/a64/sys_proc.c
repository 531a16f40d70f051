// SPDX-License-Identifier: LGPL-2.1-or-later
/* Processes: ids, waiting, limits, scheduling, prctl, random numbers. */
#include "sys.h"

#include <linux/capability.h>
#include <linux/prctl.h>
#include <sched.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>
#include <sys/uio.h>
#include <sys/utsname.h>

static void ids(void)
{
	uid_t r, e, s;
	gid_t groups[64];

	V(getpid() == S(gettid));
	V(getppid() > 0);
	V(getuid() == geteuid());
	V(getgid() == getegid());
	T(getresuid(&r, &e, &s));
	V(r == e && e == s);
	T(getresgid(&r, &e, &s));
	T(S(getresuid, BAD, &e, &s));
	OK(getgroups(64, groups));
	T(getgroups(-1, groups));
	T(setresuid(-1, -1, -1));
	T(setreuid(-1, -1));
	T(S(setuid, -1));
	V(S(setfsuid, -1) == getuid());
	V(getpgid(0) == getpgrp());
	T(getpgid(-1));
	OK(getsid(0));
	T(setpgid(-1, 0));
	T(getpriority(PRIO_PROCESS, 0));
	T(getpriority(99, 0));
	T(setpriority(PRIO_PROCESS, 0, 3));
	T(S(getpriority, PRIO_PROCESS, 0));
}

static void child(int how)
{
	struct rlimit none = { 0, 0 };

	setrlimit(RLIMIT_CORE, &none);
	if (how == 0)
		_exit(42);
	if (how == 1)
		raise(SIGTERM);
	if (how == 2)
		raise(SIGSTOP);
	if (how == 3)
		*(volatile int *)8 = 1;
	_exit(7);
}

static void waits(void)
{
	int status;
	siginfo_t si;
	struct rusage ru;
	pid_t pid;

	T(wait(NULL));
	T(waitpid(-1, &status, 0x1000));
	T(waitid(P_ALL, 0, &si, 0));
	for (int how = 0; how < 4; how++) {
		fflush(stdout);
		pid = fork();
		if (!pid)
			child(how);
		if (how == 2) {
			V(waitpid(pid, &status, WUNTRACED) == pid);
			V(WIFSTOPPED(status) && WSTOPSIG(status) == SIGSTOP);
			kill(pid, SIGCONT);
			V(waitpid(pid, &status, WCONTINUED) == pid);
			V(WIFCONTINUED(status));
		}
		T(waitid(P_PID, pid, &si, WEXITED | WNOWAIT));
		V(si.si_code);
		V(si.si_status);
		V(si.si_pid == pid);
		V(wait4(pid, &status, 0, &ru) == pid);
		V(status);
		V(ru.ru_maxrss > 0);
	}
	T(S(wait4, -1, BAD, 0, NULL));
}

static void pidfds(void)
{
	siginfo_t si;
	int fd;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid) {
		pause();
		_exit(1);
	}
	fd = S(pidfd_open, pid, 0);
	OK(fd);
	T(S(pidfd_open, -1, 0));
	T(S(pidfd_open, pid, 1));
	OK(S(pidfd_getfd, fd, 1, 0));
	T(S(pidfd_getfd, fd, 999, 0));
	T(S(pidfd_send_signal, fd, SIGKILL, NULL, 0));
	T(waitid(3 /* P_PIDFD */, fd, &si, WEXITED));
	V(si.si_status);
	T(S(kcmp, getpid(), getpid(), 0, 1, 1));
}

static void limits(void)
{
	struct rlimit r;
	struct rusage ru;

	T(getrlimit(RLIMIT_NOFILE, &r));
	V(r.rlim_cur > 0);
	r.rlim_cur = 100;
	T(setrlimit(RLIMIT_NOFILE, &r));
	T(S(getrlimit, RLIMIT_NOFILE, &r));
	V(r.rlim_cur);
	T(S(dup3, 0, 100, 0));
	T(S(dup3, 0, 99, 0));
	T(close(99));
	T(S(getrlimit, 99, &r));
	T(S(prlimit64, 0, RLIMIT_CORE, NULL, BAD));
	r.rlim_max = 0;
	r.rlim_cur = 1;
	T(setrlimit(RLIMIT_CORE, &r));
	T(S(setrlimit, RLIMIT_CORE, BAD));
	T(getrusage(RUSAGE_SELF, &ru));
	T(S(getrusage, 5, &ru));
	T(S(getrusage, 0, BAD));
}

static void scheduling(void)
{
	struct sched_param p = { 0 };
	unsigned long set[16];
	unsigned cpu, node;
	struct timespec ts;
	struct { uint32_t size, policy; uint64_t rest[6]; } attr = { 0 };

	T(sched_getscheduler(0));
	T(sched_getparam(0, &p));
	T(sched_setscheduler(0, SCHED_BATCH, &p));
	T(sched_getscheduler(0));
	T(sched_setscheduler(0, SCHED_BATCH, BAD));
	T(sched_get_priority_max(SCHED_FIFO));
	T(sched_get_priority_min(99));
	T(sched_yield());
	T(sched_rr_get_interval(0, &ts));
	OK(S(sched_getaffinity, 0, sizeof(set), set));
	T(S(sched_getaffinity, 0, 1, set));
	OK(S(sched_setaffinity, 0, sizeof(set), set));
	memset(set, 0, sizeof(set));
	T(S(sched_setaffinity, 0, sizeof(set), set));
	T(S(sched_getattr, 0, &attr, sizeof(attr), 0));
	V(attr.size);
	T(S(getcpu, &cpu, &node, NULL));
	T(S(getcpu, BAD, NULL, NULL));
	T(S(ioprio_get, 1, 0));
	T(S(ioprio_set, 1, 0, 0x4003));
	T(S(ioprio_get, 1, 0));
}

static void options(void)
{
	char name[16] = "";
	int v;

	T(prctl(PR_SET_NAME, "a name that is too long"));
	T(prctl(PR_GET_NAME, name));
	puts(name);
	T(prctl(PR_SET_PDEATHSIG, SIGHUP));
	T(prctl(PR_GET_PDEATHSIG, &v));
	V(v);
	T(prctl(PR_SET_PDEATHSIG, 99));
	T(prctl(PR_GET_DUMPABLE));
	T(prctl(PR_SET_DUMPABLE, 0));
	T(prctl(PR_GET_DUMPABLE));
	T(prctl(PR_SET_DUMPABLE, 1));
	T(prctl(PR_GET_KEEPCAPS));
	T(prctl(PR_SET_CHILD_SUBREAPER, 1));
	T(prctl(PR_GET_CHILD_SUBREAPER, &v));
	V(v);
	T(prctl(PR_GET_TIMERSLACK));
	T(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
	T(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	T(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
	T(prctl(PR_SET_NO_NEW_PRIVS, 1, 1, 0, 0));
	T(prctl(PR_CAPBSET_READ, 0));
	T(prctl(PR_CAPBSET_READ, 999));
	T(prctl(PR_GET_THP_DISABLE, 0, 0, 0, 0));
	T(prctl(PR_SVE_GET_VL));
	T(prctl(PR_SVE_SET_VL, 16));
	T(prctl(99999));
	T(personality(0xffffffff));
	T(personality(ADDR_NO_RANDOMIZE));
	T(personality(0xffffffff) == ADDR_NO_RANDOMIZE);
}

static void others(void)
{
	struct __user_cap_header_struct h = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct d[2];
	struct sysinfo info;
	struct utsname u;
	char buf[64], to[8] = "";
	struct iovec l = { to, 5 }, r = { "remote", 5 }, bad = { BAD, 5 };

	T(S(capget, &h, d));
	h.version = 1;
	T(S(capget, &h, d));
	printf("%x\n", h.version);
	T(S(sysinfo, &info));
	V(info.mem_unit > 0 && info.totalram > 0 && info.procs > 0);
	T(S(sysinfo, BAD));
	T(uname(&u));
	puts(u.sysname);
	T(S(uname, BAD));
	T(S(getrandom, buf, 16, 0));
	T(S(getrandom, buf, 16, 99));
	T(S(getrandom, BAD, 16, 0));
	T(process_vm_readv(getpid(), &l, 1, &r, 1, 0));
	puts(to);
	T(process_vm_writev(getpid(), &r, 1, &l, 1, 0));
	T(process_vm_readv(getpid(), &l, 1, &bad, 1, 0));
	T(S(unshare, 0x1));
	T(S(setns, 0, 0));
	T(S(syslog, 99, buf, 0));
}

int main(void)
{
	ids();
	waits();
	pidfds();
	limits();
	scheduling();
	options();
	others();
	return 0;
}
