/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Small questions that the integer isel files ask of an IR instruction. */
#ifndef TRANSLATE_HOST_X64_ISEL_H
#define TRANSLATE_HOST_X64_ISEL_H

#include "translate/host/x64/pins.h"

/* 1 = 64-bit operation, by the result's or by an operand's type. */
static inline unsigned isel_w(const struct ir_inst *i)
{
	return i->type == IR_I64;
}

static inline unsigned isel_opw(const struct cg *cg, val_t v)
{
	return cg_type(cg, v) == IR_I64;
}

/* Is v a constant that an instruction's imm32 can express? */
static inline bool isel_imm32(const struct cg *cg, val_t v, unsigned w, s32 *k)
{
	u64 c;

	if (!ra_const(cg, v, &c))
		return false;
	*k = (s32)(u32)c;
	return !w || (s64)c == (s64)*k;
}

/* Would cg_use_mem() say yes? */
static inline bool isel_in_mem(struct cg *cg, val_t v)
{
	s32 disp;

	return cg_use_mem(cg, v, &disp);
}

/* Fixed temporary r = value v, wherever that is now. */
void isel_copy_gpr(struct cg *cg, unsigned r, val_t v);

/*
 * The live instruction with opcode `op` and the same operands that follows
 * idx with nothing but moves in between, or 0.
 */
unsigned isel_flag_partner(struct cg *cg, const struct ir_inst *i,
			   unsigned idx, enum ir_op op);
/* Likewise the FLG_LOGIC of idx's result. */
unsigned isel_logic_partner(struct cg *cg, const struct ir_inst *i,
			    unsigned idx);
/* The uses of i's operands by the partner k, the next instruction, are no
 * more: i does its work. */
void isel_die_earlier(struct cg *cg, const struct ir_inst *i, unsigned k);
/* i together with its x86 flags, if they are the next instruction. */
bool isel_step_pair(struct cg *cg, const struct ir_inst *i, unsigned idx,
		    bool dec);
bool isel_shift_pair(struct cg *cg, const struct ir_inst *i, unsigned idx);
/* The next instruction that emits code if only moves of guest registers that
 * emit none lie between, or 0. */
unsigned isel_next_live(const struct cg *cg, unsigned idx);

/* A conditional comparison whose reader does it (isel_cond.c). */
struct isel_two {
	enum cc first, second;	/* first in RFLAGS; second: isel_two_second() */
	bool any;		/* true if not first, or second; else if both */
	bool add, imm;
	unsigned w, b, c, tmp;
	s32 k;
};
bool isel_two_begin(struct cg *cg, val_t f, enum ir_cond cond,
		    struct isel_two *t);
/* Emit the second comparison. */
void isel_two_second(struct cg *cg, const struct isel_two *t);

/* RFLAGS now are what partner p (if not 0) defines. */
void isel_partner_done(struct cg *cg, unsigned p, enum cg_flkind kind);

#endif
