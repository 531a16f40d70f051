// SPDX-License-Identifier: LGPL-2.1-or-later
/* fork, clone and clone3 of processes; wait statuses. */
#include "check.h"

#include <fcntl.h>
#include <linux/sched.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/time.h>

static volatile int shared_not = 1;
static volatile int *shared;
static volatile int got;

static int child_writes(void *arg)
{
	shared_not = 2;
	*shared = 3;
	return 17;
}

static int child_sigkill(void *arg)
{
	kill(getpid(), SIGKILL);
	return 1;
}

static void basics(void)
{
	int ids_ok = 1;

	check_eq(in_child(child_writes, NULL), 17 << 8, "exit status");
	check_eq(shared_not, 1, "private memory");
	check_eq(*shared, 3, "shared memory");
	check_eq(in_child(child_sigkill, NULL), SIGKILL, "SIGKILL");
	for (int i = 0; i < 100; i++) {
		int status;
		pid_t me = getpid(), pid = fork();

		if (!pid)
			_exit(getppid() == me && getpid() != me &&
			      syscall(SYS_gettid) == getpid() ? i : 255);
		waitpid(pid, &status, 0);
		ids_ok &= status == i << 8;
	}
	check(ids_ok, "100 children one after the other");
}

/* clone() in the order of arguments of each machine. */
static long raw_clone(unsigned long flags, int *ptid, int *ctid)
{
	fflush(stdout);
#ifdef __x86_64__
	return syscall(SYS_clone, flags, 0, ptid, ctid, 0);
#else
	return syscall(SYS_clone, flags, 0, ptid, 0, ctid);
#endif
}

static void on_signal(int signo)
{
	got = signo;
}

static void clones(void)
{
	int ptid = 0, ctid = 0, status = 0, pidfd = -1;
	long pid;

	pid = raw_clone(CLONE_PARENT_SETTID | CLONE_CHILD_SETTID | SIGCHLD,
			&ptid, &ctid);
	if (!pid)
		_exit(ctid == getpid());
	waitpid((pid_t)pid, &status, 0);
	check_eq(ptid, pid, "CLONE_PARENT_SETTID");
	check_eq(status, 1 << 8, "CLONE_CHILD_SETTID");
	check_eq(ctid, 0, "only in the child");
	signal(SIGUSR1, on_signal);
	pid = raw_clone(SIGUSR1, NULL, NULL);
	if (!pid)
		_exit(2);
	check_eq(waitpid((pid_t)pid, &status, __WCLONE), pid, "__WCLONE");
	check(status == 2 << 8 && got == SIGUSR1, "another exit signal");
	pid = raw_clone(CLONE_PIDFD | SIGCHLD, &pidfd, NULL);
	if (!pid)
		_exit(3);
	check(pidfd > 2 && fcntl(pidfd, F_GETFD) == FD_CLOEXEC, "CLONE_PIDFD");
	waitpid((pid_t)pid, &status, 0);
	close(pidfd);
	check_eq(raw_clone(CLONE_THREAD, NULL, NULL), -1, "THREAD alone");
	check_eq(errno, EINVAL, "  EINVAL");
	check_eq(raw_clone(CLONE_SIGHAND, NULL, NULL), -1, "SIGHAND alone");
	check_eq(raw_clone(CLONE_FS | CLONE_NEWNS, NULL, NULL), -1,
		 "FS and NEWNS");
}

struct args3 {
	uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack,
		 stack_size, tls, set_tid, set_tid_size, cgroup, future;
};

static void clone3s(void)
{
	struct args3 a = { .exit_signal = SIGCHLD };
	int pidfd = -1, tid = 0, status = 0;
	long pid;

	fflush(stdout);
	pid = syscall(SYS_clone3, &a, 88);
	if (!pid)
		_exit(4);
	waitpid((pid_t)pid, &status, 0);
	check_eq(status, 4 << 8, "clone3");
	a.flags = CLONE_PIDFD | CLONE_PARENT_SETTID;
	a.pidfd = (uint64_t)&pidfd;
	a.parent_tid = (uint64_t)&tid;
	fflush(stdout);
	pid = syscall(SYS_clone3, &a, 88);
	if (!pid)
		_exit(5);
	check(pidfd > 2 && tid == pid, "clone3 with pidfd and parent_tid");
	waitpid((pid_t)pid, &status, 0);
	check_eq(status, 5 << 8, "  status");
	a.future = 1;
	check(syscall(SYS_clone3, &a, 96) == -1 && errno == E2BIG, "E2BIG");
	check(syscall(SYS_clone3, &a, 8) == -1 && errno == EINVAL, "too small");
	a.flags = CLONE_CHILD_CLEARTID | 7;
	check(syscall(SYS_clone3, &a, 88) == -1 && errno == EINVAL,
	      "exit signal in the flags");
	a.flags = 0;
	a.stack = 4096;
	check(syscall(SYS_clone3, &a, 88) == -1 && errno == EINVAL,
	      "stack without size");
}

static void handler_gone(void)
{
	struct args3 a = { .exit_signal = SIGCHLD,
			   .flags = 0x100000000ull /* CLEAR_SIGHAND */ };
	int status = 0;
	long pid;

	signal(SIGUSR1, on_signal);
	signal(SIGUSR2, SIG_IGN);
	fflush(stdout);
	pid = syscall(SYS_clone3, &a, 88);
	if (!pid)
		_exit(signal(SIGUSR1, SIG_DFL) == SIG_DFL &&
		      signal(SIGUSR2, SIG_DFL) == SIG_IGN);
	waitpid((pid_t)pid, &status, 0);
	check_eq(status, 1 << 8, "CLONE_CLEAR_SIGHAND");
	signal(SIGUSR2, SIG_DFL);
}

static volatile int stop;

/* Keeps allocator, loader and mapper of the runner busy. */
static void *busy(void *arg)
{
	while (!stop) {
		char *p = mmap(NULL, 65536, PROT_READ | PROT_WRITE,
			       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		p[5000] = 1;
		free(malloc(1000));
		munmap(p, 65536);
	}
	return NULL;
}

static void *child_thread(void *arg)
{
	return arg;
}

static int thread_in_child(void *arg)
{
	pthread_t th;
	void *ret;

	if (pthread_create(&th, NULL, child_thread, (void *)9))
		return 1;
	pthread_join(th, &ret);
	return (int)(long)ret;
}

static void threaded(void)
{
	pthread_t th[3];
	int ok = 1;

	for (int i = 0; i < 3; i++)
		pthread_create(&th[i], NULL, busy, NULL);
	for (int i = 0; i < 50; i++)
		ok &= in_child(thread_in_child, NULL) == 9 << 8;
	stop = 1;
	for (int i = 0; i < 3; i++)
		pthread_join(th[i], NULL);
	check(ok, "fork among busy threads, thread in each child");
}

static int grandchildren(void *arg)
{
	int depth = (int)(long)arg, s;

	if (!depth)
		return 1;
	s = in_child(grandchildren, (void *)(long)(depth - 1));
	s += in_child(grandchildren, (void *)(long)(depth - 1));
	return s >> 8;
}

static int in_userns(void *arg)
{
	if (unshare(CLONE_NEWUSER))
		return errno;
	return 200;
}

static void namespaces(void)
{
	int status = in_child(in_userns, NULL) >> 8;
	long pid;

	check(status == 200 || status == EPERM || status == ENOSPC,
	      "unshare(CLONE_NEWUSER) is the kernel's decision");
	pid = raw_clone(CLONE_NEWUSER | CLONE_NEWPID | SIGCHLD, NULL, NULL);
	if (!pid)
		_exit(getpid() == 1 && syscall(SYS_gettid) == 1 ? 77 : 78);
	if (pid < 0) {
		check(errno == EPERM || errno == ENOSPC, "clone(CLONE_NEWPID)");
		return;
	}
	waitpid((pid_t)pid, &status, 0);
	check_eq(status, 77 << 8, "clone(CLONE_NEWPID)");
}

int main(void)
{
	shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	basics();
	clones();
	clone3s();
	handler_gone();
	check_eq(in_child(grandchildren, (void *)4), 16 << 8, "family tree");
	namespaces();
	threaded();
	return check_done();
}
