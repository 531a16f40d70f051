/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Bit-field helpers with defined behaviour for every argument they accept. */
#ifndef BASE_BITS_H
#define BASE_BITS_H

#include "base/base.h"

/* A mask of the low n bits, 0 <= n <= 64. */
static inline u64 bits_mask(unsigned n)
{
	return n >= 64 ? ~0ull : (1ull << n) - 1;
}

/* Bits lo .. lo+len-1 of v, zero-extended; lo < 64. */
static inline u64 bits_get(u64 v, unsigned lo, unsigned len)
{
	return (v >> lo) & bits_mask(len);
}

/* The low n bits of v, sign-extended; 1 <= n <= 64. */
static inline s64 bits_sext(u64 v, unsigned n)
{
	return (s64)(v << (64 - n)) >> (64 - n);
}

static inline u64 bits_ror64(u64 v, unsigned n)
{
	n &= 63;
	return n ? v >> n | v << (64 - n) : v;
}

static inline u32 bits_ror32(u32 v, unsigned n)
{
	n &= 31;
	return n ? v >> n | v << (32 - n) : v;
}

#endif
