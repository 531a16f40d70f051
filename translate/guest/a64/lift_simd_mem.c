/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A64 loads and stores of the SIMD&FP registers (Arm ARM C4.1.94): single
 * registers, pairs, literals, and the structure forms LD1-LD4, ST1-ST4.
 *
 * All memory is read before any register is written (except by pairs), so that
 * a fault leaves the guest state as it was; write-back of the base comes last.
 * Interleaved structures are whole-register loads and stores plus lane permutes.
 */
#include "translate/guest/a64/a64_simd.h"

/* -- Registers and pairs --------------------------------------------------- */

/* Type in which 1 << scale bytes (2 and more) live in the IR. */
static enum ir_type mem_type(unsigned scale)
{
	static const u8 type[5] = { IR_I32, IR_I32, IR_F32, IR_F64, IR_V128 };

	return (enum ir_type)type[scale];
}

/* The value loaded, ready for PUTV.  memop: size and index scale. */
static val_t load(struct lift *l, unsigned scale, u8 memop, val_t base,
		  val_t index, s64 disp)
{
	val_t v = ir_ld(l->ir, mem_type(scale), memop, base, index, disp);

	if (scale < 2)	/* zero-extended already */
		v = ir_v1(l->ir, IR_VFROMG, IR_F32, 0, v, 0);
	return v;
}

static void store(struct lift *l, unsigned scale, u8 memop, val_t base,
		  val_t index, s64 disp, unsigned rt)
{
	val_t v;

	if (scale < 2)
		v = ir_v1(l->ir, IR_VTOG, IR_I32, 0, vreg(l, IR_F32, rt), 0);
	else
		v = vreg(l, mem_type(scale), rt);
	ir_st(l->ir, memop, base, index, disp, v);
}

enum lift_result a64_lift_fldr_lit(struct lift *l, const struct a64_fields *f)
{
	s64 off = (s64)((u64)f->imm19 << 45) >> 43;
	val_t base;

	if (f->opc == 3)
		return a64_undef(l);
	base = ir_const(l->ir, IR_I64, l->pc + (u64)off);
	ir_putv(l->ir, f->rt,
		load(l, f->opc + 2, (u8)(f->opc + 2), base, 0, 0));
	return LIFT_NEXT;
}

enum lift_result a64_lift_fldp(struct lift *l, const struct a64_fields *f)
{
	unsigned mode = f->insn >> 23 & 3;	/* 0 NP, 1 post, 2 off, 3 pre */
	unsigned scale = f->opc + 2;
	bool is_load = f->insn >> 22 & 1;
	s64 off = (s64)((u64)f->imm7 << 57) >> 57, disp;
	val_t base = a64_getsp(l, f->rn), v;

	if (f->opc == 3)
		return a64_undef(l);
	off *= 1 << scale;
	disp = mode == 1 ? 0 : off;
	if (mode & 1)
		a64_will_move(l, f->rn, off);
	if (is_load) {		/* one after the other: see a64_lift_ldp() */
		v = load(l, scale, (u8)scale, base, 0, disp);
		ir_putv(l->ir, f->rt, v);
		v = load(l, scale, (u8)scale, base, 0, disp + (1 << scale));
		ir_putv(l->ir, f->rt2, v);
	} else {
		store(l, scale, (u8)scale, base, 0, disp, f->rt);
		store(l, scale, (u8)scale, base, 0, disp + (1 << scale),
		      f->rt2);
	}
	if (mode & 1)
		ir_putr(l->ir, f->rn, a64_addi(l, base, off));
	return LIFT_NEXT;
}

/* Index register after its extension; *memop gets the shift, if it fits. */
static val_t extended_index(struct lift *l, const struct a64_fields *f,
			    unsigned scale, u8 *memop)
{
	val_t v;

	if (f->option & 1)	/* LSL, SXTX */
		v = a64_getr(l, IR_I64, f->rm);
	else
		v = ir_int1(l->ir, f->option & 4 ? IR_SEXT32 : IR_ZEXT32,
			    IR_I64, a64_getr(l, IR_I32, f->rm));
	if (!f->s)
		return v;
	if (scale > 3)
		return ir_int2(l->ir, IR_SHL, IR_I64, v,
			       ir_const(l->ir, IR_I64, scale));
	*memop |= (u8)(scale << MO_SCALE_SHIFT);
	return v;
}

enum lift_result a64_lift_fldst(struct lift *l, const struct a64_fields *f)
{
	unsigned scale = f->opc << 2 | f->size;
	unsigned mode = f->insn >> 10 & 3;	/* unless bit 24 */
	bool imm12 = f->insn >> 24 & 1, by_reg = !imm12 && mode == 2;
	s64 imm9 = (s64)((u64)f->imm9 << 55) >> 55, disp;
	val_t base, index = 0, v;
	u8 memop = (u8)scale;

	if (scale > 4 || (by_reg && !(f->option & 2)))
		return a64_undef(l);
	base = a64_getsp(l, f->rn);
	if (!imm12 && (mode & 1))
		a64_will_move(l, f->rn, imm9);
	if (by_reg)
		index = extended_index(l, f, scale, &memop);
	disp = imm12 ? (s64)f->imm12 << scale : by_reg || mode == 1 ? 0 : imm9;
	if (f->insn >> 22 & 1) {
		v = load(l, scale, memop, base, index, disp);
		ir_putv(l->ir, f->rt, v);
	} else {
		store(l, scale, memop, base, index, disp, f->rt);
	}
	if (!imm12 && (mode & 1))	/* post- and pre-indexed */
		ir_putr(l->ir, f->rn, a64_addi(l, base, imm9));
	return LIFT_NEXT;
}

/* -- Structures ------------------------------------------------------------ */

/* Post-index (bit 23): the base moves by rm, or by `bytes` if rm is 31. */
static void write_back(struct lift *l, const struct a64_fields *f, val_t base,
		       unsigned bytes)
{
	if (!(f->insn >> 23 & 1))
		return;
	if (f->rm == 31)
		base = a64_addi(l, base, bytes);
	else
		base = ir_int2(l->ir, IR_ADD, IR_I64, base,
			       ir_getr(l->ir, IR_I64, f->rm));
	ir_putr(l->ir, f->rn, base);
}

/* The base register of an access that write_back() will end. */
static val_t base_of(struct lift *l, const struct a64_fields *f, unsigned bytes)
{
	if (f->insn >> 23 & 1)
		a64_will_move(l, f->rn, f->rm == 31 ? bytes : 1);
	return a64_getsp(l, f->rn);
}

struct structs {
	struct lift *l;
	enum ir_type type;	/* V64 or V128: of one register */
	u8 esize;
	val_t v[4];		/* registers, or memory in ascending order */
};

static val_t two(struct structs *s, enum ir_op op, val_t a, val_t b)
{
	return ir_v2(s->l->ir, op, s->type, s->esize, a, b, 0);
}

static void swizzle2(struct structs *s, bool is_load)
{
	val_t a = s->v[0], b = s->v[1];

	s->v[0] = two(s, is_load ? IR_VUZP1 : IR_VZIP1, a, b);
	s->v[1] = two(s, is_load ? IR_VUZP2 : IR_VZIP2, a, b);
}

static void swizzle4(struct structs *s, bool is_load)
{
	enum ir_op op1 = is_load ? IR_VUZP1 : IR_VZIP1;
	enum ir_op op2 = is_load ? IR_VUZP2 : IR_VZIP2;
	unsigned k = is_load ? 1 : 2;	/* what pairs up first */
	val_t t[4];

	t[0] = two(s, op1, s->v[0], s->v[k]);
	t[1] = two(s, op2, s->v[0], s->v[k]);
	t[2] = two(s, op1, s->v[3 - k], s->v[3]);
	t[3] = two(s, op2, s->v[3 - k], s->v[3]);
	s->v[0] = two(s, op1, t[0], t[2]);
	s->v[3 - k] = two(s, op2, t[0], t[2]);
	s->v[k] = two(s, op1, t[1], t[3]);
	s->v[3] = two(s, op2, t[1], t[3]);
}

/* Three registers of two 64-bit lanes: a0 a1 | b0 b1 | c0 c1. */
static void swizzle3_d(struct structs *s, bool is_load)
{
	struct ir *ir = s->l->ir;
	val_t a = s->v[0], b = s->v[1], c = s->v[2];

	if (is_load) {
		s->v[0] = ir_v2(ir, IR_VINSE, IR_V128, 3, a, b, 1 | 1 << 8);
		s->v[1] = ir_v2(ir, IR_VEXT, IR_V128, 0, a, c, 8);
		s->v[2] = ir_v2(ir, IR_VINSE, IR_V128, 3, b, c, 1 | 1 << 8);
	} else {
		s->v[0] = two(s, IR_VZIP1, a, b);
		s->v[1] = ir_v2(ir, IR_VINSE, IR_V128, 3, c, a, 1 | 1 << 8);
		s->v[2] = two(s, IR_VZIP2, b, c);
	}
}

/*
 * One output of a three-way (de)interleave: byte i of output k comes from
 * byte src(i) of the three inputs joined, each `in_bytes` long.  A table
 * lookup per input, with indices out of range elsewhere, and an OR.
 */
static val_t gather3(struct structs *s, bool is_load, enum ir_type type,
		     unsigned k, unsigned in_bytes)
{
	unsigned es = s->esize, reg = ir_type_bytes(s->type);
	unsigned first = k * (is_load ? 1 : 16);
	val_t out = 0;

	for (unsigned in = 0; in < 3; in++) {
		u64 idx[2] = { ~0ull, ~0ull };
		bool any = false;
		val_t v;

		for (unsigned i = 0; i < ir_type_bytes(type); i++) {
			unsigned pos = first + i, src, e;

			if (is_load) {
				e = (i >> es) * 3 + k;
				src = (e << es) + (i & ((1u << es) - 1));
			} else {
				e = pos >> es;
				src = e % 3 * reg + (e / 3 << es) +
				      (pos & ((1u << es) - 1));
			}
			if (src / in_bytes != in)
				continue;
			any = true;
			idx[i / 8] ^= (u64)(0xff ^ src % in_bytes) << i % 8 * 8;
		}
		if (!any)
			continue;
		v = ir_v2(s->l->ir, IR_VTBL, type, 0, s->v[in],
			  ir_vconst(s->l->ir, type, idx[0], idx[1]), 0);
		out = out ? ir_v2(s->l->ir, IR_VOR, type, 0, out, v, 0) : v;
	}
	return out;
}

/*
 * For 64-bit registers memory is one V128 and one V64 (24 bytes); a load's
 * inputs are then two, of 16 bytes, and a store's outputs likewise.
 */
static void swizzle3(struct structs *s, bool is_load)
{
	bool wide = s->type == IR_V128;
	val_t out[3] = { 0, 0, 0 };

	if (s->esize == 3) {
		swizzle3_d(s, is_load);
		return;
	}
	for (unsigned k = 0; k < 3; k++) {
		enum ir_type t = s->type;

		if (!is_load && !wide) {
			if (k == 2)
				break;
			t = k ? IR_V64 : IR_V128;
		}
		out[k] = gather3(s, is_load, t, k, is_load || wide ? 16 : 8);
	}
	for (unsigned k = 0; k < 3; k++)
		s->v[k] = out[k];
}

static void swizzle(struct structs *s, unsigned n, bool is_load)
{
	if (n == 2)
		swizzle2(s, is_load);
	else if (n == 3)
		swizzle3(s, is_load);
	else if (n == 4)
		swizzle4(s, is_load);
}

/* Opcode field -> registers, and whether they interleave. */
static const struct { u8 regs; bool interleaved; } multi[16] = {
	[0] = { 4, true }, [2] = { 4, false }, [4] = { 3, true },
	[6] = { 3, false }, [7] = { 1, false }, [8] = { 2, true },
	[10] = { 2, false }
};

enum lift_result a64_lift_vldst_multi(struct lift *l,
				      const struct a64_fields *f)
{
	unsigned n = multi[f->insn >> 12 & 15].regs;
	bool inter = multi[f->insn >> 12 & 15].interleaved;
	bool is_load = f->insn >> 22 & 1;
	struct structs s = { l, f->q ? IR_V128 : IR_V64, (u8)f->size, { 0 } };
	unsigned bytes = ir_type_bytes(s.type), total = n * bytes, off = 0;
	val_t base;

	if (f->size == 3 && !f->q && inter)
		return a64_undef(l);
	base = base_of(l, f, total);
	if (!is_load) {
		/* gather3() wants 16-byte tables */
		enum ir_type t = inter && n == 3 ? IR_V128 : s.type;

		for (unsigned i = 0; i < n; i++)
			s.v[i] = vreg(l, t, (f->rt + i) % 32);
		if (inter)
			swizzle(&s, n, false);
	}
	for (unsigned i = 0; off < total; i++) {
		bool wide = f->q || (inter && n == 3 && i == 0);

		if (is_load)
			s.v[i] = ir_ld(l->ir, wide ? IR_V128 : IR_V64,
				       wide ? MO_128 : MO_64, base, 0, off);
		else
			ir_st(l->ir, wide ? MO_128 : MO_64, base, 0, off,
			      s.v[i]);
		off += wide ? 16 : 8;
	}
	if (is_load) {
		if (inter)
			swizzle(&s, n, true);
		for (unsigned i = 0; i < n; i++)
			ir_putv(l->ir, (f->rt + i) % 32, s.v[i]);
	}
	write_back(l, f, base, total);
	return LIFT_NEXT;
}

/* Structure elements: bit 21 is the low bit of their number, bit 13 the high
 * one, less one. */
static unsigned struct_elems(const struct a64_fields *f)
{
	return (f->insn >> 12 & 2) + (f->insn >> 21 & 1) + 1;
}

/* Lane number and size of the one-lane forms; false: reserved. */
static bool lane_of(const struct a64_fields *f, unsigned *esize, unsigned *lane)
{
	unsigned bits = f->q << 3 | f->s << 2 | f->size;

	*esize = f->scale;
	switch (f->scale) {
	case 0:
		*lane = bits;
		return true;
	case 1:
		*lane = bits >> 1;
		return !(f->size & 1);
	case 2:
		*lane = bits >> 2;
		if (f->size == 1) {
			*esize = 3;
			*lane = f->q;
			return !f->s;
		}
		return !f->size;
	default:
		return false;
	}
}

enum lift_result a64_lift_vldst_lane(struct lift *l, const struct a64_fields *f)
{
	unsigned n = struct_elems(f), es, lane;
	enum ir_type t;
	val_t base, v[4];

	if (!lane_of(f, &es, &lane))
		return a64_undef(l);
	t = es == 3 ? IR_I64 : IR_I32;
	base = base_of(l, f, n << es);
	for (unsigned i = 0; i < n; i++) {
		unsigned r = (f->rt + i) % 32;

		if (f->insn >> 22 & 1)
			v[i] = ir_ld(l->ir, t, (u8)es, base, 0, i << es);
		else
			ir_st(l->ir, (u8)es, base, 0, i << es,
			      ir_v1(l->ir, IR_VUMOV, t, (u8)es,
				    vreg(l, IR_V128, r), (s32)lane));
	}
	for (unsigned i = 0; i < n && (f->insn >> 22 & 1); i++) {
		unsigned r = (f->rt + i) % 32;

		ir_putv(l->ir, r, ir_v2(l->ir, IR_VINS, IR_V128, (u8)es,
					vreg(l, IR_V128, r), v[i], (s32)lane));
	}
	write_back(l, f, base, n << es);
	return LIFT_NEXT;
}

enum lift_result a64_lift_vld_dup(struct lift *l, const struct a64_fields *f)
{
	unsigned n = struct_elems(f), es = f->size;
	enum ir_type t = es == 3 ? IR_I64 : IR_I32;
	val_t base = base_of(l, f, n << es), v[4];

	for (unsigned i = 0; i < n; i++)
		v[i] = ir_ld(l->ir, t, (u8)es, base, 0, i << es);
	for (unsigned i = 0; i < n; i++)
		ir_putv(l->ir, (f->rt + i) % 32,
			ir_v1(l->ir, IR_VDUP, f->q ? IR_V128 : IR_V64, (u8)es,
			      v[i], 0));
	write_back(l, f, base, n << es);
	return LIFT_NEXT;
}
