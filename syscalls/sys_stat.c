// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * struct stat has its own layout on each architecture; statx does not.
 */
#include "syscalls/sys.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "syscalls/abi_a64.h"
#include "syscalls/path.h"

static int put_stat(struct sysctx *c, gaddr to, const struct stat *st)
{
	struct a64_stat g = {
		.st_dev = st->st_dev,
		.st_ino = st->st_ino,
		.st_mode = st->st_mode,
		.st_nlink = st->st_nlink,
		.st_uid = st->st_uid,
		.st_gid = st->st_gid,
		.st_rdev = st->st_rdev,
		.st_size = st->st_size,
		.st_blksize = st->st_blksize,
		.st_blocks = st->st_blocks,
		.st_atime_sec = st->st_atim.tv_sec,
		.st_atime_nsec = st->st_atim.tv_nsec,
		.st_mtime_sec = st->st_mtim.tv_sec,
		.st_mtime_nsec = st->st_mtim.tv_nsec,
		.st_ctime_sec = st->st_ctim.tv_sec,
		.st_ctime_nsec = st->st_ctim.tv_nsec,
	};

	return guest_write(c, to, &g, sizeof(g));
}

s64 sys_fstat(struct sysctx *c, const u64 *a)
{
	struct stat st;
	s64 ret = host_syscall(c, SYS_fstat, a[0], (u64)&st, 0, 0, 0, 0);

	return ret ? ret : put_stat(c, a[1], &st);
}

static unsigned stat_want(u64 atflags)
{
	return (atflags & AT_SYMLINK_NOFOLLOW ? 0 : PATH_WANT_EXE) |
	       PATH_WANT_PREFIX;
}

s64 sys_newfstatat(struct sysctx *c, const u64 *a)
{
	struct path p;
	struct stat st;
	s64 ret;

	path_get(c, &p, a[0], a[1], stat_want(a[3]));
	if (c->cfg->abi->native)
		return host_syscall(c, SYS_newfstatat, a[0], (u64)p.host, a[2],
				    a[3], 0, 0);
	ret = host_syscall(c, SYS_newfstatat, a[0], (u64)p.host, (u64)&st,
			   a[3], 0, 0);
	return ret ? ret : put_stat(c, a[2], &st);
}

s64 sys_statx(struct sysctx *c, const u64 *a)
{
	struct path p;

	path_get(c, &p, a[0], a[1], stat_want(a[2]));
	return host_syscall(c, SYS_statx, a[0], (u64)p.host, a[2], a[3], a[4],
			    0);
}
