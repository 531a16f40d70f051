// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Descriptors: flags that differ, and what may meet the runner's own (own_fd())
 * other than as an argument, which dispatch checks.
 */
#include "syscalls/sys.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/syscall.h>

#include "syscalls/abi_a64.h"
#include "syscalls/path.h"

/* Onto one of the runner's: it makes room. */
s64 sys_dup3(struct sysctx *c, const u64 *a)
{
	s64 ret;

	if (likely(!sys_own_fd(c, a[1])))
		return host_pass(c, SYS_dup3, a);
	ret = c->ops->yield_fd(c, (int)a[1]);
	if (ret)
		return ret;
	ret = host_pass(c, SYS_dup3, a);
	if (ret < 0)
		CALL(SYS_close, a[1]);
	return ret;
}

/* What lies between our own. */
s64 sys_close_range(struct sysctx *c, const u64 *a)
{
	u32 first = a[0], last = a[1];
	s64 ret = 0;
	int own;

	while (first <= last && first <= INT_MAX && !ret) {
		own = c->ops->own_fd(c, (int)first);
		if (own < 0 || (u32)own > last)
			break;
		if ((u32)own > first)
			ret = host_syscall(c, SYS_close_range, first,
					   (u32)own - 1, a[2], 0, 0, 0);
		first = (u32)own + 1;
		if (first > last)
			return ret;
	}
	if (ret)
		return ret;
	return host_syscall(c, SYS_close_range, first, last, a[2], 0, 0, 0);
}

s64 sys_pipe2(struct sysctx *c, const u64 *a)
{
	return host_syscall(c, SYS_pipe2, a[0], sys_open_flags(c, (u32)a[1]), 0,
			    0, 0, 0);
}

s64 sys_fcntl(struct sysctx *c, const u64 *a)
{
	u64 arg = a[2];
	s64 ret;

	switch ((int)a[1]) {
	case F_SETFL:
		arg = sys_open_flags(c, (u32)arg);
		break;
	}
	ret = host_syscall(c, SYS_fcntl, a[0], a[1], arg, 0, 0, 0);
	if ((int)a[1] == F_GETFL && ret >= 0)
		ret = sys_open_flags(c, ret);
	return ret;
}

/* -- Directories --------------------------------------------------------- */

/* A directory entry's fixed part and enough of the name for a number. */
struct entry_head {
	u64 ino, off;
	u16 reclen;
	u8 type;
	char name[13];
};
_Static_assert(offsetof(struct entry_head, name) ==
	       offsetof(struct dirent64, d_name), "linux_dirent64");

static bool read_head(struct sysctx *c, gaddr at, u64 left,
		      struct entry_head *h)
{
	u64 n = MIN(left, sizeof(*h));

	if (left < 24 || guest_read(c, h, at, n) || h->reclen < 24 ||
	    h->reclen > left)
		return false;
	h->name[MIN(n, sizeof(*h)) - offsetof(struct entry_head, name) - 1] = 0;
	return true;
}

/* Where the name is: the oldest of the calls has the type at the end. */
static const char *entry_name(const struct entry_head *h, long nr)
{
	return nr == SYS_getdents64 ? h->name : (const char *)&h->type;
}

/* The number that an entry's name is, or -1. */
static long entry_number(const struct entry_head *h, long nr)
{
	const char *name = entry_name(h, nr);
	char *end;

	if (name[0] < '0' || name[0] > '9')
		return -1;
	long n = strtol(name, &end, 10);

	return *end ? -1 : n;
}

/* The first of the entries that is the number of one of the runner's, or -1. */
static long runner_entry(struct sysctx *c, long nr, gaddr buf, u64 len)
{
	struct entry_head h;

	for (u64 at = 0; read_head(c, buf + at, len - at, &h);
	     at += h.reclen) {
		long n = entry_number(&h, nr);

		if (entry_name(&h, nr)[0] == '.')
			continue;
		if (n < 0)
			return -1;
		if (sys_own_fd(c, n))
			return n;
	}
	return -1;
}

static s64 drop_runner_fds(struct sysctx *c, long nr, gaddr buf, u64 len,
			   int dir)
{
	struct entry_head h;
	u64 at, out = 0;
	u8 copy[512];

	for (at = 0; read_head(c, buf + at, len - at, &h); at += h.reclen) {
		long n = entry_number(&h, nr);

		if ((n >= 0 && sys_own_fd(c, n) && path_hides_fd(dir, n)) ||
		    h.reclen > sizeof(copy))
			continue;
		if (out != at && (guest_read(c, copy, buf + at, h.reclen) ||
				  guest_write(c, buf + out, copy, h.reclen)))
			return -EFAULT;
		out += h.reclen;
	}
	return out;
}

static s64 list(struct sysctx *c, long nr, const u64 *a)
{
	s64 n, kept;
	long own;

	do {
		n = host_pass(c, nr, a);
		own = n > 0 ? runner_entry(c, nr, a[1], n) : -1;
		if (likely(own < 0) || !path_hides_fd((int)a[0], own))
			return n;
		kept = drop_runner_fds(c, nr, a[1], n, (int)a[0]);
	} while (kept == 0);
	return kept;
}

s64 sys_getdents64(struct sysctx *c, const u64 *a)
{
	return list(c, SYS_getdents64, a);
}

s64 sys_getdents(struct sysctx *c, const u64 *a)
{
	return list(c, SYS_getdents, a);
}
