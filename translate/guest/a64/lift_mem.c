/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A64 loads and stores of general registers: single, pair, literal, ordered
 * without exclusivity, in all addressing modes.  Every function makes its
 * memory accesses first and its PUTs after them (ir.h, "Precision"), the
 * base register's write-back before the loaded value's.  A written-back base
 * is computed behind the access: then it can be added up in its place.
 */
#include "base/bits.h"
#include "translate/guest/a64/a64.h"

/* -- One register ---------------------------------------------------------- */

/*
 * Bits 31..30 of the word are the size, 23..22 the operation: 0 store, 1
 * load, 2 load sign-extended to 64 bits, 3 to 32 bits.  memop holds what the
 * addressing mode adds: scale of the index, order.
 */
static enum lift_result access(struct lift *l, const struct a64_fields *f,
			       unsigned memop, val_t base, val_t index,
			       s64 disp, s64 writeback)
{
	unsigned size = f->insn >> 30, op = f->insn >> 22 & 3;
	enum ir_type t = size == 3 || op == 2 ? IR_I64 : IR_I32;
	val_t v = 0;

	memop |= size | (op >= 2 ? MO_SIGN : 0);
	a64_will_move(l, f->rn, writeback);
	if (op)
		v = ir_ld(l->ir, t, (u8)memop, base, index, disp);
	else
		ir_st(l->ir, (u8)memop, base, index, disp,
		      a64_getr(l, t, f->rt));
	if (writeback)
		ir_putr(l->ir, f->rn, a64_addi(l, base, writeback));
	if (op)
		a64_putr(l, f->rt, v);
	return LIFT_NEXT;
}

enum lift_result a64_lift_ldst_ui(struct lift *l, const struct a64_fields *f)
{
	return access(l, f, 0, a64_getsp(l, f->rn), 0,
		      (s64)f->imm12 << (f->insn >> 30), 0);
}

enum lift_result a64_lift_ldst_ur(struct lift *l, const struct a64_fields *f)
{
	return access(l, f, 0, a64_getsp(l, f->rn), 0, bits_sext(f->imm9, 9),
		      0);
}

enum lift_result a64_lift_ldst_post(struct lift *l, const struct a64_fields *f)
{
	return access(l, f, 0, a64_getsp(l, f->rn), 0, 0,
		      bits_sext(f->imm9, 9));
}

enum lift_result a64_lift_ldst_pre(struct lift *l, const struct a64_fields *f)
{
	s64 imm = bits_sext(f->imm9, 9);

	return access(l, f, 0, a64_getsp(l, f->rn), 0, imm, imm);
}

enum lift_result a64_lift_ldst_reg(struct lift *l, const struct a64_fields *f)
{
	unsigned scale = f->s ? f->insn >> 30 : 0;

	if (!(f->option & 2))
		return a64_undef(l);
	return access(l, f, scale << MO_SCALE_SHIFT, a64_getsp(l, f->rn),
		      a64_extend(l, IR_I64, f->rm, f->option), 0, 0);
}

enum lift_result a64_lift_prfm_reg(struct lift *l, const struct a64_fields *f)
{
	return f->option & 2 ? LIFT_NEXT : a64_undef(l);
}

enum lift_result a64_lift_ldr_lit(struct lift *l, const struct a64_fields *f)
{
	unsigned opc = f->insn >> 30;
	enum ir_type t = opc ? IR_I64 : IR_I32;
	u8 memop = opc == 0 ? MO_32 : opc == 1 ? MO_64 : MO_32 | MO_SIGN;
	gaddr addr = l->pc + (u64)bits_sext(f->imm19, 19) * 4;

	a64_putr(l, f->rt, ir_ld(l->ir, t, memop,
				 ir_const(l->ir, IR_I64, addr), 0, 0));
	return LIFT_NEXT;
}

/* -- Pairs: bits 24..23 choose no-allocate, post, offset, pre -------------- */

struct pair {
	enum ir_type type;
	u8 memop;
	val_t base;
	s64 disp, writeback;
	unsigned size;
};

static void pair_address(struct lift *l, const struct a64_fields *f,
			 struct pair *p)
{
	unsigned opc = f->insn >> 30, mode = f->insn >> 23 & 3;
	s64 imm;

	p->size = opc == 2 ? 8 : 4;
	p->type = opc == 0 ? IR_I32 : IR_I64;
	p->memop = opc == 2 ? MO_64 : opc == 1 ? MO_32 | MO_SIGN : MO_32;
	imm = bits_sext(f->imm7, 7) * (s64)p->size;
	p->base = a64_getsp(l, f->rn);
	p->disp = mode == 1 ? 0 : imm;
	p->writeback = mode & 1 ? imm : 0;
	a64_will_move(l, f->rn, p->writeback);
}

static void pair_writeback(struct lift *l, const struct a64_fields *f,
			   const struct pair *p)
{
	if (p->writeback)
		ir_putr(l->ir, f->rn, a64_addi(l, p->base, p->writeback));
}

/*
 * If the second access faults the first register may have changed already,
 * unless it is the base (Arm ARM: registers loaded become UNKNOWN, those that
 * form the address are restored).  Each load can then go straight to its
 * register.
 */
enum lift_result a64_lift_ldp(struct lift *l, const struct a64_fields *f)
{
	struct pair p;
	val_t a, b;
	bool early = f->rt != f->rn;

	pair_address(l, f, &p);
	a = ir_ld(l->ir, p.type, p.memop, p.base, 0, p.disp);
	if (early)
		a64_putr(l, f->rt, a);
	b = ir_ld(l->ir, p.type, p.memop, p.base, 0, p.disp + p.size);
	pair_writeback(l, f, &p);
	if (!early)
		a64_putr(l, f->rt, a);
	a64_putr(l, f->rt2, b);
	return LIFT_NEXT;
}

enum lift_result a64_lift_stp(struct lift *l, const struct a64_fields *f)
{
	struct pair p;
	val_t a, b;

	pair_address(l, f, &p);
	a = a64_getr(l, p.type, f->rt);
	b = a64_getr(l, p.type, f->rt2);
	ir_st(l->ir, p.memop, p.base, 0, p.disp, a);
	ir_st(l->ir, p.memop, p.base, 0, p.disp + p.size, b);
	pair_writeback(l, f, &p);
	return LIFT_NEXT;
}

/* -- Acquire and release ---------------------------------------------------
 * LDAR, LDLAR, LDAPR: size in bits 31..30.  The weaker ones are done as the
 * strong.                                                                   */

static enum lift_result ordered_load(struct lift *l, const struct a64_fields *f)
{
	unsigned size = f->insn >> 30;

	val_t base = a64_aligned_base(l, f->rn, size, 0);

	a64_putr(l, f->rt, ir_ld(l->ir, a64_type(size == 3),
				 (u8)(size | MO_ORDER), base, 0, 0));
	return LIFT_NEXT;
}

enum lift_result a64_lift_ldar(struct lift *l, const struct a64_fields *f)
{
	return ordered_load(l, f);
}

enum lift_result a64_lift_ldapr(struct lift *l, const struct a64_fields *f)
{
	return ordered_load(l, f);
}

enum lift_result a64_lift_stlr(struct lift *l, const struct a64_fields *f)
{
	unsigned size = f->insn >> 30;

	val_t base = a64_aligned_base(l, f->rn, size, 0);

	ir_st(l->ir, (u8)(size | MO_ORDER), base, 0, 0,
	      a64_getr(l, a64_type(size == 3), f->rt));
	return LIFT_NEXT;
}

/* LDAPUR and STLUR have the operation bits of access(). */
enum lift_result a64_lift_ldapur(struct lift *l, const struct a64_fields *f)
{
	s64 imm = bits_sext(f->imm9, 9);

	return access(l, f, MO_ORDER,
		      a64_aligned_base(l, f->rn, f->insn >> 30, imm), 0, imm, 0);
}

enum lift_result a64_lift_stlur(struct lift *l, const struct a64_fields *f)
{
	return a64_lift_ldapur(l, f);
}
