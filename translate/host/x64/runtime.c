/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Emits the routines of runtime.h.  In: where to write and the host's
 * features.  Out: their addresses in `runtime`.
 *
 * Stacks.  enter() notes the C stack in cpu->host_sp and continues on the
 * return stack; C functions called from translated code run below host_sp.
 * Signal handlers use an alternate stack, so nothing else writes below rsp.
 */
#include "translate/host/x64/runtime.h"

#include <errno.h>

#include "translate/host/x64/pins.h"

#define ENV(member) hm(CG_ENV, CG_CPU(member))

struct runtime runtime;

static const u8 callee_saved[6] = { RBP, RBX, R12, R13, R14, R15 };

static struct hmem gpr_slot(unsigned host)
{
	return hm(CG_ENV, CG_CPU(r) + pins.guest_of[host] * 8);
}

static struct hmem xmm_slot(unsigned host)
{
	return hm(CG_ENV, CG_CPU(v) + pins.vector_of[host] * 16);
}

static void load_pinned(struct enc *e)
{
	for (unsigned h = 0; h < 16; h++)
		if (pins.gpr >> h & 1)
			enc_mov_rm(e, 1, h, gpr_slot(h));
	for (unsigned h = 0; h < 16; h++)
		if (pins.xmm >> h & 1)
			enc_v2m(e, SSE_MOVAPS, h, xmm_slot(h));
}

static void store_pinned(struct enc *e)
{
	for (unsigned h = 0; h < 16; h++)
		if (pins.gpr >> h & 1)
			enc_mov_mr(e, 1, gpr_slot(h), h);
	for (unsigned h = 0; h < 16; h++)
		if (pins.xmm >> h & 1)
			enc_vst(e, SSE_MOVAPS_ST, xmm_slot(h), h);
}

/* unsigned enter(struct cpu *cpu, const void *code) */
static void emit_enter(struct enc *e)
{
	for (unsigned k = 0; k < 6; k++)
		enc_push_r(e, callee_saved[k]);
	enc_alu_ri(e, ALU_SUB, 1, RSP, 8);	/* aligned to 16 now */
	enc_lea(e, 1, CG_ENV, hm(RDI, CPU_BIAS));
	enc_mov_mr(e, 1, ENV(host_sp), RSP);
	enc_stmxcsr(e, ENV(saved_mxcsr));
	enc_ldmxcsr(e, ENV(guest_mxcsr));
	enc_mov_rr(e, 1, RAX, RSI);
	load_pinned(e);
	enc_mov_rm(e, 1, RSP, ENV(rstack_sp));
	enc_jmp_r(e, RAX);
}

static void emit_leave(struct enc *e)
{
	runtime.leave = e->p;
	store_pinned(e);
	enc_mov_mr(e, 1, ENV(rstack_sp), RSP);
	enc_stmxcsr(e, ENV(guest_mxcsr));
	runtime.leave_canonical = e->p;
	enc_mov_mi_s(e, 2, ENV(in_helper), 0);
	enc_ldmxcsr(e, ENV(saved_mxcsr));
	enc_mov_rm(e, 1, RSP, ENV(host_sp));
	enc_alu_ri(e, ALU_ADD, 1, RSP, 8);
	enc_mov_rr(e, 0, RAX, RCX);
	for (unsigned k = 6; k--; )
		enc_pop_r(e, callee_saved[k]);
	enc_ret(e);
}

static void emit_leave_pc(struct enc *e, unsigned reason)
{
	enc_mov_mr(e, 1, ENV(pc), RAX);
	enc_mov_ri(e, RCX, reason);
	enc_jmp_to(e, runtime.leave);
}

/* rdx = key of the guest pc in rax. */
static void emit_key(struct enc *e)
{
	enc_mov_rm(e, 0, RDX, ENV(mode));
	enc_sh_ri(e, SH_SHL, 1, RDX, CPU_MODE_SHIFT);
	enc_alu_rr(e, ALU_OR, 1, RDX, RAX);
}

/*
 * The jump cache does not have the pc in rax: look into cpu->jfar.  What is
 * found becomes news of the first before exit_request is looked at, so that
 * exec_kick() does not miss it.
 */
static void emit_find_far(struct enc *e)
{
	enum { FAR = (JFAR_SIZE - 1) * 4, NEAR = (JCACHE_SIZE - 1) * 4 };
	struct hmem m = hm_idx(CG_ENV, RAX, 2, CG_CPU(jcache));
	u8 *out[3];

	emit_key(e);
	enc_mov_rr(e, 0, RCX, RAX);
	enc_sh_ri(e, SH_SHR, 0, RCX, JFAR_BITS);
	enc_alu_rr(e, ALU_XOR, 0, RCX, RAX);
	enc_alu_ri(e, ALU_AND, 0, RCX, FAR);
	enc_sh_ri(e, SH_SHL, 0, RCX, 2);
	enc_alu_rm(e, ALU_ADD, 1, RCX, ENV(jfar));
	enc_alu_mr(e, ALU_CMP, 1, hm(RCX, 0), RDX);
	out[0] = enc_jcc8(e, CC_NE);
	enc_mov_rm(e, 1, RCX, hm(RCX, 8));
	enc_test_rr(e, 1, RCX, RCX);
	out[1] = enc_jcc8(e, CC_E);
	enc_alu_ri(e, ALU_AND, 0, RAX, NEAR);
	enc_mov_mr(e, 1, m, RDX);
	m.disp += 8;
	enc_mov_mr(e, 1, m, RCX);
	enc_alu_mi(e, ALU_CMP, 0, ENV(exit_request), 0);
	out[2] = enc_jcc8(e, CC_NE);
	enc_jmp_r(e, RCX);
	enc_patch8(out[2], e->p);
	enc_mov_rr(e, 1, RAX, RDX);
	enc_sh_ri(e, SH_SHL, 1, RAX, 64 - CPU_MODE_SHIFT);
	enc_sh_ri(e, SH_SHR, 1, RAX, 64 - CPU_MODE_SHIFT);
	enc_patch8(out[0], e->p);
	enc_patch8(out[1], e->p);
}

static void emit_link(struct enc *e)
{
	enc_pop_r(e, RAX);
	enc_alu_ri(e, ALU_SUB, 1, RAX, 5);	/* to the call itself */
	enc_mov_mr(e, 1, ENV(link_at), RAX);
	enc_mov_ri(e, RCX, EXEC_LINK);
	enc_jmp_to(e, runtime.leave);
}

/*
 * rax = where the guest returns to, which the top pair denies.  Functions
 * may have been left without returning (longjmp, exceptions): look a few
 * pairs further up; else forget all of them and go by the jump cache.
 */
static void emit_ret_miss(struct enc *e)
{
	enum { DEPTH = 4, MASK = (JCACHE_SIZE - 1) * 4 };
	struct hmem m = hm_idx(CG_ENV, RCX, 2, CG_CPU(jcache));
	u8 *found[DEPTH], *miss;

	for (unsigned k = 0; k < DEPTH; k++) {
		enc_alu_mr(e, ALU_CMP, 1, hm(RSP, 24 + 16 * (s32)k), RAX);
		found[k] = enc_jcc8(e, CC_E);
	}
	enc_mov_rm(e, 1, RSP, ENV(rstack_top));
	enc_mov_rr(e, 0, RCX, RAX);
	enc_alu_ri(e, ALU_AND, 0, RCX, MASK);
	emit_key(e);
	enc_alu_mr(e, ALU_CMP, 1, m, RDX);
	miss = enc_jcc8(e, CC_NE);
	m.disp += 8;
	enc_jmp_m(e, m);
	enc_patch8(miss, e->p);
	enc_jmp_to(e, runtime.lookup);
	for (unsigned k = DEPTH; k--; ) {
		enc_patch8(found[k], e->p);
		enc_lea(e, 1, RSP, hm(RSP, 16));
	}
	enc_ret(e);
}

/* What a C function may destroy, pinned or not. */
static const u8 caller_saved[9] = { RAX, RCX, RDX, RSI, RDI, R8, R9, R10, R11 };

static void emit_sem(struct enc *e, bool mxcsr)
{
	enum { XMM = 0, GPR = 16 * 16, FRAME = GPR + 80 };

	enc_mov_mr(e, 1, ENV(rstack_sp), RSP);
	enc_mov_rm(e, 1, RSP, ENV(host_sp));
	enc_alu_ri(e, ALU_SUB, 1, RSP, FRAME);
	for (unsigned k = 0; k < 9; k++)
		enc_mov_mr(e, 1, hm(RSP, GPR + (s32)k * 8), caller_saved[k]);
	for (unsigned k = 0; k < 16; k++)
		enc_vst(e, SSE_MOVAPS_ST, hm(RSP, (s32)k * 16), k);
	if (mxcsr)
		enc_stmxcsr(e, ENV(guest_mxcsr));
	enc_lea(e, 1, RDI, hm(CG_ENV, -CPU_BIAS));
	enc_mov_rm(e, 1, RSI, ENV(sem_desc));
	enc_lea(e, 1, RDX, ENV(vtmp[0]));
	enc_mov_rr(e, 1, RCX, RDX);
	enc_lea(e, 1, R8, ENV(vtmp[1]));
	enc_lea(e, 1, R9, ENV(vtmp[2]));
	enc_mov_rm(e, 1, RAX, ENV(rt));
	enc_mov_rm(e, 1, RAX, hm(RAX, RT_SEM_TABLE * 8));
	enc_mov_rm(e, 0, R10, ENV(sem_op));
	enc_call_m(e, hm_idx(RAX, R10, 3, 0));
	if (mxcsr)
		enc_ldmxcsr(e, ENV(guest_mxcsr));
	for (unsigned k = 0; k < 16; k++)
		enc_v2m(e, SSE_MOVAPS, k, hm(RSP, (s32)k * 16));
	for (unsigned k = 0; k < 9; k++)
		enc_mov_rm(e, 1, caller_saved[k], hm(RSP, GPR + (s32)k * 8));
	enc_mov_rm(e, 1, RSP, ENV(rstack_sp));
	enc_ret(e);
}

static void emit_helper(struct enc *e)
{
	store_pinned(e);
	enc_stmxcsr(e, ENV(guest_mxcsr));
	enc_ldmxcsr(e, ENV(saved_mxcsr));
	enc_mov_mr(e, 1, ENV(rstack_sp), RSP);
	enc_mov_rm(e, 1, RSP, ENV(host_sp));
	enc_lea(e, 1, RDI, hm(CG_ENV, -CPU_BIAS));
	enc_mov_rm(e, 1, RSI, ENV(vtmp[0]));
	enc_mov_rm(e, 1, RDX, ENV(vtmp[1]));
	enc_mov_rm(e, 1, RCX, ENV(rt));
	enc_mov_rm(e, 1, RCX, hm(RCX, RT_HELPER_TABLE * 8));
	enc_mov_mi_s(e, 2, ENV(in_helper), 1);
	enc_call_m(e, hm_idx(RCX, RAX, 3, 0));
	enc_mov_mi_s(e, 2, ENV(in_helper), 0);
	enc_mov_rm(e, 1, RSP, ENV(rstack_sp));
	enc_ldmxcsr(e, ENV(guest_mxcsr));
	load_pinned(e);
	enc_ret(e);
}

static void align16(struct enc *e)
{
	while ((uintptr_t)e->p & 15)
		enc_u8(e, OP_INT3);
}

int runtime_emit(struct enc *e, const u8 *limit, u32 feat)
{
	if (limit - e->p < 4096)
		return -ENOSPC;
	runtime.feat = feat;
	e->avx = feat & HF_AVX;
	align16(e);
	runtime.start = e->p;
	emit_leave(e);
	align16(e);
	runtime.enter = e->p;
	emit_enter(e);
	align16(e);
	runtime.lookup = e->p;
	emit_find_far(e);
	runtime.leave_lookup = e->p;
	emit_leave_pc(e, EXEC_LOOKUP);
	runtime.interrupt = e->p;
	emit_leave_pc(e, EXEC_INTERRUPT);
	runtime.link = e->p;
	emit_link(e);
	align16(e);
	runtime.ret_miss = e->p;
	emit_ret_miss(e);
	runtime.ret_base = e->p;
	enc_mov_ri(e, RAX, RSTACK_BASE_PC);
	enc_mov_rm(e, 1, RSP, ENV(rstack_top));
	enc_jmp_to(e, runtime.lookup);
	align16(e);
	runtime.sem = e->p;
	emit_sem(e, false);
	align16(e);
	runtime.sem_mxcsr = e->p;
	emit_sem(e, true);
	align16(e);
	runtime.helper = e->p;
	emit_helper(e);
	runtime.end = e->p;
	return 0;
}
