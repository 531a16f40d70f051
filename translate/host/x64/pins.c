/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which guest registers are pinned to which host registers: one table for each
 * guest.  In: the guest's name.  Out: `pins`, all that pins.h answers from.
 *
 * a64: by how often programs read and write a register (counted in bash, cc1,
 * perl, python ...); x29 is there for what it costs at each call in memory.
 * v0-v10: with v0-v7 alone n-body took 1.3 times as long; more than 11 leave
 * so few temporaries that lane operations must borrow (regalloc.c).  sp is r13
 * because r13 as a base always needs a displacement, which accesses through sp
 * have anyway.
 *
 * x64: rax rcx rdx stay free for what x86 ties to them, so the guest's live
 * elsewhere; registers that the encoding treats alike keep their names.
 */
#include "translate/host/x64/pins.h"

#include <string.h>

struct pin {
	u8 guest, host;
};

static const struct pin a64_gpr[] = {
	{ 0, RBX }, { 1, RSI }, { 2, RDI }, { 3, R8 }, { 4, R9 }, { 19, R10 },
	{ 20, R14 }, { 21, R15 }, { 29, R11 }, { CPU_SP, R13 }, { 30, R12 }
};

static const struct pin x64_gpr[] = {
	{ RAX, R10 }, { RCX, R14 }, { RDX, R15 }, { RBX, RBX }, { RSP, R13 },
	{ RBP, R12 }, { RSI, RSI }, { RDI, RDI }, { R8, R8 }, { R9, R9 },
	{ R12, R11 }
};

static const struct guest_pins {
	const char *guest;
	const struct pin *gpr;
	u8 ngpr, nxmm;		/* vector registers 0 .. nxmm - 1 */
	u8 link;		/* guest register with the return pc */
	bool x86_flags;
} table[] = {
	{ "a64", a64_gpr, ARRAY_LEN(a64_gpr), 11, 30, false },
	{ "x64", x64_gpr, ARRAY_LEN(x64_gpr), 11, CG_NOREG, true },
};

struct pinning pins;

static void fill(const struct guest_pins *g)
{
	memset(&pins, 0, sizeof(pins));
	memset(pins.of_guest, CG_NOREG, sizeof(pins.of_guest));
	memset(pins.guest_of, CG_NOREG, sizeof(pins.guest_of));
	memset(pins.vector_of, CG_NOREG, sizeof(pins.vector_of));
	for (unsigned k = 0; k < g->ngpr; k++) {
		pins.of_guest[g->gpr[k].guest] = g->gpr[k].host;
		pins.guest_of[g->gpr[k].host] = g->gpr[k].guest;
		pins.gpr |= 1u << g->gpr[k].host;
	}
	for (unsigned k = 0; k < g->nxmm; k++) {
		pins.of_vector[k] = (u8)(k + 1);
		pins.vector_of[k] = (u8)k;
		pins.xmm |= 1u << k;
	}
	pins.local_gpr = 0xffff & ~(pins.gpr | 1u << RSP | 1u << RBP);
	pins.local_xmm = 0xffff & ~pins.xmm;
	pins.x86_flags = g->x86_flags;
	pins.link = g->link == CG_NOREG ? CG_NOREG : pins.of_guest[g->link];
}

void pins_choose(const char *name)
{
	for (unsigned k = 0; k < ARRAY_LEN(table); k++)
		if (!strcmp(table[k].guest, name))
			fill(&table[k]);
}
