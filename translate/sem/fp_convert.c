/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * FP conversions: between FP formats, between FP and integers (with fraction
 * bits), and rounding to integral values.  The Arm pseudocode functions
 * FPConvert, FPToFixed, FixedToFP, FPRoundInt, FPRoundIntN, FPToFixedJS.
 */
#include "translate/sem/softfp.h"

/* -- Between formats ------------------------------------------------------- */

static u64 convert(struct sfp *s, const struct sfp_fmt *to,
		   const struct sfp_fmt *from, u64 bits)
{
	struct fpn x = sfp_unpack(s, from, bits);
	bool alt = to->id == SFP_F16 && s->ahp;

	if (likely(x.cls == SFP_FINITE))
		return sfp_round(s, to, x.sign, x.exp, x.sig);
	if (x.cls == SFP_ZERO)
		return sfp_zero(to, x.sign);
	if (!alt)
		return x.cls == SFP_INF ? sfp_inf(to, x.sign) :
					  sfp_nan(s, to, x);
	/* No NaN or infinity in the alternative format. */
	s->flags |= FPSR_IOC;
	if (sfp_is_nan(x))
		return sfp_zero(to, x.sign);
	return sfp_inf(to, x.sign) | bits_mask(to->fbits);
}

static const struct sfp_fmt *fmt_of_type(u64 desc)
{
	switch (sem_type(desc)) {
	case IR_F16:
		return &sfp_fmt[SFP_F16];
	case IR_F32:
		return &sfp_fmt[SFP_F32];
	default:
		return &sfp_fmt[SFP_F64];
	}
}

void sem_FCVT(struct cpu *cpu, u64 desc, union v128 *d,
	      const union v128 *a, const union v128 *b, const union v128 *c)
{
	struct sfp s = sfp_begin_cvt(cpu, desc);

	if (sem_aux(desc) & IR_AUX3)
		s.round = SFP_ODD;
	d->d[0] = convert(&s, fmt_of_type(desc),
			  &sfp_fmt[sem_aux(desc) & IR_ESIZE], a->d[0]);
	d->d[1] = 0;
	sfp_end(cpu, &s);
}

void sem_FCVTL(struct cpu *cpu, u64 desc, union v128 *d,
	       const union v128 *a, const union v128 *b, const union v128 *c)
{
	struct sfp s = sfp_begin_cvt(cpu, desc);
	u64 in = a->d[sem_aux(desc) & IR_HIGH ? 1 : 0];
	unsigned es = sem_aux(desc) & IR_ESIZE, i;
	union v128 r = sem_zero;

	if (es == SFP_F16)
		for (i = 0; i < 4; i++)
			r.s[i] = (u32)convert(&s, &sfp_fmt[SFP_F32],
					      &sfp_fmt[SFP_F16],
					      in >> 16 * i & 0xffff);
	else
		for (i = 0; i < 2; i++)
			r.d[i] = convert(&s, &sfp_fmt[SFP_F64],
					 &sfp_fmt[SFP_F32],
					 in >> 32 * i & 0xffffffff);
	*d = r;
	sfp_end(cpu, &s);
}

/* Put four or two narrowed lanes in the low half, or above b's low half. */
static void put_narrow(u64 desc, union v128 *d, const union v128 *b, u64 v)
{
	union v128 r = { .d = { v, 0 } };

	if (sem_aux(desc) & IR_HIGH) {
		r.d[0] = b->d[0];
		r.d[1] = v;
	}
	*d = r;
}

void sem_FCVTN(struct cpu *cpu, u64 desc, union v128 *d,
	       const union v128 *a, const union v128 *b, const union v128 *c)
{
	struct sfp s = sfp_begin_cvt(cpu, desc);
	unsigned es = sem_aux(desc) & IR_ESIZE, i;
	u64 v = 0;

	if (sem_aux(desc) & IR_AUX3)
		s.round = SFP_ODD;
	if (es == SFP_F32)
		for (i = 0; i < 4; i++)
			v |= convert(&s, &sfp_fmt[SFP_F16], &sfp_fmt[SFP_F32],
				     a->s[i]) << 16 * i;
	else
		for (i = 0; i < 2; i++)
			v |= convert(&s, &sfp_fmt[SFP_F32], &sfp_fmt[SFP_F64],
				     a->d[i]) << 32 * i;
	put_narrow(desc, d, b, v);
	sfp_end(cpu, &s);
}

/* FPConvertBF: BF16 has F32's exponents, so FZ applies to it. */
static u64 to_bf16(struct sfp *s, u32 x)
{
	return convert(s, &sfp_fmt[SFP_BF16], &sfp_fmt[SFP_F32], x);
}

void sem_BFCVT(struct cpu *cpu, u64 desc, union v128 *d,
	       const union v128 *a, const union v128 *b, const union v128 *c)
{
	struct sfp s = sfp_begin(cpu, desc);

	d->d[0] = to_bf16(&s, a->s[0]);
	d->d[1] = 0;
	sfp_end(cpu, &s);
}

void sem_BFCVTN(struct cpu *cpu, u64 desc, union v128 *d,
		const union v128 *a, const union v128 *b,
		const union v128 *c)
{
	struct sfp s = sfp_begin(cpu, desc);
	unsigned i;
	u64 v = 0;

	for (i = 0; i < 4; i++)
		v |= to_bf16(&s, a->s[i]) << 16 * i;
	put_narrow(desc, d, b, v);
	sfp_end(cpu, &s);
}

/* -- To integers ----------------------------------------------------------- */

/* FPToFixed: saturated to `width` bits; a NaN gives 0. */
static u64 to_fixed(struct sfp *s, const struct sfp_fmt *f, u64 bits,
		    unsigned width, bool uns)
{
	struct fpn x = sfp_unpack(s, f, bits);
	unsigned fraction = (u32)sem_imm(s->desc) >> 8 & 0xff;
	u64 max = uns ? bits_mask(width) : bits_mask(width - 1), limit;
	bool inexact = false;
	u128 n;

	if (x.cls == SFP_ZERO)
		return 0;
	if (sfp_is_nan(x)) {
		s->flags |= FPSR_IOC;
		return 0;
	}
	limit = !x.sign ? max : uns ? 0 : max + 1;
	x.exp += (s32)fraction;
	if (x.cls == SFP_INF || x.exp >= 64)
		n = (u128)1 << 64;
	else
		n = sfp_round_to_int(x, sfp_rmode(s, sem_imm(s->desc) & 7),
				     &inexact);
	if (n > limit) {
		s->flags |= FPSR_IOC;
		n = limit;
	} else if (inexact) {
		s->flags |= FPSR_IXC;
	}
	return (x.sign ? -(u64)n : (u64)n) & bits_mask(width);
}

void sem_FTOI(struct cpu *cpu, u64 desc, union v128 *d,
	      const union v128 *a, const union v128 *b, const union v128 *c)
{
	struct sfp s = sfp_begin(cpu, desc);

	d->d[0] = to_fixed(&s, &sfp_fmt[sem_aux(desc) & IR_ESIZE], a->d[0],
			   sem_type(desc) == IR_I64 ? 64 : 32,
			   sem_aux(desc) & IR_HIGH);
	d->d[1] = 0;
	sfp_end(cpu, &s);
}

static u64 fp_to_lane(struct sfp *s, const struct sfp_fmt *f, u64 x, u64 y,
		      u64 z)
{
	return to_fixed(s, f, x, 8u << f->id, sem_aux(s->desc) & IR_HIGH);
}
SEM_FP(FVTOI, fp_to_lane)

/* FPToFixedJS: ECMAScript's ToInt32, modulo 2^32; Z says it was exact. */
void sem_FJCVTZS(struct cpu *cpu, u64 desc, union v128 *d,
		 const union v128 *a, const union v128 *b,
		 const union v128 *c)
{
	struct sfp s = sfp_begin(cpu, desc);
	struct fpn x = sfp_unpack(&s, &sfp_fmt[SFP_F64], a->d[0]);
	bool exact = false, inexact = false;
	u64 n = 0, limit = x.sign ? 1ull << 31 : bits_mask(31);

	if (x.cls == SFP_ZERO) {
		exact = a->d[0] == 0;	/* not -0, nor a flushed denormal */
	} else if (x.cls != SFP_FINITE) {
		s.flags |= FPSR_IOC;
	} else {
		if (x.exp < 64)
			n = (u64)sfp_round_to_int(x, IR_RZ, &inexact);
		else if (x.exp < 127)
			n = x.sig << (x.exp - 63);
		if (x.exp >= 64 || n > limit)
			s.flags |= FPSR_IOC;
		else if (inexact)
			s.flags |= FPSR_IXC;
		else
			exact = true;
	}
	d->d[0] = (u32)(x.sign ? -n : n) | (u64)exact << 32;
	d->d[1] = 0;
	sfp_end(cpu, &s);
}

/* -- From integers --------------------------------------------------------- */

static u64 from_fixed(struct sfp *s, const struct sfp_fmt *f, u64 v,
		      unsigned width, bool uns)
{
	unsigned fraction = (u32)sem_imm(s->desc) >> 8 & 0xff, lz, sign;

	v = uns ? v & bits_mask(width) : (u64)bits_sext(v, width);
	if (v == 0)
		return sfp_zero(f, 0);
	sign = !uns && v >> 63;
	if (sign)
		v = -v;
	lz = (unsigned)__builtin_clzll(v);
	return sfp_round(s, f, sign, 63 - (s32)lz - (s32)fraction, v << lz);
}

void sem_ITOF(struct cpu *cpu, u64 desc, union v128 *d,
	      const union v128 *a, const union v128 *b, const union v128 *c)
{
	struct sfp s = sfp_begin(cpu, desc);
	unsigned aux = sem_aux(desc);

	d->d[0] = from_fixed(&s, &sfp_fmt[aux & IR_ESIZE], a->d[0],
			     aux & IR_AUX3 ? 64 : 32, aux & IR_HIGH);
	d->d[1] = 0;
	sfp_end(cpu, &s);
}

static u64 fp_from_lane(struct sfp *s, const struct sfp_fmt *f, u64 x, u64 y,
			u64 z)
{
	return from_fixed(s, f, x, 8u << f->id, sem_aux(s->desc) & IR_HIGH);
}
SEM_FP(IVTOF, fp_from_lane)

/* -- Rounding to integral values ------------------------------------------- */

/* Encode the integer n < 2^64 with a sign; exact. */
static u64 encode_int(struct sfp *s, const struct sfp_fmt *f, unsigned sign,
		      u128 n)
{
	unsigned lz;

	if (n == 0)
		return sfp_zero(f, sign);
	if (n >> 64)
		return sfp_round(s, f, sign, 64, 1ull << 63);
	lz = (unsigned)__builtin_clzll((u64)n);
	return sfp_round(s, f, sign, 63 - (s32)lz, (u64)n << lz);
}

static u64 fp_rint(struct sfp *s, const struct sfp_fmt *f, u64 bits, u64 y,
		   u64 z)
{
	s32 imm = sem_imm(s->desc);
	struct fpn x = sfp_unpack(s, f, bits);
	bool inexact;
	u128 n;

	if (sfp_is_nan(x))
		return sfp_nan(s, f, x);
	if (x.cls == SFP_ZERO)
		return sfp_zero(f, x.sign);
	if (x.cls == SFP_INF || x.exp >= f->fbits)
		return bits;
	n = sfp_round_to_int(x, sfp_rmode(s, imm & 7), &inexact);
	if (inexact && imm & 8)
		s->flags |= FPSR_IXC;
	return encode_int(s, f, x.sign, n);
}

/* FPRoundIntN: integral and within a signed 32- or 64-bit integer, or else
 * that integer type's minimum. */
static u64 fp_rint_range(struct sfp *s, const struct sfp_fmt *f, u64 bits,
			 u64 y, u64 z)
{
	s32 imm = sem_imm(s->desc);
	unsigned size = (imm >> 4 & 3) == 1 ? 32 : 64;
	struct fpn x = sfp_unpack(s, f, bits);
	bool inexact = false;
	u128 n = (u128)1 << 64;

	if (x.cls == SFP_ZERO)
		return sfp_zero(f, x.sign);
	if (x.cls == SFP_FINITE && x.exp < 64)
		n = sfp_round_to_int(x, sfp_rmode(s, imm & 7), &inexact);
	if (n > ((u128)1 << (size - 1)) - !x.sign || sfp_is_nan(x)) {
		s->flags |= FPSR_IOC;
		return encode_int(s, f, 1, (u128)1 << (size - 1));
	}
	if (inexact)
		s->flags |= FPSR_IXC;
	return encode_int(s, f, x.sign, n);
}

void sem_FRINT(struct cpu *cpu, u64 desc, union v128 *d,
	       const union v128 *a, const union v128 *b, const union v128 *c)
{
	bool ranged = sem_imm(desc) >> 4 & 3;

	sfp_map(cpu, desc, d, a, b, c, ranged ? fp_rint_range : fp_rint);
}
