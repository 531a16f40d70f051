// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Calls of no family: fanotify's open flags, and what an arm64 kernel without
 * the feature answers.
 */
#include "syscalls/sys.h"

#include <sys/syscall.h>

#include "syscalls/abi_a64.h"
#include "syscalls/proc_op.h"

s64 sys_fanotify_init(struct sysctx *c, const u64 *a)
{
	return host_syscall(c, SYS_fanotify_init, a[0],
			    sys_open_flags(c, (u32)a[1]), 0, 0, 0, 0);
}

/* Without permission overlays there are no keys to give. */
s64 sys_pkey_alloc(struct sysctx *c, const u64 *a)
{
	return a[0] || a[1] & ~3ull ? -EINVAL : -ENOSPC;
}

s64 sys_pkey_free(struct sysctx *c, const u64 *a)
{
	return -EINVAL;
}

/* Key -1 stands for none: plain mprotect. */
s64 sys_pkey_mprotect(struct sysctx *c, const u64 *a)
{
	if ((int)a[3] != -1)
		return -EINVAL;
	return c->ops->proc[SYS_PROC_mprotect](c, a);
}
