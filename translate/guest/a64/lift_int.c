/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A64 integer data processing: arithmetic, logic, bit fields, multiply,
 * divide, shifts, CRC, flag manipulation.  In: decoded fields; out: IR.  No
 * memory access, no control flow, so the order of PUTs is free here; what
 * matters is that a flag-producing op directly follows the value op with the
 * same operands, so that a back end can make both with one host instruction.
 */
#include "base/bits.h"
#include "translate/guest/a64/a64.h"

static val_t konst(struct lift *l, enum ir_type t, u64 v)
{
	return ir_const(l->ir, t, v);
}

/* A binary operation with a constant on the right. */
static val_t int2k(struct lift *l, enum ir_op op, enum ir_type t, val_t a,
		   u64 k)
{
	return ir_int2(l->ir, op, t, a, konst(l, t, k));
}

/* Register or SP as an operand of type t. */
static val_t get_or_sp(struct lift *l, enum ir_type t, unsigned r)
{
	return ir_getr(l->ir, t, r);
}

static val_t flag_op(struct lift *l, enum ir_op op, val_t a, val_t b, val_t c)
{
	return ir_emit(l->ir, op, IR_FLAGS, 0, a, b, c, 0);
}

/* -- Add and subtract ------------------------------------------------------ */

/*
 * ADD, ADDS, SUB, SUBS: bit 30 subtracts, bit 29 sets flags.  sp: register
 * 31 as a destination that does not set flags is SP, not the zero register.
 */
static enum lift_result addsub(struct lift *l, const struct a64_fields *f,
			       val_t a, val_t b, bool sp)
{
	enum ir_type t = a64_type(f->sf);
	bool sub = f->insn >> 30 & 1, flags = f->insn >> 29 & 1;
	val_t v = 0, nzcv = 0;

	if (f->rd != 31 || (sp && !flags))
		v = ir_int2(l->ir, sub ? IR_SUB : IR_ADD, t, a, b);
	if (flags)
		nzcv = flag_op(l, sub ? IR_FLG_SUB : IR_FLG_ADD, a, b, 0);
	if (v && f->rd == CPU_SP)
		a64_put_sp(l, v);
	else if (v)
		ir_putr(l->ir, f->rd, v);
	if (flags)
		ir_putf(l->ir, nzcv);
	return LIFT_NEXT;
}

enum lift_result a64_lift_addsub_imm(struct lift *l, const struct a64_fields *f)
{
	enum ir_type t = a64_type(f->sf);
	val_t a = get_or_sp(l, t, f->rn);

	return addsub(l, f, a, konst(l, t, f->imm12 << (f->sh ? 12 : 0)), true);
}

/* Register rm shifted by a constant; 0 (no value): reserved. */
static val_t shifted(struct lift *l, const struct a64_fields *f)
{
	static const enum ir_op op[4] = { IR_SHL, IR_SHR, IR_SAR, IR_ROR };
	enum ir_type t = a64_type(f->sf);

	if (!f->sf && f->imm6 >= 32)
		return 0;
	return int2k(l, op[f->shift], t, a64_getr(l, t, f->rm), f->imm6);
}

enum lift_result a64_lift_addsub_shift(struct lift *l,
				       const struct a64_fields *f)
{
	enum ir_type t = a64_type(f->sf);
	val_t b = f->shift == 3 ? 0 : shifted(l, f);

	if (!b)
		return a64_undef(l);
	return addsub(l, f, a64_getr(l, t, f->rn), b, false);
}

val_t a64_extend(struct lift *l, enum ir_type t, unsigned rm, unsigned option)
{
	static const enum ir_op op[8] = {
		IR_ZEXT8, IR_ZEXT16, IR_ZEXT32, IR_NOP,
		IR_SEXT8, IR_SEXT16, IR_SEXT32, IR_NOP
	};
	bool word = op[option] == IR_ZEXT32 || op[option] == IR_SEXT32;

	if (op[option] == IR_NOP || (word && t == IR_I32))
		return a64_getr(l, t, rm);
	return ir_int1(l->ir, op[option], t,
		       a64_getr(l, word ? IR_I32 : t, rm));
}

enum lift_result a64_lift_addsub_ext(struct lift *l, const struct a64_fields *f)
{
	enum ir_type t = a64_type(f->sf);
	val_t b;

	if (f->imm3 > 4)
		return a64_undef(l);
	b = int2k(l, IR_SHL, t, a64_extend(l, t, f->rm, f->option), f->imm3);
	return addsub(l, f, get_or_sp(l, t, f->rn), b, true);
}

enum lift_result a64_lift_adc(struct lift *l, const struct a64_fields *f)
{
	enum ir_type t = a64_type(f->sf);
	bool sub = f->insn >> 30 & 1, flags = f->insn >> 29 & 1;
	val_t a = a64_getr(l, t, f->rn), b = a64_getr(l, t, f->rm);
	val_t carry = ir_getf(l->ir), v = 0, nzcv = 0;

	if (f->rd != 31)
		v = ir_emit(l->ir, sub ? IR_SBC : IR_ADC, t, 0, a, b, carry, 0);
	if (flags)
		nzcv = flag_op(l, sub ? IR_FLG_SBC : IR_FLG_ADC, a, b, carry);
	if (v)
		ir_putr(l->ir, f->rd, v);
	if (flags)
		ir_putf(l->ir, nzcv);
	return LIFT_NEXT;
}

enum lift_result a64_lift_adr(struct lift *l, const struct a64_fields *f)
{
	s64 imm = bits_sext(f->immhi << 2 | f->immlo, 21);
	u64 v = f->insn >> 31 ? (l->pc & ~0xfffull) + (u64)imm * 4096 :
				l->pc + (u64)imm;

	a64_putr(l, f->rd, konst(l, IR_I64, v));
	return LIFT_NEXT;
}

/* -- Logic ----------------------------------------------------------------- */

/* opc: AND, ORR, EOR, ANDS in bits 30..29; sp as in addsub(). */
static enum lift_result logic(struct lift *l, const struct a64_fields *f,
			      val_t a, val_t b, bool inverted, bool sp)
{
	static const enum ir_op op[4] = { IR_AND, IR_OR, IR_XOR, IR_AND };
	enum ir_type t = a64_type(f->sf);
	unsigned opc = f->insn >> 29 & 3;
	val_t v, nzcv = 0;

	if (f->rd == 31 && !sp && opc != 3)
		return LIFT_NEXT;
	if (inverted && op[opc] == IR_AND) {
		v = ir_int2(l->ir, IR_ANDN, t, a, b);
	} else {
		if (inverted)
			b = ir_int1(l->ir, IR_NOT, t, b);
		v = ir_int2(l->ir, op[opc], t, a, b);
	}
	if (opc == 3)
		nzcv = flag_op(l, IR_FLG_LOGIC, v, 0, 0);
	if (f->rd != 31)
		ir_putr(l->ir, f->rd, v);
	else if (sp && opc != 3)
		a64_put_sp(l, v);
	if (opc == 3)
		ir_putf(l->ir, nzcv);
	return LIFT_NEXT;
}

bool a64_bitmask(u32 sf, u32 n, u32 imms, u32 immr, u64 *out)
{
	u32 key = n << 6 | (~imms & 0x3f);
	unsigned len, esize, ones, rot;
	u64 elem;

	/* Arm ARM DecodeBitMasks(): the element size is the highest set bit
	 * of N:NOT(imms). */
	if ((!sf && n) || key < 2)
		return false;
	len = 31 - (unsigned)__builtin_clz(key);
	esize = 1u << len;
	ones = (imms & (esize - 1)) + 1;
	rot = immr & (esize - 1);
	if (ones == esize)
		return false;
	elem = bits_mask(ones);
	if (rot)
		elem = (elem >> rot | elem << (esize - rot)) & bits_mask(esize);
	for (; esize < 64; esize *= 2)
		elem |= elem << esize;
	*out = sf ? elem : (u32)elem;
	return true;
}

enum lift_result a64_lift_logic_imm(struct lift *l, const struct a64_fields *f)
{
	enum ir_type t = a64_type(f->sf);
	u64 imm;

	if (!a64_bitmask(f->sf, f->n, f->imms, f->immr, &imm))
		return a64_undef(l);
	return logic(l, f, a64_getr(l, t, f->rn), konst(l, t, imm), false,
		     true);
}

enum lift_result a64_lift_logic_shift(struct lift *l,
				      const struct a64_fields *f)
{
	enum ir_type t = a64_type(f->sf);
	val_t b = shifted(l, f);

	if (!b)
		return a64_undef(l);
	return logic(l, f, a64_getr(l, t, f->rn), b, f->insn >> 21 & 1, false);
}

enum lift_result a64_lift_movw(struct lift *l, const struct a64_fields *f)
{
	enum ir_type t = a64_type(f->sf);
	unsigned shift = f->hw * 16;
	u64 imm = (u64)f->imm16 << shift, old;
	val_t v;

	if (!f->sf && f->hw >= 2)
		return a64_undef(l);
	switch (f->insn >> 29 & 3) {
	case 0:
		v = konst(l, t, ~imm);
		break;
	case 2:
		v = konst(l, t, imm);
		break;
	default:
		v = a64_getr(l, t, f->rd);
		if (ir_is_const(l->ir, v, &old))
			v = konst(l, t, (old & ~(0xffffull << shift)) | imm);
		else
			v = ir_bitfield(l->ir, IR_BFI, t, v,
					konst(l, t, f->imm16), shift, 16);
	}
	a64_putr(l, f->rd, v);
	return LIFT_NEXT;
}

/* -- Bit fields ------------------------------------------------------------ */

/* Common checks; the field's position and length; true: bits go up. */
struct field {
	unsigned width, lsb, len;
	bool up;
};

static bool bitfield(const struct a64_fields *f, struct field *b)
{
	if (f->n != f->sf || (!f->sf && (f->immr >= 32 || f->imms >= 32)))
		return false;
	b->width = f->sf ? 64 : 32;
	b->up = f->imms < f->immr;
	b->lsb = b->up ? b->width - f->immr : f->immr;
	b->len = b->up ? f->imms + 1 : f->imms - f->immr + 1;
	return true;
}

/* Bits lsb.. of v, extended; the short forms where there are any. */
static val_t extract(struct lift *l, enum ir_type t, val_t v, bool sign,
		     unsigned lsb, unsigned len)
{
	unsigned width = t == IR_I32 ? 32 : 64;

	if (lsb + len == width)
		return int2k(l, sign ? IR_SAR : IR_SHR, t, v, lsb);
	if (!lsb && len == 8)
		return ir_int1(l->ir, sign ? IR_SEXT8 : IR_ZEXT8, t, v);
	if (!lsb && len == 16)
		return ir_int1(l->ir, sign ? IR_SEXT16 : IR_ZEXT16, t, v);
	if (!lsb && len == 32)
		return ir_int1(l->ir, sign ? IR_SEXT32 : IR_ZEXT32, t,
			       ir_int1(l->ir, IR_TRUNC, IR_I32, v));
	return ir_bitfield(l->ir, sign ? IR_SBFX : IR_UBFX, t, v, 0, lsb, len);
}

static enum lift_result xbfm(struct lift *l, const struct a64_fields *f,
			     bool sign)
{
	enum ir_type t = a64_type(f->sf);
	struct field b;
	val_t v;

	if (!bitfield(f, &b))
		return a64_undef(l);
	v = a64_getr(l, t, f->rn);
	if (!b.up) {
		v = extract(l, t, v, sign, b.lsb, b.len);
	} else {
		if (b.lsb + b.len < b.width)
			v = extract(l, t, v, sign, 0, b.len);
		v = int2k(l, IR_SHL, t, v, b.lsb);
	}
	a64_putr(l, f->rd, v);
	return LIFT_NEXT;
}

enum lift_result a64_lift_sbfm(struct lift *l, const struct a64_fields *f)
{
	return xbfm(l, f, true);
}

enum lift_result a64_lift_ubfm(struct lift *l, const struct a64_fields *f)
{
	return xbfm(l, f, false);
}

enum lift_result a64_lift_bfm(struct lift *l, const struct a64_fields *f)
{
	enum ir_type t = a64_type(f->sf);
	struct field b;
	val_t v;

	if (!bitfield(f, &b))
		return a64_undef(l);
	v = a64_getr(l, t, f->rn);
	if (!b.up) {
		v = int2k(l, IR_SHR, t, v, b.lsb);
		b.lsb = 0;
	}
	if (b.len < b.width)
		v = ir_bitfield(l->ir, IR_BFI, t, a64_getr(l, t, f->rd), v,
				b.lsb, b.len);
	a64_putr(l, f->rd, v);
	return LIFT_NEXT;
}

enum lift_result a64_lift_extr(struct lift *l, const struct a64_fields *f)
{
	enum ir_type t = a64_type(f->sf);
	val_t hi, lo, v;

	if (f->n != f->sf || (!f->sf && f->imms >= 32))
		return a64_undef(l);
	hi = a64_getr(l, t, f->rn);
	lo = a64_getr(l, t, f->rm);
	if (!f->imms)
		v = lo;
	else if (hi == lo || f->rn == f->rm)
		v = int2k(l, IR_ROR, t, lo, f->imms);
	else
		v = ir_emit(l->ir, IR_FUNNEL, t, 0, hi, lo, 0, (s32)f->imms);
	a64_putr(l, f->rd, v);
	return LIFT_NEXT;
}

/* -- Conditional ----------------------------------------------------------- */

/* Does the condition hold whatever the flags?  (AL, and NV too.) */
static bool always(u32 cond)
{
	return cond >= 14;
}

static enum lift_result ccmp(struct lift *l, const struct a64_fields *f,
			     val_t b)
{
	bool sub = f->insn >> 30 & 1;
	val_t a = a64_getr(l, a64_type(f->sf), f->rn), v;

	if (always(f->cond))
		v = flag_op(l, sub ? IR_FLG_SUB : IR_FLG_ADD, a, b, 0);
	else
		v = ir_emit(l->ir, sub ? IR_FLG_CCMP : IR_FLG_CCMN, IR_FLAGS,
			    (u8)f->cond, ir_getf(l->ir), a, b, (s32)f->nzcv);
	ir_putf(l->ir, v);
	return LIFT_NEXT;
}

enum lift_result a64_lift_ccmp_reg(struct lift *l, const struct a64_fields *f)
{
	return ccmp(l, f, a64_getr(l, a64_type(f->sf), f->rm));
}

enum lift_result a64_lift_ccmp_imm(struct lift *l, const struct a64_fields *f)
{
	return ccmp(l, f, konst(l, a64_type(f->sf), f->imm5));
}

/* CSET and CSETM: both operands zero, the second incremented or inverted. */
static val_t cset(struct lift *l, enum ir_type t, u32 cond, bool mask)
{
	val_t v = ir_emit(l->ir, IR_SETC, t, (u8)IR_COND_INVERT(cond),
			  ir_getf(l->ir), 0, 0, 0);

	return mask ? ir_int1(l->ir, IR_NEG, t, v) : v;
}

enum lift_result a64_lift_csel(struct lift *l, const struct a64_fields *f)
{
	enum ir_type t = a64_type(f->sf);
	bool invert = f->insn >> 30 & 1, inc = f->insn >> 10 & 1;
	val_t a, b, v;

	if (f->rd == 31)
		return LIFT_NEXT;
	if (f->rn == 31 && f->rm == 31 && invert != inc && !always(f->cond)) {
		ir_putr(l->ir, f->rd, cset(l, t, f->cond, invert));
		return LIFT_NEXT;
	}
	v = a = a64_getr(l, t, f->rn);
	if (!always(f->cond)) {
		b = a64_getr(l, t, f->rm);
		if (invert)
			b = ir_int1(l->ir, inc ? IR_NEG : IR_NOT, t, b);
		else if (inc)
			b = int2k(l, IR_ADD, t, b, 1);
		v = ir_emit(l->ir, IR_SELECT, t, (u8)f->cond, ir_getf(l->ir),
			    a, b, 0);
	}
	ir_putr(l->ir, f->rd, v);
	return LIFT_NEXT;
}

/* -- Two sources, one source ----------------------------------------------- */

static enum lift_result binary(struct lift *l, const struct a64_fields *f,
			       enum ir_op op)
{
	enum ir_type t = a64_type(f->sf);

	a64_putr(l, f->rd, ir_int2(l->ir, op, t, a64_getr(l, t, f->rn),
				   a64_getr(l, t, f->rm)));
	return LIFT_NEXT;
}

enum lift_result a64_lift_div(struct lift *l, const struct a64_fields *f)
{
	return binary(l, f, f->insn >> 10 & 1 ? IR_SDIV : IR_UDIV);
}

enum lift_result a64_lift_shiftv(struct lift *l, const struct a64_fields *f)
{
	static const enum ir_op op[4] = { IR_SHL, IR_SHR, IR_SAR, IR_ROR };

	return binary(l, f, op[f->insn >> 10 & 3]);
}

enum lift_result a64_lift_crc32(struct lift *l, const struct a64_fields *f)
{
	unsigned size = f->insn >> 10 & 3;
	val_t v = ir_emit(l->ir, f->insn >> 12 & 1 ? IR_CRC32C : IR_CRC32,
			  IR_I32, (u8)size, a64_getr(l, IR_I32, f->rn),
			  a64_getr(l, size == 3 ? IR_I64 : IR_I32, f->rm), 0,
			  0);

	a64_putr(l, f->rd, v);
	return LIFT_NEXT;
}

static enum lift_result unary(struct lift *l, const struct a64_fields *f,
			      enum ir_op op, enum ir_type t)
{
	a64_putr(l, f->rd, ir_int1(l->ir, op, t, a64_getr(l, t, f->rn)));
	return LIFT_NEXT;
}

enum lift_result a64_lift_rbit(struct lift *l, const struct a64_fields *f)
{
	return unary(l, f, IR_RBIT, a64_type(f->sf));
}

enum lift_result a64_lift_clz(struct lift *l, const struct a64_fields *f)
{
	return unary(l, f, IR_CLZ, a64_type(f->sf));
}

enum lift_result a64_lift_cls(struct lift *l, const struct a64_fields *f)
{
	return unary(l, f, IR_CLS, a64_type(f->sf));
}

enum lift_result a64_lift_rev(struct lift *l, const struct a64_fields *f)
{
	return unary(l, f, IR_BSWAP, a64_type(f->insn >> 31));
}

enum lift_result a64_lift_rev32(struct lift *l, const struct a64_fields *f)
{
	val_t v = ir_int1(l->ir, IR_BSWAP, IR_I64, a64_getr(l, IR_I64, f->rn));

	a64_putr(l, f->rd, int2k(l, IR_ROR, IR_I64, v, 32));
	return LIFT_NEXT;
}

enum lift_result a64_lift_rev16(struct lift *l, const struct a64_fields *f)
{
	enum ir_type t = a64_type(f->sf);
	val_t v = a64_getr(l, t, f->rn);
	val_t mask = konst(l, t, 0x00ff00ff00ff00ffull);
	val_t hi = ir_int2(l->ir, IR_AND, t, int2k(l, IR_SHR, t, v, 8), mask);
	val_t lo = int2k(l, IR_SHL, t, ir_int2(l->ir, IR_AND, t, v, mask), 8);

	a64_putr(l, f->rd, ir_int2(l->ir, IR_OR, t, hi, lo));
	return LIFT_NEXT;
}

/* -- Multiply -------------------------------------------------------------- */

/* ra +/- product, bit 15 subtracts. */
static void accumulate(struct lift *l, const struct a64_fields *f,
		       enum ir_type t, val_t product)
{
	bool sub = f->insn >> 15 & 1;

	if (f->ra != 31)
		product = ir_int2(l->ir, sub ? IR_SUB : IR_ADD, t,
				  a64_getr(l, t, f->ra), product);
	else if (sub)
		product = ir_int1(l->ir, IR_NEG, t, product);
	a64_putr(l, f->rd, product);
}

enum lift_result a64_lift_madd(struct lift *l, const struct a64_fields *f)
{
	enum ir_type t = a64_type(f->sf);

	accumulate(l, f, t, ir_int2(l->ir, IR_MUL, t, a64_getr(l, t, f->rn),
				    a64_getr(l, t, f->rm)));
	return LIFT_NEXT;
}

enum lift_result a64_lift_maddl(struct lift *l, const struct a64_fields *f)
{
	enum ir_op ext = f->insn >> 23 & 1 ? IR_ZEXT32 : IR_SEXT32;
	val_t a = ir_int1(l->ir, ext, IR_I64, a64_getr(l, IR_I32, f->rn));
	val_t b = ir_int1(l->ir, ext, IR_I64, a64_getr(l, IR_I32, f->rm));

	accumulate(l, f, IR_I64, ir_int2(l->ir, IR_MUL, IR_I64, a, b));
	return LIFT_NEXT;
}

enum lift_result a64_lift_mulh(struct lift *l, const struct a64_fields *f)
{
	a64_putr(l, f->rd, ir_int2(l->ir,
				   f->insn >> 23 & 1 ? IR_UMULH : IR_SMULH,
				   IR_I64, a64_getr(l, IR_I64, f->rn),
				   a64_getr(l, IR_I64, f->rm)));
	return LIFT_NEXT;
}

/* -- Flag manipulation: on NZCV as bits 31..28 of an I32 ------------------- */

static val_t get_nzcv(struct lift *l)
{
	return ir_emit(l->ir, IR_FLG_UNPACK, IR_I32, 0, ir_getf(l->ir), 0, 0,
		       0);
}

static enum lift_result put_nzcv(struct lift *l, val_t v)
{
	ir_putf(l->ir, ir_emit(l->ir, IR_FLG_PACK, IR_FLAGS, 0, v, 0, 0, 0));
	return LIFT_NEXT;
}

/* Flag bit n of v, as 0 or 1; inverted if inv. */
static val_t flag_bit(struct lift *l, val_t v, unsigned n, bool inv)
{
	v = ir_bitfield(l->ir, IR_UBFX, IR_I32, v, 0, n, 1);
	return inv ? int2k(l, IR_XOR, IR_I32, v, 1) : v;
}

static val_t join_nzcv(struct lift *l, val_t n, val_t z, val_t c, val_t v)
{
	val_t bit[4] = { v, c, z, n }, r = konst(l, IR_I32, 0);

	for (unsigned i = 0; i < 4; i++)
		if (bit[i])
			r = ir_int2(l->ir, IR_OR, IR_I32, r,
				    int2k(l, IR_SHL, IR_I32, bit[i], 28 + i));
	return r;
}

enum lift_result a64_lift_cfinv(struct lift *l, const struct a64_fields *f)
{
	return put_nzcv(l, int2k(l, IR_XOR, IR_I32, get_nzcv(l), 1u << 29));
}

enum lift_result a64_lift_axflag(struct lift *l, const struct a64_fields *f)
{
	val_t w = get_nzcv(l), v = flag_bit(l, w, 28, false);
	val_t z = ir_int2(l->ir, IR_OR, IR_I32, flag_bit(l, w, 30, false), v);
	val_t c = ir_int2(l->ir, IR_ANDN, IR_I32, flag_bit(l, w, 29, false), v);

	return put_nzcv(l, join_nzcv(l, 0, z, c, 0));
}

enum lift_result a64_lift_xaflag(struct lift *l, const struct a64_fields *f)
{
	val_t w = get_nzcv(l);
	val_t c = flag_bit(l, w, 29, false), z = flag_bit(l, w, 30, false);
	val_t nc = flag_bit(l, w, 29, true), nz = flag_bit(l, w, 30, true);

	return put_nzcv(l, join_nzcv(l, ir_int2(l->ir, IR_AND, IR_I32, nc, nz),
				     ir_int2(l->ir, IR_AND, IR_I32, z, c),
				     ir_int2(l->ir, IR_OR, IR_I32, c, z),
				     ir_int2(l->ir, IR_AND, IR_I32, nc, z)));
}

enum lift_result a64_lift_rmif(struct lift *l, const struct a64_fields *f)
{
	u32 mask = f->mask << 28;
	val_t v = a64_getr(l, IR_I64, f->rn);

	/* Bits imm6+3..imm6 become bits 31..28. */
	v = int2k(l, IR_ROR, IR_I64, v, (f->imm6 - 28) & 63);
	v = int2k(l, IR_AND, IR_I32, ir_int1(l->ir, IR_TRUNC, IR_I32, v), mask);
	v = ir_int2(l->ir, IR_OR, IR_I32, v,
		    int2k(l, IR_AND, IR_I32, get_nzcv(l), ~mask));
	return put_nzcv(l, v);
}

enum lift_result a64_lift_setf(struct lift *l, const struct a64_fields *f)
{
	unsigned width = f->insn >> 14 & 1 ? 16 : 8;
	val_t r = a64_getr(l, IR_I32, f->rn);
	val_t top = int2k(l, IR_SHL, IR_I32, r, 32 - width);
	val_t nz = ir_emit(l->ir, IR_FLG_UNPACK, IR_I32, 0,
			   flag_op(l, IR_FLG_LOGIC, top, 0, 0), 0, 0, 0);
	val_t c = int2k(l, IR_AND, IR_I32, get_nzcv(l), 1u << 29);
	val_t v = ir_int2(l->ir, IR_XOR, IR_I32, flag_bit(l, r, width, false),
			  flag_bit(l, r, width - 1, false));

	v = int2k(l, IR_SHL, IR_I32, v, 28);
	v = ir_int2(l->ir, IR_OR, IR_I32, v, c);
	return put_nzcv(l, ir_int2(l->ir, IR_OR, IR_I32, v, nz));
}
