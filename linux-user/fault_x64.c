// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Which signal an x86_64 kernel sends for what a program does wrong
 * (arch/x86/kernel/traps.c, arch/x86/mm/fault.c), with the exception's number
 * and error code that it puts into the frame.
 */
#include <sys/syscall.h>
#include <string.h>

#include "linux-user/abi_x64.h"
#include "linux-user/signal.h"
#include "linux-user/task.h"
#include "translate/guest/x64/x64.h"
#include "translate/helper.h"

/* Exceptions (SDM vol. 3, 6.15) and bits of #PF's error code. */
enum { TRAP_DE = 0, TRAP_BP = 3, TRAP_UD = 6, TRAP_GP = 13, TRAP_PF = 14,
       TRAP_MF = 16, TRAP_XM = 19 };
enum { PF_PRESENT = 1, PF_WRITE = 2, PF_USER = 4, PF_FETCH = 16 };

/* An address above has no meaning in user mode. */
#define USER_TOP (1ull << 47)

static void trap(struct task *t, u32 trap, u64 err, int signo, int code,
		 gaddr addr)
{
	t->sigst->fault_trap = trap;
	t->sigst->fault_code = err;
	signal_force(t, signo, code, addr);
}

static void general_protection(struct task *t)
{
	trap(t, TRAP_GP, 0, SIGSEGV, SI_KERNEL, 0);
}

static bool canonical(gaddr a)
{
	return (u64)((s64)(a << 16) >> 16) == a;
}

static void page_fault(struct task *t, bool fetch)
{
	u32 info = t->cpu->fault_info;
	gaddr addr = t->cpu->fault_addr;
	u64 err = PF_USER | (fetch ? PF_FETCH : info & FAULT_WRITE ?
			     PF_WRITE : 0);
	bool mapped;
	struct vma v;

	if (!canonical(addr)) {
		general_protection(t);
		return;
	}
	mapped = space_find(t->proc->space, addr, &v);
	if ((mapped && v.prot && !(info & FAULT_BUS)) || addr >= USER_TOP)
		err |= PF_PRESENT;
	t->sigst->fault_addr = addr;
	if (info & FAULT_BUS)
		trap(t, TRAP_PF, err, SIGBUS, BUS_ADRERR, addr);
	else
		trap(t, TRAP_PF, err, SIGSEGV,
		     mapped ? SEGV_ACCERR : SEGV_MAPERR, addr);
}

/* The first of the exceptions that are flagged and not masked, in the order
 * of the kernel's fpu__exception_code(). */
static int fp_code(u32 flags)
{
	static const struct {
		u8 bits;
		int code;
	} row[] = {
		{ 1, FPE_FLTINV }, { 4, FPE_FLTDIV }, { 8, FPE_FLTOVF },
		{ 2 | 16, FPE_FLTUND }, { 32, FPE_FLTRES }
	};

	for (unsigned i = 0; i < ARRAY_LEN(row); i++)
		if (flags & row[i].bits)
			return row[i].code;
	return 0;
}

static void fp_exception(struct task *t)
{
	struct cpu *cpu = t->cpu;
	u8 image[512] __attribute__((aligned(16)));
	u16 control, status;
	u32 mx = cpu->guest_mxcsr;

	if (!(cpu->fault_info & FAULT_X87)) {
		trap(t, TRAP_XM, 0, SIGFPE, fp_code(mx & ~(mx >> 7) & 63),
		     cpu->pc);
		return;
	}
	host_x87_save(image);
	memcpy(&control, image, 2);
	memcpy(&status, image + 2, 2);
	trap(t, TRAP_MF, 0, SIGFPE, fp_code(status & ~control & 63), cpu->pc);
}

static void data_fault(struct task *t)
{
	u32 info = t->cpu->fault_info;

	if (info & FAULT_GP)
		general_protection(t);
	else if (info & FAULT_DIVIDE)
		trap(t, TRAP_DE, 0, SIGFPE, FPE_INTDIV, t->cpu->pc);
	else if (info & FAULT_FP)
		fp_exception(t);
	else
		page_fault(t, false);
}

/* gettimeofday, time and getcpu, called like functions. */
bool x64_vsyscall(struct task *t)
{
	static const long nr[] = { SYS_gettimeofday, SYS_time, SYS_getcpu };
	struct cpu *cpu = t->cpu;
	u64 off = cpu->pc - X64_VSYSCALL, ret;
	u64 a[6] = { cpu->r[X64_RDI], cpu->r[X64_RSI], cpu->r[X64_RDX] };
	s64 r;

	if (off % 1024 || off / 1024 >= ARRAY_LEN(nr) ||
	    guest_read(&t->sys, &ret, cpu->r[X64_RSP], sizeof(ret)))
		return false;
	r = syscall_run(&t->sys, (u64)nr[off / 1024], a);
	if (r == SYS_NORETURN || r == SYS_RESTART)
		return true;
	cpu->r[X64_RAX] = (u64)r;
	cpu->r[X64_RSP] += 8;
	cpu->pc = ret;
	return true;
}

void x64_fault(struct task *t, enum exec_exit reason)
{
	struct cpu *cpu = t->cpu;

	switch (reason) {
	case EXEC_FAULT:
		data_fault(t);
		break;
	case EXEC_FETCH:
		if (cpu->pc < X64_VSYSCALL || !x64_vsyscall(t))
			page_fault(t, true);
		break;
	case EXEC_BREAK:
		trap(t, TRAP_BP, 0, SIGTRAP, SI_KERNEL, 0);
		break;
	case EXEC_PRIVILEGED:
	case EXEC_ALIGN:
		general_protection(t);
		break;
	default:
		trap(t, TRAP_UD, 0, SIGILL, ILL_ILLOPN, cpu->pc);
	}
}
