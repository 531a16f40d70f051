/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which signal an arm64 kernel sends for what a program does wrong
 * (arch/arm64/mm/fault.c, arch/arm64/kernel/traps.c), with the syndrome that
 * it puts into the frame.
 */
#include "linux-user/abi_a64.h"
#include "linux-user/signal.h"
#include "linux-user/task.h"

/* ESR_EL1: exception class, IL, and fault status (Arm ARM D17.2.37). */
enum { EC_IABORT = 0x20, EC_DABORT = 0x24, EC_PC_ALIGN = 0x22,
       EC_SP_ALIGN = 0x26 };
enum { FSC_TRANSLATION = 0x07, FSC_PERMISSION = 0x0f, FSC_EXTERNAL = 0x10,
       FSC_ALIGNMENT = 0x21 };

static u64 esr_of(unsigned class, u32 info, unsigned status)
{
	return (u64)class << 26 | 1u << 25 |
	       (info & FAULT_WRITE ? 1u << 6 : 0) | status;
}

static void fault(struct task *t, int signo, int code, gaddr addr, u64 esr)
{
	t->sigst->fault_addr = esr ? addr : 0;
	t->sigst->fault_code = esr;
	signal_force(t, signo, code, addr);
}

static void access_fault(struct task *t, bool fetch)
{
	u32 info = t->cpu->fault_info;
	gaddr addr = t->cpu->fault_addr;
	unsigned class = fetch ? EC_IABORT : EC_DABORT;
	struct vma v;

	if (fetch)
		info &= ~(u32)FAULT_WRITE;
	if (info & FAULT_ALIGN)
		fault(t, SIGBUS, BUS_ADRALN, addr,
		      esr_of(class, info, FSC_ALIGNMENT));
	else if (info & FAULT_BUS)
		fault(t, SIGBUS, BUS_ADRERR, addr,
		      esr_of(class, info, FSC_EXTERNAL));
	else if (space_find(t->proc->space, addr, &v))
		fault(t, SIGSEGV, SEGV_ACCERR, addr,
		      esr_of(class, info, FSC_PERMISSION));
	else
		fault(t, SIGSEGV, SEGV_MAPERR, addr,
		      esr_of(class, info, FSC_TRANSLATION));
}

static void align_fault(struct task *t)
{
	struct cpu *cpu = t->cpu;

	if (cpu->pc & 3)
		fault(t, SIGBUS, BUS_ADRALN, cpu->pc,
		      esr_of(EC_PC_ALIGN, 0, 0));
	else
		fault(t, SIGBUS, BUS_ADRALN, cpu->r[CPU_SP],
		      esr_of(EC_SP_ALIGN, 0, 0));
}

void a64_fault(struct task *t, enum exec_exit reason)
{
	struct cpu *cpu = t->cpu;

	switch (reason) {
	case EXEC_FAULT:
	case EXEC_FETCH:
		access_fault(t, reason == EXEC_FETCH);
		break;
	case EXEC_BREAK:
		fault(t, SIGTRAP, TRAP_BRKPT, cpu->pc, 0);
		break;
	case EXEC_ALIGN:
		align_fault(t);
		break;
	default:
		fault(t, SIGILL, ILL_ILLOPC, cpu->pc, 0);
	}
}
