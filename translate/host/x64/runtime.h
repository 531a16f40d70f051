/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The runtime: hand-assembled routines at the start of code memory that
 * translated code jumps to or calls, and the contract of each.
 *
 *   enter		C: unsigned (struct cpu *, const void *code)
 *   leave		jump; ecx = exit reason, pinned registers live
 *   leave_canonical	jump; the same, but struct cpu is complete already
 *   lookup		jump or call; rax = guest pc: goes on there if cpu->jfar
 *			knows it, else returns EXEC_LOOKUP
 *   leave_lookup	jump; rax = guest pc: returns EXEC_LOOKUP
 *   link		call, from the stub of an exit: returns EXEC_LINK
 *   interrupt		jump; rax = guest pc: returns EXEC_INTERRUPT
 *   ret_miss		jump; rax = guest pc of a return whose pair on top of
 *			the return stack does not match
 *   sem		call; cpu->sem_op, sem_desc, operands in vtmp[0..2];
 *			result in vtmp[0]; keeps all registers but RFLAGS
 *   sem_mxcsr		the same for functions that use cpu->guest_mxcsr
 *   helper		call; eax = helper number, arguments in vtmp[0], [1];
 *			rax = result; guest state may change
 */
#ifndef TRANSLATE_HOST_X64_RUNTIME_H
#define TRANSLATE_HOST_X64_RUNTIME_H

#include "translate/host/x64/cg.h"

#define RUNTIME_ROUTINES(_) \
	_(enter) _(leave) _(leave_canonical) _(lookup) _(leave_lookup) \
	_(link) _(interrupt) _(ret_miss) _(ret_base) _(sem) _(sem_mxcsr) \
	_(helper)

struct runtime {
#define RT_ROW(name) u8 *name;
	RUNTIME_ROUTINES(RT_ROW)
#undef RT_ROW
	u32 feat;
	u8 *start, *end;
};

/* Made once by backend.c's init, read only afterwards. */
extern struct runtime runtime;

/* Inaccessible bytes below the return stack. */
enum { RSTACK_GUARD = 64 << 10, RSTACK_BASE_PC = 1 };

/* Slots of cpu->rt that the routines use. */
enum { RT_SEM_TABLE, RT_HELPER_TABLE };

/* Emit all routines at e->p; returns 0 or -ENOSPC. */
int runtime_emit(struct enc *e, const u8 *limit, u32 feat);

/* sem_table plus FLG_FCMP, by opcode; backend.c. */
extern const void *runtime_sem[];

#endif
