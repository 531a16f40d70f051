/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The set of guest mappings as a data structure: ranges that never overlap,
 * with attributes, in address order, and the search for free room between
 * them.  No host calls and no locking here; space.c does both.
 *
 * A treap (binary search tree with random heap priorities) whose nodes carry
 * the bounds and the widest gap of their subtree, so every operation is
 * logarithmic also for programs with tens of thousands of mappings.
 */
#ifndef LINUX_USER_SPACE_MAP_H
#define LINUX_USER_SPACE_MAP_H

#include "linux-user/space.h"

/* Bits of vma.flags besides MAP_*. */
#define VMA_RESERVED (1u << 31)	/* not the guest's: something of the host */
#define VMA_DONTFORK (1u << 30)	/* MADV_DONTFORK */
#define VMA_SHM (1u << 29)	/* shmat(); offset is the one in the segment */

/* What the kernel keeps free below a mapping that grows down. */
#define STACK_GUARD_GAP (256ull * GUEST_PAGE_SIZE)

struct map_node;

struct space_map {
	struct map_node *root, *spare;
	u32 rnd;
	u32 count;
	u64 pages;
};

void map_init(struct space_map *m);
void map_free(struct space_map *m);

/* The first mapping that ends above addr, or NULL.  Valid until the next
 * change. */
const struct vma *map_next(const struct space_map *m, gaddr addr);
/* The mapping that holds addr, or NULL. */
const struct vma *map_at(const struct space_map *m, gaddr addr);

/*
 * Can map_remove, map_protect and map_add be called without running out of
 * memory?  Makes sure there are spare nodes; 0 or -ENOMEM.  One call covers
 * one removal and one addition.
 */
int map_prepare(struct space_map *m);

/* Add a mapping over free ground; joins it with equal neighbours. */
void map_add(struct space_map *m, const struct vma *v);
/* Forget everything in [start, end), cutting what sticks out. */
void map_remove(struct space_map *m, gaddr start, gaddr end);

/* End of the stretch without holes that begins at start, at most end. */
gaddr map_covered(const struct space_map *m, gaddr start, gaddr end);
/* Is there nothing in [start, end)? */
bool map_is_free(const struct space_map *m, gaddr start, gaddr end);

/* Highest, lowest free address for len bytes within [lo, hi); 0 if none. */
gaddr map_gap_down(const struct space_map *m, gaddr lo, gaddr hi, u64 len,
		   u64 align);
gaddr map_gap_up(const struct space_map *m, gaddr lo, gaddr hi, u64 len,
		 u64 align);

#endif
