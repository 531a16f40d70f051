/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is told about translated code to people and tools: the map file that
 * perf(1) reads, and the dump of -d out_asm.  Not async-signal-safe; called
 * with the translation lock held.
 */
#ifndef TRANSLATE_PERFMAP_H
#define TRANSLATE_PERFMAP_H

#include "base/base.h"

/* Add a line for host code [code, code+len) made from guest code at pc.
 * Opens /tmp/perf-PID.map on first use, again in a forked child. */
void perfmap_add(const u8 *code, u32 len, gaddr pc);

/* Disassemble host code to the log (bytes only, without capstone). */
void disas_host(const u8 *code, u32 len);

#endif
