/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Branchy code: n queens by backtracking, without recursion. */
#include "kernel.h"

static uint64_t queens(int n)
{
	int col[16], row = 0;
	uint64_t found = 0;

	col[0] = -1;
	while (row >= 0) {
		int ok = 0;

		while (!ok && ++col[row] < n) {
			ok = 1;
			for (int r = 0; r < row && ok; r++) {
				int d = col[r] - col[row];

				if (!d || d == row - r || d == r - row)
					ok = 0;
			}
		}
		if (!ok)
			row--;
		else if (row == n - 1)
			found++;
		else
			col[++row] = -1;
	}
	return found;
}

static uint64_t run(unsigned long n)
{
	uint64_t sum = 0;

	for (unsigned long r = 0; r < n; r++)
		sum = sum * 3 + queens(8 + (int)(r & 1));
	return sum;
}
