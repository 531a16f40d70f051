/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Offsets that host_syscall.S needs (checked in hostctx.c) and, for C, the
 * labels it defines.
 */
#ifndef SYSCALLS_HOST_WINDOW_H
#define SYSCALLS_HOST_WINDOW_H

#define SYSCTX_CPU 0		/* struct sysctx: cpu */
#define SYSCTX_NOT_BEGUN 40	/* struct sysctx: not_begun */
#define CPU_EXIT_REQUEST 268	/* struct cpu: exit_request */

#ifndef __ASSEMBLER__
/* The window of host_syscall() and its two ways out. */
extern const char host_window_begin[], host_window_insn[], host_window_end[];
extern const char host_window_refuse[], host_window_leave[];
/* The copies that may fault, and where they go then. */
extern const char guestmem_begin[], guestmem_end[], guestmem_fault[];

int guestmem_copy(void *dst, const void *src, u64 len);
s64 guestmem_strcpy(char *buf, const char *src, u64 size);
#endif

#endif
