/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Multiplication and division. */
#include "translate/guest/x64/lift.h"

/* RDX:RAX (DX:AX ..., AX for bytes) = the product p of 2^(size+1) bytes. */
static void put_product(struct lift *l, unsigned size, val_t p)
{
	val_t hi;

	switch (size) {
	case 0:
		x64_put_gpr(l, X64_RAX, 1, false, p);
		break;
	case 1:
		hi = x_int2(l, IR_SHR, 2, p, x_const(l, 2, 16));
		x64_put_gpr(l, X64_RAX, 1, false, p);
		x64_put_gpr(l, X64_RDX, 1, false, hi);
		break;
	default:
		hi = x_int2(l, IR_SHR, 3, p, x_const(l, 3, 32));
		ir_putr(l->ir, X64_RAX, ir_int1(l->ir, IR_ZEXT32, IR_I64,
				ir_int1(l->ir, IR_TRUNC, IR_I32, p)));
		ir_putr(l->ir, X64_RDX, hi);
	}
}

static enum lift_result multiply(struct lift *l, const struct x64_insn *i,
				 bool is_signed)
{
	unsigned size = i->op[0].size;
	val_t a = x64_get_gpr(l, X64_RAX, size, false);
	val_t b = x64_read(l, i, 0), f, hi, lo;

	f = x_flags(l, is_signed ? IR_XF_SMUL : IR_XF_UMUL, size, a, b, 0);
	if (size == 3) {
		hi = x_int2(l, is_signed ? IR_SMULH : IR_UMULH, 3, a, b);
		lo = x_int2(l, IR_MUL, 3, a, b);
		ir_putr(l->ir, X64_RDX, hi);
		ir_putr(l->ir, X64_RAX, lo);
	} else if (size == 2) {
		enum ir_op ext = is_signed ? IR_SEXT32 : IR_ZEXT32;

		a = ir_int1(l->ir, ext, IR_I64, a);
		b = ir_int1(l->ir, ext, IR_I64, b);
		put_product(l, 2, x_int2(l, IR_MUL, 3, a, b));
	} else {
		a = is_signed ? x_sext(l, size, a) : x_zext(l, size, a);
		b = is_signed ? x_sext(l, size, b) : x_zext(l, size, b);
		put_product(l, size, x_int2(l, IR_MUL, 2, a, b));
	}
	ir_putf(l->ir, f);
	return LIFT_NEXT;
}

enum lift_result x64_lift_mul(struct lift *l, const struct x64_insn *i)
{
	return multiply(l, i, false);
}

enum lift_result x64_lift_imul1(struct lift *l, const struct x64_insn *i)
{
	return multiply(l, i, true);
}

/* Two operands (d = d * s) or three (d = s * imm). */
enum lift_result x64_lift_imul(struct lift *l, const struct x64_insn *i)
{
	unsigned size = i->op[0].size;
	val_t a = x64_read(l, i, i->nop == 3 ? 1 : 0);
	val_t b = x64_read(l, i, i->nop == 3 ? 2 : 1);
	val_t r = x_int2(l, IR_MUL, size, a, b);
	val_t f = x_flags(l, IR_XF_SMUL, size, a, b, 0);

	x64_write(l, i, 0, r);
	ir_putf(l->ir, f);
	return LIFT_NEXT;
}

/* MULX: no flags; if both destinations are one, it gets the high half. */
enum lift_result x64_lift_mulx(struct lift *l, const struct x64_insn *i)
{
	unsigned size = i->op[0].size;
	val_t a = x64_get_gpr(l, X64_RDX, size, false);
	val_t b = x64_read(l, i, 2), hi, lo;

	if (size == 3) {
		hi = x_int2(l, IR_UMULH, 3, a, b);
		lo = x_int2(l, IR_MUL, 3, a, b);
	} else {
		lo = x_int2(l, IR_MUL, 3, ir_int1(l->ir, IR_ZEXT32, IR_I64, a),
			    ir_int1(l->ir, IR_ZEXT32, IR_I64, b));
		hi = ir_int1(l->ir, IR_TRUNC, IR_I32,
			     x_int2(l, IR_SHR, 3, lo, x_const(l, 3, 32)));
		lo = ir_int1(l->ir, IR_TRUNC, IR_I32, lo);
	}
	x64_write(l, i, 1, lo);
	x64_write(l, i, 0, hi);
	return LIFT_NEXT;
}

static enum lift_result divide(struct lift *l, const struct x64_insn *i,
			       bool is_signed)
{
	unsigned size = i->op[0].size;
	val_t c = x64_read(l, i, 0), lo, hi, q, r;

	lo = x64_get_gpr(l, X64_RAX, MAX(size, 1u), false);
	hi = size ? x64_get_gpr(l, X64_RDX, size, false) : lo;
	q = x_op3(l, is_signed ? IR_XIDIVQ : IR_XDIVQ, size, lo, hi, c);
	r = x_op3(l, is_signed ? IR_XIDIVR : IR_XDIVR, size, lo, hi, c);
	x64_put_gpr(l, X64_RAX, size, false, q);
	x64_put_gpr(l, size ? X64_RDX : X64_RAX, size, !size, r);
	return LIFT_NEXT;
}

enum lift_result x64_lift_div(struct lift *l, const struct x64_insn *i)
{
	return divide(l, i, false);
}

enum lift_result x64_lift_idiv(struct lift *l, const struct x64_insn *i)
{
	return divide(l, i, true);
}
