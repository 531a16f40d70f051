/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Scalar double: five bodies. */
#include <math.h>

#include "kernel.h"

struct body { double x[3], v[3], m; };

static uint64_t run(unsigned long n)
{
	struct body b[5];
	double e = 0;
	uint64_t out;

	for (int i = 0; i < 5; i++) {
		b[i].m = 1.0 / (i + 1);
		for (int k = 0; k < 3; k++) {
			b[i].x[k] = (i * 3 + k) % 7 - 2.5 + 0.1 * i;
			b[i].v[k] = 0.01 * ((i + 2 * k) % 5 - 2);
		}
	}
	for (unsigned long s = 0; s < n * 100; s++) {
		for (int i = 0; i < 5; i++)
			for (int j = i + 1; j < 5; j++) {
				double d[3], d2 = 0, mag;

				for (int k = 0; k < 3; k++) {
					d[k] = b[i].x[k] - b[j].x[k];
					d2 += d[k] * d[k];
				}
				mag = 0.001 / (d2 * sqrt(d2) + 0.01);
				for (int k = 0; k < 3; k++) {
					b[i].v[k] -= d[k] * b[j].m * mag;
					b[j].v[k] += d[k] * b[i].m * mag;
				}
			}
		for (int i = 0; i < 5; i++)
			for (int k = 0; k < 3; k++)
				b[i].x[k] += 0.001 * b[i].v[k];
	}
	for (int i = 0; i < 5; i++)
		e += b[i].x[0] * b[i].v[1];
	e = floor(e * 1e6);	/* contraction to fma may differ */
	memcpy(&out, &e, 8);
	return out;
}
