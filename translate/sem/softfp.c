/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The arithmetic core: unpacking, rounding and the five operations, for any
 * of the formats in sfp_fmt[].  Follows the Arm pseudocode (FPUnpackBase,
 * FPRoundBase, FPAdd, FPMul, FPDiv, FPSqrt, FPMulAdd, FPProcessNaNs): input
 * denormals are flushed when unpacked, results before they are rounded, and
 * tininess is detected before rounding.  FPCR's trap enables are not
 * implemented (they read as zero).
 */
#include "translate/sem/softfp.h"

const struct sfp_fmt sfp_fmt[4] = {
	[SFP_BF16] = { SFP_BF16, 7, 0xff, 127 },
	[SFP_F16] = { SFP_F16, 10, 0x1f, 15 },
	[SFP_F32] = { SFP_F32, 23, 0xff, 127 },
	[SFP_F64] = { SFP_F64, 52, 0x7ff, 1023 },
};

/* -- Context --------------------------------------------------------------- */

struct sfp sfp_begin(const struct cpu *cpu, u64 desc)
{
	u32 fpcr = cpu->fpcr;
	struct sfp s = { .desc = desc };

	s.round = fpcr >> FPCR_RMODE_SHIFT & 3;
	s.dn = (fpcr & FPCR_DN) != 0;
	if (fpcr & FPCR_FZ)
		s.flush = 1 << SFP_BF16 | 1 << SFP_F32 | 1 << SFP_F64;
	if (fpcr & FPCR_FZ16)
		s.flush |= 1 << SFP_F16;
	return s;
}

struct sfp sfp_begin_cvt(const struct cpu *cpu, u64 desc)
{
	struct sfp s = sfp_begin(cpu, desc);

	s.flush &= ~(1 << SFP_F16);
	s.ahp = (cpu->fpcr & FPCR_AHP) != 0;
	return s;
}

void sfp_map(struct cpu *cpu, u64 desc, union v128 *d, const union v128 *a,
	     const union v128 *b, const union v128 *c, fp_fn *fn)
{
	struct sfp s = sfp_begin(cpu, desc);
	union v128 r = sem_zero, x = sem_operand(a), y = sem_operand(b),
		z = sem_operand(c);
	unsigned es = sem_aux(desc) & IR_ESIZE, n = sem_bytes(desc) >> es, i;
	const struct sfp_fmt *f = &sfp_fmt[es];

	for (i = 0; i < n; i++) {
		if (es == SFP_F64)
			r.d[i] = fn(&s, f, x.d[i], y.d[i], z.d[i]);
		else if (es == SFP_F32)
			r.s[i] = (u32)fn(&s, f, x.s[i], y.s[i], z.s[i]);
		else if (es == SFP_F16)
			r.h[i] = (u16)fn(&s, f, x.h[i], y.h[i], z.h[i]);
	}
	*d = r;
	sfp_end(cpu, &s);
}

/* -- Packing --------------------------------------------------------------- */

static u64 pack(const struct sfp_fmt *f, unsigned sign, u64 exp, u64 frac)
{
	return (sign ? sfp_sign_bit(f) : 0) | exp << f->fbits | frac;
}

u64 sfp_zero(const struct sfp_fmt *f, unsigned sign)
{
	return pack(f, sign, 0, 0);
}

u64 sfp_inf(const struct sfp_fmt *f, unsigned sign)
{
	return pack(f, sign, f->emask, 0);
}

u64 sfp_max_normal(const struct sfp_fmt *f, unsigned sign)
{
	return pack(f, sign, f->emask - 1u, bits_mask(f->fbits));
}

u64 sfp_default_nan(const struct sfp_fmt *f)
{
	return pack(f, 0, f->emask, 1ull << (f->fbits - 1));
}

u64 sfp_invalid(struct sfp *s, const struct sfp_fmt *f)
{
	s->flags |= FPSR_IOC;
	return sfp_default_nan(f) | (s->x86 ? sfp_sign_bit(f) : 0);
}

struct fpn sfp_unpack(struct sfp *s, const struct sfp_fmt *f, u64 bits)
{
	u64 frac = bits & bits_mask(f->fbits);
	unsigned exp = bits >> f->fbits & f->emask, lz;
	struct fpn x = { SFP_FINITE, (bits & sfp_sign_bit(f)) != 0, 0, 0 };

	x.exp = (s32)exp - f->bias;
	x.sig = 1ull << 63 | frac << (63 - f->fbits);
	if (likely(exp - 1 < f->emask - 1u))
		return x;
	if (exp == 0 && frac == 0) {
		x.cls = SFP_ZERO;
	} else if (exp == 0 && s->flush >> f->id & 1) {
		x.cls = SFP_ZERO;
		if (f->id != SFP_F16 && !s->x86)
			s->flags |= FPSR_IDC;
	} else if (exp == 0) {
		s->denormal = true;
		lz = (unsigned)__builtin_clzll(frac);
		x.sig = frac << lz;
		x.exp = 1 - f->bias + (63 - f->fbits) - (s32)lz;
	} else if (f->id == SFP_F16 && s->ahp) {
		return x;	/* no infinities or NaNs: one more binade */
	} else if (frac == 0) {
		x.cls = SFP_INF;
	} else {
		x.sig &= bits_mask(63);
		x.cls = x.sig >> 62 ? SFP_QNAN : SFP_SNAN;
	}
	return x;
}

/* -- Rounding -------------------------------------------------------------- */

static u64 shr_sticky64(u64 v, unsigned n)
{
	if (n == 0)
		return v;
	return n > 63 ? v != 0 : v >> n | ((v & bits_mask(n)) != 0);
}

static u128 shr_sticky(u128 v, unsigned n)
{
	if (n == 0)
		return v;
	return n > 127 ? v != 0 : v >> n | ((v << (128 - n)) != 0);
}

/* Whether a magnitude is rounded up: err is the part below the last place,
 * half is the value of err at half a unit. */
static bool rounds_up(unsigned rmode, unsigned sign, bool odd, u64 err,
		      u64 half)
{
	switch (rmode) {
	case IR_RNE:
		return err > half || (err == half && odd);
	case IR_RNA:
		return err >= half;
	case IR_RPI:
		return err && !sign;
	case IR_RMI:
		return err && sign;
	case SFP_ODD:
	case SFP_ODD_INF:
		return err && !odd;
	default:
		return false;
	}
}

static u64 overflow(struct sfp *s, const struct sfp_fmt *f, unsigned sign)
{
	bool to_inf;

	if (f->id == SFP_F16 && s->ahp) {
		s->flags |= FPSR_IOC;
		return pack(f, sign, f->emask, bits_mask(f->fbits));
	}
	s->flags |= FPSR_OFC | FPSR_IXC;
	switch (s->round) {
	case IR_RPI:
		to_inf = !sign;
		break;
	case IR_RMI:
		to_inf = sign;
		break;
	case IR_RZ:
	case SFP_ODD:
		to_inf = false;
		break;
	default:
		to_inf = true;
		break;
	}
	return to_inf ? sfp_inf(f, sign) : sfp_max_normal(f, sign);
}

/*
 * x86: is a value whose exponent field would be `biased` < 1 still too small
 * for a normal number when it has been rounded as one?
 */
static bool tiny_rounded(const struct sfp *s, const struct sfp_fmt *f,
			 unsigned sign, s64 biased, u64 sig)
{
	unsigned drop = 63 - f->fbits;
	u64 mant = sig >> drop, err = sig & bits_mask(drop);

	if (biased < 0)
		return true;
	mant += rounds_up(s->round, sign, mant & 1, err, 1ull << (drop - 1));
	return !(mant >> (f->fbits + 1));
}

u64 sfp_round(struct sfp *s, const struct sfp_fmt *f, unsigned sign, s32 exp,
	      u64 sig)
{
	bool tiny = false;
	unsigned drop = 63 - f->fbits;
	u32 limit = f->emask + (f->id == SFP_F16 && s->ahp);
	s64 biased = (s64)exp + f->bias;
	u64 mant, err;

	if (unlikely(biased >= (s64)limit))
		return overflow(s, f, sign);
	if (unlikely(biased < 1)) {
		tiny = !s->x86 || tiny_rounded(s, f, sign, biased, sig);
		if (!s->x86 && s->flush >> f->id & 1) {
			s->flags |= FPSR_UFC;
			return sfp_zero(f, sign);
		}
		if (tiny && s->ftz) {
			s->flags |= FPSR_UFC | FPSR_IXC;
			return sfp_zero(f, sign);
		}
		sig = shr_sticky64(sig, (unsigned)MIN(1 - biased, 64));
		biased = 0;
	}
	mant = sig >> drop;
	err = sig & bits_mask(drop);
	if (err)
		mant += rounds_up(s->round, sign, mant & 1, err,
				  1ull << (drop - 1));
	/* The leading one of mant, also if rounding made it, counts one in
	 * the exponent field. */
	mant += (u64)(biased ? biased - 1 : 0) << f->fbits;
	if (unlikely(mant >> f->fbits >= limit))
		return overflow(s, f, sign);
	if (err)
		s->flags |= tiny ? FPSR_IXC | FPSR_UFC : FPSR_IXC;
	if (tiny && s->trap_tiny)
		s->flags |= FPSR_UFC;
	return mant | (sign ? sfp_sign_bit(f) : 0);
}

/* Round sig / 2^127 * 2^exp; sig is not zero. */
static u64 round128(struct sfp *s, const struct sfp_fmt *f, unsigned sign,
		    s32 exp, u128 sig)
{
	u64 hi = (u64)(sig >> 64), lo = (u64)sig;
	unsigned lz;

	if (hi == 0) {
		hi = lo;
		lo = 0;
		exp -= 64;
	}
	lz = (unsigned)__builtin_clzll(hi);
	if (lz) {
		hi = hi << lz | lo >> (64 - lz);
		lo <<= lz;
	}
	return sfp_round(s, f, sign, exp - (s32)lz, hi | (lo != 0));
}

u128 sfp_round_to_int(struct fpn x, unsigned rmode, bool *inexact)
{
	u128 v;			/* 64 bits before and after the point */
	u64 n, err;

	if (x.exp >= -1)
		v = (u128)x.sig << (x.exp + 1);
	else
		v = shr_sticky(x.sig, (unsigned)MIN(-1 - x.exp, 128));
	n = (u64)(v >> 64);
	err = (u64)v;
	*inexact = err != 0;
	return (u128)n + rounds_up(rmode, x.sign, n & 1, err, 1ull << 63);
}

/* -- NaNs and order -------------------------------------------------------- */

u64 sfp_nan(struct sfp *s, const struct sfp_fmt *f, struct fpn x)
{
	if (x.cls == SFP_SNAN)
		s->flags |= FPSR_IOC;
	if (s->dn)
		return sfp_default_nan(f);
	return pack(f, x.sign, f->emask,
		    (x.sig | 1ull << 62) >> (63 - f->fbits));
}

/* x86: the first NaN, quieted; a signalling one among them is reported. */
static u64 first_nan(struct sfp *s, const struct sfp_fmt *f, struct fpn x,
		     struct fpn y)
{
	if (x.cls == SFP_SNAN || y.cls == SFP_SNAN)
		s->flags |= FPSR_IOC;
	return sfp_nan(s, f, sfp_is_nan(x) ? x : y);
}

u64 sfp_nan2(struct sfp *s, const struct sfp_fmt *f, struct fpn x,
	     struct fpn y)
{
	if (s->x86)
		return first_nan(s, f, x, y);
	if (x.cls == SFP_SNAN || (y.cls != SFP_SNAN && x.cls == SFP_QNAN))
		return sfp_nan(s, f, x);
	return sfp_nan(s, f, y);
}

u64 sfp_nan3(struct sfp *s, const struct sfp_fmt *f, struct fpn x,
	     struct fpn y, struct fpn z)
{
	if (s->x86) {	/* x is the addend, which comes last */
		if (x.cls == SFP_SNAN)
			s->flags |= FPSR_IOC;
		return sfp_is_nan(y) || sfp_is_nan(z) ?
			first_nan(s, f, y, z) : sfp_nan(s, f, x);
	}
	if (x.cls == SFP_SNAN)
		return sfp_nan(s, f, x);
	if (y.cls == SFP_SNAN || z.cls == SFP_SNAN || x.cls != SFP_QNAN)
		return sfp_nan2(s, f, y, z);
	return sfp_nan(s, f, x);
}

int sfp_cmp(struct fpn x, struct fpn y)
{
	int mag;

	if (x.cls == SFP_ZERO || y.cls == SFP_ZERO) {
		if (x.cls == y.cls)
			return 0;
		if (x.cls == SFP_ZERO)
			return y.sign ? 1 : -1;
		return x.sign ? -1 : 1;
	}
	if (x.sign != y.sign)
		return x.sign ? -1 : 1;
	if (x.cls == SFP_INF || y.cls == SFP_INF)
		mag = (x.cls == SFP_INF) - (y.cls == SFP_INF);
	else if (x.exp != y.exp)
		mag = x.exp < y.exp ? -1 : 1;
	else
		mag = (x.sig > y.sig) - (x.sig < y.sig);
	return x.sign ? -mag : mag;
}

/* -- Arithmetic ------------------------------------------------------------ */

/* A finite number sig / 2^125 * 2^exp; sig < 2^127, not always normalised. */
struct wide {
	unsigned sign;
	s32 exp;
	u128 sig;
};

static struct wide widen(struct fpn x)
{
	return (struct wide){ x.sign, x.exp, (u128)x.sig << 62 };
}

/*
 * Round (x + y) * 2^scale.  Bits lost in aligning become one sticky bit; that
 * is exact enough because operands have 106 significant bits at most, so that
 * bits are only lost when the sum keeps its high bits.
 */
static u64 add_wide(struct sfp *s, const struct sfp_fmt *f, struct wide x,
		    struct wide y, s32 scale)
{
	struct wide t;
	u128 sum;

	if (x.exp < y.exp) {
		t = x;
		x = y;
		y = t;
	}
	y.sig = shr_sticky(y.sig, (unsigned)MIN(x.exp - y.exp, 128));
	if (x.sign == y.sign) {
		sum = x.sig + y.sig;
	} else if (x.sig >= y.sig) {
		sum = x.sig - y.sig;
	} else {
		sum = y.sig - x.sig;
		x.sign = y.sign;
	}
	if (sum == 0)
		return sfp_zero(f, s->round == IR_RMI);
	return round128(s, f, x.sign, x.exp + 2 + scale, sum);
}

static u64 round_fpn(struct sfp *s, const struct sfp_fmt *f, struct fpn x)
{
	return sfp_round(s, f, x.sign, x.exp, x.sig);
}

/* x + y where one is a NaN, an infinity or a zero. */
static u64 add_special(struct sfp *s, const struct sfp_fmt *f, struct fpn x,
		       struct fpn y)
{
	if (sfp_is_nan(x) || sfp_is_nan(y))
		return sfp_nan2(s, f, x, y);
	if (x.cls == SFP_INF && y.cls == SFP_INF && x.sign != y.sign)
		return sfp_invalid(s, f);
	if (x.cls == SFP_INF)
		return sfp_inf(f, x.sign);
	if (y.cls == SFP_INF)
		return sfp_inf(f, y.sign);
	if (x.cls == SFP_FINITE)
		return round_fpn(s, f, x);
	if (y.cls == SFP_FINITE)
		return round_fpn(s, f, y);
	if (x.sign == y.sign)
		return sfp_zero(f, x.sign);
	return sfp_zero(f, s->round == IR_RMI);
}

u64 sfp_add(struct sfp *s, const struct sfp_fmt *f, struct fpn x,
	    struct fpn y)
{
	if (unlikely(x.cls != SFP_FINITE || y.cls != SFP_FINITE))
		return add_special(s, f, x, y);
	return add_wide(s, f, widen(x), widen(y), 0);
}

u64 sfp_mul(struct sfp *s, const struct sfp_fmt *f, struct fpn x,
	    struct fpn y)
{
	unsigned sign = x.sign ^ y.sign;

	if (likely(x.cls == SFP_FINITE && y.cls == SFP_FINITE))
		return round128(s, f, sign, x.exp + y.exp + 1,
				(u128)x.sig * y.sig);
	if (sfp_is_nan(x) || sfp_is_nan(y))
		return sfp_nan2(s, f, x, y);
	if (x.cls != SFP_INF && y.cls != SFP_INF)
		return sfp_zero(f, sign);
	if (x.cls == SFP_ZERO || y.cls == SFP_ZERO)
		return sfp_invalid(s, f);
	return sfp_inf(f, sign);
}

u64 sfp_div(struct sfp *s, const struct sfp_fmt *f, struct fpn x,
	    struct fpn y)
{
	unsigned sign = x.sign ^ y.sign;
	u128 num;
	u64 quo;

	if (likely(x.cls == SFP_FINITE && y.cls == SFP_FINITE)) {
		num = (u128)x.sig << 62;	/* 2^61 < quo < 2^63 */
		quo = (u64)(num / y.sig);
		quo |= (u128)quo * y.sig != num;
		return round128(s, f, sign, x.exp - y.exp + 1,
				(u128)quo << 64);
	}
	if (sfp_is_nan(x) || sfp_is_nan(y))
		return sfp_nan2(s, f, x, y);
	if (x.cls == y.cls)		/* both zero or both infinite */
		return sfp_invalid(s, f);
	if (x.cls == SFP_INF)
		return sfp_inf(f, sign);
	if (y.cls == SFP_ZERO) {
		s->flags |= FPSR_DZC;
		return sfp_inf(f, sign);
	}
	return sfp_zero(f, sign);
}

/* The integer square root of v < 2^126, bit 0 sticky; the root has 63 bits of
 * which the top `need` are computed (the rest are sticky too). */
static u64 root_sticky(u128 v, unsigned need)
{
	u64 root = 0, bit = 1ull << 62;
	u128 rem = v;

	/* Invariant: rem = v - root^2, and root + bit is tried next. */
	for (; need > 0 && bit; need--, bit >>= 1) {
		u128 step = ((u128)root << 1 | bit) * bit;

		if (rem >= step) {
			rem -= step;
			root |= bit;
		}
	}
	return root | (rem != 0);
}

u64 sfp_sqrt(struct sfp *s, const struct sfp_fmt *f, struct fpn x)
{
	u128 v;
	u64 root;

	if (sfp_is_nan(x))
		return sfp_nan(s, f, x);
	if (x.cls == SFP_ZERO)
		return sfp_zero(f, x.sign);
	if (x.sign)
		return sfp_invalid(s, f);
	if (x.cls == SFP_INF)
		return sfp_inf(f, 0);
	/* v / 2^124 in [1, 4), its root * 2^62 in [2^62, 2^63). */
	v = (u128)x.sig << (x.exp & 1 ? 62 : 61);
	root = root_sticky(v, f->fbits + 3);
	return sfp_round(s, f, 0, (x.exp - (x.exp & 1)) / 2, root << 1);
}

u64 sfp_fma(struct sfp *s, const struct sfp_fmt *f, struct fpn z,
	    struct fpn x, struct fpn y, s32 scale)
{
	bool inf = x.cls == SFP_INF || y.cls == SFP_INF;
	bool zero = x.cls == SFP_ZERO || y.cls == SFP_ZERO;
	struct wide p;

	p.sign = x.sign ^ y.sign;
	if (unlikely(sfp_is_nan(x) || sfp_is_nan(y) || sfp_is_nan(z))) {
		/* inf * 0 gives the default NaN even if z is a quiet NaN. */
		if (z.cls == SFP_QNAN && inf && zero && !s->x86)
			return sfp_invalid(s, f);
		return sfp_nan3(s, f, z, x, y);
	}
	if (unlikely(inf || z.cls == SFP_INF)) {
		if (inf && (zero || (z.cls == SFP_INF && z.sign != p.sign)))
			return sfp_invalid(s, f);
		return sfp_inf(f, inf ? p.sign : z.sign);
	}
	if (zero && z.cls == SFP_ZERO) {
		if (z.sign == p.sign)
			return sfp_zero(f, z.sign);
		return sfp_zero(f, s->round == IR_RMI);
	}
	if (zero)
		return sfp_round(s, f, z.sign, z.exp + scale, z.sig);
	p.exp = x.exp + y.exp;
	p.sig = (u128)x.sig * y.sig >> 1;	/* exact: low bits are zero */
	if (z.cls == SFP_ZERO)
		return round128(s, f, p.sign, p.exp + 2 + scale, p.sig);
	return add_wide(s, f, p, widen(z), scale);
}
