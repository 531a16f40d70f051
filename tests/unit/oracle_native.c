/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Code on the processor itself, with all registers as wanted: a signal's
 * handler replaces the context that it returns to, and that of the trap at
 * the code's end puts the old one back.
 */
#include <cpuid.h>
#include <signal.h>
#include <string.h>
#include <ucontext.h>

#include "tests/unit/oracle.h"

enum { XSAVE_XMM = 160, XSAVE_MXCSR = 24, XSAVE_HEADER = 512,
       MAX_XSAVE = 16384, SW_SIZE = 464 + 16 };

bool native_active;
static bool starting;
static unsigned ymm_at;			/* in the XSAVE image */
static struct machine *m;
static u64 start_rip;
static greg_t own_gregs[NGREG];
static u8 own_fp[MAX_XSAVE];
static u32 own_size;

/* r[] by number to the kernel's order. */
static const u8 greg[16] = {
	REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP, REG_RSI, REG_RDI,
	REG_R8, REG_R9, REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15
};

static u32 xsave_size(const u8 *fp)
{
	u32 size;

	memcpy(&size, fp + SW_SIZE, 4);
	return MIN(size, (u32)MAX_XSAVE);
}

static void enter(ucontext_t *uc)
{
	greg_t *g = uc->uc_mcontext.gregs;
	u8 *fp = (u8 *)uc->uc_mcontext.fpregs;
	u64 xstate;

	own_size = xsave_size(fp);
	memcpy(own_gregs, g, sizeof(own_gregs));
	memcpy(own_fp, fp, own_size);
	for (unsigned k = 0; k < 16; k++)
		g[greg[k]] = (greg_t)m->r[k];
	g[REG_RIP] = (greg_t)start_rip;
	g[REG_EFL] = (greg_t)m->flags;
	memcpy(fp, m->fx, XSAVE_MXCSR);
	memcpy(fp + XSAVE_MXCSR, &m->mxcsr, 4);
	memcpy(fp + 32, m->fx + 32, 128);
	memcpy(fp + XSAVE_XMM, m->v, 256);
	memcpy(fp + ymm_at, m->v + 16, 256);
	memcpy(&xstate, fp + XSAVE_HEADER, 8);
	xstate |= 7;
	memcpy(fp + XSAVE_HEADER, &xstate, 8);
}

static enum end end_of(const greg_t *g, int sig)
{
	switch (g[REG_TRAPNO]) {
	case 0: return END_DIVIDE;
	case 3: return END_BREAK;
	case 6: return END_UNDEF;
	case 12: return END_STACK;
	case 13: return END_GP;
	case 14: return g[REG_ERR] & 16 ? END_FETCH : END_PAGE;
	case 16: case 19: return END_FP;
	case 17: return END_ALIGN;
	}
	return END_OTHER;
}

static void leave(ucontext_t *uc, int sig)
{
	greg_t *g = uc->uc_mcontext.gregs;
	u8 *fp = (u8 *)uc->uc_mcontext.fpregs;
	u64 xstate;

	for (unsigned k = 0; k < 16; k++)
		m->r[k] = (u64)g[greg[k]];
	m->rip = (u64)g[REG_RIP];
	m->flags = (u64)g[REG_EFL];
	memcpy(m->fx, fp, XSAVE_XMM);
	memcpy(&m->mxcsr, fp + XSAVE_MXCSR, 4);
	memcpy(m->v, fp + XSAVE_XMM, 256);
	memcpy(m->v + 16, fp + ymm_at, 256);
	memcpy(&xstate, fp + XSAVE_HEADER, 8);
	if (!(xstate & 2))
		memset(m->v, 0, 256);
	if (!(xstate & 4))
		memset(m->v + 16, 0, 256);
	m->end = end_of(g, sig);
	m->addr = m->end == END_PAGE ? (u64)g[REG_CR2] : 0;
	m->write = m->end == END_PAGE && g[REG_ERR] & 2;
	memcpy(g, own_gregs, sizeof(own_gregs));
	memcpy(fp, own_fp, own_size);
}

bool native_signal(int sig, void *info, void *uc)
{
	if (!native_active)
		return false;
	if (sig == SIGUSR1 && starting) {
		starting = false;
		enter(uc);
	} else {
		native_active = false;
		leave(uc, sig);
	}
	return true;
}

void native_run(struct machine *state, u64 rip)
{
	m = state;
	start_rip = rip;
	memcpy((void *)(uintptr_t)DATA_AT, m->mem, DATA_SIZE);
	native_active = starting = true;
	raise(SIGUSR1);
	memcpy(m->mem, (void *)(uintptr_t)DATA_AT, DATA_SIZE);
}

bool native_init(void)
{
	u32 a, b, c, d;

	if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_OSXSAVE) ||
	    !(c & bit_AVX))
		return false;
	__cpuid_count(0xd, 2, a, b, c, d);
	ymm_at = b;
	return true;
}
