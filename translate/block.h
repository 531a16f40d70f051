/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Translated blocks: finding, linking, invalidating and reclaiming them.
 * Private to translate/ (exec.c, lockstep.c, and the back end's recovery).
 *
 * Concurrency.  Everything that changes the tables happens under t->lock.
 * block_find() is lock-free: the table is published with release stores and
 * grows by replacement.  Translated code is entered and patched while other
 * threads execute it; patches are single aligned 4-byte stores.
 *
 * Reclaim.  Code memory has two halves.  When the current one is full, all
 * blocks of the other are invalidated, every thread that is inside translated
 * code is kicked out, and only then the half is used again.  A thread that
 * was outside notices the new epoch before it enters code and empties its
 * jump cache and return stack.
 */
#ifndef TRANSLATE_BLOCK_H
#define TRANSLATE_BLOCK_H

#include <pthread.h>

#include "translate/codebuf.h"
#include "translate/guest/guest.h"
#include "translate/host/host.h"
#include "translate/translate.h"

struct block {
	gaddr pc;
	u32 mode;
	u32 code_off;		/* of its code, from codebuf.base */
	u32 code_len;
	u32 entry_off;		/* from its code */
	u32 side_off, side_len;	/* in t->side */
	u32 first_link, nlinks;	/* ids of its exits */
	u32 in_links;		/* links that jump here: id + 1, 0 = none */
	u32 page_next[2];	/* next block on the same guest page: index + 1 */
	u32 page[2];		/* slots in the page table, or PAGE_NONE */
	_Atomic u32 dead;
	u16 ninsns, pad;
};

struct link {
	struct host_link h;
	u32 block;		/* index of the block that it leaves */
	u32 next_in;		/* in the target's in_links: id + 1 */
	u32 to;			/* target block index + 1 while linked */
};

#define PAGE_NONE ~0u

struct page_slot {
	u64 page;		/* guest page number + 1; 0 = empty */
	u32 head;		/* first block: index + 1 */
};

struct block_table {
	u32 mask;
	_Atomic u32 slot[];	/* block index + 1 */
};

struct exec_stats {
	u64 blocks, insns, guest_bytes, host_bytes, translate_ns;
	u64 lookups, links, invalidated, flushes, entries[32];
};

struct tctx {
	struct tctx_config cfg;
	pthread_mutex_t lock;
	struct codebuf code;
	const void *rt[64];		/* runtime entry points of the back end */
	exec_helper_fn *helper[HELPER_SLOTS];

	struct block_table *_Atomic table;
	u32 nused;			/* slots taken, dead ones included */
	/* Reserved arrays, split between the two halves of code memory. */
	struct block *block;
	struct link *link;
	u8 *side;
	struct region {
		u32 first_block, end_block, max_block;
		u32 end_link, max_link;
		u32 end_side, max_side;
	} region[2];
	struct page_slot *pages;
	u32 npages, page_mask;

	_Atomic u64 epoch;
	struct cpu *cpus;		/* all registered, by cpu->next_cpu */
	struct ir *ir;			/* scratch of the translating thread */
	struct exec_stats stats;
};

/* The live block at (pc, mode), or NULL.  Lock-free. */
struct block *block_find(struct tctx *t, gaddr pc, u32 mode);

static inline u8 *block_entry(const struct tctx *t, const struct block *b)
{
	return t->code.base + b->code_off + b->entry_off;
}

/* Translate the block at pc; lock held.  NULL: *why is the exit reason. */
struct block *block_translate(struct tctx *t, gaddr pc, u32 mode,
			      enum exec_exit *why);

/* Let exit `id` jump straight to b; lock held. */
void block_link(struct tctx *t, u32 id, struct block *b);

/* Invalidate by guest range; lock held. */
void block_invalidate(struct tctx *t, gaddr start, u64 len);

/* The block whose code holds this host address, or NULL.  Async-signal-safe
 * (reads only what is published before code can run). */
struct block *block_by_host(const struct tctx *t, u64 host_pc) SIGSAFE;

int block_init(struct tctx *t);

/* Lift guest code into ir: lift.c.  0, or the exit reason that execution at
 * pc meets (EXEC_FETCH, EXEC_ALIGN). */
enum exec_exit lift_block(struct tctx *t, struct ir *ir, gaddr pc, u32 mode,
			  unsigned max_insns);

/* Does the code at pc surely set the flags before it reads them, faults or
 * leaves?  False when unsure, and in lockstep, which compares them. */
bool lift_flags_dead(struct tctx *t, gaddr pc);

#endif
