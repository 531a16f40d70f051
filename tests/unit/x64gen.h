/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Random encodings of the lines of x64.ops, for the tests that go through
 * the table: test_x64_decode.c, oracle_x64.c.
 */
#ifndef TESTS_UNIT_X64GEN_H
#define TESTS_UNIT_X64GEN_H

#include "translate/guest/x64/x64.h"
#include "translate/guest/x64/x64_table.h"

struct x64_code {
	u8 b[32];
	unsigned n, map, op, key;
	unsigned disp_at;	/* of a 32-bit displacement without a base */
	bool w, opsize, addrsize;
	bool rip;		/* ... that counts from the next instruction */
};

/* What may be made. */
enum {
	X64_GEN_FSGS = 1,	/* segment prefixes that matter */
	X64_GEN_LOCK = 2,	/* LOCK, mostly where it is allowed */
	X64_GEN_REP = 4,	/* F2, F3 before string instructions */
	X64_GEN_BASE = 8	/* memory by r15, rip or absolute only */
};

void x64_gen_seed(u64 seed);
u64 x64_gen_rnd(void);

/* The notation of an operand: "Ev". */
extern const char *const x64_gen_spec[X64_SPEC_COUNT];
bool x64_gen_has(const struct x64_row *r, const char *start);

/* An encoding of this row of x64_opcode[map][op]; what the row leaves open is
 * random. */
void x64_gen(struct x64_code *c, unsigned row, unsigned map, unsigned op,
	     unsigned what);

#endif
