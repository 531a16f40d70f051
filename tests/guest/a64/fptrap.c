/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Invalid floating-point operations: results, status flags and condition
 * flags, few of them and very many, in threads, children and handlers, and
 * whatever the program does with SIGFPE.  Control changed by a callee.
 */
#include <pthread.h>
#include <signal.h>
#include <sys/time.h>
#include <time.h>

#include "check.h"

typedef unsigned long u64;

#define IOC 1
#define QNAN1 0x7ff8000000000123ul
#define QNAN2 0xfff8000000000456ul
#define SNAN 0x7ff0000000000789ul
#define DEFAULT 0x7ff8000000000000ul
#define INF 0x7ff0000000000000ul
#define ONE 0x3ff0000000000000ul

__asm__(
	".text\n"
	/* bits = op(bits, bits) */
	"op_add: fmov d0, x0; fmov d1, x1; fadd d0, d0, d1; fmov x0, d0; ret\n"
	"op_add_rev: fmov d0, x0; fmov d1, x1; fadd d1, d0, d1; fmov x0, d1\n"
	"	ret\n"
	"op_sub: fmov d0, x0; fmov d1, x1; fsub d0, d0, d1; fmov x0, d0; ret\n"
	"op_max: fmov d0, x0; fmov d1, x1; fmax d0, d0, d1; fmov x0, d0; ret\n"
	"op_fma: fmov d0, x0; fmov d1, x1; fmov d2, x2\n"
	"	fmadd d0, d0, d1, d2; fmov x0, d0; ret\n"
	"op_fms: fmov d0, x0; fmov d1, x1; fmov d2, x2\n"
	"	fmsub d0, d0, d1, d2; fmov x0, d0; ret\n"
	"op_fma_acc: fmov d0, x0; fmov d1, x1; fmov d2, x2\n"
	"	fmadd d2, d0, d1, d2; fmov x0, d2; ret\n"
	"op_cmp: fmov d0, x0; fmov d1, x1; fcmpe d0, d1; mrs x0, nzcv; ret\n"
	"op_int: fmov d0, x0; fcvtzs x0, d0; ret\n"
	"op_vadd: fmov d0, x0; dup v0.2d, v0.d[0]; fmov d1, x1\n"
	"	dup v1.2d, v1.d[0]; fsub v0.2d, v0.2d, v1.2d\n"
	"	umov x0, v0.d[1]; ret\n"
	/* is x2 < x3, compared before an operation that is invalid? */
	"over_cmp: fmov d0, x0; fmov d1, x1; cmp x2, x3\n"
	"	fsub d0, d0, d1; cset x0, lo; ret\n"
	/* the same, twice, in another block than the comparison's */
	"over_br: fmov d0, x0; fmov d1, x1; adr x4, 1f; cmp x2, x3; br x4\n"
	"	nop\n"
	"1:	cset x1, ls; fsub d0, d0, d1; cset x0, ls\n"
	"	orr x0, x0, x1, lsl #1; ret\n"
	/* the callee sets FPCR to x1: what does that do to the caller? */
	"set_fpcr: msr fpcr, x1; ret\n"
	"widen: stp x29, x30, [sp, #-16]!; fmov s0, w0\n"
	"	bl set_fpcr\n"
	"	fcvt d0, s0; fmov x0, d0; msr fpcr, xzr\n"
	"	ldp x29, x30, [sp], #16; ret\n"
	"sum: stp x29, x30, [sp, #-16]!; fmov d0, x0\n"
	"	bl set_fpcr\n"
	"	fadd d0, d0, d0; fmov x0, d0; msr fpcr, xzr\n"
	"	ldp x29, x30, [sp], #16; ret\n");
u64 op_add(u64, u64), op_add_rev(u64, u64), op_sub(u64, u64);
u64 op_max(u64, u64), op_fma(u64, u64, u64), op_fms(u64, u64, u64);
u64 op_fma_acc(u64, u64, u64), op_cmp(u64, u64), op_int(u64);
u64 op_vadd(u64, u64), over_cmp(u64, u64, u64, u64);
u64 over_br(u64, u64, u64, u64);
u64 widen(u64, u64), sum(u64, u64);

static u64 take_fpsr(void)
{
	u64 f;

	__asm__ volatile("mrs %0, fpsr; msr fpsr, xzr" : "=r"(f));
	return f;
}

#define EXPECT(op, result, flags, what) do { \
	take_fpsr(); \
	bad += (op) != (result); \
	bad += take_fpsr() != (flags); \
	if (bad) \
		return what; \
} while (0)

/* NULL, or what is wrong. */
static const char *try_all(void)
{
	int bad = 0;

	EXPECT(op_add(QNAN1, QNAN2), QNAN1, 0, "two quiet NaNs");
	EXPECT(op_add_rev(QNAN2, QNAN1), QNAN2, 0, "two, other register");
	EXPECT(op_add(ONE, QNAN2), QNAN2, 0, "a quiet NaN");
	EXPECT(op_add(QNAN1, SNAN), SNAN | 1ul << 51, IOC, "signalling NaN");
	EXPECT(op_sub(INF, INF), DEFAULT, IOC, "inf - inf");
	EXPECT(op_vadd(INF, INF), DEFAULT, IOC, "inf - inf in lanes");
	EXPECT(op_max(ONE, QNAN2), QNAN2, 0, "fmax of a quiet NaN");
	EXPECT(op_max(SNAN, ONE), SNAN | 1ul << 51, IOC, "fmax signals");
	EXPECT(op_fma(QNAN1, ONE, QNAN2), QNAN2, 0, "the addend's NaN");
	EXPECT(op_fma(INF, 0, QNAN1), DEFAULT, IOC, "inf * 0 + NaN");
	EXPECT(op_fma(INF, 0, ONE), DEFAULT, IOC, "inf * 0 + 1");
	EXPECT(op_fma_acc(QNAN1, ONE, QNAN2), QNAN2, 0, "accumulator's NaN");
	EXPECT(op_fma_acc(QNAN1, QNAN2, ONE), QNAN1, 0, "first factor's NaN");
	EXPECT(op_fma_acc(ONE, QNAN2, ONE), QNAN2, 0, "other factor's NaN");
	EXPECT(op_fms(QNAN1, ONE, ONE), QNAN1 | 1ul << 63, 0, "negated NaN");
	EXPECT(op_fms(ONE, ONE, QNAN2), QNAN2, 0, "the minuend's NaN");
	EXPECT(op_cmp(QNAN1, ONE), 0x30000000, IOC, "fcmpe");
	EXPECT(op_cmp(ONE, ONE), 0x60000000, 0, "fcmpe, equal");
	EXPECT(op_int(INF), 0x7ffffffffffffffful, IOC, "to integer");
	EXPECT(op_int(QNAN1), 0, IOC, "NaN to integer");
	EXPECT(over_cmp(INF, INF, 1, 2), 1, IOC, "condition flags, lower");
	EXPECT(over_cmp(INF, INF, 2, 1), 0, IOC, "condition flags, higher");
	EXPECT(over_br(INF, INF, 1, 2), 3, IOC, "their copy, lower");
	EXPECT(over_br(INF, INF, 2, 1), 0, IOC, "their copy, higher");
	return NULL;
}

static void all(const char *where)
{
	const char *bad = try_all();

	check(!bad, "%s%s%s", where, bad ? ": " : "", bad ? bad : "");
}

/* -- SIGFPE is the program's ---------------------------------------------- */

static volatile sig_atomic_t got, got_code;

static void on_fpe(int sig, siginfo_t *si, void *uc)
{
	got++;
	got_code = si->si_code;
}

static int die_of_it(void *arg)
{
	if (try_all())
		return 1;
	kill(getpid(), SIGFPE);
	return 2;
}

static void sigfpe(void)
{
	struct sigaction sa = { .sa_sigaction = on_fpe,
				.sa_flags = SA_SIGINFO };
	int status = in_child(die_of_it, NULL);
	sigset_t set;

	check(WIFSIGNALED(status) && WTERMSIG(status) == SIGFPE,
	      "the default action of a SIGFPE that was sent");
	signal(SIGFPE, SIG_IGN);
	all("SIGFPE ignored");
	raise(SIGFPE);
	sigaction(SIGFPE, &sa, NULL);
	all("SIGFPE handled");
	check_eq(got, 0, "no SIGFPE of ours");
	raise(SIGFPE);
	check_eq(got, 1, "one that was sent");
	check_eq(got_code, SI_TKILL, "its code");
	sigemptyset(&set);
	sigaddset(&set, SIGFPE);
	sigprocmask(SIG_BLOCK, &set, NULL);
	all("SIGFPE blocked");
	raise(SIGFPE);
	all("SIGFPE pending");
	check_eq(got, 1, "still blocked");
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	check_eq(got, 2, "unblocked");
}

/* -- Many ------------------------------------------------------------------ */

static double cpu_seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static void *many(void *arg)
{
	double start = cpu_seconds();
	const char *bad = NULL;

	for (long k = 0; k < (long)arg && !bad; k++)
		bad = try_all();
	/* one by one, as traps, they would take ten times as long */
	if (!bad && (long)arg >= 100000 && cpu_seconds() - start > 6)
		bad = "slow";
	return (void *)bad;
}

static int many_in_child(void *arg)
{
	return many(arg) || try_all();
}

static volatile sig_atomic_t ticks, tick_bad;

static void on_tick(int sig)
{
	if (try_all())
		tick_bad = 1;
	ticks++;
}

static void under_signals(void)
{
	struct itimerval iv = { { 0, 1000 }, { 0, 1000 } };
	int wrong = 0;

	signal(SIGALRM, on_tick);
	setitimer(ITIMER_REAL, &iv, NULL);
	while (ticks < 50)
		for (int k = 0; k < 100; k++)
			wrong |= op_sub(INF, INF) != DEFAULT ||
				 over_cmp(INF, INF, 1, 2) != 1;
	iv = (struct itimerval){ 0 };
	setitimer(ITIMER_REAL, &iv, NULL);
	check(!wrong, "under signals");
	check(!tick_bad, "in signal handlers");
}

static void threads(void)
{
	pthread_t t[4];
	void *bad[4];

	/* few, many: threads that trap beside threads that do not any more */
	for (long k = 0; k < 4; k++)
		pthread_create(&t[k], NULL, many,
			       (void *)(k & 1 ? 3000l : 20l));
	for (int k = 0; k < 4; k++)
		pthread_join(t[k], &bad[k]);
	for (int k = 0; k < 4; k++)
		check(!bad[k], "thread %d%s%s", k, bad[k] ? ": " : "",
		      bad[k] ? (char *)bad[k] : "");
}

int main(void)
{
	const char *slow;

	all("first");
	all("again");
	for (int k = 0; k < 3; k++) {
		check(widen(0x7fc01234, 0) == 0x7ff8024680000000ul,
		      "NaNs propagate");
		check(widen(0x7fc01234, 1ul << 25) == DEFAULT,
		      "default NaNs, as a callee wants");
		check(sum(QNAN1, 0) == QNAN1, "a sum of them");
		check(sum(QNAN1, 1ul << 25) == DEFAULT, "the same by default");
	}
	sigfpe();
	threads();
	check_eq(in_child(many_in_child, (void *)1000l), 0, "in a child");
	under_signals();
	slow = many((void *)100000l);
	check(!slow, "many%s%s", slow ? ": " : "", slow ? slow : "");
	all("after many");
	return check_done();
}
