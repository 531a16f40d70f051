// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Resource limits.  Those on address space and data would hit the runner,
 * whose memory the kernel counts too: the host gets what the guest asked for
 * plus what is the runner's own, and the guest is shown what it asked for.
 * All others pass unchanged.
 */
#include "syscalls/sys.h"

#include <stdatomic.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

struct limit {
	u64 cur, max;
};

/* Which of the two, or -1. */
static int counted(u64 resource)
{
	return (u32)resource == RLIMIT_AS ? 0 :
	       (u32)resource == RLIMIT_DATA ? 1 : -1;
}

static u64 raised(u64 v, u64 own)
{
	return v > RLIM_INFINITY - 1 - own ? RLIM_INFINITY : v + own;
}

/* What the guest believes, where that is not what the host says. */
static void translate(struct sysctx *c, int which, struct limit *l)
{
	if (!atomic_load_explicit(&c->state->limit[which].set,
				  memory_order_acquire))
		return;
	l->cur = c->state->limit[which].cur;
	l->max = c->state->limit[which].max;
}

static s64 set(struct sysctx *c, u64 resource, int which,
	       const struct limit *new, struct limit *old)
{
	u64 own = c->ops->own_size(c);
	struct limit host, was, seen;
	s64 ret;

	if (new->cur > new->max)
		return -EINVAL;
	ret = CALL(SYS_prlimit64, 0, resource, 0, &was);
	if (ret)
		return ret;
	seen = was;
	translate(c, which, &seen);
	host.cur = raised(new->cur, own);
	host.max = raised(new->max, own);
	/* What does not raise the guest's limit must not raise the host's:
	 * that takes a privilege. */
	if (new->max <= seen.max)
		host.max = MIN(host.max, was.max);
	host.cur = MIN(host.cur, host.max);
	ret = CALL(SYS_prlimit64, 0, resource, &host, 0);
	if (ret)
		return ret;
	*old = seen;
	c->state->limit[which].cur = new->cur;
	c->state->limit[which].max = new->max;
	atomic_store_explicit(&c->state->limit[which].set, true,
			      memory_order_release);
	return 0;
}

s64 sys_prlimit64(struct sysctx *c, const u64 *a)
{
	int which = counted(a[1]);
	struct limit new, old;
	s64 ret;

	if (which < 0 || ((pid_t)a[0] && (pid_t)a[0] != getpid()))
		return host_pass(c, SYS_prlimit64, a);
	if (a[2] && guest_read(c, &new, a[2], sizeof(new)))
		return -EFAULT;
	if (a[2]) {
		ret = set(c, a[1], which, &new, &old);
	} else {
		ret = CALL(SYS_prlimit64, 0, a[1], 0, &old);
		translate(c, which, &old);
	}
	if (!ret && a[3] && guest_write(c, a[3], &old, sizeof(old)))
		return -EFAULT;
	return ret;
}

s64 sys_getrlimit(struct sysctx *c, const u64 *a)
{
	const u64 b[6] = { 0, a[0], 0, a[1] };

	if (counted(a[0]) < 0 || !a[1])
		return host_pass(c, SYS_getrlimit, a);
	return sys_prlimit64(c, b);
}

s64 sys_setrlimit(struct sysctx *c, const u64 *a)
{
	const u64 b[6] = { 0, a[0], a[1], 0 };

	if (counted(a[0]) < 0 || !a[1])
		return host_pass(c, SYS_setrlimit, a);
	return sys_prlimit64(c, b);
}
