/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The AArch64 guest as the translator sees it: struct guest_isa, whose
 * members are in the other files of this folder, plus the two that are about
 * blocks rather than instructions: the mode key and the flag look-ahead.
 */
#include <string.h>

#include "base/bits.h"
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
	       (c & FPCR_AHP ? IR_MODE_AHP : 0) | cpu->fp_check;
}

/* -- What becomes of the flags ---------------------------------------------
 * An instruction may leave the flags alone and go on to the next, overwrite
 * all of them, read some of them, or be too complicated.  Accesses that may
 * fault count as going on: the flags in a signal frame may then be older than
 * they should be, but returning from the signal overwrites them before
 * anything reads them.                                                      */

enum flag_use { FLAGS_PASS, FLAGS_SET, FLAGS_USE, FLAGS_STOP };

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
	case 0x1a:
		switch (insn >> 21 & 15) {
		case 6:		/* two and one source; SUBPS */
			return insn >> 29 & 1 ? FLAGS_STOP : FLAGS_PASS;
		case 0: case 2: case 4:	/* ADC, CCMP, CSEL */
			return FLAGS_USE;
		default:
			return FLAGS_STOP;
		}
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
		return FLAGS_USE;	/* FCCMP, FCSEL */
	return FLAGS_PASS;
}

static enum flag_use sys_flags(u32 insn)
{
	if ((insn & 0xff000000) == 0x54000000)
		return (insn & 15) < 14 ? FLAGS_USE : FLAGS_STOP; /* B.cond */
	if ((insn & 0xffffffe0) == 0xd53b4200)
		return FLAGS_USE;			/* MRS NZCV */
	if ((insn & 0xffffffe0) == 0xd51b4200)
		return FLAGS_SET;			/* MSR NZCV */
	if ((insn & 0xfffff01f) == 0xd503201f ||	/* hints */
	    (insn & 0xffffffe0) == 0xd53bd040)		/* MRS TPIDR_EL0 */
		return FLAGS_PASS;
	return FLAGS_STOP;
}

static enum flag_use flag_use(u32 insn)
{
	switch (insn >> 25 & 15) {
	case 8: case 9:
		return imm_flags(insn);
	case 10: case 11:
		return sys_flags(insn);
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

/* One look ahead: both ways at branches that do not read the flags. */
struct look {
	const u8 *page;
	unsigned len, left;
	bool abi;
};

enum { LOOK_INSNS = 32, LOOK_BRANCHES = 4 };

static bool is_jump(u32 insn)
{
	return (insn & 0xfc000000) == 0x14000000;
}

/* BL, BLR, RET, and those with pointer authentication */
static bool is_call_or_return(u32 insn)
{
	return (insn & 0xfc000000) == 0x94000000 ||
	       (insn & 0xfefff000) == 0xd63f0000 ||
	       (insn & 0xfffff000) == 0xd65f0000;
}

/* CBZ, CBNZ, TBZ, TBNZ: the branch offset, or 0. */
static int test_branch(u32 insn)
{
	if ((insn & 0x7e000000) == 0x34000000)
		return (int)bits_sext(insn >> 5, 19) * 4;
	if ((insn & 0x7e000000) == 0x36000000)
		return (int)bits_sext(insn >> 5, 14) * 4;
	return 0;
}

static enum flags_fate fate(struct look *k, unsigned off, unsigned depth)
{
	for (; k->left && off <= k->len - 4; k->left--) {
		u32 insn = load_insn(k->page + off);
		int branch = test_branch(insn);
		enum flags_fate taken;

		if (is_jump(insn)) {
			off += (unsigned)(bits_sext(insn, 26) * 4);
			continue;
		}
		if (k->abi && is_call_or_return(insn))
			return FLAGS_DEAD;
		off += 4;
		if (branch) {
			if (depth == LOOK_BRANCHES)
				return FLAGS_UNKNOWN;
			taken = fate(k, off - 4 + (unsigned)branch, depth + 1);
			if (taken != FLAGS_DEAD)
				return taken;
			continue;
		}
		switch (flag_use(insn)) {
		case FLAGS_PASS: break;
		case FLAGS_SET: return FLAGS_DEAD;
		case FLAGS_USE: return FLAGS_READ;
		default: return FLAGS_UNKNOWN;
		}
	}
	return FLAGS_UNKNOWN;
}

static enum flags_fate flags_fate(const u8 *page, unsigned len, unsigned off,
				  bool abi)
{
	struct look k = { .page = page, .len = len, .left = LOOK_INSNS,
			  .abi = abi };

	return fate(&k, off, 0);
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
	.flags_fate = flags_fate,
	.helper = a64_helper,
	.nhelper = A64_HELPER_COUNT,
	.print_regs = a64_print_regs,
	.disas = a64_disas,
};
