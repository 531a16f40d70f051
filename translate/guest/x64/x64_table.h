/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The tables that mkx64 makes of x64.ops (beside x64_row of x64.h), for those
 * who walk them: the decoder, the disassembler, mkx64 itself and the tests.
 */
#ifndef X64_TABLE_H
#define X64_TABLE_H

/* An operand of the notation: X64_SPEC_Eb ... */
enum x64_spec {
	X64_SPEC_NONE,
#define _(name, how, size, regsize) X64_SPEC_##name,
#include "translate/guest/x64/x64_spec.def"
#undef _
	X64_SPEC_COUNT
};

/* Where the operand is. */
enum spec_how {
	HOW_NONE,
	HOW_G, HOW_E, HOW_R, HOW_RI,	/* modrm.reg; rm; rm register only */
	HOW_M, HOW_VSIB,		/* rm, memory only */
	HOW_SEG, HOW_CR, HOW_DR,	/* modrm.reg */
	HOW_V, HOW_W, HOW_U,		/* xmm: reg; rm; rm register only */
	HOW_P, HOW_PW, HOW_PU,		/* MMX likewise */
	HOW_STI,			/* modrm.rm */
	HOW_LAST_MODRM = HOW_STI,
	HOW_H, HOW_B,			/* VEX.vvvv: xmm, general */
	HOW_L,				/* immediate, bits 7..4 */
	HOW_Z,				/* opcode's low bits */
	HOW_RAX, HOW_RCX, HOW_RDX, HOW_FS, HOW_GS, HOW_ST0,
	HOW_ONE, HOW_IMM, HOW_IMMU, HOW_REL, HOW_OFFS, HOW_SI, HOW_DI,
	HOW_COUNT
};

/* Its size: fixed ones as in struct x64_operand, then those that depend. */
enum spec_size {
	SZ_B, SZ_W, SZ_D, SZ_Q, SZ_DQ, SZ_QQ,
	SZ_T = 8, SZ_O,			/* X64_SIZE_80, X64_SIZE_OTHER */
	SZ_V, SZ_Z, SZ_Y,		/* operand size; capped; 4 or 8 by W */
	SZ_X, SZ_H, SZ_F, SZ_E, SZ_DUP,	/* by VEX.L */
	SZ_COUNT
};

/* Bits of x64_row.what beside X64_W_*, for the decoder alone. */
enum {
	ROW_SIZE_SHIFT = 6,
	ROW_SIZE = 7 << 6,	/* one of: */
	ROW_VSIZE = 0,		/* operand size 32, 16 or 64 */
	ROW_BYTE = 1 << 6,	/* operand size is a byte */
	ROW_YSIZE = 2 << 6,	/* 66 is no operand size prefix */
	ROW_D64 = 3 << 6,	/* operand size 64 or 16 */
	ROW_F64 = 4 << 6,	/* operand size is 64 */
	ROW_SIZE_COUNT = 5,
	ROW_NOVVVV = 1 << 10,	/* VEX.vvvv must be 1111b */
	ROW_AVX = 1 << 11,	/* wants AVX beside its feature */
	ROW_AVX2 = 1 << 12,	/* wants AVX2 if VEX.L is set */
	ROW_VSIB = 1 << 13
};

/*
 * What a row matches, beside map and opcode: key & mask == value.
 *
 *	12 11 10  9  8  7     6       5    4   3   2   1  0
 *	modrm.rm  modrm.reg  mod=3  REX.B  L   W  VEX  prefix (KEY_66 ...)
 */
enum {
	KEY_66 = 1, KEY_F3 = 2, KEY_F2 = 3, KEY_PP = 3,
	KEY_REP = 2,			/* the bit that F2 and F3 share */
	KEY_VEX = 1 << 2, KEY_W = 1 << 3, KEY_L = 1 << 4, KEY_B = 1 << 5,
	KEY_MOD3 = 1 << 6,
	KEY_REG_SHIFT = 7, KEY_REG = 7 << KEY_REG_SHIFT,
	KEY_RM_SHIFT = 10, KEY_RM = 7 << KEY_RM_SHIFT
};

struct x64_match {
	unsigned short mask, value;
};

/* Opcode maps. */
enum { MAP_ONE, MAP_0F, MAP_0F38, MAP_0F3A, MAP_COUNT };

/* The rows of one opcode; the first that matches counts. */
struct x64_opcode {
	unsigned short first;
	unsigned char count;
	unsigned char form;		/* FORM_* */
};
enum {
	FORM_MODRM = 1,
	FORM_MODREG = 2			/* mod is ignored: always a register */
};

extern const struct x64_match x64_match[];
extern const struct x64_opcode x64_opcode[MAP_COUNT][256];
extern const char x64_names[];		/* NUL-terminated, x64_row.name */

#endif
