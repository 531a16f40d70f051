/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The x86-64 host back end as host.h sees it: set-up, entering code, patching
 * it, the cpu's return stack, and floating-point control.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "translate/block.h"
#include "translate/host/x64/emit.h"
#include "translate/host/x64/pins.h"
#include "translate/host/x64/runtime.h"
#include "translate/sem.h"

/* rbp and the memory operands that use it rely on these. */
_Static_assert(offsetof(struct cpu, r) == 0, "guest registers within disp8");
_Static_assert(offsetof(struct cpu, v) % 16 == 0, "vectors aligned");
_Static_assert(offsetof(struct cpu, vspill) % 16 == 0, "spill slots aligned");

/* -- Semantic functions by opcode ------------------------------------------------ */

static void sem_flg_fcmp(struct cpu *cpu, u64 desc, union v128 *d,
			 const union v128 *a, const union v128 *b,
			 const union v128 *c)
{
	d->d[0] = sem_fcmp(cpu, sem_aux(desc), a, b);
}

/* sem_table[] and the one that it leaves out; filled once by init. */
const void *runtime_sem[IR_OP_COUNT];

static void fill_sem_table(void)
{
	for (unsigned op = 0; op < IR_OP_COUNT; op++)
		runtime_sem[op] = (const void *)sem_table[op];
	runtime_sem[IR_FLG_FCMP] = (const void *)sem_flg_fcmp;
}

/* -- Set-up ------------------------------------------------------------------------ */

static int init(struct tctx *t, u8 *buf, u32 avail, u32 *len)
{
	struct enc e = { .p = buf };
	u32 feat = hostcpu_features();
	int err;

	/* Present in every x86-64 CPU since 2006; no fallback is kept. */
	if (!(feat & HF_LAHF) || !(feat & HF_CX16))
		return -ENOTSUP;
	fill_sem_table();
	pins_choose(t->cfg.isa->name);
	err = runtime_emit(&e, buf + avail, feat);
	if (err)
		return err;
	t->rt[RT_SEM_TABLE] = runtime_sem;
	t->rt[RT_HELPER_TABLE] = t->helper;
	*len = (u32)(e.p - buf);
	return 0;
}

static int emit(struct tctx *t, const struct ir *ir, struct host_block *hb)
{
	static struct cg cg;	/* under the translation lock */

	return x64_emit(&cg, t, ir, hb);
}

/* -- Entering and patching --------------------------------------------------------- */

static unsigned enter(struct cpu *cpu, const void *code)
{
	unsigned (*fn)(struct cpu *, const void *);

	memcpy(&fn, &runtime.enter, sizeof(fn));
	return fn(cpu, code);
}

/* One aligned store (see isel_ctl.c); other threads execute old or new. */
static void set_rel32(u8 *field, const u8 *target)
{
	s32 d = (s32)(target - (field + 4));

	__atomic_store_n((s32 *)(void *)field, d, __ATOMIC_RELEASE);
}

/* jmp to the block's first bytes, which are 16 before its entry. */
static void poison(struct tctx *t, u8 *entry)
{
	__atomic_store_n((u16 *)(void *)entry, (u16)(0xeb | (u8)(-16 - 2) << 8),
			 __ATOMIC_RELEASE);
}

static unsigned jcache_index(gaddr pc)
{
	return pc >> 2 & (JCACHE_SIZE - 1);
}

/* As emit_find_far() computes it: functions tend to lie at round distances,
 * so higher bits are folded in. */
static unsigned jfar_index(gaddr pc)
{
	return ((u32)pc ^ (u32)pc >> JFAR_BITS) >> 2 & (JFAR_SIZE - 1);
}

/* -- The return stack ---------------------------------------------------------------- */

enum {
	RSTACK_SIZE = 256 << 10, RSTACK_SLACK = 256,
	CPU_MAPPING = RSTACK_GUARD + RSTACK_SIZE +
		      JFAR_SIZE * sizeof(struct jcache_ent)
};

/* MXCSR (SDM vol. 1, 10.2.3). */
enum {
	MX_IE = 1, MX_DE = 2, MX_ZE = 4, MX_OE = 8, MX_UE = 16, MX_PE = 32,
	MX_STICKY = 63, MX_DAZ = 64, MX_IM = 128, MX_MASKS = 0x1f80, MX_RC = 13,
	MX_FTZ = 1 << 15
};

static void forget_returns(struct cpu *cpu)
{
	cpu->rstack_sp = cpu->rstack_top;
}

/*
 * guard | pairs, growing down | slack with pairs that lead to ret_base: the
 * way out if the guest "returns" to just the value that marks them | jfar
 */
static int rstack_init(struct cpu *cpu)
{
	u8 *p = mmap(NULL, CPU_MAPPING, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (p == MAP_FAILED)
		return -ENOMEM;
	if (mprotect(p, RSTACK_GUARD, PROT_NONE)) {
		munmap(p, CPU_MAPPING);
		return -ENOMEM;
	}
	cpu->rstack_lo = p;
	cpu->jfar = (void *)(p + RSTACK_GUARD + RSTACK_SIZE);
	cpu->rstack_top = p + RSTACK_GUARD + RSTACK_SIZE - RSTACK_SLACK;
	for (u64 *q = cpu->rstack_top; (u8 *)q < (u8 *)cpu->rstack_top +
	     RSTACK_SLACK; q += 2) {
		q[0] = (u64)(uintptr_t)runtime.ret_base;
		q[1] = RSTACK_BASE_PC;
	}
	for (unsigned k = 0; k < JCACHE_SIZE; k++)
		cpu->jcache[k].key = JCACHE_EMPTY(k);
	forget_returns(cpu);
	cpu->fp_check = runtime.feat & HF_FPTRAP ? 0 : IR_MODE_FPCHECK;
	cpu->guest_mxcsr = MX_MASKS;
	fpcr_changed(cpu);
	return 0;
}

static void rstack_fini(struct cpu *cpu)
{
	if (cpu->rstack_lo)
		munmap(cpu->rstack_lo, CPU_MAPPING);
	cpu->rstack_lo = cpu->rstack_top = cpu->rstack_sp = NULL;
}

/* -- Floating-point control ------------------------------------------------------------ */

/* An x86 guest's MXCSR is what it is. */
void fpsr_sync(struct cpu *cpu)
{
	u32 mx = cpu->guest_mxcsr, f = 0;

	if (pins.x86_flags)
		return;
	f |= mx & MX_IE ? FPSR_IOC : 0;
	f |= mx & MX_ZE ? FPSR_DZC : 0;
	f |= mx & MX_OE ? FPSR_OFC : 0;
	f |= mx & MX_UE ? FPSR_UFC : 0;
	f |= mx & MX_PE ? FPSR_IXC : 0;
	cpu->fpsr |= f;
	cpu->guest_mxcsr &= ~(u32)MX_STICKY;
}

void fpcr_changed(struct cpu *cpu)
{
	/* Arm: nearest, up, down, zero; x86: nearest, down, up, zero. */
	static const u8 rc[4] = { 0, 2, 1, 3 };
	u32 mx = MX_MASKS;

	if (pins.x86_flags)
		return;
	mx |= (u32)rc[cpu->fpcr >> FPCR_RMODE_SHIFT & 3] << MX_RC;
	if (cpu->fpcr & FPCR_FZ)
		mx |= MX_FTZ | MX_DAZ;
	/* Partner: fp_traps() of isel_fp.h. */
	if (!(cpu->fpcr & (FPCR_DN | FPCR_FZ)) && !cpu->fp_check)
		mx &= ~(u32)MX_IM;
	fpsr_sync(cpu);
	cpu->guest_mxcsr = mx;
}

/* -- The table --------------------------------------------------------------------------- */

static const struct host_backend x64_backend = {
	.name = "x64",
	.init = init,
	.emit = emit,
	.patch = set_rel32,
	.poison = poison,
	.enter = enter,
	.recover = x64_recover,
	.fp_trap = x64_fp_trap,
	.runtime_fault = x64_runtime_fault,
	.refused = x64_refused,
	.sigfpe_kind = x64_sigfpe_kind,
	.context_pc = x64_context_pc,
	.cpu_init = rstack_init,
	.cpu_fini = rstack_fini,
	.forget_returns = forget_returns,
	.jcache_index = jcache_index,
	.jfar_index = jfar_index,
};

const struct host_backend *const host_backend = &x64_backend;
