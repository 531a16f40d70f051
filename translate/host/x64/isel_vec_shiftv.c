/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Inline forms of vector shifts by register: USHL, SSHL, their rounding
 * forms, and the saturating ones by a constant vector.
 *
 * The count of a lane is the signed low byte of b's lane; negative counts
 * shift right.
 *
 * Words and doublewords: AVX2 has shifts by lane.  Taken as an unsigned byte,
 * b is a left count for b >= 0 and at least 128 otherwise; -b is a right
 * count for b < 0 and 0 or at least 129 otherwise: counts beyond the width
 * give 0, so that the two shifts can be or-ed (or selected by b's sign).
 *
 * Bytes and halfwords: multiply by 2^(b mod width) into lanes of twice the
 * width.  The low half of the product is the left shift; for b in [-width, -1]
 * the high half is the right shift.  Counts outside are masked.
 */
#include "translate/host/x64/isel_v.h"

/* -- 32 and 64 bits ------------------------------------------------------- */

/* l = a << b where b >= 0, else 0; n = right counts. */
static void shift_left(struct cg *cg, unsigned es, struct vx r, unsigned l,
		       unsigned n)
{
	v3k(cg, SSE_PAND, l, r.b, splat(es, 0xff));
	vzero(cg, n);
	v3(cg, vx_psub[es], n, n, r.b);
	v3k(cg, SSE_PAND, n, n, splat(es, 0xff));
	v3(cg, es == 3 ? SSE_VPSLLVQ : SSE_VPSLLVD, l, r.a, l);
}

/* n = a >> n, signed; t is clobbered. */
static void sra_lanes(struct cg *cg, unsigned es, unsigned a, unsigned n,
		      unsigned s, unsigned t)
{
	if (es == 2) {
		v3(cg, SSE_VPSRAVD, n, a, n);
		return;
	}
	/* sar(a, n) = ((a ^ s) >> n) ^ s with s = sign of a */
	v2i(cg, SSE_PSHUFD, s, a, 0xf5);
	vsh(cg, SSE_PSRAD_I, s, s, 31);
	v3(cg, SSE_PXOR, t, a, s);
	v3(cg, SSE_VPSRLVQ, n, t, n);
	v3(cg, SSE_PXOR, n, n, s);
}

/* n = (n >> 1) + (n & 1): the last step of a rounding shift. */
static void round_half(struct cg *cg, unsigned es, bool sgn, unsigned n,
		       unsigned t)
{
	v3k(cg, SSE_PAND, t, n, splat(es, 1));
	if (sgn)
		vx_sar_i(cg, es, n, n, 1);
	else
		vx_shr_i(cg, es, n, n, 1);
	v3(cg, vx_padd[es], n, n, t);
}

static bool shift_wide(struct cg *cg, const struct ir_inst *i, unsigned idx,
		       bool sgn, bool round)
{
	unsigned es = vx_esize(i), l, n, s;
	struct vx r;

	if (!vx_has(cg, HF_AVX2))
		return false;
	r = vx_get2(cg, i, idx);
	l = cg_tmp_xmm(cg);
	n = cg_tmp_xmm(cg);
	s = cg_tmp_xmm(cg);
	shift_left(cg, es, r, l, n);
	if (round) {		/* by one less first; 0 becomes huge */
		vones(cg, s);
		v3(cg, vx_padd[es], n, n, s);
	}
	if (sgn)
		sra_lanes(cg, es, r.a, n, s, r.d);
	else
		v3(cg, es == 3 ? SSE_VPSRLVQ : SSE_VPSRLVD, n, r.a, n);
	if (round)
		round_half(cg, es, sgn, n, s);
	if (!sgn) {
		v3(cg, SSE_POR, r.d, l, n);
	} else if (es == 2) {
		vsh(cg, SSE_PSLLD_I, s, r.b, 24);
		enc_v4(&cg->e, SSE_VBLENDVPS, r.d, l, n, s);
	} else {
		vsh(cg, SSE_PSLLQ_I, s, r.b, 56);
		enc_v4(&cg->e, SSE_VBLENDVPD, r.d, l, n, s);
	}
	return true;
}

/* -- 8 and 16 bits -------------------------------------------------------- */

/* n = counts as signed lanes. */
static void narrow_counts(struct cg *cg, unsigned es, unsigned n, unsigned b)
{
	if (es == 0) {
		vmov(cg, n, b);
	} else {
		vsh(cg, SSE_PSLLW_I, n, b, 8);
		vsh(cg, SSE_PSRAW_I, n, n, 8);
	}
}

/*
 * m = 2^(n mod width).  The table has 1 << k at index k < 8 and 0 above, so
 * the high byte of a halfword is the entry at index k ^ 8.
 */
static void powers(struct cg *cg, unsigned es, unsigned m, unsigned n,
		   unsigned t)
{
	if (es == 0) {
		v3k(cg, SSE_PAND, t, n, splat(0, 7));
	} else {
		v3k(cg, SSE_PAND, t, n, splat(1, 15));
		vsh(cg, SSE_PSLLW_I, m, t, 8);
		v3(cg, SSE_POR, t, t, m);
		v3k(cg, SSE_PXOR, t, t, splat(1, 0x0800));
	}
	vconst2(cg, m, 0x8040201008040201, 0);
	v3(cg, SSE_PSHUFB, m, m, t);
}

/*
 * Halfwords.  lo = left shifts, hi = right shifts.  pmulhw takes 2^15 for
 * -2^15, which makes its result too small by a.
 */
static void products16(struct cg *cg, bool sgn, bool round, unsigned a,
		       unsigned m, unsigned lo, unsigned hi)
{
	v3(cg, sgn ? SSE_PMULHW : SSE_PMULHUW, hi, a, m);
	v3(cg, SSE_PMULLW, lo, a, m);
	if (sgn) {
		vsh(cg, SSE_PSRAW_I, m, m, 15);
		v3(cg, SSE_PAND, m, m, a);
		v3(cg, SSE_PADDW, hi, hi, m);
	}
	if (round) {
		vsh(cg, SSE_PSRLW_I, m, lo, 15);
		v3(cg, SSE_PADDW, hi, hi, m);
	}
}

/* p = 16-bit products of the even or odd bytes of a and m. */
static void products8(struct cg *cg, bool sgn, bool odd, unsigned a,
		      unsigned m, unsigned p, unsigned t)
{
	if (odd) {
		vsh(cg, sgn ? SSE_PSRAW_I : SSE_PSRLW_I, p, a, 8);
		vsh(cg, SSE_PSRLW_I, t, m, 8);
	} else {
		vsh(cg, SSE_PSLLW_I, p, a, 8);
		vsh(cg, sgn ? SSE_PSRAW_I : SSE_PSRLW_I, p, p, 8);
		v3k(cg, SSE_PAND, t, m, splat(1, 0xff));
	}
	v3(cg, SSE_PMULLW, p, p, t);
}

/* Bytes: lo and hi put together from even and odd products. */
static void shifts8(struct cg *cg, bool sgn, bool round, unsigned a,
		    unsigned m, unsigned lo, unsigned hi, unsigned t,
		    unsigned d)
{
	products8(cg, sgn, false, a, m, lo, t);	/* even */
	products8(cg, sgn, true, a, m, hi, t);	/* odd */
	/* left shifts: low bytes; m is not needed any more */
	v3k(cg, SSE_PAND, m, lo, splat(1, 0xff));
	vsh(cg, SSE_PSLLW_I, t, hi, 8);
	v3(cg, SSE_POR, d, m, t);
	if (round) {
		v3k(cg, SSE_PADDW, lo, lo, splat(1, 0x80));
		v3k(cg, SSE_PADDW, hi, hi, splat(1, 0x80));
	}
	/* right shifts: high bytes */
	vsh(cg, SSE_PSRLW_I, lo, lo, 8);
	v3k(cg, SSE_PAND, hi, hi, splat(1, 0xff00));
	v3(cg, SSE_POR, hi, hi, lo);
	vmov(cg, lo, d);
}

static bool shift_narrow(struct cg *cg, const struct ir_inst *i, unsigned idx,
			 bool sgn, bool round)
{
	unsigned es = vx_esize(i), n, m, lo, hi, t, w = 8u << es;
	struct vx r;

	if (!vx_has(cg, HF_SSE41))
		return false;
	r = vx_get2(cg, i, idx);
	n = cg_tmp_xmm(cg);
	m = cg_tmp_xmm(cg);
	lo = cg_tmp_xmm(cg);
	hi = cg_tmp_xmm(cg);
	t = cg_tmp_xmm(cg);
	narrow_counts(cg, es, n, r.b);
	if (!round)
		v3k(cg, es ? SSE_PMAXSW : SSE_PMAXSB, n, n, splat(es, 0 - w));
	powers(cg, es, m, n, t);
	if (es)
		products16(cg, sgn, round, r.a, m, lo, hi);
	else
		shifts8(cg, sgn, round, r.a, m, lo, hi, t, r.d);
	/* zero what is shifted out to the left */
	v3k(cg, vx_pcmpgt[es], t, n, splat(es, w - 1));
	v3(cg, SSE_PANDN, t, t, lo);
	/* and, when rounding, to the right */
	if (round) {
		v3k(cg, vx_pcmpgt[es], m, n, splat(es, 0 - w - 1));
		v3(cg, SSE_PAND, hi, hi, m);
	}
	/* select by the sign of the count */
	vzero(cg, m);
	v3(cg, vx_pcmpgt[es], m, m, n);
	v3(cg, SSE_PXOR, r.d, hi, t);
	v3(cg, SSE_PAND, r.d, r.d, m);
	v3(cg, SSE_PXOR, r.d, r.d, t);
	return true;
}

bool isel_vshl_var(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	bool sgn = i->op == IR_VSSHL || i->op == IR_VSRSHL;
	bool round = i->op == IR_VURSHL || i->op == IR_VSRSHL;

	if (vx_esize(i) < 2)
		return shift_narrow(cg, i, idx, sgn, round);
	return shift_wide(cg, i, idx, sgn, round);
}

/* -- Saturating, by a constant -------------------------------------------- */

/* Is b a constant with the same count, 0 <= n < width, in every lane? */
static bool constant_count(const struct cg *cg, const struct ir_inst *i,
			   unsigned *n)
{
	const struct ir_inst *k = &cg->ir->inst[cg->root[i->b]];
	unsigned es = vx_esize(i), w = 8u << es;
	u64 lo, hi;

	if (k->op != IR_VCONST)
		return false;
	lo = cg->ir->pool[k->imm];
	hi = cg->ir->pool[k->imm + 1];
	*n = lo & 0xff;
	/* only the low byte of a lane counts */
	lo &= splat(es, 0xff);
	hi &= splat(es, 0xff);
	return *n < w && lo == splat(es, *n) &&
	       (vx_bytes(i) < 16 || hi == lo);
}

/* Shifting back must give the number again. */
bool isel_vqshl(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	bool sgn = i->op == IR_VSQSHL;
	unsigned es = vx_esize(i), n, t, g;
	struct vx r;

	if (!constant_count(cg, i, &n) || (es == 3 && !vx_has(cg, HF_SSE41)))
		return false;
	r = vx_get2(cg, i, idx);	/* b for the cold path */
	t = cg_tmp_xmm(cg);
	g = cg_tmp_gpr(cg);
	cg_clobber_flags(cg);
	vx_shl_i(cg, es, r.d, r.a, n);
	if (sgn)
		vx_sar_i(cg, es, t, r.d, n);
	else
		vx_shr_i(cg, es, t, r.d, n);
	v3(cg, vx_pcmpeq[es], t, t, r.a);
	enc_gx(&cg->e, SSE_PMOVMSKB, g, t);
	enc_un_r(&cg->e, UN_NOT, 0, g);
	enc_test_ri(&cg->e, 0, g, (s32)bits_mask(vx_bytes(i)));
	cg_jcc_sem(cg, CC_NE, idx);
	return true;
}
