/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Inline forms of the cryptographic operations and checksums: AES, SHA-1,
 * SHA-256, SHA-512, carry-less multiplication, CRC32, CRC32C.
 */
#include "translate/host/x64/isel_v.h"

/* -- AES ---------------------------------------------------------------------
 * Arm adds the key before the substitution, x86 after the last step: with a
 * zero key and the sum done first, aesenclast is AESE.  MixColumns alone is
 * aesdeclast (undoes the substitution and row shift) then aesenc.           */

/*
 * Is the only use of this AESE an AESMC?  Then together they are aesenc; the
 * AESMC becomes another name of this value.
 */
static bool fuse_aesmc(struct cg *cg, unsigned idx)
{
	struct cg_val *v = &cg->val[idx];
	unsigned mc = v->last;
	struct cg_val *m = &cg->val[mc];

	if (v->uses != 1 || cg->ir->inst[mc].op != IR_AESMC ||
	    cg->root[mc] != mc || m->flags & CGV_DEAD)
		return false;
	/* Its home is free already only if nothing happens in between. */
	v->home = m->home;
	for (unsigned k = idx + 1; k < mc; k++)
		if (!(cg->val[k].flags & CGV_DEAD))
			v->home = CG_NOREG;
	v->last = m->last;
	v->uses = m->uses;
	for (unsigned k = mc; k < cg->ir->ninst; k++)
		if (cg->root[k] == mc)
			cg->root[k] = (val_t)idx;
	return true;
}

static enc_op aes_op(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	if (i->op == IR_AESD)
		return SSE_AESDECLAST;
	return fuse_aesmc(cg, idx) ? SSE_AESENC : SSE_AESENCLAST;
}

bool isel_aes(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	struct vx r;
	unsigned t;
	enc_op op;

	if (!vx_has(cg, HF_AES))
		return false;
	op = aes_op(cg, i, idx);
	r = vx_get2(cg, i, idx);
	t = cg_tmp_xmm(cg);
	vzero(cg, t);
	v3(cg, SSE_PXOR, r.d, r.a, r.b);
	v3(cg, op, r.d, r.d, t);
	return true;
}

bool isel_aesmc(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	struct vx r;
	unsigned t;

	if (!vx_has(cg, HF_AES))
		return false;
	r = vx_get1(cg, i, idx);
	if (i->op == IR_AESIMC) {
		v2(cg, SSE_AESIMC, r.d, r.a);
		return true;
	}
	t = cg_tmp_xmm(cg);
	vzero(cg, t);
	v3(cg, SSE_AESDECLAST, r.d, r.a, t);
	v3(cg, SSE_AESENC, r.d, r.d, t);
	return true;
}

/* -- Carry-less products -------------------------------------------------- */

bool isel_vpmull(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	struct vx r;

	if (vx_esize(i) != 3 || !vx_has(cg, HF_PCLMUL))
		return false;
	r = vx_get2(cg, i, idx);
	v3i(cg, SSE_PCLMULQDQ, r.d, r.a, r.b, i->aux & IR_HIGH ? 0x11 : 0);
	return true;
}

/* -- CRC ------------------------------------------------------------------ */

/*
 * CRC-32 (ISO) by two carry-less products.  In bit-reversed order the number
 * to be reduced is m, a power series mod x^64; with P the polynomial (lowest
 * bit set) there is t = m / P mod x^64, and m + t * P is a multiple of x^64:
 * its upper half is the remainder.  Shorter data are moved to the top: the
 * zeros in front do nothing.
 */
bool isel_crc32(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	static const u64 p = 0x1db710641, p_inverse = 0xb4e5b025f7011641;
	unsigned bits = 8u << (i->aux & 3), a, b, d, g, x;

	if (!vx_has(cg, HF_PCLMUL | HF_SSE41))
		return false;
	a = cg_use_gpr(cg, i->a);
	b = cg_use_gpr(cg, i->b);
	d = cg_def_gpr_early(cg, idx);
	g = cg_tmp_gpr(cg);
	x = cg_tmp_xmm(cg);
	cg_clobber_flags(cg);
	enc_mov_rr(&cg->e, 0, g, a);
	enc_alu_rr(&cg->e, ALU_XOR, bits == 64, g, b);
	if (bits < 64)
		enc_sh_ri(&cg->e, SH_SHL, 1, g, 64 - bits);
	enc_xg(&cg->e, SSE_MOVQ_XG, x, g);
	v3k2i(cg, SSE_PCLMULQDQ, x, x, p_inverse, p, 0x00);
	v3k2i(cg, SSE_PCLMULQDQ, x, x, p_inverse, p, 0x10);
	enc_gsi(&cg->e, SSE_PEXTRD, d, x, 2);
	if (bits < 32) {
		enc_mov_rr(&cg->e, 0, g, a);
		enc_sh_ri(&cg->e, SH_SHR, 0, g, bits);
		enc_alu_rr(&cg->e, ALU_XOR, 0, d, g);
	}
	return true;
}

bool isel_crc32c(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	unsigned b, d;

	if (!vx_has(cg, HF_SSE42))
		return false;
	b = cg_use_gpr(cg, i->b);
	d = cg_def_gpr_as(cg, idx, i->a);
	enc_crc32(&cg->e, i->aux & 3, d, b);
	return true;
}

/* -- SHA-1 -------------------------------------------------------------------
 * Arm keeps word 0 in the lowest lane, x86 in the highest.                  */

static void reverse4(struct cg *cg, unsigned d, unsigned a)
{
	v2i(cg, SSE_PSHUFD, d, a, 0x1b);
}

/*
 * Four rounds.  x86 wants E already added to the first of the four words and
 * adds the round constant itself; Arm's words contain the constant.
 */
bool isel_sha1rounds(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	/* SHA1C choose: K0; SHA1P parity: K1 here; SHA1M majority: K2 */
	static const u32 k[3] = { 0x5a827999, 0x6ed9eba1, 0x8f1bbcdc };
	unsigned f = i->op == IR_SHA1C ? 0 : i->op == IR_SHA1P ? 1 : 2, t, u;
	struct vx r;

	if (!vx_has(cg, HF_SHA))
		return false;
	r = vx_get3(cg, i, idx);
	t = cg_tmp_xmm(cg);
	u = cg_tmp_xmm(cg);
	v3k(cg, SSE_PSUBD, t, r.c, splat(2, k[f]));
	v3k2(cg, SSE_PAND, u, r.b, 0xffffffff, 0);
	v3(cg, SSE_PADDD, t, t, u);
	reverse4(cg, t, t);
	reverse4(cg, r.d, r.a);
	v3i(cg, SSE_SHA1RNDS4, r.d, r.d, t, f);
	reverse4(cg, r.d, r.d);
	return true;
}

/* d = a rotated left by n in 32-bit lanes; t and d differ from a. */
static void rol32(struct cg *cg, unsigned d, unsigned a, unsigned n,
		  unsigned t)
{
	vsh(cg, SSE_PSRLD_I, t, a, 32 - n);
	vsh(cg, SSE_PSLLD_I, d, a, n);
	v3(cg, SSE_POR, d, d, t);
}

bool isel_sha1h(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	struct vx r = vx_get1(cg, i, idx);
	unsigned t = cg_tmp_xmm(cg);

	rol32(cg, r.d, r.a, 30, t);
	v3k2(cg, SSE_PAND, r.d, r.d, 0xffffffff, 0);
	return true;
}

/* a ^ c ^ (a's high half, then b's low half) */
bool isel_sha1su0(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	struct vx r = vx_get3(cg, i, idx);

	v3i(cg, SSE_SHUFPD, r.d, r.a, r.b, 1);
	v3(cg, SSE_PXOR, r.d, r.d, r.a);
	v3(cg, SSE_PXOR, r.d, r.d, r.c);
	return true;
}

/* x = a ^ (b >> 32 bits); each lane rotated by 1; the last also gets x[0]
 * rotated by 2. */
bool isel_sha1su1(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	struct vx r = vx_get2(cg, i, idx);
	unsigned t = cg_tmp_xmm(cg), u = cg_tmp_xmm(cg), x = cg_tmp_xmm(cg);

	vsh(cg, SSE_PSRLDQ_I, x, r.b, 4);
	v3(cg, SSE_PXOR, x, x, r.a);
	rol32(cg, r.d, x, 1, t);
	vsh(cg, SSE_PSLLDQ_I, x, x, 12);
	rol32(cg, u, x, 2, t);
	v3(cg, SSE_PXOR, r.d, r.d, u);
	return true;
}

/* -- SHA-256 -----------------------------------------------------------------
 * Arm's state: X = a b c d, Y = e f g h, word 0 lowest.  sha256rnds2 works on
 * ABEF and CDGH (from the highest lane down), two rounds with the two low
 * words of xmm0; after two rounds the new CDGH is the old ABEF.             */

/* d = ABEF, c = CDGH from x = dcba, y = hgfe (highest lane first). */
static void sha256_pack(struct cg *cg, unsigned d, unsigned c, unsigned x,
			unsigned y)
{
	v3(cg, SSE_PUNPCKLQDQ, d, y, x);	/* b a f e */
	v3(cg, SSE_PUNPCKHQDQ, c, y, x);	/* d c h g */
	v2i(cg, SSE_PSHUFD, d, d, 0xb1);	/* a b e f */
	v2i(cg, SSE_PSHUFD, c, c, 0xb1);
}

/* After four rounds: new words of X (high halves) or Y (low halves). */
static void sha256_unpack(struct cg *cg, bool y, unsigned d, unsigned abef,
			  unsigned cdgh)
{
	v3(cg, y ? SSE_PUNPCKLQDQ : SSE_PUNPCKHQDQ, d, abef, cdgh);
	v2i(cg, SSE_PSHUFD, d, d, 0xb1);
}

/* The SHA256H2 that goes with SHA256H i, 0 if none follows closely. */
static unsigned sha256_partner(const struct cg *cg, const struct ir_inst *i,
			       unsigned idx)
{
	for (unsigned k = idx + 1; k < idx + 8 && k < cg->ir->ninst; k++) {
		const struct ir_inst *h = &cg->ir->inst[k];

		if (h->op == IR_SHA256H2 && h->a == i->b && h->b == i->a &&
		    h->c == i->c && !(cg->val[k].flags & CGV_DEAD))
			return k;
	}
	return 0;
}

/*
 * Both halves of the new state come out of the same rounds, so a SHA256H
 * also does the SHA256H2 that follows with the same operands.
 */
bool isel_sha256h(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	bool h2 = i->op == IR_SHA256H2;
	unsigned save, s, c, d2 = 0, partner;
	struct vx r;

	if (!vx_has(cg, HF_SHA))
		return false;
	partner = h2 ? 0 : sha256_partner(cg, i, idx);
	r = vx_get3(cg, i, idx);
	if (partner) {
		cg->val[partner].home = CG_NOREG;	/* not yet free */
		cg->val[partner].flags |= CGV_DONE;
		d2 = cg_def_xmm_early(cg, partner);
	}
	save = cg_tmp_xmm(cg);
	s = cg_tmp_xmm(cg);
	c = cg_tmp_xmm(cg);
	/* SHA256H: a = X, b = Y.  SHA256H2: a = Y, b = X. */
	sha256_pack(cg, s, c, h2 ? r.b : r.a, h2 ? r.a : r.b);
	vmov(cg, save, 0);
	vmov(cg, 0, r.c);
	enc_v0(&cg->e, SSE_SHA256RNDS2, c, s);		/* new ABEF; s: CDGH */
	v2i(cg, SSE_PSHUFD, 0, 0, 0xee);
	enc_v0(&cg->e, SSE_SHA256RNDS2, s, c);		/* s: ABEF, c: CDGH */
	vmov(cg, 0, save);
	sha256_unpack(cg, h2, r.d, s, c);
	if (partner)
		sha256_unpack(cg, true, d2, s, c);
	return true;
}

bool isel_sha256su0(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	struct vx r;

	if (!vx_has(cg, HF_SHA))
		return false;
	r = vx_get2(cg, i, idx);
	v3(cg, SSE_SHA256MSG1, r.d, r.a, r.b);
	return true;
}

/* x86 leaves adding w[t-7] to the program. */
bool isel_sha256su1(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	struct vx r;

	if (!vx_has(cg, HF_SHA))
		return false;
	r = vx_get3(cg, i, idx);
	v3i(cg, SSE_PALIGNR, r.d, r.c, r.b, 4);
	v3(cg, SSE_PADDD, r.d, r.d, r.a);
	v3(cg, SSE_SHA256MSG2, r.d, r.d, r.c);
	return true;
}

/* -- SHA-512 -----------------------------------------------------------------
 * Without host instructions: 64-bit words are kept in lane 1 while a round
 * needs them one after the other.                                           */

/* d = ror(x, r[0]) ^ ror(x, r[1]) ^ (r[2] > 0 ? ror(x, r[2]) : x >> -r[2]) */
static void sigma512(struct cg *cg, unsigned d, unsigned x, const s8 r[3],
		     unsigned t)
{
	for (unsigned k = 0; k < 3; k++) {
		unsigned n = (unsigned)(r[k] < 0 ? -r[k] : r[k]);

		vsh(cg, SSE_PSRLQ_I, k ? t : d, x, n);
		if (k)
			v3(cg, SSE_PXOR, d, d, t);
		if (r[k] < 0)
			break;
		vsh(cg, SSE_PSLLQ_I, t, x, 64 - n);
		v3(cg, SSE_PXOR, d, d, t);
	}
}

static void swap64(struct cg *cg, unsigned d, unsigned a)
{
	v2i(cg, SSE_PSHUFD, d, a, 0x4e);
}

/* d = x ^ (m & (x ^ y)): y where m is set, else x.  d differs from x, m. */
static void choose(struct cg *cg, unsigned d, unsigned m, unsigned y,
		   unsigned x)
{
	v3(cg, SSE_PXOR, d, x, y);
	v3(cg, SSE_PAND, d, d, m);
	v3(cg, SSE_PXOR, d, d, x);
}

/* d = majority of x, y, z; differs from all. */
static void majority(struct cg *cg, unsigned d, unsigned x, unsigned y,
		     unsigned z, unsigned t)
{
	v3(cg, SSE_PXOR, t, x, y);
	v3(cg, SSE_PXOR, d, z, y);
	v3(cg, SSE_PAND, d, d, t);
	v3(cg, SSE_PXOR, d, d, y);
}

/* a = W, b = X, c = Y of the Arm ARM's SHA512hash */
bool isel_sha512h(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	static const s8 s1[3] = { 14, 18, 41 };
	struct vx r = vx_get3(cg, i, idx);
	unsigned t = cg_tmp_xmm(cg), u = cg_tmp_xmm(cg), s = cg_tmp_xmm(cg);
	unsigned v = cg_tmp_xmm(cg);

	v3(cg, SSE_PUNPCKHQDQ, u, r.c, r.c);
	sigma512(cg, s, u, s1, t);
	swap64(cg, r.d, r.b);
	choose(cg, v, u, r.d, r.b);
	v3(cg, SSE_PADDQ, v, v, s);
	v3(cg, SSE_PADDQ, v, v, r.a);	/* the high word */
	swap64(cg, u, r.c);
	v3(cg, SSE_PADDQ, u, u, v);
	sigma512(cg, s, u, s1, t);
	choose(cg, t, u, r.c, r.d);
	v3(cg, SSE_PADDQ, t, t, s);
	swap64(cg, s, r.a);
	v3(cg, SSE_PADDQ, t, t, s);	/* the low word */
	v3(cg, SSE_PUNPCKHQDQ, r.d, t, v);
	return true;
}

bool isel_sha512h2(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	static const s8 s0[3] = { 28, 34, 39 };
	struct vx r = vx_get3(cg, i, idx);
	unsigned t = cg_tmp_xmm(cg), u = cg_tmp_xmm(cg), s = cg_tmp_xmm(cg);
	unsigned v = cg_tmp_xmm(cg);

	v3(cg, SSE_PUNPCKLQDQ, u, r.c, r.c);
	swap64(cg, r.d, r.b);
	majority(cg, v, r.d, r.c, u, t);
	sigma512(cg, s, u, s0, t);
	v3(cg, SSE_PADDQ, v, v, s);
	v3(cg, SSE_PADDQ, v, v, r.a);	/* the high word */
	majority(cg, r.d, v, r.c, u, t);
	sigma512(cg, s, v, s0, t);
	v3(cg, SSE_PADDQ, r.d, r.d, s);
	swap64(cg, t, r.a);
	v3(cg, SSE_PADDQ, r.d, r.d, t);	/* the low word */
	v3(cg, SSE_PUNPCKHQDQ, r.d, r.d, v);
	return true;
}

bool isel_sha512su0(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	static const s8 s0[3] = { 1, 8, -7 };
	struct vx r = vx_get2(cg, i, idx);
	unsigned t = cg_tmp_xmm(cg), x = cg_tmp_xmm(cg);

	v3i(cg, SSE_SHUFPD, x, r.a, r.b, 1);
	sigma512(cg, r.d, x, s0, t);
	v3(cg, SSE_PADDQ, r.d, r.d, r.a);
	return true;
}

bool isel_sha512su1(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	static const s8 s1[3] = { 19, 61, -6 };
	struct vx r = vx_get3(cg, i, idx);

	sigma512(cg, r.d, r.b, s1, cg_tmp_xmm(cg));
	v3(cg, SSE_PADDQ, r.d, r.d, r.a);
	v3(cg, SSE_PADDQ, r.d, r.d, r.c);
	return true;
}
