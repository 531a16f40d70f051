/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The forward walk: one IR block in, host code, links and side table out.
 *
 * Layout of a block:   poisoned entry's exit | pad | hot code | cold code |
 * constants.  The entry is 16-byte aligned and its first instruction is at
 * least two bytes long, so that poisoning is one store of a short jump back
 * to the exit in front of it.
 */
#include "translate/host/x64/emit.h"

#include <errno.h>
#include <string.h>

#include "translate/host/x64/isel.h"
#include "translate/host/x64/pins.h"
#include "translate/host/x64/runtime.h"
#include "translate/sem.h"

#define ENV(member) hm(CG_ENV, CG_CPU(member))

static isel_fn *const isel_table[IR_OP_COUNT] = {
#define _(op, fn) [IR_##op] = fn,
#include "translate/host/x64/isel_core.def"
#include "translate/host/x64/isel_vec.def"
#undef _
};

/* -- Constants ------------------------------------------------------------------ */

unsigned cg_const128(struct cg *cg, u64 lo, u64 hi)
{
	for (unsigned k = 0; k < cg->nconst; k++)
		if (cg->cval[k][0] == lo && cg->cval[k][1] == hi)
			return k;
	if (cg->nconst >= CG_MAX_CONST) {
		cg->failed = true;
		return 0;
	}
	cg->cval[cg->nconst][0] = lo;
	cg->cval[cg->nconst][1] = hi;
	return cg->nconst++;
}

void cg_const_ref(struct cg *cg, unsigned id)
{
	struct cg_fixup *f = &cg->fixup[cg->nfixup];

	if (cg->nfixup >= CG_MAX_FIXUP) {
		cg->failed = true;
		return;
	}
	f->off = (u32)(cg->e.disp - cg->hb->code);
	f->tail = (u16)(cg->e.p - cg->e.disp - 4);
	f->id = (u16)id;
	cg->nfixup++;
}

static void emit_constants(struct cg *cg)
{
	u8 *base;

	if (!cg->nconst)
		return;
	while ((uintptr_t)cg->e.p & 15)
		enc_u8(&cg->e, OP_INT3);
	base = cg->e.p;
	memcpy(base, cg->cval, cg->nconst * 16);
	cg->e.p += cg->nconst * 16;
	for (unsigned k = 0; k < cg->nfixup; k++) {
		struct cg_fixup *f = &cg->fixup[k];
		u8 *at = cg->hb->code + f->off;
		s32 d = (s32)(base + f->id * 16 - (at + 4 + f->tail));

		memcpy(at, &d, 4);
	}
}

/* -- Cold paths ------------------------------------------------------------------- */

struct cg_cold *cg_cold_new(struct cg *cg, cold_fn *fn, unsigned idx)
{
	struct cg_cold *c = &cg->cold[cg->ncold];

	if (cg->ncold + 1 >= CG_MAX_COLD)
		cg->failed = true;	/* the last one is scribbled on */
	else
		cg->ncold++;
	c->fn = fn;
	c->from = c->back = NULL;
	c->idx = (u16)idx;
	c->trap = 0;
	c->late_from = c->late_to = (u8)cg->nlate;
	return c;
}

struct cg_cold *cg_jcc_cold(struct cg *cg, enum cc cc, cold_fn *fn,
			    unsigned idx)
{
	struct cg_cold *c = cg_cold_new(cg, fn, idx);

	c->from = enc_jcc32(&cg->e, cc);
	c->back = cg->e.p;
	return c;
}

void cg_cold_back(struct cg *cg, struct cg_cold *c)
{
	ra_late_stores(cg, c->late_from, c->late_to);
	enc_jmp_to(&cg->e, c->back);
}

static void emit_cold(struct cg *cg)
{
	/* Cold code may ask for more cold code (an exit's link). */
	for (unsigned k = 0; k < cg->ncold; k++) {
		struct cg_cold *c = &cg->cold[k];

		if (cg->e.p > cg->limit || cg->failed)
			return;
		if (c->from)
			enc_patch32(c->from, cg->e.p);
		if (c->trap)
			side_trap_target(cg, c);
		c->fn(cg, c);
	}
}

/* -- Semantic functions -------------------------------------------------------------- */

/* vtmp[n] = operand v, in register r (CG_NOREG: wherever it is). */
static void sem_operand(struct cg *cg, unsigned n, val_t v, unsigned r)
{
	struct hmem m = hm(CG_ENV, CG_CPU(vtmp) + (s32)n * 16);
	bool narrow = cg_type(cg, v) == IR_I32;

	if (r >= CG_XMM0) {
		enc_vst(&cg->e, SSE_MOVAPS_ST, m, r - CG_XMM0);
		return;
	}
	enc_mov_mr(&cg->e, !narrow, m, r);
	if (narrow) {
		m.disp += 4;
		enc_mov_mi_s(&cg->e, 2, m, 0);
	}
}

static bool is_xmm(enum ir_type t)
{
	return t >= IR_I128 && t <= IR_V128;
}

static unsigned use_any(struct cg *cg, val_t v)
{
	return is_xmm(cg_type(cg, v)) ? cg_use_xmm(cg, v) + CG_XMM0 :
					cg_use_gpr(cg, v);
}

static void sem_call(struct cg *cg, const struct ir_inst *i)
{
	bool mxcsr = i->op >= IR_XVEC && i->op <= IR_XF_VEC;
	u64 desc = sem_desc(i);

	enc_mov_mi_s(&cg->e, 2, ENV(sem_op), i->op);
	enc_mov_mi_s(&cg->e, 2, ENV(sem_desc), (s32)(u32)desc);
	enc_mov_mi_s(&cg->e, 2, hm(CG_ENV, CG_CPU(sem_desc) + 4),
		     (s32)(desc >> 32));
	enc_call_to(&cg->e, mxcsr ? runtime.sem_mxcsr : runtime.sem);
}

static void sem_result(struct cg *cg, unsigned r, enum ir_type t)
{
	if (r >= CG_XMM0)
		enc_v2m(&cg->e, SSE_MOVAPS, r - CG_XMM0, ENV(vtmp[0]));
	else
		enc_mov_rm(&cg->e, t == IR_I64, r, ENV(vtmp[0]));
}

/* The default lowering: call the op's semantic function. */
static void isel_sem(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	const val_t op[3] = { i->a, i->b, i->c };

	if (!runtime_sem[i->op]) {
		cg->failed = true;
		return;
	}
	for (unsigned n = 0; n < 3; n++)
		if (op[n]) {
			sem_operand(cg, n, op[n], use_any(cg, op[n]));
			cg->locked = 0;
		}
	cg_clobber_flags(cg);
	sem_call(cg, i);
	if (!cg->val[idx].last)
		return;
	if (is_xmm(i->type)) {
		sem_result(cg, cg_def_xmm(cg, idx) + CG_XMM0, i->type);
		cg_set_zext(cg, idx);
	} else {
		sem_result(cg, cg_def_gpr(cg, idx), i->type);
	}
}

/* arg[]: registers of the operands, of the result; are RFLAGS needed? */
enum { SEM_RESULT = 3, SEM_FLAGS };

static void cold_sem(struct cg *cg, struct cg_cold *c)
{
	const struct ir_inst *i = &cg->ir->inst[c->idx];
	const val_t op[3] = { i->a, i->b, i->c };

	if (c->arg[SEM_FLAGS])
		enc_u8(&cg->e, OP_PUSHF);
	for (unsigned n = 0; n < 3; n++)
		if (op[n])
			sem_operand(cg, n, op[n], c->arg[n]);
	sem_call(cg, i);
	if (c->arg[SEM_RESULT] != CG_NOREG)
		sem_result(cg, c->arg[SEM_RESULT], i->type);
	if (c->arg[SEM_FLAGS])
		enc_u8(&cg->e, OP_POPF);
	cg_cold_back(cg, c);
}

struct cg_cold *cg_jcc_sem(struct cg *cg, enum cc cc, unsigned idx)
{
	const struct ir_inst *i = &cg->ir->inst[idx];
	const val_t op[3] = { i->a, i->b, i->c };
	struct cg_cold *c;
	u8 reg[3];

	/* Loading one that is not in a register leaves RFLAGS alone. */
	for (unsigned n = 0; n < 3; n++)
		reg[n] = op[n] ? (u8)use_any(cg, op[n]) : CG_NOREG;
	c = cg_jcc_cold(cg, cc, cold_sem, idx);
	memcpy(c->arg, reg, 3);
	c->arg[SEM_RESULT] = cg->val[idx].reg;
	c->arg[SEM_FLAGS] = false;
	return c;
}

struct cg_cold *cg_trap_sem(struct cg *cg, unsigned idx, unsigned a,
			    unsigned b, unsigned c)
{
	struct cg_cold *k = cg_cold_new(cg, cold_sem, idx);
	const u8 arg[5] = { (u8)(a + CG_XMM0), (u8)(b + CG_XMM0),
			    (u8)(c + CG_XMM0), cg->val[idx].reg,
			    cg->fl_val != 0 };

	memcpy(k->arg, arg, sizeof(arg));
	k->back = cg->e.p;
	cg_trap(cg, k);
	return k;
}

/* -- The walk --------------------------------------------------------------------------- */

static void emit_entry(struct cg *cg, struct host_block *hb)
{
	struct enc *e = &cg->e;

	enc_mov_ri(e, RAX, cg->ir->pc);
	enc_jmp_to(e, runtime.leave_lookup);	/* jfar leads back here */
	while ((uintptr_t)e->p & 15)
		enc_u8(e, OP_INT3);
	hb->entry_off = (u32)(e->p - hb->code);
}

static void start(struct cg *cg, struct tctx *t, const struct ir *ir,
		  struct host_block *hb)
{
	cg->ir = ir;
	cg->hb = hb;
	cg->t = t;
	cg->feat = runtime.feat;
	cg->e.p = hb->code;
	cg->e.avx = runtime.feat & HF_AVX;
	cg->limit = hb->code + hb->avail - 1024;
	cg->failed = false;
	cg->cur = 0;
	cg->fl_val = cg->fl_cur = 0;
	cg->fl_in_env = true;
	cg->fl_until = 0;
	cg->ncold = cg->nconst = cg->nfixup = cg->nlate = 0;
	cg->narrow = hb->narrow_entry;
	cg->ncleared = 0;
	hb->nlinks = 0;
	side_start(cg);
	ra_start(cg);
	cg_liveness(cg);
}

/* What PUTV leaves above its operand, see narrow_entry. */
static u32 narrow_put(u32 now, unsigned n, unsigned bytes)
{
	if (n >= 16)
		return now;
	now &= ~(0x10001u << n);
	if (bytes <= 8)
		now |= 1u << n;
	if (bytes <= 4)
		now |= 0x10000u << n;
	return now;
}

/* host.h's narrow_loop. */
static u32 narrow_loop(const struct ir *ir, u32 now)
{
	u32 all = ~0u;
	bool loops = false;

	for (unsigned k = 1; k < ir->ninst; k++) {
		const struct ir_inst *i = &ir->inst[k];
		bool call = i->op == IR_CALL || i->op == IR_CALL_IND;
		bool direct = ir_op_info[i->op].flags & IRF_E ||
			      i->op == IR_GOTO || i->op == IR_CALL;

		if (i->op == IR_PUTV)
			now = narrow_put(now, (unsigned)i->imm, ir_type_bytes(
					 ir_vtype(ir, i->a)));
		/* nothing is known of what others have done */
		if (i->op == IR_HELPER ||
		    (call && ir->pool[i->imm + 1] == ir->pc))
			return 0;
		if (direct && ir->pool[i->imm] == ir->pc) {
			all &= now;
			loops = true;
		}
	}
	return loops ? all : 0;
}

int x64_emit(struct cg *cg, struct tctx *t, const struct ir *ir,
	     struct host_block *hb)
{
	start(cg, t, ir, hb);
	emit_entry(cg, hb);
	for (unsigned n = cg->nlive; n--; ) {
		unsigned idx = cg->live[n];
		const struct ir_inst *i = &ir->inst[idx];
		isel_fn *fn = isel_table[i->op];

		cg->cur = idx;
		if (!(cg->val[idx].flags & CGV_DONE) &&
		    (!fn || !fn(cg, i, idx)))
			isel_sem(cg, i, idx);
		ra_end_inst(cg);
		if (cg->e.p > cg->limit || cg->failed)
			return -E2BIG;
	}
	emit_cold(cg);
	if (cg->e.p + cg->nconst * 16 + 16 > cg->limit || cg->failed)
		return -E2BIG;
	emit_constants(cg);
	hb->narrow_loop = cg->ncleared || cg->narrow ?
			  narrow_loop(ir, cg->narrow) : 0;
	hb->code_len = (u32)(cg->e.p - hb->code);
	hb->side_len = (u32)(cg->side - hb->side);
	return 0;
}
