/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Files of /proc and /sys that must show the guest's machine and process. */
#ifndef LINUX_USER_PROCFS_H
#define LINUX_USER_PROCFS_H

#include <stdio.h>

#include "linux-user/task.h"

/* struct sys_ops.open_proc */
int procfs_open(struct sysctx *c, const char *name, int flags);

/*
 * Tell the host kernel where the guest's arguments, environment, auxiliary
 * vector, code and stack are, and its name, so that the host's /proc shows
 * the guest to everybody.
 */
void procfs_publish(struct process *p, const char *comm);

/* -- procfs_status.c: contents of files of the process's own --------------- */

int procfs_print_status(struct sysctx *c, FILE *f);
int procfs_print_stat(struct sysctx *c, FILE *f);
int procfs_print_statm(struct sysctx *c, FILE *f);
/* Bytes of the process's size that are not the guest's. */
u64 procfs_excess(struct process *p);

#endif
