// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A guest's write to memory that code was translated from (space_code.c): the
 * page is opened for this one instruction, which the interpreter carries out.
 */
#include "linux-user/smc.h"

#include "linux-user/task.h"

enum { PAGES = 4 };	/* that an instruction may write to */

bool smc_write(struct task *t, enum exec_exit *reason)
{
	struct space *s = t->proc->space;
	struct cpu *cpu = t->cpu;
	gaddr open[PAGES];
	unsigned n = 0;

	*reason = EXEC_FAULT;
	while (*reason == EXEC_FAULT && cpu->fault_info == FAULT_WRITE) {
		if (n == PAGES) {	/* a string: it goes on from here */
			*reason = EXEC_INTERRUPT;
			break;
		}
		if (!space_code_open(s, cpu->fault_addr))
			break;
		open[n++] = cpu->fault_addr;
		*reason = exec_one(cpu);
	}
	for (unsigned i = 0; i < n; i++)
		space_code_close(s, open[i]);
	return n > 0;
}
