/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The vDSO of an aarch64 guest: one page with an ELF image of our own, whose
 * functions ask the runner by hypercall instructions (HLT #imm) instead of
 * system calls, and hence never leave translated code.
 */
#ifndef LINUX_USER_VDSO_H
#define LINUX_USER_VDSO_H

#include "base/base.h"
#include "translate/translate.h"

/* Hypercalls: HLT #(VDSO_HLT + n) at a pc within the vDSO. */
enum vdso_call {
	VDSO_CLOCK_GETTIME,
	VDSO_GETTIMEOFDAY,
	VDSO_CLOCK_GETRES,
	VDSO_NCALLS
};
enum { VDSO_HLT = 0xf470, VDSO_SIZE = 4096 };

/*
 * Write the image to page (VDSO_SIZE zero bytes).  *sigreturn gets the
 * offset of __kernel_rt_sigreturn.
 */
void vdso_build(u8 *page, u64 *sigreturn);

/* The helpers behind the hypercalls, for tctx_config.user_helper: they take
 * x0 and leave their answer in x0, x2, x3 and x5. */
extern exec_helper_fn *const vdso_helper[VDSO_NCALLS];

#endif
