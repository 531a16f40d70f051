/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The x86 integer opcodes of the IR interpreter: flags, rotation through the
 * carry, division.  In: operands as numbers, the operand size as log2 of its
 * bytes; flags are packed images (cpu.h) with AF and PF.
 *
 * Results follow the SDM, vol. 2; where it says "undefined" they follow what
 * Intel's and AMD's processors agree on, else the other flags stay.
 */
#include "translate/ir_interp_x86.h"

#include "base/bits.h"

enum { ALL = FLAG_N | FLAG_Z | FLAG_A | FLAG_P | FLAG_C | FLAG_V };

static bool sign(u64 v, unsigned w)
{
	return v >> (w - 1) & 1;
}

static u32 parity(u64 v)
{
	return __builtin_parity((unsigned)v & 0xff) ? 0 : FLAG_P;
}

static u32 szp(u64 v, unsigned w)
{
	v &= bits_mask(w);
	return (sign(v, w) ? FLAG_N : 0) | (v ? 0 : FLAG_Z) | parity(v);
}

/* a + b + carry, or a - b - carry if sub. */
static u32 add_flags(u64 a, u64 b, unsigned carry, unsigned w, bool sub)
{
	u128 wide = sub ? (u128)a - b - carry : (u128)a + b + carry;
	u64 r = (u64)wide & bits_mask(w);
	u64 v = sub ? (a ^ b) & (a ^ r) : (a ^ r) & (b ^ r);

	return szp(r, w) | ((wide >> w & 1) ? FLAG_C : 0) |
	       (sign(v, w) ? FLAG_V : 0) |
	       ((a ^ b ^ r) & 0x10 ? FLAG_A : 0);
}

static unsigned count_of(u64 b, unsigned w)
{
	return b & (w == 64 ? 63 : 31);
}

/* The last bit shifted out and the sign's change go to C and V. */
static u32 shift_flags(unsigned op, u64 a, u64 b, unsigned w, u32 old)
{
	unsigned n = count_of(b, w);
	s64 s = bits_sext(a, w);
	u64 r;
	bool c, v;

	if (!n)
		return old;
	if (op == IR_XF_SHL) {
		c = n <= w && a >> (w - n) & 1;
		r = n < w ? a << n : 0;
		v = sign(r, w) != c;
	} else if (op == IR_XF_SHR) {
		c = n <= w && a >> (n - 1) & 1;
		r = n < w ? a >> n : 0;
		v = sign(a, w);
	} else {
		c = s >> (n - 1 < 63 ? n - 1 : 63) & 1;
		r = (u64)(s >> (n < 63 ? n : 63));
		v = false;
	}
	return szp(r, w) | (c ? FLAG_C : 0) | (v ? FLAG_V : 0);
}

static u64 rotl(u64 a, unsigned n, unsigned w)
{
	n %= w;
	return n ? (a << n | a >> (w - n)) & bits_mask(w) : a;
}

/* Through the carry: w + 1 bits, C on top.  *c in and out. */
static u64 rcl(u64 a, unsigned n, unsigned w, bool *c)
{
	u128 x = (u128)*c << w | a, m = ((u128)1 << (w + 1)) - 1;

	n %= w + 1;
	if (n)
		x = (x << n | x >> (w + 1 - n)) & m;
	*c = x >> w & 1;
	return (u64)x & bits_mask(w);
}

static u64 rotate_carry(unsigned op, u64 a, u64 b, unsigned w, bool *c)
{
	unsigned n = count_of(b, w) % (w + 1);

	if (op == IR_XRCR || op == IR_XF_RCR)
		n = (w + 1 - n) % (w + 1);
	return rcl(a, n, w, c);
}

static u32 rotate_flags(unsigned op, u64 a, u64 b, unsigned w, u32 old)
{
	unsigned n = count_of(b, w);
	bool c = old & FLAG_C, left = op == IR_XF_ROL || op == IR_XF_RCL, v;
	u64 r;

	if (!n)
		return old;
	if (op == IR_XF_RCL || op == IR_XF_RCR) {
		r = rotate_carry(op, a, b, w, &c);
	} else {
		r = rotl(a, left ? n : w - n % w, w);
		c = left ? r & 1 : sign(r, w);
	}
	v = left ? sign(r, w) != c : sign(r ^ r << 1, w);
	return (old & ~(u32)(FLAG_C | FLAG_V)) | (c ? FLAG_C : 0) |
	       (v ? FLAG_V : 0);
}

static u32 mul_flags(u64 a, u64 b, unsigned w, bool is_signed)
{
	s128 p = (s128)bits_sext(a, w) * bits_sext(b, w);
	bool over;

	if (is_signed)
		over = p != bits_sext((u64)p, w);
	else
		over = ((u128)a * b) >> w != 0;
	return over ? FLAG_C | FLAG_V : 0;
}

static u32 with(u32 old, u32 bit, bool on)
{
	return (old & ~bit) | (on ? bit : 0);
}

u32 interp_x86_flags(unsigned op, unsigned size, u64 a, u64 b, u32 old)
{
	unsigned w = 8u << size;
	u64 m = bits_mask(w);

	old &= ALL;
	switch (op) {
	case IR_XF_CF: return with((u32)a & ALL, FLAG_C, b & 1);
	case IR_XF_OF: return with((u32)a & ALL, FLAG_V, b & 1);
	case IR_XF_PACK: return flags_from_eflags((u32)a);
	default: break;
	}
	a &= m;
	b &= m;
	switch (op) {
	case IR_XF_ADD: return add_flags(a, b, 0, w, false);
	case IR_XF_SUB: return add_flags(a, b, 0, w, true);
	case IR_XF_ADC: return add_flags(a, b, !!(old & FLAG_C), w, false);
	case IR_XF_SBB: return add_flags(a, b, !!(old & FLAG_C), w, true);
	case IR_XF_LOGIC: return szp(a, w);
	case IR_XF_INC:
		return with(add_flags(a, 1, 0, w, false), FLAG_C, old & FLAG_C);
	case IR_XF_DEC:
		return with(add_flags(a, 1, 0, w, true), FLAG_C, old & FLAG_C);
	case IR_XF_SHL: case IR_XF_SHR: case IR_XF_SAR:
		return shift_flags(op, a, b, w, old);
	case IR_XF_ROL: case IR_XF_ROR: case IR_XF_RCL: case IR_XF_RCR:
		return rotate_flags(op, a, b, w, old);
	case IR_XF_UMUL: return mul_flags(a, b, w, false);
	case IR_XF_SMUL: return mul_flags(a, b, w, true);
	case IR_XF_BT: return with(old, FLAG_C, a >> (b & (w - 1)) & 1);
	default: return 0;
	}
}

u64 interp_x86_rotate(unsigned op, unsigned size, u64 a, u64 b, u32 old)
{
	unsigned w = 8u << size;
	bool c = old & FLAG_C;

	return rotate_carry(op, a & bits_mask(w), b, w, &c);
}

static bool div_unsigned(u128 n, u64 d, unsigned w, u64 *q, u64 *r)
{
	if (!d || n / d >> w)
		return false;
	*q = (u64)(n / d);
	*r = (u64)(n % d);
	return true;
}

static bool div_signed(s128 n, s64 d, unsigned w, u64 *q, u64 *r)
{
	s128 x;

	/* The one case in which the division itself would overflow. */
	if (!d || (d == -1 && n == (s128)((u128)1 << 127)))
		return false;
	x = n / d;
	if (x != bits_sext((u64)x, w))
		return false;
	*q = (u64)x & bits_mask(w);
	*r = (u64)(n % d) & bits_mask(w);
	return true;
}

bool interp_x86_divide(unsigned op, unsigned size, u64 a, u64 b, u64 c,
		       u64 *out)
{
	unsigned w = 8u << size;
	bool is_signed = op == IR_XIDIVQ || op == IR_XIDIVR, ok;
	u128 n = size ? (u128)(b & bits_mask(w)) << w | (a & bits_mask(w)) :
			a & 0xffff;
	u64 q, r;

	if (is_signed) {
		s128 s = (s128)(n << (128 - 2 * w)) >> (128 - 2 * w);

		ok = div_signed(s, bits_sext(c, w), w, &q, &r);
	} else {
		ok = div_unsigned(n, c & bits_mask(w), w, &q, &r);
	}
	if (ok)
		*out = op == IR_XDIVQ || op == IR_XIDIVQ ? q : r;
	return ok;
}
