/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Random and hostile states; which flags an instruction leaves undefined. */
#include <string.h>

#include "tests/unit/oracle.h"

static u64 rnd(void)
{
	return x64_gen_rnd();
}

bool decode_at(struct x64_insn *i, const struct seq *s, unsigned k)
{
	return x64_decode(i, s->start + s->at[k], 15,
			  (gaddr)(uintptr_t)s->start + s->at[k], ~0ull, 64) ==
	       X64_DECODED;
}

/* -- Undefined flags (SDM vol. 2) ------------------------------------------------- */

u32 eflags_of_row(u8 set)
{
	static const u32 bit[6] = { EFLAGS_CF, EFLAGS_PF, EFLAGS_AF, EFLAGS_ZF,
				    EFLAGS_SF, EFLAGS_OF };
	u32 f = 0;

	for (unsigned k = 0; k < 6; k++)
		if (set >> k & 1)
			f |= bit[k];
	return f;
}

enum { C = EFLAGS_CF, P = EFLAGS_PF, A = EFLAGS_AF, Z = EFLAGS_ZF,
       S = EFLAGS_SF, O = EFLAGS_OF };

static const struct {
	const char *name;
	u32 flags;
} undefined[] = {
	{ "mul", S | Z | A | P }, { "imul", S | Z | A | P },
	{ "div", C | O | S | Z | A | P }, { "idiv", C | O | S | Z | A | P },
	{ "and", A }, { "or", A }, { "xor", A }, { "test", A },
	{ "bt", O | S | A | P }, { "bts", O | S | A | P },
	{ "btr", O | S | A | P }, { "btc", O | S | A | P },
	{ "bsf", C | O | S | A | P }, { "bsr", C | O | S | A | P },
	{ "tzcnt", O | S | A | P }, { "lzcnt", O | S | A | P },
	{ "andn", A | P }, { "bextr", A | S | P }, { "bzhi", A | P },
	{ "blsr", A | P }, { "blsmsk", A | P }, { "blsi", A | P },
};

static const char *const shifts[] = { "shl", "shr", "sar", "shld", "shrd" };
static const char *const rotates[] = { "rol", "ror", "rcl", "rcr" };

static bool is_one_of(const char *name, const char *const *list, unsigned n)
{
	while (n--)
		if (!strcmp(name, list[n]))
			return true;
	return false;
}

/* By the count: none, 1, more; as many as there are bits. */
static u32 undefined_by_count(const struct x64_insn *i, u64 rcx, bool rotate)
{
	const struct x64_operand *last = &i->op[i->nop - 1];
	unsigned bits = 8u << i->op[0].size;
	unsigned count = (unsigned)(last->kind == X64_OP_IMM ?
				    (u64)i->imm : rcx);

	count &= bits == 64 ? 63 : 31;
	if (!count)
		return 0;
	if (rotate)
		return count == 1 ? 0 : O;
	if (count > bits && i->nop == 3)
		return C | O | S | Z | A | P;
	return A | (count == 1 ? 0 : O) | (count >= bits ? C : 0);
}

u32 undefined_flags(const struct x64_insn *i, u64 rcx)
{
	const char *name = x64_row_name(i->row);

	if (is_one_of(name, shifts, ARRAY_LEN(shifts)))
		return undefined_by_count(i, rcx, false);
	if (is_one_of(name, rotates, ARRAY_LEN(rotates)))
		return undefined_by_count(i, rcx, true);
	for (unsigned k = 0; k < ARRAY_LEN(undefined); k++)
		if (!strcmp(name, undefined[k].name))
			return undefined[k].flags;
	return 0;
}

/* -- Values ------------------------------------------------------------------------ */

static u64 any_int(void)
{
	static const u64 v[] = { 0, 1, 2, 0x7f, 0x80, 0xff, 0x7fff, 0x8000,
		0xffff, 0x7fffffff, 0x80000000, 0xffffffff, 0x100000000,
		1ull << 63, ~0ull, ~0ull >> 1, 0xffffffff80000000, 31, 32, 63 };

	switch (rnd() % 4) {
	case 0: return v[rnd() % ARRAY_LEN(v)];
	case 1: return rnd() * 0x10001 >> rnd() % 64;
	case 2: return ~(rnd() * 0x10001 >> rnd() % 64);
	default: return rnd() << 40 ^ rnd();
	}
}

static u32 any_f32(void)
{
	static const u32 v[] = { 0, 0x80000000, 0x3f800000, 0xbfc00000,
		0x7f800000, 0xff800000, 0x7fc00001, 0x7f800001, 1, 0x807fffff,
		0x00800000, 0x7f7fffff, 0x4f000000, 0xcf000000, 0x40490fdb };

	return rnd() & 1 ? v[rnd() % ARRAY_LEN(v)] :
			   0x3f000000 + (u32)(rnd() & 0x1ffffff);
}

static u64 any_f64(void)
{
	static const u64 v[] = { 0, 1ull << 63, 0x3ff0000000000000,
		0xbff8000000000000, 0x7ff0000000000000, 0xfff0000000000000,
		0x7ff8000000000001, 0xfff0000000000001, 1, 0x0010000000000000,
		0x7fefffffffffffff, 0x41e0000000000000, 0xc1e0000000000000,
		0x43e0000000000000, 0x400921fb54442d18 };

	return rnd() & 1 ? v[rnd() % ARRAY_LEN(v)] :
			   0x3fe0000000000000 + (rnd() & 0x3fffffffffffff);
}

static void any_16(void *p)
{
	union v128 v;

	switch (rnd() % 4) {
	case 0:
		for (unsigned k = 0; k < 4; k++)
			v.s[k] = any_f32();
		break;
	case 1:
		v.d[0] = any_f64();
		v.d[1] = any_f64();
		break;
	default:
		v.d[0] = any_int();
		v.d[1] = any_int();
	}
	memcpy(p, &v, 16);
}

/* Extended doubles of all kinds, any top of stack, some registers empty. */
static void any_x87(u8 *fx)
{
	static const u16 exps[] = { 0, 0x3fff, 0x4000, 0x3ffe, 0x7fff, 0xbfff,
				    0xffff, 0x401e, 0x403e, 0x7ffe, 1 };
	u16 fcw = (u16)(0x7f | (rnd() & 3) << 10 | (rnd() & 1 ? 3 : 2) << 8);
	u16 fsw = (u16)((rnd() & 7) << 11 | (rnd() & 0x4700));

	memset(fx, 0, 512);
	memcpy(fx, &fcw, 2);
	memcpy(fx + 2, &fsw, 2);
	fx[4] = rnd() & 1 ? 0xff : (u8)rnd();
	for (unsigned k = 0; k < 8; k++) {
		u16 e = exps[rnd() % ARRAY_LEN(exps)];
		u64 sig = rnd() * 0x10001;

		if (e & 0x7fff)
			sig |= 1ull << 63;
		if (rnd() & 1)
			sig &= 3ull << 62;
		memcpy(fx + 32 + 16 * k, &sig, 8);
		memcpy(fx + 40 + 16 * k, &e, 2);
	}
}

/* -- Where memory operands lead ------------------------------------------------------ */

static u64 any_target(void)
{
	static const u64 edge[] = { DATA_AT, DATA_AT + DATA_SIZE,
		DATA_AT + DATA_SIZE + 0x1000, DATA_AT + 0x1000 };

	switch (rnd() % 32) {
	case 0: case 1:
		return edge[rnd() % 4] - 40 + rnd() % 48;
	case 2:
		return DATA_AT + DATA_SIZE + rnd() % 0xfe0;
	case 3:
		return rnd() % 4 ? HOT + rnd() % 64 : any_int();
	default:
		return HOT + (rnd() % 16 << 4) +
		       (rnd() & 1 ? 0 : rnd() % 16);
	}
}

static void aim(struct machine *m, const struct x64_insn *i, u64 target)
{
	u64 rest = target - (u64)i->disp;

	if (i->row->what & ROW_VSIB) {
		for (unsigned h = 0; h < 2; h++)
			for (unsigned k = 0; k < 4; k++)
				m->v[i->index + 16 * h].s[k] =
					k & 1 ? 0 : (u32)rnd() & 0x3f;
		if (i->base < 16)
			m->r[i->base] = rest;
		return;
	}
	if (i->base < 16 && i->index < 16 && i->base != i->index)
		m->r[i->base] = rest - (m->r[i->index] << i->scale);
	else if (i->base < 16 && i->base == i->index)
		m->r[i->base] = rest / ((1u << i->scale) + 1);
	else if (i->base < 16)
		m->r[i->base] = rest;
	else if (i->index < 16)
		m->r[i->index] = rest >> i->scale;
}

/* What the instruction wants of registers so that it mostly works. */
static void suit(struct machine *m, const struct x64_insn *i, u64 code)
{
	const char *name = x64_row_name(i->row);
	bool mem = false, si = false;
	u64 target = any_target();

	for (unsigned k = 0; k < i->nop; k++) {
		const struct x64_operand *o = &i->op[k];

		mem |= o->kind == X64_OP_MEM;
		if (o->kind == X64_OP_MEM && i->row->op[k] >= X64_SPEC_Xb &&
		    i->row->op[k] <= X64_SPEC_Yz)
			si = true;
	}
	if (si) {
		m->r[X64_RSI] = any_target();
		m->r[X64_RDI] = any_target();
		if (i->prefix & (X64_REP | X64_REPNE))
			m->r[X64_RCX] = rnd() % 32 ? rnd() % 40 : 5000;
		return;
	}
	if (!strncmp(name, "maskmov", 7) || !strncmp(name, "vmaskmovdqu", 11))
		m->r[X64_RDI] = target;
	if (!strncmp(name, "bt", 2) && i->op[1].kind == X64_OP_GPR && mem)
		m->r[i->op[1].reg] = rnd() % 2048 - 1024;
	if (!strncmp(name, "xlat", 4))
		m->r[X64_RBX] = target;
	if (!strncmp(name, "cmpxchg16", 9) || rnd() % 4 == 0)
		target &= ~15ull;
	if (mem)
		aim(m, i, target);
	if (i->opcode == 0xff && i->op[0].kind == X64_OP_GPR)
		m->r[i->op[0].reg] = code;
}

/*
 * Return addresses, jump targets, and flags for POPF, where they are met.  Not
 * the ID flag: returns from signals leave it as it is, so it would stay.
 */
static void suit_memory(struct machine *m, const struct x64_insn *i, u64 code)
{
	const char *name = x64_row_name(i->row);
	u64 v = code, sp = m->r[X64_RSP];

	if (!strncmp(name, "popf", 4))
		v = rnd() & (EFLAGS_ARITH | X64_EFLAGS_DF);
	else if (strstr(name, "ldmxcsr"))
		v = (rnd() & (rnd() % 8 ? 0xffff : ~0u)) | 0x1f80;
	else if (!(i->row->what & X64_W_BRANCH))
		return;
	if (i->opcode == 0xff || strstr(name, "ldmxcsr")) {
		for (unsigned k = 0; k + 8 <= 512; k += 8)
			memcpy(m->mem + (HOT - DATA_AT) + k - 128, &v, 8);
		return;
	}
	m->r[X64_RSP] = sp = HOT + (sp & 0xff);
	memcpy(m->mem + (sp - DATA_AT), &v, 8);
}

void state_random(struct machine *m, const struct seq *s)
{
	u64 code = (u64)(uintptr_t)s->start + rnd() % 100 - 110;
	struct x64_insn i;

	any_x87(m->fx);
	for (unsigned k = 0; k < 32; k++)
		any_16(&m->v[k]);
	if (rnd() % 4 == 0)
		memset(&m->v[16], 0, 256);
	for (unsigned k = 0; k < 16; k++)
		m->r[k] = any_int();
	for (unsigned k = 0; k < 512; k += 16)
		any_16(m->mem + (HOT - DATA_AT) - 128 + k);
	m->flags = (rnd() & EFLAGS_ARITH) | 0x202;
	if (rnd() % 8 == 0)
		m->flags |= X64_EFLAGS_DF;
	m->mxcsr = 0x1f80 | (u32)(rnd() & 3) << 13 | (rnd() % 4 ? 0 : 0x8040);
	m->r[X64_RSP] = rnd() % 32 ? HOT + (rnd() % 32 << 3) : any_target();
	if (rnd() % 2)
		m->r[X64_RBP] = HOT + (rnd() % 32 << 3);
	if (s->n > 1) {
		m->r[15] = HOT + rnd() % 64;
		m->r[X64_RSP] = HOT + (rnd() % 16 << 3);
		return;
	}
	if (!decode_at(&i, s, 0))
		return;
	suit(m, &i, code);
	suit_memory(m, &i, code);
}
