/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The generated a64 decoder against its own table, read in the simplest way:
 * of the rows that match a word the one with most fixed bits counts.  Also:
 * every word lifts to IR that the verifier accepts, and disassembles.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "translate/guest/a64/a64.h"

static u64 seed = 88172645463325252ull;

static u32 random_word(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (u32)(seed >> 16);
}

static u32 random_of_row(unsigned row)
{
	const struct a64_row_info *r = &a64_row_info[row];

	return (random_word() & ~r->mask) | r->value;
}

static unsigned slow_decode(u32 insn, u64 features)
{
	unsigned best = A64_ROW_NONE;
	int best_bits = -1;

	for (unsigned i = 1; i < A64_ROW_COUNT; i++) {
		const struct a64_row_info *r = &a64_row_info[i];
		int bits = __builtin_popcount(r->mask);

		if ((insn & r->mask) == r->value && bits > best_bits &&
		    !(r->features & ~features)) {
			best = i;
			best_bits = bits;
		}
	}
	return best;
}

START_TEST(test_dispatch)
{
	u64 features[] = { ~0ull, 0, a64_features_default() };

	for (unsigned i = 0; i < 20000; i++) {
		u32 w = random_word();

		for (unsigned k = 0; k < ARRAY_LEN(features); k++)
			ck_assert_uint_eq(a64_decode_row(w, features[k]),
					  slow_decode(w, features[k]));
	}
}
END_TEST

START_TEST(test_rows)
{
	for (unsigned row = 1; row < A64_ROW_COUNT; row++) {
		for (unsigned i = 0; i < 64; i++) {
			u32 w = random_of_row(row);
			unsigned got = a64_decode_row(w, ~0ull);
			const struct a64_row_info *r = &a64_row_info[row];

			/* Itself, or one that refines it. */
			ck_assert_uint_ne(got, A64_ROW_NONE);
			ck_assert_uint_eq(a64_row_info[got].mask & r->mask,
					  r->mask);
			ck_assert_uint_eq(got, slow_decode(w, ~0ull));
		}
	}
}
END_TEST

/* Lift one word in a block of its own; the IR must be well formed. */
static void lift_one(struct ir *ir, u32 w, u64 features)
{
	struct mem_ops mem = { .kind = MEM_DIRECT };
	struct lift l = { .ir = ir, .pc = 0x10000, .next_pc = 0x10004,
			  .features = features, .mem = &mem, .user = true };
	char msg[160] = "";
	unsigned size;

	ir_reset(ir, l.pc, 0);
	ir_begin_insn(ir, l.pc);
	if (a64_isa.lift_insn(&l, (const u8 *)&w, 4, &size) != LIFT_END)
		ir_goto(ir, l.next_pc);
	ck_assert_uint_eq(size, 4);
	ck_assert_msg(!ir_check(ir, msg, sizeof(msg)), "%08x: %s", w, msg);
}

START_TEST(test_lift)
{
	struct ir *ir = malloc(sizeof(*ir));
	char text[128];

	for (unsigned row = 1; row < A64_ROW_COUNT; row++) {
		for (unsigned i = 0; i < 48; i++) {
			u32 w = random_of_row(row);

			lift_one(ir, w, i & 1 ? ~0ull : a64_features_default());
			a64_disas(0x10000, (const u8 *)&w, 4, text,
				  sizeof(text));
			ck_assert_msg(*text && !strchr(text, ':'), "%08x: %s",
				      w, text);
		}
	}
	for (unsigned i = 0; i < 200000; i++)
		lift_one(ir, random_word(), ~0ull);
	free(ir);
}
END_TEST

/* Any number of bits of any value: exact or refused, never out of range. */
START_TEST(test_bitmask)
{
	unsigned valid = 0;
	u64 v;

	for (u32 i = 0; i < 1u << 13; i++) {
		if (!a64_bitmask(1, i >> 12, i & 63, i >> 6 & 63, &v))
			continue;
		ck_assert_uint_ne(v, 0);
		ck_assert_uint_ne(~v, 0);
		valid++;
	}
	/* For each element size e: e rotations of e-1 lengths, times the
	 * rotations that differ by the element size only. */
	ck_assert_uint_eq(valid, 64 * (63 + 31 + 15 + 7 + 3 + 1));
}
END_TEST

START_TEST(test_features)
{
	u64 f = a64_features_default();
	char text[512], small[8];

	ck_assert_uint_eq(a64_hwcap(0), 0);
	ck_assert_uint_eq(a64_hwcap(f) & 3, 3);
	ck_assert_int_gt(a64_cpuinfo_features(f, text, sizeof(text)), 20);
	ck_assert(!strncmp(text, "fp asimd aes ", 13));
	ck_assert_int_lt(a64_cpuinfo_features(f, small, sizeof(small)), 8);
	/* ISAR0.Atomic says 2 with LSE, nothing without. */
	ck_assert_uint_eq(a64_id_register(f, 6, 0) >> 20 & 15, 2);
	ck_assert_uint_eq(a64_id_register(f & ~A64_FEAT_LSE, 6, 0) >> 20 & 15,
			  0);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("a64 decoder");
	TCase *t = tcase_create("all");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_set_timeout(t, 120);
	tcase_add_test(t, test_dispatch);
	tcase_add_test(t, test_rows);
	tcase_add_test(t, test_lift);
	tcase_add_test(t, test_bitmask);
	tcase_add_test(t, test_features);
	suite_add_tcase(s, t);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
