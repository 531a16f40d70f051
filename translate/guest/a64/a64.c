/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The AArch64 guest as the translator sees it: struct guest_isa, whose
 * members are in the other files of this folder, plus the two that are about
 * blocks rather than instructions: the mode key and the flag look-ahead.
 */
#include <string.h>

#include "translate/guest/a64/a64.h"
#include "translate/sem.h"

static u32 load_insn(const u8 *code)
{
	return (u32)code[0] | (u32)code[1] << 8 | (u32)code[2] << 16 |
	       (u32)code[3] << 24;
}

static enum lift_result lift_insn(struct lift *l, const u8 *code,
				  unsigned avail, unsigned *size)
{
	*size = 4;
	if (avail < 4)
		return a64_undef(l);
	return a64_decode_lift(l, load_insn(code));
}

static u32 mode(const struct cpu *cpu)
{
	u32 c = cpu->fpcr;

	return (c & FPCR_DN ? IR_MODE_DN : 0) | (c & FPCR_FZ ? IR_MODE_FZ : 0) |
	       (c & FPCR_FZ16 ? IR_MODE_FZ16 : 0) |
	       (c & FPCR_AHP ? IR_MODE_AHP : 0);
}

/* -- Are the flags dead? ---------------------------------------------------
 * An instruction may leave the flags alone and go on to the next, overwrite
 * all of them, or be none of the two as far as we care (reads them, writes
 * some of them, branches).  Accesses that may fault count as going on: the
 * flags in a signal frame may then be older than they should be, but
 * returning from the signal overwrites them before anything reads them.     */

enum flag_use { FLAGS_PASS, FLAGS_SET, FLAGS_STOP };

static enum flag_use imm_flags(u32 insn)
{
	switch (insn >> 23 & 7) {
	case 2:			/* add, subtract */
		return insn >> 29 & 1 ? FLAGS_SET : FLAGS_PASS;
	case 4:			/* logical: ANDS */
		return (insn >> 29 & 3) == 3 ? FLAGS_SET : FLAGS_PASS;
	case 3:			/* memory tagging */
		return FLAGS_STOP;
	default:
		return FLAGS_PASS;
	}
}

static enum flag_use reg_flags(u32 insn)
{
	switch (insn >> 24 & 31) {
	case 0x0a:		/* logical: ANDS, BICS */
		return (insn >> 29 & 3) == 3 ? FLAGS_SET : FLAGS_PASS;
	case 0x0b:		/* add, subtract */
		return insn >> 29 & 1 ? FLAGS_SET : FLAGS_PASS;
	case 0x1a:		/* two and one source; not ADC, CCMP, CSEL */
		return (insn >> 21 & 15) == 6 && !(insn >> 29 & 1) ?
			FLAGS_PASS : FLAGS_STOP;
	case 0x1b:		/* multiply */
		return FLAGS_PASS;
	default:
		return FLAGS_STOP;
	}
}

static enum flag_use fp_flags(u32 insn)
{
	if ((insn & 0xff20fc07) == 0x1e202000)
		return FLAGS_SET;	/* FCMP, FCMPE */
	if ((insn & 0xff200400) == 0x1e200400)
		return FLAGS_STOP;	/* FCCMP, FCSEL */
	return FLAGS_PASS;
}

static enum flag_use flag_use(u32 insn)
{
	switch (insn >> 25 & 15) {
	case 8: case 9:
		return imm_flags(insn);
	case 10: case 11:		/* hints pass, branches stop */
		return (insn & 0xfffff01f) == 0xd503201f ? FLAGS_PASS :
							   FLAGS_STOP;
	case 4: case 6: case 12: case 14:
		return FLAGS_PASS;	/* loads and stores */
	case 5: case 13:
		return reg_flags(insn);
	case 7: case 15:
		return fp_flags(insn);
	default:
		return FLAGS_STOP;
	}
}

static bool flags_dead(const u8 *code, unsigned avail)
{
	enum { LOOK = 24 };

	for (unsigned i = 0; i < LOOK && avail >= 4; i++) {
		enum flag_use u = flag_use(load_insn(code));

		if (u != FLAGS_PASS)
			return u == FLAGS_SET;
		code += 4;
		avail -= 4;
	}
	return false;
}

const struct guest_isa a64_isa = {
	.name = "a64",
	.user_name = "aarch64",
	.elf_machine = 183,		/* EM_AARCH64 */
	.elf_class = 2,			/* ELFCLASS64 */
	.insn_align = 4,
	.max_insn_bytes = 4,
	.lift_insn = lift_insn,
	.mode = mode,
	.flags_dead = flags_dead,
	.helper = a64_helper,
	.nhelper = A64_HELPER_COUNT,
	.print_regs = a64_print_regs,
	.disas = a64_disas,
};
