/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The x86-64 code generator against the IR interpreter: random IR blocks of
 * integer, flag, memory and control opcodes, with more values alive than the
 * host has registers.  Unlike lockstep, which works on guest instructions and
 * keeps flags exact, exits here also lead to places where the flags are dead,
 * and values are shared in ways that no lifter would.
 */
#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "translate/block.h"
#include "translate/host/x64/runtime.h"
#include "translate/ir_interp.h"
#include "translate/lockstep.h"

enum { SCRATCH_SIZE = 4096, ROUNDS = 60000 };

static struct tctx *t;
static struct cpu host_cpu, ref_cpu;
static struct ir ir;
static u8 scratch[SCRATCH_SIZE] __attribute__((aligned(16)));
static u8 before[SCRATCH_SIZE], after[SCRATCH_SIZE];
static u64 rng;

static u64 rnd(void)
{
	u64 z = rng += 0x9e3779b97f4a7c15ull;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ z >> 27) * 0x94d049bb133111ebull;
	return z ^ z >> 31;
}

static u64 interesting(void)
{
	static const u64 v[] = { 0, 1, 2, 0xff, 0x7fffffff, 0x80000000,
				 0xffffffff, 0x100000000, 1ull << 63, ~0ull,
				 ~0ull >> 1, ~1ull, 0xffffffff80000000 };

	return rnd() % 3 ? rnd() >> rnd() % 64 : v[rnd() % ARRAY_LEN(v)];
}

/* -- Random blocks ----------------------------------------------------------- */

/* Some older value of this type, or a new constant. */
static val_t pick(enum ir_type type)
{
	for (unsigned k = 0; k < 12 && ir.ninst > 1; k++) {
		val_t v = (val_t)(1 + rnd() % (ir.ninst - 1));

		if (ir_vtype(&ir, v) == type)
			return v;
	}
	if (type == IR_FLAGS)
		return ir_getf(&ir);
	if (type == IR_I32 || type == IR_I64)
		return rnd() % 2 ? ir_const(&ir, type, interesting()) :
				   ir_getr(&ir, type, (unsigned)(rnd() % 32));
	if (type == IR_I128)
		return ir_emit(&ir, IR_PAIR, IR_I128, 0, pick(IR_I64),
			       pick(IR_I64), 0, 0);
	return rnd() % 4 ? ir_getv(&ir, type, (unsigned)(rnd() % 32)) :
			   ir_vconst(&ir, type, interesting(), interesting());
}

static enum ir_type int_type(void)
{
	return rnd() % 2 ? IR_I32 : IR_I64;
}

static void gen_int(void)
{
	static const u8 bin[] = {
		IR_ADD, IR_SUB, IR_MUL, IR_AND, IR_OR, IR_XOR, IR_ANDN, IR_SHL,
		IR_SHR, IR_SAR, IR_ROR, IR_UDIV, IR_SDIV, IR_ADD, IR_SUB
	}, un[] = {
		IR_NOT, IR_NEG, IR_CLZ, IR_CLS, IR_RBIT, IR_BSWAP, IR_ZEXT8,
		IR_ZEXT16, IR_SEXT8, IR_SEXT16
	};
	enum ir_type ty = int_type();
	unsigned width = ty == IR_I32 ? 32 : 64, lsb = rnd() % width;
	unsigned len = 1 + (unsigned)(rnd() % (width - lsb));
	val_t a = pick(ty), b = pick(ty);

	switch (rnd() % 12) {
	case 0: case 1: case 2: case 3:
		ir_emit(&ir, bin[rnd() % ARRAY_LEN(bin)], ty, 0, a, b, 0, 0);
		return;
	case 4: case 5:
		ir_emit(&ir, un[rnd() % ARRAY_LEN(un)], ty, 0, a, 0, 0, 0);
		return;
	case 6:
		ir_emit(&ir, rnd() % 2 ? IR_UBFX : IR_SBFX, ty, 0, a, 0, 0,
			(s32)(lsb | len << 8));
		return;
	case 7:
		ir_emit(&ir, IR_BFI, ty, 0, a, b, 0, (s32)(lsb | len << 8));
		return;
	case 8:
		ir_emit(&ir, IR_FUNNEL, ty, 0, a, b, 0, (s32)lsb);
		return;
	case 9:
		ir_emit(&ir, rnd() % 2 ? IR_UMULH : IR_SMULH, IR_I64, 0,
			pick(IR_I64), pick(IR_I64), 0, 0);
		return;
	case 10:
		ir_emit(&ir, rnd() % 2 ? IR_ZEXT32 : IR_SEXT32, IR_I64, 0,
			pick(IR_I32), 0, 0, 0);
		return;
	default:
		ir_emit(&ir, IR_TRUNC, IR_I32, 0, pick(IR_I64), 0, 0, 0);
	}
}

static void gen_flags(void)
{
	enum ir_type ty = int_type();
	val_t a = pick(ty), b = pick(ty), f = pick(IR_FLAGS), v;
	u8 cond = (u8)(rnd() % 14);

	switch (rnd() % 12) {
	case 0:
		ir_emit(&ir, IR_ADD, ty, 0, a, b, 0, 0);
		f = ir_emit(&ir, IR_FLG_ADD, IR_FLAGS, 0, a, b, 0, 0);
		break;
	case 1:
		ir_emit(&ir, IR_SUB, ty, 0, a, b, 0, 0);
		f = ir_emit(&ir, IR_FLG_SUB, IR_FLAGS, 0, a, b, 0, 0);
		break;
	case 2: case 3:
		f = ir_emit(&ir, rnd() % 4 ? IR_FLG_SUB : IR_FLG_ADD, IR_FLAGS,
			    0, a, b, 0, 0);
		break;
	case 4:
		v = ir_emit(&ir, IR_AND, ty, 0, a, b, 0, 0);
		f = ir_emit(&ir, IR_FLG_LOGIC, IR_FLAGS, 0, v, 0, 0, 0);
		break;
	case 5:
		ir_emit(&ir, IR_ADC, ty, 0, a, b, f, 0);
		f = ir_emit(&ir, IR_FLG_ADC, IR_FLAGS, 0, a, b, f, 0);
		break;
	case 6:
		ir_emit(&ir, IR_SBC, ty, 0, a, b, f, 0);
		f = ir_emit(&ir, IR_FLG_SBC, IR_FLAGS, 0, a, b, f, 0);
		break;
	case 7: case 8: case 9:
		f = ir_emit(&ir, rnd() % 3 ? IR_FLG_CCMP : IR_FLG_CCMN,
			    IR_FLAGS, cond, f, a, b, (s32)(rnd() % 16));
		break;
	case 10:
		ty = rnd() % 2 ? IR_F32 : IR_F64;
		f = ir_emit(&ir, IR_FLG_FCMP, IR_FLAGS, ty == IR_F32 ? 2 : 3,
			    pick(ty), pick(ty), 0, 0);
		break;
	default:
		v = ir_emit(&ir, IR_FLG_UNPACK, IR_I32, 0, f, 0, 0, 0);
		f = ir_emit(&ir, IR_FLG_PACK, IR_FLAGS, 0, v, 0, 0, 0);
	}
	if (rnd() % 2)
		ir_putf(&ir, f);
}

static void gen_readers(void)
{
	static const u8 types[] = { IR_I32, IR_I64, IR_I64, IR_F64, IR_V128 };
	u8 cond = (u8)(rnd() % 14);
	enum ir_type ty = types[rnd() % ARRAY_LEN(types)];
	val_t f = pick(IR_FLAGS);

	/* Mostly the newest flags, as in real code. */
	if (rnd() % 4)
		for (val_t v = (val_t)(ir.ninst - 1); v > 0; v--)
			if (ir_vtype(&ir, v) == IR_FLAGS) {
				f = v;
				break;
			}
	if (rnd() % 3)
		ir_emit(&ir, IR_SETC, int_type(), cond, f, 0, 0, 0);
	else
		ir_emit(&ir, IR_SELECT, ty, cond, f, pick(ty), pick(ty), 0);
}

/* Targets: bit 6 says that the flags are dead there; low ones are behind. */
static gaddr target(void)
{
	return 0x100000 + (rnd() % 64) * 64 + (rnd() % 8 ? 0x100000 : 0);
}

static void gen_exit(void)
{
	val_t f = pick(IR_FLAGS);

	for (val_t v = (val_t)(ir.ninst - 1); v > 0 && rnd() % 4; v--)
		if (ir_vtype(&ir, v) == IR_FLAGS) {
			f = v;
			break;
		}
	if (rnd() % 3)
		ir_exit_if(&ir, (enum ir_cond)(rnd() % 14), f, target());
	else if (rnd() % 2)
		ir_exit_cmp(&ir, rnd() % 2 ? IR_EXIT_Z : IR_EXIT_NZ,
			    pick(int_type()), 0, target());
	else
		ir_exit_cmp(&ir, rnd() % 2 ? IR_EXIT_BIT0 : IR_EXIT_BIT1,
			    pick(IR_I64), (unsigned)(rnd() % 64), target());
}

static val_t address(void)
{
	val_t off = ir_emit(&ir, IR_AND, IR_I64, 0, pick(IR_I64),
			    ir_const(&ir, IR_I64, 0x7f0), 0, 0);

	return ir_emit(&ir, IR_ADD, IR_I64, 0, off,
		       ir_const(&ir, IR_I64, (u64)(uintptr_t)scratch), 0, 0);
}

static void gen_atomic(val_t a, u8 size)
{
	static const u8 ops[] = {
		IR_ATOM_ADD, IR_ATOM_CLR, IR_ATOM_XOR, IR_ATOM_OR,
		IR_ATOM_SMAX, IR_ATOM_SMIN, IR_ATOM_UMAX, IR_ATOM_UMIN,
		IR_ATOM_SWP
	};
	enum ir_type ty = size == MO_64 ? IR_I64 : IR_I32;

	switch (rnd() % 8) {
	case 0:
		ir_emit(&ir, IR_ATOM_CAS, ty, size, a, pick(ty), pick(ty), 0);
		return;
	case 1:
		ir_emit(&ir, IR_ATOM_CAS, IR_I128, MO_128, a, pick(IR_I128),
			pick(IR_I128), 0);
		return;
	case 2:
		ir_emit(&ir, IR_LDX, ty, size, a, 0, 0, 0);
		if (rnd() % 4)
			ir_emit(&ir, IR_STX, IR_I32, size, a, pick(ty), 0, 0);
		return;
	case 3:
		ir_emit(&ir, IR_LDX, IR_I128, MO_128, a, 0, 0, 0);
		ir_emit(&ir, IR_STX, IR_I32, MO_128, a, pick(IR_I128), 0, 0);
		return;
	default:
		ir_emit(&ir, ops[rnd() % ARRAY_LEN(ops)], ty, size, a,
			pick(ty), 0, 0);
	}
}

static void gen_memory(void)
{
	val_t a = address(), index = 0;
	u8 size = (u8)(rnd() % 4), mo = size;
	enum ir_type ty = size == MO_64 || rnd() % 2 ? IR_I64 : IR_I32;
	s32 disp = (s32)(rnd() % 1024);

	if (rnd() % 3 == 0) {
		index = ir_emit(&ir, IR_AND, IR_I64, 0, pick(IR_I64),
				ir_const(&ir, IR_I64, 0x3f), 0, 0);
		mo |= (u8)(rnd() % 4 << MO_SCALE_SHIFT);
	}
	switch (rnd() % 6) {
	case 0: case 1:
		if (size < MO_32 || (size == MO_32 && ty == IR_I64))
			mo |= rnd() % 2 ? MO_SIGN : 0;
		ir_emit(&ir, IR_LD, ty, mo, a, index, 0, disp);
		return;
	case 2:
		mo |= rnd() % 4 ? 0 : MO_ORDER;
		ir_emit(&ir, IR_ST, IR_NONE, mo, a, index, pick(ty), disp);
		return;
	case 3:
		if (rnd() % 2)
			ir_emit(&ir, IR_LD, IR_V128, MO_128, a, 0, 0, disp);
		else
			ir_emit(&ir, IR_LD, IR_F64, MO_64, a, 0, 0, disp);
		return;
	case 4:
		if (rnd() % 2)
			ir_emit(&ir, IR_ST, IR_NONE, MO_128, a, 0,
				pick(IR_V128), disp);
		else
			ir_emit(&ir, IR_ST, IR_NONE, MO_32, a, 0,
				pick(IR_F32), disp);
		return;
	default:
		gen_atomic(a, size);
	}
}

static void gen_move(void)
{
	static const u8 vt[] = { IR_F16, IR_F32, IR_F64, IR_V64, IR_V128 };
	enum ir_type ty = vt[rnd() % ARRAY_LEN(vt)];

	switch (rnd() % 8) {
	case 0: case 1: case 2:
		ir_putr(&ir, (unsigned)(rnd() % 32), pick(int_type()));
		return;
	case 3:
		ir_getr(&ir, IR_I64, (unsigned)(rnd() % 32));
		return;
	case 4: case 5:
		ir_putv(&ir, (unsigned)(rnd() % 32), pick(ty));
		return;
	case 6:
		ir_emit(&ir, rnd() % 2 ? IR_LOHALF : IR_HIHALF, IR_I64, 0,
			pick(IR_I128), 0, 0, 0);
		return;
	default:
		ir_emit(&ir, IR_VZEXT, IR_V128, 0, pick(ty), 0, 0, 0);
	}
}

static void gen_end(void)
{
	switch (rnd() % 6) {
	case 0: ir_call(&ir, target(), 0x300000, 0); return;
	case 1: ir_jump_ind(&ir, IR_RET, pick(IR_I64), 0, 0); return;
	case 2: ir_jump_ind(&ir, IR_GOTO_IND, pick(IR_I64), 0, 0); return;
	case 3: ir_jump_ind(&ir, IR_CALL_IND, pick(IR_I64), 0x300000, 0); return;
	case 4: ir_trap(&ir, EXEC_BREAK, 0x123456, 77); return;
	default: ir_goto(&ir, target());
	}
}

static void gen_block(void)
{
	unsigned n = 2 + (unsigned)(rnd() % 60);

	ir_reset(&ir, 0x180000, 0);
	ir_begin_insn(&ir, 0x180000);
	while (n--) {
		if (rnd() % 4 == 0)
			ir_begin_insn(&ir, 0x180000 + ir.ninsns * 4);
		switch (rnd() % 16) {
		case 0: case 1: case 2: case 3: case 4: gen_int(); break;
		case 5: case 6: case 7: gen_flags(); break;
		case 8: gen_readers(); break;
		case 9: gen_exit(); break;
		case 10: case 11: gen_memory(); break;
		default: gen_move();
		}
	}
	gen_end();
}

/* -- Running ------------------------------------------------------------------ */

static enum flags_fate fate(struct tctx *unused, gaddr pc)
{
	return pc & 64 ? FLAGS_DEAD : FLAGS_UNKNOWN;
}

static void random_state(void)
{
	for (unsigned k = 0; k < 32; k++) {
		host_cpu.r[k] = interesting();
		host_cpu.v[k].d[0] = interesting();
		host_cpu.v[k].d[1] = interesting();
	}
	host_cpu.flags = flags_from_nzcv((u32)rnd());
	host_cpu.excl_size = 0;
	host_cpu.fpsr = 0;
	host_cpu.guest_mxcsr = 0x1f80;
	host_cpu.exit_info = 0;
	memset(host_cpu.excl_val, 0, sizeof(host_cpu.excl_val));
	for (unsigned k = 0; k < SCRATCH_SIZE; k++)
		scratch[k] = (u8)rnd();
	memcpy(before, scratch, sizeof(before));
}

/* Run the code; EXEC_LINK becomes EXEC_LOOKUP at its target. */
static unsigned run_host(const struct host_block *hb)
{
	unsigned (*fn)(struct cpu *, const void *);
	unsigned reason;

	memcpy(&fn, &runtime.enter, sizeof(fn));
	host_backend->forget_returns(&host_cpu);
	reason = fn(&host_cpu, hb->code + hb->entry_off);
	if (reason == EXEC_LINK) {
		u32 off = (u32)(host_cpu.link_at -
				(u64)(uintptr_t)hb->code);

		for (unsigned k = 0; k < hb->nlinks; k++)
			if (hb->link[k].stub_off == off)
				host_cpu.pc = hb->link[k].target;
		reason = EXEC_LOOKUP;
	}
	return reason;
}

static void report(const char *what, u64 seed, const union v128 *got,
		   const union v128 *want)
{
	fprintf(stderr, "# %s differs, seed %#" PRIx64 "\n", what, seed);
	if (got)
		fprintf(stderr, "# %016" PRIx64 "%016" PRIx64 ", not %016" PRIx64
			"%016" PRIx64 "\n", got->d[1], got->d[0], want->d[1],
			want->d[0]);
	ir_print(&ir, stderr);
	ck_abort_msg("%s differs", what);
}

static void one_block(u64 seed, bool exact)
{
	static struct host_block hb;
	static u8 side[65536];
	unsigned want, got;
	const char *what;
	union v128 a, b;
	char msg[160];

	rng = seed;
	gen_block();
	ck_assert_msg(!ir.overflow && !ir_check(&ir, msg, sizeof(msg)), "%s",
		      msg);
	random_state();
	hb = (struct host_block){
		.code = codebuf_reserve(&t->code), .avail = 65536,
		.side = side, .side_avail = sizeof(side),
		.flags_fate = exact ? NULL : fate, .flags_die_at_calls = true
	};
	ck_assert_int_eq(host_backend->emit(t, &ir, &hb), 0);
	memcpy(&ref_cpu, &host_cpu, sizeof(ref_cpu));
	want = ir_interp(&ref_cpu, &ir);
	memcpy(after, scratch, sizeof(after));
	memcpy(scratch, before, sizeof(scratch));
	got = run_host(&hb);
	fpsr_sync(&host_cpu);
	if (want != got)
		report("exit reason", seed, NULL, NULL);
	if (!exact && (host_cpu.pc & 64 || ir.inst[ir.ninst - 1].op != IR_GOTO))
		host_cpu.flags = ref_cpu.flags;
	what = lockstep_compare(&host_cpu, &ref_cpu, &a, &b);
	if (what)
		report(what, seed, &a, &b);
	if (memcmp(scratch, after, sizeof(after)))
		report("memory", seed, NULL, NULL);
}

static void setup(void)
{
	static const struct guest_isa isa = { .name = "a64", .insn_align = 4 };
	struct tctx_config cfg = { .isa = &isa, .code_size = 1 << 20 };

	t = tctx_new(&cfg);
	ck_assert_ptr_nonnull(t);
	ck_assert_int_eq(cpu_init(t, &host_cpu), 0);
	ck_assert_int_eq(interp_prepare(&host_cpu), 0);
}

START_TEST(random_blocks)
{
	const char *seed = getenv("SEED");

	if (seed) {
		one_block(strtoull(seed, NULL, 0), getenv("EXACT"));
		return;
	}
	for (u64 k = 0; k < ROUNDS; k++)
		one_block(k * 2 + 1, k & 1);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("x64");
	TCase *c = tcase_create("random");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(c, setup, NULL);
	tcase_set_timeout(c, 120);
	tcase_add_test(c, random_blocks);
	suite_add_tcase(s, c);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
