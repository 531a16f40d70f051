/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * execve() and execveat() of the guest.
 *
 * A program for the guest's CPU is run by executing ourselves, found by a
 * descriptor that was opened at start, with the options of this process, the
 * opened file and the guest's arguments on the command line (options.def,
 * --exec-child).  No registration in binfmt_misc is needed.  "#!" lines are
 * followed here, so that -L counts for interpreters.  All else is the host
 * kernel's: its own programs, and the error for what is none.
 *
 * Everything that makes the kernel refuse a program is checked before the
 * host's execve, which is the point of no return.
 */
#include "linux-user/exec.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "linux-user/ownfd.h"
#include "linux-user/proc_ops.h"
#include "linux-user/signal.h"
#include "linux-user/task.h"

enum {
	POINTERS_MAX = 1 << 21,		/* beyond what the host can take */
	FIRST_WORDS = 64,
	EXTRA = OPTIONS_CHILD_MAX + 2 * SCRIPT_DEPTH + 16
};

int exec_read_guest(struct cmdline *cl, struct sysctx *c, struct prog *p)
{
	int err = prog_read_guest(p, c);

	if (err != -ENOENT || !p->img.interp || cl->opt.prefix[0] ||
	    access(cl->default_prefix, X_OK))
		return err;
	options_add_prefix(cl, cl->default_prefix);
	elf_free(&p->img);
	return prog_read_guest(p, c);
}

/*
 * The point of no return.  A signal for which the guest has a handler must
 * not get lost there: SYS_RESTART if one has come before.
 */
static int host_exec(struct sysctx *c, int dirfd, const char *name,
		     const void *argv, const void *envp, int flags)
{
	if (c)
		return (int)HOST(c, SYS_execveat, dirfd, name, argv, envp,
				 flags);
	syscall(SYS_execveat, dirfd, name, argv, envp, flags);
	return -errno;
}

int exec_host(struct sysctx *c, const struct prog *p, int dirfd, int flags,
	      char *const *argv, char *const *envp)
{
	const char **v;
	size_t n = 0, k = 0;
	int err;

	if (!p->nins)
		return host_exec(c, dirfd, p->host ? p->host : "", argv, envp,
				 flags);
	while (argv[n])
		n++;
	v = malloc((n + p->nins + 1) * sizeof(*v));
	if (!v)
		return -ENOMEM;
	for (; k < p->nins; k++)
		v[k] = p->ins[k];
	for (size_t i = 1; i < n; i++)
		v[k++] = argv[i];
	v[k] = NULL;
	err = host_exec(c, AT_FDCWD, p->host, v, envp, 0);
	free(v);
	return err;
}

/* -- The guest's vectors --------------------------------------------------- */

struct words {
	char **w;			/* EXTRA free places, then the words */
	size_t n, room;
};

/* A string's pointer as the guest gave it; the host kernel reads the string
 * and answers EFAULT if it cannot. */
static int add_word(struct sysctx *c, struct words *v, u64 ptr)
{
	char **w;

	if (c->tagged_addr)
		ptr &= (1ull << 56) - 1;
	if (ptr >= SPACE_TOP)
		return -EFAULT;
	if (v->n == v->room) {
		size_t room = MAX(2 * v->room, (size_t)FIRST_WORDS);

		if (v->n >= POINTERS_MAX)
			return -E2BIG;
		w = realloc(v->w, (EXTRA + room) * sizeof(*w));
		if (!w)
			return -ENOMEM;
		v->w = w;
		v->room = room;
	}
	v->w[EXTRA + v->n++] = (char *)ptr;
	return 0;
}

/* Read an argv or envp array; a null array counts as empty. */
static int read_words(struct sysctx *c, gaddr from, struct words *v)
{
	u64 ptr;
	int err;

	do {
		ptr = 0;
		err = from ? guest_read(c, &ptr, from, sizeof(ptr)) : 0;
		from += sizeof(ptr);
		if (!err)
			err = add_word(c, v, ptr);
	} while (!err && ptr);
	return err;
}

/* -- Executing ourselves --------------------------------------------------- */

/*
 * All that an execve needs, small things first: much of it stays untouched,
 * and after a fork each page costs a fault.  It hangs off the task: after a vfork it is the
 * parent's memory, and nobody else could free it once exec has succeeded.
 */
struct exec {
	struct cmdline *cl;
	int dirfd, flags;
	struct words argv, envp;
	char name[PATH_MAX];
	struct prog p;
};

void exec_release(struct task *t)
{
	struct exec *x = t->exec;

	if (!x)
		return;
	free(x->argv.w);
	free(x->envp.w);
	free(x);
	t->exec = NULL;
}

/* The program's descriptor must survive the host's execve and be out of the
 * guest's way until then. */
static int open_for_child(struct exec *x)
{
	int fd = fcntl(x->p.fd, F_DUPFD_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	fd = ownfd_raise(fd);
	fcntl(fd, F_SETFD, 0);
	return fd;
}

/* Our options and what replaces argv[0], in front of the other arguments. */
static char **child_argv(struct exec *x, const char *self, const char *fd,
			 const char *seccomp)
{
	const struct prog *p = &x->p;
	char **args = x->argv.w + EXTRA, **out;
	const char *head[EXTRA];
	size_t argc = x->argv.n - 1, n = 0;

	head[n++] = x->cl->self;
	head[n++] = "--exec-child";
	n += (size_t)options_for_child(x->cl, head + n, OPTIONS_CHILD_MAX);
	head[n++] = "-exec-name";
	head[n++] = p->nins ? p->ins[p->nins - 1] : p->name;
	head[n++] = "-exec-fd";
	head[n++] = fd;
	head[n++] = "-exec-self";
	head[n++] = self;
	if (seccomp[0] != '-') {
		head[n++] = "-exec-seccomp";
		head[n++] = seccomp;
	}
	head[n++] = "-0";
	head[n++] = p->nins ? p->ins[0] : argc ? args[0] : "";
	head[n++] = "--";
	head[n++] = p->name;
	for (unsigned i = 1; i < p->nins; i++)
		head[n++] = p->ins[i];
	out = args + (argc ? 1 : 0) - n;
	memcpy(out, head, n * sizeof(*out));
	return out;
}

static int exec_guest(struct exec *x, struct task *t)
{
	char fd_text[16], self_text[16], filter_text[16], **argv;
	int self = t->proc->self_fd, filters, fd, err;

	/* Perhaps binfmt_misc helps. */
	if (self < 0)
		return exec_host(&t->sys, &x->p, x->dirfd, x->flags,
				 x->argv.w + EXTRA, x->envp.w + EXTRA);
	fd = open_for_child(x);
	if (fd < 0)
		return fd;
	filters = seccomp_export(&t->sys);
	snprintf(fd_text, sizeof(fd_text), "%d", fd);
	snprintf(self_text, sizeof(self_text), "%d", self);
	snprintf(filter_text, sizeof(filter_text), "%d", filters);
	argv = child_argv(x, self_text, fd_text, filter_text);
	fcntl(self, F_SETFD, 0);
	err = host_exec(&t->sys, self, "", argv, x->envp.w + EXTRA,
			AT_EMPTY_PATH);
	fcntl(self, F_SETFD, FD_CLOEXEC);
	close(fd);
	if (filters >= 0)
		close(filters);
	return err;
}

/* Everything up to the point of no return, and beyond. */
static int run(struct task *t, struct exec *x)
{
	int err = prog_open(&x->p, &t->sys, x->dirfd, x->name, x->flags);

	if (!err && x->p.kind == PROG_GUEST) {
		err = exec_read_guest(x->cl, &t->sys, &x->p);
		if (x->p.interp_fd >= 0)
			close(x->p.interp_fd);
		x->p.interp_fd = -1;
		elf_free(&x->p.img);
		elf_free(&x->p.interp);
	}
	if (!err) {
		signal_exec_prepare(t);
		if (x->p.kind == PROG_GUEST)
			err = exec_guest(x, t);
		else
			err = exec_host(&t->sys, &x->p, x->dirfd, x->flags,
					x->argv.w + EXTRA, x->envp.w + EXTRA);
		signal_exec_failed(t);
	}
	prog_close(&x->p);
	return err;
}

static s64 do_exec(struct sysctx *c, int dirfd, gaddr name, gaddr argv,
		   gaddr envp, int flags)
{
	struct task *t = c->task;
	struct exec *x;
	s64 r;

	if (flags & ~(AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW))
		return -EINVAL;
	exec_release(t);
	x = t->exec = malloc(sizeof(*x));
	if (!x)
		return -ENOMEM;
	memset(&x->argv, 0, sizeof(x->argv));
	memset(&x->envp, 0, sizeof(x->envp));
	x->cl = container_of(t->proc->opt, struct cmdline, opt);
	x->dirfd = dirfd;
	x->flags = flags;
	r = guest_read_str(c, x->name, sizeof(x->name), name);
	if (r >= 0)
		r = read_words(c, argv, &x->argv);
	if (r >= 0)
		r = read_words(c, envp, &x->envp);
	if (r >= 0)
		r = run(t, x);
	exec_release(t);
	return r;
}

s64 proc_execve(struct sysctx *c, const u64 *a)
{
	return do_exec(c, AT_FDCWD, a[0], a[1], a[2], 0);
}

s64 proc_execveat(struct sysctx *c, const u64 *a)
{
	return do_exec(c, (int)a[0], a[1], a[2], a[3], (int)a[4]);
}
