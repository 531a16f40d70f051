/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The backward walk over one IR block.  In: cg->ir.  Out, in cg->val[]: last
 * use and number of uses of every value, instructions that need no code, the
 * pinned register a value should be computed in, and which exits must find
 * the guest's flags in memory.
 *
 * A PUT is dead if another PUT of the same register follows with nothing in
 * between that could see the first: a fault, an exit, a helper, a GET.  For
 * flags faults do not count (unless asked for exactness, see host.h): a
 * handler of a synchronous signal would see older flags in its frame, but the
 * code it returns to cannot.
 */
#include "translate/host/x64/pins.h"

#include <string.h>

struct walk {
	struct cg *cg;
	const struct ir *ir;
	/* Latest PUT met of each guest register, valid in the same epoch. */
	struct { val_t v; u16 epoch; } r[32], v[32];
	u16 epoch;
	unsigned first_putf;	/* nothing before changes the flags */
	enum { NOBODY, PERHAPS, SURELY } flags_needed;	/* behind here */
	unsigned flags_last;	/* the last one who does */
};

/* Operand number n of instruction `at` is v. */
static inline void use(struct walk *w, val_t v, unsigned at, unsigned n)
{
	struct cg_val *x = &w->cg->val[w->cg->root[v]];

	if (!x->last) {
		x->last = (u16)at;
		w->cg->val[at].flags |= (u8)(CGV_KILL_A << n);
	}
	x->uses++;
}

static void put(struct walk *w, const struct ir_inst *i, unsigned at,
		unsigned pin, val_t *pend_v, u16 *pend_epoch)
{
	val_t v = w->cg->root[i->a];

	if (*pend_epoch == w->epoch) {
		w->cg->val[at].flags |= CGV_DEAD;
		return;
	}
	*pend_v = v;
	*pend_epoch = w->epoch;
	w->cg->val[v].home = (u8)pin;
	use(w, i->a, at, 0);
}

/* -- x86 flags ---------------------------------------------------------------
 * Which of them are read is known for each value, so that what an instruction
 * leaves alone is not kept for nobody.                                       */

enum { NEED_C = 1, NEED_P = 2, NEED_A = 4, NEED_Z = 8, NEED_S = 16,
       NEED_V = 32, NEED_ALL = 63 };

static u8 cond_needs(unsigned cond)
{
	static const u8 tab[] = {
		NEED_Z, NEED_C, NEED_S, NEED_V, NEED_C | NEED_Z,
		NEED_S | NEED_V, NEED_S | NEED_V | NEED_Z, NEED_C | NEED_Z,
		NEED_P
	};

	return tab[cond >> 1];
}

static void use_flags(struct walk *w, val_t v, unsigned at, unsigned n,
		      u8 need)
{
	u8 *have = &w->cg->fneed[w->cg->root[v]];

	if (!v || !need)
		return;
	*have = w->cg->val[w->cg->root[v]].last ? *have | need : need;
	use(w, v, at, n);
}

/* How much of operand c, the flags of before, instruction i passes on or
 * reads if `need` of its own are read. */
static u8 old_flags_needed(const struct walk *w, const struct ir_inst *i,
			   u8 need)
{
	u64 k;

	switch (i->op) {
	case IR_XF_INC: case IR_XF_DEC:
		return need & NEED_C;
	case IR_XF_BT:
		return need & ~NEED_C;
	case IR_XF_ROL: case IR_XF_ROR:
		return ir_is_const(w->ir, i->b, &k) ?
			need & ~(NEED_C | NEED_V) : need;
	case IR_XF_RCL: case IR_XF_RCR:
		return need | NEED_C;
	case IR_XF_SHL: case IR_XF_SHR: case IR_XF_SAR:
		return need;
	default:			/* the carry goes in */
		return NEED_C;
	}
}

/* Operands of an instruction one of which is x86 flags; true if it was one. */
static bool x86_uses(struct walk *w, const struct ir_inst *i, unsigned at)
{
	const struct ir_op_info *o = &ir_op_info[i->op];
	u8 need = w->cg->fneed[at];

	if (o->c == 'F' || o->c == 'f') {
		use(w, i->a, at, 0);
		if (i->b)
			use(w, i->b, at, 1);
		use_flags(w, i->c, at, 2, old_flags_needed(w, i, need));
		return true;
	}
	if (o->a != 'F')
		return false;
	switch (i->op) {
	case IR_XF_CF: need &= ~NEED_C; break;
	case IR_XF_OF: need &= ~NEED_V; break;
	case IR_EXIT_IF: case IR_SETC: case IR_SELECT:
		need = cond_needs(i->aux);
		break;
	default: need = NEED_ALL;
	}
	use_flags(w, i->a, at, 0, need);
	if (i->b)
		use(w, i->b, at, 1);
	if (i->c)
		use(w, i->c, at, 2);
	return true;
}

static void need_flags(struct walk *w, unsigned at)
{
	if (w->flags_needed == NOBODY)
		w->flags_last = at;
	w->flags_needed = SURELY;
}

static void put_flags(struct walk *w, const struct ir_inst *i, unsigned at)
{
	bool used = w->cg->val[w->cg->root[i->a]].uses;

	if (w->flags_needed == NOBODY ||
	    (w->flags_needed == PERHAPS && used)) {
		w->flags_needed = NOBODY;
		w->cg->val[at].flags |= CGV_DEAD;
		return;
	}
	w->cg->val[at].last = (u16)w->flags_last;
	w->flags_needed = NOBODY;
	use_flags(w, i->a, at, 0, NEED_ALL);
}

/*
 * Need the flags be stored for exit i?  Calling conventions leave them
 * undefined at calls and returns (AAPCS64, 6.1.1); should the code called or
 * that behind a call read them all the same, the caller of emit() is told.
 */
static bool exit_needs_flags(struct walk *w, const struct ir_inst *i,
			     unsigned at)
{
	struct host_block *hb = w->cg->hb;
	const u64 *pool = &w->ir->pool[i->imm];
	bool call = i->op == IR_CALL || i->op == IR_CALL_IND;

	if (!hb->flags_fate)
		return true;
	if (call && hb->flags_fate(w->cg->t, pool[1]) == FLAGS_READ)
		hb->flags_cross_calls = true;
	if (i->op == IR_CALL &&
	    hb->flags_fate(w->cg->t, pool[0]) == FLAGS_READ)
		hb->flags_cross_calls = true;
	if (at < w->first_putf)
		return false;
	if (call || i->op == IR_RET)
		return !hb->flags_die_at_calls;
	if (i->op == IR_GOTO || ir_op_info[i->op].flags & IRF_E)
		return hb->flags_fate(w->cg->t, pool[0]) != FLAGS_DEAD;
	return true;
}

/*
 * Behind an indirect jump nobody can look.  Compilers put the reader of a
 * comparison next to it, so one that has been read on the way here counts as
 * done with; one that has not must have been meant for the other side.
 */
static void exit_op(struct walk *w, const struct ir_inst *i, unsigned at)
{
	if (!exit_needs_flags(w, i, at))
		return;
	w->cg->val[at].flags |= CGV_FLAGS;
	need_flags(w, at);
	if (i->op == IR_GOTO_IND && w->cg->hb->flags_fate)
		w->flags_needed = PERHAPS;
}

/* Guest state operations; true if i was one. */
static bool state_op(struct walk *w, const struct ir_inst *i, unsigned at)
{
	struct cg_val *x = &w->cg->val[at];

	switch (i->op) {
	case IR_PUTR:
		put(w, i, at, pin_of_r(i->imm), &w->r[i->imm].v,
		    &w->r[i->imm].epoch);
		return true;
	case IR_PUTV:
		put(w, i, at, pin_of_v(i->imm), &w->v[i->imm].v,
		    &w->v[i->imm].epoch);
		return true;
	case IR_GETR:
		w->r[i->imm].epoch = 0;
		break;
	case IR_GETV:
		w->v[i->imm].epoch = 0;
		break;
	case IR_GETF:
		need_flags(w, at);
		break;
	case IR_PUTF:
		put_flags(w, i, at);
		return true;
	default:
		return false;
	}
	if (!x->uses)
		x->flags |= CGV_DEAD;
	return true;
}

/* Keep the hint of value `at` only if its PUT is still ahead unobserved. */
static void check_home(struct walk *w, unsigned at)
{
	struct cg_val *x = &w->cg->val[at];
	unsigned g;

	if (x->home == CG_NOREG)
		return;
	if (x->home >= CG_XMM0) {
		g = pins.vector_of[x->home - CG_XMM0];
		if (w->v[g].v != at || w->v[g].epoch != w->epoch)
			x->home = CG_NOREG;
		return;
	}
	g = pins.guest_of[x->home];
	if (w->r[g].v != at || w->r[g].epoch != w->epoch)
		x->home = CG_NOREG;
}

/*
 * CLZ of an RBIT counts trailing zeros of what RBIT reversed: that value, or
 * 0.  The RBIT itself may then be unneeded.
 */
val_t cg_clz_source(const struct cg *cg, const struct ir_inst *i)
{
	const struct ir_inst *r = &cg->ir->inst[cg->root[i->a]];

	return cg->feat & HF_BMI1 && r->op == IR_RBIT && r->type == i->type ?
		r->a : 0;
}

static void walk_inst(struct walk *w, const struct ir_inst *i, unsigned at)
{
	enum {
		SEES = IRF_L | IRF_M | IRF_E | IRF_T | IRF_W,
		KEEP = SEES | IRF_X
	};
	struct cg_val *x = &w->cg->val[at];
	unsigned fl = ir_op_info[i->op].flags;

	if (state_op(w, i, at))
		return;
	if (!(fl & KEEP) && !x->uses) {
		x->flags |= CGV_DEAD;
		return;
	}
	check_home(w, at);
	if (i->op == IR_LDENV || fl & SEES)
		w->epoch++;
	if (fl & (IRF_E | IRF_T))
		exit_op(w, i, at);
	else if (i->op == IR_HELPER ||
		 (!w->cg->hb->flags_fate && fl & (IRF_L | IRF_M)))
		need_flags(w, at);
	if (i->op == IR_CLZ && cg_clz_source(w->cg, i)) {
		use(w, cg_clz_source(w->cg, i), at, 0);
		return;
	}
	if (pins.x86_flags && x86_uses(w, i, at))
		return;
	use(w, i->a, at, 0);
	if (i->b)
		use(w, i->b, at, 1);
	if (i->c)
		use(w, i->c, at, 2);
}

/* What value k is another name of: itself, or an older value. */
static val_t root_of(const struct cg *cg, unsigned k)
{
	const struct ir_inst *i = &cg->ir->inst[k];

	if (i->op == IR_TRUNC || i->op == IR_VCAST ||
	    (i->op == IR_ZEXT32 && cg->ir->inst[i->a].op != IR_TRUNC))
		return cg->root[i->a];
	return (val_t)k;
}

_Static_assert(sizeof(struct cg_val) == sizeof(u64), "one store");

void cg_liveness(struct cg *cg)
{
	const struct cg_val fresh = { .reg = CG_NOREG, .home = CG_NOREG };
	struct walk w = { .cg = cg, .ir = cg->ir, .epoch = 1,
			  .first_putf = ~0u };
	unsigned n = cg->ir->ninst;
	u64 bits;

	memcpy(&bits, &fresh, sizeof(bits));	/* as one store per value */
	for (unsigned k = 0; k < n; k++) {
		memcpy(&cg->val[k], &bits, sizeof(bits));
		cg->root[k] = root_of(cg, k);
		if (cg->ir->inst[k].op == IR_PUTF && k < w.first_putf)
			w.first_putf = k;
	}
	for (unsigned k = n - 1; k > 0; k--)
		walk_inst(&w, &cg->ir->inst[k], k);
}
