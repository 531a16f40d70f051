/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * BF16 dot products and multiply-adds.  BFDOT and BFMMLA ignore FPCR: they
 * round to odd (overflow to infinity), treat denormals as zeros on both
 * sides, give the default NaN and raise no flags (BFMulH, BFAdd).  BFMLALB/T
 * are ordinary fused F32 operations on widened elements.
 */
#include "translate/sem/softfp.h"

static struct sfp bf_context(void)
{
	return (struct sfp){ .round = SFP_ODD_INF, .flush = 0xff, .dn = true };
}

static u32 bf_mul(struct sfp *s, u16 x, u16 y)
{
	const struct sfp_fmt *f = &sfp_fmt[SFP_F32];

	return (u32)sfp_mul(s, f, sfp_unpack(s, f, (u32)x << 16),
			    sfp_unpack(s, f, (u32)y << 16));
}

static u32 bf_add(struct sfp *s, u32 x, u32 y)
{
	const struct sfp_fmt *f = &sfp_fmt[SFP_F32];

	return (u32)sfp_add(s, f, sfp_unpack(s, f, x), sfp_unpack(s, f, y));
}

/* sum + (x[0] * y[0] + x[1] * y[1]) */
static u32 bf_dot(struct sfp *s, u32 sum, const u16 *x, const u16 *y)
{
	u32 p = bf_mul(s, x[0], y[0]), q = bf_mul(s, x[1], y[1]);

	return bf_add(s, sum, bf_add(s, p, q));
}

static union v128 bfdot(u64 desc, union v128 a, union v128 b, union v128 c)
{
	struct sfp s = bf_context();
	unsigned i;

	for (i = 0; i < 4; i++)
		c.s[i] = bf_dot(&s, c.s[i], &a.h[2 * i], &b.h[2 * i]);
	return c;
}

/* 2x2 += 2x4 times the transposed of 2x4. */
static union v128 bfmmla(u64 desc, union v128 a, union v128 b, union v128 c)
{
	struct sfp s = bf_context();
	unsigned i;

	for (i = 0; i < 4; i++) {
		const u16 *x = &a.h[i / 2 * 4], *y = &b.h[i % 2 * 4];

		c.s[i] = bf_dot(&s, c.s[i], x, y);
		c.s[i] = bf_dot(&s, c.s[i], x + 2, y + 2);
	}
	return c;
}

SEM_WHOLE(BFDOT, bfdot)
SEM_WHOLE(BFMMLA, bfmmla)

void sem_BFMLAL(struct cpu *cpu, u64 desc, union v128 *d,
		const union v128 *a, const union v128 *b,
		const union v128 *c)
{
	const struct sfp_fmt *f = &sfp_fmt[SFP_F32];
	unsigned odd = sem_aux(desc) & IR_HIGH ? 1 : 0, i;
	struct sfp s = sfp_begin(cpu, desc);
	union v128 r = sem_zero;

	for (i = 0; i < sem_bytes(desc) / 4; i++) {
		struct fpn z = sfp_unpack(&s, f, c->s[i]);
		struct fpn x = sfp_unpack(&s, f, (u32)a->h[2 * i + odd] << 16);
		struct fpn y = sfp_unpack(&s, f, (u32)b->h[2 * i + odd] << 16);

		r.s[i] = (u32)sfp_fma(&s, f, z, x, y, 0);
	}
	*d = r;
	sfp_end(cpu, &s);
}
