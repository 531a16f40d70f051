/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Operands of a decoded instruction as IR values, and the ways in which a
 * block ends early.  In: struct x64_insn.  Out: GETs, PUTs, loads and stores.
 */
#include "translate/guest/x64/x64.h"

/* -- Addresses -------------------------------------------------------------- */

static val_t add(struct lift *l, enum ir_type t, val_t a, val_t b)
{
	return ir_int2(l->ir, IR_ADD, t, a, b);
}

static val_t scaled(struct lift *l, enum ir_type t, unsigned reg,
		    unsigned scale)
{
	val_t v = ir_getr(l->ir, t, reg);

	if (!scale)
		return v;
	return ir_int2(l->ir, IR_SHL, t, v, ir_const(l->ir, t, scale));
}

/* 32-bit address arithmetic wraps before the segment base is added. */
static val_t ea32(struct lift *l, const struct x64_insn *i)
{
	val_t v = ir_const(l->ir, IR_I32, (u64)i->disp);

	if (i->index != X64_NOREG)
		v = add(l, IR_I32, scaled(l, IR_I32, i->index, i->scale), v);
	if (i->base != X64_NOREG)
		v = add(l, IR_I32, ir_getr(l->ir, IR_I32, i->base), v);
	return ir_int1(l->ir, IR_ZEXT32, IR_I64, v);
}

static val_t segment_base(struct lift *l, unsigned seg)
{
	size_t at = seg == X64_FS ? offsetof(struct cpu, tpidr) :
				    offsetof(struct cpu, tpidrro);

	return ir_emit(l->ir, IR_LDENV, IR_I64, 0, 0, 0, 0, (s32)at);
}

static bool has_segment(const struct x64_insn *i)
{
	return i->seg == X64_FS || i->seg == X64_GS;
}

/*
 * Base, index and displacement as one memory operand.  A segment base takes
 * the place of the base or of the index if one of them is free.
 */
struct x64_addr x64_address(struct lift *l, const struct x64_insn *i)
{
	struct x64_addr a = { .disp = i->disp };

	if (i->prefix & X64_ADDRSIZE) {
		a.base = ea32(l, i);
		a.disp = 0;
		if (has_segment(i))
			a.index = segment_base(l, i->seg);
		return a;
	}
	if (i->base != X64_NOREG)
		a.base = ir_getr(l->ir, IR_I64, i->base);
	if (i->index != X64_NOREG) {
		a.index = ir_getr(l->ir, IR_I64, i->index);
		a.scale = i->scale;
	}
	if (has_segment(i)) {
		val_t seg = segment_base(l, i->seg);

		a.base = a.base ? add(l, IR_I64, a.base, seg) : seg;
	}
	if (!a.base && a.index && !a.scale) {
		a.base = a.index;
		a.index = 0;
	}
	if (!a.base) {
		a.base = ir_const(l->ir, IR_I64, a.index ? 0 : (u64)a.disp);
		if (!a.index)
			a.disp = 0;
	}
	return a;
}

val_t x64_ea(struct lift *l, const struct x64_insn *i)
{
	val_t v = 0;

	if (i->prefix & X64_ADDRSIZE)
		return ea32(l, i);
	if (i->base != X64_NOREG)
		v = ir_getr(l->ir, IR_I64, i->base);
	if (i->index != X64_NOREG) {
		val_t x = scaled(l, IR_I64, i->index, i->scale);

		v = v ? add(l, IR_I64, v, x) : x;
	}
	if (!v)
		return ir_const(l->ir, IR_I64, (u64)i->disp);
	return add(l, IR_I64, v, ir_const(l->ir, IR_I64, (u64)i->disp));
}

val_t x64_address_value(struct lift *l, const struct x64_insn *i)
{
	val_t v = x64_ea(l, i);

	return has_segment(i) ? add(l, IR_I64, v, segment_base(l, i->seg)) : v;
}

/* -- General registers -------------------------------------------------------- */

val_t x64_get_gpr(struct lift *l, unsigned r, unsigned size, bool high)
{
	if (!high)
		return ir_getr(l->ir, x64_type(size), r);
	return ir_bitfield(l->ir, IR_UBFX, IR_I32,
			   ir_getr(l->ir, IR_I32, r), 0, 8, 8);
}

static val_t as_i64(struct lift *l, val_t v)
{
	if (ir_vtype(l->ir, v) == IR_I64)
		return v;
	return ir_int1(l->ir, IR_ZEXT32, IR_I64, v);
}

void x64_put_gpr(struct lift *l, unsigned r, unsigned size, bool high, val_t v)
{
	if (size == 2 && ir_vtype(l->ir, v) == IR_I64)
		v = ir_int1(l->ir, IR_TRUNC, IR_I32, v);
	if (size < 2)
		v = ir_bitfield(l->ir, IR_BFI, IR_I64,
				ir_getr(l->ir, IR_I64, r), as_i64(l, v),
				high ? 8 : 0, 8u << size);
	ir_putr(l->ir, r, v);
}

/* -- Operands of either kind ---------------------------------------------------- */

static val_t load(struct lift *l, const struct x64_insn *i, unsigned size)
{
	struct x64_addr a = x64_address(l, i);
	u8 memop = (u8)(size | (unsigned)a.scale << MO_SCALE_SHIFT);

	return ir_ld(l->ir, x64_type(size), memop, a.base, a.index, a.disp);
}

val_t x64_read(struct lift *l, const struct x64_insn *i, unsigned n)
{
	const struct x64_operand *o = &i->op[n];

	switch (o->kind) {
	case X64_OP_GPR:
		return x64_get_gpr(l, o->reg, o->size, o->high);
	case X64_OP_MEM:
		return load(l, i, o->size);
	default:	/* extended to the size of the destination */
		return ir_const(l->ir, x64_type(i->op[0].size), (u64)i->imm);
	}
}

void x64_write(struct lift *l, const struct x64_insn *i, unsigned n, val_t v)
{
	const struct x64_operand *o = &i->op[n];
	struct x64_addr a;

	if (o->kind == X64_OP_GPR) {
		x64_put_gpr(l, o->reg, o->size, o->high, v);
		return;
	}
	a = x64_address(l, i);
	ir_st(l->ir, (u8)(o->size | (unsigned)a.scale << MO_SCALE_SHIFT),
	      a.base, a.index, a.disp, v);
}

/* -- Vector registers ------------------------------------------------------------ */

val_t x64_get_xmm(struct lift *l, unsigned r, bool upper)
{
	return ir_getv(l->ir, IR_V128, upper ? r + 16 : r);
}

void x64_put_xmm(struct lift *l, unsigned r, bool upper, val_t v)
{
	ir_putv(l->ir, upper ? r + 16 : r, v);
}

void x64_zero_upper(struct lift *l, unsigned r)
{
	const struct ir *ir = l->ir;
	val_t now = ir->cur_v[r + 16];
	const struct ir_inst *d = &ir->inst[now];

	if (now && d->op == IR_VCONST && !ir->pool[d->imm] &&
	    !ir->pool[d->imm + 1])
		return;
	ir_putv(l->ir, r + 16, ir_vconst(l->ir, IR_V128, 0, 0));
}

/* A load of less than 16 bytes: the rest is zero. */
static val_t load_vector(struct lift *l, const struct x64_insn *i,
			 unsigned size, unsigned half)
{
	static const u8 type[5] = { IR_F16, IR_F16, IR_F32, IR_F64, IR_V128 };
	struct x64_addr a = x64_address(l, i);
	bool aligned = i->row->what & X64_W_ALIGN && size >= 4;
	u8 memop = (u8)(MIN(size, 4u) | (aligned ? MO_ALIGNED : 0) |
			(unsigned)a.scale << MO_SCALE_SHIFT);
	val_t v = ir_ld(l->ir, (enum ir_type)type[MIN(size, 4u)], memop, a.base,
			a.index, a.disp + (half ? 16 : 0));

	if (size >= 4)
		return v;
	return ir_emit(l->ir, IR_VZEXT, IR_V128, 0, v, 0, 0, 0);
}

val_t x64_read_xmm(struct lift *l, const struct x64_insn *i, unsigned n,
		   unsigned half)
{
	const struct x64_operand *o = &i->op[n];

	if (o->kind == X64_OP_MEM)
		return load_vector(l, i, o->size, half);
	return x64_get_xmm(l, o->reg, half);
}

/* -- Endings ------------------------------------------------------------------------ */

enum lift_result x64_undef(struct lift *l)
{
	ir_trap(l->ir, EXEC_UNDEF, l->pc, 0);
	return LIFT_END;
}

enum lift_result x64_gp(struct lift *l)
{
	ir_trap(l->ir, EXEC_PRIVILEGED, l->pc, 0);
	return LIFT_END;
}

enum lift_result x64_end_lookup(struct lift *l)
{
	ir_trap(l->ir, EXEC_LOOKUP, l->next_pc, 0);
	return LIFT_END;
}
