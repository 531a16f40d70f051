/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The x86-64 instruction encoder: one call, one instruction at e->p.
 *
 * In: register numbers 0..15 (enum hreg; vector registers are plain numbers),
 * memory operands as struct hmem.  Out: bytes.  There are no checks of space:
 * the caller keeps ENC_MAX_LEN bytes free per call.  Nothing here knows IR,
 * register allocation or the guest.
 *
 * Operand order is Intel's, destination first.  The suffix says what the
 * operands are: r register, m memory, i immediate; "rm" = register from
 * memory, "mr" = memory from register.  `w` is 1 for 64-bit and 0 for 32-bit
 * operation; `sz` is log2 of the bytes of a sized access (0..3).
 *
 *   enc_alu_rr rm mr ri mi      add or adc sbb and sub xor cmp (enum alu)
 *   enc_alu_mr_s mi_s           the same with a memory operand of 2^sz bytes
 *   enc_test_rr ri mi_s         test
 *   enc_mov_rr rm mr mi_s ri    mov; enc_mov_ri picks the shortest form and
 *                               leaves the flags alone
 *   enc_st                      store the low 2^sz bytes
 *   enc_ld                      load 2^sz bytes, zero- or sign-extended
 *   enc_movzx enc_movsx         register to register
 *   enc_lea
 *   enc_un_r m                  not neg mul imul div idiv (enum un)
 *   enc_imul_rri                three-operand multiply
 *   enc_sh_ri rcl               rol ror shl shr sar (enum sh)
 *   enc_shld_i enc_shrd_i enc_shld_cl enc_shrd_cl
 *   enc_g2 g2m enc_g3 g3m enc_g3c enc_g1v enc_g2i
 *                               rows of enc.def with forms G2 G3 G3C G1V G2I
 *   enc_bswap enc_bt_ri rr mi   enc_bts_ri enc_btr_ri enc_btc_ri
 *   enc_setcc enc_cmov_rr rm
 *   enc_jcc8 jcc32 jmp8 jmp32 call32   return the address of the displacement
 *   enc_patch8 patch32          set a displacement
 *   enc_jcc_to jmp_to call_to   known target
 *   enc_jmp_r m enc_call_r m enc_ret enc_push_r m i enc_pop_r m
 *   enc_xchg_mr_s enc_xchg_rr enc_xadd_s enc_cmpxchg_s enc_cmpxchg16b
 *   enc_lock                    prefix for the next instruction
 *   enc_crc32                   crc32c of a register
 *   enc_nop                     any number of bytes
 *   enc_0                       instructions without operands (enum op0)
 *   enc_ldmxcsr enc_stmxcsr
 *
 * Vector instructions are rows of enc.def, named SSE_x:
 *
 *   enc_v2  v2m  v2i  v2mi      forms V2 V2I: d = op(s)
 *   enc_v3  v3m  v3i  v3mi      forms V3 V3I: d = op(a, s).  VEX if e->avx;
 *                               else a move and the two-operand form.  Then
 *                               d may be the same as s only if op commutes
 *                               or d == a (asserted); rows that exist only as
 *                               VEX need AVX.
 *   enc_vsh                     form SH: d = op(a, imm)
 *   enc_vst vst_r vsti          forms VM VMI: store; register form
 *   enc_xg  xg3  xg3m xg3i xg3mi    forms XG*: vector from general
 *   enc_gx  gxi  gxm            forms GX*: general from vector
 *   enc_gs  gsi  gsm gsmi       forms GS*: general or memory from vector
 *   enc_v0                      form V0: implicit xmm0 (legacy)
 *   enc_v4                      form V4: blend with mask register (VEX)
 */
#ifndef TRANSLATE_HOST_X64_ENC_H
#define TRANSLATE_HOST_X64_ENC_H

#include <assert.h>
#include <string.h>

#include "base/base.h"

enum hreg {
	RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI,
	R8, R9, R10, R11, R12, R13, R14, R15,
	HREG_NONE,		/* absent base or index */
	HREG_RIP		/* as base: disp counts from the next insn */
};

enum { ENC_MAX_LEN = 16 };

struct enc {
	u8 *p;			/* where the next byte goes */
	u8 *disp;		/* disp32 field of the last memory operand */
	u8 *insn;		/* the last vector instruction */
	bool avx;		/* use VEX forms */
};

struct hmem {
	u8 base, index;		/* enum hreg; index never RSP */
	u8 scale;		/* log2: 0..3 */
	s32 disp;
};

static inline struct hmem hm(unsigned base, s32 disp)
{
	return (struct hmem){ (u8)base, HREG_NONE, 0, disp };
}

static inline struct hmem hm_idx(unsigned base, unsigned index, unsigned scale,
				 s32 disp)
{
	return (struct hmem){ (u8)base, (u8)index, (u8)scale, disp };
}

/* RIP-relative; fill in with enc_rip_to() after the instruction. */
static inline struct hmem hm_rip(void)
{
	return (struct hmem){ HREG_RIP, HREG_NONE, 0, 0 };
}

/*
 * An instruction of the table packed in one word:
 *
 *   31   28 27 26  25  24  23     18  17 16 15 14    12 11 10 9 8 7      0
 *  |       |  vex | r8|  W |        |      |  |  ext   | map |pp | opcode |
 *
 * r8: the modrm reg field names a byte register (needs REX for spl..dil);
 * m8: likewise the r/m field.
 */
typedef u32 enc_op;
enum {
	ENC_PP = 8, ENC_MAP = 10, ENC_EXT = 12,
	ENC_W = 1 << 24, ENC_R8 = 1 << 25, ENC_M8 = 1 << 26,
	ENC_VEX = 27
};
#define ENC_OP(pp, map, opc, ext, w, vex) \
	((u32)(opc) | (u32)(pp) << ENC_PP | (u32)(map) << ENC_MAP | \
	 (u32)(ext) << ENC_EXT | ((w) ? (u32)ENC_W : 0) | \
	 (u32)(vex) << ENC_VEX)

enum {
#define _(name, text, form, pp, map, opc, ext, w, vex, msz, feat) \
	SSE_##name = ENC_OP(pp, map, opc, ext, w, vex),
#include "translate/host/x64/enc.def"
#undef _
};

enum alu { ALU_ADD, ALU_OR, ALU_ADC, ALU_SBB, ALU_AND, ALU_SUB, ALU_XOR,
	   ALU_CMP };
enum un { UN_NOT = 2, UN_NEG, UN_MUL, UN_IMUL, UN_DIV, UN_IDIV };
enum sh { SH_ROL, SH_ROR, SH_SHL = 4, SH_SHR, SH_SAR = 7 };
enum cc {
	CC_O, CC_NO, CC_B, CC_AE, CC_E, CC_NE, CC_BE, CC_A,
	CC_S, CC_NS, CC_P, CC_NP, CC_L, CC_GE, CC_LE, CC_G,
	CC_C = CC_B, CC_NC = CC_AE, CC_Z = CC_E, CC_NZ = CC_NE
};
#define CC_INVERT(c) ((c) ^ 1)
/* Up to three opcode bytes, first byte lowest. */
enum op0 {
	OP_RET = 0xc3, OP_LAHF = 0x9f, OP_SAHF = 0x9e, OP_CMC = 0xf5,
	OP_STC = 0xf9, OP_CLC = 0xf8, OP_CDQ = 0x99, OP_CQO = 0x9948,
	OP_CDQE = 0x9848, OP_UD2 = 0x0b0f, OP_PAUSE = 0x90f3,
	OP_RDTSC = 0x310f, OP_MFENCE = 0xf0ae0f, OP_LFENCE = 0xe8ae0f,
	OP_SFENCE = 0xf8ae0f, OP_INT3 = 0xcc, OP_HLT = 0xf4, OP_PUSHF = 0x9c, OP_POPF = 0x9d, OP_VZEROUPPER = 0x77f8c5
};

/* -- Pieces --------------------------------------------------------------- */

static inline void enc_u8(struct enc *e, unsigned v)
{
	*e->p++ = (u8)v;
}

static inline void enc_u16(struct enc *e, unsigned v)
{
	u16 x = (u16)v;

	memcpy(e->p, &x, 2);
	e->p += 2;
}

static inline void enc_u32(struct enc *e, u32 v)
{
	memcpy(e->p, &v, 4);
	e->p += 4;
}

static inline void enc_u64(struct enc *e, u64 v)
{
	memcpy(e->p, &v, 8);
	e->p += 8;
}

static inline void enc_rip_to(struct enc *e, const void *target)
{
	s32 d = (s32)((const u8 *)target - e->p);

	memcpy(e->disp, &d, 4);
}

/*
 * Prefix, REX (if rex is not 0: 0x40 is added) and opcode at p; returns what
 * follows.  Here and below p is a local copy of e->p: a byte stored through
 * e->p itself would make the compiler read e->p again after each one.
 */
static inline u8 *enc_head(u8 *p, enc_op op, unsigned rex)
{
	static const u8 pp[4] = { 0, 0x66, 0xf3, 0xf2 };
	unsigned n = op >> ENC_PP & 3, map = op >> ENC_MAP & 3;

	if (n)
		*p++ = pp[n];
	if (rex)
		*p++ = (u8)(0x40 | rex);
	if (map)
		*p++ = 0x0f;
	if (map > 1)
		*p++ = map == 2 ? 0x38 : 0x3a;
	*p++ = (u8)op;
	return p;
}

static inline u8 enc_modrm_byte(unsigned mod, unsigned reg, unsigned rm)
{
	return (u8)(mod << 6 | (reg & 7) << 3 | (rm & 7));
}

static inline void enc_modrm(struct enc *e, unsigned mod, unsigned reg,
			     unsigned rm)
{
	enc_u8(e, enc_modrm_byte(mod, reg, rm));
}

/* -- Generic legacy and VEX instructions ---------------------------------- */

/* REX that announces itself (0x40) even without bits: for spl..dil. */
enum { ENC_REX = 0x40 };

static inline void enc_rr(struct enc *e, enc_op op, unsigned w, unsigned reg,
			  unsigned rm)
{
	unsigned rex = (reg >> 3) << 2 | rm >> 3;
	u8 *p;

	if (w || op & ENC_W)
		rex |= 8;
	if ((op & ENC_R8 && reg >= 4) || (op & ENC_M8 && rm >= 4))
		rex |= ENC_REX;
	p = enc_head(e->p, op, rex);
	*p++ = enc_modrm_byte(3, reg, rm);
	e->p = p;
}

void enc_rm(struct enc *e, enc_op op, unsigned w, unsigned reg, struct hmem m);

void enc_vex_rr(struct enc *e, enc_op op, unsigned w, unsigned reg,
		unsigned vvvv, unsigned rm);
void enc_vex_rm(struct enc *e, enc_op op, unsigned w, unsigned reg,
		unsigned vvvv, struct hmem m);

static inline void enc_0(struct enc *e, enum op0 op)
{
	for (unsigned v = op; v; v >>= 8)
		enc_u8(e, v & 0xff);
}

/* -- Integer -------------------------------------------------------------- */

/* Opcode with its byte form (opcode - 1) for sz 0 and 66 for sz 1. */
static inline enc_op enc_sized(enc_op op, unsigned sz, enc_op byte_flag)
{
	if (sz == 0)
		return (op - 1) | byte_flag;
	return sz == 1 ? op | 1u << ENC_PP : op;
}

static inline void enc_alu_rr(struct enc *e, enum alu op, unsigned w,
			      unsigned d, unsigned s)
{
	enc_rr(e, op * 8 + 1, w, s, d);
}

static inline void enc_alu_rm(struct enc *e, enum alu op, unsigned w,
			      unsigned d, struct hmem m)
{
	enc_rm(e, op * 8 + 3, w, d, m);
}

static inline void enc_alu_mr_s(struct enc *e, enum alu op, unsigned sz,
				struct hmem m, unsigned s)
{
	enc_rm(e, enc_sized(op * 8 + 1, sz, ENC_R8), sz == 3, s, m);
}

static inline void enc_alu_mr(struct enc *e, enum alu op, unsigned w,
			      struct hmem m, unsigned s)
{
	enc_alu_mr_s(e, op, 2 + w, m, s);
}

void enc_alu_ri(struct enc *e, enum alu op, unsigned w, unsigned d, s32 imm);
void enc_alu_mi_s(struct enc *e, enum alu op, unsigned sz, struct hmem m,
		  s32 imm);

static inline void enc_alu_mi(struct enc *e, enum alu op, unsigned w,
			      struct hmem m, s32 imm)
{
	enc_alu_mi_s(e, op, 2 + w, m, imm);
}

static inline void enc_test_rr(struct enc *e, unsigned w, unsigned a,
			       unsigned b)
{
	enc_rr(e, 0x85, w, b, a);
}

void enc_test_ri(struct enc *e, unsigned w, unsigned r, s32 imm);
void enc_test_mi_s(struct enc *e, unsigned sz, struct hmem m, s32 imm);

static inline void enc_mov_rr(struct enc *e, unsigned w, unsigned d, unsigned s)
{
	enc_rr(e, 0x89, w, s, d);
}

static inline void enc_mov_rm(struct enc *e, unsigned w, unsigned d,
			      struct hmem m)
{
	enc_rm(e, 0x8b, w, d, m);
}

static inline void enc_st(struct enc *e, unsigned sz, struct hmem m, unsigned s)
{
	enc_rm(e, enc_sized(0x89, sz, ENC_R8), sz == 3, s, m);
}

static inline void enc_mov_mr(struct enc *e, unsigned w, struct hmem m,
			      unsigned s)
{
	enc_st(e, 2 + w, m, s);
}

void enc_mov_mi_s(struct enc *e, unsigned sz, struct hmem m, s32 imm);
void enc_mov_ri(struct enc *e, unsigned d, u64 imm);
/* The imm64 form, always 10 bytes; the immediate is the last 8. */
void enc_mov_ri64(struct enc *e, unsigned d, u64 imm);

/* The row of movzx/movsx/movsxd/mov for 2^sz bytes -> 32 (w=0) or 64 bits. */
static inline enc_op enc_ext_op(unsigned sz, bool sign)
{
	static const enc_op tab[2][4] = {
		{ ENC_OP(0, 1, 0xb6, 0, 0, 0) | ENC_M8,
		  ENC_OP(0, 1, 0xb7, 0, 0, 0), 0x8b, 0x8b },
		{ ENC_OP(0, 1, 0xbe, 0, 0, 0) | ENC_M8,
		  ENC_OP(0, 1, 0xbf, 0, 0, 0), 0x63, 0x8b }
	};

	return tab[sign][sz];
}

/* Load; sign-extends to 64 bits if w, else to 32 (bits 63..32 zero). */
static inline void enc_ld(struct enc *e, unsigned sz, bool sign, unsigned w,
			  unsigned d, struct hmem m)
{
	enc_rm(e, enc_ext_op(sz, sign && (sz < 2 || w)),
	       sz == 3 || (sign && w), d, m);
}

static inline void enc_movzx(struct enc *e, unsigned sz, unsigned d, unsigned s)
{
	enc_rr(e, enc_ext_op(sz, false), sz == 3, d, s);
}

static inline void enc_movsx(struct enc *e, unsigned sz, unsigned w,
			     unsigned d, unsigned s)
{
	enc_rr(e, enc_ext_op(sz, sz < 2 || w), w, d, s);
}

static inline void enc_movbe_rm(struct enc *e, unsigned sz, unsigned d,
				struct hmem m)
{
	enc_rm(e, ENC_OP(sz == 1, 2, 0xf0, 0, 0, 0), sz == 3, d, m);
}

static inline void enc_movbe_mr(struct enc *e, unsigned sz, struct hmem m,
				unsigned s)
{
	enc_rm(e, ENC_OP(sz == 1, 2, 0xf1, 0, 0, 0), sz == 3, s, m);
}

static inline void enc_lea(struct enc *e, unsigned w, unsigned d, struct hmem m)
{
	enc_rm(e, 0x8d, w, d, m);
}

static inline void enc_un_r(struct enc *e, enum un op, unsigned w, unsigned r)
{
	enc_rr(e, 0xf7, w, op, r);
}

static inline void enc_un_m(struct enc *e, enum un op, unsigned w,
			    struct hmem m)
{
	enc_rm(e, 0xf7, w, op, m);
}

void enc_imul_rri(struct enc *e, unsigned w, unsigned d, unsigned s, s32 imm);

void enc_sh_ri(struct enc *e, enum sh op, unsigned w, unsigned d, unsigned n);

static inline void enc_sh_rcl(struct enc *e, enum sh op, unsigned w, unsigned d)
{
	enc_rr(e, 0xd3, w, op, d);
}

/* 16-bit rotate: the halves of a byte-swapped halfword. */
static inline void enc_rol16_ri(struct enc *e, unsigned d, unsigned n)
{
	enc_rr(e, ENC_OP(1, 0, 0xc1, 0, 0, 0), 0, SH_ROL, d);
	enc_u8(e, n);
}

static inline void enc_shld_i(struct enc *e, unsigned w, unsigned d, unsigned s,
			      unsigned n)
{
	enc_rr(e, ENC_OP(0, 1, 0xa4, 0, 0, 0), w, s, d);
	enc_u8(e, n);
}

static inline void enc_shrd_i(struct enc *e, unsigned w, unsigned d, unsigned s,
			      unsigned n)
{
	enc_rr(e, ENC_OP(0, 1, 0xac, 0, 0, 0), w, s, d);
	enc_u8(e, n);
}

static inline void enc_shld_cl(struct enc *e, unsigned w, unsigned d,
			       unsigned s)
{
	enc_rr(e, ENC_OP(0, 1, 0xa5, 0, 0, 0), w, s, d);
}

static inline void enc_shrd_cl(struct enc *e, unsigned w, unsigned d,
			       unsigned s)
{
	enc_rr(e, ENC_OP(0, 1, 0xad, 0, 0, 0), w, s, d);
}

/* IMUL BSF BSR TZCNT LZCNT POPCNT ADCX ADOX */
static inline void enc_g2(struct enc *e, enc_op op, unsigned w, unsigned d,
			  unsigned s)
{
	enc_rr(e, op, w, d, s);
}

static inline void enc_g2m(struct enc *e, enc_op op, unsigned w, unsigned d,
			   struct hmem m)
{
	enc_rm(e, op, w, d, m);
}

/* ANDN (d = ~a & s), PDEP PEXT (mask s), MULX (d:a = rdx * s) */
static inline void enc_g3(struct enc *e, enc_op op, unsigned w, unsigned d,
			  unsigned a, unsigned s)
{
	enc_vex_rr(e, op, w, d, a, s);
}

static inline void enc_g3m(struct enc *e, enc_op op, unsigned w, unsigned d,
			   unsigned a, struct hmem m)
{
	enc_vex_rm(e, op, w, d, a, m);
}

/* SHLX SHRX SARX BEXTR BZHI: d = op(s, c) */
static inline void enc_g3c(struct enc *e, enc_op op, unsigned w, unsigned d,
			   unsigned s, unsigned c)
{
	enc_vex_rr(e, op, w, d, c, s);
}

/* BLSR BLSI BLSMSK */
static inline void enc_g1v(struct enc *e, enc_op op, unsigned w, unsigned d,
			   unsigned s)
{
	enc_vex_rr(e, op, w, op >> ENC_EXT & 7, d, s);
}

/* RORX */
static inline void enc_g2i(struct enc *e, enc_op op, unsigned w, unsigned d,
			   unsigned s, unsigned imm)
{
	enc_vex_rr(e, op, w, d, 0, s);
	enc_u8(e, imm);
}

static inline void enc_bswap(struct enc *e, unsigned w, unsigned r)
{
	unsigned rex = w << 3 | r >> 3;

	if (rex)
		enc_u8(e, 0x40 | rex);
	enc_u8(e, 0x0f);
	enc_u8(e, 0xc8 | (r & 7));
}

static inline void enc_bt_grp(struct enc *e, unsigned ext, unsigned w,
			      unsigned r, unsigned bit)
{
	enc_rr(e, ENC_OP(0, 1, 0xba, 0, 0, 0), w, ext, r);
	enc_u8(e, bit);
}

static inline void enc_bt_ri(struct enc *e, unsigned w, unsigned r, unsigned n)
{
	enc_bt_grp(e, 4, w, r, n);
}

static inline void enc_bts_ri(struct enc *e, unsigned w, unsigned r, unsigned n)
{
	enc_bt_grp(e, 5, w, r, n);
}

static inline void enc_btr_ri(struct enc *e, unsigned w, unsigned r, unsigned n)
{
	enc_bt_grp(e, 6, w, r, n);
}

static inline void enc_btc_ri(struct enc *e, unsigned w, unsigned r, unsigned n)
{
	enc_bt_grp(e, 7, w, r, n);
}

static inline void enc_bt_rr(struct enc *e, unsigned w, unsigned r, unsigned b)
{
	enc_rr(e, ENC_OP(0, 1, 0xa3, 0, 0, 0), w, b, r);
}

static inline void enc_bt_mi(struct enc *e, unsigned w, struct hmem m,
			     unsigned n)
{
	enc_rm(e, ENC_OP(0, 1, 0xba, 0, 0, 0), w, 4, m);
	enc_u8(e, n);
}

static inline void enc_setcc(struct enc *e, enum cc c, unsigned r)
{
	enc_rr(e, ENC_OP(0, 1, 0x90 + c, 0, 0, 0) | ENC_M8, 0, 0, r);
}

static inline void enc_setcc_m(struct enc *e, enum cc c, struct hmem m)
{
	enc_rm(e, ENC_OP(0, 1, 0x90 + c, 0, 0, 0), 0, 0, m);
}

static inline void enc_cmov_rr(struct enc *e, enum cc c, unsigned w, unsigned d,
			       unsigned s)
{
	enc_rr(e, ENC_OP(0, 1, 0x40 + c, 0, 0, 0), w, d, s);
}

static inline void enc_cmov_rm(struct enc *e, enum cc c, unsigned w, unsigned d,
			       struct hmem m)
{
	enc_rm(e, ENC_OP(0, 1, 0x40 + c, 0, 0, 0), w, d, m);
}

static inline void enc_xchg_rr(struct enc *e, unsigned w, unsigned a,
			       unsigned b)
{
	enc_rr(e, 0x87, w, b, a);
}

/* Atomic by itself. */
static inline void enc_xchg_mr_s(struct enc *e, unsigned sz, struct hmem m,
				 unsigned r)
{
	enc_rm(e, enc_sized(0x87, sz, ENC_R8), sz == 3, r, m);
}

static inline void enc_lock(struct enc *e)
{
	enc_u8(e, 0xf0);
}

static inline void enc_xadd_s(struct enc *e, unsigned sz, struct hmem m,
			      unsigned r)
{
	enc_rm(e, enc_sized(ENC_OP(0, 1, 0xc1, 0, 0, 0), sz, ENC_R8), sz == 3,
	       r, m);
}

/* Compare with al/ax/eax/rax. */
static inline void enc_cmpxchg_s(struct enc *e, unsigned sz, struct hmem m,
				 unsigned r)
{
	enc_rm(e, enc_sized(ENC_OP(0, 1, 0xb1, 0, 0, 0), sz, ENC_R8), sz == 3,
	       r, m);
}

static inline void enc_cmpxchg16b(struct enc *e, struct hmem m)
{
	enc_rm(e, ENC_OP(0, 1, 0xc7, 0, 0, 0), 1, 1, m);
}

static inline void enc_crc32(struct enc *e, unsigned sz, unsigned d, unsigned s)
{
	if (sz == 1)
		enc_u8(e, 0x66);
	enc_rr(e, ENC_OP(3, 2, sz ? 0xf1 : 0xf0, 0, 0, 0) | (sz ? 0 : ENC_M8),
	       sz == 3, d, s);
}

static inline void enc_ldmxcsr(struct enc *e, struct hmem m)
{
	enc_rm(e, ENC_OP(0, 1, 0xae, 0, 0, 0), 0, 2, m);
}

static inline void enc_stmxcsr(struct enc *e, struct hmem m)
{
	enc_rm(e, ENC_OP(0, 1, 0xae, 0, 0, 0), 0, 3, m);
}

/* -- Control -------------------------------------------------------------- */

static inline u8 *enc_jcc8(struct enc *e, enum cc c)
{
	enc_u16(e, 0x70 + c);
	return e->p - 1;
}

static inline u8 *enc_jcc32(struct enc *e, enum cc c)
{
	enc_u16(e, 0x0f | (0x80 + c) << 8);
	enc_u32(e, 0);
	return e->p - 4;
}

static inline u8 *enc_jmp8(struct enc *e)
{
	enc_u16(e, 0xeb);
	return e->p - 1;
}

static inline u8 *enc_jmp32(struct enc *e)
{
	enc_u8(e, 0xe9);
	enc_u32(e, 0);
	return e->p - 4;
}

static inline u8 *enc_call32(struct enc *e)
{
	enc_u8(e, 0xe8);
	enc_u32(e, 0);
	return e->p - 4;
}

static inline void enc_patch8(u8 *at, const u8 *target)
{
	assert(target - at - 1 >= -128 && target - at - 1 <= 127);
	*at = (u8)(target - at - 1);
}

static inline void enc_patch32(u8 *at, const u8 *target)
{
	s32 d = (s32)(target - at - 4);

	memcpy(at, &d, 4);
}

void enc_jcc_to(struct enc *e, enum cc c, const u8 *target);
void enc_jmp_to(struct enc *e, const u8 *target);

static inline void enc_call_to(struct enc *e, const u8 *target)
{
	enc_patch32(enc_call32(e), target);
}

static inline void enc_jmp_r(struct enc *e, unsigned r)
{
	enc_rr(e, 0xff, 0, 4, r);
}

static inline void enc_jmp_m(struct enc *e, struct hmem m)
{
	enc_rm(e, 0xff, 0, 4, m);
}

static inline void enc_call_r(struct enc *e, unsigned r)
{
	enc_rr(e, 0xff, 0, 2, r);
}

static inline void enc_call_m(struct enc *e, struct hmem m)
{
	enc_rm(e, 0xff, 0, 2, m);
}

static inline void enc_ret(struct enc *e)
{
	enc_u8(e, OP_RET);
}

static inline void enc_push_r(struct enc *e, unsigned r)
{
	if (r >= 8)
		enc_u8(e, 0x41);
	enc_u8(e, 0x50 | (r & 7));
}

static inline void enc_pop_r(struct enc *e, unsigned r)
{
	if (r >= 8)
		enc_u8(e, 0x41);
	enc_u8(e, 0x58 | (r & 7));
}

static inline void enc_push_m(struct enc *e, struct hmem m)
{
	enc_rm(e, 0xff, 0, 6, m);
}

static inline void enc_pop_m(struct enc *e, struct hmem m)
{
	enc_rm(e, 0x8f, 0, 0, m);
}

void enc_push_i(struct enc *e, s32 imm);

void enc_nop(struct enc *e, unsigned bytes);

/* -- Vectors -------------------------------------------------------------- */

/* Does op(a, b) equal op(b, a) bit for bit? */
bool enc_commutes(enc_op op);
void enc_v2(struct enc *e, enc_op op, unsigned d, unsigned s);
void enc_v2m(struct enc *e, enc_op op, unsigned d, struct hmem m);
void enc_v3(struct enc *e, enc_op op, unsigned d, unsigned a, unsigned s);
void enc_v3m(struct enc *e, enc_op op, unsigned d, unsigned a, struct hmem m);
void enc_vsh(struct enc *e, enc_op op, unsigned d, unsigned a, unsigned imm);
void enc_v3i(struct enc *e, enc_op op, unsigned d, unsigned a, unsigned s,
	     unsigned imm);
void enc_v3mi(struct enc *e, enc_op op, unsigned d, unsigned a, struct hmem m,
	      unsigned imm);

static inline void enc_v2i(struct enc *e, enc_op op, unsigned d, unsigned s,
			   unsigned imm)
{
	enc_v2(e, op, d, s);
	enc_u8(e, imm);
}

static inline void enc_v2mi(struct enc *e, enc_op op, unsigned d,
			    struct hmem m, unsigned imm)
{
	enc_v2m(e, op, d, m);
	enc_u8(e, imm);
}

/* Stores: the register goes into the reg field like a destination. */
static inline void enc_vst(struct enc *e, enc_op op, struct hmem m, unsigned s)
{
	enc_v2m(e, op, s, m);
}

static inline void enc_vst_r(struct enc *e, enc_op op, unsigned d, unsigned s)
{
	enc_v2(e, op, s, d);
}

static inline void enc_vsti(struct enc *e, enc_op op, struct hmem m,
			    unsigned s, unsigned imm)
{
	enc_v2m(e, op, s, m);
	enc_u8(e, imm);
}

static inline void enc_vsti_r(struct enc *e, enc_op op, unsigned d, unsigned s,
			      unsigned imm)
{
	enc_v2(e, op, s, d);
	enc_u8(e, imm);
}

/* Whole-register move; nothing if d == s. */
static inline void enc_vmov(struct enc *e, unsigned d, unsigned s)
{
	if (d != s)
		enc_v2(e, SSE_MOVAPS, d, s);
}

static inline void enc_xg(struct enc *e, enc_op op, unsigned d, unsigned s)
{
	enc_v2(e, op, d, s);
}

static inline void enc_xgm(struct enc *e, enc_op op, unsigned d, struct hmem m)
{
	enc_v2m(e, op, d, m);
}

void enc_xg3(struct enc *e, enc_op op, unsigned d, unsigned a, unsigned s);

static inline void enc_xg3m(struct enc *e, enc_op op, unsigned d, unsigned a,
			    struct hmem m)
{
	enc_v3m(e, op, d, a, m);
}

static inline void enc_xg3i(struct enc *e, enc_op op, unsigned d, unsigned a,
			    unsigned s, unsigned imm)
{
	enc_xg3(e, op, d, a, s);
	enc_u8(e, imm);
}

static inline void enc_xg3mi(struct enc *e, enc_op op, unsigned d, unsigned a,
			     struct hmem m, unsigned imm)
{
	enc_v3mi(e, op, d, a, m, imm);
}

static inline void enc_gx(struct enc *e, enc_op op, unsigned d, unsigned s)
{
	enc_v2(e, op, d, s);
}

static inline void enc_gxm(struct enc *e, enc_op op, unsigned d, struct hmem m)
{
	enc_v2m(e, op, d, m);
}

static inline void enc_gxi(struct enc *e, enc_op op, unsigned d, unsigned s,
			   unsigned imm)
{
	enc_v2(e, op, d, s);
	enc_u8(e, imm);
}

static inline void enc_gs(struct enc *e, enc_op op, unsigned d, unsigned s)
{
	enc_v2(e, op, s, d);
}

static inline void enc_gsm(struct enc *e, enc_op op, struct hmem m, unsigned s)
{
	enc_v2m(e, op, s, m);
}

static inline void enc_gsi(struct enc *e, enc_op op, unsigned d, unsigned s,
			   unsigned imm)
{
	enc_v2(e, op, s, d);
	enc_u8(e, imm);
}

static inline void enc_gsmi(struct enc *e, enc_op op, struct hmem m,
			    unsigned s, unsigned imm)
{
	enc_v2m(e, op, s, m);
	enc_u8(e, imm);
}

static inline void enc_v0(struct enc *e, enc_op op, unsigned d, unsigned s)
{
	enc_rr(e, op, 0, d, s);
}

static inline void enc_v4(struct enc *e, enc_op op, unsigned d, unsigned a,
			  unsigned s, unsigned mask)
{
	enc_vex_rr(e, op, 0, d, a, s);
	enc_u8(e, mask << 4);
}

#endif
