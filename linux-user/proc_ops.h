/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The process operations that syscalls/ reaches through struct sys_ops: every
 * ^name row of the system call table is a proc_name() of this folder.
 */
#ifndef LINUX_USER_PROC_OPS_H
#define LINUX_USER_PROC_OPS_H

#include "syscalls/syscall.h"

#define SYSPROC(name) s64 proc_##name(struct sysctx *c, const u64 *a);
#include "syscalls/proc_gen.h"
#undef SYSPROC

#endif
