// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * clone() with CLONE_THREAD.  A guest thread is a host thread of libc, which
 * gives our own code its thread-local storage and reuses stacks.  What the
 * kernel would do with the ids (PARENT_SETTID, CHILD_SETTID, CLEARTID) and
 * the robust list is done here, since the host's are libc's own: for the
 * guest a thread must be gone only when it does not touch guest memory any
 * more.
 */
#include "linux-user/clone.h"

#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <setjmp.h>
#include <sys/syscall.h>

#include "linux-user/robust.h"
#include "linux-user/signal.h"
#include "syscalls/sys.h"

enum { THREAD_STACK = 256 << 10 };

struct start {
	struct task *t;
	const struct clone_request *r;
	pid_t tid;		/* the new thread's, or -errno */
	_Atomic u32 ready;	/* last: the parent's stack may go then */
};

void clone_first_thread(struct process *p)
{
	if (p->threaded)
		return;
	signal_restore_action(p, SIGNAL_SETXID);
	p->threaded = true;
}

/* What libc always shares and this clone does not. */
static s64 unshare_rest(u64 flags)
{
	u64 f = ~flags & (CLONE_FS | CLONE_FILES);

	return f ? CALL(SYS_unshare, f) : 0;
}

static void set_tids(struct task *t, const struct clone_request *r)
{
	/* As in the kernel, addresses that do not take it are no error. */
	if (r->flags & CLONE_PARENT_SETTID)
		guest_write(&t->sys, r->ptid, &t->tid, sizeof(t->tid));
	if (r->flags & CLONE_CHILD_SETTID)
		guest_write(&t->sys, r->ctid, &t->tid, sizeof(t->tid));
	if (r->flags & CLONE_CHILD_CLEARTID)
		t->clear_tid = r->ctid;
}

/* The kernel's mm_release(): the last touch of guest memory. */
static void release(struct sysctx *c, gaddr robust, gaddr clear_tid, pid_t tid)
{
	u32 zero = 0;

	if (robust) {
		robust_exit(c, robust, tid);
		CALL(SYS_set_robust_list, 0, ROBUST_HEAD_SIZE);
	}
	if (clear_tid && clear_tid < SPACE_TOP) {
		guest_write(c, clear_tid, &zero, sizeof(zero));
		CALL(SYS_futex, clear_tid, FUTEX_WAKE, 1);
	}
}

/* After task_exit(): all signals are blocked, t is not listed any more. */
static void finish(struct task *t)
{
	struct sysctx c = t->sys;
	gaddr robust = t->robust, clear_tid = t->clear_tid;
	pid_t tid = t->tid;

	signal_detach(t);
	task_self = NULL;
	task_free(t);
	release(&c, robust, clear_tid, tid);
}

static void *thread_main(void *arg)
{
	struct start *st = arg;
	struct task *t = st->t;
	jmp_buf leave;
	s64 err;

	signal_block_all();
	clone_first_thread(t->proc);
	err = unshare_rest(st->r->flags);
	if (err) {
		st->tid = (pid_t)err;
		clone_post(&st->ready);
		return NULL;
	}
	task_self = t;
	t->tid = (pid_t)CALL(SYS_gettid);
	t->leave = &leave;
	task_link(t);
	signal_attach(t);
	set_tids(t, st->r);
	st->tid = t->tid;
	clone_post(&st->ready);
	if (!setjmp(leave)) {
		signal_unblock(t);
		task_loop(t);
	}
	finish(task_self);
	return NULL;
}

static int create(struct start *st)
{
	pthread_attr_t attr;
	pthread_t id;
	int err;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, THREAD_STACK);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	err = pthread_create(&id, &attr, thread_main, st);
	pthread_attr_destroy(&attr);
	if (err)
		return -err;
	clone_wait(&st->ready);
	return st->tid < 0 ? st->tid : 0;
}

/* CLONE_PIDFD of a thread: Linux 6.9 has it, by way of pidfd_open() too. */
static int thread_pidfd(struct task *t, pid_t tid, gaddr where)
{
	s64 fd = CALL(SYS_pidfd_open, tid, 0200 /* PIDFD_THREAD */);

	if (fd < 0)
		return -EINVAL;
	return guest_write(&t->sys, where, &(int){ (int)fd }, sizeof(int));
}

s64 clone_thread(struct task *t, const struct clone_request *r)
{
	struct start st = { .r = r };
	int err;

	if (r->set_tid_size)
		return -EPERM;	/* libc's thread cannot be told its id */
	st.t = task_new(t->proc, t->sigst->mask);
	if (!st.t)
		return -EAGAIN;
	cpu_copy_state(st.t->cpu, t->cpu);
	clone_cpu(st.t, r);
	sysctx_inherit(&st.t->sys, &t->sys);
	signal_block_all();
	err = create(&st);
	if (!signal_pending(t->sigst))
		signal_unblock(t);
	if (err) {
		task_free(st.t);
		return err;
	}
	if (r->flags & CLONE_PIDFD)
		thread_pidfd(t, st.tid, r->pidfd);
	return st.tid;
}
