/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Numbers of the operations that the process layer provides: one per ^name
 * of the system call tables.
 */
#ifndef SYSCALLS_PROC_OP_H
#define SYSCALLS_PROC_OP_H

enum sys_proc_op {
#define SYSPROC(name) SYS_PROC_##name,
#include "syscalls/proc_gen.h"
#undef SYSPROC
	SYS_PROC_COUNT
};

#endif
