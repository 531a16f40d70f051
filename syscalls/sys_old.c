// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Calls that x86 has had from the beginning and newer architectures have not:
 * each is a case of one that they have.
 */
#include "syscalls/sys.h"

#include <fcntl.h>
#include <sys/syscall.h>

s64 sys_open(struct sysctx *c, const u64 *a)
{
	const u64 b[6] = { AT_FDCWD, a[0], a[1], a[2] };

	return sys_openat(c, b);
}

s64 sys_creat(struct sysctx *c, const u64 *a)
{
	const u64 b[6] = { AT_FDCWD, a[0], O_CREAT | O_WRONLY | O_TRUNC, a[1] };

	return sys_openat(c, b);
}

s64 sys_stat(struct sysctx *c, const u64 *a)
{
	const u64 b[6] = { AT_FDCWD, a[0], a[1], 0 };

	return sys_newfstatat(c, b);
}

s64 sys_lstat(struct sysctx *c, const u64 *a)
{
	const u64 b[6] = { AT_FDCWD, a[0], a[1], AT_SYMLINK_NOFOLLOW };

	return sys_newfstatat(c, b);
}

s64 sys_access(struct sysctx *c, const u64 *a)
{
	const u64 b[6] = { AT_FDCWD, a[0], a[1] };

	return sys_faccessat(c, b);
}

s64 sys_readlink(struct sysctx *c, const u64 *a)
{
	const u64 b[6] = { AT_FDCWD, a[0], a[1], a[2] };

	return sys_readlinkat(c, b);
}

/* Onto itself, it only says whether it is open. */
s64 sys_dup2(struct sysctx *c, const u64 *a)
{
	const u64 b[6] = { a[0], a[1], 0 };

	return likely(!sys_own_fd(c, a[1])) ? host_pass(c, SYS_dup2, a) :
					      sys_dup3(c, b);
}
