/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The grammar of -cpu, which all guests share:
 * "model[,+feature][,-feature][,feature=on|off]...".
 */
#ifndef LINUX_USER_CPU_WORDS_H
#define LINUX_USER_CPU_WORDS_H

#include "base/base.h"

/* What a guest knows of the words; each is n bytes at w.  0 or -EINVAL. */
struct cpu_words {
	int (*model)(const char *w, size_t n, u64 *features);
	int (*change)(const char *w, size_t n, bool on, u64 *features);
};

/* The features that arg asks for.  0 or -EINVAL. */
int cpu_words_parse(const struct cpu_words *c, const char *arg, u64 *features);

/* Is the word of n bytes at w this name? */
bool cpu_word_is(const char *w, size_t n, const char *name);

#endif
