/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * sem_table[]: opcode -> semantic function, derived from ir.def.  Ops whose
 * flags column lacks S have none.
 */
#include "translate/sem.h"

#include "translate/sem/ops.h"

#define SEM_OP(name) [IR_##name] = sem_##name,
sem_fn *const sem_table[IR_OP_COUNT] = {
#define _(name, r, a, b, c, flags) SEM_OP_##flags(name)
#include "translate/ir.def"
#undef _
};
