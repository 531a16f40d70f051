// SPDX-License-Identifier: LGPL-2.1-or-later
/* The arm64 signal frame: what a handler finds, may change and may break. */
#include "check.h"

#include <asm/sigcontext.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <ucontext.h>

static siginfo_t info;
static volatile uint64_t esr, fault_address, pstate, pc;
static volatile int have_fpsimd, terminated, restored;

static struct fpsimd_context *walk(ucontext_t *uc)
{
	struct fpsimd_context *fp = NULL;
	char *p = (char *)uc->uc_mcontext.__reserved;

	have_fpsimd = terminated = 0;
	esr = 0;
	for (;;) {
		struct _aarch64_ctx *h = (void *)p;

		if (!h->magic) {
			terminated = !h->size;
			return fp;
		}
		if (h->magic == FPSIMD_MAGIC) {
			fp = (void *)p;
			have_fpsimd = h->size == sizeof(*fp);
		} else if (h->magic == ESR_MAGIC) {
			esr = ((struct esr_context *)p)->esr;
		}
		p += h->size;
	}
}

/* Notes everything, and continues after the instruction. */
static void skip(int signo, siginfo_t *si, void *p)
{
	ucontext_t *uc = p;
	struct fpsimd_context *fp = walk(uc);

	info = *si;
	fault_address = uc->uc_mcontext.fault_address;
	pstate = uc->uc_mcontext.pstate;
	pc = uc->uc_mcontext.pc;
	uc->uc_mcontext.regs[0] = 42;
	uc->uc_mcontext.pstate ^= 0xf0000000;
	if (fp) {
		fp->vregs[0] = 43;
		fp->fpsr |= 1 << 27;
	}
	uc->uc_mcontext.pc += 4;
}

static void install(int signo, void *handler)
{
	struct sigaction sa = { .sa_sigaction = handler,
				.sa_flags = SA_SIGINFO };

	sigaction(signo, &sa, NULL);
}

static uint64_t faulting(uint64_t addr, int write, uint64_t *v, uint32_t *flags,
			 uint64_t *at, uint64_t *fpsr)
{
	register uint64_t x0 __asm__("x0") = addr;
	uint64_t f, a, s;

	__asm__ volatile(
		"msr fpsr, xzr\n\t"
		"mov %[f], #0x60000000\n\t"
		"msr nzcv, %[f]\n\t"
		"adr %[a], 1f\n\t"
		"cbnz %w[w], 2f\n\t"
		"add %[a], %[a], #0\n"
		"1:	ldr x1, [x0]\n\t"
		"b 3f\n"
		"2:	add %[a], %[a], #8\n\t"
		"str x1, [x0]\n"
		"3:	mrs %[f], nzcv\n\t"
		"mrs %[s], fpsr\n\t"
		"str d0, [%[v]]"
		: "+r"(x0), [f] "=&r"(f), [a] "=&r"(a), [s] "=&r"(s)
		: [w] "r"(write), [v] "r"(v)
		: "x1", "v0", "cc", "memory");
	*flags = (uint32_t)f;
	*at = a;
	*fpsr = s;
	return x0;
}

static void faults(void)
{
	char *ro = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS,
			-1, 0);
	uint64_t v = 0, at, fpsr;
	uint32_t flags;

	install(SIGSEGV, skip);
	check_eq(faulting(0x18, 0, &v, &flags, &at, &fpsr), 42, "x0 changed");
	check_eq(v, 43, "v0 changed");
	check_eq(flags, 0x90000000u, "flags changed");
	check_eq(fpsr >> 27 & 1, 1, "fpsr changed");
	check_eq(pstate & 0xf0000000, 0x60000000, "flags in the frame");
	check_eq(pc, at, "pc in the frame");
	check_eq(fault_address, 0x18, "fault_address");
	check(have_fpsimd && terminated, "records");
	check_eq(esr >> 26, 0x24, "esr: data abort");
	check_eq(esr & 0x7c, 4, "esr: load, translation fault");
	faulting((uint64_t)ro, 1, &v, &flags, &at, &fpsr);
	check_eq(esr & 0x7c, 0x4c, "esr: store, permission fault");
	check_eq(fault_address, ro, "fault_address");
}

static void traps(void)
{
	uint64_t at;

	install(SIGTRAP, skip);
	install(SIGILL, skip);
	__asm__ volatile("adr %0, 1f\n1: brk #77" : "=r"(at) : : "x0", "cc");
	check(info.si_code == TRAP_BRKPT && (uint64_t)info.si_addr == at,
	      "brk: code and address");
	check_eq(pc, at, "  pc");
	__asm__ volatile("adr %0, 1f\n1: .inst 0x00000000"
			 : "=r"(at) : : "x0", "cc");
	check(info.si_signo == SIGILL && info.si_code == ILL_ILLOPC &&
	      (uint64_t)info.si_addr == at, "undefined: code and address");
}

static void back(int signo, siginfo_t *si, void *p)
{
	ucontext_t *uc = p;

	info = *si;
	pc = uc->uc_mcontext.pc;
	uc->uc_mcontext.pc = uc->uc_mcontext.regs[30];
}

static void jumps(void)
{
	static uint32_t code[4];

	install(SIGBUS, back);
	install(SIGSEGV, back);
	((void (*)(void))((uintptr_t)code + 2))();
	check(info.si_signo == SIGBUS && info.si_code == BUS_ADRALN &&
	      info.si_addr == (char *)code + 2, "misaligned pc");
	((void (*)(void))0x5000)();
	check(info.si_signo == SIGSEGV && (uint64_t)info.si_addr == 0x5000 &&
	      pc == 0x5000, "jump into nothing");
}

/* -- Our own restorer ------------------------------------------------------ */

void restorer(void);
__asm__(".text\nrestorer:\n\t"
	"adrp x9, restored\n\tadd x9, x9, :lo12:restored\n\t"
	"mov w10, #1\n\tstr w10, [x9]\n\t"
	"mov x8, #139\n\tsvc #0");

static volatile uint64_t record[2], x29_then;

static void frame_record(int signo, siginfo_t *si, void *p)
{
	ucontext_t *uc = p;
	uint64_t *mine = __builtin_frame_address(0);
	uint64_t *frame = (uint64_t *)mine[0];

	/* Our caller's frame pointer is the record that the kernel pushed. */
	record[0] = frame[0] == uc->uc_mcontext.regs[29];
	record[1] = frame[1] == uc->uc_mcontext.regs[30];
	x29_then = (uint64_t)frame > (uint64_t)p;
}

static void restorers(void)
{
	struct {
		void *handler;
		unsigned long flags;
		void *restorer;
		unsigned long mask;
	} sa = { (void *)frame_record, SA_SIGINFO | 0x04000000, restorer, 0 };

	syscall(SYS_rt_sigaction, SIGUSR1, &sa, NULL, 8);
	raise(SIGUSR1);
	check_eq(restored, 1, "SA_RESTORER");
	restored = 0;
	install(SIGUSR1, frame_record);
	raise(SIGUSR1);
	check_eq(restored, 0, "without: the vDSO's");
	check(record[0] && record[1] && x29_then, "frame record");
}

/* -- Bad frames ------------------------------------------------------------ */

static void spoil(int signo, siginfo_t *si, void *p)
{
	ucontext_t *uc = p;
	struct _aarch64_ctx *h = (void *)uc->uc_mcontext.__reserved;

	switch (signo) {
	case SIGUSR1:
		h->magic = 0x12345678;
		break;
	case SIGUSR2:
		h->size = 7;
		break;
	case SIGHUP:
		uc->uc_mcontext.pstate |= 5;	/* EL1h */
		break;
	case SIGINT:
		h->magic = h->size = 0;		/* no fpsimd */
		break;
	}
}

static int spoilt(void *arg)
{
	install((int)(long)arg, spoil);
	raise((int)(long)arg);
	return 1;
}

static int no_frame(void *arg)
{
	register uint64_t x8 __asm__("x8") = 139;

	__asm__ volatile("mov sp, %1\n\tsvc #0" : : "r"(x8), "r"(arg));
	return 1;
}

static void bad_frames(void)
{
	static const int signals[] = { SIGUSR1, SIGUSR2, SIGHUP, SIGINT };

	signal(SIGSEGV, SIG_DFL);
	for (int i = 0; i < 4; i++)
		check_eq(in_child(spoilt, (void *)(long)signals[i]), SIGSEGV,
			 "bad frame kills");
	check_eq(in_child(no_frame, (void *)16), SIGSEGV, "no frame");
	check_eq(in_child(no_frame, (void *)-16), SIGSEGV, "frame at the top");
	check_eq(in_child(no_frame, (void *)12345), SIGSEGV, "odd sp");
}

/* -- Registers over asynchronous signals ----------------------------------- */

static volatile int ticks;

static void clobber(int signo)
{
	ticks++;
	__asm__ volatile(
		"movi v0.16b, #1\n\tmovi v8.16b, #2\n\tmovi v15.16b, #3\n\t"
		"movi v16.16b, #4\n\tmovi v31.16b, #5\n\t"
		"mov x0, #9\n\tmov x8, #9\n\tmov x15, #9\n\tmov x17, #9\n\t"
		"mov x18, #9\n\tcmp xzr, xzr"
		: : : "v0", "v8", "v15", "v16", "v31", "x0", "x8", "x15",
		      "x17", "x18", "cc");
}

/* 0 if a million rounds leave every register as it was. */
static uint64_t rounds(void)
{
	uint64_t bad;

	__asm__ volatile(
		"mov x0, #1\n\tmov x8, #2\n\tmov x15, #3\n\tmov x17, #4\n\t"
		"mov x18, #5\n\tmov x28, #6\n\t"
		"movi v0.16b, #7\n\tmovi v8.16b, #8\n\tmovi v15.16b, #9\n\t"
		"movi v16.16b, #10\n\tmovi v31.16b, #11\n\t"
		"mov %[bad], #0\n\tmov w1, #0x200000\n\t"
		"1: subs w1, w1, #1\n\t"
		"cinc %[bad], %[bad], mi\n\t"
		"cmp x0, #1\n\tcinc %[bad], %[bad], ne\n\t"
		"cmp x8, #2\n\tcinc %[bad], %[bad], ne\n\t"
		"cmp x15, #3\n\tcinc %[bad], %[bad], ne\n\t"
		"cmp x17, #4\n\tcinc %[bad], %[bad], ne\n\t"
		"cmp x18, #5\n\tcinc %[bad], %[bad], ne\n\t"
		"cmp x28, #6\n\tcinc %[bad], %[bad], ne\n\t"
		"umov w2, v0.b[15]\n\tcmp w2, #7\n\t"
		"cinc %[bad], %[bad], ne\n\t"
		"umov w2, v8.b[15]\n\tcmp w2, #8\n\t"
		"cinc %[bad], %[bad], ne\n\t"
		"umov w2, v15.b[15]\n\tcmp w2, #9\n\t"
		"cinc %[bad], %[bad], ne\n\t"
		"umov w2, v16.b[15]\n\tcmp w2, #10\n\t"
		"cinc %[bad], %[bad], ne\n\t"
		"umov w2, v31.b[15]\n\tcmp w2, #11\n\t"
		"cinc %[bad], %[bad], ne\n\t"
		"cbnz w1, 1b"
		: [bad] "=&r"(bad)
		: : "x0", "x1", "x2", "x8", "x15", "x17", "x18", "x28", "v0",
		    "v8", "v15", "v16", "v31", "cc");
	return bad;
}

static void registers(void)
{
	struct itimerval it = { { 0, 300 }, { 0, 300 } }, off = { 0 };
	uint64_t bad = 0;

	signal(SIGALRM, clobber);
	setitimer(ITIMER_REAL, &it, NULL);
	for (int i = 0; i < 200 && ticks < 100; i++)
		bad |= rounds();
	setitimer(ITIMER_REAL, &off, NULL);
	check(ticks >= 100, "signals came");
	check_eq(bad, 0, "registers and flags survive");
}

int main(void)
{
	faults();
	traps();
	jumps();
	restorers();
	bad_frames();
	registers();
	return check_done();
}
