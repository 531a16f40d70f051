// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Waiting for descriptors.  struct epoll_event is packed on x86 only, and the
 * calls with a temporary signal mask must never block the signals by which
 * the runner notices its guest's faults.  poll() needs no look for descriptors
 * of the runner: its executable is open with O_PATH, which the kernel answers
 * with POLLNVAL.
 */
#include "syscalls/sys.h"

#include <signal.h>
#include <sys/epoll.h>
#include <sys/syscall.h>

#include "syscalls/abi_a64.h"

_Static_assert(sizeof(struct epoll_event) == 12, "the host packs it");

#define SIGBIT(n) (1ull << ((n) - 1))
static const u64 synchronous = SIGBIT(SIGSEGV) | SIGBIT(SIGBUS) |
			       SIGBIT(SIGFPE) | SIGBIT(SIGILL) |
			       SIGBIT(SIGTRAP);

/*
 * The host's address for a mask argument: of a copy in *mask, or if there is
 * something wrong with it what makes the kernel say so.
 */
static u64 get_mask(struct sysctx *c, gaddr guest, u64 size, u64 *mask)
{
	if (!guest || size != sizeof(*mask))
		return guest;
	if (guest_read(c, mask, guest, sizeof(*mask)))
		return SYS_BAD_POINTER;
	*mask &= ~synchronous;
	return (u64)mask;
}

s64 sys_ppoll(struct sysctx *c, const u64 *a)
{
	u64 mask;

	return host_syscall(c, SYS_ppoll, a[0], a[1], a[2],
			    get_mask(c, a[3], a[4], &mask), a[4], 0);
}

/* The sixth argument of these two points to a mask's address and size. */
struct mask_arg {
	u64 addr, size;
};

static u64 get_mask_arg(struct sysctx *c, gaddr guest, u64 *mask,
			struct mask_arg *arg)
{
	if (!guest)
		return 0;
	if (guest_read(c, arg, guest, sizeof(*arg)))
		return SYS_BAD_POINTER;
	arg->addr = get_mask(c, arg->addr, arg->size, mask);
	return (u64)arg;
}

/* Is one of the runner's descriptors in a set of n? */
static bool selects_own_fd(struct sysctx *c, u64 n, gaddr set)
{
	u8 byte;
	int fd = c->state->own_low;

	if (likely((s32)n <= fd) || !set)
		return false;
	while ((fd = c->ops->own_fd(c, fd)) >= 0 && fd < (s32)n) {
		if (!guest_read(c, &byte, set + (u64)fd / 8, 1) &&
		    byte >> fd % 8 & 1)
			return true;
		fd++;
	}
	return false;
}

static bool any_selects_own_fd(struct sysctx *c, const u64 *a)
{
	for (unsigned i = 1; i <= 3; i++)
		if (selects_own_fd(c, a[0], a[i]))
			return true;
	return false;
}

s64 sys_select(struct sysctx *c, const u64 *a)
{
	return any_selects_own_fd(c, a) ? -EBADF : host_pass(c, SYS_select, a);
}

s64 sys_pselect6(struct sysctx *c, const u64 *a)
{
	struct mask_arg arg;
	u64 mask;

	if (any_selects_own_fd(c, a))
		return -EBADF;
	return host_syscall(c, SYS_pselect6, a[0], a[1], a[2], a[3], a[4],
			    get_mask_arg(c, a[5], &mask, &arg));
}

s64 sys_io_pgetevents(struct sysctx *c, const u64 *a)
{
	struct mask_arg arg;
	u64 mask;

	return host_syscall(c, SYS_io_pgetevents, a[0], a[1], a[2], a[3], a[4],
			    get_mask_arg(c, a[5], &mask, &arg));
}

/* -- epoll --------------------------------------------------------------- */

s64 sys_epoll_ctl(struct sysctx *c, const u64 *a)
{
	struct a64_epoll_event g;
	struct epoll_event h;

	if ((int)a[1] == EPOLL_CTL_DEL)
		return host_pass(c, SYS_epoll_ctl, a);
	if (guest_read(c, &g, a[3], sizeof(g)))
		return -EFAULT;
	h.events = g.events;
	h.data.u64 = g.data;
	return host_syscall(c, SYS_epoll_ctl, a[0], a[1], a[2], (u64)&h, 0, 0);
}

/*
 * The host has filled n packed events into the guest's array: spread them to
 * the guest's size, from the last to the first.
 */
static s64 spread_events(struct sysctx *c, gaddr events, s64 n)
{
	struct a64_epoll_event g = { 0 };
	struct epoll_event h;

	for (s64 i = n - 1; i >= 0; i--) {
		if (guest_read(c, &h, events + i * sizeof(h), sizeof(h)))
			return -EFAULT;
		g.events = h.events;
		g.data = h.data.u64;
		if (guest_write(c, events + i * sizeof(g), &g, sizeof(g)))
			return -EFAULT;
	}
	return n;
}

static s64 epoll_wait_masked(struct sysctx *c, long nr, const u64 *a)
{
	u64 mask;
	s64 n = host_syscall(c, nr, a[0], a[1], a[2], a[3],
			     get_mask(c, a[4], a[5], &mask), a[5]);

	return n > 0 && !c->cfg->abi->native ? spread_events(c, a[1], n) : n;
}

s64 sys_epoll_pwait(struct sysctx *c, const u64 *a)
{
	return epoll_wait_masked(c, SYS_epoll_pwait, a);
}

s64 sys_epoll_pwait2(struct sysctx *c, const u64 *a)
{
	return epoll_wait_masked(c, SYS_epoll_pwait2, a);
}
