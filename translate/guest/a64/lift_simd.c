/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the AdvSIMD lifters share (a64_simd.h): shapes, operands, elements,
 * immediates.
 */
#include "translate/guest/a64/a64_simd.h"

bool simd_shape(const struct a64_fields *f, unsigned esize, unsigned sizes,
		struct simd_shape *s)
{
	s->scalar = simd_is_scalar(f);
	s->esize = (u8)esize;
	s->type = simd_q(f) ? IR_V128 : IR_V64;
	if (!(sizes >> esize & 1))
		return false;
	/* There is no vector of one 64-bit lane. */
	return esize < 3 || s->scalar || simd_q(f);
}

bool simd_fp_shape(const struct a64_fields *f, unsigned esize,
		   struct simd_shape *s)
{
	if (!simd_shape(f, esize, SZ_BHSD, s))
		return false;
	if (s->scalar)
		s->type = fp_scalar_type(esize);
	return true;
}

val_t simd_src(struct lift *l, const struct simd_shape *s, unsigned r)
{
	val_t v = vreg(l, s->type, r);

	if (!s->scalar || s->esize == 3)
		return v;
	return ir_v2(l->ir, IR_VAND, IR_V64, 0, v,
		     ir_vconst(l->ir, IR_V64, (1ull << (8 << s->esize)) - 1, 0),
		     0);
}

/* v repeated over 64 bits. */
static u64 replicate(unsigned esize, u64 v)
{
	static const u64 factor[4] = {
		0x0101010101010101, 0x0001000100010001, 0x0000000100000001, 1
	};

	return v * factor[esize];
}

val_t simd_splat(struct lift *l, enum ir_type type, unsigned esize, u64 v)
{
	v = replicate(esize, v);
	return ir_vconst(l->ir, type, v, type == IR_V128 ? v : 0);
}

bool simd_element(const struct a64_fields *f, unsigned esize, unsigned *reg,
		  unsigned *index)
{
	switch (esize) {
	case 1:
		*reg = f->rm;
		*index = f->h << 2 | f->l << 1 | f->m;
		return true;
	case 2:
		*reg = f->m << 4 | f->rm;
		*index = f->h << 1 | f->l;
		return true;
	case 3:
		*reg = f->m << 4 | f->rm;
		*index = f->h;
		return !f->l;
	default:
		return false;
	}
}

val_t simd_dup(struct lift *l, enum ir_type type, unsigned esize, unsigned reg,
	       unsigned index)
{
	val_t v;

	if (type == IR_V64 || type == IR_V128)
		return ir_v1(l->ir, IR_VDUPE, type, (u8)esize,
			     vreg(l, IR_V128, reg), (s32)index);
	if (!index)
		return vreg(l, type, reg);
	v = ir_v1(l->ir, IR_VDUPE, IR_V64, (u8)esize, vreg(l, IR_V128, reg),
		  (s32)index);
	return ir_v1(l->ir, IR_VCAST, type, 0, v, 0);
}

void simd_put_narrow(struct lift *l, const struct a64_fields *f, enum ir_op op,
		     unsigned esize, val_t a)
{
	val_t v;

	if (simd_q(f))
		v = ir_v2(l->ir, op, IR_V128, (u8)(esize | IR_HIGH), a,
			  vreg(l, IR_V64, f->rd), 0);
	else
		v = ir_v2(l->ir, op, IR_V64, (u8)esize, a, 0, 0);
	ir_putv(l->ir, f->rd, v);
}

/*
 * Arm ARM, VFPExpandImm: sign, NOT(bit 6), bit 6 replicated to fill all but
 * two bits of the exponent, bits 5..4, then the fraction's top four bits.
 */
u64 fp_expand_imm(unsigned imm8, unsigned esize)
{
	static const u8 exp_bits[4] = { 0, 5, 8, 11 };
	unsigned e = exp_bits[esize], width = 8u << esize;
	u64 b6 = imm8 >> 6 & 1;
	u64 exp = (b6 ^ 1) << (e - 1) | (b6 ? (1ull << (e - 3)) - 1 : 0) << 2 |
		  (imm8 >> 4 & 3);

	return (u64)(imm8 >> 7) << (width - 1) | exp << (width - 1 - e) |
	       (u64)(imm8 & 15) << (width - 5 - e);
}
