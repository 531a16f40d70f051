/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Memory that holds host code: reservation, population, the two halves. */
#include "translate/codebuf.h"

#include <errno.h>
#include <sys/mman.h>

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23		/* Linux 5.14 */
#endif

enum {
	PAGE = 4096, CODE_STEP = 16 << 10, REC_STEP = 16 << 10,
	MIN_SIZE = 1 << 20,
	REGION = 2 << 20,	/* what one page of page tables covers */
	REC_SHARE = 1 << 20	/* of the region where code begins */
};

/* -- Layout ---------------------------------------------------------------- */

static u64 code_bytes(const struct codebuf *c)
{
	return c->size / 4;
}

static u8 *code_start(const struct codebuf *c, unsigned half)
{
	return c->base + half * (c->size / 2) + c->size / 4;
}

static u32 *marks_end(const struct codebuf *c, unsigned half)
{
	return (u32 *)(void *)code_start(c, half);
}

static u8 *rec_limit(const struct codebuf *c, unsigned half)
{
	return c->base + half * (c->size / 2);
}

u8 *codebuf_rec_top(const struct codebuf *c, unsigned half)
{
	return code_start(c, half) - align_up(code_bytes(c) / CODEBUF_MARK *
					      sizeof(u32), PAGE);
}

/* -- Reservation ----------------------------------------------------------- */

/* Such that the first half's code begins REC_SHARE into a region. */
static u8 *reserve(u64 size)
{
	u64 spare = REGION, p, start;
	void *m = mmap(NULL, size + spare, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (m == MAP_FAILED)
		return NULL;
	p = (u64)(uintptr_t)m + size / 4;
	start = align_up(p - REC_SHARE, REGION) + REC_SHARE;
	return (u8 *)m + (start - p);
}

static void use_half(struct codebuf *c, unsigned half)
{
	c->half = half;
	c->next = code_start(c, half) + (half ? 0 : c->fixed);
	c->end = code_start(c, half) + code_bytes(c);
	c->populated = code_start(c, half);
	c->rec_low = c->rec_populated = codebuf_rec_top(c, half);
	atomic_store(&c->rec[half], c->rec_low);
}

int codebuf_init(struct codebuf *c, u64 size)
{
	int prot = PROT_READ | PROT_WRITE | PROT_EXEC;

	for (; ; size /= 2) {
		if (size < MIN_SIZE)
			return -ENOMEM;
		size = align_up(size, MIN_SIZE);
		c->base = reserve(2 * size);
		if (c->base)
			break;
	}
	c->size = 2 * size;
	c->fixed = 0;
	for (unsigned h = 0; h < 2; h++)
		if (mprotect(code_start(c, h), code_bytes(c), prot))
			return -ENOMEM;
	use_half(c, 1);
	use_half(c, 0);
	return 0;
}

void codebuf_fix(struct codebuf *c, u32 len)
{
	c->fixed = align_up(len, CODEBUF_MARK);
	c->next += c->fixed;
}

bool codebuf_has_room(const struct codebuf *c)
{
	return c->end - c->next >= CODEBUF_SLACK &&
	       c->rec_low - rec_limit(c, c->half) >= CODEBUF_SLACK;
}

/* -- Population ------------------------------------------------------------
 * Page faults one at a time cost more than the translation that fills the
 * page; ask for many at once where the kernel can.                         */

u8 *codebuf_reserve(struct codebuf *c)
{
	u64 step = MIN((u64)CODE_STEP, (u64)(c->end - c->populated));

	if (c->next + CODE_STEP / 4 > c->populated && step) {
		madvise(c->populated, step, MADV_POPULATE_WRITE);
		c->populated += step;
	}
	return c->next;
}

u8 *codebuf_record(struct codebuf *c, u32 len)
{
	while (c->rec_low - len < c->rec_populated) {
		u64 room = (u64)(c->rec_populated - rec_limit(c, c->half));
		u64 step = MIN((u64)REC_STEP, room);

		c->rec_populated -= step;
		madvise(c->rec_populated, step, MADV_POPULATE_WRITE);
	}
	return c->rec_low - len;
}

/* -- Use ------------------------------------------------------------------- */

void codebuf_commit(struct codebuf *c, u32 len, u32 rec_len, u32 id)
{
	u64 at = (u64)(c->next - code_start(c, c->half));
	u64 end = at + align_up(len, 16);
	u32 *marks = marks_end(c, c->half);

	for (at = align_up(at, CODEBUF_MARK); at < end; at += CODEBUF_MARK)
		marks[-1 - (s64)(at / CODEBUF_MARK)] = id;
	c->next += align_up(len, 16);
	c->rec_low -= rec_len;
	atomic_store_explicit(&c->rec[c->half], c->rec_low,
			      memory_order_release);
}

u32 codebuf_marked(const struct codebuf *c, u64 host_pc)
{
	unsigned half = codebuf_half_of(c, (const u8 *)(uintptr_t)host_pc);
	s64 off = (s64)(host_pc - (u64)(uintptr_t)code_start(c, half));

	return off < 0 ? 0 : marks_end(c, half)[-1 - off / CODEBUF_MARK];
}

void codebuf_switch(struct codebuf *c)
{
	use_half(c, c->half ^ 1);
}
