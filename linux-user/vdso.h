/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A guest's vDSO: one page with an ELF image of our own, whose functions ask
 * the runner by hypercall instructions (HLT, INT) instead of system calls, and
 * hence never leave translated code.
 */
#ifndef LINUX_USER_VDSO_H
#define LINUX_USER_VDSO_H

#include "base/base.h"
#include "translate/translate.h"

enum { VDSO_SIZE = 4096, VDSO_FUNCS = 8 };

struct vdso_func {
	const char *name;
	const void *code;
	u32 size;
};

struct vdso {
	u16 machine;			/* EM_* */
	const char *version;		/* of its symbols */
	const struct vdso_func *func;	/* at most VDSO_FUNCS */
	u32 nfunc;
	u32 no_unwind;			/* the first ones, of signal return */
	u8 nop[4], nop_size;
	const u8 *cie;			/* for unwinders */
	u32 cie_size;
	/*
	 * Hypercall first_call + n, at a pc within the page, calls helper n
	 * (tctx_config.user_helper).  They only change registers; the vDSO's
	 * own code stores, so that a bad pointer is a fault of the guest.
	 */
	exec_helper_fn *const *helper;
	u32 nhelper, first_call;
};

extern const struct vdso vdso_a64, vdso_x64;

/*
 * Write the image to page (VDSO_SIZE zero bytes).  *sigreturn gets the
 * offset of its first function.
 */
void vdso_build(const struct vdso *v, u8 *page, u64 *sigreturn);

#endif
