/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Making a process out of a program: maps the image and its interpreter,
 * lays out the address space as an arm64 kernel with 42-bit addresses does,
 * writes the initial stack.
 */
#ifndef LINUX_USER_LOAD_H
#define LINUX_USER_LOAD_H

#include "linux-user/prog.h"
#include "linux-user/task.h"

/* Randomness for the layout, drawn once. */
struct load_random {
	u64 stack, mmap, pie, brk;
	u8 at_random[16];
};

struct load {
	struct process *proc;
	struct prog *prog;
	const char *execfn;		/* AT_EXECFN */
	char **argv, **envp;		/* of the guest */
	u64 features;			/* CPU features, for the hwcaps */
	u64 at_flags;			/* AT_FLAGS */
	bool randomize;
	struct load_random rnd;
	/* Results. */
	gaddr pc, sp;
	const char *why;		/* reason of a failure */
};

/*
 * Fill proc->space and proc->{entry,vdso,sigreturn,auxv} and the results.
 * 0 or -errno.
 */
int load_program(struct load *l);

/* -- Between load.c and stack.c ------------------------------------------ */

struct loaded {
	gaddr bias, entry, phdr;
	gaddr start_code, end_code, start_data, end_data, brk;
};

/*
 * Map the stack, top-most in the window, and write strings, auxiliary vector
 * and pointers; sets l->sp and the arg and env fields of *info.  size is the
 * room that the stack may take.
 */
int stack_build(struct load *l, const struct loaded *img,
		const struct loaded *interp, struct space_info *info,
		gaddr top, u64 size);
/* Bytes that the strings and vectors take at most. */
u64 stack_need(const struct load *l);

#endif
