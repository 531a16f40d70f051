// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The system calls about signals.  Most end at the host's call of the same
 * name, since the host's masks and dispositions are the guest's.  What is
 * done here is the part of the five synchronous signals that the host must
 * not see, and the guest's handlers.
 */
#include "linux-user/abi.h"
#include "linux-user/signal.h"

#include <errno.h>
#include <string.h>
#include <sys/syscall.h>

#include "linux-user/proc_ops.h"
#include "syscalls/sys.h"

/* Flags that the kernel keeps (SA_UNSUPPORTED and unknown ones go). */
#define SA_KNOWN ((u64)(SA_NOCLDSTOP | SA_NOCLDWAIT | SA_SIGINFO | \
			SA_ONSTACK | SA_RESTART | SA_NODEFER | SA_RESETHAND | \
			0x800 /* SA_EXPOSE_TAGBITS */ | SIGNAL_SA_RESTORER))
enum { SIGSET_SIZE = 8 };

static struct task *task_of(struct sysctx *c)
{
	return c->task;
}

/* A signal is waiting: the call must begin again after its handler. */
static s64 not_begun(struct sysctx *c)
{
	c->not_begun = true;
	return SYS_RESTART;
}

/* -- Dispositions ---------------------------------------------------------- */

static s64 set_action(struct task *t, int signo, struct signal_action *act,
		      struct signal_action *old)
{
	struct signal_table *tab = t->proc->sig;
	s64 ret = 0;

	pthread_mutex_lock(&tab->lock);
	*old = *signal_row(tab, signo);
	if (act) {
		/* First the table: a signal that comes at once finds it. */
		tab->act[signo] = *act;
		ret = signal_host_action(signo, old, act);
	}
	pthread_mutex_unlock(&tab->lock);
	return ret;
}

s64 proc_rt_sigaction(struct sysctx *c, const u64 *a)
{
	struct task *t = task_of(c);
	int signo = (int)a[0];
	struct signal_action act, old;
	s64 ret;

	if (a[3] != SIGSET_SIZE)
		return -EINVAL;
	if (a[1] && guest_read(c, &act, a[1], sizeof(act)))
		return -EFAULT;
	if (signo < 1 || signo > SIGNAL_MAX ||
	    (a[1] && SIGNAL_BIT(signo) & SIGNAL_UNBLOCKABLE))
		return -EINVAL;
	act.flags &= SA_KNOWN;
	act.mask &= ~SIGNAL_UNBLOCKABLE;
	ret = set_action(t, signo, a[1] ? &act : NULL, &old);
	if (ret)
		return ret;
	if (a[2] && guest_write(c, a[2], &old, sizeof(old)))
		return -EFAULT;
	return 0;
}

/* -- Masks ----------------------------------------------------------------- */

/* Has a signal of set arrived and not been delivered? */
static bool arrived(const struct signal_state *s, u64 set)
{
	for (u32 i = s->head; i != s->tail; i++)
		if (set & SIGNAL_BIT(s->queue[i % SIGNAL_QUEUE].si_signo))
			return true;
	return false;
}

s64 proc_rt_sigprocmask(struct sysctx *c, const u64 *a)
{
	struct task *t = task_of(c);
	struct signal_state *s = t->sigst;
	u64 old = s->mask, mask = old, set;

	if (a[3] != SIGSET_SIZE)
		return -EINVAL;
	if (a[1]) {
		if (guest_read(c, &set, a[1], sizeof(set)))
			return -EFAULT;
		switch ((int)a[0]) {
		case SIG_BLOCK:
			mask |= set;
			break;
		case SIG_UNBLOCK:
			mask &= ~set;
			break;
		case SIG_SETMASK:
			mask = set;
			break;
		default:
			return -EINVAL;
		}
	}
	mask &= ~SIGNAL_UNBLOCKABLE;
	if (mask != old)
		signal_set_mask(t, mask);
	/* One that is blocked from now on came before: it goes first. */
	if (arrived(s, mask & ~old)) {
		s->mask = old;
		signal_block_all();
		return not_begun(c);
	}
	if (a[2] && guest_write(c, a[2], &old, sizeof(old)))
		return -EFAULT;
	return 0;
}

s64 proc_rt_sigpending(struct sysctx *c, const u64 *a)
{
	struct signal_state *s = task_of(c)->sigst;
	u64 set = 0;

	if (a[1] > SIGSET_SIZE)
		return -EINVAL;
	CALL(SYS_rt_sigpending, &set, SIGSET_SIZE);
	/* The host blocks all while a note waits; only the guest's count. */
	set = (set | s->held) & s->mask;
	return guest_write(c, a[0], &set, a[1]);
}

/* The synchronous part of a mask stays unblocked on the host. */
static u64 host_set(u64 set)
{
	return set & ~(SIGNAL_SYNC | SIGNAL_UNBLOCKABLE);
}

s64 proc_rt_sigsuspend(struct sysctx *c, const u64 *a)
{
	struct signal_state *s = task_of(c)->sigst;
	u64 set, mask;
	s64 ret;

	if (a[1] != SIGSET_SIZE)
		return -EINVAL;
	if (guest_read(c, &set, a[0], sizeof(set)))
		return -EFAULT;
	set &= ~SIGNAL_UNBLOCKABLE;
	mask = host_set(set);
	s->wait_mask = set;
	s->waiting = true;
	if (s->held & ~set) {
		/* As if it had come during the call. */
		signal_unhold(task_of(c), ~set);
		ret = -EINTR;
	} else {
		ret = HOST(c, SYS_rt_sigsuspend, &mask, SIGSET_SIZE);
	}
	s->waiting = false;
	if (ret == -EINTR)
		s->waited = signal_pending(s);
	if (ret == -EINTR && !s->waited)
		return not_begun(c);	/* it was one to hold */
	return ret;
}

static s64 wait_held(struct sysctx *c, u64 set, gaddr info)
{
	struct signal_state *s = task_of(c)->sigst;
	siginfo_t si;

	if (!signal_take_held(s, set & s->mask, &si))
		return 0;
	if (info && guest_write(c, info, &si, sizeof(si)))
		return -EFAULT;
	return si.si_signo;
}

s64 proc_rt_sigtimedwait(struct sysctx *c, const u64 *a)
{
	u64 set;
	s64 ret;

	if (a[3] != SIGSET_SIZE)
		return -EINVAL;
	if (guest_read(c, &set, a[0], sizeof(set)))
		return -EFAULT;
	ret = wait_held(c, set, a[1]);
	if (ret)
		return ret;
	set = host_set(set);
	ret = HOST(c, SYS_rt_sigtimedwait, &set, a[1], a[2], SIGSET_SIZE);
	if (ret == -EINTR) {
		s64 held;

		if (!guest_read(c, &set, a[0], sizeof(set)) &&
		    (held = wait_held(c, set, a[1])))
			ret = held;
	}
	return ret;
}

static s64 signal_fd(struct sysctx *c, const u64 *a, u64 flags)
{
	u64 set;

	if (a[2] != SIGSET_SIZE)
		return -EINVAL;
	if (guest_read(c, &set, a[1], sizeof(set)))
		return -EFAULT;
	return HOST(c, SYS_signalfd4, a[0], &set, SIGSET_SIZE, flags);
}

s64 proc_signalfd4(struct sysctx *c, const u64 *a)
{
	return signal_fd(c, a, a[3]);
}

s64 proc_signalfd(struct sysctx *c, const u64 *a)
{
	return signal_fd(c, a, 0);
}

/* -- The alternate stack --------------------------------------------------- */

int signal_set_alt_stack(struct task *t, gaddr sp, const stack_t *ss)
{
	struct signal_state *s = t->sigst;
	u32 mode = (u32)ss->ss_flags & ~SIGNAL_SS_AUTODISARM;

	if (signal_on_alt_stack(s, sp))
		return -EPERM;
	if (mode != SS_DISABLE && mode != SS_ONSTACK && mode != 0)
		return -EINVAL;
	if (mode == SS_DISABLE) {
		s->alt_sp = s->alt_size = 0;
		s->alt_flags = (u32)ss->ss_flags;
		return 0;
	}
	if (ss->ss_size < t->proc->abi->min_stack)
		return -ENOMEM;
	s->alt_sp = (u64)ss->ss_sp;
	s->alt_size = ss->ss_size;
	s->alt_flags = (u32)ss->ss_flags & SIGNAL_SS_AUTODISARM;
	return 0;
}

s64 proc_sigaltstack(struct sysctx *c, const u64 *a)
{
	struct task *t = task_of(c);
	struct signal_state *s = t->sigst;
	gaddr sp = t->cpu->r[t->proc->abi->sp];
	stack_t ss, old = { 0 };
	int err;

	old.ss_sp = (void *)s->alt_sp;
	old.ss_size = s->alt_size;
	old.ss_flags = (int)s->alt_flags;
	if (signal_on_alt_stack(s, sp))
		old.ss_flags |= SS_ONSTACK;
	if (a[0]) {
		if (guest_read(c, &ss, a[0], sizeof(ss)))
			return -EFAULT;
		err = signal_set_alt_stack(t, sp, &ss);
		if (err)
			return err;
	}
	if (a[1] && guest_write(c, a[1], &old, sizeof(old)))
		return -EFAULT;
	return 0;
}

/* -- Return from a handler ------------------------------------------------- */

s64 proc_rt_sigreturn(struct sysctx *c, const u64 *a)
{
	struct task *t = task_of(c);
	gaddr sp = t->cpu->r[t->proc->abi->sp];
	u64 mask;

	if (t->proc->abi->frame_pop(t, &mask))
		signal_bad_frame(t, sp);
	else
		signal_set_mask(t, mask);
	return SYS_NORETURN;
}

/* -- Sending --------------------------------------------------------------- */

s64 proc_kill(struct sysctx *c, const u64 *a)
{
	return HOST(c, SYS_kill, a[0], a[1]);
}

s64 proc_tkill(struct sysctx *c, const u64 *a)
{
	return HOST(c, SYS_tkill, a[0], a[1]);
}

s64 proc_tgkill(struct sysctx *c, const u64 *a)
{
	return HOST(c, SYS_tgkill, a[0], a[1], a[2]);
}

/*
 * A process may send itself what looks like a fault (si_code > 0).  Our
 * handler would take it for one, hence such a signal goes to the calling
 * thread directly.
 */
static bool looks_like_fault(u64 pid, u64 signo, const siginfo_t *si)
{
	return signo >= 1 && signo <= SIGNAL_MAX && si->si_code > 0 &&
	       SIGNAL_BIT(signo) & SIGNAL_SYNC &&
	       (s64)(int)pid == CALL(SYS_getpid);
}

static s64 send_self(struct task *t, siginfo_t *si)
{
	signal_block_all();
	signal_note(t, si);
	signal_unblock(t);
	return 0;
}

s64 proc_rt_sigqueueinfo(struct sysctx *c, const u64 *a)
{
	siginfo_t si;

	if (guest_read(c, &si, a[2], sizeof(si)))
		return -EFAULT;
	if (looks_like_fault(a[0], a[1], &si)) {
		si.si_signo = (int)a[1];
		return send_self(task_of(c), &si);
	}
	return HOST(c, SYS_rt_sigqueueinfo, a[0], a[1], a[2]);
}

s64 proc_rt_tgsigqueueinfo(struct sysctx *c, const u64 *a)
{
	siginfo_t si;

	if (guest_read(c, &si, a[3], sizeof(si)))
		return -EFAULT;
	if (looks_like_fault(a[0], a[2], &si)) {
		si.si_signo = (int)a[2];
		return send_self(task_of(c), &si);
	}
	return HOST(c, SYS_rt_tgsigqueueinfo, a[0], a[1], a[2], a[3]);
}

s64 proc_restart_syscall(struct sysctx *c, const u64 *a)
{
	/* The host restarts its own calls; nothing is ever left to resume. */
	return -EINTR;
}
