/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What syscalls/ asks of the process layer: the table of operations and the
 * few questions of struct sys_ops.
 */
#include "linux-user/procops.h"

#include "linux-user/ownfd.h"
#include "linux-user/proc_ops.h"
#include "linux-user/procfs.h"
#include "linux-user/task.h"
#include "syscalls/proc_op.h"

static sys_fn *const proc_table[SYS_PROC_COUNT] = {
#define SYSPROC(name) [SYS_PROC_##name] = proc_##name,
#include "syscalls/proc_gen.h"
#undef SYSPROC
};

/* Before the first task exists (c->task is NULL) only paths are asked for. */
static const char *exe_path(struct sysctx *c)
{
	struct task *t = c->task;

	return t && t->proc->exe_path ? t->proc->exe_path : "/proc/self/exe";
}

static void code_written(struct sysctx *c, gaddr addr, u64 len)
{
	space_code_written(((struct task *)c->task)->proc->space, addr, len);
}

static bool unguard(struct sysctx *c, gaddr addr, u64 len)
{
	struct task *t = c->task;

	return t && space_code_unguard(t->proc->space, addr, len);
}

static int own_fd(struct sysctx *c, int fd)
{
	struct task *t = c->task;

	return t ? ownfd_next(t->proc, fd) : -1;
}

static int yield_fd(struct sysctx *c, int fd)
{
	return ownfd_yield(((struct task *)c->task)->proc, fd);
}

static u64 own_size(struct sysctx *c)
{
	return procfs_excess(((struct task *)c->task)->proc);
}

static void each_thread(struct sysctx *c,
			void (*fn)(struct sysctx *c, s64 tid, void *arg),
			void *arg)
{
	struct process *p = ((struct task *)c->task)->proc;

	pthread_mutex_lock(&p->lock);
	for (struct task *t = p->tasks; t; t = t->next)
		if (!t->vfork_child)
			fn(&t->sys, t->tid, arg);
	pthread_mutex_unlock(&p->lock);
}

const struct sys_ops user_sys_ops = {
	.proc = proc_table,
	.open_proc = procfs_open,
	.exe_path = exe_path,
	.code_written = code_written,
	.unguard = unguard,
	.own_fd = own_fd,
	.yield_fd = yield_fd,
	.own_size = own_size,
	.each_thread = each_thread,
};
