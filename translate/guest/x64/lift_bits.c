/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Bit tests, bit counts, bit fields, CRC-32. */
#include "translate/guest/x64/lift.h"

/* -- BT BTS BTR BTC ------------------------------------------------------------- */

enum { BT_TEST, BT_SET, BT_RESET, BT_COMPLEMENT };

static unsigned width_mask(unsigned size)
{
	return (8u << size) - 1;
}

static val_t changed(struct lift *l, unsigned op, unsigned size, val_t a,
		     val_t bit)
{
	switch (op) {
	case BT_SET: return x_int2(l, IR_OR, size, a, bit);
	case BT_RESET: return x_int2(l, IR_ANDN, size, a, bit);
	default: return x_int2(l, IR_XOR, size, a, bit);
	}
}

/*
 * A bit string in memory: a register as bit number reaches beyond the operand,
 * by whole operands in either direction.
 */
static val_t bit_address(struct lift *l, const struct x64_insn *i,
			 unsigned size)
{
	val_t addr = x64_address_value(l, i), b;

	if (i->op[1].kind == X64_OP_IMM)
		return addr;
	b = x64_read(l, i, 1);
	if (size == 1)
		b = ir_int1(l->ir, IR_SEXT16, IR_I64, b);
	else if (size == 2)
		b = ir_int1(l->ir, IR_SEXT32, IR_I64, b);
	b = x_int2(l, IR_SAR, 3, b, x_const(l, 3, 3 + size));
	b = x_int2(l, IR_SHL, 3, b, x_const(l, 3, size));
	return x_int2(l, IR_ADD, 3, addr, b);
}

static val_t bit_number(struct lift *l, const struct x64_insn *i,
			unsigned size)
{
	return x_int2(l, IR_AND, size, x64_read(l, i, 1),
		      x_const(l, size, width_mask(size)));
}

static enum lift_result bt_memory(struct lift *l, const struct x64_insn *i)
{
	static const u16 atom[4] = { 0, IR_ATOM_OR, IR_ATOM_CLR, IR_ATOM_XOR };
	unsigned size = i->op[0].size, op = i->row->arg;
	val_t old = ir_getf(l->ir), addr = bit_address(l, i, size);
	val_t n = bit_number(l, i, size), a, f, bit;

	bit = x_int2(l, IR_SHL, size, x_const(l, size, 1), n);
	if (x_locked(i))
		a = ir_emit(l->ir, (enum ir_op)atom[op], x64_type(size),
			    (u8)(size | MO_ORDER), addr, bit, 0, 0);
	else
		a = ir_ld(l->ir, x64_type(size), (u8)size, addr, 0, 0);
	f = x_flags(l, IR_XF_BT, MAX(size, 2u), a, n, old);
	if (!x_locked(i) && op != BT_TEST)
		ir_st(l->ir, (u8)size, addr, 0, 0, changed(l, op, size, a, bit));
	ir_putf(l->ir, f);
	return LIFT_NEXT;
}

enum lift_result x64_lift_bt(struct lift *l, const struct x64_insn *i)
{
	unsigned size = i->op[0].size, op = i->row->arg;
	val_t a, n, f, bit;

	if (i->op[0].kind == X64_OP_MEM)
		return bt_memory(l, i);
	a = x64_read(l, i, 0);
	n = bit_number(l, i, size);
	f = x_flags(l, IR_XF_BT, MAX(size, 2u), a, n, ir_getf(l->ir));
	if (op != BT_TEST) {
		bit = x_int2(l, IR_SHL, size, x_const(l, size, 1), n);
		x64_write(l, i, 0, changed(l, op, size, a, bit));
	}
	ir_putf(l->ir, f);
	return LIFT_NEXT;
}

/* -- Counting ------------------------------------------------------------------------ */

/* Trailing and leading zeros of a zero-extended value; of 0: the width. */
static val_t trailing(struct lift *l, unsigned size, val_t a)
{
	if (size == 1)
		a = x_int2(l, IR_OR, 2, a, x_const(l, 2, 0x10000));
	return x_int1(l, IR_CLZ, size, x_int1(l, IR_RBIT, size, a));
}

static val_t leading(struct lift *l, unsigned size, val_t a)
{
	val_t n = x_int1(l, IR_CLZ, size, a);

	if (size == 1)
		n = x_int2(l, IR_SUB, 2, n, x_const(l, 2, 16));
	return n;
}

static enum lift_result scan(struct lift *l, const struct x64_insn *i,
			     bool reverse)
{
	unsigned size = i->op[0].size;
	val_t a = x_zext(l, size, x64_read(l, i, 1)), r;
	val_t f = x_logic(l, size, a);

	if (reverse)
		r = x_int2(l, IR_XOR, size, leading(l, size, a),
			   x_const(l, size, width_mask(size)));
	else
		r = trailing(l, size, a);
	/* Of 0: the destination stays, on all processors. */
	r = x_select(l, size, IR_NE, f, r,
		     x64_get_gpr(l, i->op[0].reg, size, false));
	x64_write(l, i, 0, r);
	ir_putf(l->ir, f);
	return LIFT_NEXT;
}

enum lift_result x64_lift_bsf(struct lift *l, const struct x64_insn *i)
{
	return scan(l, i, false);
}

enum lift_result x64_lift_bsr(struct lift *l, const struct x64_insn *i)
{
	return scan(l, i, true);
}

/* CF = (a is 0), the rest after r. */
static val_t flags_of_zero(struct lift *l, unsigned size, val_t a, val_t r)
{
	val_t c = x_setc(l, IR_EQ, x_logic(l, size, a));

	return x_flags(l, IR_XF_CF, 0, x_logic(l, size, r), c, 0);
}

static enum lift_result count(struct lift *l, const struct x64_insn *i,
			      val_t (*fn)(struct lift *, unsigned, val_t))
{
	unsigned size = i->op[0].size;
	val_t a = x_zext(l, size, x64_read(l, i, 1));
	val_t r = fn(l, size, a), f = flags_of_zero(l, size, a, r);

	x64_write(l, i, 0, r);
	ir_putf(l->ir, f);
	return LIFT_NEXT;
}

enum lift_result x64_lift_tzcnt(struct lift *l, const struct x64_insn *i)
{
	return count(l, i, trailing);
}

enum lift_result x64_lift_lzcnt(struct lift *l, const struct x64_insn *i)
{
	return count(l, i, leading);
}

/* ZF = (source is 0), all others 0. */
enum lift_result x64_lift_popcnt(struct lift *l, const struct x64_insn *i)
{
	unsigned size = i->op[0].size;
	val_t a = x_zext(l, size, x64_read(l, i, 1));
	val_t r = ir_emit(l->ir, IR_POPCNT, x64_type(size), 0, a, 0, 0, 0), z;

	z = x_int2(l, IR_SHL, 2, x_setc(l, IR_EQ, x_logic(l, size, a)),
		   x_const(l, 2, 6));
	x64_write(l, i, 0, r);
	ir_putf(l->ir, ir_emit(l->ir, IR_XF_PACK, IR_FLAGS, 0, z, 0, 0, 0));
	return LIFT_NEXT;
}

enum lift_result x64_lift_crc32(struct lift *l, const struct x64_insn *i)
{
	unsigned from = i->op[1].size;
	val_t crc = x64_get_gpr(l, i->op[0].reg, 2, false);
	val_t b = x64_read(l, i, 1);

	crc = ir_emit(l->ir, IR_CRC32C, IR_I32, (u8)from, crc, b, 0, 0);
	x64_put_gpr(l, i->op[0].reg, 2, false, crc);
	return LIFT_NEXT;
}

/* -- BMI1 and BMI2 ---------------------------------------------------------------------- */

/* d = ~a & b */
enum lift_result x64_lift_andn(struct lift *l, const struct x64_insn *i)
{
	unsigned size = i->op[0].size;
	val_t r = x_int2(l, IR_ANDN, size, x64_read(l, i, 2),
			 x64_read(l, i, 1));
	val_t f = x_logic(l, size, r);

	x64_write(l, i, 0, r);
	ir_putf(l->ir, f);
	return LIFT_NEXT;
}

/* The low n bits of a; all of it if n is not below the width.  *f: flags of
 * n - width. */
static val_t low_bits(struct lift *l, unsigned size, val_t a, val_t n,
		      val_t *f)
{
	val_t one = x_const(l, size, 1), m;

	*f = x_flags(l, IR_XF_SUB, size, n, x_const(l, size, 8u << size), 0);
	m = x_int2(l, IR_SUB, size, x_int2(l, IR_SHL, size, one, n), one);
	m = x_select(l, size, IR_CS, *f, m, x_const(l, size, ~0ull));
	return x_int2(l, IR_AND, size, a, m);
}

static val_t byte_of(struct lift *l, unsigned size, val_t v, unsigned lsb)
{
	return ir_bitfield(l->ir, IR_UBFX, x64_type(size), v, 0, lsb, 8);
}

enum lift_result x64_lift_bzhi(struct lift *l, const struct x64_insn *i)
{
	unsigned size = i->op[0].size;
	val_t a = x64_read(l, i, 1), over, r, f;
	val_t n = byte_of(l, size, x64_read(l, i, 2), 0);

	r = low_bits(l, size, a, n, &over);
	f = x_flags(l, IR_XF_CF, 0, x_logic(l, size, r),
		    x_setc(l, IR_CC, over), 0);
	x64_write(l, i, 0, r);
	ir_putf(l->ir, f);
	return LIFT_NEXT;
}

enum lift_result x64_lift_bextr(struct lift *l, const struct x64_insn *i)
{
	unsigned size = i->op[0].size;
	val_t a = x64_read(l, i, 1), ctl = x64_read(l, i, 2), start, f, r;

	start = byte_of(l, size, ctl, 0);
	f = x_flags(l, IR_XF_SUB, size, start, x_const(l, size, 8u << size), 0);
	r = x_select(l, size, IR_CS, f, x_int2(l, IR_SHR, size, a, start),
		     x_const(l, size, 0));
	r = low_bits(l, size, r, byte_of(l, size, ctl, 8), &f);
	f = x_logic(l, size, r);
	x64_write(l, i, 0, r);
	ir_putf(l->ir, f);
	return LIFT_NEXT;
}

/* BLSR BLSMSK BLSI */
enum lift_result x64_lift_bls(struct lift *l, const struct x64_insn *i)
{
	unsigned size = i->op[0].size, op = i->row->arg;
	val_t a = x64_read(l, i, 1), r, f, c;
	val_t less = x_int2(l, IR_SUB, size, a, x_const(l, size, 1));

	switch (op) {
	case 1: r = x_int2(l, IR_AND, size, a, less); break;
	case 2: r = x_int2(l, IR_XOR, size, a, less); break;
	default:
		r = x_int2(l, IR_AND, size, a, x_int1(l, IR_NEG, size, a));
	}
	c = x_setc(l, op == 3 ? IR_NE : IR_EQ, x_logic(l, size, a));
	f = x_flags(l, IR_XF_CF, 0, x_logic(l, size, r), c, 0);
	x64_write(l, i, 0, r);
	ir_putf(l->ir, f);
	return LIFT_NEXT;
}

static enum lift_result deposit(struct lift *l, const struct x64_insn *i,
				enum ir_op op)
{
	unsigned size = i->op[0].size;
	val_t a = x64_read(l, i, 1), m = x64_read(l, i, 2);

	x64_write(l, i, 0, ir_emit(l->ir, op, x64_type(size), 0, a, m, 0, 0));
	return LIFT_NEXT;
}

enum lift_result x64_lift_pdep(struct lift *l, const struct x64_insn *i)
{
	return deposit(l, i, IR_PDEP);
}

enum lift_result x64_lift_pext(struct lift *l, const struct x64_insn *i)
{
	return deposit(l, i, IR_PEXT);
}

/* ADCX adds with CF alone, ADOX with OF. */
enum lift_result x64_lift_adx(struct lift *l, const struct x64_insn *i)
{
	unsigned size = i->op[0].size;
	bool ox = i->row->arg;
	val_t old = ir_getf(l->ir), a = x64_read(l, i, 0), b = x64_read(l, i, 1);
	val_t in = x_setc(l, ox ? IR_VS : IR_CS, old), f1, f2, out, t, r;

	if (size == 3)
		in = ir_int1(l->ir, IR_ZEXT32, IR_I64, in);
	t = x_int2(l, IR_ADD, size, a, b);
	f1 = x_flags(l, IR_XF_ADD, size, a, b, 0);
	out = x_setc(l, IR_CS, f1);
	r = x_int2(l, IR_ADD, size, t, in);
	f2 = x_flags(l, IR_XF_ADD, size, t, in, 0);
	out = x_int2(l, IR_OR, 2, out, x_setc(l, IR_CS, f2));
	x64_write(l, i, 0, r);
	ir_putf(l->ir, x_flags(l, ox ? IR_XF_OF : IR_XF_CF, 0, old, out, 0));
	return LIFT_NEXT;
}
