/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Small services that the interpreter and the run loop share: helper lookup,
 * and the few things that only a host can do (host/H/hostsig.c).
 */
#ifndef TRANSLATE_HELPER_H
#define TRANSLATE_HELPER_H

#include "translate/translate.h"

/* The function of IR HELPER number n; never NULL (unknown: does nothing). */
exec_helper_fn *helper_get(const struct tctx *t, unsigned n);

/* 16-byte compare-and-swap; *old gets what was found.  True if stored. */
bool host_cas128(void *p, u64 old[2], const u64 new[2]);

/*
 * Execute one x87 or MMX instruction (op: IR_X87 .. IR_X87_FROMG, imm as in
 * ir.def, arg: operand a) on the guest's x87 state; result of the op.  May
 * fault as a guest access does.
 */
u64 host_x87(struct cpu *cpu, unsigned op, u32 imm, u64 arg);

/*
 * The guest's x87 and MMX state in the first 160 bytes of a 16-byte aligned
 * FXSAVE64 image (SDM vol. 1, 10.5.1); the rest of its 512 bytes is scratch.
 * MXCSR and vector registers stay as they are.  host_x87_init: as FNINIT.
 */
void host_x87_save(void *image);
void host_x87_load(const void *image);
void host_x87_init(void);

/* The processor's estimate of 1 / x or 1 / sqrt(x) (RCPSS, RSQRTSS). */
u32 host_estimate(u32 x, bool root);

/* Rewrite a signal context so that the thread continues in fn(arg), on its
 * own stack below what it was using.  Async-signal-safe. */
void host_context_call(void *uc, void (*fn)(void *), void *arg) SIGSAFE;

#endif
