/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Vector logic, and integer arithmetic on lanes that does not saturate;
 * pairwise and across-vector forms.
 */
#include "translate/sem/lanes.h"

/* -- Logic ----------------------------------------------------------------- */

static union v128 v_and(u64 desc, union v128 a, union v128 b, union v128 c)
{
	return (union v128){ .d = { a.d[0] & b.d[0], a.d[1] & b.d[1] } };
}

static union v128 v_andn(u64 desc, union v128 a, union v128 b, union v128 c)
{
	return (union v128){ .d = { a.d[0] & ~b.d[0], a.d[1] & ~b.d[1] } };
}

static union v128 v_or(u64 desc, union v128 a, union v128 b, union v128 c)
{
	return (union v128){ .d = { a.d[0] | b.d[0], a.d[1] | b.d[1] } };
}

static union v128 v_orn(u64 desc, union v128 a, union v128 b, union v128 c)
{
	return (union v128){ .d = { a.d[0] | ~b.d[0], a.d[1] | ~b.d[1] } };
}

static union v128 v_xor(u64 desc, union v128 a, union v128 b, union v128 c)
{
	return (union v128){ .d = { a.d[0] ^ b.d[0], a.d[1] ^ b.d[1] } };
}

static union v128 v_not(u64 desc, union v128 a, union v128 b, union v128 c)
{
	return (union v128){ .d = { ~a.d[0], ~a.d[1] } };
}

static union v128 v_bsl(u64 desc, union v128 a, union v128 b, union v128 c)
{
	return (union v128){ .d = { (a.d[0] & b.d[0]) | (~a.d[0] & c.d[0]),
				    (a.d[1] & b.d[1]) | (~a.d[1] & c.d[1]) } };
}

SEM_WHOLE(VAND, v_and)
SEM_WHOLE(VANDN, v_andn)
SEM_WHOLE(VOR, v_or)
SEM_WHOLE(VORN, v_orn)
SEM_WHOLE(VXOR, v_xor)
SEM_WHOLE(VNOT, v_not)
SEM_WHOLE(VBSL, v_bsl)

/* -- Sums and products ----------------------------------------------------- */

LANE_INLINE u64 add(struct lane *l, u64 x, u64 y, u64 z)
{
	return x + y;
}

LANE_INLINE u64 sub(struct lane *l, u64 x, u64 y, u64 z)
{
	return x - y;
}

LANE_INLINE u64 mul(struct lane *l, u64 x, u64 y, u64 z)
{
	return x * y;
}

LANE_INLINE u64 mla(struct lane *l, u64 x, u64 y, u64 z)
{
	return z + x * y;
}

LANE_INLINE u64 mls(struct lane *l, u64 x, u64 y, u64 z)
{
	return z - x * y;
}

LANE_INLINE u64 neg(struct lane *l, u64 x, u64 y, u64 z)
{
	return -x;
}

LANE_INLINE u64 absolute(struct lane *l, u64 x, u64 y, u64 z)
{
	return lane_signed(x, l->w) < 0 ? -x : x;
}

SEM_LANES(VADD, add)
SEM_LANES(VSUB, sub)
SEM_LANES(VMUL, mul)
SEM_LANES(VMLA, mla)
SEM_LANES(VMLS, mls)
SEM_LANES(VNEG, neg)
SEM_LANES(VABS, absolute)

/* -- Minimum, maximum, difference ------------------------------------------ */

LANE_INLINE bool less_s(struct lane *l, u64 x, u64 y)
{
	return lane_signed(x, l->w) < lane_signed(y, l->w);
}

LANE_INLINE u64 umin(struct lane *l, u64 x, u64 y, u64 z)
{
	return MIN(x, y);
}

LANE_INLINE u64 smin(struct lane *l, u64 x, u64 y, u64 z)
{
	return less_s(l, x, y) ? x : y;
}

LANE_INLINE u64 umax(struct lane *l, u64 x, u64 y, u64 z)
{
	return MAX(x, y);
}

LANE_INLINE u64 smax(struct lane *l, u64 x, u64 y, u64 z)
{
	return less_s(l, x, y) ? y : x;
}

LANE_INLINE u64 uabd(struct lane *l, u64 x, u64 y, u64 z)
{
	return x > y ? x - y : y - x;
}

LANE_INLINE u64 sabd(struct lane *l, u64 x, u64 y, u64 z)
{
	return less_s(l, x, y) ? y - x : x - y;
}

SEM_LANES(VUMIN, umin)
SEM_LANES(VSMIN, smin)
SEM_LANES(VUMAX, umax)
SEM_LANES(VSMAX, smax)
SEM_LANES(VUABD, uabd)
SEM_LANES(VSABD, sabd)

/* -- Halving: the sum has one bit more than the lane ----------------------- */

LANE_INLINE u64 uhadd(struct lane *l, u64 x, u64 y, u64 z)
{
	return (x & y) + ((x ^ y) >> 1);
}

LANE_INLINE u64 shadd(struct lane *l, u64 x, u64 y, u64 z)
{
	return (x & y) + (u64)(lane_signed(x ^ y, l->w) >> 1);
}

LANE_INLINE u64 urhadd(struct lane *l, u64 x, u64 y, u64 z)
{
	return (x | y) - ((x ^ y) >> 1);
}

LANE_INLINE u64 srhadd(struct lane *l, u64 x, u64 y, u64 z)
{
	return (x | y) - (u64)(lane_signed(x ^ y, l->w) >> 1);
}

LANE_INLINE u64 uhsub(struct lane *l, u64 x, u64 y, u64 z)
{
	return ((x ^ y) >> 1) - (~x & y);
}

LANE_INLINE u64 shsub(struct lane *l, u64 x, u64 y, u64 z)
{
	return (u64)(lane_signed(x ^ y, l->w) >> 1) - (~x & y);
}

SEM_LANES(VUHADD, uhadd)
SEM_LANES(VSHADD, shadd)
SEM_LANES(VURHADD, urhadd)
SEM_LANES(VSRHADD, srhadd)
SEM_LANES(VUHSUB, uhsub)
SEM_LANES(VSHSUB, shsub)

/* -- Comparisons: all ones or zero ----------------------------------------- */

LANE_INLINE u64 mask(bool v)
{
	return v ? ~0ull : 0;
}

LANE_INLINE u64 cmeq(struct lane *l, u64 x, u64 y, u64 z)
{
	return mask(x == y);
}

LANE_INLINE u64 cmgt(struct lane *l, u64 x, u64 y, u64 z)
{
	return mask(less_s(l, y, x));
}

LANE_INLINE u64 cmge(struct lane *l, u64 x, u64 y, u64 z)
{
	return mask(!less_s(l, x, y));
}

LANE_INLINE u64 cmhi(struct lane *l, u64 x, u64 y, u64 z)
{
	return mask(x > y);
}

LANE_INLINE u64 cmhs(struct lane *l, u64 x, u64 y, u64 z)
{
	return mask(x >= y);
}

LANE_INLINE u64 cmtst(struct lane *l, u64 x, u64 y, u64 z)
{
	return mask(x & y);
}

SEM_LANES(VCMEQ, cmeq)
SEM_LANES(VCMGT, cmgt)
SEM_LANES(VCMGE, cmge)
SEM_LANES(VCMHI, cmhi)
SEM_LANES(VCMHS, cmhs)
SEM_LANES(VCMTST, cmtst)

/* -- Counting -------------------------------------------------------------- */

LANE_INLINE u64 clz(struct lane *l, u64 x, u64 y, u64 z)
{
	return x ? (unsigned)__builtin_clzll(x) - (64 - l->w) : l->w;
}

LANE_INLINE u64 cls(struct lane *l, u64 x, u64 y, u64 z)
{
	u64 v = (x ^ (u64)(lane_signed(x, l->w) >> 1)) & bits_mask(l->w);

	return clz(l, v, 0, 0) - 1;
}

SEM_LANES(VCLZ, clz)
SEM_LANES(VCLS, cls)

static union v128 v_cnt(u64 desc, union v128 a, union v128 b, union v128 c)
{
	unsigned i;

	for (i = 0; i < 16; i++)
		a.b[i] = (u8)__builtin_popcount(a.b[i]);
	return a;
}
SEM_WHOLE(VCNT, v_cnt)

/* -- Pairwise and across --------------------------------------------------- */

/* Lane i of the result is fn of the i-th adjacent pair of lanes of b:a. */
LANE_INLINE void pairs(u64 desc, union v128 *d, const union v128 *a,
		       const union v128 *b, lane_fn *fn)
{
	unsigned es = sem_aux(desc) & IR_ESIZE, n = sem_bytes(desc) >> es, i;
	struct lane l = { .w = 8u << es };
	union v128 r = sem_zero;

	for (i = 0; i < n; i++) {
		const union v128 *v = i < n / 2 ? a : b;
		unsigned k = i < n / 2 ? 2 * i : 2 * i - n;

		lane_set(&r, es, i, fn(&l, lane_get(v, es, k),
				       lane_get(v, es, k + 1), 0));
	}
	*d = r;
}

#define SEM_PAIRS(name, fn)						\
void sem_##name(struct cpu *cpu, u64 desc, union v128 *d,		\
		const union v128 *a, const union v128 *b,		\
		const union v128 *c)					\
{									\
	pairs(desc, d, a, b, fn);					\
}

SEM_PAIRS(VADDP, add)
SEM_PAIRS(VUMAXP, umax)
SEM_PAIRS(VUMINP, umin)
SEM_PAIRS(VSMAXP, smax)
SEM_PAIRS(VSMINP, smin)

/* fn over all lanes of a, in lane 0 of d. */
LANE_INLINE void across(u64 desc, union v128 *d, const union v128 *a,
			lane_fn *fn)
{
	unsigned es = sem_aux(desc) & IR_ESIZE, i;
	unsigned n = (sem_aux(desc) & IR_HIGH ? 16 : 8) >> es;
	struct lane l = { .w = 8u << es };
	u64 x = lane_get(a, es, 0);

	for (i = 1; i < n; i++)
		x = fn(&l, x, lane_get(a, es, i), 0);
	d->d[0] = x & bits_mask(l.w);
	d->d[1] = 0;
}

#define SEM_ACROSS(name, fn)						\
void sem_##name(struct cpu *cpu, u64 desc, union v128 *d,		\
		const union v128 *a, const union v128 *b,		\
		const union v128 *c)					\
{									\
	across(desc, d, a, fn);						\
}

SEM_ACROSS(VADDV, add)
SEM_ACROSS(VUMAXV, umax)
SEM_ACROSS(VSMAXV, smax)
SEM_ACROSS(VUMINV, umin)
SEM_ACROSS(VSMINV, smin)

/* Sums of lanes in lanes twice as wide: of pairs, or of everything. */
static void long_sums(u64 desc, union v128 *d, const union v128 *a,
		      unsigned bytes, bool all, bool sign)
{
	unsigned es = sem_aux(desc) & IR_ESIZE, n = bytes >> es, i;
	unsigned w = 8u << es, group = all ? n : 2;
	union v128 r = sem_zero;
	u64 sum = 0, x;

	for (i = 0; i < n; i++) {
		x = lane_get(a, es, i);
		sum += sign ? (u64)lane_signed(x, w) : x;
		if ((i + 1) % group)
			continue;
		lane_set(&r, es + 1, i / group, sum);
		sum = 0;
	}
	*d = r;
}

void sem_VUADDLP(struct cpu *cpu, u64 desc, union v128 *d,
		 const union v128 *a, const union v128 *b,
		 const union v128 *c)
{
	long_sums(desc, d, a, sem_bytes(desc), false, false);
}

void sem_VSADDLP(struct cpu *cpu, u64 desc, union v128 *d,
		 const union v128 *a, const union v128 *b,
		 const union v128 *c)
{
	long_sums(desc, d, a, sem_bytes(desc), false, true);
}

void sem_VUADDLV(struct cpu *cpu, u64 desc, union v128 *d,
		 const union v128 *a, const union v128 *b,
		 const union v128 *c)
{
	long_sums(desc, d, a, sem_aux(desc) & IR_HIGH ? 16 : 8, true, false);
}

void sem_VSADDLV(struct cpu *cpu, u64 desc, union v128 *d,
		 const union v128 *a, const union v128 *b,
		 const union v128 *c)
{
	long_sums(desc, d, a, sem_aux(desc) & IR_HIGH ? 16 : 8, true, true);
}
