/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The same code under the translator. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>

#include "tests/unit/oracle.h"
#include "translate/helper.h"

static struct tctx *t;
static struct cpu *cpu;

static int fetch_page(void *opaque, gaddr addr, const u8 **host)
{
	if (addr - CODE_AT >= CODE_SIZE)
		return -1;
	*host = (const u8 *)(uintptr_t)(addr & GUEST_PAGE_MASK);
	return 0;
}

bool guest_signal(int sig, void *info, void *uc)
{
	const greg_t *g = ((ucontext_t *)uc)->uc_mcontext.gregs;
	u64 addr = (u64)(uintptr_t)((siginfo_t *)info)->si_addr;

	return exec_host_fault(cpu, uc, sig, addr, g[REG_ERR] & 2);
}

bool guest_init(bool interpret)
{
	const struct tctx_config cfg = {
		.isa = &x64_isa, .interpret = interpret, .check_ir = true,
		.mem = { .kind = MEM_DIRECT, .fetch_page = fetch_page },
		.cpu_features = ~0ull
	};

	t = tctx_new(&cfg);
	cpu = aligned_alloc(64, (sizeof(*cpu) + 63) & ~63ul);
	if (!t || !cpu)
		return false;
	memset(cpu, 0, sizeof(*cpu));
	return !cpu_init(t, cpu);
}

void guest_forget(void)
{
	tctx_invalidate(t, CODE_AT, CODE_SIZE);
}

static enum end end_of(enum exec_exit why)
{
	switch (why) {
	case EXEC_BREAK: return END_BREAK;
	case EXEC_UNDEF: return END_UNDEF;
	case EXEC_PRIVILEGED: return END_GP;
	case EXEC_FETCH: return END_FETCH;
	case EXEC_ALIGN: return END_ALIGN;
	case EXEC_FAULT: break;
	default: return END_OTHER;
	}
	if (cpu->fault_info & FAULT_GP)
		return END_GP;
	if (cpu->fault_info & FAULT_DIVIDE)
		return END_DIVIDE;
	return cpu->fault_info & FAULT_FP ? END_FP : END_PAGE;
}

void guest_run(struct machine *m, u64 rip)
{
	static u8 own[512] __attribute__((aligned(64)));

	memcpy((void *)(uintptr_t)DATA_AT, m->mem, DATA_SIZE);
	memcpy(cpu->r, m->r, sizeof(m->r));
	memcpy(cpu->v, m->v, sizeof(m->v));
	x64_set_eflags(cpu, m->flags);
	cpu->guest_mxcsr = m->mxcsr;
	cpu->pc = rip;
	host_x87_save(own);
	host_x87_load(m->fx);
	m->end = end_of(exec_run(cpu));
	host_x87_save(m->fx);
	host_x87_load(own);
	memcpy(m->r, cpu->r, sizeof(m->r));
	memcpy(m->v, cpu->v, sizeof(m->v));
	m->flags = x64_get_eflags(cpu);
	m->mxcsr = cpu->guest_mxcsr;
	m->rip = cpu->pc;
	m->addr = m->end == END_PAGE ? cpu->fault_addr : 0;
	m->write = m->end == END_PAGE && cpu->fault_info & FAULT_WRITE;
	memcpy(m->mem, (void *)(uintptr_t)DATA_AT, DATA_SIZE);
}
