/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the AdvSIMD lifters share: the row tables' entry, the shape of an
 * operation (IR type, lane size, scalar or vector) and operand access.
 *
 * One handler serves the vector and the scalar form of an instruction; bit
 * 28 of the word tells which.  A scalar integer operation runs on V64.  With
 * lanes smaller than that, its operands are first cleared above the lane: all
 * operations that exist in that form map zeroes to zero without saturating,
 * so QC and the upper part of the result come out right.
 */
#ifndef A64_SIMD_H
#define A64_SIMD_H

#include "translate/guest/a64/a64.h"

/* Lane sizes a row allows, one bit per log2 of bytes. */
enum {
	SZ_B = 1, SZ_H = 2, SZ_S = 4, SZ_D = 8,
	SZ_BH = 3, SZ_HS = 6, SZ_BHS = 7, SZ_BHSD = 15
};

/* What a row does.  The meaning of aux, imm and flags is the table's. */
struct simd_op {
	u16 op;			/* enum ir_op */
	u8 sizes;		/* SZ_* */
	u8 aux;			/* or-ed to the lane size */
	u8 imm;
	u8 flags;
};

struct simd_shape {
	enum ir_type type;	/* of the operands */
	u8 esize;		/* log2 of the lane's bytes */
	bool scalar;
};

static inline bool simd_is_scalar(const struct a64_fields *f)
{
	return f->insn >> 28 & 1;
}

/* The Q bit; false for scalar forms. */
static inline bool simd_q(const struct a64_fields *f)
{
	return !simd_is_scalar(f) && (f->insn >> 30 & 1);
}

/* The size field of integer forms. */
static inline unsigned simd_size(const struct a64_fields *f)
{
	return f->insn >> 22 & 3;
}

static inline enum ir_type fp_scalar_type(unsigned esize)
{
	return esize == 1 ? IR_F16 : esize == 2 ? IR_F32 : IR_F64;
}

static inline val_t vreg(struct lift *l, enum ir_type type, unsigned r)
{
	return ir_getv(l->ir, type, r);
}

/* Fills in s; false if the size is reserved for this row. */
bool simd_shape(const struct a64_fields *f, unsigned esize, unsigned sizes,
		struct simd_shape *s);
/* The same for FP lanes: scalar types are F16, F32, F64. */
bool simd_fp_shape(const struct a64_fields *f, unsigned esize,
		   struct simd_shape *s);

/* Source operand of an integer operation, cleared above a scalar's lane. */
val_t simd_src(struct lift *l, const struct simd_shape *s, unsigned r);

/* A constant with v (of `esize`) in every lane. */
val_t simd_splat(struct lift *l, enum ir_type type, unsigned esize, u64 v);

/* The zero of a type. */
static inline val_t simd_zero(struct lift *l, enum ir_type type)
{
	return ir_vconst(l->ir, type, 0, 0);
}

/*
 * By-element operand (Arm ARM C4.1.96, "vector x indexed element"): register
 * and index for lanes of `esize` (1, 2, 3); false: reserved.
 */
bool simd_element(const struct a64_fields *f, unsigned esize, unsigned *reg,
		  unsigned *index);
/* The element in all lanes of `type`. */
val_t simd_dup(struct lift *l, enum ir_type type, unsigned esize, unsigned reg,
	       unsigned index);

/* a narrowed by op (VXTN ...) to lanes of esize and written to rd: the low
 * half, or with Q the high half. */
void simd_put_narrow(struct lift *l, const struct a64_fields *f, enum ir_op op,
		     unsigned esize, val_t a);

/* Value of an 8-bit floating point immediate (VFPExpandImm). */
u64 fp_expand_imm(unsigned imm8, unsigned esize);

#endif
