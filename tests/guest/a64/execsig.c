// SPDX-License-Identifier: LGPL-2.1-or-later
/* What exec keeps of signals, and what it does to threads. */
#include "check.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/time.h>

static unsigned long blocked(void)
{
	unsigned long m = 0;

	syscall(SYS_rt_sigprocmask, SIG_BLOCK, NULL, &m, 8);
	return m;
}

static int is(int signo, void *handler)
{
	struct sigaction sa;

	sigaction(signo, NULL, &sa);
	return (void *)sa.sa_handler == handler;
}

static int resets(void *arg)
{
	signal(SIGXCPU, SIG_DFL);
	_exit(!is(SIGXCPU, (void *)SIG_DFL));
}

/* Ignored signals that nobody has looked at since exec: each process looks
 * for itself, unless it shares. */
static int inherited(void)
{
	static char stack[65536] __attribute__((aligned(16)));
	int st = 1;
	pid_t pid = vfork();

	if (!pid) {
		if (!is(SIGPROF, (void *)SIG_IGN))
			_exit(1);
		signal(SIGPROF, SIG_DFL);
		_exit(2 * !is(SIGPROF, (void *)SIG_DFL));
	}
	waitpid(pid, &st, 0);
	if (st || !is(SIGPROF, (void *)SIG_IGN))
		return 0;
	pid = clone(resets, stack + sizeof(stack), CLONE_VM | CLONE_VFORK |
		    CLONE_SIGHAND | SIGCHLD, NULL);
	waitpid(pid, &st, 0);
	raise(SIGIO);		/* ignored, too */
	return !st && is(SIGXCPU, (void *)SIG_DFL);
}

/* Runs after exec: one bit for each thing that is as it should be. */
static int after(void)
{
	unsigned long want = 1ul << (SIGUSR2 - 1) | 1ul << (SIGSEGV - 1) |
			     1ul << (SIGRTMAX - 1);
	sigset_t set;
	int r = 0;

	sigpending(&set);
	r |= is(SIGUSR1, (void *)SIG_DFL) ? 1 : 0;
	r |= is(SIGHUP, (void *)SIG_IGN) ? 2 : 0;
	r |= is(SIGFPE, (void *)SIG_IGN) ? 4 : 0;
	r |= blocked() == want ? 8 : 0;
	r |= sigismember(&set, SIGUSR2) && sigismember(&set, SIGSEGV) &&
	     sigismember(&set, SIGRTMAX) ? 16 : 0;
	r |= getpid() == syscall(SYS_gettid) ? 32 : 0;
	r |= inherited() ? 64 : 0;
	return r;
}

static void nothing(int signo)
{
}

static int before(void *arg)
{
	sigset_t set;

	signal(SIGUSR1, nothing);
	signal(SIGHUP, SIG_IGN);
	signal(SIGPROF, SIG_IGN);
	signal(SIGXCPU, SIG_IGN);
	signal(SIGIO, SIG_IGN);
	signal(SIGFPE, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	sigaddset(&set, SIGSEGV);
	sigaddset(&set, SIGRTMAX);
	sigprocmask(SIG_SETMASK, &set, NULL);
	raise(SIGUSR2);
	raise(SIGSEGV);
	raise(SIGRTMAX);
	/* A failed exec changes nothing. */
	execl("/nonexistent", "x", (char *)NULL);
	if (!is(SIGUSR1, (void *)nothing) || !is(SIGFPE, (void *)SIG_IGN))
		return 128;
	execl("/proc/self/exe", "execsig", "after", (char *)NULL);
	return 129;
}

static void *sleeps(void *arg)
{
	for (;;)
		pause();
	return NULL;
}

static void *execs(void *arg)
{
	execl("/proc/self/exe", "execsig", "thread", arg, (char *)NULL);
	return NULL;
}

static int thread_execs(void *arg)
{
	pthread_t th;
	char pid[20];

	snprintf(pid, sizeof(pid), "%d", getpid());
	for (int i = 0; i < 3; i++)
		pthread_create(&th, NULL, sleeps, NULL);
	pthread_create(&th, NULL, execs, pid);
	pthread_join(th, NULL);
	return 1;
}

/* A signal with a handler comes at any time around exec: it must either run
 * the handler or kill, never get lost. */
static int storm(void *arg)
{
	struct itimerval it = { { 0, 0 }, { 0, (long)arg } };

	signal(SIGALRM, nothing);
	setitimer(ITIMER_REAL, &it, NULL);
	execl("/proc/self/exe", "execsig", "wait", (char *)NULL);
	return 1;
}

int main(int argc, char **argv)
{
	int lost = 0;

	if (argc > 1 && !strcmp(argv[1], "after"))
		return after();
	if (argc > 2 && !strcmp(argv[1], "thread"))
		return getpid() == atoi(argv[2]) &&
		       syscall(SYS_gettid) == getpid() ? 55 : 56;
	if (argc > 1 && !strcmp(argv[1], "wait")) {
		struct itimerval it;

		/* Not yet: it will kill.  Has been handled: nothing comes. */
		getitimer(ITIMER_REAL, &it);
		if (it.it_value.tv_usec)
			pause();
		return 0;
	}
	check_eq(in_child(before, NULL), 127 << 8, "exec keeps what it should");
	check_eq(in_child(thread_execs, NULL), 55 << 8, "exec in a thread");
	for (long us = 50; us < 3000; us += 50) {
		int s = in_child(storm, (void *)us);

		lost += s != 0 && s != SIGALRM;
	}
	check_eq(lost, 0, "signals around exec");
	return check_done();
}
