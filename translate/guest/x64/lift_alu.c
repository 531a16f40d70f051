/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Moves, arithmetic and logic on general registers and memory.
 *
 * Order inside an instruction: loads, the result, its flags, the store, then
 * the PUTs of registers and flags, so that a fault finds the state of before.
 * With LOCK the arithmetic is an IR atomic and its flags are made of the old
 * value that it returns.
 */
#include "translate/guest/x64/lift.h"

/* -- The eight operations of the ALU ------------------------------------------ */

enum { ALU_ADD, ALU_OR, ALU_ADC, ALU_SBB, ALU_AND, ALU_SUB, ALU_XOR, ALU_CMP };

static val_t alu_value(struct lift *l, unsigned op, unsigned size, val_t a,
		       val_t b)
{
	static const u16 ir_op[8] = { IR_ADD, IR_OR, 0, 0, IR_AND, IR_SUB,
				      IR_XOR, IR_SUB };

	switch (op) {
	case ALU_ADC:
		return ir_emit(l->ir, IR_ADC, x64_type(size), (u8)size, a, b,
			       ir_getf(l->ir), 0);
	case ALU_SBB:
		return x_op3(l, IR_XSBB, size, a, b, ir_getf(l->ir));
	default:
		return x_int2(l, (enum ir_op)ir_op[op], size, a, b);
	}
}

/* Flags of operation op on a and b with result r. */
static val_t alu_flags(struct lift *l, unsigned op, unsigned size, val_t a,
		       val_t b, val_t r)
{
	switch (op) {
	case ALU_ADD:
		return x_flags(l, IR_XF_ADD, size, a, b, 0);
	case ALU_ADC:
		return x_flags(l, IR_XF_ADC, size, a, b, ir_getf(l->ir));
	case ALU_SBB:
		return x_flags(l, IR_XF_SBB, size, a, b, ir_getf(l->ir));
	case ALU_SUB: case ALU_CMP:
		return x_flags(l, IR_XF_SUB, size, a, b, 0);
	default:
		return x_logic(l, size, r);
	}
}

/* What is added, or combined, atomically in memory; the old value. */
static val_t alu_atomic(struct lift *l, const struct x64_insn *i, unsigned op,
			unsigned size, val_t b)
{
	val_t carry;

	switch (op) {
	case ALU_OR:
		return x_atomic(l, i, IR_ATOM_OR, size, b, 0);
	case ALU_AND:
		return x_atomic(l, i, IR_ATOM_CLR, size,
				x_int1(l, IR_NOT, size, b), 0);
	case ALU_XOR:
		return x_atomic(l, i, IR_ATOM_XOR, size, b, 0);
	case ALU_ADC: case ALU_SBB:
		carry = x_setc(l, IR_CS, ir_getf(l->ir));
		if (size == 3)
			carry = ir_int1(l->ir, IR_ZEXT32, IR_I64, carry);
		b = x_int2(l, IR_ADD, size, b, carry);
		break;
	}
	if (op == ALU_SBB || op == ALU_SUB)
		b = x_int1(l, IR_NEG, size, b);
	return x_atomic(l, i, IR_ATOM_ADD, size, b, 0);
}

enum lift_result x64_lift_alu(struct lift *l, const struct x64_insn *i)
{
	unsigned op = i->row->arg, size = i->op[0].size;
	val_t a, b, r, f;

	if (x_locked(i)) {
		b = x64_read(l, i, 1);
		a = alu_atomic(l, i, op, size, b);
		r = op == ALU_OR || op == ALU_AND || op == ALU_XOR ?
			alu_value(l, op, size, a, b) : 0;
		ir_putf(l->ir, alu_flags(l, op, size, a, b, r));
		return LIFT_NEXT;
	}
	a = x64_read(l, i, 0);
	b = x64_read(l, i, 1);
	if (op == ALU_CMP) {
		ir_putf(l->ir, alu_flags(l, op, size, a, b, 0));
		return LIFT_NEXT;
	}
	r = alu_value(l, op, size, a, b);
	f = alu_flags(l, op, size, a, b, r);
	x64_write(l, i, 0, r);
	ir_putf(l->ir, f);
	return LIFT_NEXT;
}

enum lift_result x64_lift_test(struct lift *l, const struct x64_insn *i)
{
	unsigned size = i->op[0].size;
	val_t a = x64_read(l, i, 0), b = x64_read(l, i, 1);

	ir_putf(l->ir, x_logic(l, size, x_int2(l, IR_AND, size, a, b)));
	return LIFT_NEXT;
}

static enum lift_result step(struct lift *l, const struct x64_insn *i,
			     bool dec)
{
	unsigned size = i->op[0].size;
	enum ir_op flag_op = dec ? IR_XF_DEC : IR_XF_INC;
	val_t old = ir_getf(l->ir), one = x_const(l, size, 1), a, r, f;

	if (x_locked(i)) {
		a = x_atomic(l, i, IR_ATOM_ADD, size,
			     x_const(l, size, dec ? ~0ull : 1), 0);
		ir_putf(l->ir, x_flags(l, flag_op, size, a, 0, old));
		return LIFT_NEXT;
	}
	a = x64_read(l, i, 0);
	r = x_int2(l, dec ? IR_SUB : IR_ADD, size, a, one);
	f = x_flags(l, flag_op, size, a, 0, old);
	x64_write(l, i, 0, r);
	ir_putf(l->ir, f);
	return LIFT_NEXT;
}

enum lift_result x64_lift_inc(struct lift *l, const struct x64_insn *i)
{
	return step(l, i, false);
}

enum lift_result x64_lift_dec(struct lift *l, const struct x64_insn *i)
{
	return step(l, i, true);
}

enum lift_result x64_lift_neg(struct lift *l, const struct x64_insn *i)
{
	unsigned size = i->op[0].size;
	val_t zero = x_const(l, size, 0), a, f;

	if (x_locked(i)) {
		a = x_helper(l, IR_I64, X64_HELPER_LOCKED,
			     x64_address_value(l, i),
			     ir_const(l->ir, IR_I64, size));
		if (size < 3)
			a = ir_int1(l->ir, IR_TRUNC, IR_I32, a);
		zero = x_const(l, size, 0);
		ir_putf(l->ir, x_flags(l, IR_XF_SUB, size, zero, a, 0));
		return LIFT_NEXT;
	}
	a = x64_read(l, i, 0);
	f = x_flags(l, IR_XF_SUB, size, zero, a, 0);
	x64_write(l, i, 0, x_int1(l, IR_NEG, size, a));
	ir_putf(l->ir, f);
	return LIFT_NEXT;
}

enum lift_result x64_lift_not(struct lift *l, const struct x64_insn *i)
{
	unsigned size = i->op[0].size;

	if (x_locked(i))
		x_atomic(l, i, IR_ATOM_XOR, size, x_const(l, size, ~0ull), 0);
	else
		x64_write(l, i, 0, x_int1(l, IR_NOT, size, x64_read(l, i, 0)));
	return LIFT_NEXT;
}

/* -- Moves ---------------------------------------------------------------------- */

enum lift_result x64_lift_mov(struct lift *l, const struct x64_insn *i)
{
	x64_write(l, i, 0, x64_read(l, i, 1));
	return LIFT_NEXT;
}

enum lift_result x64_lift_movzx(struct lift *l, const struct x64_insn *i)
{
	val_t v = x64_read(l, i, 1);

	x64_write(l, i, 0, x_zext(l, i->op[1].size, v));
	return LIFT_NEXT;
}

enum lift_result x64_lift_movsx(struct lift *l, const struct x64_insn *i)
{
	static const u16 op[3] = { IR_SEXT8, IR_SEXT16, IR_SEXT32 };
	unsigned from = i->op[1].size, to = i->op[0].size;
	val_t v = x64_read(l, i, 1);

	if (from < to && (from < 2 || to == 3))
		v = ir_int1(l->ir, (enum ir_op)op[from], x64_type(to), v);
	x64_write(l, i, 0, v);
	return LIFT_NEXT;
}

enum lift_result x64_lift_lea(struct lift *l, const struct x64_insn *i)
{
	x64_put_gpr(l, i->op[0].reg, i->op[0].size, false, x64_ea(l, i));
	return LIFT_NEXT;
}

/* With memory it is atomic, LOCK or not. */
enum lift_result x64_lift_xchg(struct lift *l, const struct x64_insn *i)
{
	unsigned m = i->op[0].kind == X64_OP_MEM ? 0 : 1;
	val_t a, b;

	if (i->op[m].kind == X64_OP_MEM) {
		b = x64_read(l, i, 1 - m);
		a = x_atomic(l, i, IR_ATOM_SWP, i->op[m].size, b, 0);
		x64_write(l, i, 1 - m, a);
		return LIFT_NEXT;
	}
	a = x64_read(l, i, 0);
	b = x64_read(l, i, 1);
	x64_write(l, i, 0, b);
	x64_write(l, i, 1, a);
	return LIFT_NEXT;
}

enum lift_result x64_lift_bswap(struct lift *l, const struct x64_insn *i)
{
	unsigned size = MAX(i->op[0].size, (u8)2);

	/* 16 bits: undefined; processors clear them. */
	if (i->op[0].size == 1)
		x64_write(l, i, 0, x_const(l, 1, 0));
	else
		x64_write(l, i, 0, x_int1(l, IR_BSWAP, size,
					  x64_read(l, i, 0)));
	return LIFT_NEXT;
}

enum lift_result x64_lift_movbe(struct lift *l, const struct x64_insn *i)
{
	unsigned size = i->op[0].size;
	val_t v = x64_read(l, i, 1);

	v = x_int1(l, IR_BSWAP, size, v);
	if (size == 1)
		v = x_int2(l, IR_SHR, 2, v, x_const(l, 2, 16));
	x64_write(l, i, 0, v);
	return LIFT_NEXT;
}

/* AL -> AX -> EAX -> RAX */
enum lift_result x64_lift_cbw(struct lift *l, const struct x64_insn *i)
{
	static const u16 op[4] = { 0, IR_SEXT8, IR_SEXT16, IR_SEXT32 };
	val_t a = x64_get_gpr(l, X64_RAX, 2, false);

	x64_put_gpr(l, X64_RAX, i->size, false,
		    x_int1(l, (enum ir_op)op[i->size], i->size, a));
	return LIFT_NEXT;
}

/* The sign of AX, EAX, RAX fills DX, EDX, RDX. */
enum lift_result x64_lift_cwd(struct lift *l, const struct x64_insn *i)
{
	unsigned size = i->size;
	val_t a = x_sext(l, size, x64_get_gpr(l, X64_RAX, size, false));

	x64_put_gpr(l, X64_RDX, size, false,
		    x_int2(l, IR_SAR, size, a,
			   x_const(l, size, size == 3 ? 63 : 31)));
	return LIFT_NEXT;
}

/* -- Exchange and compare ------------------------------------------------------------ */

enum lift_result x64_lift_xadd(struct lift *l, const struct x64_insn *i)
{
	unsigned size = i->op[0].size;
	val_t b = x64_read(l, i, 1), a, f;

	if (x_locked(i)) {
		a = x_atomic(l, i, IR_ATOM_ADD, size, b, 0);
		f = x_flags(l, IR_XF_ADD, size, a, b, 0);
		x64_write(l, i, 1, a);
	} else {
		val_t sum;

		a = x64_read(l, i, 0);
		sum = x_int2(l, IR_ADD, size, a, b);
		f = x_flags(l, IR_XF_ADD, size, a, b, 0);
		if (i->op[0].kind == X64_OP_MEM)
			x64_write(l, i, 0, sum);
		x64_write(l, i, 1, a);
		if (i->op[0].kind != X64_OP_MEM)
			x64_write(l, i, 0, sum);
	}
	ir_putf(l->ir, f);
	return LIFT_NEXT;
}

/* rax after a comparison with f: as it was, or what was found. */
static void put_found(struct lift *l, unsigned size, val_t f, val_t old)
{
	val_t rax = ir_getr(l->ir, IR_I64, X64_RAX), v;

	if (size < 2)
		v = ir_bitfield(l->ir, IR_BFI, IR_I64, rax,
				ir_int1(l->ir, IR_ZEXT32, IR_I64, old), 0,
				8u << size);
	else if (size == 2)
		v = ir_int1(l->ir, IR_ZEXT32, IR_I64, old);
	else
		v = old;
	ir_putr(l->ir, X64_RAX, x_select(l, 3, IR_EQ, f, rax, v));
}

enum lift_result x64_lift_cmpxchg(struct lift *l, const struct x64_insn *i)
{
	unsigned size = i->op[0].size;
	val_t rax = x64_get_gpr(l, X64_RAX, size, false);
	val_t new = x64_read(l, i, 1), old, f;

	if (i->op[0].kind == X64_OP_MEM) {
		old = x_atomic(l, i, IR_ATOM_CAS, size, rax, new);
		f = x_flags(l, IR_XF_SUB, size, rax, old, 0);
		put_found(l, size, f, old);
	} else {
		old = x64_read(l, i, 0);
		f = x_flags(l, IR_XF_SUB, size, rax, old, 0);
		put_found(l, size, f, old);
		x64_write(l, i, 0, x_select(l, size, IR_EQ, f, new, old));
	}
	ir_putf(l->ir, f);
	return LIFT_NEXT;
}

/* ZF = (f says equal), the other flags stay. */
static val_t with_zf(struct lift *l, val_t f)
{
	val_t rest = ir_emit(l->ir, IR_XF_UNPACK, IR_I32, 0, ir_getf(l->ir), 0,
			     0, 0);
	val_t z = x_int2(l, IR_SHL, 2, x_setc(l, IR_EQ, f), x_const(l, 2, 6));

	rest = x_int2(l, IR_AND, 2, rest, x_const(l, 2, ~(u64)EFLAGS_ZF));
	return ir_emit(l->ir, IR_XF_PACK, IR_FLAGS, 0,
		       x_int2(l, IR_OR, 2, rest, z), 0, 0, 0);
}

/* high:low of two 32-bit registers */
static val_t join32(struct lift *l, unsigned low, unsigned high)
{
	val_t h = x_int2(l, IR_SHL, 3, ir_getr(l->ir, IR_I64, high),
			 x_const(l, 3, 32));
	val_t w = ir_int1(l->ir, IR_ZEXT32, IR_I64,
			  ir_getr(l->ir, IR_I32, low));

	return x_int2(l, IR_OR, 3, h, w);
}

static enum lift_result cmpxchg8b(struct lift *l, const struct x64_insn *i)
{
	val_t want = join32(l, X64_RAX, X64_RDX);
	val_t new = join32(l, X64_RBX, X64_RCX);
	val_t old = x_atomic(l, i, IR_ATOM_CAS, 3, want, new);
	val_t f = x_flags(l, IR_XF_SUB, 3, want, old, 0), lo, hi;

	lo = ir_int1(l->ir, IR_ZEXT32, IR_I64,
		     ir_int1(l->ir, IR_TRUNC, IR_I32, old));
	hi = x_int2(l, IR_SHR, 3, old, x_const(l, 3, 32));
	ir_putr(l->ir, X64_RAX, x_select(l, 3, IR_EQ, f,
					 ir_getr(l->ir, IR_I64, X64_RAX), lo));
	ir_putr(l->ir, X64_RDX, x_select(l, 3, IR_EQ, f,
					 ir_getr(l->ir, IR_I64, X64_RDX), hi));
	ir_putf(l->ir, with_zf(l, f));
	return LIFT_NEXT;
}

enum lift_result x64_lift_cmpxchg16b(struct lift *l, const struct x64_insn *i)
{
	struct ir *ir = l->ir;
	val_t rax, rdx, want, new, old, lo, hi, f;

	if (i->size != 3)
		return cmpxchg8b(l, i);
	rax = ir_getr(ir, IR_I64, X64_RAX);
	rdx = ir_getr(ir, IR_I64, X64_RDX);
	want = ir_emit(ir, IR_PAIR, IR_I128, 0, rax, rdx, 0, 0);
	new = ir_emit(ir, IR_PAIR, IR_I128, 0, ir_getr(ir, IR_I64, X64_RBX),
		      ir_getr(ir, IR_I64, X64_RCX), 0, 0);
	old = ir_emit(ir, IR_ATOM_CAS, IR_I128, MO_128 | MO_ORDER,
		      x64_address_value(l, i), want, new, 0);
	lo = ir_emit(ir, IR_LOHALF, IR_I64, 0, old, 0, 0, 0);
	hi = ir_emit(ir, IR_HIHALF, IR_I64, 0, old, 0, 0, 0);
	f = x_logic(l, 3, x_int2(l, IR_OR, 3,
				 x_int2(l, IR_XOR, 3, lo, rax),
				 x_int2(l, IR_XOR, 3, hi, rdx)));
	ir_putr(ir, X64_RAX, lo);	/* equal means: the same as before */
	ir_putr(ir, X64_RDX, hi);
	ir_putf(ir, with_zf(l, f));
	return LIFT_NEXT;
}
