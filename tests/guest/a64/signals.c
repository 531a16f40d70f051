// SPDX-License-Identifier: LGPL-2.1-or-later
/* Signals: siginfo, masks, queues, waiting, faults, default actions. */
#include "check.h"

#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/time.h>
#include <time.h>

struct ksigaction {
	void *handler;
	unsigned long flags;
	void *restorer;
	unsigned long mask;
};

static volatile int count, last;
static siginfo_t info;
static volatile unsigned long mask_inside;

static unsigned long mask_now(void)
{
	unsigned long m = 0;

	syscall(SYS_rt_sigprocmask, SIG_BLOCK, NULL, &m, 8);
	return m;
}

static void on_info(int signo, siginfo_t *si, void *uc)
{
	count++;
	last = signo;
	info = *si;
	mask_inside = mask_now();
}

static void install(int signo, int flags)
{
	struct sigaction sa = { .sa_sigaction = on_info,
				.sa_flags = SA_SIGINFO | flags };

	sigaction(signo, &sa, NULL);
}

static void block(int how, int signo)
{
	unsigned long m = 1ul << (signo - 1);

	syscall(SYS_rt_sigprocmask, how, &m, NULL, 8);
}

static void sending(void)
{
	union sigval v = { .sival_int = 1234 };

	install(SIGUSR1, 0);
	count = 0;
	kill(getpid(), SIGUSR1);
	check_eq(count, 1, "kill(self) is delivered at once");
	check_eq(info.si_code, SI_USER, "si_code SI_USER");
	check_eq(info.si_pid, getpid(), "si_pid");
	check(mask_inside >> (SIGUSR1 - 1) & 1, "blocked in its handler");
	check_eq(mask_now(), 0, "mask restored");
	sigqueue(getpid(), SIGUSR1, v);
	check_eq(info.si_code, SI_QUEUE, "si_code SI_QUEUE");
	check_eq(info.si_value.sival_int, 1234, "si_value");
	raise(SIGUSR1);
	check_eq(info.si_code, SI_TKILL, "si_code SI_TKILL");
	check_eq(count, 3, "three handlers ran");
	install(SIGUSR1, SA_NODEFER);
	raise(SIGUSR1);
	check_eq(mask_inside, 0, "SA_NODEFER");
	install(SIGUSR1, SA_RESETHAND);
	raise(SIGUSR1);
	check(signal(SIGUSR1, SIG_DFL) == SIG_DFL, "SA_RESETHAND");
}

static void pending(void)
{
	union sigval v;
	sigset_t set;
	int order[3] = { 0 };

	install(SIGUSR1, 0);
	block(SIG_BLOCK, SIGUSR1);
	count = 0;
	raise(SIGUSR1);
	raise(SIGUSR1);
	check_eq(count, 0, "blocked");
	sigpending(&set);
	check(sigismember(&set, SIGUSR1), "sigpending");
	block(SIG_UNBLOCK, SIGUSR1);
	check_eq(count, 1, "standard signals do not queue");
	install(SIGRTMIN, 0);
	block(SIG_BLOCK, SIGRTMIN);
	count = 0;
	for (int i = 0; i < 3; i++) {
		v.sival_int = i + 1;
		sigqueue(getpid(), SIGRTMIN, v);
	}
	for (int i = 0; i < 3; i++) {
		siginfo_t si;

		sigemptyset(&set);
		sigaddset(&set, SIGRTMIN);
		if (sigwaitinfo(&set, &si) == SIGRTMIN)
			order[i] = si.si_value.sival_int;
	}
	check(order[0] == 1 && order[1] == 2 && order[2] == 3,
	      "queued signals in order");
	for (int i = 0; i < 5; i++)
		sigqueue(getpid(), SIGRTMIN, v);
	block(SIG_UNBLOCK, SIGRTMIN);
	check_eq(count, 5, "five queued signals, five handlers");
}

/* All 64 numbers, below libc, which hides two. */
static void numbers(void)
{
	int ok = 1, sent = 1;
	unsigned long all = ~0ul, none = 0;

	for (int n = 1; n <= 64; n++) {
		struct ksigaction sa = { .handler = (void *)on_info,
					 .flags = SA_SIGINFO }, old;

		if (n == SIGKILL || n == SIGSTOP)
			continue;
#ifdef __x86_64__
		struct ksigaction libc;
		struct sigaction tmp = { .sa_handler = SIG_IGN };

		/* Borrow libc's restorer. */
		sigaction(n == 32 || n == 33 ? 34 : n, &tmp, NULL);
		syscall(SYS_rt_sigaction, n == 32 || n == 33 ? 34 : n, NULL,
			&libc, 8);
		sa.flags |= 0x04000000;
		sa.restorer = libc.restorer;
#endif
		ok &= !syscall(SYS_rt_sigaction, n, &sa, NULL, 8);
		ok &= !syscall(SYS_rt_sigaction, n, NULL, &old, 8);
		ok &= old.handler == sa.handler && old.flags == sa.flags;
		last = 0;
		sent &= !syscall(SYS_tgkill, getpid(), syscall(SYS_gettid), n);
		sent &= last == n;
	}
	check(ok, "handlers for all signals");
	check(sent, "all signals arrive");
	syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, NULL, 8);
	count = 0;
	for (int n = 64; n >= 1; n--)
		if (n != SIGKILL && n != SIGSTOP)
			kill(getpid(), n);
	syscall(SYS_rt_sigprocmask, SIG_SETMASK, &none, NULL, 8);
	/* SIGCONT and the three that stop cancel each other. */
	check_eq(count, 62 - 3, "all signals pending at once");
	for (int n = 1; n <= 64; n++) {
		struct ksigaction sa = { 0 };

		syscall(SYS_rt_sigaction, n, &sa, NULL, 8);
	}
}

static void waiting(void)
{
	struct timespec ts = { 0, 10000000 }, zero = { 0, 0 };
	struct pollfd p = { .fd = -1 };
	unsigned long m = 0;
	siginfo_t si;
	sigset_t set;
	int fd;
	struct signalfd_siginfo fsi;

	install(SIGUSR1, 0);
	block(SIG_BLOCK, SIGUSR1);
	raise(SIGUSR1);
	count = 0;
	sigemptyset(&set);
	check_eq(sigsuspend(&set), -1, "sigsuspend");
	check_eq(count, 1, "sigsuspend ran the handler");
	check_eq(mask_now(), 1ul << (SIGUSR1 - 1), "sigsuspend restores the mask");
	raise(SIGUSR1);
	count = 0;
	errno = 0;
	check_eq(ppoll(&p, 1, &ts, &set), -1, "ppoll with a mask");
	check_eq(errno, EINTR, "ppoll: EINTR");
	check_eq(count, 1, "ppoll ran the handler");
	sigaddset(&set, SIGUSR1);
	check_eq(sigtimedwait(&set, &si, &zero), -1, "sigtimedwait, none there");
	check_eq(errno, EAGAIN, "sigtimedwait: EAGAIN");
	raise(SIGUSR1);
	check_eq(sigtimedwait(&set, &si, &zero), SIGUSR1, "sigtimedwait");
	fd = signalfd(-1, &set, 0);
	raise(SIGUSR1);
	check(read(fd, &fsi, sizeof(fsi)) == sizeof(fsi) &&
	      fsi.ssi_signo == SIGUSR1, "signalfd");
	close(fd);
	/* The same with one that the runner cannot block. */
	install(SIGSEGV, 0);
	block(SIG_BLOCK, SIGSEGV);
	count = 0;
	raise(SIGSEGV);
	check_eq(count, 0, "SIGSEGV sent and blocked");
	sigpending(&set);
	check(sigismember(&set, SIGSEGV), "SIGSEGV pending");
	sigemptyset(&set);
	sigaddset(&set, SIGSEGV);
	check_eq(sigtimedwait(&set, &si, &zero), SIGSEGV, "sigtimedwait SIGSEGV");
	raise(SIGSEGV);
	sigemptyset(&set);
	sigsuspend(&set);
	check_eq(count, 1, "sigsuspend for SIGSEGV");
	raise(SIGSEGV);
	block(SIG_UNBLOCK, SIGSEGV);
	check_eq(count, 2, "SIGSEGV unblocked");
	syscall(SYS_rt_sigprocmask, SIG_SETMASK, &m, NULL, 8);
	signal(SIGSEGV, SIG_DFL);
	signal(SIGUSR1, SIG_DFL);
}

static sigjmp_buf jmp;

static void on_fault(int signo, siginfo_t *si, void *uc)
{
	info = *si;
	siglongjmp(jmp, signo);
}

static int fault_at(void (*fn)(volatile char *), volatile char *p)
{
	int signo = sigsetjmp(jmp, 1);

	if (!signo)
		fn(p);
	return signo;
}

static void load(volatile char *p)
{
	(void)*p;
}

static void store(volatile char *p)
{
	*p = 1;
}

static void jump(volatile char *p)
{
	((void (*)(void))p)();
}

static void undefined(volatile char *p)
{
#ifdef __aarch64__
	__asm__ volatile(".inst 0");
#else
	__asm__ volatile("ud2");
#endif
}

static void fault(const char *what, void (*fn)(volatile char *),
		  volatile char *p, int signo, int code)
{
	check_eq(fault_at(fn, p), signo, what);
	check_eq(info.si_code, code, "  si_code");
	if (fn != undefined)
		check(info.si_addr == (void *)p, "  si_addr");
}

static void faults(void)
{
	struct sigaction sa = { .sa_sigaction = on_fault,
				.sa_flags = SA_SIGINFO };
	char name[] = "/tmp/guest-signals-XXXXXX";
	char *ro, *none, *file;
	int fd;

	sigaction(SIGSEGV, &sa, NULL);
	sigaction(SIGBUS, &sa, NULL);
	sigaction(SIGILL, &sa, NULL);
	ro = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	none = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	fd = mkstemp(name);
	unlink(name);
	if (ftruncate(fd, 4096))
		exit(1);
	file = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	fault("load from 8", load, (char *)8, SIGSEGV, SEGV_MAPERR);
	fault("store to 16", store, (char *)16, SIGSEGV, SEGV_MAPERR);
	fault("store to read-only page", store, ro + 5, SIGSEGV, SEGV_ACCERR);
	fault("load from PROT_NONE", load, none + 9, SIGSEGV, SEGV_ACCERR);
	fault("jump to 32", jump, (char *)32, SIGSEGV, SEGV_MAPERR);
	fault("jump to data", jump, ro, SIGSEGV, SEGV_ACCERR);
	fault("load past the end of file", load, file + 4096, SIGBUS,
	      BUS_ADRERR);
	check_eq(fault_at(undefined, NULL), SIGILL, "undefined instruction");
	signal(SIGSEGV, SIG_DFL);
	signal(SIGBUS, SIG_DFL);
	signal(SIGILL, SIG_DFL);
}

static int die_by(void *arg)
{
	raise((int)(long)arg);
	usleep(1000);
	return 9;
}

static int die_by_fault(void *arg)
{
	unsigned long m = ~0ul;

	if (arg)
		syscall(SYS_rt_sigprocmask, SIG_SETMASK, &m, NULL, 8);
	else
		signal(SIGSEGV, SIG_IGN);
	store((char *)8);
	return 9;
}

static void defaults(void)
{
	static const int fatal[] = {
		SIGHUP, SIGINT, SIGQUIT, SIGILL, SIGTRAP, SIGABRT, SIGBUS,
		SIGFPE, SIGKILL, SIGUSR1, SIGSEGV, SIGUSR2, SIGPIPE, SIGALRM,
		SIGTERM, SIGXCPU, SIGVTALRM, SIGPROF, SIGIO, SIGSYS, 34, 64
	};
	static const int harmless[] = { SIGCHLD, SIGURG, SIGWINCH, SIGCONT };
	int ok = 1, status;

	for (unsigned i = 0; i < sizeof(fatal) / sizeof(fatal[0]); i++) {
		status = in_child(die_by, (void *)(long)fatal[i]);
		if (!WIFSIGNALED(status) || WTERMSIG(status) != fatal[i]) {
			printf("# signal %d: status %x\n", fatal[i], status);
			ok = 0;
		}
	}
	check(ok, "fatal signals kill");
	for (unsigned i = 0; i < 4; i++)
		ok &= in_child(die_by, (void *)(long)harmless[i]) == 9 << 8;
	check(ok, "others do not");
	status = in_child(die_by_fault, NULL);
	check_eq(WTERMSIG(status), SIGSEGV, "ignored fault kills");
	status = in_child(die_by_fault, &status);
	check_eq(WTERMSIG(status), SIGSEGV, "blocked fault kills");
}

static int stopper(void *arg)
{
	raise(SIGSTOP);
	raise(SIGTSTP);
	return 3;
}

static void stopping(void)
{
	siginfo_t si;
	int status;
	pid_t pid = fork();

	if (!pid)
		_exit(stopper(NULL));
	waitpid(pid, &status, WUNTRACED);
	check(WIFSTOPPED(status) && WSTOPSIG(status) == SIGSTOP, "stopped");
	kill(pid, SIGCONT);
	waitpid(pid, &status, WCONTINUED | WUNTRACED);
	if (WIFCONTINUED(status))
		waitpid(pid, &status, WUNTRACED);
	check(WIFSTOPPED(status) && WSTOPSIG(status) == SIGTSTP, "SIGTSTP");
	kill(pid, SIGCONT);
	waitid(P_PID, (id_t)pid, &si, WEXITED);
	check(si.si_code == CLD_EXITED && si.si_status == 3, "continued");
}

static void children(void)
{
	pid_t pid;

	install(SIGCHLD, 0);
	block(SIG_BLOCK, SIGCHLD);
	count = 0;
	pid = fork();
	if (!pid)
		_exit(6);
	while (waitpid(pid, NULL, 0) != pid)
		;
	block(SIG_UNBLOCK, SIGCHLD);
	check(count == 1 && info.si_pid == pid && info.si_status == 6 &&
	      info.si_code == CLD_EXITED, "SIGCHLD's siginfo");
	signal(SIGCHLD, SIG_IGN);
	pid = fork();
	if (!pid)
		_exit(0);
	check(waitpid(pid, NULL, 0) == -1 && errno == ECHILD,
	      "SIG_IGN for SIGCHLD leaves no zombie");
	signal(SIGCHLD, SIG_DFL);
}

static volatile unsigned long spins;

/*
 * Until *n reaches limit: jumps to and fro by indirect jumps alone, which
 * nothing but the look-up of their targets can interrupt, between places so
 * far apart that simple look-up tables have them in the same entry.
 */
void jump_until(volatile int *n, int limit);
#ifdef __x86_64__
__asm__(".balign 65536\n"
	"jump_until:\n"
	"	lea	1f(%rip), %rdx\n"
	"	lea	2f(%rip), %rcx\n"
	"1:	mov	(%rdi), %eax\n"
	"	cmp	%esi, %eax\n"
	"	jge	3f\n"
	"	jmp	*%rcx\n"
	"3:	ret\n"
	"	.skip	65536 - (3b + 1 - 1b)\n"
	"2:	jmp	*%rdx\n");
#else
__asm__(".balign 65536\n"
	"jump_until:\n"
	"	adr	x2, 1f\n"
	"	adr	x3, 2f\n"
	"1:	ldr	w4, [x0]\n"
	"	cmp	w4, w1\n"
	"	b.ge	3f\n"
	"	br	x3\n"
	"3:	ret\n"
	"	.skip	65536 - (3b + 4 - 1b)\n"
	"2:	br	x2\n");
#endif

static void timers(void)
{
	struct itimerval it = { { 0, 2000 }, { 0, 2000 } }, off = { 0 };

	install(SIGALRM, 0);
	count = 0;
	setitimer(ITIMER_REAL, &it, NULL);
	while (count < 20)
		spins++;	/* no system call: translated code only */
	check(count >= 20, "timer interrupts a loop");
	count = 0;
	jump_until(&count, 20);
	setitimer(ITIMER_REAL, &off, NULL);
	check(count >= 20, "timer interrupts indirect jumps");
	install(SIGVTALRM, 0);
	count = 0;
	setitimer(ITIMER_VIRTUAL, &it, NULL);
	while (count < 3)
		spins++;
	setitimer(ITIMER_VIRTUAL, &off, NULL);
	check(count >= 3, "virtual timer");
}

static void nested(int signo)
{
	last = last * 10 + (signo - SIGRTMIN);
	if (signo < SIGRTMIN + 3)
		raise(signo + 1);
	last = last * 10 + (signo - SIGRTMIN);
}

static void nesting(void)
{
	for (int i = 1; i < 4; i++)
		signal(SIGRTMIN + i, nested);
	last = 0;
	raise(SIGRTMIN + 1);
	check_eq(last, 123321, "nested handlers");
}

int main(void)
{
	sending();
	pending();
	numbers();
	waiting();
	faults();
	defaults();
	stopping();
	children();
	timers();
	nesting();
	return check_done();
}
