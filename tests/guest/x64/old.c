// SPDX-License-Identifier: LGPL-2.1-or-later
/* Calls that only x86_64 has, made without libc.  Runs natively too. */
#include "../a64/check.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include <utime.h>

static void files(const char *dir)
{
	char name[200], link[200], buf[300];
	struct stat a, b;
	struct utimbuf times = { 1000, 2000 };
	long fd, fd2;

	snprintf(name, sizeof(name), "%s/file", dir);
	snprintf(link, sizeof(link), "%s/link", dir);
	fd = syscall(SYS_creat, name, 0640);
	check(fd >= 0, "creat");
	check_eq(write((int)fd, "abc", 3), 3, "write");
	close((int)fd);
	fd = syscall(SYS_open, name, O_RDONLY | O_CLOEXEC, 0);
	check(fd >= 0 && read((int)fd, buf, 9) == 3, "open");
	check(syscall(SYS_open, name, O_RDONLY | O_DIRECTORY) == -1 &&
	      errno == ENOTDIR, "open with O_DIRECTORY");
	check_eq(syscall(SYS_symlink, "file", link), 0, "symlink");
	check(syscall(SYS_open, link, O_RDONLY | O_NOFOLLOW) == -1 &&
	      errno == ELOOP, "open with O_NOFOLLOW");
	check_eq(syscall(SYS_readlink, link, buf, sizeof(buf)), 4, "readlink");
	check_eq(syscall(SYS_stat, link, &a), 0, "stat");
	check(S_ISREG(a.st_mode) && a.st_size == 3 &&
	      (a.st_mode & 0777) == 0640, "of a file of 3 bytes");
	check_eq(syscall(SYS_lstat, link, &b), 0, "lstat");
	check(S_ISLNK(b.st_mode) && b.st_size == 4, "of a link");
	check_eq(syscall(SYS_fstat, fd, &b), 0, "fstat");
	check(a.st_ino == b.st_ino && a.st_mtim.tv_nsec == b.st_mtim.tv_nsec,
	      "of the same");
	check_eq(syscall(SYS_access, name, R_OK), 0, "access");
	check(syscall(SYS_access, "/nowhere", F_OK) == -1 && errno == ENOENT,
	      "access to nothing");
	check_eq(syscall(SYS_chmod, name, 0600), 0, "chmod");
	check_eq(syscall(SYS_utime, name, &times), 0, "utime");
	stat(name, &a);
	check(a.st_mtime == 2000 && (a.st_mode & 0777) == 0600, "stick");
	fd2 = syscall(SYS_dup2, fd, 77);
	check_eq(fd2, 77, "dup2");
	check_eq(syscall(SYS_dup2, 77, 77), 77, "dup2 onto itself");
	check(syscall(SYS_dup2, 78, 78) == -1 && errno == EBADF,
	      "dup2 of nothing onto itself");
	close(77);
	close((int)fd);
	check_eq(syscall(SYS_rename, name, link), 0, "rename");
	check_eq(syscall(SYS_unlink, link), 0, "unlink");
	check_eq(syscall(SYS_mkdir, name, 0700), 0, "mkdir");
	check_eq(syscall(SYS_rmdir, name), 0, "rmdir");
}

/* The program's own view of /proc, under the old names too. */
static void proc(void)
{
	char buf[300], exe[300];
	long n = syscall(SYS_readlink, "/proc/self/exe", buf, sizeof(buf));
	long fd, m;

	check(n > 0 && memmem(buf, (size_t)n, "old", 3), "/proc/self/exe");
	fd = syscall(SYS_open, "/proc/self/exe", O_RDONLY);
	m = readlink("/proc/self/exe", exe, sizeof(exe));
	check(fd >= 0 && m == n && !memcmp(exe, buf, (size_t)n), "opened");
	close((int)fd);
	fd = syscall(SYS_open, "/proc/self/maps", O_RDONLY);
	n = read((int)fd, buf, sizeof(buf) - 1);
	check(n > 0 && !memmem(buf, (size_t)n, "dragoman", 8), "its maps");
	close((int)fd);
}

static void entries(void)
{
	struct old {
		unsigned long ino, off;
		unsigned short len;
		char name[];
	} *e;
	char buf[4096];
	long fd = open("/proc/self/fd", O_RDONLY | O_DIRECTORY), n;
	int count = 0, closed = 0, types = 0;

	while ((n = syscall(SYS_getdents, fd, buf, sizeof(buf))) > 0)
		for (long at = 0; at < n; at += e->len) {
			e = (struct old *)(buf + at);
			count++;
			types += buf[at + e->len - 1] == DT_LNK;
			closed += e->name[0] != '.' &&
				  fcntl(atoi(e->name), F_GETFD) < 0;
		}
	check_eq(n, 0, "getdents");
	check(count >= 5 && types == count - 2, "links and two more");
	check_eq(closed, 0, "each of them is open");
	close((int)fd);
}

static volatile int alarms;

static void on_alarm(int signo)
{
	alarms++;
}

static void waiting(void)
{
	struct epoll_event ev[3] = { { EPOLLIN, { .u64 = 0x1234567890abcdef } } };
	struct itimerval soon = { .it_value = { 0, 20000 } };
	struct pollfd pf;
	struct timeval tv = { 5, 0 };
	struct timespec ts = { 0, 1000 };
	int p[2], ep;
	sigset_t set;
	fd_set r;
	long t;

	check_eq(syscall(SYS_pipe, p), 0, "pipe");
	ep = (int)syscall(SYS_epoll_create, 1);
	check(ep >= 0, "epoll_create");
	check_eq(syscall(SYS_epoll_ctl, ep, EPOLL_CTL_ADD, p[0], ev), 0,
		 "epoll_ctl");
	check_eq(write(p[1], "x", 1), 1, "write");
	memset(ev, 0, sizeof(ev));
	check_eq(syscall(SYS_epoll_wait, ep, ev, 3, 1000), 1, "epoll_wait");
	check(ev[0].events == EPOLLIN && ev[0].data.u64 == 0x1234567890abcdef,
	      "the event");
	memset(ev, 0, sizeof(ev));
	check_eq(syscall(SYS_epoll_pwait, ep, ev, 3, 1000, NULL, 8), 1,
		 "epoll_pwait");
	check_eq(ev[0].data.u64, 0x1234567890abcdef, "the event");
	check_eq(syscall(SYS_epoll_pwait2, ep, ev, 3, &ts, NULL, 8), 1,
		 "epoll_pwait2");
	pf = (struct pollfd){ p[0], POLLIN, 0 };
	check_eq(syscall(SYS_poll, &pf, 1, 1000), 1, "poll");
	FD_ZERO(&r);
	FD_SET(p[0], &r);
	check_eq(syscall(SYS_select, p[0] + 1, &r, NULL, NULL, &tv), 1,
		 "select");
	check(FD_ISSET(p[0], &r) && tv.tv_sec <= 5, "and its results");
	signal(SIGALRM, on_alarm);
	setitimer(ITIMER_REAL, &soon, NULL);
	check(syscall(SYS_pause) == -1 && errno == EINTR, "pause");
	check_eq(alarms, 1, "which a signal ends");
	check_eq(syscall(SYS_alarm, 0), 0, "alarm");
	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	sigprocmask(SIG_BLOCK, &set, NULL);
	ep = (int)syscall(SYS_signalfd, -1, &set, 8);
	kill(getpid(), SIGUSR2);
	{
		char info[128];

		check_eq(read(ep, info, 128), 128, "signalfd");
	}
	check(syscall(SYS_eventfd, 3) >= 0, "eventfd");
	check(syscall(SYS_inotify_init) >= 0, "inotify_init");
	t = syscall(SYS_time, NULL);
	check(time(NULL) - t <= 1, "time");
	check_eq(syscall(SYS_getpgrp), getpgrp(), "getpgrp");
}

static void children(void)
{
	long pid = syscall(SYS_fork);
	int st = 0;

	if (!pid)
		_exit(5);
	wait(&st);
	check_eq(WEXITSTATUS(st), 5, "fork");
	pid = syscall(SYS_clone, SIGCHLD, 0, 0, &st, 0);
	if (!pid)
		_exit(6);
	wait(&st);
	check_eq(WEXITSTATUS(st), 6, "clone");
}

static void missing(void)
{
	static const int nr[] = {
		SYS_uselib, SYS_create_module, SYS_get_kernel_syms,
		SYS_query_module, SYS_getpmsg, SYS_putpmsg, SYS_afs_syscall,
		SYS_tuxcall, SYS_security, SYS_set_thread_area, SYS_vserver,
		SYS_epoll_ctl_old, 400
	};
	int bad = 0;

	for (unsigned i = 0; i < sizeof(nr) / sizeof(nr[0]); i++)
		bad += syscall(nr[i], 0, 0, 0) != -1 || errno != ENOSYS;
	check_eq(bad, 0, "calls that no kernel has");
}

int main(void)
{
	char dir[] = "/tmp/old-XXXXXX";

	if (!mkdtemp(dir))
		return 99;
	files(dir);
	rmdir(dir);
	proc();
	entries();
	waiting();
	children();
	missing();
	return check_done();
}
