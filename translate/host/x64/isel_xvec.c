/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The x86 guest's vector operations (xvec.def): the instruction of the same
 * name.  Its encoding, the size of its memory operand and the feature that it
 * needs are those of enc.def; without the feature the semantic function is
 * called.
 *
 * Host MXCSR is the guest's.  An unmasked exception is a SIGFPE here, so FP
 * instructions have a record in the side table.
 */
#include "translate/host/x64/isel.h"
#include "translate/host/x64/isel_v.h"
#include "translate/xvec.h"

/* Columns of enc.def as constants: ENC_FORM_name and so on. */
enum enc_form { V3, V3I, V2, V2I, VM, VMI, SH, V0, V4, XG, XG3, XG3I, GX, GXI,
		GS, GSI, G2, G3, G3C, G1V, G2I };
enum {
#define _(name, text, form, pp, map, opc, ext, w, vex, msz, feat) \
	ENC_FORM_##name = form, ENC_MSZ_##name = msz, \
	ENC_FEAT_##name = HF_##feat,
#include "translate/host/x64/enc.def"
#undef _
	/* The same instruction, seen by its flags. */
	ENC_FORM_PCMPISTRI_F = ENC_FORM_PCMPISTRI,
	ENC_MSZ_PCMPISTRI_F = 16,
	ENC_FEAT_PCMPISTRI_F = ENC_FEAT_PCMPISTRI,
	SSE_PCMPISTRI_F = SSE_PCMPISTRI
};

static const struct xrow {
	enc_op op;
	u32 feat;
	u8 enc, msz;		/* enum enc_form; bytes from memory */
	u8 form;		/* enum xvec_form */
	bool fp;
} rows[XVEC_COUNT] = {
#define _(name, form_, exc) [XVEC_##name] = { \
	.op = (enc_op)SSE_##name, .feat = (u32)ENC_FEAT_##name, \
	.enc = (u8)ENC_FORM_##name, .msz = (u8)ENC_MSZ_##name, \
	.form = XFORM_##form_, .fp = XEXC_##exc },
#include "translate/xvec.def"
#undef _
};

static bool has_imm(const struct xrow *r)
{
	return r->enc == V3I || r->enc == V2I || r->enc == VMI ||
	       r->enc == XG3I || r->enc == GXI || r->enc == GSI;
}

static void begin(struct cg *cg, const struct xrow *r)
{
	if (r->fp)
		cg_fault_here(cg);
}

static void end(struct cg *cg, const struct xrow *r, const struct ir_inst *i)
{
	if (has_imm(r))
		enc_u8(&cg->e, xvec_imm8(i->imm));
}

/* A vector operand: in memory or in a register. */
struct operand {
	bool mem;
	unsigned reg;
	s32 disp;
};

static struct operand use(struct cg *cg, const struct xrow *r, val_t v)
{
	struct operand o = { .mem = false };

	/* INSERTPS from memory takes what is there, not the lane chosen. */
	if (r->msz && r->op != SSE_INSERTPS && cg_use_mem(cg, v, &o.disp))
		o.mem = true;
	else
		o.reg = cg_use_xmm(cg, v);
	return o;
}

/* -- op(a) ------------------------------------------------------------------- */

static void unary(struct cg *cg, const struct xrow *r, const struct ir_inst *i,
		  unsigned idx)
{
	struct operand a;
	unsigned d;

	if (r->enc == SH) {
		a.reg = cg_use_xmm(cg, i->a);
		d = cg_def_xmm(cg, idx);
		enc_vsh(&cg->e, r->op, d, a.reg, xvec_imm8(i->imm));
		return;
	}
	if (r->enc == VMI) {	/* a store whose destination is a register */
		a.reg = cg_use_xmm(cg, i->a);
		d = cg_def_xmm(cg, idx);
		begin(cg, r);
		enc_vst_r(&cg->e, r->op, d, a.reg);
		end(cg, r, i);
		return;
	}
	a = use(cg, r, i->a);
	d = cg_def_xmm(cg, idx);
	begin(cg, r);
	if (a.mem)
		enc_v2m(&cg->e, r->op, d, hm(CG_ENV, a.disp));
	else
		enc_v2(&cg->e, r->op, d, a.reg);
	end(cg, r, i);
}

/* -- op(a, b) ---------------------------------------------------------------- */

static void binary(struct cg *cg, const struct xrow *r,
		   const struct ir_inst *i, unsigned idx)
{
	unsigned a = cg_use_xmm(cg, i->a), d;
	struct operand b;

	b = use(cg, r, i->b);
	if (cg->e.avx && r->op >> ENC_VEX & 3)
		d = cg_def_xmm(cg, idx);
	else if (!b.mem && enc_commutes(r->op))
		d = cg_def_xmm(cg, idx);
	else
		d = a = cg_def_xmm_as(cg, idx, i->a);
	begin(cg, r);
	if (b.mem)
		enc_v3m(&cg->e, r->op, d, a, hm(CG_ENV, b.disp));
	else
		enc_v3(&cg->e, r->op, d, a, b.reg);
	end(cg, r, i);
}

/* The mask comes in xmm0, which is a guest's register. */
static void mask_in_xmm0(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	struct vx r = vx_get2(cg, i, idx);
	unsigned save = cg_tmp_xmm(cg);

	cg_clobber_flags(cg);
	if (r.d)
		vmov(cg, save, 0);
	enc_v2(&cg->e, SSE_PCMPISTRM, r.a, r.b);
	enc_u8(&cg->e, xvec_imm8(i->imm));
	if (r.d) {
		vmov(cg, r.d, 0);
		vmov(cg, 0, save);
	}
}

/* -- op(a, b, c) ------------------------------------------------------------- */

/* d = op(d, b), implicitly also of xmm0 = c. */
static void third_in_xmm0(struct cg *cg, enc_op op, const struct ir_inst *i,
			  unsigned idx)
{
	struct vx r = vx_get3(cg, i, idx);
	unsigned save = cg_tmp_xmm(cg), t = cg_tmp_xmm(cg);

	vmov(cg, t, r.a);
	vmov(cg, save, 0);
	vmov(cg, 0, r.c);
	enc_v0(&cg->e, op, t, r.b ? r.b : save);
	vmov(cg, 0, save);
	vmov(cg, r.d, t);
}

static enc_op blend_vex(enc_op op)
{
	switch (op) {
	case SSE_PBLENDVB:
		return SSE_VPBLENDVB;
	case SSE_BLENDVPS:
		return SSE_VBLENDVPS;
	default:
		return SSE_VBLENDVPD;
	}
}

static bool ternary(struct cg *cg, const struct xrow *r,
		    const struct ir_inst *i, unsigned idx)
{
	unsigned a, b, c;

	if (r->enc != V0)	/* PCMPESTRx */
		return false;
	if (!cg->e.avx || r->op == SSE_SHA256RNDS2) {
		third_in_xmm0(cg, r->op, i, idx);
		return true;
	}
	a = cg_use_xmm(cg, i->a);
	b = cg_use_xmm(cg, i->b);
	c = cg_use_xmm(cg, i->c);
	enc_v4(&cg->e, blend_vex(r->op), cg_def_xmm(cg, idx), a, b, c);
	return true;
}

/* The destination is an operand too. */
static void destructive(struct cg *cg, const struct xrow *r,
			const struct ir_inst *i, unsigned idx)
{
	unsigned b = cg_use_xmm(cg, i->b), d;
	struct operand c = use(cg, r, i->c);

	d = cg_def_xmm_as(cg, idx, i->a);
	begin(cg, r);
	if (c.mem)
		enc_v3m(&cg->e, r->op, d, b, hm(CG_ENV, c.disp));
	else
		enc_v3(&cg->e, r->op, d, b, c.reg);
}

bool isel_xvec(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	const struct xrow *r = &rows[xvec_of(i->imm)];
	bool cmp = r->op == SSE_CMPPS || r->op == SSE_CMPPD ||
		   r->op == SSE_CMPSS || r->op == SSE_CMPSD;

	/* Only the VEX form knows more than 8 predicates. */
	if (!vx_has(cg, r->feat) ||
	    (cmp && !cg->e.avx && xvec_imm8(i->imm) > 7))
		return false;
	switch (r->form) {
	case XFORM_V2:
		unary(cg, r, i, idx);
		return true;
	case XFORM_V3:
		if (r->op == SSE_PCMPISTRM)
			mask_in_xmm0(cg, i, idx);
		else
			binary(cg, r, i, idx);
		return true;
	case XFORM_V4:
		return ternary(cg, r, i, idx);
	default:
		destructive(cg, r, i, idx);
		return true;
	}
}

/* -- To and from general registers ------------------------------------------- */

/* The flags that PCMPISTRI leaves, if they are wanted right behind it. */
static unsigned string_partner(struct cg *cg, const struct ir_inst *i,
			       unsigned idx)
{
	const struct ir_inst *n = i + 1;

	if (n->op != IR_XF_VEC || xvec_of(n->imm) != XVEC_PCMPISTRI_F ||
	    xvec_imm8(n->imm) != xvec_imm8(i->imm))
		return 0;
	return isel_flag_partner(cg, i, idx, IR_XF_VEC);
}

/* The index comes in ecx. */
static void index_in_ecx(struct cg *cg, const struct xrow *r,
			 const struct ir_inst *i, unsigned idx)
{
	unsigned p = string_partner(cg, i, idx), a, b;

	cg_tmp_fixed_gpr(cg, RCX);
	a = cg_use_xmm(cg, i->a);
	b = cg_use_xmm(cg, i->b);
	cg_clobber_flags(cg);
	enc_v2(&cg->e, r->op, a, b);
	end(cg, r, i);
	ra_assign(cg, idx, RCX);
	isel_partner_done(cg, p, FL_X86);
}

bool isel_xvtog(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	const struct xrow *r = &rows[xvec_of(i->imm)];
	struct operand a;
	unsigned d;

	if (!vx_has(cg, r->feat))
		return false;
	if (r->enc == V2I) {
		index_in_ecx(cg, r, i, idx);
		return true;
	}
	if (r->enc == GSI) {
		d = cg_use_xmm(cg, i->a);
		enc_gsi(&cg->e, r->op, cg_def_gpr(cg, idx), d,
			xvec_imm8(i->imm));
		return true;
	}
	a = use(cg, r, i->a);
	d = cg_def_gpr(cg, idx);
	begin(cg, r);
	if (a.mem)
		enc_gxm(&cg->e, r->op, d, hm(CG_ENV, a.disp));
	else
		enc_gx(&cg->e, r->op, d, a.reg);
	end(cg, r, i);
	return true;
}

bool isel_xgtov(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	const struct xrow *r = &rows[xvec_of(i->imm)];
	unsigned a, b, d;

	if (!vx_has(cg, r->feat))
		return false;
	b = cg_use_gpr(cg, i->b);
	if (cg->e.avx) {
		a = cg_use_xmm(cg, i->a);
		d = cg_def_xmm(cg, idx);
	} else {
		d = a = cg_def_xmm_as(cg, idx, i->a);
	}
	begin(cg, r);
	enc_xg3(&cg->e, r->op, d, a, b);
	end(cg, r, i);
	return true;
}

/* -- Flags --------------------------------------------------------------------- */

bool isel_xf_vec(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	const struct xrow *r = &rows[xvec_of(i->imm)];
	bool string = r->op == SSE_PCMPISTRI;
	struct operand b;
	unsigned a;

	if (!vx_has(cg, r->feat))
		return false;
	if (string)
		cg_tmp_fixed_gpr(cg, RCX);
	a = cg_use_xmm(cg, i->a);
	b = use(cg, r, i->b);
	cg_clobber_flags(cg);
	begin(cg, r);
	if (b.mem)
		enc_v2m(&cg->e, r->op, a, hm(CG_ENV, b.disp));
	else
		enc_v2(&cg->e, r->op, a, b.reg);
	end(cg, r, i);
	cg_set_flags(cg, (val_t)idx, FL_X86);
	return true;
}
