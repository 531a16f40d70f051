/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Vectorised float and byte loops. */
#include "kernel.h"

static uint64_t run(unsigned long n)
{
	enum { N = 2048 };
	static float x[N], y[N];
	static uint8_t p[N], q[N], o[N];
	static uint32_t w[N];
	uint64_t sum = 0;

	for (int i = 0; i < N; i++) {
		x[i] = (float)(i % 17);
		y[i] = (float)(i % 5);
		p[i] = (uint8_t)(i * 7);
		q[i] = (uint8_t)(i * 13);
	}
	for (unsigned long r = 0; r < n; r++) {
		float a = (float)(r & 7);

		for (int i = 0; i < N; i++)
			y[i] = a * x[i] + y[i] * 0.5f;
		for (int i = 0; i < N; i++)
			o[i] = (uint8_t)((p[i] * 3 + q[i] * 5 + 4) >> 3);
		for (int i = 0; i < N; i++)
			w[i] = (w[i] ^ o[i]) + (uint32_t)y[i];
		p[r % N]++;
		sum += w[r % N];
	}
	return sum;
}
