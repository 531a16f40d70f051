/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * IR XVEC, XVTOG, XGTOV and XF_VEC: the operation that imm names, from the
 * table that xvec.def is; MXCSR in and out.
 */
#include "translate/sem/xvec.h"

static xsem_fn *const table[XVEC_COUNT] = {
#define _(name, form, exc) [XVEC_##name] = xsem_##name,
#include "translate/xvec.def"
#undef _
};

/*
 * With an unmasked exception among those found before the operation is done
 * (IE, DE, ZE), those of its result are not looked for.
 */
static u32 reported(u32 mxcsr, u32 raised)
{
	u32 unmasked = raised & ~(mxcsr >> MXCSR_MASK_SHIFT);

	if (unmasked & (MXCSR_IE | MXCSR_DE | MXCSR_ZE))
		raised &= MXCSR_IE | MXCSR_DE | MXCSR_ZE;
	return raised;
}

void sem_XVEC(struct cpu *cpu, u64 desc, union v128 *d, const union v128 *a,
	      const union v128 *b, const union v128 *c)
{
	s32 imm = sem_imm(desc);
	struct xsem s = { .imm = xvec_imm8(imm), .mxcsr = cpu->guest_mxcsr };

	*d = table[xvec_of(imm)](&s, sem_operand(a), sem_operand(b),
				 sem_operand(c));
	cpu->guest_mxcsr |= reported(s.mxcsr, s.raised);
}

void sem_XVTOG(struct cpu *cpu, u64 desc, union v128 *d, const union v128 *a,
	       const union v128 *b, const union v128 *c)
{
	sem_XVEC(cpu, desc, d, a, b, c);
	*d = sem_trim(desc, *d);
}

void sem_XGTOV(struct cpu *cpu, u64 desc, union v128 *d, const union v128 *a,
	       const union v128 *b, const union v128 *c)
{
	sem_XVEC(cpu, desc, d, a, b, c);
}

void sem_XF_VEC(struct cpu *cpu, u64 desc, union v128 *d, const union v128 *a,
		const union v128 *b, const union v128 *c)
{
	sem_XVEC(cpu, desc, d, a, b, c);
}
