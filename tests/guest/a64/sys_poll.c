// SPDX-License-Identifier: LGPL-2.1-or-later
/* Waiting: epoll, poll, select, timerfd, inotify, signals during a wait. */
#include "sys.h"

#include <poll.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/select.h>
#include <sys/time.h>
#include <sys/timerfd.h>

static volatile int hits;

static void on_alarm(int signo)
{
	hits++;
}

static void epolls(void)
{
	struct epoll_event e = { .events = EPOLLIN }, out[8];
	int ep = epoll_create1(EPOLL_CLOEXEC), p[4][2];
	struct timespec ts = { 0, 1000000 };
	uint64_t sum = 0;

	T(S(epoll_create1, 1));
	for (int i = 0; i < 4; i++) {
		if (pipe(p[i]))
			return;
		e.data.u64 = 0xabcdef0123456700 + i;
		T(epoll_ctl(ep, EPOLL_CTL_ADD, p[i][0], &e));
	}
	T(epoll_ctl(ep, EPOLL_CTL_ADD, p[0][0], &e));
	T(epoll_ctl(ep, 77, p[0][0], &e));
	T(epoll_ctl(ep, EPOLL_CTL_MOD, p[0][1], &e));
	T(epoll_ctl(ep, EPOLL_CTL_ADD, -1, &e));
	T(S(epoll_ctl, ep, EPOLL_CTL_ADD, p[0][1], BAD));
	T(epoll_wait(ep, out, 8, 0));
	for (int i = 0; i < 4; i++)
		if (write(p[i][1], "x", 1) != 1)
			return;
	memset(out, 0x77, sizeof(out));
	T(epoll_wait(ep, out, 8, -1));
	for (int i = 0; i < 4; i++) {
		V(out[i].events);
		sum += out[i].data.u64 & 0xff;
	}
	V(sum);
	V(out[3].data.u64 >> 8 == 0xabcdef01234567);
	T(epoll_wait(ep, out, 2, -1));
	T(epoll_wait(ep, out, 0, -1));
	T(epoll_wait(ep, out, hits - 5, -1));
	T(S(epoll_pwait, ep, BAD, 8, 0, NULL, 8L));
	T(S(epoll_pwait, p[0][0], out, 8, 0, NULL, 8L));
	T(S(epoll_pwait, ep, out, 8, 0, &sum, 4L));
	T(S(epoll_pwait2, ep, out, 8, &ts, NULL, 8L));
	T(S(epoll_pwait2, ep, out, 8, BAD, NULL, 8L));
	T(epoll_ctl(ep, EPOLL_CTL_DEL, p[0][0], NULL));
	T(epoll_ctl(ep, EPOLL_CTL_DEL, p[0][0], NULL));
	T(epoll_wait(ep, out, 8, -1));
	e.events = EPOLLOUT | EPOLLONESHOT;
	T(epoll_ctl(ep, EPOLL_CTL_ADD, p[0][1], &e));
	T(epoll_wait(ep, out, 8, 0));
	T(epoll_wait(ep, out, 8, 0));
}

static void polls(void)
{
	int p[2];
	struct timespec ts = { 0, 1000000 }, bad = { 0, -1 };
	fd_set r, w;

	if (pipe(p))
		return;
	struct pollfd f[3] = { { p[0], POLLIN, 0 }, { p[1], POLLOUT, 0 },
			       { 999, POLLIN, 0 } };
	T(poll(f, 3, 10));
	V(f[0].revents);
	V(f[1].revents);
	V(f[2].revents);
	T(poll(f, 1, 1));
	T(ppoll(f, 1, &ts, NULL));
	T(ppoll(f, 1, &bad, NULL));
	T(S(ppoll, BAD, 1, &ts, NULL, 8L));
	T(S(ppoll, f, 1, &ts, &r, 9L));
	T(S(ppoll, f, 1, &ts, BAD, 8L));
	close(p[1]);
	T(poll(f, 1, -1));
	V(f[0].revents);
	FD_ZERO(&r);
	FD_ZERO(&w);
	FD_SET(p[0], &r);
	T(select(p[0] + 1, &r, &w, NULL, NULL));
	V(FD_ISSET(p[0], &r));
	T(pselect(0, NULL, NULL, NULL, &ts, NULL));
	T(S(pselect6, -1, NULL, NULL, NULL, &ts, NULL));
	T(S(pselect6, 5, BAD, NULL, NULL, &ts, NULL));
	T(S(pselect6, 0, NULL, NULL, NULL, &ts, BAD));
}

/* The signal is blocked but for the time of the wait. */
static void masks(void)
{
	struct sigaction sa = { .sa_handler = on_alarm };
	sigset_t block, none;
	struct timespec ts = { 5, 0 };
	struct epoll_event out[1];
	int ep = epoll_create1(0);

	sigaction(SIGALRM, &sa, NULL);
	sigemptyset(&none);
	sigemptyset(&block);
	sigaddset(&block, SIGALRM);
	sigprocmask(SIG_BLOCK, &block, NULL);
	raise(SIGALRM);
	V(hits);
	T(ppoll(NULL, 0, &ts, &none));
	V(hits);
	raise(SIGALRM);
	T(pselect(0, NULL, NULL, NULL, &ts, &none));
	V(hits);
	raise(SIGALRM);
	T(epoll_pwait(ep, out, 1, 5000, &none));
	V(hits);
	raise(SIGALRM);
	V(hits);
	sigprocmask(SIG_SETMASK, &none, NULL);
	V(hits);
	/* Interrupted asleep, SA_RESTART or not. */
	for (int restart = 0; restart < 2; restart++) {
		struct itimerval t = { .it_value = { 0, 20000 } };

		sa.sa_flags = restart ? SA_RESTART : 0;
		sigaction(SIGALRM, &sa, NULL);
		setitimer(ITIMER_REAL, &t, NULL);
		T(poll(NULL, 0, 5000));
		setitimer(ITIMER_REAL, &t, NULL);
		T(epoll_wait(ep, out, 1, 5000));
		V(hits);
	}
}

static void restarted_read(void)
{
	struct sigaction sa = { .sa_handler = on_alarm };
	struct itimerval t = { .it_value = { 0, 20000 } };
	char c;
	int p[2];

	if (pipe(p))
		return;
	sigaction(SIGALRM, &sa, NULL);
	setitimer(ITIMER_REAL, &t, NULL);
	T(read(p[0], &c, 1));
	sa.sa_flags = SA_RESTART;
	sigaction(SIGALRM, &sa, NULL);
	fflush(stdout);
	if (!fork()) {
		usleep(60000);
		_exit(write(p[1], "y", 1) != 1);
	}
	setitimer(ITIMER_REAL, &t, NULL);
	T(read(p[0], &c, 1));
	V(hits);
	signal(SIGALRM, SIG_DFL);
	wait(NULL);
}

static void timers(void)
{
	int fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
	struct itimerspec t = { .it_value = { 0, 5000000 } }, old;
	struct pollfd p = { fd, POLLIN, 0 };
	uint64_t n = 0;

	OK(fd);
	T(read(fd, &n, 8));
	T(timerfd_settime(fd, 0, &t, &old));
	T(timerfd_gettime(fd, &old));
	V(old.it_value.tv_sec == 0 && old.it_value.tv_nsec > 0);
	T(poll(&p, 1, 1000));
	T(read(fd, &n, 8));
	V(n);
	T(timerfd_create(99, 0));
	T(S(timerfd_settime, fd, 0, BAD, NULL));
	T(S(timerfd_gettime, 0, &old));
}

static void watches(void)
{
	int fd = inotify_init1(IN_NONBLOCK), wd;
	char buf[1024];
	struct inotify_event *e = (void *)buf;

	wd = inotify_add_watch(fd, ".", IN_CREATE | IN_DELETE);
	V(wd);
	T(inotify_add_watch(fd, "none", IN_CREATE));
	T(S(inotify_add_watch, fd, BAD, IN_CREATE));
	T(read(fd, buf, sizeof(buf)));
	close(make_file("new", ""));
	T(read(fd, buf, sizeof(buf)));
	V(e->mask);
	printf("%s\n", e->name);
	unlink("new");
	T(read(fd, buf, sizeof(buf)));
	T(inotify_rm_watch(fd, wd));
	T(inotify_rm_watch(fd, 77));
}

int main(void)
{
	enter_dir();
	epolls();
	polls();
	masks();
	restarted_read();
	timers();
	watches();
	return 0;
}
