/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The parts of the x86_64 process ABI, for the table in abi_x64.c. */
#ifndef LINUX_USER_ABI_X64_H
#define LINUX_USER_ABI_X64_H

#include "linux-user/abi.h"

/*
 * Page with the three old entry points for the time, which the kernel emulates
 * (arch/x86/entry/vsyscall): nothing is there, jumps to them are answered.
 */
#define X64_VSYSCALL 0xffffffffff600000ull

void x64_fault(struct task *t, enum exec_exit reason);
int x64_frame_push(struct task *t, const struct signal_action *act,
		   const siginfo_t *info, u64 old_mask);
int x64_frame_pop(struct task *t, u64 *mask);

/* Answer a jump to X64_VSYSCALL + something.  false: a fault like any. */
bool x64_vsyscall(struct task *t);

#endif
