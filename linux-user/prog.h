/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * From a file name to what must be run: finds the file as the guest sees it,
 * follows "#!" lines and tells programs for a guest CPU from those that the
 * host kernel is to run.  The same for the command line and for execve().
 */
#ifndef LINUX_USER_PROG_H
#define LINUX_USER_PROG_H

#include <limits.h>

#include "linux-user/elf.h"
#include "syscalls/syscall.h"
#include "translate/guest/guest.h"

enum prog_kind {
	PROG_GUEST,		/* ELF for a CPU that we translate */
	PROG_HOST		/* anything else: for the host kernel */
};

/* A "#!" line (kernel fs/binfmt_script.c). */
enum { SCRIPT_DEPTH = 5, SCRIPT_LINE = 256 };
struct script {
	char text[SCRIPT_LINE];
	const char *interp, *arg;	/* in text; arg may be NULL */
};

struct prog {
	enum prog_kind kind;
	int fd;				/* the file to run, CLOEXEC; or -1 */
	const char *name;		/* its guest name */
	const char *host;		/* its host name, or NULL: by fd */
	/*
	 * If scripts were followed, these replace argv[0]: last interpreter,
	 * its argument ... the script's name.
	 */
	const char *ins[2 * SCRIPT_DEPTH + 1];
	unsigned nins;
	/* Filled by prog_read_guest(). */
	const struct guest_isa *isa;
	struct elf_image img, interp;
	int interp_fd;			/* -1 if there is none */
	const char *why;		/* reason of a failure, or NULL */
	/* storage */
	struct script script[SCRIPT_DEPTH];
	char host_buf[PATH_MAX], fd_name[PATH_MAX];
};

/*
 * Find the program `name` relative to dirfd, flags as for execveat (plain
 * execve: AT_FDCWD, 0).  0 or -errno as execve would give.  Call prog_close()
 * in either case.
 */
int prog_open(struct prog *p, struct sysctx *c, int dirfd, const char *name,
	      int flags);
/* The same for a file that is open already and is no script. */
int prog_adopt(struct prog *p, int fd, const char *name);

/* PROG_GUEST: read the headers, open and read the interpreter. */
int prog_read_guest(struct prog *p, struct sysctx *c);

void prog_close(struct prog *p);

/* Parse the first bytes of a file.  0 if it is a script, -ENOENT if not,
 * -ENOEXEC if it is a bad one. */
int script_parse(struct script *s, const u8 *head, size_t n);

#endif
