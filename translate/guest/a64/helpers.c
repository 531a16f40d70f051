/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Run-time parts of a64 instructions that IR does not express: called from
 * translated code as IR HELPER with canonical state.
 */
#include <sys/random.h>
#include <time.h>

#include "translate/guest/a64/a64.h"
#include "translate/sem.h"

/* Writable bits.  Exception trapping is not implemented, which the
 * architecture allows: its enables read as zero. */
#define FPCR_MASK (FPCR_FZ16 | 3u << FPCR_RMODE_SHIFT | FPCR_FZ | FPCR_DN | \
		   FPCR_AHP)
#define FPSR_MASK (FPSR_IOC | FPSR_DZC | FPSR_OFC | FPSR_UFC | FPSR_IXC | \
		   FPSR_IDC | FPSR_QC)

static u64 get_fpsr(struct cpu *cpu, u64 a, u64 b)
{
	fpsr_sync(cpu);
	return cpu->fpsr;
}

static u64 set_fpsr(struct cpu *cpu, u64 a, u64 b)
{
	fpsr_sync(cpu);
	cpu->fpsr = (u32)a & FPSR_MASK;
	fpcr_changed(cpu);
	return 0;
}

static u64 set_fpcr(struct cpu *cpu, u64 a, u64 b)
{
	fpsr_sync(cpu);
	cpu->fpcr = (u32)a & FPCR_MASK;
	fpcr_changed(cpu);
	return 0;
}

/* The virtual counter counts nanoseconds (A64_CNTFRQ). */
static u64 cntvct(struct cpu *cpu, u64 a, u64 b)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (u64)ts.tv_sec * A64_CNTFRQ + (u64)ts.tv_nsec;
}

static u64 rndr(struct cpu *cpu, u64 a, u64 b)
{
	u64 v;

	while (getrandom(&v, sizeof(v), 0) != sizeof(v))
		;
	return v;
}

static u64 ic_ivau(struct cpu *cpu, u64 addr, u64 b)
{
	const struct mem_ops *mem = &tctx_config(cpu->tctx)->mem;

	addr &= ~63ull;
	tctx_invalidate(cpu->tctx, addr, 64);
	if (mem->code_aliases)
		mem->code_aliases(mem->opaque, addr, 64);
	return 0;
}

exec_helper_fn *const a64_helper[A64_HELPER_COUNT] = {
	[A64_HELPER_GET_FPSR] = get_fpsr,
	[A64_HELPER_SET_FPSR] = set_fpsr,
	[A64_HELPER_SET_FPCR] = set_fpcr,
	[A64_HELPER_CNTVCT] = cntvct,
	[A64_HELPER_RNDR] = rndr,
	[A64_HELPER_IC_IVAU] = ic_ivau,
};
