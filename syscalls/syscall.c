// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Dispatch: looks a call up in the guest's table, checks its pointers against
 * the guest's window and its descriptors against the runner's own, and hands
 * it to the host, a handler or the process layer.
 */
#include "syscalls/syscall.h"

#include <limits.h>
#include <sys/syscall.h>

#include "base/log.h"
#include "syscalls/proc_op.h"
#include "syscalls/seccomp.h"
#include "syscalls/strace.h"
#include "syscalls/sys.h"

static const struct sys_entry *lookup(const struct sysctx *c, u64 nr)
{
	const struct sys_abi *abi = c->cfg->abi;

	if (nr >= abi->ncalls || !abi->call[nr].name)
		return NULL;
	return &abi->call[nr];
}

const char *syscall_name(const struct sys_abi *abi, u64 nr)
{
	return nr < abi->ncalls ? abi->call[nr].name : NULL;
}

static s64 unimplemented(const struct sys_entry *e, u64 nr)
{
	if (log_on(LOG_UNIMP))
		log_printf("unimplemented system call %llu (%s)\n",
			   (unsigned long long)nr, e ? e->name : "unknown");
	return -ENOSYS;
}

/*
 * Pointers outside the guest's window may mean the runner's own memory, which
 * the host kernel would gladly write to.  They are replaced by one that it
 * refuses, as misaligned as they were, so that the order of its checks decides
 * which error it is.  The same holds for descriptors of the runner: they become
 * one that cannot be open.
 */
static const u64 *check_args(struct sysctx *c, const struct sys_entry *e,
				 const u64 *a, u64 *copy)
{
	for (unsigned i = 0; i < 6; i++) {
		copy[i] = a[i];
		if (e->fds >> i & 1 && sys_own_fd(c, a[i]))
			copy[i] = (u64)INT_MIN;
		if (!(e->pointers >> i & 1))
			continue;
		if (c->tagged_addr)
			copy[i] &= bits_mask(56);
		if (copy[i] >= SYS_GUEST_TOP)
			copy[i] = SYS_BAD_POINTER | (copy[i] & 0xfff);
	}
	return copy;
}

static inline u64 all_pointers(const struct sys_entry *e, const u64 *a)
{
	u64 all = 0;

	for (unsigned m = e->pointers, i = 0; m; m >>= 1, i++)
		if (m & 1)
			all |= a[i];
	return all;
}

/* Quick: could an argument be one of the runner's descriptors? */
static inline bool high_fd(const struct sys_entry *e, const u64 *a, int low)
{
	for (unsigned m = e->fds, i = 0; m; m >>= 1, i++)
		if (m & 1 && (s32)a[i] >= low)
			return true;
	return false;
}

static s64 dispatch(struct sysctx *c, const struct sys_entry *e, const u64 *a)
{
	switch (e->how) {
	case SYS_HOW_PASS:
		return host_pass(c, e->target, a);
	case SYS_HOW_FN:
		return e->fn(c, a);
	case SYS_HOW_PROC:
		if (likely(c->ops->proc[e->target]))
			return c->ops->proc[e->target](c, a);
	}
	return unimplemented(e, c->nr);
}

/*
 * Where code was translated from, the kernel cannot write, and says EFAULT: let
 * it, and try again.  Many calls have done half of their work by then, so what
 * the arguments point to is looked at before.
 */
static s64 dispatch_guarded(struct sysctx *c, const struct sys_entry *e,
			    const u64 *a)
{
	enum { TRIES = 3 };	/* other threads run their code, too */
	s64 ret = -EFAULT;

	for (unsigned m = e->pointers, i = 0; m; m >>= 1, i++)
		if (m & 1)
			c->ops->unguard(c, a[i], 1);
	for (unsigned k = 0; k < TRIES; k++) {
		ret = dispatch(c, e, a);
		if (likely(ret != -EFAULT) ||
		    !c->ops->unguard(c, 0, SYS_GUEST_TOP))
			break;
	}
	return ret;
}

static s64 call(struct sysctx *c, const struct sys_entry *e, const u64 *a)
{
	u64 copy[6];
	s64 ret;

	if (unlikely(c->seccomp) && !seccomp_allows(c, c->nr, a, &ret))
		return ret;
	if (unlikely(!e))
		return unimplemented(e, c->nr);
	if (unlikely(all_pointers(e, a) >= SYS_GUEST_TOP ||
		     high_fd(e, a, c->state->own_low)))
		a = check_args(c, e, a, copy);
	if (c->cfg->abi->native && c->ops->unguard)
		return dispatch_guarded(c, e, a);
	return dispatch(c, e, a);
}

static __attribute__((noinline)) s64
call_traced(struct sysctx *c, const struct sys_entry *e, u64 nr, const u64 *a)
{
	struct strace_line line;
	s64 ret;

	strace_enter(&line, c, e, nr, a);
	ret = call(c, e, a);
	strace_leave(&line, c, e, a, ret);
	return ret;
}

s64 syscall_run(struct sysctx *c, u64 nr, const u64 *a)
{
	const struct sys_entry *e = lookup(c, nr);

	c->nr = nr;
	if (unlikely(c->cfg->strace || c->cfg->log & LOG_STRACE))
		return call_traced(c, e, nr, a);
	return call(c, e, a);
}
