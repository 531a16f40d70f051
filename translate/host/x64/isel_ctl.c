/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Exits, branches, calls, returns, traps and helpers.  In: one IR
 * instruction; out: host code and the block's links.
 *
 * A direct exit ends in a jmp or jcc whose rel32 lies inside an aligned 8-byte
 * word, so that one store redirects it; until linked it leads to a cold stub
 * that tells the dispatcher its address.  A backward branch looks at
 * cpu->exit_request first.  See runtime.h for the routines jumped to.
 *
 * Calls keep pairs {guest return pc, host return address} on the host stack:
 *
 *	call:	push x30; call target; lea rsp, [rsp+8]; jmp block_of_return
 *	return:	cmp [rsp+8], target; jne miss; ret
 */
#include "translate/host/x64/isel.h"
#include "translate/host/x64/runtime.h"

#define ENV(member) hm(CG_ENV, CG_CPU(member))

/* -- Links ----------------------------------------------------------------------- */

/* Pad so that a rel32 that starts `ahead` bytes from here is patchable. */
static void align_field(struct cg *cg, unsigned ahead)
{
	unsigned at = ((uintptr_t)cg->e.p + ahead) & 7;

	if (at > 4)
		enc_nop(&cg->e, 8 - at);
}

static void cold_link(struct cg *cg, struct cg_cold *c)
{
	struct host_link *l = &cg->hb->link[c->imm];

	l->stub_off = (u32)(cg->e.p - cg->hb->code);
	enc_call_to(&cg->e, runtime.link);
}

/* `field` (a rel32) is a direct exit to the guest's target. */
static void add_link(struct cg *cg, u8 *field, gaddr target)
{
	struct host_block *hb = cg->hb;
	struct cg_cold *c;

	if (hb->nlinks >= HOST_MAX_LINKS) {
		cg->failed = true;
		return;
	}
	hb->link[hb->nlinks].target = target;
	hb->link[hb->nlinks].patch_off = (u32)(field - hb->code);
	c = cg_cold_new(cg, cold_link, cg->cur);
	c->from = field;
	c->imm = hb->nlinks++;
}

static void link_jmp(struct cg *cg, gaddr target)
{
	align_field(cg, 1);
	add_link(cg, enc_jmp32(&cg->e), target);
}

static void link_jcc(struct cg *cg, enum cc cc, gaddr target)
{
	align_field(cg, 2);
	add_link(cg, enc_jcc32(&cg->e, cc), target);
}

/* -- Flags and polls at exits ------------------------------------------------------- */

static bool must_store_flags(const struct cg *cg, unsigned idx)
{
	return (cg->val[idx].flags & CGV_FLAGS) && cg->fl_cur &&
	       !cg->fl_in_env;
}

static void store_flags(struct cg *cg, unsigned idx)
{
	if (must_store_flags(cg, idx))
		flags_store_exit(&cg->e, cg->fl_kind);
}

/* The same before an exit whose target is in register t: t survives. */
static void store_flags_keep(struct cg *cg, unsigned idx, unsigned t)
{
	if (!must_store_flags(cg, idx))
		return;
	if (t != RAX) {
		store_flags(cg, idx);
		return;
	}
	enc_mov_mr(&cg->e, 1, ENV(vtmp[3]), RAX);
	store_flags(cg, idx);
	enc_mov_rm(&cg->e, 1, RAX, ENV(vtmp[3]));
}

static bool backward(const struct cg *cg, const struct ir_inst *i, gaddr target)
{
	return target <= cg->ir->insn_pc[i->insn];
}

static void emit_interrupt(struct cg *cg, gaddr pc)
{
	enc_mov_ri(&cg->e, RAX, pc);
	enc_jmp_to(&cg->e, runtime.interrupt);
}

/* To target unless somebody wants this cpu to stop. */
static void polled_jmp(struct cg *cg, gaddr target)
{
	enc_alu_mi(&cg->e, ALU_CMP, 0, ENV(exit_request), 0);
	link_jcc(cg, CC_E, target);
	emit_interrupt(cg, target);
}

static void cold_interrupt(struct cg *cg, struct cg_cold *c)
{
	emit_interrupt(cg, c->imm);
}

/* -- Conditional exits ---------------------------------------------------------------- */

static void cold_exit(struct cg *cg, struct cg_cold *c)
{
	flags_store_exit(&cg->e, c->arg[0]);
	link_jmp(cg, c->imm);
}

/* Leave to target if cc (parity: see cg_flags_cond()). */
static void exit_cc(struct cg *cg, const struct ir_inst *i, unsigned idx,
		    enum cc cc, bool parity)
{
	gaddr target = cg->ir->pool[i->imm];
	bool back = backward(cg, i, target);
	u8 *skip[2] = { NULL, NULL }, *take = NULL;

	if (!back && !parity && !must_store_flags(cg, idx)) {
		link_jcc(cg, cc, target);
		return;
	}
	if (!back && !parity) {
		struct cg_cold *c = cg_jcc_cold(cg, cc, cold_exit, idx);

		c->arg[0] = cg->fl_kind;
		c->imm = target;
		return;
	}
	if (parity && cc == CC_NE) {		/* NE or P */
		take = enc_jcc8(&cg->e, CC_NE);
		skip[0] = enc_jcc32(&cg->e, CC_NP);
		enc_patch8(take, cg->e.p);
	} else {
		skip[0] = enc_jcc32(&cg->e, (enum cc)CC_INVERT(cc));
		if (parity)			/* E and NP */
			skip[1] = enc_jcc32(&cg->e, CC_P);
	}
	store_flags(cg, idx);
	if (back)
		polled_jmp(cg, target);
	else
		link_jmp(cg, target);
	for (unsigned k = 0; k < 2; k++)
		if (skip[k])
			enc_patch32(skip[k], cg->e.p);
}

/* Two conditions, of which both or one must hold: two branches. */
static void exit_two(struct cg *cg, const struct ir_inst *i,
		     const struct isel_two *t)
{
	gaddr target = cg->ir->pool[i->imm];
	bool back = backward(cg, i, target);
	enum cc not_first = (enum cc)CC_INVERT(t->first);
	u8 *skip = NULL, *take = NULL, *skip2;

	if (!back && t->any)
		link_jcc(cg, not_first, target);
	else if (t->any)
		take = enc_jcc32(&cg->e, not_first);
	else
		skip = enc_jcc32(&cg->e, not_first);
	isel_two_second(cg, t);
	if (!back) {
		link_jcc(cg, t->second, target);
	} else {
		skip2 = enc_jcc32(&cg->e, (enum cc)CC_INVERT(t->second));
		if (take)
			enc_patch32(take, cg->e.p);
		polled_jmp(cg, target);
		enc_patch32(skip2, cg->e.p);
	}
	if (skip)
		enc_patch32(skip, cg->e.p);
}

bool isel_exit_if(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	struct isel_two two;
	bool parity;
	enum cc cc;

	if (isel_two_begin(cg, i->a, (enum ir_cond)i->aux, &two)) {
		exit_two(cg, i, &two);
		return true;
	}
	cc = cg_flags_cond(cg, i->a, (enum ir_cond)i->aux, &parity);
	exit_cc(cg, i, idx, cc, parity);
	return true;
}

/* The exits below test a register, which changes RFLAGS. */
static bool exit_zero(struct cg *cg, const struct ir_inst *i, unsigned idx,
		      enum cc cc)
{
	unsigned w = isel_opw(cg, i->a), a;
	s32 disp;

	if (cg_use_mem(cg, i->a, &disp)) {
		cg_clobber_flags(cg);
		enc_alu_mi(&cg->e, ALU_CMP, w, hm(CG_ENV, disp), 0);
	} else {
		a = cg_use_gpr(cg, i->a);
		cg_clobber_flags(cg);
		enc_test_rr(&cg->e, w, a, a);
	}
	exit_cc(cg, i, idx, cc, false);
	return true;
}

bool isel_exit_z(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	return exit_zero(cg, i, idx, CC_E);
}

bool isel_exit_nz(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	return exit_zero(cg, i, idx, CC_NE);
}

/* Returns the condition that the bit is set. */
static enum cc test_bit(struct cg *cg, unsigned a, unsigned n)
{
	struct enc *e = &cg->e;

	if (n == 31 || n == 63) {
		enc_test_rr(e, n == 63, a, a);
		return CC_S;
	}
	if (n < 31) {
		enc_test_ri(e, 0, a, (s32)(1u << n));
		return CC_NE;
	}
	enc_bt_ri(e, 1, a, n);
	return CC_B;
}

static bool exit_bit(struct cg *cg, const struct ir_inst *i, unsigned idx,
		     bool set)
{
	unsigned a = cg_use_gpr(cg, i->a);
	enum cc cc;

	cg_clobber_flags(cg);
	cc = test_bit(cg, a, i->aux);
	exit_cc(cg, i, idx, set ? cc : (enum cc)CC_INVERT(cc), false);
	return true;
}

bool isel_exit_bit0(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	return exit_bit(cg, i, idx, false);
}

bool isel_exit_bit1(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	return exit_bit(cg, i, idx, true);
}

/* -- Ends of blocks ----------------------------------------------------------------------- */

bool isel_goto(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	gaddr target = cg->ir->pool[i->imm];

	store_flags(cg, idx);
	if (backward(cg, i, target))
		polled_jmp(cg, target);
	else
		link_jmp(cg, target);
	return true;
}

/* The register that holds the return pc: the guest's link register, or where
 * the value is that the guest has pushed. */
static unsigned return_reg(struct cg *cg, val_t pushed)
{
	return pushed ? cg_use_gpr(cg, pushed) : pins.link;
}

/* Where a matching return lands: drop the pair's other half, go on. */
static void landing(struct cg *cg, gaddr ret)
{
	enc_lea(&cg->e, 1, RSP, hm(RSP, 8));
	link_jmp(cg, ret);
}

bool isel_call(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	gaddr target = cg->ir->pool[i->imm], ret = cg->ir->pool[i->imm + 1];
	unsigned link = return_reg(cg, i->a);

	store_flags_keep(cg, idx, link);
	if (backward(cg, i, target)) {
		enc_alu_mi(&cg->e, ALU_CMP, 0, ENV(exit_request), 0);
		cg_jcc_cold(cg, CC_NE, cold_interrupt, idx)->imm = target;
	}
	enc_push_r(&cg->e, link);
	align_field(cg, 1);
	add_link(cg, enc_call32(&cg->e), target);
	landing(cg, ret);
	return true;
}

/*
 * The key of pc t: t itself, with the mode in its uppermost byte (x is free).
 * There may be no fourth register for it, so a local t becomes the key.
 */
static unsigned jcache_key(struct cg *cg, unsigned t, unsigned x)
{
	u64 mode = (u64)cg->ir->mode << CPU_MODE_SHIFT;
	unsigned k = t;

	if (!mode)
		return t;
	if (!(LOCAL_GPR_MASK >> t & 1)) {
		k = cg_tmp_gpr(cg);
		enc_mov_rr(&cg->e, 1, k, t);
	}
	enc_mov_ri(&cg->e, x, mode);
	enc_alu_rr(&cg->e, ALU_XOR, 1, k, x);
	return k;
}

/* Compare the key in k with the entry of cpu->jcache where it belongs (x is
 * its place); returned is where that entry has its code. */
static struct hmem jcache_probe(struct cg *cg, unsigned k, unsigned x)
{
	enum { MASK = (JCACHE_SIZE - 1) * 4 };
	struct hmem m = hm_idx(CG_ENV, x, 2, CG_CPU(jcache));

	_Static_assert(sizeof(struct jcache_ent) == 16, "scale 4 * 4");
	enc_mov_rr(&cg->e, 0, x, k);
	enc_alu_ri(&cg->e, ALU_AND, 0, x, MASK);
	enc_alu_mr(&cg->e, ALU_CMP, 1, m, k);
	m.disp += 8;
	return m;
}

/* arg[]: pc, key, a free register, return pc */
enum { LOOKUP_PC, LOOKUP_KEY, LOOKUP_TMP, LOOKUP_LINK };

static struct cg_cold *jcc_lookup(struct cg *cg, cold_fn *fn, unsigned idx,
				  unsigned t, unsigned k, unsigned x)
{
	struct cg_cold *c = cg_jcc_cold(cg, CC_NE, fn, idx);

	c->arg[LOOKUP_PC] = (u8)t;
	c->arg[LOOKUP_KEY] = (u8)k;
	c->arg[LOOKUP_TMP] = (u8)x;
	return c;
}

/* rax = the pc, which may have become the key. */
static void lookup_pc(struct cg *cg, const struct cg_cold *c)
{
	u64 mode = (u64)cg->ir->mode << CPU_MODE_SHIFT;

	if (mode && c->arg[LOOKUP_PC] == c->arg[LOOKUP_KEY]) {
		enc_mov_ri(&cg->e, c->arg[LOOKUP_TMP], mode);
		enc_alu_rr(&cg->e, ALU_XOR, 1, c->arg[LOOKUP_PC],
			   c->arg[LOOKUP_TMP]);
	}
	enc_mov_rr(&cg->e, 1, RAX, c->arg[LOOKUP_PC]);
}

static void cold_lookup(struct cg *cg, struct cg_cold *c)
{
	lookup_pc(cg, c);
	enc_jmp_to(&cg->e, runtime.lookup);
}

bool isel_goto_ind(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	unsigned x, k, t = cg_use_gpr(cg, i->a);
	struct hmem m;

	store_flags_keep(cg, idx, t);
	x = cg_tmp_gpr(cg);
	k = jcache_key(cg, t, x);
	m = jcache_probe(cg, k, x);
	jcc_lookup(cg, cold_lookup, idx, t, k, x);
	enc_jmp_m(&cg->e, m);
	return true;
}

/* The pair as the hot path would have made it; back to the landing. */
static void cold_call_lookup(struct cg *cg, struct cg_cold *c)
{
	enc_push_r(&cg->e, c->arg[LOOKUP_LINK]);
	lookup_pc(cg, c);
	enc_call_to(&cg->e, runtime.lookup);
	cg_cold_back(cg, c);
}

bool isel_call_ind(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	gaddr ret = cg->ir->pool[i->imm + 1];
	unsigned x, k, t = cg_use_gpr(cg, i->a), link = return_reg(cg, i->b);
	struct cg_cold *c;
	struct hmem m;

	store_flags_keep(cg, idx, t == RAX ? t : link);
	x = cg_tmp_gpr(cg);
	k = jcache_key(cg, t, x);
	m = jcache_probe(cg, k, x);
	c = jcc_lookup(cg, cold_call_lookup, idx, t, k, x);
	enc_push_r(&cg->e, link);
	enc_call_m(&cg->e, m);
	c->arg[LOOKUP_LINK] = (u8)link;
	c->back = cg->e.p;
	landing(cg, ret);
	return true;
}

static void cold_ret(struct cg *cg, struct cg_cold *c)
{
	enc_mov_rr(&cg->e, 1, RAX, c->arg[0]);
	enc_jmp_to(&cg->e, runtime.ret_miss);
}

bool isel_ret(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	unsigned t = cg_use_gpr(cg, i->a);

	store_flags_keep(cg, idx, t);
	enc_alu_mr(&cg->e, ALU_CMP, 1, hm(RSP, 8), t);
	cg_jcc_cold(cg, CC_NE, cold_ret, idx)->arg[0] = (u8)t;
	enc_ret(&cg->e);
	return true;
}

bool isel_trap(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	struct enc *e = &cg->e;

	store_flags(cg, idx);
	enc_mov_ri(e, RAX, cg->ir->pool[i->imm]);
	enc_mov_mr(e, 1, ENV(pc), RAX);
	enc_mov_mi_s(e, 2, ENV(exit_info), (s32)cg->ir->pool[i->imm + 1]);
	enc_mov_ri(e, RCX, i->aux);
	enc_jmp_to(e, runtime.leave);
	return true;
}

/* -- Helpers ---------------------------------------------------------------------------------- */

static void helper_arg(struct cg *cg, val_t v, s32 disp)
{
	if (!v)
		return;
	enc_mov_mr(&cg->e, 1, hm(CG_ENV, disp), cg_use_gpr(cg, v));
}

bool isel_helper(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	struct enc *e = &cg->e;

	helper_arg(cg, i->a, CG_CPU(vtmp[0]));
	helper_arg(cg, i->b, CG_CPU(vtmp[1]));
	cg->locked = 0;
	cg_clobber_flags(cg);
	ra_slot_overwritten(cg, CG_SLOT_F, 0);
	ra_spill_all(cg);
	enc_mov_ri(e, RAX, cg->ir->insn_pc[i->insn]);
	enc_mov_mr(e, 1, ENV(pc), RAX);
	enc_mov_ri(e, RAX, (u32)i->imm);
	enc_call_to(e, runtime.helper);
	cg->fl_cur = 0;
	cg->fl_in_env = true;
	if (i->type != IR_NONE && cg->val[idx].last) {
		cg->locked |= 1u << RAX;
		ra_assign(cg, idx, RAX);
	}
	return true;
}
