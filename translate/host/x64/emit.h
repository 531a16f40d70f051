/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Emission of one block (emit.c) and its side table (recover.c). */
#ifndef TRANSLATE_HOST_X64_EMIT_H
#define TRANSLATE_HOST_X64_EMIT_H

#include "translate/host/x64/cg.h"

/* 0, or -E2BIG: a limit was hit, try with fewer guest instructions. */
int x64_emit(struct cg *cg, struct tctx *t, const struct ir *ir,
	     struct host_block *hb);

/* Begin the side table of a block. */
void side_start(struct cg *cg);
/* Code for cold path c, which instructions trap to, comes next. */
void side_trap_target(struct cg *cg, const struct cg_cold *c);

/*
 * A fault at host pc `off` bytes into the block: complete struct cpu from the
 * signal context and make it continue in the runtime's way out.  False: no
 * record for this place.
 */
bool x64_recover(struct cpu *cpu, void *uc, const struct block *b, u32 off,
		 u64 fault_addr) SIGSAFE;
bool x64_runtime_fault(struct cpu *cpu, void *uc, u64 fault_addr) SIGSAFE;
/* An FP instruction has raised Invalid there: send it to its cold path. */
bool x64_fp_trap(struct cpu *cpu, void *uc, const struct block *b,
		 u32 off) SIGSAFE;
u64 x64_context_pc(const void *uc) SIGSAFE;
bool x64_refused(const void *uc) SIGSAFE;
u32 x64_sigfpe_kind(const void *uc) SIGSAFE;

#endif
