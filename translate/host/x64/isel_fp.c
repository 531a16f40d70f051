/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Inline forms of floating-point arithmetic, minimum/maximum, comparison and
 * rounding; scalar (F32, F64) and vector.
 *
 * The guest's rounding mode and sticky flags are in MXCSR (fpsr_sync() merges
 * them).  The host operation is right except where a NaN comes out: which NaN
 * Arm gives depends on rules x86 does not share, and under DN it is the
 * default NaN.  There are two ways to send these cases to the semantic
 * function, with the untouched operands:
 *
 *  - fp_traps(): translated code runs with the Invalid exception unmasked.
 *    All cases that differ raise it, except in fused multiply-add: signalling
 *    NaNs, new NaNs, minimum and maximum of any NaN, integers out of range.
 *    x64_fp_trap() turns the host's signal into a jump to a cold path.
 *  - otherwise (DN; hosts without exact traps; a cpu whose code makes NaNs
 *    all the time) each result is tested.  What the attempt left in MXCSR
 *    must be a subset of what Arm raises; operations for which that is not so
 *    test their operands first.
 *
 * What x86 cannot do at all (FMULX, FRECPS ...) is not done here.
 *
 * Under FZ (and for F16, which has no host arithmetic) everything is left to
 * the semantic functions.  Known difference: Arm detects tininess before
 * rounding, x86 after: a result that rounds up to the smallest normal number
 * raises UFC on Arm and does not here.
 *
 * Lanes above a 64-bit type hold garbage that could raise flags: they are
 * cleared first (and divisors filled with 1.0).
 */
#include "translate/host/x64/isel_fp.h"

/* -- Result tests --------------------------------------------------------- */

/* To the semantic function if a lane of x is a NaN; a comparison of quiet
 * NaNs raises nothing. */
static struct cg_cold *nan_check(struct cg *cg, const struct ir_inst *i,
				 unsigned idx, unsigned x)
{
	bool f64 = vx_esize(i) == 3;
	unsigned t, g;

	if (!fp_is_vector(i)) {
		v2(cg, f64 ? SSE_UCOMISD : SSE_UCOMISS, x, x);
		return cg_jcc_sem(cg, CC_P, idx);
	}
	t = cg_tmp_xmm(cg);
	g = cg_tmp_gpr(cg);
	v3i(cg, f64 ? SSE_CMPPD : SSE_CMPPS, t, x, x, FP_UNORD);
	enc_gx(&cg->e, SSE_MOVMSKPS, g, t);
	enc_test_rr(&cg->e, 0, g, g);
	return cg_jcc_sem(cg, CC_NE, idx);
}

unsigned fp_operand(struct cg *cg, const struct ir_inst *i, val_t v,
		    unsigned x)
{
	unsigned t;

	if (i->type != IR_V64 || cg_is_zext(cg, v))
		return x;
	t = cg_tmp_xmm(cg);
	vx_low(cg, t, x);
	return t;
}

/*
 * Where the result of one instruction goes.  A test of the result needs
 * intact operands behind it; an instruction that traps writes nothing.
 */
static unsigned fp_def(struct cg *cg, unsigned idx)
{
	if (fp_traps(cg) && cg->e.avx)
		return cg_def_xmm(cg, idx);
	return cg_def_xmm_early(cg, idx);
}

/* d = op(a, b) of i's operands x, y was just emitted: see to NaNs. */
static void fp_result(struct cg *cg, const struct ir_inst *i, unsigned idx,
		      unsigned d, unsigned x, unsigned y)
{
	if (!fp_trap2(cg, idx, x, y))
		nan_check(cg, i, idx, d);
}

/* For flags: only tests change them. */
static void fp_clobber_flags(struct cg *cg)
{
	if (!fp_traps(cg))
		cg_clobber_flags(cg);
}

/* -- + - * / sqrt --------------------------------------------------------- */

enum { FP_SS, FP_SD, FP_PS, FP_PD };

static unsigned fp_form(const struct ir_inst *i)
{
	return (fp_is_vector(i) ? FP_PS : FP_SS) + (vx_esize(i) == 3);
}

static const enc_op add_op[4] = { SSE_ADDSS, SSE_ADDSD, SSE_ADDPS, SSE_ADDPD };
static const enc_op sub_op[4] = { SSE_SUBSS, SSE_SUBSD, SSE_SUBPS, SSE_SUBPD };
static const enc_op mul_op[4] = { SSE_MULSS, SSE_MULSD, SSE_MULPS, SSE_MULPD };
static const enc_op div_op[4] = { SSE_DIVSS, SSE_DIVSD, SSE_DIVPS, SSE_DIVPD };
static const enc_op min_op[4] = { SSE_MINSS, SSE_MINSD, SSE_MINPS, SSE_MINPD };
static const enc_op max_op[4] = { SSE_MAXSS, SSE_MAXSD, SSE_MAXPS, SSE_MAXPD };
static const enc_op cmp_op[4] = { SSE_CMPSS, SSE_CMPSD, SSE_CMPPS, SSE_CMPPD };
static const enc_op sqrt_op[4] = { SSE_SQRTSS, SSE_SQRTSD, SSE_SQRTPS,
				   SSE_SQRTPD };

static bool commutative(const struct ir_inst *i)
{
	return i->op == IR_FADD || i->op == IR_FMUL;
}

static const enc_op *arith_op(const struct ir_inst *i)
{
	switch (i->op) {
	case IR_FADD:
		return add_op;
	case IR_FSUB:
		return sub_op;
	case IR_FMUL:
		return mul_op;
	default:
		return div_op;
	}
}

/*
 * The upper part of a scalar result is that of the first source: if the order
 * is free, prefer the one whose upper part is zero, then PUTV has nothing to
 * clear.
 */
static void arith_scalar(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	bool za = cg_is_zext(cg, i->a), zb = cg_is_zext(cg, i->b);
	struct vx r = { .a = cg_use_xmm(cg, i->a) };

	r.b = cg_use_xmm(cg, i->b);
	r.d = fp_def(cg, idx);
	fp_clobber_flags(cg);
	if (commutative(i) && !za && zb && !fp_traps(cg)) {
		v3(cg, arith_op(i)[fp_form(i)], r.d, r.b, r.a);
		za = true;
	} else {
		v3(cg, arith_op(i)[fp_form(i)], r.d, r.a, r.b);
	}
	fp_result(cg, i, idx, r.d, r.a, r.b);
	if (za)
		cg_set_zext(cg, idx);
}

bool isel_farith(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	unsigned a, b;
	struct vx r;

	if (!fp_inline(cg, i))
		return false;
	if (!fp_is_vector(i)) {
		arith_scalar(cg, i, idx);
		return true;
	}
	r.a = cg_use_xmm(cg, i->a);
	r.b = cg_use_xmm(cg, i->b);
	r.d = fp_def(cg, idx);
	fp_clobber_flags(cg);
	a = fp_operand(cg, i, i->a, r.a);
	b = fp_operand(cg, i, i->b, r.b);
	if (i->op == IR_FDIV && i->type == IR_V64) {
		unsigned t = cg_tmp_xmm(cg);

		v3k2(cg, SSE_POR, t, b, 0, splat(2, 0x3f800000));
		b = t;
	}
	v3(cg, arith_op(i)[fp_form(i)], r.d, a, b);
	fp_result(cg, i, idx, r.d, r.a, r.b);
	if (i->type == IR_V64 && i->op != IR_FSUB)
		cg_set_zext(cg, idx);
	return true;
}

bool isel_fsqrt(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	bool z = cg_is_zext(cg, i->a);
	unsigned a, x, d;

	if (!fp_inline(cg, i))
		return false;
	a = cg_use_xmm(cg, i->a);
	d = fp_is_vector(i) || z ? fp_def(cg, idx) : cg_def_xmm_early(cg, idx);
	fp_clobber_flags(cg);
	x = fp_operand(cg, i, i->a, a);
	if (fp_is_vector(i)) {
		v2(cg, sqrt_op[fp_form(i)], d, x);
	} else if (z) {		/* d's upper part is that of the first source */
		v3(cg, sqrt_op[fp_form(i)], d, x, x);
	} else {
		vzero(cg, d);
		v3(cg, sqrt_op[fp_form(i)], d, d, x);
	}
	fp_result(cg, i, idx, d, a, a);
	if (i->type != IR_V128)
		cg_set_zext(cg, idx);
	return true;
}

/* -- Fused multiply-add ------------------------------------------------------
 * Without FMA3 the semantic function does it.  Not all that differs raises
 * Invalid: Arm looks at the addend first, even if the product is invalid, and
 * negating a factor negates its NaN.  A signalling comparison of the addend,
 * or else of the result, with itself does trap then.                        */

static enc_op fma_op(const struct ir_inst *i)
{
	static const enc_op fma[4][4] = {	/* [negate a | negate c << 1] */
		{ SSE_VFMADD231SS, SSE_VFMADD231SD,
		  SSE_VFMADD231PS, SSE_VFMADD231PD },
		{ SSE_VFNMADD231SS, SSE_VFNMADD231SD,
		  SSE_VFNMADD231PS, SSE_VFNMADD231PD },
		{ SSE_VFMSUB231SS, SSE_VFMSUB231SD,
		  SSE_VFMSUB231PS, SSE_VFMSUB231PD },
		{ SSE_VFNMSUB231SS, SSE_VFNMSUB231SD,
		  SSE_VFNMSUB231PS, SSE_VFNMSUB231PD }
	};

	return fma[i->aux >> 2 & 3][fp_form(i)];
}

/* Trap if a lane of x is a NaN, signalling or not.  t is clobbered. */
static void trap_nan(struct cg *cg, const struct ir_inst *i, unsigned t,
		     unsigned x)
{
	v3i(cg, cmp_op[fp_form(i)], t, x, x, FP_LT);
}

/* r: operands; a, b: clean factors; the addend is in r.d already. */
static void fma_trapping(struct cg *cg, const struct ir_inst *i, unsigned idx,
			 struct vx r, unsigned a, unsigned b)
{
	bool negated = i->aux & IR_HIGH;	/* a factor: r.c is intact */
	unsigned t = cg_tmp_xmm(cg);
	struct cg_cold *c;

	if (negated)
		enc_v3(&cg->e, fma_op(i), r.d, a, b);
	else
		trap_nan(cg, i, t, r.d);
	c = cg_trap_sem(cg, idx, r.a, r.b, r.c);
	if (negated)
		trap_nan(cg, i, t, r.d);
	else
		enc_v3(&cg->e, fma_op(i), r.d, a, b);
	cg_trap(cg, c);
	c->back = cg->e.p;
}

bool isel_fmadd(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	bool traps = fp_traps(cg), z = cg_is_zext(cg, i->c);
	/* better clear the upper part now than when the guest's register is
	 * written */
	bool clear = !z && (i->type == IR_V64 || i->type == IR_F64);
	unsigned a, b;
	struct vx r;

	if (!fp_inline(cg, i) || !vx_has(cg, HF_FMA))
		return false;
	r.a = cg_use_xmm(cg, i->a);
	r.b = cg_use_xmm(cg, i->b);
	r.c = cg_use_xmm(cg, i->c);
	if (traps && !clear && !(i->aux & IR_HIGH)) {
		r.d = cg_def_xmm_as(cg, idx, i->c);
	} else {
		r.d = cg_def_xmm_early(cg, idx);
		cg->ncleared += clear;
		if (clear)
			vx_low(cg, r.d, r.c);
		else
			vmov(cg, r.d, r.c);
	}
	a = fp_operand(cg, i, i->a, r.a);
	b = fp_operand(cg, i, i->b, r.b);
	if (traps) {
		fma_trapping(cg, i, idx, r, a, b);
	} else {
		cg_clobber_flags(cg);
		enc_v3(&cg->e, fma_op(i), r.d, a, b);
		nan_check(cg, i, idx, r.d);
	}
	if (!fp_is_vector(i) && (z || clear))
		cg_set_zext(cg, idx);
	return true;
}

/* -- Minimum and maximum -----------------------------------------------------
 * x86 returns the second source for equal zeros and for NaNs, and raises IE
 * even for quiet NaNs.  So NaNs trap or are looked for first (a quiet
 * compare), and the two orders are combined: they differ only for zeros of
 * both signs.                                                               */

/* Lanes x, y of i's operands a, b: go to the semantic function if any is
 * unordered.  t is clobbered. */
static struct cg_cold *unordered_check(struct cg *cg, const struct ir_inst *i,
				       unsigned idx, unsigned x, unsigned y,
				       unsigned t)
{
	bool f64 = vx_esize(i) == 3;
	unsigned g;

	if (!fp_is_vector(i)) {
		v2(cg, f64 ? SSE_UCOMISD : SSE_UCOMISS, x, y);
		return cg_jcc_sem(cg, CC_P, idx);
	}
	g = cg_tmp_gpr(cg);
	v3i(cg, f64 ? SSE_CMPPD : SSE_CMPPS, t, x, y, FP_UNORD);
	enc_gx(&cg->e, SSE_MOVMSKPS, g, t);
	enc_test_rr(&cg->e, 0, g, g);
	return cg_jcc_sem(cg, CC_NE, idx);
}

/* r.d = minimum or maximum of lanes x, y, which come of operands r.a, r.b. */
static void minmax(struct cg *cg, const struct ir_inst *i, unsigned idx,
		   bool max, struct vx r, unsigned x, unsigned y, unsigned t)
{
	enc_op op = (max ? max_op : min_op)[fp_form(i)];
	struct cg_cold *cold = NULL;

	if (!fp_traps(cg))
		cold = unordered_check(cg, i, idx, x, y, t);
	v3(cg, op, t, x, y);
	if (!cold)
		cold = fp_trap2(cg, idx, r.a, r.b);
	v3(cg, op, r.d, y, x);
	v3(cg, max ? SSE_ANDPS : SSE_ORPS, r.d, r.d, t);
	cold->back = cg->e.p;
}

bool isel_fminmax(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	bool max = i->op == IR_FMAX || i->op == IR_FMAXNM;
	bool za = cg_is_zext(cg, i->a), zb = cg_is_zext(cg, i->b);
	unsigned a, b, t;
	struct vx r;

	if (!fp_inline(cg, i))
		return false;
	r.a = cg_use_xmm(cg, i->a);
	r.b = cg_use_xmm(cg, i->b);
	r.d = fp_def(cg, idx);
	t = cg_tmp_xmm(cg);
	fp_clobber_flags(cg);
	a = fp_operand(cg, i, i->a, r.a);
	b = fp_operand(cg, i, i->b, r.b);
	minmax(cg, i, idx, max, r, a, b, t);
	if (!fp_is_vector(i) && (max ? za || zb : za && zb))
		cg_set_zext(cg, idx);
	return true;
}

/* -- Pairwise ------------------------------------------------------------- */

bool isel_fpair(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	bool max = i->op == IR_FMAXP || i->op == IR_FMAXNMP;
	unsigned es = vx_esize(i), even, odd, x, y, t;
	struct vx r;

	if (!fp_inline(cg, i) || !fp_is_vector(i))
		return false;
	r = vx_get2(cg, i, idx);
	even = cg_tmp_xmm(cg);
	odd = cg_tmp_xmm(cg);
	t = cg_tmp_xmm(cg);
	fp_clobber_flags(cg);
	x = r.a;
	y = r.b;
	if (i->type == IR_V64) {	/* a0 a1 b0 b1: the lanes used twice */
		vx_concat(cg, t, r.a, r.b);
		x = y = t;
	}
	vx_uzp(cg, es, false, even, x, y, r.d);
	vx_uzp(cg, es, true, odd, x, y, r.d);
	if (i->op == IR_FADDP) {
		v3(cg, add_op[fp_form(i)], r.d, even, odd);
		fp_result(cg, i, idx, r.d, r.a, r.b);
	} else {
		minmax(cg, i, idx, max, r, even, odd, t);
	}
	return true;
}

/* -- Sign ----------------------------------------------------------------- */

bool isel_fsign(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	unsigned es = vx_esize(i), a, d;
	bool abs = i->op == IR_FABS, z = cg_is_zext(cg, i->a);
	u64 sign = splat(es, 1ull << ((8u << es) - 1)), lo, hi;

	if (!fp_is_vector(i))
		sign &= bits_mask(8u << es);
	lo = abs ? ~sign : sign;
	hi = i->type == IR_V128 ? lo : abs ? ~0ull : 0;
	a = cg_use_xmm(cg, i->a);
	d = cg_def_xmm(cg, idx);
	v3k2(cg, abs ? SSE_ANDPS : SSE_XORPS, d, a, lo, hi);
	if (z)
		cg_set_zext(cg, idx);
	return true;
}

/* -- Comparison into lanes ---------------------------------------------------
 * EQ is quiet, GE and GT signal for quiet NaNs too: as EQ_OQ, LE_OS, LT_OS. */

/* Operand of FACGE/FACGT: absolute value, garbage cleared. */
static unsigned abs_operand(struct cg *cg, const struct ir_inst *i, unsigned x)
{
	unsigned es = vx_esize(i), t = cg_tmp_xmm(cg);
	u64 m = ~splat(es, 1ull << ((8u << es) - 1));

	v3k2(cg, SSE_ANDPS, t, x, m, i->type == IR_V64 ? 0 : m);
	return t;
}

bool isel_fcmv(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	enc_op cmp = cmp_op[fp_form(i)];
	bool abs = i->op == IR_FACGE || i->op == IR_FACGT;
	unsigned a, b;
	struct vx r;

	if (!fp_inline(cg, i))
		return false;
	r.a = cg_use_xmm(cg, i->a);
	r.b = cg_use_xmm(cg, i->b);
	r.d = fp_def(cg, idx);
	if (abs) {
		a = abs_operand(cg, i, r.a);
		b = abs_operand(cg, i, r.b);
	} else {
		a = fp_operand(cg, i, i->a, r.a);
		b = fp_operand(cg, i, i->b, r.b);
	}
	if (i->op == IR_FCMEQ)
		v3i(cg, cmp, r.d, a, b, FP_EQ);
	else if (i->op == IR_FCMGE || i->op == IR_FACGE)
		v3i(cg, cmp, r.d, b, a, FP_LE);
	else
		v3i(cg, cmp, r.d, b, a, FP_LT);
	fp_trap2(cg, idx, r.a, r.b);
	return true;
}

/* -- Comparison into flags ------------------------------------------------ */

/* Does the user of the flags prefer those of `ucomis b, a`?  (isel_flags.c
 * can test these conditions only then with one jump.) */
static bool prefers_swap(const struct cg *cg, unsigned idx)
{
	const struct ir_inst *u = &cg->ir->inst[cg->val[idx].last];

	if (u->op != IR_EXIT_IF && u->op != IR_SELECT && u->op != IR_SETC)
		return false;
	switch (u->aux) {
	case IR_CS: case IR_CC: case IR_MI: case IR_PL: case IR_HI: case IR_LS:
		return true;
	default:
		return false;
	}
}

/* A NaN signals: IOC, and the flags of an unordered comparison. */
static void cold_unordered(struct cg *cg, struct cg_cold *c)
{
	enum { EFLAGS = 0x247 };	/* IF, ZF, PF, 1, CF */

	enc_alu_mi(&cg->e, ALU_OR, 0, hm(CG_ENV, CG_CPU(fpsr)), FPSR_IOC);
	enc_push_i(&cg->e, EFLAGS);
	enc_u8(&cg->e, OP_POPF);
	cg_cold_back(cg, c);
}

bool isel_flg_fcmp(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	static const enc_op cmp[2][2] = {
		{ SSE_UCOMISS, SSE_UCOMISD }, { SSE_COMISS, SSE_COMISD }
	};
	bool swap = prefers_swap(cg, idx);
	unsigned a, b, es = vx_esize(i);

	if (es < 2 || cg->ir->mode & IR_MODE_FZ)
		return false;
	a = cg_use_xmm(cg, swap ? i->b : i->a);
	b = cg_use_xmm(cg, swap ? i->a : i->b);
	cg_clobber_flags(cg);
	v2(cg, cmp[i->aux >> 2 & 1][es == 3], a, b);
	if (fp_traps(cg)) {
		struct cg_cold *c = cg_cold_new(cg, cold_unordered, idx);

		c->back = cg->e.p;
		cg_trap(cg, c);
	}
	cg_set_flags(cg, (val_t)idx, swap ? FL_FCMP_SWAP : FL_FCMP);
	return true;
}

/* -- Rounding to integral values ------------------------------------------ */

/*
 * With t = x towards zero, x - t is exact; where its magnitude is at least a
 * half, 1 with x's sign is added to t, which is exact too.  Adding zero with
 * x's sign otherwise keeps -0.
 */
struct cg_cold *fp_round_away(struct cg *cg, bool f64, unsigned idx,
			      unsigned d, unsigned x)
{
	unsigned form = f64 ? FP_SD : FP_SS, g = cg_tmp_gpr(cg);
	unsigned t = cg_tmp_xmm(cg), s = cg_tmp_xmm(cg);
	u64 sign = f64 ? 1ull << 63 : 1u << 31;
	u64 half = f64 ? 0x3fe0000000000000 : 0x3f000000;
	u64 one = f64 ? 0x3ff0000000000000 : 0x3f800000;
	struct cg_cold *cold;

	enc_gs(&cg->e, f64 ? SSE_MOVQ_GX : SSE_MOVD_GX, g, x);
	enc_alu_rr(&cg->e, ALU_ADD, f64, g, g);
	enc_sh_ri(&cg->e, SH_SHR, f64, g, f64 ? 53 : 24);
	enc_alu_ri(&cg->e, ALU_CMP, 0, g, f64 ? 1023 + 52 : 127 + 23);
	cold = cg_jcc_sem(cg, CC_AE, idx);
	v3i(cg, f64 ? SSE_ROUNDSD : SSE_ROUNDSS, d, x, x,
	    FP_TRUNC | FP_NO_INEXACT);
	v3(cg, sub_op[form], t, x, d);
	v3k2(cg, SSE_ANDPS, t, t, ~sign, 0);
	v3k2i(cg, f64 ? SSE_CMPSD : SSE_CMPSS, t, t, half, 0, FP_NLT);
	v3k2(cg, SSE_ANDPS, t, t, one, 0);
	v3k2(cg, SSE_ANDPS, s, x, sign, 0);
	v3(cg, SSE_ORPS, t, t, s);
	v3(cg, add_op[form], d, d, t);
	return cold;
}

/* Ties away: scalars only. */
static bool frint_away(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	bool z = cg_is_zext(cg, i->a);
	struct cg_cold *cold;
	struct vx r;

	if (fp_is_vector(i) || i->imm & 0x38)
		return false;
	r = vx_get1(cg, i, idx);
	cg_clobber_flags(cg);
	cold = fp_round_away(cg, vx_esize(i) == 3, idx, r.d, r.a);
	cold->back = cg->e.p;
	if (z)
		cg_set_zext(cg, idx);
	return true;
}

bool isel_frint(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	static const enc_op round[4] = { SSE_ROUNDSS, SSE_ROUNDSD,
					 SSE_ROUNDPS, SSE_ROUNDPD };
	unsigned a, x, d, form = fp_form(i);
	int imm = fp_round_imm((unsigned)i->imm & 7);
	bool z = cg_is_zext(cg, i->a);

	/* NaNs come out as Arm wants them (quieted), unless DN. */
	if (!fp_inline(cg, i) || !vx_has(cg, HF_SSE41) || i->imm & 0x30 ||
	    cg->ir->mode & IR_MODE_DN)
		return false;
	if (imm < 0)
		return frint_away(cg, i, idx);
	if (!(i->imm & 8))
		imm |= FP_NO_INEXACT;
	a = cg_use_xmm(cg, i->a);
	d = fp_def(cg, idx);
	x = fp_operand(cg, i, i->a, a);
	if (fp_is_vector(i))
		v2i(cg, round[form], d, x, (unsigned)imm);
	else
		v3i(cg, round[form], d, x, x, (unsigned)imm);
	fp_trap1(cg, idx, a);
	if (z || i->type == IR_V64)
		cg_set_zext(cg, idx);
	return true;
}
