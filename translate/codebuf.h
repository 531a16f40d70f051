/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Memory that holds host code.  One private anonymous mapping, readable,
 * writable and executable, so that a forked child inherits translations copy
 * on write.  It is used as two halves: when one is full, the other is emptied
 * and filled (block.c decides when that is safe).
 */
#ifndef TRANSLATE_CODEBUF_H
#define TRANSLATE_CODEBUF_H

#include "base/base.h"

struct codebuf {
	u8 *base;
	u64 size;
	u64 fixed;		/* bytes at base that stay: runtime stubs */
	unsigned half;		/* the half being filled: 0 or 1 */
	u8 *next, *end;		/* of the current half */
	u8 *populated;		/* pages before this one are present */
};

enum { CODEBUF_SLACK = 64 << 10 };	/* one block never needs more */

/* Reserve size bytes (halved until the system agrees).  0 or -ENOMEM. */
int codebuf_init(struct codebuf *c, u64 size);
void codebuf_free(struct codebuf *c);

/* The first `len` bytes now hold the runtime and stay for ever. */
void codebuf_fix(struct codebuf *c, u32 len);

/* Is there room for one more block in this half? */
bool codebuf_has_room(const struct codebuf *c);

/* Where the next block goes, pages present; at least CODEBUF_SLACK bytes. */
u8 *codebuf_reserve(struct codebuf *c);
/* len bytes of it were used; the next block starts 16-byte aligned. */
void codebuf_commit(struct codebuf *c, u32 len);

/* Turn to the other half and empty it. */
void codebuf_switch(struct codebuf *c);

static inline bool codebuf_holds(const struct codebuf *c, u64 host_pc)
{
	return host_pc - (u64)(uintptr_t)c->base < c->size;
}

/* Which half an address of the buffer lies in (the stubs: 0). */
static inline unsigned codebuf_half_of(const struct codebuf *c, const u8 *p)
{
	return (u64)(p - c->base) >= c->fixed + (c->size - c->fixed) / 2;
}

#endif
