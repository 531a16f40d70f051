/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the a64 CPU says of itself: feature bits to hwcaps, cpuinfo names and
 * ID registers, all from a64_features.def; and the register dump.
 */
#include <inttypes.h>
#include <stdio.h>

#include "translate/guest/a64/a64.h"

enum id_reg { PFR0, PFR1, ISAR0, ISAR1, ISAR2, ID_REG_COUNT };

static const struct feature {
	const char *name;
	u8 word, bit, reg, shift, value, on;
} feature[A64_FEATBIT_COUNT] = {
#define _(id, name, word, bit, reg, shift, value, on) \
	{ name, word, bit, reg, shift, value, on },
#include "translate/guest/a64/a64_features.def"
#undef _
};

u64 a64_features_default(void)
{
	u64 set = 0;

	for (unsigned i = 0; i < A64_FEATBIT_COUNT; i++)
		set |= (u64)feature[i].on << i;
	return set;
}

static u64 hwcap(u64 features, unsigned word)
{
	u64 set = 0;

	for (unsigned i = 0; i < A64_FEATBIT_COUNT; i++)
		if ((features >> i & 1) && feature[i].word == word)
			set |= 1ull << feature[i].bit;
	return set;
}

u64 a64_hwcap(u64 features)
{
	return hwcap(features, 1);
}

u64 a64_hwcap2(u64 features)
{
	return hwcap(features, 2);
}

int a64_cpuinfo_features(u64 features, char *buf, size_t len)
{
	size_t n = 0;

	if (len)
		buf[0] = 0;
	for (unsigned i = 0; i < A64_FEATBIT_COUNT; i++) {
		if (!(features >> i & 1) || !feature[i].word || n >= len)
			continue;
		n += (size_t)snprintf(buf + n, len - n, "%s%s", n ? " " : "",
				      feature[i].name);
	}
	return (int)MIN(n, len ? len - 1 : 0);
}

/* The fields of one register that the features of the CPU fill. */
static u64 feature_fields(u64 features, unsigned reg)
{
	u64 v = 0;

	for (unsigned i = 0; i < A64_FEATBIT_COUNT; i++) {
		const struct feature *e = &feature[i];
		u64 have = v >> e->shift & 15;

		if (!(features >> i & 1) || e->reg != reg || have >= e->value)
			continue;
		v += (e->value - have) << e->shift;
	}
	return v;
}

/*
 * Fields that Linux hides from EL0 read as its "safe" value, which is not
 * always 0 (the kernel's cpufeature.c).  Unknown registers read as zero.
 */
u64 a64_id_register(u64 features, unsigned crm, unsigned op2)
{
	switch (crm << 3 | op2) {
	case 0 << 3 | 0:			/* MIDR_EL1 */
		return A64_MIDR;
	case 0 << 3 | 5:			/* MPIDR_EL1 */
		return 1ull << 31;
	case 4 << 3 | 0:			/* ID_AA64PFR0_EL1: EL0, EL1 */
		return feature_fields(features, PFR0) | 0x11;
	case 4 << 3 | 1:			/* ID_AA64PFR1_EL1 */
		return feature_fields(features, PFR1);
	case 5 << 3 | 0:			/* ID_AA64DFR0_EL1 */
		return 6;
	case 6 << 3 | 0:			/* ID_AA64ISAR0_EL1 */
		return feature_fields(features, ISAR0);
	case 6 << 3 | 1:			/* ID_AA64ISAR1_EL1 */
		return feature_fields(features, ISAR1);
	case 6 << 3 | 2:			/* ID_AA64ISAR2_EL1 */
		return feature_fields(features, ISAR2);
	case 7 << 3 | 0:			/* ID_AA64MMFR0_EL1 */
		return 0xff000000;
	default:
		return 0;
	}
}

void a64_print_regs(const struct cpu *cpu, FILE *f)
{
	u32 nzcv = flags_to_nzcv(cpu->flags);

	fprintf(f, " PC=%016" PRIx64, cpu->pc);
	for (unsigned i = 0; i < 31; i++)
		fprintf(f, "%cX%02u=%016" PRIx64, i % 4 == 3 ? '\n' : ' ', i,
			cpu->r[i]);
	fprintf(f, "  SP=%016" PRIx64 "\nPSTATE=%08x %c%c%c%c  FPCR=%08x "
		"FPSR=%08x TPIDR=%016" PRIx64 "\n", cpu->r[CPU_SP],
		nzcv | cpu->pstate, nzcv >> 31 & 1 ? 'N' : '-',
		nzcv >> 30 & 1 ? 'Z' : '-', nzcv >> 29 & 1 ? 'C' : '-',
		nzcv >> 28 & 1 ? 'V' : '-', cpu->fpcr, cpu->fpsr, cpu->tpidr);
}
