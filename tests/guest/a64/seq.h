/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Random instruction sequences: the file that tests/unit/seqgen.c writes and
 * tests/guest/a64/seqrun.c runs, an array of struct seq.
 */
#ifndef TESTS_SEQ_H
#define TESTS_SEQ_H

#include <stdint.h>

enum { SEQ_MAX = 13 };

/* Where sequences and their data are; a generator avoids addresses near. */
#define SEQ_CODE 0x10000000ul
#define SEQ_DATA 0x20000000ul
enum { SEQ_DATA_SIZE = 8192, SEQ_CODE_SIZE = 4096 };

/* Registers that hold pointers into the data at first, and SP. */
enum { SEQ_PTR_FIRST = 16, SEQ_PTR_LAST = 21 };

struct seq {
	uint64_t seed;		/* of the registers and the data */
	uint32_t n;
	uint32_t word[SEQ_MAX];
};

#endif
