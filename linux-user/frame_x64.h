/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The x86_64 signal frame as the kernel lays it out (arch/x86/kernel/
 * signal_64.c, fpu/signal.c; uapi asm/sigcontext.h, asm/ucontext.h).
 */
#ifndef LINUX_USER_FRAME_X64_H
#define LINUX_USER_FRAME_X64_H

#include "base/base.h"

struct sigcontext_x64 {
	u64 r8, r9, r10, r11, r12, r13, r14, r15;
	u64 di, si, bp, bx, dx, ax, cx, sp, ip, flags;
	u16 cs, gs, fs, ss;
	u64 err, trapno, oldmask, cr2;
	u64 fpstate;
	u64 reserved[8];
};

struct ucontext_x64 {
	u64 flags, link;
	u64 ss_sp;
	u32 ss_flags, ss_pad;
	u64 ss_size;
	struct sigcontext_x64 mc;
	u64 mask;
};

struct frame_x64 {
	u64 ret;			/* where the handler returns to */
	struct ucontext_x64 uc;
	u8 info[128];
};

_Static_assert(sizeof(struct sigcontext_x64) == 256, "uapi");
_Static_assert(sizeof(struct ucontext_x64) == 304, "uapi");
_Static_assert(sizeof(struct frame_x64) == 440, "uapi");

/* Bits of uc.flags. */
enum { UCX_XSTATE = 1, UCX_SS = 2, UCX_STRICT_SS = 4 };

/* What the FXSAVE image leaves to software (struct _fpx_sw_bytes). */
struct fpx_sw_x64 {
	u32 magic1, extended_size;
	u64 xfeatures;
	u32 xstate_size, pad[7];
};

/* FXSAVE image, XSAVE header, upper halves of ymm, magic2. */
struct fpstate_x64 {
	u8 fx[464];
	struct fpx_sw_x64 sw;
	u64 xstate_bv, xcomp_bv, header[6];
	u8 ymm[256];
	u32 magic2;
} __attribute__((aligned(16)));

_Static_assert(offsetof(struct fpstate_x64, xstate_bv) == 512, "SDM");
_Static_assert(offsetof(struct fpstate_x64, ymm) == 576, "SDM");
_Static_assert(offsetof(struct fpstate_x64, magic2) == 832, "uapi");

enum {
	FPX_MAGIC1 = 0x46505853, FPX_MAGIC2 = 0x46505845,
	XSTATE_FXSAVE = 512, XSTATE_SSE = 576, XSTATE_AVX = 832,
	XSTATE_ALIGN = 64
};

/* All of that with alignment, as the kernel counts it (it adds what an i387
 * frame takes). */
enum {
	FRAME_X64_MAX = (440 + 15 + XSTATE_AVX + 4 + 112 + 63 + 15) / 16 * 16
};

#endif
