/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Vectorised integer reductions: sum, minimum, maximum, compare, widen. */
#include "kernel.h"

static uint64_t run(unsigned long n)
{
	enum { N = 4096 };
	static int16_t a[N];
	static int32_t b[N];
	uint64_t seed = 3, sum = 0;

	for (int i = 0; i < N; i++) {
		a[i] = (int16_t)rnd(&seed);
		b[i] = (int32_t)rnd(&seed);
	}
	for (unsigned long r = 0; r < n; r++) {
		int32_t s = 0, lo = 0, hi = 0, cnt = 0;

		for (int i = 0; i < N; i++)
			s += a[i] * a[(i + 8) % 2048];
		for (int i = 0; i < N; i++) {
			lo = b[i] < lo ? b[i] : lo;
			hi = b[i] > hi ? b[i] : hi;
			cnt += b[i] > (int32_t)r;
		}
		b[r % N] ^= s;
		sum += (uint32_t)(s + lo + hi + cnt);
	}
	return sum;
}
