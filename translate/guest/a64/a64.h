/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The AArch64 (A64) guest: its feature bits, what the layers above may ask of
 * it, and what its own files share.
 *
 *   a64.decode a64_simd.decode	every encoding, one line each (mkdecode.c
 *				tells the format)
 *   a64_features.def		optional features, hwcaps, ID registers
 *   lift_*.c			one function per handler column: IR for it
 *   regs.c			system registers, ID registers, hwcaps
 *   helpers.c			run-time parts (HELPER_GUEST0 + n)
 *   disas.c			text from the asm column
 *   a64.c			struct guest_isa
 */
#ifndef A64_H
#define A64_H

#include "translate/guest/guest.h"

enum a64_feature_bit {
#define _(id, name, word, bit, reg, shift, value, on) A64_FEATBIT_##id,
#include "translate/guest/a64/a64_features.def"
#undef _
	A64_FEATBIT_COUNT
};

/* The bits of tctx_config.cpu_features and lift.features. */
enum a64_feature {
#define _(id, name, word, bit, reg, shift, value, on) \
	A64_FEAT_##id = 1ull << A64_FEATBIT_##id,
#include "translate/guest/a64/a64_features.def"
#undef _
};

#include "translate/guest/a64/a64_decode_gen.h"

extern const struct guest_isa a64_isa;

/* -- For the layers above: regs.c ----------------------------------------- */

/* The default CPU's feature bits. */
u64 a64_features_default(void);
/* AT_HWCAP and AT_HWCAP2 of a CPU with these features. */
u64 a64_hwcap(u64 features);
u64 a64_hwcap2(u64 features);
/* The "Features" line of /proc/cpuinfo, blank-separated.  Its length. */
int a64_cpuinfo_features(u64 features, char *buf, size_t len);

/*
 * MIDR_EL1 that guests read: Neoverse N1 r4p1.  libc and BLAS choose their
 * routines by it; those for this core use 128-bit moves and no oddities.
 */
#define A64_MIDR 0x414fd0c1u

/* CNTFRQ_EL0: the counter is the host's CLOCK_MONOTONIC in nanoseconds. */
#define A64_CNTFRQ 1000000000u

/*
 * Mode of a block (see IR_MODE_*): SP is not a multiple of 16, so accesses
 * with it as base fault.  Everywhere else SP is one, which costs nothing: what
 * could change that is checked (a64_put_sp()) and leaves for this mode.
 */
enum { A64_MODE_SP = 1 << 5 };
_Static_assert(!(A64_MODE_SP & (IR_MODE_DN | IR_MODE_FZ | IR_MODE_FZ16 |
				 IR_MODE_AHP | IR_MODE_LOOP | IR_MODE_FPCHECK)),
	       "a bit of its own");

/* -- Shared by the lifters ------------------------------------------------- */

/* isa.helper[]: IR helper number is HELPER_GUEST0 + this. */
enum a64_helper {
	A64_HELPER_GET_FPSR, A64_HELPER_SET_FPSR, A64_HELPER_SET_FPCR,
	A64_HELPER_CNTVCT, A64_HELPER_RNDR, A64_HELPER_IC_IVAU, A64_HELPER_COUNT
};
extern exec_helper_fn *const a64_helper[A64_HELPER_COUNT];

/* End the block with an undefined-instruction trap at this instruction. */
enum lift_result a64_undef(struct lift *l);

/* End the block after this instruction in the run loop, which looks at the
 * mode and the block map anew. */
enum lift_result a64_end_lookup(struct lift *l);

/* Type of a register operand by the sf bit. */
static inline enum ir_type a64_type(u32 sf)
{
	return sf ? IR_I64 : IR_I32;
}

/* Xn/Wn with 31 = zero register. */
static inline val_t a64_getr(struct lift *l, enum ir_type t, unsigned r)
{
	return r == 31 ? ir_const(l->ir, t, 0) : ir_getr(l->ir, t, r);
}

static inline void a64_putr(struct lift *l, unsigned r, val_t v)
{
	if (r != 31)
		ir_putr(l->ir, r, v);
}

/* Xn with 31 = SP: what base registers are. */
static inline val_t a64_getsp(struct lift *l, unsigned r)
{
	return ir_getr(l->ir, IR_I64, r);
}

/* Xm/Wm extended after the option field of register-extended forms. */
val_t a64_extend(struct lift *l, enum ir_type t, unsigned rm, unsigned option);

/* The bit-mask immediate of logical instructions; false: reserved. */
bool a64_bitmask(u32 sf, u32 n, u32 imms, u32 immr, u64 *out);

/*
 * Xn or SP as the base of an access of 1 << size bytes at disp that must be
 * aligned: exclusive, ordered and atomic ones, as there is no FEAT_LSE2 (Arm
 * ARM, "Alignment of data accesses").
 */
static inline val_t a64_aligned_base(struct lift *l, unsigned r, unsigned size,
				     s64 disp)
{
	val_t base = a64_getsp(l, r);

	if (size)
		ir_emit(l->ir, IR_ALIGN, IR_NONE, (u8)size, base, 0, 0,
			(s32)disp);
	return base;
}

/* SP = v, where it is SP; all accesses of the instruction come later. */
void a64_put_sp(struct lift *l, val_t v);

/* The instruction will add imm to base register r after its accesses. */
static inline void a64_will_move(struct lift *l, unsigned r, s64 imm)
{
	if (r == CPU_SP && imm & 15 && !(l->mode & A64_MODE_SP))
		ir_emit(l->ir, IR_ASIDE, IR_NONE, 4,
			ir_const(l->ir, IR_I64, (u64)imm), 0, 0, 0);
}

static inline val_t a64_addi(struct lift *l, val_t v, s64 imm)
{
	if (!imm)
		return v;
	return ir_int2(l->ir, IR_ADD, IR_I64, v,
		       ir_const(l->ir, IR_I64, (u64)imm));
}

/* -- disas.c --------------------------------------------------------------- */

void a64_disas(gaddr pc, const u8 *code, unsigned avail, char *buf, size_t len);

/* Name of a system register by o0:op1:CRn:CRm:op2 (15 bits), or NULL. */
const char *a64_sysreg_name(u32 id);

/* -- regs.c: for MRS of what Linux lets EL0 read --------------------------- */

/* Value of the ID register with op2 in CRn 0, CRm crm, as EL0 sees it. */
u64 a64_id_register(u64 features, unsigned crm, unsigned op2);

void a64_print_regs(const struct cpu *cpu, FILE *f);

#endif
