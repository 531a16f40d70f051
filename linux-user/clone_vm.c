// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * clone() with CLONE_VM but not CLONE_THREAD: a process that lives in our
 * memory.  With CLONE_VFORK (vfork, posix_spawn) the host does the same: the
 * child runs guest code with a cpu and a host stack of its own, in shared
 * memory, and the kernel holds the calling thread until the child has called
 * exec or ended.  The child uses the libc state of the thread that sleeps.
 *
 * Without CLONE_VFORK the caller must go on, so a helper thread sleeps in its
 * stead and lends the child its libc state.
 */
#include "linux-user/clone.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "linux-user/exec.h"
#include "linux-user/signal.h"
#include "syscalls/sys.h"

enum { CHILD_STACK = 256 << 10, HELPER_STACK = 64 << 10 };

/* In one piece: the child's task and the process it believes to be. */
struct vm_child {
	struct process proc;
	struct signal_table sig;
	struct task *t;
	const struct clone_request *r;
	void *stack;
	/* Without CLONE_VFORK: between helper and caller. */
	struct task *parent;
	struct clone_request request;
	pid_t pid;
	_Atomic u32 ready;
	bool helped;
};

/*
 * The child has handlers of its own (unless it shares them), its own list of
 * tasks; address space and translations are the parent's.
 */
static int make_process(struct vm_child *v, struct task *parent)
{
	struct process *p = &v->proc;
	struct signal_table *tab = parent->proc->sig;

	*p = *parent->proc;
	p->tasks = NULL;
	p->ntasks = 0;
	pthread_mutex_init(&p->lock, NULL);
	if (!(v->r->flags & CLONE_SIGHAND)) {
		pthread_mutex_lock(&tab->lock);
		v->sig = *tab;
		pthread_mutex_unlock(&tab->lock);
		pthread_mutex_init(&v->sig.lock, NULL);
		p->sig = &v->sig;
	}
	v->t = task_new(p, parent->sigst->mask);
	return v->t ? 0 : -ENOMEM;
}

static void copy_task(struct vm_child *v, struct task *parent)
{
	struct task *t = v->t;

	cpu_copy_state(t->cpu, parent->cpu);
	clone_cpu(t, v->r);
	sysctx_inherit(&t->sys, &parent->sys);
	t->vfork_child = true;
	if (v->r->flags & CLONE_VFORK) {
		t->sigst->alt_sp = parent->sigst->alt_sp;
		t->sigst->alt_size = parent->sigst->alt_size;
		t->sigst->alt_flags = parent->sigst->alt_flags;
	}
}

static void vm_child_free(struct vm_child *v)
{
	if (v->t) {
		exec_release(v->t);
		task_free(v->t);
	}
	if (v->stack != MAP_FAILED)
		munmap(v->stack, CHILD_STACK);
	free(v);
}

static struct vm_child *vm_child_new(struct task *parent,
				     const struct clone_request *r)
{
	struct vm_child *v = calloc(1, sizeof(*v));

	if (!v)
		return NULL;
	v->request = *r;
	v->r = &v->request;
	v->parent = parent;
	v->stack = mmap(NULL, CHILD_STACK, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
	if (v->stack == MAP_FAILED || make_process(v, parent)) {
		vm_child_free(v);
		return NULL;
	}
	copy_task(v, parent);
	return v;
}

/* Runs in the child, all signals blocked. */
static void child_main(void *arg)
{
	struct vm_child *v = arg;

	if (v->helped)
		clone_post(&v->ready);
	if (v->r->flags & CLONE_CLEAR_SIGHAND)
		signal_clear_handlers(&v->proc);
	if (v->r->flags & CLONE_CHILD_CLEARTID)
		v->t->clear_tid = v->r->ctid;
	task_start(v->t);
}

/* Returns when the child has called exec or ended. */
static s64 run_child(struct vm_child *v)
{
	const struct clone_request *r = v->r;
	struct task *self = task_self;
	struct clone_host h = {
		.flags = (r->flags & ~(u64)(CLONE_SETTLS | CLONE_CLEAR_SIGHAND)) |
			 CLONE_VFORK,
		.ptid = r->ptid < SPACE_TOP ? r->ptid : SYS_BAD_POINTER,
		.ctid = r->ctid < SPACE_TOP ? r->ctid : SYS_BAD_POINTER,
		.stack = v->stack,
		.stack_size = CHILD_STACK,
		.fn = child_main,
		.arg = v,
	};
	s64 pid;

	if (v->helped) {
		h.flags |= CLONE_PARENT_SETTID;
		h.ptid = (u64)&v->pid;
	}
	pid = clone_host(v->parent, r, &h);
	task_self = self;	/* the child has set it to its own */
	return pid;
}

/* -- Without CLONE_VFORK ---------------------------------------------------- */

static void *helper_main(void *arg)
{
	struct vm_child *v = arg;
	s64 pid;

	clone_first_thread(v->parent->proc);
	pid = run_child(v);
	if (pid < 0) {
		v->pid = (pid_t)pid;
		clone_post(&v->ready);
		return NULL;	/* the caller frees */
	}
	vm_child_free(v);
	return NULL;
}

static s64 run_helped(struct task *t, struct vm_child *v)
{
	pthread_attr_t attr;
	pthread_t id;
	pid_t pid;
	int err;

	v->helped = true;
	if (v->request.flags & CLONE_PIDFD)
		v->request.legacy = false;
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, HELPER_STACK);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	err = pthread_create(&id, &attr, helper_main, v);
	pthread_attr_destroy(&attr);
	if (err) {
		vm_child_free(v);
		return -err;
	}
	clone_wait(&v->ready);
	pid = v->pid;
	if (pid < 0)
		vm_child_free(v);
	else if (v->request.flags & CLONE_PARENT_SETTID)
		guest_write(&t->sys, v->request.ptid, &pid, sizeof(pid));
	return pid;
}

s64 clone_vm(struct task *t, const struct clone_request *r)
{
	struct vm_child *v;
	s64 pid;

	signal_block_all();
	if (signal_pending(t->sigst)) {
		t->sys.not_begun = true;
		return SYS_RESTART;
	}
	v = vm_child_new(t, r);
	if (!v) {
		pid = -ENOMEM;
	} else if (r->flags & CLONE_VFORK) {
		pid = run_child(v);
		vm_child_free(v);
	} else {
		pid = run_helped(t, v);
	}
	signal_unblock(t);
	return pid;
}
