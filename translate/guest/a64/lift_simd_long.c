/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * AdvSIMD integer operations between lanes of one size and lanes of twice
 * that size: long, wide and narrowing forms, vector and scalar (Arm ARM
 * C4.1.96: three different, narrowing two-register forms, by element).
 */
#include "translate/guest/a64/a64_simd.h"

enum long_kind {
	LONG_ADD, LONG_SUB,	/* extend both operands */
	WIDE_ADD, WIDE_SUB,	/* extend the second */
	LONG_DIFF, LONG_DIFF_ADD,
	LONG_MUL, LONG_MUL_ADD, LONG_MUL_SUB,
	LONG_DMUL, LONG_DMUL_ADD, LONG_DMUL_SUB
};

struct long_op {
	u8 kind, sizes;
	bool is_signed;
};

static const struct long_op long_ops[A64_ROW_COUNT] = {
	[A64_ROW_SADDL_v] = { LONG_ADD, SZ_BHS, true },
	[A64_ROW_UADDL_v] = { LONG_ADD, SZ_BHS, false },
	[A64_ROW_SADDW_v] = { WIDE_ADD, SZ_BHS, true },
	[A64_ROW_UADDW_v] = { WIDE_ADD, SZ_BHS, false },
	[A64_ROW_SSUBL_v] = { LONG_SUB, SZ_BHS, true },
	[A64_ROW_USUBL_v] = { LONG_SUB, SZ_BHS, false },
	[A64_ROW_SSUBW_v] = { WIDE_SUB, SZ_BHS, true },
	[A64_ROW_USUBW_v] = { WIDE_SUB, SZ_BHS, false },
	[A64_ROW_SABDL_v] = { LONG_DIFF, SZ_BHS, true },
	[A64_ROW_UABDL_v] = { LONG_DIFF, SZ_BHS, false },
	[A64_ROW_SABAL_v] = { LONG_DIFF_ADD, SZ_BHS, true },
	[A64_ROW_UABAL_v] = { LONG_DIFF_ADD, SZ_BHS, false },
	[A64_ROW_SMULL_v] = { LONG_MUL, SZ_BHS, true },
	[A64_ROW_UMULL_v] = { LONG_MUL, SZ_BHS, false },
	[A64_ROW_SMLAL_v] = { LONG_MUL_ADD, SZ_BHS, true },
	[A64_ROW_UMLAL_v] = { LONG_MUL_ADD, SZ_BHS, false },
	[A64_ROW_SMLSL_v] = { LONG_MUL_SUB, SZ_BHS, true },
	[A64_ROW_UMLSL_v] = { LONG_MUL_SUB, SZ_BHS, false },
	[A64_ROW_SQDMULL_v] = { LONG_DMUL, SZ_HS, true },
	[A64_ROW_SQDMULL_s] = { LONG_DMUL, SZ_HS, true },
	[A64_ROW_SQDMLAL_v] = { LONG_DMUL_ADD, SZ_HS, true },
	[A64_ROW_SQDMLAL_s] = { LONG_DMUL_ADD, SZ_HS, true },
	[A64_ROW_SQDMLSL_v] = { LONG_DMUL_SUB, SZ_HS, true },
	[A64_ROW_SQDMLSL_s] = { LONG_DMUL_SUB, SZ_HS, true },
	[A64_ROW_SMULL_ev] = { LONG_MUL, SZ_HS, true },
	[A64_ROW_UMULL_ev] = { LONG_MUL, SZ_HS, false },
	[A64_ROW_SMLAL_ev] = { LONG_MUL_ADD, SZ_HS, true },
	[A64_ROW_UMLAL_ev] = { LONG_MUL_ADD, SZ_HS, false },
	[A64_ROW_SMLSL_ev] = { LONG_MUL_SUB, SZ_HS, true },
	[A64_ROW_UMLSL_ev] = { LONG_MUL_SUB, SZ_HS, false },
	[A64_ROW_SQDMULL_ev] = { LONG_DMUL, SZ_HS, true },
	[A64_ROW_SQDMULL_es] = { LONG_DMUL, SZ_HS, true },
	[A64_ROW_SQDMLAL_ev] = { LONG_DMUL_ADD, SZ_HS, true },
	[A64_ROW_SQDMLAL_es] = { LONG_DMUL_ADD, SZ_HS, true },
	[A64_ROW_SQDMLSL_ev] = { LONG_DMUL_SUB, SZ_HS, true },
	[A64_ROW_SQDMLSL_es] = { LONG_DMUL_SUB, SZ_HS, true },
};

/* v extended to lanes of twice esize; aux: esize and IR_HIGH. */
static val_t extend(struct lift *l, bool is_signed, u8 aux, val_t v)
{
	return ir_v1(l->ir, is_signed ? IR_VSXTL : IR_VUXTL, IR_V128, aux, v,
		     0);
}

/* The V128 result in lanes of twice the size; n and m as read. */
static val_t long_value(struct lift *l, const struct a64_fields *f,
			const struct long_op *o, u8 aux, val_t n, val_t m)
{
	struct ir *ir = l->ir;
	bool sg = o->is_signed;
	u8 wide = (u8)((aux & IR_ESIZE) + 1);

	switch (o->kind) {
	case LONG_ADD: case LONG_SUB:
		n = extend(l, sg, aux, n);
		/* fall through */
	case WIDE_ADD: case WIDE_SUB:
		m = extend(l, sg, aux, m);
		return ir_v2(ir, o->kind == LONG_ADD || o->kind == WIDE_ADD ?
			     IR_VADD : IR_VSUB, IR_V128, wide, n, m, 0);
	case LONG_DIFF: case LONG_DIFF_ADD:
		/* |n - m| fits the narrow lane as an unsigned number. */
		n = ir_v2(ir, sg ? IR_VSABD : IR_VUABD,
			  simd_q(f) ? IR_V128 : IR_V64, aux & IR_ESIZE, n, m,
			  0);
		return extend(l, false, aux, n);
	case LONG_MUL: case LONG_MUL_ADD: case LONG_MUL_SUB:
		return ir_v2(ir, sg ? IR_VSMULL : IR_VUMULL, IR_V128, aux, n, m,
			     0);
	default:
		return ir_v2(ir, IR_VSQDMULL, IR_V128, aux, n, m, 0);
	}
}

/* What is done with the result and the destination; IR_NOP: replace. */
static enum ir_op accumulate(unsigned kind)
{
	switch (kind) {
	case LONG_DIFF_ADD: case LONG_MUL_ADD: return IR_VADD;
	case LONG_MUL_SUB: return IR_VSUB;
	case LONG_DMUL_ADD: return IR_VSQADD;
	case LONG_DMUL_SUB: return IR_VSQSUB;
	default: return IR_NOP;
	}
}

static enum lift_result long_finish(struct lift *l, const struct a64_fields *f,
				    const struct simd_shape *s, val_t n,
				    val_t m)
{
	const struct long_op *o = &long_ops[f->row];
	struct simd_shape wide = { IR_V128, (u8)(s->esize + 1), s->scalar };
	enum ir_op acc = accumulate(o->kind);
	u8 aux = (u8)(s->esize | (simd_q(f) ? IR_HIGH : 0));
	val_t v = long_value(l, f, o, aux, n, m);

	if (s->scalar) {
		wide.type = IR_V64;
		v = ir_v1(l->ir, IR_VCAST, IR_V64, 0, v, 0);
	}
	if (acc != IR_NOP)
		v = ir_v2(l->ir, acc, wide.type, wide.esize,
			  simd_src(l, &wide, f->rd), v, 0);
	ir_putv(l->ir, f->rd, v);
	return LIFT_NEXT;
}

/* Shape of the narrow lanes; any Q. */
static bool long_shape(const struct a64_fields *f, struct simd_shape *s)
{
	return simd_shape(f, f->size, long_ops[f->row].sizes, s);
}

enum lift_result a64_lift_v_long(struct lift *l, const struct a64_fields *f)
{
	unsigned kind = long_ops[f->row].kind;
	struct simd_shape s;
	val_t n;

	if (!long_shape(f, &s))
		return a64_undef(l);
	if (kind == WIDE_ADD || kind == WIDE_SUB)
		n = vreg(l, IR_V128, f->rn);
	else
		n = simd_src(l, &s, f->rn);
	return long_finish(l, f, &s, n, simd_src(l, &s, f->rm));
}

enum lift_result a64_lift_v_long_e(struct lift *l, const struct a64_fields *f)
{
	struct simd_shape s;
	unsigned reg, index;

	if (!long_shape(f, &s) || !simd_element(f, f->size, &reg, &index))
		return a64_undef(l);
	return long_finish(l, f, &s, simd_src(l, &s, f->rn),
			   simd_dup(l, s.type, s.esize, reg, index));
}

/* PMULL, PMULL2 of bytes and of 64-bit lanes. */
enum lift_result a64_lift_v_pmull(struct lift *l, const struct a64_fields *f)
{
	enum ir_type t = f->q ? IR_V128 : IR_V64;
	u8 aux = (u8)(simd_size(f) | (f->q ? IR_HIGH : 0));

	ir_putv(l->ir, f->rd, ir_v2(l->ir, IR_VPMULL, IR_V128, aux,
				    vreg(l, t, f->rn), vreg(l, t, f->rm), 0));
	return LIFT_NEXT;
}

/* ADDHN, SUBHN, RADDHN, RSUBHN: the upper half of sum or difference. */
enum lift_result a64_lift_v_addhn(struct lift *l, const struct a64_fields *f)
{
	struct ir *ir = l->ir;
	unsigned es = f->size, bits = 8u << es;
	bool sub = f->insn >> 13 & 1, rounding = f->insn >> 29 & 1;
	val_t v;

	if (es == 3)
		return a64_undef(l);
	v = ir_v2(ir, sub ? IR_VSUB : IR_VADD, IR_V128, (u8)(es + 1),
		  vreg(l, IR_V128, f->rn), vreg(l, IR_V128, f->rm), 0);
	if (rounding)
		v = ir_v2(ir, IR_VADD, IR_V128, (u8)(es + 1), v,
			  simd_splat(l, IR_V128, es + 1, 1ull << (bits - 1)),
			  0);
	v = ir_v1(ir, IR_VUSHRI, IR_V128, (u8)(es + 1), v, (s32)bits);
	simd_put_narrow(l, f, IR_VXTN, es, v);
	return LIFT_NEXT;
}

/* XTN and its saturating forms.  Scalars: a lane alone in a zero register. */
enum lift_result a64_lift_int_narrow(struct lift *l, const struct a64_fields *f)
{
	enum ir_op op;
	val_t n;

	if (f->size == 3)
		return a64_undef(l);
	switch (f->row) {
	case A64_ROW_XTN_v: op = IR_VXTN; break;
	case A64_ROW_SQXTN_v: case A64_ROW_SQXTN_s: op = IR_VSQXTN; break;
	case A64_ROW_UQXTN_v: case A64_ROW_UQXTN_s: op = IR_VUQXTN; break;
	default: op = IR_VSQXTUN;
	}
	if (simd_is_scalar(f))
		n = ir_v1(l->ir, IR_VZEXT, IR_V128, 0,
			  vreg(l, fp_scalar_type(f->size + 1), f->rn), 0);
	else
		n = vreg(l, IR_V128, f->rn);
	simd_put_narrow(l, f, op, f->size, n);
	return LIFT_NEXT;
}

/* SHLL: extended and shifted by the lane's size. */
enum lift_result a64_lift_v_shll(struct lift *l, const struct a64_fields *f)
{
	val_t v;

	if (f->size == 3)
		return a64_undef(l);
	v = extend(l, false, (u8)(f->size | (f->q ? IR_HIGH : 0)),
		   vreg(l, f->q ? IR_V128 : IR_V64, f->rn));
	v = ir_v1(l->ir, IR_VSHLI, IR_V128, (u8)(f->size + 1), v,
		  8 << f->size);
	ir_putv(l->ir, f->rd, v);
	return LIFT_NEXT;
}
