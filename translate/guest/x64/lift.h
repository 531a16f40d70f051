/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Short names for what the integer lifters of this folder emit all the time. */
#ifndef X64_LIFT_H
#define X64_LIFT_H

#include "translate/guest/x64/x64.h"

static inline val_t x_const(struct lift *l, unsigned size, u64 v)
{
	return ir_const(l->ir, x64_type(size), v);
}

static inline val_t x_int2(struct lift *l, enum ir_op op, unsigned size,
			   val_t a, val_t b)
{
	return ir_int2(l->ir, op, x64_type(size), a, b);
}

static inline val_t x_int1(struct lift *l, enum ir_op op, unsigned size,
			   val_t a)
{
	return ir_int1(l->ir, op, x64_type(size), a);
}

/* Any op on values of 2^size bytes whose aux is the size. */
static inline val_t x_op3(struct lift *l, enum ir_op op, unsigned size,
			  val_t a, val_t b, val_t c)
{
	return ir_emit(l->ir, op, x64_type(size), (u8)size, a, b, c, 0);
}

/* x86 flags of values of 2^size bytes. */
static inline val_t x_flags(struct lift *l, enum ir_op op, unsigned size,
			    val_t a, val_t b, val_t c)
{
	return ir_emit(l->ir, op, IR_FLAGS, (u8)size, a, b, c, 0);
}

static inline val_t x_logic(struct lift *l, unsigned size, val_t v)
{
	return x_flags(l, IR_XF_LOGIC, size, v, 0, 0);
}

/* 1 if cond holds of flags f, else 0 (I32). */
static inline val_t x_setc(struct lift *l, enum ir_cond cond, val_t f)
{
	return ir_emit(l->ir, IR_SETC, IR_I32, cond, f, 0, 0, 0);
}

static inline val_t x_select(struct lift *l, unsigned size, enum ir_cond cond,
			     val_t f, val_t yes, val_t no)
{
	return ir_emit(l->ir, IR_SELECT, x64_type(size), cond, f, yes, no, 0);
}

/* Zero- and sign-extended to the size's register type (I32 or I64). */
static inline val_t x_zext(struct lift *l, unsigned size, val_t v)
{
	if (size >= 2)
		return v;
	return ir_int1(l->ir, size ? IR_ZEXT16 : IR_ZEXT8, IR_I32, v);
}

static inline val_t x_sext(struct lift *l, unsigned size, val_t v)
{
	if (size >= 2)
		return v;
	return ir_int1(l->ir, size ? IR_SEXT16 : IR_SEXT8, IR_I32, v);
}

static inline val_t x_ldenv(struct lift *l, enum ir_type t, size_t at)
{
	return ir_emit(l->ir, IR_LDENV, t, 0, 0, 0, 0, (s32)at);
}

static inline void x_stenv(struct lift *l, size_t at, val_t v)
{
	ir_emit(l->ir, IR_STENV, IR_NONE, 0, v, 0, 0, (s32)at);
}

/* Condition code 0..15 of the encoding as a condition on x86 flags. */
extern const u8 x64_cond[16];

static inline bool x_locked(const struct x64_insn *i)
{
	return i->prefix & X64_LOCK;
}

/* An IR atomic on the memory operand; the old value. */
static inline val_t x_atomic(struct lift *l, const struct x64_insn *i,
			     enum ir_op op, unsigned size, val_t b, val_t c)
{
	return ir_emit(l->ir, op, x64_type(size), (u8)(size | MO_ORDER),
		       x64_address_value(l, i), b, c, 0);
}

static inline val_t x_helper(struct lift *l, enum ir_type t,
			     enum x64_helper n, val_t a, val_t b)
{
	return ir_helper(l->ir, t, HELPER_GUEST0 + n, a, b);
}

/* First argument of X64_HELPER_STRING: bits 0-2 which instruction, 4-5 log2 of
 * the element's bytes, and these. */
enum { STRING_KIND = 7, STRING_SIZE = 4, STRING_REPNE = 8, STRING_DOWN,
       STRING_ADDR32 };

/* EFLAGS as PUSHF stores them, as an I32 (lift_misc.c). */
val_t x64_eflags_value(struct lift *l);
/* Push and pop of 2^size bytes (lift_flow.c). */
void x64_push(struct lift *l, val_t v, unsigned size);

#endif
