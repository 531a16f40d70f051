/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Private to the disassembler: disas.c has the machinery and the kinds of
 * operands of integer instructions, disas_simd.c those of SIMD&FP ones.
 */
#ifndef A64_DISAS_H
#define A64_DISAS_H

#include "translate/guest/a64/a64.h"

struct dis {
	gaddr pc;
	u32 insn;
	const struct a64_row_info *row;
	char *buf;
	size_t len, at;
	const char *tag;		/* of the kind */
	u32 v;				/* value and width of the field */
	unsigned width;
};

/* Append to the output. */
void dis_put(struct dis *d, const char *fmt, ...) PRINTF_FMT(2, 3);
/* A field of the row by name, 0 if it has none such. */
u32 dis_get(const struct dis *d, const char *name);

/* Print a SIMD&FP operand; n: length of the kind's name.  False: not known. */
bool dis_simd_kind(struct dis *d, const char *kind, size_t n);

#endif
