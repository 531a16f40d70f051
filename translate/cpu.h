/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The state of one guest CPU, as translated code, the IR interpreter and the
 * layers above see it.  One per guest thread (user mode) or virtual CPU
 * (system mode); never shared between host threads while it runs.
 *
 * Translated code addresses it through one host register that points
 * CPU_BIAS bytes into the struct, so that all general registers are within a
 * signed 8-bit displacement.  The order of the first members is therefore
 * part of the contract (checked by static asserts in the back ends).
 *
 * Outside translated code (after exec_run() returned, in helpers, at a
 * recovered fault) everything here is canonical: each guest register is in
 * its slot.  The only exception is the cumulative floating-point flags: part
 * of them may be in the host's own status register; use fpsr_sync() of
 * translate/translate.h first.
 */
#ifndef TRANSLATE_CPU_H
#define TRANSLATE_CPU_H

#include <stdatomic.h>

#include "base/base.h"

union v128 {
	u8 b[16];
	u16 h[8];
	u32 s[4];
	u64 d[2];
	s8 sb[16];
	s16 sh[8];
	s32 ss[4];
	s64 sd[2];
} __attribute__((aligned(16)));

/*
 * The stored image of condition flags ("packed"): the positions that the x86
 * instructions lahf (into bits 15..8) and seto (into bit 0) leave behind, but
 * with the guest's own carry polarity.  All other bits are unspecified.
 */
#define FLAG_N (1u << 15)
#define FLAG_Z (1u << 14)
#define FLAG_A (1u << 12)		/* AF and PF: x86 guests only */
#define FLAG_P (1u << 10)
#define FLAG_C (1u << 8)
#define FLAG_V (1u << 0)

/* Packed image from Arm's PSTATE.NZCV in bits 31..28, and back. */
static inline u32 flags_from_nzcv(u32 nzcv)
{
	return (nzcv >> 31 & 1) << 15 | (nzcv >> 30 & 1) << 14 |
	       (nzcv >> 29 & 1) << 8 | (nzcv >> 28 & 1);
}

static inline u32 flags_to_nzcv(u32 packed)
{
	return (packed >> 15 & 1) << 31 | (packed >> 14 & 1) << 30 |
	       (packed >> 8 & 1) << 29 | (packed & 1) << 28;
}

/* The same for the arithmetic flags of x86's EFLAGS (SDM vol. 1, 3.4.3). */
enum {
	EFLAGS_CF = 1, EFLAGS_PF = 4, EFLAGS_AF = 16, EFLAGS_ZF = 64,
	EFLAGS_SF = 128, EFLAGS_OF = 2048,
	EFLAGS_ARITH = EFLAGS_CF | EFLAGS_PF | EFLAGS_AF | EFLAGS_ZF |
		       EFLAGS_SF | EFLAGS_OF
};

static inline u32 flags_from_eflags(u32 ef)
{
	return (ef & (EFLAGS_ARITH & 0xff)) << 8 |
	       (ef & EFLAGS_OF ? FLAG_V : 0);
}

static inline u32 flags_to_eflags(u32 packed)
{
	return (packed >> 8 & (EFLAGS_ARITH & 0xff)) |
	       (packed & FLAG_V ? EFLAGS_OF : 0);
}

/*
 * Guest register numbers in cpu.r[]: a64: x0..x30, then sp; x64: 0..15 as
 * encoded (rax rcx rdx rbx rsp ...).  In cpu.v[]: a64: v0..v31; x64: xmm0..15,
 * then the upper halves of ymm0..15.
 */
enum { CPU_SP = 31 };

/* Direct-mapped per-thread cache for indirect jumps. */
#define JCACHE_BITS 10
#define JCACHE_SIZE (1u << JCACHE_BITS)
struct jcache_ent {
	u64 key;			/* guest pc | mode << CPU_MODE_SHIFT */
	const void *code;
};

/*
 * Slot i serves the pcs with (pc >> 2) % JCACHE_SIZE == i.  A key that
 * belongs to another slot marks an empty one: nothing can match it.
 */
#define JCACHE_EMPTY(i) ((u64)((i) == 0) << 2)

/*
 * What that has no room for (where two targets that a program keeps using
 * share a slot) is found in a second, larger table: the runtime looks there
 * before it leaves translated code, and moves what it finds to the first.
 * Code NULL marks an empty entry.
 */
#define JFAR_BITS 12
#define JFAR_SIZE (1u << JFAR_BITS)

/* The mode key sits in address bits that no guest pc uses. */
#define CPU_MODE_SHIFT 56

/* Bytes between the start of struct cpu and what the host register holds. */
#define CPU_BIAS 128

struct tctx;

struct cpu {
	u64 r[32];			/* general registers */
	u64 pc;
	u32 flags;			/* packed, see above */
	/*
	 * Non-zero: leave translated code at the next poll.  Set by signal
	 * handlers and other threads, cleared by the owner after exec_run().
	 */
	_Atomic u32 exit_request;
	u32 fpcr;			/* guest layout (Arm: FPCR) */
	u32 fpsr;			/* guest layout (Arm: FPSR) incl. QC */
	u32 mode;			/* block mode key, from guest_isa.mode() */
	u32 exit_info;			/* operand of the last exit (imm16 ...) */
	u64 tpidr;			/* TPIDR_EL0; fs base */
	u64 tpidrro;			/* TPIDRRO_EL0; gs base */
	/* Exclusive monitor: address, size in bytes (0: open) and value. */
	u64 excl_addr;
	u64 excl_size;
	u64 excl_val[2];
	union v128 v[32];		/* vector registers */
	u64 fault_addr;			/* data address of the last fault */
	u32 fault_info;			/* enum exec_fault bits */
	u32 pstate;			/* state bits beside the flags; a64:
					   where SPSR has them (DIT 24, SSBS
					   12), x64: where EFLAGS has them */

	/* -- private to translate/ ------------------------------------- */
	union v128 vtmp[4];		/* operands of out-of-line vector ops */
	union v128 vspill[32];		/* spill slots of values */
	u64 rspill[32];
	void *host_sp;			/* C stack to return to */
	void *rstack_lo, *rstack_top;	/* host return stack, see engine */
	struct jcache_ent *jfar;	/* JFAR_SIZE entries */
	const void *const *rt;		/* table of runtime entry points */
	u32 saved_mxcsr, guest_mxcsr;	/* host FP control in and out */
	void *rstack_sp;		/* its top while outside translated code */
	u64 sem_desc;			/* call of a semantic function: what */
	u32 sem_op;
	_Atomic u32 in_helper;		/* translated code called a helper */
	u64 link_at;			/* stub that asked to be linked */
	u64 seen_epoch;
	struct interp_frame *interp;	/* values of the IR interpreter, lazy */
	struct cpu *next_cpu;		/* list of the tctx */
	_Atomic u32 in_code;		/* inside enter() */
	/*
	 * FP operations that raise Invalid trap, unless the block's mode says
	 * that its code tests results (fp_check is IR_MODE_FPCHECK or 0).
	 */
	u32 fp_check;
	u32 fp_traps, fp_storm;		/* how many; too many at once */
	u64 fp_trap_ns;			/* the time of the last some */
	struct tctx *tctx;
	void *owner;			/* the layer above: task, vcpu */
	struct jcache_ent jcache[JCACHE_SIZE];
};

#endif
