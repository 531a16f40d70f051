/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * SHA-1, SHA-256, SHA-512 steps (FIPS 180-4) and the three-operand logic that
 * came with SHA-3.  Operands a, b, c are the instruction's Vd, Vn, Vm, except
 * where the instruction does not read Vd: then they are Vn, Vm, Va.
 */
#include "translate/sem/ops.h"

static u32 rol32(u32 v, unsigned n)
{
	return bits_ror32(v, 32 - n);
}

static u64 choose(u64 x, u64 y, u64 z)
{
	return (x & y) | (~x & z);
}

static u64 majority(u64 x, u64 y, u64 z)
{
	return (x & y) | ((x | y) & z);
}

static u64 parity(u64 x, u64 y, u64 z)
{
	return x ^ y ^ z;
}

/* -- SHA-1 ----------------------------------------------------------------- */

/* Four rounds on state (x0 x1 x2 x3 = abcd, e) with w = schedule + constant. */
static union v128 sha1_rounds(union v128 x, u32 e, union v128 w,
			      u64 (*fn)(u64, u64, u64))
{
	unsigned i;
	u32 t;

	for (i = 0; i < 4; i++) {
		t = e + rol32(x.s[0], 5) +
		    (u32)fn(x.s[1], x.s[2], x.s[3]) + w.s[i];
		e = x.s[3];
		x.s[3] = x.s[2];
		x.s[2] = rol32(x.s[1], 30);
		x.s[1] = x.s[0];
		x.s[0] = t;
	}
	return x;
}

static union v128 sha1c(u64 desc, union v128 a, union v128 b, union v128 c)
{
	return sha1_rounds(a, b.s[0], c, choose);
}

static union v128 sha1p(u64 desc, union v128 a, union v128 b, union v128 c)
{
	return sha1_rounds(a, b.s[0], c, parity);
}

static union v128 sha1m(u64 desc, union v128 a, union v128 b, union v128 c)
{
	return sha1_rounds(a, b.s[0], c, majority);
}

static union v128 sha1h(u64 desc, union v128 a, union v128 b, union v128 c)
{
	return (union v128){ .s = { rol32(a.s[0], 30) } };
}

static union v128 sha1su0(u64 desc, union v128 a, union v128 b, union v128 c)
{
	return (union v128){ .d = { a.d[1] ^ a.d[0] ^ c.d[0],
				    b.d[0] ^ a.d[1] ^ c.d[1] } };
}

static union v128 sha1su1(u64 desc, union v128 a, union v128 b, union v128 c)
{
	union v128 r = { .s = { rol32(a.s[0] ^ b.s[1], 1),
				rol32(a.s[1] ^ b.s[2], 1),
				rol32(a.s[2] ^ b.s[3], 1),
				rol32(a.s[3], 1) } };

	r.s[3] ^= rol32(r.s[0], 1);
	return r;
}

SEM_WHOLE(SHA1C, sha1c)
SEM_WHOLE(SHA1P, sha1p)
SEM_WHOLE(SHA1M, sha1m)
SEM_WHOLE(SHA1H, sha1h)
SEM_WHOLE(SHA1SU0, sha1su0)
SEM_WHOLE(SHA1SU1, sha1su1)

/* -- SHA-256 --------------------------------------------------------------- */

static u32 xor_rotations32(u32 v, unsigned i, unsigned j, unsigned k)
{
	return bits_ror32(v, i) ^ bits_ror32(v, j) ^ bits_ror32(v, k);
}

/* Four rounds on state x = abcd, y = efgh with w = schedule + constants. */
static void sha256_rounds(union v128 *x, union v128 *y, union v128 w)
{
	unsigned i, k;
	u32 t, u;

	for (i = 0; i < 4; i++) {
		t = y->s[3] + xor_rotations32(y->s[0], 6, 11, 25) +
		    (u32)choose(y->s[0], y->s[1], y->s[2]) + w.s[i];
		u = t + xor_rotations32(x->s[0], 2, 13, 22) +
		    (u32)majority(x->s[0], x->s[1], x->s[2]);
		t += x->s[3];
		for (k = 3; k > 0; k--) {
			x->s[k] = x->s[k - 1];
			y->s[k] = y->s[k - 1];
		}
		x->s[0] = u;
		y->s[0] = t;
	}
}

static union v128 sha256h(u64 desc, union v128 a, union v128 b, union v128 c)
{
	sha256_rounds(&a, &b, c);
	return a;
}

static union v128 sha256h2(u64 desc, union v128 a, union v128 b, union v128 c)
{
	sha256_rounds(&b, &a, c);
	return a;
}

static union v128 sha256su0(u64 desc, union v128 a, union v128 b,
			    union v128 c)
{
	unsigned i;
	u32 t;

	for (i = 0; i < 4; i++) {
		t = i < 3 ? a.s[i + 1] : b.s[0];
		a.s[i] += bits_ror32(t, 7) ^ bits_ror32(t, 18) ^ t >> 3;
	}
	return a;
}

static union v128 sha256su1(u64 desc, union v128 a, union v128 b,
			    union v128 c)
{
	unsigned i;
	u32 t;

	for (i = 0; i < 4; i++) {
		t = i < 2 ? c.s[i + 2] : a.s[i - 2];
		a.s[i] += bits_ror32(t, 17) ^ bits_ror32(t, 19) ^ t >> 10;
		a.s[i] += i < 3 ? b.s[i + 1] : c.s[0];
	}
	return a;
}

SEM_WHOLE(SHA256H, sha256h)
SEM_WHOLE(SHA256H2, sha256h2)
SEM_WHOLE(SHA256SU0, sha256su0)
SEM_WHOLE(SHA256SU1, sha256su1)

/* -- SHA-512 --------------------------------------------------------------- */

static u64 xor_rotations64(u64 v, unsigned i, unsigned j, unsigned k)
{
	return bits_ror64(v, i) ^ bits_ror64(v, j) ^ bits_ror64(v, k);
}

static union v128 sha512h(u64 desc, union v128 a, union v128 b, union v128 c)
{
	u64 t;

	a.d[1] += xor_rotations64(c.d[1], 14, 18, 41) +
		  choose(c.d[1], b.d[0], b.d[1]);
	t = a.d[1] + c.d[0];
	a.d[0] += xor_rotations64(t, 14, 18, 41) +
		  choose(t, c.d[1], b.d[0]);
	return a;
}

static union v128 sha512h2(u64 desc, union v128 a, union v128 b, union v128 c)
{
	a.d[1] += xor_rotations64(c.d[0], 28, 34, 39) +
		  majority(b.d[0], c.d[1], c.d[0]);
	a.d[0] += xor_rotations64(a.d[1], 28, 34, 39) +
		  majority(a.d[1], c.d[0], c.d[1]);
	return a;
}

static u64 sigma0_512(u64 v)
{
	return bits_ror64(v, 1) ^ bits_ror64(v, 8) ^ v >> 7;
}

static u64 sigma1_512(u64 v)
{
	return bits_ror64(v, 19) ^ bits_ror64(v, 61) ^ v >> 6;
}

static union v128 sha512su0(u64 desc, union v128 a, union v128 b,
			    union v128 c)
{
	return (union v128){ .d = { a.d[0] + sigma0_512(a.d[1]),
				    a.d[1] + sigma0_512(b.d[0]) } };
}

static union v128 sha512su1(u64 desc, union v128 a, union v128 b,
			    union v128 c)
{
	return (union v128){ .d = { a.d[0] + sigma1_512(b.d[0]) + c.d[0],
				    a.d[1] + sigma1_512(b.d[1]) + c.d[1] } };
}

SEM_WHOLE(SHA512H, sha512h)
SEM_WHOLE(SHA512H2, sha512h2)
SEM_WHOLE(SHA512SU0, sha512su0)
SEM_WHOLE(SHA512SU1, sha512su1)

/* -- SHA-3's logic --------------------------------------------------------- */

static union v128 eor3(u64 desc, union v128 a, union v128 b, union v128 c)
{
	return (union v128){ .d = { a.d[0] ^ b.d[0] ^ c.d[0],
				    a.d[1] ^ b.d[1] ^ c.d[1] } };
}

static union v128 bcax(u64 desc, union v128 a, union v128 b, union v128 c)
{
	return (union v128){ .d = { a.d[0] ^ (b.d[0] & ~c.d[0]),
				    a.d[1] ^ (b.d[1] & ~c.d[1]) } };
}

static union v128 rax1(u64 desc, union v128 a, union v128 b, union v128 c)
{
	return (union v128){ .d = { a.d[0] ^ bits_ror64(b.d[0], 63),
				    a.d[1] ^ bits_ror64(b.d[1], 63) } };
}

static union v128 xar(u64 desc, union v128 a, union v128 b, union v128 c)
{
	unsigned n = (unsigned)sem_imm(desc);

	return (union v128){ .d = { bits_ror64(a.d[0] ^ b.d[0], n),
				    bits_ror64(a.d[1] ^ b.d[1], n) } };
}

SEM_WHOLE(VEOR3, eor3)
SEM_WHOLE(VBCAX, bcax)
SEM_WHOLE(VRAX1, rax1)
SEM_WHOLE(VXAR, xar)
