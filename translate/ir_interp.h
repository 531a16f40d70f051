/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The IR interpreter: runs one block on a cpu.  It is the oracle for back
 * ends (lockstep) and the portable fallback.
 */
#ifndef TRANSLATE_IR_INTERP_H
#define TRANSLATE_IR_INTERP_H

#include <setjmp.h>

#include "translate/cpu.h"
#include "translate/ir.h"

/* One store as lockstep sees it: the bytes that were there before. */
struct interp_store {
	gaddr addr;
	u32 size;
	u8 before[16], after[16];
};

enum { INTERP_MAX_STORES = 1024 };

struct interp_frame {
	union v128 val[IR_MAX_INST];
	jmp_buf fault;			/* where a guest fault lands */
	volatile bool active;		/* a guest access may fault now */
	volatile unsigned at;		/* instruction that is running */
	volatile u64 addr;		/* address of the last access */
	bool tagged;			/* a top byte was ignored */
	bool aside;			/* an ASIDE struck */
	struct ir ir;			/* the block that is run */
	bool log_stores;		/* keep a journal of stores */
	unsigned nstores;
	struct interp_store store[INTERP_MAX_STORES];
	/* For lockstep.c: the interpreter's cpu, and what it left in memory. */
	struct cpu ref;
	u8 stored[INTERP_MAX_STORES][16];
};

/* Allocate cpu->interp if that has not been done: 0 or -ENOMEM. */
int interp_prepare(struct cpu *cpu);

/*
 * Run the block.  Returns an enum exec_exit: EXEC_LOOKUP with cpu->pc set for
 * every branch, otherwise what a TRAP or a fault says.  interp_prepare() must
 * have succeeded.  Faults reach it through interp_host_fault(); tagged and
 * aside of the frame tell what the block did.
 */
unsigned ir_interp(struct cpu *cpu, const struct ir *ir);

/* Memory fault while cpu->interp->active: redirect the host context so that
 * ir_interp() returns EXEC_FAULT.  Async-signal-safe. */
bool interp_host_fault(struct cpu *cpu, void *uc, u64 addr, u32 info) SIGSAFE;

#endif
