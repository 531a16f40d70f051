/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * AdvSIMD data movement: copies between lanes and general registers, ZIP, UZP,
 * TRN, EXT, TBL, TBX, and modified immediates (Arm ARM C4.1.96).
 */
#include "translate/guest/a64/a64_simd.h"

/* -- Permutes -------------------------------------------------------------- */

enum lift_result a64_lift_v_permute(struct lift *l, const struct a64_fields *f)
{
	static const u16 op[8] = {
		0, IR_VUZP1, IR_VTRN1, IR_VZIP1, 0, IR_VUZP2, IR_VTRN2, IR_VZIP2
	};
	struct simd_shape s;

	if (!simd_shape(f, f->size, SZ_BHSD, &s))
		return a64_undef(l);
	ir_putv(l->ir, f->rd,
		ir_v2(l->ir, op[f->insn >> 12 & 7], s.type, s.esize,
		      vreg(l, s.type, f->rn), vreg(l, s.type, f->rm), 0));
	return LIFT_NEXT;
}

enum lift_result a64_lift_v_ext(struct lift *l, const struct a64_fields *f)
{
	enum ir_type t = f->q ? IR_V128 : IR_V64;

	if (!f->q && f->imm4 >= 8)
		return a64_undef(l);
	ir_putv(l->ir, f->rd,
		ir_v2(l->ir, IR_VEXT, t, 0, vreg(l, t, f->rn),
		      vreg(l, t, f->rm), (s32)f->imm4));
	return LIFT_NEXT;
}

/*
 * One lookup per table register; from the second on, indices are taken less
 * 16 (modulo 256, so smaller ones fall out of range) and bytes out of range
 * keep what is there.
 */
enum lift_result a64_lift_v_tbl(struct lift *l, const struct a64_fields *f)
{
	enum ir_type t = f->q ? IR_V128 : IR_V64;
	bool extend = f->insn >> 12 & 1;	/* TBX */
	val_t idx = vreg(l, t, f->rm), v = extend ? vreg(l, t, f->rd) : 0;

	for (unsigned i = 0; i <= f->len; i++) {
		val_t tab = vreg(l, IR_V128, (f->rn + i) % 32);

		if (i)
			idx = ir_v2(l->ir, IR_VSUB, t, 0, idx,
				    simd_splat(l, t, 0, 16), 0);
		if (v)
			v = ir_v3(l->ir, IR_VTBX, t, 0, tab, idx, v, 0);
		else
			v = ir_v2(l->ir, IR_VTBL, t, 0, tab, idx, 0);
	}
	ir_putv(l->ir, f->rd, v);
	return LIFT_NEXT;
}

/* -- Copy ------------------------------------------------------------------ */

/* imm5: the lowest bit set gives the lane size, the rest its index. */
static bool lane(const struct a64_fields *f, unsigned *esize, unsigned *index)
{
	unsigned es = 0;

	if (!(f->imm5 & 15))
		return false;
	while (!(f->imm5 >> es & 1))
		es++;
	*esize = es;
	*index = f->imm5 >> (es + 1);
	return true;
}

static enum ir_type int_type(unsigned esize)
{
	return esize == 3 ? IR_I64 : IR_I32;
}

/* MOV (scalar): one lane, the rest of the register zero. */
enum lift_result a64_lift_v_dup_s(struct lift *l, const struct a64_fields *f)
{
	unsigned es, index;
	val_t v;

	if (!lane(f, &es, &index))
		return a64_undef(l);
	if (es)
		v = simd_dup(l, fp_scalar_type(es), es, f->rn, index);
	else
		v = ir_v1(l->ir, IR_VFROMG, IR_F32, 0,
			  ir_v1(l->ir, IR_VUMOV, IR_I32, 0,
				vreg(l, IR_V128, f->rn), (s32)index), 0);
	ir_putv(l->ir, f->rd, v);
	return LIFT_NEXT;
}

enum lift_result a64_lift_v_dup_elem(struct lift *l, const struct a64_fields *f)
{
	unsigned es, index;

	if (!lane(f, &es, &index) || (es == 3 && !f->q))
		return a64_undef(l);
	ir_putv(l->ir, f->rd, simd_dup(l, f->q ? IR_V128 : IR_V64, es, f->rn,
				       index));
	return LIFT_NEXT;
}

enum lift_result a64_lift_v_dup_gen(struct lift *l, const struct a64_fields *f)
{
	unsigned es, index;

	if (!lane(f, &es, &index) || (es == 3 && !f->q))
		return a64_undef(l);
	ir_putv(l->ir, f->rd,
		ir_v1(l->ir, IR_VDUP, f->q ? IR_V128 : IR_V64, (u8)es,
		      a64_getr(l, int_type(es), f->rn), 0));
	return LIFT_NEXT;
}

/*
 * UMOV takes lanes of up to 32 bits to Wd and of 64 bits to Xd; SMOV what is
 * narrower than its destination.
 */
enum lift_result a64_lift_v_mov_gen(struct lift *l, const struct a64_fields *f)
{
	bool is_signed = f->row == A64_ROW_SMOV_v;
	unsigned es, index;

	if (!lane(f, &es, &index))
		return a64_undef(l);
	if (is_signed ? es >= 2 + f->q : (es == 3) != f->q)
		return a64_undef(l);
	a64_putr(l, f->rd,
		 ir_v1(l->ir, is_signed ? IR_VSMOV : IR_VUMOV, a64_type(f->q),
		       (u8)es, vreg(l, IR_V128, f->rn), (s32)index));
	return LIFT_NEXT;
}

enum lift_result a64_lift_v_ins_gen(struct lift *l, const struct a64_fields *f)
{
	unsigned es, index;

	if (!lane(f, &es, &index))
		return a64_undef(l);
	ir_putv(l->ir, f->rd,
		ir_v2(l->ir, IR_VINS, IR_V128, (u8)es, vreg(l, IR_V128, f->rd),
		      a64_getr(l, int_type(es), f->rn), (s32)index));
	return LIFT_NEXT;
}

enum lift_result a64_lift_v_ins_elem(struct lift *l, const struct a64_fields *f)
{
	unsigned es, index;

	if (!lane(f, &es, &index))
		return a64_undef(l);
	ir_putv(l->ir, f->rd,
		ir_v2(l->ir, IR_VINSE, IR_V128, (u8)es, vreg(l, IR_V128, f->rd),
		      vreg(l, IR_V128, f->rn),
		      (s32)(index | f->imm4 >> es << 8)));
	return LIFT_NEXT;
}

/* -- Modified immediate ---------------------------------------------------- */

/* Each bit of imm8 as a byte of ones or zeroes. */
static u64 expand_bytes(unsigned imm8)
{
	u64 v = 0;

	for (unsigned i = 0; i < 8; i++)
		if (imm8 >> i & 1)
			v |= 0xffull << (8 * i);
	return v;
}

/* Arm ARM, AdvSIMDExpandImm; cmode and op from the word. */
static u64 expand_imm(const struct a64_fields *f, u64 *lane_bytes)
{
	unsigned cmode = f->insn >> 12 & 15, op = f->insn >> 29 & 1;
	u64 imm8 = f->imm8;

	*lane_bytes = 4;
	switch (cmode >> 1) {
	case 0: case 1: case 2: case 3:
		return imm8 << (cmode >> 1) * 8;
	case 4: case 5:
		*lane_bytes = 2;
		return imm8 << (cmode >> 1 & 1) * 8;
	case 6:
		return cmode & 1 ? imm8 << 16 | 0xffff : imm8 << 8 | 0xff;
	}
	if (!(cmode & 1)) {
		*lane_bytes = op ? 8 : 1;
		return op ? expand_bytes(f->imm8) : imm8;
	}
	if (f->insn >> 11 & 1) {
		*lane_bytes = 2;
		return fp_expand_imm(f->imm8, 1);
	}
	*lane_bytes = op ? 8 : 4;
	return fp_expand_imm(f->imm8, op ? 3 : 2);
}

enum lift_result a64_lift_v_modimm(struct lift *l, const struct a64_fields *f)
{
	unsigned cmode = f->insn >> 12 & 15, op = f->insn >> 29 & 1;
	enum ir_type t = f->insn >> 30 & 1 ? IR_V128 : IR_V64;
	bool with_dest = cmode < 12 && (cmode & 1);	/* ORR, BIC */
	u64 bytes, v = expand_imm(f, &bytes);
	val_t imm;

	for (; bytes < 8; bytes *= 2)
		v |= v << bytes * 8;
	if (op && cmode < 14 && !with_dest)		/* MVNI */
		v = ~v;
	imm = ir_vconst(l->ir, t, v, t == IR_V128 ? v : 0);
	if (with_dest)
		imm = ir_v2(l->ir, op ? IR_VANDN : IR_VOR, t, 0,
			    vreg(l, t, f->rd), imm, 0);
	ir_putv(l->ir, f->rd, imm);
	return LIFT_NEXT;
}
