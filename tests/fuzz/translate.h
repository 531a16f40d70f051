/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Fuzzing of the way from guest code to host code: any code is decoded,
 * disassembled, lifted, verified and emitted, but not run.  One program per
 * guest:
 *
 *	clang -fsanitize=fuzzer,address -DFUZZ_ENGINE ...	libFuzzer
 *	PROGRAM [-n blocks] [-s seed]				without it
 *
 * The second form makes code that is often near a line of the guest's decode
 * table, and runs as an ordinary test.
 */
#ifndef TESTS_FUZZ_TRANSLATE_H
#define TESTS_FUZZ_TRANSLATE_H

#include "translate/guest/guest.h"

struct fuzz {
	const char *name;
	const struct guest_isa *isa;
	/* Writes one instruction, at most 16 bytes; returns its length. */
	unsigned (*insn)(u8 *code);
	u32 modes;		/* bits of the mode key to try */
};

/* An input: a few bytes that ask for conditions, then code. */
int fuzz_input(const struct fuzz *f, const u8 *data, size_t size);
int fuzz_main(const struct fuzz *f, int argc, char **argv);
u64 fuzz_random(void);

#endif
