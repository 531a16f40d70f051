/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Inline forms of vector logic, arithmetic and comparison.  In: one IR
 * instruction; out: host code at cg->e.p, or false: emit.c then calls the
 * semantic function.
 */
#include "translate/host/x64/isel_v.h"

const enc_op vx_padd[4] = { SSE_PADDB, SSE_PADDW, SSE_PADDD, SSE_PADDQ };
const enc_op vx_psub[4] = { SSE_PSUBB, SSE_PSUBW, SSE_PSUBD, SSE_PSUBQ };
const enc_op vx_pcmpeq[4] = { SSE_PCMPEQB, SSE_PCMPEQW, SSE_PCMPEQD,
			      SSE_PCMPEQQ };
const enc_op vx_pcmpgt[4] = { SSE_PCMPGTB, SSE_PCMPGTW, SSE_PCMPGTD,
			      SSE_PCMPGTQ };
const enc_op vx_punpckl[4] = { SSE_PUNPCKLBW, SSE_PUNPCKLWD, SSE_PUNPCKLDQ,
			       SSE_PUNPCKLQDQ };
const enc_op vx_punpckh[4] = { SSE_PUNPCKHBW, SSE_PUNPCKHWD, SSE_PUNPCKHDQ,
			       SSE_PUNPCKHQDQ };
const enc_op vx_psll[4] = { 0, SSE_PSLLW_I, SSE_PSLLD_I, SSE_PSLLQ_I };
const enc_op vx_psrl[4] = { 0, SSE_PSRLW_I, SSE_PSRLD_I, SSE_PSRLQ_I };
const enc_op vx_psra[4] = { 0, SSE_PSRAW_I, SSE_PSRAD_I, 0 };

bool vx_bin(struct cg *cg, const struct ir_inst *i, unsigned idx, enc_op op)
{
	unsigned a = cg_use_xmm(cg, i->a), b, d;
	s32 disp;

	if (cg->e.avx && i->b != i->a && cg_use_mem(cg, i->b, &disp)) {
		d = cg_def_xmm(cg, idx);
		enc_v3m(&cg->e, op, d, a, hm(CG_ENV, disp));
		return true;
	}
	b = cg_use_xmm(cg, i->b);
	if (cg->e.avx || enc_commutes(op))
		d = cg_def_xmm(cg, idx);
	else
		d = a = cg_def_xmm_as(cg, idx, i->a);
	v3(cg, op, d, a, b);
	return true;
}

/* -- Logic ---------------------------------------------------------------- */

/* Both upper halves zero: so is the result's, for and, or, xor, add, sub. */
static void keep_zext(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	if (cg_is_zext(cg, i->a) && cg_is_zext(cg, i->b))
		cg_set_zext(cg, idx);
}

bool isel_vlogic(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	enc_op op = i->op == IR_VAND ? SSE_PAND :
		    i->op == IR_VOR ? SSE_POR : SSE_PXOR;
	bool z = cg_is_zext(cg, i->a) && cg_is_zext(cg, i->b);

	vx_bin(cg, i, idx, op);
	if (z)
		cg_set_zext(cg, idx);
	return true;
}

/* a & ~b: x86 complements the first source. */
bool isel_vandn(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	unsigned a = cg_use_xmm(cg, i->a), b = cg_use_xmm(cg, i->b), d;

	if (cg->e.avx) {
		d = cg_def_xmm(cg, idx);
		v3(cg, SSE_PANDN, d, b, a);
	} else {
		d = cg_def_xmm_early(cg, idx);
		v3(cg, SSE_PANDN, d, b, a);
	}
	return true;
}

bool isel_vorn(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	struct vx r = vx_get2(cg, i, idx);

	vones(cg, r.d);
	v3(cg, SSE_PXOR, r.d, r.d, r.b);
	v3(cg, SSE_POR, r.d, r.d, r.a);
	return true;
}

bool isel_vnot(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	struct vx r = vx_get1(cg, i, idx);

	vones(cg, r.d);
	v3(cg, SSE_PXOR, r.d, r.d, r.a);
	return true;
}

/* (a & b) | (~a & c) = c ^ (a & (b ^ c)) */
bool isel_vbsl(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	struct vx r = vx_get3(cg, i, idx);

	v3(cg, SSE_PXOR, r.d, r.b, r.c);
	v3(cg, SSE_PAND, r.d, r.d, r.a);
	v3(cg, SSE_PXOR, r.d, r.d, r.c);
	return true;
}

bool isel_veor3(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	struct vx r = vx_get3(cg, i, idx);

	v3(cg, SSE_PXOR, r.d, r.a, r.b);
	v3(cg, SSE_PXOR, r.d, r.d, r.c);
	return true;
}

/* a ^ (b & ~c) */
bool isel_vbcax(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	struct vx r = vx_get3(cg, i, idx);

	v3(cg, SSE_PANDN, r.d, r.c, r.b);
	v3(cg, SSE_PXOR, r.d, r.d, r.a);
	return true;
}

/* d = a rotated right by n in 64-bit lanes; d differs from a. */
static void rotate64(struct cg *cg, unsigned d, unsigned a, unsigned n,
		     unsigned tmp)
{
	vsh(cg, SSE_PSRLQ_I, d, a, n);
	vsh(cg, SSE_PSLLQ_I, tmp, a, 64 - n);
	v3(cg, SSE_POR, d, d, tmp);
}

bool isel_vrax1(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	struct vx r = vx_get2(cg, i, idx);

	rotate64(cg, r.d, r.b, 63, cg_tmp_xmm(cg));
	v3(cg, SSE_PXOR, r.d, r.d, r.a);
	return true;
}

bool isel_vxar(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	struct vx r = vx_get2(cg, i, idx);
	unsigned t = cg_tmp_xmm(cg), u = cg_tmp_xmm(cg);

	v3(cg, SSE_PXOR, u, r.a, r.b);
	rotate64(cg, r.d, u, i->imm & 63, t);
	return true;
}

/* -- Sums and products ---------------------------------------------------- */

bool isel_vaddsub(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	const enc_op *op = i->op == IR_VADD ? vx_padd : vx_psub;
	bool ret = vx_bin(cg, i, idx, op[vx_esize(i)]);

	keep_zext(cg, i, idx);
	return ret;
}

/* Low bytes of the products: even and odd bytes apart. */
static void mul8(struct cg *cg, unsigned d, unsigned a, unsigned b, unsigned t)
{
	vsh(cg, SSE_PSRLW_I, t, a, 8);
	vconst(cg, d, splat(1, 0xff00));
	v3(cg, SSE_PAND, d, d, b);
	v3(cg, SSE_PMULLW, t, t, d);	/* odd products, in place */
	v3(cg, SSE_PMULLW, d, a, b);
	v3k(cg, SSE_PAND, d, d, splat(1, 0x00ff));
	v3(cg, SSE_POR, d, d, t);
}

/* pmulld without SSE4.1. */
static void mul32(struct cg *cg, unsigned d, unsigned a, unsigned b, unsigned t)
{
	v2i(cg, SSE_PSHUFD, d, a, 0xf5);
	v2i(cg, SSE_PSHUFD, t, b, 0xf5);
	v3(cg, SSE_PMULUDQ, t, t, d);
	v3(cg, SSE_PMULUDQ, d, a, b);
	v2i(cg, SSE_PSHUFD, d, d, 0x08);
	v2i(cg, SSE_PSHUFD, t, t, 0x08);
	v3(cg, SSE_PUNPCKLDQ, d, d, t);
}

/* d = a * b in lanes; d and t differ from a and b.  esize 0..2 */
static void mul_lanes(struct cg *cg, unsigned esize, unsigned d, unsigned a,
		      unsigned b, unsigned t)
{
	if (esize == 0)
		mul8(cg, d, a, b, t);
	else if (esize == 1)
		v3(cg, SSE_PMULLW, d, a, b);
	else if (vx_has(cg, HF_SSE41))
		v3(cg, SSE_PMULLD, d, a, b);
	else
		mul32(cg, d, a, b, t);
}

bool isel_vmul(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	unsigned es = vx_esize(i);
	struct vx r;

	if (es == 3)
		return false;
	if (es == 1)
		return vx_bin(cg, i, idx, SSE_PMULLW);
	if (es == 2 && vx_has(cg, HF_SSE41))
		return vx_bin(cg, i, idx, SSE_PMULLD);
	r = vx_get2(cg, i, idx);
	mul_lanes(cg, es, r.d, r.a, r.b, cg_tmp_xmm(cg));
	return true;
}

/* c + a * b, c - a * b */
bool isel_vmla(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	unsigned es = vx_esize(i), t, u;
	struct vx r;

	if (es == 3)
		return false;
	r = vx_get3(cg, i, idx);
	t = cg_tmp_xmm(cg);
	u = es == 0 || (es == 2 && !vx_has(cg, HF_SSE41)) ? cg_tmp_xmm(cg) : t;
	mul_lanes(cg, es, t, r.a, r.b, u);
	v3(cg, i->op == IR_VMLA ? vx_padd[es] : vx_psub[es], r.d, r.c, t);
	return true;
}

bool isel_vneg(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	struct vx r = vx_get1(cg, i, idx);

	vzero(cg, r.d);
	v3(cg, vx_psub[vx_esize(i)], r.d, r.d, r.a);
	return true;
}

/* d = all ones in lanes where a < 0; d differs from a. */
static void sign_mask(struct cg *cg, unsigned esize, unsigned d, unsigned a)
{
	switch (esize) {
	case 0:
		vzero(cg, d);
		v3(cg, SSE_PCMPGTB, d, d, a);
		break;
	case 1:
		vsh(cg, SSE_PSRAW_I, d, a, 15);
		break;
	case 2:
		vsh(cg, SSE_PSRAD_I, d, a, 31);
		break;
	default:
		v2i(cg, SSE_PSHUFD, d, a, 0xf5);
		vsh(cg, SSE_PSRAD_I, d, d, 31);
		break;
	}
}

bool isel_vabs(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	static const enc_op pabs[3] = { SSE_PABSB, SSE_PABSW, SSE_PABSD };
	unsigned es = vx_esize(i), t;
	struct vx r;

	if (es < 3 && vx_has(cg, HF_SSSE3)) {
		r.a = cg_use_xmm(cg, i->a);
		r.d = cg_def_xmm(cg, idx);
		v2(cg, pabs[es], r.d, r.a);
		return true;
	}
	r = vx_get1(cg, i, idx);
	t = cg_tmp_xmm(cg);
	sign_mask(cg, es, t, r.a);
	v3(cg, SSE_PXOR, r.d, r.a, t);
	v3(cg, vx_psub[es], r.d, r.d, t);
	return true;
}

/* -- Minimum, maximum, difference ----------------------------------------- */

static const enc_op minmax_op[2][2][3] = {	/* [signed][max][esize] */
	{ { SSE_PMINUB, SSE_PMINUW, SSE_PMINUD },
	  { SSE_PMAXUB, SSE_PMAXUW, SSE_PMAXUD } },
	{ { SSE_PMINSB, SSE_PMINSW, SSE_PMINSD },
	  { SSE_PMAXSB, SSE_PMAXSW, SSE_PMAXSD } }
};

bool vx_can_minmax(const struct cg *cg, unsigned esize, bool is_signed)
{
	if (esize == 3)
		return false;
	return vx_has(cg, HF_SSE41) || (is_signed ? esize == 1 : esize == 0);
}

enc_op vx_minmax_op(unsigned esize, bool is_signed, bool max)
{
	return minmax_op[is_signed][max][esize];
}

void vx_minmax(struct cg *cg, unsigned esize, bool is_signed, bool max,
	       unsigned d, unsigned a, unsigned b)
{
	v3(cg, minmax_op[is_signed][max][esize], d, a, b);
}

/* Without the instruction: compare and select. */
static bool minmax_slow(struct cg *cg, const struct ir_inst *i, unsigned idx,
			bool is_signed, bool max)
{
	unsigned es = vx_esize(i), t;
	struct vx r;

	if (es == 3)
		return false;
	r = vx_get2(cg, i, idx);
	if (!is_signed && es == 1) {
		/* a - sat(a - b) = min, b + sat(a - b) = max */
		v3(cg, SSE_PSUBUSW, r.d, r.a, r.b);
		if (max) {
			v3(cg, SSE_PADDW, r.d, r.d, r.b);
		} else {
			t = cg_tmp_xmm(cg);
			v3(cg, SSE_PSUBW, t, r.a, r.d);
			vmov(cg, r.d, t);
		}
		return true;
	}
	t = cg_tmp_xmm(cg);
	vx_gt(cg, es, is_signed, t, r.a, r.b, r.d);
	v3(cg, SSE_PXOR, r.d, r.a, r.b);
	v3(cg, SSE_PAND, r.d, r.d, t);
	v3(cg, SSE_PXOR, r.d, r.d, max ? r.b : r.a);
	return true;
}

bool isel_vminmax(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	bool sgn = i->op == IR_VSMIN || i->op == IR_VSMAX;
	bool max = i->op == IR_VUMAX || i->op == IR_VSMAX;
	unsigned es = vx_esize(i);

	if (!vx_can_minmax(cg, es, sgn))
		return minmax_slow(cg, i, idx, sgn, max);
	return vx_bin(cg, i, idx, minmax_op[sgn][max][es]);
}

bool isel_vuabd(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	unsigned es = vx_esize(i), t;
	struct vx r;

	if (es == 3 || (es == 2 && !vx_has(cg, HF_SSE41)))
		return false;
	r = vx_get2(cg, i, idx);
	t = cg_tmp_xmm(cg);
	if (es < 2) {
		enc_op sub = es ? SSE_PSUBUSW : SSE_PSUBUSB;

		v3(cg, sub, t, r.b, r.a);
		v3(cg, sub, r.d, r.a, r.b);
		v3(cg, SSE_POR, r.d, r.d, t);
	} else {
		v3(cg, SSE_PMINUD, t, r.a, r.b);
		v3(cg, SSE_PMAXUD, r.d, r.a, r.b);
		v3(cg, SSE_PSUBD, r.d, r.d, t);
	}
	return true;
}

bool isel_vsabd(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	unsigned es = vx_esize(i), t;
	struct vx r;

	if (es == 3)
		return false;
	r = vx_get2(cg, i, idx);
	t = cg_tmp_xmm(cg);
	if (vx_can_minmax(cg, es, true)) {
		vx_minmax(cg, es, true, false, t, r.a, r.b);
		vx_minmax(cg, es, true, true, r.d, r.a, r.b);
		v3(cg, vx_psub[es], r.d, r.d, t);
		return true;
	}
	v3(cg, vx_pcmpgt[es], t, r.b, r.a);	/* a - b is negative */
	v3(cg, vx_psub[es], r.d, r.a, r.b);
	v3(cg, SSE_PXOR, r.d, r.d, t);
	v3(cg, vx_psub[es], r.d, r.d, t);
	return true;
}

/* -- Halving -------------------------------------------------------------- */

/*
 * With s = a ^ b, exact in lanes of any width:
 *	floor((a + b) / 2) = (a & b) + (s >> 1)
 *	ceil((a + b) / 2)  = (a | b) - (s >> 1)
 *	floor((a - b) / 2) = (s >> 1) - (~a & b)
 * with a logical or arithmetic shift for unsigned or signed lanes.
 */
static void halve_wide(struct cg *cg, enum ir_op op, unsigned es, bool sgn,
		       struct vx r, unsigned t)
{
	v3(cg, SSE_PXOR, t, r.a, r.b);
	vsh(cg, sgn ? vx_psra[es] : vx_psrl[es], t, t, 1);
	switch (op) {
	case IR_VUHADD: case IR_VSHADD:
		v3(cg, SSE_PAND, r.d, r.a, r.b);
		v3(cg, vx_padd[es], r.d, r.d, t);
		break;
	case IR_VURHADD: case IR_VSRHADD:
		v3(cg, SSE_POR, r.d, r.a, r.b);
		v3(cg, vx_psub[es], r.d, r.d, t);
		break;
	default:
		v3(cg, SSE_PANDN, r.d, r.a, r.b);
		v3(cg, vx_psub[es], t, t, r.d);
		vmov(cg, r.d, t);
		break;
	}
}

/*
 * Bytes: pavgb gives ceil((a + b) / 2) of unsigned bytes.  Signed ones are
 * moved to unsigned by flipping the top bit; a difference is the sum with
 * the complement:  (a + 255 - b + 1) >> 1 = 128 + floor((a - b) / 2).
 */
static void halve_bytes(struct cg *cg, enum ir_op op, bool sgn, struct vx r,
			unsigned t)
{
	u64 top = splat(0, 0x80);
	bool sub = op == IR_VUHSUB || op == IR_VSHSUB;
	bool round = op == IR_VURHADD || op == IR_VSRHADD;
	unsigned x = r.a, y = r.b;

	if (sub) {
		v3k(cg, SSE_PXOR, t, r.b, sgn ? ~top : ~0ull);
		y = t;
	} else if (sgn) {
		v3k(cg, SSE_PXOR, t, r.b, top);
		y = t;
	}
	if (sgn) {
		v3k(cg, SSE_PXOR, r.d, r.a, top);
		x = r.d;
	}
	if (sub || round) {
		v3(cg, SSE_PAVGB, r.d, x, y);
	} else {
		/* floor = ceil - the low bit that was lost */
		if (!sgn) {
			v3(cg, SSE_PXOR, t, x, y);
			v3(cg, SSE_PAVGB, r.d, x, y);
		} else {
			v3(cg, SSE_PAVGB, r.d, x, y);
			v3(cg, SSE_PXOR, t, r.a, r.b);
		}
		v3k(cg, SSE_PAND, t, t, splat(0, 1));
		v3(cg, SSE_PSUBB, r.d, r.d, t);
	}
	if (sub || sgn)
		v3k(cg, SSE_PXOR, r.d, r.d, top);
}

bool isel_vhalve(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	bool sgn = i->op == IR_VSHADD || i->op == IR_VSRHADD ||
		   i->op == IR_VSHSUB;
	unsigned es = vx_esize(i);
	struct vx r;

	if (es == 3)
		return false;
	if (i->op == IR_VURHADD && es < 2)
		return vx_bin(cg, i, idx, es ? SSE_PAVGW : SSE_PAVGB);
	r = vx_get2(cg, i, idx);
	if (es)
		halve_wide(cg, i->op, es, sgn, r, cg_tmp_xmm(cg));
	else
		halve_bytes(cg, i->op, sgn, r, cg_tmp_xmm(cg));
	return true;
}

/* -- Comparison ----------------------------------------------------------- */

bool vx_can_gt(const struct cg *cg, unsigned esize)
{
	return esize < 3 || vx_has(cg, HF_SSE42);
}

void vx_gt(struct cg *cg, unsigned esize, bool is_signed, unsigned d,
	   unsigned a, unsigned b, unsigned tmp)
{
	if (is_signed) {
		v3(cg, vx_pcmpgt[esize], d, a, b);
		return;
	}
	if (esize < 2) {	/* a - b saturates to 0 unless a > b */
		v3(cg, esize ? SSE_PSUBUSW : SSE_PSUBUSB, d, a, b);
		vzero(cg, tmp);
		v3(cg, vx_pcmpeq[esize], d, d, tmp);
		vones(cg, tmp);
		v3(cg, SSE_PXOR, d, d, tmp);
		return;
	}
	vconst(cg, tmp, splat(esize, 1ull << ((8u << esize) - 1)));
	v3(cg, SSE_PXOR, d, tmp, a);
	v3(cg, SSE_PXOR, tmp, tmp, b);
	v3(cg, vx_pcmpgt[esize], d, d, tmp);
}

static void complement(struct cg *cg, unsigned d, unsigned tmp)
{
	vones(cg, tmp);
	v3(cg, SSE_PXOR, d, d, tmp);
}

bool isel_vcmeq(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	unsigned es = vx_esize(i), t;
	struct vx r;

	if (es < 3 || vx_has(cg, HF_SSE41))
		return vx_bin(cg, i, idx, vx_pcmpeq[es]);
	r = vx_get2(cg, i, idx);
	t = cg_tmp_xmm(cg);
	v3(cg, SSE_PCMPEQD, r.d, r.a, r.b);
	v2i(cg, SSE_PSHUFD, t, r.d, 0xb1);
	v3(cg, SSE_PAND, r.d, r.d, t);
	return true;
}

bool isel_vcmgt(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	unsigned es = vx_esize(i);

	if (!vx_can_gt(cg, es))
		return false;
	return vx_bin(cg, i, idx, vx_pcmpgt[es]);
}

bool isel_vcmge(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	unsigned es = vx_esize(i);
	struct vx r;

	if (!vx_can_gt(cg, es))
		return false;
	r = vx_get2(cg, i, idx);
	if (vx_can_minmax(cg, es, true)) {
		vx_minmax(cg, es, true, true, r.d, r.a, r.b);
		v3(cg, vx_pcmpeq[es], r.d, r.d, r.a);
	} else {
		v3(cg, vx_pcmpgt[es], r.d, r.b, r.a);
		complement(cg, r.d, cg_tmp_xmm(cg));
	}
	return true;
}

bool isel_vcmhi(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	unsigned es = vx_esize(i);
	struct vx r;

	if (!vx_can_gt(cg, es))
		return false;
	r = vx_get2(cg, i, idx);
	vx_gt(cg, es, false, r.d, r.a, r.b, cg_tmp_xmm(cg));
	return true;
}

bool isel_vcmhs(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	unsigned es = vx_esize(i), t;
	struct vx r;

	if (!vx_can_gt(cg, es))
		return false;
	r = vx_get2(cg, i, idx);
	t = cg_tmp_xmm(cg);
	if (vx_can_minmax(cg, es, false)) {
		vx_minmax(cg, es, false, true, r.d, r.a, r.b);
		v3(cg, vx_pcmpeq[es], r.d, r.d, r.a);
	} else if (es == 1) {
		v3(cg, SSE_PSUBUSW, r.d, r.b, r.a);
		vzero(cg, t);
		v3(cg, SSE_PCMPEQW, r.d, r.d, t);
	} else {
		vx_gt(cg, es, false, r.d, r.b, r.a, t);
		complement(cg, r.d, t);
	}
	return true;
}

bool isel_vcmtst(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	unsigned es = vx_esize(i), t;
	struct vx r;

	if (es == 3 && !vx_has(cg, HF_SSE41))
		return false;
	r = vx_get2(cg, i, idx);
	t = cg_tmp_xmm(cg);
	v3(cg, SSE_PAND, r.d, r.a, r.b);
	vzero(cg, t);
	v3(cg, vx_pcmpeq[es], r.d, r.d, t);
	complement(cg, r.d, t);
	return true;
}

/* -- Multiplication into wider lanes and dot products --------------------- */

/* d = the low (high) lanes of a, extended to twice the width. */
static void extend(struct cg *cg, unsigned es, bool sgn, bool high, unsigned d,
		   unsigned a, unsigned t)
{
	static const enc_op mov[2][3] = {
		{ SSE_PMOVZXBW, SSE_PMOVZXWD, SSE_PMOVZXDQ },
		{ SSE_PMOVSXBW, SSE_PMOVSXWD, SSE_PMOVSXDQ }
	};

	if (vx_has(cg, HF_SSE41) && !high) {
		v2(cg, mov[sgn][es], d, a);
		return;
	}
	if (vx_has(cg, HF_SSE41) && sgn) {
		v2i(cg, SSE_PSHUFD, d, a, 0xee);
		v2(cg, mov[1][es], d, d);
		return;
	}
	if (sgn)
		sign_mask(cg, es, t, a);
	else
		vzero(cg, t);
	v3(cg, high ? vx_punpckh[es] : vx_punpckl[es], d, a, t);
}

bool isel_vxtl(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	unsigned es = vx_esize(i);
	bool sgn = i->op == IR_VSXTL;
	struct vx r;

	if (es == 3)
		return false;
	r = vx_get1(cg, i, idx);
	extend(cg, es, sgn, i->aux & IR_HIGH, r.d, r.a, cg_tmp_xmm(cg));
	return true;
}

/* 16 x 16 -> 32 of four adjacent lanes. */
static void mul_16_32(struct cg *cg, bool sgn, bool high, unsigned d,
		      unsigned a, unsigned b, unsigned t)
{
	v3(cg, sgn ? SSE_PMULHW : SSE_PMULHUW, t, a, b);
	v3(cg, SSE_PMULLW, d, a, b);
	v3(cg, high ? SSE_PUNPCKHWD : SSE_PUNPCKLWD, d, d, t);
}

/* 32 x 32 -> 64 of two adjacent lanes. */
static void mul_32_64(struct cg *cg, bool sgn, bool high, unsigned d,
		      unsigned a, unsigned b, unsigned t)
{
	v2i(cg, SSE_PSHUFD, d, a, high ? 0xfa : 0x50);
	v2i(cg, SSE_PSHUFD, t, b, high ? 0xfa : 0x50);
	v3(cg, sgn ? SSE_PMULDQ : SSE_PMULUDQ, d, d, t);
}

bool isel_vmull(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	bool sgn = i->op == IR_VSMULL, high = i->aux & IR_HIGH;
	unsigned es = vx_esize(i), t;
	struct vx r;

	if (es == 3 || (es == 2 && sgn && !vx_has(cg, HF_SSE41)))
		return false;
	r = vx_get2(cg, i, idx);
	t = cg_tmp_xmm(cg);
	if (es == 0) {
		unsigned u = cg_tmp_xmm(cg);

		extend(cg, 0, sgn, high, r.d, r.a, t);
		extend(cg, 0, sgn, high, u, r.b, t);
		v3(cg, SSE_PMULLW, r.d, r.d, u);
	} else if (es == 1) {
		mul_16_32(cg, sgn, high, r.d, r.a, r.b, t);
	} else {
		mul_32_64(cg, sgn, high, r.d, r.a, r.b, t);
	}
	return true;
}

/*
 * Doubling multiply, wide result: saturates only for MIN * MIN, the only
 * case whose doubled product is MIN.
 */
bool isel_vsqdmull(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	bool high = i->aux & IR_HIGH;
	unsigned es = vx_esize(i), t, g;
	struct vx r;

	if ((es != 1 && es != 2) || (es == 2 && !vx_has(cg, HF_SSE41)))
		return false;
	r = vx_get2(cg, i, idx);
	t = cg_tmp_xmm(cg);
	g = cg_tmp_gpr(cg);
	cg_clobber_flags(cg);
	if (es == 1)
		mul_16_32(cg, true, high, r.d, r.a, r.b, t);
	else
		mul_32_64(cg, true, high, r.d, r.a, r.b, t);
	v3(cg, vx_padd[es + 1], r.d, r.d, r.d);
	v3k(cg, vx_pcmpeq[es + 1], t, r.d,
	    splat(es + 1, 1ull << ((16u << es) - 1)));
	enc_gx(&cg->e, SSE_PMOVMSKB, g, t);
	enc_test_rr(&cg->e, 0, g, g);
	cg_jcc_sem(cg, CC_NE, idx);
	return true;
}

/* d = even or odd bytes of a as 16-bit numbers. */
static void bytes_of_words(struct cg *cg, bool sgn, bool odd, unsigned d,
			   unsigned a)
{
	if (odd) {
		vsh(cg, sgn ? SSE_PSRAW_I : SSE_PSRLW_I, d, a, 8);
	} else if (sgn) {
		vsh(cg, SSE_PSLLW_I, d, a, 8);
		vsh(cg, SSE_PSRAW_I, d, d, 8);
	} else {
		v3k(cg, SSE_PAND, d, a, splat(1, 0xff));
	}
}

/* c + 4-way dot products: pmaddwd of even and of odd bytes. */
bool isel_vdot(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	bool sa = i->op == IR_VSDOT, sb = i->op != IR_VUDOT;
	struct vx r = vx_get3(cg, i, idx);
	unsigned t = cg_tmp_xmm(cg), u = cg_tmp_xmm(cg);

	bytes_of_words(cg, sa, false, t, r.a);
	bytes_of_words(cg, sb, false, u, r.b);
	v3(cg, SSE_PMADDWD, t, t, u);
	v3(cg, SSE_PADDD, r.d, r.c, t);
	bytes_of_words(cg, sa, true, t, r.a);
	bytes_of_words(cg, sb, true, u, r.b);
	v3(cg, SSE_PMADDWD, t, t, u);
	v3(cg, SSE_PADDD, r.d, r.d, t);
	return true;
}
