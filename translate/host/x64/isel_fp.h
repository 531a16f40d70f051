/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What isel_fp.c and isel_fpcvt.c share. */
#ifndef TRANSLATE_HOST_X64_ISEL_FP_H
#define TRANSLATE_HOST_X64_ISEL_FP_H

#include "translate/host/x64/isel_v.h"

/* Predicates of cmpps and its relatives; bits of the immediate of roundps. */
enum { FP_EQ = 0, FP_LT = 1, FP_LE = 2, FP_UNORD = 3, FP_NLT = 5 };
enum { FP_TRUNC = 3 };	/* with roundps */
enum { FP_ROUND_MXCSR = 4, FP_NO_INEXACT = 8 };

static inline bool fp_is_vector(const struct ir_inst *i)
{
	return i->type == IR_V64 || i->type == IR_V128;
}

/* F32 or F64 lanes, and no flushing of denormals. */
static inline bool fp_inline(const struct cg *cg, const struct ir_inst *i)
{
	return vx_esize(i) >= 2 && !(cg->ir->mode & IR_MODE_FZ);
}

/*
 * Does what raises Invalid trap, so that results need no test?  Then whatever
 * traps must find its operands untouched, and first operands must stay first:
 * of two quiet NaNs the first is the result, in silence.
 */
static inline bool fp_traps(const struct cg *cg)
{
	return !(cg->ir->mode & (IR_MODE_DN | IR_MODE_FZ | IR_MODE_FPCHECK));
}

/* Rounding immediate of roundps for enum ir_round; -1: x86 has none. */
static inline int fp_round_imm(unsigned round)
{
	static const s8 imm[8] = { 0, 2, 1, 3, -1, FP_ROUND_MXCSR, -1, -1 };

	return imm[round & 7];
}

/*
 * d = x rounded to nearest, ties away, for scalars below 2^52 (2^23) in
 * magnitude, others go to the semantic function: the caller sets ->back.
 * Raises nothing.  d differs from x.
 */
struct cg_cold *fp_round_away(struct cg *cg, bool f64, unsigned idx,
			      unsigned d, unsigned x);

/* Operand v, in register x, without garbage above it if that could matter. */
unsigned fp_operand(struct cg *cg, const struct ir_inst *i, val_t v,
		    unsigned x);

/* To the semantic function from an instruction just emitted that traps; the
 * caller sets ->back if it is not the last one.  NULL: nothing traps. */
static inline struct cg_cold *fp_trap1(struct cg *cg, unsigned idx, unsigned a)
{
	return fp_traps(cg) ? cg_trap_sem(cg, idx, a, a, a) : NULL;
}

static inline struct cg_cold *fp_trap2(struct cg *cg, unsigned idx, unsigned a,
				       unsigned b)
{
	return fp_traps(cg) ? cg_trap_sem(cg, idx, a, b, b) : NULL;
}

#endif
