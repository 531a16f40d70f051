// SPDX-License-Identifier: LGPL-2.1-or-later
/* Clocks, sleeping, timers. */
#include "sys.h"

#include <sys/time.h>
#include <sys/times.h>
#include <sys/timex.h>
#include <time.h>

static volatile int hits, value;

static void on_timer(int signo, siginfo_t *si, void *uc)
{
	hits++;
	value = si->si_value.sival_int;
}

static void clocks(void)
{
	struct timespec a, b;
	struct timeval tv;
	struct timex tx = { .modes = 0 };
	struct tms tms;

	for (int id = 0; id < 13; id++) {
		V(id);
		T(S(clock_gettime, id, &a));
		T(S(clock_getres, id, &a));
	}
	T(S(clock_gettime, 99, &a));
	T(S(clock_gettime, 0, BAD));
	T(S(clock_gettime, -2, &a));
	T(S(clock_getres, 0, NULL));
	T(S(clock_gettime, CLOCK_MONOTONIC, &a));
	T(clock_gettime(CLOCK_MONOTONIC, &b));
	V(b.tv_sec * 1000000000 + b.tv_nsec >= a.tv_sec * 1000000000 +
	  a.tv_nsec);
	T(S(gettimeofday, &tv, NULL));
	V(llabs(time(NULL) - tv.tv_sec) < 2);
	T(S(gettimeofday, BAD, NULL));
	T(S(gettimeofday, NULL, NULL));
	T(S(clock_settime, CLOCK_MONOTONIC, &a));
	OK(adjtimex(&tx));
	OK(S(clock_adjtime, CLOCK_REALTIME, &tx));
	T(S(adjtimex, BAD));
	OK(times(&tms));
	T(S(times, BAD));
}

static void sleeps(void)
{
	struct timespec ts = { 0, 2000000 }, bad = { 0, 1000000000 }, rem;
	struct timespec a, b;
	struct itimerval t = { .it_value = { 0, 10000 } };
	struct sigaction sa = { .sa_sigaction = on_timer,
				.sa_flags = SA_SIGINFO | SA_RESTART };

	clock_gettime(CLOCK_MONOTONIC, &a);
	T(nanosleep(&ts, NULL));
	T(clock_nanosleep(CLOCK_MONOTONIC, 0, &ts, NULL));
	clock_gettime(CLOCK_MONOTONIC, &b);
	V((b.tv_sec - a.tv_sec) * 1000000000 + b.tv_nsec - a.tv_nsec >=
	  4000000);
	T(nanosleep(&bad, NULL));
	T(S(nanosleep, BAD, NULL));
	T(S(clock_nanosleep, 99, 0, &ts, NULL));
	T(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL));
	sigaction(SIGALRM, &sa, NULL);
	setitimer(ITIMER_REAL, &t, NULL);
	ts = (struct timespec){ 5, 0 };
	T(nanosleep(&ts, &rem));
	V(rem.tv_sec == 4 && rem.tv_nsec > 0);
	V(hits);
}

static void timers(void)
{
	struct sigevent ev = { .sigev_notify = SIGEV_SIGNAL,
			       .sigev_signo = SIGRTMIN + 3,
			       .sigev_value.sival_int = 4711 };
	struct sigaction sa = { .sa_sigaction = on_timer,
				.sa_flags = SA_SIGINFO };
	struct itimerspec t = { .it_value = { 0, 3000000 } }, old;
	struct itimerval it = { .it_value = { 100, 0 } }, oit;
	timer_t id;

	sigaction(SIGRTMIN + 3, &sa, NULL);
	T(timer_create(CLOCK_MONOTONIC, &ev, &id));
	hits = 0;
	T(timer_settime(id, 0, &t, NULL));
	while (!hits)
		usleep(1000);
	V(value);
	T(timer_gettime(id, &old));
	V(old.it_value.tv_nsec);
	T(timer_getoverrun(id));
	T(timer_delete(id));
	T(S(timer_delete, 12345));
	T(S(timer_create, 99, &ev, &id));
	T(S(timer_create, 0, BAD, &id));
	T(S(timer_settime, 12345, 0, &t, NULL));
	T(setitimer(ITIMER_VIRTUAL, &it, NULL));
	T(getitimer(ITIMER_VIRTUAL, &oit));
	V(oit.it_value.tv_sec >= 99);
	T(S(getitimer, 7, &oit));
	T(S(getitimer, 0, BAD));
}

int main(void)
{
	clocks();
	sleeps();
	timers();
	return 0;
}
