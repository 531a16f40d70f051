/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Memory that holds host code: reservation, population, the two halves. */
#include "translate/codebuf.h"

#include <errno.h>
#include <sys/mman.h>

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23		/* Linux 5.14 */
#endif

enum { POPULATE_STEP = 64 << 10, MIN_SIZE = 1 << 20 };

int codebuf_init(struct codebuf *c, u64 size)
{
	void *p;

	for (;; size /= 2) {
		if (size < MIN_SIZE)
			return -ENOMEM;
		p = mmap(NULL, size, PROT_READ | PROT_WRITE | PROT_EXEC,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
		if (p != MAP_FAILED)
			break;
	}
	c->base = c->next = c->populated = p;
	c->size = size;
	c->fixed = 0;
	c->half = 0;
	c->end = c->base + size;
	return 0;
}

void codebuf_free(struct codebuf *c)
{
	munmap(c->base, c->size);
	c->base = NULL;
}

static u8 *half_start(const struct codebuf *c, unsigned half)
{
	return c->base + c->fixed + half * ((c->size - c->fixed) / 2);
}

void codebuf_fix(struct codebuf *c, u32 len)
{
	c->fixed = align_up(len, 4096);
	c->next = half_start(c, 0);
	c->end = half_start(c, 1);
	c->half = 0;
}

bool codebuf_has_room(const struct codebuf *c)
{
	return (u64)(c->end - c->next) >= CODEBUF_SLACK;
}

/*
 * Page faults one at a time cost more than the translation that fills the
 * page; ask for 64 KiB at once where the kernel can.
 */
static void populate(struct codebuf *c)
{
	u8 *to = c->next + POPULATE_STEP / 4;

	if (to <= c->populated)
		return;
	if (c->populated < c->next)
		c->populated = (u8 *)align_down((u64)(uintptr_t)c->next, 4096);
	if (c->populated + POPULATE_STEP <= c->base + c->size)
		madvise(c->populated, POPULATE_STEP, MADV_POPULATE_WRITE);
	c->populated += POPULATE_STEP;
}

u8 *codebuf_reserve(struct codebuf *c)
{
	populate(c);
	return c->next;
}

void codebuf_commit(struct codebuf *c, u32 len)
{
	c->next += align_up(len, 16);
}

void codebuf_switch(struct codebuf *c)
{
	c->half ^= 1;
	c->next = half_start(c, c->half);
	c->end = c->half ? c->base + c->size : half_start(c, 1);
	c->populated = c->next;
}
