/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* String functions of the C library. */
#include "kernel.h"

static uint64_t run(unsigned long n)
{
	static char a[8192], b[8192];
	uint64_t sum = 0;

	for (int i = 0; i < 8191; i++)
		a[i] = (char)('a' + i % 23);
	for (unsigned long r = 0; r < n; r++) {
		size_t len = 1 + (r * 37) % 8000;

		memcpy(b, a + r % 16, len);
		b[len] = 0;
		sum += strlen(b);
		sum += memcmp(a, b, len / 2) > 0;
		sum += memchr(a, 'z' + 1, len) != NULL;
		memset(b + len / 4, 'q', len / 4);
		sum += strcspn(b, "qz");
		sum += (uint64_t)(strcmp(a, b) < 0);
		memmove(b + 1, b, len / 2);
	}
	return sum;
}
