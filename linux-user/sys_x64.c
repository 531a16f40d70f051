// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * arch_prctl(): the bases of the segments FS and GS, and what x86_64 programs
 * ask of XSAVE.
 */
#include <errno.h>

#include "linux-user/proc_ops.h"
#include "linux-user/task.h"
#include "translate/guest/x64/x64.h"

/* arch/x86/include/uapi/asm/prctl.h */
enum {
	ARCH_SET_GS = 0x1001, ARCH_SET_FS, ARCH_GET_FS, ARCH_GET_GS,
	ARCH_GET_CPUID = 0x1011, ARCH_SET_CPUID,
	ARCH_GET_XCOMP_SUPP = 0x1021, ARCH_GET_XCOMP_PERM, ARCH_REQ_XCOMP_PERM
};

/* TASK_SIZE_MAX */
#define BASE_TOP ((1ull << 47) - 4096)

static s64 set_base(u64 *base, u64 value)
{
	if (value >= BASE_TOP)
		return -EPERM;
	*base = value;
	return 0;
}

static s64 get_u64(struct sysctx *c, gaddr to, u64 value)
{
	return guest_write(c, to, &value, sizeof(value));
}

/* Components of XSAVE that a process may use. */
static u64 components(struct sysctx *c)
{
	u64 f = tctx_config(c->cpu->tctx)->cpu_features;

	return !(f & X64_FEAT_XSAVE) ? 0 : f & X64_FEAT_AVX ? 7 : 3;
}

s64 proc_arch_prctl(struct sysctx *c, const u64 *a)
{
	struct cpu *cpu = c->cpu;

	switch ((int)a[0]) {
	case ARCH_SET_GS:
		return set_base(&cpu->tpidrro, a[1]);
	case ARCH_SET_FS:
		return set_base(&cpu->tpidr, a[1]);
	case ARCH_GET_GS:
		return get_u64(c, a[1], cpu->tpidrro);
	case ARCH_GET_FS:
		return get_u64(c, a[1], cpu->tpidr);
	case ARCH_GET_CPUID:
		return 1;
	case ARCH_SET_CPUID:
		return -ENODEV;
	case ARCH_GET_XCOMP_SUPP:
	case ARCH_GET_XCOMP_PERM:
		return get_u64(c, a[1], components(c));
	case ARCH_REQ_XCOMP_PERM:
		return a[1] > 63 ? -EINVAL :
		       components(c) >> a[1] & 1 ? 0 : -EOPNOTSUPP;
	}
	return -EINVAL;
}
