// SPDX-License-Identifier: LGPL-2.1-or-later
/* Interrupted system calls: SA_RESTART, EINTR, stop and continue. */
#include "check.h"

#include <linux/futex.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/time.h>
#include <time.h>

static volatile int count;
static int fds[2];

static void handler(int signo)
{
	count++;
	if (count == 3 && signo == SIGALRM)
		if (write(fds[1], "x", 1) != 1)
			_exit(1);
}

static void install(int signo, int flags)
{
	struct sigaction sa = { .sa_handler = handler, .sa_flags = flags };

	sigaction(signo, &sa, NULL);
}

static void every(long us)
{
	struct itimerval it = { { 0, us }, { 0, us } };

	setitimer(ITIMER_REAL, &it, NULL);
}

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static void reads(void)
{
	char c = 0;

	install(SIGALRM, SA_RESTART);
	count = 0;
	every(10000);
	check_eq(read(fds[0], &c, 1), 1, "read restarts");
	every(0);
	check(count >= 3 && c == 'x', "after three handlers");
	install(SIGALRM, 0);
	count = 10;
	every(10000);
	check_eq(read(fds[0], &c, 1), -1, "read without SA_RESTART");
	check_eq(errno, EINTR, "EINTR");
	every(0);
}

static void sleeps(void)
{
	struct timespec ts = { 5, 0 }, rem = { 0, 0 };
	struct pollfd p = { .fd = fds[0], .events = POLLIN };
	int word = 0;

	install(SIGALRM, SA_RESTART);
	count = 10;
	every(10000);
	check_eq(nanosleep(&ts, &rem), -1, "nanosleep is not restarted");
	check(errno == EINTR && rem.tv_sec == 4, "it tells the rest");
	check_eq(poll(&p, 1, 5000), -1, "poll is not restarted");
	check_eq(errno, EINTR, "poll: EINTR");
	check_eq(pause(), -1, "pause");
	every(0);
	install(SIGALRM, 0);
	every(10000);
	check_eq(syscall(SYS_futex, &word, FUTEX_WAIT, 0, NULL, NULL, 0), -1,
		 "futex");
	check_eq(errno, EINTR, "futex: EINTR");
	every(0);
}

static int sleeper(void *arg)
{
	struct timespec ts = { 0, 300000000 };
	double t = now();

	if (nanosleep(&ts, NULL))
		return 1;
	t = now() - t;
	return t > 0.29 && t < 5 ? 7 : 2;
}

/* Stop and continue are no reason to end a sleep. */
static void stops(void)
{
	int status;
	pid_t pid = fork();

	if (!pid)
		_exit(sleeper(NULL));
	usleep(50000);
	kill(pid, SIGSTOP);
	usleep(50000);
	kill(pid, SIGCONT);
	waitpid(pid, &status, 0);
	check_eq(status, 7 << 8, "nanosleep over stop and continue");
}

/* Calls that never wait must never fail with EINTR. */
static void storms(void)
{
	double end = now() + 0.5;
	long n = 0, bad = 0;
	pid_t pid = getpid();

	install(SIGALRM, 0);
	count = 10;
	every(200);
	while (now() < end) {
		int d = dup(0);

		bad += syscall(SYS_getpid) != pid;
		bad += d < 0;
		bad += close(d) != 0;
		n++;
	}
	every(0);
	check(count > 12, "signals came");
	check_eq(bad, 0, "short calls are not disturbed");
}

/* No wake-up is lost between a check and the call. */
static void windows(void)
{
	sigset_t empty, usr1;
	int bad = 0;
	pid_t pid;

	sigemptyset(&empty);
	sigemptyset(&usr1);
	sigaddset(&usr1, SIGUSR1);
	sigprocmask(SIG_BLOCK, &usr1, NULL);
	install(SIGUSR1, 0);
	pid = fork();
	if (!pid) {
		for (int i = 0; i < 300; i++) {
			kill(getppid(), SIGUSR1);
			sigsuspend(&empty);
		}
		_exit(0);
	}
	alarm(20);
	for (int i = 0; i < 300; i++) {
		sigsuspend(&empty);
		bad += kill(pid, SIGUSR1) != 0;
	}
	alarm(0);
	waitpid(pid, NULL, 0);
	check_eq(bad, 0, "300 rounds of sigsuspend ping-pong");
	sigprocmask(SIG_UNBLOCK, &usr1, NULL);
}

static volatile int stop;
static int waiter_status;

static void *kicker(void *arg)
{
	while (!stop) {
		pthread_kill(*(pthread_t *)arg, SIGUSR2);
		usleep(100);
	}
	return NULL;
}

/* wait4 restarts under a storm from another thread. */
static void waits(void)
{
	pthread_t me = pthread_self(), th;
	int bad = 0;

	install(SIGUSR2, SA_RESTART);
	pthread_create(&th, NULL, kicker, &me);
	for (int i = 0; i < 30; i++) {
		pid_t pid = fork();

		if (!pid)
			_exit(i);
		bad += waitpid(pid, &waiter_status, 0) != pid;
		bad += waiter_status != i << 8;
	}
	stop = 1;
	pthread_join(th, NULL);
	check_eq(bad, 0, "fork and wait under a storm of signals");
}

int main(void)
{
	if (pipe(fds))
		return 1;
	reads();
	sleeps();
	stops();
	storms();
	windows();
	waits();
	return check_done();
}
