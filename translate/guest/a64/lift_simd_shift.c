/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * AdvSIMD shifts by immediate, vector and scalar, with narrowing, widening
 * and fixed-point conversion (Arm ARM C4.1.96).  The position of the highest
 * bit set in immh gives the lane size; immh:immb the amount.
 */
#include "translate/guest/a64/a64_simd.h"

/* flags of struct simd_op here */
enum {
	SH_LEFT = 1,
	SH_ADD_TO = 2,		/* accumulate */
	SH_INSERT = 4,		/* the destination is operand a */
	SH_ROUND = 8
};

static const struct simd_op shift_ops[A64_ROW_COUNT] = {
	[A64_ROW_SSHR_immv] = { .op = IR_VSSHRI, .sizes = SZ_BHSD },
	[A64_ROW_SSHR_imms] = { .op = IR_VSSHRI, .sizes = SZ_D },
	[A64_ROW_USHR_immv] = { .op = IR_VUSHRI, .sizes = SZ_BHSD },
	[A64_ROW_USHR_imms] = { .op = IR_VUSHRI, .sizes = SZ_D },
	[A64_ROW_SSRA_immv] = { .op = IR_VSSHRI, .sizes = SZ_BHSD,
				.flags = SH_ADD_TO },
	[A64_ROW_SSRA_imms] = { .op = IR_VSSHRI, .sizes = SZ_D,
				.flags = SH_ADD_TO },
	[A64_ROW_USRA_immv] = { .op = IR_VUSHRI, .sizes = SZ_BHSD,
				.flags = SH_ADD_TO },
	[A64_ROW_USRA_imms] = { .op = IR_VUSHRI, .sizes = SZ_D,
				.flags = SH_ADD_TO },
	[A64_ROW_SRSHR_immv] = { .op = IR_VSRSHRI, .sizes = SZ_BHSD },
	[A64_ROW_SRSHR_imms] = { .op = IR_VSRSHRI, .sizes = SZ_D },
	[A64_ROW_URSHR_immv] = { .op = IR_VURSHRI, .sizes = SZ_BHSD },
	[A64_ROW_URSHR_imms] = { .op = IR_VURSHRI, .sizes = SZ_D },
	[A64_ROW_SRSRA_immv] = { .op = IR_VSRSHRI, .sizes = SZ_BHSD,
				 .flags = SH_ADD_TO },
	[A64_ROW_SRSRA_imms] = { .op = IR_VSRSHRI, .sizes = SZ_D,
				 .flags = SH_ADD_TO },
	[A64_ROW_URSRA_immv] = { .op = IR_VURSHRI, .sizes = SZ_BHSD,
				 .flags = SH_ADD_TO },
	[A64_ROW_URSRA_imms] = { .op = IR_VURSHRI, .sizes = SZ_D,
				 .flags = SH_ADD_TO },
	[A64_ROW_SRI_immv] = { .op = IR_VSRI, .sizes = SZ_BHSD,
			       .flags = SH_INSERT },
	[A64_ROW_SRI_imms] = { .op = IR_VSRI, .sizes = SZ_D,
			       .flags = SH_INSERT },
	[A64_ROW_SHL_immv] = { .op = IR_VSHLI, .sizes = SZ_BHSD,
			       .flags = SH_LEFT },
	[A64_ROW_SHL_imms] = { .op = IR_VSHLI, .sizes = SZ_D,
			       .flags = SH_LEFT },
	[A64_ROW_SLI_immv] = { .op = IR_VSLI, .sizes = SZ_BHSD,
			       .flags = SH_INSERT | SH_LEFT },
	[A64_ROW_SLI_imms] = { .op = IR_VSLI, .sizes = SZ_D,
			       .flags = SH_INSERT | SH_LEFT },
	[A64_ROW_SQSHLU_immv] = { .op = IR_VSQSHLU, .sizes = SZ_BHSD,
				  .flags = SH_LEFT },
	[A64_ROW_SQSHLU_imms] = { .op = IR_VSQSHLU, .sizes = SZ_BHSD,
				  .flags = SH_LEFT },
	[A64_ROW_SQSHL_immv] = { .op = IR_VSQSHL, .sizes = SZ_BHSD,
				 .flags = SH_LEFT },
	[A64_ROW_SQSHL_imms] = { .op = IR_VSQSHL, .sizes = SZ_BHSD,
				 .flags = SH_LEFT },
	[A64_ROW_UQSHL_immv] = { .op = IR_VUQSHL, .sizes = SZ_BHSD,
				 .flags = SH_LEFT },
	[A64_ROW_UQSHL_imms] = { .op = IR_VUQSHL, .sizes = SZ_BHSD,
				 .flags = SH_LEFT },
	/* Narrowing: aux is 1 if the shift is signed, op the narrowing. */
	[A64_ROW_SHRN_v] = { .op = IR_VXTN },
	[A64_ROW_RSHRN_v] = { .op = IR_VXTN, .flags = SH_ROUND },
	[A64_ROW_SQSHRN_v] = { .op = IR_VSQXTN, .aux = 1 },
	[A64_ROW_SQSHRN_s] = { .op = IR_VSQXTN, .aux = 1 },
	[A64_ROW_SQRSHRN_v] = { .op = IR_VSQXTN, .aux = 1, .flags = SH_ROUND },
	[A64_ROW_SQRSHRN_s] = { .op = IR_VSQXTN, .aux = 1, .flags = SH_ROUND },
	[A64_ROW_UQSHRN_v] = { .op = IR_VUQXTN },
	[A64_ROW_UQSHRN_s] = { .op = IR_VUQXTN },
	[A64_ROW_UQRSHRN_v] = { .op = IR_VUQXTN, .flags = SH_ROUND },
	[A64_ROW_UQRSHRN_s] = { .op = IR_VUQXTN, .flags = SH_ROUND },
	[A64_ROW_SQSHRUN_v] = { .op = IR_VSQXTUN, .aux = 1 },
	[A64_ROW_SQSHRUN_s] = { .op = IR_VSQXTUN, .aux = 1 },
	[A64_ROW_SQRSHRUN_v] = { .op = IR_VSQXTUN, .aux = 1,
				 .flags = SH_ROUND },
	[A64_ROW_SQRSHRUN_s] = { .op = IR_VSQXTUN, .aux = 1,
				 .flags = SH_ROUND },
};

/* Lane size and amounts of immh:immb; false if immh is 0. */
static bool amounts(const struct a64_fields *f, unsigned *esize,
		    unsigned *right, unsigned *left)
{
	unsigned imm = f->immh << 3 | f->immb, es = 0;

	if (!f->immh)
		return false;
	while (f->immh >> (es + 1))
		es++;
	*esize = es;
	*right = (16u << es) - imm;
	*left = imm - (8u << es);
	return true;
}

/*
 * The saturating left shifts by register take their amounts from a vector;
 * the immediate forms of SQSHL and UQSHL are those with a constant.
 */
static val_t shift_value(struct lift *l, const struct a64_fields *f,
			 const struct simd_shape *s, unsigned amount)
{
	const struct simd_op *o = &shift_ops[f->row];
	val_t n = simd_src(l, s, f->rn);

	if (o->op == IR_VSQSHL || o->op == IR_VUQSHL)
		return ir_v2(l->ir, o->op, s->type, s->esize, n,
			     simd_splat(l, s->type, s->esize, amount), 0);
	if (o->flags & SH_INSERT)
		return ir_v2(l->ir, o->op, s->type, s->esize,
			     simd_src(l, s, f->rd), n, (s32)amount);
	return ir_v1(l->ir, o->op, s->type, s->esize, n, (s32)amount);
}

enum lift_result a64_lift_shift_imm(struct lift *l, const struct a64_fields *f)
{
	const struct simd_op *o = &shift_ops[f->row];
	unsigned es, right, left;
	struct simd_shape s;
	val_t v;

	if (!amounts(f, &es, &right, &left) ||
	    !simd_shape(f, es, o->sizes, &s))
		return a64_undef(l);
	v = shift_value(l, f, &s, o->flags & SH_LEFT ? left : right);
	if (o->flags & SH_ADD_TO)
		v = ir_v2(l->ir, IR_VADD, s.type, s.esize,
			  simd_src(l, &s, f->rd), v, 0);
	ir_putv(l->ir, f->rd, v);
	return LIFT_NEXT;
}

/*
 * Shift the wide lanes (the rounded result still fits them, for the amount
 * is at least 1), then narrow, which is where saturation happens.
 */
enum lift_result a64_lift_shift_narrow(struct lift *l,
				       const struct a64_fields *f)
{
	static const u16 op[2][2] = {
		{ IR_VUSHRI, IR_VSSHRI }, { IR_VURSHRI, IR_VSRSHRI }
	};
	const struct simd_op *o = &shift_ops[f->row];
	unsigned es, right, left;
	val_t v;

	if (!amounts(f, &es, &right, &left) || es == 3)
		return a64_undef(l);
	if (simd_is_scalar(f))
		v = ir_v1(l->ir, IR_VZEXT, IR_V128, 0,
			  vreg(l, fp_scalar_type(es + 1), f->rn), 0);
	else
		v = vreg(l, IR_V128, f->rn);
	v = ir_v1(l->ir, op[!!(o->flags & SH_ROUND)][o->aux], IR_V128,
		  (u8)(es + 1), v, (s32)right);
	simd_put_narrow(l, f, o->op, es, v);
	return LIFT_NEXT;
}

/* SSHLL, USHLL; with amount 0 these are SXTL, UXTL. */
enum lift_result a64_lift_shift_long(struct lift *l, const struct a64_fields *f)
{
	unsigned es, right, left;
	val_t v;

	if (!amounts(f, &es, &right, &left) || es == 3)
		return a64_undef(l);
	v = ir_v1(l->ir, f->insn >> 29 & 1 ? IR_VUXTL : IR_VSXTL, IR_V128,
		  (u8)(es | (f->q ? IR_HIGH : 0)),
		  vreg(l, f->q ? IR_V128 : IR_V64, f->rn), 0);
	if (left)
		v = ir_v1(l->ir, IR_VSHLI, IR_V128, (u8)(es + 1), v, (s32)left);
	ir_putv(l->ir, f->rd, v);
	return LIFT_NEXT;
}

/* SCVTF, UCVTF, FCVTZS, FCVTZU with fraction bits. */
enum lift_result a64_lift_shift_cvt(struct lift *l, const struct a64_fields *f)
{
	bool to_int = f->insn >> 11 & 1;
	unsigned es, right, left;
	struct simd_shape s;
	val_t v;

	if (!amounts(f, &es, &right, &left) || !es ||
	    (es == 1 && !(l->features & A64_FEAT_FP16)) ||
	    !simd_fp_shape(f, es, &s))
		return a64_undef(l);
	v = ir_v1(l->ir, to_int ? IR_FVTOI : IR_IVTOF, s.type,
		  (u8)(es | (f->insn >> 29 & 1) << 2), vreg(l, s.type, f->rn),
		  (s32)((to_int ? IR_RZ : 0) | right << 8));
	ir_putv(l->ir, f->rd, v);
	return LIFT_NEXT;
}
