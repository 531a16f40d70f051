/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* x86 permutations, packing, blends, insertion and extraction (SDM vol. 2). */
#include "translate/sem/xvec.h"

/* -- Merges, interleaving ---------------------------------------------------------- */

XSEM(MOVSS)
{
	a.s[0] = b.s[0];
	return a;
}

XSEM(MOVSD)
{
	a.d[0] = b.d[0];
	return a;
}

XSEM(MOVHLPS)
{
	a.d[0] = b.d[1];
	return a;
}

XSEM(MOVLHPS)
{
	a.d[1] = b.d[0];
	return a;
}

#define UNPACK(name, field, n, from) \
XSEM(name) \
{ \
	union v128 r; \
	for (unsigned i = 0; i < (n) / 2; i++) { \
		r.field[2 * i] = a.field[(from) + i]; \
		r.field[2 * i + 1] = b.field[(from) + i]; \
	} \
	return r; \
}
UNPACK(PUNPCKLBW, b, 16, 0) UNPACK(PUNPCKHBW, b, 16, 8)
UNPACK(PUNPCKLWD, h, 8, 0) UNPACK(PUNPCKHWD, h, 8, 4)
UNPACK(PUNPCKLDQ, s, 4, 0) UNPACK(PUNPCKHDQ, s, 4, 2)
UNPACK(PUNPCKLQDQ, d, 2, 0) UNPACK(PUNPCKHQDQ, d, 2, 1)
UNPACK(UNPCKLPS, s, 4, 0) UNPACK(UNPCKHPS, s, 4, 2)
UNPACK(UNPCKLPD, d, 2, 0) UNPACK(UNPCKHPD, d, 2, 1)

static s32 clamp(s32 v, s32 lo, s32 hi)
{
	return v < lo ? lo : v > hi ? hi : v;
}

#define PACK(name, to, n, from, lo, hi) \
XSEM(name) \
{ \
	union v128 r; \
	for (unsigned i = 0; i < (n); i++) { \
		const union v128 *v = i < (n) / 2 ? &a : &b; \
		r.to[i] = (__typeof__(r.to[0]))clamp(v->from[i % ((n) / 2)], \
						     lo, hi); \
	} \
	return r; \
}
PACK(PACKSSWB, sb, 16, sh, -128, 127) PACK(PACKUSWB, b, 16, sh, 0, 255)
PACK(PACKSSDW, sh, 8, ss, -32768, 32767) PACK(PACKUSDW, h, 8, ss, 0, 65535)

/* -- Shuffles ---------------------------------------------------------------------- */

XSEM(SHUFPS)
{
	union v128 r;

	for (unsigned i = 0; i < 4; i++)
		r.s[i] = (i < 2 ? a : b).s[s->imm >> 2 * i & 3];
	return r;
}

XSEM(SHUFPD)
{
	return (union v128){ .d = { a.d[s->imm & 1], b.d[s->imm >> 1 & 1] } };
}

XSEM(PSHUFD)
{
	return xsem_SHUFPS(s, a, a, c);
}

XSEM(VPERMILPS_I)
{
	return xsem_SHUFPS(s, a, a, c);
}

XSEM(VPERMILPD_I)
{
	return xsem_SHUFPD(s, a, a, c);
}

XSEM(VPERMILPS)
{
	union v128 r;

	for (unsigned i = 0; i < 4; i++)
		r.s[i] = a.s[b.s[i] & 3];
	return r;
}

XSEM(VPERMILPD)
{
	return (union v128){ .d = { a.d[b.d[0] >> 1 & 1],
				    a.d[b.d[1] >> 1 & 1] } };
}

static union v128 shuffle_words(union v128 a, unsigned imm, unsigned base)
{
	union v128 r = a;

	for (unsigned i = 0; i < 4; i++)
		r.h[base + i] = a.h[base + (imm >> 2 * i & 3)];
	return r;
}

XSEM(PSHUFLW)
{
	return shuffle_words(a, s->imm, 0);
}

XSEM(PSHUFHW)
{
	return shuffle_words(a, s->imm, 4);
}

XSEM(PSHUFB)
{
	union v128 r;

	for (unsigned i = 0; i < 16; i++)
		r.b[i] = b.b[i] & 0x80 ? 0 : a.b[b.b[i] & 15];
	return r;
}

XSEM(MOVDDUP)
{
	return (union v128){ .d = { a.d[0], a.d[0] } };
}

XSEM(MOVSLDUP)
{
	return (union v128){ .s = { a.s[0], a.s[0], a.s[2], a.s[2] } };
}

XSEM(MOVSHDUP)
{
	return (union v128){ .s = { a.s[1], a.s[1], a.s[3], a.s[3] } };
}

#define BROADCAST(name, field, n) \
XSEM(name) \
{ \
	for (unsigned i = 1; i < (n); i++) \
		a.field[i] = a.field[0]; \
	return a; \
}
BROADCAST(VPBROADCASTB, b, 16) BROADCAST(VPBROADCASTW, h, 8)
BROADCAST(VPBROADCASTD, s, 4) BROADCAST(VPBROADCASTQ, d, 2)

/* -- Blends ------------------------------------------------------------------------ */

#define BLEND(name, field, n, take) \
XSEM(name) \
{ \
	for (unsigned i = 0; i < (n); i++) \
		if (take) \
			a.field[i] = b.field[i]; \
	return a; \
}
BLEND(BLENDPS, s, 4, s->imm >> i & 1)
BLEND(VPBLENDD, s, 4, s->imm >> i & 1)
BLEND(BLENDPD, d, 2, s->imm >> i & 1)
BLEND(PBLENDW, h, 8, s->imm >> i & 1)
BLEND(PBLENDVB, b, 16, c.b[i] >> 7)
BLEND(BLENDVPS, s, 4, c.s[i] >> 31)
BLEND(BLENDVPD, d, 2, c.d[i] >> 63)

XSEM(INSERTPS)
{
	a.s[s->imm >> 4 & 3] = b.s[s->imm >> 6 & 3];
	for (unsigned i = 0; i < 4; i++)
		if (s->imm >> i & 1)
			a.s[i] = 0;
	return a;
}

/* -- Wider lanes --------------------------------------------------------------------- */

#define WIDEN(name, to, n, from) \
XSEM(name) \
{ \
	union v128 r; \
	for (unsigned i = 0; i < (n); i++) \
		r.to[i] = a.from[i]; \
	return r; \
}
WIDEN(PMOVSXBW, sh, 8, sb) WIDEN(PMOVSXBD, ss, 4, sb) WIDEN(PMOVSXBQ, sd, 2, sb)
WIDEN(PMOVSXWD, ss, 4, sh) WIDEN(PMOVSXWQ, sd, 2, sh) WIDEN(PMOVSXDQ, sd, 2, ss)
WIDEN(PMOVZXBW, h, 8, b) WIDEN(PMOVZXBD, s, 4, b) WIDEN(PMOVZXBQ, d, 2, b)
WIDEN(PMOVZXWD, s, 4, h) WIDEN(PMOVZXWQ, d, 2, h) WIDEN(PMOVZXDQ, d, 2, s)

/* -- General registers ------------------------------------------------------------- */

#define SIGNS(name, field, n, w) \
XSEM(name) \
{ \
	u64 m = 0; \
	for (unsigned i = 0; i < (n); i++) \
		m |= (u64)(a.field[i] >> ((w) - 1)) << i; \
	return xsem_int(m); \
}
SIGNS(MOVMSKPS, s, 4, 32) SIGNS(MOVMSKPD, d, 2, 64) SIGNS(PMOVMSKB, b, 16, 8)

#define EXTRACT(size, field, n) \
XSEM(PEXTR##size) \
{ \
	return xsem_int(a.field[s->imm & ((n) - 1)]); \
} \
XSEM(PINSR##size) \
{ \
	a.field[s->imm & ((n) - 1)] = (__typeof__(a.field[0]))b.d[0]; \
	return a; \
}
EXTRACT(B, b, 16) EXTRACT(W, h, 8) EXTRACT(D, s, 4) EXTRACT(Q, d, 2)
