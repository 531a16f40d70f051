/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * New threads and processes: one request, from clone() or clone3(), and the
 * three ways to carry it out.
 */
#ifndef LINUX_USER_CLONE_H
#define LINUX_USER_CLONE_H

#include <linux/sched.h>

#include "linux-user/task.h"

/* Newer than some headers. */
#ifndef CLONE_INTO_CGROUP
#define CLONE_INTO_CGROUP 0x200000000ull
#endif

struct clone_request {
	u64 flags;		/* CLONE_*; without the exit signal */
	u32 exit_signal;
	gaddr stack;		/* the child's sp; 0: the parent's */
	gaddr ptid, ctid, pidfd, tls;
	gaddr set_tid;		/* clone3 only */
	u64 set_tid_size, cgroup;
	bool legacy;		/* the host's clone() can say it all */
};

/* CLONE_THREAD: a thread of this process (clone_thread.c). */
s64 clone_thread(struct task *t, const struct clone_request *r);

/* Neither THREAD nor VM: a copy of this process (clone_fork.c).  Returns
 * twice. */
s64 clone_fork(struct task *t, const struct clone_request *r);

/* VM without THREAD: another process in our memory, usually a vfork
 * (clone_vm.c). */
s64 clone_vm(struct task *t, const struct clone_request *r);

/*
 * The host's clone or clone3 for process-type requests.  flags, ptid, ctid
 * and stack are what the host shall see; fn(arg) is for a child with a stack.
 * A child without one returns 0.  Only the pid or -errno comes back.
 */
struct clone_host {
	u64 flags, ptid, ctid;
	void *stack;
	u64 stack_size;
	void (*fn)(void *arg);
	void *arg;
};
s64 clone_host(struct task *t, const struct clone_request *r,
	       const struct clone_host *h);

/* What a child's cpu starts with: a copy of the parent's, with the request's
 * stack and thread pointer, and 0 as the call's result. */
void clone_cpu(struct task *t, const struct clone_request *r);

/* By each new host thread, first: libc takes SIGSETXID (33) for itself when
 * it makes its first one; give it back to the guest. */
void clone_first_thread(struct process *p);

/* Wait until *word is not 0 / set it and wake. */
void clone_wait(_Atomic u32 *word);
void clone_post(_Atomic u32 *word);

#endif
