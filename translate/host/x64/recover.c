/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Side tables: what the guest's state is when a host instruction faults, and
 * where to go on from an FP instruction that raises Invalid.
 *
 * Guest registers are where they always are (pinned or in struct cpu), so a
 * record is short:
 *
 *	u8 host offset since the last record (255: u32 follows)
 *	u8 what:  bits 0-2 enum cg_flkind of the guest's flags, if they are
 *		  only in RFLAGS (FL_NONE: struct cpu has them)
 *		  bit 3   u32 follows: host registers that are borrowed,
 *		  whose guest registers are in struct cpu meanwhile
 *		  bits 4-7 guest pc: 0-14 units of 4 bytes more than in the
 *		  last record, 15: u64 follows (before the u32)
 *
 * The first record counts from the block's code and pc.  WHAT_TRAP in place
 * of a cg_flkind: an FP instruction; no pc, but the u16 offset of its cold path
 * follows.
 */
#include <string.h>
#include <time.h>
#include <ucontext.h>

#include "translate/block.h"
#include "translate/host/x64/emit.h"
#include "translate/host/x64/pins.h"
#include "translate/host/x64/runtime.h"

enum { WHAT_KIND = 7, WHAT_BORROWED = 8, WHAT_PC = 4, PC_ESCAPE = 15 };
enum { WHAT_TRAP = 7 };
_Static_assert((int)FL_FCMP_SWAP < (int)WHAT_TRAP, "kinds in three bits");

/* -- Writing --------------------------------------------------------------------- */

static void put(struct cg *cg, const void *p, unsigned n)
{
	memcpy(cg->side, p, n);
	cg->side += n;
}

void side_start(struct cg *cg)
{
	cg->side = cg->hb->side;
	cg->side_off = 0;
	cg->side_pc = cg->ir->pc;
}

/* A record begins: host offset.  False: no room. */
static bool put_offset(struct cg *cg, const u8 *at)
{
	u32 off = (u32)(at - cg->hb->code), d = off - cg->side_off;
	u8 b = d < 255 ? (u8)d : 255;

	if (cg->side + 32 > cg->hb->side + cg->hb->side_avail) {
		cg->failed = true;
		return false;
	}
	put(cg, &b, 1);
	if (d >= 255)
		put(cg, &d, 4);
	cg->side_off = off;
	return true;
}

void cg_fault_here(struct cg *cg)
{
	gaddr pc = cg->ir->insn_pc[cg->ir->inst[cg->cur].insn];
	u64 step = pc - cg->side_pc;
	unsigned what = cg->borrowed ? WHAT_BORROWED : 0;
	u8 b;

	if (!put_offset(cg, cg->e.p))
		return;
	if (cg->fl_cur && !cg->fl_in_env && cg->fl_until >= cg->cur &&
	    cg->fl_val == cg->fl_cur)
		what |= cg->fl_kind;
	if (step % 4 || step / 4 >= PC_ESCAPE)
		what |= PC_ESCAPE << WHAT_PC;
	else
		what |= (unsigned)(step / 4) << WHAT_PC;
	b = (u8)what;
	put(cg, &b, 1);
	if (what >> WHAT_PC == PC_ESCAPE)
		put(cg, &pc, 8);
	if (cg->borrowed)
		put(cg, &cg->borrowed, 4);
	cg->side_pc = pc;
}

/* Until the cold path exists, its records are chained by position. */
void cg_trap(struct cg *cg, struct cg_cold *c)
{
	u8 what = WHAT_TRAP;
	u16 last = c->trap;

	if (!put_offset(cg, cg->e.insn))
		return;
	put(cg, &what, 1);
	c->trap = (u16)(cg->side - cg->hb->side);
	put(cg, &last, 2);
}

void side_trap_target(struct cg *cg, const struct cg_cold *c)
{
	u16 off = (u16)(cg->e.p - cg->hb->code), next;

	for (u16 at = c->trap; at; at = next) {
		memcpy(&next, cg->hb->side + at, 2);
		memcpy(cg->hb->side + at, &off, 2);
	}
}

/* -- Reading --------------------------------------------------------------------- */

struct found {
	gaddr pc;
	unsigned what;
	u32 borrowed;
	u16 cold;		/* WHAT_TRAP: where to go on */
};

/* f->pc: the block's. */
static bool find(const u8 *p, u32 len, u32 want, struct found *f)
{
	const u8 *end = p + len;
	u32 off = 0, d;

	while (p < end) {
		d = *p++;
		if (d == 255) {
			memcpy(&d, p, 4);
			p += 4;
		}
		off += d;
		f->what = *p++;
		if (f->what == WHAT_TRAP) {
			memcpy(&f->cold, p, 2);
			p += 2;
		} else if (f->what >> WHAT_PC == PC_ESCAPE) {
			memcpy(&f->pc, p, 8);
			p += 8;
		} else {
			f->pc += (f->what >> WHAT_PC) * 4;
		}
		f->borrowed = 0;
		if (f->what & WHAT_BORROWED) {
			memcpy(&f->borrowed, p, 4);
			p += 4;
		}
		if (off == want)
			return true;
		if (off > want)
			break;
	}
	return false;
}

/* Index of a host register in gregs[]. */
static const u8 greg_of[16] = {
	REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP, REG_RSI,
	REG_RDI, REG_R8, REG_R9, REG_R10, REG_R11, REG_R12, REG_R13, REG_R14,
	REG_R15
};

enum { EFL_CF = 1, EFL_PF = 4, EFL_ZF = 0x40, EFL_SF = 0x80, EFL_OF = 0x800 };

static u32 packed_from_fcmp(u64 efl, bool swapped)
{
	if (efl & EFL_PF)
		return FLAG_C | FLAG_V;
	if (efl & EFL_ZF)
		return FLAG_Z | FLAG_C;
	return !(efl & EFL_CF) == !swapped ? FLAG_C : FLAG_N;
}

static u32 packed_from_efl(u64 efl, unsigned kind)
{
	bool cf = efl & EFL_CF;

	if (kind >= FL_FCMP)
		return packed_from_fcmp(efl, kind == FL_FCMP_SWAP);
	if (kind == FL_SUB)
		cf = !cf;
	if (kind == FL_X86)
		return flags_from_eflags((u32)efl);
	return (efl & EFL_SF ? FLAG_N : 0) | (efl & EFL_ZF ? FLAG_Z : 0) |
	       (cf ? FLAG_C : 0) | (efl & EFL_OF ? FLAG_V : 0);
}

/* Continue where the cpu is left with its state taken from struct cpu. */
static void leave_with(struct cpu *cpu, greg_t *g, unsigned reason)
{
	g[REG_RBP] = (greg_t)((uintptr_t)cpu + CPU_BIAS);
	g[REG_RCX] = (greg_t)reason;
	g[REG_RIP] = (greg_t)(uintptr_t)runtime.leave_canonical;
	g[REG_EFL] &= ~0x400ll;
}

/*
 * A push or call that found the return stack full: start it anew.  The pairs
 * lost are found out by their returns' compares.
 */
static bool return_stack_full(struct cpu *cpu, greg_t *g, u64 addr)
{
	u64 lo = (u64)(uintptr_t)cpu->rstack_lo;

	if (addr - lo >= RSTACK_GUARD)
		return false;
	g[REG_RSP] = (greg_t)(uintptr_t)cpu->rstack_top;
	return true;
}

bool x64_recover(struct cpu *cpu, void *ucp, const struct block *b, u32 off,
		 u64 fault_addr)
{
	ucontext_t *uc = ucp;
	greg_t *g = uc->uc_mcontext.gregs;
	fpregset_t fp = uc->uc_mcontext.fpregs;
	struct found f = { .pc = b->pc };

	if (return_stack_full(cpu, g, fault_addr))
		return true;
	if (!find(block_side(b), b->side_len, off, &f) || f.what == WHAT_TRAP)
		return false;
	for (unsigned h = 0; h < 16; h++) {
		if (pins.gpr & ~f.borrowed & 1u << h)
			cpu->r[pins.guest_of[h]] = (u64)g[greg_of[h]];
		if (pins.xmm & ~(f.borrowed >> 16) & 1u << h)
			memcpy(&cpu->v[pins.vector_of[h]], &fp->_xmm[h], 16);
	}
	cpu->guest_mxcsr = fp->mxcsr;
	if (f.what & WHAT_KIND)
		cpu->flags = packed_from_efl((u64)g[REG_EFL],
					     f.what & WHAT_KIND);
	cpu->pc = f.pc;
	cpu->rstack_sp = (void *)(uintptr_t)g[REG_RSP];
	leave_with(cpu, g, EXEC_FAULT);
	return true;
}

/*
 * A trap takes microseconds, and testing each result far less.  If many come
 * close together the cpu had better go over to code with tests.
 */
static bool storm(struct cpu *cpu)
{
	enum { BATCH = 32, PER_TRAP_NS = 1000000 };
	struct timespec ts;
	u64 now, last = cpu->fp_trap_ns;

	if (++cpu->fp_traps % BATCH)
		return false;
	clock_gettime(CLOCK_MONOTONIC, &ts);
	now = (u64)ts.tv_sec * 1000000000u + (u64)ts.tv_nsec;
	cpu->fp_trap_ns = now;
	return now - last < BATCH * PER_TRAP_NS;
}

/* MXCSR.IE was set by this instruction: it is never set while IM is clear. */
bool x64_fp_trap(struct cpu *cpu, void *ucp, const struct block *b, u32 off)
{
	ucontext_t *uc = ucp;
	struct found f = { .pc = b->pc };

	if (!find(block_side(b), b->side_len, off, &f) || f.what != WHAT_TRAP)
		return false;
	uc->uc_mcontext.gregs[REG_RIP] += (greg_t)f.cold - (greg_t)off;
	uc->uc_mcontext.fpregs->mxcsr &= ~1u;
	if (storm(cpu)) {
		cpu->fp_storm = 1;
		exec_kick(cpu);
	}
	return true;
}

/* Helpers run with canonical state: just leave. */
bool x64_runtime_fault(struct cpu *cpu, void *ucp, u64 fault_addr)
{
	greg_t *g = ((ucontext_t *)ucp)->uc_mcontext.gregs;
	u64 pc = (u64)g[REG_RIP];

	if (pc - (u64)(uintptr_t)runtime.start <
	    (u64)(runtime.end - runtime.start))
		return return_stack_full(cpu, g, fault_addr);
	if (!atomic_load_explicit(&cpu->in_helper, memory_order_relaxed))
		return false;
	leave_with(cpu, g, EXEC_FAULT);
	return true;
}

/* A non-canonical address, or the hlt of an ALIGN; stack segment: the same in
 * C code where rbp is the base. */
bool x64_refused(const void *uc)
{
	enum { X86_TRAP_SS = 12, X86_TRAP_GP = 13 };
	greg_t n = ((const ucontext_t *)uc)->uc_mcontext.gregs[REG_TRAPNO];

	return n == X86_TRAP_SS || n == X86_TRAP_GP;
}

/* #DE is the integer division's; #MF is x87's, #XM SSE's. */
u32 x64_sigfpe_kind(const void *uc)
{
	enum { X86_TRAP_MF = 16 };
	greg_t n = ((const ucontext_t *)uc)->uc_mcontext.gregs[REG_TRAPNO];

	return n == 0 ? FAULT_DIVIDE : n == X86_TRAP_MF ? FAULT_FP | FAULT_X87 :
	       FAULT_FP;
}

u64 x64_context_pc(const void *uc)
{
	return (u64)((const ucontext_t *)uc)->uc_mcontext.gregs[REG_RIP];
}
