/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * AdvSIMD floating point: three and two registers, by element, across lanes,
 * pairwise, narrowing and widening, complex and mixed-precision multiplies;
 * vector and scalar forms (Arm ARM C4.1.96).
 */
#include "translate/guest/a64/a64_simd.h"

/* flags of struct simd_op here */
enum {
	FP_ACC = 1,		/* the destination is operand c */
	FP_ABS = 2,		/* absolute value of the result */
	FP_ZERO_2ND = 4,	/* compare with zero */
	FP_ZERO_1ST = 8,	/* compare zero with rn */
	FP_ONE = 16		/* one operand, imm given */
};

enum { NEG_A = IR_HIGH, UNSIGNED = IR_HIGH };

/* The same operation in its four layouts: single and double, or half. */
#define ROWS2(name, ...) \
	[A64_ROW_##name##_v] = { __VA_ARGS__ }, \
	[A64_ROW_##name##_vh] = { __VA_ARGS__ }
#define ROWS4(name, ...) \
	ROWS2(name, __VA_ARGS__), \
	[A64_ROW_##name##_s] = { __VA_ARGS__ }, \
	[A64_ROW_##name##_sh] = { __VA_ARGS__ }
#define ROWS_ELEM(name, ...) \
	[A64_ROW_##name##_ev] = { __VA_ARGS__ }, \
	[A64_ROW_##name##_es] = { __VA_ARGS__ }, \
	[A64_ROW_##name##_evh] = { __VA_ARGS__ }, \
	[A64_ROW_##name##_esh] = { __VA_ARGS__ }

static const struct simd_op fp_ops[A64_ROW_COUNT] = {
	ROWS2(FADD, .op = IR_FADD),
	ROWS2(FSUB, .op = IR_FSUB),
	ROWS2(FMUL, .op = IR_FMUL),
	ROWS2(FDIV, .op = IR_FDIV),
	ROWS2(FMAX, .op = IR_FMAX),
	ROWS2(FMIN, .op = IR_FMIN),
	ROWS2(FMAXNM, .op = IR_FMAXNM),
	ROWS2(FMINNM, .op = IR_FMINNM),
	ROWS2(FMLA, .op = IR_FMADD, .flags = FP_ACC),
	ROWS2(FMLS, .op = IR_FMADD, .aux = NEG_A, .flags = FP_ACC),
	ROWS2(FADDP, .op = IR_FADDP),
	ROWS2(FMAXP, .op = IR_FMAXP),
	ROWS2(FMINP, .op = IR_FMINP),
	ROWS2(FMAXNMP, .op = IR_FMAXNMP),
	ROWS2(FMINNMP, .op = IR_FMINNMP),
	ROWS4(FMULX, .op = IR_FMULX),
	ROWS4(FRECPS, .op = IR_FRECPS),
	ROWS4(FRSQRTS, .op = IR_FRSQRTS),
	ROWS4(FCMEQ, .op = IR_FCMEQ),
	ROWS4(FCMGE, .op = IR_FCMGE),
	ROWS4(FCMGT, .op = IR_FCMGT),
	ROWS4(FACGE, .op = IR_FACGE),
	ROWS4(FACGT, .op = IR_FACGT),
	ROWS4(FABD, .op = IR_FSUB, .flags = FP_ABS),
	ROWS_ELEM(FMLA, .op = IR_FMADD, .flags = FP_ACC),
	ROWS_ELEM(FMLS, .op = IR_FMADD, .aux = NEG_A, .flags = FP_ACC),
	ROWS_ELEM(FMUL, .op = IR_FMUL),
	ROWS_ELEM(FMULX, .op = IR_FMULX),
	/* Two registers; imm as in ir.def. */
	ROWS2(FABS, .op = IR_FABS),
	ROWS2(FNEG, .op = IR_FNEG),
	ROWS2(FSQRT, .op = IR_FSQRT),
	ROWS2(FRINTN, .op = IR_FRINT, .imm = IR_RNE),
	ROWS2(FRINTP, .op = IR_FRINT, .imm = IR_RPI),
	ROWS2(FRINTM, .op = IR_FRINT, .imm = IR_RMI),
	ROWS2(FRINTZ, .op = IR_FRINT, .imm = IR_RZ),
	ROWS2(FRINTA, .op = IR_FRINT, .imm = IR_RNA),
	ROWS2(FRINTX, .op = IR_FRINT, .imm = IR_RCUR | 8),
	ROWS2(FRINTI, .op = IR_FRINT, .imm = IR_RCUR),
	[A64_ROW_FRINT32Z_v] = { .op = IR_FRINT, .imm = IR_RZ | 8 | 1 << 4 },
	[A64_ROW_FRINT32X_v] = { .op = IR_FRINT, .imm = IR_RCUR | 8 | 1 << 4 },
	[A64_ROW_FRINT64Z_v] = { .op = IR_FRINT, .imm = IR_RZ | 8 | 2 << 4 },
	[A64_ROW_FRINT64X_v] = { .op = IR_FRINT, .imm = IR_RCUR | 8 | 2 << 4 },
	ROWS4(FCVTNS, .op = IR_FVTOI, .imm = IR_RNE),
	ROWS4(FCVTNU, .op = IR_FVTOI, .imm = IR_RNE, .aux = UNSIGNED),
	ROWS4(FCVTPS, .op = IR_FVTOI, .imm = IR_RPI),
	ROWS4(FCVTPU, .op = IR_FVTOI, .imm = IR_RPI, .aux = UNSIGNED),
	ROWS4(FCVTMS, .op = IR_FVTOI, .imm = IR_RMI),
	ROWS4(FCVTMU, .op = IR_FVTOI, .imm = IR_RMI, .aux = UNSIGNED),
	ROWS4(FCVTZS, .op = IR_FVTOI, .imm = IR_RZ),
	ROWS4(FCVTZU, .op = IR_FVTOI, .imm = IR_RZ, .aux = UNSIGNED),
	ROWS4(FCVTAS, .op = IR_FVTOI, .imm = IR_RNA),
	ROWS4(FCVTAU, .op = IR_FVTOI, .imm = IR_RNA, .aux = UNSIGNED),
	ROWS4(SCVTF, .op = IR_IVTOF),
	ROWS4(UCVTF, .op = IR_IVTOF, .aux = UNSIGNED),
	ROWS4(FCMGT0, .op = IR_FCMGT, .flags = FP_ZERO_2ND),
	ROWS4(FCMGE0, .op = IR_FCMGE, .flags = FP_ZERO_2ND),
	ROWS4(FCMEQ0, .op = IR_FCMEQ, .flags = FP_ZERO_2ND),
	ROWS4(FCMLE0, .op = IR_FCMGE, .flags = FP_ZERO_1ST),
	ROWS4(FCMLT0, .op = IR_FCMGT, .flags = FP_ZERO_1ST),
	ROWS4(FRECPE, .op = IR_FRECPE),
	ROWS4(FRSQRTE, .op = IR_FRSQRTE),
	[A64_ROW_FRECPX_s] = { .op = IR_FRECPX },
	[A64_ROW_FRECPX_sh] = { .op = IR_FRECPX },
};

/* The row's operation on n and m (0: one operand), written to rd. */
static enum lift_result finish(struct lift *l, const struct a64_fields *f,
			       const struct simd_shape *s, val_t n, val_t m)
{
	const struct simd_op *o = &fp_ops[f->row];
	val_t c = o->flags & FP_ACC ? vreg(l, s->type, f->rd) : 0;
	val_t v = ir_emit(l->ir, o->op, s->type, s->esize | o->aux, n, m, c,
			  o->imm);

	if (o->flags & FP_ABS)
		v = ir_v1(l->ir, IR_FABS, s->type, s->esize, v, 0);
	ir_putv(l->ir, f->rd, v);
	return LIFT_NEXT;
}

static enum lift_result three(struct lift *l, const struct a64_fields *f,
			      unsigned esize)
{
	struct simd_shape s;

	if (!simd_fp_shape(f, esize, &s))
		return a64_undef(l);
	return finish(l, f, &s, vreg(l, s.type, f->rn), vreg(l, s.type, f->rm));
}

enum lift_result a64_lift_simd_fp3(struct lift *l, const struct a64_fields *f)
{
	return three(l, f, 2 + f->sz);
}

enum lift_result a64_lift_simd_fp3h(struct lift *l, const struct a64_fields *f)
{
	return three(l, f, 1);
}

static enum lift_result two(struct lift *l, const struct a64_fields *f,
			    unsigned esize)
{
	unsigned flags = fp_ops[f->row].flags;
	struct simd_shape s;
	val_t n, m = 0;

	if (!simd_fp_shape(f, esize, &s))
		return a64_undef(l);
	n = vreg(l, s.type, f->rn);
	if (flags & (FP_ZERO_1ST | FP_ZERO_2ND)) {
		m = simd_zero(l, s.type);
		if (flags & FP_ZERO_1ST)
			return finish(l, f, &s, m, n);
	}
	return finish(l, f, &s, n, m);
}

enum lift_result a64_lift_simd_fp2(struct lift *l, const struct a64_fields *f)
{
	return two(l, f, 2 + f->sz);
}

enum lift_result a64_lift_simd_fp2h(struct lift *l, const struct a64_fields *f)
{
	return two(l, f, 1);
}

static enum lift_result by_element(struct lift *l, const struct a64_fields *f,
				   unsigned esize)
{
	struct simd_shape s;
	unsigned reg, index;

	if (!simd_fp_shape(f, esize, &s) ||
	    !simd_element(f, esize, &reg, &index))
		return a64_undef(l);
	return finish(l, f, &s, vreg(l, s.type, f->rn),
		      simd_dup(l, s.type, esize, reg, index));
}

enum lift_result a64_lift_simd_fp3_e(struct lift *l, const struct a64_fields *f)
{
	return by_element(l, f, 2 + f->sz);
}

enum lift_result a64_lift_simd_fp3h_e(struct lift *l,
				      const struct a64_fields *f)
{
	return by_element(l, f, 1);
}

/* -- Across lanes, pairwise scalar ----------------------------------------- */

/*
 * The architecture halves the vector recursively, which is the same tree as
 * repeated pairwise steps.
 */
enum lift_result a64_lift_v_fp_across(struct lift *l,
				      const struct a64_fields *f)
{
	bool single = f->insn >> 29 & 1, minimum = f->insn >> 23 & 1;
	bool number = !(f->insn >> 12 & 2);	/* opcode 01100 / 01111 */
	enum ir_op op = number ? (minimum ? IR_FMINNMP : IR_FMAXNMP) :
				 (minimum ? IR_FMINP : IR_FMAXP);
	unsigned es = single ? 2 : 1;
	bool q = f->insn >> 30 & 1;
	unsigned lanes = (q ? 16u : 8u) >> es;
	enum ir_type t = q ? IR_V128 : IR_V64;
	val_t v = vreg(l, t, f->rn);

	for (; lanes > 1; lanes /= 2) {
		v = ir_v2(l->ir, op, t, (u8)es, v, v, 0);
		if (t == IR_V128) {
			t = IR_V64;
			v = ir_v1(l->ir, IR_VCAST, t, 0, v, 0);
		}
	}
	v = ir_v1(l->ir, IR_VCAST, fp_scalar_type(es), 0, v, 0);
	ir_putv(l->ir, f->rd, v);
	return LIFT_NEXT;
}

enum lift_result a64_lift_s_fp_pair(struct lift *l, const struct a64_fields *f)
{
	unsigned es = f->insn >> 29 & 1 ? 2 + f->sz : 1;
	enum ir_type t = fp_scalar_type(es);
	bool minimum = f->insn >> 23 & 1;
	enum ir_op op;

	switch (f->insn >> 12 & 3) {
	case 0: op = minimum ? IR_FMINNM : IR_FMAXNM; break;
	case 1: op = IR_FADD; break;
	default: op = minimum ? IR_FMIN : IR_FMAX;
	}
	ir_putv(l->ir, f->rd,
		ir_v2(l->ir, op, t, (u8)es, vreg(l, t, f->rn),
		      simd_dup(l, t, es, f->rn, 1), 0));
	return LIFT_NEXT;
}

/* -- Narrowing and widening ------------------------------------------------ */

enum lift_result a64_lift_v_fcvtl(struct lift *l, const struct a64_fields *f)
{
	u8 aux = (u8)((1 + f->sz) | (f->q ? IR_HIGH : 0));

	ir_putv(l->ir, f->rd,
		ir_v1(l->ir, IR_FCVTL, IR_V128, aux,
		      vreg(l, f->q ? IR_V128 : IR_V64, f->rn), 0));
	return LIFT_NEXT;
}

enum lift_result a64_lift_v_fcvtn(struct lift *l, const struct a64_fields *f)
{
	simd_put_narrow(l, f, IR_FCVTN, 2 + f->sz, vreg(l, IR_V128, f->rn));
	return LIFT_NEXT;
}

/* FCVTXN: double to single, rounding to odd. */
enum lift_result a64_lift_v_fcvtxn(struct lift *l, const struct a64_fields *f)
{
	val_t n;

	if (simd_is_scalar(f))
		n = ir_v1(l->ir, IR_VZEXT, IR_V128, 0, vreg(l, IR_F64, f->rn),
			  0);
	else
		n = vreg(l, IR_V128, f->rn);
	simd_put_narrow(l, f, IR_FCVTN, 3 | IR_AUX3, n);
	return LIFT_NEXT;
}

enum lift_result a64_lift_v_bfcvtn(struct lift *l, const struct a64_fields *f)
{
	simd_put_narrow(l, f, IR_BFCVTN, 2, vreg(l, IR_V128, f->rn));
	return LIFT_NEXT;
}

/* -- Mixed-precision multiplies -------------------------------------------- */

/* FMLAL, FMLSL (bit 29 clear: low halves) and FMLAL2, FMLSL2 on n and m. */
static enum lift_result fmlal(struct lift *l, const struct a64_fields *f,
			      bool negate, val_t n, val_t m)
{
	enum ir_type t = f->q ? IR_V128 : IR_V64;
	bool high = f->insn >> 29 & 1;
	u8 aux = (u8)(2 | (high ? IR_HIGH : 0) | (negate ? IR_AUX3 : 0));

	ir_putv(l->ir, f->rd, ir_v3(l->ir, IR_FMLAL, t, aux, n, m,
				    vreg(l, t, f->rd), 0));
	return LIFT_NEXT;
}

enum lift_result a64_lift_v_fmlal(struct lift *l, const struct a64_fields *f)
{
	enum ir_type t = f->q ? IR_V128 : IR_V64;

	return fmlal(l, f, f->insn >> 23 & 1, vreg(l, t, f->rn),
		     vreg(l, t, f->rm));
}

enum lift_result a64_lift_v_fmlal_e(struct lift *l, const struct a64_fields *f)
{
	enum ir_type t = f->q ? IR_V128 : IR_V64;
	unsigned reg, index;

	simd_element(f, 1, &reg, &index);
	return fmlal(l, f, f->insn >> 14 & 1, vreg(l, t, f->rn),
		     simd_dup(l, t, 1, reg, index));
}

/* BFMLALB, BFMLALT: Q chooses even or odd lanes, the result is V128. */
static enum lift_result bfmlal(struct lift *l, const struct a64_fields *f,
			       val_t m)
{
	u8 aux = (u8)(2 | (f->q ? IR_HIGH : 0));

	ir_putv(l->ir, f->rd,
		ir_v3(l->ir, IR_BFMLAL, IR_V128, aux, vreg(l, IR_V128, f->rn),
		      m, vreg(l, IR_V128, f->rd), 0));
	return LIFT_NEXT;
}

enum lift_result a64_lift_v_bfmlal(struct lift *l, const struct a64_fields *f)
{
	return bfmlal(l, f, vreg(l, IR_V128, f->rm));
}

enum lift_result a64_lift_v_bfmlal_e(struct lift *l, const struct a64_fields *f)
{
	unsigned reg, index;

	simd_element(f, 1, &reg, &index);
	return bfmlal(l, f, simd_dup(l, IR_V128, 1, reg, index));
}

/* -- Complex numbers ------------------------------------------------------- */

/* Lanes hold real and imaginary parts, so 8-bit lanes do not exist. */
static bool complex_shape(struct lift *l, const struct a64_fields *f,
			  struct simd_shape *s)
{
	if (!f->size || (f->size == 1 && !(l->features & A64_FEAT_FP16)))
		return false;
	return simd_fp_shape(f, f->size, s);
}

enum lift_result a64_lift_v_fcadd(struct lift *l, const struct a64_fields *f)
{
	struct simd_shape s;

	if (!complex_shape(l, f, &s))
		return a64_undef(l);
	ir_putv(l->ir, f->rd,
		ir_v2(l->ir, IR_FCADD, s.type, s.esize, vreg(l, s.type, f->rn),
		      vreg(l, s.type, f->rm), (s32)f->rot));
	return LIFT_NEXT;
}

static enum lift_result fcmla(struct lift *l, const struct a64_fields *f,
			      const struct simd_shape *s, val_t m)
{
	ir_putv(l->ir, f->rd,
		ir_v3(l->ir, IR_FCMLA, s->type, s->esize,
		      vreg(l, s->type, f->rn), m, vreg(l, s->type, f->rd),
		      (s32)f->rot));
	return LIFT_NEXT;
}

enum lift_result a64_lift_v_fcmla(struct lift *l, const struct a64_fields *f)
{
	struct simd_shape s;

	if (!complex_shape(l, f, &s))
		return a64_undef(l);
	return fcmla(l, f, &s, vreg(l, s.type, f->rm));
}

/* The element is a pair of lanes: H:L for half, H for single precision. */
enum lift_result a64_lift_v_fcmla_e(struct lift *l, const struct a64_fields *f)
{
	unsigned reg = f->m << 4 | f->rm, index;
	struct simd_shape s;

	if (!complex_shape(l, f, &s) || f->size == 3)
		return a64_undef(l);
	if (f->size == 1 ? f->h && !f->q : f->l || !f->q)
		return a64_undef(l);
	index = f->size == 1 ? f->h << 1 | f->l : f->h;
	return fcmla(l, f, &s, simd_dup(l, s.type, f->size + 1, reg, index));
}
