// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The signal handler's half of host_syscall.S: looks at the interrupted host
 * context and, if it stands in one of the windows there, sends it to the way
 * out.  x86_64 hosts.
 */
#include "syscalls/syscall.h"

#include <stddef.h>
#include <sys/syscall.h>
#include <ucontext.h>

#include "syscalls/host_window.h"
#include "syscalls/sys.h"
#include "translate/cpu.h"

_Static_assert(offsetof(struct sysctx, cpu) == SYSCTX_CPU, "host_window.h");
_Static_assert(offsetof(struct sysctx, not_begun) == SYSCTX_NOT_BEGUN,
	       "host_window.h");
_Static_assert(offsetof(struct cpu, exit_request) == CPU_EXIT_REQUEST,
	       "host_window.h");
_Static_assert(SYS_RESTART == -512, "host_syscall.S");

static bool within(u64 pc, const char *begin, const char *end)
{
	return pc >= (u64)begin && pc < (u64)end;
}

/*
 * Kernels that enter by FRED events leave rcx alone, and then a restarted
 * call looks like one that was not begun.  Find out by making a call.
 */
static bool kernel_keeps_rcx(void)
{
	u64 rcx = 0, rax = SYS_getpid;

	__asm__ volatile("syscall"
			 : "+a"(rax), "+c"(rcx)
			 :
			 : "r11", "memory");
	return rcx == 0;
}

void host_syscall_interrupted(void *uc)
{
	greg_t *r = ((ucontext_t *)uc)->uc_mcontext.gregs;
	u64 pc = r[REG_RIP];
	bool begun;

	if (!within(pc, host_window_begin, host_window_end))
		return;
	begun = pc == (u64)host_window_insn &&
		((u64)r[REG_RCX] == (u64)host_window_end || kernel_keeps_rcx());
	r[REG_RIP] = (greg_t)(begun ? host_window_leave : host_window_refuse);
}

bool guestmem_fixup(void *uc)
{
	greg_t *r = ((ucontext_t *)uc)->uc_mcontext.gregs;

	if (!within(r[REG_RIP], guestmem_begin, guestmem_end))
		return false;
	r[REG_RIP] = (greg_t)guestmem_fault;
	return true;
}
