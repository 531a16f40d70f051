/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * PCMPESTRI, PCMPESTRM, PCMPISTRI, PCMPISTRM (SDM vol. 2, 4.1: the immediate
 * byte and its terms).  a is the first operand, b the second.
 */
#include "translate/sem/xvec.h"

enum { ANY, RANGES, EACH, ORDERED };

struct strings {
	s32 a[16], b[16];	/* elements */
	int n, na, nb;		/* how many there are, how many are valid */
	unsigned res1, res2;	/* IntRes1, IntRes2 */
};

static void unpack(s32 *e, const union v128 *v, unsigned format)
{
	for (unsigned i = 0; i < 16; i++) {
		if (format & 1)
			e[i] = format & 2 ? v->sh[i & 7] : v->h[i & 7];
		else
			e[i] = format & 2 ? v->sb[i] : v->b[i];
	}
}

static int until_zero(const s32 *e, int n)
{
	int k = 0;

	while (k < n && e[k])
		k++;
	return k;
}

/* Lengths count without sign, and no further than the register goes. */
static int length(s64 v, int n)
{
	u64 mag = v < 0 ? -(u64)v : (u64)v;

	return mag > (u64)n ? n : (int)mag;
}

static bool in_ranges(const struct strings *t, s32 x)
{
	for (int i = 0; i + 1 < t->na; i += 2)
		if (t->a[i] <= x && x <= t->a[i + 1])
			return true;
	return false;
}

static bool is_any(const struct strings *t, s32 x)
{
	for (int i = 0; i < t->na; i++)
		if (t->a[i] == x)
			return true;
	return false;
}

/* Does a, as far as it is valid and fits, stand in b at j? */
static bool found_at(const struct strings *t, int j)
{
	for (int i = 0; i < t->na && i + j < t->n; i++)
		if (i + j >= t->nb || t->a[i] != t->b[i + j])
			return false;
	return true;
}

static bool element(const struct strings *t, unsigned mode, int j)
{
	bool va = j < t->na, vb = j < t->nb;

	switch (mode) {
	case ANY:
		return vb && is_any(t, t->b[j]);
	case RANGES:
		return vb && in_ranges(t, t->b[j]);
	case EACH:
		return va && vb ? t->a[j] == t->b[j] : va == vb;
	default:
		return found_at(t, j);
	}
}

static void compare(struct strings *t, unsigned imm)
{
	unsigned all = (1u << t->n) - 1;

	t->res1 = 0;
	for (int j = 0; j < t->n; j++)
		if (element(t, imm >> 2 & 3, j))
			t->res1 |= 1u << j;
	t->res2 = t->res1;
	if ((imm >> 4 & 3) == 1)
		t->res2 ^= all;
	else if ((imm >> 4 & 3) == 3)
		t->res2 ^= (1u << t->nb) - 1;
}

static struct strings begin(unsigned imm, const union v128 *a,
			    const union v128 *b)
{
	struct strings t = { .n = imm & 1 ? 8 : 16 };

	unpack(t.a, a, imm & 3);
	unpack(t.b, b, imm & 3);
	return t;
}

static struct strings implicit(const struct xsem *s, const union v128 *a,
			       const union v128 *b)
{
	struct strings t = begin(s->imm, a, b);

	t.na = until_zero(t.a, t.n);
	t.nb = until_zero(t.b, t.n);
	compare(&t, s->imm);
	return t;
}

static struct strings explicit(const struct xsem *s, const union v128 *a,
			       const union v128 *b, const union v128 *len)
{
	struct strings t = begin(s->imm, a, b);

	t.na = length(len->sd[0], t.n);
	t.nb = length(len->sd[1], t.n);
	compare(&t, s->imm);
	return t;
}

static unsigned index_of(const struct strings *t, unsigned imm)
{
	if (!t->res2)
		return (unsigned)t->n;
	return imm & 0x40 ? 31 - (unsigned)__builtin_clz(t->res2) :
			    (unsigned)__builtin_ctz(t->res2);
}

static union v128 mask_of(const struct strings *t, unsigned imm)
{
	union v128 r = xsem_int(t->res2);

	if (!(imm & 0x40))
		return r;
	for (int i = 0; i < 16; i++)
		r.b[i] = t->res2 >> (t->n == 8 ? i / 2 : i) & 1 ? 0xff : 0;
	return r;
}

static u32 flags_of(const struct strings *t)
{
	return (t->res2 ? FLAG_C : 0) | (t->nb < t->n ? FLAG_Z : 0) |
	       (t->na < t->n ? FLAG_N : 0) | (t->res2 & 1 ? FLAG_V : 0);
}

XSEM(PCMPISTRI)
{
	struct strings t = implicit(s, &a, &b);

	return xsem_int(index_of(&t, s->imm));
}

XSEM(PCMPISTRI_F)
{
	struct strings t = implicit(s, &a, &b);

	return xsem_int(flags_of(&t));
}

XSEM(PCMPISTRM)
{
	struct strings t = implicit(s, &a, &b);

	return mask_of(&t, s->imm);
}

XSEM(PCMPESTRI)
{
	struct strings t = explicit(s, &a, &b, &c);

	return (union v128){ .d = { index_of(&t, s->imm),
				    flags_to_eflags(flags_of(&t)) } };
}

XSEM(PCMPESTRM)
{
	struct strings t = explicit(s, &a, &b, &c);

	return mask_of(&t, s->imm);
}
