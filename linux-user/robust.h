/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The robust futex list of a thread that ends while its host thread still
 * has to clean up: walked here, in the kernel's place.
 */
#ifndef LINUX_USER_ROBUST_H
#define LINUX_USER_ROBUST_H

#include "linux-user/task.h"

enum { ROBUST_HEAD_SIZE = 24 };

/* Mark the futexes that thread tid holds as owner-dead and wake waiters. */
void robust_exit(struct sysctx *c, gaddr head, pid_t tid);

#endif
