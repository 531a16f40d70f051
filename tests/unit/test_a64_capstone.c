/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The a64 decode tables against capstone: a word is an instruction for both
 * or for neither.  The CPU is a plain Armv8.0 one, because the capstone that
 * Debian 12 has knows little more; the exceptions are listed below.
 */
#include <capstone/capstone.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "translate/guest/a64/a64.h"

enum {
	V80_FEATURES = A64_FEAT_FP | A64_FEAT_ASIMD | A64_FEAT_AES |
		       A64_FEAT_PMULL | A64_FEAT_SHA1 | A64_FEAT_SHA2 |
		       A64_FEAT_CRC32
};

static u64 seed = 88172645463325252ull;

static u32 random_word(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (u32)(seed >> 16);
}

/* Does the word lift to something other than an undefined instruction? */
static bool lifts(struct ir *ir, u32 w)
{
	struct mem_ops mem = { .kind = MEM_DIRECT };
	struct lift l = { .ir = ir, .next_pc = 4, .mem = &mem, .user = true,
			  .features = V80_FEATURES };
	const struct ir_inst *last;
	unsigned size;

	ir_reset(ir, 0, 0);
	ir_begin_insn(ir, 0);
	if (a64_isa.lift_insn(&l, (const u8 *)&w, 4, &size) != LIFT_END)
		return true;
	last = &ir->inst[ir->ninst - 1];
	return last->op != IR_TRAP || last->aux != EXEC_UNDEF;
}

/* Rows of Armv8.1 that have no feature bit of their own, and rows whose
 * ignored bits capstone wants to be zero. */
static bool unknown_to_capstone(unsigned row)
{
	static const char *const name[] = {
		"STLLR_", "LDLAR_", "DUP_gen_v", "INS_elem_v"
	};

	for (size_t i = 0; i < ARRAY_LEN(name); i++)
		if (!strncmp(a64_row_info[row].name, name[i], strlen(name[i])))
			return true;
	return false;
}

/* Known to capstone, but not for EL0 or not of an Armv8.0 CPU. */
static bool undefined_here(unsigned row)
{
	switch (row) {
	case A64_ROW_NONE: case A64_ROW_MSR: case A64_ROW_MRS:
	case A64_ROW_HLT: case A64_ROW_UDF: case A64_ROW_SB:
	case A64_ROW_DC_CVAP: case A64_ROW_DC_CVADP:
		return true;
	default:
		return false;
	}
}

/* Loads and stores that are constrained unpredictable: a register loaded
 * twice, or the base written back and transferred. */
static bool unpredictable(u32 w)
{
	unsigned rt = w & 31, rn = w >> 5 & 31, rt2 = w >> 10 & 31;
	bool ldst = (w & 0x0a000000) == 0x08000000;

	return ldst && (rt == rt2 || rt == rn || rt2 == rn);
}

static bool allowed(unsigned row, u32 w, bool ours)
{
	return ours ? unknown_to_capstone(row) || unpredictable(w) :
		      undefined_here(row);
}

static unsigned check_word(csh cs, struct ir *ir, u32 w)
{
	unsigned row = a64_decode_row(w, V80_FEATURES);
	cs_insn *in;
	size_t n = cs_disasm(cs, (const u8 *)&w, 4, 0, 1, &in);
	bool ours = lifts(ir, w), bad = ours != (n != 0);

	if (bad && !allowed(row, w, ours)) {
		char text[128];

		a64_disas(0, (const u8 *)&w, 4, text, sizeof(text));
		printf("# %08x: %s %s, capstone %s\n", w,
		       ours ? "valid" : "undefined", text,
		       n ? in->mnemonic : "undefined");
	} else {
		bad = false;
	}
	if (n)
		cs_free(in, n);
	return bad;
}

int main(int argc, char **argv)
{
	struct ir *ir = malloc(sizeof(*ir));
	unsigned rounds = argc > 1 ? (unsigned)atoi(argv[1]) : 100, bad = 0;
	csh cs;

	if (!ir || cs_open(CS_ARCH_ARM64, CS_MODE_ARM, &cs))
		return 99;
	for (unsigned i = 0; i < rounds; i++)
		for (unsigned row = 0; row < A64_ROW_COUNT; row++) {
			const struct a64_row_info *r = &a64_row_info[row];

			bad += check_word(cs, ir, (random_word() & ~r->mask) |
						  r->value);
		}
	printf("1..1\n%sok 1 - decode as capstone does\n", bad ? "not " : "");
	cs_close(&cs);
	free(ir);
	return bad != 0;
}
