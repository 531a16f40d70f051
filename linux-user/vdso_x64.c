// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The x86_64 guest's vDSO: its functions and what they ask the runner, names
 * and version as in arch/x86/entry/vdso.
 */
#include "linux-user/vdso.h"

#include <elf.h>
#include <errno.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "translate/guest/x64/x64.h"

/* Hypercalls: INT FIRST + n. */
enum { CLOCK_GETTIME, GETTIMEOFDAY, CLOCK_GETRES, TIME, GETCPU };
enum { FIRST = 0xf0 };

/* int clock_gettime(clockid_t edi, struct timespec *rsi) */
static const u8 gettime_code[] = {
	0xcd, FIRST + CLOCK_GETTIME,	/* int: eax status, rdx sec, rcx nsec */
	0x85, 0xc0,			/* test	eax, eax */
	0x75, 0x07,			/* jnz	1f */
	0x48, 0x89, 0x16,		/* mov	[rsi], rdx */
	0x48, 0x89, 0x4e, 0x08,		/* mov	[rsi + 8], rcx */
	0xc3,				/* 1: ret */
};

/* int gettimeofday(struct timeval *rdi, struct timezone *rsi) */
static const u8 timeofday_code[] = {
	0xcd, FIRST + GETTIMEOFDAY,	/* rdx sec, rcx usec, r8 zone */
	0x48, 0x85, 0xff,		/* test	rdi, rdi */
	0x74, 0x07,			/* jz	1f */
	0x48, 0x89, 0x17,		/* mov	[rdi], rdx */
	0x48, 0x89, 0x4f, 0x08,		/* mov	[rdi + 8], rcx */
	0x48, 0x85, 0xf6,		/* 1: test rsi, rsi */
	0x74, 0x03,			/* jz	2f */
	0x4c, 0x89, 0x06,		/* mov	[rsi], r8 */
	0xc3,				/* 2: ret */
};

/* int clock_getres(clockid_t edi, struct timespec *rsi) */
static const u8 getres_code[] = {
	0xcd, FIRST + CLOCK_GETRES,	/* eax status, rdx sec, rcx nsec */
	0x85, 0xc0,			/* test	eax, eax */
	0x75, 0x0c,			/* jnz	1f */
	0x48, 0x85, 0xf6,		/* test	rsi, rsi */
	0x74, 0x07,			/* jz	1f */
	0x48, 0x89, 0x16,		/* mov	[rsi], rdx */
	0x48, 0x89, 0x4e, 0x08,		/* mov	[rsi + 8], rcx */
	0xc3,				/* 1: ret */
};

/* time_t time(time_t *rdi) */
static const u8 time_code[] = {
	0xcd, FIRST + TIME,		/* rax */
	0x48, 0x85, 0xff,		/* test	rdi, rdi */
	0x74, 0x03,			/* jz	1f */
	0x48, 0x89, 0x07,		/* mov	[rdi], rax */
	0xc3,				/* 1: ret */
};

/* int getcpu(unsigned *rdi, unsigned *rsi) */
static const u8 getcpu_code[] = {
	0xcd, FIRST + GETCPU,		/* eax 0, edx processor, ecx node */
	0x48, 0x85, 0xff,		/* test	rdi, rdi */
	0x74, 0x02,			/* jz	1f */
	0x89, 0x17,			/* mov	[rdi], edx */
	0x48, 0x85, 0xf6,		/* 1: test rsi, rsi */
	0x74, 0x02,			/* jz	2f */
	0x89, 0x0e,			/* mov	[rsi], ecx */
	0xc3,				/* 2: ret */
};

static const struct vdso_func func[] = {
#define F(name, code) { "__vdso_" #name, code, sizeof(code) }
	F(clock_gettime, gettime_code),
	F(gettimeofday, timeofday_code),
	F(clock_getres, getres_code),
	F(time, time_code),
	F(getcpu, getcpu_code),
#undef F
};

/* Leaves without a frame: CFA = rsp + 8, return address at CFA - 8. */
static const u8 cie[] = {
	20, 0, 0, 0,		/* length */
	0, 0, 0, 0,		/* this is a CIE */
	1, 'z', 'R', 0,		/* version, augmentation */
	1, 0x78, 16,		/* code, data (-8) factor, return address */
	1, 0x1b,		/* pointers: pc-relative sdata4 */
	0x0c, 7, 8,		/* DW_CFA_def_cfa rsp, 8 */
	0x90, 1,		/* DW_CFA_offset(16), 1 */
	0, 0,
};

/* -- Helpers ------------------------------------------------------------------ */

static u64 answer(struct cpu *cpu, int err, s64 hi, s64 lo)
{
	cpu->r[X64_RAX] = (u64)(s64)(err ? -errno : 0);
	cpu->r[X64_RDX] = (u64)hi;
	cpu->r[X64_RCX] = (u64)lo;
	return 0;
}

static u64 do_gettime(struct cpu *cpu, u64 unused1, u64 unused2)
{
	struct timespec ts = { 0, 0 };
	int err = clock_gettime((clockid_t)cpu->r[X64_RDI], &ts);

	return answer(cpu, err, ts.tv_sec, ts.tv_nsec);
}

static u64 do_gettimeofday(struct cpu *cpu, u64 unused1, u64 unused2)
{
	struct timeval tv = { 0, 0 };
	struct timezone tz = { 0, 0 };
	int err = gettimeofday(&tv, &tz);

	cpu->r[X64_R8] = (u32)tz.tz_minuteswest | (u64)(u32)tz.tz_dsttime << 32;
	return answer(cpu, err, tv.tv_sec, tv.tv_usec);
}

static u64 do_getres(struct cpu *cpu, u64 unused1, u64 unused2)
{
	struct timespec ts = { 0, 0 };
	int err = clock_getres((clockid_t)cpu->r[X64_RDI], &ts);

	return answer(cpu, err, ts.tv_sec, ts.tv_nsec);
}

static u64 do_time(struct cpu *cpu, u64 unused1, u64 unused2)
{
	cpu->r[X64_RAX] = (u64)time(NULL);
	return 0;
}

static u64 do_getcpu(struct cpu *cpu, u64 unused1, u64 unused2)
{
	unsigned n = 0, node = 0;
	int err = (int)syscall(SYS_getcpu, &n, &node, NULL);

	return answer(cpu, err, n, node);
}

static exec_helper_fn *const helper[] = {
	[CLOCK_GETTIME] = do_gettime,
	[GETTIMEOFDAY] = do_gettimeofday,
	[CLOCK_GETRES] = do_getres,
	[TIME] = do_time,
	[GETCPU] = do_getcpu,
};

const struct vdso vdso_x64 = {
	.machine = EM_X86_64, .version = "LINUX_2.6",
	.func = func, .nfunc = ARRAY_LEN(func),
	.nop = { 0x90 }, .nop_size = 1,
	.cie = cie, .cie_size = sizeof(cie),
	.helper = helper, .nhelper = ARRAY_LEN(helper), .first_call = FIRST,
};
