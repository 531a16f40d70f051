/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Host CPU features: asks CPUID and XGETBV, then applies the mask that the
 * environment asks for.  In: nothing but the CPU and DRAGOMAN_HOST_CPU.
 * Out: HF_* bits.
 *
 * In a virtual machine a CPUID costs microseconds.  A C library that chooses
 * its own functions by CPU has just asked for the same leaves and may let us
 * read them.
 */
#include "translate/host/x64/hostcpu.h"

#include <cpuid.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { LEAF_1, LEAF_7, LEAF_EXT, NLEAVES };

static const u32 leaf_number[NLEAVES] = { 1, 7, 0x80000001 };

#if __has_include(<sys/platform/x86.h>)
#include <sys/platform/x86.h>

/* The registers of a leaf as libc has read them, else NULL. */
static const u32 *libc_leaf(unsigned leaf)
{
	static const u8 index[NLEAVES] = {
		CPUID_INDEX_1, CPUID_INDEX_7, CPUID_INDEX_80000001
	};
	const u32 *r = __x86_get_cpuid_feature_leaf(index[leaf])->cpuid_array;

	/* It skips leaves of the CPUs that it does not know. */
	return r[0] | r[1] | r[2] | r[3] ? r : NULL;
}
#else
static const u32 *libc_leaf(unsigned leaf)
{
	return NULL;
}
#endif

/* eax to edx of a leaf; zeros if the CPU does not have it. */
static void read_leaf(unsigned leaf, u32 r[4])
{
	const u32 *known = libc_leaf(leaf);

	memset(r, 0, 4 * sizeof(*r));
	if (known)
		memcpy(r, known, 4 * sizeof(*r));
	else
		__get_cpuid_count(leaf_number[leaf], 0, r, r + 1, r + 2, r + 3);
}

static const struct {
	const char *name;
	u8 level;
} feature[HOSTCPU_COUNT] = {
#define HF_ROW(name, text, level) { text, level },
	HOSTCPU_FEATURES(HF_ROW)
#undef HF_ROW
};

static const char *const level_name[] = {
	"sse2", "ssse3", "sse4.1", "sse4.2", "avx", "avx2", "native"
};

/* The OS saves xmm and ymm state (SDM volume 1, 14.3). */
static bool os_saves_ymm(void)
{
	u32 lo, hi;

	__asm__("xgetbv" : "=a"(lo), "=d"(hi) : "c"(0));
	return (lo & 6) == 6;
}

static u32 probe_leaf7(void)
{
	u32 r[4], b, f = 0;

	read_leaf(LEAF_7, r);
	b = r[1];
	f |= b >> 3 & 1 ? HF_BMI1 : 0;
	f |= b >> 5 & 1 ? HF_AVX2 : 0;
	f |= b >> 8 & 1 ? HF_BMI2 : 0;
	f |= b >> 9 & 1 ? HF_ERMS : 0;
	f |= b >> 19 & 1 ? HF_ADX : 0;
	f |= b >> 29 & 1 ? HF_SHA : 0;
	return f;
}

u32 hostcpu_probe(void)
{
	u32 r[4], c, f = HF_SSE2 | HF_FPTRAP | probe_leaf7();
	bool osxsave;

	read_leaf(LEAF_1, r);
	c = r[2];
	f |= c & 1 ? HF_SSE3 : 0;
	f |= c >> 1 & 1 ? HF_PCLMUL : 0;
	f |= c >> 9 & 1 ? HF_SSSE3 : 0;
	f |= c >> 12 & 1 ? HF_FMA : 0;
	f |= c >> 13 & 1 ? HF_CX16 : 0;
	f |= c >> 19 & 1 ? HF_SSE41 : 0;
	f |= c >> 20 & 1 ? HF_SSE42 : 0;
	f |= c >> 22 & 1 ? HF_MOVBE : 0;
	f |= c >> 23 & 1 ? HF_POPCNT : 0;
	f |= c >> 25 & 1 ? HF_AES : 0;
	f |= c >> 28 & 1 ? HF_AVX : 0;
	f |= c >> 29 & 1 ? HF_F16C : 0;
	osxsave = c >> 27 & 1;
	if (!osxsave || !os_saves_ymm())
		f &= ~(u32)HF_AVX;
	read_leaf(LEAF_EXT, r);
	c = r[2];
	f |= c & 1 ? HF_LAHF : 0;
	f |= c >> 5 & 1 ? HF_LZCNT : 0;
	return f;
}

/* Lowerings rely on these implications. */
static u32 drop_orphans(u32 f)
{
	if (!(f & HF_SSE3))
		f &= ~(u32)HF_SSSE3;
	if (!(f & HF_SSSE3))
		f &= ~(u32)(HF_SSE41 | HF_AES | HF_SHA | HF_PCLMUL);
	if (!(f & HF_SSE41))
		f &= ~(u32)HF_SSE42;
	if (!(f & HF_SSE42))
		f &= ~(u32)HF_AVX;
	if (!(f & HF_AVX))
		f &= ~(u32)(HF_AVX2 | HF_FMA | HF_F16C | HF_BMI1 | HF_BMI2);
	return f;
}

static u32 find_feature(const char *s, size_t len)
{
	for (unsigned i = 0; i < HOSTCPU_COUNT; i++)
		if (strlen(feature[i].name) == len &&
		    !memcmp(feature[i].name, s, len))
			return 1u << i;
	return 0;
}

static int apply_level(const char *s, size_t len, u32 *mask)
{
	for (unsigned l = 0; l < ARRAY_LEN(level_name); l++) {
		if (strlen(level_name[l]) != len ||
		    memcmp(level_name[l], s, len))
			continue;
		for (unsigned i = 0; i < HOSTCPU_COUNT; i++)
			if (feature[i].level > l)
				*mask &= ~(1u << i);
		return 0;
	}
	return -EINVAL;
}

int hostcpu_mask(const char *spec, u32 *mask)
{
	u32 all = *mask;
	int err = 0;

	while (spec && *spec && !err) {
		size_t len = strcspn(spec, ",");
		u32 bit;

		if (*spec == '+' || *spec == '-') {
			bit = find_feature(spec + 1, len - 1);
			err = bit ? 0 : -EINVAL;
			*mask = *spec == '+' ? *mask | (bit & all)
					     : *mask & ~bit;
		} else {
			err = apply_level(spec, len, mask);
		}
		spec += len + (spec[len] == ',');
	}
	*mask = drop_orphans(*mask);
	return err;
}

u32 hostcpu_features(void)
{
	u32 f = hostcpu_probe();

	hostcpu_mask(getenv("DRAGOMAN_HOST_CPU"), &f);
	return f;
}
