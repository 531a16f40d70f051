// SPDX-License-Identifier: LGPL-2.1-or-later
/* The system calls of x86_64 guests: the table made from x64.tbl. */
#include <linux/audit.h>
#include <sys/syscall.h>

#include "syscalls/proc_op.h"
#include "syscalls/sys.h"

static const struct sys_entry call[] = {
#include "syscalls/sys_rows.h"
#include "syscalls/x64_table_gen.h"
};

const struct sys_abi sys_abi_x64 = {
	.name = "x86_64",
	.call = call, .ncalls = ARRAY_LEN(call),
	.audit_arch = AUDIT_ARCH_X86_64,
	.native = true,
	.strict = { 0, 1, 60, 15 },
	.linux32_machine = "i686",
};
