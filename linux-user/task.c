// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A guest thread's life: the loop that runs its cpu and answers what comes
 * out of translated code (system calls, faults), and its ways to end.
 */
#include "linux-user/task.h"

#include <errno.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/log.h"
#include "linux-user/abi.h"
#include "linux-user/exec.h"
#include "linux-user/host_x64.h"
#include "linux-user/signal.h"
#include "linux-user/smc.h"
#include "syscalls/sys.h"

__thread struct task *task_self;

/* -- Making one ------------------------------------------------------------ */

static struct cpu *cpu_new(struct tctx *tctx)
{
	size_t size = align_up(sizeof(struct cpu), 64);
	struct cpu *cpu = aligned_alloc(64, size);

	if (!cpu)
		return NULL;
	memset(cpu, 0, size);
	if (cpu_init(tctx, cpu)) {
		free(cpu);
		return NULL;
	}
	return cpu;
}

struct task *task_new(struct process *p, u64 mask)
{
	struct task *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->proc = p;
	t->sigst = signal_state_new(mask);
	t->cpu = cpu_new(p->tctx);
	if (!t->sigst || !t->cpu) {
		task_free(t);
		return NULL;
	}
	t->cpu->owner = t;
	t->sys.cpu = t->cpu;
	t->sys.ops = p->sys_ops;
	t->sys.cfg = &p->sys_cfg;
	t->sys.state = &p->sys_state;
	t->sys.task = t;
	return t;
}

void task_free(struct task *t)
{
	if (t->cpu) {
		cpu_fini(t->cpu);
		free(t->cpu);
	}
	signal_state_free(t->sigst);
	exec_release(t);
	free(t);
}

void task_link(struct task *t)
{
	struct process *p = t->proc;

	pthread_mutex_lock(&p->lock);
	t->next = p->tasks;
	t->prev = &p->tasks;
	if (t->next)
		t->next->prev = &t->next;
	p->tasks = t;
	p->ntasks++;
	pthread_mutex_unlock(&p->lock);
}

u32 task_unlink(struct task *t)
{
	struct process *p = t->proc;
	u32 rest;

	pthread_mutex_lock(&p->lock);
	*t->prev = t->next;
	if (t->next)
		t->next->prev = t->prev;
	rest = --p->ntasks;
	pthread_mutex_unlock(&p->lock);
	return rest;
}

void task_start(struct task *t)
{
	task_self = t;
	t->tid = (pid_t)CALL(SYS_gettid);
	task_link(t);
	signal_attach(t);
	signal_unblock(t);
	task_loop(t);
}

/* -- System calls ---------------------------------------------------------- */

static void syscall_exit(struct task *t)
{
	const struct guest_abi *abi = t->proc->abi;
	struct cpu *cpu = t->cpu;
	u64 a[6];
	s64 ret;

	for (unsigned i = 0; i < ARRAY_LEN(a); i++)
		a[i] = cpu->r[abi->arg[i]];
	cpu->excl_size = 0;	/* eret clears the monitor */
	t->sys.not_begun = false;
	ret = syscall_run(&t->sys, (u32)cpu->r[abi->nr], a);
	if (ret == SYS_NORETURN)
		return;
	if (unlikely(ret == SYS_RESTART)) {
		/* The registers still have the arguments: go back to the
		 * instruction. */
		cpu->pc -= abi->call_bytes;
		t->sigst->restart = t->sys.not_begun ? SIGNAL_RESTART_NONE :
						       SIGNAL_RESTART_SA;
		return;
	}
	cpu->r[abi->result] = (u64)ret;
}

/* -- The loop -------------------------------------------------------------- */

static void answer(struct task *t, enum exec_exit reason)
{
	switch (reason) {
	case EXEC_SYSCALL:
		syscall_exit(t);
		break;
	case EXEC_NONE:
		/* No memory to translate with; a guest would be OOM-killed. */
		task_die(t, SIGKILL);
	case EXEC_INTERRUPT:
	case EXEC_STEP:
		break;
	case EXEC_FAULT:
		if (smc_write(t, &reason)) {
			answer(t, reason);
			break;
		}
		/* fall through */
	default:
		t->proc->abi->fault(t, reason);
	}
}

void task_loop(struct task *t)
{
	struct cpu *cpu = t->cpu;

	for (;;) {
		enum exec_exit reason;

		/* Before looking at the queue: the handler sets it after. */
		atomic_store_explicit(&cpu->exit_request, 0,
				      memory_order_relaxed);
		atomic_signal_fence(memory_order_seq_cst);
		if (unlikely(signal_pending(t->sigst)))
			signal_deliver(t);
		reason = exec_run(cpu);
		if (unlikely(signal_pending(t->sigst))) {
			/* It came before this instruction, which repeats. */
			if (reason == EXEC_SYSCALL)
				cpu->pc -= t->proc->abi->call_bytes;
			continue;
		}
		answer(t, reason);
	}
}

/* -- Ends ------------------------------------------------------------------ */

static void print_stats(struct task *t)
{
	if (t->proc->opt->stats)
		tctx_print_stats(t->proc->tctx, log_file());
}

void task_exit(struct task *t, int code)
{
	signal_block_all();
	/*
	 * The first thread of a process, or the last: the kernel does for it
	 * what it does for a native one (robust list, clear_tid, exit code).
	 */
	if (!task_unlink(t))
		print_stats(t);
	else if (t->leave)
		longjmp(*(jmp_buf *)t->leave, 1);
	if (t->clear_tid)
		CALL(SYS_set_tid_address, t->clear_tid);
	for (;;)
		CALL(SYS_exit, code);
}

void task_exit_group(struct task *t, int code)
{
	print_stats(t);
	for (;;)
		CALL(SYS_exit_group, code);
}

void task_die(struct task *t, int signo)
{
	struct signal_action dfl = { .flags = SIGNAL_SA_RESTORER,
				     .restorer = (u64)host_sigreturn };
	u64 mask = ~SIGNAL_BIT(signo);

	signal_log_death(t, signo);
	CALL(SYS_rt_sigaction, signo, &dfl, 0, 8);
	CALL(SYS_rt_sigprocmask, SIG_SETMASK, &mask, 0, 8);
	CALL(SYS_tgkill, getpid(), t->tid, signo);
	/* Only init of a pid namespace is immune to its own signals. */
	for (;;)
		CALL(SYS_exit_group, 128 + signo);
}
