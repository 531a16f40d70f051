/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the process layer needs of an x86_64 host beyond C: host_x64.S, and
 * readings of the signal handler's context.
 */
#ifndef LINUX_USER_HOST_X64_H
#define LINUX_USER_HOST_X64_H

#include <signal.h>
#include <ucontext.h>

#include "base/base.h"

/* Where a signal handler returns to: rt_sigreturn. */
extern const char host_sigreturn[];

/*
 * clone() or clone3().  With fn, the child has a stack of its own and shares
 * our memory and thread pointer; it calls fn(arg), which must not return.
 * Without, the child is a copy of us, and 0 is returned in it.
 */
struct host_clone {
	long nr;
	u64 arg[5];
	void (*fn)(void *arg);
	void *fn_arg;
};
s64 host_clone(const struct host_clone *c);

/* Compare and exchange on guest memory: the old value, or -EFAULT. */
s64 host_cmpxchg32(u32 *p, u32 old, u32 new);
extern const char host_cmpxchg_begin[], host_cmpxchg_end[];
extern const char host_cmpxchg_fault[];

static inline u64 host_uc_pc(const void *uc)
{
	return (u64)((const ucontext_t *)uc)->uc_mcontext.gregs[REG_RIP];
}

static inline void host_uc_set_pc(void *uc, const void *pc)
{
	((ucontext_t *)uc)->uc_mcontext.gregs[REG_RIP] = (greg_t)pc;
}

/* Page fault error code, bit 1: the access was a write. */
static inline bool host_uc_is_write(const void *uc)
{
	return ((const ucontext_t *)uc)->uc_mcontext.gregs[REG_ERR] >> 1 & 1;
}

#endif
