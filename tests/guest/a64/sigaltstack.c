// SPDX-License-Identifier: LGPL-2.1-or-later
/* The alternate signal stack. */
#include "check.h"

#include <setjmp.h>
#include <signal.h>
#include <sys/resource.h>

#ifndef SS_AUTODISARM
#define SS_AUTODISARM (1u << 31)
#endif

enum { SIZE = 64 << 10 };

static char *stack;
static volatile int inside, flags_inside, set_inside, ucflags;
static volatile size_t uc_size;

static int on_it(void *p)
{
	return (char *)p >= stack && (char *)p < stack + SIZE;
}

static void handler(int signo, siginfo_t *si, void *p)
{
	ucontext_t *uc = p;
	stack_t ss, new = { .ss_sp = stack, .ss_size = SIZE };
	int here;

	inside = on_it(&here);
	sigaltstack(NULL, &ss);
	flags_inside = ss.ss_flags;
	set_inside = sigaltstack(&new, NULL) ? errno : 0;
	uc_size = uc->uc_stack.ss_size;
	ucflags = uc->uc_stack.ss_flags;
}

static void install(int signo, int flags)
{
	struct sigaction sa = { .sa_sigaction = handler,
				.sa_flags = SA_SIGINFO | flags };

	sigaction(signo, &sa, NULL);
}

static void basics(void)
{
	stack_t ss = { .ss_sp = stack, .ss_size = SIZE }, old;

	sigaltstack(NULL, &old);
	check_eq(old.ss_flags, SS_DISABLE, "disabled at first");
	ss.ss_size = 1000;
	check(sigaltstack(&ss, NULL) == -1 && errno == ENOMEM, "too small");
	ss.ss_size = SIZE;
	ss.ss_flags = 77;
	check(sigaltstack(&ss, NULL) == -1 && errno == EINVAL, "bad flags");
	ss.ss_flags = 0;
	check_eq(sigaltstack(&ss, NULL), 0, "enabled");
	sigaltstack(NULL, &old);
	check(old.ss_sp == stack && old.ss_size == SIZE && !old.ss_flags,
	      "reads back");
	install(SIGUSR1, 0);
	raise(SIGUSR1);
	check(!inside, "not used without SA_ONSTACK");
	install(SIGUSR1, SA_ONSTACK);
	raise(SIGUSR1);
	check(inside, "used with SA_ONSTACK");
	check_eq(flags_inside, SS_ONSTACK, "SS_ONSTACK inside");
	check_eq(set_inside, EPERM, "EPERM inside");
	check_eq(uc_size, SIZE, "uc_stack");
	check_eq(ucflags, 0, "uc_stack flags");
}

static void autodisarm(void)
{
	stack_t ss = { .ss_sp = stack, .ss_size = SIZE,
		       .ss_flags = (int)SS_AUTODISARM }, old;

	check_eq(sigaltstack(&ss, NULL), 0, "SS_AUTODISARM");
	raise(SIGUSR1);
	check(inside, "used");
	check_eq(flags_inside, SS_DISABLE, "disarmed inside");
	check_eq(set_inside, 0, "may be set inside");
	sigaltstack(NULL, &old);
	/* x86 restores it while still on the handler's stack: EPERM. */
#ifdef __aarch64__
	check_eq(old.ss_flags, (int)SS_AUTODISARM, "armed again");
#endif
	ss.ss_flags = SS_DISABLE;
	sigaltstack(&ss, NULL);
	sigaltstack(NULL, &old);
	check_eq(old.ss_flags, SS_DISABLE, "disabled");
}

static sigjmp_buf jmp;

static void overflow(int signo)
{
	siglongjmp(jmp, 1);
}

#pragma GCC diagnostic ignored "-Winfinite-recursion"
static int deep(volatile char *p)
{
	volatile char a[4096];

	a[0] = p ? p[0] : 0;
	return deep(a) + a[0];
}

static int overflows(void *arg)
{
	stack_t ss = { .ss_sp = stack, .ss_size = SIZE };
	struct sigaction sa = { .sa_handler = overflow,
				.sa_flags = SA_ONSTACK };
	volatile int n = 0;

	if (arg) {
		sigaltstack(&ss, NULL);
		sigaction(SIGSEGV, &sa, NULL);
	} else {
		sa.sa_flags = 0;
		sigaction(SIGSEGV, &sa, NULL);
	}
	if (sigsetjmp(jmp, 1))
		n++;
	if (n < 3)
		deep(NULL);
	return 4;
}

int main(void)
{
	struct rlimit rl = { 1 << 20, 1 << 20 };
	int status;

	stack = malloc(SIZE);
	basics();
	autodisarm();
	setrlimit(RLIMIT_STACK, &rl);
	check_eq(in_child(overflows, stack), 4 << 8,
		 "stack overflow is handled on it");
	status = in_child(overflows, NULL);
	check(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV,
	      "stack overflow without one kills");
	return check_done();
}
