/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The IR builder (folding, forwarding), the verifier and the interpreter. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "translate/ir.h"
#include "translate/ir_interp.h"
#include "translate/translate.h"

static struct ir ir;
static struct cpu cpu;

static void setup(void)
{
	memset(&cpu, 0, sizeof(cpu));
	ir_reset(&ir, 0x1000, 0);
	ir_begin_insn(&ir, 0x1000);
}

static void finish_and_run(void)
{
	char msg[128] = "";

	ir_goto(&ir, 0x2000);
	ck_assert_msg(!ir_check(&ir, msg, sizeof(msg)), "%s", msg);
	ck_assert_int_eq(interp_prepare(&cpu), 0);
	ck_assert_uint_eq(ir_interp(&cpu, &ir), EXEC_LOOKUP);
	ck_assert_uint_eq(cpu.pc, 0x2000);
	free(cpu.interp);
	cpu.interp = NULL;
}

START_TEST(constants_fold)
{
	val_t a = ir_const(&ir, IR_I64, 5), b = ir_const(&ir, IR_I64, 7);
	u64 v = 0;

	ck_assert(ir_is_const(&ir, ir_int2(&ir, IR_ADD, IR_I64, a, b), &v));
	ck_assert_uint_eq(v, 12);
	ck_assert(ir_is_const(&ir, ir_int2(&ir, IR_SUB, IR_I32,
					   ir_const(&ir, IR_I32, 5),
					   ir_const(&ir, IR_I32, 7)), &v));
	ck_assert_uint_eq(v, 0xfffffffe);
	ck_assert(ir_is_const(&ir, ir_int2(&ir, IR_SAR, IR_I32,
					   ir_const(&ir, IR_I32, 0x80000000),
					   ir_const(&ir, IR_I32, 35)), &v));
	ck_assert_uint_eq(v, 0xf0000000);
}
END_TEST

START_TEST(identities_forward)
{
	val_t x = ir_getr(&ir, IR_I64, 3), zero = ir_const(&ir, IR_I64, 0);

	ck_assert_uint_eq(ir_int2(&ir, IR_ADD, IR_I64, x, zero), x);
	ck_assert_uint_eq(ir_int2(&ir, IR_OR, IR_I64, zero, x), x);
	ck_assert_uint_eq(ir_getr(&ir, IR_I64, 3), x);
	ir_putr(&ir, 4, x);
	ck_assert_uint_eq(ir_getr(&ir, IR_I64, 4), x);
}
END_TEST

START_TEST(narrow_views_widen)
{
	val_t d = ir_getv(&ir, IR_F32, 1), q;

	ir_putv(&ir, 2, d);
	q = ir_getv(&ir, IR_V128, 2);
	ck_assert_uint_eq(ir.inst[q].op, IR_VZEXT);
	cpu.v[1].d[0] = 0x1122334455667788;
	cpu.v[2].d[1] = ~0ull;
	ir_putv(&ir, 5, q);
	finish_and_run();
	ck_assert_uint_eq(cpu.v[2].d[0], 0x55667788);
	ck_assert_uint_eq(cpu.v[2].d[1], 0);
	ck_assert_uint_eq(cpu.v[5].d[0], 0x55667788);
}
END_TEST

START_TEST(addresses_fold)
{
	u64 mem[4] = { 1, 2, 3, 4 };
	val_t base = ir_getr(&ir, IR_I64, 0), v;

	v = ir_int2(&ir, IR_ADD, IR_I64, base, ir_const(&ir, IR_I64, 8));
	v = ir_ld(&ir, IR_I64, MO_64 | 3 << MO_SCALE_SHIFT, v,
		  ir_const(&ir, IR_I64, 1), 0);
	ck_assert_uint_eq(ir.inst[v].a, base);
	ck_assert_int_eq(ir.inst[v].imm, 16);
	ir_putr(&ir, 1, v);
	cpu.r[0] = (u64)(uintptr_t)mem;
	finish_and_run();
	ck_assert_uint_eq(cpu.r[1], 3);
}
END_TEST

START_TEST(flags_of_subtraction)
{
	static const struct { u64 a, b; u32 nzcv; } t[] = {
		{ 5, 5, 6 }, { 5, 7, 8 }, { 7, 5, 2 },
		{ 0x8000000000000000, 1, 3 }, { 0, 0x8000000000000000, 9 },
	};

	for (unsigned k = 0; k < ARRAY_LEN(t); k++) {
		val_t f;

		setup();
		f = ir_emit(&ir, IR_FLG_SUB, IR_FLAGS, 0,
			    ir_getr(&ir, IR_I64, 0), ir_getr(&ir, IR_I64, 1),
			    0, 0);
		ir_putf(&ir, f);
		cpu.r[0] = t[k].a;
		cpu.r[1] = t[k].b;
		finish_and_run();
		ck_assert_uint_eq(flags_to_nzcv(cpu.flags) >> 28, t[k].nzcv);
	}
}
END_TEST

START_TEST(verifier_refuses)
{
	char msg[128];
	val_t x = ir_getr(&ir, IR_I64, 0);

	ck_assert_int_ne(ir_check(&ir, msg, sizeof(msg)), 0);	/* no terminal */
	ir_emit(&ir, IR_ADD, IR_I64, 0, x, 99, 0, 0);
	ir_goto(&ir, 0);
	ck_assert_int_ne(ir_check(&ir, msg, sizeof(msg)), 0);	/* undefined v99 */
	setup();
	x = ir_getr(&ir, IR_I64, 0);
	ir_emit(&ir, IR_ADD, IR_I32, 0, x, x, 0, 0);
	ir_goto(&ir, 0);
	ck_assert_int_ne(ir_check(&ir, msg, sizeof(msg)), 0);	/* types */
	setup();
	x = ir_getr(&ir, IR_I64, 0);
	ir_emit(&ir, IR_FADD, IR_F64, 3, x, x, 0, 0);
	ir_goto(&ir, 0);
	ck_assert_int_ne(ir_check(&ir, msg, sizeof(msg)), 0);	/* class */
}
END_TEST

START_TEST(overflow_is_reported)
{
	char msg[128];

	for (unsigned k = 0; k < IR_MAX_INST + 10; k++)
		ir_emit(&ir, IR_NOP, IR_NONE, 0, 0, 0, 0, 0);
	ck_assert(ir.overflow);
	ck_assert_int_ne(ir_check(&ir, msg, sizeof(msg)), 0);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("ir");
	TCase *tc = tcase_create("ir");
	SRunner *sr;
	int failed;

	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_test(tc, constants_fold);
	tcase_add_test(tc, identities_forward);
	tcase_add_test(tc, narrow_views_widen);
	tcase_add_test(tc, addresses_fold);
	tcase_add_test(tc, flags_of_subtraction);
	tcase_add_test(tc, verifier_refuses);
	tcase_add_test(tc, overflow_is_reported);
	suite_add_tcase(s, tc);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
