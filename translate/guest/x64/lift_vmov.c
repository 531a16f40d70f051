/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Vector moves: whole registers, scalars, halves, broadcasts, 128-bit parts of
 * ymm.  The families are listed in lift_sse.c.  Moves that bypass caches are
 * plain moves: ordering between them and others is weaker than what the host
 * gives anyway.
 */
#include "translate/guest/x64/x64_vec.h"

/* -- Whole registers ----------------------------------------------------------- */

/*
 * arg 1: the address must be aligned.  The 32 bytes of a ymm operand are asked
 * for 16-byte alignment of both halves only.
 */
static val_t load_half(struct lift *l, const struct x64_insn *i, unsigned h)
{
	struct x64_addr m;

	if (i->op[1].kind != X64_OP_MEM)
		return x64_read_xmm(l, i, 1, h);
	m = x64_address(l, i);
	return ir_ld(l->ir, IR_V128, (u8)(MO_128 | (i->row->arg ? MO_ALIGNED : 0) |
					  m.scale << MO_SCALE_SHIFT),
		     m.base, m.index, m.disp + 16 * h);
}

enum lift_result x64_lift_vmov(struct lift *l, const struct x64_insn *i)
{
	bool store = i->op[0].kind == X64_OP_MEM;
	bool ymm = i->op[store ? 1 : 0].size == X64_YMM;
	val_t lo, hi = 0;

	lo = load_half(l, i, 0);
	if (ymm)
		hi = load_half(l, i, 1);
	if (!store) {
		xv_put(l, i, lo, hi);
		return LIFT_NEXT;
	}
	xv_store(l, i, MO_128, 0, lo, i->row->arg);
	if (ymm)
		xv_store(l, i, MO_128, 16, hi, i->row->arg);
	return LIFT_NEXT;
}

/* -- Scalars --------------------------------------------------------------------- */

/* arg: log2 of the bytes.  A load clears the rest of the register, a move
 * between registers keeps it. */
enum lift_result x64_lift_vmovs(struct lift *l, const struct x64_insn *i)
{
	enum xvec_op op = i->row->arg == 3 ? XVEC_MOVSD : XVEC_MOVSS;
	unsigned last = i->nop - 1u;
	val_t v = x64_read_xmm(l, i, last, 0);

	if (i->op[0].kind == X64_OP_MEM) {
		xv_store(l, i, i->row->arg, 0, v, false);
		return LIFT_NEXT;
	}
	if (i->op[last].kind != X64_OP_MEM)
		v = xv2(l, op, x64_read_xmm(l, i, last - 1, 0), v);
	xv_put(l, i, v, 0);
	return LIFT_NEXT;
}

/* arg 0: the low half of xmm, 1: the high one. */
enum lift_result x64_lift_vmovlp(struct lift *l, const struct x64_insn *i)
{
	unsigned last = i->nop - 1u;
	val_t v = x64_read_xmm(l, i, last, 0), a;

	if (i->op[0].kind == X64_OP_MEM) {
		if (i->row->arg)
			v = xv2(l, XVEC_UNPCKHPD, v, v);
		xv_store(l, i, MO_64, 0, v, false);
		return LIFT_NEXT;
	}
	a = x64_read_xmm(l, i, last - 1, 0);
	xv_put(l, i, xv2(l, i->row->arg ? XVEC_MOVLHPS : XVEC_MOVSD, a, v), 0);
	return LIFT_NEXT;
}

/* Between a general register or memory and the low part of xmm. */
enum lift_result x64_lift_vmovd(struct lift *l, const struct x64_insn *i)
{
	bool to_xmm = i->op[0].kind == X64_OP_XMM;
	const struct x64_operand *rm = &i->op[to_xmm ? 1 : 0];
	unsigned size = rm->size;
	val_t v;

	if (!to_xmm) {
		v = x64_read_xmm(l, i, 1, 0);
		if (rm->kind == X64_OP_MEM)
			xv_store(l, i, size, 0, v, false);
		else
			x64_put_gpr(l, rm->reg, size, false,
				    xv_to_g(l, x64_type(size), v));
		return LIFT_NEXT;
	}
	v = rm->kind == X64_OP_MEM ? x64_read_xmm(l, i, 1, 0) :
		xv_from_g(l, x64_get_gpr(l, rm->reg, size, false));
	xv_put(l, i, v, 0);
	return LIFT_NEXT;
}

enum lift_result x64_lift_vmovq(struct lift *l, const struct x64_insn *i)
{
	val_t v = x64_read_xmm(l, i, 1, 0);

	if (i->op[0].kind == X64_OP_MEM) {
		xv_store(l, i, MO_64, 0, v, false);
		return LIFT_NEXT;
	}
	if (i->op[1].kind == X64_OP_XMM)
		v = xv_low(l, v);
	xv_put(l, i, v, 0);
	return LIFT_NEXT;
}

/* -- ymm in halves --------------------------------------------------------------- */

/* arg: log2 of the bytes repeated; 4 is xmm. */
enum lift_result x64_lift_vbroadcast(struct lift *l, const struct x64_insn *i)
{
	val_t v = x64_read_xmm(l, i, 1, 0);

	if (i->row->arg < 4)
		v = ir_v1(l->ir, IR_VDUPE, IR_V128, (u8)i->row->arg, v, 0);
	xv_put(l, i, v, xv_halves(i) == 2 ? v : 0);
	return LIFT_NEXT;
}

enum lift_result x64_lift_vinsert128(struct lift *l, const struct x64_insn *i)
{
	val_t b = x64_read_xmm(l, i, 2, 0);
	bool high = i->imm & 1;
	val_t a = x64_read_xmm(l, i, 1, !high);

	if (high)
		xv_put(l, i, a, b);
	else
		xv_put(l, i, b, a);
	return LIFT_NEXT;
}

enum lift_result x64_lift_vextract128(struct lift *l, const struct x64_insn *i)
{
	val_t v = x64_read_xmm(l, i, 1, i->imm & 1);

	if (i->op[0].kind == X64_OP_MEM)
		xv_store(l, i, MO_128, 0, v, false);
	else
		xv_put(l, i, v, 0);
	return LIFT_NEXT;
}

enum lift_result x64_lift_vperm2x128(struct lift *l, const struct x64_insn *i)
{
	val_t part[4], r[2];

	for (unsigned k = 0; k < 4; k++)
		part[k] = x64_read_xmm(l, i, 1 + k / 2, k & 1);
	for (unsigned h = 0; h < 2; h++) {
		unsigned sel = (unsigned)i->imm >> 4 * h;

		r[h] = sel & 8 ? xv_zero(l) : part[sel & 3];
	}
	xv_put(l, i, r[0], r[1]);
	return LIFT_NEXT;
}

/* -- Bytes chosen by a mask --------------------------------------------------- */

enum lift_result x64_lift_maskmovdqu(struct lift *l, const struct x64_insn *i)
{
	struct x64_insn at = *i;
	u64 what = (u64)i->op[0].reg << MASKMOV_REG |
		   (u64)i->op[1].reg << MASKMOV_MASK | MASKMOV_STORE;

	at.base = X64_RDI;
	at.index = X64_NOREG;
	at.disp = 0;
	ir_helper(l->ir, IR_NONE, HELPER_GUEST0 + X64_HELPER_MASKMOV,
		  x64_address_value(l, &at), ir_const(l->ir, IR_I64, what));
	return LIFT_NEXT;
}
