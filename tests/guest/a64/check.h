/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the guest programs share: each prints one TAP line per check, and the
 * plan at the end.  They run natively too, where they are portable.
 */
#ifndef GUEST_CHECK_H
#define GUEST_CHECK_H

#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static int check_n, check_bad;

__attribute__((unused, format(printf, 2, 3)))
static void check(int ok, const char *fmt, ...)
{
	char what[200];
	__builtin_va_list ap;

	__builtin_va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	__builtin_va_end(ap);
	check_n++;
	if (!ok)
		check_bad++;
	printf("%sok %d - %s\n", ok ? "" : "not ", check_n, what);
	fflush(stdout);
}

/* a and b are integers that must be equal. */
#define check_eq(a, b, what) do { \
	long long check_a = (long long)(a), check_b = (long long)(b); \
	check(check_a == check_b, "%s", what); \
	if (check_a != check_b) \
		printf("# got %lld, want %lld\n", check_a, check_b); \
} while (0)

__attribute__((unused))
static int check_done(void)
{
	printf("1..%d\n", check_n);
	return check_bad != 0;
}

/* Fork, run fn(arg) in the child, return the wait status. */
__attribute__((unused))
static int in_child(int (*fn)(void *), void *arg)
{
	int status = -1;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid)
		_exit(fn(arg));
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return status;
}

#endif
