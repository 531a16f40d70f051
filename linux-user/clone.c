// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * clone() and clone3(): reading and checking the request, and the system
 * calls around it (exit, set_tid_address, robust lists).  The checks are the
 * kernel's (kernel/fork.c); those that it makes itself when the host call is
 * made are left to it.
 */
#include "linux-user/clone.h"

#include <errno.h>
#include <linux/futex.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>

#include "linux-user/abi.h"
#include "linux-user/host_x64.h"
#include "linux-user/proc_ops.h"
#include "linux-user/robust.h"
#include "linux-user/signal.h"
#include "syscalls/sys.h"

enum { CLONE3_SIZE_0 = 64, CLONE3_SIZE_MAX = 4096 };

void clone_wait(_Atomic u32 *word)
{
	while (!atomic_load(word))
		CALL(SYS_futex, word, FUTEX_WAIT_PRIVATE, 0, 0);
}

void clone_post(_Atomic u32 *word)
{
	atomic_store(word, 1);
	CALL(SYS_futex, word, FUTEX_WAKE_PRIVATE, 1);
}

void clone_cpu(struct task *t, const struct clone_request *r)
{
	const struct guest_abi *abi = t->proc->abi;
	struct cpu *cpu = t->cpu;

	cpu->r[abi->result] = 0;
	cpu->excl_size = 0;
	if (r->stack)
		cpu->r[abi->sp] = r->stack;
	if (r->flags & CLONE_SETTLS)
		cpu->tpidr = r->tls;
}

/* -- The request ----------------------------------------------------------- */

static int check(const struct clone_request *r)
{
	u64 f = r->flags;

	if ((f & (CLONE_NEWNS | CLONE_FS)) == (CLONE_NEWNS | CLONE_FS) ||
	    (f & (CLONE_NEWUSER | CLONE_FS)) == (CLONE_NEWUSER | CLONE_FS))
		return -EINVAL;
	if (f & CLONE_THREAD && !(f & CLONE_SIGHAND))
		return -EINVAL;
	if (f & CLONE_SIGHAND && !(f & CLONE_VM))
		return -EINVAL;
	if (f & CLONE_THREAD && f & (CLONE_NEWUSER | CLONE_NEWPID))
		return -EINVAL;
	if (f & CLONE_SIGHAND && f & CLONE_CLEAR_SIGHAND)
		return -EINVAL;
	return 0;
}

static s64 run(struct task *t, const struct clone_request *r)
{
	int err = check(r);

	if (err)
		return err;
	if (r->flags & CLONE_THREAD)
		return clone_thread(t, r);
	if (r->flags & CLONE_VM)
		return clone_vm(t, r);
	return clone_fork(t, r);
}

static s64 clone_legacy(struct sysctx *c, const u64 *a, u64 tls, gaddr ctid)
{
	struct clone_request r = {
		.flags = (u32)a[0] & ~(u64)CSIGNAL,
		.exit_signal = a[0] & CSIGNAL,
		.stack = a[1],
		.ptid = a[2],
		.pidfd = a[2],
		.tls = tls,
		.ctid = ctid,
		.legacy = true,
	};

	if (r.flags & CLONE_PIDFD &&
	    r.flags & (CLONE_PARENT_SETTID | CLONE_DETACHED))
		return -EINVAL;
	r.flags &= ~(u64)CLONE_DETACHED;
	return run(c->task, &r);
}

/* arm64: clone(flags, stack, parent_tid, tls, child_tid) */
s64 proc_clone(struct sysctx *c, const u64 *a)
{
	return clone_legacy(c, a, a[3], a[4]);
}

/* x86_64: clone(flags, stack, parent_tid, child_tid, tls) */
s64 proc_clone_x64(struct sysctx *c, const u64 *a)
{
	return clone_legacy(c, a, a[4], a[3]);
}

s64 proc_fork(struct sysctx *c, const u64 *a)
{
	const u64 args[3] = { SIGCHLD };

	return clone_legacy(c, args, 0, 0);
}

s64 proc_vfork(struct sysctx *c, const u64 *a)
{
	const u64 args[3] = { CLONE_VM | CLONE_VFORK | SIGCHLD };

	return clone_legacy(c, args, 0, 0);
}

/* The kernel's copy_struct_from_user(): what we do not know must be zero. */
static int read_clone_args(struct sysctx *c, struct clone_args *ca, gaddr from,
			   u64 size)
{
	u8 rest[64];

	if (size > CLONE3_SIZE_MAX)
		return -E2BIG;
	if (size < CLONE3_SIZE_0)
		return -EINVAL;
	memset(ca, 0, sizeof(*ca));
	if (guest_read(c, ca, from, MIN(size, sizeof(*ca))))
		return -EFAULT;
	for (u64 at = sizeof(*ca); at < size; at += sizeof(rest)) {
		u64 n = MIN(size - at, sizeof(rest));

		if (guest_read(c, rest, from + at, n))
			return -EFAULT;
		for (u64 i = 0; i < n; i++)
			if (rest[i])
				return -E2BIG;
	}
	return 0;
}

static int check_clone3(const struct clone_args *ca)
{
	const u64 known = 0xffffffffull | CLONE_CLEAR_SIGHAND |
			  CLONE_INTO_CGROUP;

	if (ca->flags & ~known ||
	    ca->flags & (CLONE_DETACHED | (CSIGNAL & ~CLONE_NEWTIME)))
		return -EINVAL;
	if (ca->flags & (CLONE_THREAD | CLONE_PARENT) && ca->exit_signal)
		return -EINVAL;
	if (ca->exit_signal & ~(u64)CSIGNAL || ca->exit_signal > SIGNAL_MAX)
		return -EINVAL;
	if (!ca->stack != !ca->stack_size)
		return -EINVAL;
	if (ca->stack_size > SPACE_TOP || ca->stack > SPACE_TOP)
		return -EINVAL;
	if (ca->set_tid_size > 32 || !ca->set_tid != !ca->set_tid_size)
		return -EINVAL;
	return 0;
}

s64 proc_clone3(struct sysctx *c, const u64 *a)
{
	struct clone_args ca;
	struct clone_request r;
	int err = read_clone_args(c, &ca, a[0], a[1]);

	if (!err)
		err = check_clone3(&ca);
	if (err)
		return err;
	r = (struct clone_request){
		.flags = ca.flags,
		.exit_signal = (u32)ca.exit_signal,
		.stack = ca.stack ? ca.stack + ca.stack_size : 0,
		.ptid = ca.parent_tid,
		.ctid = ca.child_tid,
		.pidfd = ca.pidfd,
		.tls = ca.tls,
		.set_tid = ca.set_tid,
		.set_tid_size = ca.set_tid_size,
		.cgroup = ca.cgroup,
		.legacy = !(ca.flags & (CLONE_INTO_CGROUP | CLONE_NEWTIME)) &&
			  !ca.set_tid_size &&
			  (ca.flags & (CLONE_PIDFD | CLONE_PARENT_SETTID)) !=
			  (CLONE_PIDFD | CLONE_PARENT_SETTID),
	};
	return run(c->task, &r);
}

/* -- The host's call ------------------------------------------------------- */

/* Pointers for the host kernel to write to: only the guest's own memory. */
static u64 guest_only(gaddr a)
{
	return a < SPACE_TOP ? a : SYS_BAD_POINTER;
}

static struct host_clone legacy_call(const struct clone_request *r,
				     const struct clone_host *h)
{
	u64 ptid = h->flags & CLONE_PIDFD ? guest_only(r->pidfd) : h->ptid;

	return (struct host_clone){
		.nr = SYS_clone,
		.arg = { h->flags | r->exit_signal,
			 h->stack ? (u64)h->stack + h->stack_size : 0,
			 ptid, h->ctid, 0 },
		.fn = h->fn,
		.fn_arg = h->arg,
	};
}

s64 clone_host(struct task *t, const struct clone_request *r,
	       const struct clone_host *h)
{
	struct clone_args ca = {
		.flags = h->flags,
		.pidfd = guest_only(r->pidfd),
		.child_tid = h->ctid,
		.parent_tid = h->ptid,
		.exit_signal = r->exit_signal,
		.stack = (u64)h->stack,
		.stack_size = h->stack_size,
		.set_tid = r->set_tid_size ? guest_only(r->set_tid) : 0,
		.set_tid_size = r->set_tid_size,
		.cgroup = r->cgroup,
	};
	struct host_clone call;

	if (r->legacy)
		call = legacy_call(r, h);
	else
		call = (struct host_clone){
			.nr = SYS_clone3,
			.arg = { (u64)&ca, sizeof(ca) },
			.fn = h->fn,
			.fn_arg = h->arg,
		};
	return host_clone(&call);
}

/* -- Around threads -------------------------------------------------------- */

s64 proc_exit(struct sysctx *c, const u64 *a)
{
	task_exit(c->task, (int)a[0]);
}

s64 proc_exit_group(struct sysctx *c, const u64 *a)
{
	task_exit_group(c->task, (int)a[0]);
}

s64 proc_set_tid_address(struct sysctx *c, const u64 *a)
{
	struct task *t = c->task;

	t->clear_tid = a[0];
	return CALL(SYS_gettid);
}

s64 proc_set_robust_list(struct sysctx *c, const u64 *a)
{
	struct task *t = c->task;
	s64 ret = CALL(SYS_set_robust_list, a[0], a[1]);

	/* The kernel walks it if the process is killed; see robust.c. */
	if (!ret)
		t->robust = a[0];
	return ret;
}

s64 proc_get_robust_list(struct sysctx *c, const u64 *a)
{
	struct task *t = c->task;
	u64 len = ROBUST_HEAD_SIZE;

	if (a[0] && (pid_t)a[0] != (pid_t)CALL(SYS_gettid))
		return HOST(c, SYS_get_robust_list, a[0], a[1], a[2]);
	if (guest_write(c, a[2], &len, sizeof(len)) ||
	    guest_write(c, a[1], &t->robust, sizeof(t->robust)))
		return -EFAULT;
	return 0;
}
