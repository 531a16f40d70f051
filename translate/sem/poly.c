/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Polynomials over GF(2): carry-less products and CRC-32.
 */
#include "translate/sem/ops.h"

/* Carry-less product of n-bit x with y. */
static u128 clmul(u64 x, u64 y, unsigned n)
{
	u128 r = 0;
	unsigned i;

	for (i = 0; i < n; i++)
		if (x >> i & 1)
			r ^= (u128)y << i;
	return r;
}

static union v128 pmul(u64 desc, union v128 a, union v128 b, union v128 c)
{
	unsigned i;

	for (i = 0; i < 16; i++)
		a.b[i] = (u8)clmul(a.b[i], b.b[i], 8);
	return a;
}

static union v128 pmull(u64 desc, union v128 a, union v128 b, union v128 c)
{
	unsigned high = sem_aux(desc) & IR_HIGH ? 1 : 0, i, k;
	union v128 r;
	u128 p;

	if ((sem_aux(desc) & IR_ESIZE) == 3) {
		p = clmul(a.d[high], b.d[high], 64);
		return (union v128){ .d = { (u64)p, (u64)(p >> 64) } };
	}
	for (i = 0; i < 8; i++) {
		k = high * 8 + i;
		r.h[i] = (u16)clmul(a.b[k], b.b[k], 8);
	}
	return r;
}

SEM_WHOLE(VPMUL, pmul)
SEM_WHOLE(VPMULL, pmull)

/* -- CRC-32, bit-reflected, without the customary inversions --------------- */

static u32 crc(u32 poly, u32 sum, u64 data, unsigned bits)
{
	unsigned i;

	if (bits == 64) {
		sum = crc(poly, sum, (u32)data, 32);
		data >>= 32;
		bits = 32;
	}
	sum ^= (u32)(data & bits_mask(bits));
	for (i = 0; i < bits; i++)
		sum = sum >> 1 ^ (poly & -(sum & 1));
	return sum;
}

static union v128 crc32(u64 desc, union v128 a, union v128 b, union v128 c)
{
	u32 r = crc(0xedb88320, a.s[0], b.d[0], 8u << (sem_aux(desc) & 3));

	return (union v128){ .d = { r, 0 } };
}

static union v128 crc32c(u64 desc, union v128 a, union v128 b, union v128 c)
{
	u32 r = crc(0x82f63b78, a.s[0], b.d[0], 8u << (sem_aux(desc) & 3));

	return (union v128){ .d = { r, 0 } };
}

SEM_WHOLE(CRC32, crc32)
SEM_WHOLE(CRC32C, crc32c)
