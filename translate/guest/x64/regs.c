/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the x86-64 CPU says of itself: feature bits to CPUID leaves and to the
 * flags of /proc/cpuinfo, all from x64_features.def.
 *
 * It calls itself an Intel one: programs that tell vendors apart (libc's
 * string functions, OpenSSL, compilers' -march=native) then take the ways that
 * the feature bits alone would lead to, and never AMD's own extensions.  The
 * model is one of the last that had no AVX-512 (Alder Lake).
 */
#include <stdio.h>
#include <string.h>

#include "translate/guest/x64/x64.h"

enum { EAX, EBX, ECX, EDX };

/* Family 6, model 0x97, stepping 2: as leaf 1 has it. */
enum { SIGNATURE = 0x90672, CACHE_LINE = 64, PHYS_BITS = 39, VIRT_BITS = 48 };

static const char vendor[] = "GenuineIntel";
static const char brand[48] = "dragoman";

static const struct feature {
	const char *name;
	u32 leaf;
	u8 reg, bit, level;
} feature[X64_FEATBIT_COUNT] = {
#define _(id, name, leaf, reg, bit, level) { name, leaf, reg, bit, level },
#include "translate/guest/x64/x64_features.def"
#undef _
};

u64 x64_features_default(void)
{
	return (1ull << X64_FEATBIT_COUNT) - 1;
}

u64 x64_features_level(unsigned level)
{
	u64 set = 0;

	for (unsigned k = 0; k < X64_FEATBIT_COUNT; k++)
		if (feature[k].level && feature[k].level <= level)
			set |= 1ull << k;
	return set;
}

int x64_cpuinfo_flags(u64 features, char *buf, size_t len)
{
	size_t n = 0;

	if (len)
		buf[0] = 0;
	for (unsigned k = 0; k < X64_FEATBIT_COUNT; k++) {
		if (!(features >> k & 1) || !*feature[k].name || n >= len)
			continue;
		n += (size_t)snprintf(buf + n, len - n, "%s%s", n ? " " : "",
				      feature[k].name);
	}
	return (int)MIN(n, len ? len - 1 : 0);
}

static void feature_bits(u64 features, u32 leaf, u32 out[4])
{
	for (unsigned k = 0; k < X64_FEATBIT_COUNT; k++)
		if (features >> k & 1 && feature[k].leaf == leaf)
			out[feature[k].reg] |= 1u << feature[k].bit;
}

/* -- Leaves --------------------------------------------------------------- */

/* Vendor in the order ebx, edx, ecx. */
static void leaf_vendor(u32 out[4])
{
	memcpy(&out[EBX], vendor, 4);
	memcpy(&out[EDX], vendor + 4, 4);
	memcpy(&out[ECX], vendor + 8, 4);
}

/* One logical processor; programs count the others by other means. */
static void leaf_version(u64 features, u32 out[4])
{
	out[EAX] = SIGNATURE;
	out[EBX] = 1 << 16 | CACHE_LINE / 8 << 8;
	feature_bits(features, 1, out);
}

/*
 * Deterministic cache parameters, SDM vol. 2 table 3-8: type | level << 5 |
 * self-initialising, ways, line, sets.  libc's memcpy takes its thresholds
 * from these.
 */
static void leaf_cache(u32 subleaf, u32 out[4])
{
	static const struct {
		u8 type, level;
		u16 ways;
		u32 sets;
	} cache[] = {
		{ 1, 1, 12, 64 },	/* 48 KiB data */
		{ 2, 1, 8, 64 },	/* 32 KiB instructions */
		{ 3, 2, 10, 2048 },	/* 1280 KiB */
		{ 3, 3, 16, 16384 },	/* 16 MiB */
	};

	if (subleaf >= ARRAY_LEN(cache))
		return;
	out[EAX] = cache[subleaf].type | (u32)cache[subleaf].level << 5 |
		   1 << 8;
	out[EBX] = (u32)(cache[subleaf].ways - 1) << 22 | (CACHE_LINE - 1);
	out[ECX] = cache[subleaf].sets - 1;
}

/* The image of XSAVE: 512 bytes of FXSAVE, a header of 64, upper halves of
 * ymm (SDM vol. 1, 13.4). */
enum { XSAVE_LEGACY = 512 + 64, XSAVE_YMM = 256 };

static u32 xcr0(u64 features)
{
	return features & X64_FEAT_AVX ? 7 : 3;
}

static void leaf_xsave(u64 features, u32 subleaf, u32 out[4])
{
	u32 size = XSAVE_LEGACY + (features & X64_FEAT_AVX ? XSAVE_YMM : 0);

	if (!(features & X64_FEAT_XSAVE))
		return;
	if (!subleaf) {
		out[EAX] = xcr0(features);
		out[EBX] = out[ECX] = size;
	} else if (subleaf == 1) {
		feature_bits(features, 0xd, out);
		if (features & X64_FEAT_XSAVEC)
			out[EBX] = size;
	} else if (subleaf == 2 && features & X64_FEAT_AVX) {
		out[EAX] = XSAVE_YMM;
		out[EBX] = XSAVE_LEGACY;
	}
}

static void leaf_extended(u64 features, u32 leaf, u32 out[4])
{
	switch (leaf & 0xff) {
	case 0:
		out[EAX] = 0x80000008;
		break;
	case 1:
		feature_bits(features, leaf, out);
		break;
	case 2: case 3: case 4:
		memcpy(out, brand + 16 * ((leaf & 7) - 2), 16);
		break;
	case 6:				/* L2: size, 8-way code, line */
		out[ECX] = 1280u << 16 | 7 << 12 | CACHE_LINE;
		break;
	case 7:				/* the TSC runs at a constant rate */
		out[EDX] = 1 << 8;
		break;
	case 8:
		out[EAX] = VIRT_BITS << 8 | PHYS_BITS;
		break;
	}
}

void x64_cpuid(u64 features, u32 leaf, u32 subleaf, u32 out[4])
{
	enum { MAX_LEAF = 0xd };

	memset(out, 0, 4 * sizeof(*out));
	if (leaf >= 0x80000000 && leaf <= 0x80000008) {
		leaf_extended(features, leaf, out);
		return;
	}
	/* As Intel's do, unknown leaves answer like the last one. */
	if (leaf > MAX_LEAF)
		leaf = MAX_LEAF;
	switch (leaf) {
	case 0:
		out[EAX] = MAX_LEAF;
		leaf_vendor(out);
		break;
	case 1:
		leaf_version(features, out);
		break;
	case 2:				/* "see leaf 4" */
		out[EAX] = 0x00feff01;
		out[EBX] = 0xff;
		break;
	case 4:
		leaf_cache(subleaf, out);
		break;
	case 7:
		if (!subleaf)
			feature_bits(features, leaf, out);
		break;
	case 0xb:			/* no topology */
		out[ECX] = subleaf & 0xff;
		break;
	case 0xd:
		leaf_xsave(features, subleaf, out);
		break;
	}
}
