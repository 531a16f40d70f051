/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Inline forms of FP conversions: between FP formats, to and from integers.
 *
 * To integers: x86 gives the "indefinite" integer (only the top bit set) with
 * IE, and no PE, for everything out of range; those go to the semantic
 * function, which saturates; by a trap if fp_traps() says so.  Where a wider host conversion is used, range is
 * tested first on the bits, since the wider conversion could raise PE for a
 * number that on Arm raises IOC only.  Rounding modes other than towards zero
 * first round without raising PE, then convert, and finally raise PE if it is
 * due by converting the original number.
 */
#include "translate/host/x64/isel_fp.h"

/* -- Between formats ------------------------------------------------------ */

/* NaNs are converted alike (quieted, fraction cut or extended) unless DN;
 * F16 is IEEE's unless AHP. */
static bool cvt_inline(const struct cg *cg, bool half)
{
	if (cg->ir->mode & (IR_MODE_FZ | IR_MODE_DN))
		return false;
	return !half || (vx_has(cg, HF_F16C) && !(cg->ir->mode & IR_MODE_AHP));
}

bool isel_fcvt(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	unsigned from = vx_esize(i), to = i->type == IR_F16 ? 1 :
		 i->type == IR_F32 ? 2 : 3;
	struct cg_cold *cold;
	struct vx r;
	unsigned t;

	if (!cvt_inline(cg, from == 1 || to == 1) || i->aux & IR_AUX3 ||
	    (from == 3 && to == 1))	/* would round twice */
		return false;
	r = vx_get1(cg, i, idx);
	if (from == 1) {	/* clear the lanes above: they could raise */
		t = cg_tmp_xmm(cg);
		v3k2(cg, SSE_PAND, t, r.a, 0xffff, 0);
		v2(cg, SSE_VCVTPH2PS, r.d, t);
		cold = fp_trap1(cg, idx, r.a);
		if (to == 3)
			v3(cg, SSE_CVTSS2SD, r.d, r.d, r.d);
		if (cold)
			cold->back = cg->e.p;
	} else if (to == 1) {
		t = cg_tmp_xmm(cg);
		v3k2(cg, SSE_PAND, t, r.a, 0xffffffff, 0);
		enc_vsti_r(&cg->e, SSE_VCVTPS2PH, r.d, t, FP_ROUND_MXCSR);
		fp_trap1(cg, idx, r.a);
	} else {
		vzero(cg, r.d);
		v3(cg, to == 3 ? SSE_CVTSS2SD : SSE_CVTSD2SS, r.d, r.d, r.a);
		fp_trap1(cg, idx, r.a);
	}
	cg_set_zext(cg, idx);
	return true;
}

bool isel_fcvtl(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	bool half = vx_esize(i) == 1;
	struct vx r;
	unsigned x;

	if (!cvt_inline(cg, half))
		return false;
	r = vx_get1(cg, i, idx);
	x = r.a;
	if (i->aux & IR_HIGH) {
		x = cg_tmp_xmm(cg);
		v2i(cg, SSE_PSHUFD, x, r.a, 0xee);
	}
	v2(cg, half ? SSE_VCVTPH2PS : SSE_CVTPS2PD, r.d, x);
	fp_trap1(cg, idx, r.a);
	return true;
}

bool isel_fcvtn(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	bool half = vx_esize(i) == 2, high = i->aux & IR_HIGH;
	struct cg_cold *cold;
	struct vx r;
	unsigned t;

	if (!cvt_inline(cg, half) || i->aux & IR_AUX3)
		return false;
	r = high ? vx_get2(cg, i, idx) : vx_get1(cg, i, idx);
	r.b = high ? r.b : r.a;
	t = high ? cg_tmp_xmm(cg) : r.d;
	if (half)
		enc_vsti_r(&cg->e, SSE_VCVTPS2PH, t, r.a, FP_ROUND_MXCSR);
	else
		v2(cg, SSE_CVTPD2PS, t, r.a);
	cold = fp_trap2(cg, idx, r.a, r.b);
	if (high)
		vx_concat(cg, r.d, r.b, t);
	else
		cg_set_zext(cg, idx);
	if (cold)
		cold->back = cg->e.p;
	return true;
}

/* -- Scalar to integer ---------------------------------------------------- */

struct to_int {
	unsigned fes;		/* esize of the source */
	bool w, uns;		/* 64-bit or unsigned result */
	int round;		/* immediate of roundss, FP_TRUNC, FP_AWAY */
	unsigned scale;		/* fraction bits */
};
enum { FP_AWAY = -1 };

/* The conversion as wanted by i, if it can be done inline. */
static bool to_int_plan(const struct cg *cg, const struct ir_inst *i, bool w,
			struct to_int *p)
{
	p->fes = vx_esize(i);
	p->w = w;
	p->uns = i->aux & IR_HIGH;
	p->round = fp_round_imm((unsigned)i->imm & 7);
	p->scale = (u32)i->imm >> 8 & 0xff;
	return p->fes >= 2 && !(cg->ir->mode & IR_MODE_FZ) &&
	       (p->round == FP_TRUNC || vx_has(cg, HF_SSE41));
}

static void cvtt(struct cg *cg, const struct to_int *p, bool w, unsigned g,
		 unsigned x)
{
	static const enc_op op[2][2] = {
		{ SSE_CVTTSS2SI, SSE_CVTTSD2SI },
		{ SSE_CVTTSS2SIQ, SSE_CVTTSD2SIQ }
	};

	enc_gx(&cg->e, op[w][p->fes == 3], g, x);
}

/*
 * Sign and exponent of x as a number, above or equal: not in [0, 2^n) where
 * n is 32, or 63 because the host's conversion is signed.
 */
static struct cg_cold *unsigned_range(struct cg *cg, const struct to_int *p,
				      unsigned x, unsigned g, unsigned idx)
{
	bool d = p->fes == 3;

	enc_gs(&cg->e, d ? SSE_MOVQ_GX : SSE_MOVD_GX, g, x);
	enc_sh_ri(&cg->e, SH_SHR, d, g, d ? 52 : 23);
	enc_alu_ri(&cg->e, ALU_CMP, 0, g,
		   (d ? 1023 : 127) + (p->w ? 63 : 32));
	return cg_jcc_sem(cg, CC_AE, idx);
}

/* 2^n as bits of an F32 or F64. */
static u64 pow2(unsigned fes, int n)
{
	return fes == 3 ? (u64)(1023 + n) << 52 : (u64)(127 + n) << 23;
}

/* The cold paths of one instruction; all continue at its end. */
struct colds {
	struct cg_cold *c[8];
	unsigned n;
};

static void cold_continue_here(struct cg *cg, const struct colds *k)
{
	for (unsigned n = 0; n < k->n; n++)
		k->c[n]->back = cg->e.p;
}

/*
 * Fraction bits: x * 2^n, which is exact unless it overflows; numbers that
 * large are out of range anyway and must not raise OE.
 */
static unsigned scale_up(struct cg *cg, const struct to_int *p, unsigned idx,
			 unsigned x, unsigned g, struct colds *k)
{
	bool d = p->fes == 3;
	unsigned t = cg_tmp_xmm(cg);

	enc_gs(&cg->e, d ? SSE_MOVQ_GX : SSE_MOVD_GX, g, x);
	enc_alu_rr(&cg->e, ALU_ADD, d, g, g);
	enc_sh_ri(&cg->e, SH_SHR, d, g, d ? 53 : 24);
	enc_alu_ri(&cg->e, ALU_CMP, 0, g, d ? 1023 + 64 : 127 + 63);
	k->c[k->n++] = cg_jcc_sem(cg, CC_AE, idx);
	v3k2(cg, d ? SSE_MULSD : SSE_MULSS, t, x,
	     pow2(p->fes, (int)p->scale), 0);
	return t;
}

/* The instruction just emitted may trap; a is i's operand. */
static bool trap(struct cg *cg, unsigned idx, unsigned a, struct colds *k)
{
	struct cg_cold *c = fp_trap1(cg, idx, a);

	if (c)
		k->c[k->n++] = c;
	return c;
}

/* x, made of operand a, rounded to an integral number, raising nothing but
 * IE. */
static unsigned round_quietly(struct cg *cg, const struct to_int *p,
			      unsigned idx, unsigned a, unsigned x,
			      struct colds *k)
{
	unsigned t = cg_tmp_xmm(cg);

	if (p->round == FP_AWAY) {
		k->c[k->n++] = fp_round_away(cg, p->fes == 3, idx, t, x);
	} else {
		v3i(cg, p->fes == 3 ? SSE_ROUNDSD : SSE_ROUNDSS, t, x, x,
		    (unsigned)p->round | FP_NO_INEXACT);
		trap(cg, idx, a, k);
	}
	return t;
}

/* Signed g is what cvtt() made of a number: was it in range? */
static void signed_range(struct cg *cg, bool w, unsigned idx, unsigned a,
			 unsigned g, struct colds *k)
{
	if (trap(cg, idx, a, k))
		return;
	/* only the indefinite integer overflows */
	enc_alu_ri(&cg->e, ALU_CMP, w, g, 1);
	k->c[k->n++] = cg_jcc_sem(cg, CC_O, idx);
}

/* g = integer of x, which comes of operand a; flags clobbered, unless
 * quick_trap(). */
static void to_int(struct cg *cg, const struct to_int *p, unsigned idx,
		   unsigned g, unsigned a, unsigned x, struct colds *k)
{
	bool wide = p->w || p->uns;
	unsigned t, g2 = 0;

	if (p->uns || p->scale || p->round != FP_TRUNC)
		g2 = cg_tmp_gpr(cg);
	if (p->scale)
		x = scale_up(cg, p, idx, x, g2, k);
	if (p->uns)
		k->c[k->n++] = unsigned_range(cg, p, x, g2, idx);
	t = p->round == FP_TRUNC ? x : round_quietly(cg, p, idx, a, x, k);
	cvtt(cg, p, wide, g, t);
	if (!p->uns) {
		signed_range(cg, wide, idx, a, g, k);
	} else if (!p->w && t != x) {	/* rounded up to 2^32? */
		enc_mov_rr(&cg->e, 1, g2, g);
		enc_sh_ri(&cg->e, SH_SHR, 1, g2, 32);
		k->c[k->n++] = cg_jcc_sem(cg, CC_NE, idx);
	}
	if (t != x)
		cvtt(cg, p, wide, g2, x);	/* raises PE if inexact */
}

/* Does to_int() change no flags? */
static bool quick_trap(const struct cg *cg, const struct to_int *p)
{
	return fp_traps(cg) && !p->uns && !p->scale && p->round != FP_AWAY;
}

bool isel_ftoi(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	struct colds k = { .n = 0 };
	struct to_int p;
	unsigned a, d;

	if (!to_int_plan(cg, i, i->type == IR_I64, &p))
		return false;
	a = cg_use_xmm(cg, i->a);
	d = cg_def_gpr(cg, idx);
	if (!quick_trap(cg, &p))
		cg_clobber_flags(cg);
	to_int(cg, &p, idx, d, a, a, &k);
	cold_continue_here(cg, &k);
	return true;
}

/*
 * ECMAScript's conversion: in range it is FCVTZS, plus a bit that says that
 * the number was that integer exactly (and not -0): converting back gives the
 * same bits.  Out of range is left to the semantic function.
 */
bool isel_fjcvtzs(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	struct colds k = { .n = 0 };
	unsigned a, d, t, g, h;

	if (cg->ir->mode & IR_MODE_FZ)
		return false;
	a = cg_use_xmm(cg, i->a);
	d = cg_def_gpr(cg, idx);
	t = cg_tmp_xmm(cg);
	g = cg_tmp_gpr(cg);
	h = cg_tmp_gpr(cg);
	cg_clobber_flags(cg);
	enc_gx(&cg->e, SSE_CVTTSD2SI, d, a);
	signed_range(cg, false, idx, a, d, &k);
	vzero(cg, t);
	enc_xg3(&cg->e, SSE_CVTSI2SD, t, t, d);
	enc_gs(&cg->e, SSE_MOVQ_GX, g, t);
	enc_gs(&cg->e, SSE_MOVQ_GX, h, a);
	enc_alu_rr(&cg->e, ALU_XOR, 1, h, g);
	enc_alu_ri(&cg->e, ALU_SUB, 1, h, 1);	/* carry if they were equal */
	enc_alu_rr(&cg->e, ALU_SBB, 1, g, g);
	enc_sh_ri(&cg->e, SH_SHR, 1, g, 63);
	enc_sh_ri(&cg->e, SH_SHL, 1, g, 32);
	enc_alu_rr(&cg->e, ALU_OR, 1, d, g);
	cold_continue_here(cg, &k);
	return true;
}

/* -- Lanes to integers ---------------------------------------------------- */

/* Go to the semantic function if the top bit of a lane of t is set. */
static void sem_if_lane(struct cg *cg, unsigned idx, unsigned t, unsigned g,
			struct colds *k)
{
	enc_gx(&cg->e, SSE_MOVMSKPS, g, t);
	enc_test_rr(&cg->e, 0, g, g);
	k->c[k->n++] = cg_jcc_sem(cg, CC_NE, idx);
}

/* Four (two) F32 lanes; cvttps2dq. */
static bool lanes_f32(struct cg *cg, const struct ir_inst *i, unsigned idx,
		      const struct to_int *p)
{
	struct colds k = { .n = 0 };
	unsigned a, d, t, g, x, in;

	if (p->round == FP_AWAY)
		return false;
	in = cg_use_xmm(cg, i->a);
	d = cg_def_xmm_early(cg, idx);
	if (!quick_trap(cg, p))
		cg_clobber_flags(cg);
	x = fp_operand(cg, i, i->a, in);
	t = cg_tmp_xmm(cg);
	g = cg_tmp_gpr(cg);
	if (p->scale) {		/* as scale_up() */
		v3(cg, SSE_PADDD, t, x, x);
		vsh(cg, SSE_PSRLD_I, t, t, 24);
		v3k(cg, SSE_PCMPGTD, t, t, splat(2, 127 + 63 - 1));
		sem_if_lane(cg, idx, t, g, &k);
		a = cg_tmp_xmm(cg);
		v3k(cg, SSE_MULPS, a, x, splat(2, pow2(2, (int)p->scale)));
		x = a;
	}
	a = x;
	if (p->uns) {	/* [0, 2^31) only: sign and exponent < 127 + 31 */
		vsh(cg, SSE_PSRLD_I, t, a, 23);
		v3k(cg, SSE_PCMPGTD, t, t, splat(2, 127 + 31 - 1));
		sem_if_lane(cg, idx, t, g, &k);
	}
	if (p->round != FP_TRUNC) {
		v2i(cg, SSE_ROUNDPS, d, a, (unsigned)p->round | FP_NO_INEXACT);
		trap(cg, idx, in, &k);
		x = d;
	}
	v2(cg, SSE_CVTTPS2DQ, d, x);
	if (!p->uns && !trap(cg, idx, in, &k)) {
		v3k(cg, SSE_PCMPEQD, t, d, splat(2, 0x80000000));
		sem_if_lane(cg, idx, t, g, &k);
	}
	if (x != a)
		v2(cg, SSE_CVTTPS2DQ, t, a);	/* raises PE if inexact */
	cold_continue_here(cg, &k);
	return true;
}

/* Two F64 lanes, one after the other through general registers. */
static bool lanes_f64(struct cg *cg, const struct ir_inst *i, unsigned idx,
		      const struct to_int *p)
{
	struct colds k = { .n = 0 };
	unsigned t, g, h;
	struct vx r;

	/* these need more temporaries than there are for two lanes */
	if (p->uns || p->scale || p->round == FP_AWAY)
		return false;
	r = vx_get1(cg, i, idx);
	if (!quick_trap(cg, p))
		cg_clobber_flags(cg);
	t = cg_tmp_xmm(cg);
	g = cg_tmp_gpr(cg);
	h = cg_tmp_gpr(cg);
	to_int(cg, p, idx, g, r.a, r.a, &k);
	v2i(cg, SSE_PSHUFD, t, r.a, 0xee);
	to_int(cg, p, idx, h, r.a, t, &k);
	enc_xg(&cg->e, SSE_MOVQ_XG, r.d, g);
	enc_xg(&cg->e, SSE_MOVQ_XG, t, h);
	v3(cg, SSE_PUNPCKLQDQ, r.d, r.d, t);
	cold_continue_here(cg, &k);
	return true;
}

bool isel_fvtoi(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	struct colds k = { .n = 0 };
	struct to_int p;
	struct vx r;
	unsigned g;

	if (!to_int_plan(cg, i, vx_esize(i) == 3, &p))
		return false;
	if (fp_is_vector(i))
		return p.fes == 2 ? lanes_f32(cg, i, idx, &p) :
				    lanes_f64(cg, i, idx, &p);
	r = vx_get1(cg, i, idx);
	g = cg_tmp_gpr(cg);
	if (!quick_trap(cg, &p))
		cg_clobber_flags(cg);
	to_int(cg, &p, idx, g, r.a, r.a, &k);
	enc_xg(&cg->e, p.w ? SSE_MOVQ_XG : SSE_MOVD_XG, r.d, g);
	cold_continue_here(cg, &k);
	cg_set_zext(cg, idx);
	return true;
}

/* -- From integers -------------------------------------------------------- */

/*
 * d = FP number of g, upper part zero.  A 64-bit unsigned number with the top
 * bit set goes to the semantic function.  Fraction bits: scaling by a power
 * of two is exact.
 */
static struct cg_cold *from_int(struct cg *cg, unsigned idx, unsigned fes,
				bool w, bool uns, unsigned d, unsigned g)
{
	static const enc_op op[2][2] = {
		{ SSE_CVTSI2SS, SSE_CVTSI2SD },
		{ SSE_CVTSI2SSQ, SSE_CVTSI2SDQ }
	};
	struct cg_cold *cold = NULL;

	if (w && uns) {
		enc_test_rr(&cg->e, 1, g, g);
		cold = cg_jcc_sem(cg, CC_S, idx);
	}
	vzero(cg, d);
	enc_xg3(&cg->e, op[w || uns][fes == 3], d, d, g);
	return cold;
}

bool isel_itof(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	unsigned fes = vx_esize(i), n = (u32)i->imm >> 8 & 0xff, a, d;
	struct cg_cold *cold;

	if (fes < 2)
		return false;
	a = cg_use_gpr_clean(cg, i->a);
	d = cg_def_xmm(cg, idx);
	cg_clobber_flags(cg);
	cold = from_int(cg, idx, fes, i->aux & IR_AUX3, i->aux & IR_HIGH, d,
			a);
	if (n)
		v3k2(cg, fes == 3 ? SSE_MULSD : SSE_MULSS, d, d,
		     pow2(fes, -(int)n), 0);
	if (cold)
		cold->back = cg->e.p;
	cg_set_zext(cg, idx);
	return true;
}

/*
 * Unsigned F32 lanes: with x = h * 2^16 + l, the bit patterns 0x53000000 | h
 * and 0x4b000000 | l are 2^39 + h * 2^16 and 2^23 + l.  Taking 2^39 + 2^23
 * from the first is exact, so only the final sum rounds.  That sum is never
 * negative but would be -0 for x = 0 when rounding down: the sign is cleared.
 */
static void u32_to_f32(struct cg *cg, unsigned d, unsigned a, unsigned t)
{
	vsh(cg, SSE_PSRLD_I, d, a, 16);
	v3k(cg, SSE_POR, d, d, splat(2, 0x53000000));
	v3k(cg, SSE_SUBPS, d, d, splat(2, 0x53000080));
	v3k(cg, SSE_PAND, t, a, splat(2, 0xffff));
	v3k(cg, SSE_POR, t, t, splat(2, 0x4b000000));
	v3(cg, SSE_ADDPS, d, d, t);
	v3k(cg, SSE_ANDPS, d, d, splat(2, 0x7fffffff));
}

static void lanes_to_f32(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	unsigned a, d, n = (u32)i->imm >> 8 & 0xff;

	a = cg_use_xmm(cg, i->a);
	d = cg_def_xmm_early(cg, idx);
	a = fp_operand(cg, i, i->a, a);
	if (i->aux & IR_HIGH)
		u32_to_f32(cg, d, a, cg_tmp_xmm(cg));
	else
		v2(cg, SSE_CVTDQ2PS, d, a);
	if (n)
		v3k(cg, SSE_MULPS, d, d, splat(2, pow2(2, -(int)n)));
	if (i->type == IR_V64)
		cg_set_zext(cg, idx);
}

static void lanes_to_f64(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	bool uns = i->aux & IR_HIGH;
	unsigned t, g, n = (u32)i->imm >> 8 & 0xff;
	struct cg_cold *cold[2];
	struct vx r = vx_get1(cg, i, idx);

	cg_clobber_flags(cg);
	t = cg_tmp_xmm(cg);
	g = cg_tmp_gpr(cg);
	enc_gs(&cg->e, SSE_MOVQ_GX, g, r.a);
	cold[0] = from_int(cg, idx, 3, true, uns, r.d, g);
	v2i(cg, SSE_PSHUFD, t, r.a, 0xee);
	enc_gs(&cg->e, SSE_MOVQ_GX, g, t);
	cold[1] = from_int(cg, idx, 3, true, uns, t, g);
	v3(cg, SSE_UNPCKLPD, r.d, r.d, t);
	if (n)
		v3k(cg, SSE_MULPD, r.d, r.d, pow2(3, -(int)n));
	for (unsigned k = 0; k < 2; k++)
		if (cold[k])
			cold[k]->back = cg->e.p;
}

bool isel_ivtof(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	unsigned fes = vx_esize(i), n = (u32)i->imm >> 8 & 0xff, g;
	struct cg_cold *cold;
	struct vx r;

	if (fes < 2)
		return false;
	if (fp_is_vector(i)) {
		if (fes == 2)
			lanes_to_f32(cg, i, idx);
		else
			lanes_to_f64(cg, i, idx);
		return true;
	}
	r = vx_get1(cg, i, idx);
	g = cg_tmp_gpr(cg);
	cg_clobber_flags(cg);
	enc_gs(&cg->e, fes == 3 ? SSE_MOVQ_GX : SSE_MOVD_GX, g, r.a);
	cold = from_int(cg, idx, fes, fes == 3, i->aux & IR_HIGH, r.d, g);
	if (n)
		v3k2(cg, fes == 3 ? SSE_MULSD : SSE_MULSS, r.d, r.d,
		     pow2(fes, -(int)n), 0);
	if (cold)
		cold->back = cg->e.p;
	cg_set_zext(cg, idx);
	return true;
}
