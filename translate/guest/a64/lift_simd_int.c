/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * AdvSIMD integer operations whose lanes keep their size: three registers,
 * by element, two registers, logic, across lanes, dot products; vector and
 * scalar forms (Arm ARM C4.1.96).
 */
#include "translate/guest/a64/a64_simd.h"

/* flags of struct simd_op here */
enum {
	OP_ACC = 1,		/* the destination is operand c */
	OP_ADD_TO = 2,		/* the result is added to the destination */
	OP_ZERO_2ND = 4,	/* second operand is zero */
	OP_ZERO_1ST = 8,	/* first operand is zero, rn the second */
	OP_DEST_1ST = 16,	/* destination is the first operand */
	OP_BYTES = 32,		/* byte operation, whatever bits 23..22 say */
	OP_PAIRS = 64		/* result lanes are twice as wide */
};

static const struct simd_op int_ops[A64_ROW_COUNT] = {
	[A64_ROW_SHADD_v] = { .op = IR_VSHADD, .sizes = SZ_BHS },
	[A64_ROW_UHADD_v] = { .op = IR_VUHADD, .sizes = SZ_BHS },
	[A64_ROW_SRHADD_v] = { .op = IR_VSRHADD, .sizes = SZ_BHS },
	[A64_ROW_URHADD_v] = { .op = IR_VURHADD, .sizes = SZ_BHS },
	[A64_ROW_SHSUB_v] = { .op = IR_VSHSUB, .sizes = SZ_BHS },
	[A64_ROW_UHSUB_v] = { .op = IR_VUHSUB, .sizes = SZ_BHS },
	[A64_ROW_SQADD_v] = { .op = IR_VSQADD, .sizes = SZ_BHSD },
	[A64_ROW_SQADD_s] = { .op = IR_VSQADD, .sizes = SZ_BHSD },
	[A64_ROW_UQADD_v] = { .op = IR_VUQADD, .sizes = SZ_BHSD },
	[A64_ROW_UQADD_s] = { .op = IR_VUQADD, .sizes = SZ_BHSD },
	[A64_ROW_SQSUB_v] = { .op = IR_VSQSUB, .sizes = SZ_BHSD },
	[A64_ROW_SQSUB_s] = { .op = IR_VSQSUB, .sizes = SZ_BHSD },
	[A64_ROW_UQSUB_v] = { .op = IR_VUQSUB, .sizes = SZ_BHSD },
	[A64_ROW_UQSUB_s] = { .op = IR_VUQSUB, .sizes = SZ_BHSD },
	[A64_ROW_CMGT_v] = { .op = IR_VCMGT, .sizes = SZ_BHSD },
	[A64_ROW_CMGT_s] = { .op = IR_VCMGT, .sizes = SZ_D },
	[A64_ROW_CMHI_v] = { .op = IR_VCMHI, .sizes = SZ_BHSD },
	[A64_ROW_CMHI_s] = { .op = IR_VCMHI, .sizes = SZ_D },
	[A64_ROW_CMGE_v] = { .op = IR_VCMGE, .sizes = SZ_BHSD },
	[A64_ROW_CMGE_s] = { .op = IR_VCMGE, .sizes = SZ_D },
	[A64_ROW_CMHS_v] = { .op = IR_VCMHS, .sizes = SZ_BHSD },
	[A64_ROW_CMHS_s] = { .op = IR_VCMHS, .sizes = SZ_D },
	[A64_ROW_SSHL_v] = { .op = IR_VSSHL, .sizes = SZ_BHSD },
	[A64_ROW_SSHL_s] = { .op = IR_VSSHL, .sizes = SZ_D },
	[A64_ROW_USHL_v] = { .op = IR_VUSHL, .sizes = SZ_BHSD },
	[A64_ROW_USHL_s] = { .op = IR_VUSHL, .sizes = SZ_D },
	[A64_ROW_SQSHL_v] = { .op = IR_VSQSHL, .sizes = SZ_BHSD },
	[A64_ROW_SQSHL_s] = { .op = IR_VSQSHL, .sizes = SZ_BHSD },
	[A64_ROW_UQSHL_v] = { .op = IR_VUQSHL, .sizes = SZ_BHSD },
	[A64_ROW_UQSHL_s] = { .op = IR_VUQSHL, .sizes = SZ_BHSD },
	[A64_ROW_SRSHL_v] = { .op = IR_VSRSHL, .sizes = SZ_BHSD },
	[A64_ROW_SRSHL_s] = { .op = IR_VSRSHL, .sizes = SZ_D },
	[A64_ROW_URSHL_v] = { .op = IR_VURSHL, .sizes = SZ_BHSD },
	[A64_ROW_URSHL_s] = { .op = IR_VURSHL, .sizes = SZ_D },
	[A64_ROW_SQRSHL_v] = { .op = IR_VSQRSHL, .sizes = SZ_BHSD },
	[A64_ROW_SQRSHL_s] = { .op = IR_VSQRSHL, .sizes = SZ_BHSD },
	[A64_ROW_UQRSHL_v] = { .op = IR_VUQRSHL, .sizes = SZ_BHSD },
	[A64_ROW_UQRSHL_s] = { .op = IR_VUQRSHL, .sizes = SZ_BHSD },
	[A64_ROW_SMAX_v] = { .op = IR_VSMAX, .sizes = SZ_BHS },
	[A64_ROW_UMAX_v] = { .op = IR_VUMAX, .sizes = SZ_BHS },
	[A64_ROW_SMIN_v] = { .op = IR_VSMIN, .sizes = SZ_BHS },
	[A64_ROW_UMIN_v] = { .op = IR_VUMIN, .sizes = SZ_BHS },
	[A64_ROW_SABD_v] = { .op = IR_VSABD, .sizes = SZ_BHS },
	[A64_ROW_UABD_v] = { .op = IR_VUABD, .sizes = SZ_BHS },
	[A64_ROW_SABA_v] = { .op = IR_VSABD, .sizes = SZ_BHS,
			     .flags = OP_ADD_TO },
	[A64_ROW_UABA_v] = { .op = IR_VUABD, .sizes = SZ_BHS,
			     .flags = OP_ADD_TO },
	[A64_ROW_ADD_v] = { .op = IR_VADD, .sizes = SZ_BHSD },
	[A64_ROW_ADD_s] = { .op = IR_VADD, .sizes = SZ_D },
	[A64_ROW_SUB_v] = { .op = IR_VSUB, .sizes = SZ_BHSD },
	[A64_ROW_SUB_s] = { .op = IR_VSUB, .sizes = SZ_D },
	[A64_ROW_CMTST_v] = { .op = IR_VCMTST, .sizes = SZ_BHSD },
	[A64_ROW_CMTST_s] = { .op = IR_VCMTST, .sizes = SZ_D },
	[A64_ROW_CMEQ_v] = { .op = IR_VCMEQ, .sizes = SZ_BHSD },
	[A64_ROW_CMEQ_s] = { .op = IR_VCMEQ, .sizes = SZ_D },
	[A64_ROW_MLA_v] = { .op = IR_VMLA, .sizes = SZ_BHS, .flags = OP_ACC },
	[A64_ROW_MLS_v] = { .op = IR_VMLS, .sizes = SZ_BHS, .flags = OP_ACC },
	[A64_ROW_MUL_v] = { .op = IR_VMUL, .sizes = SZ_BHS },
	[A64_ROW_PMUL_v] = { .op = IR_VPMUL, .sizes = SZ_B },
	[A64_ROW_SMAXP_v] = { .op = IR_VSMAXP, .sizes = SZ_BHS },
	[A64_ROW_UMAXP_v] = { .op = IR_VUMAXP, .sizes = SZ_BHS },
	[A64_ROW_SMINP_v] = { .op = IR_VSMINP, .sizes = SZ_BHS },
	[A64_ROW_UMINP_v] = { .op = IR_VUMINP, .sizes = SZ_BHS },
	[A64_ROW_SQDMULH_v] = { .op = IR_VSQDMULH, .sizes = SZ_HS },
	[A64_ROW_SQDMULH_s] = { .op = IR_VSQDMULH, .sizes = SZ_HS },
	[A64_ROW_SQRDMULH_v] = { .op = IR_VSQRDMULH, .sizes = SZ_HS },
	[A64_ROW_SQRDMULH_s] = { .op = IR_VSQRDMULH, .sizes = SZ_HS },
	[A64_ROW_ADDP_v] = { .op = IR_VADDP, .sizes = SZ_BHSD },
	[A64_ROW_SQRDMLAH_v] = { .op = IR_VSQRDMLAH, .sizes = SZ_HS,
				 .flags = OP_ACC },
	[A64_ROW_SQRDMLAH_s] = { .op = IR_VSQRDMLAH, .sizes = SZ_HS,
				 .flags = OP_ACC },
	[A64_ROW_SQRDMLSH_v] = { .op = IR_VSQRDMLSH, .sizes = SZ_HS,
				 .flags = OP_ACC },
	[A64_ROW_SQRDMLSH_s] = { .op = IR_VSQRDMLSH, .sizes = SZ_HS,
				 .flags = OP_ACC },
	/* By element. */
	[A64_ROW_MLA_ev] = { .op = IR_VMLA, .sizes = SZ_HS, .flags = OP_ACC },
	[A64_ROW_MLS_ev] = { .op = IR_VMLS, .sizes = SZ_HS, .flags = OP_ACC },
	[A64_ROW_MUL_ev] = { .op = IR_VMUL, .sizes = SZ_HS },
	[A64_ROW_SQDMULH_ev] = { .op = IR_VSQDMULH, .sizes = SZ_HS },
	[A64_ROW_SQDMULH_es] = { .op = IR_VSQDMULH, .sizes = SZ_HS },
	[A64_ROW_SQRDMULH_ev] = { .op = IR_VSQRDMULH, .sizes = SZ_HS },
	[A64_ROW_SQRDMULH_es] = { .op = IR_VSQRDMULH, .sizes = SZ_HS },
	[A64_ROW_SQRDMLAH_ev] = { .op = IR_VSQRDMLAH, .sizes = SZ_HS,
				  .flags = OP_ACC },
	[A64_ROW_SQRDMLAH_es] = { .op = IR_VSQRDMLAH, .sizes = SZ_HS,
				  .flags = OP_ACC },
	[A64_ROW_SQRDMLSH_ev] = { .op = IR_VSQRDMLSH, .sizes = SZ_HS,
				  .flags = OP_ACC },
	[A64_ROW_SQRDMLSH_es] = { .op = IR_VSQRDMLSH, .sizes = SZ_HS,
				  .flags = OP_ACC },
	/* Two registers; imm is VREV's container. */
	[A64_ROW_REV64_v] = { .op = IR_VREV, .sizes = SZ_BHS, .imm = 8 },
	[A64_ROW_REV32_v] = { .op = IR_VREV, .sizes = SZ_BH, .imm = 4 },
	[A64_ROW_REV16_v] = { .op = IR_VREV, .sizes = SZ_B, .imm = 2 },
	[A64_ROW_SADDLP_v] = { .op = IR_VSADDLP, .sizes = SZ_BHS,
			       .flags = OP_PAIRS },
	[A64_ROW_UADDLP_v] = { .op = IR_VUADDLP, .sizes = SZ_BHS,
			       .flags = OP_PAIRS },
	[A64_ROW_SADALP_v] = { .op = IR_VSADDLP, .sizes = SZ_BHS,
			       .flags = OP_PAIRS | OP_ADD_TO },
	[A64_ROW_UADALP_v] = { .op = IR_VUADDLP, .sizes = SZ_BHS,
			       .flags = OP_PAIRS | OP_ADD_TO },
	[A64_ROW_SUQADD_v] = { .op = IR_VSUQADD, .sizes = SZ_BHSD,
			       .flags = OP_DEST_1ST },
	[A64_ROW_SUQADD_s] = { .op = IR_VSUQADD, .sizes = SZ_BHSD,
			       .flags = OP_DEST_1ST },
	[A64_ROW_USQADD_v] = { .op = IR_VUSQADD, .sizes = SZ_BHSD,
			       .flags = OP_DEST_1ST },
	[A64_ROW_USQADD_s] = { .op = IR_VUSQADD, .sizes = SZ_BHSD,
			       .flags = OP_DEST_1ST },
	[A64_ROW_CLS_v] = { .op = IR_VCLS, .sizes = SZ_BHS },
	[A64_ROW_CLZ_v] = { .op = IR_VCLZ, .sizes = SZ_BHS },
	[A64_ROW_CNT_v] = { .op = IR_VCNT, .sizes = SZ_B },
	[A64_ROW_NOT_v] = { .op = IR_VNOT, .sizes = SZ_B, .flags = OP_BYTES },
	[A64_ROW_RBIT_v] = { .op = IR_VRBIT, .sizes = SZ_B, .flags = OP_BYTES },
	[A64_ROW_SQABS_v] = { .op = IR_VSQABS, .sizes = SZ_BHSD },
	[A64_ROW_SQABS_s] = { .op = IR_VSQABS, .sizes = SZ_BHSD },
	[A64_ROW_SQNEG_v] = { .op = IR_VSQNEG, .sizes = SZ_BHSD },
	[A64_ROW_SQNEG_s] = { .op = IR_VSQNEG, .sizes = SZ_BHSD },
	[A64_ROW_CMGT0_v] = { .op = IR_VCMGT, .sizes = SZ_BHSD,
			      .flags = OP_ZERO_2ND },
	[A64_ROW_CMGT0_s] = { .op = IR_VCMGT, .sizes = SZ_D,
			      .flags = OP_ZERO_2ND },
	[A64_ROW_CMGE0_v] = { .op = IR_VCMGE, .sizes = SZ_BHSD,
			      .flags = OP_ZERO_2ND },
	[A64_ROW_CMGE0_s] = { .op = IR_VCMGE, .sizes = SZ_D,
			      .flags = OP_ZERO_2ND },
	[A64_ROW_CMEQ0_v] = { .op = IR_VCMEQ, .sizes = SZ_BHSD,
			      .flags = OP_ZERO_2ND },
	[A64_ROW_CMEQ0_s] = { .op = IR_VCMEQ, .sizes = SZ_D,
			      .flags = OP_ZERO_2ND },
	[A64_ROW_CMLE0_v] = { .op = IR_VCMGE, .sizes = SZ_BHSD,
			      .flags = OP_ZERO_1ST },
	[A64_ROW_CMLE0_s] = { .op = IR_VCMGE, .sizes = SZ_D,
			      .flags = OP_ZERO_1ST },
	[A64_ROW_CMLT0_v] = { .op = IR_VCMGT, .sizes = SZ_BHSD,
			      .flags = OP_ZERO_1ST },
	[A64_ROW_CMLT0_s] = { .op = IR_VCMGT, .sizes = SZ_D,
			      .flags = OP_ZERO_1ST },
	[A64_ROW_ABS_v] = { .op = IR_VABS, .sizes = SZ_BHSD },
	[A64_ROW_ABS_s] = { .op = IR_VABS, .sizes = SZ_D },
	[A64_ROW_NEG_v] = { .op = IR_VNEG, .sizes = SZ_BHSD },
	[A64_ROW_NEG_s] = { .op = IR_VNEG, .sizes = SZ_D },
	[A64_ROW_URECPE_v] = { .op = IR_VURECPE, .sizes = SZ_S },
	[A64_ROW_URSQRTE_v] = { .op = IR_VURSQRTE, .sizes = SZ_S },
};

/* The operation on n and m (0: one operand), written to rd. */
static enum lift_result finish(struct lift *l, const struct a64_fields *f,
			       const struct simd_shape *s, val_t n, val_t m)
{
	const struct simd_op *o = &int_ops[f->row];
	unsigned es = s->esize;
	val_t d = 0, v;

	if (o->flags & OP_ACC)
		d = simd_src(l, s, f->rd);
	v = ir_emit(l->ir, o->op, s->type, (u8)es, n, m, d, o->imm);
	if (o->flags & OP_ADD_TO)
		v = ir_v2(l->ir, IR_VADD, s->type,
			  (u8)(es + !!(o->flags & OP_PAIRS)),
			  vreg(l, s->type, f->rd), v, 0);
	ir_putv(l->ir, f->rd, v);
	return LIFT_NEXT;
}

enum lift_result a64_lift_int3(struct lift *l, const struct a64_fields *f)
{
	struct simd_shape s;

	if (!simd_shape(f, f->size, int_ops[f->row].sizes, &s))
		return a64_undef(l);
	return finish(l, f, &s, simd_src(l, &s, f->rn), simd_src(l, &s, f->rm));
}

/*
 * The scalar forms multiply by all lanes of a repeated element, but rn and
 * the accumulator are zero above the lane, and so is the result.
 */
enum lift_result a64_lift_int3_e(struct lift *l, const struct a64_fields *f)
{
	struct simd_shape s;
	unsigned reg, index;

	if (!simd_shape(f, f->size, int_ops[f->row].sizes, &s) ||
	    !simd_element(f, f->size, &reg, &index))
		return a64_undef(l);
	return finish(l, f, &s, simd_src(l, &s, f->rn),
		      simd_dup(l, s.type, s.esize, reg, index));
}

enum lift_result a64_lift_int2(struct lift *l, const struct a64_fields *f)
{
	const struct simd_op *o = &int_ops[f->row];
	unsigned es = o->flags & OP_BYTES ? 0 : simd_size(f);
	struct simd_shape s;
	val_t n, m = 0;

	if (!simd_shape(f, es, o->sizes, &s))
		return a64_undef(l);
	n = simd_src(l, &s, f->rn);
	if (o->flags & (OP_ZERO_1ST | OP_DEST_1ST)) {
		m = n;
		n = o->flags & OP_DEST_1ST ? simd_src(l, &s, f->rd) :
					     simd_zero(l, s.type);
	} else if (o->flags & OP_ZERO_2ND) {
		m = simd_zero(l, s.type);
	}
	return finish(l, f, &s, n, m);
}

/* -- Logic ----------------------------------------------------------------- */

enum lift_result a64_lift_v_logic(struct lift *l, const struct a64_fields *f)
{
	static const u16 op[8] = {	/* by U and size */
		IR_VAND, IR_VANDN, IR_VOR, IR_VORN, IR_VXOR,
		IR_VBSL, IR_VBSL, IR_VBSL
	};
	unsigned which = (f->insn >> 29 & 1) << 2 | simd_size(f);
	enum ir_type t = simd_q(f) ? IR_V128 : IR_V64;
	val_t n = vreg(l, t, f->rn), m = vreg(l, t, f->rm), a = n, b = m, c = 0;

	if (which == 2 && f->rn == f->rm) {	/* MOV */
		ir_putv(l->ir, f->rd, n);
		return LIFT_NEXT;
	}
	if (which == 4 && f->rn == f->rm) {
		ir_putv(l->ir, f->rd, simd_zero(l, t));
		return LIFT_NEXT;
	}
	if (which >= 5) {
		val_t d = vreg(l, t, f->rd);

		/* mask, where set, where clear: BSL d n m, BIT m n d,
		 * BIF m d n */
		a = which == 5 ? d : m;
		b = which == 7 ? d : n;
		c = which == 5 ? m : which == 6 ? d : n;
	}
	ir_putv(l->ir, f->rd, ir_emit(l->ir, op[which], t, 0, a, b, c, 0));
	return LIFT_NEXT;
}

/* -- Across lanes ---------------------------------------------------------- */

enum lift_result a64_lift_v_across(struct lift *l, const struct a64_fields *f)
{
	enum ir_op op;

	switch (f->row) {
	case A64_ROW_SADDLV_v: op = IR_VSADDLV; break;
	case A64_ROW_UADDLV_v: op = IR_VUADDLV; break;
	case A64_ROW_SMAXV_v: op = IR_VSMAXV; break;
	case A64_ROW_UMAXV_v: op = IR_VUMAXV; break;
	case A64_ROW_SMINV_v: op = IR_VSMINV; break;
	case A64_ROW_UMINV_v: op = IR_VUMINV; break;
	default: op = IR_VADDV;
	}
	if (f->size == 3 || (f->size == 2 && !f->q))
		return a64_undef(l);
	ir_putv(l->ir, f->rd,
		ir_v1(l->ir, op, IR_V64, (u8)(f->size | (f->q ? IR_HIGH : 0)),
		      vreg(l, f->q ? IR_V128 : IR_V64, f->rn), 0));
	return LIFT_NEXT;
}

/* ADDP (scalar): the two halves of a register. */
enum lift_result a64_lift_s_addp(struct lift *l, const struct a64_fields *f)
{
	ir_putv(l->ir, f->rd,
		ir_v2(l->ir, IR_VADD, IR_V64, 3, vreg(l, IR_V64, f->rn),
		      simd_dup(l, IR_V64, 3, f->rn, 1), 0));
	return LIFT_NEXT;
}

/* -- Dot products and matrices --------------------------------------------- */

static const struct simd_op dot_ops[A64_ROW_COUNT] = {
	/* aux: lane size of the sources */
	[A64_ROW_SDOT_v] = { .op = IR_VSDOT },
	[A64_ROW_UDOT_v] = { .op = IR_VUDOT },
	[A64_ROW_USDOT_v] = { .op = IR_VUSDOT },
	[A64_ROW_SMMLA_v] = { .op = IR_VSMMLA },
	[A64_ROW_UMMLA_v] = { .op = IR_VUMMLA },
	[A64_ROW_USMMLA_v] = { .op = IR_VUSMMLA },
	[A64_ROW_BFDOT_v] = { .op = IR_BFDOT, .aux = 1 },
	[A64_ROW_BFMMLA_v] = { .op = IR_BFMMLA, .aux = 1 },
	[A64_ROW_SDOT_ev] = { .op = IR_VSDOT },
	[A64_ROW_UDOT_ev] = { .op = IR_VUDOT },
	[A64_ROW_USDOT_ev] = { .op = IR_VUSDOT },
	[A64_ROW_SUDOT_ev] = { .op = IR_VUSDOT },
	[A64_ROW_BFDOT_ev] = { .op = IR_BFDOT, .aux = 1 },
};

static enum lift_result dot(struct lift *l, const struct a64_fields *f,
			    enum ir_type t, val_t n, val_t m)
{
	const struct simd_op *o = &dot_ops[f->row];

	ir_putv(l->ir, f->rd, ir_v3(l->ir, o->op, t, o->aux, n, m,
				    vreg(l, t, f->rd), 0));
	return LIFT_NEXT;
}

enum lift_result a64_lift_v_dot(struct lift *l, const struct a64_fields *f)
{
	enum ir_type t = simd_q(f) ? IR_V128 : IR_V64;

	return dot(l, f, t, vreg(l, t, f->rn), vreg(l, t, f->rm));
}

/* The element is a group of 32 bits.  SUDOT has the unsigned operand second,
 * the IR first. */
enum lift_result a64_lift_v_dot_e(struct lift *l, const struct a64_fields *f)
{
	enum ir_type t = f->q ? IR_V128 : IR_V64;
	unsigned reg, index;
	val_t n = vreg(l, t, f->rn), m;

	simd_element(f, 2, &reg, &index);
	m = simd_dup(l, t, 2, reg, index);
	if (f->row == A64_ROW_SUDOT_ev)
		return dot(l, f, t, m, n);
	return dot(l, f, t, n, m);
}
