/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * File names of the guest: -L prefixes and the files of /proc that must show
 * the guest instead of the runner.
 */
#ifndef SYSCALLS_PATH_H
#define SYSCALLS_PATH_H

#include <limits.h>

#include "syscalls/sys.h"

enum path_kind {
	PATH_PLAIN,		/* host names it */
	PATH_EXE,		/* /proc/self/exe in any spelling: host is the
				 * guest's program, link its name; also for
				 * other processes that we run */
	PATH_PROC,		/* an emulated file; canon is its name */
	PATH_FDINFO,		/* /proc/PID/fdinfo/N */
	PATH_HIDDEN		/* a descriptor of the runner; host is a name
				 * that does not exist */
};

enum path_want {
	PATH_WANT_EXE = 1,	/* tell PATH_EXE */
	PATH_WANT_PROC = 2,	/* tell PATH_PROC and PATH_FDINFO */
	PATH_WANT_PREFIX = 4	/* apply -L */
};

struct path {
	enum path_kind kind;
	/* For the kernel: name, buf, or the guest's own pointer if it is null
	 * or nothing can be read there. */
	const char *host;
	const char *link;	/* PATH_EXE: what readlink shows */
	char canon[64];
	char name[PATH_MAX];	/* as the guest gave it */
	char buf[PATH_MAX];
};

/* Read and classify a file name argument. */
void path_get(struct sysctx *c, struct path *p, int dirfd, gaddr guest,
	      unsigned want);

/* name below the first -L directory that has it (in buf), else name. */
const char *path_prefixed(struct sysctx *c, const char *name, char *buf);

/* -- path_proc.c --------------------------------------------------------- */

/* Cheap test: could name (relative to dirfd) be one of ours? */
bool path_is_suspicious(struct sysctx *c, int dirfd, const char *name,
			unsigned want);

/* Set kind of p (name is set), and with it canon or host and link. */
void path_classify(struct sysctx *c, struct path *p, int dirfd);

/*
 * Open an emulated file of /proc that path_get() found.  An fd, -errno, or
 * -ENOENT if the kernel's own is right.
 */
int path_open_proc(struct sysctx *c, const struct path *p, int dirfd,
		   u64 flags);

/*
 * With dir a directory /proc/PID/fd or fdinfo: is its entry number n, which
 * is one of the runner's here, the runner's of that process too?
 */
bool path_hides_fd(int dir, long n);

#endif
