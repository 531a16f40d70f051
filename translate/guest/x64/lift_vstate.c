/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* MXCSR, FXSAVE and XSAVE: all of them in helpers (helpers_vec.c). */
#include "translate/guest/x64/x64_vec.h"

static val_t call(struct lift *l, enum ir_type type, unsigned helper, val_t a,
		  u64 b)
{
	return ir_helper(l->ir, type, HELPER_GUEST0 + helper, a,
			 ir_const(l->ir, IR_I64, b));
}

enum lift_result x64_lift_ldmxcsr(struct lift *l, const struct x64_insn *i)
{
	val_t v = ir_int1(l->ir, IR_ZEXT32, IR_I64, x64_read(l, i, 0));

	call(l, IR_NONE, X64_HELPER_LDMXCSR, v, 0);
	return LIFT_NEXT;
}

/* The helper keeps no registers: the address is made after it. */
enum lift_result x64_lift_stmxcsr(struct lift *l, const struct x64_insn *i)
{
	val_t v = call(l, IR_I64, X64_HELPER_STMXCSR, 0, 0);

	x64_write(l, i, 0, v);
	return LIFT_NEXT;
}

enum lift_result x64_lift_fxsave(struct lift *l, const struct x64_insn *i)
{
	call(l, IR_NONE, X64_HELPER_FXSAVE, x64_address_value(l, i),
	     !!(i->prefix & X64_REXW));
	return LIFT_NEXT;
}

enum lift_result x64_lift_fxrstor(struct lift *l, const struct x64_insn *i)
{
	call(l, IR_NONE, X64_HELPER_FXRSTOR, x64_address_value(l, i),
	     !!(i->prefix & X64_REXW));
	return LIFT_NEXT;
}

enum lift_result x64_lift_xsave(struct lift *l, const struct x64_insn *i)
{
	call(l, IR_NONE, X64_HELPER_XSAVE, x64_address_value(l, i),
	     i->row->arg);
	return LIFT_NEXT;
}

enum lift_result x64_lift_xrstor(struct lift *l, const struct x64_insn *i)
{
	call(l, IR_NONE, X64_HELPER_XRSTOR, x64_address_value(l, i), 0);
	return LIFT_NEXT;
}
