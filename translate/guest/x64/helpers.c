/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Run-time parts of integer instructions: helpers that translated code calls
 * with canonical state.  A guest access that faults in one leaves it for good:
 * whatever shall count of the instruction must be in struct cpu by then.
 */
#include <sched.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "base/bits.h"
#include "translate/guest/x64/lift.h"
#include "translate/guest/x64/x64_vec.h"

/* -- Repeated string instructions ----------------------------------------------- */

struct string_op {
	struct cpu *cpu;
	unsigned kind, size;	/* log2 */
	bool down, repne;
	u64 mask;		/* of addresses and the count */
	u64 seg;		/* base of the source's segment */
};

enum { MOVS, CMPS, STOS, LODS, SCAS };

static u64 load(u64 addr, unsigned size)
{
	const volatile void *p = (const void *)(uintptr_t)addr;

	switch (size) {
	case 0: return *(const volatile u8 *)p;
	case 1: return *(const volatile u16 *)p;
	case 2: return *(const volatile u32 *)p;
	default: return *(const volatile u64 *)p;
	}
}

static void store(u64 addr, unsigned size, u64 v)
{
	volatile void *p = (void *)(uintptr_t)addr;

	switch (size) {
	case 0: *(volatile u8 *)p = (u8)v; break;
	case 1: *(volatile u16 *)p = (u16)v; break;
	case 2: *(volatile u32 *)p = (u32)v; break;
	default: *(volatile u64 *)p = v;
	}
}

/* A register that counts or points moves on; with 32-bit addresses its upper
 * half becomes zero. */
static void move_reg(const struct string_op *s, unsigned reg, u64 by)
{
	s->cpu->r[reg] = (s->cpu->r[reg] + by) & s->mask;
}

static u64 address(const struct string_op *s, unsigned reg)
{
	return (s->cpu->r[reg] & s->mask) + (reg == X64_RSI ? s->seg : 0);
}

/* Elements from addr that end on the same page, going up. */
static u64 on_page(u64 addr, unsigned size)
{
	return (GUEST_PAGE_SIZE - (addr & ~GUEST_PAGE_MASK)) >> size;
}

/*
 * As many elements as share pages, so that a fault can only be met by the
 * first: what was done before is in the registers.  0: do a single one.
 */
static u64 fast_piece(const struct string_op *s, u64 count)
{
	u64 dst = address(s, X64_RDI), n, bytes;

	if (s->down || (s->kind != MOVS && s->kind != STOS))
		return 0;
	n = MIN(count, on_page(dst, s->size));
	if (s->kind == STOS) {
		u64 v = s->cpu->r[X64_RAX];

		if (!n)
			return 0;
		if (s->size == 0)
			memset((void *)(uintptr_t)dst, (int)v, n);
		else
			for (u64 k = 0; k < n; k++)
				store(dst + (k << s->size), s->size, v);
		return n;
	}
	n = MIN(n, on_page(address(s, X64_RSI), s->size));
	bytes = n << s->size;
	/* Overlapping forward: each element may read what one before wrote. */
	if (!n || dst - address(s, X64_RSI) < bytes)
		return 0;
	/* Faults in the order of the first element's accesses. */
	store(dst, s->size, load(address(s, X64_RSI), s->size));
	memmove((void *)(uintptr_t)dst,
		(const void *)(uintptr_t)address(s, X64_RSI), bytes);
	return n;
}

static u32 compare_flags(u64 a, u64 b, unsigned size)
{
	unsigned w = 8u << size;
	u64 r = (a - b) & bits_mask(w);

	return (r >> (w - 1) & 1 ? FLAG_N : 0) | (r ? 0 : FLAG_Z) |
	       (__builtin_parity((unsigned)r & 0xff) ? 0 : FLAG_P) |
	       ((a ^ b ^ r) & 16 ? FLAG_A : 0) | (a < b ? FLAG_C : 0) |
	       (((a ^ b) & (a ^ r)) >> (w - 1) & 1 ? FLAG_V : 0);
}

/* One element; false: the comparison ends the repetition. */
static bool one_element(const struct string_op *s)
{
	struct cpu *c = s->cpu;
	u64 m = bits_mask(8u << s->size), a, b;

	switch (s->kind) {
	case MOVS:
		store(address(s, X64_RDI), s->size,
		      load(address(s, X64_RSI), s->size));
		return true;
	case STOS:
		store(address(s, X64_RDI), s->size, c->r[X64_RAX]);
		return true;
	case LODS:
		a = load(address(s, X64_RSI), s->size);
		c->r[X64_RAX] = s->size == 2 ? a :
				(c->r[X64_RAX] & ~m) | a;
		return true;
	case CMPS:
		a = load(address(s, X64_RSI), s->size);
		break;
	default:
		a = c->r[X64_RAX] & m;
	}
	b = load(address(s, X64_RDI), s->size);
	c->flags = compare_flags(a, b, s->size);
	return (a == b) != s->repne;
}

static void count_done(const struct string_op *s, u64 n)
{
	u64 by = n << s->size;

	if (s->down)
		by = -by;
	if (s->kind != STOS && s->kind != SCAS)
		move_reg(s, X64_RSI, by);
	if (s->kind != LODS)
		move_reg(s, X64_RDI, by);
	move_reg(s, X64_RCX, -n);
}

static u64 helper_string(struct cpu *cpu, u64 code, u64 seg)
{
	enum { PIECES = 64 };
	struct string_op s = {
		.cpu = cpu, .kind = code & STRING_KIND,
		.size = code >> STRING_SIZE & 3,
		.down = code >> STRING_DOWN & 1,
		.repne = code >> STRING_REPNE & 1,
		.mask = code >> STRING_ADDR32 & 1 ? 0xffffffff : ~0ull,
		.seg = seg
	};

	for (unsigned k = 0; k < PIECES; k++) {
		u64 count = cpu->r[X64_RCX] & s.mask, n;
		bool more = true;

		if (!count)
			return 1;
		n = fast_piece(&s, count);
		if (!n) {
			more = one_element(&s);
			n = 1;
		}
		count_done(&s, n);
		if (!more)
			return 1;
	}
	return !(cpu->r[X64_RCX] & s.mask);
}

/* -- The others --------------------------------------------------------------------- */

static u64 helper_cpuid(struct cpu *cpu, u64 a, u64 b)
{
	static const u8 reg[4] = { X64_RAX, X64_RBX, X64_RCX, X64_RDX };
	u32 out[4];

	x64_cpuid(tctx_config(cpu->tctx)->cpu_features, (u32)cpu->r[X64_RAX],
		  (u32)cpu->r[X64_RCX], out);
	for (unsigned k = 0; k < 4; k++)
		cpu->r[reg[k]] = out[k];
	return 0;
}

/* The time stamp counter counts nanoseconds. */
static u64 helper_rdtsc(struct cpu *cpu, u64 a, u64 b)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (u64)ts.tv_sec * 1000000000u + (u64)ts.tv_nsec;
}

/* IA32_TSC_AUX as Linux sets it: the processor's number. */
static u64 helper_rdpid(struct cpu *cpu, u64 a, u64 b)
{
	int n = sched_getcpu();

	return n < 0 ? 0 : (u64)n;
}

static u64 helper_rdrand(struct cpu *cpu, u64 a, u64 b)
{
	u64 v = 0;

	while (getrandom(&v, sizeof(v), 0) != sizeof(v))
		;
	return v;
}

/* LOCK NEG of 2^size bytes; the old value. */
static u64 helper_locked(struct cpu *cpu, u64 addr, u64 size)
{
#define NEGATE(type) do {						\
	type *p = (type *)(uintptr_t)addr, old = *(volatile type *)p;	\
	while (!__atomic_compare_exchange_n(p, &old, (type)-old, false,	\
			__ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))		\
		;							\
	return old;							\
} while (0)
	switch (size) {
	case 0: NEGATE(u8);
	case 1: NEGATE(u16);
	case 2: NEGATE(u32);
	default: NEGATE(u64);
	}
#undef NEGATE
}

exec_helper_fn *const x64_helper[X64_HELPER_COUNT] = {
	[X64_HELPER_CPUID] = helper_cpuid,
	[X64_HELPER_RDTSC] = helper_rdtsc,
	[X64_HELPER_RDPID] = helper_rdpid,
	[X64_HELPER_RDRAND] = helper_rdrand,
	[X64_HELPER_STRING] = helper_string,
	[X64_HELPER_LOCKED] = helper_locked,
	[X64_HELPER_LDMXCSR] = x64_ldmxcsr,
	[X64_HELPER_STMXCSR] = x64_stmxcsr,
	[X64_HELPER_FXSAVE] = x64_fxsave,
	[X64_HELPER_FXRSTOR] = x64_fxrstor,
	[X64_HELPER_XSAVE] = x64_xsave,
	[X64_HELPER_XRSTOR] = x64_xrstor,
	[X64_HELPER_MASKMOV] = x64_maskmov,
	[X64_HELPER_GATHER] = x64_gather,
	[X64_HELPER_MASKMOVQ] = x64_maskmovq,
};
