/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * seccomp, for the guest's system calls: the host's own filters would see the
 * runner's calls and the host's numbers.
 */
#ifndef SYSCALLS_SECCOMP_H
#define SYSCALLS_SECCOMP_H

#include "syscalls/sys.h"

struct seccomp_filter;

/*
 * Ask the filters of this thread about a call.  true: make it.  Otherwise
 * *ret is the result; the thread may also die in here.
 */
bool seccomp_allows(struct sysctx *c, u64 nr, const u64 *a, s64 *ret);

/* prctl(PR_GET_SECCOMP) and prctl(PR_SET_SECCOMP, mode, prog). */
s64 seccomp_mode(const struct sysctx *c);
s64 seccomp_set_mode(struct sysctx *c, u64 mode, gaddr prog);

#endif
