/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The x86_64 guest's table, and its CPU models.  A model is a set of features of
 * translate/guest/x64/x64_features.def, mostly one of the x86-64-vN levels;
 * CPUID always shows one processor, so that programs see features and not a
 * model's quirks.
 */
#include "linux-user/abi_x64.h"

#include <errno.h>
#include <string.h>

#include "linux-user/cpu_words.h"
#include "linux-user/frame_x64.h"
#include "linux-user/vdso.h"
#include "translate/guest/x64/x64.h"

#define F(id) X64_FEAT_##id

#define CRYPTO (F(AES) | F(PCLMULQDQ))
#define AVX1 (CRYPTO | F(XSAVE) | F(OSXSAVE) | F(AVX) | F(XSAVEOPT))
#define V3 (CRYPTO | F(RDRAND) | F(FSGSBASE) | F(ERMS) | F(RDTSCP) | F(XSAVEOPT))
#define V3_ADX (V3 | F(ADX) | F(RDSEED) | F(PREFETCHW))
#define V3_SHA (V3_ADX | F(SHA) | F(CLFLUSHOPT) | F(XSAVEC) | F(XGETBV1))

static const struct {
	const char *name;
	u8 level;			/* 0: the default set */
	u64 more;
} model[] = {
	{ "max", 0, 0 },
	{ "any", 0, 0 },
	{ "host", 0, 0 },
	{ "x86-64-v1", 1, 0 },
	{ "x86-64-v2", 2, 0 },
	{ "x86-64-v3", 3, 0 },
	{ "qemu64", 1, F(SSE3) | F(CX16) | F(LAHF_LM) },
	{ "kvm64", 1, F(SSE3) | F(CX16) },
	{ "core2duo", 1, F(SSE3) | F(SSSE3) | F(CX16) | F(LAHF_LM) },
	{ "Conroe", 1, F(SSE3) | F(SSSE3) | F(CX16) | F(LAHF_LM) },
	{ "Penryn", 1, F(SSE3) | F(SSSE3) | F(CX16) | F(LAHF_LM) | F(SSE4_1) },
	{ "Nehalem", 2, F(RDTSCP) },
	{ "Westmere", 2, F(RDTSCP) | CRYPTO },
	{ "SandyBridge", 2, F(RDTSCP) | AVX1 },
	{ "IvyBridge", 2, F(RDTSCP) | AVX1 | F(F16C) | F(RDRAND) | F(FSGSBASE) |
			  F(ERMS) },
	{ "Haswell", 3, V3 },
	{ "Broadwell", 3, V3_ADX },
	{ "Skylake-Client", 3, V3_ADX | F(CLFLUSHOPT) | F(XSAVEC) | F(XGETBV1) },
	{ "Skylake-Server", 3, V3_ADX | F(CLFLUSHOPT) | F(XSAVEC) | F(XGETBV1) |
			       F(CLWB) },
	{ "Cascadelake-Server", 3, V3_ADX | F(CLFLUSHOPT) | F(XSAVEC) |
				   F(XGETBV1) | F(CLWB) },
	{ "Icelake-Server", 3, V3_SHA | F(CLWB) | F(RDPID) | F(FSRM) },
	{ "SapphireRapids", 3, V3_SHA | F(CLWB) | F(RDPID) | F(FSRM) },
	{ "Denverton", 2, F(RDTSCP) | CRYPTO | F(RDRAND) | F(RDSEED) | F(SHA) |
			  F(FSGSBASE) | F(ERMS) | F(CLFLUSHOPT) },
	{ "Opteron_G1", 1, 0 },
	{ "Opteron_G2", 1, F(CX16) | F(LAHF_LM) },
	{ "Opteron_G3", 1, F(SSE3) | F(CX16) | F(LAHF_LM) | F(POPCNT) },
	{ "Opteron_G4", 2, F(RDTSCP) | AVX1 },
	{ "Opteron_G5", 2, F(RDTSCP) | AVX1 | F(F16C) | F(FMA) },
	{ "EPYC", 3, V3_SHA },
	{ "EPYC-Rome", 3, V3_SHA | F(CLWB) | F(RDPID) },
	{ "EPYC-Milan", 3, V3_SHA | F(CLWB) | F(RDPID) | F(FSRM) },
	{ "EPYC-Genoa", 3, V3_SHA | F(CLWB) | F(RDPID) | F(FSRM) },
};

static const struct {
	const char *name;
	u64 bit;
} feature[] = {
#define _(id, name, leaf, reg, bit, level) { name, F(id) },
#include "translate/guest/x64/x64_features.def"
#undef _
	{ "sse3", F(SSE3) }, { "lzcnt", F(LZCNT) }, { "sse4.1", F(SSE4_1) },
	{ "sse4.2", F(SSE4_2) }, { "rdtscp", F(RDTSCP) }, { "osxsave", 0 },
};

/* Features that are no use without another. */
static const struct {
	u64 without, gone;
} need[] = {
	{ F(XSAVE), F(OSXSAVE) | F(AVX) | F(XSAVEOPT) | F(XSAVEC) | F(XGETBV1) },
	{ F(AVX), F(AVX2) | F(FMA) | F(F16C) },
};

/* Properties that other emulators know and that mean nothing here. */
static const char *const foreign[] = {
	"vme", "de", "pse", "msr", "pae", "mce", "apic", "mtrr", "pge", "mca",
	"pat", "pse36", "acpi", "ss", "ht", "pbe", "x2apic", "hypervisor",
	"svm", "vmx", "pcid", "smep", "smap", "umip", "pku", "spec-ctrl",
	"stibp", "ssbd", "check", "enforce", "kvm", "vmware-cpuid-freq",
	"invtsc", "arat", "tsc-deadline", "sse4a", "3dnow", "3dnowext",
	"mmxext", "xsaves", "vaes", "vpclmulqdq", "gfni", "avx512f", "pdpe1gb",
};

/* A name, in which - and _ are one. */
static bool word_is(const char *w, size_t n, const char *name)
{
	if (strlen(name) != n)
		return false;
	for (size_t i = 0; i < n; i++)
		if ((w[i] == '-' ? '_' : w[i]) !=
		    (name[i] == '-' ? '_' : name[i]))
			return false;
	return true;
}

/* "Haswell-noTSX", "EPYC-v2", "Skylake-Client-IBRS": variants of a model. */
static bool is_variant(const char *w, size_t n, const char *name)
{
	static const char *const tail[] = { "-v", "-IBRS", "-IBPB", "-noTSX" };
	size_t m = strlen(name);

	if (n <= m || memcmp(w, name, m) || !strncmp(name, "x86-64", 6))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(tail); i++)
		if (!strncmp(w + m, tail[i], strlen(tail[i])))
			return true;
	return false;
}

static int find_model(const char *w, size_t n, u64 *features)
{
	for (size_t i = 0; i < ARRAY_LEN(model); i++) {
		if (!word_is(w, n, model[i].name) &&
		    !is_variant(w, n, model[i].name))
			continue;
		*features = model[i].level ?
			    x64_features_level(model[i].level) | model[i].more :
			    x64_features_default();
		return 0;
	}
	return -EINVAL;
}

static int change(const char *w, size_t n, bool on, u64 *features)
{
	for (size_t i = 0; i < ARRAY_LEN(feature); i++)
		if (word_is(w, n, feature[i].name)) {
			*features = on ? *features | feature[i].bit :
					 *features & ~feature[i].bit;
			return 0;
		}
	for (size_t i = 0; i < ARRAY_LEN(foreign); i++)
		if (word_is(w, n, foreign[i]))
			return 0;
	return -EINVAL;
}

static int cpu_parse(const char *arg, u64 *features)
{
	static const struct cpu_words words = { find_model, change };
	int err = cpu_words_parse(&words, arg, features);

	for (size_t i = 0; !err && i < ARRAY_LEN(need); i++)
		if (!(*features & need[i].without))
			*features &= ~need[i].gone;
	if (*features & F(XSAVE))
		*features |= F(OSXSAVE);
	return err;
}

static void cpu_help(FILE *f)
{
	fprintf(f, "Available CPUs:\n");
	for (size_t i = 0; i < ARRAY_LEN(model); i++)
		fprintf(f, "  %s\n", model[i].name);
	fprintf(f, "Features (model,+feature,-feature):\n ");
	for (size_t i = 0; i < X64_FEATBIT_COUNT; i++)
		if (*feature[i].name)
			fprintf(f, " %s", feature[i].name);
	fprintf(f, "\n");
}

/* -- What programs are told -------------------------------------------------- */

static u64 hwcap(u64 features)
{
	u32 r[4];

	x64_cpuid(features, 1, 0, r);
	return r[3];
}

/* HWCAP2_FSGSBASE (arch/x86/include/uapi/asm/hwcap2.h) */
static u64 hwcap2(u64 features)
{
	return features & F(FSGSBASE) ? 1 << 1 : 0;
}

/* Family, model and stepping as the kernel takes them from leaf 1. */
static void print_model(FILE *f, u64 features)
{
	u32 v[4], x[4];

	x64_cpuid(features, 0, 0, v);
	x64_cpuid(features, 1, 0, x);
	fprintf(f, "vendor_id\t: %.4s%.4s%.4s\n", (char *)&v[1], (char *)&v[3],
		(char *)&v[2]);
	fprintf(f, "cpu family\t: %u\nmodel\t\t: %u\n", x[0] >> 8 & 15,
		(x[0] >> 12 & 0xf0) | (x[0] >> 4 & 15));
	for (u32 k = 0; k < 3; k++) {
		x64_cpuid(features, 0x80000002 + k, 0, v);
		fprintf(f, "%s%.16s", k ? "" : "model name\t: ", (char *)v);
	}
	fprintf(f, "\nstepping\t: %u\n", x[0] & 15);
}

/* Format: arch/x86/kernel/cpu/proc.c, show_cpuinfo(). */
static void print_cpuinfo(FILE *f, u64 features, unsigned ncpu)
{
	char flags[1024];
	u32 r[4];

	x64_cpuinfo_flags(features, flags, sizeof(flags));
	x64_cpuid(features, 0x80000008, 0, r);
	for (unsigned i = 0; i < ncpu; i++) {
		fprintf(f, "processor\t: %u\n", i);
		print_model(f, features);
		fprintf(f, "microcode\t: 0x1\n"
			"cpu MHz\t\t: 1000.000\n"
			"cache size\t: 16384 KB\n"
			"physical id\t: 0\n"
			"siblings\t: %u\n"
			"core id\t\t: %u\n"
			"cpu cores\t: %u\n"
			"apicid\t\t: %u\n"
			"initial apicid\t: %u\n"
			"fpu\t\t: yes\n"
			"fpu_exception\t: yes\n"
			"cpuid level\t: 13\n"
			"wp\t\t: yes\n"
			"flags\t\t: %s\n"
			"bugs\t\t:\n"
			"bogomips\t: 2000.00\n"
			"clflush size\t: 64\n"
			"cache_alignment\t: 64\n"
			"address sizes\t: %u bits physical, %u bits virtual\n"
			"power management:\n\n",
			ncpu, i, ncpu, i, i, flags, r[0] & 255,
			r[0] >> 8 & 255);
	}
}

static void cpu_start(struct cpu *cpu)
{
	x64_set_eflags(cpu, X64_EFLAGS_IF);
}

/* -- The table ----------------------------------------------------------------- */

const struct guest_abi x64_abi = {
	.isa = &x64_isa,
	.sys = &sys_abi_x64,
	.machine = "x86_64",
	.default_prefix = "/usr/x86_64-linux-gnu",
	.min_stack = 2048,		/* MINSIGSTKSZ */
	.at_min_stack = FRAME_X64_MAX,
	.sp = X64_RSP, .nr = X64_RAX,
	.arg = { X64_RDI, X64_RSI, X64_RDX, X64_R10, X64_R8, X64_R9 },
	.result = X64_RAX, .call_bytes = 2,
	.writes_code = true,
	.cpu_parse = cpu_parse,
	.cpu_help = cpu_help,
	.cpu_start = cpu_start,
	.hwcap = hwcap,
	.hwcap2 = hwcap2,
	.print_cpuinfo = print_cpuinfo,
	.vdso = &vdso_x64,
	.fault = x64_fault,
	.frame_push = x64_frame_push,
	.frame_pop = x64_frame_pop,
};
