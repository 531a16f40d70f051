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

struct space {
	pthread_mutex_t lock;
	struct space_map map;
	struct tctx *tctx;
	gaddr min, mmap_base;
	struct space_info info;		/* brk and start_brk are live here */
	bool read_implies_exec;
};

/* Set or clear a VMA_* flag on a range; under the lock. */
void space_mark(struct space *s, gaddr start, gaddr end, u32 flag, bool on);

#endif
