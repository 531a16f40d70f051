/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* x86 integer vector arithmetic, logic and comparisons (SDM vol. 2). */
#include "translate/sem/xvec.h"

/* r.FIELD[i] = expression of x, y (lanes of a, b), n lanes. */
#define LANES(name, type, field, n, expr) \
XSEM(name) \
{ \
	union v128 r = sem_zero; \
	for (unsigned i = 0; i < (n); i++) { \
		type x = a.field[i], y = b.field[i]; \
		r.field[i] = (type)(expr); \
		(void)y; \
	} \
	return r; \
}
#define BYTES(name, expr) LANES(name, u8, b, 16, expr)
#define SBYTES(name, expr) LANES(name, s8, sb, 16, expr)
#define WORDS(name, expr) LANES(name, u16, h, 8, expr)
#define SWORDS(name, expr) LANES(name, s16, sh, 8, expr)
#define DWORDS(name, expr) LANES(name, u32, s, 4, expr)
#define SDWORDS(name, expr) LANES(name, s32, ss, 4, expr)
#define QWORDS(name, expr) LANES(name, u64, d, 2, expr)
#define SQWORDS(name, expr) LANES(name, s64, sd, 2, expr)

static s32 clamp(s32 v, s32 lo, s32 hi)
{
	return v < lo ? lo : v > hi ? hi : v;
}

static s16 sat16(s32 v)
{
	return (s16)clamp(v, -32768, 32767);
}

/* -- Addition, subtraction, multiplication -------------------------------------- */

BYTES(PADDB, x + y) WORDS(PADDW, x + y) DWORDS(PADDD, x + y) QWORDS(PADDQ, x + y)
BYTES(PSUBB, x - y) WORDS(PSUBW, x - y) DWORDS(PSUBD, x - y) QWORDS(PSUBQ, x - y)
SBYTES(PADDSB, clamp(x + y, -128, 127))
SWORDS(PADDSW, sat16(x + y))
BYTES(PADDUSB, clamp(x + y, 0, 255))
WORDS(PADDUSW, clamp(x + y, 0, 65535))
SBYTES(PSUBSB, clamp(x - y, -128, 127))
SWORDS(PSUBSW, sat16(x - y))
BYTES(PSUBUSB, clamp(x - y, 0, 255))
WORDS(PSUBUSW, clamp(x - y, 0, 65535))
SWORDS(PMULLW, (u16)(x * y))
SWORDS(PMULHW, x * y >> 16)
WORDS(PMULHUW, (u32)x * y >> 16)
SWORDS(PMULHRSW, ((x * y >> 14) + 1) >> 1)
DWORDS(PMULLD, x * y)
QWORDS(PMULUDQ, (u64)(u32)x * (u32)y)
SQWORDS(PMULDQ, (s64)(s32)x * (s32)y)
BYTES(PAVGB, (x + y + 1) >> 1)
WORDS(PAVGW, (x + y + 1) >> 1)

XSEM(PMADDWD)
{
	union v128 r;

	for (unsigned i = 0; i < 4; i++)
		r.s[i] = (u32)(a.sh[2 * i] * b.sh[2 * i]) +
			 (u32)(a.sh[2 * i + 1] * b.sh[2 * i + 1]);
	return r;
}

XSEM(PMADDUBSW)
{
	union v128 r;

	for (unsigned i = 0; i < 8; i++)
		r.sh[i] = sat16(a.b[2 * i] * b.sb[2 * i] +
				a.b[2 * i + 1] * b.sb[2 * i + 1]);
	return r;
}

static unsigned byte_distance(u8 x, u8 y)
{
	return x > y ? (unsigned)(x - y) : (unsigned)(y - x);
}

XSEM(PSADBW)
{
	union v128 r = sem_zero;

	for (unsigned i = 0; i < 16; i++)
		r.d[i / 8] += byte_distance(a.b[i], b.b[i]);
	return r;
}

XSEM(MPSADBW)
{
	unsigned bo = (s->imm & 3) * 4, ao = (s->imm >> 2 & 1) * 4;
	union v128 r = sem_zero;

	for (unsigned i = 0; i < 8; i++)
		for (unsigned k = 0; k < 4; k++)
			r.h[i] = (u16)(r.h[i] + byte_distance(a.b[ao + i + k],
							      b.b[bo + k]));
	return r;
}

/* -- Order, sign ---------------------------------------------------------------- */

BYTES(PMINUB, x < y ? x : y) SBYTES(PMINSB, x < y ? x : y)
WORDS(PMINUW, x < y ? x : y) SWORDS(PMINSW, x < y ? x : y)
DWORDS(PMINUD, x < y ? x : y) SDWORDS(PMINSD, x < y ? x : y)
BYTES(PMAXUB, x > y ? x : y) SBYTES(PMAXSB, x > y ? x : y)
WORDS(PMAXUW, x > y ? x : y) SWORDS(PMAXSW, x > y ? x : y)
DWORDS(PMAXUD, x > y ? x : y) SDWORDS(PMAXSD, x > y ? x : y)
BYTES(PCMPEQB, x == y ? -1 : 0) WORDS(PCMPEQW, x == y ? -1 : 0)
DWORDS(PCMPEQD, x == y ? -1 : 0) QWORDS(PCMPEQQ, x == y ? ~0ull : 0)
SBYTES(PCMPGTB, x > y ? -1 : 0) SWORDS(PCMPGTW, x > y ? -1 : 0)
SDWORDS(PCMPGTD, x > y ? -1 : 0) SQWORDS(PCMPGTQ, x > y ? -1 : 0)
BYTES(PSIGNB, y >> 7 ? -x : y ? x : 0)
WORDS(PSIGNW, y >> 15 ? -x : y ? x : 0)
DWORDS(PSIGND, y >> 31 ? -x : y ? x : 0)
BYTES(PABSB, x >> 7 ? -x : x)
WORDS(PABSW, x >> 15 ? -x : x)
DWORDS(PABSD, x >> 31 ? -x : x)

XSEM(PHMINPOSUW)
{
	unsigned at = 0;

	for (unsigned i = 1; i < 8; i++)
		if (a.h[i] < a.h[at])
			at = i;
	return xsem_int(a.h[at] | at << 16);
}

/* -- Neighbours ------------------------------------------------------------------- */

#define PAIRS(name, type, field, n, expr) \
XSEM(name) \
{ \
	union v128 r; \
	for (unsigned i = 0; i < (n); i++) { \
		const union v128 *v = i < (n) / 2 ? &a : &b; \
		unsigned k = 2 * i % (n); \
		type x = v->field[k], y = v->field[k + 1]; \
		r.field[i] = (type)(expr); \
	} \
	return r; \
}
PAIRS(PHADDW, u16, h, 8, x + y)
PAIRS(PHADDD, u32, s, 4, x + y)
PAIRS(PHADDSW, s16, sh, 8, sat16(x + y))
PAIRS(PHSUBW, u16, h, 8, x - y)
PAIRS(PHSUBD, u32, s, 4, x - y)
PAIRS(PHSUBSW, s16, sh, 8, sat16(x - y))

/* -- Logic -------------------------------------------------------------------------- */

#define LOGIC(name, expr) \
QWORDS(name##PS, expr) QWORDS(name##PD, expr)
LOGIC(AND, x & y) LOGIC(ANDN, ~x & y) LOGIC(OR, x | y) LOGIC(XOR, x ^ y)
QWORDS(PAND, x & y) QWORDS(PANDN, ~x & y) QWORDS(POR, x | y) QWORDS(PXOR, x ^ y)

/* ZF: no bit of mask in a and b; CF: none in b but not in a. */
static union v128 test(union v128 a, union v128 b, u64 mask)
{
	u64 both = (a.d[0] & b.d[0]) | (a.d[1] & b.d[1]);
	u64 only = (~a.d[0] & b.d[0]) | (~a.d[1] & b.d[1]);

	return xsem_int((both & mask ? 0 : FLAG_Z) | (only & mask ? 0 : FLAG_C));
}

XSEM(PTEST)
{
	return test(a, b, ~0ull);
}

XSEM(VTESTPS)
{
	return test(a, b, 0x8000000080000000);
}

XSEM(VTESTPD)
{
	return test(a, b, 1ull << 63);
}

/* -- Shifts -------------------------------------------------------------------------- */

/* Counts of the lane's width and more shift everything out. */
static u64 shift_left(u64 v, u64 n, unsigned w)
{
	return n < w ? v << n : 0;
}

static u64 shift_right(u64 v, u64 n, unsigned w)
{
	return n < w ? v >> n : 0;
}

static u64 shift_signed(u64 v, u64 n, unsigned w)
{
	return (u64)(bits_sext(v, w) >> MIN(n, (u64)w - 1));
}

/* All lanes by the low quadword of b, or by the immediate. */
#define SHIFT(name, field, type, n, w, fn) \
XSEM(name) \
{ \
	union v128 r; \
	for (unsigned i = 0; i < (n); i++) \
		r.field[i] = (type)fn(a.field[i], b.d[0], w); \
	return r; \
} \
XSEM(name##_I) \
{ \
	return xsem_##name(s, a, xsem_int(s->imm), c); \
}
SHIFT(PSLLW, h, u16, 8, 16, shift_left)
SHIFT(PSLLD, s, u32, 4, 32, shift_left)
SHIFT(PSLLQ, d, u64, 2, 64, shift_left)
SHIFT(PSRLW, h, u16, 8, 16, shift_right)
SHIFT(PSRLD, s, u32, 4, 32, shift_right)
SHIFT(PSRLQ, d, u64, 2, 64, shift_right)
SHIFT(PSRAW, h, u16, 8, 16, shift_signed)
SHIFT(PSRAD, s, u32, 4, 32, shift_signed)

DWORDS(VPSLLVD, shift_left(x, y, 32)) QWORDS(VPSLLVQ, shift_left(x, y, 64))
DWORDS(VPSRLVD, shift_right(x, y, 32)) QWORDS(VPSRLVQ, shift_right(x, y, 64))
DWORDS(VPSRAVD, shift_signed(x, y, 32))

/* Bytes at..at+15 of hi:lo, 32 bytes and zeros behind. */
static union v128 window(union v128 lo, union v128 hi, unsigned at)
{
	union v128 r = sem_zero;

	for (unsigned i = 0; i < 16; i++) {
		unsigned k = at + i;

		r.b[i] = k < 16 ? lo.b[k & 15] : k < 32 ? hi.b[k & 15] : 0;
	}
	return r;
}

XSEM(PSLLDQ_I)
{
	return window(sem_zero, a, s->imm < 16 ? 16 - s->imm : 0);
}

XSEM(PSRLDQ_I)
{
	return window(a, sem_zero, s->imm);
}

XSEM(PALIGNR)
{
	return window(b, a, s->imm);
}
