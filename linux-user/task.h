/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A guest process and its threads.  One `struct process` per host process,
 * one `struct task` per guest thread, which is one host thread.  The task
 * loop (task.c) runs the cpu, answers what exec_run() returns and delivers
 * signals between two guest instructions.
 */
#ifndef LINUX_USER_TASK_H
#define LINUX_USER_TASK_H

#include <pthread.h>
#include <signal.h>

#include "linux-user/space.h"
#include "syscalls/syscall.h"
#include "translate/translate.h"

/* The command line's result; constant after start. */
struct options {
	const char *prefix[16];		/* -L, NULL-ended */
	const char *argv0;		/* -0 */
	const char *uname_release;	/* -r */
	const char *cpu_model;		/* -cpu */
	u64 stack_size;			/* -s, bytes; 0 = RLIMIT_STACK */
	u64 seed;			/* -seed */
	bool have_seed, strace, stats, perfmap, one_insn, nochain;
	bool interpret, lockstep, check_ir;
	u32 log;			/* -d */
	const char *log_file;		/* -D */
};

struct guest_abi;

struct process {
	const struct options *opt;
	const struct guest_abi *abi;
	struct space *space;
	struct tctx *tctx;
	char *exe_path;			/* guest executable, absolute */
	char **argv, **envp;		/* guest's, for /proc; owned */
	u8 *auxv;			/* guest's, as laid on the stack */
	u64 auxv_len;
	gaddr entry, vdso, sigreturn;	/* sigreturn: vDSO trampoline */
	int self_fd;			/* our own executable, high, CLOEXEC */
	int own_fd[4];			/* open, but not for the guest: ownfd.h */
	unsigned nown;
	struct sys_config sys_cfg;
	struct sys_state sys_state;
	const struct sys_ops *sys_ops;	/* what syscalls/ asks of us */
	struct signal_table *sig;	/* handlers, signal.h */
	pthread_mutex_t lock;		/* list of tasks */
	struct task *tasks;
	u32 ntasks;
	bool threaded;			/* libc has made its first thread */
};

struct task {
	struct cpu *cpu;
	struct process *proc;
	struct sysctx sys;
	struct signal_state *sigst;	/* mask, pending, altstack; signal.h */
	struct task *next, **prev;	/* in proc->tasks */
	pid_t tid;
	gaddr clear_tid;		/* CLONE_CHILD_CLEARTID */
	gaddr robust;			/* set_robust_list */
	bool vfork_child;		/* shares the parent's memory */
	void *exec;			/* exec.c: exec_release() frees it */
	void *leave;			/* jmp_buf: back to the thread's start
					   function; NULL in a main thread */
};

/* The task of the calling host thread (thread-local). */
extern __thread struct task *task_self;

/*
 * A task of p with a cpu that is all zero, and everything that signals need;
 * mask is the guest's blocked set.  Not yet in p->tasks.  NULL: no memory.
 */
struct task *task_new(struct process *p, u64 mask);
void task_free(struct task *t);
/* Put t into p->tasks / take it out (how many remain).  By the thread that
 * runs it. */
void task_link(struct task *t);
u32 task_unlink(struct task *t);

/*
 * How a process begins (main.c): p filled in, then
 *	signal_start(p); t = task_new(p, signal_inherited_mask());
 *	set up t->cpu; task_start(t);
 */
void task_start(struct task *t) NORETURN;

/* Run guest code of t until it exits; does not return. */
void task_loop(struct task *t) NORETURN;

/* Thread exit and process exit with the guest's semantics. */
void task_exit(struct task *t, int code) NORETURN;
void task_exit_group(struct task *t, int code) NORETURN;
/* Die by signal, as the guest's default action demands. */
void task_die(struct task *t, int signo) NORETURN;

#endif
