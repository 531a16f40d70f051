/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the files of the vector part (head of lift_sse.c) share: IR for one
 * operation of xvec.def, results of VEX and legacy forms, run-time helpers.
 */
#ifndef X64_VEC_H
#define X64_VEC_H

#include "translate/guest/x64/x64.h"
#include "translate/xvec.h"

enum { X64_YMM = 5 };		/* size of such an operand */

static inline s32 xv_imm(enum xvec_op op, unsigned imm8)
{
	return (s32)((unsigned)op | (imm8 & 0xff) << XVEC_IMM_SHIFT);
}

/* XVEC op(a, b, c) with an immediate byte; absent operands are 0. */
static inline val_t xv(struct lift *l, enum xvec_op op, val_t a, val_t b,
		       val_t c, unsigned imm8)
{
	return ir_emit(l->ir, IR_XVEC, IR_V128, 0, a, b, c, xv_imm(op, imm8));
}

static inline val_t xv1(struct lift *l, enum xvec_op op, val_t a)
{
	return xv(l, op, a, 0, 0, 0);
}

static inline val_t xv2(struct lift *l, enum xvec_op op, val_t a, val_t b)
{
	return xv(l, op, a, b, 0, 0);
}

/* General register from vectors. */
static inline val_t xvg(struct lift *l, enum xvec_op op, enum ir_type type,
			val_t a, val_t b, unsigned imm8)
{
	return ir_emit(l->ir, IR_XVTOG, type, 0, a, b, 0, xv_imm(op, imm8));
}

/* x86 flags from two vectors. */
static inline val_t xvf(struct lift *l, enum xvec_op op, val_t a, val_t b,
			unsigned imm8)
{
	return ir_emit(l->ir, IR_XF_VEC, IR_FLAGS, 0, a, b, 0,
		       xv_imm(op, imm8));
}

static inline val_t xv_zero(struct lift *l)
{
	return ir_vconst(l->ir, IR_V128, 0, 0);
}

/* Integer (I32, I64) as the low part of an otherwise zero vector. */
static inline val_t xv_from_g(struct lift *l, val_t g)
{
	enum ir_type t = ir_vtype(l->ir, g) == IR_I64 ? IR_F64 : IR_F32;
	val_t v = ir_v1(l->ir, IR_VFROMG, t, 0, g, 0);

	return ir_v1(l->ir, IR_VZEXT, IR_V128, 0, v, 0);
}

/* The low 32 or 64 bits. */
static inline val_t xv_to_g(struct lift *l, enum ir_type type, val_t v)
{
	return ir_v1(l->ir, IR_VTOG, type, 0, v, 0);
}

/* The low 64 bits, the rest zero. */
static inline val_t xv_low(struct lift *l, val_t v)
{
	v = ir_v1(l->ir, IR_VCAST, IR_V64, 0, v, 0);
	return ir_v1(l->ir, IR_VZEXT, IR_V128, 0, v, 0);
}

static inline bool xv_is_vex(const struct x64_insn *i)
{
	return i->prefix & X64_VEX;
}

/* Is operand n an immediate? */
static inline bool xv_is_imm(const struct x64_insn *i, unsigned n)
{
	return n < i->nop && i->op[n].kind == X64_OP_IMM;
}

/* Halves of the destination: 2 for ymm. */
static inline unsigned xv_halves(const struct x64_insn *i)
{
	return i->op[0].size == X64_YMM ? 2 : 1;
}

/* Write half 0 or both of xmm/ymm operand 0: a 128-bit VEX form zeroes the
 * upper half, a legacy one leaves it. */
static inline void xv_put(struct lift *l, const struct x64_insn *i, val_t lo,
			  val_t hi)
{
	unsigned r = i->op[0].reg;

	x64_put_xmm(l, r, false, lo);
	if (hi)
		x64_put_xmm(l, r, true, hi);
	else if (xv_is_vex(i))
		x64_zero_upper(l, r);
}

/* Store the low 2^size bytes of v at the memory operand + off. */
void xv_store(struct lift *l, const struct x64_insn *i, unsigned size,
	      unsigned off, val_t v, bool aligned);

/* -- Helpers (helpers_vec.c) ------------------------------------------------- */

exec_helper_fn x64_ldmxcsr, x64_stmxcsr, x64_fxsave, x64_fxrstor, x64_xsave,
	x64_xrstor, x64_maskmov, x64_gather, x64_maskmovq;

/* b of x64_xsave. */
enum { X64_XSAVE_PLAIN, X64_XSAVE_OPT, X64_XSAVE_COMPACT };

/* b of x64_maskmov: an access of some elements only. */
enum {
	MASKMOV_REG = 0,	/* bits 0-3: data */
	MASKMOV_MASK = 4,	/* bits 4-7: mask; its elements' top bits */
	MASKMOV_ESIZE = 8,	/* bits 8-9: log2 of the element's bytes */
	MASKMOV_YMM = 1 << 10,
	MASKMOV_STORE = 1 << 11
};

/* b of x64_gather; a = base + displacement. */
enum {
	GATHER_DST = 0,		/* bits 0-3 */
	GATHER_MASK = 4,	/* bits 4-7 */
	GATHER_INDEX = 8,	/* bits 8-11 */
	GATHER_SCALE = 12,	/* bits 12-13 */
	GATHER_ISIZE = 14,	/* bits 14-15: log2 of bytes, 2 or 3 */
	GATHER_ESIZE = 16,	/* bits 16-17: 2 or 3 */
	GATHER_YMM = 1 << 18,	/* the longer of indices and elements is ymm */
	GATHER_ADDR32 = 1 << 19
};

#endif
