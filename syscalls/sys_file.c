// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Calls that take a file name and may have to look elsewhere than the guest
 * said (path.h), and those with open flags.
 */
#include "syscalls/sys.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/syscall.h>

#include "syscalls/abi_a64.h"
#include "syscalls/path.h"

/* Open what path_get() found; flags are the host's. */
static s64 open_path(struct sysctx *c, const struct path *p, int dirfd,
		     u64 flags, u64 mode)
{
	if (p->kind == PATH_PROC || p->kind == PATH_FDINFO) {
		if (!(flags & (O_PATH | O_DIRECTORY | O_CREAT))) {
			int fd = path_open_proc(c, p, dirfd, flags);

			if (fd != -ENOENT)
				return fd;
		}
	} else if (p->kind == PATH_EXE) {
		if (flags & O_NOFOLLOW)
			return host_syscall(c, SYS_openat, dirfd,
					    (u64)p->name, flags, mode, 0, 0);
		if ((flags & O_ACCMODE) != O_RDONLY && !(flags & O_PATH))
			return -ETXTBSY;
	}
	return host_syscall(c, SYS_openat, dirfd, (u64)p->host, flags, mode,
			    0, 0);
}

/* A virtual machine of the host's kind is nothing a guest could use. */
static bool is_kvm(const struct path *p)
{
	return p->host == p->name && !strcmp(p->name, "/dev/kvm");
}

s64 sys_openat(struct sysctx *c, const u64 *a)
{
	struct path p;

	path_get(c, &p, a[0], a[1],
		 PATH_WANT_EXE | PATH_WANT_PROC | PATH_WANT_PREFIX);
	if (unlikely(is_kvm(&p)))
		return -ENODEV;
	return open_path(c, &p, a[0], sys_open_flags(c, (u32)a[2]), a[3]);
}

/*
 * openat2: with RESOLVE_* restrictions, or members that a newer kernel knows,
 * the name stays as it is.
 */
s64 sys_openat2(struct sysctx *c, const u64 *a)
{
	union {
		struct open_how how;
		u8 bytes[4096];
	} in;
	struct path p;
	int err;

	if (a[3] < sizeof(in.how) || a[3] > sizeof(in))
		return host_pass(c, SYS_openat2, a);
	err = guest_read(c, &in, a[2], a[3]);
	if (err)
		return err;
	in.how.flags = sys_open_flags(c, in.how.flags);
	path_get(c, &p, a[0], a[1],
		 in.how.resolve ? 0 : PATH_WANT_EXE | PATH_WANT_PROC |
		 PATH_WANT_PREFIX);
	if (p.kind != PATH_PLAIN && a[3] == sizeof(in.how) &&
	    !(in.how.flags >> 32))
		return open_path(c, &p, a[0], in.how.flags, in.how.mode);
	return host_syscall(c, SYS_openat2, a[0], (u64)p.host, (u64)&in, a[3],
			    0, 0);
}

s64 sys_open_by_handle_at(struct sysctx *c, const u64 *a)
{
	return host_syscall(c, SYS_open_by_handle_at, a[0], a[1],
			    sys_open_flags(c, (u32)a[2]), 0, 0, 0);
}

static s64 with_path(struct sysctx *c, long nr, int dirfd, const u64 *a,
		     unsigned pos, unsigned want)
{
	struct path p;
	u64 b[6] = { a[0], a[1], a[2], a[3], a[4], a[5] };

	path_get(c, &p, dirfd, a[pos], want);
	b[pos] = (u64)p.host;
	return host_pass(c, nr, b);
}

s64 sys_faccessat(struct sysctx *c, const u64 *a)
{
	return with_path(c, SYS_faccessat, a[0], a, 1,
			 PATH_WANT_EXE | PATH_WANT_PREFIX);
}

s64 sys_faccessat2(struct sysctx *c, const u64 *a)
{
	unsigned exe = a[3] & AT_SYMLINK_NOFOLLOW ? 0 : PATH_WANT_EXE;

	return with_path(c, SYS_faccessat2, a[0], a, 1,
			 exe | PATH_WANT_PREFIX);
}

s64 sys_statfs(struct sysctx *c, const u64 *a)
{
	return with_path(c, SYS_statfs, AT_FDCWD, a, 0, PATH_WANT_PREFIX);
}

s64 sys_inotify_add_watch(struct sysctx *c, const u64 *a)
{
	return with_path(c, SYS_inotify_add_watch, AT_FDCWD, a, 1,
			 PATH_WANT_EXE | PATH_WANT_PREFIX);
}

s64 sys_getxattr(struct sysctx *c, const u64 *a)
{
	return with_path(c, SYS_getxattr, AT_FDCWD, a, 0,
			 PATH_WANT_EXE | PATH_WANT_PREFIX);
}

s64 sys_lgetxattr(struct sysctx *c, const u64 *a)
{
	return with_path(c, SYS_lgetxattr, AT_FDCWD, a, 0, PATH_WANT_PREFIX);
}

s64 sys_listxattr(struct sysctx *c, const u64 *a)
{
	return with_path(c, SYS_listxattr, AT_FDCWD, a, 0,
			 PATH_WANT_EXE | PATH_WANT_PREFIX);
}

s64 sys_llistxattr(struct sysctx *c, const u64 *a)
{
	return with_path(c, SYS_llistxattr, AT_FDCWD, a, 0, PATH_WANT_PREFIX);
}

s64 sys_readlinkat(struct sysctx *c, const u64 *a)
{
	struct path p;
	s64 len = (int)a[3];
	int err;

	path_get(c, &p, a[0], a[1], PATH_WANT_EXE | PATH_WANT_PREFIX);
	if (p.kind != PATH_EXE)
		return host_syscall(c, SYS_readlinkat, a[0], (u64)p.host, a[2],
				    a[3], 0, 0);
	if (len <= 0)
		return -EINVAL;
	len = MIN(len, (s64)strlen(p.link));
	err = guest_write(c, a[2], p.link, len);
	return err ? err : len;
}
