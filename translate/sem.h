/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Semantic functions: what each IR opcode flagged S means, written once in
 * portable C.  The interpreter calls them; back ends call them for cases
 * that they do not emit inline, and are tested against them.
 *
 * A function reads its operands from a, b, c (absent ones are NULL), integer
 * operands in d[0], and writes all 16 bytes of *d (bits above the result type
 * are zero).  d may be the same object as a, b or c.  desc holds the
 * instruction's type, aux and imm.  FP functions take DN, FZ, FZ16, AHP and
 * the rounding mode from cpu->fpcr and accumulate into cpu->fpsr (Arm layout:
 * IOC 0, DZC 1, OFC 2, UFC 3, IXC 4, IDC 7, QC 27).  They touch nothing else
 * of the cpu, use no host floating point (integer code only: the host's FP
 * control belongs to the guest), and are async-signal-safe.
 */
#ifndef TRANSLATE_SEM_H
#define TRANSLATE_SEM_H

#include "translate/cpu.h"
#include "translate/ir.h"

typedef void sem_fn(struct cpu *cpu, u64 desc, union v128 *d,
		    const union v128 *a, const union v128 *b,
		    const union v128 *c);

/* Indexed by opcode; NULL for opcodes without flag S. */
extern sem_fn *const sem_table[IR_OP_COUNT];

static inline u64 sem_desc(const struct ir_inst *i)
{
	return (u64)(u32)i->imm << 32 | (u32)i->aux << 8 | i->type;
}

static inline enum ir_type sem_type(u64 desc) { return (enum ir_type)(desc & 0xff); }
static inline unsigned sem_aux(u64 desc) { return desc >> 8 & 0xff; }
static inline s32 sem_imm(u64 desc) { return (s32)(desc >> 32); }

/* FLG_FCMP: packed flags (translate/cpu.h) of comparing a with b. */
u32 sem_fcmp(struct cpu *cpu, unsigned aux, const union v128 *a,
	     const union v128 *b);

/* Arm FPCR bits. */
enum {
	FPCR_FZ16 = 1 << 19, FPCR_RMODE_SHIFT = 22, FPCR_FZ = 1 << 24,
	FPCR_DN = 1 << 25, FPCR_AHP = 1 << 26
};
enum {
	FPSR_IOC = 1, FPSR_DZC = 2, FPSR_OFC = 4, FPSR_UFC = 8, FPSR_IXC = 16,
	FPSR_IDC = 128, FPSR_QC = 1 << 27
};

#endif
