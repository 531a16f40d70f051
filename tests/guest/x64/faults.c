// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * What an x86_64 kernel says of faults, what a handler finds in its frame and
 * may change there.  Runs natively too.
 */
#include "../a64/check.h"

#include <asm/prctl.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <time.h>
#include <ucontext.h>

static volatile struct {
	int count, signo, code;
	uint64_t addr, trapno, err, cr2, rip, cs, ss, flags, fpstate, rsp;
	uint64_t uc_flags;
	uint32_t magic1, magic2, size, mxcsr, handler_mxcsr, extended;
	uint16_t handler_fcw;
} got;
static uint64_t resume;

static void handler(int signo, siginfo_t *si, void *p)
{
	ucontext_t *uc = p;
	greg_t *g = uc->uc_mcontext.gregs;
	uint8_t *fp = (uint8_t *)uc->uc_mcontext.fpregs;
	uint32_t mx;
	uint16_t cw;

	__asm__ volatile("stmxcsr %0; fnstcw %1" : "=m"(mx), "=m"(cw));
	got.handler_mxcsr = mx;
	got.handler_fcw = cw;
	got.count++;
	got.signo = signo;
	got.code = si->si_code;
	got.addr = (uint64_t)si->si_addr;
	got.trapno = (uint64_t)g[REG_TRAPNO];
	got.err = (uint64_t)g[REG_ERR];
	got.cr2 = (uint64_t)g[REG_CR2];
	got.rip = (uint64_t)g[REG_RIP];
	got.rsp = (uint64_t)g[REG_RSP];
	got.flags = (uint64_t)g[REG_EFL];
	got.cs = g[REG_CSGSFS] & 0xffff;
	got.ss = (uint64_t)g[REG_CSGSFS] >> 48;
	got.uc_flags = uc->uc_flags;
	got.fpstate = (uint64_t)fp;
	memcpy((void *)&got.mxcsr, fp + 24, 4);
	memcpy((void *)&got.magic1, fp + 464, 4);
	memcpy((void *)&got.extended, fp + 468, 4);
	memcpy((void *)&got.size, fp + 480, 4);
	memcpy((void *)&got.magic2, fp + got.size, 4);
	if (!resume)
		return;
	g[REG_RIP] = (greg_t)resume;
	/* As it was, so that nothing traps again. */
	mx = 0x1f80;
	memcpy(fp + 24, &mx, 4);
	cw = 0x37f;
	memcpy(fp, &cw, 2);
	memset(fp + 2, 0, 2);
}

/* Run code that faults; the handler continues behind it. */
#define FAULT(code, ...) do { \
	got.count = 0; \
	__asm__ volatile("lea 9f(%%rip), %%rax; mov %%rax, %0; " code \
			 "; 9: nop" : "=m"(resume) : __VA_ARGS__ \
			 : "rax", "rdx", "rcx", "xmm0", "memory", "cc"); \
} while (0)

static void expect(const char *what, int signo, int code, uint64_t trapno,
		   uint64_t err, uint64_t addr)
{
	check(got.count == 1 && got.signo == signo, "%s: signal %d", what,
	      signo);
	check_eq(got.code, code, what);
	check_eq(got.trapno, trapno, "trap number");
	check_eq(got.err, err, "error code");
	check_eq(got.addr, addr, "address");
}

static uint8_t *page(int prot)
{
	uint8_t *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	memset(p, 0xc3, 4096);
	mprotect(p, 4096, prot);
	return p;
}

static void page_faults(void)
{
	uint8_t *ro = page(PROT_READ), *gone = page(PROT_READ);

	munmap(gone, 4096);
	FAULT("mov (%1), %%al", "r"(gone + 5));
	expect("read of nothing", SIGSEGV, SEGV_MAPERR, 14, 4,
	       (uint64_t)gone + 5);
	check_eq(got.cr2, gone + 5, "cr2");
	FAULT("movb $1, (%1)", "r"(gone + 6));
	expect("write to nothing", SIGSEGV, SEGV_MAPERR, 14, 6,
	       (uint64_t)gone + 6);
	FAULT("movb $1, (%1)", "r"(ro + 7));
	expect("write to a read-only page", SIGSEGV, SEGV_ACCERR, 14, 7,
	       (uint64_t)ro + 7);
	FAULT("sub $128, %%rsp; call *%1", "r"(ro + 8));
	__asm__ volatile("add $136, %%rsp" : : : "memory", "cc");
	expect("call of data", SIGSEGV, SEGV_ACCERR, 14, 0x15,
	       (uint64_t)ro + 8);
	check_eq(got.rip, ro + 8, "rip is there");
	FAULT("movaps %%xmm0, (%1)", "r"(ro + 16));
	expect("movaps", SIGSEGV, SEGV_ACCERR, 14, 7, (uint64_t)ro + 16);
}

static void other_faults(void)
{
	static uint64_t buf[4] __attribute__((aligned(16)));
	uint64_t ud, after;

	FAULT("movaps (%1), %%xmm0", "r"((char *)buf + 8));
	expect("misaligned movaps", SIGSEGV, SI_KERNEL, 13, 0, 0);
	FAULT("mov (%1), %%al", "r"(0x8000000000001234ull));
	expect("no address at all", SIGSEGV, SI_KERNEL, 13, 0, 0);
	FAULT("hlt", "r"(0));
	expect("hlt", SIGSEGV, SI_KERNEL, 13, 0, 0);
	FAULT("lea 1f(%%rip), %%rdx; mov %%rdx, (%1); 1: ud2", "r"(&ud));
	expect("ud2", SIGILL, ILL_ILLOPN, 6, 0, ud);
	check_eq(got.rip, ud, "rip is at it");
	FAULT("lea 1f(%%rip), %%rdx; mov %%rdx, (%1); int3; 1:", "r"(&after));
	expect("int3", SIGTRAP, SI_KERNEL, 3, 0, 0);
	check_eq(got.rip, after, "rip is behind it");
	FAULT("lea 1f(%%rip), %%rdx; mov %%rdx, (%1); xor %%ecx, %%ecx;"
	      "mov $1, %%eax; cltd; 1: idiv %%ecx", "r"(&ud));
	expect("division by zero", SIGFPE, FPE_INTDIV, 0, 0, ud);
	FAULT("lea 1f(%%rip), %%rdx; mov %%rdx, (%1); mov $-1, %%ecx;"
	      "mov $0x80000000, %%eax; cltd; 1: idiv %%ecx", "r"(&ud));
	expect("overflow of a quotient", SIGFPE, FPE_INTDIV, 0, 0, ud);
}

static void fp_faults(void)
{
	uint32_t unmask = 0x1f80 & ~0x200;	/* ZM */
	uint16_t cw = 0x37f & ~4;
	double one = 1, zero = 0;
	uint64_t at;

	FAULT("ldmxcsr %2; lea 1f(%%rip), %%rdx; mov %%rdx, (%1);"
	      "movsd %3, %%xmm0; 1: divsd %4, %%xmm0", "r"(&at), "m"(unmask),
	      "m"(one), "m"(zero));
	expect("divsd by zero", SIGFPE, FPE_FLTDIV, 19, 0, at);
	check_eq(got.mxcsr & 4, 4, "ZE in the frame's MXCSR");
	check_eq(got.handler_mxcsr, 0x1f80, "the handler's own MXCSR");
	FAULT("fldcw %2; fld1; fldz; lea 1f(%%rip), %%rdx; mov %%rdx, (%1);"
	      "fdivrp; 1: fwait; fstp %%st(0)", "r"(&at), "m"(cw));
	expect("x87 division by zero", SIGFPE, FPE_FLTDIV, 16, 0, at);
	check_eq(got.handler_fcw, 0x37f, "the handler's own control word");
	__asm__ volatile("fninit");
}

/* -- The frame --------------------------------------------------------------- */

static volatile int changed;

static void on_usr1(int signo, siginfo_t *si, void *p)
{
	ucontext_t *uc = p;
	uint8_t *fp = (uint8_t *)uc->uc_mcontext.fpregs;
	static const uint64_t x[2] = { 0x1111, 0x2222 };

	handler(signo, si, p);
	/* All of ours may be destroyed. */
	__asm__ volatile("fninit; fldz; fldz; pxor %%xmm1, %%xmm1;"
			 "pxor %%xmm2, %%xmm2; std; cld" : : : "xmm1", "xmm2");
	if (changed)
		memcpy(fp + 160 + 16, x, 16);		/* xmm1 */
}

static void frame(void)
{
	uint64_t x1[2] = { 0x123456789, 0xabcdef }, out[2], out2[2];
	uint64_t red = 0, flags;
	long double v = 3.25L, w = 0;

	for (changed = 0; changed < 2; changed++) {
		resume = 0;
		__asm__ volatile(
			"movups (%5), %%xmm1; movups (%5), %%xmm2; fldt %6;"
			"movq $77, -120(%%rsp);"
			"mov %7, %%eax; mov %8, %%edi; mov %9, %%esi; stc;"
			"syscall; pushf; pop %2; movups %%xmm1, (%3);"
			"movups %%xmm2, (%4); mov -120(%%rsp), %0; fstpt %1"
			: "=&r"(red), "=m"(w), "=&r"(flags)
			: "r"(out), "r"(out2), "r"(x1), "m"(v),
			  "i"(SYS_tkill), "r"((int)syscall(SYS_gettid)),
			  "i"(SIGUSR1)
			: "rax", "rdi", "rsi", "rcx", "r11", "memory", "cc",
			  "xmm1", "xmm2");
		check_eq(out2[0] ^ out2[1], x1[0] ^ x1[1], "xmm2 comes back");
		check(w == v, "st(0) comes back");
		check_eq(red, 77, "the red zone is left alone");
		check_eq(flags & 1, 1, "CF comes back");
		check_eq(out[0], changed ? 0x1111 : x1[0], "xmm1 as it is in "
			 "the frame");
	}
	check_eq(got.fpstate % 64, 0, "fpstate is aligned");
	check_eq(got.uc_flags & 7, 7, "uc_flags");
	check_eq(got.magic1, 0x46505853, "magic1");
	check_eq(got.magic2, 0x46505845, "magic2");
	check_eq(got.extended, got.size + 4, "extended size");
	check_eq(got.cs, 0x33, "cs");
	check_eq(got.ss, 0x2b, "ss");
	check_eq(got.flags & 0x202, 0x202, "IF");
}

__attribute__((target("avx")))
static void frame_avx(void)
{
	uint64_t in[4] = { 1, 2, 3, 4 }, out[4] = { 0 };

	resume = 0;
	changed = 0;
	__asm__ volatile("vmovups (%0), %%ymm3; syscall; vmovups %%ymm3, (%1);"
			 "vzeroupper"
			 : : "r"(in), "r"(out), "a"(SYS_tkill),
			     "D"(syscall(SYS_gettid)), "S"(SIGUSR1)
			 : "rcx", "r11", "memory", "xmm3");
	check(!memcmp(in, out, sizeof(in)), "ymm3 comes back");
}

/* -- Calls ---------------------------------------------------------------------- */

static void calls(void)
{
	unsigned long gs = 0, fs = 0, fs2, x = 0x55;
	uint64_t rcx = 0, rip = 0, r11 = 0, val;
	void *p = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE |
		       MAP_ANONYMOUS | MAP_32BIT, -1, 0);

	check((uint64_t)p >> 31 == 0, "MAP_32BIT");
	check_eq(syscall(SYS_arch_prctl, ARCH_SET_GS, &x), 0, "ARCH_SET_GS");
	__asm__("mov %%gs:0, %0" : "=r"(val));
	check_eq(val, 0x55, "gs:0");
	check_eq(syscall(SYS_arch_prctl, ARCH_GET_GS, &gs), 0, "ARCH_GET_GS");
	check_eq(gs, &x, "is what was set");
	check_eq(syscall(SYS_arch_prctl, ARCH_GET_FS, &fs), 0, "ARCH_GET_FS");
	__asm__("mov %%fs:0, %0" : "=r"(fs2));
	check_eq(fs, fs2, "the thread pointer");
	check(syscall(SYS_arch_prctl, ARCH_SET_FS, 1ull << 47) == -1 &&
	      errno == EPERM, "ARCH_SET_FS beyond user space");
	check(syscall(SYS_arch_prctl, 0x1234, 0) == -1 && errno == EINVAL,
	      "an unknown arch_prctl");
	__asm__ volatile("stc; syscall; 1: lea 1b(%%rip), %2; mov %%rcx, %0;"
			 "mov %%r11, %1"
			 : "=&r"(rcx), "=&r"(r11), "=&r"(rip)
			 : "a"(SYS_getpid) : "rcx", "r11", "memory", "cc");
	check_eq(rcx, rip, "rcx after a call");
	check_eq(r11 & 0x201, 0x201, "r11 after a call");
	check_eq(syscall(0x40000000 + 39), -1, "no x32 calls");
}

/* The old way to the time; a native kernel may be without. */
static void vsyscall(void)
{
	long (*old_time)(long *) = (void *)0xffffffffff600400;
	int (*old_cpu)(unsigned *, unsigned *) = (void *)0xffffffffff600800;
	unsigned cpu = 99999;
	int st = 0;
	long t;

	if (!fork()) {
		signal(SIGSEGV, SIG_DFL);
		old_time(&t);
		_exit(0);
	}
	wait(&st);
	if (WIFSIGNALED(st)) {
		check(WTERMSIG(st) == SIGSEGV, "no vsyscall page here");
		return;
	}
	t = time(NULL) - old_time(NULL);
	check(t >= 0 && t <= 1, "vsyscall time()");
	check_eq(old_cpu(&cpu, NULL), 0, "vsyscall getcpu()");
	check(cpu != 99999, "which has told the processor");
}

int main(void)
{
	static const int signals[] = {
		SIGSEGV, SIGILL, SIGFPE, SIGTRAP, SIGBUS
	};
	struct sigaction sa = { .sa_sigaction = handler,
				.sa_flags = SA_SIGINFO };

	for (unsigned i = 0; i < 5; i++)
		sigaction(signals[i], &sa, NULL);
	page_faults();
	other_faults();
	fp_faults();
	sa.sa_sigaction = on_usr1;
	sigaction(SIGUSR1, &sa, NULL);
	frame();
	if (__builtin_cpu_supports("avx"))
		frame_avx();
	calls();
	vsyscall();
	return check_done();
}
