/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Shifts of lanes: by an immediate, or by signed per-lane amounts (the low
 * byte of each lane of b; negative shifts right), rounding and saturating.
 *
 * Values are held in 128 bits, where a lane of 64 bits shifted by up to its
 * width, or rounded, is exact; larger amounts behave like LIMIT.
 */
#include "translate/sem/lanes.h"

#define LIMIT 100	/* shifting right: everything is gone, sign remains */

LANE_INLINE s128 shift_left(s128 v, unsigned n)
{
	return (s128)((u128)v << n);
}

LANE_INLINE s128 shift_right(s128 v, unsigned n, bool round)
{
	n = MIN(n, (unsigned)LIMIT);
	if (round && n)
		v += (s128)1 << (n - 1);
	return v >> n;
}

LANE_INLINE s128 lane_value(struct lane *l, u64 x, bool sign)
{
	return sign ? (s128)lane_signed(x, l->w) : (s128)x;
}

/* -- By immediate ---------------------------------------------------------- */

LANE_INLINE u64 shli(struct lane *l, u64 x, u64 y, u64 z)
{
	return x << (l->imm & 63);
}

LANE_INLINE u64 ushri(struct lane *l, u64 x, u64 y, u64 z)
{
	return (u64)shift_right(x, (unsigned)l->imm, false);
}

LANE_INLINE u64 sshri(struct lane *l, u64 x, u64 y, u64 z)
{
	return (u64)shift_right(lane_signed(x, l->w), (unsigned)l->imm, false);
}

LANE_INLINE u64 urshri(struct lane *l, u64 x, u64 y, u64 z)
{
	return (u64)shift_right(x, (unsigned)l->imm, true);
}

LANE_INLINE u64 srshri(struct lane *l, u64 x, u64 y, u64 z)
{
	return (u64)shift_right(lane_signed(x, l->w), (unsigned)l->imm, true);
}

LANE_INLINE u64 sli(struct lane *l, u64 x, u64 y, u64 z)
{
	unsigned n = (unsigned)l->imm & 63;

	return (x & bits_mask(n)) | y << n;
}

LANE_INLINE u64 sri(struct lane *l, u64 x, u64 y, u64 z)
{
	unsigned n = (unsigned)l->imm;
	u64 kept = bits_mask(l->w) & ~bits_mask(l->w - MIN(n, l->w));

	return (x & kept) | (u64)shift_right(y, n, false);
}

SEM_LANES(VSHLI, shli)
SEM_LANES(VUSHRI, ushri)
SEM_LANES(VSSHRI, sshri)
SEM_LANES(VURSHRI, urshri)
SEM_LANES(VSRSHRI, srshri)
SEM_LANES(VSLI, sli)
SEM_LANES(VSRI, sri)

/* -- By register ----------------------------------------------------------- */

/* x shifted by the low byte of y; the bits that leave the lane are there. */
LANE_INLINE s128 shift(struct lane *l, u64 x, u64 y, bool sign, bool round)
{
	int n = (s8)y;
	s128 v = lane_value(l, x, sign);

	if (n < 0)
		return shift_right(v, (unsigned)-n, round);
	/* One lane width is enough to lose, or saturate, everything. */
	return shift_left(v, MIN((unsigned)n, l->w));
}

LANE_INLINE u64 ushl(struct lane *l, u64 x, u64 y, u64 z)
{
	return (u64)shift(l, x, y, false, false);
}

LANE_INLINE u64 sshl(struct lane *l, u64 x, u64 y, u64 z)
{
	return (u64)shift(l, x, y, true, false);
}

LANE_INLINE u64 urshl(struct lane *l, u64 x, u64 y, u64 z)
{
	return (u64)shift(l, x, y, false, true);
}

LANE_INLINE u64 srshl(struct lane *l, u64 x, u64 y, u64 z)
{
	return (u64)shift(l, x, y, true, true);
}

SEM_LANES(VUSHL, ushl)
SEM_LANES(VSSHL, sshl)
SEM_LANES(VURSHL, urshl)
SEM_LANES(VSRSHL, srshl)

/* -- Saturating ------------------------------------------------------------ */

/* Unsigned: a 64-bit lane shifted by 64 needs the u128 comparison. */
LANE_INLINE u64 sat_unsigned(struct lane *l, u128 v)
{
	if (v <= bits_mask(l->w))
		return (u64)v;
	l->sat = true;
	return bits_mask(l->w);
}

LANE_INLINE u64 uqshl(struct lane *l, u64 x, u64 y, u64 z)
{
	return sat_unsigned(l, (u128)shift(l, x, y, false, false));
}

LANE_INLINE u64 uqrshl(struct lane *l, u64 x, u64 y, u64 z)
{
	return sat_unsigned(l, (u128)shift(l, x, y, false, true));
}

LANE_INLINE u64 sqshl(struct lane *l, u64 x, u64 y, u64 z)
{
	return lane_sat_s(l, shift(l, x, y, true, false), l->w);
}

LANE_INLINE u64 sqrshl(struct lane *l, u64 x, u64 y, u64 z)
{
	return lane_sat_s(l, shift(l, x, y, true, true), l->w);
}

LANE_INLINE u64 sqshlu(struct lane *l, u64 x, u64 y, u64 z)
{
	s128 v = shift_left(lane_signed(x, l->w), (unsigned)l->imm & 63);

	return lane_sat_u(l, v, l->w);
}

SEM_LANES(VUQSHL, uqshl)
SEM_LANES(VSQSHL, sqshl)
SEM_LANES(VUQRSHL, uqrshl)
SEM_LANES(VSQRSHL, sqrshl)
SEM_LANES(VSQSHLU, sqshlu)
