/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The aarch64 guest's table, and its CPU models.  A model is a set of features of
 * translate/guest/a64/a64_features.def; identification registers always show
 * one core, so that programs see features and not a part number's quirks.
 */
#include "linux-user/abi_a64.h"

#include <errno.h>
#include <string.h>

#include "linux-user/cpu_words.h"
#include "linux-user/vdso.h"
#include "translate/guest/a64/a64.h"

#define F(id) A64_FEAT_##id

/* Feature sets by architecture version, each on top of the one before. */
#define V8_0 (F(FP) | F(ASIMD) | F(CPUID))
#define CRYPTO (F(AES) | F(PMULL) | F(SHA1) | F(SHA2))
#define V8_1 (V8_0 | F(CRC32) | F(LSE) | F(RDM))
#define V8_2 (V8_1 | F(DCPOP) | F(FP16) | F(AHP16))
#define V8_3 (V8_2 | F(JSCVT) | F(FCMA) | F(LRCPC))
#define V8_4 (V8_3 | F(DOTPROD) | F(FHM) | F(DIT) | F(LRCPC2) | F(FLAGM))
#define N1 (V8_2 | CRYPTO | F(LRCPC) | F(DOTPROD) | F(SSBS))

static const struct {
	const char *name;
	u64 features;			/* 0: the default set */
} model[] = {
	{ "max", 0 },
	{ "any", 0 },
	{ "host", 0 },
	{ "cortex-a35", V8_0 | CRYPTO | F(CRC32) },
	{ "cortex-a53", V8_0 | CRYPTO | F(CRC32) },
	{ "cortex-a55", N1 },
	{ "cortex-a57", V8_0 | CRYPTO | F(CRC32) },
	{ "cortex-a72", V8_0 | CRYPTO | F(CRC32) },
	{ "cortex-a73", V8_0 | CRYPTO | F(CRC32) },
	{ "cortex-a75", N1 },
	{ "cortex-a76", N1 },
	{ "cortex-a77", N1 },
	{ "cortex-a78", N1 },
	{ "cortex-a78ae", N1 },
	{ "cortex-a510", V8_4 | CRYPTO | F(SSBS) | F(SB) },
	{ "cortex-a710", V8_4 | CRYPTO | F(SSBS) | F(SB) },
	{ "cortex-x1", N1 },
	{ "neoverse-n1", N1 },
	{ "neoverse-n2", V8_4 | CRYPTO | F(SHA3) | F(SHA512) | F(SSBS) |
			 F(SB) | F(I8MM) | F(BF16) | F(FRINTTS) | F(FLAGM2) |
			 F(DCPODP) },
	{ "neoverse-v1", V8_4 | CRYPTO | F(SHA3) | F(SHA512) | F(SSBS) |
			 F(SB) | F(I8MM) | F(BF16) },
	{ "a64fx", V8_2 | F(SHA1) | F(SHA2) | F(FCMA) },
	{ "thunderx2", V8_1 | CRYPTO },
};

static const struct {
	const char *name;
	u64 bit;
} feature[] = {
#define _(id, name, word, bit, reg, shift, value, on) { name, F(id) },
#include "translate/guest/a64/a64_features.def"
#undef _
};

/* Properties that other emulators know and that mean nothing here. */
static const char *const foreign[] = {
	"sve", "sve2", "sme", "pauth", "pauth-impdef", "pauth-qarma3", "lpa2",
	"pmu", "neon", "aarch64", "mte", "rme", "backcompat-cntfrq",
};

static int find_model(const char *w, size_t n, u64 *features)
{
	for (size_t i = 0; i < ARRAY_LEN(model); i++)
		if (cpu_word_is(w, n, model[i].name)) {
			*features = model[i].features;
			if (!*features)
				*features = a64_features_default();
			return 0;
		}
	return -EINVAL;
}

static int change(const char *w, size_t n, bool on, u64 *features)
{
	for (size_t i = 0; i < ARRAY_LEN(feature); i++)
		if (cpu_word_is(w, n, feature[i].name)) {
			*features = on ? *features | feature[i].bit :
					 *features & ~feature[i].bit;
			return 0;
		}
	for (size_t i = 0; i < ARRAY_LEN(foreign); i++)
		if (cpu_word_is(w, n, foreign[i]))
			return 0;
	/* sve128=on, sve-default-vector-length=... */
	return !strncmp(w, "sv", 2) || !strncmp(w, "sme", 3) ? 0 : -EINVAL;
}

static int cpu_parse(const char *arg, u64 *features)
{
	static const struct cpu_words words = { find_model, change };

	return cpu_words_parse(&words, arg, features);
}

static void cpu_help(FILE *f)
{
	fprintf(f, "Available CPUs:\n");
	for (size_t i = 0; i < ARRAY_LEN(model); i++)
		fprintf(f, "  %s\n", model[i].name);
	fprintf(f, "Features (model,+feature,-feature):\n ");
	for (size_t i = 0; i < ARRAY_LEN(feature); i++)
		fprintf(f, " %s", feature[i].name);
	fprintf(f, "\n");
}

/* Format: arch/arm64/kernel/cpuinfo.c, c_show(). */
static void print_cpuinfo(FILE *f, u64 features, unsigned ncpu)
{
	char flags[1024];

	a64_cpuinfo_features(features, flags, sizeof(flags));
	for (unsigned i = 0; i < ncpu; i++)
		fprintf(f, "processor\t: %u\n"
			"BogoMIPS\t: %u.%02u\n"
			"Features\t: %s\n"
			"CPU implementer\t: 0x%02x\n"
			"CPU architecture: 8\n"
			"CPU variant\t: 0x%x\n"
			"CPU part\t: 0x%03x\n"
			"CPU revision\t: %u\n\n",
			i, A64_CNTFRQ / 500000, A64_CNTFRQ / 5000 % 100,
			flags, A64_MIDR >> 24, A64_MIDR >> 20 & 15,
			A64_MIDR >> 4 & 0xfff, A64_MIDR & 15);
}

/* -- The table ----------------------------------------------------------------- */

const struct guest_abi a64_abi = {
	.isa = &a64_isa,
	.sys = &sys_abi_a64,
	.machine = "aarch64",
	.default_prefix = "/usr/aarch64-linux-gnu",
	.min_stack = 5120,		/* MINSIGSTKSZ */
	/* rt_sigframe, frame record, alignment (kernel
	 * arch/arm64/kernel/signal.c, minsigstksz_setup) without SVE */
	.at_min_stack = 4720,
	.sp = CPU_SP, .nr = 8, .arg = { 0, 1, 2, 3, 4, 5 }, .result = 0,
	.call_bytes = 4,
	.cpu_parse = cpu_parse,
	.cpu_help = cpu_help,
	.hwcap = a64_hwcap,
	.hwcap2 = a64_hwcap2,
	.print_cpuinfo = print_cpuinfo,
	.vdso = &vdso_a64,
	.fault = a64_fault,
	.frame_push = a64_frame_push,
	.frame_pop = a64_frame_pop,
};
