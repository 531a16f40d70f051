// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Walks the args column of a call and assembles the line; how each kind
 * looks is in strace_value.c and strace_struct.c.
 */
#include "syscalls/strace.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/log.h"
#include "syscalls/strace_priv.h"

struct arg_kind {
	const char *name;
	char class;
	strace_fn *print;
	const struct xlat *names;
};

static const struct arg_kind kinds[] = {
#define _(kind, class, printer, names) \
	{ #kind, #class[0], strace_##printer, xlat_##names },
#include "syscalls/args.def"
#undef _
};

void st_put(struct strace_line *l, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(l->buf + l->len, sizeof(l->buf) - l->len, fmt, ap);
	va_end(ap);
	if (n > 0)
		l->len = MIN(l->len + (unsigned)n,
			     (unsigned)sizeof(l->buf) - 1);
}

/* Take one word "kind[:N]" off the args column; NULL at its end. */
static const struct arg_kind *next_kind(const char **at, unsigned *ref)
{
	size_t n = strcspn(*at, " :");
	const struct arg_kind *k;

	if (!n)
		return NULL;
	for (k = kinds; k < kinds + ARRAY_LEN(kinds) - 1; k++)
		if (!strncmp(k->name, *at, n) && !k->name[n])
			break;
	*at += n;
	*ref = 6;
	if (**at == ':') {
		*ref = (*at)[1] - '0';
		*at += 2;
	}
	*at += strspn(*at, " ");
	return k;
}

/* Print arguments; before the call stop at the first result. */
static void print_args(struct strace_line *l, struct sysctx *c, const u64 *a,
		       bool done, s64 ret)
{
	struct strace_arg g = { .c = c, .a = a, .done = done, .ret = ret };
	const struct arg_kind *k;
	const char *at = l->kinds;

	while ((k = next_kind(&at, &g.ref))) {
		if (k->class == 'O' && !done)
			return;
		if (k->name[0] != '.') {
			if (l->next)
				st_put(l, ", ");
			g.i = l->next;
			g.names = k->names;
			/* A failed call has written nothing. */
			if (k->class == 'O' && ret < 0)
				st_pointer(l, a[g.i]);
			else
				k->print(l, &g);
		}
		l->kinds = at;
		l->next++;
	}
}

static bool has_name(const struct sys_entry *e, const char *name)
{
	return e && !strcmp(e->name, name);
}

static void flush(struct strace_line *l)
{
	l->buf[l->len] = 0;
	log_printf("%s\n", l->buf);
}

void strace_enter(struct strace_line *l, struct sysctx *c,
		  const struct sys_entry *e, u64 nr, const u64 *a)
{
	l->len = 0;
	l->next = 0;
	l->kinds = e ? e->args : "x x x x x x";
	st_put(l, "%d ", (int)CALL(SYS_gettid));
	if (e)
		st_put(l, "%s(", e->name);
	else
		st_put(l, "syscall_%#llx(", (unsigned long long)nr);
	print_args(l, c, a, false, 0);
	/* These do not come back, or not here. */
	if (has_name(e, "exit") || has_name(e, "exit_group")) {
		st_put(l, ") = ?");
		flush(l);
	} else if (has_name(e, "execve") || has_name(e, "execveat")) {
		unsigned len = l->len;

		st_put(l, " <unfinished ...>");
		flush(l);
		l->len = len;
	}
}

static void print_result(struct strace_line *l, const struct sys_entry *e,
			 s64 ret)
{
	static const char *const addresses[] = {
		"mmap", "brk", "mremap", "shmat"
	};

	if (ret == SYS_RESTART) {
		st_put(l, "? ERESTARTSYS (to be restarted)");
	} else if (ret == SYS_NORETURN) {
		st_put(l, "?");
	} else if (ret < 0 && ret >= -4095) {
		const char *name = strerrorname_np(-ret);

		st_put(l, "-1 %s (%s)", name ? name : "E?", strerror(-ret));
	} else {
		for (unsigned i = 0; e && i < ARRAY_LEN(addresses); i++) {
			if (has_name(e, addresses[i])) {
				st_put(l, "%#llx", (unsigned long long)ret);
				return;
			}
		}
		st_put(l, "%lld", (long long)ret);
	}
}

void strace_leave(struct strace_line *l, struct sysctx *c,
		  const struct sys_entry *e, const u64 *a, s64 ret)
{
	print_args(l, c, a, true, ret);
	/* Keep room for the result of an overlong line. */
	l->len = MIN(l->len, (unsigned)sizeof(l->buf) - 120);
	st_put(l, ") = ");
	print_result(l, e, ret);
	flush(l);
}
