/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * x86 vector operations: the semantic function of every row of xvec.def
 * against the processor that runs the test.  The instruction is emitted by the
 * encoder, operands are random and hostile, MXCSR takes all rounding modes,
 * FTZ and DAZ; compared are the result, the flags (EFLAGS) and MXCSR.
 */
#include <check.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "translate/host/x64/enc.h"
#include "translate/host/x64/hostcpu.h"
#include "translate/sem.h"
#include "translate/xvec.h"

/* -- The instruction ---------------------------------------------------------------- */

enum enc_form { V3, V3I, V2, V2I, VM, VMI, SH, V0, V4, XG, XG3, XG3I, GX, GXI,
		GS, GSI, G2, G3, G3C, G1V, G2I };
enum {
#define _(name, text, form, pp, map, opc, ext, w, vex, msz, feat) \
	ENC_FORM_##name = form, ENC_FEAT_##name = HF_##feat,
#include "translate/host/x64/enc.def"
#undef _
	ENC_FORM_PCMPISTRI_F = ENC_FORM_PCMPISTRI,
	ENC_FEAT_PCMPISTRI_F = ENC_FEAT_PCMPISTRI,
	SSE_PCMPISTRI_F = SSE_PCMPISTRI
};

static const struct row {
	const char *name;
	enc_op op;
	u32 feat;
	u8 enc, form, fp;
} rows[XVEC_COUNT] = {
#define _(name_, form_, exc) { #name_, (enc_op)SSE_##name_, \
	(u32)ENC_FEAT_##name_, (u8)ENC_FORM_##name_, XFORM_##form_, \
	XEXC_##exc },
#include "translate/xvec.def"
#undef _
};

struct io {
	union v128 a, b, c, result, mask;
	u64 g, gout, ecx, flags;
	u32 mxcsr, mxcsr_out, saved, pad;
};

static u8 *code;
static bool avx;

#define IO(member) hm(RDI, (s32)offsetof(struct io, member))

/* a, b, c in xmm1, xmm2, xmm3; the result in xmm4, rdx or the flags. */
static void emit_op(struct enc *e, const struct row *r, unsigned imm)
{
	switch (r->enc) {
	case V3: case V3I:
		if (r->form == XFORM_VD) {
			enc_vmov(e, 4, 1);
			enc_v3(e, r->op, 4, 2, 3);
		} else {
			enc_v3(e, r->op, 4, 1, 2);
		}
		break;
	case V2: case V2I:
		if (r->form == XFORM_FL || r->form == XFORM_V4 ||
		    r->op == SSE_PCMPISTRI || r->op == SSE_PCMPISTRM)
			enc_v2(e, r->op, 1, 2);
		else
			enc_v2(e, r->op, 4, 1);
		break;
	case VMI:
		enc_vst_r(e, r->op, 4, 1);
		break;
	case SH:
		enc_vsh(e, r->op, 4, 1, imm);
		break;
	case V0:
		enc_vmov(e, 4, 1);
		enc_v0(e, r->op, 4, 2);
		break;
	case XG3: case XG3I:
		enc_xg3(e, r->op, 4, 1, RSI);
		break;
	case GX: case GXI:
		enc_gx(e, r->op, RDX, 1);
		break;
	case GSI:
		enc_gs(e, r->op, RDX, 1);
		break;
	default:
		ck_abort_msg("%s: form", r->name);
	}
	switch (r->enc) {
	case V3I: case V2I: case VMI: case XG3I: case GXI: case GSI:
		enc_u8(e, imm);
		break;
	default:
		break;
	}
}

static void run_host(const struct row *r, unsigned imm, struct io *io)
{
	struct enc e = { .p = code, .avx = avx };
	void (*fn)(struct io *);

	enc_stmxcsr(&e, IO(saved));
	enc_ldmxcsr(&e, IO(mxcsr));
	enc_v2m(&e, SSE_MOVUPS, 1, IO(a));
	enc_v2m(&e, SSE_MOVUPS, 2, IO(b));
	enc_v2m(&e, SSE_MOVUPS, 3, IO(c));
	enc_v2m(&e, SSE_MOVUPS, 0, IO(c));
	enc_mov_rm(&e, 1, RSI, IO(g));
	enc_mov_rm(&e, 1, RAX, IO(c.d[0]));
	enc_mov_rm(&e, 1, RDX, IO(c.d[1]));
	emit_op(&e, r, imm);
	enc_u8(&e, 0x9c);		/* pushf */
	enc_pop_r(&e, RAX);
	enc_mov_mr(&e, 1, IO(flags), RAX);
	enc_mov_mr(&e, 1, IO(gout), RDX);
	enc_mov_mr(&e, 1, IO(ecx), RCX);
	enc_vst(&e, SSE_MOVUPS_ST, IO(result), 4);
	enc_vst(&e, SSE_MOVUPS_ST, IO(mask), 0);
	enc_stmxcsr(&e, IO(mxcsr_out));
	enc_ldmxcsr(&e, IO(saved));
	enc_ret(&e);
	memcpy(&fn, &code, sizeof(fn));
	fn(io);
}

/* The part of what came out that is the operation's result. */
static union v128 host_result(const struct row *r, const struct io *io)
{
	u64 ef = io->flags & EFLAGS_ARITH;

	if (r->op == SSE_PCMPESTRI)
		return (union v128){ .d = { (u32)io->ecx, ef } };
	if (r->op == SSE_PCMPESTRM || r->op == SSE_PCMPISTRM)
		return io->mask;
	if (r->form == XFORM_FL)
		return (union v128){ .d = { flags_from_eflags((u32)ef), 0 } };
	if (r->op == SSE_PCMPISTRI)
		return (union v128){ .d = { (u32)io->ecx, 0 } };
	if (r->form == XFORM_GX)
		return (union v128){ .d = { io->gout, 0 } };
	return io->result;
}

/* -- Operands -------------------------------------------------------------------------- */

static u64 rng = 88172645463325252ull;

static u64 rnd(void)
{
	rng ^= rng << 13;
	rng ^= rng >> 7;
	rng ^= rng << 17;
	return rng * 0x2545f4914f6cdd1dull;
}

static const u32 f32s[] = {
	0, 0x80000000, 0x3f800000, 0xbf800000, 0x7f800000, 0xff800000,
	0x7fc00000, 0xffc00001, 0x7fc12345, 0x7f800001, 0xff812345, 0x7fbfffff,
	1, 0x80000001, 0x007fffff, 0x807fffff, 0x00800000, 0x80800000,
	0x00800001, 0x7f7fffff, 0xff7fffff, 0x4f000000, 0xcf000000, 0x4effffff,
	0x5f000000, 0xdf000000, 0x5effffff, 0x3f000000, 0x3fc00000, 0x40200000,
	0xbf000000, 0xbfc00000, 0x3effffff, 0x3f7fffff, 0x3f800001, 0x4b000000,
	0x4b000001, 0x4affffff, 0x477fe000, 0x477ff000, 0x33000000, 0x33000001,
	0x387fc000, 0x38800000, 0x34000000, 0x1f800000, 0x20000000, 0x5f7fffff
};
static const u64 f64s[] = {
	0, 1ull << 63, 0x3ff0000000000000, 0xbff0000000000000,
	0x7ff0000000000000, 0xfff0000000000000, 0x7ff8000000000000,
	0xfff8000000000001, 0x7ff8123456789abc, 0x7ff0000000000001,
	0xfff0123456789abc, 0x7ff7ffffffffffff, 1, 0x8000000000000001,
	0x000fffffffffffff, 0x800fffffffffffff, 0x0010000000000000,
	0x8010000000000000, 0x0010000000000001, 0x7fefffffffffffff,
	0xffefffffffffffff, 0x41e0000000000000, 0xc1e0000000000000,
	0xc1e0000000100000, 0xc1e0000000200000, 0x41dfffffffc00000,
	0x41dfffffffe00000, 0x43e0000000000000, 0xc3e0000000000000,
	0x43dfffffffffffff, 0x3fe0000000000000, 0x3ff8000000000000,
	0x4004000000000000, 0xbfe0000000000000, 0x3fdfffffffffffff,
	0x3fefffffffffffff, 0x3ff0000000000001, 0x4330000000000000,
	0x4330000000000001, 0x432fffffffffffff, 0x380fffffe0000000,
	0x3810000000000000, 0x380fffffffffffff, 0x36a0000000000000,
	0x3690000000000000, 0x47efffffe0000000, 0x47effffff0000000,
	0x1ff0000000000000, 0x2000000000000000, 0x3800000010000000
};

static u32 any_f32(void)
{
	u32 v = f32s[rnd() % ARRAY_LEN(f32s)];

	switch (rnd() % 6) {
	case 0:
		return (u32)rnd();
	case 1:			/* near 1, of either sign */
		return 0x3f000000 + (u32)(rnd() % 0x1000000) +
		       (u32)(rnd() & 1) * 0x80000000;
	case 2:			/* near the smallest normal */
		return (u32)(rnd() % 0x01800000) + (u32)(rnd() & 1) * 0x80000000;
	case 3:
		return v + (u32)(rnd() % 5) - 2;
	default:
		return v;
	}
}

static u64 any_f64(void)
{
	u64 v = f64s[rnd() % ARRAY_LEN(f64s)];

	switch (rnd() % 6) {
	case 0:
		return rnd();
	case 1:
		return 0x3fe0000000000000 + (rnd() & 0x1fffffffffffff) +
		       (rnd() << 63);
	case 2:
		return (rnd() & 0x2fffffffffffff) + (rnd() << 63);
	case 3:
		return v + rnd() % 5 - 2;
	default:
		return v;
	}
}

static union v128 any(void)
{
	union v128 v = { .d = { rnd(), rnd() } };

	switch (rnd() % 8) {
	case 0:
		break;
	case 1:			/* few different bytes: strings */
		for (unsigned i = 0; i < 16; i++)
			v.b[i] = "abcdefgh\0az"[rnd() % 11];
		break;
	case 2:
		for (unsigned i = 0; i < 8; i++)
			v.h[i] = (u16)(0x60 + rnd() % 6) * (rnd() % 8 != 0);
		break;
	case 3:			/* extremes of lanes */
		for (unsigned i = 0; i < 16; i++)
			v.b[i] = "\x00\xff\x7f\x80\x01"[rnd() % 5];
		break;
	case 4: case 5:
		for (unsigned i = 0; i < 4; i++)
			v.s[i] = any_f32();
		break;
	default:
		v.d[0] = any_f64();
		v.d[1] = any_f64();
	}
	return v;
}

/* Operands that go together: shift counts, lengths, cancelling numbers. */
static void any_operands(const struct row *r, struct io *io)
{
	io->a = any();
	io->b = any();
	io->c = any();
	io->g = rnd() >> rnd() % 64;
	if (rnd() & 1)
		io->g = -io->g;
	switch (rnd() % 8) {
	case 0:
		io->b = io->a;
		break;
	case 1:
		io->b.d[0] = rnd() % 70;
		break;
	case 2:
		io->c = io->a;
		break;
	case 3:			/* products near the addend */
		for (unsigned i = 0; i < 4; i++)
			io->b.s[i] = 0x3f800000 + (u32)(rnd() % 3) - 1;
		io->c = io->a;
		break;
	case 4:
		for (unsigned i = 0; i < 2; i++)
			io->b.d[i] = 0x3ff0000000000000 + rnd() % 3 - 1;
		io->c = io->a;
		break;
	default:
		break;
	}
	if (r->op == SSE_PCMPESTRI || r->op == SSE_PCMPESTRM)
		for (unsigned i = 0; i < 2; i++)
			io->c.sd[i] = rnd() % 8 ? (s64)(rnd() % 40) - 20 :
						  (s32)rnd();
}

/* -- Comparison --------------------------------------------------------------------------- */

static enum ir_type type_of(const struct row *r)
{
	switch (r->form) {
	case XFORM_GX:
		return r->op & ENC_W ? IR_I64 : IR_I32;
	case XFORM_FL:
		return IR_FLAGS;
	default:
		return IR_V128;
	}
}

static enum ir_op op_of(const struct row *r)
{
	switch (r->form) {
	case XFORM_GX: return IR_XVTOG;
	case XFORM_XG: return IR_XGTOV;
	case XFORM_FL: return IR_XF_VEC;
	default: return IR_XVEC;
	}
}

static unsigned failures;

static void report(const struct row *r, unsigned imm, const struct io *io,
		   const union v128 *got, u32 mxcsr)
{
	union v128 want = host_result(r, io);

	if (failures++ > 20)
		return;
	fprintf(stderr, "%s imm %02x mxcsr %04x\n"
		"  a %016" PRIx64 "%016" PRIx64 " b %016" PRIx64 "%016" PRIx64
		" c %016" PRIx64 "%016" PRIx64 " g %" PRIx64 "\n"
		"  host %016" PRIx64 "%016" PRIx64 " mxcsr %04x\n"
		"  sem  %016" PRIx64 "%016" PRIx64 " mxcsr %04x\n",
		r->name, imm, io->mxcsr, io->a.d[1], io->a.d[0], io->b.d[1],
		io->b.d[0], io->c.d[1], io->c.d[0], io->g, want.d[1], want.d[0],
		io->mxcsr_out, got->d[1], got->d[0], mxcsr);
}

static void compare(const struct row *r, unsigned imm, struct io *io)
{
	struct ir_inst i = { .op = (u16)op_of(r), .type = (u8)type_of(r),
			     .imm = (s32)((unsigned)(r - rows) |
					  imm << XVEC_IMM_SHIFT) };
	struct cpu cpu = { .guest_mxcsr = io->mxcsr };
	union v128 got = { .d = { io->g, 0 } }, want;

	sem_table[i.op](&cpu, sem_desc(&i), &got, &io->a,
			r->form == XFORM_XG ? &got : &io->b, &io->c);
	want = host_result(r, io);
	if (memcmp(&got, &want, 16) || cpu.guest_mxcsr != io->mxcsr_out)
		report(r, imm, io, &got, cpu.guest_mxcsr);
}

/* -- The test -------------------------------------------------------------------------------- */

static u32 any_mxcsr(void)
{
	return 0x1f80 | (u32)(rnd() & 3) << 13 | (rnd() % 4 ? 0 : 0x8000) |
	       (rnd() % 4 ? 0 : 0x40);
}

static bool without_vex(const struct row *r, unsigned imm)
{
	return !avx && imm > 7 && (r->op == SSE_CMPPS || r->op == SSE_CMPPD ||
				   r->op == SSE_CMPSS || r->op == SSE_CMPSD);
}

START_TEST(all_operations)
{
	const struct row *r = &rows[_i];
	struct io io = { .pad = 0 };

	if ((hostcpu_probe() & r->feat) != r->feat) {
		fprintf(stderr, "test_xvec: not on this processor: %s\n",
			r->name);
		return;
	}
	failures = 0;
	for (unsigned n = 0; n < 6000; n++) {
		unsigned imm = (unsigned)rnd() & 0xff;

		any_operands(r, &io);
		io.mxcsr = any_mxcsr();
		if (without_vex(r, imm))
			imm &= 7;
		run_host(r, imm, &io);
		compare(r, imm, &io);
	}
	ck_assert_msg(!failures, "%s: %u differ", r->name, failures);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("xvec");
	TCase *tc = tcase_create("xvec");
	SRunner *sr = srunner_create(s);
	int bad;

	code = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (code == MAP_FAILED)
		return 77;
	avx = hostcpu_probe() & HF_AVX;
	tcase_set_timeout(tc, 120);
	tcase_add_loop_test(tc, all_operations, 0, XVEC_COUNT);
	suite_add_tcase(s, tc);
	srunner_set_fork_status(sr, CK_NOFORK);
	srunner_run_all(sr, CK_ENV);
	bad = srunner_ntests_failed(sr);
	srunner_free(sr);
	return bad ? EXIT_FAILURE : EXIT_SUCCESS;
}
