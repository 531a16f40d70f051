/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Shared by isel_mem.c and isel_atomic.c. */
#ifndef TRANSLATE_HOST_X64_ISEL_MEM_H
#define TRANSLATE_HOST_X64_ISEL_MEM_H

#include "translate/host/x64/isel.h"

/* The operand a + imm of an atomic or exclusive access. */
struct hmem isel_address(struct cg *cg, const struct ir_inst *i);

#endif
