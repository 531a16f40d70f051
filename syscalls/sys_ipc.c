// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * System V semaphores (their status structure differs) and the open flags of
 * POSIX message queues.  All other IPC passes unchanged.
 */
#include "syscalls/sys.h"

#include <sys/ipc.h>
#include <sys/sem.h>
#include <sys/syscall.h>

#include "syscalls/abi_a64.h"

#ifndef SEM_STAT_ANY
#define SEM_STAT_ANY 20
#endif

/* The x86_64 kernel's struct semid64_ds. */
struct host_semid_ds {
	struct a64_ipc_perm sem_perm;
	s64 sem_otime;
	u64 unused1;
	s64 sem_ctime;
	u64 unused2;
	u64 sem_nsems;
	u64 unused3[2];
};
_Static_assert(sizeof(struct host_semid_ds) == 104, "semid64_ds");

static s64 semctl_set(struct sysctx *c, const u64 *a)
{
	struct host_semid_ds h = { 0 };
	struct a64_semid_ds g;

	if (guest_read(c, &g, a[3], sizeof(g)))
		return -EFAULT;
	h.sem_perm = g.sem_perm;
	return host_syscall(c, SYS_semctl, a[0], a[1], a[2], (u64)&h, 0, 0);
}

static s64 semctl_stat(struct sysctx *c, const u64 *a)
{
	struct host_semid_ds h;
	struct a64_semid_ds g = { 0 };
	s64 ret = host_syscall(c, SYS_semctl, a[0], a[1], a[2], (u64)&h, 0, 0);

	if (ret < 0)
		return ret;
	g.sem_perm = h.sem_perm;
	g.sem_otime = h.sem_otime;
	g.sem_ctime = h.sem_ctime;
	g.sem_nsems = h.sem_nsems;
	return guest_write(c, a[3], &g, sizeof(g)) ? -EFAULT : ret;
}

s64 sys_semctl(struct sysctx *c, const u64 *a)
{
	switch ((int)a[2]) {
	case IPC_SET:
		return semctl_set(c, a);
	case IPC_STAT:
	case SEM_STAT:
	case SEM_STAT_ANY:
		return semctl_stat(c, a);
	}
	return host_pass(c, SYS_semctl, a);
}

s64 sys_mq_open(struct sysctx *c, const u64 *a)
{
	return host_syscall(c, SYS_mq_open, a[0], sys_open_flags(c, (u32)a[1]),
			    a[2], a[3], 0, 0);
}
