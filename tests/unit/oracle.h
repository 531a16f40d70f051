/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The native oracle of the x86-64 guest: what its files share.
 *
 *   oracle_x64.c	what is tried, the comparison, shrinking, reports
 *   oracle_state.c	random and hostile states, undefined flags
 *   oracle_native.c	runs code on the processor, by signal contexts
 *   oracle_guest.c	runs it under the translator, at the same address
 */
#ifndef TESTS_UNIT_ORACLE_H
#define TESTS_UNIT_ORACLE_H

#include "tests/unit/x64gen.h"

/* Where things are: all below 2 GiB, so that any form of address reaches. */
enum {
	DATA_AT = 0x10001000,	/* two pages, then a read-only one; nothing
				   before and after */
	DATA_SIZE = 0x2000,
	HOT = DATA_AT + 0x1000,	/* where most accesses go */
	CODE_AT = 0x20000000,
	CODE_SIZE = 0x100000,
	SLOT = 512,		/* of one sequence, in the middle of INT3s */
	SLOT_CODE = 128,
	MAX_SEQ = 16
};

/* How a run ended. */
enum end {
	END_BREAK, END_UNDEF, END_GP, END_PAGE, END_FETCH, END_DIVIDE, END_FP,
	END_ALIGN, END_STACK, END_OTHER
};

struct machine {
	u64 r[16], rip, flags;
	union v128 v[32];		/* as in struct cpu */
	u8 fx[512] __attribute__((aligned(64)));	/* x87 part */
	u32 mxcsr;
	enum end end;
	u64 addr;			/* of a page fault */
	bool write;
	u8 mem[DATA_SIZE];
};

struct seq {
	struct x64_code code[MAX_SEQ];
	unsigned row[MAX_SEQ], at[MAX_SEQ], n, len;
	u8 *start;			/* its bytes; INT3s around */
};

/* -- oracle_native.c -- */
bool native_init(void);
void native_run(struct machine *m, u64 rip);
extern bool native_active;
/* A signal of the native run: was it one? */
bool native_signal(int sig, void *info, void *uc);

/* -- oracle_guest.c -- */
bool guest_init(bool interpret);
void guest_run(struct machine *m, u64 rip);
void guest_forget(void);		/* code has changed everywhere */
bool guest_signal(int sig, void *info, void *uc);

/* -- oracle_state.c -- */
void state_random(struct machine *m, const struct seq *s);
/* Flags (EFLAGS_*) that i leaves undefined, given the count in CL. */
u32 undefined_flags(const struct x64_insn *i, u64 rcx);
u32 eflags_of_row(u8 set);
bool decode_at(struct x64_insn *i, const struct seq *s, unsigned k);

#endif
