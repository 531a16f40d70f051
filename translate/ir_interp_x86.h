/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Private to the IR interpreter: its x86 integer opcodes (ir.def). */
#ifndef TRANSLATE_IR_INTERP_X86_H
#define TRANSLATE_IR_INTERP_X86_H

#include "translate/cpu.h"
#include "translate/ir.h"

/* Packed flags of an XF_* opcode; `old` is operand c (XF_CF, XF_OF: a). */
u32 interp_x86_flags(unsigned op, unsigned size, u64 a, u64 b, u32 old);
/* XRCL, XRCR. */
u64 interp_x86_rotate(unsigned op, unsigned size, u64 a, u64 b, u32 old);
/* XDIVQ XDIVR XIDIVQ XIDIVR; false: #DE. */
bool interp_x86_divide(unsigned op, unsigned size, u64 a, u64 b, u64 c,
		       u64 *out);

#endif
