/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Scalar float and double with compares and conversions. */
#include "kernel.h"

static uint64_t run(unsigned long n)
{
	uint64_t sum = 0;

	for (unsigned long r = 0; r < n; r++)
		for (int py = 0; py < 48; py++)
			for (int px = 0; px < 64; px++) {
				float cx = (float)px / 24.0f - 2.0f;
				float cy = (float)py / 24.0f - 1.0f;
				float x = 0, y = 0;
				int i;

				for (i = 0; i < 60; i++) {
					float xx = x * x, yy = y * y;

					if (xx + yy > 4.0f)
						break;
					y = 2.0f * x * y + cy;
					x = xx - yy + cx;
				}
				sum += (uint64_t)((double)i * 1.5);
			}
	return sum / 64;
}
