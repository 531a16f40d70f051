/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The sub-opcodes of IR XVEC, XVTOG, XGTOV and XF_VEC, from xvec.def. */
#ifndef TRANSLATE_XVEC_H
#define TRANSLATE_XVEC_H

#include "translate/ir.h"

enum xvec_op {
#define _(name, form, exc) XVEC_##name,
#include "translate/xvec.def"
#undef _
	XVEC_COUNT
};

/* Forms of xvec.def. */
enum xvec_form { XFORM_V2, XFORM_V3, XFORM_V4, XFORM_VD, XFORM_GX, XFORM_XG,
		 XFORM_FL };
/* Column exc. */
enum { XEXC_I, XEXC_F };

struct xvec_info {
	const char *name;
	u8 form;		/* enum xvec_form */
	u8 exc;			/* XEXC_* */
};
extern const struct xvec_info xvec_info[XVEC_COUNT];

static inline unsigned xvec_of(s32 imm)
{
	return (u32)imm & XVEC_OP;
}

static inline unsigned xvec_imm8(s32 imm)
{
	return (u32)imm >> XVEC_IMM_SHIFT & 0xff;
}

#endif
