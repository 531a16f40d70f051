/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * x87: every instruction is executed as it is, on the host's registers (see
 * x64.h); only addresses, AX and the arithmetic flags belong to the lifter.
 */
#include "translate/guest/x64/x64.h"

enum { X87_PLAIN, X87_FNSTSW, X87_FCMOV, X87_FCOMI };

/* imm of the IR's x87 opcodes, as ir.def has it. */
static s32 encoding(const struct x64_insn *i)
{
	bool mem = i->modrm >> 6 != 3;
	u32 rm = mem ? 0 : i->modrm & 7;

	return (s32)(i->opcode | rm << 16 | (i->modrm >> 3 & 7) << 19 |
		     (mem ? 1u << 23 : 0));
}

enum lift_result x64_lift_x87(struct lift *l, const struct x64_insn *i)
{
	s32 imm = encoding(i);
	val_t a = 0, v;

	switch (i->row->arg) {
	case X87_FNSTSW:
		v = ir_emit(l->ir, IR_X87_TOG, IR_I32, 0, 0, 0, 0, imm);
		x64_put_gpr(l, X64_RAX, 1, false, v);
		return LIFT_NEXT;
	case X87_FCMOV:
		ir_emit(l->ir, IR_X87_CMOV, IR_NONE, 0, ir_getf(l->ir), 0, 0,
			imm);
		return LIFT_NEXT;
	case X87_FCOMI:
		ir_putf(l->ir, ir_emit(l->ir, IR_XF_X87, IR_FLAGS, 0, 0, 0, 0,
				       imm));
		return LIFT_NEXT;
	default:
		break;
	}
	if (imm & 1 << 23)
		a = x64_address_value(l, i);
	ir_emit(l->ir, IR_X87, IR_NONE, 0, a, 0, 0, imm);
	return LIFT_NEXT;
}

/* FNOP looks for pending exceptions as FWAIT does. */
enum lift_result x64_lift_fwait(struct lift *l, const struct x64_insn *i)
{
	ir_emit(l->ir, IR_X87, IR_NONE, 0, 0, 0, 0, 0xd9 | 2 << 19);
	return LIFT_NEXT;
}
