/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Direct recursion. */
#include "kernel.h"

__attribute__((noinline)) static uint64_t fib(unsigned n)
{
	return n < 2 ? n : fib(n - 1) + fib(n - 2);
}

static uint64_t run(unsigned long n)
{
	uint64_t sum = 0;

	for (unsigned long r = 0; r < n; r++)
		sum += fib(22 + (unsigned)(r & 1));
	return sum;
}
