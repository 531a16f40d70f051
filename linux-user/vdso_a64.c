/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The aarch64 guest's vDSO: its functions and what they ask the runner, names
 * and version as in arch/arm64/kernel/vdso.
 *
 * The trampoline for signal return carries no unwind information on purpose:
 * unwinders know its two instructions, and the kernel leaves it out too.
 */
#include "linux-user/vdso.h"

#include <elf.h>
#include <errno.h>
#include <sys/time.h>
#include <time.h>

/* Hypercalls: HLT #(FIRST + n) at a pc within the vDSO. */
enum { CLOCK_GETTIME, GETTIMEOFDAY, CLOCK_GETRES };
enum { FIRST = 0xf470 };

/* -- Code ------------------------------------------------------------------ */

#define HLT(n) (0xd4400000u | (u32)(FIRST + (n)) << 5)

static const u32 sigreturn_code[] = {
	0xd2801168,		/* mov	x8, #139	rt_sigreturn */
	0xd4000001,		/* svc	#0 */
};

/* int clock_gettime(clockid_t x0, struct timespec *x1) */
static const u32 gettime_code[] = {
	HLT(CLOCK_GETTIME),	/* x0 status, x2 sec, x3 nsec */
	0x35000040,		/* cbnz	w0, 1f */
	0xa9000c22,		/* stp	x2, x3, [x1] */
	0xd65f03c0,		/* 1: ret */
};

/* int gettimeofday(struct timeval *x0, struct timezone *x1) */
static const u32 timeofday_code[] = {
	0xaa0003e4,		/* mov	x4, x0 */
	HLT(GETTIMEOFDAY),	/* x0 status, x2 sec, x3 usec, x5 zone */
	0xb4000044,		/* cbz	x4, 1f */
	0xa9000c82,		/* stp	x2, x3, [x4] */
	0xb4000041,		/* 1: cbz x1, 2f */
	0xf9000025,		/* str	x5, [x1] */
	0xd65f03c0,		/* 2: ret */
};

/* int clock_getres(clockid_t x0, struct timespec *x1) */
static const u32 getres_code[] = {
	HLT(CLOCK_GETRES),	/* x0 status, x2 sec, x3 nsec */
	0x35000060,		/* cbnz	w0, 1f */
	0xb4000041,		/* cbz	x1, 1f */
	0xa9000c22,		/* stp	x2, x3, [x1] */
	0xd65f03c0,		/* 1: ret */
};

static const struct vdso_func func[] = {
#define F(name, code) { "__kernel_" #name, code, sizeof(code) }
	F(rt_sigreturn, sigreturn_code),
	F(gettimeofday, timeofday_code),
	F(clock_gettime, gettime_code),
	F(clock_getres, getres_code),
#undef F
};

/* Leaves without a frame: CFA = sp, return address in x30. */
static const u8 cie[] = {
	16, 0, 0, 0,		/* length */
	0, 0, 0, 0,		/* this is a CIE */
	1, 'z', 'R', 0,		/* version, augmentation */
	4, 0x78, 30,		/* code, data (-8) factor, return x30 */
	1, 0x1b,		/* pointers: pc-relative sdata4 */
	0x0c, 31, 0,		/* DW_CFA_def_cfa sp, 0 */
};

/* -- Helpers --------------------------------------------------------------
 * They only set registers; the vDSO's own code stores, so that a bad pointer
 * is an ordinary fault of the guest. */

static u64 answer(struct cpu *cpu, int err, s64 hi, s64 lo)
{
	cpu->r[0] = (u64)(s64)(err ? -errno : 0);
	if (!err) {
		cpu->r[2] = (u64)hi;
		cpu->r[3] = (u64)lo;
	}
	return 0;
}

static u64 do_gettime(struct cpu *cpu, u64 unused1, u64 unused2)
{
	struct timespec ts = { 0, 0 };
	int err = clock_gettime((clockid_t)cpu->r[0], &ts);

	return answer(cpu, err, ts.tv_sec, ts.tv_nsec);
}

static u64 do_gettimeofday(struct cpu *cpu, u64 unused1, u64 unused2)
{
	struct timeval tv = { 0, 0 };
	struct timezone tz = { 0, 0 };
	int err = gettimeofday(&tv, &tz);

	cpu->r[5] = (u32)tz.tz_minuteswest | (u64)(u32)tz.tz_dsttime << 32;
	return answer(cpu, err, tv.tv_sec, tv.tv_usec);
}

static u64 do_getres(struct cpu *cpu, u64 unused1, u64 unused2)
{
	struct timespec ts = { 0, 0 };
	int err = clock_getres((clockid_t)cpu->r[0], &ts);

	return answer(cpu, err, ts.tv_sec, ts.tv_nsec);
}

static exec_helper_fn *const helper[] = {
	[CLOCK_GETTIME] = do_gettime,
	[GETTIMEOFDAY] = do_gettimeofday,
	[CLOCK_GETRES] = do_getres,
};

const struct vdso vdso_a64 = {
	.machine = EM_AARCH64, .version = "LINUX_2.6.39",
	.func = func, .nfunc = ARRAY_LEN(func), .no_unwind = 1,
	.nop = { 0x1f, 0x20, 0x03, 0xd5 }, .nop_size = 4,
	.cie = cie, .cie_size = sizeof(cie),
	.helper = helper, .nhelper = ARRAY_LEN(helper), .first_call = FIRST,
};
