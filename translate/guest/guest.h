/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a guest instruction set provides to the translator, and the context
 * in which it lifts code.  A guest includes this, ir.h, cpu.h and its own
 * folder, nothing else of translate/.
 */
#ifndef TRANSLATE_GUEST_GUEST_H
#define TRANSLATE_GUEST_GUEST_H

#include "translate/cpu.h"
#include "translate/ir.h"
#include "translate/translate.h"

/* Run-time helpers known to every guest (IR HELPER, imm). */
enum exec_helper {
	HELPER_USER0,				/* ... the layer above's */
	HELPER_GUEST0 = EXEC_USER_HELPERS,	/* ... guest_isa.helper[] */
	HELPER_SLOTS = 64
};

enum lift_result {
	LIFT_NEXT,	/* go on with the instruction after this one */
	LIFT_JUMP,	/* go on at lift->next_pc (unconditional branch) */
	LIFT_END,	/* a terminal was emitted */
	LIFT_TRUNCATED	/* the bytes at hand are not all of the instruction;
			   nothing was emitted */
};

struct lift {
	struct ir *ir;
	gaddr pc;		/* of the instruction being lifted */
	gaddr next_pc;		/* set by the driver to pc + size; by a branch
				   that continues elsewhere */
	u32 mode;		/* guest mode key (constant in a block) */
	u64 features;		/* tctx_config.cpu_features */
	const struct mem_ops *mem;
	bool user;		/* privilege level 0: user-mode personality */
};

struct guest_isa {
	const char *name;		/* "a64" */
	const char *user_name;		/* "aarch64" */
	u16 elf_machine;
	u8 elf_class;			/* ELFCLASS32 / 64 */
	u8 insn_align;			/* of pc, bytes */
	u8 max_insn_bytes;
	bool ignore_top;		/* bits 63..56 of addresses: see below */
	/*
	 * Lift the instruction whose bytes are at `code` (`avail` of them
	 * readable; fewer than max_insn_bytes only if the next page cannot be
	 * fetched).  *size gets its length.  An undefined or
	 * unsupported encoding emits TRAP EXEC_UNDEF and returns LIFT_END.
	 */
	enum lift_result (*lift_insn)(struct lift *l, const u8 *code,
				      unsigned avail, unsigned *size);
	/* Mode key (8 bits) of the state: everything lifting depends on. */
	u32 (*mode)(const struct cpu *cpu);
	/*
	 * What does the code `off` bytes into this page (len bytes readable)
	 * do with the flags?  Looks ahead a little.  With abi set it takes for
	 * granted that flags do not survive calls and returns.  NULL: unknown.
	 */
	enum flags_fate (*flags_fate)(const u8 *page, unsigned len,
				      unsigned off, bool abi);
	exec_helper_fn *const *helper;	/* HELPER_GUEST0 + n */
	unsigned nhelper;
	/* Print the registers to f (-d cpu). */
	void (*print_regs)(const struct cpu *cpu, FILE *f);
	/* One-line disassembly from the guest's own table. */
	void (*disas)(gaddr pc, const u8 *code, unsigned avail, char *buf,
		      size_t len);
};

/* Without the tag; the kernel's half (bit 55 set) has none. */
static inline gaddr guest_strip_top(gaddr a)
{
	return a >> 55 & 1 ? a : a << 8 >> 8;
}

/* All guests, NULL-terminated (guest.c, from the configured list). */
extern const struct guest_isa *const guest_isa_list[];
const struct guest_isa *guest_isa_by_name(const char *name);

#endif
