/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the files of this folder share: prototypes of all handlers (from the
 * table), the table's entry, and host calls that need no signal check.
 */
#ifndef SYSCALLS_SYS_H
#define SYSCALLS_SYS_H

#include <errno.h>

#include "base/bits.h"
#include "syscalls/syscall.h"

/* The guest's window: the lower 42 bits (SPACE_TOP of linux-user/space.h). */
#define SYS_GUEST_TOP (1ull << 42)

/* A page that the kernel refuses, in its own order of checks. */
#define SYS_BAD_POINTER 0xffff800000000000ull

enum sys_how { SYS_HOW_NONE, SYS_HOW_PASS, SYS_HOW_FN, SYS_HOW_PROC };

struct sys_entry {
	const char *name;
	const char *args;	/* kinds of args.def */
	sys_fn *fn;		/* SYS_HOW_FN */
	s16 target;		/* host number or enum sys_proc_op */
	u8 how;
	u8 pointers, fds;	/* bit N: argument N is one */
};

/* Is fd one of the runner's, which do not exist for the guest? */
static inline bool sys_own_fd(struct sysctx *c, u64 fd)
{
	return (s32)fd >= c->state->own_low &&
	       c->ops->own_fd(c, (s32)fd) == (s32)fd;
}

/* Every handler: s64 sys_NAME(struct sysctx *c, const u64 *a). */
#define SYS_PASS(nr, name, host, ptrs, fds, args)
#define SYS_NONE(nr, name, host, ptrs, fds, args)
#define SYS_PROC(nr, name, op, ptrs, fds, args)
#define SYS_FN(nr, name, fn, ptrs, fds, args) \
	s64 sys_##fn(struct sysctx *c, const u64 *a);
#include "syscalls/a64_table_gen.h"
#include "syscalls/x64_table_gen.h"
#undef SYS_PASS
#undef SYS_NONE
#undef SYS_PROC
#undef SYS_FN

/* A host call that does not block; signals are left to the next check. */
s64 host_call(long nr, u64 a0, u64 a1, u64 a2, u64 a3, u64 a4, u64 a5);

#define CALL(nr, ...) call_n(nr, ##__VA_ARGS__, 0, 0, 0, 0, 0, 0)
#define call_n(nr, a0, a1, a2, a3, a4, a5, ...) \
	host_call(nr, (u64)(a0), (u64)(a1), (u64)(a2), (u64)(a3), \
		  (u64)(a4), (u64)(a5))

/* Host call nr with six arguments given as an array. */
static inline s64 host_pass(struct sysctx *c, long nr, const u64 *a)
{
	return host_syscall(c, nr, a[0], a[1], a[2], a[3], a[4], a[5]);
}

#endif
