/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * x86 SIMD floating-point arithmetic and comparisons, over the core in
 * softfp.c.  NaNs, denormals and exceptions: SDM vol. 1, 4.8, 4.9 and 11.5.
 */
#include "translate/helper.h"
#include "translate/sem/xvec.h"

/* -- Context ----------------------------------------------------------------------- */

struct sfp xfp_begin(const struct xsem *s)
{
	bool ue_masked = s->mxcsr >> MXCSR_MASK_SHIFT & MXCSR_UE;
	struct sfp f = { .x86 = true };

	f.round = (u8)xfp_round(s->mxcsr >> MXCSR_RC_SHIFT);
	if (s->mxcsr & MXCSR_DAZ)
		f.flush = 1 << SFP_F32 | 1 << SFP_F64;
	f.ftz = s->mxcsr & MXCSR_FTZ && ue_masked;
	f.trap_tiny = !ue_masked;
	return f;
}

void xfp_end(struct xsem *s, const struct sfp *f, bool nan)
{
	u32 fl = f->flags;

	s->raised |= (fl & FPSR_IOC ? MXCSR_IE : 0) |
		     (fl & FPSR_DZC ? MXCSR_ZE : 0) |
		     (fl & FPSR_OFC ? MXCSR_OE : 0) |
		     (fl & FPSR_UFC ? MXCSR_UE : 0) |
		     (fl & FPSR_IXC ? MXCSR_PE : 0);
	if (f->denormal && !nan && !(fl & (FPSR_IOC | FPSR_DZC)))
		s->raised |= MXCSR_DE;
}

union v128 xfp_map(struct xsem *s, bool f64, bool scalar, xfp_fn *fn,
		   union v128 a, union v128 b, union v128 c)
{
	const struct sfp_fmt *f = &sfp_fmt[f64 ? SFP_F64 : SFP_F32];
	union v128 r = a;

	for (unsigned i = 0; i < (scalar ? 1u : f64 ? 2u : 4u); i++) {
		if (f64)
			r.d[i] = fn(s, f, a.d[i], b.d[i], c.d[i]);
		else
			r.s[i] = (u32)fn(s, f, a.s[i], b.s[i], c.s[i]);
	}
	return r;
}

/* -- Arithmetic --------------------------------------------------------------------- */

typedef u64 core_fn(struct sfp *s, const struct sfp_fmt *f, struct fpn x,
		    struct fpn y);

static u64 two(struct xsem *s, const struct sfp_fmt *f, core_fn *fn, u64 x,
	       u64 y, bool negate)
{
	struct sfp t = xfp_begin(s);
	struct fpn a = sfp_unpack(&t, f, x), b = sfp_unpack(&t, f, y);
	bool nan = sfp_is_nan(a) || sfp_is_nan(b);
	u64 r;

	if (negate && !sfp_is_nan(b))
		b.sign ^= 1;
	r = fn(&t, f, a, b);
	xfp_end(s, &t, nan);
	return r;
}

u64 xfp_add(struct xsem *s, const struct sfp_fmt *f, u64 x, u64 y, u64 z)
{
	return two(s, f, sfp_add, x, y, false);
}

u64 xfp_sub(struct xsem *s, const struct sfp_fmt *f, u64 x, u64 y, u64 z)
{
	return two(s, f, sfp_add, x, y, true);
}

u64 xfp_mul(struct xsem *s, const struct sfp_fmt *f, u64 x, u64 y, u64 z)
{
	return two(s, f, sfp_mul, x, y, false);
}

static u64 xfp_div(struct xsem *s, const struct sfp_fmt *f, u64 x, u64 y, u64 z)
{
	return two(s, f, sfp_div, x, y, false);
}

static u64 xfp_sqrt(struct xsem *s, const struct sfp_fmt *f, u64 x, u64 y,
		    u64 z)
{
	struct sfp t = xfp_begin(s);
	struct fpn a = sfp_unpack(&t, f, x);
	u64 r = sfp_sqrt(&t, f, a);

	xfp_end(s, &t, sfp_is_nan(a));
	return r;
}

/* Scalar forms take the operand from b. */
static u64 xfp_sqrt_b(struct xsem *s, const struct sfp_fmt *f, u64 x, u64 y,
		      u64 z)
{
	return xfp_sqrt(s, f, y, 0, 0);
}

XSEM_FP(ADD, xfp_add)
XSEM_FP(SUB, xfp_sub)
XSEM_FP(MUL, xfp_mul)
XSEM_FP(DIV, xfp_div)
XSEM_FP_ONE(SQRTPS, false, false, xfp_sqrt)
XSEM_FP_ONE(SQRTPD, true, false, xfp_sqrt)
XSEM_FP_ONE(SQRTSS, false, true, xfp_sqrt_b)
XSEM_FP_ONE(SQRTSD, true, true, xfp_sqrt_b)

/* -- Minimum, maximum ---------------------------------------------------------------- */

/* The second operand, if they are equal zeros or one is a NaN. */
static u64 pick(struct xsem *s, const struct sfp_fmt *f, u64 x, u64 y, bool max)
{
	struct sfp t = xfp_begin(s);
	struct fpn a = sfp_unpack(&t, f, x), b = sfp_unpack(&t, f, y);
	bool nan = sfp_is_nan(a) || sfp_is_nan(b), first = false;

	if (nan)
		t.flags |= FPSR_IOC;
	else
		first = max ? sfp_cmp(a, b) > 0 : sfp_cmp(a, b) < 0;
	xfp_end(s, &t, nan);
	if ((first ? a : b).cls == SFP_ZERO)	/* may have been a denormal */
		return sfp_zero(f, (first ? a : b).sign);
	return first ? x : y;
}

static u64 xfp_min(struct xsem *s, const struct sfp_fmt *f, u64 x, u64 y, u64 z)
{
	return pick(s, f, x, y, false);
}

static u64 xfp_max(struct xsem *s, const struct sfp_fmt *f, u64 x, u64 y, u64 z)
{
	return pick(s, f, x, y, true);
}

XSEM_FP(MIN, xfp_min)
XSEM_FP(MAX, xfp_max)

/* -- Comparisons ----------------------------------------------------------------------- */

enum { LT = 1, EQ = 2, GT = 4, UN = 8 };

static unsigned relation(struct xsem *s, const struct sfp_fmt *f, u64 x, u64 y,
			 bool signalling)
{
	struct sfp t = xfp_begin(s);
	struct fpn a = sfp_unpack(&t, f, x), b = sfp_unpack(&t, f, y);
	bool nan = sfp_is_nan(a) || sfp_is_nan(b);

	if ((nan && signalling) || a.cls == SFP_SNAN || b.cls == SFP_SNAN)
		t.flags |= FPSR_IOC;
	xfp_end(s, &t, nan);
	if (nan)
		return UN;
	return sfp_cmp(a, b) < 0 ? LT : sfp_cmp(a, b) ? GT : EQ;
}

/* Predicates 0..15; 16..31 are the same but signal where these do not. */
static u64 xfp_cmp(struct xsem *s, const struct sfp_fmt *f, u64 x, u64 y, u64 z)
{
	static const u8 holds[16] = {
		EQ, LT, LT | EQ, UN, LT | GT | UN, EQ | GT | UN, GT | UN,
		LT | EQ | GT, EQ | UN, LT | UN, LT | EQ | UN, 0, LT | GT,
		EQ | GT, GT, LT | EQ | GT | UN
	};
	unsigned p = s->imm & 31, low = p & 3;
	bool signalling = (low == 1 || low == 2) != (p >= 16);

	return relation(s, f, x, y, signalling) & holds[p & 15] ? ~0ull : 0;
}

XSEM_FP(CMP, xfp_cmp)

static union v128 compare(struct xsem *s, bool f64, bool signalling,
			  union v128 a, union v128 b)
{
	const struct sfp_fmt *f = &sfp_fmt[f64 ? SFP_F64 : SFP_F32];
	unsigned rel = relation(s, f, f64 ? a.d[0] : a.s[0],
				f64 ? b.d[0] : b.s[0], signalling);

	return xsem_int((rel & (EQ | UN) ? FLAG_Z : 0) |
			(rel & (LT | UN) ? FLAG_C : 0) |
			(rel & UN ? FLAG_P : 0));
}

XSEM(UCOMISS) { return compare(s, false, false, a, b); }
XSEM(UCOMISD) { return compare(s, true, false, a, b); }
XSEM(COMISS) { return compare(s, false, true, a, b); }
XSEM(COMISD) { return compare(s, true, true, a, b); }

/* -- Neighbours, dot products ------------------------------------------------------------ */

static union v128 pairs_ps(struct xsem *s, xfp_fn *fn, union v128 a,
			   union v128 b)
{
	const struct sfp_fmt *f = &sfp_fmt[SFP_F32];
	union v128 r;

	for (unsigned i = 0; i < 4; i++) {
		const union v128 *v = i < 2 ? &a : &b;
		unsigned k = 2 * i & 3;

		r.s[i] = (u32)fn(s, f, v->s[k], v->s[k + 1], 0);
	}
	return r;
}

static union v128 pairs_pd(struct xsem *s, xfp_fn *fn, union v128 a,
			   union v128 b)
{
	const struct sfp_fmt *f = &sfp_fmt[SFP_F64];

	return (union v128){ .d = { fn(s, f, a.d[0], a.d[1], 0),
				    fn(s, f, b.d[0], b.d[1], 0) } };
}

XSEM(HADDPS) { return pairs_ps(s, xfp_add, a, b); }
XSEM(HADDPD) { return pairs_pd(s, xfp_add, a, b); }
XSEM(HSUBPS) { return pairs_ps(s, xfp_sub, a, b); }
XSEM(HSUBPD) { return pairs_pd(s, xfp_sub, a, b); }

XSEM(ADDSUBPS)
{
	const struct sfp_fmt *f = &sfp_fmt[SFP_F32];
	union v128 r;

	for (unsigned i = 0; i < 4; i++)
		r.s[i] = (u32)(i & 1 ? xfp_add : xfp_sub)(s, f, a.s[i], b.s[i],
							  0);
	return r;
}

XSEM(ADDSUBPD)
{
	const struct sfp_fmt *f = &sfp_fmt[SFP_F64];

	return (union v128){ .d = { xfp_sub(s, f, a.d[0], b.d[0], 0),
				    xfp_add(s, f, a.d[1], b.d[1], 0) } };
}

/* Products of the lanes that bits 4.. choose, their sum to those of bits 0.. */
XSEM(DPPS)
{
	const struct sfp_fmt *f = &sfp_fmt[SFP_F32];
	u64 t[4] = { 0 }, sum;
	union v128 r;

	for (unsigned i = 0; i < 4; i++)
		if (s->imm >> (4 + i) & 1)
			t[i] = xfp_mul(s, f, a.s[i], b.s[i], 0);
	t[0] = xfp_add(s, f, t[0], t[1], 0);
	t[2] = xfp_add(s, f, t[2], t[3], 0);
	sum = xfp_add(s, f, t[0], t[2], 0);
	for (unsigned i = 0; i < 4; i++)
		r.s[i] = s->imm >> i & 1 ? (u32)sum : 0;
	return r;
}

XSEM(DPPD)
{
	const struct sfp_fmt *f = &sfp_fmt[SFP_F64];
	u64 t[2] = { 0 }, sum;

	for (unsigned i = 0; i < 2; i++)
		if (s->imm >> (4 + i) & 1)
			t[i] = xfp_mul(s, f, a.d[i], b.d[i], 0);
	sum = xfp_add(s, f, t[0], t[1], 0);
	return (union v128){ .d = { s->imm & 1 ? sum : 0,
				    s->imm & 2 ? sum : 0 } };
}

/* -- Fused multiply-add ------------------------------------------------------------------- */

/* +-(x * y) +- z; a NaN keeps its sign. */
static u64 fma_lane(struct xsem *s, const struct sfp_fmt *f, u64 x, u64 y,
		    u64 z, bool neg_product, bool neg_addend)
{
	struct sfp t = xfp_begin(s);
	struct fpn a = sfp_unpack(&t, f, x), b = sfp_unpack(&t, f, y),
		   c = sfp_unpack(&t, f, z);
	bool nan = sfp_is_nan(a) || sfp_is_nan(b) || sfp_is_nan(c);
	u64 r;

	if (neg_product && !nan)
		a.sign ^= 1;
	if (neg_addend && !nan)
		c.sign ^= 1;
	r = sfp_fma(&t, f, c, a, b, 0);
	xfp_end(s, &t, nan);
	return r;
}

/* Operands in the order of the formula x * y + z. */
#define FMA_ORDER_132 a, c, b
#define FMA_ORDER_213 b, a, c
#define FMA_ORDER_231 b, c, a

struct fma_order {
	union v128 x, y, z;
};

/* even, odd: bit 0 negates the product, bit 1 the addend.  Lanes beyond a
 * scalar are those of a. */
static union v128 fused(struct xsem *s, bool f64, bool scalar, unsigned even,
			unsigned odd, union v128 a, struct fma_order o)
{
	const struct sfp_fmt *f = &sfp_fmt[f64 ? SFP_F64 : SFP_F32];

	for (unsigned i = 0; i < (scalar ? 1u : f64 ? 2u : 4u); i++) {
		unsigned neg = i & 1 ? odd : even;

		if (f64)
			a.d[i] = fma_lane(s, f, o.x.d[i], o.y.d[i], o.z.d[i],
					  neg & 1, neg & 2);
		else
			a.s[i] = (u32)fma_lane(s, f, o.x.s[i], o.y.s[i],
					       o.z.s[i], neg & 1, neg & 2);
	}
	return a;
}

#define FMA(name, order, f64, scalar, even, odd) \
XSEM(name) \
{ \
	return fused(s, f64, scalar, even, odd, a, \
		     (struct fma_order){ FMA_ORDER_##order }); \
}
#define FMA_PACKED(name, order, even, odd) \
	FMA(name##order##PS, order, false, false, even, odd) \
	FMA(name##order##PD, order, true, false, even, odd)
#define FMA_ALL(name, order, neg) \
	FMA_PACKED(name, order, neg, neg) \
	FMA(name##order##SS, order, false, true, neg, neg) \
	FMA(name##order##SD, order, true, true, neg, neg)
#define FMA_ORDERS(name, neg) \
	FMA_ALL(name, 132, neg) FMA_ALL(name, 213, neg) FMA_ALL(name, 231, neg)
FMA_ORDERS(VFMADD, 0)
FMA_ORDERS(VFNMADD, 1)
FMA_ORDERS(VFMSUB, 2)
FMA_ORDERS(VFNMSUB, 3)
FMA_PACKED(VFMADDSUB, 132, 2, 0)
FMA_PACKED(VFMADDSUB, 213, 2, 0)
FMA_PACKED(VFMADDSUB, 231, 2, 0)
FMA_PACKED(VFMSUBADD, 132, 0, 2)
FMA_PACKED(VFMSUBADD, 213, 0, 2)
FMA_PACKED(VFMSUBADD, 231, 0, 2)

/* -- Estimates ------------------------------------------------------------------------------ */

/* Processors differ in them: the host's own where it has the instruction. */
static u64 rcp(struct xsem *s, const struct sfp_fmt *f, u64 x, u64 y, u64 z)
{
	return host_estimate((u32)x, false);
}

static u64 rsqrt(struct xsem *s, const struct sfp_fmt *f, u64 x, u64 y, u64 z)
{
	return host_estimate((u32)x, true);
}

XSEM_FP_ONE(RCPPS, false, false, rcp)
XSEM_FP_ONE(RSQRTPS, false, false, rsqrt)

XSEM(RCPSS)
{
	a.s[0] = host_estimate(b.s[0], false);
	return a;
}

XSEM(RSQRTSS)
{
	a.s[0] = host_estimate(b.s[0], true);
	return a;
}
