/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Inline forms of vector shifts by constants and of saturating arithmetic.
 *
 * Saturating operations set FPSR.QC when a lane saturated.  Where x86 has the
 * saturating instruction its result is compared with the wrapping one and a
 * cold path sets the flag; elsewhere the wrapping result is computed and any
 * overflow goes to the semantic function.
 */
#include "translate/host/x64/isel_v.h"

/* -- By a constant -------------------------------------------------------- */

/* d = a << n; any esize, n < width; d may be a. */
void vx_shl_i(struct cg *cg, unsigned es, unsigned d, unsigned a, unsigned n)
{
	if (n == 0) {
		vmov(cg, d, a);
	} else if (n == 1) {
		v3(cg, vx_padd[es], d, a, a);
	} else if (es) {
		vsh(cg, vx_psll[es], d, a, n);
	} else {
		vsh(cg, SSE_PSLLW_I, d, a, n);
		v3k(cg, SSE_PAND, d, d, splat(0, 0xffu << n));
	}
}

/* d = a >> n unsigned; n <= width */
void vx_shr_i(struct cg *cg, unsigned es, unsigned d, unsigned a, unsigned n)
{
	if (n == 0) {
		vmov(cg, d, a);
	} else if (es) {
		vsh(cg, vx_psrl[es], d, a, n);
	} else if (n == 8) {
		vzero(cg, d);
	} else {
		vsh(cg, SSE_PSRLW_I, d, a, n);
		v3k(cg, SSE_PAND, d, d, splat(0, 0xffu >> n));
	}
}

/*
 * d = a >> n signed; n <= width.  x86 lacks the byte and the quadword form:
 * (x >> n ^ m) - m extends the sign bit that has arrived at bit m.
 */
void vx_sar_i(struct cg *cg, unsigned es, unsigned d, unsigned a, unsigned n)
{
	unsigned width = 8u << es;

	if (n >= width)
		n = width - 1;
	if (n == 0) {
		vmov(cg, d, a);
	} else if (vx_psra[es]) {
		vsh(cg, vx_psra[es], d, a, n);
	} else if (es == 3 && n == 63) {
		v2i(cg, SSE_PSHUFD, d, a, 0xf5);
		vsh(cg, SSE_PSRAD_I, d, d, 31);
	} else {
		u64 m = splat(es, 1ull << (width - 1 - n));

		vx_shr_i(cg, es, d, a, n);
		v3k(cg, SSE_PXOR, d, d, m);
		v3k(cg, vx_psub[es], d, d, m);
	}
}

bool isel_vshli(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	unsigned a = cg_use_xmm(cg, i->a), d = cg_def_xmm(cg, idx);

	vx_shl_i(cg, vx_esize(i), d, a, (unsigned)i->imm);
	return true;
}

bool isel_vshri(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	unsigned a = cg_use_xmm(cg, i->a), d = cg_def_xmm(cg, idx);

	if (i->op == IR_VUSHRI)
		vx_shr_i(cg, vx_esize(i), d, a, (unsigned)i->imm);
	else
		vx_sar_i(cg, vx_esize(i), d, a, (unsigned)i->imm);
	return true;
}

/*
 * Rounding: with t = a >> (n - 1) the result is (t >> 1) + (t & 1), which is
 * the average of t and 0 where x86 has one.
 */
bool isel_vrshri(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	bool sgn = i->op == IR_VSRSHRI;
	unsigned es = vx_esize(i), n = (unsigned)i->imm, t, u;
	struct vx r = vx_get1(cg, i, idx);

	t = cg_tmp_xmm(cg);
	u = cg_tmp_xmm(cg);
	if (sgn)
		vx_sar_i(cg, es, t, r.a, n - 1);
	else
		vx_shr_i(cg, es, t, r.a, n - 1);
	if (!sgn && es < 2) {
		vzero(cg, r.d);
		v3(cg, es ? SSE_PAVGW : SSE_PAVGB, r.d, r.d, t);
		return true;
	}
	if (sgn)
		vx_sar_i(cg, es, r.d, t, 1);
	else
		vx_shr_i(cg, es, r.d, t, 1);
	v3k(cg, SSE_PAND, u, t, splat(es, 1));
	v3(cg, vx_padd[es], r.d, r.d, u);
	return true;
}

/* Insert: bits of a that the shifted b does not reach stay. */
bool isel_vsxi(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	unsigned es = vx_esize(i), n = (unsigned)i->imm, width = 8u << es, t;
	u64 ones = bits_mask(width), keep;
	struct vx r = vx_get2(cg, i, idx);

	t = cg_tmp_xmm(cg);
	if (i->op == IR_VSLI) {
		keep = bits_mask(n);
		vx_shl_i(cg, es, t, r.b, n);
	} else {
		keep = ones & ~(n >= width ? 0 : ones >> n);
		vx_shr_i(cg, es, t, r.b, n);
	}
	v3k(cg, SSE_PAND, r.d, r.a, splat(es, keep));
	v3(cg, SSE_POR, r.d, r.d, t);
	return true;
}

/* -- Saturating ----------------------------------------------------------- */

void vx_qc_cold(struct cg *cg, struct cg_cold *c)
{
	enc_alu_mi(&cg->e, ALU_OR, 0, hm(CG_ENV, CG_CPU(fpsr)), FPSR_QC);
	cg_cold_back(cg, c);
}

/* Bits of a pmovmskb result that belong to i's type. */
static s32 lane_bits(const struct ir_inst *i)
{
	return (s32)bits_mask(vx_bytes(i));
}

/* Set QC unless all bytes of mask m (of i's type) are ones; m, g clobbered. */
static void qc_unless_ones(struct cg *cg, const struct ir_inst *i,
			   unsigned idx, unsigned m, unsigned g)
{
	enc_gx(&cg->e, SSE_PMOVMSKB, g, m);
	if (lane_bits(i) == 0xffff) {
		enc_alu_ri(&cg->e, ALU_CMP, 0, g, 0xffff);
	} else {
		enc_un_r(&cg->e, UN_NOT, 0, g);
		enc_test_ri(&cg->e, 0, g, lane_bits(i));
	}
	cg_jcc_cold(cg, CC_NE, vx_qc_cold, idx);
}

/* To the semantic function if a byte of mask m (of i's type) has its top
 * bit set. */
void vx_sem_if_any(struct cg *cg, const struct ir_inst *i, unsigned idx,
		   unsigned m, unsigned g)
{
	enc_gx(&cg->e, SSE_PMOVMSKB, g, m);
	if (lane_bits(i) == 0xffff)
		enc_test_rr(&cg->e, 0, g, g);
	else
		enc_test_ri(&cg->e, 0, g, lane_bits(i));
	cg_jcc_sem(cg, CC_NE, idx);
}

/* 8 and 16 bits: x86 has them. */
static bool qaddsub_narrow(struct cg *cg, const struct ir_inst *i,
			   unsigned idx)
{
	static const enc_op sat[4][2] = {
		{ SSE_PADDUSB, SSE_PADDUSW }, { SSE_PADDSB, SSE_PADDSW },
		{ SSE_PSUBUSB, SSE_PSUBUSW }, { SSE_PSUBSB, SSE_PSUBSW }
	};
	bool sub = i->op == IR_VUQSUB || i->op == IR_VSQSUB;
	bool sgn = i->op == IR_VSQADD || i->op == IR_VSQSUB;
	unsigned es = vx_esize(i);
	struct vx r = vx_get2(cg, i, idx);
	unsigned t = cg_tmp_xmm(cg), g = cg_tmp_gpr(cg);

	cg_clobber_flags(cg);
	v3(cg, sub ? vx_psub[es] : vx_padd[es], t, r.a, r.b);
	v3(cg, sat[sub * 2 + sgn][es], r.d, r.a, r.b);
	v3(cg, vx_pcmpeq[es], t, t, r.d);
	qc_unless_ones(cg, i, idx, t, g);
	return true;
}

/*
 * 32 and 64 bits: signed overflow of a + b is the sign of (a ^ s) & (b ^ s),
 * of a - b that of (a ^ b) & (a ^ s).  Unsigned: carry out of a + b is the
 * top bit of (a & b) | ((a | b) & ~s), borrow of a - b that of
 * (~a & b) | (~(a ^ b) & s).
 */
static bool qaddsub_wide(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	unsigned es = vx_esize(i);
	bool sub = i->op == IR_VUQSUB || i->op == IR_VSQSUB;
	struct vx r = vx_get2(cg, i, idx);
	unsigned t = cg_tmp_xmm(cg), u = cg_tmp_xmm(cg), g = cg_tmp_gpr(cg);

	cg_clobber_flags(cg);
	v3(cg, sub ? vx_psub[es] : vx_padd[es], r.d, r.a, r.b);
	switch (i->op) {
	case IR_VSQADD:
		v3(cg, SSE_PXOR, t, r.a, r.d);
		v3(cg, SSE_PXOR, u, r.b, r.d);
		v3(cg, SSE_PAND, t, t, u);
		break;
	case IR_VSQSUB:
		v3(cg, SSE_PXOR, t, r.a, r.b);
		v3(cg, SSE_PXOR, u, r.a, r.d);
		v3(cg, SSE_PAND, t, t, u);
		break;
	case IR_VUQADD:
		v3(cg, SSE_POR, u, r.a, r.b);
		v3(cg, SSE_PANDN, t, r.d, u);
		v3(cg, SSE_PAND, u, r.a, r.b);
		v3(cg, SSE_POR, t, t, u);
		break;
	default:
		v3(cg, SSE_PXOR, u, r.a, r.b);
		v3(cg, SSE_PANDN, u, u, r.d);
		v3(cg, SSE_PANDN, t, r.a, r.b);
		v3(cg, SSE_POR, t, t, u);
		break;
	}
	if (es == 2)
		vsh(cg, SSE_PSRAD_I, t, t, 31);
	else
		v2i(cg, SSE_PSHUFD, t, t, 0xf5);
	if (es == 3)
		vsh(cg, SSE_PSRAD_I, t, t, 31);
	vx_sem_if_any(cg, i, idx, t, g);
	return true;
}

bool isel_vqaddsub(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	if (vx_esize(i) < 2)
		return qaddsub_narrow(cg, i, idx);
	return qaddsub_wide(cg, i, idx);
}

/* SQABS, SQNEG: only MIN saturates. */
bool isel_vqabsneg(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	static const enc_op pabs[3] = { SSE_PABSB, SSE_PABSW, SSE_PABSD };
	unsigned es = vx_esize(i), t, g;
	struct vx r;

	if (i->op == IR_VSQABS && (es == 3 || !vx_has(cg, HF_SSSE3)))
		return false;
	if (es == 3 && !vx_has(cg, HF_SSE41))
		return false;
	r = vx_get1(cg, i, idx);
	t = cg_tmp_xmm(cg);
	g = cg_tmp_gpr(cg);
	cg_clobber_flags(cg);
	if (i->op == IR_VSQABS) {
		v2(cg, pabs[es], r.d, r.a);
	} else {
		vzero(cg, r.d);
		v3(cg, vx_psub[es], r.d, r.d, r.a);
	}
	v3k(cg, vx_pcmpeq[es], t, r.a, splat(es, 1ull << ((8u << es) - 1)));
	vx_sem_if_any(cg, i, idx, t, g);
	return true;
}

/* 32-bit doubling multiply, high half, of all four lanes. */
static void sqdmulh32(struct cg *cg, bool round, struct vx r, unsigned t,
		      unsigned u)
{
	v2i(cg, SSE_PSHUFD, t, r.a, 0xf5);
	v2i(cg, SSE_PSHUFD, u, r.b, 0xf5);
	v3(cg, SSE_PMULDQ, t, t, u);
	v3(cg, SSE_PMULDQ, r.d, r.a, r.b);
	v3(cg, SSE_PADDQ, t, t, t);
	v3(cg, SSE_PADDQ, r.d, r.d, r.d);
	if (round) {
		vconst(cg, u, 0x80000000);
		v3(cg, SSE_PADDQ, t, t, u);
		v3(cg, SSE_PADDQ, r.d, r.d, u);
	}
	vsh(cg, SSE_PSRLQ_I, r.d, r.d, 32);
	v3i(cg, SSE_PBLENDW, r.d, r.d, t, 0xcc);
}

/* Only MIN * MIN saturates, the only case whose result here is MIN. */
bool isel_vsqdmulh(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	bool round = i->op == IR_VSQRDMULH;
	unsigned es = vx_esize(i), t, u, g;
	struct vx r;

	if ((es != 1 && es != 2) || (es == 2 && !vx_has(cg, HF_SSE41)) ||
	    (round && !vx_has(cg, HF_SSSE3)))
		return false;
	r = vx_get2(cg, i, idx);
	t = cg_tmp_xmm(cg);
	u = cg_tmp_xmm(cg);
	g = cg_tmp_gpr(cg);
	cg_clobber_flags(cg);
	if (es == 2) {
		sqdmulh32(cg, round, r, t, u);
	} else if (round) {
		v3(cg, SSE_PMULHRSW, r.d, r.a, r.b);
	} else {
		v3(cg, SSE_PMULLW, t, r.a, r.b);
		v3(cg, SSE_PMULHW, r.d, r.a, r.b);
		vsh(cg, SSE_PSRLW_I, t, t, 15);
		v3(cg, SSE_PADDW, r.d, r.d, r.d);
		v3(cg, SSE_POR, r.d, r.d, t);
	}
	v3k(cg, vx_pcmpeq[es], t, r.d, splat(es, 1ull << ((8u << es) - 1)));
	vx_sem_if_any(cg, i, idx, t, g);
	return true;
}

/* -- Narrowing ------------------------------------------------------------ */

/* d = low halves of the lanes of a, in the low 8 bytes; d differs from a. */
static void narrow(struct cg *cg, unsigned es, unsigned d, unsigned a)
{
	static const u64 pick[2] = { 0x0e0c0a0806040200, 0x0d0c090805040100 };

	if (es == 2) {
		v2i(cg, SSE_PSHUFD, d, a, 0x08);
	} else if (vx_has(cg, HF_SSSE3)) {
		v3k2(cg, SSE_PSHUFB, d, a, pick[es], ~0ull);
	} else if (es == 0) {
		v3k(cg, SSE_PAND, d, a, splat(1, 0xff));
		v3(cg, SSE_PACKUSWB, d, d, d);
	} else {
		vsh(cg, SSE_PSLLD_I, d, a, 16);
		vsh(cg, SSE_PSRAD_I, d, d, 16);
		v3(cg, SSE_PACKSSDW, d, d, d);
	}
}

bool isel_vxtn(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	unsigned es = vx_esize(i), t;
	struct vx r = { 0 };

	if (es == 3)
		return false;
	if (!(i->aux & IR_HIGH)) {
		r = vx_get1(cg, i, idx);
		narrow(cg, es, r.d, r.a);
		return true;
	}
	r = vx_get2(cg, i, idx);
	t = cg_tmp_xmm(cg);
	narrow(cg, es, t, r.a);
	vx_concat(cg, r.d, r.b, t);
	return true;
}

/* d = a with lanes of 16 << es bits saturated and narrowed; chk = whole
 * lanes equal to what the narrowed ones mean. */
static void narrow_sat(struct cg *cg, enum ir_op op, unsigned es, unsigned d,
		       unsigned a, unsigned chk)
{
	static const enc_op sx[2] = { SSE_PMOVSXBW, SSE_PMOVSXWD };
	static const enc_op zx[2] = { SSE_PMOVZXBW, SSE_PMOVZXWD };

	if (op == IR_VSQXTN) {
		v3(cg, es ? SSE_PACKSSDW : SSE_PACKSSWB, d, a, a);
		v2(cg, sx[es], chk, d);
	} else {
		if (op == IR_VUQXTN) {
			v3k(cg, es ? SSE_PMINUD : SSE_PMINUW, d, a,
			    splat(es + 1, bits_mask(8u << es)));
			v3(cg, es ? SSE_PACKUSDW : SSE_PACKUSWB, d, d, d);
		} else {
			v3(cg, es ? SSE_PACKUSDW : SSE_PACKUSWB, d, a, a);
		}
		v2(cg, zx[es], chk, d);
	}
	v3(cg, vx_pcmpeq[es + 1], chk, chk, a);
}

bool isel_vqxtn(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	unsigned es = vx_esize(i), t, d, g;
	bool high = i->aux & IR_HIGH;
	struct vx r;

	if (es > 1 || !vx_has(cg, HF_SSE41))
		return false;
	r = high ? vx_get2(cg, i, idx) : vx_get1(cg, i, idx);
	t = cg_tmp_xmm(cg);
	d = high ? cg_tmp_xmm(cg) : r.d;
	g = cg_tmp_gpr(cg);
	cg_clobber_flags(cg);
	narrow_sat(cg, i->op, es, d, r.a, t);
	if (high)
		vx_concat(cg, r.d, r.b, d);
	enc_gx(&cg->e, SSE_PMOVMSKB, g, t);
	enc_alu_ri(&cg->e, ALU_CMP, 0, g, 0xffff);
	cg_jcc_cold(cg, CC_NE, vx_qc_cold, idx);
	return true;
}
