// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * clone() of a process: fork() and its relatives with namespaces.  The host
 * forks while all locks of the runner are held; the child is its only thread,
 * so it makes them anew and forgets the other tasks.  A process that never
 * had a second thread has nobody to lock out: every page that is not written
 * around a fork is one page fault less, twice.
 */
#include "linux-user/clone.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "linux-user/signal.h"
#include "syscalls/sys.h"

#define TID_FLAGS (CLONE_PARENT_SETTID | CLONE_CHILD_SETTID | \
		   CLONE_CHILD_CLEARTID | CLONE_SETTLS)

/* The order of space.c: the translator asks the space under its lock. */
static void lock_all(struct process *p)
{
	pthread_mutex_lock(&p->lock);
	pthread_mutex_lock(&p->sig->lock);
	tctx_fork_prepare(p->tctx);
	space_fork_prepare(p->space);
}

static void unlock_parent(struct process *p)
{
	space_fork_parent(p->space);
	tctx_fork_parent(p->tctx);
	pthread_mutex_unlock(&p->sig->lock);
	pthread_mutex_unlock(&p->lock);
}

/* Locks that were taken were ours; this is the only thread here. */
static void unlock_child(struct process *p, bool locked)
{
	space_fork_child(p->space, locked);
	tctx_fork_child(p->tctx, locked);
	space_code_forked(p->space);
	if (!locked)
		return;
	pthread_mutex_init(&p->sig->lock, NULL);
	pthread_mutex_init(&p->lock, NULL);
}

/* The other threads' tasks are only memory here. */
static void forget_others(struct task *t)
{
	struct process *p = t->proc;
	struct task *o, *next;

	if (p->tasks == t && !t->next)
		return;
	for (o = p->tasks; o; o = next) {
		next = o->next;
		if (o != t)
			task_free(o);
	}
	t->next = NULL;
	t->prev = &p->tasks;
	p->tasks = t;
	p->ntasks = 1;
}

static void child(struct task *t, const struct clone_request *r, bool locked)
{
	unlock_child(t->proc, locked);
	forget_others(t);
	t->tid = (pid_t)CALL(SYS_gettid);
	t->leave = NULL;
	t->vfork_child = false;
	t->robust = 0;
	t->clear_tid = r->flags & CLONE_CHILD_CLEARTID ? r->ctid : 0;
	if (r->flags & CLONE_CHILD_SETTID)
		guest_write(&t->sys, r->ctid, &t->tid, sizeof(t->tid));
	clone_cpu(t, r);
	if (r->flags & CLONE_CLEAR_SIGHAND)
		signal_clear_handlers(t->proc);
}

/* fork() makes libc's own state right among threads. */
static s64 plain_fork(struct task *t, const struct clone_request *r)
{
	pid_t pid = fork();

	if (pid < 0)
		return -errno;
	if (pid && r->flags & CLONE_PARENT_SETTID)
		guest_write(&t->sys, r->ptid, &pid, sizeof(pid));
	return pid;
}

/*
 * Everything else is the kernel's call: without threads libc has nothing to
 * put right, and would only write to its pages on both sides.  libc keeps the thread's id where it
 * told the kernel to clear it; ask for that address and let it be set in the
 * child too.
 */
static s64 raw_fork(struct task *t, const struct clone_request *r)
{
	u64 *tid = NULL;
	struct clone_host h = {
		.flags = r->flags & ~(u64)(TID_FLAGS | CLONE_CLEAR_SIGHAND),
	};

	/* The locks are held: other threads would wait for the child. */
	if (t->proc->ntasks > 1)
		h.flags &= ~(u64)CLONE_VFORK;
	if (!prctl(PR_GET_TID_ADDRESS, &tid) && tid) {
		h.flags |= CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID;
		h.ctid = (u64)tid;
	}
	if (r->flags & CLONE_PARENT_SETTID && r->ptid < SPACE_TOP) {
		h.flags |= CLONE_PARENT_SETTID;
		h.ptid = r->ptid;
	}
	return clone_host(t, r, &h);
}

s64 clone_fork(struct task *t, const struct clone_request *r)
{
	bool plain = r->exit_signal == SIGCHLD &&
		     !(r->flags & ~(u64)(TID_FLAGS | CLONE_CLEAR_SIGHAND)) &&
		     !r->set_tid_size;
	bool alone = !t->proc->threaded && !t->vfork_child;
	s64 pid;

	signal_block_all();
	/* As the kernel: signals that have arrived go before a fork. */
	if (signal_pending(t->sigst)) {
		t->sys.not_begun = true;
		return SYS_RESTART;
	}
	if (!alone)
		lock_all(t->proc);
	pid = plain && !alone ? plain_fork(t, r) : raw_fork(t, r);
	if (!pid)
		child(t, r, !alone);
	else if (!alone)
		unlock_parent(t->proc);
	signal_unblock(t);
	return pid;
}
