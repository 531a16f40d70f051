// SPDX-License-Identifier: LGPL-2.1-or-later
#define _GNU_SOURCE
/*
 * Every call that is the same on both sides, with arguments that cannot be
 * right: the kernel's order of checks must show through.  Each call is made
 * in a child, so that what it does change does not matter.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct {
	const char *name;
	long nr;
} calls[] = {
#define E(name) { #name, SYS_##name },
	E(io_setup) E(io_destroy) E(io_submit) E(io_cancel) E(io_getevents)
	E(setxattr) E(lsetxattr) E(fsetxattr) E(getxattr) E(lgetxattr)
	E(fgetxattr) E(listxattr) E(llistxattr) E(flistxattr) E(removexattr)
	E(lremovexattr) E(fremovexattr) E(eventfd2) E(epoll_create1)
	E(epoll_ctl) E(epoll_pwait) E(dup) E(dup3) E(fcntl) E(inotify_init1)
	E(inotify_add_watch) E(inotify_rm_watch) E(ioctl) E(ioprio_set)
	E(ioprio_get) E(flock) E(mknodat) E(mkdirat) E(unlinkat) E(symlinkat)
	E(linkat) E(renameat) E(umount2) E(mount) E(pivot_root) E(statfs)
	E(fstatfs) E(truncate) E(ftruncate) E(fallocate) E(faccessat)
	E(chdir) E(fchdir) E(chroot) E(fchmod) E(fchmodat) E(fchownat)
	E(fchown) E(openat) E(close) E(pipe2) E(quotactl) E(getdents64)
	E(lseek) E(read) E(write) E(readv) E(writev) E(pread64) E(pwrite64)
	E(preadv) E(pwritev) E(sendfile) E(pselect6) E(ppoll) E(vmsplice)
	E(splice) E(tee) E(readlinkat) E(newfstatat) E(fstat) E(fsync)
	E(fdatasync) E(sync_file_range) E(timerfd_create) E(timerfd_settime)
	E(timerfd_gettime) E(utimensat) E(acct) E(capget) E(capset) E(waitid)
	E(futex) E(nanosleep) E(getitimer) E(setitimer) E(timer_create)
	E(timer_gettime) E(timer_getoverrun) E(timer_settime) E(timer_delete)
	E(clock_settime) E(clock_gettime) E(clock_getres) E(clock_nanosleep)
	E(sched_setparam) E(sched_setscheduler) E(sched_getscheduler)
	E(sched_getparam) E(sched_setaffinity) E(sched_getaffinity)
	E(sched_get_priority_max) E(sched_get_priority_min)
	E(sched_rr_get_interval) E(getpriority) E(setregid) E(setgid)
	E(setreuid) E(setuid) E(setresuid) E(getresuid) E(setresgid)
	E(getresgid) E(setfsuid) E(setfsgid) E(setpgid) E(getpgid) E(getsid)
	E(getgroups) E(setgroups) E(uname) E(getrlimit) E(setrlimit)
	E(getrusage) E(prctl) E(getcpu) E(gettimeofday) E(adjtimex) E(getuid)
	E(geteuid) E(getgid) E(getegid) E(sysinfo) E(mq_open) E(mq_unlink)
	E(mq_timedsend) E(mq_timedreceive) E(mq_notify) E(mq_getsetattr)
	E(msgctl) E(msgrcv) E(msgsnd) E(semget) E(semctl) E(semtimedop)
	E(semop) E(shmctl) E(socket) E(socketpair) E(bind) E(listen)
	E(accept) E(connect) E(getsockname) E(getpeername) E(sendto)
	E(recvfrom) E(setsockopt) E(getsockopt) E(shutdown) E(sendmsg)
	E(recvmsg) E(readahead) E(add_key) E(request_key) E(keyctl)
	E(fadvise64) E(swapon) E(swapoff) E(msync) E(mlock) E(munlock)
	E(mlockall) E(munlockall) E(mincore) E(mbind) E(get_mempolicy)
	E(set_mempolicy) E(migrate_pages) E(move_pages) E(perf_event_open)
	E(accept4) E(recvmmsg) E(wait4) E(prlimit64) E(fanotify_init)
	E(fanotify_mark) E(name_to_handle_at) E(open_by_handle_at)
	E(clock_adjtime) E(syncfs) E(setns) E(sendmmsg) E(process_vm_readv)
	E(process_vm_writev) E(kcmp) E(sched_setattr) E(sched_getattr)
	E(renameat2) E(memfd_create) E(bpf) E(userfaultfd) E(membarrier)
	E(mlock2) E(copy_file_range) E(preadv2) E(pwritev2) E(statx)
	E(io_pgetevents) E(open_tree) E(move_mount) E(fsopen) E(fsconfig)
	E(fsmount) E(fspick) E(pidfd_open) E(openat2) E(pidfd_getfd)
	E(faccessat2) E(process_madvise) E(epoll_pwait2) E(mount_setattr)
	E(quotactl_fd) E(landlock_create_ruleset) E(landlock_add_rule)
	E(landlock_restrict_self) E(memfd_secret) E(process_mrelease)
	E(futex_waitv)
};
#undef E

static const long patterns[][6] = {
	{ -1, -1, -1, -1, -1, -1 },
	{ 0, 0, 0, 0, 0, 0 },
	{ -1, 8, 8, 8, 8, 8 },
	{ 8, 8, 8, 8, 8, 8 },
	{ -100, 8, 0, 8, 0, 8 },
	{ 0, 1L << 41, 1L << 41, 1L << 41, 1L << 41, 1L << 41 },
	{ 1L << 56 | 4096, 1L << 56 | 4096, 4, 1L << 56 | 4096, 4, 8 },
};

static void attempt(unsigned i, const long *a)
{
	long ret;
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid) {
		alarm(1);
		ret = syscall(calls[i].nr, a[0], a[1], a[2], a[3], a[4], a[5]);
		if (ret == -1)
			printf(" %s", strerrorname_np(errno));
		else
			printf(" ok");
		fflush(stdout);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	if (status)
		printf(" status %x", status);
}

int main(void)
{
	struct rlimit none = { 0, 0 };

	setrlimit(RLIMIT_CORE, &none);
	/* Descriptor 0 is hit by accident: a file of our own. */
	if (dup2(memfd_create("scratch", 0), 0))
		return 1;
	for (unsigned i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		printf("%s:", calls[i].name);
		for (unsigned p = 0; p < sizeof(patterns) / sizeof(patterns[0]);
		     p++)
			attempt(i, patterns[p]);
		printf("\n");
	}
	return 0;
}
