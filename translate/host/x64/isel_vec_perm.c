/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Inline forms of permutations, lane moves, bit counting inside bytes, and
 * operations that work across lanes.
 */
#include "translate/host/x64/isel_v.h"

/* -- Moves between register classes --------------------------------------- */

bool isel_vfromg(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	unsigned a = cg_use_gpr(cg, i->a), d = cg_def_xmm(cg, idx);
	bool wide = cg_type(cg, i->a) == IR_I64;

	enc_xg(&cg->e, wide ? SSE_MOVQ_XG : SSE_MOVD_XG, d, a);
	if (i->type != IR_F16)
		cg_set_zext(cg, idx);
	return true;
}

bool isel_vtog(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	unsigned a = cg_use_xmm(cg, i->a), d = cg_def_gpr(cg, idx);

	enc_gs(&cg->e, i->type == IR_I64 ? SSE_MOVQ_GX : SSE_MOVD_GX, d, a);
	return true;
}

/* d = a with all bits above n bytes zero. */
static void zero_above(struct cg *cg, unsigned n, unsigned d, unsigned a)
{
	if (n == 8) {
		v2(cg, SSE_MOVQ, d, a);
	} else if (n == 4 && vx_has(cg, HF_SSE41)) {
		v3i(cg, SSE_INSERTPS, d, a, a, 0x0e);
	} else {
		v3k2(cg, SSE_PAND, d, a, bits_mask(n * 8), 0);
	}
}

bool isel_vzext(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	unsigned n = ir_type_bytes(cg_type(cg, i->a));
	unsigned a = cg_use_xmm(cg, i->a), d;

	if (n == 16 || cg_is_zext(cg, i->a)) {
		d = cg_def_xmm(cg, idx);
		vmov(cg, d, a);
		return true;
	}
	d = cg_def_xmm_early(cg, idx);
	zero_above(cg, n, d, a);
	return true;
}

/* -- Duplicate, insert, extract ------------------------------------------- */

/* d = lane 0 of s in all lanes. */
static void broadcast(struct cg *cg, unsigned es, unsigned d, unsigned s)
{
	static const enc_op bc[4] = { SSE_VPBROADCASTB, SSE_VPBROADCASTW,
				      SSE_VPBROADCASTD, SSE_VPBROADCASTQ };

	if (vx_has(cg, HF_AVX2)) {
		v2(cg, bc[es], d, s);
		return;
	}
	switch (es) {
	case 0:
		v3(cg, SSE_PUNPCKLBW, d, s, s);
		v2i(cg, SSE_PSHUFLW, d, d, 0);
		v2i(cg, SSE_PSHUFD, d, d, 0);
		break;
	case 1:
		v2i(cg, SSE_PSHUFLW, d, s, 0);
		v2i(cg, SSE_PSHUFD, d, d, 0);
		break;
	case 2:
		v2i(cg, SSE_PSHUFD, d, s, 0);
		break;
	default:
		v2i(cg, SSE_PSHUFD, d, s, 0x44);
		break;
	}
}

bool isel_vdup(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	unsigned a = cg_use_gpr(cg, i->a), d = cg_def_xmm(cg, idx);
	unsigned es = vx_esize(i);

	enc_xg(&cg->e, es == 3 ? SSE_MOVQ_XG : SSE_MOVD_XG, d, a);
	broadcast(cg, es, d, d);
	return true;
}

bool isel_vdupe(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	unsigned es = vx_esize(i), lane = (unsigned)i->imm;
	unsigned a = cg_use_xmm(cg, i->a), d = cg_def_xmm(cg, idx);

	if (es == 3) {
		v2i(cg, SSE_PSHUFD, d, a, lane ? 0xee : 0x44);
	} else if (es == 2) {
		v2i(cg, SSE_PSHUFD, d, a, lane * 0x55);
	} else if (lane == 0) {
		broadcast(cg, es, d, a);
	} else if (es == 1) {
		v2i(cg, lane < 4 ? SSE_PSHUFLW : SSE_PSHUFHW, d, a,
		    (lane & 3) * 0x55);
		v2i(cg, SSE_PSHUFD, d, d, lane < 4 ? 0x00 : 0xaa);
	} else if (vx_has(cg, HF_SSSE3)) {
		v3k(cg, SSE_PSHUFB, d, a, splat(0, lane));
	} else {
		v3(cg, lane < 8 ? SSE_PUNPCKLBW : SSE_PUNPCKHBW, d, a, a);
		lane &= 7;
		v2i(cg, lane < 4 ? SSE_PSHUFLW : SSE_PSHUFHW, d, d,
		    (lane & 3) * 0x55);
		v2i(cg, SSE_PSHUFD, d, d, lane < 4 ? 0x00 : 0xaa);
	}
	return true;
}

bool isel_vins(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	static const enc_op pinsr[4] = { SSE_PINSRB, SSE_PINSRW, SSE_PINSRD,
					 SSE_PINSRQ };
	unsigned es = vx_esize(i), a, b, d;

	if (es != 1 && !vx_has(cg, HF_SSE41))
		return false;
	a = cg_use_xmm(cg, i->a);
	b = cg_use_gpr(cg, i->b);
	d = cg_def_xmm(cg, idx);
	enc_xg3i(&cg->e, pinsr[es], d, a, b, (unsigned)i->imm);
	return true;
}

/* 64-bit lanes: each of the four cases is one shuffle. */
static void insert64(struct cg *cg, struct vx r, unsigned dst, unsigned src)
{
	if (dst == 0 && src == 0)
		v3(cg, SSE_MOVSD, r.d, r.a, r.b);
	else if (dst == 0)
		v3i(cg, SSE_SHUFPD, r.d, r.b, r.a, 3);
	else
		v3i(cg, SSE_SHUFPD, r.d, r.a, r.b, src << 1);
}

bool isel_vinse(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	unsigned es = vx_esize(i), g;
	unsigned dst = i->imm & 15, src = i->imm >> 8 & 15;
	struct vx r;

	if ((es == 0 || es == 2) && !vx_has(cg, HF_SSE41))
		return false;
	r = vx_get2(cg, i, idx);
	switch (es) {
	case 0:
		g = cg_tmp_gpr(cg);
		enc_gsi(&cg->e, SSE_PEXTRB, g, r.b, src);
		enc_xg3i(&cg->e, SSE_PINSRB, r.d, r.a, g, dst);
		break;
	case 1:
		g = cg_tmp_gpr(cg);
		enc_gxi(&cg->e, SSE_PEXTRW, g, r.b, src);
		enc_xg3i(&cg->e, SSE_PINSRW, r.d, r.a, g, dst);
		break;
	case 2:
		v3i(cg, SSE_INSERTPS, r.d, r.a, r.b, src << 6 | dst << 4);
		break;
	default:
		insert64(cg, r, dst, src);
		break;
	}
	return true;
}

/* Lane without SSE4.1: shift the vector, take the low part. */
static void extract_slow(struct cg *cg, unsigned es, unsigned d, unsigned a,
			 unsigned lane)
{
	unsigned t = cg_tmp_xmm(cg);

	vsh(cg, SSE_PSRLDQ_I, t, a, lane << es);
	enc_gs(&cg->e, es == 3 ? SSE_MOVQ_GX : SSE_MOVD_GX, d, t);
	if (es < 2)
		enc_movzx(&cg->e, es, d, d);
}

static void extract(struct cg *cg, unsigned es, unsigned d, unsigned a,
		    unsigned lane)
{
	if (lane == 0 && es >= 2)
		enc_gs(&cg->e, es == 3 ? SSE_MOVQ_GX : SSE_MOVD_GX, d, a);
	else if (es == 1)
		enc_gxi(&cg->e, SSE_PEXTRW, d, a, lane);
	else if (!vx_has(cg, HF_SSE41))
		extract_slow(cg, es, d, a, lane);
	else
		enc_gsi(&cg->e, es == 0 ? SSE_PEXTRB :
				es == 2 ? SSE_PEXTRD : SSE_PEXTRQ,
			d, a, lane);
}

bool isel_vumov(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	unsigned a = cg_use_xmm(cg, i->a), d = cg_def_gpr(cg, idx);

	extract(cg, vx_esize(i), d, a, (unsigned)i->imm);
	return true;
}

bool isel_vsmov(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	unsigned es = vx_esize(i);
	unsigned a = cg_use_xmm(cg, i->a), d = cg_def_gpr(cg, idx);

	extract(cg, es, d, a, (unsigned)i->imm);
	if (es < 2 || (es == 2 && i->type == IR_I64))
		enc_movsx(&cg->e, es, i->type == IR_I64, d, d);
	return true;
}

/* -- Interleave ----------------------------------------------------------- */

bool isel_vzip(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	unsigned es = vx_esize(i);
	struct vx r;

	if (i->op == IR_VZIP1)
		return vx_bin(cg, i, idx, vx_punpckl[es]);
	if (i->type == IR_V128)
		return vx_bin(cg, i, idx, vx_punpckh[es]);
	r = vx_get2(cg, i, idx);
	v3(cg, vx_punpckl[es], r.d, r.a, r.b);
	vsh(cg, SSE_PSRLDQ_I, r.d, r.d, 8);
	return true;
}

/*
 * Bytes: keep the wanted half of each word, pack unsigned.  Words: sign-
 * extend the wanted half of each doubleword, pack signed (no SSE4.1 needed).
 */
void vx_uzp(struct cg *cg, unsigned esize, bool odd, unsigned d, unsigned a,
	    unsigned b, unsigned tmp)
{
	switch (esize) {
	case 0:
		if (odd) {
			vsh(cg, SSE_PSRLW_I, tmp, b, 8);
			vsh(cg, SSE_PSRLW_I, d, a, 8);
		} else {
			v3k(cg, SSE_PAND, tmp, b, splat(1, 0xff));
			v3k(cg, SSE_PAND, d, a, splat(1, 0xff));
		}
		v3(cg, SSE_PACKUSWB, d, d, tmp);
		break;
	case 1:
		if (odd) {
			vsh(cg, SSE_PSRAD_I, tmp, b, 16);
			vsh(cg, SSE_PSRAD_I, d, a, 16);
		} else {
			vsh(cg, SSE_PSLLD_I, tmp, b, 16);
			vsh(cg, SSE_PSRAD_I, tmp, tmp, 16);
			vsh(cg, SSE_PSLLD_I, d, a, 16);
			vsh(cg, SSE_PSRAD_I, d, d, 16);
		}
		v3(cg, SSE_PACKSSDW, d, d, tmp);
		break;
	case 2:
		v3i(cg, SSE_SHUFPS, d, a, b, odd ? 0xdd : 0x88);
		break;
	default:
		v3(cg, odd ? SSE_PUNPCKHQDQ : SSE_PUNPCKLQDQ, d, a, b);
		break;
	}
}

/* Sources of a pairwise or unzipping operation: for V64 the two halves are
 * first joined into one register.  Returns 16-byte a and b in *r. */
static void join_halves(struct cg *cg, const struct ir_inst *i, struct vx *r)
{
	unsigned t;

	if (i->type == IR_V128)
		return;
	t = cg_tmp_xmm(cg);
	vx_concat(cg, t, r->a, r->b);
	r->a = r->b = t;
}

bool isel_vuzp(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	struct vx r = vx_get2(cg, i, idx);
	unsigned t = cg_tmp_xmm(cg);

	join_halves(cg, i, &r);
	vx_uzp(cg, vx_esize(i), i->op == IR_VUZP2, r.d, r.a, r.b, t);
	return true;
}

/* Even (odd) lanes of a and b, interleaved. */
bool isel_vtrn(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	bool odd = i->op == IR_VTRN2;
	unsigned es = vx_esize(i), t, width = 8u << es;
	u64 low;
	struct vx r;

	if (es == 3)
		return vx_bin(cg, i, idx,
			      odd ? SSE_PUNPCKHQDQ : SSE_PUNPCKLQDQ);
	r = vx_get2(cg, i, idx);
	t = cg_tmp_xmm(cg);
	low = splat(es + 1, bits_mask(width));
	if (odd) {
		vsh(cg, vx_psrl[es + 1], t, r.a, width);
		v3k(cg, SSE_PAND, r.d, r.b, ~low);
	} else {
		vsh(cg, vx_psll[es + 1], t, r.b, width);
		v3k(cg, SSE_PAND, r.d, r.a, low);
	}
	v3(cg, SSE_POR, r.d, r.d, t);
	return true;
}

bool isel_vext(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	unsigned n = (unsigned)i->imm, t;
	struct vx r = vx_get2(cg, i, idx);

	if (i->type == IR_V64) {
		vx_concat(cg, r.d, r.a, r.b);
		vsh(cg, SSE_PSRLDQ_I, r.d, r.d, n);
	} else if (vx_has(cg, HF_SSSE3)) {
		v3i(cg, SSE_PALIGNR, r.d, r.b, r.a, n);
	} else {
		t = cg_tmp_xmm(cg);
		vsh(cg, SSE_PSLLDQ_I, t, r.b, 16 - n);
		vsh(cg, SSE_PSRLDQ_I, r.d, r.a, n);
		v3(cg, SSE_POR, r.d, r.d, t);
	}
	return true;
}

/* The pshufb pattern that reverses lanes of 1 << es bytes in n-byte
 * containers: byte k comes from k ^ (n - lane). */
static void rev_pattern(unsigned es, unsigned n, u64 pat[2])
{
	pat[0] = pat[1] = 0;
	for (unsigned k = 0; k < 16; k++)
		pat[k >> 3] |= (u64)(k ^ (n - (1u << es))) << (k & 7) * 8;
}

bool isel_vrev(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	unsigned es = vx_esize(i), n = (unsigned)i->imm, a, d;
	u64 pat[2];

	if (es == 0 && !vx_has(cg, HF_SSSE3))
		return false;
	a = cg_use_xmm(cg, i->a);
	d = cg_def_xmm(cg, idx);
	if (es == 2) {
		v2i(cg, SSE_PSHUFD, d, a, 0xb1);
	} else if (vx_has(cg, HF_SSSE3)) {
		rev_pattern(es, n, pat);
		v3k2(cg, SSE_PSHUFB, d, a, pat[0], pat[1]);
	} else {
		v2i(cg, SSE_PSHUFLW, d, a, n == 8 ? 0x1b : 0xb1);
		v2i(cg, SSE_PSHUFHW, d, d, n == 8 ? 0x1b : 0xb1);
	}
	return true;
}

/*
 * pshufb gives 0 for an index with its top bit set, else takes it modulo 16:
 * adding 0x70 with saturation moves 16.. up there and leaves 0..15 intact.
 */
bool isel_vtbl(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	struct vx r;
	unsigned t;

	if (!vx_has(cg, HF_SSSE3))
		return false;
	if (i->op == IR_VTBL) {
		r = vx_get2(cg, i, idx);
		t = cg_tmp_xmm(cg);
		v3k(cg, SSE_PADDUSB, t, r.b, splat(0, 0x70));
		v3(cg, SSE_PSHUFB, r.d, r.a, t);
		return true;
	}
	r = vx_get3(cg, i, idx);
	t = cg_tmp_xmm(cg);
	v3k(cg, SSE_PADDUSB, t, r.b, splat(0, 0x70));
	v3(cg, SSE_PSHUFB, r.d, r.a, t);
	if (cg->e.avx) {
		enc_v4(&cg->e, SSE_VPBLENDVB, r.d, r.d, r.c, t);
		return true;
	}
	/* outside the table r.d is zero: or in c there */
	vsh(cg, SSE_PSRAW_I, t, t, 7);
	v3k(cg, SSE_PAND, t, t, splat(0, 1));
	{
		unsigned u = cg_tmp_xmm(cg);

		vzero(cg, u);
		v3(cg, SSE_PSUBB, u, u, t);
		v3(cg, SSE_PAND, u, u, r.c);
		v3(cg, SSE_POR, r.d, r.d, u);
	}
	return true;
}

/* -- Inside bytes: nibble tables ------------------------------------------ */

/* d = lo_tab[low nibble] + hi_tab[high nibble] of each byte. */
static void nibbles(struct cg *cg, struct vx r, unsigned t, unsigned u,
		    const u64 lo_tab[2], const u64 hi_tab[2])
{
	v3k(cg, SSE_PAND, t, r.a, splat(0, 15));
	vconst2(cg, r.d, lo_tab[0], lo_tab[1]);
	v3(cg, SSE_PSHUFB, r.d, r.d, t);
	vsh(cg, SSE_PSRLW_I, t, r.a, 4);
	v3k(cg, SSE_PAND, t, t, splat(0, 15));
	vconst2(cg, u, hi_tab[0], hi_tab[1]);
	v3(cg, SSE_PSHUFB, u, u, t);
	v3(cg, SSE_PADDB, r.d, r.d, u);
}

bool isel_vcnt(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	static const u64 count[2] = { 0x0302020102010100, 0x0403030203020201 };
	struct vx r;

	if (!vx_has(cg, HF_SSSE3))
		return false;
	r = vx_get1(cg, i, idx);
	nibbles(cg, r, cg_tmp_xmm(cg), cg_tmp_xmm(cg), count, count);
	return true;
}

bool isel_vrbit(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	/* entry n: n reversed, in the high or the low nibble */
	static const u64 high[2] = { 0xe060a020c0408000, 0xf070b030d0509010 };
	static const u64 low[2] = { 0x0e060a020c040800, 0x0f070b030d050901 };
	struct vx r;

	if (!vx_has(cg, HF_SSSE3))
		return false;
	r = vx_get1(cg, i, idx);
	nibbles(cg, r, cg_tmp_xmm(cg), cg_tmp_xmm(cg), high, low);
	return true;
}

/*
 * Leading zeros.  Bytes: from the high nibble's table, plus the low nibble's
 * where the high nibble was zero (entry 4 of the high table).  Wider lanes:
 * the same step doubles the width: clz(hi) + (clz(hi) == width ? clz(lo) : 0).
 */
bool isel_vclz(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	static const u64 tab[2] = { 0x0101010102020304, 0x0000000000000000 };
	unsigned es = vx_esize(i), t, u;
	struct vx r;

	if (!vx_has(cg, HF_SSSE3) || es == 3)
		return false;
	r = vx_get1(cg, i, idx);
	t = cg_tmp_xmm(cg);
	u = cg_tmp_xmm(cg);
	vsh(cg, SSE_PSRLW_I, t, r.a, 4);
	v3k(cg, SSE_PAND, t, t, splat(0, 15));
	vconst2(cg, u, tab[0], tab[1]);
	v3(cg, SSE_PSHUFB, u, u, t);
	/* low nibble counts only if the high one is zero */
	vzero(cg, r.d);
	v3(cg, SSE_PCMPEQB, t, t, r.d);
	v3k(cg, SSE_PAND, r.d, r.a, splat(0, 15));
	{
		unsigned w = cg_tmp_xmm(cg);

		vconst2(cg, w, tab[0], tab[1]);
		v3(cg, SSE_PSHUFB, w, w, r.d);
		v3(cg, SSE_PAND, t, t, w);
	}
	v3(cg, SSE_PADDB, r.d, u, t);
	for (unsigned k = 0; k < es; k++) {
		unsigned w = 8u << k;

		/* u = count of the high half, t = mask where it is full */
		v3k(cg, vx_pcmpeq[k], t, r.d, splat(k, w));
		vsh(cg, vx_psrl[k + 1], u, r.d, w);
		vsh(cg, vx_psrl[k + 1], t, t, w);
		v3(cg, SSE_PAND, t, t, r.d);
		v3(cg, vx_padd[k + 1], r.d, u, t);
	}
	return true;
}

/* -- Pairwise ------------------------------------------------------------- */

/*
 * Bytes and words: with the even lane moved onto the odd one, the operation
 * on whole registers gives the result in the odd lanes; bring it down and
 * pack.  A minimum of unsigned bytes needs no bringing down: the zero that a
 * right shift puts into the odd lane is the minimum there.
 */
static void fold_pairs(struct cg *cg, enc_op op, unsigned es, unsigned d,
		       unsigned a)
{
	unsigned w = 8u << es;

	if (op == SSE_PMINUB) {
		vsh(cg, SSE_PSRLW_I, d, a, w);
		v3(cg, op, d, d, a);
		return;
	}
	vsh(cg, vx_psll[es + 1], d, a, w);
	v3(cg, op, d, d, a);
	vsh(cg, es ? SSE_PSRAD_I : SSE_PSRLW_I, d, d, w);
}

static void pairwise(struct cg *cg, const struct ir_inst *i, enc_op op,
		     struct vx r)
{
	unsigned es = vx_esize(i), t = cg_tmp_xmm(cg), u;

	join_halves(cg, i, &r);
	if (es < 2) {
		fold_pairs(cg, op, es, t, r.a);
		u = t;
		if (r.b != r.a) {
			u = cg_tmp_xmm(cg);
			fold_pairs(cg, op, es, u, r.b);
		}
		v3(cg, es ? SSE_PACKSSDW : SSE_PACKUSWB, r.d, t, u);
		return;
	}
	u = cg_tmp_xmm(cg);
	vx_uzp(cg, es, false, t, r.a, r.b, u);
	vx_uzp(cg, es, true, r.d, r.a, r.b, u);
	v3(cg, op, r.d, r.d, t);
}

bool isel_vaddp(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	struct vx r = vx_get2(cg, i, idx);

	pairwise(cg, i, vx_padd[vx_esize(i)], r);
	return true;
}

bool isel_vminmaxp(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	bool sgn = i->op == IR_VSMAXP || i->op == IR_VSMINP;
	bool max = i->op == IR_VSMAXP || i->op == IR_VUMAXP;
	unsigned es = vx_esize(i);

	if (!vx_can_minmax(cg, es, sgn))
		return false;
	pairwise(cg, i, vx_minmax_op(es, sgn, max), vx_get2(cg, i, idx));
	return true;
}

/* d = sums of adjacent lanes of a, in lanes of twice the width; not for
 * signed esize 2. */
static void addlp(struct cg *cg, unsigned es, bool sgn, unsigned d, unsigned a,
		  unsigned t)
{
	unsigned w = 8u << es;

	if (es == 0 && vx_has(cg, HF_SSSE3) && sgn) {
		vconst(cg, d, splat(0, 1));
		v3(cg, SSE_PMADDUBSW, d, d, a);	/* first source unsigned */
	} else if (es == 0 && vx_has(cg, HF_SSSE3)) {
		v3k(cg, SSE_PMADDUBSW, d, a, splat(0, 1));
	} else if (es == 1 && sgn) {
		v3k(cg, SSE_PMADDWD, d, a, splat(1, 1));
	} else if (sgn && es == 0) {
		vsh(cg, SSE_PSLLW_I, t, a, 8);
		vsh(cg, SSE_PSRAW_I, t, t, 8);
		vsh(cg, SSE_PSRAW_I, d, a, 8);
		v3(cg, SSE_PADDW, d, d, t);
	} else {
		v3k(cg, SSE_PAND, t, a, splat(es + 1, bits_mask(w)));
		vsh(cg, vx_psrl[es + 1], d, a, w);
		v3(cg, vx_padd[es + 1], d, d, t);
	}
}

bool isel_vaddlp(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	bool sgn = i->op == IR_VSADDLP;
	unsigned es = vx_esize(i), t;
	struct vx r;

	if (es == 3)
		return false;
	r = vx_get1(cg, i, idx);
	t = cg_tmp_xmm(cg);
	if (sgn && es == 2) {
		unsigned u = cg_tmp_xmm(cg);

		/* even and odd lanes, sign-extended to 64 bits */
		vsh(cg, SSE_PSRAD_I, t, r.a, 31);
		vsh(cg, SSE_PSRLQ_I, u, r.a, 32);
		v2i(cg, SSE_PSHUFD, r.d, t, 0xf5);
		vsh(cg, SSE_PSLLQ_I, r.d, r.d, 32);
		v3(cg, SSE_POR, u, u, r.d);	/* odd */
		vsh(cg, SSE_PSLLQ_I, t, t, 32);
		v3k(cg, SSE_PAND, r.d, r.a, 0xffffffff);
		v3(cg, SSE_POR, r.d, r.d, t);	/* even */
		v3(cg, SSE_PADDQ, r.d, r.d, u);
		return true;
	}
	addlp(cg, es, sgn, r.d, r.a, t);
	return true;
}

/* -- Across all lanes --------------------------------------------------------
 * The result is one lane, the rest of the 64-bit result is zero.            */

/* Add the upper half of d to the lower. */
static void fold_add(struct cg *cg, unsigned es, unsigned d, unsigned t,
		     unsigned shuffle)
{
	v2i(cg, SSE_PSHUFD, t, d, shuffle);
	v3(cg, vx_padd[es], d, d, t);
}

/* Sum of bytes in the low lane; d differs from a. */
static void sum_bytes(struct cg *cg, bool wide, unsigned d, unsigned a,
		      unsigned t)
{
	vzero(cg, d);
	v3(cg, SSE_PSADBW, d, d, a);
	if (wide)
		fold_add(cg, 2, d, t, 0xee);
}

bool isel_vaddv(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	bool wide = i->aux & IR_HIGH;
	unsigned es = vx_esize(i), t;
	struct vx r;

	if (es == 3)
		return false;
	r = vx_get1(cg, i, idx);
	t = cg_tmp_xmm(cg);
	if (es == 0) {
		sum_bytes(cg, wide, r.d, r.a, t);
	} else if (es == 1) {	/* sums of pairs are right modulo 2^16 */
		v3k(cg, SSE_PMADDWD, r.d, r.a, splat(1, 1));
		if (wide)
			fold_add(cg, 2, r.d, t, 0xee);
		fold_add(cg, 2, r.d, t, 0x55);
	} else {
		v2i(cg, SSE_PSHUFD, r.d, r.a, wide ? 0xee : 0x55);
		v3(cg, SSE_PADDD, r.d, r.d, r.a);
		if (wide)
			fold_add(cg, 2, r.d, t, 0x55);
	}
	v3k2(cg, SSE_PAND, r.d, r.d, bits_mask(8u << es), 0);
	cg_set_zext(cg, idx);
	return true;
}

bool isel_vaddlv(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	bool sgn = i->op == IR_VSADDLV, wide = i->aux & IR_HIGH;
	unsigned es = vx_esize(i), t, u;
	struct vx r;

	if (es > 1)
		return false;
	r = vx_get1(cg, i, idx);
	t = cg_tmp_xmm(cg);
	if (es == 0 && sgn) {	/* move to unsigned, take the bias off */
		u = cg_tmp_xmm(cg);
		v3k(cg, SSE_PXOR, u, r.a, splat(0, 0x80));
		sum_bytes(cg, wide, r.d, u, t);
		v3k2(cg, SSE_PSUBW, r.d, r.d, wide ? 16 * 128 : 8 * 128, 0);
	} else if (es == 0) {
		sum_bytes(cg, wide, r.d, r.a, t);
	} else {
		addlp(cg, 1, sgn, r.d, r.a, t);
		if (wide)
			fold_add(cg, 2, r.d, t, 0xee);
		fold_add(cg, 2, r.d, t, 0x55);
	}
	v3k2(cg, SSE_PAND, r.d, r.d, bits_mask(16u << es), 0);
	cg_set_zext(cg, idx);
	return true;
}

/*
 * Bytes and words: phminposuw finds the smallest unsigned word; a flip of
 * bits before and after turns maximum and signed into that.
 */
static void min_across(struct cg *cg, unsigned es, bool wide, u64 flip,
		       struct vx r, unsigned t)
{
	unsigned x = r.a;

	if (flip) {
		v3k(cg, SSE_PXOR, r.d, r.a, flip);
		x = r.d;
	}
	if (!wide) {
		v3(cg, SSE_PUNPCKLQDQ, r.d, x, x);
		x = r.d;
	}
	if (es == 0) {
		vsh(cg, SSE_PSRLW_I, t, x, 8);
		v3(cg, SSE_PMINUB, r.d, x, t);
		x = r.d;
	}
	v2(cg, SSE_PHMINPOSUW, r.d, x);
	if (flip)
		v3k2(cg, SSE_PXOR, r.d, r.d, flip, 0);
	v3k2(cg, SSE_PAND, r.d, r.d, bits_mask(8u << es), 0);
}

bool isel_vminmaxv(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	bool sgn = i->op == IR_VSMAXV || i->op == IR_VSMINV;
	bool max = i->op == IR_VSMAXV || i->op == IR_VUMAXV;
	bool wide = i->aux & IR_HIGH;
	unsigned es = vx_esize(i), t;
	u64 flip;
	struct vx r;

	if (es == 3 || !vx_has(cg, HF_SSE41))
		return false;
	r = vx_get1(cg, i, idx);
	t = cg_tmp_xmm(cg);
	if (es < 2) {
		flip = sgn ? splat(es, 1ull << ((8u << es) - 1)) : 0;
		min_across(cg, es, wide, max ? ~flip : flip, r, t);
	} else {
		v2i(cg, SSE_PSHUFD, t, r.a, wide ? 0xee : 0x55);
		vx_minmax(cg, 2, sgn, max, r.d, t, r.a);
		if (wide) {
			v2i(cg, SSE_PSHUFD, t, r.d, 0x55);
			vx_minmax(cg, 2, sgn, max, r.d, r.d, t);
		}
		v3k2(cg, SSE_PAND, r.d, r.d, 0xffffffff, 0);
	}
	cg_set_zext(cg, idx);
	return true;
}
