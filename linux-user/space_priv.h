/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What space.c and space_print.c share. */
#ifndef LINUX_USER_SPACE_PRIV_H
#define LINUX_USER_SPACE_PRIV_H

#include <pthread.h>

#include "linux-user/space_map.h"

/* Nothing is placed below this unless the guest insists (the usual
 * vm.mmap_min_addr). */
#define SPACE_MIN 0x10000ull
/* Least distance between the top and the mmap area (mm/mmap.c: MIN_GAP). */
#define SPACE_STACK_GAP_MIN (128ull << 20)

/* Pages that code was fetched from although the guest may write to them:
 * space_code.c. */
struct code_page;
struct space_code {
	struct code_page *tab;		/* by page; NULL: none yet */
	u32 mask, used;
	_Atomic u32 guarded;		/* how many the host has read-only */
	bool on;
};

struct space {
	pthread_mutex_t lock;
	struct space_map map;
	struct tctx *tctx;
	gaddr min, mmap_base;
	struct space_info info;		/* brk and start_brk are live here */
	bool read_implies_exec;
	bool shared_write;		/* a file was mapped shared, writable */
	struct space_code code;
};

/* A host call; -errno on failure. */
long space_host(long nr, u64 a, u64 b, u64 c, u64 d, u64 e, u64 f);

/* -- Under the lock -- */

/* Does any mapping in the range have the flag; is any executable? */
bool space_has_flag(const struct space *s, gaddr start, gaddr end, u32 flag);
bool space_has_exec(const struct space *s, gaddr start, gaddr end);
/* A free place for len bytes, the hint if possible; 0 if there is none. */
gaddr space_room(const struct space *s, gaddr hint, u64 len, u64 align);
/* Let a mapping that has grown down to addr cover it. */
void space_follow_stack(struct space *s, gaddr addr);
/* Something of the host sits where we believed free ground. */
void space_reserve(struct space *s, gaddr start, u64 len);
/* Leave the lock; tell the translator if code in the range went away. */
void space_leave(struct space *s, bool code, gaddr start, u64 len);

/* Code is fetched from page of v: what fetch_page() is to say of it. */
int space_guard_page(struct space *s, const struct vma *v, gaddr page);
/* Forget what was guarded in the range; restore: and let it be written. */
void space_guard_drop(struct space *s, gaddr start, gaddr end, bool restore);

/* -- Anywhere -- */

/* Is [addr, addr + len) within the window?  len is page-aligned. */
bool space_in_window(gaddr addr, u64 len);
/* Length in whole pages; false if it does not fit any window. */
bool space_whole_pages(u64 len, u64 *out);

/* Set or clear a VMA_* flag on a range; under the lock. */
void space_mark(struct space *s, gaddr start, gaddr end, u32 flag, bool on);

#endif
