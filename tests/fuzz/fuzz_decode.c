/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Fuzzing of the a64 guest: see translate.h. */
#include <string.h>

#include "tests/fuzz/translate.h"
#include "translate/guest/a64/a64.h"
#include "translate/guest/a64/a64_decode_gen.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static u32 random_word(void)
{
	const struct a64_row_info *r =
		&a64_row_info[fuzz_random() % A64_ROW_COUNT];

	if (fuzz_random() % 8 == 0)
		return (u32)fuzz_random();
	return r->value | ((u32)fuzz_random() & ~r->mask);
}

static unsigned insn(u8 *code)
{
	u32 w = random_word();

	memcpy(code, &w, 4);
	return 4;
}

static const struct fuzz fuzz = { "fuzz_decode", &a64_isa, insn, 0xf };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return fuzz_input(&fuzz, data, size);
}

#ifndef FUZZ_ENGINE
int main(int argc, char **argv)
{
	return fuzz_main(&fuzz, argc, argv);
}
#endif
