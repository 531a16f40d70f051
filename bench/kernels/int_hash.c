/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Integer arithmetic: shifts, rotates, multiplies, divisions. */
#include "kernel.h"

static inline uint64_t rol(uint64_t v, int k) { return v << k | v >> (64 - k); }

static uint64_t run(unsigned long n)
{
	uint64_t h = 0x9e3779b97f4a7c15ull, d = 1;

	for (unsigned long i = 0; i < n * 1000; i++) {
		h = rol(h ^ i, 23) * 0x2545f4914f6cdd1dull;
		h ^= h >> 29;
		h += (uint32_t)(h >> 7) % ((uint32_t)i | 1);
		d = d * 6364136223846793005ull + (h / ((i & 0xffff) + 3));
		h ^= (h & 0xff) << 40 | (d >> 33 & 0xffff) << 3;
	}
	return h ^ d;
}
