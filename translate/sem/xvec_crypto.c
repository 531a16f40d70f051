/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * AES-NI, PCLMULQDQ and the SHA extensions.  AES and carry-less products are
 * made of the Arm operations, which are the same tables and polynomials.
 */
#include "translate/sem/xvec.h"

/* -- AES (FIPS 197) ------------------------------------------------------------------- */

static union v128 xor(union v128 a, union v128 b)
{
	return (union v128){ .d = { a.d[0] ^ b.d[0], a.d[1] ^ b.d[1] } };
}

/* One of the IR's operations on whole registers. */
static union v128 whole(sem_fn *fn, union v128 a)
{
	union v128 r;

	fn(NULL, IR_V128, &r, &a, &sem_zero, NULL);
	return r;
}

XSEM(AESENC)
{
	return xor(whole(sem_AESMC, whole(sem_AESE, a)), b);
}

XSEM(AESENCLAST)
{
	return xor(whole(sem_AESE, a), b);
}

XSEM(AESDEC)
{
	return xor(whole(sem_AESIMC, whole(sem_AESD, a)), b);
}

XSEM(AESDECLAST)
{
	return xor(whole(sem_AESD, a), b);
}

XSEM(AESIMC)
{
	return whole(sem_AESIMC, a);
}

/* Four equal columns are none the worse for shifting their rows. */
static u32 sub_word(u32 w)
{
	union v128 v = { .s = { w, w, w, w } };

	return whole(sem_AESE, v).s[0];
}

XSEM(AESKEYGEN)
{
	u32 x = sub_word(a.s[1]), y = sub_word(a.s[3]);

	return (union v128){ .s = { x, bits_ror32(x, 8) ^ s->imm, y,
				    bits_ror32(y, 8) ^ s->imm } };
}

XSEM(PCLMULQDQ)
{
	union v128 x = xsem_int(a.d[s->imm & 1]), y = xsem_int(b.d[s->imm >> 4 & 1]);
	union v128 r;

	sem_VPMULL(NULL, (u64)IR_V128 | 3u << 8, &r, &x, &y, NULL);
	return r;
}

/* -- SHA-1: word 3 is the first ---------------------------------------------------------- */

static u32 rol(u32 x, unsigned n)
{
	return bits_ror32(x, 32 - n);
}

XSEM(SHA1NEXTE)
{
	b.s[3] += rol(a.s[3], 30);
	return b;
}

XSEM(SHA1MSG1)
{
	return (union v128){ .s = { b.s[2] ^ a.s[0], b.s[3] ^ a.s[1],
				    a.s[0] ^ a.s[2], a.s[1] ^ a.s[3] } };
}

XSEM(SHA1MSG2)
{
	union v128 r;

	r.s[3] = rol(a.s[3] ^ b.s[2], 1);
	r.s[2] = rol(a.s[2] ^ b.s[1], 1);
	r.s[1] = rol(a.s[1] ^ b.s[0], 1);
	r.s[0] = rol(a.s[0] ^ r.s[3], 1);
	return r;
}

static u32 sha1_f(unsigned n, u32 x, u32 y, u32 z)
{
	switch (n) {
	case 0:
		return (x & y) ^ (~x & z);
	case 2:
		return (x & y) ^ (x & z) ^ (y & z);
	default:
		return x ^ y ^ z;
	}
}

/* The first round's E is in the message already. */
XSEM(SHA1RNDS4)
{
	static const u32 k[4] = { 0x5a827999, 0x6ed9eba1, 0x8f1bbcdc,
				  0xca62c1d6 };
	unsigned n = s->imm & 3;
	u32 v[5] = { a.s[3], a.s[2], a.s[1], a.s[0], 0 };

	for (unsigned i = 0; i < 4; i++) {
		u32 t = sha1_f(n, v[1], v[2], v[3]) + rol(v[0], 5) +
			b.s[3 - i] + v[4] + k[n];

		v[4] = v[3];
		v[3] = v[2];
		v[2] = rol(v[1], 30);
		v[1] = v[0];
		v[0] = t;
	}
	return (union v128){ .s = { v[3], v[2], v[1], v[0] } };
}

/* -- SHA-256: word 0 is the first --------------------------------------------------------- */

static u32 sigma0(u32 x)
{
	return bits_ror32(x, 7) ^ bits_ror32(x, 18) ^ x >> 3;
}

static u32 sigma1(u32 x)
{
	return bits_ror32(x, 17) ^ bits_ror32(x, 19) ^ x >> 10;
}

XSEM(SHA256MSG1)
{
	for (unsigned i = 0; i < 4; i++)
		a.s[i] += sigma0(i < 3 ? a.s[i + 1] : b.s[0]);
	return a;
}

XSEM(SHA256MSG2)
{
	a.s[0] += sigma1(b.s[2]);
	a.s[1] += sigma1(b.s[3]);
	a.s[2] += sigma1(a.s[0]);
	a.s[3] += sigma1(a.s[1]);
	return a;
}

/* a = C D G H, b = A B E F (from word 3 down), c = two words of the schedule. */
XSEM(SHA256RNDS2)
{
	u32 v[8] = { b.s[3], b.s[2], a.s[3], a.s[2],
		     b.s[1], b.s[0], a.s[1], a.s[0] };

	for (unsigned i = 0; i < 2; i++) {
		u32 e = v[4], x = v[0];
		u32 t = v[7] + c.s[i] + ((e & v[5]) ^ (~e & v[6])) +
			(bits_ror32(e, 6) ^ bits_ror32(e, 11) ^
			 bits_ror32(e, 25));
		u32 u = ((x & v[1]) ^ (x & v[2]) ^ (v[1] & v[2])) +
			(bits_ror32(x, 2) ^ bits_ror32(x, 13) ^
			 bits_ror32(x, 22));

		for (unsigned k = 7; k > 0; k--)
			v[k] = v[k - 1];
		v[4] += t;
		v[0] = t + u;
	}
	return (union v128){ .s = { v[5], v[4], v[1], v[0] } };
}
