/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One line per system call, as strace prints it, from the argument kinds of
 * the table.  Arguments that are read are rendered before the call (it may
 * change what they point to), results after it; the line is written as one
 * piece when the call is over.
 */
#ifndef SYSCALLS_STRACE_H
#define SYSCALLS_STRACE_H

#include "syscalls/sys.h"

struct strace_line {
	unsigned len;		/* text in buf; stays below its size */
	unsigned end[6];	/* where the rendering of argument N ends */
	char buf[1000];		/* with the newline, what log_printf() takes */
};

/* e may be NULL: unknown call. */
void strace_enter(struct strace_line *l, struct sysctx *c,
		  const struct sys_entry *e, u64 nr, const u64 *a);
void strace_leave(struct strace_line *l, struct sysctx *c,
		  const struct sys_entry *e, const u64 *a, s64 ret);

#endif
