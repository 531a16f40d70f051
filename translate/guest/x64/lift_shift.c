/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Shifts and rotations.  Counts are taken modulo 32, or 64 for 64-bit
 * operands; a count of 0 changes no flags.
 */
#include "translate/guest/x64/lift.h"

enum { SH_ROL, SH_ROR, SH_RCL, SH_RCR, SH_SHL, SH_SHR, SH_SAL, SH_SAR };

static const u16 flag_op[8] = {
	IR_XF_ROL, IR_XF_ROR, IR_XF_RCL, IR_XF_RCR, IR_XF_SHL, IR_XF_SHR,
	IR_XF_SHL, IR_XF_SAR
};

/* The count operand as a value of the shift's type, masked; *n: if constant. */
static val_t get_count(struct lift *l, const struct x64_insn *i, unsigned op,
		       unsigned size, bool *is_const, unsigned *n)
{
	unsigned mask = size == 3 ? 63 : 31;
	val_t v;

	*is_const = i->op[op].kind == X64_OP_IMM;
	if (*is_const) {
		*n = (unsigned)i->imm & mask;
		return x_const(l, size, *n);
	}
	v = x64_get_gpr(l, X64_RCX, size, false);
	return x_int2(l, IR_AND, size, v, x_const(l, size, mask));
}

/* a repeated so that a 32-bit rotation of it rotates 8 or 16 bits. */
static val_t repeated(struct lift *l, unsigned size, val_t a)
{
	if (size >= 2)
		return a;
	return x_int2(l, IR_MUL, 2, x_zext(l, size, a),
		      x_const(l, 2, size ? 0x10001 : 0x01010101));
}

static val_t shifted(struct lift *l, unsigned op, unsigned size, val_t a,
		     val_t n)
{
	switch (op) {
	case SH_ROL:
		return x_int2(l, IR_ROR, size, repeated(l, size, a),
			      x_int1(l, IR_NEG, size, n));
	case SH_ROR:
		return x_int2(l, IR_ROR, size, repeated(l, size, a), n);
	case SH_RCL:
		return x_op3(l, IR_XRCL, size, a, n, ir_getf(l->ir));
	case SH_RCR:
		return x_op3(l, IR_XRCR, size, a, n, ir_getf(l->ir));
	case SH_SHR:
		return x_int2(l, IR_SHR, size, x_zext(l, size, a), n);
	case SH_SAR:
		return x_int2(l, IR_SAR, size, x_sext(l, size, a), n);
	default:
		return x_int2(l, IR_SHL, size, a, n);
	}
}

enum lift_result x64_lift_shift(struct lift *l, const struct x64_insn *i)
{
	unsigned size = i->op[0].size, op = i->row->arg, n = 0;
	bool is_const;
	val_t a = x64_read(l, i, 0), count, r, f;

	count = get_count(l, i, 1, size, &is_const, &n);
	if (is_const && !n) {
		x64_write(l, i, 0, a);
		return LIFT_NEXT;
	}
	r = shifted(l, op, size, a, count);
	f = x_flags(l, (enum ir_op)flag_op[op], size, a, count,
		    is_const && op >= SH_SHL ? 0 : ir_getf(l->ir));
	x64_write(l, i, 0, r);
	ir_putf(l->ir, f);
	return LIFT_NEXT;
}

/* -- Double precision ------------------------------------------------------------ */

/* d:s shifted left, or s:d shifted right, by n; the part that replaces d. */
static val_t double_shift(struct lift *l, unsigned size, bool right, val_t d,
			  val_t s, val_t n)
{
	unsigned w = size == 3 ? 63 : 31;
	val_t far;

	if (size == 1) {	/* both fit one register */
		val_t hi = right ? s : d, lo = right ? d : s, x;

		x = x_int2(l, IR_OR, 2,
			   x_int2(l, IR_SHL, 2, hi, x_const(l, 2, 16)),
			   x_zext(l, 1, lo));
		if (right)
			return x_int2(l, IR_SHR, 2, x, n);
		return x_int2(l, IR_SHR, 2, x_int2(l, IR_SHL, 2, x, n),
			      x_const(l, 2, 16));
	}
	/* Shifting by 1 and by w - n never shifts by the full width. */
	n = x_int2(l, IR_AND, size, n, x_const(l, size, w));
	far = x_int2(l, right ? IR_SHL : IR_SHR, size, s, x_const(l, size, 1));
	far = x_int2(l, right ? IR_SHL : IR_SHR, size, far,
		     x_int2(l, IR_XOR, size, n, x_const(l, size, w)));
	return x_int2(l, IR_OR, size,
		      x_int2(l, right ? IR_SHR : IR_SHL, size, d, n), far);
}

/* Flags for a count that is not 0: CF the last bit out, OF a changed sign. */
static val_t double_flags(struct lift *l, unsigned size, bool right, val_t d,
			  val_t r, val_t n)
{
	unsigned w = 8u << size;
	val_t at, bit, sign, f = x_logic(l, size, r);

	if (right)
		at = x_int2(l, IR_SUB, size, n, x_const(l, size, 1));
	else
		at = x_int2(l, IR_SUB, size, x_const(l, size, w), n);
	bit = x_int2(l, IR_SHR, size, d, at);
	sign = x_int2(l, IR_SHR, size, x_int2(l, IR_XOR, size, d, r),
		      x_const(l, size, w - 1));
	f = x_flags(l, IR_XF_CF, 0, f, bit, 0);
	return x_flags(l, IR_XF_OF, 0, f, sign, 0);
}

/* n ? f : the flags of before */
static val_t unless_zero(struct lift *l, unsigned size, val_t n, val_t f)
{
	val_t old = ir_emit(l->ir, IR_XF_UNPACK, IR_I32, 0, ir_getf(l->ir), 0,
			    0, 0);
	val_t new = ir_emit(l->ir, IR_XF_UNPACK, IR_I32, 0, f, 0, 0, 0);
	val_t v = x_select(l, 2, IR_NE, x_logic(l, size, n), new, old);

	return ir_emit(l->ir, IR_XF_PACK, IR_FLAGS, 0, v, 0, 0, 0);
}

enum lift_result x64_lift_shld(struct lift *l, const struct x64_insn *i)
{
	unsigned size = i->op[0].size, n = 0;
	bool is_const, right = i->row->arg;
	val_t d = x64_read(l, i, 0), s = x64_read(l, i, 1), count, r, f;

	count = get_count(l, i, 2, size, &is_const, &n);
	if (is_const && !n) {
		x64_write(l, i, 0, d);
		return LIFT_NEXT;
	}
	if (is_const && size >= 2) {
		unsigned w = size == 3 ? 64 : 32;

		r = ir_emit(l->ir, IR_FUNNEL, x64_type(size), 0,
			    right ? s : d, right ? d : s, 0,
			    (s32)(right ? n : w - n));
	} else {
		r = double_shift(l, size, right, d, s, count);
	}
	f = double_flags(l, size, right, d, r, count);
	if (!is_const)
		f = unless_zero(l, size, count, f);
	x64_write(l, i, 0, r);
	ir_putf(l->ir, f);
	return LIFT_NEXT;
}

/* -- BMI2: no flags ---------------------------------------------------------------- */

enum lift_result x64_lift_rorx(struct lift *l, const struct x64_insn *i)
{
	unsigned size = i->op[0].size;
	val_t a = x64_read(l, i, 1);

	x64_write(l, i, 0, x_int2(l, IR_ROR, size, a,
				  x_const(l, size, (u64)i->imm &
					  (size == 3 ? 63 : 31))));
	return LIFT_NEXT;
}

/* SHLX SHRX SARX: d = a by count in the third operand. */
enum lift_result x64_lift_shiftx(struct lift *l, const struct x64_insn *i)
{
	static const u16 op[8] = { 0, 0, 0, 0, IR_SHL, IR_SHR, 0, IR_SAR };
	unsigned size = i->op[0].size;
	val_t a = x64_read(l, i, 1), n = x64_read(l, i, 2);

	x64_write(l, i, 0, x_int2(l, (enum ir_op)op[i->row->arg], size, a, n));
	return LIFT_NEXT;
}
