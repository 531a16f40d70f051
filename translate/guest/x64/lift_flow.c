/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Control flow, conditions, and the stack. */
#include "translate/guest/x64/lift.h"

const u8 x64_cond[16] = {
	IR_VS, IR_VC, IR_CS, IR_CC, IR_EQ, IR_NE, IR_BE, IR_A,
	IR_MI, IR_PL, IR_PE, IR_PO, IR_LT, IR_GE, IR_LE, IR_GT
};

/* -- The stack -------------------------------------------------------------------- */

static val_t stack_pointer(struct lift *l, s64 off)
{
	return ir_int2(l->ir, IR_ADD, IR_I64, ir_getr(l->ir, IR_I64, X64_RSP),
		       ir_const(l->ir, IR_I64, (u64)off));
}

void x64_push(struct lift *l, val_t v, unsigned size)
{
	s64 n = 1 << size;

	ir_st(l->ir, (u8)size, ir_getr(l->ir, IR_I64, X64_RSP), 0, -n, v);
	ir_putr(l->ir, X64_RSP, stack_pointer(l, -n));
}

enum lift_result x64_lift_push(struct lift *l, const struct x64_insn *i)
{
	unsigned size = i->op[0].size == 1 ? 1 : 3;
	val_t v;

	if (i->op[0].kind == X64_OP_IMM)
		v = x_const(l, size, (u64)i->imm);
	else
		v = x64_read(l, i, 0);
	x64_push(l, v, size);
	return LIFT_NEXT;
}

/* FS and GS hold null selectors. */
enum lift_result x64_lift_pushseg(struct lift *l, const struct x64_insn *i)
{
	unsigned size = i->size == 1 ? 1 : 3;

	x64_push(l, x_const(l, size, 0), size);
	return LIFT_NEXT;
}

enum lift_result x64_lift_popseg(struct lift *l, const struct x64_insn *i)
{
	unsigned size = i->size == 1 ? 1 : 3;

	ir_ld(l->ir, x64_type(size), (u8)size,
	      ir_getr(l->ir, IR_I64, X64_RSP), 0, 0);
	ir_putr(l->ir, X64_RSP, stack_pointer(l, 1 << size));
	return LIFT_NEXT;
}

/* The address of a memory operand counts with RSP as it is afterwards. */
enum lift_result x64_lift_pop(struct lift *l, const struct x64_insn *i)
{
	unsigned size = i->op[0].size == 1 ? 1 : 3;
	val_t sp = ir_getr(l->ir, IR_I64, X64_RSP);
	val_t v = ir_ld(l->ir, x64_type(size), (u8)size, sp, 0, 0);
	val_t after = stack_pointer(l, 1 << size);

	if (i->op[0].kind == X64_OP_MEM) {
		struct x64_insn moved = *i;

		if (moved.base == X64_RSP)
			moved.disp += 1 << size;
		x64_write(l, &moved, 0, v);
		ir_putr(l->ir, X64_RSP, after);
		return LIFT_NEXT;
	}
	ir_putr(l->ir, X64_RSP, after);
	x64_write(l, i, 0, v);
	return LIFT_NEXT;
}

enum lift_result x64_lift_leave(struct lift *l, const struct x64_insn *i)
{
	val_t bp = ir_getr(l->ir, IR_I64, X64_RBP);
	val_t v = ir_ld(l->ir, IR_I64, MO_64, bp, 0, 0);

	ir_putr(l->ir, X64_RSP, ir_int2(l->ir, IR_ADD, IR_I64, bp,
					ir_const(l->ir, IR_I64, 8)));
	ir_putr(l->ir, X64_RBP, v);
	return LIFT_NEXT;
}

/* ENTER size, level: frame pointers of `level` enclosing procedures. */
enum lift_result x64_lift_enter(struct lift *l, const struct x64_insn *i)
{
	struct ir *ir = l->ir;
	unsigned level = (unsigned)i->imm2 & 31;
	val_t sp = ir_getr(ir, IR_I64, X64_RSP), bp = ir_getr(ir, IR_I64, X64_RBP);
	val_t frame = stack_pointer(l, -8);

	ir_st(ir, MO_64, sp, 0, -8, bp);
	for (unsigned n = 1; n < level; n++) {
		val_t v = ir_ld(ir, IR_I64, MO_64, bp, 0, -8 * (s64)n);

		ir_st(ir, MO_64, sp, 0, -8 - 8 * (s64)n, v);
	}
	if (level)
		ir_st(ir, MO_64, sp, 0, -8 - 8 * (s64)level, frame);
	ir_putr(ir, X64_RSP,
		stack_pointer(l, -8 - 8 * (s64)level - (s64)(u16)i->imm));
	ir_putr(ir, X64_RBP, frame);
	return LIFT_NEXT;
}

/* -- Jumps --------------------------------------------------------------------------- */

static gaddr target_of(const struct x64_insn *i)
{
	return (gaddr)i->imm;
}

enum lift_result x64_lift_jmp(struct lift *l, const struct x64_insn *i)
{
	l->next_pc = target_of(i);
	return LIFT_JUMP;
}

enum lift_result x64_lift_jcc(struct lift *l, const struct x64_insn *i)
{
	ir_exit_if(l->ir, (enum ir_cond)x64_cond[i->row->arg], ir_getf(l->ir),
		   target_of(i));
	return LIFT_NEXT;
}

enum lift_result x64_lift_jmp_ind(struct lift *l, const struct x64_insn *i)
{
	ir_jump_ind(l->ir, IR_GOTO_IND, x64_read(l, i, 0), 0, 0);
	return LIFT_END;
}

enum lift_result x64_lift_call(struct lift *l, const struct x64_insn *i)
{
	val_t ret = ir_const(l->ir, IR_I64, l->next_pc);

	x64_push(l, ret, 3);
	ir_call(l->ir, target_of(i), l->next_pc, ret);
	return LIFT_END;
}

enum lift_result x64_lift_call_ind(struct lift *l, const struct x64_insn *i)
{
	val_t to = x64_read(l, i, 0);
	val_t ret = ir_const(l->ir, IR_I64, l->next_pc);

	x64_push(l, ret, 3);
	ir_jump_ind(l->ir, IR_CALL_IND, to, l->next_pc, ret);
	return LIFT_END;
}

enum lift_result x64_lift_ret(struct lift *l, const struct x64_insn *i)
{
	val_t sp = ir_getr(l->ir, IR_I64, X64_RSP);
	val_t to = ir_ld(l->ir, IR_I64, MO_64, sp, 0, 0);

	ir_putr(l->ir, X64_RSP,
		stack_pointer(l, 8 + (i->nop ? (s64)(u16)i->imm : 0)));
	ir_jump_ind(l->ir, IR_RET, to, 0, 0);
	return LIFT_END;
}

/* RCX, or ECX with an address-size prefix. */
static unsigned counter_size(const struct x64_insn *i)
{
	return i->prefix & X64_ADDRSIZE ? 2 : 3;
}

enum lift_result x64_lift_jrcxz(struct lift *l, const struct x64_insn *i)
{
	ir_exit_cmp(l->ir, IR_EXIT_Z,
		    x64_get_gpr(l, X64_RCX, counter_size(i), false), 0,
		    target_of(i));
	return LIFT_NEXT;
}

enum { LOOP_NE, LOOP_E, LOOP_PLAIN };

enum lift_result x64_lift_loop(struct lift *l, const struct x64_insn *i)
{
	unsigned size = counter_size(i), kind = i->row->arg;
	val_t c = x64_get_gpr(l, X64_RCX, size, false), go;

	c = x_int2(l, IR_SUB, size, c, x_const(l, size, 1));
	go = c;
	if (kind != LOOP_PLAIN)
		go = x_int2(l, IR_AND, 2,
			    x_setc(l, IR_NE, x_logic(l, size, c)),
			    x_setc(l, kind == LOOP_E ? IR_EQ : IR_NE,
				   ir_getf(l->ir)));
	x64_put_gpr(l, X64_RCX, size, false, c);
	ir_exit_cmp(l->ir, IR_EXIT_NZ, go, 0, target_of(i));
	return LIFT_NEXT;
}

/* -- Conditions as values -------------------------------------------------------------- */

enum lift_result x64_lift_setcc(struct lift *l, const struct x64_insn *i)
{
	x64_write(l, i, 0, x_setc(l, (enum ir_cond)x64_cond[i->row->arg],
				  ir_getf(l->ir)));
	return LIFT_NEXT;
}

enum lift_result x64_lift_cmovcc(struct lift *l, const struct x64_insn *i)
{
	unsigned size = i->op[0].size;
	val_t s = x64_read(l, i, 1), d = x64_read(l, i, 0);

	x64_write(l, i, 0,
		  x_select(l, size, (enum ir_cond)x64_cond[i->row->arg],
			   ir_getf(l->ir), s, d));
	return LIFT_NEXT;
}
