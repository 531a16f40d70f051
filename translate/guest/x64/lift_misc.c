/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* EFLAGS as a value, identification, time, system calls, and the rest. */
#include "translate/guest/x64/lift.h"

/* -- EFLAGS ---------------------------------------------------------------------- */

enum { EFLAGS_ALWAYS = 0x202 };		/* bit 1, and IF in user mode */

static val_t arithmetic_flags(struct lift *l)
{
	return ir_emit(l->ir, IR_XF_UNPACK, IR_I32, 0, ir_getf(l->ir), 0, 0, 0);
}

val_t x64_eflags_value(struct lift *l)
{
	val_t rest = x_ldenv(l, IR_I32, offsetof(struct cpu, pstate));

	rest = x_int2(l, IR_OR, 2, rest, x_const(l, 2, EFLAGS_ALWAYS));
	return x_int2(l, IR_OR, 2, arithmetic_flags(l), rest);
}

enum lift_result x64_lift_pushf(struct lift *l, const struct x64_insn *i)
{
	unsigned size = i->size == 1 ? 1 : 3;
	val_t v = x64_eflags_value(l);

	if (size == 3)
		v = ir_int1(l->ir, IR_ZEXT32, IR_I64, v);
	x64_push(l, v, size);
	return LIFT_NEXT;
}

/* The direction flag is in the mode: look at it anew. */
enum lift_result x64_lift_popf(struct lift *l, const struct x64_insn *i)
{
	enum { KEPT = X64_EFLAGS_TF | X64_EFLAGS_DF | X64_EFLAGS_AC |
		      X64_EFLAGS_ID };
	unsigned size = i->size == 1 ? 1 : 3;
	val_t sp = ir_getr(l->ir, IR_I64, X64_RSP);
	val_t v = ir_ld(l->ir, x64_type(size), (u8)size, sp, 0, 0), rest;
	u32 mask = size == 1 ? KEPT & 0xffff : KEPT;

	if (size == 3)
		v = ir_int1(l->ir, IR_TRUNC, IR_I32, v);
	rest = x_int2(l, IR_AND, 2, v, x_const(l, 2, mask));
	if (size == 1)
		rest = x_int2(l, IR_OR, 2, rest, x_int2(l, IR_AND, 2,
			x_ldenv(l, IR_I32, offsetof(struct cpu, pstate)),
			x_const(l, 2, 0xffff0000)));
	x_stenv(l, offsetof(struct cpu, pstate), rest);
	ir_putr(l->ir, X64_RSP,
		ir_int2(l->ir, IR_ADD, IR_I64, sp,
			ir_const(l->ir, IR_I64, 1u << size)));
	ir_putf(l->ir, ir_emit(l->ir, IR_XF_PACK, IR_FLAGS, 0, v, 0, 0, 0));
	return x64_end_lookup(l);
}

enum lift_result x64_lift_lahf(struct lift *l, const struct x64_insn *i)
{
	val_t v = x_int2(l, IR_OR, 2, arithmetic_flags(l), x_const(l, 2, 2));

	x64_put_gpr(l, X64_RAX, 0, true, v);
	return LIFT_NEXT;
}

enum lift_result x64_lift_sahf(struct lift *l, const struct x64_insn *i)
{
	val_t v = x64_get_gpr(l, X64_RAX, 0, true), of;

	v = x_int2(l, IR_AND, 2, v, x_const(l, 2, EFLAGS_ARITH & 0xff));
	of = x_int2(l, IR_AND, 2, arithmetic_flags(l), x_const(l, 2, EFLAGS_OF));
	ir_putf(l->ir, ir_emit(l->ir, IR_XF_PACK, IR_FLAGS, 0,
			       x_int2(l, IR_OR, 2, v, of), 0, 0, 0));
	return LIFT_NEXT;
}

enum { FLAG_CMC, FLAG_CLC, FLAG_STC, FLAG_CLD, FLAG_STD };

static enum lift_result direction(struct lift *l, bool down)
{
	val_t v;

	if (down == !!(l->mode & X64_MODE_DF))
		return LIFT_NEXT;
	v = x_ldenv(l, IR_I32, offsetof(struct cpu, pstate));
	v = x_int2(l, IR_XOR, 2, v, x_const(l, 2, X64_EFLAGS_DF));
	x_stenv(l, offsetof(struct cpu, pstate), v);
	return x64_end_lookup(l);
}

enum lift_result x64_lift_flagop(struct lift *l, const struct x64_insn *i)
{
	unsigned op = i->row->arg;
	val_t f, c;

	if (op >= FLAG_CLD)
		return direction(l, op == FLAG_STD);
	f = ir_getf(l->ir);
	if (op == FLAG_CMC)
		c = x_setc(l, IR_CC, f);
	else
		c = x_const(l, 2, op == FLAG_STC);
	ir_putf(l->ir, x_flags(l, IR_XF_CF, 0, f, c, 0));
	return LIFT_NEXT;
}

/* -- Registers outside the general ones ---------------------------------------------- */

/* The selectors of a 64-bit Linux process. */
static u64 selector(unsigned seg)
{
	enum { USER_CS = 0x33, USER_DS = 0x2b };

	return seg == X64_CS ? USER_CS : seg == X64_SS ? USER_DS : 0;
}

/* Selectors of data segments have no effect worth having in 64-bit mode; CS
 * cannot be loaded. */
enum lift_result x64_lift_movsreg(struct lift *l, const struct x64_insn *i)
{
	if (i->op[0].kind != X64_OP_SEG) {
		x64_write(l, i, 0, x_const(l, i->op[0].size,
					   selector(i->op[1].reg)));
		return LIFT_NEXT;
	}
	if (i->op[0].reg == X64_CS || i->op[0].reg > X64_GS)
		return x64_undef(l);
	x64_read(l, i, 1);
	return LIFT_NEXT;
}

enum { RDFS, RDGS, WRFS, WRGS };

enum lift_result x64_lift_fsgsbase(struct lift *l, const struct x64_insn *i)
{
	unsigned op = i->row->arg, size = i->op[0].size;
	size_t at = op == RDFS || op == WRFS ? offsetof(struct cpu, tpidr) :
					       offsetof(struct cpu, tpidrro);
	val_t v;

	if (op == RDFS || op == RDGS) {
		x64_write(l, i, 0, x_ldenv(l, x64_type(size), at));
		return LIFT_NEXT;
	}
	v = x64_read(l, i, 0);
	if (size == 2)
		v = ir_int1(l->ir, IR_ZEXT32, IR_I64, v);
	x_stenv(l, at, v);
	return LIFT_NEXT;
}

enum lift_result x64_lift_xlat(struct lift *l, const struct x64_insn *i)
{
	struct x64_insn m = *i;
	val_t al = x_int2(l, IR_AND, 3, ir_getr(l->ir, IR_I64, X64_RAX),
			  x_const(l, 3, 0xff)), base;

	m.base = X64_RBX;
	m.index = X64_NOREG;
	m.disp = 0;
	base = x64_address_value(l, &m);
	x64_put_gpr(l, X64_RAX, 0, false,
		    ir_ld(l->ir, IR_I32, MO_8, base, al, 0));
	return LIFT_NEXT;
}

/* -- Identification, time, random numbers ----------------------------------------------- */

/* eax, ebx, ecx, edx come back in struct cpu. */
enum lift_result x64_lift_cpuid(struct lift *l, const struct x64_insn *i)
{
	x_helper(l, IR_NONE, X64_HELPER_CPUID, 0, 0);
	return LIFT_NEXT;
}

static void put_edx_eax(struct lift *l, val_t v)
{
	val_t hi = x_int2(l, IR_SHR, 3, v, x_const(l, 3, 32));

	ir_putr(l->ir, X64_RAX, ir_int1(l->ir, IR_ZEXT32, IR_I64,
					ir_int1(l->ir, IR_TRUNC, IR_I32, v)));
	ir_putr(l->ir, X64_RDX, hi);
}

enum lift_result x64_lift_xgetbv(struct lift *l, const struct x64_insn *i)
{
	/* XCR0: x87, SSE and AVX state.  XCR1 as without XSAVEC's extras. */
	put_edx_eax(l, x_const(l, 3, l->features & X64_FEAT_AVX ? 7 : 3));
	return LIFT_NEXT;
}

enum lift_result x64_lift_rdtsc(struct lift *l, const struct x64_insn *i)
{
	put_edx_eax(l, x_helper(l, IR_I64, X64_HELPER_RDTSC, 0, 0));
	return LIFT_NEXT;
}

enum lift_result x64_lift_rdtscp(struct lift *l, const struct x64_insn *i)
{
	val_t cpu;

	put_edx_eax(l, x_helper(l, IR_I64, X64_HELPER_RDTSC, 0, 0));
	cpu = x_helper(l, IR_I64, X64_HELPER_RDPID, 0, 0);
	ir_putr(l->ir, X64_RCX, cpu);
	return LIFT_NEXT;
}

enum lift_result x64_lift_rdpid(struct lift *l, const struct x64_insn *i)
{
	x64_put_gpr(l, i->op[0].reg, 3, false,
		    x_helper(l, IR_I64, X64_HELPER_RDPID, 0, 0));
	return LIFT_NEXT;
}

/* Always succeeds: CF = 1, the other flags 0. */
enum lift_result x64_lift_rdrand(struct lift *l, const struct x64_insn *i)
{
	val_t v = x_helper(l, IR_I64, X64_HELPER_RDRAND, 0, 0);

	if (i->op[0].size < 3)
		v = ir_int1(l->ir, IR_TRUNC, IR_I32, v);
	x64_write(l, i, 0, v);
	ir_putf(l->ir, ir_emit(l->ir, IR_XF_PACK, IR_FLAGS, 0,
			       x_const(l, 2, EFLAGS_CF), 0, 0, 0));
	return LIFT_NEXT;
}

/* -- Leaving --------------------------------------------------------------------------------- */

enum lift_result x64_lift_syscall(struct lift *l, const struct x64_insn *i)
{
	val_t ef = ir_int1(l->ir, IR_ZEXT32, IR_I64, x64_eflags_value(l));

	ir_putr(l->ir, X64_RCX, ir_const(l->ir, IR_I64, l->next_pc));
	ir_putr(l->ir, X64_R11, ef);
	ir_trap(l->ir, EXEC_SYSCALL, l->next_pc, 0);
	return LIFT_END;
}

enum lift_result x64_lift_int3(struct lift *l, const struct x64_insn *i)
{
	ir_trap(l->ir, EXEC_BREAK, l->next_pc, 3);
	return LIFT_END;
}

/* Gates that user mode may not use; INT 0x80 is one that is not there.  In the
 * vDSO some are calls of the layer above. */
enum lift_result x64_lift_int_n(struct lift *l, const struct x64_insn *i)
{
	int helper = -1;

	if (l->mem && l->mem->hypercall)
		helper = l->mem->hypercall(l->mem->opaque, l->pc, (u8)i->imm);
	if (helper < 0)
		return x64_gp(l);
	ir_helper(l->ir, IR_NONE, (unsigned)helper, 0, 0);
	return LIFT_NEXT;
}

enum lift_result x64_lift_priv(struct lift *l, const struct x64_insn *i)
{
	return x64_gp(l);
}

enum lift_result x64_lift_ud(struct lift *l, const struct x64_insn *i)
{
	return x64_undef(l);
}

/* -- No effect ----------------------------------------------------------------------------- */

enum lift_result x64_lift_nop(struct lift *l, const struct x64_insn *i)
{
	return LIFT_NEXT;
}

enum lift_result x64_lift_pause(struct lift *l, const struct x64_insn *i)
{
	return LIFT_NEXT;
}

/* LFENCE, MFENCE, SFENCE */
enum lift_result x64_lift_fence(struct lift *l, const struct x64_insn *i)
{
	static const u8 kind[3] = { 1, 0, 2 };

	ir_emit(l->ir, IR_FENCE, IR_NONE, kind[i->row->arg], 0, 0, 0, 0);
	return LIFT_NEXT;
}

/* Only the address is checked. */
enum lift_result x64_lift_clflush(struct lift *l, const struct x64_insn *i)
{
	ir_ld(l->ir, IR_I32, MO_8, x64_address_value(l, i), 0, 0);
	return LIFT_NEXT;
}
