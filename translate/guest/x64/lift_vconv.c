/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Between vectors and integers: extraction, insertion, conversion, masks; and
 * operations that change the width of lanes.  The families are listed in
 * lift_sse.c.
 */
#include "translate/guest/x64/x64_vec.h"

/* The form of a conversion for 64-bit integers. */
static enum xvec_op wide_op(enum xvec_op op)
{
	switch (op) {
	case XVEC_CVTSI2SS: return XVEC_CVTSI2SSQ;
	case XVEC_CVTSI2SD: return XVEC_CVTSI2SDQ;
	case XVEC_CVTTSS2SI: return XVEC_CVTTSS2SIQ;
	case XVEC_CVTTSD2SI: return XVEC_CVTTSD2SIQ;
	case XVEC_CVTSS2SI: return XVEC_CVTSS2SIQ;
	case XVEC_CVTSD2SI: return XVEC_CVTSD2SIQ;
	case XVEC_PINSRD: return XVEC_PINSRQ;
	default: return op;
	}
}

/* Lanes whose signs the mask of one half has. */
static unsigned mask_bits(enum xvec_op op)
{
	return op == XVEC_MOVMSKPD ? 2 : op == XVEC_MOVMSKPS ? 4 : 16;
}

enum lift_result x64_lift_vtog(struct lift *l, const struct x64_insn *i)
{
	enum xvec_op op = (enum xvec_op)i->row->arg;
	bool wide = i->prefix & X64_REXW && wide_op(op) != op;
	unsigned imm = xv_is_imm(i, i->nop - 1u) ? (unsigned)i->imm : 0;
	val_t v, hi;

	if (wide)
		op = wide_op(op);
	v = xvg(l, op, wide ? IR_I64 : IR_I32, x64_read_xmm(l, i, 1, 0), 0, imm);
	if (i->op[1].size == X64_YMM) {
		hi = xvg(l, op, IR_I32, x64_read_xmm(l, i, 1, 1), 0, imm);
		hi = ir_int2(l->ir, IR_SHL, IR_I32, hi,
			     ir_const(l->ir, IR_I32, mask_bits(op)));
		v = ir_int2(l->ir, IR_OR, IR_I32, v, hi);
	}
	x64_put_gpr(l, i->op[0].reg, wide ? 3 : 2, false, v);
	return LIFT_NEXT;
}

/* d[, a], integer[, imm] */
static void from_integer(struct lift *l, const struct x64_insn *i,
			 enum xvec_op op)
{
	unsigned imm = xv_is_imm(i, i->nop - 1u) ? (unsigned)i->imm : 0;
	unsigned src = i->nop - (xv_is_imm(i, i->nop - 1u) ? 2u : 1u);
	bool wide = i->prefix & X64_REXW && wide_op(op) != op;
	val_t a, g = x64_read(l, i, src);

	a = x64_read_xmm(l, i, src - 1, 0);
	if (wide)
		op = wide_op(op);
	xv_put(l, i, ir_emit(l->ir, IR_XGTOV, IR_V128, wide ? IR_AUX3 : 0, a, g,
			     0, xv_imm(op, imm)), 0);
}

enum lift_result x64_lift_gtov(struct lift *l, const struct x64_insn *i)
{
	from_integer(l, i, (enum xvec_op)i->row->arg);
	return LIFT_NEXT;
}

enum lift_result x64_lift_pinsr(struct lift *l, const struct x64_insn *i)
{
	enum xvec_op op = (enum xvec_op)i->row->arg;

	from_integer(l, i, op == XVEC_PINSRQ ? XVEC_PINSRD : op);
	return LIFT_NEXT;
}

/* arg: log2 of the bytes; 2 is 3 with REX.W, 4 is 2 in any case. */
enum lift_result x64_lift_pextr(struct lift *l, const struct x64_insn *i)
{
	static const enum xvec_op ops[4] = { XVEC_PEXTRB, XVEC_PEXTRW,
					     XVEC_PEXTRD, XVEC_PEXTRQ };
	unsigned size = i->row->arg;
	val_t v;

	if (size == 2 && i->prefix & X64_REXW)
		size = 3;
	if (size == 4)
		size = 2;
	v = xvg(l, ops[size], x64_type(size), x64_read_xmm(l, i, 1, 0), 0,
		(unsigned)i->imm);
	if (i->op[0].kind == X64_OP_MEM)
		xv_store(l, i, size, 0, v, false);
	else
		x64_put_gpr(l, i->op[0].reg, size == 3 ? 3 : 2, false, v);
	return LIFT_NEXT;
}

/* From memory there is only one lane to choose. */
enum lift_result x64_lift_insertps(struct lift *l, const struct x64_insn *i)
{
	unsigned src = i->nop - 2u, imm = (unsigned)i->imm;
	val_t b = x64_read_xmm(l, i, src, 0);

	if (i->op[src].kind == X64_OP_MEM)
		imm &= 0x3f;
	xv_put(l, i, xv(l, XVEC_INSERTPS, x64_read_xmm(l, i, src - 1, 0), b, 0,
			imm), 0);
	return LIFT_NEXT;
}

/* -- Wider and narrower lanes --------------------------------------------------- */

/* Bytes that make 16. */
static unsigned narrow_bytes(enum xvec_op op)
{
	switch (op) {
	case XVEC_PMOVSXBD: case XVEC_PMOVZXBD:
	case XVEC_PMOVSXWQ: case XVEC_PMOVZXWQ:
		return 4;
	case XVEC_PMOVSXBQ: case XVEC_PMOVZXBQ:
		return 2;
	default:
		return 8;
	}
}

enum lift_result x64_lift_vwiden(struct lift *l, const struct x64_insn *i)
{
	enum xvec_op op = (enum xvec_op)i->row->arg;
	val_t s = x64_read_xmm(l, i, 1, 0), lo = xv1(l, op, s), hi = 0;

	if (xv_halves(i) == 2)
		hi = xv1(l, op, xv(l, XVEC_PSRLDQ_I, s, 0, 0,
				   narrow_bytes(op)));
	xv_put(l, i, lo, hi);
	return LIFT_NEXT;
}

/* op gives 8 bytes for each half of operand 1. */
static val_t narrow(struct lift *l, const struct x64_insn *i, enum xvec_op op,
		    unsigned imm)
{
	val_t lo = xv(l, op, x64_read_xmm(l, i, 1, 0), 0, 0, imm), hi;

	if (i->op[1].size != X64_YMM)
		return lo;
	hi = xv(l, op, x64_read_xmm(l, i, 1, 1), 0, 0, imm);
	return xv2(l, XVEC_MOVLHPS, lo, hi);
}

enum lift_result x64_lift_vnarrow(struct lift *l, const struct x64_insn *i)
{
	xv_put(l, i, narrow(l, i, (enum xvec_op)i->row->arg, 0), 0);
	return LIFT_NEXT;
}

enum lift_result x64_lift_vcvtps2ph(struct lift *l, const struct x64_insn *i)
{
	val_t v = narrow(l, i, XVEC_VCVTPS2PH, (unsigned)i->imm);

	if (i->op[0].kind == X64_OP_MEM)
		xv_store(l, i, i->op[1].size == X64_YMM ? MO_128 : MO_64, 0, v,
			 false);
	else
		xv_put(l, i, v, 0);
	return LIFT_NEXT;
}
