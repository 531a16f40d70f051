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

/*
 * A block's record in codebuf's record area.  The parts lie like this, so that
 * the end is known before the block is complete:
 *
 *	side table | links, the last one first | struct block
 */
struct block {
	gaddr pc;
	u32 code_off;		/* of its code, from codebuf.base */
	u32 in_links;		/* id of a link that jumps here, 0 = none */
	u32 page_next[2];	/* next block on the same guest page: see
				   page_add() */
	u16 code_len, side_len;
	u16 rec_units;		/* size of the record / 8 */
	u8 entry_off;		/* from its code */
	u8 nlinks, ninsns, mode;
	bool straight;		/* without conditional exits */
	_Atomic u8 dead;
	/*
	 * A loop onto itself is translated twice: the second block, with
	 * IR_MODE_LOOP, relies on what the first one has made of vector
	 * registers (host.h's narrow_loop).  `narrow` is what the block
	 * provides at its jumps back, or, of a second one, what it relies on;
	 * loops: and it provides that too.
	 */
	bool loops;
	u32 narrow;
};

/* A direct exit of a block. */
struct link {
	s32 target;		/* guest pc - the block's */
	u16 patch_off, stub_off;	/* see host.h */
	u32 block;		/* id of the block that it leaves */
	u32 next_in;		/* next one in the target's in_links */
	u32 to;			/* id of the target block while linked */
};

#define PAGE_NONE ~0u

struct page_slot {
	u64 page;		/* guest page number + 1; 0 = empty */
	u32 head;		/* first block: see page_add() */
};

/* Slots: hash of (pc, mode) << 32 | block id; 0 = empty.  The hash spares
 * looking at most of the blocks that are not meant. */
struct block_table {
	u32 mask;
	_Atomic u64 slot[];
};

struct exec_stats {
	u64 blocks, insns, guest_bytes, host_bytes;
	/* of the translations that nobody interrupted */
	u64 timed_ns, timed_insns;
	u64 clock_ns;			/* cost of looking at the clock */
	u64 lookups, links, invalidated, flushes, entries[32];
};

/* A page that code was fetched from: what mem_ops.fetch_page() said of it,
 * which holds until code is invalidated. */
struct code_page {
	gaddr key;		/* guest address | 1; 0 = empty */
	const u8 *host;
	enum fetch kind;
};

/* What changes stands together: after a fork each page written costs a
 * fault, on both sides. */
struct tctx {
	pthread_mutex_t lock;
	struct codebuf code;
	struct block_table *_Atomic table;
	u32 nused;			/* slots taken, dead ones included */
	struct page_slot *pages;
	u32 npages, page_mask;
	bool exact_flags;		/* flags were seen to cross calls */
	bool strip_top;			/* addresses often have tags */
	u32 tagged;			/* how often the loop saw one */
	_Atomic u64 epoch;
	struct cpu *cpus;		/* all registered, by cpu->next_cpu */
	struct ir *ir;			/* scratch of the translating thread */
	struct code_page code_page[32];	/* by page number modulo the size */
	struct exec_stats stats;

	struct tctx_config cfg;
	const void *rt[64];		/* runtime entry points of the back end */
	exec_helper_fn *helper[HELPER_SLOTS];

	/* Filter over the pcs of all blocks ever made, one bit for each
	 * instruction modulo the size: 0 = surely no block starts there. */
	u64 starts[4096];
};

/* The live block at (pc, mode), or NULL.  Lock-free. */
struct block *block_find(struct tctx *t, gaddr pc, u32 mode);

static inline u8 *block_entry(const struct tctx *t, const struct block *b)
{
	return t->code.base + b->code_off + b->entry_off;
}

static inline const u8 *block_side(const struct block *b)
{
	return (const u8 *)(b + 1) - b->rec_units * 8;
}

/* May a block start at pc?  Cheap, and right when it says no. */
static inline bool block_may_start(const struct tctx *t, gaddr pc)
{
	return t->starts[pc >> 8 & (ARRAY_LEN(t->starts) - 1)] >>
	       (pc >> 2 & 63) & 1;
}

/* Translate the block at pc; lock held.  NULL: *why is the exit reason. */
struct block *block_translate(struct tctx *t, gaddr pc, u32 mode,
			      enum exec_exit *why);

/* After enter() returned EXEC_LINK: the exit that was taken.  Sets cpu->pc to
 * where it leads. */
struct link *block_exit_taken(const struct tctx *t, struct cpu *cpu);

/*
 * Which block exit l, leading to where block b is, had better jump to: b, or
 * its second form, which may be made first.  Lock held.
 */
struct block *block_link_target(struct tctx *t, const struct link *l,
				struct block *b);
/* Let exit l jump straight to b; lock held. */
void block_link(struct tctx *t, struct link *l, struct block *b);

/* Invalidate by guest range; lock held. */
void block_invalidate(struct tctx *t, gaddr start, u64 len);

/* The block whose code holds this host address, or NULL.  Async-signal-safe
 * (reads only what is published before code can run). */
struct block *block_by_host(const struct tctx *t, u64 host_pc) SIGSAFE;

int block_init(struct tctx *t);

/* Let the interpreter do the instruction at cpu->pc, which host code declined
 * (FAULT_REDO).  What exec_run()'s loop is to do next. */
unsigned exec_redo(struct tctx *t, struct cpu *cpu);

/* Lift guest code into ir: lift.c.  0, or the exit reason that execution at
 * pc meets (EXEC_FETCH, EXEC_ALIGN). */
enum exec_exit lift_block(struct tctx *t, struct ir *ir, gaddr pc, u32 mode,
			  unsigned max_insns);

/* A fault while guest code was read on this thread: make the reader notice.
 * Async-signal-safe. */
bool lift_host_fault(void *uc) SIGSAFE;

/* What the code at pc does with the flags. */
enum flags_fate lift_flags_fate(struct tctx *t, gaddr pc);

#endif
