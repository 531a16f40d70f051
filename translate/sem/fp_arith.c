/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * FP arithmetic and comparisons, scalar and by lanes: the Arm pseudocode
 * functions of the same names over the core in softfp.c.
 */
#include "translate/sem/softfp.h"

static u64 neg_if(const struct sfp_fmt *f, bool cond, u64 x)
{
	return cond ? x ^ sfp_sign_bit(f) : x;
}

/* -- Elementary ------------------------------------------------------------ */

static u64 fp_add(struct sfp *s, const struct sfp_fmt *f, u64 x, u64 y, u64 z)
{
	struct fpn a = sfp_unpack(s, f, x), b = sfp_unpack(s, f, y);

	return sfp_add(s, f, a, b);
}

static u64 fp_sub(struct sfp *s, const struct sfp_fmt *f, u64 x, u64 y, u64 z)
{
	struct fpn a = sfp_unpack(s, f, x), b = sfp_unpack(s, f, y);

	if (!sfp_is_nan(b))	/* a NaN operand keeps its sign */
		b.sign ^= 1;
	return sfp_add(s, f, a, b);
}

static u64 fp_mul(struct sfp *s, const struct sfp_fmt *f, u64 x, u64 y, u64 z)
{
	struct fpn a = sfp_unpack(s, f, x), b = sfp_unpack(s, f, y);

	return sfp_mul(s, f, a, b);
}

static u64 fp_mulx(struct sfp *s, const struct sfp_fmt *f, u64 x, u64 y, u64 z)
{
	struct fpn a = sfp_unpack(s, f, x), b = sfp_unpack(s, f, y);

	if ((a.cls == SFP_INF && b.cls == SFP_ZERO) ||
	    (a.cls == SFP_ZERO && b.cls == SFP_INF))
		return sfp_round(s, f, a.sign ^ b.sign, 1, 1ull << 63);
	return sfp_mul(s, f, a, b);
}

static u64 fp_div(struct sfp *s, const struct sfp_fmt *f, u64 x, u64 y, u64 z)
{
	struct fpn a = sfp_unpack(s, f, x), b = sfp_unpack(s, f, y);

	return sfp_div(s, f, a, b);
}

static u64 fp_sqrt(struct sfp *s, const struct sfp_fmt *f, u64 x, u64 y, u64 z)
{
	return sfp_sqrt(s, f, sfp_unpack(s, f, x));
}

static u64 mul_add(struct sfp *s, const struct sfp_fmt *f, u64 acc, u64 x,
		   u64 y)
{
	struct fpn c = sfp_unpack(s, f, acc), a = sfp_unpack(s, f, x),
		   b = sfp_unpack(s, f, y);

	return sfp_fma(s, f, c, a, b, 0);
}

static u64 fp_madd(struct sfp *s, const struct sfp_fmt *f, u64 x, u64 y, u64 z)
{
	unsigned aux = sem_aux(s->desc);

	return mul_add(s, f, neg_if(f, aux & IR_AUX3, z),
		       neg_if(f, aux & IR_HIGH, x), y);
}

static u64 fp_abs(struct sfp *s, const struct sfp_fmt *f, u64 x, u64 y, u64 z)
{
	return x & ~sfp_sign_bit(f);
}

static u64 fp_neg(struct sfp *s, const struct sfp_fmt *f, u64 x, u64 y, u64 z)
{
	return x ^ sfp_sign_bit(f);
}

SEM_FP(FADD, fp_add)
SEM_FP(FSUB, fp_sub)
SEM_FP(FMUL, fp_mul)
SEM_FP(FMULX, fp_mulx)
SEM_FP(FDIV, fp_div)
SEM_FP(FSQRT, fp_sqrt)
SEM_FP(FMADD, fp_madd)
SEM_FP(FABS, fp_abs)
SEM_FP(FNEG, fp_neg)

/* -- Maximum and minimum --------------------------------------------------- */

/* max or min of unpacked operands whose encodings are x and y. */
static u64 pick(struct sfp *s, const struct sfp_fmt *f, struct fpn a,
		struct fpn b, u64 x, u64 y, bool max)
{
	bool first;

	if (sfp_is_nan(a) || sfp_is_nan(b))
		return sfp_nan2(s, f, a, b);
	if (a.cls == SFP_ZERO && b.cls == SFP_ZERO)
		return sfp_zero(f, max ? a.sign & b.sign : a.sign | b.sign);
	first = max ? sfp_cmp(a, b) > 0 : sfp_cmp(a, b) < 0;
	if ((first ? a : b).cls == SFP_ZERO)	/* may be a flushed denormal */
		return sfp_zero(f, (first ? a : b).sign);
	return first ? x : y;
}

static u64 fp_max(struct sfp *s, const struct sfp_fmt *f, u64 x, u64 y, u64 z)
{
	struct fpn a = sfp_unpack(s, f, x), b = sfp_unpack(s, f, y);

	return pick(s, f, a, b, x, y, true);
}

static u64 fp_min(struct sfp *s, const struct sfp_fmt *f, u64 x, u64 y, u64 z)
{
	struct fpn a = sfp_unpack(s, f, x), b = sfp_unpack(s, f, y);

	return pick(s, f, a, b, x, y, false);
}

/* FPMaxNum, FPMinNum: one quiet NaN against a number loses. */
static u64 pick_num(struct sfp *s, const struct sfp_fmt *f, u64 x, u64 y,
		    bool max)
{
	struct fpn a = sfp_unpack(s, f, x), b = sfp_unpack(s, f, y);
	const struct fpn worst = { SFP_INF, max, 0, 0 };

	if (a.cls == SFP_QNAN && b.cls != SFP_QNAN) {
		a = worst;
		x = sfp_inf(f, max);
	} else if (b.cls == SFP_QNAN && a.cls != SFP_QNAN) {
		b = worst;
		y = sfp_inf(f, max);
	}
	return pick(s, f, a, b, x, y, max);
}

static u64 fp_maxnm(struct sfp *s, const struct sfp_fmt *f, u64 x, u64 y, u64 z)
{
	return pick_num(s, f, x, y, true);
}

static u64 fp_minnm(struct sfp *s, const struct sfp_fmt *f, u64 x, u64 y, u64 z)
{
	return pick_num(s, f, x, y, false);
}

SEM_FP(FMAX, fp_max)
SEM_FP(FMIN, fp_min)
SEM_FP(FMAXNM, fp_maxnm)
SEM_FP(FMINNM, fp_minnm)

/* -- Comparisons ----------------------------------------------------------- */

/* -1, 0, 1 or 2 for unordered, raising IOC as asked for quiet NaNs. */
static int compare(struct sfp *s, const struct sfp_fmt *f, u64 x, u64 y,
		   bool signalling)
{
	struct fpn a = sfp_unpack(s, f, x), b = sfp_unpack(s, f, y);

	if (!sfp_is_nan(a) && !sfp_is_nan(b))
		return sfp_cmp(a, b);
	if (signalling || a.cls == SFP_SNAN || b.cls == SFP_SNAN)
		s->flags |= FPSR_IOC;
	return 2;
}

static u64 lane_bool(bool v)
{
	return v ? ~0ull : 0;
}

static u64 fp_cmeq(struct sfp *s, const struct sfp_fmt *f, u64 x, u64 y, u64 z)
{
	return lane_bool(compare(s, f, x, y, false) == 0);
}

static u64 fp_cmge(struct sfp *s, const struct sfp_fmt *f, u64 x, u64 y, u64 z)
{
	int order = compare(s, f, x, y, true);

	return lane_bool(order == 0 || order == 1);
}

static u64 fp_cmgt(struct sfp *s, const struct sfp_fmt *f, u64 x, u64 y, u64 z)
{
	return lane_bool(compare(s, f, x, y, true) == 1);
}

static u64 fp_acge(struct sfp *s, const struct sfp_fmt *f, u64 x, u64 y, u64 z)
{
	return fp_cmge(s, f, fp_abs(s, f, x, 0, 0), fp_abs(s, f, y, 0, 0), 0);
}

static u64 fp_acgt(struct sfp *s, const struct sfp_fmt *f, u64 x, u64 y, u64 z)
{
	return fp_cmgt(s, f, fp_abs(s, f, x, 0, 0), fp_abs(s, f, y, 0, 0), 0);
}

SEM_FP(FCMEQ, fp_cmeq)
SEM_FP(FCMGE, fp_cmge)
SEM_FP(FCMGT, fp_cmgt)
SEM_FP(FACGE, fp_acge)
SEM_FP(FACGT, fp_acgt)

u32 sem_fcmp(struct cpu *cpu, unsigned aux, const union v128 *a,
	     const union v128 *b)
{
	static const u32 flags[4] = {	/* by order + 1 */
		FLAG_N, FLAG_Z | FLAG_C, FLAG_C, FLAG_C | FLAG_V
	};
	struct sfp s = sfp_begin(cpu, 0);
	const struct sfp_fmt *f = &sfp_fmt[aux & IR_ESIZE];
	int order = compare(&s, f, a->d[0], b->d[0], aux & IR_HIGH);

	sfp_end(cpu, &s);
	return flags[order + 1];
}

/* -- Pairwise -------------------------------------------------------------- */

/* d = fn over adjacent lanes of a, then of b. */
static void fp_pairs(struct cpu *cpu, u64 desc, union v128 *d,
		     const union v128 *a, const union v128 *b, fp_fn *fn)
{
	unsigned es = sem_aux(desc) & IR_ESIZE, n = sem_bytes(desc) >> es, i;
	union v128 even = sem_zero, odd = sem_zero;

	for (i = 0; i < n; i++) {
		const union v128 *v = i < n / 2 ? a : b;
		unsigned k = i < n / 2 ? 2 * i : 2 * i - n;

		if (es == SFP_F64) {
			even.d[i] = v->d[k];
			odd.d[i] = v->d[k + 1];
		} else if (es == SFP_F32) {
			even.s[i] = v->s[k];
			odd.s[i] = v->s[k + 1];
		} else {
			even.h[i & 7] = v->h[k & 7];
			odd.h[i & 7] = v->h[(k + 1) & 7];
		}
	}
	sfp_map(cpu, desc, d, &even, &odd, NULL, fn);
}

#define SEM_FP_PAIRS(name, fn)						\
void sem_##name(struct cpu *cpu, u64 desc, union v128 *d,		\
		const union v128 *a, const union v128 *b,		\
		const union v128 *c)					\
{									\
	fp_pairs(cpu, desc, d, a, b, fn);				\
}

SEM_FP_PAIRS(FADDP, fp_add)
SEM_FP_PAIRS(FMAXP, fp_max)
SEM_FP_PAIRS(FMINP, fp_min)
SEM_FP_PAIRS(FMAXNMP, fp_maxnm)
SEM_FP_PAIRS(FMINNMP, fp_minnm)

/* -- Complex numbers: even lanes real, odd lanes imaginary ----------------- */

static u64 get_lane(const union v128 *v, unsigned es, unsigned i)
{
	if (es == SFP_F64)
		return v->d[i & 1];
	return es == SFP_F32 ? v->s[i & 3] : v->h[i & 7];
}

static void set_lane(union v128 *v, unsigned es, unsigned i, u64 x)
{
	if (es == SFP_F64)
		v->d[i & 1] = x;
	else if (es == SFP_F32)
		v->s[i & 3] = (u32)x;
	else
		v->h[i & 7] = (u16)x;
}

void sem_FCADD(struct cpu *cpu, u64 desc, union v128 *d,
	       const union v128 *a, const union v128 *b, const union v128 *c)
{
	unsigned es = sem_aux(desc) & IR_ESIZE, n = sem_bytes(desc) >> es, i;
	const struct sfp_fmt *f = &sfp_fmt[es];
	bool rot270 = sem_imm(desc) & 1;
	union v128 t = sem_zero;

	for (i = 0; i + 1 < n; i += 2) {
		set_lane(&t, es, i,
			 neg_if(f, !rot270, get_lane(b, es, i + 1)));
		set_lane(&t, es, i + 1, neg_if(f, rot270, get_lane(b, es, i)));
	}
	sfp_map(cpu, desc, d, a, &t, NULL, fp_add);
}

void sem_FCMLA(struct cpu *cpu, u64 desc, union v128 *d,
	       const union v128 *a, const union v128 *b, const union v128 *c)
{
	unsigned es = sem_aux(desc) & IR_ESIZE, n = sem_bytes(desc) >> es, i;
	const struct sfp_fmt *f = &sfp_fmt[es];
	unsigned rot = sem_imm(desc) & 3;
	struct sfp s = sfp_begin(cpu, desc);
	union v128 r = sem_zero;

	for (i = 0; i + 1 < n; i += 2) {
		u64 x = get_lane(a, es, i + (rot & 1));
		u64 re = get_lane(b, es, i), im = get_lane(b, es, i + 1);
		u64 y0 = neg_if(f, rot == 1 || rot == 2, rot & 1 ? im : re);
		u64 y1 = neg_if(f, rot >= 2, rot & 1 ? re : im);

		set_lane(&r, es, i, mul_add(&s, f, get_lane(c, es, i), x, y0));
		set_lane(&r, es, i + 1,
			 mul_add(&s, f, get_lane(c, es, i + 1), x, y1));
	}
	*d = r;
	sfp_end(cpu, &s);
}

/* -- Widening multiply-add ------------------------------------------------- */

/* FPMulAddH: F16 operands, of which NaNs arrive widened, and an F32 sum. */
void sem_FMLAL(struct cpu *cpu, u64 desc, union v128 *d,
	       const union v128 *a, const union v128 *b, const union v128 *c)
{
	const struct sfp_fmt *half = &sfp_fmt[SFP_F16], *f = &sfp_fmt[SFP_F32];
	unsigned n = sem_bytes(desc) / 4, i, k;
	struct sfp s = sfp_begin(cpu, desc);
	union v128 r = sem_zero;

	for (i = 0; i < n; i++) {
		struct fpn x, y, z;

		k = sem_aux(desc) & IR_HIGH ? n + i : i;
		z = sfp_unpack(&s, f, c->s[i]);
		x = sfp_unpack(&s, half,
			       neg_if(half, sem_aux(desc) & IR_AUX3, a->h[k]));
		y = sfp_unpack(&s, half, b->h[k]);
		r.s[i] = (u32)sfp_fma(&s, f, z, x, y, 0);
	}
	*d = r;
	sfp_end(cpu, &s);
}
