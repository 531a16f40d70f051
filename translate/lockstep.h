/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Lockstep: every block runs in the IR interpreter first, then, from the same
 * state, in host code; all guest-visible state and the bytes stored must be
 * equal.  The first difference is printed with the block and aborts.
 */
#ifndef TRANSLATE_LOCKSTEP_H
#define TRANSLATE_LOCKSTEP_H

#include "translate/block.h"

/* Run b both ways; returns what the host code's run returned. */
unsigned lockstep_block(struct tctx *t, struct cpu *cpu, struct block *b);

/*
 * Compare guest-visible state.  NULL if equal, else a name of what differs,
 * with both values in a and b.  Flags are compared as NZCV.
 */
const char *lockstep_compare(const struct cpu *x, const struct cpu *y,
			     union v128 *a, union v128 *b);

#endif
