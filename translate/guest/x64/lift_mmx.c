/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * MMX.  Instructions of the 0F map are executed as they are, on the host's
 * registers; those of SSSE3 and conversions go through xmm values.  The
 * families are listed in lift_sse.c.
 */
#include "translate/guest/x64/x64_vec.h"

enum { M_REXW = 1 << 15, M_IMM = 1 << 22, M_MEM = 1 << 23,
       OP_MOVD_FROM = 0xf6e, OP_MOVD_TO = 0xf7e };

static u32 enc(unsigned op, unsigned reg, unsigned rm)
{
	return op | (rm & 7) << 16 | (reg & 7) << 19;
}

/* mm register r as I64, and back. */
static val_t get_mm(struct lift *l, unsigned r)
{
	return ir_emit(l->ir, IR_X87_TOG, IR_I64, 0, 0, 0, 0,
		       (s32)(enc(OP_MOVD_TO, r, 0) | M_REXW));
}

static void put_mm(struct lift *l, unsigned r, val_t v)
{
	ir_emit(l->ir, IR_X87_FROMG, IR_NONE, 0, v, 0, 0,
		(s32)(enc(OP_MOVD_FROM, r, 0) |
		      (ir_vtype(l->ir, v) == IR_I64 ? M_REXW : 0)));
}

static void with_memory(struct lift *l, const struct x64_insn *i, u32 imm)
{
	ir_emit(l->ir, IR_X87, IR_NONE, 0, x64_address_value(l, i), 0, 0,
		(s32)(imm | M_MEM));
}

/* The instruction's own bytes, general registers as 0. */
static u32 own(const struct x64_insn *i, bool reg_is_gpr, bool rm_is_gpr)
{
	u32 imm = enc(0xf00 | i->opcode, reg_is_gpr ? 0 : i->modrm >> 3,
		      rm_is_gpr || i->modrm >> 6 != 3 ? 0 : i->modrm);

	if (xv_is_imm(i, i->nop - 1u))
		imm |= M_IMM | ((u32)i->imm & 0xff) << 24;
	return imm;
}

static bool has_memory(const struct x64_insn *i)
{
	return i->nop && (i->op[0].kind == X64_OP_MEM ||
			  (i->nop > 1 && i->op[1].kind == X64_OP_MEM));
}

enum lift_result x64_lift_mmx(struct lift *l, const struct x64_insn *i)
{
	if (has_memory(i))
		with_memory(l, i, own(i, false, false));
	else
		ir_emit(l->ir, IR_X87, IR_NONE, 0, 0, 0, 0,
			(s32)own(i, false, false));
	return LIFT_NEXT;
}

enum lift_result x64_lift_mmx_movd(struct lift *l, const struct x64_insn *i)
{
	bool to_mm = i->op[0].kind == X64_OP_MM;
	const struct x64_operand *rm = &i->op[to_mm ? 1 : 0];
	u32 w = i->prefix & X64_REXW ? M_REXW : 0;
	unsigned size = w ? 3 : 2;
	val_t v;

	if (rm->kind == X64_OP_MEM) {
		with_memory(l, i, own(i, false, true) | w);
	} else if (to_mm) {
		ir_emit(l->ir, IR_X87_FROMG, IR_NONE, 0,
			x64_get_gpr(l, rm->reg, size, false), 0, 0,
			(s32)(own(i, false, true) | w));
	} else {
		v = ir_emit(l->ir, IR_X87_TOG, x64_type(size), 0, 0, 0, 0,
			    (s32)(own(i, false, true) | w));
		x64_put_gpr(l, rm->reg, size, false, v);
	}
	return LIFT_NEXT;
}

enum lift_result x64_lift_mmx_tog(struct lift *l, const struct x64_insn *i)
{
	val_t v = ir_emit(l->ir, IR_X87_TOG, IR_I32, 0, 0, 0, 0,
			  (s32)own(i, true, false));

	x64_put_gpr(l, i->op[0].reg, 2, false, v);
	return LIFT_NEXT;
}

enum lift_result x64_lift_mmx_fromg(struct lift *l, const struct x64_insn *i)
{
	if (has_memory(i))
		with_memory(l, i, own(i, false, true));
	else
		ir_emit(l->ir, IR_X87_FROMG, IR_NONE, 0,
			x64_get_gpr(l, i->op[1].reg, 2, false), 0, 0,
			(s32)own(i, false, true));
	return LIFT_NEXT;
}

/* -- By way of xmm values -------------------------------------------------------- */

/* Operand n, mm or memory, in the low half. */
static val_t read_mm(struct lift *l, const struct x64_insn *i, unsigned n)
{
	if (i->op[n].kind == X64_OP_MEM)
		return x64_read_xmm(l, i, n, 0);
	return xv_from_g(l, get_mm(l, i->op[n].reg));
}

static void write_mm(struct lift *l, const struct x64_insn *i, val_t v)
{
	put_mm(l, i->op[0].reg, xv_to_g(l, IR_I64, v));
}

enum { PI2PS, PI2PD, PS2PI, PD2PI, TPS2PI, TPD2PI, MOVQ2DQ, MOVDQ2Q };

enum lift_result x64_lift_mmx_cvt(struct lift *l, const struct x64_insn *i)
{
	static const enum xvec_op op[6] = {
		XVEC_CVTDQ2PS, XVEC_CVTDQ2PD, XVEC_CVTPS2DQ, XVEC_CVTPD2DQ,
		XVEC_CVTTPS2DQ, XVEC_CVTTPD2DQ
	};
	unsigned what = i->row->arg;
	val_t v;

	switch (what) {
	case PI2PS:
		v = xv1(l, op[what], read_mm(l, i, 1));
		xv_put(l, i, xv2(l, XVEC_MOVSD, x64_read_xmm(l, i, 0, 0), v), 0);
		break;
	case PI2PD:
		xv_put(l, i, xv1(l, op[what], read_mm(l, i, 1)), 0);
		break;
	case MOVQ2DQ:
		xv_put(l, i, read_mm(l, i, 1), 0);
		break;
	case MOVDQ2Q:
		write_mm(l, i, x64_read_xmm(l, i, 1, 0));
		break;
	case PS2PI: case TPS2PI:
		v = xv_low(l, x64_read_xmm(l, i, 1, 0));
		write_mm(l, i, xv1(l, op[what], v));
		break;
	default:
		write_mm(l, i, xv1(l, op[what], x64_read_xmm(l, i, 1, 0)));
	}
	return LIFT_NEXT;
}

enum lift_result x64_lift_mmx_ssse3(struct lift *l, const struct x64_insn *i)
{
	const u64 index = 0x8787878787878787;
	enum xvec_op op = (enum xvec_op)i->row->arg;
	val_t b = read_mm(l, i, 1), a = read_mm(l, i, 0), t;

	switch (op) {
	case XVEC_PABSB: case XVEC_PABSW: case XVEC_PABSD:
		t = xv1(l, op, b);
		break;
	case XVEC_PSHUFB:	/* three bits of an index count, not four */
		t = xv2(l, XVEC_PAND, b, ir_vconst(l->ir, IR_V128, index, index));
		t = xv2(l, op, a, t);
		break;
	case XVEC_PHADDW: case XVEC_PHADDD: case XVEC_PHADDSW:
	case XVEC_PHSUBW: case XVEC_PHSUBD: case XVEC_PHSUBSW:
		t = xv2(l, XVEC_PUNPCKLQDQ, a, b);
		t = xv2(l, op, t, t);
		break;
	case XVEC_PALIGNR:
		t = xv2(l, XVEC_PUNPCKLQDQ, b, a);
		t = xv(l, XVEC_PSRLDQ_I, t, 0, 0, (unsigned)i->imm);
		break;
	default:
		t = xv2(l, op, a, b);
	}
	write_mm(l, i, t);
	return LIFT_NEXT;
}

/* The helper takes the address from rdi. */
enum lift_result x64_lift_mmx_maskmovq(struct lift *l, const struct x64_insn *i)
{
	val_t data, mask;

	if (i->prefix & X64_ADDRSIZE || i->seg != X64_NOSEG)
		return x64_undef(l);
	data = get_mm(l, i->op[0].reg);
	mask = get_mm(l, i->op[1].reg);
	ir_helper(l->ir, IR_NONE, HELPER_GUEST0 + X64_HELPER_MASKMOVQ, data,
		  mask);
	return LIFT_NEXT;
}
