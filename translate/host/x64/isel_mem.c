/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Loads and stores, guest state and environment accesses.  In: one IR
 * instruction; out: host code.
 *
 * A guest address is a host address (MEM_DIRECT, base 0), so base, scaled
 * index and displacement go into one x86 operand.  Ordering (Arm ARM B2.3 to
 * x86-TSO): loads are acquire as they are; a store-release that a later
 * load-acquire may not pass is an xchg; only a full fence costs anything.
 *
 * Every access that may fault is announced by cg_fault_here(); up to there
 * nothing has touched a guest register.
 */
#include "translate/host/x64/isel_mem.h"

/* The operand of LD, ST: a + (b << scale) + imm. */
static struct hmem address(struct cg *cg, const struct ir_inst *i)
{
	unsigned scale = i->aux >> MO_SCALE_SHIFT & 3;
	unsigned base, index = HREG_NONE;
	u64 k;

	if (ra_const(cg, i->a, &k) &&
	    cg->val[cg->root[i->a]].reg == CG_NOREG) {
		s64 sum = (s64)(k + (u64)(s64)i->imm);

		if (sum == (s32)sum && i->b)
			return hm_idx(HREG_NONE, cg_use_gpr(cg, i->b), scale,
				      (s32)sum);
	}
	base = cg_use_gpr(cg, i->a);
	if (i->b)
		index = cg_use_gpr(cg, i->b);
	return hm_idx(base, index, scale, i->imm);
}

struct hmem isel_address(struct cg *cg, const struct ir_inst *i)
{
	return hm(cg_use_gpr(cg, i->a), i->imm);
}

static bool must_be_aligned(const struct ir_inst *i)
{
	return (i->aux & MO_SIZE) == MO_128 && i->aux & MO_ALIGNED;
}

static void load_xmm(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	static const enc_op ops[5] = { 0, 0, SSE_MOVSS_LD, SSE_MOVSD_LD,
				       SSE_MOVUPS };
	enc_op op = must_be_aligned(i) ? SSE_MOVAPS : ops[i->aux & MO_SIZE];
	unsigned size = i->aux & MO_SIZE, d, t;
	struct hmem m = address(cg, i);

	if (size >= MO_32) {
		d = cg_def_xmm(cg, idx);
		cg_fault_here(cg);
		enc_v2m(&cg->e, op, d, m);
	} else {
		t = cg_tmp_gpr(cg);
		d = cg_def_xmm(cg, idx);
		cg_fault_here(cg);
		enc_ld(&cg->e, size, false, 0, t, m);
		enc_xg(&cg->e, SSE_MOVD_XG, d, t);
	}
	cg_set_zext(cg, idx);
}

bool isel_ld(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	struct hmem m;
	unsigned d;

	if (i->type >= IR_I128) {
		load_xmm(cg, i, idx);
		return true;
	}
	m = address(cg, i);
	d = cg_def_gpr(cg, idx);
	cg_fault_here(cg);
	enc_ld(&cg->e, i->aux & MO_SIZE, i->aux & MO_SIGN,
	       i->type == IR_I64, d, m);
	return true;
}

/* lock or dword [rsp], 0: cheaper than mfence. */
static void full_fence(struct cg *cg)
{
	cg_clobber_flags(cg);
	enc_lock(&cg->e);
	enc_alu_mi(&cg->e, ALU_OR, 0, hm(RSP, 0), 0);
}

static void store_xmm(struct cg *cg, const struct ir_inst *i)
{
	static const enc_op ops[5] = { 0, 0, SSE_MOVSS_ST, SSE_MOVSD_ST,
				       SSE_MOVUPS_ST };
	enc_op op = must_be_aligned(i) ? SSE_MOVAPS_ST :
					 ops[i->aux & MO_SIZE];
	unsigned size = i->aux & MO_SIZE, s = cg_use_xmm(cg, i->c), t;
	struct hmem m = address(cg, i);

	if (size >= MO_32) {
		cg_fault_here(cg);
		enc_vst(&cg->e, op, m, s);
	} else {
		t = cg_tmp_gpr(cg);
		enc_gs(&cg->e, SSE_MOVD_GX, t, s);
		cg_fault_here(cg);
		enc_st(&cg->e, size, m, t);
	}
	if (i->aux & MO_ORDER)
		full_fence(cg);
}

static void store_release(struct cg *cg, const struct ir_inst *i)
{
	unsigned size = i->aux & MO_SIZE, t = cg_tmp_gpr(cg);
	struct hmem m = address(cg, i);

	isel_copy_gpr(cg, t, i->c);
	cg_fault_here(cg);
	enc_xchg_mr_s(&cg->e, size, m, t);
}

bool isel_st(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	unsigned size = i->aux & MO_SIZE, s;
	struct hmem m;
	u64 k;

	if (cg_type(cg, i->c) >= IR_I128) {
		store_xmm(cg, i);
		return true;
	}
	if (i->aux & MO_ORDER) {
		store_release(cg, i);
		return true;
	}
	if (ra_const(cg, i->c, &k) &&
	    cg->val[cg->root[i->c]].reg == CG_NOREG &&
	    (size < MO_64 || (s64)k == (s32)k)) {
		m = address(cg, i);
		if (size == MO_8)
			k = (u64)(s8)k;
		else if (size == MO_16)
			k = (u64)(s16)k;
		cg_fault_here(cg);
		enc_mov_mi_s(&cg->e, size, m, (s32)k);
		return true;
	}
	s = cg_use_gpr(cg, i->c);
	m = address(cg, i);
	cg_fault_here(cg);
	enc_st(&cg->e, size, m, s);
	return true;
}

/* Ends in exec_redo(); RFLAGS hold nothing at the jump to here. */
static void cold_redo(struct cg *cg, struct cg_cold *c)
{
	cg->cur = c->idx;
	cg->fl_val = 0;
	cg_fault_here(cg);
	enc_u8(&cg->e, OP_HLT);
}

bool isel_align(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	s32 mask = (1 << i->aux) - 1;
	unsigned a = cg_use_gpr(cg, i->a), t;

	if (i->imm & mask) {
		t = cg_tmp_gpr(cg);
		enc_lea(&cg->e, 0, t, hm(a, i->imm));
		a = t;
	}
	cg_clobber_flags(cg);
	enc_test_ri(&cg->e, 0, a, mask);
	cg_jcc_cold(cg, CC_NE, cold_redo, idx);
	return true;
}

bool isel_fence(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	if (i->aux == 0)
		full_fence(cg);
	return true;
}

/* -- Guest state --------------------------------------------------------------- */

bool isel_getr(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	ra_getr(cg, idx, (unsigned)i->imm);
	return true;
}

bool isel_putr(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	ra_putr(cg, i->a, (unsigned)i->imm);
	return true;
}

bool isel_getv(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	ra_getv(cg, idx, (unsigned)i->imm);
	return true;
}

bool isel_putv(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	ra_putv(cg, i->a, (unsigned)i->imm);
	return true;
}

bool isel_ldenv(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	enc_mov_rm(&cg->e, isel_w(i), cg_def_gpr(cg, idx),
		   hm(CG_ENV, i->imm - CPU_BIAS));
	return true;
}

bool isel_stenv(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	enc_mov_mr(&cg->e, isel_opw(cg, i->a), hm(CG_ENV, i->imm - CPU_BIAS),
		   cg_use_gpr(cg, i->a));
	return true;
}

/* Constants and no-operations need no code of their own. */
bool isel_nothing(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	return true;
}
