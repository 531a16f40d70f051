/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The larger pieces of the x86-64 encoder: memory operands, VEX prefixes,
 * forms with several lengths.  The interface is described in enc.h.
 */
#include "translate/host/x64/enc.h"

/*
 * ModRM, SIB and displacement of a memory operand at p.  SDM volume 2, tables
 * 2-2 and 2-3.  rm = 100 announces a SIB byte, so rsp and r12 as base always
 * need one; mod = 00 with rm (or SIB base) = 101 means "no base", so rbp and
 * r13 always carry a displacement.
 */
static inline u8 *put_mem(struct enc *e, u8 *p, unsigned reg, struct hmem m)
{
	bool no_base = m.base >= HREG_NONE;
	unsigned mod, len;

	if (no_base || (m.disp == 0 && (m.base & 7) != 5))
		mod = 0;
	else
		mod = m.disp == (s8)m.disp ? 1 : 2;
	if (m.index == HREG_NONE && !no_base && (m.base & 7) != 4) {
		*p++ = enc_modrm_byte(mod, reg, m.base);
	} else if (m.base == HREG_RIP) {
		*p++ = enc_modrm_byte(0, reg, 5);
	} else {
		assert(m.index != RSP);
		*p++ = enc_modrm_byte(mod, reg, 4);
		*p++ = enc_modrm_byte(m.scale,
				      m.index == HREG_NONE ? 4 : m.index,
				      no_base ? 5 : m.base);
	}
	e->disp = p;
	memcpy(p, &m.disp, 4);
	len = no_base ? 4 : mod + (mod & 2);	/* 0, 1, 4 */
	return p + len;
}

/* High bits of base and index: REX.B and REX.X.  HREG_NONE has none. */
static inline unsigned mem_rex(struct hmem m)
{
	return (m.base >> 3 & 1) | (m.index >> 2 & 2);
}

void enc_rm(struct enc *e, enc_op op, unsigned w, unsigned reg, struct hmem m)
{
	unsigned rex = (reg >> 3) << 2 | mem_rex(m);
	u8 *p;

	if (w || op & ENC_W)
		rex |= 8;
	if (op & ENC_R8 && reg >= 4)
		rex |= ENC_REX;
	p = enc_head(e->p, op, rex);
	e->p = put_mem(e, p, reg, m);
}

/* rxb: REX.R, X, B as bits 2..0 (VEX holds them inverted). */
static inline u8 *vex_head(u8 *p, enc_op op, unsigned w, unsigned rxb,
			   unsigned vvvv)
{
	unsigned map = op >> ENC_MAP & 3, pp = op >> ENC_PP & 3;
	unsigned tail = (~vvvv & 15) << 3 | pp;

	w |= op & ENC_W ? 1 : 0;
	if (map == 1 && !w && !(rxb & 3)) {
		*p++ = 0xc5;
		*p++ = (u8)((rxb & 4 ? 0 : 0x80) | tail);
	} else {
		*p++ = 0xc4;
		*p++ = (u8)((~rxb & 7) << 5 | map);
		*p++ = (u8)(w << 7 | tail);
	}
	*p++ = (u8)op;
	return p;
}

void enc_vex_rr(struct enc *e, enc_op op, unsigned w, unsigned reg,
		unsigned vvvv, unsigned rm)
{
	u8 *p = vex_head(e->p, op, w, (reg >> 3) << 2 | rm >> 3, vvvv);

	*p++ = enc_modrm_byte(3, reg, rm);
	e->p = p;
}

void enc_vex_rm(struct enc *e, enc_op op, unsigned w, unsigned reg,
		unsigned vvvv, struct hmem m)
{
	u8 *p = vex_head(e->p, op, w, (reg >> 3) << 2 | mem_rex(m), vvvv);

	e->p = put_mem(e, p, reg, m);
}

/* -- Integer -------------------------------------------------------------- */

void enc_alu_ri(struct enc *e, enum alu op, unsigned w, unsigned d, s32 imm)
{
	if (imm == (s8)imm) {
		enc_rr(e, 0x83, w, op, d);
		enc_u8(e, (unsigned)imm & 0xff);
		return;
	}
	if (d == RAX) {
		if (w)
			enc_u8(e, 0x48);
		enc_u8(e, op * 8 + 5);
	} else {
		enc_rr(e, 0x81, w, op, d);
	}
	enc_u32(e, (u32)imm);
}

/* An immediate as wide as the operand, 4 bytes at most. */
static void imm_sized(struct enc *e, unsigned sz, s32 imm)
{
	if (sz == 0)
		enc_u8(e, (unsigned)imm & 0xff);
	else if (sz == 1)
		enc_u16(e, (unsigned)imm & 0xffff);
	else
		enc_u32(e, (u32)imm);
}

void enc_alu_mi_s(struct enc *e, enum alu op, unsigned sz, struct hmem m,
		  s32 imm)
{
	bool small = sz && imm == (s8)imm;

	enc_rm(e, enc_sized(small ? 0x83 : 0x81, sz, 0), sz == 3, op, m);
	imm_sized(e, small ? 0 : sz, imm);
}

void enc_test_ri(struct enc *e, unsigned w, unsigned r, s32 imm)
{
	if (imm >= 0 && imm <= 0x7f) {	/* test r8, imm8: same N, Z, P */
		enc_rr(e, 0xf6 | ENC_M8, 0, 0, r);
		enc_u8(e, (unsigned)imm);
		return;
	}
	/* A non-negative immediate needs no upper half. */
	enc_rr(e, 0xf7, w && imm < 0, 0, r);
	enc_u32(e, (u32)imm);
}

void enc_test_mi_s(struct enc *e, unsigned sz, struct hmem m, s32 imm)
{
	enc_rm(e, enc_sized(0xf7, sz, 0), sz == 3, 0, m);
	imm_sized(e, sz, imm);
}

void enc_mov_mi_s(struct enc *e, unsigned sz, struct hmem m, s32 imm)
{
	enc_rm(e, enc_sized(0xc7, sz, 0), sz == 3, 0, m);
	imm_sized(e, sz, imm);
}

void enc_mov_ri64(struct enc *e, unsigned d, u64 imm)
{
	enc_u8(e, 0x48 | d >> 3);
	enc_u8(e, 0xb8 | (d & 7));
	enc_u64(e, imm);
}

void enc_mov_ri(struct enc *e, unsigned d, u64 imm)
{
	if (imm <= 0xffffffff) {
		if (d >= 8)
			enc_u8(e, 0x41);
		enc_u8(e, 0xb8 | (d & 7));
		enc_u32(e, (u32)imm);
	} else if ((s64)imm == (s32)imm) {
		enc_rr(e, 0xc7, 1, 0, d);
		enc_u32(e, (u32)imm);
	} else {
		enc_mov_ri64(e, d, imm);
	}
}

void enc_imul_rri(struct enc *e, unsigned w, unsigned d, unsigned s, s32 imm)
{
	if (imm == (s8)imm) {
		enc_rr(e, 0x6b, w, d, s);
		enc_u8(e, (unsigned)imm & 0xff);
	} else {
		enc_rr(e, 0x69, w, d, s);
		enc_u32(e, (u32)imm);
	}
}

void enc_sh_ri(struct enc *e, enum sh op, unsigned w, unsigned d, unsigned n)
{
	if (n == 1) {
		enc_rr(e, 0xd1, w, op, d);
	} else {
		enc_rr(e, 0xc1, w, op, d);
		enc_u8(e, n);
	}
}

void enc_push_i(struct enc *e, s32 imm)
{
	if (imm == (s8)imm) {
		enc_u8(e, 0x6a);
		enc_u8(e, (unsigned)imm & 0xff);
	} else {
		enc_u8(e, 0x68);
		enc_u32(e, (u32)imm);
	}
}

void enc_jcc_to(struct enc *e, enum cc c, const u8 *target)
{
	s64 d = target - (e->p + 2);

	if (d == (s8)d)
		enc_patch8(enc_jcc8(e, c), target);
	else
		enc_patch32(enc_jcc32(e, c), target);
}

void enc_jmp_to(struct enc *e, const u8 *target)
{
	s64 d = target - (e->p + 2);

	if (d == (s8)d)
		enc_patch8(enc_jmp8(e), target);
	else
		enc_patch32(enc_jmp32(e), target);
}

/* The recommended multi-byte forms (SDM volume 2, NOP). */
void enc_nop(struct enc *e, unsigned bytes)
{
	static const u8 nops[9][9] = {
		{ 0x90 },
		{ 0x66, 0x90 },
		{ 0x0f, 0x1f, 0x00 },
		{ 0x0f, 0x1f, 0x40, 0x00 },
		{ 0x0f, 0x1f, 0x44, 0x00, 0x00 },
		{ 0x66, 0x0f, 0x1f, 0x44, 0x00, 0x00 },
		{ 0x0f, 0x1f, 0x80, 0x00, 0x00, 0x00, 0x00 },
		{ 0x0f, 0x1f, 0x84, 0x00, 0x00, 0x00, 0x00, 0x00 },
		{ 0x66, 0x0f, 0x1f, 0x84, 0x00, 0x00, 0x00, 0x00, 0x00 }
	};

	while (bytes) {
		unsigned n = MIN(bytes, 9u);

		memcpy(e->p, nops[n - 1], n);
		e->p += n;
		bytes -= n;
	}
}

/* -- Vectors -------------------------------------------------------------- */

static inline bool use_vex(const struct enc *e, enc_op op)
{
	unsigned v = op >> ENC_VEX & 3;

	return v == 2 || (v && e->avx);
}

void enc_v2(struct enc *e, enc_op op, unsigned d, unsigned s)
{
	e->insn = e->p;
	if (use_vex(e, op))
		enc_vex_rr(e, op, 0, d, 0, s);
	else
		enc_rr(e, op, 0, d, s);
}

void enc_v2m(struct enc *e, enc_op op, unsigned d, struct hmem m)
{
	if (use_vex(e, op))
		enc_vex_rm(e, op, 0, d, 0, m);
	else
		enc_rm(e, op, 0, d, m);
}

/* Does d = op(a, s) equal op(s, a)?  (packed, bit for bit; so not FP, where
 * the first of two NaNs wins) */
bool enc_commutes(enc_op op)
{
	switch (op) {
	case SSE_PADDB: case SSE_PADDW: case SSE_PADDD: case SSE_PADDQ:
	case SSE_PADDSB: case SSE_PADDSW: case SSE_PADDUSB: case SSE_PADDUSW:
	case SSE_PMULLW: case SSE_PMULHW: case SSE_PMULHUW: case SSE_PMULUDQ:
	case SSE_PMADDWD: case SSE_PSADBW: case SSE_PAVGB: case SSE_PAVGW:
	case SSE_PMINUB: case SSE_PMINSW: case SSE_PMAXUB: case SSE_PMAXSW:
	case SSE_PMINSB: case SSE_PMINSD: case SSE_PMINUW: case SSE_PMINUD:
	case SSE_PMAXSB: case SSE_PMAXSD: case SSE_PMAXUW: case SSE_PMAXUD:
	case SSE_PCMPEQB: case SSE_PCMPEQW: case SSE_PCMPEQD: case SSE_PCMPEQQ:
	case SSE_PAND: case SSE_POR: case SSE_PXOR: case SSE_PMULDQ:
	case SSE_PMULLD: case SSE_PMULHRSW:
	case SSE_ANDPS: case SSE_ORPS: case SSE_XORPS:
	case SSE_ANDPD: case SSE_ORPD: case SSE_XORPD:
		return true;
	default:
		return false;
	}
}

/* The source that is left after d has received the other one. */
static unsigned two_operand(struct enc *e, enc_op op, unsigned d, unsigned a,
			    unsigned s)
{
	if (d == a)
		return s;
	if (d == s) {
		assert(enc_commutes(op));
		return a;
	}
	enc_rr(e, SSE_MOVAPS, 0, d, a);
	return s;
}

void enc_v3(struct enc *e, enc_op op, unsigned d, unsigned a, unsigned s)
{
	if (!use_vex(e, op)) {
		s = two_operand(e, op, d, a, s);
		e->insn = e->p;
		enc_rr(e, op, 0, d, s);
		return;
	}
	e->insn = e->p;
	/* Putting the high register into vvvv may save the third byte. */
	if (s >= 8 && a < 8 && enc_commutes(op))
		enc_vex_rr(e, op, 0, d, s, a);
	else
		enc_vex_rr(e, op, 0, d, a, s);
}

void enc_v3m(struct enc *e, enc_op op, unsigned d, unsigned a, struct hmem m)
{
	if (use_vex(e, op)) {
		enc_vex_rm(e, op, 0, d, a, m);
		return;
	}
	if (d != a)
		enc_rr(e, SSE_MOVAPS, 0, d, a);
	enc_rm(e, op, 0, d, m);
}

void enc_v3i(struct enc *e, enc_op op, unsigned d, unsigned a, unsigned s,
	     unsigned imm)
{
	enc_v3(e, op, d, a, s);
	enc_u8(e, imm);
}

void enc_v3mi(struct enc *e, enc_op op, unsigned d, unsigned a, struct hmem m,
	      unsigned imm)
{
	enc_v3m(e, op, d, a, m);
	enc_u8(e, imm);
}

void enc_vsh(struct enc *e, enc_op op, unsigned d, unsigned a, unsigned imm)
{
	unsigned ext = op >> ENC_EXT & 7;

	if (use_vex(e, op)) {
		enc_vex_rr(e, op, 0, ext, d, a);
	} else {
		if (d != a)
			enc_rr(e, SSE_MOVAPS, 0, d, a);
		enc_rr(e, op, 0, ext, d);
	}
	enc_u8(e, imm);
}

/* The source is a general register: it never overlaps with d. */
void enc_xg3(struct enc *e, enc_op op, unsigned d, unsigned a, unsigned s)
{
	if (use_vex(e, op)) {
		enc_vex_rr(e, op, 0, d, a, s);
		return;
	}
	if (d != a)
		enc_rr(e, SSE_MOVAPS, 0, d, a);
	enc_rr(e, op, 0, d, s);
}
