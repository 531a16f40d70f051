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

/* -- SP's alignment -------------------------------------------------------- */

/* A multiple of 16, given that SP is one? */
static bool surely_aligned(const struct ir *ir, val_t v)
{
	const struct ir_inst *i = &ir->inst[v], *a = &ir->inst[i->a];
	u64 k;

	if (ir_is_const(ir, v, &k))
		return !(k & 15);
	if (i->op == IR_AND)
		return ir_is_const(ir, i->b, &k) && !(k & 15);
	if (i->op == IR_ADD || i->op == IR_SUB)
		return (i->a == ir->cur_r[CPU_SP] ||
			(a->op == IR_GETR && a->imm == CPU_SP)) &&
		       ir_is_const(ir, i->b, &k) && !(k & 15);
	return v == ir->cur_r[CPU_SP];
}

void a64_put_sp(struct lift *l, val_t v)
{
	if (!(l->mode & A64_MODE_SP) && !surely_aligned(l->ir, v))
		ir_emit(l->ir, IR_ASIDE, IR_NONE, 4, v, 0, 0, 0);
	ir_putr(l->ir, CPU_SP, v);
}

/* A load or store with SP as base; not literals, nor prefetches. */
static bool is_sp_access(const struct lift *l, u32 insn)
{
	if ((insn >> 25 & 5) != 4 || (insn >> 5 & 31) != CPU_SP ||
	    (insn & 0x3b000000) == 0x18000000 ||
	    (insn & 0xfec00000) == 0xf8800000)
		return false;
	return a64_decode_row(insn, l->features) != A64_ROW_NONE;
}

/* With a misaligned SP: accesses fault, a new SP may mean another mode. */
static enum lift_result lift_off_sp(struct lift *l, u32 insn)
{
	unsigned n = l->ir->ninst;
	enum lift_result r;

	if (is_sp_access(l, insn)) {
		ir_trap(l->ir, EXEC_ALIGN, l->pc, 0);
		return LIFT_END;
	}
	r = a64_decode_lift(l, insn);
	for (; r == LIFT_NEXT && n < l->ir->ninst; n++)
		if (l->ir->inst[n].op == IR_PUTR &&
		    l->ir->inst[n].imm == CPU_SP)
			return a64_end_lookup(l);
	return r;
}

/* -------------------------------------------------------------------------- */

static enum lift_result lift_insn(struct lift *l, const u8 *code,
				  unsigned avail, unsigned *size)
{
	*size = 4;
	if (avail < 4)
		return a64_undef(l);
	if (unlikely(l->mode & A64_MODE_SP))
		return lift_off_sp(l, load_insn(code));
	return a64_decode_lift(l, load_insn(code));
}

static u32 mode(const struct cpu *cpu)
{
	u32 c = cpu->fpcr;

	return (c & FPCR_DN ? IR_MODE_DN : 0) | (c & FPCR_FZ ? IR_MODE_FZ : 0) |
	       (c & FPCR_FZ16 ? IR_MODE_FZ16 : 0) |
	       (c & FPCR_AHP ? IR_MODE_AHP : 0) | cpu->fp_check |
	       (cpu->r[CPU_SP] & 15 ? A64_MODE_SP : 0);
}

/* -- What becomes of the flags ---------------------------------------------
 * An instruction may leave the flags alone and go on to the next, overwrite
 * all of them, read some of them, or be too complicated.  Accesses that may
 * fault count as going on: the flags in a signal frame may then be older than
 * they should be, but returning from the signal overwrites them before
 * anything reads them.                                                      */

/*
 * By bits 28..23 of an instruction.  The first three are also the bits of
 * `insn >> 29` that are all set in instructions that set the flags.
 */
enum flag_use {
	SET_IF_29 = 1,		/* ADDS, SUBS ... */
	SET_IF_30_29 = 3,	/* ANDS, BICS */
	FLAGS_PASS = 8,		/* none does */
	FLAGS_SET, FLAGS_USE, FLAGS_STOP,
	LOOK_ALU, LOOK_FP, LOOK_BRANCH	/* other bits decide */
};

static const u8 flag_use[64] = {
#define ROW(a, b, c, d) a, b, c, d,
#define ALL(a) ROW(a, a, a, a)
	ALL(FLAGS_STOP) ALL(FLAGS_STOP) ALL(FLAGS_STOP) ALL(FLAGS_STOP)
	ALL(FLAGS_PASS)						/* ld, st */
	ROW(SET_IF_30_29, SET_IF_30_29, SET_IF_29, SET_IF_29)
	ALL(FLAGS_PASS)						/* ld, st */
	ALL(LOOK_FP)
	ROW(FLAGS_PASS, FLAGS_PASS, SET_IF_29, FLAGS_STOP)	/* adr, add, MTE */
	ROW(SET_IF_30_29, FLAGS_PASS, FLAGS_PASS, FLAGS_PASS)	/* and, mov, bfm */
	ALL(LOOK_BRANCH) ALL(LOOK_BRANCH)
	ALL(FLAGS_PASS)						/* ld, st */
	ROW(LOOK_ALU, LOOK_ALU, FLAGS_PASS, FLAGS_PASS)		/* mul */
	ALL(FLAGS_PASS)						/* ld, st */
	ALL(LOOK_FP)
#undef ROW
#undef ALL
};

static enum flag_use alu_flags(u32 insn)
{
	switch (insn >> 21 & 15) {
	case 6:			/* two and one source; SUBPS */
		return insn >> 29 & 1 ? FLAGS_STOP : FLAGS_PASS;
	case 0: case 2: case 4:	/* ADC, CCMP, CSEL */
		return FLAGS_USE;
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

static enum flags_fate fate(struct look *k, unsigned off, unsigned depth);

/* The branch or system instruction at *off; moves on if it says nothing. */
static enum flag_use branch_flags(struct look *k, unsigned *off, u32 insn,
				  unsigned depth)
{
	int branch = test_branch(insn);

	if (is_jump(insn)) {
		*off += (unsigned)(bits_sext(insn, 26) * 4);
		return FLAGS_PASS;
	}
	if (k->abi && is_call_or_return(insn))
		return FLAGS_SET;
	*off += 4;
	if (!branch)
		return sys_flags(insn);
	if (depth == LOOK_BRANCHES)
		return FLAGS_STOP;
	switch (fate(k, *off - 4 + (unsigned)branch, depth + 1)) {
	case FLAGS_DEAD: return FLAGS_PASS;
	case FLAGS_READ: return FLAGS_USE;
	default: return FLAGS_STOP;
	}
}

static enum flags_fate fate(struct look *k, unsigned off, unsigned depth)
{
	for (; k->left && off <= k->len - 4; k->left--) {
		u32 insn = load_insn(k->page + off);
		enum flag_use use = flag_use[insn >> 23 & 63];

		if (likely(use <= FLAGS_PASS)) {
			if ((insn >> 29 & use) == use)
				return FLAGS_DEAD;
			off += 4;
			continue;
		}
		if (use == LOOK_BRANCH)
			use = branch_flags(k, &off, insn, depth);
		else
			off += 4;
		if (use == LOOK_ALU)
			use = alu_flags(insn);
		else if (use == LOOK_FP)
			use = fp_flags(insn);
		switch (use) {
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
	.ignore_top = true,		/* Linux: TCR_EL1.TBI0 = 1 */
	.lift_insn = lift_insn,
	.mode = mode,
	.flags_fate = flags_fate,
	.helper = a64_helper,
	.nhelper = A64_HELPER_COUNT,
	.print_regs = a64_print_regs,
	.disas = a64_disas,
};
