/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Fuzzing of the x64 guest: see translate.h. */
#include <string.h>

#include "tests/fuzz/translate.h"
#include "translate/guest/x64/x64.h"
#include "translate/guest/x64/x64_table.h"

enum { LONGEST = 15 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Prefixes, VEX or REX, escape bytes. */
static unsigned put_front(u8 *b, unsigned map, unsigned key)
{
	static const u8 pp[4] = { 0, 0x66, 0xf3, 0xf2 };
	static const u8 any[] = { 0x66, 0x67, 0xf0, 0xf2, 0xf3, 0x64, 0x2e };
	unsigned n = 0, vvvv = fuzz_random() % 2 ? 15 : fuzz_random() & 15;

	if (fuzz_random() % 4 == 0)
		b[n++] = any[fuzz_random() % sizeof(any)];
	if (key & KEY_VEX) {
		b[n++] = 0xc4;
		b[n++] = (u8)((fuzz_random() & 0xe0) | map);
		b[n++] = (u8)((key & KEY_W ? 0x80 : 0) | (key & KEY_L) >> 2 |
			      vvvv << 3 | (key & KEY_PP));
		return n;
	}
	if (pp[key & KEY_PP])
		b[n++] = pp[key & KEY_PP];
	if (key & KEY_W || fuzz_random() % 3 == 0)
		b[n++] = (u8)(0x40 | (key & KEY_W ? 8 : 0) |
			      (fuzz_random() & 7));
	if (map)
		b[n++] = 0x0f;
	if (map > MAP_0F)
		b[n++] = map == MAP_0F38 ? 0x38 : 0x3a;
	return n;
}

/* What some row of a random opcode asks for; the rest is random. */
static unsigned insn(u8 *code)
{
	unsigned map = fuzz_random() % MAP_COUNT, op = fuzz_random() & 0xff;
	const struct x64_opcode *o = &x64_opcode[map][op];
	struct x64_insn i;
	u8 b[32];
	unsigned n = 0, key;

	for (unsigned k = 0; k < sizeof(b); k++)
		b[k] = (u8)fuzz_random();
	if (o->count) {
		const struct x64_match *m =
			&x64_match[o->first + fuzz_random() % o->count];

		key = m->value | (fuzz_random() & ~(unsigned)m->mask);
		n = put_front(b, map, key);
		b[n++] = (u8)op;
		if (o->form & FORM_MODRM)
			b[n] = (u8)((key & KEY_MOD3 ? 0xc0 :
				     fuzz_random() % 3 << 6) |
				    (key >> KEY_REG_SHIFT & 7) << 3 |
				    (key >> KEY_RM_SHIFT & 7));
	}
	memcpy(code, b, LONGEST);
	if (x64_decode(&i, b, LONGEST, 0, ~0ull, 64) == X64_DECODED)
		return i.len;
	return 1 + fuzz_random() % LONGEST;
}

static const struct fuzz fuzz = { "fuzz_x64_decode", &x64_isa, insn,
				  X64_MODE_DF };

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
