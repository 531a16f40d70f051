/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* x86 SIMD conversions and rounding (SDM vol. 1, 4.8; vol. 2). */
#include "translate/sem/xvec.h"

/* -- Between formats --------------------------------------------------------------- */

static u64 to_format(struct sfp *t, const struct sfp_fmt *to, struct fpn x)
{
	switch (x.cls) {
	case SFP_FINITE:
		return sfp_round(t, to, x.sign, x.exp, x.sig);
	case SFP_ZERO:
		return sfp_zero(to, x.sign);
	case SFP_INF:
		return sfp_inf(to, x.sign);
	default:
		return sfp_nan(t, to, x);
	}
}

static u64 convert(struct xsem *s, unsigned to, unsigned from, u64 bits)
{
	struct sfp t = xfp_begin(s);
	struct fpn x = sfp_unpack(&t, &sfp_fmt[from], bits);
	u64 r = to_format(&t, &sfp_fmt[to], x);

	xfp_end(s, &t, sfp_is_nan(x));
	return r;
}

XSEM(CVTPS2PD)
{
	return (union v128){ .d = { convert(s, SFP_F64, SFP_F32, a.s[0]),
				    convert(s, SFP_F64, SFP_F32, a.s[1]) } };
}

XSEM(CVTPD2PS)
{
	union v128 r = sem_zero;

	for (unsigned i = 0; i < 2; i++)
		r.s[i] = (u32)convert(s, SFP_F32, SFP_F64, a.d[i]);
	return r;
}

XSEM(CVTSS2SD)
{
	a.d[0] = convert(s, SFP_F64, SFP_F32, b.s[0]);
	return a;
}

XSEM(CVTSD2SS)
{
	a.s[0] = (u32)convert(s, SFP_F32, SFP_F64, b.d[0]);
	return a;
}

/* Half-precision denormals are numbers like others, whatever DAZ and FTZ. */
XSEM(VCVTPH2PS)
{
	union v128 r;

	for (unsigned i = 0; i < 4; i++) {
		struct sfp t = xfp_begin(s);
		struct fpn x = sfp_unpack(&t, &sfp_fmt[SFP_F16], a.h[i]);

		t.denormal = false;
		r.s[i] = (u32)to_format(&t, &sfp_fmt[SFP_F32], x);
		xfp_end(s, &t, false);
	}
	return r;
}

XSEM(VCVTPS2PH)
{
	union v128 r = sem_zero;

	for (unsigned i = 0; i < 4; i++) {
		struct sfp t = xfp_begin(s);
		struct fpn x = sfp_unpack(&t, &sfp_fmt[SFP_F32], a.s[i]);

		t.ftz = false;
		if (!(s->imm & 4))
			t.round = (u8)xfp_round(s->imm);
		r.h[i] = (u16)to_format(&t, &sfp_fmt[SFP_F16], x);
		xfp_end(s, &t, sfp_is_nan(x));
	}
	return r;
}

/* -- From integers -------------------------------------------------------------------- */

static u64 from_int(struct xsem *s, unsigned to, s64 v)
{
	struct sfp t = xfp_begin(s);
	u64 mag = v < 0 ? -(u64)v : (u64)v, r;
	unsigned lz;

	if (!v)
		return 0;
	lz = (unsigned)__builtin_clzll(mag);
	r = sfp_round(&t, &sfp_fmt[to], v < 0, 63 - (s32)lz, mag << lz);
	xfp_end(s, &t, false);
	return r;
}

XSEM(CVTDQ2PS)
{
	union v128 r;

	for (unsigned i = 0; i < 4; i++)
		r.s[i] = (u32)from_int(s, SFP_F32, a.ss[i]);
	return r;
}

XSEM(CVTDQ2PD)
{
	return (union v128){ .d = { from_int(s, SFP_F64, a.ss[0]),
				    from_int(s, SFP_F64, a.ss[1]) } };
}

XSEM(CVTSI2SS)
{
	a.s[0] = (u32)from_int(s, SFP_F32, b.ss[0]);
	return a;
}

XSEM(CVTSI2SD)
{
	a.d[0] = from_int(s, SFP_F64, b.ss[0]);
	return a;
}

XSEM(CVTSI2SSQ)
{
	a.s[0] = (u32)from_int(s, SFP_F32, b.sd[0]);
	return a;
}

XSEM(CVTSI2SDQ)
{
	a.d[0] = from_int(s, SFP_F64, b.sd[0]);
	return a;
}

/* -- To integers ------------------------------------------------------------------------ */

/*
 * A signed integer of w bits; what does not fit, and NaNs, give the most
 * negative one ("integer indefinite").  Denormals are not reported.
 */
static u64 to_int(struct xsem *s, unsigned from, u64 bits, unsigned w,
		  bool truncate)
{
	struct sfp t = xfp_begin(s);
	struct fpn x = sfp_unpack(&t, &sfp_fmt[from], bits);
	u64 limit = 1ull << (w - 1), r = limit;
	bool inexact;
	u128 n;

	t.denormal = false;
	if (x.cls == SFP_ZERO)
		return 0;
	if (x.cls != SFP_FINITE || x.exp > 63) {
		t.flags |= FPSR_IOC;
		xfp_end(s, &t, false);
		return r;
	}
	n = sfp_round_to_int(x, truncate ? IR_RZ : t.round, &inexact);
	if (n > limit || (n == limit && !x.sign)) {
		t.flags |= FPSR_IOC;
	} else {
		r = x.sign ? -(u64)n : (u64)n;
		t.flags |= inexact ? FPSR_IXC : 0;
	}
	xfp_end(s, &t, false);
	return r;
}

#define TO_INT_PS(name, truncate) \
XSEM(name) \
{ \
	union v128 r; \
	for (unsigned i = 0; i < 4; i++) \
		r.s[i] = (u32)to_int(s, SFP_F32, a.s[i], 32, truncate); \
	return r; \
}
#define TO_INT_PD(name, truncate) \
XSEM(name) \
{ \
	union v128 r = sem_zero; \
	for (unsigned i = 0; i < 2; i++) \
		r.s[i] = (u32)to_int(s, SFP_F64, a.d[i], 32, truncate); \
	return r; \
}
TO_INT_PS(CVTPS2DQ, false) TO_INT_PS(CVTTPS2DQ, true)
TO_INT_PD(CVTPD2DQ, false) TO_INT_PD(CVTTPD2DQ, true)

#define TO_INT(name, truncate) \
XSEM(name##SS2SI) { return xsem_int((u32)to_int(s, SFP_F32, a.s[0], 32, truncate)); } \
XSEM(name##SD2SI) { return xsem_int((u32)to_int(s, SFP_F64, a.d[0], 32, truncate)); } \
XSEM(name##SS2SIQ) { return xsem_int(to_int(s, SFP_F32, a.s[0], 64, truncate)); } \
XSEM(name##SD2SIQ) { return xsem_int(to_int(s, SFP_F64, a.d[0], 64, truncate)); }
TO_INT(CVT, false)
TO_INT(CVTT, true)

/* -- To integral values ---------------------------------------------------------------- */

/* imm bits 0-1 rounding, 2: MXCSR's instead, 3: inexact is not reported. */
static u64 integral(struct xsem *s, const struct sfp_fmt *f, u64 x, u64 y,
		    u64 z)
{
	struct sfp t = xfp_begin(s);
	struct fpn a = sfp_unpack(&t, f, x);
	unsigned mode = s->imm & 4 ? t.round : xfp_round(s->imm);
	bool inexact;
	u64 n, r = x;

	t.denormal = false;
	if (sfp_is_nan(a)) {
		r = sfp_nan(&t, f, a);
	} else if (a.cls == SFP_ZERO) {
		r = sfp_zero(f, a.sign);
	} else if (a.cls == SFP_FINITE && a.exp < 63) {
		n = (u64)sfp_round_to_int(a, mode, &inexact);
		r = sfp_zero(f, a.sign);
		if (n) {
			unsigned lz = (unsigned)__builtin_clzll(n);

			r = sfp_round(&t, f, a.sign, 63 - (s32)lz, n << lz);
		}
		if (inexact && !(s->imm & 8))
			t.flags |= FPSR_IXC;
	}
	xfp_end(s, &t, false);
	return r;
}

static u64 integral_b(struct xsem *s, const struct sfp_fmt *f, u64 x, u64 y,
		      u64 z)
{
	return integral(s, f, y, 0, 0);
}

XSEM_FP_ONE(ROUNDPS, false, false, integral)
XSEM_FP_ONE(ROUNDPD, true, false, integral)
XSEM_FP_ONE(ROUNDSS, false, true, integral_b)
XSEM_FP_ONE(ROUNDSD, true, true, integral_b)
