/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Finding and classifying programs; see prog.h.
 */
#include "linux-user/prog.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Our own ELF header (from the linker). */
extern const u8 __ehdr_start[] __attribute__((visibility("hidden")));

static const struct guest_isa *isa_of(const u8 *head, size_t n)
{
	u8 class;
	u16 machine = elf_machine(head, n, &class);

	for (const struct guest_isa *const *i = guest_isa_list; *i; i++)
		if (machine && (*i)->elf_machine == machine &&
		    (*i)->elf_class == class)
			return *i;
	return NULL;
}

/* Open for execution: regular, permitted, readable for us. */
static int open_exec(int dirfd, const char *name, int flags)
{
	int nofollow = flags & AT_SYMLINK_NOFOLLOW;
	struct stat st;
	int fd;

	if (faccessat(dirfd, name, X_OK, AT_EACCESS | nofollow))
		return -errno;
	/* No waiting for the other end of a FIFO. */
	fd = openat(dirfd, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY |
		    (nofollow ? O_NOFOLLOW : 0));
	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) || !S_ISREG(st.st_mode)) {
		close(fd);
		return -EACCES;
	}
	return fd;
}

/* The file behind a descriptor, for execveat(fd, "", AT_EMPTY_PATH). */
static int open_exec_fd(int fd)
{
	char link[40];
	int r;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	r = open_exec(AT_FDCWD, link, 0);
	if (r == -ENOENT || r == -ENOTDIR) {
		if (fcntl(fd, F_GETFD) < 0)
			return -EBADF;
		r = fcntl(fd, F_DUPFD_CLOEXEC, 0);
		if (r < 0)
			r = -errno;
	}
	return r;
}

static void prog_init(struct prog *p)
{
	p->fd = p->interp_fd = -1;
	p->name = p->host = p->why = NULL;
	p->nins = 0;
	p->isa = NULL;
	memset(&p->img, 0, sizeof(p->img));
	memset(&p->interp, 0, sizeof(p->interp));
}

/* What the kernel calls a file that was found by descriptor. */
static const char *name_of(struct prog *p, int dirfd, const char *name)
{
	if (dirfd == AT_FDCWD || name[0] == '/')
		return name;
	snprintf(p->fd_name, sizeof(p->fd_name), *name ? "/dev/fd/%d/%s" :
		 "/dev/fd/%d", dirfd, name);
	return p->fd_name;
}

static void prepend(struct prog *p, const char *word)
{
	memmove(p->ins + 1, p->ins, p->nins * sizeof(p->ins[0]));
	p->ins[0] = word;
	p->nins++;
}

/*
 * A guest's child that is a program of the host's own kind runs natively,
 * unless the guest is of that kind itself.  From the command line (no guest
 * yet) whatever we can translate is a guest.
 */
static bool runs_natively(const struct sysctx *c, const struct guest_isa *isa)
{
	u8 class;

	return c && c->cfg->abi && !c->cfg->abi->native &&
	       isa->elf_machine == elf_machine(__ehdr_start, ELF_HEAD, &class);
}

/* Classify p->fd.  1: a script, parsed into s. */
static int look(struct prog *p, const struct sysctx *c, struct script *s)
{
	u8 head[ELF_HEAD];
	ssize_t n = pread(p->fd, head, sizeof(head), 0);
	int err;

	if (n < 0)
		return -errno;
	p->isa = isa_of(head, (size_t)n);
	if (p->isa && runs_natively(c, p->isa))
		p->isa = NULL;
	p->kind = p->isa ? PROG_GUEST : PROG_HOST;
	if (p->isa)
		return 0;
	err = script_parse(s, head, (size_t)n);
	return err == -ENOENT ? 0 : err ? err : 1;
}

static int open_first(struct prog *p, struct sysctx *c, int dirfd,
		      const char *name, int flags)
{
	if (!*name) {
		if (!(flags & AT_EMPTY_PATH))
			return -ENOENT;
		p->host = NULL;
		return dirfd == AT_FDCWD ? -EACCES : open_exec_fd(dirfd);
	}
	p->host = path_to_host(c, dirfd, name, p->host_buf);
	return open_exec(dirfd, p->host, flags);
}

int prog_open(struct prog *p, struct sysctx *c, int dirfd, const char *name,
	      int flags)
{
	bool by_fd = dirfd != AT_FDCWD && name[0] != '/';
	int r;

	prog_init(p);
	r = open_first(p, c, dirfd, name, flags);
	p->name = name_of(p, dirfd, name);
	for (unsigned depth = 0; ; depth++) {
		struct script *s = &p->script[depth % SCRIPT_DEPTH];

		if (r < 0)
			return r;
		p->fd = r;
		if (depth == SCRIPT_DEPTH) {
			struct script more;

			r = look(p, c, &more);
			return r == 1 ? -ELOOP : r;
		}
		r = look(p, c, s);
		if (r <= 0)
			return r;
		/* The interpreter could not open what exec has closed. */
		if (by_fd && !depth && fcntl(dirfd, F_GETFD) & FD_CLOEXEC)
			return -ENOENT;
		if (!p->nins)
			prepend(p, p->name);
		if (s->arg)
			prepend(p, s->arg);
		prepend(p, s->interp);
		close(p->fd);
		p->fd = -1;
		p->name = s->interp;
		p->host = path_to_host(c, AT_FDCWD, p->name, p->host_buf);
		r = open_exec(AT_FDCWD, p->host, 0);
	}
}

int prog_adopt(struct prog *p, int fd, const char *name)
{
	struct script s;
	int r;

	prog_init(p);
	p->fd = fd;
	p->name = name;
	r = look(p, NULL, &s);
	return r == 1 ? -ENOEXEC : r;
}

int prog_read_guest(struct prog *p, struct sysctx *c)
{
	char buf[PATH_MAX];
	int err = elf_read(p->fd, &p->img, &p->why);

	if (err || !p->img.interp)
		return err;
	p->interp_fd = open_exec(AT_FDCWD, path_to_host(c, AT_FDCWD,
						       p->img.interp, buf), 0);
	if (p->interp_fd < 0)
		return p->interp_fd;
	err = elf_read(p->interp_fd, &p->interp, &p->why);
	if (!err && (p->interp.machine != p->img.machine ||
		     p->interp.class != p->img.class)) {
		p->why = "its interpreter is for another CPU";
		err = -ELIBBAD;
	}
	return err == -ENOEXEC ? -ELIBBAD : err;
}

void prog_close(struct prog *p)
{
	if (p->fd >= 0)
		close(p->fd);
	if (p->interp_fd >= 0)
		close(p->interp_fd);
	elf_free(&p->img);
	elf_free(&p->interp);
	p->fd = p->interp_fd = -1;
}
