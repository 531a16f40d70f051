/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Guest mappings as an augmented treap; see space_map.h.
 */
#include "linux-user/space_map.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

struct map_node {
	struct vma v;
	struct map_node *left, *right;
	gaddr lo, hi;		/* bounds of the subtree, with guard gaps */
	u64 gap;		/* widest free range between two of its nodes */
	u32 prio;
};

/* Nodes fetched from malloc at a time; a process starts with about ten. */
enum { CHUNK = 24, SPARES = 4 };

/* Where the ground that belongs to a mapping begins. */
static gaddr ground(const struct vma *v)
{
	if (!(v->flags & MAP_GROWSDOWN))
		return v->start;
	return v->start > STACK_GUARD_GAP ? v->start - STACK_GUARD_GAP : 0;
}

static u64 distance(gaddr from, gaddr to)
{
	return to > from ? to - from : 0;
}

static void update(struct map_node *n)
{
	const struct map_node *l = n->left, *r = n->right;
	gaddr start = ground(&n->v);

	n->lo = l ? MIN(l->lo, start) : start;
	n->hi = r ? r->hi : n->v.end;
	n->gap = 0;
	if (l)
		n->gap = MAX(l->gap, distance(l->hi, start));
	if (r) {
		n->gap = MAX(n->gap, r->gap);
		n->gap = MAX(n->gap, distance(n->v.end, r->lo));
	}
}

/* Split t into *a, all that start below addr, and *b, the rest. */
static void split(struct map_node *t, gaddr addr, struct map_node **a,
		  struct map_node **b)
{
	if (!t) {
		*a = *b = NULL;
	} else if (t->v.start < addr) {
		*a = t;
		split(t->right, addr, &t->right, b);
		update(t);
	} else {
		*b = t;
		split(t->left, addr, a, &t->left);
		update(t);
	}
}

/* All of a is below all of b. */
static struct map_node *merge(struct map_node *a, struct map_node *b)
{
	if (!a || !b)
		return a ? a : b;
	if (a->prio > b->prio) {
		a->right = merge(a->right, b);
		update(a);
		return a;
	}
	b->left = merge(a, b->left);
	update(b);
	return b;
}

void map_init(struct space_map *m)
{
	memset(m, 0, sizeof(*m));
	m->rnd = 0x9e3779b9;
}

static void give_back(struct space_map *m, struct map_node *n)
{
	n->left = m->spare;
	m->spare = n;
}

static void drop_tree(struct space_map *m, struct map_node *t)
{
	if (!t)
		return;
	drop_tree(m, t->left);
	drop_tree(m, t->right);
	m->count--;
	m->pages -= (t->v.end - t->v.start) / GUEST_PAGE_SIZE;
	give_back(m, t);
}

/* Chunks are never returned: a process has one map for its whole life. */
void map_free(struct space_map *m)
{
	drop_tree(m, m->root);
	m->root = NULL;
}

int map_prepare(struct space_map *m)
{
	struct map_node *n = m->spare, *chunk;
	int have = 0;

	for (; n && have < SPARES; n = n->left)
		have++;
	if (have == SPARES)
		return 0;
	chunk = calloc(CHUNK, sizeof(*chunk));
	if (!chunk)
		return -ENOMEM;
	for (int i = 0; i < CHUNK; i++)
		give_back(m, &chunk[i]);
	return 0;
}

static void insert(struct space_map *m, const struct vma *v)
{
	struct map_node *n = m->spare, *a, *b;

	m->spare = n->left;
	m->rnd ^= m->rnd << 13;
	m->rnd ^= m->rnd >> 17;
	m->rnd ^= m->rnd << 5;
	n->v = *v;
	n->left = n->right = NULL;
	n->prio = m->rnd;
	update(n);
	split(m->root, v->start, &a, &b);
	m->root = merge(merge(a, n), b);
	m->count++;
	m->pages += (v->end - v->start) / GUEST_PAGE_SIZE;
}

/* Take out the nodes that start in [start, end). */
static void erase(struct space_map *m, gaddr start, gaddr end)
{
	struct map_node *a, *b, *c;

	split(m->root, start, &a, &b);
	split(b, end, &b, &c);
	drop_tree(m, b);
	m->root = merge(a, c);
}

const struct vma *map_next(const struct space_map *m, gaddr addr)
{
	const struct map_node *t = m->root, *best = NULL;

	while (t) {
		if (t->v.end > addr) {
			best = t;
			t = t->left;
		} else {
			t = t->right;
		}
	}
	return best ? &best->v : NULL;
}

const struct vma *map_at(const struct space_map *m, gaddr addr)
{
	const struct vma *v = map_next(m, addr);

	return v && v->start <= addr ? v : NULL;
}

bool map_is_free(const struct space_map *m, gaddr start, gaddr end)
{
	const struct vma *v = map_next(m, start);

	return !v || v->start >= end;
}

gaddr map_covered(const struct space_map *m, gaddr start, gaddr end)
{
	const struct vma *v;

	while (start < end && (v = map_at(m, start)))
		start = v->end;
	return MIN(start, end);
}

/* May b, which follows a, be one mapping with it? */
static bool joins(const struct vma *a, const struct vma *b)
{
	if (a->end != b->start || a->prot != b->prot || a->flags != b->flags ||
	    a->name != b->name || a->dev != b->dev || a->ino != b->ino)
		return false;
	if (a->flags & (VMA_RESERVED | MAP_GROWSDOWN))
		return false;
	return a->flags & MAP_ANONYMOUS ||
	       a->offset + (a->end - a->start) == b->offset;
}

void map_add(struct space_map *m, const struct vma *v)
{
	struct vma w = *v;
	const struct vma *p = v->start ? map_at(m, v->start - 1) : NULL;
	const struct vma *n = map_at(m, v->end);

	if (p && joins(p, &w)) {
		w.start = p->start;
		w.offset = p->offset;
	}
	if (n && joins(&w, n))
		w.end = n->end;
	if (w.start != v->start || w.end != v->end)
		erase(m, w.start, w.end);
	insert(m, &w);
}

/* The part of v from start on. */
static struct vma tail(const struct vma *v, gaddr start)
{
	struct vma t = *v;

	t.offset += start - v->start;
	t.start = start;
	return t;
}

void map_remove(struct space_map *m, gaddr start, gaddr end)
{
	const struct vma *p = map_next(m, start);
	const struct vma *q = end ? map_at(m, end - 1) : NULL;
	struct vma head, rest;
	bool have_head = false, have_rest = false;

	if (!p || p->start >= end)
		return;
	if (p->start < start) {
		head = *p;
		head.end = start;
		have_head = true;
	}
	if (q && q->end > end) {
		rest = tail(q, end);
		have_rest = true;
	}
	erase(m, MIN(p->start, start), end);
	if (have_head)
		insert(m, &head);
	if (have_rest)
		insert(m, &rest);
}

/* -- Free room -------------------------------------------------------------
 * The subtree t lies within [lo, hi), except where these were narrowed by the
 * caller's limits: then lo or hi may cut into it, and the walk still answers
 * right because a cut range is empty or bounded by a node.  A subtree is left
 * out when neither its inner gaps nor the ones at its edges are wide enough. */

static bool too_narrow(const struct map_node *t, gaddr lo, gaddr hi, u64 len)
{
	return t->gap < len && distance(lo, t->lo) < len &&
	       distance(t->hi, hi) < len;
}

static gaddr gap_down(const struct map_node *t, gaddr lo, gaddr hi, u64 len,
		      u64 align)
{
	gaddr a;

	if (hi <= lo || hi - lo < len)
		return 0;
	if (!t) {
		a = align_down(hi - len, align);
		return a >= lo ? a : 0;
	}
	if (too_narrow(t, lo, hi, len))
		return 0;
	a = gap_down(t->right, MAX(lo, t->v.end), hi, len, align);
	if (a)
		return a;
	return gap_down(t->left, lo, MIN(hi, ground(&t->v)), len, align);
}

static gaddr gap_up(const struct map_node *t, gaddr lo, gaddr hi, u64 len,
		    u64 align)
{
	gaddr a;

	if (hi <= lo || hi - lo < len)
		return 0;
	if (!t) {
		a = align_up(lo, align);
		return a < hi && hi - a >= len ? a : 0;
	}
	if (too_narrow(t, lo, hi, len))
		return 0;
	a = gap_up(t->left, lo, MIN(hi, ground(&t->v)), len, align);
	if (a)
		return a;
	return gap_up(t->right, MAX(lo, t->v.end), hi, len, align);
}

gaddr map_gap_down(const struct space_map *m, gaddr lo, gaddr hi, u64 len,
		   u64 align)
{
	return gap_down(m->root, lo, hi, len, align);
}

gaddr map_gap_up(const struct space_map *m, gaddr lo, gaddr hi, u64 len,
		 u64 align)
{
	return gap_up(m->root, lo, hi, len, align);
}
