/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A64 exclusive and atomic memory accesses: load/store exclusive (single and
 * pair), compare-and-swap, read-modify-write (FEAT_LSE).  They map onto the
 * IR's monitor and atomic ops one to one; pairs of W registers are one
 * 64-bit access, pairs of X registers one of 128 bits.
 */
#include "translate/guest/a64/a64.h"

static enum ir_type size_type(unsigned size)
{
	return size == 3 ? IR_I64 : IR_I32;
}

/* Two registers as one value of twice their width. */
static val_t join(struct lift *l, bool x, unsigned lo, unsigned hi)
{
	val_t a, b;

	if (x)
		return ir_emit(l->ir, IR_PAIR, IR_I128, 0,
			       a64_getr(l, IR_I64, lo),
			       a64_getr(l, IR_I64, hi), 0, 0);
	a = ir_int1(l->ir, IR_ZEXT32, IR_I64, a64_getr(l, IR_I32, lo));
	b = ir_int1(l->ir, IR_ZEXT32, IR_I64, a64_getr(l, IR_I32, hi));
	b = ir_int2(l->ir, IR_SHL, IR_I64, b, ir_const(l->ir, IR_I64, 32));
	return ir_int2(l->ir, IR_OR, IR_I64, a, b);
}

static void split(struct lift *l, bool x, val_t v, unsigned lo, unsigned hi)
{
	val_t a, b;

	if (x) {
		a = ir_emit(l->ir, IR_LOHALF, IR_I64, 0, v, 0, 0, 0);
		b = ir_emit(l->ir, IR_HIHALF, IR_I64, 0, v, 0, 0, 0);
	} else {
		a = ir_int1(l->ir, IR_TRUNC, IR_I32, v);
		b = ir_int2(l->ir, IR_SHR, IR_I64, v,
			    ir_const(l->ir, IR_I64, 32));
	}
	a64_putr(l, lo, a);
	a64_putr(l, hi, b);
}

/* -- Exclusives: bit 15 of the word asks for acquire or release ------------ */

static u8 exclusive_memop(const struct a64_fields *f, unsigned size)
{
	return (u8)(size | (f->insn >> 15 & 1 ? MO_ORDER : 0));
}

enum lift_result a64_lift_ldxr(struct lift *l, const struct a64_fields *f)
{
	unsigned size = f->insn >> 30;
	val_t base = a64_aligned_base(l, f->rn, size, 0);

	a64_putr(l, f->rt, ir_emit(l->ir, IR_LDX, size_type(size),
				   exclusive_memop(f, size), base, 0, 0, 0));
	return LIFT_NEXT;
}

enum lift_result a64_lift_stxr(struct lift *l, const struct a64_fields *f)
{
	unsigned size = f->insn >> 30;
	val_t v = a64_getr(l, size_type(size), f->rt);
	val_t base = a64_aligned_base(l, f->rn, size, 0);

	a64_putr(l, f->rs, ir_emit(l->ir, IR_STX, IR_I32,
				   exclusive_memop(f, size), base, v, 0, 0));
	return LIFT_NEXT;
}

enum lift_result a64_lift_ldxp(struct lift *l, const struct a64_fields *f)
{
	bool x = f->insn >> 30 & 1;
	unsigned size = x ? MO_128 : MO_64;
	val_t base = a64_aligned_base(l, f->rn, size, 0);
	val_t v = ir_emit(l->ir, IR_LDX, x ? IR_I128 : IR_I64,
			  exclusive_memop(f, size), base, 0, 0, 0);

	split(l, x, v, f->rt, f->rt2);
	return LIFT_NEXT;
}

enum lift_result a64_lift_stxp(struct lift *l, const struct a64_fields *f)
{
	bool x = f->insn >> 30 & 1;
	unsigned size = x ? MO_128 : MO_64;
	val_t v = join(l, x, f->rt, f->rt2);
	val_t base = a64_aligned_base(l, f->rn, size, 0);

	a64_putr(l, f->rs, ir_emit(l->ir, IR_STX, IR_I32,
				   exclusive_memop(f, size), base, v, 0, 0));
	return LIFT_NEXT;
}

/* -- LSE: always as strong as the strongest form --------------------------- */

enum lift_result a64_lift_cas(struct lift *l, const struct a64_fields *f)
{
	unsigned size = f->insn >> 30;
	enum ir_type t = size_type(size);
	val_t expected = a64_getr(l, t, f->rs), new = a64_getr(l, t, f->rt);
	val_t base = a64_aligned_base(l, f->rn, size, 0);

	a64_putr(l, f->rs, ir_emit(l->ir, IR_ATOM_CAS, t, (u8)(size | MO_ORDER),
				   base, expected, new, 0));
	return LIFT_NEXT;
}

enum lift_result a64_lift_casp(struct lift *l, const struct a64_fields *f)
{
	bool x = f->insn >> 30 & 1;
	unsigned size = x ? MO_128 : MO_64;
	val_t expected, new, old, base;

	if ((f->rs | f->rt) & 1)
		return a64_undef(l);
	expected = join(l, x, f->rs, f->rs + 1);
	new = join(l, x, f->rt, f->rt + 1);
	base = a64_aligned_base(l, f->rn, size, 0);
	old = ir_emit(l->ir, IR_ATOM_CAS, x ? IR_I128 : IR_I64,
		      (u8)(size | MO_ORDER), base, expected, new, 0);
	split(l, x, old, f->rs, f->rs + 1);
	return LIFT_NEXT;
}

enum lift_result a64_lift_atomic(struct lift *l, const struct a64_fields *f)
{
	static const enum ir_op op[8] = {
		IR_ATOM_ADD, IR_ATOM_CLR, IR_ATOM_XOR, IR_ATOM_OR,
		IR_ATOM_SMAX, IR_ATOM_SMIN, IR_ATOM_UMAX, IR_ATOM_UMIN
	};
	unsigned size = f->insn >> 30;
	enum ir_type t = size_type(size);
	bool swap = f->insn >> 15 & 1;
	val_t v = a64_getr(l, t, f->rs);
	val_t base = a64_aligned_base(l, f->rn, size, 0);

	v = ir_emit(l->ir, swap ? IR_ATOM_SWP : op[f->insn >> 12 & 7], t,
		    (u8)(size | MO_ORDER), base, v, 0, 0);
	a64_putr(l, f->rt, v);
	return LIFT_NEXT;
}
