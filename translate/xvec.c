/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names and forms of the operations in xvec.def. */
#include "translate/xvec.h"

const struct xvec_info xvec_info[XVEC_COUNT] = {
#define _(name, form, exc) [XVEC_##name] = { #name, XFORM_##form, XEXC_##exc },
#include "translate/xvec.def"
#undef _
};
