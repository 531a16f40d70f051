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

enum { FIRST_TABLE = 1024, FIRST_PAGES = 256 };

/* -- Records --------------------------------------------------------------- */

static struct block *block_at(const struct tctx *t, u32 id)
{
	return codebuf_at(&t->code, id);
}

static u32 block_id(const struct tctx *t, const struct block *b)
{
	return codebuf_id(&t->code, b);
}

static struct link *link_at(const struct tctx *t, u32 id)
{
	return codebuf_at(&t->code, id);
}

static struct link *link_of(struct block *b, unsigned n)
{
	return (struct link *)(void *)b - (n + 1);
}

/* The oldest block of a half (or where it would be), and from one block to
 * the next younger one; see block_end(). */
static struct block *block_oldest(const struct tctx *t, unsigned half)
{
	return (struct block *)(void *)codebuf_rec_top(&t->code, half) - 1;
}

static struct block *block_younger(struct block *b)
{
	return (struct block *)(void *)((u8 *)b - b->rec_units * 8);
}

/* Blocks of this half are at or above this address. */
static struct block *block_end(const struct tctx *t, unsigned half)
{
	return (struct block *)(void *)
		atomic_load_explicit(&t->code.rec[half], memory_order_acquire);
}

#define FOR_BLOCKS(t, half, b) \
	for (struct block *b = block_oldest(t, half); \
	     b >= block_end(t, half); b = block_younger(b))

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
	u32 h = hash(pc, mode), i = h & tab->mask;

	for (;; i = (i + 1) & tab->mask) {
		u64 s = atomic_load_explicit(&tab->slot[i], memory_order_acquire);
		struct block *b;

		if (!s)
			return NULL;
		if (s >> 32 != h)
			continue;
		b = block_at(t, (u32)s);
		if (b->pc == pc && b->mode == mode &&
		    !atomic_load_explicit(&b->dead, memory_order_relaxed))
			return b;
	}
}

/* Its pages are wanted soon and in no order: better all at once. */
static struct block_table *table_new(u32 size)
{
	struct block_table *tab;
	void *p = mmap(NULL, sizeof(*tab) + size * sizeof(u64),
		       PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

	if (p == MAP_FAILED)
		return NULL;
	tab = p;
	tab->mask = size - 1;
	return tab;
}

/* A dead block's slot serves as well: code that is rewritten all the time would
 * fill the table.  True: the slot was an empty one. */
static bool table_put(const struct tctx *t, struct block_table *tab, u64 slot)
{
	u32 i = (u32)(slot >> 32) & tab->mask;
	u64 s;

	while ((s = atomic_load_explicit(&tab->slot[i], memory_order_relaxed)) &&
	       !block_at(t, (u32)s)->dead)
		i = (i + 1) & tab->mask;
	/* Partner: the acquire load in block_find(). */
	atomic_store_explicit(&tab->slot[i], slot, memory_order_release);
	return !s;
}

/*
 * Build the table anew with room for more, leaving out dead blocks.  The old
 * one is not freed: another thread may be reading it, and all old tables
 * together are smaller than the new one.
 */
static int table_rebuild(struct tctx *t)
{
	struct block_table *old = atomic_load(&t->table), *tab;
	u32 n = old ? old->mask + 1 : 0, live = 0, size = FIRST_TABLE;

	for (u32 i = 0; i < n; i++)
		live += old->slot[i] && !block_at(t, (u32)old->slot[i])->dead;
	while (size < live * 2)
		size *= 2;
	tab = table_new(MAX(size, n));
	if (!tab && n)
		tab = table_new(n);
	if (!tab)
		return -ENOMEM;
	for (u32 i = 0; i < n; i++)
		if (old->slot[i] && !block_at(t, (u32)old->slot[i])->dead)
			table_put(t, tab, old->slot[i]);
	t->nused = live;
	atomic_store_explicit(&t->table, tab, memory_order_release);
	return 0;
}

static int table_add(struct tctx *t, struct block *b)
{
	if (t->nused / 3 * 4 >= atomic_load(&t->table)->mask) {
		int err = table_rebuild(t);

		if (err)
			return err;
	}
	t->nused += table_put(t, atomic_load(&t->table),
			      (u64)hash(b->pc, b->mode) << 32 | block_id(t, b));
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

/*
 * Enter b into the list of the page; which = 0 or 1 of its two links.  Records
 * are aligned to 8, so the lowest bit of an id is free for `which`.
 */
static void page_add(struct tctx *t, struct block *b, u64 page, unsigned which)
{
	u32 s = page_slot(t, page, true);

	b->page_next[which] = t->pages[s].head;
	t->pages[s].head = block_id(t, b) | which;
}

/* -- Links ----------------------------------------------------------------- */

static u8 *link_code(struct tctx *t, const struct link *l)
{
	return t->code.base + block_at(t, l->block)->code_off;
}

static gaddr exit_pc(const struct block *b, const struct link *l)
{
	return b->pc + (u64)(s64)l->target;
}

struct link *block_exit_taken(const struct tctx *t, struct cpu *cpu)
{
	u64 host_pc = cpu->link_at;
	struct block *b = block_by_host(t, host_pc);
	u32 off = (u32)(host_pc - (u64)(uintptr_t)t->code.base) - b->code_off;
	unsigned n = 0;

	while (link_of(b, n)->stub_off != off)
		n++;
	cpu->pc = exit_pc(b, link_of(b, n));
	return link_of(b, n);
}

void block_link(struct tctx *t, struct link *l, struct block *b)
{
	if (l->to || block_at(t, l->block)->dead || b->dead)
		return;
	l->to = block_id(t, b);
	l->next_in = b->in_links;
	b->in_links = codebuf_id(&t->code, l);
	host_backend->patch(link_code(t, l) + l->patch_off, block_entry(t, b));
	t->stats.links++;
}

/* Take l off the list of the block that it jumps to. */
static void link_forget(struct tctx *t, struct link *l)
{
	u32 *p, id = codebuf_id(&t->code, l);

	if (!l->to)
		return;
	p = &block_at(t, l->to)->in_links;
	while (*p && *p != id)
		p = &link_at(t, *p)->next_in;
	if (*p)
		*p = l->next_in;
	l->to = 0;
}

static void unlink_incoming(struct tctx *t, struct block *b)
{
	for (u32 n = b->in_links; n; ) {
		struct link *l = link_at(t, n);
		u8 *code = link_code(t, l);

		host_backend->patch(code + l->patch_off, code + l->stub_off);
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
		link_forget(t, link_of(b, i));
	host_backend->poison(t, block_entry(t, b));
	t->stats.invalidated++;
}

static void kill_page(struct tctx *t, u32 slot, gaddr start, gaddr end)
{
	u32 *p = &t->pages[slot].head;

	while (*p) {
		struct block *b = block_at(t, *p & ~1u);
		unsigned which = *p & 1;

		/* A whole page is the unit: blocks are cheap to make again. */
		block_kill(t, b);
		*p = b->page_next[which];
	}
}

void block_invalidate(struct tctx *t, gaddr start, u64 len)
{
	u64 first = start / GUEST_PAGE_SIZE;
	u64 last = (start + len - 1) / GUEST_PAGE_SIZE;

	memset(t->code_page, 0, sizeof(t->code_page));
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

/* Remove the blocks of a half from all page lists. */
static void purge_pages(struct tctx *t, unsigned half)
{
	for (u32 i = 0; i <= t->page_mask; i++) {
		u32 *p = &t->pages[i].head;

		while (*p) {
			struct block *b = block_at(t, *p & ~1u);
			u32 *next = &b->page_next[*p & 1];

			if (codebuf_half_of(&t->code, (u8 *)b) == half)
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

	FOR_BLOCKS(t, other, b)
		block_kill(t, b);
	purge_pages(t, other);
	atomic_fetch_add(&t->epoch, 1);
	wait_quiescent(t, NULL);
	codebuf_switch(&t->code);
	t->stats.flushes++;
	return table_rebuild(t);
}

/* -- Translation ----------------------------------------------------------- */

static u64 now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (u64)ts.tv_sec * 1000000000u + (u64)ts.tv_nsec;
}

static u64 clock_cost(void)
{
	u64 best = ~0ull;

	for (unsigned k = 0; k < 64; k++) {
		u64 start = now_ns();

		best = MIN(best, now_ns() - start);
	}
	return best;
}

/*
 * Count the time since start.  The clock that costs little goes on while the
 * process waits for a processor; a translation takes microseconds, so what
 * lasted much longer was interrupted and says nothing.
 */
static void count_time(struct tctx *t, u64 start)
{
	enum { INTERRUPTED = 200000 };
	struct exec_stats *s = &t->stats;
	u64 ns = now_ns() - start;

	if (!s->clock_ns)
		s->clock_ns = clock_cost();
	if (ns >= INTERRUPTED)
		return;
	s->timed_ns += ns - MIN(ns, s->clock_ns);
	s->timed_insns += t->ir->ninsns;
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

/* Can the records' narrower members hold it all? */
static bool fits(const struct host_block *hb, gaddr pc)
{
	for (u32 i = 0; i < hb->nlinks; i++) {
		u64 d = hb->link[i].target - pc;

		if ((s64)d != (s32)d)
			return false;
	}
	return true;
}

/* Lift and emit; shorter blocks until the result fits. */
static int emit_block(struct tctx *t, gaddr pc, u32 mode,
		      struct host_block *hb, enum exec_exit *why)
{
	unsigned max = t->cfg.max_insns ? t->cfg.max_insns : IR_MAX_INSNS;
	int err;

	/* Lockstep compares exact flags, at faults too. */
	hb->flags_fate = t->cfg.lockstep ? NULL : lift_flags_fate;
	hb->flags_cross_calls = false;
	for (;; max = MAX(max / 2, 1u)) {
		hb->flags_die_at_calls = !t->exact_flags;
		*why = lift_block(t, t->ir, pc, mode, max);
		if (*why)
			return -EFAULT;
		if (t->cfg.check_ir)
			check_block(t);
		hb->code = codebuf_reserve(&t->code);
		hb->avail = CODEBUF_SLACK;
		hb->nlinks = 0;
		err = t->ir->overflow ? -E2BIG : host_backend->emit(t, t->ir, hb);
		if (!err && !fits(hb, pc))
			err = -E2BIG;
		if (!err && hb->flags_cross_calls && !t->exact_flags) {
			/* Not everybody keeps to the ABI: start again. */
			t->exact_flags = true;
			block_invalidate(t, 0, ~0ull);
			max *= 2;
			continue;
		}
		if (!err)
			return 0;
		if (max == 1)
			break;
	}
	*why = EXEC_UNDEF;
	return err;
}

static void write_links(struct tctx *t, struct block *b,
			const struct host_block *hb)
{
	u32 id = block_id(t, b);

	b->nlinks = (u8)hb->nlinks;
	for (unsigned i = 0; i < hb->nlinks; i++) {
		const struct host_link *h = &hb->link[i];

		*link_of(b, i) = (struct link){
			.target = (s32)(h->target - b->pc),
			.patch_off = (u16)h->patch_off,
			.stub_off = (u16)h->stub_off, .block = id
		};
	}
}

/* Enter b into the lists of the guest pages that it was read from. */
static int add_to_pages(struct tctx *t, struct block *b)
{
	const struct ir *ir = t->ir;
	u64 first = b->pc / GUEST_PAGE_SIZE;

	if ((t->npages + 2) * 2 > t->page_mask && pages_grow(t))
		return -ENOMEM;
	page_add(t, b, first, 0);
	if (ir->other_page)
		page_add(t, b, ir->other_page / GUEST_PAGE_SIZE, 1);
	return 0;
}

/* Link the exits of a new block whose targets exist already: the cheapest
 * moment, nobody has executed its code yet. */
static void link_known(struct tctx *t, struct block *b)
{
	if (t->cfg.no_chain)
		return;
	for (unsigned i = 0; i < b->nlinks; i++) {
		struct link *l = link_of(b, i);
		gaddr target = exit_pc(b, l);
		struct block *to;

		if (!block_may_start(t, target) ||
		    (target == b->pc && b->narrow))
			continue;
		to = block_find(t, target, b->mode & ~(u32)IR_MODE_LOOP);
		if (to)
			block_link(t, l, to);
	}
}

static struct block *publish(struct tctx *t, gaddr pc, u32 mode,
			     const struct host_block *hb)
{
	u32 len = (u32)align_up(hb->side_len + hb->nlinks *
				sizeof(struct link) + sizeof(struct block), 8);
	u8 *rec = codebuf_record(&t->code, len);
	struct block *b = (struct block *)(void *)(rec + len) - 1;

	memcpy(rec, hb->side, hb->side_len);
	*b = (struct block){
		.pc = pc, .mode = (u8)mode, .rec_units = (u16)(len / 8),
		.code_off = (u32)(hb->code - t->code.base),
		.code_len = (u16)hb->code_len, .side_len = (u16)hb->side_len,
		.entry_off = (u8)hb->entry_off, .ninsns = (u8)t->ir->ninsns,
		.narrow = mode & IR_MODE_LOOP ? hb->narrow_entry :
						hb->narrow_loop,
		.loops = !(hb->narrow_entry & ~hb->narrow_loop),
		.straight = !t->ir->nexits
	};
	write_links(t, b, hb);
	if (add_to_pages(t, b))
		return NULL;
	codebuf_commit(&t->code, hb->code_len, len, block_id(t, b));
	if (table_add(t, b))
		return NULL;
	t->starts[pc >> 8 & (ARRAY_LEN(t->starts) - 1)] |= 1ull << (pc >> 2 & 63);
	link_known(t, b);
	return b;
}

static struct block *translate_one(struct tctx *t, gaddr pc, u32 mode,
				   enum exec_exit *why)
{
	/* Lock held: one translation at once. */
	static u8 side[CODEBUF_SLACK / 2];
	static struct host_block hb = {
		.side = side, .side_avail = sizeof(side)
	};
	u64 start = t->cfg.stats ? now_ns() : 0;
	struct block *b;

	if (!codebuf_has_room(&t->code) && switch_half(t))
		goto nomem;
	hb.narrow_entry = 0;
	if (mode & IR_MODE_LOOP) {
		b = block_find(t, pc, mode & ~(u32)IR_MODE_LOOP);
		hb.narrow_entry = b ? b->narrow : 0;
	}
	if (emit_block(t, pc, mode & ~(u32)IR_MODE_LOOP, &hb, why))
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
		count_time(t, start);
	return b;
nomem:
	log_printf("dragoman: out of memory for translated code\n");
	*why = EXEC_UNDEF;
	return NULL;
}

/* Link exit l of b to the block at its target, which is made if need be.
 * That block, if it is new. */
static struct block *translate_target(struct tctx *t, struct block *b,
				      struct link *l)
{
	u32 mode = b->mode & ~(u32)IR_MODE_LOOP;
	gaddr pc = exit_pc(b, l);
	struct block *to = NULL, *made = NULL;
	u64 epoch = atomic_load(&t->epoch);
	enum exec_exit why;

	/* A loop onto itself: see block_link_target(). */
	if (l->to || b->dead || pc == b->pc)
		return NULL;
	if (block_may_start(t, pc))
		to = block_find(t, pc, mode);
	if (!to)
		to = made = translate_one(t, pc, mode, &why);
	/* After a reclaim b may be gone. */
	if (!to || atomic_load(&t->epoch) != epoch)
		return NULL;
	block_link(t, l, to);
	return made;
}

/*
 * Execution gets to the exits of a block without conditional ones for sure
 * (to the one behind a call unless it does not return): make their blocks
 * now, which is cheaper than leaving translated code for it.
 */
static void translate_ahead(struct tctx *t, struct block *b)
{
	enum { DEPTH = 8, BLOCKS = 32 };
	u64 epoch = atomic_load(&t->epoch);
	struct block *todo[DEPTH] = { b };
	unsigned n = b->straight, made = 0;

	while (n && made < BLOCKS) {
		b = todo[--n];
		for (unsigned k = b->nlinks; k--; ) {
			struct block *to = translate_target(t, b, link_of(b, k));

			if (atomic_load(&t->epoch) != epoch)
				return;
			if (!to)
				continue;
			made++;
			if (to->straight && n < DEPTH)
				todo[n++] = to;
		}
	}
}

struct block *block_translate(struct tctx *t, gaddr pc, u32 mode,
			      enum exec_exit *why)
{
	struct block *b = translate_one(t, pc, mode, why);

	if (b && !t->cfg.no_chain)
		translate_ahead(t, b);
	return b;
}

struct block *block_link_target(struct tctx *t, const struct link *l,
				struct block *b)
{
	struct block *from = block_at(t, l->block), *second;
	u32 mode = from->mode | IR_MODE_LOOP;
	enum exec_exit why;

	if (from->pc != b->pc || !from->narrow || !from->loops)
		return b;
	second = block_find(t, b->pc, mode);
	if (!second)
		second = block_translate(t, b->pc, mode, &why);
	return second && !(second->narrow & ~from->narrow) ? second : b;
}

/* -- Lookup by host address ------------------------------------------------ */

struct block *block_by_host(const struct tctx *t, u64 host_pc)
{
	u64 off = host_pc - (u64)(uintptr_t)t->code.base;
	struct block *b, *end, *next;
	u32 id;

	if (!codebuf_holds(&t->code, host_pc))
		return NULL;
	id = codebuf_marked(&t->code, host_pc);
	if (!id)
		return NULL;
	b = block_at(t, id);
	end = block_end(t, codebuf_half_of(&t->code, (u8 *)b));
	if (b < end)
		return NULL;
	while ((next = block_younger(b)) >= end && next->code_off <= off)
		b = next;
	return off - b->code_off < b->code_len ? b : NULL;
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
	t->ir = reserve(sizeof(*t->ir));
	if (!t->ir || pages_grow(t))
		return -ENOMEM;
	return table_rebuild(t);
}
