/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The backward walk over one IR block.  In: cg->ir.  Out, in cg->val[]: last
 * use and number of uses of every value, instructions that need no code, the
 * pinned register a value should be computed in, and which exits must find
 * the guest's flags in memory.
 *
 * A PUT is dead if another PUT of the same register follows with nothing in
 * between that could see the first: a fault, an exit, a helper, a GET.  For
 * flags faults count only before the last reader (unless asked for exactness,
 * see host.h): a handler of a synchronous signal may see older flags in its
 * frame, but the code it returns to cannot.
 */
#include "translate/host/x64/pins.h"

#include <string.h>

struct walk {
	struct cg *cg;
	const struct ir *ir;
	u64 epoch;
	unsigned watch;		/* facts that need a closer look */
	unsigned first_putf;	/* nothing before changes the flags */
	enum { NOBODY, PERHAPS, SURELY } flags_needed;	/* behind here */
	unsigned flags_last;	/* the last one who does */
	unsigned fault;		/* the next access that may fault */
};

/* Facts about opcodes that the walks go by. */
enum {
	KEEP = 1,		/* needs code even if nobody uses its value */
	SEES = 2,		/* what guest registers hold may be seen here */
	LEAVES = 4,		/* exits and ends of blocks */
	MEM = 8,
	HELPER = 16,
	COUNTS = 32,		/* CLZ, see cg_clz_source() */
	ALIAS = 64,		/* may be another name of its operand */
	SILENT = 128		/* never needs code of its own */
};

#define BIT_IF(cond, bit) ((cond) ? (bit) : 0)
static const u8 op_facts[IR_OP_COUNT] = {
#define _(name, r, a, b, c, f) [IR_##name] = \
	BIT_IF(IRF_##f & (IRF_LM | IRF_E | IRF_T | IRF_W | IRF_X), KEEP) | \
	BIT_IF(IRF_##f & (IRF_LM | IRF_E | IRF_T | IRF_W) || \
	       IR_##name == IR_LDENV, SEES) | \
	BIT_IF(IRF_##f & (IRF_E | IRF_T), LEAVES) | \
	BIT_IF(IRF_##f & IRF_LM, MEM) | \
	BIT_IF(IR_##name == IR_HELPER, HELPER) | \
	BIT_IF(IR_##name == IR_CLZ, COUNTS) | \
	BIT_IF(IR_##name == IR_TRUNC || IR_##name == IR_VCAST || \
	       IR_##name == IR_ZEXT32, ALIAS) | \
	BIT_IF(IR_##name == IR_CONST, SILENT),
#include "translate/ir.def"
#undef _
};
#undef BIT_IF

/*
 * Instruction `at` uses v (0: none), which is no alias.  Without branches: who
 * is the last is hard to predict.
 */
static inline void use(struct cg *cg, val_t v, unsigned at)
{
	struct cg_val *x = &cg->val[v];

	x->uses++;
	x->last = x->last ? x->last : (u16)at;
}

static inline void dead(struct cg *cg, unsigned at)
{
	cg->val[at].flags |= CGV_DEAD;
}

static inline void alive(struct cg *cg, unsigned at)
{
	cg->live[cg->nlive++] = (val_t)at;
}

/* PUTR and PUTV */
static inline void put(struct walk *w, const struct ir_inst *i, unsigned at,
		       unsigned pin, struct cg_put *p)
{
	struct cg *cg = w->cg;
	val_t v;

	if (p->epoch == w->epoch) {
		dead(cg, at);
		return;
	}
	v = cg->root[i->a];
	*p = (struct cg_put){ w->epoch, v };
	cg->val[v].home = (u8)pin;
	use(cg, v, at);
	alive(cg, at);
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

static void use_flags(struct cg *cg, val_t v, unsigned at, u8 need)
{
	val_t r = cg->root[v];

	if (!v || !need)
		return;
	cg->fneed[r] = cg->val[r].last ? cg->fneed[r] | need : need;
	use(cg, r, at);
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
	struct cg *cg = w->cg;
	u8 need = cg->fneed[at];

	if (o->c == 'F' || o->c == 'f') {
		use(cg, cg->root[i->a], at);
		use(cg, cg->root[i->b], at);
		use_flags(cg, i->c, at, old_flags_needed(w, i, need));
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
	use_flags(cg, i->a, at, need);
	use(cg, cg->root[i->b], at);
	use(cg, cg->root[i->c], at);
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
	const struct cg_val *x = &w->cg->val[w->cg->root[i->a]];
	bool used = x->uses;

	if (w->flags_needed == NOBODY ||
	    (w->flags_needed == PERHAPS && used)) {
		w->flags_needed = NOBODY;
		if (!used || !w->fault || w->fault > x->last) {
			dead(w->cg, at);
			return;
		}
		w->flags_last = x->last;
	}
	w->cg->val[at].last = (u16)w->flags_last;
	w->flags_needed = NOBODY;
	use_flags(w->cg, i->a, at, NEED_ALL);
	alive(w->cg, at);
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

/* Guest state operations but PUTR. */
static void state_op(struct walk *w, const struct ir_inst *i, unsigned at)
{
	switch (i->op) {
	case IR_PUTV:
		put(w, i, at, pin_of_v(i->imm), &w->cg->put_v[i->imm]);
		return;
	case IR_PUTF:
		put_flags(w, i, at);
		return;
	case IR_GETR:
		w->cg->put_r[i->imm].epoch = 0;
		break;
	case IR_GETV:
		w->cg->put_v[i->imm].epoch = 0;
		break;
	default:
		need_flags(w, at);
		break;
	}
	if (w->cg->val[at].uses)
		alive(w->cg, at);
	else
		dead(w->cg, at);
}

/* Keep the hint of value `at` only if its PUT is still ahead unobserved. */
static inline void check_home(struct walk *w, struct cg_val *x, unsigned at)
{
	const struct cg_put *p;

	if (x->home == CG_NOREG)
		return;
	p = x->home >= CG_XMM0 ?
		&w->cg->put_v[pins.vector_of[x->home - CG_XMM0]] :
		&w->cg->put_r[pins.guest_of[x->home]];
	if (p->v != at || p->epoch != w->epoch)
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

static inline void walk_inst(struct walk *w, const struct ir_inst *i,
			     unsigned at)
{
	struct cg *cg = w->cg;
	struct cg_val *x = &cg->val[at];
	unsigned facts = op_facts[i->op];
	val_t a = i->a;

	if (i->op == IR_PUTR) {
		put(w, i, at, pin_of_r(i->imm), &w->cg->put_r[i->imm]);
		return;
	}
	if (i->op >= IR_GETR && i->op <= IR_PUTF) {
		state_op(w, i, at);
		return;
	}
	if (!(facts & KEEP) && (!x->uses || facts & SILENT)) {
		dead(cg, at);
		return;
	}
	check_home(w, x, at);
	w->epoch += !!(facts & SEES);
	w->fault = facts & MEM ? at : w->fault;
	if (facts & w->watch) {
		if (facts & LEAVES)
			exit_op(w, i, at);
		else if (facts & (HELPER | MEM))
			need_flags(w, at);
		else if (cg_clz_source(cg, i))
			a = cg_clz_source(cg, i);
	}
	alive(cg, at);
	if (pins.x86_flags && x86_uses(w, i, at))
		return;
	use(cg, cg->root[a], at);
	use(cg, cg->root[i->b], at);
	use(cg, cg->root[i->c], at);
}

/* Value k may be another name of an older one. */
static void find_root(struct cg *cg, const struct ir_inst *inst, unsigned k)
{
	val_t a = inst[k].a;

	if (inst[k].op != IR_ZEXT32 || inst[a].op != IR_TRUNC)
		cg->root[k] = cg->root[a];
}

_Static_assert(sizeof(struct cg_val) == sizeof(u64), "one store");

static const struct cg_val fresh = { .reg = CG_NOREG, .home = CG_NOREG };

/* Fill val[] and root[]; returns where the first PUTF is. */
static unsigned name_values(struct cg *cg, const struct ir_inst *inst,
			    unsigned n)
{
	unsigned first_putf = ~0u;
	u64 bits;

	memcpy(&bits, &fresh, sizeof(bits));	/* as one store per value */
	for (unsigned k = 0; k < n; k++) {
		memcpy(&cg->val[k], &bits, sizeof(bits));
		cg->root[k] = (val_t)k;
		if (op_facts[inst[k].op] & ALIAS)
			find_root(cg, inst, k);
		if (unlikely(inst[k].op == IR_PUTF) && k < first_putf)
			first_putf = k;
	}
	return first_putf;
}

void cg_liveness(struct cg *cg)
{
	const struct ir_inst *inst = cg->ir->inst;
	unsigned n = cg->ir->ninst;
	struct walk w = {
		.cg = cg, .ir = cg->ir, .epoch = cg->put_epoch + 1,
		.first_putf = name_values(cg, inst, n),
		.watch = LEAVES | HELPER | COUNTS |
			 (cg->hb->flags_fate ? 0 : MEM)
	};

	cg->nlive = 0;
	for (unsigned k = n - 1; k > 0; k--)
		walk_inst(&w, &inst[k], k);
	cg->put_epoch = w.epoch;
	cg->val[0] = fresh;		/* absent operands count as its uses */
}
