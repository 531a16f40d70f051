/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Roles of the host registers in translated code: the one place to change.
 *
 *   rbp        struct cpu + CPU_BIAS		rsp   host return stack
 *   PINS_GPR   guest register for good		PINS_XMM  the same, vectors
 *   the rest   local values, temporaries
 *
 * The choice follows how often programs read and write a register (counted
 * in bash, cc1, perl, python ...); x29 is there for what it costs at each call
 * in memory.  rax rcx rdx stay free for what x86 ties to them; where three are
 * not enough cg_tmp_gpr() borrows.
 * v0-v10: with v0-v7 alone n-body took 1.3 times as long; more than 11 leave
 * so few temporaries that lane operations must borrow (regalloc.c).
 * sp is r13 because r13 as a base always needs a displacement, which accesses
 * through sp have anyway.
 */
#ifndef TRANSLATE_HOST_X64_PINS_H
#define TRANSLATE_HOST_X64_PINS_H

#include "translate/host/x64/cg.h"

/* _(guest register, host register) */
#define PINS_GPR(_) \
	_(0, RBX) _(1, RSI) _(2, RDI) _(3, R8) _(4, R9) \
	_(19, R10) _(20, R14) _(21, R15) _(29, R11) _(CPU_SP, R13) \
	_(30, R12)

/* _(guest vector register, host register); xmm0 must be among them. */
#define PINS_XMM(_) \
	_(0, 0) _(1, 1) _(2, 2) _(3, 3) _(4, 4) _(5, 5) _(6, 6) _(7, 7) \
	_(8, 8) _(9, 9) _(10, 10)

#define PIN_BIT(g, h) | 1u << (h)
enum {
	PIN_XMM_MASK = 0 PINS_XMM(PIN_BIT),
	PIN_GPR_MASK = 0 PINS_GPR(PIN_BIT),
	LOCAL_GPR_MASK = 0xffff & ~(PIN_GPR_MASK | 1 << RSP | 1 << RBP),
	/* What a C function may destroy, of those that hold guest state. */
	CALLER_SAVED = 1 << RAX | 1 << RCX | 1 << RDX | 1 << RSI | 1 << RDI |
		       1 << R8 | 1 << R9 | 1 << R10 | 1 << R11
};
#undef PIN_BIT

/* Unsigned, since the vector registers' bits are moved up to bit 31. */
#define LOCAL_XMM_MASK (0xffffu & ~(u32)PIN_XMM_MASK)
#define LOCAL_MASK (LOCAL_GPR_MASK | LOCAL_XMM_MASK << 16)

/* Host register of guest register r, CG_NOREG if it has none. */
extern const u8 pin_of_guest[32];
/* And back, for pinned registers only. */
extern const u8 guest_of_pin[16];
/* The same of vector registers; here 0 is none, n is xmm(n - 1). */
extern const u8 pin_of_vector[32];
extern const u8 guest_of_xmm[16];

static inline unsigned pin_of_r(unsigned r)
{
	return pin_of_guest[r];
}

static inline unsigned pin_of_v(unsigned v)
{
	unsigned n = pin_of_vector[v];

	return n ? CG_XMM0 + n - 1 : CG_NOREG;
}

/* Displacement from CG_ENV of a memory slot. */
static inline s32 slot_disp(unsigned slot)
{
	if (slot < CG_SLOT_V)
		return CG_CPU(r) + (s32)(slot - CG_SLOT_R) * 8;
	if (slot < CG_SLOT_RS)
		return CG_CPU(v) + (s32)(slot - CG_SLOT_V) * 16;
	if (slot < CG_SLOT_VS)
		return CG_CPU(rspill) + (s32)(slot - CG_SLOT_RS) * 8;
	if (slot < CG_SLOT_F)
		return CG_CPU(vspill) + (s32)(slot - CG_SLOT_VS) * 16;
	return CG_CPU(flags);
}

/* -- Flags: isel_flags.c ---------------------------------------------------- */
void flags_pack(struct enc *e, enum cg_flkind kind);
void flags_store_exit(struct enc *e, enum cg_flkind kind);
void flags_load_carry(struct cg *cg, val_t f, bool inverted);

/* liveness.c: fill cg->val[] and cg->root[] from the IR. */
void cg_liveness(struct cg *cg);
val_t cg_clz_source(const struct cg *cg, const struct ir_inst *i);

/* -- Allocator services for emit.c and isel of state (regalloc.c) ---------- */
void ra_start(struct cg *cg);
/* After each instruction: drop operands that died, and temporaries. */
void ra_end_inst(struct cg *cg, const struct ir_inst *i);
/* Stores that a cold path has skipped (struct cg_late). */
void ra_late_stores(struct cg *cg, unsigned from, unsigned to);
/* Guest register state. */
void ra_getr(struct cg *cg, unsigned idx, unsigned reg);
void ra_putr(struct cg *cg, val_t v, unsigned reg);
void ra_getv(struct cg *cg, unsigned idx, unsigned reg);
void ra_putv(struct cg *cg, val_t v, unsigned reg);
/* The slot is about to get another content: move its old value if needed. */
void ra_slot_overwritten(struct cg *cg, unsigned slot, val_t now);
void ra_slot_rescue(struct cg *cg, unsigned slot, val_t now, unsigned via);
/* Before a call that may change all guest state: spill what lives on. */
void ra_spill_all(struct cg *cg);
void ra_spill_reg(struct cg *cg, val_t v, unsigned r);
/* Use this pinned register as a temporary as well. */
void ra_borrow_fixed(struct cg *cg, unsigned r);
/* A register out of `allowed`, freed if need be; locked. */
unsigned ra_alloc(struct cg *cg, u32 allowed);
/* Forget v's register. */
void ra_drop(struct cg *cg, val_t v);
/* Give fixed register to the result of idx (it must be a free tmp). */
void ra_assign(struct cg *cg, unsigned idx, unsigned reg);
/* Constant? */
bool ra_const(const struct cg *cg, val_t v, u64 *c);

#endif
