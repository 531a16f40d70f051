// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The x86_64 signal frame: what the kernel pushes on the guest's stack before
 * a handler runs and what rt_sigreturn takes from it.
 *
 *	red zone	128 bytes below the interrupted rsp	(higher)
 *	fpstate		XSAVE image, 64-byte aligned
 *	siginfo
 *	ucontext
 *	return address					<- rsp, lower
 */
#include "linux-user/frame_x64.h"

#include <errno.h>
#include <string.h>

#include "linux-user/abi_x64.h"
#include "linux-user/signal.h"
#include "translate/guest/x64/x64.h"
#include "translate/helper.h"

enum { RED_ZONE = 128, USER_CS = 0x33, USER_SS = 0x2b };

/* Offsets in the FXSAVE image (SDM vol. 1, table 10-2). */
enum { FX_MXCSR = 24, FX_MXCSR_MASK = 28, FX_XMM = 160 };
enum { MXCSR_RESET = 0x1f80, MXCSR_MASK = 0xffff };

/* Components of XCR0. */
enum { XS_X87 = 1, XS_SSE = 2, XS_AVX = 4 };

/* EFLAGS that sigreturn restores (FIX_EFLAGS). */
enum { EFLAGS_RESTORED = EFLAGS_ARITH | X64_EFLAGS_TF | X64_EFLAGS_DF |
			 X64_EFLAGS_AC };

static u64 features_of(const struct task *t)
{
	return tctx_config(t->proc->tctx)->cpu_features;
}

static u32 xstate_size(u64 features)
{
	return !(features & X64_FEAT_XSAVE) ? XSTATE_FXSAVE :
	       features & X64_FEAT_AVX ? XSTATE_AVX : XSTATE_SSE;
}

/* With XSAVE, a magic number follows. */
static u32 fpstate_size(u64 features)
{
	return xstate_size(features) + (features & X64_FEAT_XSAVE ? 4 : 0);
}

/* -- Registers ---------------------------------------------------------------- */

static const struct {
	u8 reg;
	u16 at;
} saved[] = {
#define S(reg, member) { X64_##reg, offsetof(struct sigcontext_x64, member) }
	S(R8, r8), S(R9, r9), S(R10, r10), S(R11, r11), S(R12, r12),
	S(R13, r13), S(R14, r14), S(R15, r15), S(RDI, di), S(RSI, si),
	S(RBP, bp), S(RBX, bx), S(RDX, dx), S(RAX, ax), S(RCX, cx), S(RSP, sp)
#undef S
};

static void save_registers(const struct cpu *cpu, struct sigcontext_x64 *mc)
{
	for (unsigned i = 0; i < ARRAY_LEN(saved); i++)
		memcpy((u8 *)mc + saved[i].at, &cpu->r[saved[i].reg], 8);
	mc->ip = cpu->pc;
	mc->flags = x64_get_eflags(cpu);
	mc->cs = USER_CS;
	mc->ss = USER_SS;
}

static void load_registers(struct cpu *cpu, const struct sigcontext_x64 *mc)
{
	u64 kept = x64_get_eflags(cpu) & ~(u64)EFLAGS_RESTORED;

	for (unsigned i = 0; i < ARRAY_LEN(saved); i++)
		memcpy(&cpu->r[saved[i].reg], (const u8 *)mc + saved[i].at, 8);
	cpu->pc = mc->ip;
	x64_set_eflags(cpu, kept | (mc->flags & EFLAGS_RESTORED));
}

/* -- Floating point and vectors ----------------------------------------------- */

static void put32(u8 *p, u32 v)
{
	memcpy(p, &v, sizeof(v));
}

static bool all_zero(const union v128 *v)
{
	u64 any = 0;

	for (unsigned i = 0; i < 16; i++)
		any |= v[i].d[0] | v[i].d[1];
	return !any;
}

static void save_fpstate(const struct cpu *cpu, struct fpstate_x64 *f,
			 u64 features)
{
	u32 size = xstate_size(features);

	memset(f, 0, sizeof(*f));
	host_x87_save(f);
	put32(f->fx + FX_MXCSR, cpu->guest_mxcsr);
	put32(f->fx + FX_MXCSR_MASK, MXCSR_MASK);
	memcpy(f->fx + FX_XMM, cpu->v, 256);
	/* The scratch part of it. */
	memset(f->fx + FX_XMM + 256, 0, sizeof(*f) - FX_XMM - 256);
	if (size == XSTATE_FXSAVE)
		return;
	f->sw.magic1 = FPX_MAGIC1;
	f->sw.extended_size = size + 4;
	f->sw.xfeatures = size == XSTATE_AVX ? XS_X87 | XS_SSE | XS_AVX :
					       XS_X87 | XS_SSE;
	f->sw.xstate_size = size;
	f->xstate_bv = XS_X87 | XS_SSE;
	if (size == XSTATE_AVX && !all_zero(cpu->v + 16)) {
		f->xstate_bv |= XS_AVX;
		memcpy(f->ymm, cpu->v + 16, 256);
	}
	put32((u8 *)f + size, FPX_MAGIC2);
}

/* As after FNINIT and with registers of zeros. */
static void reset_fpstate(struct cpu *cpu)
{
	host_x87_init();
	memset(cpu->v, 0, sizeof(cpu->v));
	cpu->guest_mxcsr = MXCSR_RESET;
}

/* The components of *f that count: all of an XSAVE image, else two. */
static u64 valid_parts(struct task *t, const struct fpstate_x64 *f, gaddr at,
		       u64 features)
{
	u32 size = xstate_size(features), magic2;

	if (size == XSTATE_FXSAVE || f->sw.magic1 != FPX_MAGIC1 ||
	    f->sw.xstate_size < XSTATE_SSE || f->sw.xstate_size > size ||
	    f->sw.xstate_size > f->sw.extended_size ||
	    guest_read(&t->sys, &magic2, at + f->sw.xstate_size, 4) ||
	    magic2 != FPX_MAGIC2)
		return XS_X87 | XS_SSE;
	return f->xstate_bv & f->sw.xfeatures;
}

static int load_fpstate(struct task *t, gaddr at)
{
	u64 features = features_of(t), parts;
	struct cpu *cpu = t->cpu;
	struct fpstate_x64 f;
	u32 mxcsr;

	if (!at) {
		reset_fpstate(cpu);
		return 0;
	}
	if (at % (features & X64_FEAT_XSAVE ? XSTATE_ALIGN : 16) ||
	    guest_read(&t->sys, &f, at, xstate_size(features)))
		return -EFAULT;
	parts = valid_parts(t, &f, at, features);
	memcpy(&mxcsr, f.fx + FX_MXCSR, sizeof(mxcsr));
	if (mxcsr & ~(u32)MXCSR_MASK)
		return -EFAULT;
	reset_fpstate(cpu);
	cpu->guest_mxcsr = mxcsr;
	if (parts & XS_X87)
		host_x87_load(&f);
	if (parts & XS_SSE)
		memcpy(cpu->v, f.fx + FX_XMM, 256);
	if (parts & XS_AVX)
		memcpy(cpu->v + 16, f.ymm, 256);
	return 0;
}

/* -- The frame ------------------------------------------------------------------ */

/* Where frame and fpstate go; 0: not on the alternate stack any more. */
static gaddr place(const struct task *t, const struct signal_action *act,
		   gaddr *fpstate)
{
	const struct signal_state *s = t->sigst;
	gaddr sp = t->cpu->r[X64_RSP];
	bool alt = signal_on_alt_stack(s, sp);

	sp -= RED_ZONE;
	if (act->flags & SA_ONSTACK && !alt && !(s->alt_flags & SS_DISABLE)) {
		sp = s->alt_sp + s->alt_size;
		alt = true;
	}
	*fpstate = align_down(sp - fpstate_size(features_of(t)), XSTATE_ALIGN);
	sp = align_down(*fpstate - sizeof(struct frame_x64), 16) - 8;
	if (alt && !(s->alt_flags & SIGNAL_SS_AUTODISARM) &&
	    sp - s->alt_sp > s->alt_size)
		return 0;
	return sp;
}

static void fill_context(struct task *t, struct ucontext_x64 *uc, u64 mask,
			 gaddr fpstate)
{
	const struct signal_state *s = t->sigst;

	memset(uc, 0, sizeof(*uc));
	uc->flags = UCX_SS | UCX_STRICT_SS |
		    (features_of(t) & X64_FEAT_XSAVE ? UCX_XSTATE : 0);
	uc->ss_sp = s->alt_sp;
	uc->ss_flags = s->alt_flags;
	uc->ss_size = s->alt_size;
	save_registers(t->cpu, &uc->mc);
	uc->mc.err = s->fault_code;
	uc->mc.trapno = s->fault_trap;
	uc->mc.cr2 = s->fault_addr;
	uc->mc.oldmask = uc->mask = mask;
	uc->mc.fpstate = fpstate;
}

int x64_frame_push(struct task *t, const struct signal_action *act,
		   const siginfo_t *info, u64 old_mask)
{
	u64 features = features_of(t);
	struct cpu *cpu = t->cpu;
	struct fpstate_x64 fp;
	struct frame_x64 f;
	gaddr fpstate, at = place(t, act, &fpstate);

	/* The kernel has no trampoline of its own here. */
	if (!at || !(act->flags & SIGNAL_SA_RESTORER))
		return -EFAULT;
	f.ret = act->restorer;
	memcpy(f.info, info, sizeof(f.info));
	fill_context(t, &f.uc, old_mask, fpstate);
	save_fpstate(cpu, &fp, features);
	if (guest_write(&t->sys, fpstate, &fp, fpstate_size(features)) ||
	    guest_write(&t->sys, at, &f, sizeof(f)))
		return -EFAULT;
	reset_fpstate(cpu);
	cpu->pstate &= ~(u32)(X64_EFLAGS_DF | X64_EFLAGS_TF);
	cpu->r[X64_RDI] = (u64)info->si_signo;
	cpu->r[X64_RAX] = 0;
	cpu->r[X64_RSI] = at + offsetof(struct frame_x64, info);
	cpu->r[X64_RDX] = at + offsetof(struct frame_x64, uc);
	cpu->r[X64_RSP] = at;
	cpu->pc = act->handler;
	if (t->sigst->alt_flags & SIGNAL_SS_AUTODISARM) {
		t->sigst->alt_sp = t->sigst->alt_size = 0;
		t->sigst->alt_flags = SS_DISABLE;
	}
	return 0;
}

/* The handler's ret has taken the return address. */
int x64_frame_pop(struct task *t, u64 *mask)
{
	struct ucontext_x64 uc;
	stack_t ss = { 0 };

	if (guest_read(&t->sys, &uc, t->cpu->r[X64_RSP], sizeof(uc)) ||
	    (uc.mc.cs | 3) != USER_CS || load_fpstate(t, uc.mc.fpstate))
		return -EFAULT;
	load_registers(t->cpu, &uc.mc);
	*mask = uc.mask;
	ss.ss_sp = (void *)uc.ss_sp;
	ss.ss_flags = (int)uc.ss_flags;
	ss.ss_size = uc.ss_size;
	/* As the kernel: what is wrong with it is ignored. */
	signal_set_alt_stack(t, uc.mc.sp, &ss);
	return 0;
}
