// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * strace printers of arguments that are values: numbers, flags, names.
 */
#include "syscalls/strace_priv.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/socket.h>
#include <linux/futex.h>
#include <netinet/in.h>

#include "syscalls/abi_a64.h"

#define ARG (g->a[g->i])

const char *st_name(const struct xlat *list, u64 v)
{
	for (; *list->name; list++)
		if (list->val == v)
			return list->name;
	return NULL;
}

void st_value(struct strace_line *l, const struct xlat *list, u64 v)
{
	const char *name = st_name(list, v);

	if (name)
		st_put(l, "%s", name);
	else
		st_put(l, "%#llx", (unsigned long long)v);
}

void st_flags(struct strace_line *l, const struct xlat *list, u64 v)
{
	const char *sep = "";
	const char *zero = st_name(list, 0);

	if (!v) {
		st_put(l, "%s", zero ? zero : "0");
		return;
	}
	for (; *list->name; list++) {
		if (!list->val || (v & list->val) != list->val)
			continue;
		st_put(l, "%s%s", sep, list->name);
		v &= ~list->val;
		sep = "|";
	}
	if (v)
		st_put(l, "%s%#llx", sep, (unsigned long long)v);
}

void st_pointer(struct strace_line *l, u64 v)
{
	if (v)
		st_put(l, "%#llx", (unsigned long long)v);
	else
		st_put(l, "NULL");
}

void st_mode(struct strace_line *l, u32 mode)
{
	static const struct xlat types[] = {
		{ S_IFREG, "S_IFREG|" }, { S_IFDIR, "S_IFDIR|" },
		{ S_IFLNK, "S_IFLNK|" }, { S_IFCHR, "S_IFCHR|" },
		{ S_IFBLK, "S_IFBLK|" }, { S_IFIFO, "S_IFIFO|" },
		{ S_IFSOCK, "S_IFSOCK|" }, { 0, "" }
	};
	const char *type = st_name(types, mode & S_IFMT);

	st_put(l, "%s%#03o", type ? type : "", type ? mode & ~S_IFMT : mode);
}

/* -- Numbers ------------------------------------------------------------- */

void strace_nothing(struct strace_line *l, const struct strace_arg *g)
{
}

void strace_int(struct strace_line *l, const struct strace_arg *g)
{
	st_put(l, "%d", (int)ARG);
}

void strace_uint(struct strace_line *l, const struct strace_arg *g)
{
	st_put(l, "%u", (u32)ARG);
}

void strace_hex32(struct strace_line *l, const struct strace_arg *g)
{
	if ((u32)ARG)
		st_put(l, "%#x", (u32)ARG);
	else
		st_put(l, "0");
}

void strace_long(struct strace_line *l, const struct strace_arg *g)
{
	st_put(l, "%lld", (long long)ARG);
}

void strace_ulong(struct strace_line *l, const struct strace_arg *g)
{
	st_put(l, "%llu", (unsigned long long)ARG);
}

void strace_addr(struct strace_line *l, const struct strace_arg *g)
{
	st_pointer(l, ARG);
}

void strace_dirfd(struct strace_line *l, const struct strace_arg *g)
{
	if ((int)ARG == AT_FDCWD)
		st_put(l, "AT_FDCWD");
	else
		st_put(l, "%d", (int)ARG);
}

void strace_id(struct strace_line *l, const struct strace_arg *g)
{
	if ((u32)ARG == ~0u)
		st_put(l, "-1");
	else
		st_put(l, "%u", (u32)ARG);
}

void strace_dev(struct strace_line *l, const struct strace_arg *g)
{
	st_put(l, "makedev(%#x, %#x)", major(ARG), minor(ARG));
}

/* -- Names --------------------------------------------------------------- */

void strace_signal(struct strace_line *l, const struct strace_arg *g)
{
	int n = (int)ARG;
	const char *name = st_name(xlat_signal, n);

	if (name)
		st_put(l, "%s", name);
	else if (n >= 32 && n <= 64)
		st_put(l, "SIGRT_%d", n - 32);
	else
		st_put(l, "%d", n);
}

void strace_mode(struct strace_line *l, const struct strace_arg *g)
{
	st_mode(l, (u32)ARG);
}

void strace_flags(struct strace_line *l, const struct strace_arg *g)
{
	st_flags(l, g->names, (u32)ARG);
}

void strace_value(struct strace_line *l, const struct strace_arg *g)
{
	st_value(l, g->names, (u32)ARG);
}

void st_open_flags(struct strace_line *l, const struct sysctx *c, u64 v)
{
	static const char *const acc[] = {
		"O_RDONLY", "O_WRONLY", "O_RDWR", "O_ACCMODE"
	};

	if (!c->cfg->abi->swap_open_flags)	/* the names are for Arm's */
		v = a64_open_flags(v);
	st_put(l, "%s", acc[v & 3]);
	if (v & ~3ull) {
		st_put(l, "|");
		st_flags(l, xlat_open, v & ~3ull);
	}
}

void strace_open_flags(struct strace_line *l, const struct strace_arg *g)
{
	st_open_flags(l, g->c, (u32)ARG);
}

/* The mode of an open that creates; otherwise it means nothing. */
void strace_open_mode(struct strace_line *l, const struct strace_arg *g)
{
	u64 flags = g->a[g->i - 1];

	if (flags & O_CREAT || flags & (O_TMPFILE & ~O_DIRECTORY))
		st_mode(l, (u32)ARG);
}

void strace_mmap_flags(struct strace_line *l, const struct strace_arg *g)
{
	static const struct xlat types[] = {
		{ MAP_SHARED, "MAP_SHARED" }, { MAP_PRIVATE, "MAP_PRIVATE" },
		{ MAP_SHARED_VALIDATE, "MAP_SHARED_VALIDATE" }, { 0, "" }
	};

	st_value(l, types, ARG & MAP_TYPE);
	if (ARG & ~(u64)MAP_TYPE) {
		st_put(l, "|");
		st_flags(l, g->names, ARG & ~(u64)MAP_TYPE);
	}
}

/* The low byte is the signal that tells the parent. */
void strace_clone_flags(struct strace_line *l, const struct strace_arg *g)
{
	const char *sig = st_name(xlat_signal, ARG & CSIGNAL);

	if (ARG & ~(u64)CSIGNAL || !(ARG & CSIGNAL))
		st_flags(l, g->names, ARG & ~(u64)CSIGNAL);
	if (ARG & CSIGNAL)
		st_put(l, "%s%s", ARG & ~(u64)CSIGNAL ? "|" : "",
		       sig ? sig : "?");
}

void strace_socktype(struct strace_line *l, const struct strace_arg *g)
{
	u64 flags = ARG & (SOCK_CLOEXEC | SOCK_NONBLOCK);

	st_value(l, g->names, (u32)(ARG & ~flags));
	if (flags & SOCK_CLOEXEC)
		st_put(l, "|SOCK_CLOEXEC");
	if (flags & SOCK_NONBLOCK)
		st_put(l, "|SOCK_NONBLOCK");
}

/* Option names are known for some levels. */
void strace_sockopt(struct strace_line *l, const struct strace_arg *g)
{
	int level = (int)g->a[g->i - 1];

	if (level == SOL_SOCKET)
		st_value(l, g->names, (u32)ARG);
	else if (level == IPPROTO_TCP)
		st_value(l, xlat_tcp, (u32)ARG);
	else
		st_put(l, "%d", (int)ARG);
}

void strace_futex_op(struct strace_line *l, const struct strace_arg *g)
{
	u32 op = (u32)ARG;

	st_value(l, g->names, op & FUTEX_CMD_MASK);
	if (op & FUTEX_PRIVATE_FLAG)
		st_put(l, "_PRIVATE");
	if (op & FUTEX_CLOCK_REALTIME)
		st_put(l, "|FUTEX_CLOCK_REALTIME");
}

void strace_fcntl_arg(struct strace_line *l, const struct strace_arg *g)
{
	switch ((int)g->a[1]) {
	case F_GETFL:
	case F_GETFD:
	case F_GETOWN:
	case F_GETSIG:
	case F_GETLEASE:
	case F_GETPIPE_SZ:
	case F_GET_SEALS:
		return;
	case F_SETFL:
		st_open_flags(l, g->c, (u32)ARG);
		return;
	case F_SETFD:
		st_put(l, "%s", ARG & FD_CLOEXEC ? "FD_CLOEXEC" : "0");
		return;
	}
	if (ARG < 65536)
		st_put(l, "%d", (int)ARG);
	else
		st_pointer(l, ARG);
}

void strace_ioctl(struct strace_line *l, const struct strace_arg *g)
{
	static const char *const dirs[] = {
		"_IOC_NONE", "_IOC_WRITE", "_IOC_READ", "_IOC_READ|_IOC_WRITE"
	};
	u32 v = (u32)ARG;
	const char *name = st_name(g->names, v);

	if (name)
		st_put(l, "%s", name);
	else
		st_put(l, "_IOC(%s, %#x, %#x, %#x)", dirs[v >> 30],
		       v >> 8 & 0xff, v & 0xff, v >> 16 & 0x3fff);
}

/* Clocks of a process or a descriptor have negative numbers. */
void strace_clockid(struct strace_line *l, const struct strace_arg *g)
{
	const char *name = st_name(g->names, (u32)ARG);

	if (name)
		st_put(l, "%s", name);
	else
		st_put(l, "%d", (int)ARG);
}

void strace_ipc_key(struct strace_line *l, const struct strace_arg *g)
{
	if (ARG)
		st_put(l, "%#x", (u32)ARG);
	else
		st_put(l, "IPC_PRIVATE");
}

void strace_ipc_flags(struct strace_line *l, const struct strace_arg *g)
{
	u32 mode = ARG & 0777, flags = (u32)ARG & ~0777u;

	if (flags)
		st_flags(l, g->names, flags);
	if (mode || !flags)
		st_put(l, "%s%#03o", flags ? "|" : "", mode);
}
