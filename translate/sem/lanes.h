/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Private to translate/sem/: integer functions applied to each lane.
 *
 * A lane_fn gets the lanes x, y, z of the operands a, b, c zero-extended
 * (absent operands read as zero) and returns the result lane in the low bits.
 * SEM_LANES makes a sem_NAME of it; the compiler specialises the loop for
 * each lane width, so that l->w is a constant inside the lane_fn.
 */
#ifndef TRANSLATE_SEM_LANES_H
#define TRANSLATE_SEM_LANES_H

#include "translate/sem/ops.h"

#define LANE_INLINE static inline __attribute__((always_inline))

struct lane {
	unsigned w;		/* width in bits */
	s32 imm;
	bool sat;		/* out: some lane saturated */
};

typedef u64 lane_fn(struct lane *l, u64 x, u64 y, u64 z);

LANE_INLINE void lanes_map(struct cpu *cpu, u64 desc, union v128 *d,
			   const union v128 *a, const union v128 *b,
			   const union v128 *c, lane_fn *fn)
{
	union v128 r = sem_zero, x = sem_operand(a), y = sem_operand(b),
		z = sem_operand(c);
	unsigned es = sem_aux(desc) & IR_ESIZE, n = sem_bytes(desc) >> es, i;
	struct lane l = { 8u << es, sem_imm(desc), false };

	switch (es) {
	case 0:
		for (l.w = 8, i = 0; i < n; i++)
			r.b[i] = (u8)fn(&l, x.b[i], y.b[i], z.b[i]);
		break;
	case 1:
		for (l.w = 16, i = 0; i < n; i++)
			r.h[i] = (u16)fn(&l, x.h[i], y.h[i], z.h[i]);
		break;
	case 2:
		for (l.w = 32, i = 0; i < n; i++)
			r.s[i] = (u32)fn(&l, x.s[i], y.s[i], z.s[i]);
		break;
	default:
		for (l.w = 64, i = 0; i < n; i++)
			r.d[i] = fn(&l, x.d[i], y.d[i], z.d[i]);
		break;
	}
	*d = r;
	if (l.sat)
		cpu->fpsr |= FPSR_QC;
}

/* sem_NAME from a lane_fn. */
#define SEM_LANES(name, fn)						\
void sem_##name(struct cpu *cpu, u64 desc, union v128 *d,		\
		const union v128 *a, const union v128 *b,		\
		const union v128 *c)					\
{									\
	lanes_map(cpu, desc, d, a, b, c, fn);				\
}

/* Lane i of 8 << es bits. */
LANE_INLINE u64 lane_get(const union v128 *v, unsigned es, unsigned i)
{
	switch (es) {
	case 0:
		return v->b[i & 15];
	case 1:
		return v->h[i & 7];
	case 2:
		return v->s[i & 3];
	default:
		return v->d[i & 1];
	}
}

LANE_INLINE void lane_set(union v128 *v, unsigned es, unsigned i, u64 x)
{
	switch (es) {
	case 0:
		v->b[i & 15] = (u8)x;
		break;
	case 1:
		v->h[i & 7] = (u16)x;
		break;
	case 2:
		v->s[i & 3] = (u32)x;
		break;
	default:
		v->d[i & 1] = x;
		break;
	}
}

/* Lane value as a signed number. */
LANE_INLINE s64 lane_signed(u64 x, unsigned w)
{
	return bits_sext(x, w);
}

/* Saturate to w bits, noting whether that changed the value. */
LANE_INLINE u64 lane_sat_s(struct lane *l, s128 v, unsigned w)
{
	s128 max = ((s128)1 << (w - 1)) - 1, min = -max - 1;

	if (v > max || v < min) {
		l->sat = true;
		v = v < 0 ? min : max;
	}
	return (u64)v;
}

LANE_INLINE u64 lane_sat_u(struct lane *l, s128 v, unsigned w)
{
	s128 max = ((s128)1 << w) - 1;

	if (v > max || v < 0) {
		l->sat = true;
		v = v < 0 ? 0 : max;
	}
	return (u64)v;
}

#endif
