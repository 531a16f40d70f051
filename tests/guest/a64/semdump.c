/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Guest program: run each FP, SIMD and crypto instruction of semcases.def on
 * many operands and print a hash of the results and FPSR per instruction.
 * The output must equal that of semhost.c, which asks translate/sem/.
 *
 * Usage: semdump [trials [case]]
 */
#include "semgen.h"

#define STR(x) #x

/* One function per case: registers from *x3 (struct trial), run, results
 * back.  FPCR and FPSR are set for the instruction only. */
#define CASE_ASM(n, text)						\
	asm(".text\n.arch armv8.6-a+fp16+fp16fml+crypto+sha3+bf16+i8mm\n" \
	    ".p2align 2\n"						\
	    "case_" STR(n) ":\n"					\
	    "\tmov x3, x0\n"						\
	    "\tldp q0, q1, [x3]\n\tldp q2, q3, [x3, #32]\n"		\
	    "\tldp x0, x1, [x3, #64]\n\tldr x2, [x3, #80]\n"		\
	    "\tldr x4, [x3, #96]\n\tmsr fpcr, x4\n\tmsr fpsr, xzr\n"	\
	    "\t" text "\n"						\
	    "\tmrs x4, nzcv\n\tmrs x5, fpsr\n\tmsr fpcr, xzr\n"		\
	    "\tstr q0, [x3]\n\tstr x0, [x3, #64]\n"			\
	    "\tstr x4, [x3, #88]\n\tstr x5, [x3, #104]\n\tret\n"	\
	    "\t.section .data.rel.ro.cases,\"aw\"\n"			\
	    "\t.xword case_" STR(n) "\n\t.text\n");

asm("\t.section .data.rel.ro.cases,\"aw\"\n\t.p2align 3\n"
    "case_table:\n\t.text\n");
#define _(op, type, aux, imm, map, text) CASE_ASM(__COUNTER__, text)
#include "semcases.def"
#undef _

extern void (*const case_table[])(struct trial *t);

static const struct gen_case cases[] = {
#define _(op, type, aux, imm, map, text) { #op, map, text, (aux) & 3 },
#include "semcases.def"
#undef _
};

/* Put the result into v[0], whatever it is. */
static void run(unsigned which, struct trial *t)
{
	uint64_t r = 0;

	case_table[which](t);
	t->fpsr &= 0x0800009f;
	switch (cases[which].map[0]) {
	case 'v':
		return;
	case 'w':
		r = (uint32_t)t->x[0];
		break;
	case 'x':
		r = t->x[0];
		break;
	case 'n':
		r = t->nzcv >> 28;
		break;
	case 'j':
		r = (uint32_t)t->x[0] | (t->nzcv >> 30 & 1) << 32;
		break;
	}
	t->v[0][0] = r;
	t->v[0][1] = 0;
}

int main(int argc, char **argv)
{
	gen_report(cases, sizeof(cases) / sizeof(cases[0]), argc, argv, run);
	return 0;
}
