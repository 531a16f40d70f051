/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a host back end provides: turn one checked IR block into position-
 * independent host code, patch and poison that code, recover guest state at
 * a host pc.  Knows ir.h, cpu.h, codebuf.h, sem.h; never a guest.
 */
#ifndef TRANSLATE_HOST_HOST_H
#define TRANSLATE_HOST_HOST_H

#include "translate/cpu.h"
#include "translate/ir.h"
#include "translate/translate.h"

/* A direct exit of a block, patchable to jump to its target.  The stub makes
 * enter() return EXEC_LINK with its own address in cpu->link_at. */
struct host_link {
	gaddr target;
	u32 patch_off;		/* of the rel32 field, from the block's code */
	u32 stub_off;		/* where it points while unlinked */
};

enum { HOST_MAX_LINKS = 160 };

/* What emit() reports of a block. */
struct host_block {
	u8 *code;		/* in: where to write (RW view) */
	u32 avail;		/* in: bytes there */
	u32 code_len;		/* out: hot and cold code */
	u32 entry_off;		/* out: where the block is entered */
	u8 *side;		/* in: where to write the side table */
	u32 side_avail, side_len;
	unsigned nlinks;
	struct host_link link[HOST_MAX_LINKS];
	/* in: what the code at this pc does with the guest's flags.  NULL:
	 * assume that it reads them, and keep them exact at faults too. */
	enum flags_fate (*flags_fate)(struct tctx *t, gaddr pc);
	/* in: need the flags not survive calls and returns?  out: but the
	 * code behind a call in this block expects them to. */
	bool flags_die_at_calls, flags_cross_calls;
	/*
	 * Vector registers 0-15 known to be zero above 8 bytes (bits 0-15)
	 * or 4 bytes (bits 16-31).  in: at entry.  out: at each exit to the
	 * block's own start, if it would gain from knowing.
	 */
	u32 narrow_entry, narrow_loop;
};

struct block;

struct host_backend {
	const char *name;
	/* Once per process: probe the CPU (masked by DRAGOMAN_HOST_CPU),
	 * choose variants, emit the runtime stubs into buf. */
	int (*init)(struct tctx *t, u8 *buf, u32 avail, u32 *len);
	/* 0, -ENOSPC (code memory), -E2BIG (split the block and try again). */
	int (*emit)(struct tctx *t, const struct ir *ir, struct host_block *hb);
	/* Point an exit (code + patch_off) at host code or at its stub; atomic
	 * for threads executing it. */
	void (*patch)(u8 *field, const u8 *target);
	/* Make every later entry of the block go to the dispatcher. */
	void (*poison)(struct tctx *t, u8 *entry);
	/* Enter translated code; returns enum exec_exit. */
	unsigned (*enter)(struct cpu *cpu, const void *code);
	/* Recover state: host pc `off` bytes into the block; see
	 * exec_host_fault(). */
	bool (*recover)(struct cpu *cpu, void *uc, const struct block *b,
			u32 off, u64 fault_addr);
	/* The host's FP unit has raised an exception in the block, which is
	 * the translator's business alone: continue. */
	bool (*fp_trap)(struct cpu *cpu, void *uc, const struct block *b,
			u32 off);
	/* A fault inside the runtime stubs: the same for what they do on the
	 * guest's behalf; false if they cannot fault there. */
	bool (*runtime_fault)(struct cpu *cpu, void *uc, u64 fault_addr);
	/* Did the host refuse an address for its form, so that the kernel does
	 * not tell it?  So do the traps of ALIGN and ASIDE. */
	bool (*refused)(const void *uc);
	/* What a SIGFPE was: FAULT_DIVIDE or FAULT_FP | FAULT_X87. */
	u32 (*sigfpe_kind)(const void *uc);
	/* The host pc of a signal context. */
	u64 (*context_pc)(const void *uc);
	/* Allocate, free, empty the cpu's host return stack. */
	int (*cpu_init)(struct cpu *cpu);
	void (*cpu_fini)(struct cpu *cpu);
	void (*forget_returns)(struct cpu *cpu);
	/* Index in cpu->jcache, and in cpu->jfar, of a guest pc. */
	unsigned (*jcache_index)(gaddr pc);
	unsigned (*jfar_index)(gaddr pc);
};

extern const struct host_backend *const host_backend;

#endif
