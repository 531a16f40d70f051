/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * AVX and AVX2 beyond operations on each half: permutations across all of
 * ymm, masked moves, gathers, VZEROUPPER.  The families are listed in
 * lift_sse.c.
 */
#include "translate/guest/x64/x64_vec.h"

/* Each result quadword is one of four: SHUFPD of the halves they are in. */
enum lift_result x64_lift_vpermq(struct lift *l, const struct x64_insn *i)
{
	val_t s[2], r[2];

	for (unsigned h = 0; h < 2; h++)
		s[h] = x64_read_xmm(l, i, 1, h);
	for (unsigned h = 0; h < 2; h++) {
		unsigned x = (unsigned)i->imm >> 4 * h & 3;
		unsigned y = (unsigned)i->imm >> (4 * h + 2) & 3;

		r[h] = xv(l, XVEC_SHUFPD, s[x >> 1], s[y >> 1], 0,
			  (x & 1) | (y & 1) << 1);
	}
	xv_put(l, i, r[0], r[1]);
	return LIFT_NEXT;
}

/* Bit 2 of an index chooses the half, bits 1 and 0 the lane in it. */
enum lift_result x64_lift_vpermd(struct lift *l, const struct x64_insn *i)
{
	val_t s[2], r[2];

	for (unsigned h = 0; h < 2; h++)
		s[h] = x64_read_xmm(l, i, 2, h);
	for (unsigned h = 0; h < 2; h++) {
		val_t index = x64_read_xmm(l, i, 1, h);
		val_t high = xv(l, XVEC_PSLLD_I, index, 0, 0, 29);

		r[h] = xv(l, XVEC_BLENDVPS,
			  xv2(l, XVEC_VPERMILPS, s[0], index),
			  xv2(l, XVEC_VPERMILPS, s[1], index), high, 0);
	}
	xv_put(l, i, r[0], r[1]);
	return LIFT_NEXT;
}

/* -- Accesses of single elements ------------------------------------------------- */

/* Elements that the mask leaves out must not fault: a helper goes one by one. */
enum lift_result x64_lift_vmaskmov(struct lift *l, const struct x64_insn *i)
{
	bool store = i->op[0].kind == X64_OP_MEM;
	const struct x64_operand *data = &i->op[store ? 2 : 0];
	bool ymm = data->size == X64_YMM;
	u64 what = (u64)data->reg << MASKMOV_REG |
		   (u64)i->op[1].reg << MASKMOV_MASK |
		   (u64)i->row->arg << MASKMOV_ESIZE |
		   (ymm ? MASKMOV_YMM : 0) | (store ? MASKMOV_STORE : 0);

	ir_helper(l->ir, IR_NONE, HELPER_GUEST0 + X64_HELPER_MASKMOV,
		  x64_address_value(l, i), ir_const(l->ir, IR_I64, what));
	return LIFT_NEXT;
}

/* d, [base + vector index * scale + disp], mask */
enum lift_result x64_lift_vgather(struct lift *l, const struct x64_insn *i)
{
	unsigned d = i->op[0].reg, mask = i->op[2].reg;
	unsigned isize = i->row->arg & 3, esize = i->row->arg >> 2 & 3;
	struct x64_insn at = *i;
	u64 what;

	if (d == mask || d == i->index || mask == i->index)
		return x64_undef(l);
	at.index = X64_NOREG;
	what = (u64)d << GATHER_DST | (u64)mask << GATHER_MASK |
	       (u64)i->index << GATHER_INDEX | (u64)i->scale << GATHER_SCALE |
	       (u64)isize << GATHER_ISIZE | (u64)esize << GATHER_ESIZE |
	       (i->vlen ? GATHER_YMM : 0) |
	       (i->prefix & X64_ADDRSIZE ? GATHER_ADDR32 : 0);
	ir_helper(l->ir, IR_NONE, HELPER_GUEST0 + X64_HELPER_GATHER,
		  x64_address_value(l, &at), ir_const(l->ir, IR_I64, what));
	return LIFT_NEXT;
}

/* arg 1: all of the registers. */
enum lift_result x64_lift_vzero(struct lift *l, const struct x64_insn *i)
{
	for (unsigned r = 0; r < 16; r++) {
		if (i->row->arg)
			x64_put_xmm(l, r, false, xv_zero(l));
		x64_zero_upper(l, r);
	}
	return LIFT_NEXT;
}
