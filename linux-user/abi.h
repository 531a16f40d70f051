/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What of a Linux process depends on the guest's architecture: one table for
 * each guest (abi_a64.c, abi_x64.c), chosen by the program that is loaded.
 */
#ifndef LINUX_USER_ABI_H
#define LINUX_USER_ABI_H

#include <signal.h>
#include <stdio.h>

#include "syscalls/syscall.h"
#include "translate/guest/guest.h"

struct process;
struct signal_action;
struct task;
struct vdso;

struct guest_abi {
	const struct guest_isa *isa;
	const struct sys_abi *sys;	/* its system calls */
	const char *machine;		/* uname -m, AT_PLATFORM */
	/* Where Debian's cross compilers keep their C library. */
	const char *default_prefix;
	u32 min_stack;			/* sigaltstack's least size */
	u32 at_min_stack;		/* AT_MINSIGSTKSZ */

	/* Indices in cpu.r[]: stack pointer; system call number, arguments and
	 * result; and the bytes of the instruction that makes the call. */
	u8 sp, nr, arg[6], result, call_bytes;

	/*
	 * "model[,+feature][,-feature][,feature=on|off]..." -> feature bits.
	 * 0 or -EINVAL.
	 */
	int (*cpu_parse)(const char *arg, u64 *features);
	void (*cpu_help)(FILE *f);
	bool writes_code;		/* without telling: space_code.c */
	/* Registers beside pc and sp that a program finds set; or NULL. */
	void (*cpu_start)(struct cpu *cpu);
	u64 (*hwcap)(u64 features);	/* AT_HWCAP */
	u64 (*hwcap2)(u64 features);	/* AT_HWCAP2 */
	/* Write /proc/cpuinfo as the guest's kernel prints it. */
	void (*print_cpuinfo)(FILE *f, u64 features, unsigned ncpu);

	const struct vdso *vdso;

	/* A signal for what made exec_run() return. */
	void (*fault)(struct task *t, enum exec_exit reason);
	/*
	 * Push a frame and point the cpu at the handler.  old_mask is what
	 * sigreturn will restore.  0 or -EFAULT.
	 */
	int (*frame_push)(struct task *t, const struct signal_action *act,
			  const siginfo_t *info, u64 old_mask);
	/* Restore the cpu, *mask and the alternate stack.  0, or -EFAULT when
	 * the frame is not readable or not valid. */
	int (*frame_pop)(struct task *t, u64 *mask);
};

/* The table of the guest with this instruction set, or NULL. */
const struct guest_abi *abi_of(const struct guest_isa *isa);
/* That of the program names "qemu-aarch64", "qemu-x86_64-static" ..., or NULL. */
const struct guest_abi *abi_by_program(const char *name);
/* All of them, NULL-terminated. */
extern const struct guest_abi *const abi_list[];

#endif
