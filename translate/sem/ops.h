/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Private to translate/sem/: the prototype of every semantic function, from
 * the table of opcodes, and the adapter for functions that treat a vector
 * register as a whole.
 *
 * A semantic function is written as a plain C function of values and given
 * the sem_fn interface by an adapter: SEM_WHOLE here, SEM_LANES (lanes.h) for
 * lane-by-lane integer functions, SEM_FP (softfp.h) for lane-by-lane FP ones.
 */
#ifndef TRANSLATE_SEM_OPS_H
#define TRANSLATE_SEM_OPS_H

#include "base/bits.h"
#include "translate/sem.h"

/* One macro per flags column of ir.def: SEM_OP_flags(name). */
#define SEM_OP_P(name)
#define SEM_OP_X(name)
#define SEM_OP_R(name)
#define SEM_OP_W(name)
#define SEM_OP_L(name)
#define SEM_OP_M(name)
#define SEM_OP_E(name)
#define SEM_OP_T(name)
#define SEM_OP_LW(name)
#define SEM_OP_MW(name)
#define SEM_OP_LM(name)
#define SEM_OP_LMRW(name)
#define SEM_OP_PS(name) SEM_OP(name)
#define SEM_OP_XS(name) SEM_OP(name)

#define SEM_OP(name) sem_fn sem_##name;
#define _(name, r, a, b, c, flags) SEM_OP_##flags(name)
#include "translate/ir.def"
#undef _
#undef SEM_OP

/* Bytes that the result type of an op covers. */
static inline unsigned sem_bytes(u64 desc)
{
	return ir_type_bytes(sem_type(desc));
}

/* r with the bits above the result type cleared. */
static inline union v128 sem_trim(u64 desc, union v128 r)
{
	unsigned bytes = sem_bytes(desc);

	if (bytes < 16) {
		r.d[0] &= bits_mask(bytes * 8);
		r.d[1] = 0;
	}
	return r;
}

static const union v128 sem_zero = { .d = { 0, 0 } };

static inline union v128 sem_operand(const union v128 *p)
{
	return p ? *p : sem_zero;
}

typedef union v128 whole_fn(u64 desc, union v128 a, union v128 b,
			    union v128 c);

/* sem_NAME from a whole_fn; absent operands arrive as zero. */
#define SEM_WHOLE(name, fn)						\
void sem_##name(struct cpu *cpu, u64 desc, union v128 *d,		\
		const union v128 *a, const union v128 *b,		\
		const union v128 *c)					\
{									\
	*d = sem_trim(desc, fn(desc, sem_operand(a), sem_operand(b),	\
			       sem_operand(c)));			\
}

#endif
