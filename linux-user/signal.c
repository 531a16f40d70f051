// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The host's signal handler, the queue between it and the task loop, and
 * delivery to the guest.  signal.h tells the scheme.
 *
 * Order.  A signal is delivered between two guest instructions.  When the
 * handler's note and another reason to leave translated code (a fault, an
 * svc) meet, the signal goes first and the instruction runs again after the
 * guest's handler: to the guest the signal came just before it.
 */
#include "linux-user/signal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/log.h"
#include "linux-user/abi.h"
#include "linux-user/host_x64.h"
#include "syscalls/sys.h"

enum { HANDLER_STACK = 32 << 10 };

static const u8 sync_signal[SIGNAL_NSYNC] = {
	SIGILL, SIGTRAP, SIGBUS, SIGFPE, SIGSEGV
};

static unsigned sync_index(int signo)
{
	unsigned i = 0;

	while (i < SIGNAL_NSYNC - 1 && sync_signal[i] != signo)
		i++;
	return i;
}

/* -- Host masks and dispositions ------------------------------------------- */

static void host_mask(u64 mask)
{
	CALL(SYS_rt_sigprocmask, SIG_SETMASK, &mask, 0, 8);
}

void signal_block_all(void)
{
	host_mask(~SIGNAL_SYNC);
}

void signal_unblock(struct task *t)
{
	host_mask(t->sigst->mask & ~SIGNAL_SYNC);
}

void signal_set_mask(struct task *t, u64 mask)
{
	t->sigst->mask = mask & ~SIGNAL_UNBLOCKABLE;
	signal_unblock(t);
}

u64 signal_inherited_mask(void)
{
	u64 mask = 0;

	CALL(SYS_rt_sigprocmask, SIG_BLOCK, 0, &mask, 8);
	return mask;
}

/* -- The handler ----------------------------------------------------------- */

static void push(struct task *t, const siginfo_t *si)
{
	struct signal_state *s = t->sigst;
	u32 n = s->tail - s->head;

	/* Nothing blocks the synchronous ones; they do not queue up. */
	if (SIGNAL_BIT(si->si_signo) & SIGNAL_SYNC)
		for (u32 i = 0; i < n; i++)
			if (s->queue[(s->head + i) % SIGNAL_QUEUE].si_signo ==
			    si->si_signo)
				return;
	if (n == SIGNAL_QUEUE)
		return;
	s->queue[s->tail % SIGNAL_QUEUE] = *si;
	atomic_signal_fence(memory_order_seq_cst);
	s->tail++;
}

/* The guest blocks a signal that the host does not: keep it here. */
static void hold(struct signal_state *s, const siginfo_t *si)
{
	u64 bit = SIGNAL_BIT(si->si_signo);

	if (s->held & bit)
		return;
	s->held_info[sync_index(si->si_signo)] = *si;
	__atomic_or_fetch(&s->held, bit, __ATOMIC_SEQ_CST);
}

void signal_note(struct task *t, siginfo_t *si)
{
	struct signal_state *s = t->sigst;
	u64 blocked = s->waiting ? s->wait_mask : s->mask;

	if (SIGNAL_BIT(si->si_signo) & SIGNAL_SYNC & blocked)
		hold(s, si);
	else
		push(t, si);
}

/* A fault of the thread itself: the guest's access, or our bug. */
static void on_fault(struct task *t, int signo, siginfo_t *si, void *uc)
{
	u64 addr = signo == SIGSEGV || signo == SIGBUS ? (u64)si->si_addr : 0;
	u64 pc = host_uc_pc(uc);
	struct signal_action dfl = { .flags = SIGNAL_SA_RESTORER,
				     .restorer = (u64)host_sigreturn };

	if (guestmem_fixup(uc))
		return;
	if (pc >= (u64)host_cmpxchg_begin && pc < (u64)host_cmpxchg_end) {
		host_uc_set_pc(uc, host_cmpxchg_fault);
		return;
	}
	if (t && exec_host_fault(t->cpu, uc, signo, addr, host_uc_is_write(uc)))
		return;
	log_printf("dragoman: internal fault: signal %d at host pc 0x%llx, "
		   "address 0x%llx\n", signo, (unsigned long long)pc,
		   (unsigned long long)addr);
	CALL(SYS_rt_sigaction, signo, &dfl, 0, 8);
	/* The instruction faults again, with the default action now. */
	if (signo == SIGTRAP)
		CALL(SYS_tkill, t ? t->tid : getpid(), signo);
}

static void on_signal(int signo, siginfo_t *si, void *uc)
{
	struct task *t = task_self;
	u64 all = ~SIGNAL_SYNC;

	if (SIGNAL_BIT(signo) & SIGNAL_SYNC && si->si_code > 0) {
		on_fault(t, signo, si, uc);
		return;
	}
	si->si_signo = signo;
	if (t)
		signal_note(t, si);
	else			/* a thread that begins or ends */
		CALL(SYS_rt_tgsigqueueinfo, getpid(), gettid(), signo, si);
	if (t && !signal_pending(t->sigst))
		return;			/* held */
	/* In the context's mask: it becomes the thread's on return. */
	memcpy(&((ucontext_t *)uc)->uc_sigmask, &all, sizeof(all));
	if (!t)
		return;
	exec_kick(t->cpu);
	host_syscall_interrupted(uc);
}

/*
 * Give the host what the guest has for signo.  SA_RESTART is always set: the
 * kernel then tells restartable calls from others (host_syscall.S), and the
 * guest's own flag decides at delivery.
 */
static s64 host_action(int signo, const struct signal_action *act,
		       struct signal_action *old)
{
	bool ours = SIGNAL_BIT(signo) & SIGNAL_SYNC ||
		    act->handler > SIGNAL_IGN;
	struct signal_action h = {
		.handler = ours ? (u64)on_signal : act->handler,
		.flags = SIGNAL_SA_RESTORER | SA_SIGINFO | SA_ONSTACK |
			 SA_RESTART |
			 (act->flags & (SA_NOCLDSTOP | SA_NOCLDWAIT)),
		.restorer = (u64)host_sigreturn,
		.mask = ~0ull,
	};

	return CALL(SYS_rt_sigaction, signo, &h, old, 8);
}

s64 signal_host_action(int signo, const struct signal_action *old,
		       const struct signal_action *act)
{
	u64 flags = SA_NOCLDSTOP | SA_NOCLDWAIT;

	if (old && old->handler > SIGNAL_IGN && act->handler > SIGNAL_IGN &&
	    !((old->flags ^ act->flags) & flags))
		return 0;
	return host_action(signo, act, NULL);
}

/* Only SIG_IGN comes through the exec that has started us. */
static void inherit(struct signal_table *tab, int signo,
		    const struct signal_action *old)
{
	if (old->handler == SIGNAL_IGN)
		tab->act[signo].handler = SIGNAL_IGN;
	tab->known |= SIGNAL_BIT(signo);
}

struct signal_action *signal_row(struct signal_table *tab, int signo)
{
	struct signal_action old = { 0 };

	if (!(tab->known & SIGNAL_BIT(signo))) {
		CALL(SYS_rt_sigaction, signo, 0, &old, 8);
		inherit(tab, signo, &old);
	}
	return &tab->act[signo];
}

int signal_start(struct process *p)
{
	struct signal_table *tab = calloc(1, sizeof(*tab));

	if (!tab)
		return -ENOMEM;
	pthread_mutex_init(&tab->lock, NULL);
	for (unsigned i = 0; i < SIGNAL_NSYNC; i++) {
		int n = sync_signal[i];
		struct signal_action old = { 0 };

		host_action(n, &tab->act[n], &old);
		inherit(tab, n, &old);
	}
	/* libc takes this one with its first thread: look before. */
	signal_row(tab, SIGNAL_SETXID);
	p->sig = tab;
	return 0;
}

void signal_restore_action(struct process *p, int signo)
{
	pthread_mutex_lock(&p->sig->lock);
	host_action(signo, signal_row(p->sig, signo), NULL);
	pthread_mutex_unlock(&p->sig->lock);
}

void signal_clear_handlers(struct process *p)
{
	struct signal_table *tab = p->sig;

	pthread_mutex_lock(&tab->lock);
	for (int n = 1; n <= SIGNAL_MAX; n++) {
		if (tab->act[n].handler <= SIGNAL_IGN)
			continue;
		memset(&tab->act[n], 0, sizeof(tab->act[n]));
		host_action(n, &tab->act[n], NULL);
	}
	pthread_mutex_unlock(&tab->lock);
}

/* -- Threads --------------------------------------------------------------- */

struct signal_state *signal_state_new(u64 mask)
{
	struct signal_state *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	/* What the kernel needs to save the vector state comes on top. */
	s->host_stack_size = HANDLER_STACK + getauxval(AT_MINSIGSTKSZ);
	s->host_stack = malloc(s->host_stack_size);
	if (!s->host_stack) {
		free(s);
		return NULL;
	}
	s->mask = mask & ~SIGNAL_UNBLOCKABLE;
	s->alt_flags = SS_DISABLE;
	return s;
}

void signal_state_free(struct signal_state *s)
{
	if (!s)
		return;
	free(s->host_stack);
	free(s);
}

void signal_attach(struct task *t)
{
	stack_t ss = { .ss_sp = t->sigst->host_stack,
		       .ss_size = t->sigst->host_stack_size };

	CALL(SYS_sigaltstack, &ss, 0);
}

void signal_detach(struct task *t)
{
	stack_t ss = { .ss_flags = SS_DISABLE };

	CALL(SYS_sigaltstack, &ss, 0);
}

bool signal_on_alt_stack(const struct signal_state *s, gaddr sp)
{
	if (s->alt_flags & (SS_DISABLE | SIGNAL_SS_AUTODISARM))
		return false;
	return sp > s->alt_sp && sp - s->alt_sp <= s->alt_size;
}

/* -- Delivery -------------------------------------------------------------- */

/* Hand a signal back to the kernel: the guest blocks it by now. */
static void give_back(struct task *t, siginfo_t *si)
{
	if (SIGNAL_BIT(si->si_signo) & SIGNAL_SYNC)
		hold(t->sigst, si);
	else
		CALL(SYS_rt_tgsigqueueinfo, getpid(), t->tid, si->si_signo, si);
}

/* The guest's default action, for a signal that our handler caught. */
static void default_action(struct task *t, siginfo_t *si)
{
	switch (si->si_signo) {
	case SIGCHLD:
	case SIGCONT:
	case SIGURG:
	case SIGWINCH:
		return;
	}
	if (SIGNAL_BIT(si->si_signo) & SIGNAL_SYNC)
		task_die(t, si->si_signo);
	/* The guest has reset it meanwhile: now the host does the same. */
	give_back(t, si);
}

/* The action for signo now; SA_RESETHAND is applied. */
static struct signal_action take_action(struct task *t, int signo)
{
	struct signal_table *tab = t->proc->sig;
	struct signal_action act, *a;

	pthread_mutex_lock(&tab->lock);
	a = signal_row(tab, signo);
	act = *a;
	if (act.handler > SIGNAL_IGN && act.flags & SA_RESETHAND) {
		a->handler = SIGNAL_DFL;
		host_action(signo, a, NULL);
	}
	pthread_mutex_unlock(&tab->lock);
	return act;
}

/* signal_setup_done() of the kernel when there is no room for the frame. */
static void no_frame(struct task *t, int signo)
{
	if (signo == SIGSEGV)
		task_die(t, SIGSEGV);
	signal_force(t, SIGSEGV, SI_KERNEL, 0);
}

static void run_handler(struct task *t, const struct signal_action *act,
			siginfo_t *si)
{
	const struct guest_abi *abi = t->proc->abi;
	struct signal_state *s = t->sigst;
	struct cpu *cpu = t->cpu;
	u64 old = s->mask, mask = s->waited ? s->wait_mask : old;

	if (s->restart == SIGNAL_RESTART_SA && !(act->flags & SA_RESTART)) {
		cpu->pc += abi->call_bytes;
		cpu->r[abi->result] = (u64)-EINTR;
	}
	s->restart = SIGNAL_RESTART_NONE;
	s->waited = false;
	cpu->excl_size = 0;
	if (abi->frame_push(t, act, si, old)) {
		no_frame(t, si->si_signo);
		return;
	}
	mask |= act->mask;
	if (!(act->flags & SA_NODEFER))
		mask |= SIGNAL_BIT(si->si_signo);
	s->mask = mask & ~SIGNAL_UNBLOCKABLE;
}

static void deliver_one(struct task *t, siginfo_t *si)
{
	struct signal_action act = take_action(t, si->si_signo);

	signal_log(t, si);
	if (act.handler == SIGNAL_IGN)
		return;
	if (act.handler == SIGNAL_DFL)
		default_action(t, si);
	else
		run_handler(t, &act, si);
}

bool signal_take_held(struct signal_state *s, u64 set, siginfo_t *si)
{
	u64 h = s->held & set;
	int signo;

	if (!h)
		return false;
	signo = __builtin_ctzll(h) + 1;
	*si = s->held_info[sync_index(signo)];
	__atomic_and_fetch(&s->held, ~SIGNAL_BIT(signo), __ATOMIC_SEQ_CST);
	return true;
}

void signal_unhold(struct task *t, u64 set)
{
	siginfo_t si;

	signal_block_all();
	while (signal_take_held(t->sigst, set, &si))
		push(t, &si);
}

void signal_deliver(struct task *t)
{
	struct signal_state *s = t->sigst;
	siginfo_t si;

	for (;;) {
		/*
		 * The kernel let the first one through, perhaps under the mask
		 * of a ppoll; a later one may be blocked by the handler
		 * that the first one got.
		 */
		for (bool first = true; s->head != s->tail; first = false) {
			si = s->queue[s->head % SIGNAL_QUEUE];
			atomic_signal_fence(memory_order_seq_cst);
			s->head++;
			if (first || !(s->mask & SIGNAL_BIT(si.si_signo)))
				deliver_one(t, &si);
			else
				give_back(t, &si);
		}
		if (signal_take_held(s, ~s->mask, &si)) {
			deliver_one(t, &si);
			continue;
		}
		signal_unblock(t);
		if (!signal_pending(s))
			break;
	}
	s->restart = SIGNAL_RESTART_NONE;
	s->waited = false;
}

void signal_force(struct task *t, int signo, int code, gaddr addr)
{
	struct signal_action act = take_action(t, signo);
	siginfo_t si;

	memset(&si, 0, sizeof(si));
	si.si_signo = signo;
	si.si_code = code;
	if (code != SI_KERNEL)
		si.si_addr = (void *)addr;
	signal_log(t, &si);
	if (act.handler <= SIGNAL_IGN ||
	    t->sigst->mask & SIGNAL_BIT(signo))
		task_die(t, signo);
	run_handler(t, &act, &si);
	signal_unblock(t);
}

void signal_bad_frame(struct task *t, gaddr addr)
{
	struct vma v;

	signal_force(t, SIGSEGV, space_find(t->proc->space, addr, &v) ?
		     SEGV_ACCERR : SEGV_MAPERR, addr);
}

/* -- exec ------------------------------------------------------------------ */

static bool exec_differs(struct task *t)
{
	if ((t->sigst->mask | t->sigst->held) & SIGNAL_SYNC)
		return true;
	for (unsigned i = 0; i < SIGNAL_NSYNC; i++)
		if (t->proc->sig->act[sync_signal[i]].handler == SIGNAL_IGN)
			return true;
	return false;
}

void signal_exec_prepare(struct task *t)
{
	struct signal_state *s = t->sigst;
	struct signal_action ign = { .handler = SIGNAL_IGN,
				     .flags = SIGNAL_SA_RESTORER,
				     .restorer = (u64)host_sigreturn };
	siginfo_t si;

	if (!exec_differs(t))
		return;
	host_mask(s->mask);
	while (signal_take_held(s, ~0ull, &si))
		CALL(SYS_rt_tgsigqueueinfo, getpid(), t->tid, si.si_signo, &si);
	for (unsigned i = 0; i < SIGNAL_NSYNC; i++)
		if (t->proc->sig->act[sync_signal[i]].handler == SIGNAL_IGN)
			CALL(SYS_rt_sigaction, sync_signal[i], &ign, 0, 8);
}

void signal_exec_failed(struct task *t)
{
	if (!exec_differs(t))
		return;
	for (unsigned i = 0; i < SIGNAL_NSYNC; i++)
		host_action(sync_signal[i],
			    &t->proc->sig->act[sync_signal[i]], NULL);
	signal_unblock(t);
}
