/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The parts of the aarch64 process ABI, for the table in abi_a64.c. */
#ifndef LINUX_USER_ABI_A64_H
#define LINUX_USER_ABI_A64_H

#include "linux-user/abi.h"

void a64_fault(struct task *t, enum exec_exit reason);
int a64_frame_push(struct task *t, const struct signal_action *act,
		   const siginfo_t *info, u64 old_mask);
int a64_frame_pop(struct task *t, u64 *mask);

#endif
