/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The encoding that imm of the IR's x87 and MMX opcodes (ir.def) stands for. */
#ifndef TRANSLATE_HOST_X64_X87_H
#define TRANSLATE_HOST_X64_X87_H

#include "base/base.h"

struct enc;

/*
 * imm: bits 0-14 opcode (D8..DF, or 0F00 | opcode), 15 REX.W, 16-18 modrm.rm,
 * 19-21 modrm.reg, 22 an immediate byte follows, 23 there is a memory operand,
 * 24-31 the immediate byte.
 */
enum { X87_REXW = 1 << 15, X87_HAS_IMM = 1 << 22,
       X87_HAS_MEM = 1 << 23, X87_EMMS = 0x0f77 /* has no modrm */ };

/* Emit it; mem: register with the address of the memory operand, or
 * HREG_NONE: modrm.rm names a register. */
void x87_emit(struct enc *e, u32 imm, unsigned mem);

#endif
