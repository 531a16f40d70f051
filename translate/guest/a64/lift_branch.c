/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A64 branches and exceptions.  A conditional branch is a side exit to its
 * target, and the block goes on after it; an unconditional one makes the
 * driver go on at its target; calls and indirect branches end the block.
 */
#include "base/bits.h"
#include "translate/guest/a64/a64.h"

static gaddr target(const struct lift *l, u32 imm, unsigned width)
{
	return l->pc + (u64)bits_sext(imm, width) * 4;
}

enum lift_result a64_lift_b(struct lift *l, const struct a64_fields *f)
{
	l->next_pc = target(l, f->imm26, 26);
	return LIFT_JUMP;
}

enum lift_result a64_lift_bl(struct lift *l, const struct a64_fields *f)
{
	gaddr ret = l->pc + 4;

	ir_putr(l->ir, 30, ir_const(l->ir, IR_I64, ret));
	ir_call(l->ir, target(l, f->imm26, 26), ret, 0);
	return LIFT_END;
}

enum lift_result a64_lift_b_cond(struct lift *l, const struct a64_fields *f)
{
	gaddr to = target(l, f->imm19, 19);

	if (f->cond >= 14) {		/* AL and NV both mean always */
		l->next_pc = to;
		return LIFT_JUMP;
	}
	ir_exit_if(l->ir, (enum ir_cond)f->cond, ir_getf(l->ir), to);
	return LIFT_NEXT;
}

enum lift_result a64_lift_cbz(struct lift *l, const struct a64_fields *f)
{
	bool nz = f->insn >> 24 & 1;
	gaddr to = target(l, f->imm19, 19);

	if (f->rt == 31) {
		if (!nz) {
			l->next_pc = to;
			return LIFT_JUMP;
		}
		return LIFT_NEXT;
	}
	ir_exit_cmp(l->ir, nz ? IR_EXIT_NZ : IR_EXIT_Z,
		    ir_getr(l->ir, a64_type(f->sf), f->rt), 0, to);
	return LIFT_NEXT;
}

enum lift_result a64_lift_tbz(struct lift *l, const struct a64_fields *f)
{
	bool set = f->insn >> 24 & 1;

	ir_exit_cmp(l->ir, set ? IR_EXIT_BIT1 : IR_EXIT_BIT0,
		    a64_getr(l, IR_I64, f->rt), f->bit,
		    target(l, f->imm14, 14));
	return LIFT_NEXT;
}

enum lift_result a64_lift_br(struct lift *l, const struct a64_fields *f)
{
	ir_jump_ind(l->ir, IR_GOTO_IND, a64_getr(l, IR_I64, f->rn), 0, 0);
	return LIFT_END;
}

enum lift_result a64_lift_blr(struct lift *l, const struct a64_fields *f)
{
	val_t to = a64_getr(l, IR_I64, f->rn);	/* may be x30: read first */
	gaddr ret = l->pc + 4;

	ir_putr(l->ir, 30, ir_const(l->ir, IR_I64, ret));
	ir_jump_ind(l->ir, IR_CALL_IND, to, ret, 0);
	return LIFT_END;
}

enum lift_result a64_lift_ret(struct lift *l, const struct a64_fields *f)
{
	ir_jump_ind(l->ir, IR_RET, a64_getr(l, IR_I64, f->rn), 0, 0);
	return LIFT_END;
}

/* -- Exceptions ------------------------------------------------------------ */

enum lift_result a64_lift_none(struct lift *l, u32 insn)
{
	return a64_undef(l);
}

enum lift_result a64_lift_udf(struct lift *l, const struct a64_fields *f)
{
	return a64_undef(l);
}

enum lift_result a64_lift_svc(struct lift *l, const struct a64_fields *f)
{
	ir_trap(l->ir, EXEC_SYSCALL, l->pc + 4, f->imm16);
	return LIFT_END;
}

enum lift_result a64_lift_brk(struct lift *l, const struct a64_fields *f)
{
	ir_trap(l->ir, EXEC_BREAK, l->pc, f->imm16);
	return LIFT_END;
}

/* The layer above may give HLT a meaning, at a pc of its choice. */
enum lift_result a64_lift_hlt(struct lift *l, const struct a64_fields *f)
{
	int helper = -1;

	if (l->mem && l->mem->hypercall)
		helper = l->mem->hypercall(l->mem->opaque, l->pc, f->imm16);
	if (helper < 0 || helper >= HELPER_SLOTS)
		return a64_undef(l);
	ir_helper(l->ir, IR_NONE, (unsigned)helper, 0, 0);
	return LIFT_NEXT;
}
