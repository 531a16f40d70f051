/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The filter language of seccomp: classic BPF over struct seccomp_data. */
#ifndef SYSCALLS_SECCOMP_BPF_H
#define SYSCALLS_SECCOMP_BPF_H

#include <linux/filter.h>
#include <linux/seccomp.h>

#include "base/base.h"

/* Is it a program that always ends and touches only what it may? */
bool seccomp_bpf_valid(const struct sock_filter *insn, unsigned len);

/* Run a valid program; the action it returns. */
u32 seccomp_bpf_run(const struct sock_filter *insn,
		    const struct seccomp_data *data);

#endif
