/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Text of decoded instructions in Intel's syntax, from the names and operands
 * of x64.ops: "lock add dword ptr [rbx + rcx*4 + 0x10], eax".
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "translate/guest/x64/x64.h"
#include "translate/guest/x64/x64_table.h"

struct text {
	char *buf;
	size_t len, n;
};

__attribute__((format(printf, 2, 3)))
static void put(struct text *t, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(t->buf + t->n, t->len - t->n, fmt, ap);
	va_end(ap);
	t->n = MIN(t->n + (size_t)MAX(n, 0), t->len - 1);
}

static void put_number(struct text *t, u64 v)
{
	put(t, v < 10 ? "%" PRIu64 : "0x%" PRIx64, v);
}

static void put_gpr(struct text *t, unsigned reg, unsigned size, bool high)
{
	static const char name[8][4] = {
		"ax", "cx", "dx", "bx", "sp", "bp", "si", "di"
	};
	static const char suffix[4][2] = { "b", "w", "d", "" };

	if (high)
		put(t, "%ch", name[reg & 3][0]);
	else if (reg >= 8)
		put(t, "r%u%s", reg, suffix[size & 3]);
	else if (!size)
		put(t, reg < 4 ? "%.1sl" : "%sl", name[reg]);
	else
		put(t, "%s%s", size == 1 ? "" : size == 2 ? "e" : "r",
		    name[reg]);
}

/* -- Memory --------------------------------------------------------------- */

static void put_disp(struct text *t, s64 disp, bool first)
{
	if (first) {
		put_number(t, (u64)disp);
	} else if (disp) {
		put(t, disp < 0 ? " - " : " + ");
		put_number(t, disp < 0 ? 0 - (u64)disp : (u64)disp);
	}
}

/* The index of a gather is a ymm register unless four 64-bit elements or two
 * 32-bit ones need no more than an xmm. */
static void put_index(struct text *t, const struct x64_insn *i)
{
	bool wide = i->vlen &&
		    (i->op[1].size == SZ_D || (i->row->arg & 3) == 3);

	if (i->row->what & ROW_VSIB)
		put(t, "%cmm%u", wide ? 'y' : 'x', i->index);
	else
		put_gpr(t, i->index, i->prefix & X64_ADDRSIZE ? 2 : 3, false);
	if (i->scale)
		put(t, "*%u", 1u << i->scale);
}

static bool is_rip_relative(const struct x64_insn *i)
{
	return i->base == X64_NOREG && i->index == X64_NOREG &&
	       (i->modrm & 0xc7) == 5;
}

static void put_address(struct text *t, const struct x64_insn *i)
{
	unsigned size = i->prefix & X64_ADDRSIZE ? 2 : 3;
	bool first = true;

	if (is_rip_relative(i)) {
		u64 next = i->pc + i->len;
		u64 rel = (u64)i->disp - next;

		put(t, size == 2 ? "eip" : "rip");
		put_disp(t, size == 2 ? (s32)rel : (s64)rel, false);
		return;
	}
	if (i->base != X64_NOREG) {
		put_gpr(t, i->base, size, false);
		first = false;
	}
	if (i->index != X64_NOREG) {
		put(t, first ? "" : " + ");
		put_index(t, i);
		first = false;
	}
	put_disp(t, i->disp, first);
}

static void put_memory(struct text *t, const struct x64_insn *i,
		       const struct x64_operand *o, unsigned how)
{
	static const char *const keyword[] = {
		"byte ptr ", "word ptr ", "dword ptr ", "qword ptr ",
		"xmmword ptr ", "ymmword ptr ", "", "", "tbyte ptr ", ""
	};

	put(t, "%s", keyword[MIN(o->size, ARRAY_LEN(keyword) - 1)]);
	if (i->seg != X64_NOSEG && how != HOW_DI)
		put(t, i->seg == X64_FS ? "fs:" : "gs:");
	put(t, "[");
	if (how == HOW_DI || how == HOW_SI)
		put_gpr(t, o->reg, i->prefix & X64_ADDRSIZE ? 2 : 3, false);
	else
		put_address(t, i);
	put(t, "]");
}

/* -- Operands ------------------------------------------------------------- */

static void put_immediate(struct text *t, const struct x64_insn *i, unsigned n)
{
	bool second = n && i->op[n - 1].kind == X64_OP_IMM;
	s64 v = second ? i->imm2 : i->imm;

	/* Negative ones that were extended; others as the operand they meet. */
	if (v < 0 && (!i->op[n].size || i->op[n].size < i->size)) {
		put(t, "-");
		v = (s64)(0 - (u64)v);
	} else if (i->op[n].size < 3) {
		v &= (1ll << (8u << i->op[n].size)) - 1;
	}
	put_number(t, (u64)v);
}

static void put_operand(struct text *t, const struct x64_insn *i, unsigned n,
			unsigned how)
{
	static const char segment[][3] = { "es", "cs", "ss", "ds", "fs", "gs" };
	const struct x64_operand *o = &i->op[n];

	switch (o->kind) {
	case X64_OP_GPR:
		put_gpr(t, o->reg, o->size, o->high);
		break;
	case X64_OP_MEM:
		put_memory(t, i, o, how);
		break;
	case X64_OP_IMM:
		put_immediate(t, i, n);
		break;
	case X64_OP_XMM:
		put(t, "%cmm%u", o->size == 5 ? 'y' : 'x', o->reg);
		break;
	case X64_OP_MM:
		put(t, "mm%u", o->reg);
		break;
	case X64_OP_ST:
		put(t, "st(%u)", o->reg);
		break;
	case X64_OP_SEG:
		put(t, "%s", segment[o->reg]);
		break;
	case X64_OP_CR: case X64_OP_DR:
		put(t, "%cr%u", o->kind == X64_OP_CR ? 'c' : 'd', o->reg);
		break;
	case X64_OP_REL:
		put(t, "0x%" PRIx64, (u64)i->imm);
		break;
	}
}

/* -- Names ---------------------------------------------------------------- */

const char *x64_row_name(const struct x64_row *row)
{
	return x64_names + row->name;
}

/* The part of a/b/c that the operand size chooses. */
static void put_name(struct text *t, const struct x64_insn *i)
{
	const char *s = x64_row_name(i->row);

	if (i->prefix & X64_ADDRSIZE && !strcmp(s, "jrcxz"))
		s = "jecxz";
	for (unsigned k = 1; k < i->size && strchr(s, '/'); k++)
		s = strchr(s, '/') + 1;
	put(t, "%.*s", (int)strcspn(s, "/"), s);
}

static unsigned how_of(unsigned spec)
{
	static const u8 how[X64_SPEC_COUNT] = {
		HOW_NONE,
#define _(name, how, size, regsize) HOW_##how,
#include "translate/guest/x64/x64_spec.def"
#undef _
	};

	return how[spec];
}

static bool is_string(const struct x64_row *row)
{
	unsigned a = how_of(row->op[0]), b = how_of(row->op[1]);

	return a == HOW_SI || a == HOW_DI || b == HOW_SI || b == HOW_DI;
}

static void put_prefixes(struct text *t, const struct x64_insn *i)
{
	if (i->prefix & X64_LOCK)
		put(t, "lock ");
	if (!is_string(i->row))
		return;
	if (i->prefix & X64_REPNE)
		put(t, "repne ");
	else if (i->prefix & X64_REP)
		put(t, i->row->flags_written ? "repe " : "rep ");
}

void x64_format(const struct x64_insn *i, char *buf, size_t len)
{
	struct text t = { buf, len, 0 };

	if (!len)
		return;
	put_prefixes(&t, i);
	put_name(&t, i);
	for (unsigned k = 0; k < i->nop; k++) {
		put(&t, k ? ", " : " ");
		put_operand(&t, i, k, how_of(i->row->op[k]));
	}
}

void x64_disas(gaddr pc, const u8 *code, unsigned avail, char *buf, size_t len)
{
	struct x64_insn i;

	if (x64_decode(&i, code, avail, pc, ~0ull, 64) == X64_DECODED)
		x64_format(&i, buf, len);
	else
		snprintf(buf, len, "(bad)");
}
