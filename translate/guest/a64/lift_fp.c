/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A64 scalar floating point (Arm ARM C4.1.96, the groups named "Floating-
 * point" and "Conversion between floating-point and integer/fixed-point").
 *
 * Comes in: decoded fields; goes out: IR on F16, F32 and F64 values.  NaN
 * handling, flushing and exception flags are the IR operations' own business.
 */
#include "translate/guest/a64/a64_simd.h"

static const u8 esize_of_ftype[4] = { 2, 3, 0, 1 };

/* Lane size of an ftype field; 0: reserved, or half precision without it. */
static unsigned fp_esize(struct lift *l, unsigned ftype)
{
	if (ftype == 3 && !(l->features & A64_FEAT_FP16))
		return 0;
	return esize_of_ftype[ftype];
}

enum lift_result a64_lift_fp_move(struct lift *l, const struct a64_fields *f)
{
	unsigned es = fp_esize(l, f->ftype);

	if (!es)
		return a64_undef(l);
	ir_putv(l->ir, f->rd, vreg(l, fp_scalar_type(es), f->rn));
	return LIFT_NEXT;
}

/* One result of type t. */
static enum lift_result put(struct lift *l, unsigned rd, val_t v)
{
	ir_putv(l->ir, rd, v);
	return LIFT_NEXT;
}

enum lift_result a64_lift_fp_arith1(struct lift *l, const struct a64_fields *f)
{
	static const u16 op[4] = { 0, IR_FABS, IR_FNEG, IR_FSQRT };
	unsigned es = fp_esize(l, f->ftype);
	enum ir_type t = fp_scalar_type(es);

	if (!es)
		return a64_undef(l);
	return put(l, f->rd, ir_v1(l->ir, op[f->insn >> 15 & 3], t, (u8)es,
				   vreg(l, t, f->rn), 0));
}

enum lift_result a64_lift_fp_arith2(struct lift *l, const struct a64_fields *f)
{
	static const u16 op[9] = {
		IR_FMUL, IR_FDIV, IR_FADD, IR_FSUB, IR_FMAX, IR_FMIN,
		IR_FMAXNM, IR_FMINNM, IR_FMUL
	};
	unsigned es = fp_esize(l, f->ftype), opcode = f->insn >> 12 & 15;
	enum ir_type t = fp_scalar_type(es);
	val_t v;

	if (!es)
		return a64_undef(l);
	v = ir_v2(l->ir, op[opcode], t, (u8)es, vreg(l, t, f->rn),
		  vreg(l, t, f->rm), 0);
	if (opcode == 8)	/* FNMUL: the rounded product, negated */
		v = ir_v1(l->ir, IR_FNEG, t, (u8)es, v, 0);
	return put(l, f->rd, v);
}

/* FMADD n*m+a; FMSUB -n*m+a; FNMADD -n*m-a; FNMSUB n*m-a. */
enum lift_result a64_lift_fp_arith3(struct lift *l, const struct a64_fields *f)
{
	unsigned es = fp_esize(l, f->ftype);
	unsigned o1 = f->insn >> 21 & 1, o0 = f->insn >> 15 & 1;
	enum ir_type t = fp_scalar_type(es);
	u8 aux = (u8)(es | (o1 ^ o0 ? IR_HIGH : 0) | (o1 ? IR_AUX3 : 0));

	if (!es)
		return a64_undef(l);
	return put(l, f->rd, ir_v3(l->ir, IR_FMADD, t, aux, vreg(l, t, f->rn),
				   vreg(l, t, f->rm), vreg(l, t, f->ra), 0));
}

enum lift_result a64_lift_fp_cvt(struct lift *l, const struct a64_fields *f)
{
	/* Conversions from and to half precision need no FEAT_FP16. */
	unsigned from = esize_of_ftype[f->ftype], to = esize_of_ftype[f->opc];

	if (!from || !to || from == to)
		return a64_undef(l);
	return put(l, f->rd, ir_v1(l->ir, IR_FCVT, fp_scalar_type(to), (u8)from,
				   vreg(l, fp_scalar_type(from), f->rn), 0));
}

enum lift_result a64_lift_fp_bfcvt(struct lift *l, const struct a64_fields *f)
{
	return put(l, f->rd, ir_v1(l->ir, IR_BFCVT, IR_F16, 2,
				   vreg(l, IR_F32, f->rn), 0));
}

/* FRINTN P M Z A - X I by bits 17..15. */
enum lift_result a64_lift_fp_round(struct lift *l, const struct a64_fields *f)
{
	static const u8 imm[8] = {
		IR_RNE, IR_RPI, IR_RMI, IR_RZ, IR_RNA, 0, IR_RCUR | 8, IR_RCUR
	};
	unsigned es = fp_esize(l, f->ftype);
	enum ir_type t = fp_scalar_type(es);

	if (!es)
		return a64_undef(l);
	return put(l, f->rd, ir_v1(l->ir, IR_FRINT, t, (u8)es,
				   vreg(l, t, f->rn), imm[f->insn >> 15 & 7]));
}

/* FRINT32Z, FRINT32X, FRINT64Z, FRINT64X by bits 16..15; all can raise
 * Inexact (Arm ARM, FPRoundIntN). */
enum lift_result a64_lift_fp_round_ts(struct lift *l,
				      const struct a64_fields *f)
{
	unsigned es = 2 + f->sz, op = f->insn >> 15 & 3;
	enum ir_type t = fp_scalar_type(es);
	s32 imm = (op & 1 ? IR_RCUR : IR_RZ) | 8 | (op & 2 ? 2 : 1) << 4;

	return put(l, f->rd, ir_v1(l->ir, IR_FRINT, t, (u8)es,
				   vreg(l, t, f->rn), imm));
}

/* -- Compare and select ---------------------------------------------------- */

/* Second operand: rm, or zero where bit 3 of the word says so. */
enum lift_result a64_lift_fp_cmp(struct lift *l, const struct a64_fields *f)
{
	unsigned es = fp_esize(l, f->ftype);
	enum ir_type t = fp_scalar_type(es);
	u8 aux = (u8)(es | (f->insn >> 4 & 1) << 2);
	val_t m;

	if (!es)
		return a64_undef(l);
	m = f->insn >> 3 & 1 ? simd_zero(l, t) : vreg(l, t, f->rm);
	ir_putf(l->ir, ir_emit(l->ir, IR_FLG_FCMP, IR_FLAGS, aux,
			       vreg(l, t, f->rn), m, 0, 0));
	return LIFT_NEXT;
}

/* 14 and 15 both mean "always"; the IR has no such condition. */
static bool cond_always(unsigned cond)
{
	return cond >= 14;
}

static val_t select(struct lift *l, enum ir_type t, unsigned cond, val_t flags,
		    val_t yes, val_t no)
{
	return ir_emit(l->ir, IR_SELECT, t, (u8)cond, flags, yes, no, 0);
}

/*
 * If the condition fails nothing may be compared, for a comparison raises
 * exception flags: compare 0 with 0 then, and throw the outcome away.
 */
enum lift_result a64_lift_fp_ccmp(struct lift *l, const struct a64_fields *f)
{
	unsigned es = fp_esize(l, f->ftype);
	enum ir_type t = fp_scalar_type(es);
	u8 aux = (u8)(es | (f->insn >> 4 & 1) << 2);
	val_t n, m, zero, old, flags, bits;

	if (!es)
		return a64_undef(l);
	n = vreg(l, t, f->rn);
	m = vreg(l, t, f->rm);
	if (cond_always(f->cond)) {
		ir_putf(l->ir, ir_emit(l->ir, IR_FLG_FCMP, IR_FLAGS, aux, n, m,
				       0, 0));
		return LIFT_NEXT;
	}
	old = ir_getf(l->ir);
	zero = simd_zero(l, t);
	n = select(l, t, f->cond, old, n, zero);
	m = select(l, t, f->cond, old, m, zero);
	flags = ir_emit(l->ir, IR_FLG_FCMP, IR_FLAGS, aux, n, m, 0, 0);
	bits = ir_emit(l->ir, IR_FLG_UNPACK, IR_I32, 0, flags, 0, 0, 0);
	bits = select(l, IR_I32, f->cond, old, bits,
		      ir_const(l->ir, IR_I32, (u64)f->nzcv << 28));
	ir_putf(l->ir, ir_emit(l->ir, IR_FLG_PACK, IR_FLAGS, 0, bits, 0, 0, 0));
	return LIFT_NEXT;
}

enum lift_result a64_lift_fp_csel(struct lift *l, const struct a64_fields *f)
{
	unsigned es = fp_esize(l, f->ftype);
	enum ir_type t = fp_scalar_type(es);
	val_t n;

	if (!es)
		return a64_undef(l);
	n = vreg(l, t, f->rn);
	if (cond_always(f->cond) || f->rn == f->rm)
		return put(l, f->rd, n);
	return put(l, f->rd, select(l, t, f->cond, ir_getf(l->ir), n,
				    vreg(l, t, f->rm)));
}

enum lift_result a64_lift_fp_imm(struct lift *l, const struct a64_fields *f)
{
	unsigned es = fp_esize(l, f->ftype);

	if (!es)
		return a64_undef(l);
	return put(l, f->rd, ir_vconst(l->ir, fp_scalar_type(es),
				       fp_expand_imm(f->imm8, es), 0));
}

/* -- Conversion and moves between the register files ----------------------- */

/*
 * Fraction bits: 0 for the integer forms (bit 21 set), else 64 - scale, which
 * must not exceed the integer's width.  -1: reserved.
 */
static int fraction_bits(const struct a64_fields *f)
{
	if (f->insn >> 21 & 1)
		return 0;
	if (!f->sf && f->scale < 32)
		return -1;
	return (int)(64 - f->scale);
}

/* Rounding: bits 20..19, ties away if opcode is 10x; bit 16: unsigned. */
enum lift_result a64_lift_fp_toint(struct lift *l, const struct a64_fields *f)
{
	unsigned es = fp_esize(l, f->ftype);
	unsigned round = f->insn >> 18 & 1 ? IR_RNA : f->insn >> 19 & 3;
	int fbits = fraction_bits(f);
	val_t v;

	if (!es || fbits < 0)
		return a64_undef(l);
	v = ir_v1(l->ir, IR_FTOI, a64_type(f->sf),
		  (u8)(es | (f->insn >> 16 & 1) << 2),
		  vreg(l, fp_scalar_type(es), f->rn),
		  (s32)(round | (unsigned)fbits << 8));
	a64_putr(l, f->rd, v);
	return LIFT_NEXT;
}

enum lift_result a64_lift_fp_fromint(struct lift *l, const struct a64_fields *f)
{
	unsigned es = fp_esize(l, f->ftype);
	int fbits = fraction_bits(f);

	if (!es || fbits < 0)
		return a64_undef(l);
	return put(l, f->rd,
		   ir_v1(l->ir, IR_ITOF, fp_scalar_type(es),
			 (u8)(es | (f->insn >> 16 & 1) << 2 | f->sf << 3),
			 a64_getr(l, a64_type(f->sf), f->rn),
			 (s32)((unsigned)fbits << 8)));
}

/* FJCVTZS: NZCV becomes 0Z00 with Z = the conversion was exact. */
enum lift_result a64_lift_fp_jcvt(struct lift *l, const struct a64_fields *f)
{
	val_t v = ir_v1(l->ir, IR_FJCVTZS, IR_I64, 3, vreg(l, IR_F64, f->rn),
			0);
	val_t z = ir_bitfield(l->ir, IR_UBFX, IR_I64, v, 0, 32, 1);

	z = ir_int2(l->ir, IR_SHL, IR_I32, ir_int1(l->ir, IR_TRUNC, IR_I32, z),
		    ir_const(l->ir, IR_I32, 30));
	a64_putr(l, f->rd, ir_int1(l->ir, IR_TRUNC, IR_I32, v));
	ir_putf(l->ir, ir_emit(l->ir, IR_FLG_PACK, IR_FLAGS, 0, z, 0, 0, 0));
	return LIFT_NEXT;
}

enum lift_result a64_lift_fp_tog(struct lift *l, const struct a64_fields *f)
{
	struct ir *ir = l->ir;
	val_t v;

	switch (f->row) {
	case A64_ROW_FMOV_ws:
		v = ir_v1(ir, IR_VTOG, IR_I32, 0, vreg(l, IR_F32, f->rn), 0);
		break;
	case A64_ROW_FMOV_xd:
		v = ir_v1(ir, IR_VTOG, IR_I64, 0, vreg(l, IR_F64, f->rn), 0);
		break;
	case A64_ROW_FMOV_xv:
		v = ir_v1(ir, IR_VUMOV, IR_I64, 3, vreg(l, IR_V128, f->rn), 1);
		break;
	default: /* half */
		v = ir_v1(ir, IR_VUMOV, IR_I32, 1, vreg(l, IR_V128, f->rn), 0);
	}
	a64_putr(l, f->rd, v);
	return LIFT_NEXT;
}

enum lift_result a64_lift_fp_fromg(struct lift *l, const struct a64_fields *f)
{
	struct ir *ir = l->ir;

	switch (f->row) {
	case A64_ROW_FMOV_sw:
		return put(l, f->rd, ir_v1(ir, IR_VFROMG, IR_F32, 0,
					   a64_getr(l, IR_I32, f->rn), 0));
	case A64_ROW_FMOV_dx:
		return put(l, f->rd, ir_v1(ir, IR_VFROMG, IR_F64, 0,
					   a64_getr(l, IR_I64, f->rn), 0));
	case A64_ROW_FMOV_vx:
		return put(l, f->rd, ir_v2(ir, IR_VINS, IR_V128, 3,
					   vreg(l, IR_V128, f->rd),
					   a64_getr(l, IR_I64, f->rn), 1));
	default: /* half */
		return put(l, f->rd, ir_v1(ir, IR_VFROMG, IR_F16, 0,
					   a64_getr(l, IR_I32, f->rn), 0));
	}
}
