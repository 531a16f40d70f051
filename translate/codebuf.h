/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Memory that holds host code and what is known of it.  One private anonymous
 * reservation, so that a forked child inherits translations copy on write.
 *
 * It is used as two halves: when one is full, the other is emptied and filled
 * (block.c decides when that is safe).  Each half is
 *
 *	records, growing down | marks | code, growing up
 *
 * The records (readable and writable) are block.c's: one per piece of code,
 * in the same order.  A mark for every CODEBUF_MARK bytes of code says whose
 * record goes with its first byte.  Everything that a short program needs lies
 * within a few hundred KiB around the start of the code (writable and
 * executable), which keeps page tables small: their pages cost time at start,
 * fork and exit.
 *
 * Ids: records and parts of them are named by their offset from `base` in
 * units of 4 bytes; 0 is none.
 */
#ifndef TRANSLATE_CODEBUF_H
#define TRANSLATE_CODEBUF_H

#include <stdatomic.h>

#include "base/base.h"

struct codebuf {
	u8 *base;
	u64 size;		/* of both halves; each begins with records */
	u64 fixed;		/* bytes of code that stay: runtime stubs */
	unsigned half;		/* the half being filled: 0 or 1 */
	u8 *next, *end;		/* code of the current half */
	u8 *populated;		/* its pages before this one are present */
	u8 *rec_low, *rec_populated;	/* the same for records, downwards */
	u8 *_Atomic rec[2];	/* lowest record of each half */
};

enum {
	CODEBUF_SLACK = 64 << 10,	/* one piece never needs more */
	CODEBUF_MARK = 128
};

/* Reserve size bytes for code (halved until the system agrees), and as much
 * for records.  0 or -ENOMEM. */
int codebuf_init(struct codebuf *c, u64 size);

/* The first `len` bytes of code are the runtime and stay for ever. */
void codebuf_fix(struct codebuf *c, u32 len);

/* Is there room for one more piece and its record in this half? */
bool codebuf_has_room(const struct codebuf *c);

/* Where the next code goes, pages present; at least CODEBUF_SLACK bytes. */
u8 *codebuf_reserve(struct codebuf *c);
/* Space for a record of len bytes (a multiple of 8, at most CODEBUF_SLACK),
 * pages present: the len bytes below the lowest record. */
u8 *codebuf_record(struct codebuf *c, u32 len);
/*
 * len bytes of code were written, and their record of rec_len bytes; `id`
 * goes into the marks.  The next code starts 16-byte aligned.
 */
void codebuf_commit(struct codebuf *c, u32 len, u32 rec_len, u32 id);

/* Turn to the other half and empty it. */
void codebuf_switch(struct codebuf *c);

/* The end of the first (highest) record of a half. */
u8 *codebuf_rec_top(const struct codebuf *c, unsigned half);

/* The id that covers the start of host_pc's mark; host_pc in used code. */
u32 codebuf_marked(const struct codebuf *c, u64 host_pc);

static inline bool codebuf_holds(const struct codebuf *c, u64 host_pc)
{
	return host_pc - (u64)(uintptr_t)c->base < c->size;
}

/* Which half an address of the reservation lies in (the stubs: 0). */
static inline unsigned codebuf_half_of(const struct codebuf *c, const u8 *p)
{
	return (u64)(p - c->base) >= c->size / 2;
}

static inline u32 codebuf_id(const struct codebuf *c, const void *p)
{
	return (u32)((u64)((const u8 *)p - c->base) / 4);
}

static inline void *codebuf_at(const struct codebuf *c, u32 id)
{
	return c->base + (u64)id * 4;
}

#endif
