/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A64 system instructions at EL0: hints, barriers, PSTATE, cache maintenance
 * and the system registers that Linux lets user programs access.  What is
 * not here is undefined, as it is for a user program.
 */
#include "translate/guest/a64/a64.h"

enum lift_result a64_end_lookup(struct lift *l)
{
	ir_trap(l->ir, EXEC_LOOKUP, l->pc + 4, 0);
	return LIFT_END;
}

enum lift_result a64_undef(struct lift *l)
{
	ir_trap(l->ir, EXEC_UNDEF, l->pc, 0);
	return LIFT_END;
}

/* -- Hints and barriers ---------------------------------------------------- */

enum lift_result a64_lift_nop(struct lift *l, const struct a64_fields *f)
{
	return LIFT_NEXT;
}

enum lift_result a64_lift_clrex(struct lift *l, const struct a64_fields *f)
{
	ir_emit(l->ir, IR_CLREX, IR_NONE, 0, 0, 0, 0, 0);
	return LIFT_NEXT;
}

/* DMB, DSB, SB: CRm bits 1..0 are the kinds of access ordered; 1 loads,
 * 2 stores, else all. */
enum lift_result a64_lift_dmb(struct lift *l, const struct a64_fields *f)
{
	u8 kind = f->crm & 3;

	ir_emit(l->ir, IR_FENCE, IR_NONE, kind == 3 ? 0 : kind, 0, 0, 0, 0);
	return LIFT_NEXT;
}

/* Code after ISB is fetched anew, so it belongs to another block. */
enum lift_result a64_lift_isb(struct lift *l, const struct a64_fields *f)
{
	ir_goto(l->ir, l->pc + 4);
	return LIFT_END;
}

/* -- Cache maintenance ----------------------------------------------------- */

enum { LINE = 64 };

enum lift_result a64_lift_dc_zva(struct lift *l, const struct a64_fields *f)
{
	val_t base = ir_int2(l->ir, IR_AND, IR_I64,
			     a64_getr(l, IR_I64, f->rt),
			     ir_const(l->ir, IR_I64, ~(u64)(LINE - 1)));
	val_t zero = ir_vconst(l->ir, IR_V128, 0, 0);

	for (unsigned i = 0; i < LINE; i += 16)
		ir_st(l->ir, MO_128, base, 0, i, zero);
	return LIFT_NEXT;
}

/* Cleaning does nothing to coherent caches, but the address must be one
 * that can be read. */
enum lift_result a64_lift_dc_touch(struct lift *l, const struct a64_fields *f)
{
	ir_ld(l->ir, IR_I32, MO_8, a64_getr(l, IR_I64, f->rt), 0, 0);
	return LIFT_NEXT;
}

enum lift_result a64_lift_ic_ivau(struct lift *l, const struct a64_fields *f)
{
	ir_helper(l->ir, IR_NONE, HELPER_GUEST0 + A64_HELPER_IC_IVAU,
		  a64_getr(l, IR_I64, f->rt), 0);
	return a64_end_lookup(l);
}

/* -- System registers ------------------------------------------------------ */

/* PSTATE bits kept in cpu->pstate, where SPSR has them. */
enum { PSTATE_SSBS = 12, PSTATE_DIT = 24 };

static val_t ldenv(struct lift *l, enum ir_type t, size_t offset)
{
	return ir_emit(l->ir, IR_LDENV, t, 0, 0, 0, 0, (s32)offset);
}

static void stenv(struct lift *l, size_t offset, val_t v)
{
	ir_emit(l->ir, IR_STENV, IR_NONE, 0, v, 0, 0, (s32)offset);
}

static val_t zext(struct lift *l, val_t v)
{
	return ir_int1(l->ir, IR_ZEXT32, IR_I64, v);
}

static val_t rd_const(struct lift *l, u32 arg)
{
	return ir_const(l->ir, IR_I64, arg);
}

static val_t rd_env64(struct lift *l, u32 arg)
{
	return ldenv(l, IR_I64, arg);
}

static enum lift_result wr_env64(struct lift *l, u32 arg, val_t v)
{
	stenv(l, arg, v);
	return LIFT_NEXT;
}

static val_t rd_env32(struct lift *l, u32 arg)
{
	return zext(l, ldenv(l, IR_I32, arg));
}

static val_t rd_helper(struct lift *l, u32 arg)
{
	return ir_helper(l->ir, IR_I64, HELPER_GUEST0 + arg, 0, 0);
}

/* NZCV tells whether there was a number: always. */
static val_t rd_random(struct lift *l, u32 arg)
{
	val_t v = rd_helper(l, A64_HELPER_RNDR);

	ir_putf(l->ir, ir_emit(l->ir, IR_FLG_PACK, IR_FLAGS, 0,
			       ir_const(l->ir, IR_I32, 0), 0, 0, 0));
	return v;
}

static val_t rd_nzcv(struct lift *l, u32 arg)
{
	return zext(l, ir_emit(l->ir, IR_FLG_UNPACK, IR_I32, 0,
			       ir_getf(l->ir), 0, 0, 0));
}

static enum lift_result wr_nzcv(struct lift *l, u32 arg, val_t v)
{
	v = ir_int1(l->ir, IR_TRUNC, IR_I32, v);
	ir_putf(l->ir, ir_emit(l->ir, IR_FLG_PACK, IR_FLAGS, 0, v, 0, 0, 0));
	return LIFT_NEXT;
}

static val_t rd_pstate(struct lift *l, u32 bit)
{
	val_t v = ldenv(l, IR_I32, offsetof(struct cpu, pstate));

	return zext(l, ir_int2(l->ir, IR_AND, IR_I32, v,
			       ir_const(l->ir, IR_I32, 1u << bit)));
}

static void set_pstate(struct lift *l, u32 bit, val_t bits)
{
	size_t offset = offsetof(struct cpu, pstate);
	val_t v = ir_int2(l->ir, IR_AND, IR_I32, ldenv(l, IR_I32, offset),
			  ir_const(l->ir, IR_I32, ~(1u << bit)));

	stenv(l, offset, ir_int2(l->ir, IR_OR, IR_I32, v, bits));
}

static enum lift_result wr_pstate(struct lift *l, u32 bit, val_t v)
{
	v = ir_int1(l->ir, IR_TRUNC, IR_I32, v);
	set_pstate(l, bit, ir_int2(l->ir, IR_AND, IR_I32, v,
				   ir_const(l->ir, IR_I32, 1u << bit)));
	return LIFT_NEXT;
}

static enum lift_result wr_fpsr(struct lift *l, u32 arg, val_t v)
{
	ir_helper(l->ir, IR_NONE, HELPER_GUEST0 + A64_HELPER_SET_FPSR, v, 0);
	return LIFT_NEXT;
}

/* FPCR is part of the block's mode: what follows is another block. */
static enum lift_result wr_fpcr(struct lift *l, u32 arg, val_t v)
{
	ir_helper(l->ir, IR_NONE, HELPER_GUEST0 + A64_HELPER_SET_FPCR, v, 0);
	return a64_end_lookup(l);
}

/* The encoding's 15 bits from op0's low bit on. */
#define SYSREG(op0, op1, crn, crm, op2) \
	(((op0) & 1) << 14 | (op1) << 11 | (crn) << 7 | (crm) << 3 | (op2))

/* CTR_EL0: 64-byte lines, no data cache cleaning needed (IDC), PIPT. */
#define CTR_VALUE (1u << 31 | 1u << 28 | 4u << 24 | 4u << 20 | 4u << 16 | \
		   3u << 14 | 4u)
/* DCZID_EL0: DC ZVA allowed, log2 of its block in words. */
#define DCZID_VALUE 4u

static const struct sysreg {
	u16 id;
	const char *name;
	u64 feature;
	val_t (*read)(struct lift *l, u32 arg);
	enum lift_result (*write)(struct lift *l, u32 arg, val_t v);
	u32 arg;
} sysregs[] = {
	{ SYSREG(3, 3, 0, 0, 1), "ctr_el0", 0, rd_const, NULL, CTR_VALUE },
	{ SYSREG(3, 3, 0, 0, 7), "dczid_el0", 0, rd_const, NULL, DCZID_VALUE },
	{ SYSREG(3, 3, 2, 4, 0), "rndr", A64_FEAT_RNG, rd_random, NULL, 0 },
	{ SYSREG(3, 3, 2, 4, 1), "rndrrs", A64_FEAT_RNG, rd_random, NULL, 0 },
	{ SYSREG(3, 3, 4, 2, 0), "nzcv", 0, rd_nzcv, wr_nzcv, 0 },
	{ SYSREG(3, 3, 4, 2, 5), "dit", A64_FEAT_DIT, rd_pstate, wr_pstate,
	  PSTATE_DIT },
	{ SYSREG(3, 3, 4, 2, 6), "ssbs", A64_FEAT_SSBS, rd_pstate, wr_pstate,
	  PSTATE_SSBS },
	{ SYSREG(3, 3, 4, 4, 0), "fpcr", 0, rd_env32, wr_fpcr,
	  offsetof(struct cpu, fpcr) },
	{ SYSREG(3, 3, 4, 4, 1), "fpsr", 0, rd_helper, wr_fpsr,
	  A64_HELPER_GET_FPSR },
	{ SYSREG(3, 3, 13, 0, 2), "tpidr_el0", 0, rd_env64, wr_env64,
	  offsetof(struct cpu, tpidr) },
	{ SYSREG(3, 3, 13, 0, 3), "tpidrro_el0", 0, rd_env64, NULL,
	  offsetof(struct cpu, tpidrro) },
	{ SYSREG(3, 3, 14, 0, 0), "cntfrq_el0", 0, rd_const, NULL,
	  A64_CNTFRQ },
	{ SYSREG(3, 3, 14, 0, 2), "cntvct_el0", 0, rd_helper, NULL,
	  A64_HELPER_CNTVCT },
};

static const struct sysreg *find(u32 id)
{
	for (size_t i = 0; i < ARRAY_LEN(sysregs); i++)
		if (sysregs[i].id == id)
			return &sysregs[i];
	return NULL;
}

const char *a64_sysreg_name(u32 id)
{
	const struct sysreg *r = find(id);

	return r ? r->name : NULL;
}

/* Linux emulates reads of the ID space: op0 3, op1 0, CRn 0, CRm 0, 2..7. */
static bool is_id_register(u32 id)
{
	unsigned crm = id >> 3 & 15, op2 = id & 7;

	if (id >> 7 != SYSREG(3, 0, 0, 0, 0) >> 7)
		return false;
	if (crm == 0)
		return op2 == 0 || op2 == 5 || op2 == 6;
	return crm >= 2 && crm <= 7;
}

enum lift_result a64_lift_mrs(struct lift *l, const struct a64_fields *f)
{
	const struct sysreg *r = find(f->sysreg);
	u64 id;

	if (r && !(r->feature & ~l->features)) {
		a64_putr(l, f->rt, r->read(l, r->arg));
		return LIFT_NEXT;
	}
	if (!is_id_register(f->sysreg))
		return a64_undef(l);
	id = a64_id_register(l->features, f->sysreg >> 3 & 15, f->sysreg & 7);
	a64_putr(l, f->rt, ir_const(l->ir, IR_I64, id));
	return LIFT_NEXT;
}

enum lift_result a64_lift_msr(struct lift *l, const struct a64_fields *f)
{
	const struct sysreg *r = find(f->sysreg);

	if (!r || !r->write || (r->feature & ~l->features))
		return a64_undef(l);
	return r->write(l, r->arg, a64_getr(l, IR_I64, f->rt));
}

enum lift_result a64_lift_msr_ssbs(struct lift *l, const struct a64_fields *f)
{
	set_pstate(l, PSTATE_SSBS,
		   ir_const(l->ir, IR_I32, f->imm << PSTATE_SSBS));
	return LIFT_NEXT;
}

enum lift_result a64_lift_msr_dit(struct lift *l, const struct a64_fields *f)
{
	set_pstate(l, PSTATE_DIT,
		   ir_const(l->ir, IR_I32, f->imm << PSTATE_DIT));
	return LIFT_NEXT;
}
