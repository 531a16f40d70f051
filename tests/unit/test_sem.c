/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Semantic functions against published vectors (FIPS 197, FIPS 180-4, CRC
 * check values), known answers for the corners of Arm's FP, and, for ordinary
 * arithmetic in all rounding modes, the host's own SSE and FMA units.
 */
#include <check.h>
#include <immintrin.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "translate/sem.h"

static struct cpu cpu;

static union v128 run(enum ir_op op, enum ir_type type, u8 aux, s32 imm,
		      const union v128 *a, const union v128 *b,
		      const union v128 *c)
{
	struct ir_inst inst = { .op = op, .type = type, .aux = aux,
				.imm = imm };
	union v128 d;

	sem_table[op](&cpu, sem_desc(&inst), &d, a, b, c);
	return d;
}

static u64 run64(enum ir_op op, enum ir_type type, u8 aux, s32 imm, u64 a,
		 u64 b, u64 c)
{
	union v128 x = { .d = { a } }, y = { .d = { b } }, z = { .d = { c } };

	return run(op, type, aux, imm, &x, &y, &z).d[0];
}

static void setup(void)
{
	memset(&cpu, 0, sizeof(cpu));
}

/* -- The table ------------------------------------------------------------- */

START_TEST(table_is_complete)
{
	static const u16 flags[IR_OP_COUNT] = {
#define _(name, r, a, b, c, f) IRF_##f,
#include "translate/ir.def"
#undef _
	};
	unsigned i;

	for (i = 0; i < IR_OP_COUNT; i++)
		ck_assert_msg(!sem_table[i] == !(flags[i] & IRF_S), "op %u", i);
}
END_TEST

/* -- Published vectors ----------------------------------------------------- */

static union v128 bytes(const char *hex)
{
	union v128 r;
	unsigned i, v = 0;

	for (i = 0; i < 16; i++) {
		sscanf(hex + 2 * i, "%2x", &v);
		r.b[i] = (u8)v;
	}
	return r;
}

static const union v128 zero;

/* AESE with a zero key is SubBytes and ShiftRows; SubBytes of four equal
 * columns survives ShiftRows. */
static u32 sub_word(u32 v)
{
	union v128 x = { .s = { v, v, v, v } };

	return run(IR_AESE, IR_V128, 0, 0, &x, &zero, NULL).s[0];
}

static void expand_key(union v128 key, union v128 *round_key)
{
	u32 w[44], rcon = 1;
	unsigned i;

	memcpy(w, key.s, sizeof(key));
	for (i = 4; i < 44; i++) {
		u32 t = w[i - 1];

		if (i % 4 == 0) {
			t = sub_word(bits_ror32(t, 8)) ^ rcon;
			rcon = rcon << 1 ^ (rcon & 0x80 ? 0x11b : 0);
		}
		w[i] = w[i - 4] ^ t;
	}
	memcpy(round_key, w, sizeof(w));
}

START_TEST(aes_128)	/* FIPS 197 appendix C.1 */
{
	union v128 k[11], x = bytes("00112233445566778899aabbccddeeff"), t;
	const union v128 plain = x,
		cipher = bytes("69c4e0d86a7b0430d8cdb78070b4c55a");
	int i;

	expand_key(bytes("000102030405060708090a0b0c0d0e0f"), k);
	for (i = 0; i < 10; i++) {
		x = run(IR_AESE, IR_V128, 0, 0, &x, &k[i], NULL);
		if (i < 9)
			x = run(IR_AESMC, IR_V128, 0, 0, &x, NULL, NULL);
	}
	x = run(IR_VXOR, IR_V128, 0, 0, &x, &k[10], NULL);
	ck_assert_mem_eq(&x, &cipher, 16);

	for (i = 10; i > 0; i--) {	/* equivalent inverse cipher */
		t = k[i];
		if (i < 10)
			t = run(IR_AESIMC, IR_V128, 0, 0, &t, NULL, NULL);
		x = run(IR_AESD, IR_V128, 0, 0, &x, &t, NULL);
		if (i > 1)
			x = run(IR_AESIMC, IR_V128, 0, 0, &x, NULL, NULL);
	}
	x = run(IR_VXOR, IR_V128, 0, 0, &x, &k[0], NULL);
	ck_assert_mem_eq(&x, &plain, 16);
}
END_TEST

/* The one padded block of the message "abc", as 32-bit words. */
static const u32 abc32[16] = { 0x61626380, [15] = 24 };

START_TEST(sha1_abc)	/* FIPS 180-4: a9993e36 ... */
{
	static const u32 k[4] = { 0x5a827999, 0x6ed9eba1, 0x8f1bbcdc,
				  0xca62c1d6 };
	static const u16 op[4] = { IR_SHA1C, IR_SHA1P, IR_SHA1M, IR_SHA1P };
	union v128 w[4], x = { .s = { 0x67452301, 0xefcdab89, 0x98badcfe,
				      0x10325476 } };
	union v128 e = { .s = { 0xc3d2e1f0 } }, t, next, kv;
	const union v128 start = x;
	unsigned i;

	memcpy(w, abc32, sizeof(w));
	for (i = 0; i < 20; i++) {
		kv.s[0] = kv.s[1] = kv.s[2] = kv.s[3] = k[i / 5];
		t = run(IR_VADD, IR_V128, 2, 0, &w[i % 4], &kv, NULL);
		next = run(IR_SHA1H, IR_F32, 2, 0, &x, NULL, NULL);
		x = run(op[i / 5], IR_V128, 2, 0, &x, &e, &t);
		e = next;
		t = run(IR_SHA1SU0, IR_V128, 2, 0, &w[i % 4],
			&w[(i + 1) % 4], &w[(i + 2) % 4]);
		w[i % 4] = run(IR_SHA1SU1, IR_V128, 2, 0, &t, &w[(i + 3) % 4],
			       NULL);
	}
	x = run(IR_VADD, IR_V128, 2, 0, &x, &start, NULL);
	ck_assert_uint_eq(x.s[0], 0xa9993e36);
	ck_assert_uint_eq(x.s[1], 0x4706816a);
	ck_assert_uint_eq(x.s[2], 0xba3e2571);
	ck_assert_uint_eq(x.s[3], 0x7850c26c);
	ck_assert_uint_eq(e.s[0] + 0xc3d2e1f0, 0x9cd0d89d);
}
END_TEST

/* Fractional bits of the cube (or square) roots of primes: FIPS 180-4's
 * constants, by integer bisection: the largest r with r^n <= p * 2^(64n). */
static u64 root_fraction(unsigned p, bool cube)
{
	u64 frac = 0;
	unsigned whole = 0;
	int bit;

	while ((cube ? (whole + 1) * (whole + 1) * (whole + 1) :
		       (whole + 1) * (whole + 1)) <= p)
		whole++;
	for (bit = 63; bit >= 0; bit--) {
		/* r = whole:frac, 64 fraction bits; limbs of 32 bits. */
		u64 try = frac | 1ull << bit, limb[10] = { 0 }, r[3] = {
			(u32)try, try >> 32, whole };
		u64 prod[10] = { 1 };
		unsigned n, i, j;

		for (n = 0; n < (cube ? 3u : 2u); n++) {
			memset(limb, 0, sizeof(limb));
			for (i = 0; i < 7; i++) {
				u64 carry = 0;

				for (j = 0; j < 3; j++) {
					carry += prod[i] * r[j] + limb[i + j];
					limb[i + j] = (u32)carry;
					carry >>= 32;
				}
				limb[i + 3] += carry;
			}
			memcpy(prod, limb, sizeof(prod));
		}
		if (prod[2 * (cube ? 3 : 2)] < p)
			frac = try;
	}
	return frac;
}

static unsigned next_prime(unsigned p)
{
	unsigned i;

	for (;;) {
		p++;
		for (i = 2; i * i <= p && p % i; i++)
			;
		if (i * i > p)
			return p;
	}
}

START_TEST(sha256_abc)
{
	static const u32 expect[8] = {
		0xba7816bf, 0x8f01cfea, 0x414140de, 0x5dae2223,
		0xb00361a3, 0x96177a9c, 0xb410ff61, 0xf20015ad
	};
	union v128 w[4], x, y, sx, sy, t, u, kv;
	unsigned i, j, p = 1;

	for (i = 0; i < 8; i++) {
		p = next_prime(p);
		(i < 4 ? &x : &y)->s[i % 4] = root_fraction(p, false) >> 32;
	}
	sx = x;
	sy = y;
	memcpy(w, abc32, sizeof(w));
	for (i = 0, p = 1; i < 16; i++) {
		for (j = 0; j < 4; j++) {
			p = next_prime(p);
			kv.s[j] = root_fraction(p, true) >> 32;
		}
		t = run(IR_VADD, IR_V128, 2, 0, &w[i % 4], &kv, NULL);
		u = run(IR_SHA256H, IR_V128, 2, 0, &x, &y, &t);
		y = run(IR_SHA256H2, IR_V128, 2, 0, &y, &x, &t);
		x = u;
		t = run(IR_SHA256SU0, IR_V128, 2, 0, &w[i % 4],
			&w[(i + 1) % 4], NULL);
		w[i % 4] = run(IR_SHA256SU1, IR_V128, 2, 0, &t,
			       &w[(i + 2) % 4], &w[(i + 3) % 4]);
	}
	x = run(IR_VADD, IR_V128, 2, 0, &x, &sx, NULL);
	y = run(IR_VADD, IR_V128, 2, 0, &y, &sy, NULL);
	ck_assert_mem_eq(&x, expect, 16);
	ck_assert_mem_eq(&y, expect + 4, 16);
}
END_TEST

/*
 * Two rounds on the state s = ab, cd, ef, gh (first letter in the low half);
 * wk = message + constants of the first round in the low half.  SHA512H wants
 * the first round's sum with h in the high half.
 */
static void sha512_two_rounds(union v128 s[4], union v128 wk)
{
	union v128 sum = { .d = { wk.d[1] + s[3].d[0], wk.d[0] + s[3].d[1] } };
	union v128 fg = { .d = { s[2].d[1], s[3].d[0] } };
	union v128 de = { .d = { s[1].d[1], s[2].d[0] } };
	union v128 t, r;

	t = run(IR_SHA512H, IR_V128, 3, 0, &sum, &fg, &de);
	r = run(IR_SHA512H2, IR_V128, 3, 0, &t, &s[1], &s[0]);
	s[3] = s[2];
	s[2] = run(IR_VADD, IR_V128, 3, 0, &s[1], &t, NULL);
	s[1] = s[0];
	s[0] = r;
}

START_TEST(sha512_abc)
{
	static const u64 expect[8] = {
		0xddaf35a193617aba, 0xcc417349ae204131,
		0x12e6fa4e89a97ea2, 0x0a9eeee64b55d39a,
		0x2192992a274fc1a8, 0x36ba3c23a3feebbd,
		0x454d4423643ce80e, 0x2a9ac94fa54ca49f
	};
	union v128 w[8] = { { .d = { 0x6162638000000000, 0 } },
			    [7] = { .d = { 0, 24 } } };
	union v128 s[4], start[4], wk, t;
	unsigned i, p = 1;

	for (i = 0; i < 8; i++) {
		p = next_prime(p);
		s[i / 2].d[i % 2] = root_fraction(p, false);
	}
	memcpy(start, s, sizeof(s));
	for (i = 0, p = 1; i < 40; i++) {
		p = next_prime(p);
		wk.d[0] = w[i % 8].d[0] + root_fraction(p, true);
		p = next_prime(p);
		wk.d[1] = w[i % 8].d[1] + root_fraction(p, true);
		sha512_two_rounds(s, wk);
		t = run(IR_SHA512SU0, IR_V128, 3, 0, &w[i % 8],
			&w[(i + 1) % 8], NULL);
		wk = run(IR_VEXT, IR_V128, 0, 8, &w[(i + 4) % 8],
			 &w[(i + 5) % 8], NULL);
		w[i % 8] = run(IR_SHA512SU1, IR_V128, 3, 0, &t,
			       &w[(i + 7) % 8], &wk);
	}
	for (i = 0; i < 4; i++)
		s[i] = run(IR_VADD, IR_V128, 3, 0, &s[i], &start[i], NULL);
	ck_assert_mem_eq(s, expect, sizeof(expect));
}
END_TEST

START_TEST(crc_check_values)
{
	const char *p = "123456789";
	u64 crc = 0xffffffff, crc_c = 0xffffffff, v;

	memcpy(&v, p, 8);
	crc = run64(IR_CRC32, IR_I32, 3, 0, crc, v, 0);
	crc = run64(IR_CRC32, IR_I32, 0, 0, crc, (u64)p[8], 0);
	crc_c = run64(IR_CRC32C, IR_I32, 0, 0, crc_c, (u64)p[0], 0);
	memcpy(&v, p + 1, 8);
	crc_c = run64(IR_CRC32C, IR_I32, 3, 0, crc_c, v, 0);
	ck_assert_uint_eq(crc ^ 0xffffffff, 0xcbf43926);
	ck_assert_uint_eq(crc_c ^ 0xffffffff, 0xe3069283);
}
END_TEST

/* -- FP corners ------------------------------------------------------------ */

#define INF32 0x7f800000
#define NAN32 0x7fc00000	/* the default NaN */
#define SNAN32 0x7f800001

struct known {
	u16 op;
	u8 type, aux;
	s32 imm;
	u32 fpcr;
	u64 a, b, c, result;
	u32 fpsr;
};

static const struct known known[] = {
	/* NaN choice: signalling first, then operand order; quieted. */
	{ IR_FADD, IR_F32, 2, 0, 0, 0xffc00005, SNAN32, 0, 0x7fc00001, 1 },
	{ IR_FADD, IR_F32, 2, 0, 0, 0xffc00005, 0x7fc00006, 0, 0xffc00005, 0 },
	{ IR_FSUB, IR_F32, 2, 0, 0, 0, 0x7fc00006, 0, 0x7fc00006, 0 },
	{ IR_FADD, IR_F32, 2, 0, FPCR_DN, 0xffc00005, 0, 0, NAN32, 0 },
	{ IR_FADD, IR_F32, 2, 0, 0, INF32, 0xff800000, 0, NAN32, 1 },
	{ IR_FMUL, IR_F32, 2, 0, 0, INF32, 0, 0, NAN32, 1 },
	{ IR_FMULX, IR_F32, 2, 0, 0, INF32, 0x80000000, 0, 0xc0000000, 0 },
	/* The addend is the first operand; inf * 0 + QNaN is invalid. */
	{ IR_FMADD, IR_F32, 2, 0, 0, 0x7fc00001, 0x7fc00002, 0x7fc00003,
	  0x7fc00003, 0 },
	{ IR_FMADD, IR_F32, 2, 0, 0, INF32, 0, 0x7fc00003, NAN32, 1 },
	{ IR_FMADD, IR_F32, 2, 0, 0, 0x7fc00001, SNAN32, 0x7fc00003,
	  0x7fc00001, 1 },
	/* Signs of zero. */
	{ IR_FADD, IR_F32, 2, 0, 0, 0x3f800000, 0xbf800000, 0, 0, 0 },
	{ IR_FADD, IR_F32, 2, 0, 2 << 22, 0x3f800000, 0xbf800000, 0,
	  0x80000000, 0 },
	{ IR_FMAX, IR_F32, 2, 0, 0, 0x80000000, 0, 0, 0, 0 },
	{ IR_FMIN, IR_F32, 2, 0, 0, 0, 0x80000000, 0, 0x80000000, 0 },
	{ IR_FMAX, IR_F32, 2, 0, 0, 0x7fc00001, 0x3f800000, 0, 0x7fc00001, 0 },
	{ IR_FMAXNM, IR_F32, 2, 0, 0, 0x7fc00001, 0x3f800000, 0, 0x3f800000,
	  0 },
	{ IR_FMINNM, IR_F32, 2, 0, 0, SNAN32, 0x3f800000, 0, 0x7fc00001, 1 },
	/* Flushing: inputs give IDC, results UFC alone, F16 no IDC. */
	{ IR_FADD, IR_F32, 2, 0, FPCR_FZ, 1, 0, 0, 0, 128 },
	{ IR_FMUL, IR_F32, 2, 0, FPCR_FZ, 0x00800000, 0x3f000000, 0, 0, 8 },
	{ IR_FADD, IR_F16, 1, 0, FPCR_FZ16, 1, 0, 0, 0, 0 },
	{ IR_FADD, IR_F16, 1, 0, FPCR_FZ, 1, 0, 0, 1, 0 },
	/* Tiny before rounding, though it rounds to the smallest normal. */
	{ IR_FMUL, IR_F32, 2, 0, 0, 0x00ffffff, 0x3f000000, 0, 0x00800000,
	  0x18 },
	{ IR_FMUL, IR_F32, 2, 0, FPCR_FZ, 0x00ffffff, 0x3f000000, 0, 0, 8 },
	/* Division, square root. */
	{ IR_FDIV, IR_F32, 2, 0, 0, 0xbf800000, 0, 0, 0xff800000, 2 },
	{ IR_FDIV, IR_F32, 2, 0, 0, 0, 0, 0, NAN32, 1 },
	{ IR_FSQRT, IR_F32, 2, 0, 0, 0x80000000, 0, 0, 0x80000000, 0 },
	{ IR_FSQRT, IR_F32, 2, 0, 0, 0xbf800000, 0, 0, NAN32, 1 },
	/* Conversions to integers saturate; NaN gives 0. */
	{ IR_FTOI, IR_I32, 2, 3, 0, 0x4f000000, 0, 0, 0x7fffffff, 1 },
	{ IR_FTOI, IR_I32, 2, 3, 0, NAN32, 0, 0, 0, 1 },
	{ IR_FTOI, IR_I32, 6, 3, 0, 0xbf000000, 0, 0, 0, 16 },
	{ IR_FTOI, IR_I32, 6, 3, 0, 0xbf800000, 0, 0, 0, 1 },
	{ IR_FTOI, IR_I64, 3, 4, 0, 0xc004000000000000, 0, 0, (u64)-3, 16 },
	{ IR_FTOI, IR_I64, 3, 0, 0, 0xc004000000000000, 0, 0, (u64)-2, 16 },
	/* ECMAScript's conversion wraps; bit 32 is Z. */
	{ IR_FJCVTZS, IR_I64, 3, 0, 0, 0x41f0000000100000, 0, 0, 1, 1 },
	{ IR_FJCVTZS, IR_I64, 3, 0, 0, 0x3ff0000000000000, 0, 0,
	  0x100000001, 0 },
	{ IR_FJCVTZS, IR_I64, 3, 0, 0, 0x8000000000000000, 0, 0, 0, 0 },
	{ IR_FJCVTZS, IR_I64, 3, 0, FPCR_FZ, 1, 0, 0, 0, 128 },
	/* Half precision: IEEE overflow, alternative saturation. */
	{ IR_FCVT, IR_F16, 2, 0, 0, 0x47800000, 0, 0, 0x7c00, 0x14 },
	{ IR_FCVT, IR_F16, 2, 0, FPCR_AHP, 0x47800000, 0, 0, 0x7c00, 0 },
	{ IR_FCVT, IR_F16, 2, 0, FPCR_AHP, INF32, 0, 0, 0x7fff, 1 },
	{ IR_FCVT, IR_F16, 2, 0, FPCR_AHP, 0xffc00000, 0, 0, 0x8000, 1 },
	{ IR_FCVT, IR_F32, 1, 0, FPCR_AHP, 0x7c00, 0, 0, 0x47800000, 0 },
	{ IR_FCVT, IR_F32, 3 | IR_AUX3, 0, 0, 0x3ff0000000000001, 0, 0,
	  0x3f800001, 16 },
	/* Estimates. */
	{ IR_FRECPE, IR_F32, 2, 0, 0, 0x3f800000, 0, 0, 0x3f7f8000, 0 },
	{ IR_FRSQRTE, IR_F32, 2, 0, 0, 0x3f800000, 0, 0, 0x3f7f8000, 0 },
	{ IR_FRECPE, IR_F32, 2, 0, 0, 0x80000000, 0, 0, 0xff800000, 2 },
	{ IR_FRSQRTE, IR_F64, 3, 0, 0, 0xbff0000000000000, 0, 0,
	  0x7ff8000000000000, 1 },
	{ IR_FRECPS, IR_F32, 2, 0, 0, INF32, 0, 0, 0x40000000, 0 },
	{ IR_FRSQRTS, IR_F32, 2, 0, 0, INF32, 0, 0, 0x3fc00000, 0 },
	/* Rounding to integral values: exact only when asked. */
	{ IR_FRINT, IR_F32, 2, 0, 0, 0x40200000, 0, 0, 0x40000000, 0 },
	{ IR_FRINT, IR_F32, 2, 4, 0, 0x40200000, 0, 0, 0x40400000, 0 },
	{ IR_FRINT, IR_F32, 2, 5 | 8, 0, 0xbe800000, 0, 0, 0x80000000, 16 },
	{ IR_FRINT, IR_F32, 2, 3 | 8 | 16, 0, 0x4f000000, 0, 0, 0xcf000000,
	  1 },
	/* BF16 dot product: round to odd, no flags. */
	{ IR_BFDOT, IR_V64, 2, 0, 0, 0x7f800000, 0x3f800000, 0,
	  0x7f800000, 0 },
	{ IR_BFCVT, IR_F16, 2, 0, 0, 0x3f808000, 0, 0, 0x3f80, 16 },
	/* Saturation sets QC. */
	{ IR_VSQADD, IR_V64, 0, 0, 0, 0x7f, 1, 0, 0x7f, FPSR_QC },
	{ IR_VSQRDMULH, IR_V64, 1, 0, 0, 0x8000, 0x8000, 0, 0x7fff, FPSR_QC },
	{ IR_VUQSHL, IR_F64, 3, 0, 0, 1, 64, 0, ~0ull, FPSR_QC },
	{ IR_VURSHL, IR_F64, 3, 0, 0, ~0ull, 0xc0, 0, 1, 0 },
};

START_TEST(known_answers)
{
	const struct known *k = &known[_i];
	u64 r;

	cpu.fpcr = k->fpcr;
	r = run64(k->op, k->type, k->aux, k->imm, k->a, k->b, k->c);
	ck_assert_msg(r == k->result && cpu.fpsr == k->fpsr,
		      "row %d: %llx fpsr %x, not %llx fpsr %x", _i,
		      (unsigned long long)r, cpu.fpsr,
		      (unsigned long long)k->result, k->fpsr);
}
END_TEST

START_TEST(compare_flags)
{
	static const struct {
		u32 a, b, aux, nzcv, fpsr;
	} t[] = {
		{ 0, 0x80000000, 2, 0x6, 0 },
		{ 0xbf800000, 0, 2, 0x8, 0 },
		{ INF32, 0x3f800000, 2, 0x2, 0 },
		{ NAN32, 0, 2, 0x3, 0 },
		{ NAN32, 0, 2 | IR_HIGH, 0x3, FPSR_IOC },
		{ 0, SNAN32, 2, 0x3, FPSR_IOC },
	};
	unsigned i;

	for (i = 0; i < ARRAY_LEN(t); i++) {
		union v128 a = { .d = { t[i].a } }, b = { .d = { t[i].b } };

		cpu.fpsr = 0;
		ck_assert_uint_eq(flags_to_nzcv(sem_fcmp(&cpu, t[i].aux, &a,
							 &b)) >> 28,
				  t[i].nzcv);
		ck_assert_uint_eq(cpu.fpsr, t[i].fpsr);
	}
}
END_TEST

/* -- Against the host ------------------------------------------------------ */

static u64 rnd_state = 1;

static u64 rnd(void)
{
	u64 z = rnd_state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

/* A number that is not a NaN; often close to the interesting exponents. */
static u64 number(bool dbl)
{
	unsigned fbits = dbl ? 52 : 23, emask = dbl ? 0x7ff : 0xff;
	u64 r = rnd(), frac = rnd() & bits_mask(fbits), exp = r >> 32 & emask;

	if (r & 3)
		exp = emask / 2 + (r >> 8) % (2 * fbits + 6) - fbits - 3;
	if ((r & 0x70) == 0)
		exp = r >> 8 & 1 ? r >> 9 & 3 : emask - (r >> 9 & 3);
	if (r & 0x80)
		frac &= ~0ull << (r >> 16) % fbits;
	if (exp == emask)
		frac = 0;
	return r >> 63 << (dbl ? 63 : 31) | exp << fbits | frac;
}

enum { H_ADD, H_SUB, H_MUL, H_DIV, H_SQRT, H_FMA, H_CVT, H_COUNT };
static const u16 host_op[H_COUNT] = {
	IR_FADD, IR_FSUB, IR_FMUL, IR_FDIV, IR_FSQRT, IR_FMADD, IR_FCVT
};

__attribute__((target("fma"), noinline))
static u64 host_f64(unsigned op, u64 a, u64 b, u64 c)
{
	__m128d x = _mm_castsi128_pd(_mm_cvtsi64_si128((s64)a));
	__m128d y = _mm_castsi128_pd(_mm_cvtsi64_si128((s64)b));
	__m128d z = _mm_castsi128_pd(_mm_cvtsi64_si128((s64)c));

	switch (op) {
	case H_ADD:
		x = _mm_add_sd(x, y);
		break;
	case H_SUB:
		x = _mm_sub_sd(x, y);
		break;
	case H_MUL:
		x = _mm_mul_sd(x, y);
		break;
	case H_DIV:
		x = _mm_div_sd(x, y);
		break;
	case H_SQRT:
		x = _mm_sqrt_sd(x, x);
		break;
	case H_FMA:
		x = _mm_fmadd_sd(x, y, z);
		break;
	default:
		return (u32)_mm_cvtsi128_si32(_mm_castps_si128(
			_mm_cvtsd_ss(_mm_setzero_ps(), x)));
	}
	return (u64)_mm_cvtsi128_si64(_mm_castpd_si128(x));
}

__attribute__((target("fma"), noinline))
static u64 host_f32(unsigned op, u64 a, u64 b, u64 c)
{
	__m128 x = _mm_castsi128_ps(_mm_cvtsi64_si128((s64)a));
	__m128 y = _mm_castsi128_ps(_mm_cvtsi64_si128((s64)b));
	__m128 z = _mm_castsi128_ps(_mm_cvtsi64_si128((s64)c));

	switch (op) {
	case H_ADD:
		x = _mm_add_ss(x, y);
		break;
	case H_SUB:
		x = _mm_sub_ss(x, y);
		break;
	case H_MUL:
		x = _mm_mul_ss(x, y);
		break;
	case H_DIV:
		x = _mm_div_ss(x, y);
		break;
	case H_SQRT:
		x = _mm_sqrt_ss(x);
		break;
	case H_FMA:
		x = _mm_fmadd_ss(x, y, z);
		break;
	default:
		return (u64)_mm_cvtsi128_si64(_mm_castpd_si128(
			_mm_cvtss_sd(_mm_setzero_pd(), x)));
	}
	return (u32)_mm_cvtsi128_si32(_mm_castps_si128(x));
}

/* Arm's names for MXCSR's flags (IE DE ZE OE UE PE in bits 0-5). */
static u32 host_flags(u32 mxcsr)
{
	return (mxcsr & 1) | (mxcsr >> 2 & 1) << 1 | (mxcsr >> 3 & 1) << 2 |
	       (mxcsr >> 4 & 1) << 3 | (mxcsr >> 5 & 1) << 4;
}

/* Rounding modes from FPCR's numbers to MXCSR's. */
static const u8 host_round[4] = { 0, 2, 1, 3 };

static void against_host(unsigned op, bool dbl)
{
	enum ir_type type = dbl == (op != H_CVT) ? IR_F64 : IR_F32;
	unsigned fbits = type == IR_F64 ? 52 : 23;
	const u32 saved = _mm_getcsr();
	unsigned i;

	for (i = 0; i < 60000; i++) {
		u64 a = number(dbl), b = number(dbl), c = number(dbl), host, r;
		unsigned mode = i & 3;
		u32 flags, mask = 0x1f;

		_mm_setcsr(0x1f80 | (u32)host_round[mode] << 13);
		host = (dbl ? host_f64 : host_f32)(op, a, b, c);
		flags = host_flags(_mm_getcsr());
		_mm_setcsr(saved);
		cpu.fpcr = mode << FPCR_RMODE_SHIFT;
		cpu.fpsr = 0;
		r = run64(host_op[op], type, dbl ? 3 : 2, 0, a, b, c);
		if (flags & FPSR_IOC)	/* the host's default NaN is negative */
			host &= bits_mask(type == IR_F64 ? 63 : 31);
		/* Arm detects tininess before rounding, the host after. */
		if ((r & bits_mask(type == IR_F64 ? 63 : 31)) == 1ull << fbits)
			mask &= ~(u32)FPSR_UFC;
		ck_assert_msg(r == host && !((flags ^ cpu.fpsr) & mask),
			      "op %u %llx %llx %llx mode %u: %llx/%x, host %llx/%x",
			      op, (unsigned long long)a, (unsigned long long)b,
			      (unsigned long long)c, mode,
			      (unsigned long long)r, cpu.fpsr,
			      (unsigned long long)host, flags);
	}
}

START_TEST(host_agrees)
{
	if (_i == H_FMA && !__builtin_cpu_supports("fma"))
		return;
	against_host((unsigned)_i, true);
	against_host((unsigned)_i, false);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("sem");
	TCase *tc = tcase_create("sem");
	SRunner *sr;
	int failed;

	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, table_is_complete);
	tcase_add_test(tc, aes_128);
	tcase_add_test(tc, sha1_abc);
	tcase_add_test(tc, sha256_abc);
	tcase_add_test(tc, sha512_abc);
	tcase_add_test(tc, crc_check_values);
	tcase_add_loop_test(tc, known_answers, 0, ARRAY_LEN(known));
	tcase_add_test(tc, compare_flags);
	tcase_add_loop_test(tc, host_agrees, 0, H_COUNT);
	suite_add_tcase(s, tc);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
