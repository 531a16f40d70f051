/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What Linux tells an aarch64 program of its machine: CPU models and their
 * features, auxiliary vector values, /proc/cpuinfo.
 */
#ifndef LINUX_USER_ABI_A64_H
#define LINUX_USER_ABI_A64_H

#include <stdio.h>

#include "base/base.h"

#define A64_MACHINE_NAME "aarch64"
/* Where Debian's cross compilers keep their C library. */
#define A64_DEFAULT_PREFIX "/usr/aarch64-linux-gnu"
/* AT_MINSIGSTKSZ: rt_sigframe, frame record, alignment (kernel
 * arch/arm64/kernel/signal.c, minsigstksz_setup) without SVE. */
#define A64_MINSIGSTKSZ 4720

/*
 * "model[,+feature][,-feature][,feature=on|off]..." -> feature bits.
 * 0 or -EINVAL.
 */
int a64_cpu_parse(const char *arg, u64 *features);
void a64_cpu_help(FILE *f);

/* Write /proc/cpuinfo as an arm64 kernel prints it. */
void a64_print_cpuinfo(FILE *f, u64 features, unsigned ncpu);

#endif
