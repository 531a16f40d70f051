/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Between strace.c, which walks the arguments, and the printers of the kinds
 * in args.def (strace_value.c for values, strace_struct.c for what pointers
 * point to) with their lists of names (strace_xlat.c).
 */
#ifndef SYSCALLS_STRACE_PRIV_H
#define SYSCALLS_STRACE_PRIV_H

#include "syscalls/strace.h"

/* A named value; lists end with name NULL. */
/* A list ends with an empty name.  (Names are arrays, not pointers: those
 * would be relocated at each start, whether anybody looks at them or not.) */
struct xlat {
	u64 val;
	char name[32];
};

/* One argument to be printed. */
struct strace_arg {
	struct sysctx *c;
	const u64 *a;			/* all six */
	unsigned i;			/* which one */
	unsigned ref;			/* argument with the length, or 6 */
	bool done;			/* the call is over; ret is valid */
	s64 ret;
	const struct xlat *names;
};

typedef void strace_fn(struct strace_line *l, const struct strace_arg *g);

#define _(kind, class, printer, names) strace_fn strace_##printer;
#include "syscalls/args.def"
#undef _
#define _(kind, class, printer, names) extern const struct xlat xlat_##names[];
#include "syscalls/args.def"
#undef _

/* More lists, used by printers. */
extern const struct xlat xlat_signal[], xlat_open[], xlat_siginfo_code[],
	xlat_tcp[];

void st_put(struct strace_line *l, const char *fmt, ...) PRINTF_FMT(2, 3);

/* Name of v in list or NULL. */
const char *st_name(const struct xlat *list, u64 v);
/* NAME|NAME|0xrest, or 0. */
void st_flags(struct strace_line *l, const struct xlat *list, u64 v);
/* NAME, or the number. */
void st_value(struct strace_line *l, const struct xlat *list, u64 v);
/* "text" with escapes; more: there was more than n. */
void st_quoted(struct strace_line *l, const u8 *s, u64 n, bool more);
/* Guest buffer of n bytes as "text", shortened. */
void st_buffer(struct strace_line *l, struct sysctx *c, gaddr addr, u64 n);
void st_pointer(struct strace_line *l, u64 v);
/* The guest's open flags. */
void st_open_flags(struct strace_line *l, const struct sysctx *c, u64 v);
void st_mode(struct strace_line *l, u32 mode);
void st_sockaddr(struct strace_line *l, struct sysctx *c, gaddr addr, u64 len);

#endif
