/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Saturating integer arithmetic on lanes; saturation sets FPSR.QC.  Exact
 * values are formed in 128 bits and saturated once.
 */
#include "translate/sem/lanes.h"

LANE_INLINE s128 sx(struct lane *l, u64 x)
{
	return lane_signed(x, l->w);
}

LANE_INLINE u64 uqadd(struct lane *l, u64 x, u64 y, u64 z)
{
	return lane_sat_u(l, (s128)x + y, l->w);
}

LANE_INLINE u64 sqadd(struct lane *l, u64 x, u64 y, u64 z)
{
	return lane_sat_s(l, sx(l, x) + sx(l, y), l->w);
}

LANE_INLINE u64 uqsub(struct lane *l, u64 x, u64 y, u64 z)
{
	return lane_sat_u(l, (s128)x - y, l->w);
}

LANE_INLINE u64 sqsub(struct lane *l, u64 x, u64 y, u64 z)
{
	return lane_sat_s(l, sx(l, x) - sx(l, y), l->w);
}

LANE_INLINE u64 suqadd(struct lane *l, u64 x, u64 y, u64 z)
{
	return lane_sat_s(l, sx(l, x) + y, l->w);
}

LANE_INLINE u64 usqadd(struct lane *l, u64 x, u64 y, u64 z)
{
	return lane_sat_u(l, (s128)x + sx(l, y), l->w);
}

LANE_INLINE u64 sqabs(struct lane *l, u64 x, u64 y, u64 z)
{
	s128 v = sx(l, x);

	return lane_sat_s(l, v < 0 ? -v : v, l->w);
}

LANE_INLINE u64 sqneg(struct lane *l, u64 x, u64 y, u64 z)
{
	return lane_sat_s(l, -sx(l, x), l->w);
}

SEM_LANES(VUQADD, uqadd)
SEM_LANES(VSQADD, sqadd)
SEM_LANES(VUQSUB, uqsub)
SEM_LANES(VSQSUB, sqsub)
SEM_LANES(VSUQADD, suqadd)
SEM_LANES(VUSQADD, usqadd)
SEM_LANES(VSQABS, sqabs)
SEM_LANES(VSQNEG, sqneg)

/* -- Doubling multiplies: high half of acc:0 +/- 2xy, perhaps rounded ------ */

LANE_INLINE u64 dmulh(struct lane *l, s128 acc, s128 product, bool round)
{
	s128 v = acc * ((s128)1 << l->w) + 2 * product;

	if (round)
		v += (s128)1 << (l->w - 1);
	return lane_sat_s(l, v >> l->w, l->w);
}

LANE_INLINE u64 sqdmulh(struct lane *l, u64 x, u64 y, u64 z)
{
	return dmulh(l, 0, sx(l, x) * sx(l, y), false);
}

LANE_INLINE u64 sqrdmulh(struct lane *l, u64 x, u64 y, u64 z)
{
	return dmulh(l, 0, sx(l, x) * sx(l, y), true);
}

LANE_INLINE u64 sqrdmlah(struct lane *l, u64 x, u64 y, u64 z)
{
	return dmulh(l, sx(l, z), sx(l, x) * sx(l, y), true);
}

LANE_INLINE u64 sqrdmlsh(struct lane *l, u64 x, u64 y, u64 z)
{
	return dmulh(l, sx(l, z), -(sx(l, x) * sx(l, y)), true);
}

/* Lanes of 16 and 32 bits only: there is no encoding of others, and the
 * intermediate of 64 would not fit. */
SEM_LANES(VSQDMULH, sqdmulh)
SEM_LANES(VSQRDMULH, sqrdmulh)
SEM_LANES(VSQRDMLAH, sqrdmlah)
SEM_LANES(VSQRDMLSH, sqrdmlsh)
