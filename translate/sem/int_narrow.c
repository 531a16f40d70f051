/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Widening and narrowing: lanes of the given esize against lanes twice as
 * wide.  Long operations read the low or (aux bit 2) high half of their
 * operands; narrowing ones write the low half, or keep b's low half and write
 * the high one.
 */
#include "translate/sem/lanes.h"

/* A wide result lane from two narrow ones, zero-extended; l->w is narrow. */
typedef u64 long_fn(struct lane *l, u64 x, u64 y);

LANE_INLINE void long_map(struct cpu *cpu, u64 desc, union v128 *d,
			  const union v128 *a, const union v128 *b,
			  long_fn *fn)
{
	unsigned es = sem_aux(desc) & IR_ESIZE, n = 8u >> es, i, k;
	union v128 r = sem_zero, y = sem_operand(b);
	struct lane l = { .w = 8u << es };

	if (es > 2)
		n = 0;
	for (i = 0; i < n; i++) {
		k = sem_aux(desc) & IR_HIGH ? n + i : i;
		lane_set(&r, es + 1, i, fn(&l, lane_get(a, es, k),
					   lane_get(&y, es, k)));
	}
	*d = r;
	if (l.sat)
		cpu->fpsr |= FPSR_QC;
}

#define SEM_LONG(name, fn)						\
void sem_##name(struct cpu *cpu, u64 desc, union v128 *d,		\
		const union v128 *a, const union v128 *b,		\
		const union v128 *c)					\
{									\
	long_map(cpu, desc, d, a, b, fn);				\
}

LANE_INLINE u64 uxtl(struct lane *l, u64 x, u64 y)
{
	return x;
}

LANE_INLINE u64 sxtl(struct lane *l, u64 x, u64 y)
{
	return (u64)lane_signed(x, l->w);
}

LANE_INLINE u64 umull(struct lane *l, u64 x, u64 y)
{
	return x * y;
}

LANE_INLINE u64 smull(struct lane *l, u64 x, u64 y)
{
	return (u64)(lane_signed(x, l->w) * lane_signed(y, l->w));
}

LANE_INLINE u64 sqdmull(struct lane *l, u64 x, u64 y)
{
	s128 p = (s128)lane_signed(x, l->w) * lane_signed(y, l->w);

	return lane_sat_s(l, 2 * p, 2 * l->w);
}

SEM_LONG(VUXTL, uxtl)
SEM_LONG(VSXTL, sxtl)
SEM_LONG(VUMULL, umull)
SEM_LONG(VSMULL, smull)
SEM_LONG(VSQDMULL, sqdmull)

/* -- Narrowing ------------------------------------------------------------- */

/* A narrow result lane from a wide one; l->w is narrow. */
typedef u64 narrow_fn(struct lane *l, u64 x);

LANE_INLINE void narrow_map(struct cpu *cpu, u64 desc, union v128 *d,
			    const union v128 *a, const union v128 *b,
			    narrow_fn *fn)
{
	unsigned es = sem_aux(desc) & IR_ESIZE, n = 8u >> es, i;
	struct lane l = { .w = 8u << es };
	union v128 r = sem_zero;
	u64 low = 0;

	if (es > 2)
		n = 0;
	for (i = 0; i < n; i++)
		lane_set(&r, es, i, fn(&l, lane_get(a, es + 1, i)));
	if (sem_aux(desc) & IR_HIGH) {
		low = b->d[0];
		r.d[1] = r.d[0];
		r.d[0] = low;
	}
	*d = r;
	if (l.sat)
		cpu->fpsr |= FPSR_QC;
}

#define SEM_NARROW(name, fn)						\
void sem_##name(struct cpu *cpu, u64 desc, union v128 *d,		\
		const union v128 *a, const union v128 *b,		\
		const union v128 *c)					\
{									\
	narrow_map(cpu, desc, d, a, b, fn);				\
}

LANE_INLINE u64 xtn(struct lane *l, u64 x)
{
	return x;
}

LANE_INLINE u64 sqxtn(struct lane *l, u64 x)
{
	return lane_sat_s(l, lane_signed(x, 2 * l->w), l->w);
}

LANE_INLINE u64 uqxtn(struct lane *l, u64 x)
{
	return lane_sat_u(l, (s128)x, l->w);
}

LANE_INLINE u64 sqxtun(struct lane *l, u64 x)
{
	return lane_sat_u(l, lane_signed(x, 2 * l->w), l->w);
}

SEM_NARROW(VXTN, xtn)
SEM_NARROW(VSQXTN, sqxtn)
SEM_NARROW(VUQXTN, uqxtn)
SEM_NARROW(VSQXTUN, sqxtun)
