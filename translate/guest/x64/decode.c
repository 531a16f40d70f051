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

struct parse {
	struct x64_insn *i;
	const u8 *code;
	unsigned n, limit;	/* bytes read, bytes that may be read */
	bool over;		/* tried to read more than that */
	bool rip;		/* disp is relative to the next instruction */
	u8 rex, vvvv, map, rm, reg;
	u16 key;
};

static const struct {
	u8 how, size, regsize;
} spec_info[X64_SPEC_COUNT] = {
	{ HOW_NONE, 0, 0 },
#define _(name, how, size, regsize) { HOW_##how, SZ_##size, SZ_##regsize },
#include "translate/guest/x64/x64_spec.def"
#undef _
};

/* -- Bytes --------------------------------------------------------------------- */

/* n bytes, sign-extended; past the end they read as zero. */
static inline s64 take(struct parse *p, unsigned n)
{
	const u8 *at = p->code + p->n;
	s64 v = 0;

	if (p->n + n > p->limit) {
		p->over = true;
		return 0;
	}
	p->n += n;
	if (n == 1)
		return (s8)*at;
	memcpy(&v, at, n);
	return n == 4 ? (s32)v : n == 2 ? (s16)v : v;
}

/* -- Prefixes and opcode --------------------------------------------------------- */

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

		switch (prefix_info[b].kind) {
		case PFX_NONE:
			return b;
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
			return p->over;
	}
	p->vvvv = ~b >> 3 & 15;
	p->i->vlen = b >> 2 & 1;
	p->i->prefix |= X64_VEX;
	p->key = (u16)(KEY_VEX | (b & KEY_PP) | (b & 4 ? KEY_L : 0));
	return true;
}

static u16 mandatory_prefix(u8 prefix)
{
	if (prefix & X64_REP)
		return KEY_F3;
	if (prefix & X64_REPNE)
		return KEY_F2;
	return prefix & X64_OPSIZE ? KEY_66 : 0;
}

/* False: undefined (or there are no more bytes). */
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
	return !p->over;
}

/* -- ModRM ------------------------------------------------------------------------- */

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
	p->reg = (u8)((modrm >> 3 & 7) | (p->rex & REX_R) << 1);
	p->rm = (u8)((modrm & 7) | (p->rex & REX_B) << 3);
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
		i->base = p->rm;
	}
	if (mod == 1)
		i->disp = take(p, 1);
	else if (mod == 2)
		i->disp = take(p, 4);
}

/* -- The row ------------------------------------------------------------------------- */

static bool has_features(const struct x64_row *r, const struct parse *p,
			 u64 features)
{
	if (r->feature && !(features >> (r->feature - 1) & 1))
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

/* Size of the operands in general registers. */
static void set_size(struct parse *p)
{
	struct x64_insn *i = p->i;
	unsigned what = i->row->what;

	if (what & ROW_BYTE)
		i->size = 0;
	else if (i->prefix & X64_REXW || what & ROW_F64)
		i->size = 3;
	else if (i->prefix & X64_OPSIZE && !(what & ROW_YSIZE))
		i->size = 1;
	else
		i->size = what & ROW_D64 ? 3 : 2;
}

/* -- Operands ------------------------------------------------------------------------- */

static inline u8 operand_size(const struct x64_insn *i, unsigned size)
{
	switch (size) {
	case SZ_V:
		return i->size;
	case SZ_Z:
		return MIN(i->size, 2);
	case SZ_Y:
		return i->prefix & X64_REXW ? 3 : 2;
	case SZ_X: case SZ_H: case SZ_F: case SZ_E:
		return (u8)(4 - (size - SZ_X) + i->vlen);
	case SZ_DUP:
		return i->vlen ? 5 : 3;
	default:
		return (u8)size;
	}
}

static inline void set_gpr(const struct parse *p, struct x64_operand *o,
			   unsigned reg)
{
	o->kind = X64_OP_GPR;
	o->reg = (u8)reg;
	if (!o->size && reg >= 4 && reg < 8 && !p->rex) {
		o->high = true;
		o->reg = (u8)(reg - 4);
	}
}

static inline void set_operand(struct x64_operand *o, unsigned kind,
			       unsigned reg)
{
	o->kind = (u8)kind;
	o->reg = (u8)reg;
}

static inline void set_rm(const struct parse *p, struct x64_operand *o,
			  unsigned kind, unsigned reg)
{
	if (p->key & KEY_MOD3)
		set_operand(o, kind, reg);
	else
		o->kind = X64_OP_MEM;
}

static void set_immediate(struct parse *p, struct x64_operand *o, bool is_signed)
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
	p->i->imm = (s64)(p->i->pc + p->n + (u64)rel);
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
	unsigned reg = p->reg & 7;

	set_operand(o, X64_OP_SEG, reg);
	/* CS cannot be loaded. */
	return reg <= X64_GS && (reg != X64_CS || o != p->i->op);
}

/* Registers that exist, as bits (SDM vol. 2, "MOV"). */
static bool set_special(const struct parse *p, struct x64_operand *o,
			unsigned kind, unsigned exist)
{
	set_operand(o, kind, p->reg);
	return exist >> p->reg & 1;
}

/* The rest of the ways to name an operand; false: there is no such operand. */
static bool set_other(struct parse *p, struct x64_operand *o, unsigned how)
{
	switch (how) {
	case HOW_RAX:
		set_operand(o, X64_OP_GPR, X64_RAX);
		break;
	case HOW_RCX:
		set_operand(o, X64_OP_GPR, X64_RCX);
		break;
	case HOW_RDX:
		set_operand(o, X64_OP_GPR, X64_RDX);
		break;
	case HOW_FS:
		set_operand(o, X64_OP_SEG, X64_FS);
		break;
	case HOW_GS:
		set_operand(o, X64_OP_SEG, X64_GS);
		break;
	case HOW_SEG:
		return set_segment(p, o);
	case HOW_CR:
		return set_special(p, o, X64_OP_CR, 0x11d);
	case HOW_DR:
		return set_special(p, o, X64_OP_DR, 0xff);
	case HOW_P:
		set_operand(o, X64_OP_MM, p->reg & 7);
		break;
	case HOW_PW: case HOW_PU:
		set_rm(p, o, X64_OP_MM, p->rm & 7);
		break;
	case HOW_ST0:
		set_operand(o, X64_OP_ST, 0);
		break;
	case HOW_STI:
		set_operand(o, X64_OP_ST, p->rm & 7);
		break;
	case HOW_ONE:
		o->kind = X64_OP_IMM;
		p->i->imm = 1;
		break;
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

static bool set_one(struct parse *p, struct x64_operand *o, unsigned spec)
{
	unsigned how = spec_info[spec].how;
	bool reg = how != HOW_M && p->key & KEY_MOD3;

	o->size = operand_size(p->i, reg ? spec_info[spec].regsize :
			       spec_info[spec].size);
	switch (how) {
	case HOW_G:
		set_gpr(p, o, p->reg);
		break;
	case HOW_E: case HOW_R: case HOW_RI:
		if (p->key & KEY_MOD3)
			set_gpr(p, o, p->rm);
		else
			o->kind = X64_OP_MEM;
		break;
	case HOW_M: case HOW_VSIB:
		o->kind = X64_OP_MEM;
		break;
	case HOW_V:
		set_operand(o, X64_OP_XMM, p->reg);
		break;
	case HOW_W: case HOW_U:
		set_rm(p, o, X64_OP_XMM, p->rm);
		break;
	case HOW_H:
		set_operand(o, X64_OP_XMM, p->vvvv);
		break;
	case HOW_B:
		set_operand(o, X64_OP_GPR, p->vvvv);
		break;
	case HOW_L:
		set_operand(o, X64_OP_XMM, (u8)take(p, 1) >> 4);
		break;
	case HOW_Z:
		set_gpr(p, o, (p->i->opcode & 7) | (p->rex & REX_B) << 3);
		break;
	case HOW_IMM: case HOW_IMMU:
		set_immediate(p, o, how == HOW_IMM);
		break;
	case HOW_REL:
		set_target(p, o);
		break;
	default:
		return set_other(p, o, how);
	}
	return true;
}

static bool set_operands(struct parse *p)
{
	struct x64_insn *i = p->i;

	for (unsigned k = 0; k < ARRAY_LEN(i->op); k++) {
		if (!i->row->op[k])
			break;
		i->nop = (u8)(k + 1);
		if (!set_one(p, &i->op[k], i->row->op[k]))
			return false;
	}
	return true;
}

/* -- Checks of the whole ----------------------------------------------------------------- */

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
	if ((what & ROW_NOVVVV) && p->vvvv)
		return false;
	return !(what & ROW_VSIB) || check_vsib(p);
}

/* rip-relative addresses wrap as all others do. */
static void set_rip_relative(struct parse *p)
{
	struct x64_insn *i = p->i;

	i->disp = (s64)(i->pc + p->n + (u64)i->disp);
	if (i->prefix & X64_ADDRSIZE)
		i->disp = (u32)i->disp;
}

enum x64_decode_result x64_decode(struct x64_insn *i, const u8 *code,
				  unsigned avail, gaddr pc, u64 features,
				  unsigned mode)
{
	struct parse p = { .i = i, .code = code,
			   .limit = MIN(avail, (unsigned)MAX_LENGTH) };
	enum x64_decode_result over = avail < MAX_LENGTH ? X64_TRUNCATED :
							   X64_TOO_LONG;
	const struct x64_opcode *o;

	*i = (struct x64_insn){ .pc = pc, .base = X64_NOREG,
				.index = X64_NOREG, .seg = X64_NOSEG };
	if (mode != 64)
		return X64_UNDEFINED;
	if (!take_opcode(&p))
		return p.over ? over : X64_UNDEFINED;
	o = &x64_opcode[p.map][i->opcode];
	if (!o->count)
		return X64_UNDEFINED;
	if (o->form & FORM_MODRM)
		take_modrm(&p, o->form);
	if (p.over)
		return over;
	if (!find_row(&p, o, features))
		return X64_UNDEFINED;
	set_size(&p);
	if (!set_operands(&p))
		return X64_UNDEFINED;
	if (p.over)
		return over;
	if (!check_legal(&p))
		return X64_UNDEFINED;
	if (p.rip)
		set_rip_relative(&p);
	i->len = (u8)p.n;
	return X64_DECODED;
}
