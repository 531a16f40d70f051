/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The x86-64 guest as the translator sees it: struct guest_isa, whose members
 * are in the other files of this folder, plus the mode key, the flag
 * look-ahead and EFLAGS.
 */
#include <inttypes.h>
#include <string.h>

#include "translate/guest/x64/x64.h"

static enum lift_result lift_insn(struct lift *l, const u8 *code,
				  unsigned avail, unsigned *size)
{
	struct x64_insn i;

	switch (x64_decode(&i, code, avail, l->pc, l->features, 64)) {
	case X64_DECODED:
		break;
	case X64_TRUNCATED:
		return LIFT_TRUNCATED;
	case X64_TOO_LONG:
		*size = 15;
		return x64_gp(l);
	default:
		*size = 1;
		return x64_undef(l);
	}
	*size = i.len;
	l->next_pc = l->pc + i.len;
	return x64_lift_row(l, &i);
}

static u32 mode(const struct cpu *cpu)
{
	return cpu->pstate & X64_EFLAGS_DF ? X64_MODE_DF : 0;
}

/* -- EFLAGS ------------------------------------------------------------------------ */

u64 x64_get_eflags(const struct cpu *cpu)
{
	return flags_to_eflags(cpu->flags) | cpu->pstate | X64_EFLAGS_IF | 2;
}

void x64_set_eflags(struct cpu *cpu, u64 value)
{
	enum { KEPT = X64_EFLAGS_TF | X64_EFLAGS_DF | X64_EFLAGS_AC |
		      X64_EFLAGS_ID };

	cpu->flags = flags_from_eflags((u32)value);
	cpu->pstate = (u32)value & KEPT;
}

/* -- What becomes of the flags -------------------------------------------------------
 * `live` are those that nobody has overwritten yet on the way.                        */

struct look {
	const u8 *page;
	unsigned len, left;
	bool abi;
};

enum { LOOK_INSNS = 24, LOOK_BRANCHES = 3 };

static enum flags_fate fate(struct look *k, unsigned off, u8 live,
			    unsigned depth);

/* A branch within the page; a target outside it is unknown. */
static enum flags_fate taken(struct look *k, const struct x64_insn *i, u8 live,
			     unsigned depth)
{
	if (depth == LOOK_BRANCHES || (u64)i->imm >= k->len)
		return FLAGS_UNKNOWN;
	return fate(k, (unsigned)i->imm, live, depth + 1);
}

static bool is_named(const struct x64_insn *i, const char *name)
{
	return !strcmp(x64_row_name(i->row), name);
}

static enum flags_fate fate(struct look *k, unsigned off, u8 live,
			    unsigned depth)
{
	for (; k->left && off < k->len; k->left--) {
		const struct x64_row *row;
		struct x64_insn i;
		enum flags_fate f;

		/* Addresses count from the page here. */
		if (x64_decode(&i, k->page + off, k->len - off, off, ~0ull,
			       64) != X64_DECODED)
			return FLAGS_UNKNOWN;
		row = i.row;
		if (row->what & X64_W_CALLRET)
			return k->abi ? FLAGS_DEAD : FLAGS_UNKNOWN;
		if (row->flags_read & live)
			f = FLAGS_READ;
		else
			f = FLAGS_UNKNOWN;
		if (f == FLAGS_READ)
			return f;
		if (!(row->what & X64_W_COUNT))
			live &= (u8)~row->flags_written;
		if (!live)
			return FLAGS_DEAD;
		off += i.len;
		if (!(row->what & X64_W_BRANCH))
			continue;
		if (i.op[0].kind != X64_OP_REL)
			return FLAGS_UNKNOWN;
		f = taken(k, &i, live, depth);
		if (f != FLAGS_DEAD || is_named(&i, "jmp"))
			return f;
	}
	return FLAGS_UNKNOWN;
}

static enum flags_fate flags_fate(const u8 *page, unsigned len, unsigned off,
				  bool abi)
{
	struct look k = { .page = page, .len = len, .left = LOOK_INSNS,
			  .abi = abi };

	return fate(&k, off, X64_FALL, 0);
}

/* -- Printing ---------------------------------------------------------------------------- */

void x64_print_regs(const struct cpu *cpu, FILE *f)
{
	static const char *const name[16] = {
		"rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi",
		"r8 ", "r9 ", "r10", "r11", "r12", "r13", "r14", "r15"
	};

	for (unsigned r = 0; r < 16; r++)
		fprintf(f, "%s=%016" PRIx64 "%c", name[r], cpu->r[r],
			r % 4 == 3 ? '\n' : ' ');
	fprintf(f, "rip=%016" PRIx64 " eflags=%08" PRIx64 " fs=%016" PRIx64
		" gs=%016" PRIx64 "\n", cpu->pc, x64_get_eflags(cpu),
		cpu->tpidr, cpu->tpidrro);
	for (unsigned r = 0; r < 16; r++)
		fprintf(f, "xmm%-2u=%016" PRIx64 "%016" PRIx64 "%c", r,
			cpu->v[r].d[1], cpu->v[r].d[0], r % 2 ? '\n' : ' ');
}

const struct guest_isa x64_isa = {
	.name = "x64",
	.user_name = "x86_64",
	.elf_machine = 62,		/* EM_X86_64 */
	.elf_class = 2,			/* ELFCLASS64 */
	.insn_align = 1,
	.max_insn_bytes = 15,
	.lift_insn = lift_insn,
	.mode = mode,
	.flags_fate = flags_fate,
	.helper = x64_helper,
	.nhelper = X64_HELPER_COUNT,
	.print_regs = x64_print_regs,
	.disas = x64_disas,
};
