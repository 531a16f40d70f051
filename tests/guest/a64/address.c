/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Forms of addresses: tags in the top byte, which accesses and branches
 * ignore and system calls refuse until asked (the kernel's tagged address
 * ABI); misaligned addresses of exclusive, ordered and atomic accesses, and a
 * misaligned stack pointer as base, which fault.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <ucontext.h>

#include "check.h"

#define TAG(p, t) ((void *)((uintptr_t)(p) | (uintptr_t)(t) << 56))

static sigjmp_buf env;
static siginfo_t got;
static uint64_t data[64] __attribute__((aligned(64)));

static void on_fault(int sig, siginfo_t *si, void *uc)
{
	got = *si;
	siglongjmp(env, 1);
}

/* Is this signal what fn(p) ends in, with this address? */
static void faults(void (*fn)(void *), void *p, int sig, int code, void *addr,
		   const char *what)
{
	memset(&got, 0, sizeof(got));
	if (!sigsetjmp(env, 1))
		fn(p);
	check(got.si_signo == sig && got.si_code == code &&
	      got.si_addr == addr, "%s", what);
	if (got.si_signo != sig || got.si_code != code || got.si_addr != addr)
		printf("# signal %d, code %d, address %p\n", got.si_signo,
		       got.si_code, got.si_addr);
}

/* -- Tags ------------------------------------------------------------------ */

static long sum(const long *p, int n)
{
	long s = 0;

	for (int k = 0; k < n; k++)
		s += ((const volatile long *)p)[k];
	return s;
}

static long one(void)
{
	return 1;
}

__asm__(".text\n"
	"tagged_return: orr x30, x30, #0x0f00000000000000; ret\n"
	"exchange: ldxr x1, [x0]; add x1, x1, #1; stxr w2, x1, [x0]\n"
	"	cbnz w2, exchange; mov x0, x1; ret\n"
	"vectors: ld1 {v0.2d, v1.2d}, [x0], #32; add v0.2d, v0.2d, v1.2d\n"
	"	ldp q2, q3, [x0, #-32]!; add v0.2d, v0.2d, v2.2d\n"
	"	ldr d3, [x0], #8; add v0.2d, v0.2d, v3.2d\n"
	"	addp d0, v0.2d; fmov x0, d0; ret\n"
	".arch_extension lse\n"
	"atomics: mov x1, #5; ldadd x1, x2, [x0]; ldar x3, [x0]\n"
	"	swpal x1, x4, [x0]; stlr x3, [x0]; add x0, x2, x4; ret\n");
void tagged_return(void);
long exchange(void *p), vectors(void *p), atomics(void *p);

static void tags(void)
{
	long (*f)(void) = TAG(one, 0xb3);

	for (int k = 0; k < 64; k++)
		data[k] = (uint64_t)k;
	check(sum(TAG(data, 0x12), 64) == 63 * 32, "loads, tag 0x12");
	check(sum(TAG(data, 0xff), 64) == 63 * 32, "loads, tag 0xff");
	check(*(char *)TAG(&data[7], 0x80) == 7, "a byte");
	*(volatile short *)TAG(&data[7], 1) = 9;
	check(data[7] == 9, "a store");
	*(volatile long *)TAG(&data[7], 0xa5) = 7;
	check(vectors(TAG(data, 0x55)) == 0 + 2 + 1 + 3 + 0 + 1 + 0,
	      "vectors, write-back");
	check(exchange(TAG(&data[3], 2)) == 4, "exclusive");
	check(atomics(TAG(&data[3], 3)) == 4 + 9 && data[3] == 9, "atomic");
	data[3] = 3;
	check(f() == 1, "branch to a tagged address");
	tagged_return();
	check(1, "return to a tagged address");
	/* Often enough for code that strips tags itself. */
	for (int k = 0; k < 100; k++)
		if (sum(TAG(data, k), 64) != 63 * 32)
			check(0, "round %d", k);
	check(vectors(TAG(data, 0x55)) == 7, "vectors, later");
	check(exchange(TAG(&data[3], 2)) == 4, "exclusive, later");
	check(atomics(TAG(&data[3], 3)) == 4 + 9, "atomic, later");
}

static void load_byte(void *p)
{
	*(volatile char *)p;
}

static void store_byte(void *p)
{
	*(volatile char *)p = 1;
}

static void call(void *p)
{
	((void (*)(void))p)();
}

static void tagged_faults(void)
{
	char *p = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		       0);
	void *far = (void *)0x1234567812345678;

	faults(load_byte, TAG(p + 5, 0x31), SIGSEGV, SEGV_ACCERR, p + 5,
	       "si_addr without the tag, load");
	faults(store_byte, TAG(p + 5, 0x31), SIGSEGV, SEGV_ACCERR, p + 5,
	       "si_addr without the tag, store");
	munmap(p, 4096);
	faults(load_byte, TAG(p + 5, 0x31), SIGSEGV, SEGV_MAPERR, p + 5,
	       "si_addr without the tag, unmapped");
	faults(call, TAG(p + 8, 0x31), SIGSEGV, SEGV_MAPERR, p + 8,
	       "si_addr without the tag, call");
	faults(load_byte, far, SIGSEGV, SEGV_MAPERR, (void *)0x34567812345678,
	       "an address beyond the address space");
}

static void syscalls(void)
{
	int fd[2];
	char c;

	if (pipe(fd))
		exit(1);
	check(write(fd[1], TAG("x", 9), 1) == -1 && errno == EFAULT,
	      "a system call refuses a tag");
	check_eq(prctl(55 /* PR_SET_TAGGED_ADDR_CTRL */, 1, 0, 0, 0), 0,
		 "tagged address ABI");
	check_eq(prctl(56 /* PR_GET_TAGGED_ADDR_CTRL */, 0, 0, 0, 0), 1,
		 "tagged address ABI is on");
	check(write(fd[1], TAG("x", 9), 1) == 1 &&
	      read(fd[0], TAG(&c, 7), 1) == 1 && c == 'x',
	      "a system call takes a tag");
}

/* -- Alignment ------------------------------------------------------------- */

#define ACCESS(name, insn) \
	__asm__(".text\n.globl " #name "\n" #name ": " insn "; ret\n"); \
	void name(void *p);
ACCESS(a_ldxr, "ldxr w1, [x0]")
ACCESS(a_stxr, "stxr w2, x1, [x0]")
ACCESS(a_ldxp, "ldxp x1, x2, [x0]")
ACCESS(a_ldar, "ldar x1, [x0]")
ACCESS(a_ldarh, "ldarh w1, [x0]")
ACCESS(a_stlr, "stlr w1, [x0]")
ACCESS(a_ldadd, "ldadd x1, x2, [x0]")
ACCESS(a_stadd, "stadd w1, [x0]")
ACCESS(a_swph, "swph w1, w2, [x0]")
ACCESS(a_cas, "cas x1, x2, [x0]")
ACCESS(a_casp, "casp x2, x3, x4, x5, [x0]")
ACCESS(a_ldarb, "ldarb w1, [x0]")

static void alignment(void)
{
	static const struct {
		const char *name;
		void (*fn)(void *);
		unsigned off;
	} all[] = {
		{ "ldxr", a_ldxr, 2 }, { "stxr", a_stxr, 4 },
		{ "ldxp", a_ldxp, 8 }, { "ldar", a_ldar, 1 },
		{ "ldarh", a_ldarh, 1 }, { "stlr", a_stlr, 3 },
		{ "ldadd", a_ldadd, 4 }, { "stadd", a_stadd, 2 },
		{ "swph", a_swph, 1 }, { "cas", a_cas, 5 },
		{ "casp", a_casp, 8 },
	};

	for (unsigned k = 0; k < sizeof(all) / sizeof(all[0]); k++) {
		void *p = (char *)data + all[k].off;

		all[k].fn(data);
		faults(all[k].fn, p, SIGBUS, BUS_ADRALN, p, all[k].name);
	}
	a_ldarb((char *)data + 3);
	check(1, "bytes are aligned");
}

/* -- SP ---------------------------------------------------------------------- */

/* Each ends with the SP it began with unless it faults; x0 is a multiple of
 * 16 or not. */
ACCESS(sp_load, "mov x9, sp; mov sp, x0; ldr x1, [sp]; mov sp, x9")
ACCESS(sp_store, "mov x9, sp; and x0, x0, #-2; mov sp, x0; "
		 "stp x1, x2, [sp, #-32]!; mov sp, x9")
ACCESS(sp_vector, "mov x9, sp; add sp, x0, #0; ldr q0, [sp, #16]; mov sp, x9")
ACCESS(sp_ext, "mov x9, sp; mov x1, #0; add sp, x0, w1, uxtw; ldrb w1, [sp]; "
	       "mov sp, x9")
/* The first access is allowed, the second not. */
ACCESS(sp_writeback, "mov x9, sp; and x0, x0, #-16; mov sp, x0; "
		     "ldr x1, [sp], #8; ldr x1, [sp]; mov sp, x9")
/* No access while it is misaligned: a prefetch, arithmetic and branches. */
__asm__(".text\n"
	"sp_no_access: mov x9, sp; mov x10, x30\n"
	"	add x0, x0, #8; mov sp, x0\n"
	"	prfm pldl1keep, [sp]; bl 1f; sub x0, sp, x0; str x9, [x1]\n"
	"	bl 2f; ldr x2, [sp, #-16]!; mov sp, x9; ret x10\n"
	"1:	ret\n"
	"2:	mov sp, x9; ret\n");
long sp_no_access(void *p, void *q);

static void stack_pointer(void)
{
	char *p = (char *)(data + 16);
	char *want = NULL;

	for (int k = 0; k < 3; k++) {
		sp_load(p);
		faults(sp_load, p + 8, SIGBUS, BUS_ADRALN, p + 8, "sp, load");
		sp_store(p);
		faults(sp_store, p + 2, SIGBUS, BUS_ADRALN, p + 2, "sp, store");
		sp_vector(p);
		faults(sp_vector, p + 4, SIGBUS, BUS_ADRALN, p + 4,
		       "sp, vector");
		sp_ext(p);
		faults(sp_ext, p + 1, SIGBUS, BUS_ADRALN, p + 1, "sp, byte");
		faults(sp_writeback, p, SIGBUS, BUS_ADRALN, p + 8,
		       "sp, misaligned by write-back");
		check(!sp_no_access(p, &want) && want, "sp, without access");
	}
}

int main(void)
{
	struct sigaction sa = { .sa_sigaction = on_fault,
				.sa_flags = SA_SIGINFO };
	static char stack[1 << 16];
	stack_t ss = { .ss_sp = stack, .ss_size = sizeof(stack) };

	sigaltstack(&ss, NULL);
	sa.sa_flags |= SA_ONSTACK;
	sigaction(SIGSEGV, &sa, NULL);
	sigaction(SIGBUS, &sa, NULL);
	tags();
	tagged_faults();
	syscalls();
	alignment();
	stack_pointer();
	return check_done();
}
