// SPDX-License-Identifier: LGPL-2.1-or-later
/* The system calls of aarch64 guests: the table made from a64.tbl. */
#include <linux/audit.h>
#include <sys/syscall.h>

#include "syscalls/proc_op.h"
#include "syscalls/sys.h"

static const struct sys_entry call[] = {
#include "syscalls/sys_rows.h"
#include "syscalls/a64_table_gen.h"
};

const struct sys_abi sys_abi_a64 = {
	.name = "aarch64",
	.call = call, .ncalls = ARRAY_LEN(call),
	.audit_arch = AUDIT_ARCH_AARCH64,
	.swap_open_flags = true,
	.strict = { 63, 64, 93, 139 },
	.linux32_machine = "armv8l",
};
