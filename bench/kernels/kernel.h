/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Frame of a benchmark kernel: main() calls run(n) with n from the command
 * line and prints the checksum, so that native and translated runs can be
 * compared.
 */
#ifndef BENCH_KERNEL_H
#define BENCH_KERNEL_H

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t run(unsigned long n);

static inline uint64_t rnd(uint64_t *s)
{
	*s ^= *s << 13;
	*s ^= *s >> 7;
	*s ^= *s << 17;
	return *s;
}

int main(int argc, char **argv)
{
	unsigned long n = argc > 1 ? strtoul(argv[1], NULL, 0) : 1;

	printf("%016" PRIx64 "\n", run(n));
	return 0;
}

#endif
