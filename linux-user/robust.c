// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * See robust.h.  The list, its limits and the order are those of the kernel's
 * exit_robust_list(): it is read from memory that the guest may have spoilt,
 * so every access is guarded and the walk is bounded.
 */
#include "linux-user/robust.h"

#include <errno.h>
#include <linux/futex.h>
#include <sys/syscall.h>

#include "linux-user/host_x64.h"
#include "syscalls/sys.h"

enum { WALK_LIMIT = 2048 };

struct robust_head {
	u64 first;
	s64 offset;		/* from an entry to its futex word */
	u64 pending;		/* being locked or unlocked */
};

static void wake_one(gaddr futex)
{
	CALL(SYS_futex, futex, FUTEX_WAKE, 1);
}

/* Bit 0 of a link says that the futex is a priority-inheriting one. */
static int owner_died(struct sysctx *c, u64 link, s64 offset, u32 tid,
		      bool pending)
{
	gaddr futex = (link & ~1ull) + (u64)offset;
	bool pi = link & 1;
	u32 v, dead;
	s64 seen;

	if (futex & 3 || futex >= SPACE_TOP || guest_read(c, &v, futex, 4))
		return -EFAULT;
	if (pending && !pi && !v) {
		wake_one(futex);
		return 0;
	}
	for (;;) {
		if ((v & FUTEX_TID_MASK) != tid)
			return 0;
		dead = (v & FUTEX_WAITERS) | FUTEX_OWNER_DIED;
		seen = host_cmpxchg32((u32 *)futex, v, dead);
		if (seen < 0)
			return -EFAULT;
		if ((u32)seen == v)
			break;
		v = (u32)seen;
	}
	if (!pi && v & FUTEX_WAITERS)
		wake_one(futex);
	return 0;
}

void robust_exit(struct sysctx *c, gaddr head, pid_t tid)
{
	struct robust_head h;
	u64 link, next;

	if (guest_read(c, &h, head, sizeof(h)))
		return;
	link = h.first;
	for (unsigned n = 0; (link & ~1ull) != head && n < WALK_LIMIT; n++) {
		/* Read the next link first: the owner may free the entry. */
		int bad = guest_read(c, &next, link & ~1ull, sizeof(next));

		if ((link & ~1ull) != (h.pending & ~1ull) &&
		    owner_died(c, link, h.offset, (u32)tid, false))
			return;
		if (bad)
			return;
		link = next;
	}
	if (h.pending & ~1ull)
		owner_died(c, h.pending, h.offset, (u32)tid, true);
}
