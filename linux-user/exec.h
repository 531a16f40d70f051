/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Running another program in place of this one. */
#ifndef LINUX_USER_EXEC_H
#define LINUX_USER_EXEC_H

#include "linux-user/options.h"
#include "linux-user/prog.h"

/*
 * prog_read_guest(), and if the interpreter is missing and no -L was given,
 * once more with the default prefix, which then stays.
 */
int exec_read_guest(struct cmdline *cl, struct sysctx *c, struct prog *p);

/*
 * Let the host kernel run p (PROG_HOST) with these arguments; ins[] of p
 * replaces argv[0].  dirfd, name and flags are those p was opened with.
 * Returns -errno.
 */
int exec_host(struct sysctx *c, const struct prog *p, int dirfd, int flags,
	      char *const *argv, char *const *envp);

/* Free what an execve of this task has left behind (after a vfork). */
void exec_release(struct task *t);

#endif
