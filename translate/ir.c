/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The IR builder: appends instructions, folds constants and identities, and
 * forwards guest registers while building, so that no pass has to do it
 * later.  See ir.h for what the IR is.
 */
#include "translate/ir.h"

#include <string.h>

#include "base/bits.h"

const struct ir_op_info ir_op_info[IR_OP_COUNT] = {
#define _(name, r, a, b, c, f) { #r[0], #a[0], #b[0], #c[0], IRF_##f, #name },
#include "translate/ir.def"
#undef _
};

const char *const ir_type_name[IR_TYPE_COUNT] = {
	"none", "i32", "i64", "i128", "f16", "f32", "f64", "v64", "v128",
	"flags"
};

void ir_reset(struct ir *ir, gaddr pc, u32 mode)
{
	ir->ninst = 1;
	ir->npool = 0;
	ir->ninsns = 0;
	ir->nexits = 0;
	ir->mode = mode;
	ir->pc = ir->end_pc = pc;
	ir->guest_bytes = 0;
	ir->other_page = 0;
	ir->insn = 0;
	ir->overflow = false;
	ir->ignore_top = ir->strip_top = false;
	memset(&ir->inst[0], 0, sizeof(ir->inst[0]));
	ir_forget(ir);
	memset(ir->const_cache, 0, sizeof(ir->const_cache));
}

void ir_forget(struct ir *ir)
{
	memset(ir->cur_r, 0, sizeof(ir->cur_r));
	memset(ir->cur_v, 0, sizeof(ir->cur_v));
	ir->cur_f = 0;
}

void ir_begin_insn(struct ir *ir, gaddr pc)
{
	if (ir->ninsns >= IR_MAX_INSNS) {
		ir->overflow = true;
		return;
	}
	ir->insn = (u16)ir->ninsns;
	ir->insn_pc[ir->ninsns++] = pc;
}

void ir_cancel_insn(struct ir *ir)
{
	ir->ninsns--;
	ir->insn = (u16)(ir->ninsns ? ir->ninsns - 1 : 0);
}

/* Replace the address of a memory access by one without its top byte. */
static void strip_top(struct ir *ir, enum ir_op op, u8 *aux, val_t *a,
		      val_t *b, s32 *imm)
{
	unsigned scale = *aux >> MO_SCALE_SHIFT & 3;
	val_t index = *b;

	if (op == IR_LD || op == IR_ST) {
		if (index && scale)
			index = ir_int2(ir, IR_SHL, IR_I64, index,
					ir_const(ir, IR_I64, scale));
		if (index)
			*a = ir_int2(ir, IR_ADD, IR_I64, *a, index);
		*aux &= (u8)~(3u << MO_SCALE_SHIFT);
		*b = 0;
	}
	if (*imm)
		*a = ir_int2(ir, IR_ADD, IR_I64, *a,
			     ir_const(ir, IR_I64, (u64)(s64)*imm));
	*imm = 0;
	*a = ir_bitfield(ir, IR_SBFX, IR_I64, *a, 0, 0, 56);
}

static bool is_access(enum ir_op op)
{
	return op >= IR_LD && op <= IR_ATOM_CAS && op != IR_CLREX;
}

val_t ir_emit(struct ir *ir, enum ir_op op, enum ir_type type, u8 aux,
	      val_t a, val_t b, val_t c, s32 imm)
{
	struct ir_inst *i;

	if (unlikely(ir->strip_top) && is_access(op))
		strip_top(ir, op, &aux, &a, &b, &imm);

	if (ir->ninst >= IR_MAX_INST) {
		ir->overflow = true;
		return 0;
	}
	i = &ir->inst[ir->ninst];
	i->op = op;
	i->type = type;
	i->aux = aux;
	i->a = a;
	i->b = b;
	i->c = c;
	i->insn = ir->insn;
	i->imm = imm;
	return ir->ninst++;
}

unsigned ir_pool(struct ir *ir, u64 v)
{
	if (ir->npool >= IR_MAX_POOL) {
		ir->overflow = true;
		return 0;
	}
	ir->pool[ir->npool] = v;
	return ir->npool++;
}

unsigned ir_pool2(struct ir *ir, u64 lo, u64 hi)
{
	if (ir->npool + 2 > IR_MAX_POOL) {
		ir->overflow = true;
		return 0;
	}
	ir->pool[ir->npool] = lo;
	ir->pool[ir->npool + 1] = hi;
	ir->npool += 2;
	return ir->npool - 2;
}

val_t ir_const(struct ir *ir, enum ir_type type, u64 v)
{
	val_t *slot, n;
	u64 old;

	if (type == IR_I32)
		v = (u32)v;
	slot = &ir->const_cache[(v * 0x9e3779b97f4a7c15ull >> 60) ^
				(type == IR_I32)];
	n = *slot;
	if (n && ir_vtype(ir, n) == type && ir_is_const(ir, n, &old) &&
	    old == v)
		return n;
	n = ir_emit(ir, IR_CONST, type, 0, 0, 0, 0, (s32)ir_pool(ir, v));
	*slot = n;
	return n;
}

val_t ir_vconst(struct ir *ir, enum ir_type type, u64 lo, u64 hi)
{
	return ir_emit(ir, IR_VCONST, type, 0, 0, 0, 0,
		       (s32)ir_pool2(ir, lo, hi));
}

/* -- Integer operations ---------------------------------------------------- */

static u64 trunc_type(enum ir_type type, u64 v)
{
	return type == IR_I32 ? (u32)v : v;
}

/* Value of op on constants; false if the op is not folded. */
static bool fold2(enum ir_op op, enum ir_type type, u64 a, u64 b, u64 *out)
{
	unsigned w = type == IR_I32 ? 32 : 64, n = b & (w - 1);

	switch (op) {
	case IR_ADD: *out = a + b; break;
	case IR_SUB: *out = a - b; break;
	case IR_MUL: *out = a * b; break;
	case IR_AND: *out = a & b; break;
	case IR_OR: *out = a | b; break;
	case IR_XOR: *out = a ^ b; break;
	case IR_ANDN: *out = a & ~b; break;
	case IR_SHL: *out = a << n; break;
	case IR_SHR: *out = trunc_type(type, a) >> n; break;
	case IR_SAR: *out = (u64)(bits_sext(a, w) >> n); break;
	case IR_ROR:
		*out = w == 32 ? bits_ror32((u32)a, n) : bits_ror64(a, n);
		break;
	default: return false;
	}
	*out = trunc_type(type, *out);
	return true;
}

/* op with the constant b on the right: an existing value, or 0. */
static val_t identity(struct ir *ir, enum ir_op op, enum ir_type type, val_t a,
		      u64 b)
{
	u64 ones = trunc_type(type, ~0ull);

	switch (op) {
	case IR_ADD: case IR_SUB: case IR_OR: case IR_XOR: case IR_ANDN:
	case IR_SHL: case IR_SHR: case IR_SAR: case IR_ROR:
		return b == 0 ? a : 0;
	case IR_AND:
		if (b == 0)
			return ir_const(ir, type, 0);
		return b == ones ? a : 0;
	case IR_MUL:
		if (b == 0)
			return ir_const(ir, type, 0);
		return b == 1 ? a : 0;
	default:
		return 0;
	}
}

static bool commutes(enum ir_op op)
{
	return op == IR_ADD || op == IR_MUL || op == IR_AND || op == IR_OR ||
	       op == IR_XOR;
}

val_t ir_int2(struct ir *ir, enum ir_op op, enum ir_type type, val_t a, val_t b)
{
	u64 ca, cb, r;
	bool ka = ir_is_const(ir, a, &ca), kb = ir_is_const(ir, b, &cb);
	val_t same;

	if (ka && kb && fold2(op, type, ca, cb, &r))
		return ir_const(ir, type, r);
	if (ka && !kb && commutes(op)) {
		val_t t = a;

		a = b;
		b = t;
		cb = ca;
		kb = true;
	}
	if (kb) {
		same = identity(ir, op, type, a, cb);
		if (same)
			return same;
	}
	if (a == b) {
		if (op == IR_XOR || op == IR_SUB || op == IR_ANDN)
			return ir_const(ir, type, 0);
		if (op == IR_AND || op == IR_OR)
			return a;
	}
	return ir_emit(ir, op, type, 0, a, b, 0, 0);
}

static bool fold1(enum ir_op op, enum ir_type type, u64 a, u64 *out)
{
	switch (op) {
	case IR_NOT: *out = ~a; break;
	case IR_NEG: *out = -a; break;
	case IR_ZEXT8: *out = (u8)a; break;
	case IR_ZEXT16: *out = (u16)a; break;
	case IR_ZEXT32: case IR_TRUNC: *out = (u32)a; break;
	case IR_SEXT8: *out = (u64)(s64)(s8)a; break;
	case IR_SEXT16: *out = (u64)(s64)(s16)a; break;
	case IR_SEXT32: *out = (u64)(s64)(s32)a; break;
	default: return false;
	}
	*out = trunc_type(type, *out);
	return true;
}

val_t ir_int1(struct ir *ir, enum ir_op op, enum ir_type type, val_t a)
{
	const struct ir_inst *d = &ir->inst[a];
	u64 ca, r;

	if (ir_is_const(ir, a, &ca) && fold1(op, type, ca, &r))
		return ir_const(ir, type, r);
	/* TRUNC of an extension of an I32 is that I32. */
	if (op == IR_TRUNC && (d->op == IR_ZEXT32 || d->op == IR_SEXT32))
		return d->a;
	return ir_emit(ir, op, type, 0, a, 0, 0, 0);
}

val_t ir_bitfield(struct ir *ir, enum ir_op op, enum ir_type type, val_t a,
		  val_t b, unsigned lsb, unsigned len)
{
	u64 ca;

	if (op != IR_BFI && ir_is_const(ir, a, &ca)) {
		u64 v = bits_get(ca, lsb, len);

		if (op == IR_SBFX)
			v = (u64)bits_sext(v, len);
		return ir_const(ir, type, v);
	}
	return ir_emit(ir, op, type, 0, a, b, 0, (s32)(lsb | len << 8));
}

/* -- Guest registers ------------------------------------------------------- */

val_t ir_getr(struct ir *ir, enum ir_type type, unsigned reg)
{
	val_t v = ir->cur_r[reg];

	if (!v) {
		v = ir_emit(ir, IR_GETR, IR_I64, 0, 0, 0, 0, (s32)reg);
		ir->cur_r[reg] = v;
	}
	return type == IR_I32 ? ir_int1(ir, IR_TRUNC, IR_I32, v) : v;
}

void ir_putr(struct ir *ir, unsigned reg, val_t v)
{
	if (ir_vtype(ir, v) == IR_I32)
		v = ir_int1(ir, IR_ZEXT32, IR_I64, v);
	if (ir->cur_r[reg] == v && v)
		return;
	ir_emit(ir, IR_PUTR, IR_NONE, 0, v, 0, 0, (s32)reg);
	ir->cur_r[reg] = v;
}

/* How many low bytes of v's guest register view are defined by v itself. */
static bool view_fits(enum ir_type have, enum ir_type want)
{
	return ir_type_bytes(want) <= ir_type_bytes(have);
}

val_t ir_getv(struct ir *ir, enum ir_type type, unsigned reg)
{
	val_t v = ir->cur_v[reg];
	enum ir_type have;

	if (!v) {
		v = ir_emit(ir, IR_GETV, IR_V128, 0, 0, 0, 0, (s32)reg);
		ir->cur_v[reg] = v;
	}
	have = ir_vtype(ir, v);
	if (have == type)
		return v;
	if (view_fits(have, type))
		return ir_emit(ir, IR_VCAST, type, 0, v, 0, 0, 0);
	/* A wider view of a narrow PUT: the rest of the register is zero. */
	v = ir_emit(ir, IR_VZEXT, IR_V128, 0, v, 0, 0, 0);
	if (type != IR_V128)
		v = ir_emit(ir, IR_VCAST, type, 0, v, 0, 0, 0);
	return v;
}

void ir_putv(struct ir *ir, unsigned reg, val_t v)
{
	if (ir->cur_v[reg] == v && v)
		return;
	ir_emit(ir, IR_PUTV, IR_NONE, 0, v, 0, 0, (s32)reg);
	ir->cur_v[reg] = v;
}

val_t ir_getf(struct ir *ir)
{
	if (!ir->cur_f)
		ir->cur_f = ir_emit(ir, IR_GETF, IR_FLAGS, 0, 0, 0, 0, 0);
	return ir->cur_f;
}

void ir_putf(struct ir *ir, val_t f)
{
	if (ir->cur_f == f && f)
		return;
	ir_emit(ir, IR_PUTF, IR_NONE, 0, f, 0, 0, 0);
	ir->cur_f = f;
}

/* -- Memory ---------------------------------------------------------------- */

/* Is v what some guest register holds now? */
static bool in_guest_reg(const struct ir *ir, val_t v)
{
	for (unsigned r = 0; r < ARRAY_LEN(ir->cur_r); r++)
		if (ir->cur_r[r] == v)
			return true;
	return false;
}

/*
 * Fold constants into the displacement as long as it fits 32 bits: base + K
 * and a constant index.  A sum that a guest register holds anyway is left
 * alone: using its operand instead would only keep the old value alive.
 */
static void fold_address(struct ir *ir, u8 memop, val_t *base, val_t *index,
			 s64 *disp)
{
	unsigned scale = memop >> MO_SCALE_SHIFT & 3;
	const struct ir_inst *d;
	u64 k;

	if (*index && ir_is_const(ir, *index, &k)) {
		s64 sum = (s64)((u64)*disp + (k << scale));

		if (sum == (s32)sum) {
			*disp = sum;
			*index = 0;
		}
	}
	d = &ir->inst[*base];
	if (d->op == IR_ADD && ir_is_const(ir, d->b, &k) &&
	    !in_guest_reg(ir, *base)) {
		s64 sum = (s64)((u64)*disp + k);

		if (sum == (s32)sum) {
			*disp = sum;
			*base = d->a;
		}
	}
	if (*disp != (s32)*disp) {
		*base = ir_int2(ir, IR_ADD, IR_I64, *base,
				ir_const(ir, IR_I64, (u64)*disp));
		*disp = 0;
	}
}

val_t ir_ld(struct ir *ir, enum ir_type type, u8 memop, val_t base,
	    val_t index, s64 disp)
{
	fold_address(ir, memop, &base, &index, &disp);
	return ir_emit(ir, IR_LD, type, memop, base, index, 0, (s32)disp);
}

void ir_st(struct ir *ir, u8 memop, val_t base, val_t index, s64 disp,
	   val_t value)
{
	fold_address(ir, memop, &base, &index, &disp);
	ir_emit(ir, IR_ST, IR_NONE, memop, base, index, value, (s32)disp);
}

/* -- Lanes ----------------------------------------------------------------- */

val_t ir_v1(struct ir *ir, enum ir_op op, enum ir_type type, u8 aux, val_t a,
	    s32 imm)
{
	return ir_emit(ir, op, type, aux, a, 0, 0, imm);
}

val_t ir_v2(struct ir *ir, enum ir_op op, enum ir_type type, u8 aux, val_t a,
	    val_t b, s32 imm)
{
	return ir_emit(ir, op, type, aux, a, b, 0, imm);
}

val_t ir_v3(struct ir *ir, enum ir_op op, enum ir_type type, u8 aux, val_t a,
	    val_t b, val_t c, s32 imm)
{
	return ir_emit(ir, op, type, aux, a, b, c, imm);
}

/* -- Control --------------------------------------------------------------- */

void ir_exit_if(struct ir *ir, enum ir_cond cond, val_t flags, gaddr target)
{
	ir->nexits++;
	ir_emit(ir, IR_EXIT_IF, IR_NONE, cond, flags, 0, 0,
		(s32)ir_pool(ir, target));
}

void ir_exit_cmp(struct ir *ir, enum ir_op op, val_t v, unsigned bit,
		 gaddr target)
{
	ir->nexits++;
	ir_emit(ir, op, IR_NONE, (u8)bit, v, 0, 0, (s32)ir_pool(ir, target));
}

void ir_goto(struct ir *ir, gaddr target)
{
	ir_emit(ir, IR_GOTO, IR_NONE, 0, 0, 0, 0, (s32)ir_pool(ir, target));
}

void ir_call(struct ir *ir, gaddr target, gaddr ret, val_t pushed)
{
	ir_emit(ir, IR_CALL, IR_NONE, 0, pushed, 0, 0,
		(s32)ir_pool2(ir, target, ret));
}

void ir_jump_ind(struct ir *ir, enum ir_op op, val_t target, gaddr ret,
		 val_t pushed)
{
	ir_emit(ir, op, IR_NONE, 0, target, pushed, 0,
		(s32)ir_pool2(ir, 0, ret));
}

void ir_trap(struct ir *ir, unsigned reason, gaddr resume_pc, u32 info)
{
	ir_emit(ir, IR_TRAP, IR_NONE, (u8)reason, 0, 0, 0,
		(s32)ir_pool2(ir, resume_pc, info));
}

val_t ir_helper(struct ir *ir, enum ir_type type, unsigned helper, val_t a,
		val_t b)
{
	val_t v = ir_emit(ir, IR_HELPER, type, 0, a, b, 0, (s32)helper);

	ir_forget(ir);
	return v;
}
