/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Conditional selection and conditional comparison.  In: one IR instruction;
 * out: host code.
 *
 * FLG_CCMP yields the flags of a comparison or constant ones.  If one exit or
 * SETC is all that reads them, and next, no flags are made: what it asks is
 * `first and second` or `not first or second`, according to what it would
 * read in the constant.  The CCMP then emits nothing (CGV_DEFERRED) and its
 * reader does all the work.
 */
#include "translate/host/x64/isel.h"

/* -- Deferred comparisons ------------------------------------------------------ */

/* Does Arm's condition hold for these flags (bits N Z C V)? */
static bool cond_holds(enum ir_cond cond, unsigned nzcv)
{
	bool n = nzcv & 8, z = nzcv & 4, c = nzcv & 2, v = nzcv & 1, r;

	switch (cond >> 1) {
	case 0: r = z; break;
	case 1: r = c; break;
	case 2: r = n; break;
	case 3: r = v; break;
	case 4: r = c && !z; break;
	case 5: r = n == v; break;
	default: r = n == v && !z;
	}
	return r != (cond & 1);
}

/* The condition code of `cond` after CMP, or after ADD; false: none. */
static bool second_cc(enum ir_cond cond, bool add, enum cc *cc)
{
	static const u8 tab[14] = {
		CC_E, CC_NE, CC_AE, CC_B, CC_S, CC_NS, CC_O, CC_NO,
		CC_A, CC_BE, CC_GE, CC_L, CC_G, CC_LE
	};

	*cc = (enum cc)tab[cond];
	if (!add)
		return true;
	if (cond == IR_CS || cond == IR_CC)
		*cc = (enum cc)CC_INVERT(*cc);
	return cond != IR_HI && cond != IR_LS;
}

/* Leave comparison i to its reader if that is possible. */
static bool defer(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	unsigned k = isel_next_live(cg, idx);
	const struct ir_inst *r = &cg->ir->inst[k];
	const val_t op[3] = { i->a, i->b, i->c };
	enum cc cc;

	/* SETC of a CCMN would need four registers, two of them late. */
	if (!k || cg->root[r->a] != idx || cg->val[idx].uses != 1 ||
	    (r->op != IR_EXIT_IF &&
	     (r->op != IR_SETC || i->op == IR_FLG_CCMN)) ||
	    !second_cc((enum ir_cond)r->aux, i->op == IR_FLG_CCMN, &cc))
		return false;
	for (unsigned n = 0; n < 3; n++) {
		struct cg_val *x = &cg->val[cg->root[op[n]]];

		x->last = MAX(x->last, (u16)k);
	}
	cg->val[idx].flags |= CGV_DEFERRED;
	return true;
}

void isel_two_second(struct cg *cg, const struct isel_two *t)
{
	unsigned b = t->b;

	if (t->add) {
		enc_mov_rr(&cg->e, t->w, t->tmp, b);
		b = t->tmp;
	}
	if (t->imm)
		enc_alu_ri(&cg->e, t->add ? ALU_ADD : ALU_CMP, t->w, b, t->k);
	else
		enc_alu_rr(&cg->e, t->add ? ALU_ADD : ALU_CMP, t->w, b, t->c);
}

/*
 * Is FLAGS value f a deferred comparison?  Then get its operands and bring
 * its first condition into RFLAGS.
 */
bool isel_two_begin(struct cg *cg, val_t f, enum ir_cond cond,
		    struct isel_two *t)
{
	const struct ir_inst *i = &cg->ir->inst[cg->root[f]];

	if (!(cg->val[cg->root[f]].flags & CGV_DEFERRED))
		return false;
	t->w = isel_opw(cg, i->b);
	t->add = i->op == IR_FLG_CCMN;
	t->any = cond_holds(cond, (unsigned)i->imm);
	t->b = cg_use_gpr(cg, i->b);
	t->imm = isel_imm32(cg, i->c, t->w, &t->k);
	if (!t->imm)
		t->c = cg_use_gpr(cg, i->c);
	if (t->add)
		t->tmp = cg_tmp_gpr(cg);
	second_cc(cond, t->add, &t->second);
	cg_save_flags(cg);
	t->first = cg_flags_cond(cg, i->a, (enum ir_cond)i->aux, NULL);
	cg->fl_val = 0;
	return true;
}

static void setc_two(struct cg *cg, unsigned d, const struct isel_two *t)
{
	struct enc *e = &cg->e;
	unsigned x = cg_tmp_gpr(cg);

	enc_mov_ri(e, d, 0);
	enc_setcc(e, t->any ? (enum cc)CC_INVERT(t->first) : t->first, d);
	isel_two_second(cg, t);
	enc_mov_ri(e, x, 0);
	enc_setcc(e, t->second, x);
	enc_alu_rr(e, t->any ? ALU_OR : ALU_AND, 0, d, x);
}

/* -- Selection ------------------------------------------------------------------ */

bool isel_setc(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	struct isel_two two;
	enum cc cc;
	unsigned d;

	if (isel_two_begin(cg, i->a, (enum ir_cond)i->aux, &two)) {
		setc_two(cg, cg_def_gpr_early(cg, idx), &two);
		return true;
	}
	d = cg_def_gpr(cg, idx);
	cc = cg_flags_cond(cg, i->a, (enum ir_cond)i->aux, NULL);
	enc_mov_ri(&cg->e, d, 0);
	enc_setcc(&cg->e, cc, d);
	return true;
}

/* An XMM result: no conditional move, so jump around a plain one. */
static bool select_xmm(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	unsigned b = cg_use_xmm(cg, i->b), d = cg_def_xmm_as(cg, idx, i->c);
	enum cc cc = cg_flags_cond(cg, i->a, (enum ir_cond)i->aux, NULL);
	u8 *over = enc_jcc8(&cg->e, (enum cc)CC_INVERT(cc));

	enc_vmov(&cg->e, d, b);
	enc_patch8(over, cg->e.p);
	return true;
}

bool isel_select(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	unsigned cond = i->aux, w = isel_w(i), d, s;
	val_t yes = i->b, no = i->c;
	bool parity;
	enum cc cc;
	u64 k;

	if (i->type >= IR_I128)
		return select_xmm(cg, i, idx);
	/* Overwrite the one that dies or is a constant. */
	if (!ra_const(cg, no, &k) && !cg_dies(cg, no) &&
	    (ra_const(cg, yes, &k) || cg_dies(cg, yes))) {
		val_t t = yes;

		yes = no;
		no = t;
		cond = IR_COND_INVERT(cond);
	}
	s = cg_use_gpr(cg, yes);
	d = cg_def_gpr_as(cg, idx, no);
	cc = cg_flags_cond(cg, i->a, (enum ir_cond)cond, &parity);
	if (parity && cond == IR_EQ) {
		/* E and NP: not easily one way round; normalise. */
		cc = cg_flags_cond(cg, i->a, (enum ir_cond)cond, NULL);
		parity = false;
	}
	enc_cmov_rr(&cg->e, cc, w, d, s);
	if (parity)
		enc_cmov_rr(&cg->e, CC_P, w, d, s);
	return true;
}

/* -- Comparison with flags as the result ----------------------------------------- */

/* RFLAGS such that they mean the Arm flags nzcv under this polarity. */
static void set_nzcv(struct enc *e, unsigned nzcv, bool inverted)
{
	unsigned c = (nzcv >> 1 & 1) ^ inverted;

	if ((nzcv & 9) == 0) {		/* N = V = 0: easy */
		if (nzcv & 4)
			enc_alu_rr(e, ALU_CMP, 1, CG_ENV, CG_ENV);
		else			/* cpu is a small positive number */
			enc_test_rr(e, 1, CG_ENV, CG_ENV);
		if (c)
			enc_0(e, OP_STC);
		return;
	}
	/* al = V as seto would have left it, ah = N Z C. */
	enc_mov_ri(e, RAX, (nzcv >> 3 & 1) << 15 | (nzcv >> 2 & 1) << 14 |
		   c << 8 | ((nzcv & 1) ? 0x80u : 0));
	enc_u8(e, 0x00);	/* add al, al */
	enc_u8(e, 0xc0);
	enc_0(e, OP_SAHF);
}

static bool cond_compare(struct cg *cg, const struct ir_inst *i, unsigned idx,
			 bool neg)
{
	struct enc *e = &cg->e;
	unsigned w = isel_opw(cg, i->b), b, c = 0, t = 0;
	bool rax = i->imm & 9, imm;
	enum cc cc;
	u8 *no, *end;
	s32 k;

	if (defer(cg, i, idx))
		return true;
	if (rax)
		cg_tmp_fixed_gpr(cg, RAX);
	b = cg_use_gpr(cg, i->b);
	imm = isel_imm32(cg, i->c, w, &k);
	if (!imm)
		c = cg_use_gpr(cg, i->c);
	if (neg)
		t = cg_tmp_gpr(cg);
	cg_save_flags(cg);
	cc = cg_flags_cond(cg, i->a, (enum ir_cond)i->aux, NULL);
	no = enc_jcc8(e, (enum cc)CC_INVERT(cc));
	if (neg) {
		enc_mov_rr(e, w, t, b);
		b = t;
	}
	if (imm)
		enc_alu_ri(e, neg ? ALU_ADD : ALU_CMP, w, b, k);
	else
		enc_alu_rr(e, neg ? ALU_ADD : ALU_CMP, w, b, c);
	end = enc_jmp8(e);
	enc_patch8(no, e->p);
	set_nzcv(e, (unsigned)i->imm, !neg);
	enc_patch8(end, e->p);
	cg_set_flags(cg, (val_t)idx, neg ? FL_ADD : FL_SUB);
	return true;
}

bool isel_flg_ccmp(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	return cond_compare(cg, i, idx, false);
}

bool isel_flg_ccmn(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	return cond_compare(cg, i, idx, true);
}
