/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * From bytes to struct x64_insn: prefixes, opcode, ModRM, SIB, displacement,
 * immediates (SDM vol. 2, chapter 2), then the operands that the matching line
 * of x64.ops names.  What is undefined by any of these is so here; what is
 * undefined or forbidden by the state of the CPU is the lifters' matter.
 *
 * Only 64-bit mode is known; in it some prefixes have no effect (segments
 * other than FS and GS, REX that does not stand right before the opcode).
 */
#include "translate/guest/x64/x64.h"
#include "translate/guest/x64/x64_table.h"

#include <string.h>

enum { MAX_LENGTH = 15, REX_B = 1, REX_X = 2, REX_R = 4, REX_W = 8 };

/* No more bytes than these are looked at: prefixes (the 16th byte ends them),
 * opcode, ModRM, SIB, displacement, immediates. */
enum { MAX_READ = MAX_LENGTH + 1 + 4 + 2 + 4 + 8 };

/* Where the number of a register operand is (struct parse.num), or what. */
enum { NUM_REG, NUM_RM, NUM_VVVV, NUM_OPCODE, NUM_RAX, NUM_RCX, NUM_RDX,
       NUM_COUNT };

/* Kind, number and its bits of an operand that is a register or, by mod,
 * memory; kind X64_OP_NONE: any other. */
#define INFO_G X64_OP_GPR, NUM_REG, 15
#define INFO_E X64_OP_GPR, NUM_RM, 15
#define INFO_R INFO_E
#define INFO_RI INFO_E
#define INFO_M X64_OP_MEM, NUM_RM, 0
#define INFO_VSIB INFO_M
#define INFO_V X64_OP_XMM, NUM_REG, 15
#define INFO_W X64_OP_XMM, NUM_RM, 15
#define INFO_U INFO_W
#define INFO_P X64_OP_MM, NUM_REG, 7
#define INFO_PW X64_OP_MM, NUM_RM, 7
#define INFO_PU INFO_PW
#define INFO_STI X64_OP_ST, NUM_RM, 7
#define INFO_H X64_OP_XMM, NUM_VVVV, 15
#define INFO_B X64_OP_GPR, NUM_VVVV, 15
#define INFO_Z X64_OP_GPR, NUM_OPCODE, 15
#define INFO_RAX X64_OP_GPR, NUM_RAX, 15
#define INFO_RCX X64_OP_GPR, NUM_RCX, 15
#define INFO_RDX X64_OP_GPR, NUM_RDX, 15
#define INFO_ST0 X64_OP_ST, NUM_RAX, 7
#define INFO_OTHER X64_OP_NONE, 0, 0
#define INFO_L INFO_OTHER
#define INFO_SEG INFO_OTHER
#define INFO_CR INFO_OTHER
#define INFO_DR INFO_OTHER
#define INFO_FS INFO_OTHER
#define INFO_GS INFO_OTHER
#define INFO_ONE INFO_OTHER
#define INFO_IMM INFO_OTHER
#define INFO_IMMU INFO_OTHER
#define INFO_REL INFO_OTHER
#define INFO_OFFS INFO_OTHER
#define INFO_SI INFO_OTHER
#define INFO_DI INFO_OTHER

static const struct spec {
	u8 how;
	u8 size[2];		/* if mod is not 3, if it is */
	u8 kind, num, mask, pad[2];
} spec_info[X64_SPEC_COUNT] = {
	{ .how = HOW_NONE },
#define _(name, how, size, regsize) \
	{ HOW_##how, { SZ_##size, SZ_##regsize }, INFO_##how, { 0 } },
#include "translate/guest/x64/x64_spec.def"
#undef _
};

struct parse {
	struct x64_insn *i;
	const u8 *code, *at;	/* first byte, next one */
	bool rip;		/* disp is relative to the next instruction */
	u8 rex, map;
	u8 num[NUM_COUNT];	/* register numbers, see how_info */
	u16 key;
};

/* -- Bytes ---------------------------------------------------------------- */

/* n bytes, sign-extended.  Whether they were there is looked at in the end. */
static inline s64 take(struct parse *p, unsigned n)
{
	const u8 *at = p->at;
	s16 h;
	s32 w;
	s64 d;

	p->at += n;
	switch (n) {
	case 1:
		return (s8)*at;
	case 2:
		memcpy(&h, at, 2);
		return h;
	case 4:
		memcpy(&w, at, 4);
		return w;
	default:
		memcpy(&d, at, 8);
		return d;
	}
}

/* Address of the byte after those taken. */
static inline gaddr here(const struct parse *p)
{
	return p->i->pc + (gaddr)(p->at - p->code);
}

/* -- Prefixes and opcode -------------------------------------------------- */

enum { PFX_NONE, PFX_REX, PFX_IGNORED, PFX_SEGMENT, PFX_FLAG };

/* A prefix sets bits of x64_insn.prefix and clears those that it replaces. */
static const struct {
	u8 kind, set, clear;
} prefix_info[256] = {
	[0x26] = { PFX_IGNORED, 0, 0 }, [0x2e] = { PFX_IGNORED, 0, 0 },
	[0x36] = { PFX_IGNORED, 0, 0 }, [0x3e] = { PFX_IGNORED, 0, 0 },
	[0x40 ... 0x4f] = { PFX_REX, 0, 0 },
	[0x64] = { PFX_SEGMENT, X64_FS, 0 },
	[0x65] = { PFX_SEGMENT, X64_GS, 0 },
	[0x66] = { PFX_FLAG, X64_OPSIZE, 0 },
	[0x67] = { PFX_FLAG, X64_ADDRSIZE, 0 },
	[0xf0] = { PFX_FLAG, X64_LOCK, 0 },
	[0xf2] = { PFX_FLAG, X64_REPNE, X64_REP },
	[0xf3] = { PFX_FLAG, X64_REP, X64_REPNE },
};

/* Returns the first byte after the prefixes. */
static u8 take_prefixes(struct parse *p)
{
	struct x64_insn *i = p->i;

	for (;;) {
		u8 b = (u8)take(p, 1);

		if (prefix_info[b].kind == PFX_NONE ||
		    p->at - p->code > MAX_LENGTH)
			return b;
		switch (prefix_info[b].kind) {
		case PFX_REX:
			p->rex = b;
			continue;
		case PFX_SEGMENT:
			i->seg = prefix_info[b].set;
			break;
		case PFX_FLAG:
			i->prefix &= (u8)~prefix_info[b].clear;
			i->prefix |= prefix_info[b].set;
			break;
		}
		p->rex = 0;
	}
}

/* C4, C5 (SDM vol. 2, 2.3); the bits of the key lie as VEX has L, pp. */
static bool take_vex(struct parse *p, u8 escape)
{
	u8 a = (u8)take(p, 1), b;

	if (p->rex || (p->i->prefix & (X64_LOCK | X64_REP | X64_REPNE |
				       X64_OPSIZE)))
		return false;
	p->map = MAP_0F;
	p->rex = (u8)(~a >> 5 & REX_R);
	b = a;
	if (escape == 0xc4) {
		p->map = a & 31;
		p->rex = (u8)(~a >> 5 & (REX_R | REX_X | REX_B));
		b = (u8)take(p, 1);
		if (b & 0x80)
			p->rex |= REX_W;
		if (p->map < MAP_0F || p->map > MAP_0F3A)
			return false;
	}
	p->num[NUM_VVVV] = ~b >> 3 & 15;
	p->i->vlen = b >> 2 & 1;
	p->i->prefix |= X64_VEX;
	p->key = (u16)(KEY_VEX | (b & KEY_PP) | (b & 4 ? KEY_L : 0));
	return true;
}

static u16 mandatory_prefix(u8 prefix)
{
	if (!(prefix & (X64_OPSIZE | X64_REP | X64_REPNE)))
		return 0;
	if (prefix & X64_REP)
		return KEY_F3;
	return prefix & X64_REPNE ? KEY_F2 : KEY_66;
}

/* False: undefined. */
static bool take_opcode(struct parse *p)
{
	struct x64_insn *i = p->i;
	u8 b = take_prefixes(p);

	if (b == 0xc4 || b == 0xc5) {
		if (!take_vex(p, b))
			return false;
		b = (u8)take(p, 1);
	} else {
		if (b == 0x0f) {
			b = (u8)take(p, 1);
			p->map = MAP_0F;
			if (b == 0x38 || b == 0x3a) {
				p->map = b == 0x38 ? MAP_0F38 : MAP_0F3A;
				b = (u8)take(p, 1);
			}
		}
		p->key = mandatory_prefix(i->prefix);
		if (p->rex)
			i->prefix |= X64_REX;
	}
	if (p->rex & REX_W) {
		i->prefix |= X64_REXW;
		p->key |= KEY_W;
	}
	if (p->rex & REX_B)
		p->key |= KEY_B;
	i->opcode = b;
	p->num[NUM_OPCODE] = (u8)((b & 7) | (p->rex & REX_B) << 3);
	return true;
}

/* -- ModRM ---------------------------------------------------------------- */

static void take_sib(struct parse *p, unsigned mod)
{
	struct x64_insn *i = p->i;
	u8 sib = (u8)take(p, 1);
	unsigned index = (sib >> 3 & 7) | (p->rex & REX_X) << 2;

	i->scale = sib >> 6;
	i->index = index == 4 ? X64_NOREG : (u8)index;
	if ((sib & 7) == 5 && !mod)
		i->disp = take(p, 4);
	else
		i->base = (u8)((sib & 7) | (p->rex & REX_B) << 3);
}

static void take_modrm(struct parse *p, unsigned form)
{
	struct x64_insn *i = p->i;
	u8 modrm = (u8)take(p, 1);
	unsigned mod = form & FORM_MODREG ? 3 : modrm >> 6;

	i->modrm = modrm;
	p->key |= (u16)((modrm >> 3 & 7) << KEY_REG_SHIFT |
			(modrm & 7) << KEY_RM_SHIFT);
	p->num[NUM_REG] = (u8)((modrm >> 3 & 7) | (p->rex & REX_R) << 1);
	p->num[NUM_RM] = (u8)((modrm & 7) | (p->rex & REX_B) << 3);
	if (mod == 3) {
		p->key |= KEY_MOD3;
		return;
	}
	if ((modrm & 7) == 4) {
		take_sib(p, mod);
	} else if ((modrm & 7) == 5 && !mod) {
		i->disp = take(p, 4);
		p->rip = true;
	} else {
		i->base = p->num[NUM_RM];
	}
	if (mod == 1)
		i->disp = take(p, 1);
	else if (mod == 2)
		i->disp = take(p, 4);
}

/* -- The row -------------------------------------------------------------- */

static bool has_features(const struct x64_row *r, const struct parse *p,
			 u64 features)
{
	if (!r->feature)
		return true;
	if (!(features >> (r->feature - 1) & 1))
		return false;
	if ((r->what & ROW_AVX) && !(features & X64_FEAT_AVX))
		return false;
	return !(r->what & ROW_AVX2) || !p->i->vlen ||
	       (features & X64_FEAT_AVX2);
}

static bool find_row(struct parse *p, const struct x64_opcode *o, u64 features)
{
	for (unsigned k = o->first; k < o->first + o->count; k++) {
		if ((p->key & x64_match[k].mask) != x64_match[k].value ||
		    !has_features(&x64_row[k], p, features))
			continue;
		p->i->row = &x64_row[k];
		return true;
	}
	return false;
}

/* Size of the operands in general registers: by 66 and W. */
static void set_size(struct parse *p)
{
	static const u8 size[ROW_SIZE_COUNT][4] = {
		[ROW_VSIZE >> ROW_SIZE_SHIFT] = { 2, 1, 3, 3 },
		[ROW_BYTE >> ROW_SIZE_SHIFT] = { 0, 0, 0, 0 },
		[ROW_YSIZE >> ROW_SIZE_SHIFT] = { 2, 2, 3, 3 },
		[ROW_D64 >> ROW_SIZE_SHIFT] = { 3, 1, 3, 3 },
		[ROW_F64 >> ROW_SIZE_SHIFT] = { 3, 3, 3, 3 },
	};
	struct x64_insn *i = p->i;
	/* X64_OPSIZE is bit 3, X64_REXW bit 6. */
	unsigned by = (i->prefix & X64_OPSIZE) >> 3 |
		      (i->prefix & X64_REXW) >> 5;

	i->size = size[(i->row->what & ROW_SIZE) >> ROW_SIZE_SHIFT][by];
}

/* -- Operands ------------------------------------------------------------- */

/* What a size of the notation is: by operand size, with VEX.L by operand size
 * as well. */
static const u8 size_info[SZ_COUNT][8] = {
#define ALL(n) { n, n, n, n, n, n, n, n }
#define BY_L(n, m) { n, n, n, n, m, m, m, m }
	[SZ_B] = ALL(0), [SZ_W] = ALL(1), [SZ_D] = ALL(2), [SZ_Q] = ALL(3),
	[SZ_DQ] = ALL(4), [SZ_QQ] = ALL(5),
	[SZ_T] = ALL(X64_SIZE_80), [SZ_O] = ALL(X64_SIZE_OTHER),
	[SZ_V] = { 0, 1, 2, 3, 0, 1, 2, 3 },
	[SZ_Z] = { 0, 1, 2, 2, 0, 1, 2, 2 },
	[SZ_Y] = { 2, 2, 2, 3, 2, 2, 2, 3 },
	[SZ_X] = BY_L(4, 5), [SZ_H] = BY_L(3, 4), [SZ_F] = BY_L(2, 3),
	[SZ_E] = BY_L(1, 2), [SZ_DUP] = BY_L(3, 5),
#undef ALL
#undef BY_L
};

static void set_immediate(struct parse *p, struct x64_operand *o,
			  bool is_signed)
{
	s64 v = take(p, MIN(1u << o->size, 8u));

	o->kind = X64_OP_IMM;
	if (!is_signed)
		v = o->size ? (u16)v : (u8)v;
	/* Of two, the second one is a byte (ENTER). */
	if (o != p->i->op && o[-1].kind == X64_OP_IMM)
		p->i->imm2 = (s32)v;
	else
		p->i->imm = v;
}

static void set_target(struct parse *p, struct x64_operand *o)
{
	s64 rel = take(p, 1u << o->size);

	o->kind = X64_OP_REL;
	p->i->imm = (s64)(here(p) + (u64)rel);
}

/* Memory that no modrm names: base is a register or none. */
static void set_memory(struct parse *p, struct x64_operand *o, unsigned base)
{
	o->kind = X64_OP_MEM;
	o->reg = (u8)base;
	if (base == X64_NOREG)
		p->i->disp = p->i->prefix & X64_ADDRSIZE ? (u32)take(p, 4) :
			     take(p, 8);
	else if (p->i->base != X64_RSI)
		p->i->base = (u8)base;
}

static bool set_segment(const struct parse *p, struct x64_operand *o)
{
	unsigned reg = p->num[NUM_REG] & 7;

	o->kind = X64_OP_SEG;
	o->reg = (u8)reg;
	/* CS cannot be loaded. */
	return reg <= X64_GS && (reg != X64_CS || o != p->i->op);
}

/* Registers that exist, as bits (SDM vol. 2, "MOV"). */
static bool set_special(const struct parse *p, struct x64_operand *o,
			unsigned kind, unsigned exist)
{
	o->kind = (u8)kind;
	o->reg = p->num[NUM_REG];
	return exist >> o->reg & 1;
}

/* Operands of other kinds; false: there is no such operand. */
static bool set_other(struct parse *p, struct x64_operand *o, unsigned how)
{
	switch (how) {
	case HOW_IMM: case HOW_IMMU:
		set_immediate(p, o, how == HOW_IMM);
		break;
	case HOW_REL:
		set_target(p, o);
		break;
	case HOW_ONE:
		o->kind = X64_OP_IMM;
		p->i->imm = 1;
		break;
	case HOW_L:
		o->kind = X64_OP_XMM;
		o->reg = (u8)take(p, 1) >> 4;
		break;
	case HOW_FS: case HOW_GS:
		o->kind = X64_OP_SEG;
		o->reg = how == HOW_FS ? X64_FS : X64_GS;
		break;
	case HOW_SEG:
		return set_segment(p, o);
	case HOW_CR:
		return set_special(p, o, X64_OP_CR, 0x11d);
	case HOW_DR:
		return set_special(p, o, X64_OP_DR, 0xff);
	case HOW_OFFS:
		set_memory(p, o, X64_NOREG);
		break;
	case HOW_SI:
		set_memory(p, o, X64_RSI);
		break;
	case HOW_DI:
		set_memory(p, o, X64_RDI);
		break;
	}
	return true;
}

/* The operand that the notation calls spec; by: a column of size_info. */
static inline bool set_one(struct parse *p, struct x64_operand *o,
			   unsigned spec, unsigned by)
{
	const struct spec *s = &spec_info[spec];
	unsigned mod3 = p->key / KEY_MOD3 & 1;

	o->size = size_info[s->size[mod3]][by];
	if (!s->kind)
		return set_other(p, o, s->how);
	o->kind = X64_OP_MEM;
	if (s->num == NUM_RM && !mod3)
		return true;
	o->kind = s->kind;
	o->reg = p->num[s->num] & s->mask;
	/* AH CH DH BH */
	if (!o->size && s->kind == X64_OP_GPR && (o->reg & 12) == 4 &&
	    !p->rex) {
		o->high = true;
		o->reg &= 3;
	}
	return true;
}

static bool set_operands(struct parse *p)
{
	struct x64_insn *i = p->i;
	unsigned by = i->size | i->vlen << 2, k;

	for (k = 0; k < ARRAY_LEN(i->op) && i->row->op[k]; k++)
		if (!set_one(p, &i->op[k], i->row->op[k], by))
			return false;
	i->nop = (u8)k;
	return true;
}

/* -- Checks of the whole -------------------------------------------------- */

/* Gathers: there is an index, whose number 4 is a register as others are, and
 * result, mask and index differ. */
static bool check_vsib(struct parse *p)
{
	struct x64_insn *i = p->i;

	if ((i->modrm & 7) != 4)
		return false;
	if (i->index == X64_NOREG)
		i->index = 4;
	return i->op[0].reg != i->op[2].reg && i->op[0].reg != i->index &&
	       i->op[2].reg != i->index;
}

static bool check_legal(struct parse *p)
{
	struct x64_insn *i = p->i;
	unsigned what = i->row->what;

	if ((i->prefix & X64_LOCK) &&
	    (!(what & X64_W_LOCK) || i->op[0].kind != X64_OP_MEM))
		return false;
	if ((what & ROW_NOVVVV) && p->num[NUM_VVVV])
		return false;
	return !(what & ROW_VSIB) || check_vsib(p);
}

/* rip-relative addresses wrap as all others do. */
static void set_rip_relative(struct parse *p)
{
	struct x64_insn *i = p->i;

	i->disp = (s64)(here(p) + (u64)i->disp);
	if (i->prefix & X64_ADDRSIZE)
		i->disp = (u32)i->disp;
}

static enum x64_decode_result parse(struct parse *p, u64 features)
{
	struct x64_insn *i = p->i;
	const struct x64_opcode *o;

	if (!take_opcode(p))
		return X64_UNDEFINED;
	o = &x64_opcode[p->map][i->opcode];
	if (!o->count)
		return X64_UNDEFINED;
	if (o->form & FORM_MODRM)
		take_modrm(p, o->form);
	if (!find_row(p, o, features))
		return X64_UNDEFINED;
	set_size(p);
	if (!set_operands(p) || !check_legal(p))
		return X64_UNDEFINED;
	if (p->rip)
		set_rip_relative(p);
	return X64_DECODED;
}

enum x64_decode_result x64_decode(struct x64_insn *i, const u8 *code,
				  unsigned avail, gaddr pc, u64 features,
				  unsigned mode)
{
	struct parse p = {
		.i = i, .code = code,
		.num = { [NUM_RCX] = X64_RCX, [NUM_RDX] = X64_RDX }
	};
	enum x64_decode_result result;
	u8 buf[MAX_READ];

	*i = (struct x64_insn){ .pc = pc, .base = X64_NOREG,
				.index = X64_NOREG, .seg = X64_NOSEG };
	if (mode != 64)
		return X64_UNDEFINED;
	if (avail < MAX_READ) {
		memset(buf, 0, sizeof(buf));
		memcpy(buf, code, avail);
		p.code = buf;
	}
	p.at = p.code;
	result = parse(&p, features);
	/* Whatever it was, it was made of bytes that are not there. */
	if (p.at - p.code > MIN(avail, (unsigned)MAX_LENGTH))
		return avail < MAX_LENGTH ? X64_TRUNCATED : X64_TOO_LONG;
	i->len = (u8)(p.at - p.code);
	return result;
}
