/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Translated blocks: the table by guest pc, the lists by guest page, links
 * between blocks, invalidation, and reclaim of code memory.  See block.h.
 */
#include "translate/block.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "base/log.h"
#include "translate/perfmap.h"

enum {
	MAX_BLOCKS = 2 << 20, MAX_LINKS = 6 << 20, MAX_SIDE = 128 << 20,
	FIRST_TABLE = 1024, FIRST_PAGES = 256
};

/* -- Table by (pc, mode) --------------------------------------------------- */

static u32 hash(gaddr pc, u32 mode)
{
	u64 h = (pc ^ (u64)mode << 40) * 0x9e3779b97f4a7c15ull;

	return (u32)(h >> 32);
}

struct block *block_find(struct tctx *t, gaddr pc, u32 mode)
{
	struct block_table *tab =
		atomic_load_explicit(&t->table, memory_order_acquire);
	u32 i = hash(pc, mode) & tab->mask;

	for (;; i = (i + 1) & tab->mask) {
		u32 n = atomic_load_explicit(&tab->slot[i], memory_order_acquire);
		struct block *b;

		if (!n)
			return NULL;
		b = &t->block[n - 1];
		if (b->pc == pc && b->mode == mode &&
		    !atomic_load_explicit(&b->dead, memory_order_relaxed))
			return b;
	}
}

static struct block_table *table_new(u32 size)
{
	struct block_table *tab = calloc(1, sizeof(*tab) + size * sizeof(u32));

	if (tab)
		tab->mask = size - 1;
	return tab;
}

static void table_put(struct block_table *tab, const struct block *b, u32 index)
{
	u32 i = hash(b->pc, b->mode) & tab->mask;

	while (atomic_load_explicit(&tab->slot[i], memory_order_relaxed))
		i = (i + 1) & tab->mask;
	/* Partner: the acquire load in block_find(). */
	atomic_store_explicit(&tab->slot[i], index + 1, memory_order_release);
}

/*
 * Build the table anew with room for more, leaving out dead blocks.  The old
 * one is not freed: another thread may be reading it, and all old tables
 * together are smaller than the new one.
 */
static int table_rebuild(struct tctx *t)
{
	struct block_table *old = atomic_load(&t->table), *tab;
	u32 live = 0, size = FIRST_TABLE;

	for (unsigned h = 0; h < 2; h++)
		for (u32 i = t->region[h].first_block;
		     i < t->region[h].end_block; i++)
			live += !t->block[i].dead;
	while (size < live * 4)
		size *= 2;
	tab = old && size <= (old->mask + 1) / 2 ? NULL : table_new(size);
	if (!tab)
		tab = table_new(old ? old->mask + 1 : size);
	if (!tab)
		return -ENOMEM;
	for (unsigned h = 0; h < 2; h++)
		for (u32 i = t->region[h].first_block;
		     i < t->region[h].end_block; i++)
			if (!t->block[i].dead)
				table_put(tab, &t->block[i], i);
	t->nused = live;
	atomic_store_explicit(&t->table, tab, memory_order_release);
	return 0;
}

static int table_add(struct tctx *t, struct block *b)
{
	struct block_table *tab = atomic_load(&t->table);

	if (t->nused * 2 >= tab->mask) {
		int err = table_rebuild(t);

		if (err)
			return err;
		tab = atomic_load(&t->table);
		if (block_find(t, b->pc, b->mode) == b)
			return 0;	/* the rebuild took it along */
	}
	table_put(tab, b, (u32)(b - t->block));
	t->nused++;
	return 0;
}

/* -- Lists by guest page --------------------------------------------------- */

static u32 page_slot(struct tctx *t, u64 page, bool create)
{
	u32 i = hash(page, 0) & t->page_mask;

	for (;; i = (i + 1) & t->page_mask) {
		if (t->pages[i].page == page + 1)
			return i;
		if (!t->pages[i].page)
			break;
	}
	if (!create)
		return PAGE_NONE;
	t->pages[i].page = page + 1;
	t->pages[i].head = 0;
	t->npages++;
	return i;
}

static int pages_grow(struct tctx *t)
{
	struct page_slot *old = t->pages;
	u32 n = old ? t->page_mask + 1 : 0, size = n ? n * 2 : FIRST_PAGES;

	t->pages = calloc(size, sizeof(*t->pages));
	if (!t->pages) {
		t->pages = old;
		return -ENOMEM;
	}
	t->page_mask = size - 1;
	t->npages = 0;
	for (u32 i = 0; i < n; i++)
		if (old[i].page && old[i].head) {
			u32 s = page_slot(t, old[i].page - 1, true);

			t->pages[s].head = old[i].head;
		}
	free(old);
	return 0;
}

/* Enter b into the list of the page; which = 0 or 1 of its two links. */
static void page_add(struct tctx *t, struct block *b, u64 page, unsigned which)
{
	u32 s = page_slot(t, page, true);

	b->page[which] = (u32)page;
	b->page_next[which] = t->pages[s].head;
	t->pages[s].head = (u32)(b - t->block) * 2 + which + 1;
}

/* -- Links ----------------------------------------------------------------- */

static u8 *link_code(struct tctx *t, const struct link *l)
{
	return t->code.base + t->block[l->block].code_off;
}

void block_link(struct tctx *t, u32 id, struct block *b)
{
	struct link *l = &t->link[id];

	if (l->to || t->block[l->block].dead || b->dead)
		return;
	l->to = (u32)(b - t->block) + 1;
	l->next_in = b->in_links;
	b->in_links = id + 1;
	host_backend->patch(link_code(t, l), &l->h, block_entry(t, b));
	t->stats.links++;
}

/* Take link id off the list of the block that it jumps to. */
static void link_forget(struct tctx *t, u32 id)
{
	struct link *l = &t->link[id];
	u32 *p;

	if (!l->to)
		return;
	p = &t->block[l->to - 1].in_links;
	while (*p && *p != id + 1)
		p = &t->link[*p - 1].next_in;
	if (*p)
		*p = l->next_in;
	l->to = 0;
}

static void unlink_incoming(struct tctx *t, struct block *b)
{
	for (u32 n = b->in_links; n; ) {
		struct link *l = &t->link[n - 1];

		host_backend->unpatch(link_code(t, l), &l->h);
		l->to = 0;
		n = l->next_in;
	}
	b->in_links = 0;
}

/* -- Invalidation ---------------------------------------------------------- */

static void block_kill(struct tctx *t, struct block *b)
{
	if (b->dead)
		return;
	atomic_store(&b->dead, 1);
	unlink_incoming(t, b);
	for (u32 i = 0; i < b->nlinks; i++)
		link_forget(t, b->first_link + i);
	host_backend->poison(t, block_entry(t, b));
	t->stats.invalidated++;
}

static void kill_page(struct tctx *t, u32 slot, gaddr start, gaddr end)
{
	u32 *p = &t->pages[slot].head;

	while (*p) {
		struct block *b = &t->block[(*p - 1) / 2];
		unsigned which = (*p - 1) & 1;

		/* A whole page is the unit: blocks are cheap to make again. */
		block_kill(t, b);
		*p = b->page_next[which];
	}
}

void block_invalidate(struct tctx *t, gaddr start, u64 len)
{
	u64 first = start / GUEST_PAGE_SIZE;
	u64 last = (start + len - 1) / GUEST_PAGE_SIZE;

	if (!len || !t->npages)
		return;
	if (last - first >= t->page_mask) {
		for (u32 i = 0; i <= t->page_mask; i++) {
			u64 page = t->pages[i].page - 1;

			if (t->pages[i].page && page >= first && page <= last)
				kill_page(t, i, start, start + len);
		}
		return;
	}
	for (u64 page = first; page <= last; page++) {
		u32 s = page_slot(t, page, false);

		if (s != PAGE_NONE)
			kill_page(t, s, start, start + len);
	}
}

/* -- Reclaim --------------------------------------------------------------- */

/* Remove dead blocks of region r from all page lists. */
static void purge_pages(struct tctx *t, const struct region *r)
{
	for (u32 i = 0; i <= t->page_mask; i++) {
		u32 *p = &t->pages[i].head;

		while (*p) {
			u32 n = (*p - 1) / 2;
			u32 *next = &t->block[n].page_next[(*p - 1) & 1];

			if (n >= r->first_block && n < r->end_block)
				*p = *next;
			else
				p = next;
		}
	}
}

/*
 * Wait until no other thread is inside code that it entered before the epoch
 * changed.  Each leaves at its next poll; threads in system calls are outside.
 */
static void wait_quiescent(struct tctx *t, const struct cpu *self)
{
	for (struct cpu *c = t->cpus; c; c = c->next_cpu) {
		if (c == self)
			continue;
		exec_kick(c);
		while (atomic_load(&c->in_code) &&
		       c->seen_epoch != atomic_load(&t->epoch))
			sched_yield();
	}
}

/* The half being filled is full: empty the other one and go on there. */
static int switch_half(struct tctx *t)
{
	unsigned other = t->code.half ^ 1;
	struct region *r = &t->region[other];

	for (u32 i = r->first_block; i < r->end_block; i++)
		block_kill(t, &t->block[i]);
	purge_pages(t, r);
	atomic_fetch_add(&t->epoch, 1);
	wait_quiescent(t, NULL);
	r->end_block = r->first_block;
	r->end_link = r->max_link - MAX_LINKS / 2;
	r->end_side = r->max_side - MAX_SIDE / 2;
	codebuf_switch(&t->code);
	t->stats.flushes++;
	return table_rebuild(t);
}

static bool region_has_room(const struct tctx *t)
{
	const struct region *r = &t->region[t->code.half];

	return codebuf_has_room(&t->code) && r->end_block < r->max_block &&
	       r->end_link + HOST_MAX_LINKS <= r->max_link &&
	       r->end_side + CODEBUF_SLACK <= r->max_side;
}

/* -- Translation ----------------------------------------------------------- */

static u64 now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (u64)ts.tv_sec * 1000000000u + (u64)ts.tv_nsec;
}

static void check_block(struct tctx *t)
{
	char msg[160];

	if (!ir_check(t->ir, msg, sizeof(msg)))
		return;
	log_printf("dragoman: bad IR at 0x%llx: %s\n",
		   (unsigned long long)t->ir->pc, msg);
	ir_print(t->ir, log_file());
	abort();
}

/* Lift and emit; shorter blocks until the result fits. */
static int emit_block(struct tctx *t, gaddr pc, u32 mode,
		      struct host_block *hb, enum exec_exit *why)
{
	unsigned max = t->cfg.max_insns ? t->cfg.max_insns : IR_MAX_INSNS;
	struct region *r = &t->region[t->code.half];
	int err;

	/* Lockstep compares exact flags, at faults too. */
	hb->flags_dead = t->cfg.lockstep ? NULL : lift_flags_dead;
	for (;; max = MAX(max / 2, 1u)) {
		*why = lift_block(t, t->ir, pc, mode, max);
		if (*why)
			return -EFAULT;
		if (t->cfg.check_ir)
			check_block(t);
		hb->code = codebuf_reserve(&t->code);
		hb->avail = CODEBUF_SLACK;
		hb->side = t->side + r->end_side;
		hb->side_avail = CODEBUF_SLACK;
		hb->first_link_id = r->end_link;
		hb->nlinks = 0;
		err = t->ir->overflow ? -E2BIG : host_backend->emit(t, t->ir, hb);
		if (!err)
			return 0;
		if (max == 1)
			break;
	}
	*why = EXEC_UNDEF;
	return err;
}

static struct block *publish(struct tctx *t, gaddr pc, u32 mode,
			     const struct host_block *hb)
{
	struct region *r = &t->region[t->code.half];
	struct block *b = &t->block[r->end_block];
	u64 first = pc / GUEST_PAGE_SIZE;

	memset(b, 0, sizeof(*b));
	b->pc = pc;
	b->mode = mode;
	b->code_off = (u32)(hb->code - t->code.base);
	b->code_len = hb->code_len;
	b->entry_off = hb->entry_off;
	b->side_off = r->end_side;
	b->side_len = hb->side_len;
	b->first_link = hb->first_link_id;
	b->nlinks = hb->nlinks;
	b->ninsns = (u16)t->ir->ninsns;
	b->page[0] = b->page[1] = PAGE_NONE;
	for (u32 i = 0; i < hb->nlinks; i++) {
		struct link *l = &t->link[hb->first_link_id + i];

		l->h = hb->link[i];
		l->block = r->end_block;
		l->next_in = l->to = 0;
	}
	if ((t->npages + 2) * 2 > t->page_mask && pages_grow(t))
		return NULL;
	page_add(t, b, first, 0);
	for (unsigned i = 1; i < t->ir->ninsns; i++)
		if (t->ir->insn_pc[i] / GUEST_PAGE_SIZE != first) {
			page_add(t, b, t->ir->insn_pc[i] / GUEST_PAGE_SIZE, 1);
			break;
		}
	r->end_block++;
	r->end_link += hb->nlinks;
	r->end_side += hb->side_len;
	codebuf_commit(&t->code, hb->code_len);
	return table_add(t, b) ? NULL : b;
}

struct block *block_translate(struct tctx *t, gaddr pc, u32 mode,
			      enum exec_exit *why)
{
	static struct host_block hb;	/* lock held: one translation at once */
	u64 start = t->cfg.stats ? now_ns() : 0;
	struct block *b;

	if (!region_has_room(t) && switch_half(t))
		goto nomem;
	if (emit_block(t, pc, mode, &hb, why))
		return NULL;
	b = publish(t, pc, mode, &hb);
	if (!b)
		goto nomem;
	if (t->cfg.perfmap)
		perfmap_add(hb.code, hb.code_len, pc);
	if (log_on(LOG_OUT_ASM))
		disas_host(hb.code, hb.code_len);
	t->stats.blocks++;
	t->stats.insns += t->ir->ninsns;
	t->stats.guest_bytes += t->ir->guest_bytes;
	t->stats.host_bytes += hb.code_len;
	if (t->cfg.stats)
		t->stats.translate_ns += now_ns() - start;
	return b;
nomem:
	log_printf("dragoman: out of memory for translated code\n");
	*why = EXEC_UNDEF;
	return NULL;
}

/* -- Lookup by host address ------------------------------------------------ */

struct block *block_by_host(const struct tctx *t, u64 host_pc)
{
	const u8 *p = (const u8 *)(uintptr_t)host_pc;
	const struct region *r;
	u64 off = (u64)(p - t->code.base);
	u32 lo, hi;

	if (!codebuf_holds(&t->code, host_pc) || off < t->code.fixed)
		return NULL;
	r = &t->region[codebuf_half_of(&t->code, p)];
	lo = r->first_block;
	hi = r->end_block;
	while (lo < hi) {		/* last block that starts at or before */
		u32 mid = lo + (hi - lo) / 2;

		if (t->block[mid].code_off <= off)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo == r->first_block)
		return NULL;
	lo--;
	return off - t->block[lo].code_off < t->block[lo].code_len ?
		&t->block[lo] : NULL;
}

/* -- Set-up ---------------------------------------------------------------- */

static void *reserve(u64 size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

int block_init(struct tctx *t)
{
	t->block = reserve((u64)MAX_BLOCKS * sizeof(*t->block));
	t->link = reserve((u64)MAX_LINKS * sizeof(*t->link));
	t->side = reserve(MAX_SIDE);
	t->ir = reserve(sizeof(*t->ir));
	if (!t->block || !t->link || !t->side || !t->ir || pages_grow(t))
		return -ENOMEM;
	for (unsigned h = 0; h < 2; h++) {
		struct region *r = &t->region[h];

		r->first_block = r->end_block = h * (MAX_BLOCKS / 2);
		r->max_block = (h + 1) * (MAX_BLOCKS / 2);
		r->end_link = h * (MAX_LINKS / 2);
		r->max_link = (h + 1) * (MAX_LINKS / 2);
		r->end_side = h * (MAX_SIDE / 2);
		r->max_side = (h + 1) * (MAX_SIDE / 2);
	}
	return table_rebuild(t);
}
