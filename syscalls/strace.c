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

/* Render one argument at the end of l.  An argument that does not apply
 * (the mode of an open that creates nothing) renders as nothing. */
static void render(struct strace_line *l, const struct arg_kind *k,
		   struct strace_arg *g)
{
	g->names = k->names;
	/* A failed call has written nothing. */
	if (k->class == 'O' && g->ret < 0)
		st_pointer(l, g->a[g->i]);
	else
		k->print(l, g);
}

static void begin_line(struct strace_line *l, const struct sys_entry *e,
		       u64 nr)
{
	l->len = 0;
	st_put(l, "%d ", gettid());
	if (e)
		st_put(l, "%s(", e->name);
	else
		st_put(l, "syscall_%#llx(", (unsigned long long)nr);
}

static const char *kinds_of(const struct sys_entry *e)
{
	return e ? e->args : "x x x x x x";
}

/*
 * The line up to the closing bracket: what was rendered before the call, in
 * pre, and the results.  done: the call is over.
 */
static void assemble(struct strace_line *l, const struct strace_line *pre,
		     struct sysctx *c, const struct sys_entry *e,
		     const u64 *a, bool done, s64 ret)
{
	struct strace_arg g = { .c = c, .a = a, .done = done, .ret = ret };
	const char *at = kinds_of(e), *sep = "";
	const struct arg_kind *k;
	unsigned start = 0;

	begin_line(l, e, c->nr);
	for (; (k = next_kind(&at, &g.ref)); g.i++) {
		unsigned before = l->len, from;

		st_put(l, "%s", sep);
		from = l->len;
		if (k->class != 'O')
			st_put(l, "%.*s", (int)(pre->end[g.i] - start),
			       pre->buf + start);
		else if (done)
			render(l, k, &g);
		start = pre->end[g.i];
		if (l->len == from)
			l->len = before;
		else
			sep = ", ";
	}
	/* Keep room for the result of an overlong line. */
	l->len = MIN(l->len, (unsigned)sizeof(l->buf) - 120);
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
	struct strace_arg g = { .c = c, .a = a };
	const char *at = kinds_of(e);
	const struct arg_kind *k;
	struct strace_line now;

	l->len = 0;
	for (; (k = next_kind(&at, &g.ref)); g.i++) {
		if (k->class != 'O')
			render(l, k, &g);
		l->end[g.i] = l->len;
	}
	/* These do not come back, or not here. */
	if (has_name(e, "exit") || has_name(e, "exit_group")) {
		assemble(&now, l, c, e, a, false, 0);
		st_put(&now, ") = ?");
		flush(&now);
	} else if (has_name(e, "execve") || has_name(e, "execveat")) {
		assemble(&now, l, c, e, a, false, 0);
		st_put(&now, " <unfinished ...>");
		flush(&now);
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
	struct strace_line line;

	assemble(&line, l, c, e, a, true, ret);
	st_put(&line, ") = ");
	print_result(&line, e, ret);
	flush(&line);
}
