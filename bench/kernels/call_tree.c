/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Recursion over a binary tree with small leaf calls. */
#include "kernel.h"

struct node { struct node *l, *r; uint64_t key; };
static struct node pool[4096];
static unsigned used;

__attribute__((noinline)) static uint64_t mix(uint64_t a) { return a * 31 + 7; }

__attribute__((noinline)) static struct node *insert(struct node *t, uint64_t key)
{
	if (!t) {
		t = &pool[used++];
		*t = (struct node){ 0, 0, key };
	} else if (key < t->key) {
		t->l = insert(t->l, key);
	} else {
		t->r = insert(t->r, key);
	}
	return t;
}

__attribute__((noinline)) static uint64_t walk(const struct node *t)
{
	return t ? mix(walk(t->l)) ^ t->key ^ walk(t->r) : 0;
}

static uint64_t run(unsigned long n)
{
	struct node *root = NULL;
	uint64_t seed = 11, sum = 0;

	for (int i = 0; i < 4096; i++)
		root = insert(root, rnd(&seed));
	for (unsigned long r = 0; r < n; r++)
		sum += walk(root);
	return sum;
}
