/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Private to translate/sem/: the x86 vector operations of xvec.def as C
 * functions of whole registers.
 *
 * xsem_NAME gets the operands (absent ones are zero; an integer is in d[0])
 * and returns the result (an integer or packed flags in d[0]).  The context
 * has the immediate byte and MXCSR.  FP operations go lane by lane through
 * the core in softfp.c, with the rules of SDM vol. 1, 4.8 and 11.5.
 */
#ifndef TRANSLATE_SEM_XVEC_H
#define TRANSLATE_SEM_XVEC_H

#include "translate/sem/softfp.h"
#include "translate/xvec.h"

/* MXCSR (SDM vol. 1, 10.2.3). */
enum {
	MXCSR_IE = 1, MXCSR_DE = 2, MXCSR_ZE = 4, MXCSR_OE = 8, MXCSR_UE = 16,
	MXCSR_PE = 32, MXCSR_FLAGS = 63, MXCSR_DAZ = 64, MXCSR_MASK_SHIFT = 7,
	MXCSR_RC_SHIFT = 13, MXCSR_FTZ = 1 << 15
};

struct xsem {
	unsigned imm;		/* immediate byte */
	u32 mxcsr;
	u32 raised;		/* MXCSR flags of this operation so far */
};

typedef union v128 xsem_fn(struct xsem *s, union v128 a, union v128 b,
			   union v128 c);

#define XSEM(name) \
	union v128 xsem_##name(struct xsem *s, union v128 a, union v128 b, \
			       union v128 c)

#define _(name, form, exc) xsem_fn xsem_##name;
#include "translate/xvec.def"
#undef _

static inline union v128 xsem_int(u64 v)
{
	return (union v128){ .d = { v, 0 } };
}

/* -- FP lanes: xvec_fp.c ------------------------------------------------------ */

/* Context of one lane's operation from MXCSR; xfp_end() notes what it raised.
 * nan: an operand is a NaN, which keeps denormals from being reported. */
struct sfp xfp_begin(const struct xsem *s);
void xfp_end(struct xsem *s, const struct sfp *f, bool nan);

typedef u64 xfp_fn(struct xsem *s, const struct sfp_fmt *f, u64 x, u64 y,
		   u64 z);

/* Lanes of 4 (or 8) bytes: all, or the lowest with the rest of a. */
union v128 xfp_map(struct xsem *s, bool f64, bool scalar, xfp_fn *fn,
		   union v128 a, union v128 b, union v128 c);

/* xsem_NAMEPS, PD, SS and SD from an xfp_fn of operands a, b, c. */
#define XSEM_FP_ONE(name, f64, scalar, fn) \
	XSEM(name) { return xfp_map(s, f64, scalar, fn, a, b, c); }
#define XSEM_FP(name, fn) \
	XSEM_FP_ONE(name##PS, false, false, fn) \
	XSEM_FP_ONE(name##PD, true, false, fn) \
	XSEM_FP_ONE(name##SS, false, true, fn) \
	XSEM_FP_ONE(name##SD, true, true, fn)

u64 xfp_add(struct xsem *s, const struct sfp_fmt *f, u64 x, u64 y, u64 z);
u64 xfp_sub(struct xsem *s, const struct sfp_fmt *f, u64 x, u64 y, u64 z);
u64 xfp_mul(struct xsem *s, const struct sfp_fmt *f, u64 x, u64 y, u64 z);

/* Rounding mode (enum ir_round) of an RC field. */
static inline unsigned xfp_round(unsigned rc)
{
	static const u8 mode[4] = { IR_RNE, IR_RMI, IR_RPI, IR_RZ };

	return mode[rc & 3];
}

#endif
