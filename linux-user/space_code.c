// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The guest's address space, third part: code that changes without notice.
 *
 * Programs of some guests (x86) write code and run it, with no instruction or
 * system call between.  Whatever memory code was translated from and the guest
 * may write to is therefore guarded: the host page is read-only.  A write
 * faults, and opens the page: it becomes writable, the one instruction (or the
 * system call) is carried out, the translations are dropped, and the page is
 * guarded again when code is next fetched from it.  A page that is written too
 * often is not guarded any more; its translations check their bytes instead.
 *
 * Code in shared memory may be written through another mapping of it, so these
 * are guarded like the page itself.
 *
 * Orders.  Fetching: guard the page, then read it.  Writing: mark it open,
 * drop its translations, and only then make it writable: other threads may
 * write to it from now on, and run what they wrote.  Translations made of an
 * open page check their bytes.  Closed, the page stays writable until code is
 * fetched from it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>

#include "linux-user/space_priv.h"
#include "translate/translate.h"

/* Too often: this many times, at less than that distance on average. */
enum { OFTEN = 16, OFTEN_NS = 1000000 };

enum code_state {
	CODE_FREE,		/* not guarded; kept for its count */
	CODE_GUARDED,
	CODE_OPEN,		/* being written by `writers` */
	CODE_CHECKED		/* never guarded again */
};

struct code_page {
	gaddr page;		/* 0: no entry; 1: a removed one */
	u64 since_ns;		/* when the count began */
	u8 state, count;
	u16 writers;
};

static u64 now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (u64)ts.tv_sec * 1000000000u + (u64)ts.tv_nsec;
}

/* -- The table ---------------------------------------------------------------- */

static u32 slot_of(const struct space_code *c, gaddr page)
{
	u64 h = page / GUEST_PAGE_SIZE * 0x9e3779b97f4a7c15ull;

	return (u32)(h >> 32) & c->mask;
}

static struct code_page *find(const struct space_code *c, gaddr page)
{
	if (!c->tab)
		return NULL;
	for (u32 i = slot_of(c, page); c->tab[i].page; i = (i + 1) & c->mask)
		if (c->tab[i].page == page)
			return &c->tab[i];
	return NULL;
}

static struct code_page *put(struct space_code *c, const struct code_page *e)
{
	u32 i = slot_of(c, e->page);

	while (c->tab[i].page > 1)
		i = (i + 1) & c->mask;
	if (!c->tab[i].page)
		c->used++;
	c->tab[i] = *e;
	return &c->tab[i];
}

/* Twice the live entries and more; removed ones go. */
static int rebuild(struct space_code *c)
{
	struct space_code new = {
		.mask = 63, .guarded = c->guarded, .on = c->on
	};
	u32 live = 0;

	for (u32 i = 0; c->tab && i <= c->mask; i++)
		live += c->tab[i].page > 1;
	while (new.mask < live * 4)
		new.mask = new.mask * 2 + 1;
	new.tab = calloc((size_t)new.mask + 1, sizeof(*new.tab));
	if (!new.tab)
		return -ENOMEM;
	for (u32 i = 0; c->tab && i <= c->mask; i++)
		if (c->tab[i].page > 1)
			put(&new, &c->tab[i]);
	free(c->tab);
	*c = new;
	return 0;
}

static struct code_page *find_or_add(struct space_code *c, gaddr page)
{
	struct code_page *e = find(c, page), new = { .page = page };

	if (e)
		return e;
	if ((!c->tab || (c->used + 1) * 2 > c->mask) && rebuild(c))
		return NULL;
	return put(c, &new);
}

/* -- Guarding ------------------------------------------------------------------- */

static bool protect(gaddr page, u32 prot)
{
	return !space_host(SYS_mprotect, page, GUEST_PAGE_SIZE, prot, 0, 0, 0);
}

/* Guard a page that the guest may write to; what fetch_page() is to say. */
static int guard(struct space *s, gaddr page)
{
	struct code_page *e = find_or_add(&s->code, page);

	if (!e)
		return FETCH_CHECKED;
	if (e->state == CODE_FREE && protect(page, PROT_READ)) {
		e->state = CODE_GUARDED;
		s->code.guarded++;
	}
	return e->state == CODE_GUARDED ? FETCH_GUARDED : FETCH_CHECKED;
}

/* The writable pages that show the same bytes of a file as page of v. */
static int guard_aliases(struct space *s, const struct vma *v, gaddr page)
{
	u64 off = v->offset + (page - v->start);
	int r = FETCH_FIXED, one;
	const struct vma *w;

	for (gaddr at = 0; (w = map_next(&s->map, at)); at = w->end) {
		gaddr alias = w->start + (off - w->offset);

		if (!(w->prot & PROT_WRITE) || !(w->flags & MAP_SHARED) ||
		    w->dev != v->dev || w->ino != v->ino || off < w->offset ||
		    alias >= w->end || alias == page)
			continue;
		one = guard(s, alias);
		r = MAX(r, one);
	}
	return r;
}

int space_guard_page(struct space *s, const struct vma *v, gaddr page)
{
	int r = FETCH_FIXED, aliases = FETCH_FIXED;

	if (!s->code.on)
		return FETCH_FIXED;
	if (v->prot & PROT_WRITE)
		r = guard(s, page);
	if (s->shared_write && v->ino && v->flags & MAP_SHARED)
		aliases = guard_aliases(s, v, page);
	return MAX(r, aliases);
}

void space_guard_drop(struct space *s, gaddr start, gaddr end, bool restore)
{
	struct space_code *c = &s->code;

	for (u32 i = 0; c->used && i <= c->mask; i++) {
		struct code_page *e = &c->tab[i];

		if (e->page < start || e->page >= end || e->page <= 1)
			continue;
		if (e->state == CODE_GUARDED)
			c->guarded--;
		if (e->state != CODE_CHECKED && restore)
			protect(e->page, PROT_READ | PROT_WRITE);
		e->page = 1;
	}
}

/* -- Writing ---------------------------------------------------------------------- */

void space_guard_code(struct space *s)
{
	s->code.on = true;
}

/* One more write; is it too often by now? */
static bool too_often(struct code_page *e)
{
	u64 now;

	if (e->count++ % OFTEN)
		return false;
	now = now_ns();
	if (e->count > 1 && now - e->since_ns < (u64)OFTEN * OFTEN_NS)
		return true;
	e->since_ns = now;
	e->count = 1;
	return false;
}

/* Translations of the page go, under whichever address. */
static void drop_code(struct space *s, gaddr page)
{
	if (s->tctx)
		tctx_invalidate(s->tctx, page, GUEST_PAGE_SIZE);
	space_code_aliases(s, page, GUEST_PAGE_SIZE);
}

/* The page's entry, if the guest may write to it. */
static struct code_page *writable(struct space *s, gaddr page)
{
	const struct vma *v = map_at(&s->map, page);

	return v && v->prot & PROT_WRITE ? find(&s->code, page) : NULL;
}

bool space_code_open(struct space *s, gaddr addr)
{
	gaddr page = addr & GUEST_PAGE_MASK;
	struct code_page *e;

	if (!s->code.on)
		return false;
	pthread_mutex_lock(&s->lock);
	e = writable(s, page);
	if (e) {
		s->code.guarded -= e->state == CODE_GUARDED;
		if (e->state != CODE_CHECKED)
			e->state = CODE_OPEN;
		e->writers++;
	}
	pthread_mutex_unlock(&s->lock);
	if (!e)
		return false;
	drop_code(s, page);
	pthread_mutex_lock(&s->lock);
	e = writable(s, page);
	if (e && e->state == CODE_OPEN)
		protect(page, PROT_READ | PROT_WRITE);
	pthread_mutex_unlock(&s->lock);
	return true;
}

/* What was made of the open page checks itself: once more, without. */
void space_code_close(struct space *s, gaddr addr)
{
	gaddr page = addr & GUEST_PAGE_MASK;
	struct code_page *e;

	pthread_mutex_lock(&s->lock);
	e = find(&s->code, page);
	if (e && e->writers && !--e->writers && e->state == CODE_OPEN)
		e->state = too_often(e) ? CODE_CHECKED : CODE_FREE;
	pthread_mutex_unlock(&s->lock);
	drop_code(s, page);
}

/* Writers that are not here any more. */
void space_code_forked(struct space *s)
{
	const struct space_code *c = &s->code;

	for (u32 i = 0; c->used && i <= c->mask; i++) {
		struct code_page *e = &c->tab[i];

		e->writers = 0;
		if (e->page <= 1 || e->state != CODE_OPEN)
			continue;
		protect(e->page, PROT_READ | PROT_WRITE);
		e->state = CODE_FREE;
		drop_code(s, e->page);
	}
}

/* The first guarded page from addr on, or end. */
static gaddr next_guarded(struct space *s, gaddr addr, gaddr end)
{
	const struct space_code *c = &s->code;
	gaddr best = end;

	/* Buffers are small as a rule. */
	if (end - addr <= 16 * GUEST_PAGE_SIZE) {
		for (; addr < end; addr += GUEST_PAGE_SIZE) {
			const struct code_page *e = find(c, addr);

			if (e && e->state == CODE_GUARDED)
				return addr;
		}
		return end;
	}
	for (u32 i = 0; c->tab && i <= c->mask; i++)
		if (c->tab[i].state == CODE_GUARDED && c->tab[i].page >= addr &&
		    c->tab[i].page < best)
			best = c->tab[i].page;
	return best;
}

bool space_code_unguard(struct space *s, gaddr addr, u64 len)
{
	gaddr page = addr & GUEST_PAGE_MASK, end;
	bool any = false;

	if (!atomic_load_explicit(&s->code.guarded, memory_order_relaxed) ||
	    addr >= SPACE_TOP)
		return false;
	end = align_up(addr + MIN(len, SPACE_TOP - addr), GUEST_PAGE_SIZE);
	for (;;) {
		pthread_mutex_lock(&s->lock);
		page = next_guarded(s, page, end);
		pthread_mutex_unlock(&s->lock);
		if (page >= end)
			return any;
		if (space_code_open(s, page)) {
			space_code_close(s, page);
			any = true;
		}
		page += GUEST_PAGE_SIZE;
	}
}
