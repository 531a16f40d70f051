/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Roles of the host registers in translated code:
 *
 *   rbp        struct cpu + CPU_BIAS		rsp   host return stack
 *   pinned     a guest register for good (struct pinning)
 *   the rest   local values, temporaries; rax rcx rdx and some xmm; where they
 *              are not enough cg_tmp_gpr() and cg_tmp_xmm() borrow
 *
 * The pinning is chosen by the guest when the back end is set up (pins.c) and
 * holds at every block entry.
 */
#ifndef TRANSLATE_HOST_X64_PINS_H
#define TRANSLATE_HOST_X64_PINS_H

#include "translate/host/x64/cg.h"

struct pinning {
	u8 of_guest[32];	/* host register of a guest's, or CG_NOREG */
	u8 guest_of[16];	/* and back; CG_NOREG: not pinned */
	u8 of_vector[32];	/* xmm register + 1 of a guest's, 0: none */
	u8 vector_of[16];	/* and back; CG_NOREG: not pinned */
	u32 gpr, xmm;		/* masks of pinned registers */
	u32 local_gpr, local_xmm;	/* and of those for local values */
	u8 link;		/* host register that holds the return pc of
				   calls, CG_NOREG: none does */
	bool x86_flags;		/* the guest's flags are x86's */
};

/* That of the guest which this process translates; set once by pins_choose(). */
extern struct pinning pins;

/* The pinning for the guest called name (guest_isa.name). */
void pins_choose(const char *name);

#define LOCAL_GPR_MASK (pins.local_gpr)
#define LOCAL_XMM_MASK (pins.local_xmm)
#define LOCAL_MASK (LOCAL_GPR_MASK | LOCAL_XMM_MASK << 16)
#define PIN_XMM_MASK (pins.xmm)

static inline unsigned pin_of_r(unsigned r)
{
	return pins.of_guest[r];
}

static inline unsigned pin_of_v(unsigned v)
{
	unsigned n = pins.of_vector[v];

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
/* RFLAGS = FLAGS value f exactly; what they held has been saved before. */
void flags_bring(struct cg *cg, val_t f);
/* eax (a fixed temporary) = packed image of f; RFLAGS may be lost. */
void flags_to_rax(struct cg *cg, val_t f);

/* liveness.c: fill cg->val[] and cg->root[] from the IR. */
void cg_liveness(struct cg *cg);
val_t cg_clz_source(const struct cg *cg, const struct ir_inst *i);

/* -- Allocator services for emit.c and isel of state (regalloc.c) ---------- */
void ra_start(struct cg *cg);
void ra_end_special(struct cg *cg);
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
/* Give fixed register to the result of idx (it must be a free tmp). */
void ra_assign(struct cg *cg, unsigned idx, unsigned reg);
/* Constant? */
bool ra_const(const struct cg *cg, val_t v, u64 *c);

/* After each instruction: temporaries and locks end. */
static inline void ra_end_inst(struct cg *cg)
{
	if (unlikely(cg->special))
		ra_end_special(cg);
	cg->locked = cg->tmps = 0;
}

#endif
