/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * String instructions.  Single ones are written out; repeated ones are a
 * helper that does a piece at a time and is entered again until it says that
 * it is done, so that signals come through and a fault finds the registers as
 * the SDM says.  The direction flag is part of the block's mode.
 */
#include "translate/guest/x64/lift.h"

enum { MOVS, CMPS, STOS, LODS, SCAS };

static unsigned address_size(const struct x64_insn *i)
{
	return i->prefix & X64_ADDRSIZE ? 2 : 3;
}

/* rSI or rDI as an address; the source may have a segment. */
static val_t string_address(struct lift *l, const struct x64_insn *i,
			    unsigned reg)
{
	val_t v = x64_get_gpr(l, reg, address_size(i), false);

	if (address_size(i) == 2)
		v = ir_int1(l->ir, IR_ZEXT32, IR_I64, v);
	if (reg == X64_RSI && (i->seg == X64_FS || i->seg == X64_GS))
		v = x_int2(l, IR_ADD, 3, v, x_ldenv(l, IR_I64,
			   i->seg == X64_FS ? offsetof(struct cpu, tpidr) :
			   offsetof(struct cpu, tpidrro)));
	return v;
}

static void advance(struct lift *l, const struct x64_insn *i, unsigned reg,
		    unsigned size)
{
	unsigned as = address_size(i);
	u64 step = l->mode & X64_MODE_DF ? -(1ull << size) : 1ull << size;

	x64_put_gpr(l, reg, as, false,
		    x_int2(l, IR_ADD, as, x64_get_gpr(l, reg, as, false),
			   x_const(l, as, step)));
}

static val_t string_load(struct lift *l, const struct x64_insn *i,
			 unsigned reg, unsigned size)
{
	return ir_ld(l->ir, x64_type(size), (u8)size,
		     string_address(l, i, reg), 0, 0);
}

static void single(struct lift *l, const struct x64_insn *i, unsigned kind,
		   unsigned size)
{
	val_t a = 0, b, f = 0;

	if (kind == MOVS || kind == CMPS || kind == LODS)
		a = string_load(l, i, X64_RSI, size);
	else
		a = x64_get_gpr(l, X64_RAX, size, false);
	if (kind == MOVS || kind == STOS)
		ir_st(l->ir, (u8)size, string_address(l, i, X64_RDI), 0, 0, a);
	if (kind == CMPS || kind == SCAS) {
		b = string_load(l, i, X64_RDI, size);
		f = x_flags(l, IR_XF_SUB, size, a, b, 0);
	}
	if (kind == LODS)
		x64_put_gpr(l, X64_RAX, size, false, a);
	if (kind != STOS && kind != SCAS)
		advance(l, i, X64_RSI, size);
	if (kind != LODS)
		advance(l, i, X64_RDI, size);
	if (f)
		ir_putf(l->ir, f);
}

/* The helper's first argument; helpers.c reads it. */
static u64 repeat_code(const struct lift *l, const struct x64_insn *i,
		       unsigned kind, unsigned size)
{
	return kind | size << STRING_SIZE |
	       (i->prefix & X64_REPNE ? 1u << STRING_REPNE : 0) |
	       (l->mode & X64_MODE_DF ? 1u << STRING_DOWN : 0) |
	       (address_size(i) == 2 ? 1u << STRING_ADDR32 : 0);
}

enum lift_result x64_lift_string(struct lift *l, const struct x64_insn *i)
{
	unsigned kind = i->row->arg, size = i->op[0].size;
	val_t seg, done;

	if (!(i->prefix & (X64_REP | X64_REPNE))) {
		single(l, i, kind, size);
		return LIFT_NEXT;
	}
	seg = i->seg == X64_FS || i->seg == X64_GS ?
		x_ldenv(l, IR_I64, i->seg == X64_FS ?
			offsetof(struct cpu, tpidr) :
			offsetof(struct cpu, tpidrro)) : x_const(l, 3, 0);
	done = x_helper(l, IR_I64, X64_HELPER_STRING,
			x_const(l, 3, repeat_code(l, i, kind, size)), seg);
	ir_exit_cmp(l->ir, IR_EXIT_Z, done, 0, i->pc);
	return LIFT_NEXT;
}
