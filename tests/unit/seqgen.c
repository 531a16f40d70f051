/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Writes random instruction sequences for tests/guest/a64/seqrun.c, drawn
 * from all rows of the decode table.
 *
 *   seqgen [-n INSNS] [-s SEED]	sequences to standard output (struct seq)
 *   seqgen -w < WORDS			each hexadecimal word, its row, its text
 *
 * What would end the process or cannot be equal in two emulators is left out
 * (excluded()); branches lead forward within their sequence, and most loads
 * and stores find a pointer in their base register.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bits.h"
#include "tests/guest/a64/seq.h"
#include "translate/guest/a64/a64.h"
#include "translate/guest/a64/a64_decode_gen.h"

static u64 rng;
static u32 hits[A64_ROW_COUNT];

static u64 rnd(void)
{
	u64 z = rng += 0x9e3779b97f4a7c15ull;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ z >> 27) * 0x94d049bb133111ebull;
	return z ^ z >> 31;
}

/* One of `n`. */
static bool chance(unsigned n)
{
	return rnd() % n == 0;
}

/* -- What is drawn --------------------------------------------------------- */

/* NZCV, FPCR, FPSR, TPIDR_EL0 as o0:op1:CRn:CRm:op2. */
static const u32 sysreg[] = { 0x5a10, 0x5a20, 0x5a21, 0x5e82 };

static bool common_sysreg(u32 insn)
{
	u32 id = insn >> 5 & 0x7fff;

	for (unsigned k = 0; k < ARRAY_LEN(sysreg); k++)
		if (id == sysreg[k])
			return true;
	return false;
}

static bool starts(const char *s, const char *prefix)
{
	return !strncmp(s, prefix, strlen(prefix));
}

/*
 * System calls; block zeroing, whose size differs; ID registers, counters,
 * and the registers with host-dependent contents; semihosting of qemu, and
 * what qemu 7.2 does not know (FEAT_HBC, FEAT_WFxT).
 */
static bool excluded(const char *row, u32 insn)
{
	if (starts(row, "SVC") || starts(row, "DC_") || starts(row, "IC_") ||
	    starts(row, "BC_") || starts(row, "WFET") ||
	    starts(row, "WFIT"))
		return true;
	if (starts(row, "HLT"))
		return (insn >> 5 & 0xffff) == 0xf000;
	if (!strcmp(row, "MRS") || !strcmp(row, "MSR"))
		return !common_sysreg(insn);
	return false;
}

/*
 * CONSTRAINED UNPREDICTABLE choices of registers (Arm ARM K1.2): write-back
 * to a transferred register, one register loaded twice, a status register
 * that is also an operand.
 */
static bool unpredictable(const char *row, u32 insn)
{
	u32 rt = insn & 31, rn = insn >> 5 & 31, rt2 = insn >> 10 & 31;
	u32 rs = insn >> 16 & 31;
	bool pair = !strncmp(row + 2, "P", 1) || starts(row, "LDNP") ||
		    starts(row, "LDXP") || starts(row, "LDAXP");
	bool simd = insn >> 26 & 1;

	if (starts(row, "STX") || starts(row, "STLX"))
		return rs == rt || (rs == rn && rn != 31) ||
		       ((insn >> 21 & 1) && rs == rt2);
	if (starts(row, "LD") && pair && rt == rt2)
		return true;
	if (simd || rn == 31 || !(strstr(row, "_pre") || strstr(row, "_post")))
		return false;
	return rn == rt || (pair && rn == rt2);
}

/* The bits that are neither fixed nor a field's: they should be one. */
static u32 should_be_one(const struct a64_row_info *r)
{
	u32 used = r->mask;

	for (unsigned k = 0; k < r->nparts; k++) {
		const struct a64_part *p = &a64_parts[r->part + k];

		used |= (u32)bits_mask(p->width) << p->shift;
	}
	return ~used;
}

/* -- Making sense of it ---------------------------------------------------- */

static u32 pointer_register(void)
{
	if (chance(5))
		return 31;
	return SEQ_PTR_FIRST +
	       (u32)(rnd() % (SEQ_PTR_LAST - SEQ_PTR_FIRST + 1));
}

static bool is_memory(u32 insn)
{
	return (insn >> 25 & 5) == 4;
}

/* Base registers with pointers, small offsets. */
static u32 tame_memory(u32 insn)
{
	if (chance(8))
		return insn;
	insn = (insn & ~(31u << 5)) | pointer_register() << 5;
	if ((insn & 0x3b000000) == 0x39000000)	/* unsigned imm12 */
		insn &= ~(0xf8u << 14);
	return insn;
}

/* A word of the row, or 0: not this time. */
static u32 draw(unsigned row)
{
	const struct a64_row_info *r = &a64_row_info[row];
	u32 insn = r->value | ((u32)rnd() & ~r->mask) | should_be_one(r);

	if (!strcmp(r->name, "MRS") || !strcmp(r->name, "MSR"))
		insn = (insn & ~0xfffe0u) | sysreg[rnd() % ARRAY_LEN(sysreg)] << 5;
	if (is_memory(insn))
		insn = tame_memory(insn);
	if (a64_decode_row(insn, a64_features_default()) != row ||
	    excluded(r->name, insn) || unpredictable(r->name, insn))
		return 0;
	return insn;
}

/* Results of data processing rarely replace a pointer. */
static u32 tame_result(u32 insn)
{
	u32 rd = insn & 31;

	if (rd >= SEQ_PTR_FIRST && rd <= SEQ_PTR_LAST && !chance(4))
		insn ^= 8;
	return insn;
}

/* The branch at position pos of n, with an offset within the sequence. */
static u32 tame_branch(u32 insn, unsigned pos, unsigned n)
{
	u32 ahead = 1 + (u32)(rnd() % (n - pos));

	if ((insn & 0x7c000000) == 0x14000000)		/* B, BL */
		return (insn & 0xfc000000) | ahead;
	if ((insn & 0x7e000000) == 0x36000000)		/* TBZ, TBNZ */
		return (insn & 0xfff8001f) | ahead << 5;
	return (insn & 0xff00001f) | ahead << 5;	/* B.cond, CBZ */
}

static bool is_direct_branch(u32 insn)
{
	return (insn & 0x7c000000) == 0x14000000 ||
	       (insn & 0x7c000000) == 0x34000000 ||
	       (insn & 0xfe000000) == 0x54000000;
}

static bool is_indirect_branch(u32 insn)
{
	return (insn & 0xff000000) == 0xd6000000;
}

static bool links(u32 insn)
{
	return (insn & 0xfc000000) == 0x94000000 ||
	       (insn & 0xfffffc00) == 0xd63f0000;
}

/* An ADR whose result is a place in the code: loops might come of it. */
static bool makes_code_address(u32 insn)
{
	s64 imm = (s64)(bits_sext(insn >> 5 & 0x7ffff, 19) * 4 |
			(insn >> 29 & 3));

	return (insn & 0x9f000000) == 0x10000000 && imm > -SEQ_CODE_SIZE &&
	       imm < SEQ_CODE_SIZE;
}

/* Does the lifter make nothing but a trap of it? */
static bool ends(u32 insn)
{
	static struct ir ir;
	struct lift l = { .ir = &ir, .pc = SEQ_CODE, .next_pc = SEQ_CODE + 4,
			  .features = a64_features_default(), .user = true };

	ir_reset(&ir, l.pc, 0);
	ir_begin_insn(&ir, l.pc);
	a64_decode_lift(&l, insn);
	return ir.inst[ir.ninst - 1].op == IR_TRAP;
}

static u32 random_insn(void)
{
	for (;;) {
		unsigned row = 1 + (unsigned)(rnd() % (A64_ROW_COUNT - 1));
		u32 insn = draw(row);

		if (!insn && !starts(a64_row_info[row].name, "UDF"))
			continue;
		/* Undefined instructions end a sequence: less of them. */
		if (ends(insn) && !chance(16))
			continue;
		if (makes_code_address(insn))
			continue;
		hits[row]++;
		return insn;
	}
}

static void make_sequence(struct seq *s)
{
	bool linked = false;

	memset(s, 0, sizeof(*s));
	s->seed = rnd();
	s->n = 1 + (u32)(rnd() % SEQ_MAX);
	for (unsigned k = 0; k < s->n; k++) {
		u32 insn = random_insn();

		if (is_direct_branch(insn)) {
			insn = tame_branch(insn, k, s->n);
		} else if (is_indirect_branch(insn)) {
			u32 rn = insn >> 5 & 31;

			if (k + 1 == s->n || rn == 31 || (!linked && chance(4))) {
				s->word[k] = 0xd503201f;	/* nop */
				continue;
			}
			/* adr xN, ahead */
			s->word[k] = 0x10000000 | rn |
				(u32)(2 + rnd() % (s->n - k - 1)) << 5;
			k++;
		} else if (!is_memory(insn)) {
			insn = tame_result(insn);
		}
		linked |= links(insn);
		s->word[k] = insn;
	}
}

static int describe(void)
{
	u32 word;

	while (scanf("%" SCNx32, &word) == 1) {
		unsigned row = a64_decode_row(word, ~0ull);
		u8 code[4] = { (u8)word, (u8)(word >> 8), (u8)(word >> 16),
			       (u8)(word >> 24) };
		char text[80];

		a64_disas(SEQ_CODE, code, 4, text, sizeof(text));
		printf("%08x %s %s\n", word, row < A64_ROW_COUNT &&
		       a64_row_info[row].name ? a64_row_info[row].name : "-",
		       text);
	}
	return 0;
}

static unsigned rows_missed(void)
{
	unsigned missed = 0;

	for (unsigned r = 1; r < A64_ROW_COUNT; r++) {
		const char *name = a64_row_info[r].name;
		const u64 features = a64_row_info[r].features;

		if (hits[r] || excluded(name, a64_row_info[r].value) ||
		    features & ~a64_features_default())
			continue;
		fprintf(stderr, "seqgen: never drawn: %s\n", name);
		missed++;
	}
	return missed;
}

int main(int argc, char **argv)
{
	u64 insns = 10000, done = 0;
	struct seq s;
	int c;

	rng = 1;
	while ((c = getopt(argc, argv, "n:s:w")) != -1)
		switch (c) {
		case 'n': insns = strtoull(optarg, NULL, 0); break;
		case 's': rng = strtoull(optarg, NULL, 0); break;
		case 'w': return describe();
		default: return 2;
		}
	for (; done < insns; done += s.n) {
		make_sequence(&s);
		if (fwrite(&s, sizeof(s), 1, stdout) != 1)
			return 1;
	}
	return insns >= 500000 && rows_missed();
}
