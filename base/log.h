/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Log channels, chosen with -d.  Output goes to one file descriptor: stderr
 * unless log_open() names a file.  With no channel on, nothing is written.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdio.h>

#include "base/base.h"

enum log_bit {
#define _(id, name, what) LOG_BIT_##id,
#include "base/log.def"
#undef _
	LOG_BIT_COUNT
};

enum log_channel {
#define _(id, name, what) LOG_##id = 1 << LOG_BIT_##id,
#include "base/log.def"
#undef _
};

/* Channels that are on; constant after start. */
extern u32 log_mask;

static inline bool log_on(u32 channel)
{
	return unlikely(log_mask & channel);
}

/* Add a comma-separated list of channel names to *mask (names that other
 * emulators know and we do not are accepted silently).  0, or -EINVAL with
 * the offending name in *bad. */
int log_parse(const char *list, u32 *mask, const char **bad);

/* Print the list of channels, for -d help. */
void log_help(FILE *f);

/* Send the log to a file, an empty one unless append; %d in the name becomes
 * the process id.  -errno. */
int log_open(const char *file, bool append);
/* Where the log goes, for keeping the descriptor out of the guest's way. */
int log_fd(void);

/* One formatted piece of log, written with a single write(2).
 * Async-signal-safe as far as vsnprintf is (no locale, no FP formats). */
void log_printf(const char *fmt, ...) PRINTF_FMT(1, 2) SIGSAFE;

/* A FILE on the log descriptor for bulk output; line-buffered. */
FILE *log_file(void);

#endif
