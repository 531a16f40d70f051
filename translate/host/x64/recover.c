/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Side tables: what the guest's state is when a host instruction faults.
 *
 * Guest registers are where they always are (pinned or in struct cpu), so a
 * record is short:
 *
 *	u8 host offset since the last record (255: u32 follows)
 *	u8 what:  bits 0-2 enum cg_flkind of the guest's flags, if they are
 *		  only in RFLAGS (FL_NONE: struct cpu has them)
 *		  bit 3   guest register RBX waits in cpu->vtmp[3]
 *		  bits 4-7 guest pc: 0-14 units of 4 bytes more than in the
 *		  last record, 15: u64 follows
 *
 * The first record counts from the block's code and pc.
 */
#include <string.h>
#include <ucontext.h>

#include "translate/block.h"
#include "translate/host/x64/emit.h"
#include "translate/host/x64/pins.h"
#include "translate/host/x64/runtime.h"

enum { WHAT_KIND = 7, WHAT_RBX = 8, WHAT_PC = 4, PC_ESCAPE = 15 };

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

static void record(struct cg *cg, unsigned what)
{
	u32 off = (u32)(cg->e.p - cg->hb->code), d = off - cg->side_off;
	gaddr pc = cg->ir->insn_pc[cg->ir->inst[cg->cur].insn];
	u64 step = pc - cg->side_pc;
	u8 b;

	if (cg->side + 16 > cg->hb->side + cg->hb->side_avail) {
		cg->failed = true;
		return;
	}
	b = d < 255 ? (u8)d : 255;
	put(cg, &b, 1);
	if (d >= 255)
		put(cg, &d, 4);
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
	cg->side_off = off;
	cg->side_pc = pc;
}

void cg_fault_here(struct cg *cg)
{
	record(cg, 0);
}

void cg_fault_here_saved_rbx(struct cg *cg)
{
	record(cg, WHAT_RBX);
}

/* -- Reading --------------------------------------------------------------------- */

struct found {
	gaddr pc;
	unsigned what;
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
		if (f->what >> WHAT_PC == PC_ESCAPE) {
			memcpy(&f->pc, p, 8);
			p += 8;
		} else {
			f->pc += (f->what >> WHAT_PC) * 4;
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
	if (!find(block_side(b), b->side_len, off, &f))
		return false;
	for (unsigned h = 0; h < 16; h++) {
		if (pins.gpr >> h & 1)
			cpu->r[pins.guest_of[h]] = (u64)g[greg_of[h]];
		if (pins.xmm >> h & 1)
			memcpy(&cpu->v[pins.vector_of[h]], &fp->_xmm[h], 16);
	}
	if (f.what & WHAT_RBX && pins.gpr >> RBX & 1)
		cpu->r[pins.guest_of[RBX]] = cpu->vtmp[3].d[0];
	cpu->guest_mxcsr = fp->mxcsr;
	if (f.what & WHAT_KIND)
		cpu->flags = packed_from_efl((u64)g[REG_EFL],
					     f.what & WHAT_KIND);
	cpu->pc = f.pc;
	cpu->rstack_sp = (void *)(uintptr_t)g[REG_RSP];
	leave_with(cpu, g, EXEC_FAULT);
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

u64 x64_context_pc(const void *uc)
{
	return (u64)((const ucontext_t *)uc)->uc_mcontext.gregs[REG_RIP];
}
