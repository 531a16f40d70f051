/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which x86 instruction sets this host has, as one bit mask.
 *
 * The environment variable DRAGOMAN_HOST_CPU takes features away, so that
 * every lowering can be exercised on one machine: "native" (default) or a
 * level sse2, ssse3, sse4.1, sse4.2, avx, avx2, followed by any number of
 * ",+feature" and ",-feature" (names as in HOSTCPU_FEATURES).  It cannot add
 * what the CPU does not have.
 *
 * "fptrap", every CPU has it, stands for exact traps of FP operations that
 * raise Invalid.  It can be taken away for debuggers that do not provide
 * them, and to exercise the code that does without.
 */
#ifndef TRANSLATE_HOST_X64_HOSTCPU_H
#define TRANSLATE_HOST_X64_HOSTCPU_H

#include "base/base.h"

/* _(NAME, "name in DRAGOMAN_HOST_CPU", first level that includes it) */
#define HOSTCPU_FEATURES(_) \
	_(SSE2, "sse2", 0) \
	_(SSE3, "sse3", 1) \
	_(SSSE3, "ssse3", 1) \
	_(SSE41, "sse4.1", 2) \
	_(SSE42, "sse4.2", 3) \
	_(POPCNT, "popcnt", 3) \
	_(PCLMUL, "pclmul", 4) \
	_(AES, "aes", 4) \
	_(AVX, "avx", 4) \
	_(AVX2, "avx2", 5) \
	_(FMA, "fma", 5) \
	_(F16C, "f16c", 5) \
	_(BMI1, "bmi1", 5) \
	_(BMI2, "bmi2", 5) \
	_(LZCNT, "lzcnt", 5) \
	_(MOVBE, "movbe", 5) \
	_(ADX, "adx", 6) \
	_(SHA, "sha", 6) \
	_(ERMS, "erms", 0) \
	_(LAHF, "lahf", 0) \
	_(CX16, "cx16", 0) \
	_(FPTRAP, "fptrap", 0)

enum hostcpu_bit {
#define HF_ROW(name, text, level) HFB_##name,
	HOSTCPU_FEATURES(HF_ROW)
#undef HF_ROW
	HOSTCPU_COUNT
};

enum {
#define HF_ROW(name, text, level) HF_##name = 1 << HFB_##name,
	HOSTCPU_FEATURES(HF_ROW)
#undef HF_ROW
};

/* HF_* bits of the CPU, all of them. */
u32 hostcpu_probe(void);

/* Apply a DRAGOMAN_HOST_CPU string (NULL: as is); -EINVAL if not understood
 * (then *mask is what was understood so far). */
int hostcpu_mask(const char *spec, u32 *mask);

/* probe + environment; features implied by missing ones are dropped. */
u32 hostcpu_features(void);

#endif
