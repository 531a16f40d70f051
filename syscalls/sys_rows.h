/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a row of a generated system call table is in an array of struct
 * sys_entry; for the abi_*.c files alone. */
#define SYS_PASS(nr, name, host, ptrs, fds, args) \
	[nr] = { #name, args, NULL, host, SYS_HOW_PASS, ptrs, fds },
#define SYS_NONE(nr, name, host, ptrs, fds, args) \
	[nr] = { #name, args, NULL, 0, SYS_HOW_NONE, ptrs, fds },
#define SYS_PROC(nr, name, op, ptrs, fds, args) \
	[nr] = { #name, args, NULL, SYS_PROC_##op, SYS_HOW_PROC, ptrs, fds },
#define SYS_FN(nr, name, fn, ptrs, fds, args) \
	[nr] = { #name, args, sys_##fn, 0, SYS_HOW_FN, ptrs, fds },
