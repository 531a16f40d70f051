/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The process layer as syscalls/ sees it. */
#ifndef LINUX_USER_PROCOPS_H
#define LINUX_USER_PROCOPS_H

#include "syscalls/syscall.h"

extern const struct sys_ops user_sys_ops;

#endif
