/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Integer dot products and matrix multiplies of bytes into 32-bit sums.
 */
#include "translate/sem/ops.h"

static s32 byte_value(const u8 *p, bool sign)
{
	return sign ? (s8)*p : *p;
}

/* The products of n bytes at x and y; signedness per side. */
static u32 dot(const u8 *x, const u8 *y, unsigned n, bool sx, bool sy)
{
	u32 sum = 0;
	unsigned i;

	for (i = 0; i < n; i++)
		sum += (u32)(byte_value(x + i, sx) * byte_value(y + i, sy));
	return sum;
}

static union v128 dots(union v128 a, union v128 b, union v128 c, bool sx,
		       bool sy)
{
	unsigned i;

	for (i = 0; i < 4; i++)
		c.s[i] += dot(&a.b[4 * i], &b.b[4 * i], 4, sx, sy);
	return c;
}

/* 2x2 += 2x8 times the transposed of 2x8, all row by row. */
static union v128 mmla(union v128 a, union v128 b, union v128 c, bool sx,
		       bool sy)
{
	unsigned i;

	for (i = 0; i < 4; i++)
		c.s[i] += dot(&a.b[i / 2 * 8], &b.b[i % 2 * 8], 8, sx, sy);
	return c;
}

static union v128 udot(u64 desc, union v128 a, union v128 b, union v128 c)
{
	return dots(a, b, c, false, false);
}

static union v128 sdot(u64 desc, union v128 a, union v128 b, union v128 c)
{
	return dots(a, b, c, true, true);
}

static union v128 usdot(u64 desc, union v128 a, union v128 b, union v128 c)
{
	return dots(a, b, c, false, true);
}

static union v128 ummla(u64 desc, union v128 a, union v128 b, union v128 c)
{
	return mmla(a, b, c, false, false);
}

static union v128 smmla(u64 desc, union v128 a, union v128 b, union v128 c)
{
	return mmla(a, b, c, true, true);
}

static union v128 usmmla(u64 desc, union v128 a, union v128 b, union v128 c)
{
	return mmla(a, b, c, false, true);
}

SEM_WHOLE(VUDOT, udot)
SEM_WHOLE(VSDOT, sdot)
SEM_WHOLE(VUSDOT, usdot)
SEM_WHOLE(VUMMLA, ummla)
SEM_WHOLE(VSMMLA, smmla)
SEM_WHOLE(VUSMMLA, usmmla)
