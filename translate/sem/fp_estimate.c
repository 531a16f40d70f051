/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reciprocal and reciprocal square root: estimates (to the bit as Arm's
 * RecipEstimate and RecipSqrtEstimate define them), Newton steps, FRECPX.
 */
#include "translate/sem/softfp.h"

#include "translate/sem/lanes.h"

/* Estimate of 1/a for a in 256..511 meaning [0.5, 1): 256..511 for [1, 2). */
static unsigned recip_estimate(unsigned a)
{
	unsigned b = (1u << 19) / (a * 2 + 1);

	return (b + 1) / 2;
}

/* Estimate of 1/sqrt(a), a in 128..511 for [0.25, 1): 256..511 for [1, 2). */
static unsigned rsqrt_estimate(unsigned a)
{
	unsigned b, bit;

	a = a < 256 ? a * 2 + 1 : ((a >> 1 << 1) + 1) * 2;
	/* The smallest b >= 512 with a * (b + 1)^2 >= 2^28. */
	for (b = 511, bit = 512; bit; bit >>= 1)
		if (a * (b + bit) * (u64)(b + bit) < 1u << 28)
			b += bit;
	b = MAX(b, 512u);
	return (b + 1) / 2;
}

static u64 vurecpe(struct lane *l, u64 x, u64 y, u64 z)
{
	return x >> 31 ? (u64)recip_estimate(x >> 23 & 0x1ff) << 23 : ~0ull;
}

static u64 vursqrte(struct lane *l, u64 x, u64 y, u64 z)
{
	return x >> 30 ? (u64)rsqrt_estimate(x >> 23 & 0x1ff) << 23 : ~0ull;
}

SEM_LANES(VURECPE, vurecpe)
SEM_LANES(VURSQRTE, vursqrte)

/* -- FP estimates ---------------------------------------------------------- */

/* Assemble fields; fraction has 8 significant bits, given at the top of 52. */
static u64 encode(const struct sfp_fmt *f, unsigned sign, s32 exp,
		  u64 fraction52)
{
	return (sign ? sfp_sign_bit(f) : 0) | (u64)exp << f->fbits |
	       fraction52 >> (52 - f->fbits);
}

static u64 recpe_overflow(struct sfp *s, const struct sfp_fmt *f,
			  unsigned sign)
{
	bool to_inf = s->round == IR_RNE ||
		      s->round == (sign ? IR_RMI : IR_RPI);

	s->flags |= FPSR_OFC | FPSR_IXC;
	return to_inf ? sfp_inf(f, sign) : sfp_max_normal(f, sign);
}

static u64 fp_recpe(struct sfp *s, const struct sfp_fmt *f, u64 bits, u64 y,
		    u64 z)
{
	struct fpn x = sfp_unpack(s, f, bits);
	u64 fraction;
	s32 exp;

	if (sfp_is_nan(x))
		return sfp_nan(s, f, x);
	if (x.cls == SFP_INF)
		return sfp_zero(f, x.sign);
	if (x.cls == SFP_ZERO) {
		s->flags |= FPSR_DZC;
		return sfp_inf(f, x.sign);
	}
	if (x.exp < -f->bias - 1)
		return recpe_overflow(s, f, x.sign);
	if (s->flush >> f->id & 1 && x.exp >= f->bias - 1) {
		s->flags |= FPSR_UFC;
		return sfp_zero(f, x.sign);
	}
	fraction = (u64)(recip_estimate((unsigned)(x.sig >> 55)) & 0xff) << 44;
	exp = f->bias - 1 - x.exp;
	if (exp <= 0) {			/* 0 or -1: a denormal result */
		fraction = (1ull << 52 | fraction) >> (1 - exp);
		exp = 0;
	}
	return encode(f, x.sign, exp, fraction);
}

static u64 fp_rsqrte(struct sfp *s, const struct sfp_fmt *f, u64 bits, u64 y,
		     u64 z)
{
	struct fpn x = sfp_unpack(s, f, bits);
	unsigned scaled;
	s32 exp;

	if (sfp_is_nan(x))
		return sfp_nan(s, f, x);
	if (x.cls == SFP_ZERO) {
		s->flags |= FPSR_DZC;
		return sfp_inf(f, x.sign);
	}
	if (x.sign)
		return sfp_invalid(s, f);
	if (x.cls == SFP_INF)
		return sfp_zero(f, 0);
	exp = x.exp + f->bias;
	scaled = (unsigned)(exp & 1 ? x.sig >> 56 : x.sig >> 55);
	return encode(f, 0, (3 * f->bias - 1 - exp) / 2,
		      (u64)(rsqrt_estimate(scaled) & 0xff) << 44);
}

static u64 fp_recpx(struct sfp *s, const struct sfp_fmt *f, u64 bits, u64 y,
		    u64 z)
{
	struct fpn x = sfp_unpack(s, f, bits);
	u64 exp = bits >> f->fbits & f->emask;

	if (sfp_is_nan(x))
		return sfp_nan(s, f, x);
	return encode(f, x.sign,
		      (s32)(exp ? f->emask - exp : f->emask - 1u), 0);
}

SEM_FP(FRECPE, fp_recpe)
SEM_FP(FRSQRTE, fp_rsqrte)
SEM_FP(FRECPX, fp_recpx)

/* -- Newton steps ---------------------------------------------------------- */

/* (sig / 2^63 * 2 - x * y) * 2^scale, where inf * 0 counts as zero. */
static u64 step(struct sfp *s, const struct sfp_fmt *f, u64 x, u64 y, u64 sig,
		s32 scale)
{
	struct fpn a = sfp_unpack(s, f, x ^ sfp_sign_bit(f));
	struct fpn b = sfp_unpack(s, f, y);
	struct fpn k = { SFP_FINITE, 0, 1, sig };

	if ((a.cls == SFP_INF && b.cls == SFP_ZERO) ||
	    (a.cls == SFP_ZERO && b.cls == SFP_INF))
		return sfp_round(s, f, 0, k.exp + scale, k.sig);
	return sfp_fma(s, f, k, a, b, scale);
}

static u64 fp_recps(struct sfp *s, const struct sfp_fmt *f, u64 x, u64 y,
		    u64 z)
{
	return step(s, f, x, y, 1ull << 63, 0);		/* 2 - x*y */
}

static u64 fp_rsqrts(struct sfp *s, const struct sfp_fmt *f, u64 x, u64 y,
		     u64 z)
{
	return step(s, f, x, y, 3ull << 62, -1);	/* (3 - x*y) / 2 */
}

SEM_FP(FRECPS, fp_recps)
SEM_FP(FRSQRTS, fp_rsqrts)
