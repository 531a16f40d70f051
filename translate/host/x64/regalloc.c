/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The local register allocator: where values are while emit.c walks a block
 * forward.  In: cg->val[] of liveness.c.  Out: register numbers for isel
 * code, and the moves, loads and stores that make them true.
 *
 * A value has at most one register of its own; pinned registers may hold
 * further copies (mov x1, x0).  When local registers run out the value whose
 * last use is furthest away goes, those that have a copy in memory first.
 * Guest registers are written through (see cg.h), so that a dropped register
 * costs at most one reload.
 */
#include "translate/host/x64/pins.h"

#include <string.h>

enum def_mode { DEF_ANY, DEF_EARLY };

static inline u32 bit(unsigned r)
{
	return 1u << r;
}

static inline bool is_local(unsigned r)
{
	return LOCAL_MASK & bit(r);
}

static inline bool xmm_type(enum ir_type t)
{
	return t >= IR_I128 && t <= IR_V128;
}

/* Is v used by a later instruction? */
static inline bool live(const struct cg *cg, val_t v)
{
	return cg->val[v].last > cg->cur;
}

/*
 * Nobody takes dead values out of registers and spill slots: what holds a
 * value without use from here on is free.  So is what holds none, since value
 * 0 has no uses.
 */
static inline bool unneeded(const struct cg *cg, val_t v)
{
	return cg->val[v].last < cg->cur;
}

bool ra_const(const struct cg *cg, val_t v, u64 *c)
{
	return ir_is_const(cg->ir, cg->root[v], c);
}

static inline bool remat(const struct cg *cg, val_t v)
{
	unsigned op = cg->ir->inst[v].op;

	return op == IR_CONST || op == IR_VCONST;
}

static inline struct hmem slot_mem(unsigned slot)
{
	return hm(CG_ENV, slot_disp(slot));
}

void ra_start(struct cg *cg)
{
	memset(cg->reg_val, 0, sizeof(cg->reg_val));
	memset(cg->slot_val, 0, sizeof(cg->slot_val));
	cg->locked = cg->tmps = cg->borrowed = 0;
	cg->special = false;
}

/* -- Moves ----------------------------------------------------------------- */

static void load_slot(struct cg *cg, unsigned reg, unsigned slot)
{
	if (reg >= CG_XMM0)
		enc_v2m(&cg->e, SSE_MOVAPS, reg - CG_XMM0, slot_mem(slot));
	else
		enc_mov_rm(&cg->e, slot != CG_SLOT_F, reg, slot_mem(slot));
}

static void store_slot(struct cg *cg, unsigned slot, unsigned reg)
{
	if (reg >= CG_XMM0)
		enc_vst(&cg->e, SSE_MOVAPS_ST, slot_mem(slot), reg - CG_XMM0);
	else
		enc_mov_mr(&cg->e, slot != CG_SLOT_F, slot_mem(slot), reg);
}

/* A store that cold paths may have to repeat, see struct cg_late. */
static void save(struct cg *cg, unsigned slot, unsigned reg)
{
	struct cg_late *l = &cg->late[cg->nlate];

	store_slot(cg, slot, reg);
	if (!cg->ncold || cg->cold[cg->ncold - 1].idx != cg->cur)
		return;
	cg->special = true;
	if (cg->nlate + 1 < CG_MAX_LATE)
		cg->nlate++;
	else
		cg->failed = true;
	l->slot = (u8)slot;
	l->reg = (u8)reg;
}

static void move(struct cg *cg, unsigned d, unsigned s)
{
	if (d == s)
		return;
	if (d >= CG_XMM0)
		enc_vmov(&cg->e, d - CG_XMM0, s - CG_XMM0);
	else
		enc_mov_rr(&cg->e, 1, d, s);
}

static void load_vconst(struct cg *cg, unsigned x, val_t v)
{
	const struct ir_inst *i = &cg->ir->inst[v];
	unsigned bytes = ir_type_bytes(i->type);
	u64 lo = cg->ir->pool[i->imm], hi = cg->ir->pool[i->imm + 1];

	if (bytes <= 8)
		hi = 0;
	if (bytes < 8)
		lo &= (1ull << bytes * 8) - 1;
	if (bytes < 16)
		cg->val[v].flags |= CGV_ZEXT;
	if (!lo && !hi) {
		enc_v3(&cg->e, SSE_PXOR, x, x, x);
	} else if (lo == ~0ull && hi == ~0ull) {
		enc_v3(&cg->e, SSE_PCMPEQD, x, x, x);
	} else {
		enc_v2m(&cg->e, SSE_MOVAPS, x, hm_rip());
		cg_const_ref(cg, cg_const128(cg, lo, hi));
	}
}

/* Make register r hold v, which is a constant or in a memory slot. */
static void fill(struct cg *cg, unsigned r, val_t v)
{
	u64 c;

	if (ir_is_const(cg->ir, v, &c))
		enc_mov_ri(&cg->e, r, c);
	else if (cg->val[v].mem)
		load_slot(cg, r, cg->val[v].mem);
	else if (cg->ir->inst[v].op == IR_VCONST)
		load_vconst(cg, r - CG_XMM0, v);
	else
		cg->failed = true;
}

/* -- Spilling -------------------------------------------------------------- */

static unsigned spill_slot(struct cg *cg, unsigned reg)
{
	unsigned slot = reg >= CG_XMM0 ? CG_SLOT_VS : CG_SLOT_RS;
	unsigned end = slot + CG_NSPILL;
	val_t old;

	while (slot < end && !unneeded(cg, cg->slot_val[slot]))
		slot++;
	if (slot == end) {
		cg->failed = true;
		return slot - 1;
	}
	old = cg->slot_val[slot];
	if (cg->val[old].mem == slot)
		cg->val[old].mem = 0;
	return slot;
}

static void free_slot(struct cg *cg, unsigned slot)
{
	if (slot >= CG_SLOT_RS && slot < CG_SLOT_F)
		cg->slot_val[slot] = 0;
}

static void spill(struct cg *cg, val_t v)
{
	struct cg_val *x = &cg->val[v];

	if (x->mem || remat(cg, v))
		return;
	x->mem = (u8)spill_slot(cg, x->reg);
	cg->slot_val[x->mem] = v;
	save(cg, x->mem, x->reg);
}

/* v is in register r for a moment only: keep it in a spill slot. */
void ra_spill_reg(struct cg *cg, val_t v, unsigned r)
{
	unsigned slot = spill_slot(cg, r);

	cg->slot_val[slot] = v;
	cg->val[v].mem = (u8)slot;
	store_slot(cg, slot, r);
}

/* Take the value out of a local register. */
static void evict(struct cg *cg, unsigned r)
{
	val_t v = cg->reg_val[r];

	if (!v)
		return;
	if (cg->val[v].last >= cg->cur)
		spill(cg, v);
	cg->val[v].reg = CG_NOREG;
	cg->reg_val[r] = 0;
}

static unsigned pick_victim(struct cg *cg, u32 cand)
{
	unsigned best = CG_NOREG, best_rank = 0;

	for (; cand; cand &= cand - 1) {
		unsigned r = (unsigned)__builtin_ctz(cand);
		val_t v = cg->reg_val[r];
		unsigned rank = cg->val[v].last + 1u;

		if (rank <= cg->cur)			/* dead */
			rank = 3 * IR_MAX_INST;
		else if (cg->val[v].mem || remat(cg, v))
			rank += IR_MAX_INST;
		if (rank > best_rank) {
			best_rank = rank;
			best = r;
		}
	}
	return best;
}

/* A register of the pool without needed value, in order of preference. */
static unsigned find_free(const struct cg *cg, u32 pool)
{
	static const u8 order[3] = { RCX, RDX, RAX };
	unsigned best = ARRAY_LEN(order);

	if (pool > 0xffff) {
		for (; pool; pool &= pool - 1)
			if (unneeded(cg, cg->reg_val[__builtin_ctz(pool)]))
				return (unsigned)__builtin_ctz(pool);
		return CG_NOREG;
	}
	/* Conditional moves: which one it will be is hard to predict. */
	for (unsigned k = ARRAY_LEN(order); k--; ) {
		unsigned r = order[k];

		best = pool >> r & unneeded(cg, cg->reg_val[r]) ? k : best;
	}
	return best < ARRAY_LEN(order) ? order[best] : CG_NOREG;
}

/* Register r, which find_free() found, holds nothing. */
static inline void detach(struct cg *cg, unsigned r)
{
	cg->val[cg->reg_val[r]].reg = CG_NOREG;
	cg->reg_val[r] = 0;
}

/* A free register out of `allowed`, made free if need be; locks it. */
unsigned ra_alloc(struct cg *cg, u32 allowed)
{
	u32 cand = allowed & ~cg->locked;
	unsigned r = find_free(cg, cand);

	if (r != CG_NOREG) {
		detach(cg, r);
	} else {
		r = pick_victim(cg, cand);
		if (r == CG_NOREG) {
			cg->failed = true;
			return (unsigned)__builtin_ctz(allowed);
		}
		evict(cg, r);
	}
	cg->locked |= bit(r);
	return r;
}

static void place(struct cg *cg, val_t v, unsigned r)
{
	cg->reg_val[r] = v;
	cg->val[v].reg = (u8)r;
}

/* The place in struct cpu of what pinned register r holds. */
static unsigned home_slot(unsigned r)
{
	return r >= CG_XMM0 ? CG_SLOT_V + pins.vector_of[r - CG_XMM0] :
			      CG_SLOT_R + pins.guest_of[r];
}

/*
 * No local register is left: take one that a guest register is pinned to.
 * Its place in struct cpu, otherwise unused while translated code runs, keeps
 * the content until ra_end_inst(); the side table is told (recover.c).
 */
static void borrow(struct cg *cg, unsigned r)
{
	cg->locked |= bit(r);
	cg->borrowed |= bit(r);
	cg->special = true;
	save(cg, home_slot(r), r);
}

/* One of these registers, none of which an operand is in. */
static unsigned borrow_any(struct cg *cg, u32 cand)
{
	const struct ir_inst *i = &cg->ir->inst[cg->cur];
	const val_t op[3] = { i->a, i->b, i->c };
	unsigned r;

	cand &= ~cg->locked;
	for (unsigned k = 0; k < 3; k++) {
		r = cg->val[cg->root[op[k]]].reg;
		if (op[k] && r != CG_NOREG)
			cand &= ~bit(r);
	}
	/* Nothing would give it back where the block is left. */
	if (!cand || ir_op_info[i->op].flags & (IRF_E | IRF_T)) {
		cg->failed = true;
		return RAX;
	}
	r = (unsigned)__builtin_ctz(cand);
	borrow(cg, r);
	return r;
}

void ra_borrow_fixed(struct cg *cg, unsigned r)
{
	if (cg->locked & bit(r))
		cg->failed = true;
	borrow(cg, r);
}

static void give_back(struct cg *cg)
{
	for (u32 m = cg->borrowed; m; m &= m - 1) {
		unsigned r = (unsigned)__builtin_ctz(m);

		load_slot(cg, r, home_slot(r));
	}
	cg->borrowed = 0;
}

void ra_late_stores(struct cg *cg, unsigned from, unsigned to)
{
	for (; from < to; from++)
		store_slot(cg, cg->late[from].slot, cg->late[from].reg);
}

/* What few instructions need at their end. */
void ra_end_special(struct cg *cg)
{
	if (cg->borrowed)
		give_back(cg);
	/* Cold paths of this instruction learn which stores came after them. */
	for (unsigned k = cg->ncold; k-- && cg->cold[k].idx == cg->cur; )
		cg->cold[k].late_to = (u8)cg->nlate;
	cg->special = false;
}

/* -- Operands -------------------------------------------------------------- */

static unsigned use(struct cg *cg, val_t v, u32 allowed)
{
	struct cg_val *x;
	unsigned r;

	v = cg->root[v];
	x = &cg->val[v];
	if (x->reg == CG_NOREG) {
		r = ra_alloc(cg, allowed);
		fill(cg, r, v);
		place(cg, v, r);
	}
	cg->locked |= bit(x->reg);
	return x->reg;
}

unsigned cg_use_gpr(struct cg *cg, val_t v)
{
	return use(cg, v, LOCAL_GPR_MASK) & 15;
}

unsigned cg_use_xmm(struct cg *cg, val_t v)
{
	return use(cg, v, LOCAL_XMM_MASK << 16) & 15;
}

bool cg_use_mem(struct cg *cg, val_t v, s32 *disp)
{
	const struct cg_val *x;

	v = cg->root[v];
	x = &cg->val[v];
	if (x->reg != CG_NOREG || !x->mem || x->last > cg->cur)
		return false;
	*disp = slot_disp(x->mem);
	return true;
}

/* -- Results --------------------------------------------------------------- */

/* v is leaving register h: is it in another pinned one as well? */
static bool use_copy(struct cg *cg, val_t v, unsigned h)
{
	for (unsigned r = 0; r < CG_NREG; r++)
		if (cg->reg_val[r] == v && r != h) {
			cg->val[v].reg = (u8)r;
			return true;
		}
	return false;
}

/* May the result of idx go straight into its pinned home? */
static bool home_ok(struct cg *cg, unsigned idx, u32 busy)
{
	unsigned h = cg->val[idx].home;
	val_t old;

	if (h == CG_NOREG || (busy | cg->borrowed) & bit(h))
		return false;
	old = cg->reg_val[h];
	return !old || !live(cg, old) || cg->val[old].reg != h ||
	       use_copy(cg, old, h);
}

static unsigned take_home(struct cg *cg, unsigned idx)
{
	unsigned h = cg->val[idx].home;
	val_t old = cg->reg_val[h];

	if (old && cg->val[old].reg == h)
		cg->val[old].reg = CG_NOREG;
	place(cg, (val_t)idx, h);
	cg->locked |= bit(h);
	return h;
}

/* A register of an operand that dies here. */
static unsigned dying_operand(struct cg *cg, u32 allowed)
{
	u32 m = allowed & cg->locked & ~cg->tmps;

	for (; m; m &= m - 1) {
		unsigned r = (unsigned)__builtin_ctz(m);
		val_t v = cg->reg_val[r];

		if (v && v != cg->cur && cg->val[v].last <= cg->cur)
			return r;
	}
	return CG_NOREG;
}

static bool any_free(struct cg *cg, u32 allowed)
{
	return find_free(cg, allowed & ~cg->locked) != CG_NOREG;
}

static unsigned def(struct cg *cg, unsigned idx, u32 allowed,
		    enum def_mode mode)
{
	unsigned r;

	if (home_ok(cg, idx, mode == DEF_EARLY ? cg->locked : cg->tmps))
		return take_home(cg, idx);
	if (mode == DEF_ANY && !any_free(cg, allowed)) {
		r = dying_operand(cg, allowed);
		if (r != CG_NOREG) {
			detach(cg, r);
			place(cg, (val_t)idx, r);
			return r;
		}
	}
	r = ra_alloc(cg, allowed);
	place(cg, (val_t)idx, r);
	return r;
}

unsigned cg_def_gpr(struct cg *cg, unsigned idx)
{
	return def(cg, idx, LOCAL_GPR_MASK, DEF_ANY) & 15;
}

unsigned cg_def_gpr_early(struct cg *cg, unsigned idx)
{
	return def(cg, idx, LOCAL_GPR_MASK, DEF_EARLY) & 15;
}

unsigned cg_def_xmm(struct cg *cg, unsigned idx)
{
	return def(cg, idx, LOCAL_XMM_MASK << 16, DEF_ANY) & 15;
}

unsigned cg_def_xmm_early(struct cg *cg, unsigned idx)
{
	return def(cg, idx, LOCAL_XMM_MASK << 16, DEF_EARLY) & 15;
}

/* Is v an operand of the current instruction more than once? */
static bool named_twice(const struct cg *cg, val_t v)
{
	const struct ir_inst *i = &cg->ir->inst[cg->cur];

	return (cg->root[i->a] == v) + (cg->root[i->b] == v) +
	       (cg->root[i->c] == v) > 1;
}

static unsigned def_as(struct cg *cg, unsigned idx, val_t a, u32 allowed)
{
	struct cg_val *x;
	unsigned r, ra;
	u32 others;

	a = cg->root[a];
	x = &cg->val[a];
	ra = x->reg;
	others = cg->locked;
	if (ra != CG_NOREG && !named_twice(cg, a))
		others &= ~bit(ra);
	if (home_ok(cg, idx, others)) {
		r = take_home(cg, idx);
	} else if (ra != CG_NOREG && is_local(ra) && !live(cg, a) &&
		   !(others & bit(ra))) {
		detach(cg, ra);
		place(cg, (val_t)idx, ra);
		cg->locked |= bit(ra);
		return ra;
	} else {
		if (ra != CG_NOREG)
			cg->locked |= bit(ra);
		r = ra_alloc(cg, allowed);
		place(cg, (val_t)idx, r);
	}
	if (ra == CG_NOREG)
		fill(cg, r, a);
	else
		move(cg, r, ra);
	return r;
}

unsigned cg_def_gpr_as(struct cg *cg, unsigned idx, val_t a)
{
	return def_as(cg, idx, a, LOCAL_GPR_MASK) & 15;
}

unsigned cg_def_xmm_as(struct cg *cg, unsigned idx, val_t a)
{
	return def_as(cg, idx, a, LOCAL_XMM_MASK << 16) & 15;
}

/* -- Temporaries ----------------------------------------------------------- */

unsigned cg_tmp_gpr(struct cg *cg)
{
	unsigned r;

	if (!(LOCAL_GPR_MASK & ~cg->locked))
		return borrow_any(cg, pins.gpr);
	r = ra_alloc(cg, LOCAL_GPR_MASK);

	cg->tmps |= bit(r);
	return r;
}

unsigned cg_tmp_xmm(struct cg *cg)
{
	unsigned r;

	if (!(LOCAL_XMM_MASK & ~(cg->locked >> 16)))
		/* xmm0 is an implicit operand of some instructions */
		return borrow_any(cg, (PIN_XMM_MASK & ~1u) << 16) & 15;
	r = ra_alloc(cg, LOCAL_XMM_MASK << 16);
	cg->tmps |= bit(r);
	return r - CG_XMM0;
}

unsigned cg_use_gpr_clean(struct cg *cg, val_t v)
{
	unsigned r = cg_use_gpr(cg, v), t;

	if (cg_type(cg, v) != IR_I32 ||
	    ir_vtype(cg->ir, cg->root[v]) == IR_I32)
		return r;
	t = cg_tmp_gpr(cg);
	enc_mov_rr(&cg->e, 0, t, r);
	return t;
}

/* Move the value in r to another local register, or to memory. */
static void vacate(struct cg *cg, unsigned r)
{
	val_t v = cg->reg_val[r];
	u32 pool = r >= CG_XMM0 ? LOCAL_XMM_MASK << 16 : LOCAL_GPR_MASK;
	unsigned to;

	if (!v)
		return;
	if (cg->val[v].last < cg->cur || cg->val[v].mem || remat(cg, v) ||
	    !any_free(cg, pool & ~bit(r))) {
		evict(cg, r);
		return;
	}
	to = ra_alloc(cg, pool & ~bit(r));
	cg->locked &= ~bit(to);
	move(cg, to, r);
	cg->reg_val[r] = 0;
	place(cg, v, to);
}

static unsigned tmp_fixed(struct cg *cg, unsigned r)
{
	if (cg->locked & bit(r))
		cg->failed = true;
	vacate(cg, r);
	cg->locked |= bit(r);
	cg->tmps |= bit(r);
	return r;
}

unsigned cg_tmp_fixed_gpr(struct cg *cg, unsigned r)
{
	return tmp_fixed(cg, r);
}

unsigned cg_tmp_fixed_xmm(struct cg *cg, unsigned r)
{
	return tmp_fixed(cg, r + CG_XMM0) - CG_XMM0;
}

/*
 * The result of idx is in the fixed temporary `reg` (GPR or CG_XMM0 + n);
 * called when all code of the instruction is emitted.
 */
void ra_assign(struct cg *cg, unsigned idx, unsigned reg)
{
	cg->tmps &= ~bit(reg);
	if (home_ok(cg, idx, 0)) {
		unsigned h = take_home(cg, idx);

		move(cg, h, reg);
		return;
	}
	place(cg, (val_t)idx, reg);
}

/* -- Guest registers ------------------------------------------------------- */

/* idx is another name of the value w, from now on. */
static void alias(struct cg *cg, unsigned idx, val_t w)
{
	cg->root[idx] = w;
	if (cg->val[w].last < cg->val[idx].last)
		cg->val[w].last = cg->val[idx].last;
}

static void get_pinned(struct cg *cg, unsigned idx, unsigned pin)
{
	val_t w = cg->reg_val[pin];

	if (w && cg->val[w].reg != CG_NOREG)
		alias(cg, idx, w);
	else
		place(cg, (val_t)idx, pin);
}

static void get_slot(struct cg *cg, unsigned idx, unsigned slot)
{
	val_t w = cg->slot_val[slot];

	if (w && cg->val[w].mem == slot &&
	    ir_vtype(cg->ir, w) == ir_vtype(cg->ir, (val_t)idx)) {
		alias(cg, idx, w);
		return;
	}
	if (w && cg->val[w].mem == slot)
		ra_slot_overwritten(cg, slot, (val_t)idx);
	cg->slot_val[slot] = (val_t)idx;
	cg->val[idx].mem = (u8)slot;
}

void ra_getr(struct cg *cg, unsigned idx, unsigned reg)
{
	unsigned pin = pin_of_r(reg);

	if (pin != CG_NOREG)
		get_pinned(cg, idx, pin);
	else
		get_slot(cg, idx, CG_SLOT_R + reg);
}

/* A wider view of a narrow value's register must not be its alias. */
void ra_getv(struct cg *cg, unsigned idx, unsigned reg)
{
	unsigned pin = pin_of_v(reg);
	val_t w;

	if (pin == CG_NOREG) {
		get_slot(cg, idx, CG_SLOT_V + reg);
		return;
	}
	w = cg->reg_val[pin];
	if (w && cg->val[w].reg == pin && live(cg, w) &&
	    ir_vtype(cg->ir, w) != ir_vtype(cg->ir, (val_t)idx)) {
		evict(cg, pin);
		w = 0;
	}
	if (w && ir_vtype(cg->ir, w) != ir_vtype(cg->ir, (val_t)idx)) {
		if (cg->val[w].reg == pin)
			cg->val[w].reg = CG_NOREG;
		w = 0;
	}
	if (w && cg->val[w].reg != CG_NOREG)
		alias(cg, idx, w);
	else
		place(cg, (val_t)idx, pin);
}

void ra_slot_overwritten(struct cg *cg, unsigned slot, val_t now)
{
	val_t old = cg->slot_val[slot];
	struct cg_val *x = &cg->val[old];
	unsigned r;

	cg->slot_val[slot] = now;
	if (!old || old == now || x->mem != slot)
		return;
	/* >=: the current instruction may still have to read it */
	if (x->reg == CG_NOREG && x->last >= cg->cur && !remat(cg, old)) {
		r = ra_alloc(cg, xmm_type(ir_vtype(cg->ir, old)) ?
			     LOCAL_XMM_MASK << 16 : LOCAL_GPR_MASK);
		load_slot(cg, r, slot);
		place(cg, old, r);
	}
	x->mem = 0;
}

/*
 * The same in the middle of an instruction, when there may be no register to
 * move the old value to: it goes to a spill slot by way of GPR `via`.
 */
void ra_slot_rescue(struct cg *cg, unsigned slot, val_t now, unsigned via)
{
	val_t old = cg->slot_val[slot];
	struct cg_val *x = &cg->val[old];

	cg->slot_val[slot] = now;
	if (!old || old == now || x->mem != slot)
		return;
	x->mem = 0;
	if (x->reg == CG_NOREG && x->last >= cg->cur) {
		load_slot(cg, via, slot);
		ra_spill_reg(cg, old, via);
	}
}

/* Pinned register h gets another value: save the old one if needed. */
static void displace(struct cg *cg, unsigned h)
{
	val_t old = cg->reg_val[h];
	unsigned r;

	cg->reg_val[h] = 0;
	if (!old || cg->val[old].reg != h)
		return;
	cg->val[old].reg = CG_NOREG;
	if (!live(cg, old) || cg->val[old].mem || remat(cg, old) ||
	    use_copy(cg, old, h))
		return;
	r = ra_alloc(cg, h >= CG_XMM0 ? LOCAL_XMM_MASK << 16 :
		     LOCAL_GPR_MASK);
	move(cg, r, h);
	place(cg, old, r);
}

/* v has just been copied to pinned register h. */
static void copied(struct cg *cg, val_t v, unsigned h)
{
	unsigned r = cg->val[v].reg;

	cg->reg_val[h] = v;
	if (r != CG_NOREG && !is_local(r))
		return;
	if (r != CG_NOREG)
		cg->reg_val[r] = 0;
	cg->val[v].reg = (u8)h;
}

void ra_putr(struct cg *cg, val_t v, unsigned reg)
{
	unsigned h = pin_of_r(reg), slot = CG_SLOT_R + reg;
	struct cg_val *x;
	u64 c;

	v = cg->root[v];
	x = &cg->val[v];
	if (h != CG_NOREG) {
		if (cg->reg_val[h] == v)
			return;
		if (x->reg != CG_NOREG)
			cg->locked |= bit(x->reg);
		displace(cg, h);
		if (x->reg == CG_NOREG)
			fill(cg, h, v);
		else
			move(cg, h, x->reg);
		copied(cg, v, h);
		return;
	}
	if (cg->slot_val[slot] == v && x->mem == slot)
		return;
	if (x->reg == CG_NOREG && ir_is_const(cg->ir, v, &c) &&
	    (s64)c == (s32)c) {
		ra_slot_overwritten(cg, slot, v);
		enc_mov_mi_s(&cg->e, 3, slot_mem(slot), (s32)c);
	} else {
		unsigned r = cg_use_gpr(cg, v);

		ra_slot_overwritten(cg, slot, v);
		store_slot(cg, slot, r);
	}
	free_slot(cg, x->mem);
	x->mem = (u8)slot;
}

/* d = s with the bits above the type cleared; s may be d. */
static void move_zext(struct cg *cg, unsigned d, unsigned s, enum ir_type t)
{
	struct enc *e = &cg->e;
	unsigned bytes = ir_type_bytes(t);

	cg->ncleared++;
	if (bytes == 8) {
		enc_v2(e, SSE_MOVQ, d, s);
	} else if (bytes == 4 && cg->feat & HF_SSE41) {
		enc_v3i(e, SSE_INSERTPS, d, s, s, 0x0e);
	} else {
		unsigned id = cg_const128(cg, bytes == 4 ? ~0u : 0xffff, 0);

		if (d != s)
			enc_vmov(e, d, s);
		enc_v3m(e, SSE_PAND, d, d, hm_rip());
		cg_const_ref(cg, id);
	}
}

static void putv_pinned(struct cg *cg, val_t v, enum ir_type t, bool zext,
			unsigned h)
{
	struct cg_val *x = &cg->val[v];
	bool whole = ir_vtype(cg->ir, v) == t;
	unsigned src;

	if (cg->reg_val[h] == v && zext)
		return;
	src = x->reg;
	if (src == CG_NOREG && !whole)
		src = cg_use_xmm(cg, v) + CG_XMM0;
	if (src != CG_NOREG)
		cg->locked |= bit(src);
	if (cg->reg_val[h] != v || !whole)
		displace(cg, h);
	if (src == CG_NOREG) {
		fill(cg, h, v);
		src = h;
	}
	if (zext)
		move(cg, h, src);
	else
		move_zext(cg, h - CG_XMM0, src - CG_XMM0, t);
	/* A narrow view of a wider value: that one is not here. */
	if (!whole)
		return;
	if (!zext && (src == h || is_local(src)))
		x->flags |= CGV_ZEXT;
	copied(cg, v, h);
}

static void putv_slot(struct cg *cg, val_t v, enum ir_type t, bool zext,
		      unsigned slot)
{
	struct cg_val *x = &cg->val[v];
	bool whole = ir_vtype(cg->ir, v) == t;
	unsigned r;

	if (cg->slot_val[slot] == v && x->mem == slot && zext)
		return;
	r = cg_use_xmm(cg, v) + CG_XMM0;
	if (!zext) {
		unsigned d = r;

		if (!whole || !is_local(r))
			d = cg_tmp_xmm(cg) + CG_XMM0;
		else
			x->flags |= CGV_ZEXT;
		move_zext(cg, d - CG_XMM0, r - CG_XMM0, t);
		r = d;
	}
	ra_slot_overwritten(cg, slot, whole ? v : 0);
	store_slot(cg, slot, r);
	if (whole) {
		free_slot(cg, x->mem);
		x->mem = (u8)slot;
	}
}

void ra_putv(struct cg *cg, val_t v, unsigned reg)
{
	enum ir_type t = ir_vtype(cg->ir, v);
	unsigned h = pin_of_v(reg);
	bool zext;

	v = cg->root[v];
	/* Constants learn their upper bits when they are loaded. */
	if (cg->val[v].reg == CG_NOREG && cg->ir->inst[v].op == IR_VCONST)
		cg_use_xmm(cg, v);
	zext = ir_type_bytes(t) == 16 ||
	       ((cg->val[v].flags & CGV_ZEXT) &&
		ir_type_bytes(ir_vtype(cg->ir, v)) <= ir_type_bytes(t));
	if (h != CG_NOREG)
		putv_pinned(cg, v, t, zext, h);
	else
		putv_slot(cg, v, t, zext, CG_SLOT_V + reg);
}

/* -- Calls that may change everything --------------------------------------- */

static void save_slot_value(struct cg *cg, unsigned slot)
{
	val_t v = cg->slot_val[slot];

	if (v && cg->val[v].mem == slot && live(cg, v))
		ra_slot_overwritten(cg, slot, 0);
	cg->slot_val[slot] = 0;
}

/*
 * Guest state is about to change behind our back: every value that is still
 * needed goes to a spill slot, nothing is in registers afterwards.
 */
void ra_spill_all(struct cg *cg)
{
	for (unsigned s = CG_SLOT_R; s < CG_SLOT_RS; s++)
		if (cg->slot_val[s])
			save_slot_value(cg, s);
	for (unsigned r = 0; r < CG_NREG; r++) {
		val_t v = cg->reg_val[r];

		cg->reg_val[r] = 0;
		if (!v || cg->val[v].reg != r)
			continue;
		if (live(cg, v)) {
			if (cg->val[v].mem && cg->val[v].mem < CG_SLOT_RS)
				cg->val[v].mem = 0;
			spill(cg, v);
		}
		cg->val[v].reg = CG_NOREG;
	}
}
