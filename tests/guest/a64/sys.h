/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * For the sys_*.c programs: each prints one line per call with its result or
 * the name of its error, nothing that changes from run to run.  The same
 * program built for the host and run natively must print the same.
 */
#ifndef GUEST_SYS_H
#define GUEST_SYS_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define BAD ((void *)8)		/* never mapped */

static inline void show(const char *what, long ret)
{
	if (ret == -1)
		printf("%s = %s\n", what, strerrorname_np(errno));
	else
		printf("%s = %ld\n", what, ret);
}

/* Did it work, when the value differs from run to run (fds, ids)? */
static inline void show_ok(const char *what, long ret)
{
	if (ret == -1)
		printf("%s = %s\n", what, strerrorname_np(errno));
	else
		printf("%s ok\n", what);
}

/* T: print the value; OK: only that it is not an error; V: any number. */
#define T(call) show(#call, (long)(call))
#define OK(call) show_ok(#call, (long)(call))
#define V(expr) printf("%s: %lld\n", #expr, (long long)(expr))
#define S(sys, ...) syscall(SYS_##sys, ##__VA_ARGS__)
#ifndef SYS_fchmodat2
#define SYS_fchmodat2 452
#endif

/* A fresh directory that is the working directory, gone at exit. */
static char work_dir[] = "/tmp/guest_sys_XXXXXX";

static inline void leave_dir(void)
{
	char cmd[64];

	if (chdir("/"))
		return;
	snprintf(cmd, sizeof(cmd), "%s", work_dir);
	rmdir(cmd);
}

static inline void enter_dir(void)
{
	if (!mkdtemp(work_dir) || chdir(work_dir))
		exit(99);
	atexit(leave_dir);
}

static inline int make_file(const char *name, const char *text)
{
	int fd = open(name, O_CREAT | O_TRUNC | O_RDWR, 0644);

	if (write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		exit(98);
	return fd;
}

#endif
