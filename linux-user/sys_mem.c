/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The guest's memory system calls: argument layout of arm64 on one side,
 * space.h on the other.
 */
#include <sys/mman.h>

#include <errno.h>
#include <sys/mman.h>

#include "linux-user/proc_ops.h"
#include "linux-user/space.h"
#include "linux-user/task.h"

static struct space *space_of(struct sysctx *c)
{
	return ((struct task *)c->task)->proc->space;
}

/* What is readable is executable for a process of that personality. */
static int prot_of(struct sysctx *c, u64 prot)
{
	if (unlikely(c->state->read_implies_exec) && prot & PROT_READ)
		prot |= PROT_EXEC;
	return (int)prot;
}

#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif

/* MAP_32BIT of x86_64: in the second GiB (arch/x86/kernel/sys_x86_64.c). */
enum { MAP_LOW = 0x40 };
#define LOW_START 0x40000000ull
#define LOW_END 0x80000000ull

static s64 mmap_low(struct space *s, const u64 *a)
{
	int flags = ((int)a[3] & ~MAP_LOW) | MAP_FIXED_NOREPLACE;
	gaddr lo = LOW_START, at;
	s64 r;

	do {
		at = space_find_low(s, lo, LOW_END, a[1]);
		if (!at)
			return -ENOMEM;
		r = space_mmap(s, at, a[1], (int)a[2], flags, (int)a[4], a[5]);
		lo = at + GUEST_PAGE_SIZE;
	} while (r == -EEXIST);
	return r;
}

s64 proc_mmap(struct sysctx *c, const u64 *a)
{
	if (c->cfg->abi->native && a[3] & MAP_LOW && a[1] &&
	    !(a[3] & (MAP_FIXED | MAP_FIXED_NOREPLACE)))
		return mmap_low(space_of(c), a);
	return space_mmap(space_of(c), a[0], a[1], prot_of(c, a[2]),
			  (int)a[3], (int)a[4], a[5]);
}

s64 proc_munmap(struct sysctx *c, const u64 *a)
{
	return space_munmap(space_of(c), a[0], a[1]);
}

s64 proc_mprotect(struct sysctx *c, const u64 *a)
{
	return space_mprotect(space_of(c), a[0], a[1], prot_of(c, a[2]));
}

s64 proc_mremap(struct sysctx *c, const u64 *a)
{
	return space_mremap(space_of(c), a[0], a[1], a[2], (int)a[3], a[4]);
}

s64 proc_madvise(struct sysctx *c, const u64 *a)
{
	return space_madvise(space_of(c), a[0], a[1], (int)a[2]);
}

s64 proc_brk(struct sysctx *c, const u64 *a)
{
	return space_brk(space_of(c), a[0]);
}

s64 proc_shmat(struct sysctx *c, const u64 *a)
{
	return space_shmat(space_of(c), (int)a[0], a[1], (int)a[2]);
}

s64 proc_shmdt(struct sysctx *c, const u64 *a)
{
	return space_shmdt(space_of(c), a[0]);
}
