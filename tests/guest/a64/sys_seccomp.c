// SPDX-License-Identifier: LGPL-2.1-or-later
/* seccomp: filters, actions, inheritance, threads.  Each case in a child. */
#include "sys.h"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <ucontext.h>

#ifdef __aarch64__
#define ARCH AUDIT_ARCH_AARCH64
#define RESULT(uc) ((uc)->uc_mcontext.regs[0])
#define PC(uc) ((uc)->uc_mcontext.pc)
#else
#define ARCH AUDIT_ARCH_X86_64
#define RESULT(uc) ((uc)->uc_mcontext.gregs[REG_RAX])
#define PC(uc) ((uc)->uc_mcontext.gregs[REG_RIP])
#endif

#define NR offsetof(struct seccomp_data, nr)
#define STMT(code, k) BPF_STMT(code, k)
#define IF(nr, action) \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, nr, 0, 1), \
	BPF_STMT(BPF_RET | BPF_K, action)
#define ALLOW BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
#define LOAD(what) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, what)

static long install(struct sock_filter *f, unsigned n, unsigned flags)
{
	struct sock_fprog p = { n, f };

	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	return S(seccomp, SECCOMP_SET_MODE_FILTER, flags, &p);
}
#define INSTALL(flags, ...) ({ \
	struct sock_filter f_[] = { __VA_ARGS__ }; \
	install(f_, sizeof(f_) / sizeof(f_[0]), flags); })

/* Run fn in a child and tell how it ended. */
static void in_child(const char *name, void (*fn)(void))
{
	struct rlimit none = { 0, 0 };
	int status;

	printf("-- %s\n", name);
	fflush(stdout);
	if (!fork()) {
		setrlimit(RLIMIT_CORE, &none);
		alarm(10);
		fn();
		fflush(stdout);
		_exit(0);
	}
	wait(&status);
	printf("status %x\n", status & ~0x80);
}
#define CASE(fn) in_child(#fn, fn)

static void queries(void)
{
	uint32_t act = SECCOMP_RET_TRAP;

	T(prctl(PR_GET_SECCOMP));
	T(S(seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &act));
	act = 0x12340000;
	T(S(seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &act));
	T(S(seccomp, SECCOMP_GET_ACTION_AVAIL, 1, &act));
	T(S(seccomp, SECCOMP_GET_ACTION_AVAIL, 0, BAD));
	T(S(seccomp, 77, 0, NULL));
	T(S(seccomp, SECCOMP_SET_MODE_STRICT, 1, NULL));
	T(S(seccomp, SECCOMP_SET_MODE_FILTER, 0, BAD));
	T(S(seccomp, SECCOMP_SET_MODE_FILTER, 0x40000000, BAD));
	T(prctl(PR_SET_SECCOMP, 7, 0));
}

static void invalid(void)
{
	T(INSTALL(0, LOAD(NR)));
	T(INSTALL(0, LOAD(1), ALLOW));
	T(INSTALL(0, LOAD(64), ALLOW));
	T(INSTALL(0, STMT(BPF_LD | BPF_B | BPF_ABS, 0), ALLOW));
	T(INSTALL(0, STMT(BPF_LD | BPF_MEM, 3), ALLOW));
	T(INSTALL(0, STMT(BPF_ST, 16), ALLOW));
	T(INSTALL(0, STMT(BPF_JMP | BPF_JA, 1), ALLOW));
	T(INSTALL(0, STMT(BPF_ALU | BPF_DIV | BPF_K, 0), ALLOW));
	T(INSTALL(0, STMT(BPF_ALU | BPF_LSH | BPF_K, 32), ALLOW));
	T(INSTALL(0, STMT(BPF_ALU | BPF_MOD | BPF_K, 3), ALLOW));
	T(INSTALL(0, BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 1), ALLOW));
	T(install(NULL, 0, 0));
	T(install(NULL, 3, 0));
	T(install((void *)work_dir, 5000, 0));
	T(INSTALL(0, ALLOW));
	T(prctl(PR_GET_SECCOMP));
}

static void errors(void)
{
	T(INSTALL(0, LOAD(NR), IF(SYS_getppid, SECCOMP_RET_ERRNO | 77),
		  IF(SYS_getuid, SECCOMP_RET_ERRNO | 0),
		  IF(SYS_getgid, SECCOMP_RET_TRACE),
		  IF(SYS_geteuid, SECCOMP_RET_ERRNO | 0xffff),
		  IF(1000, SECCOMP_RET_ERRNO | EDOM), ALLOW));
	T(S(getppid));
	T(S(getuid));
	T(S(getgid));
	V(syscall(1000));
	V(errno);
	V(S(geteuid));
	V(errno);
	/* The newest filter with the strictest action wins. */
	T(INSTALL(0, LOAD(NR), IF(SYS_getppid, SECCOMP_RET_ERRNO | 5),
		  IF(SYS_getegid, SECCOMP_RET_ERRNO | 6), ALLOW));
	T(S(getppid));
	T(S(getegid));
	T(INSTALL(0, LOAD(NR), IF(SYS_getppid, SECCOMP_RET_LOG), ALLOW));
	T(S(getppid));
}

/* What the filter sees. */
static void data(void)
{
	T(INSTALL(0, LOAD(offsetof(struct seccomp_data, arch)),
		  BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCH, 1, 0),
		  STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
		  LOAD(NR), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_dup, 1, 0),
		  ALLOW,
		  /* errno = low word / high word of the argument, by hand */
		  LOAD(offsetof(struct seccomp_data, args) + 4),
		  STMT(BPF_MISC | BPF_TAX, 0),
		  LOAD(offsetof(struct seccomp_data, args)),
		  STMT(BPF_ALU | BPF_ADD | BPF_X, 0),
		  STMT(BPF_ST, 2), STMT(BPF_LDX | BPF_MEM, 2),
		  STMT(BPF_MISC | BPF_TXA, 0),
		  STMT(BPF_ALU | BPF_MUL | BPF_K, 2),
		  STMT(BPF_ALU | BPF_RSH | BPF_K, 1),
		  STMT(BPF_ALU | BPF_AND | BPF_K, 0xff),
		  STMT(BPF_ALU | BPF_OR | BPF_K, SECCOMP_RET_ERRNO),
		  STMT(BPF_RET | BPF_A, 0)));
	V((S(dup, 3L << 32 | 4), errno));
	V((S(dup, 0L << 32 | 9), errno));
}

static volatile int caught;
static siginfo_t info;

static void on_sys(int signo, siginfo_t *si, void *uc)
{
	caught++;
	info = *si;
	V(si->si_call_addr == (void *)PC((ucontext_t *)uc));
	RESULT((ucontext_t *)uc) = 1234;
}

static void trap(void)
{
	struct sigaction sa = { .sa_sigaction = on_sys,
				.sa_flags = SA_SIGINFO };

	sigaction(SIGSYS, &sa, NULL);
	T(INSTALL(0, LOAD(NR), IF(SYS_getppid, SECCOMP_RET_TRAP | 99), ALLOW));
	T(S(getppid));
	V(caught);
	V(info.si_code);
	V(info.si_errno);
	V(info.si_syscall == SYS_getppid);
	V(info.si_arch == ARCH);
	V(info.si_signo == SIGSYS);
}

static void trap_blocked(void)
{
	struct sigaction sa = { .sa_sigaction = on_sys,
				.sa_flags = SA_SIGINFO };
	sigset_t set;

	sigaction(SIGSYS, &sa, NULL);
	sigfillset(&set);
	sigprocmask(SIG_BLOCK, &set, NULL);
	T(INSTALL(0, LOAD(NR), IF(SYS_getppid, SECCOMP_RET_TRAP), ALLOW));
	fflush(stdout);
	S(getppid);
}

static void trap_default(void)
{
	T(INSTALL(0, LOAD(NR), IF(SYS_getppid, SECCOMP_RET_TRAP), ALLOW));
	fflush(stdout);
	S(getppid);
}

static void trap_ignored(void)
{
	signal(SIGSYS, SIG_IGN);
	trap_default();
}

static void kill_process(void)
{
	T(INSTALL(0, LOAD(NR), IF(SYS_getppid, SECCOMP_RET_KILL_PROCESS),
		  ALLOW));
	fflush(stdout);
	S(getppid);
}

static void kill_single(void)
{
	T(INSTALL(0, LOAD(NR), IF(SYS_getppid, SECCOMP_RET_KILL_THREAD),
		  ALLOW));
	fflush(stdout);
	S(getppid);
}

static void divide(void)
{
	T(INSTALL(0, LOAD(NR), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
					SYS_getppid, 1, 0), ALLOW,
		  STMT(BPF_LDX | BPF_IMM, 0), STMT(BPF_ALU | BPF_DIV | BPF_X, 0),
		  ALLOW));
	fflush(stdout);
	S(getppid);
}

static void strict(void)
{
	T(prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT));
	write(1, "", 0);
	S(exit, 9);
}

static void strict_killed(void)
{
	prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT);
	S(getppid);
}

/* -- Threads and children ------------------------------------------------ */

static pthread_barrier_t barrier;

static void *thread(void *arg)
{
	pthread_barrier_wait(&barrier);
	pthread_barrier_wait(&barrier);
	T(S(getppid));
	return NULL;
}

static void sync_threads(void)
{
	pthread_t t;

	pthread_barrier_init(&barrier, NULL, 2);
	pthread_create(&t, NULL, thread, NULL);
	pthread_barrier_wait(&barrier);
	T(INSTALL(SECCOMP_FILTER_FLAG_TSYNC, LOAD(NR),
		  IF(SYS_getppid, SECCOMP_RET_ERRNO | 33), ALLOW));
	pthread_barrier_wait(&barrier);
	pthread_join(t, NULL);
}

static void *diverge(void *arg)
{
	T(INSTALL(0, ALLOW));
	pthread_barrier_wait(&barrier);
	pthread_barrier_wait(&barrier);
	return NULL;
}

static void sync_refused(void)
{
	pthread_t t;

	pthread_barrier_init(&barrier, NULL, 2);
	pthread_create(&t, NULL, diverge, NULL);
	pthread_barrier_wait(&barrier);
	V(INSTALL(SECCOMP_FILTER_FLAG_TSYNC, ALLOW) > 0);
	T(INSTALL(SECCOMP_FILTER_FLAG_TSYNC | SECCOMP_FILTER_FLAG_TSYNC_ESRCH,
		  ALLOW));
	pthread_barrier_wait(&barrier);
	pthread_join(t, NULL);
}

static void *call_once(void *arg)
{
	S(getppid);
	return NULL;
}

static void kill_one(void)
{
	pthread_t t;

	T(INSTALL(0, LOAD(NR), IF(SYS_getppid, SECCOMP_RET_KILL_THREAD),
		  ALLOW));
	pthread_create(&t, NULL, call_once, NULL);
	pthread_join(t, NULL);
	T(S(getuid) >= 0);
}

static void inherited(void)
{
	char *argv[] = { "sys_seccomp", "child", NULL };
	int status;

	T(INSTALL(0, LOAD(NR), IF(SYS_getppid, SECCOMP_RET_ERRNO | 44),
		  ALLOW));
	fflush(stdout);
	if (!fork()) {
		T(S(getppid));
		fflush(stdout);
		_exit(0);
	}
	wait(&status);
	T(prctl(PR_GET_SECCOMP));
	fflush(stdout);
	execv("/proc/self/exe", argv);
	T(-1);
}

int main(int argc, char **argv)
{
	if (argc > 1) {
		T(prctl(PR_GET_SECCOMP));
		T(S(getppid));
		return 0;
	}
	CASE(queries);
	CASE(invalid);
	CASE(errors);
	CASE(data);
	CASE(trap);
	CASE(trap_blocked);
	CASE(trap_default);
	CASE(trap_ignored);
	CASE(kill_process);
	CASE(kill_single);
	CASE(divide);
	CASE(strict);
	CASE(strict_killed);
	CASE(sync_threads);
	CASE(sync_refused);
	CASE(kill_one);
	CASE(inherited);
	return 0;
}
