/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Branchy code: qsort with a callback, and a hand-written heap sort. */
#include "kernel.h"

static int cmp(const void *x, const void *y)
{
	uint32_t a = *(const uint32_t *)x, b = *(const uint32_t *)y;

	return a < b ? -1 : a > b;
}

static void sift(uint32_t *v, int i, int n)
{
	for (;;) {
		int c = 2 * i + 1;

		if (c >= n)
			return;
		if (c + 1 < n && v[c + 1] > v[c])
			c++;
		if (v[i] >= v[c])
			return;
		uint32_t t = v[i];
		v[i] = v[c];
		v[c] = t;
		i = c;
	}
}

static uint64_t run(unsigned long n)
{
	enum { N = 4096 };
	static uint32_t v[N];
	uint64_t seed = 7, sum = 0;

	for (unsigned long r = 0; r < n; r++) {
		for (int i = 0; i < N; i++)
			v[i] = (uint32_t)rnd(&seed);
		if (r & 1) {
			qsort(v, N, sizeof(v[0]), cmp);
		} else {
			for (int i = N / 2; i-- > 0; )
				sift(v, i, N);
			for (int i = N; i-- > 1; ) {
				uint32_t t = v[0];
				v[0] = v[i];
				v[i] = t;
				sift(v, 0, i);
			}
		}
		sum = sum * 31 + v[r % N];
	}
	return sum;
}
