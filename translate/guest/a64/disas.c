/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One-line disassembly from the asm column of the decode tables.
 *
 * A template is copied to the output but for {kind:field} and {kind}: the
 * kind says how to print, the field is one of the row's pattern.
 *
 *	{r:F} {rs:F}	W or X register by field sf; 31 = zero / stack pointer
 *	{w:F} {x:F} {ws:F} {xs:F}	the same of fixed width
 *	{w+:F} {x+:F}	the register after it
 *	{tb:F}		register of a bit test: X if bit >= 32
 *	{i:F} {hx:F}	unsigned immediate, decimal or hexadecimal
 *	{si:F} {siN:F}	signed immediate, times N
 *	{so:F} {soN:F} {uoN:F}	", #offset" times N, nothing if zero
 *	{pc:F}		branch target or literal; {adr} {adrp} likewise
 *	{c:F}		condition
 *
 * and a few kinds for single families, see kinds[], and those of SIMD&FP
 * operands in disas_simd.c.  A template with a kind that is not known prints
 * as its mnemonic.  What prints is the plain encoding's form; preferred
 * aliases are left to external disassemblers.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "translate/guest/a64/a64.h"
#include "translate/guest/a64/disas.h"

void dis_put(struct dis *d, const char *fmt, ...)
{
	va_list ap;
	int n;

	if (d->at >= d->len)
		return;
	va_start(ap, fmt);
	n = vsnprintf(d->buf + d->at, d->len - d->at, fmt, ap);
	va_end(ap);
	if (n > 0)
		d->at += (size_t)n;
}

/* A field by name; its width, 0 if the row has none of that name. */
static unsigned field(const struct dis *d, const char *name, size_t n, u32 *out)
{
	unsigned width = 0;

	*out = 0;
	for (unsigned i = 0; i < d->row->nparts; i++) {
		const struct a64_part *p = &a64_parts[d->row->part + i];
		const char *f = a64_field_name[p->field];

		if (strncmp(f, name, n) || f[n])
			continue;
		*out = *out << p->width |
		       (u32)bits_get(d->insn, p->shift, p->width);
		width += p->width;
	}
	return width;
}

u32 dis_get(const struct dis *d, const char *name)
{
	u32 v;

	field(d, name, strlen(name), &v);
	return v;
}

/* -- Kinds ----------------------------------------------------------------- */

static void put_reg(struct dis *d, bool x, unsigned r, bool sp)
{
	if (r < 31)
		dis_put(d, "%c%u", x ? 'x' : 'w', r);
	else if (sp)
		dis_put(d, x ? "sp" : "wsp");
	else
		dis_put(d, x ? "xzr" : "wzr");
}

static void k_r(struct dis *d) { put_reg(d, dis_get(d, "sf"), d->v, false); }
static void k_rs(struct dis *d) { put_reg(d, dis_get(d, "sf"), d->v, true); }
static void k_w(struct dis *d) { put_reg(d, false, d->v, false); }
static void k_x(struct dis *d) { put_reg(d, true, d->v, false); }
static void k_ws(struct dis *d) { put_reg(d, false, d->v, true); }
static void k_xs(struct dis *d) { put_reg(d, true, d->v, true); }
static void k_wn(struct dis *d) { put_reg(d, false, (d->v + 1) & 31, false); }
static void k_xn(struct dis *d) { put_reg(d, true, (d->v + 1) & 31, false); }
static void k_tb(struct dis *d)
{
	put_reg(d, dis_get(d, "bit") >= 32, d->v, false);
}

static void k_i(struct dis *d) { dis_put(d, "#%u", d->v); }
static void k_h(struct dis *d) { dis_put(d, "#0x%x", d->v); }

/* The number at the end of the tag, or 1. */
static s64 scale(const struct dis *d)
{
	size_t n = strcspn(d->tag, "0123456789:}");

	return d->tag[n] && strchr(":}", d->tag[n]) ? 1 : atoi(d->tag + n);
}

static void k_s(struct dis *d)
{
	dis_put(d, "#%" PRId64, bits_sext(d->v, d->width) * scale(d));
}

static void k_so(struct dis *d)
{
	if (d->v) {
		dis_put(d, ", ");
		k_s(d);
	}
}

static void k_uo(struct dis *d)
{
	if (d->v)
		dis_put(d, ", #%" PRId64, d->v * scale(d));
}

static void k_pc(struct dis *d)
{
	dis_put(d, "0x%" PRIx64, d->pc + (u64)bits_sext(d->v, d->width) * 4);
}

static s64 adr_imm(const struct dis *d)
{
	return bits_sext(dis_get(d, "immhi") << 2 | dis_get(d, "immlo"), 21);
}

static void k_adr(struct dis *d)
{
	dis_put(d, "0x%" PRIx64, d->pc + (u64)adr_imm(d));
}

static void k_adrp(struct dis *d)
{
	dis_put(d, "0x%" PRIx64, (d->pc & ~(u64)4095) + (u64)adr_imm(d) * 4096);
}

static void k_c(struct dis *d)
{
	static const char cond[16][3] = {
		"eq", "ne", "hs", "lo", "mi", "pl", "vs", "vc",
		"hi", "ls", "ge", "lt", "gt", "le", "al", "nv"
	};

	dis_put(d, "%s", cond[d->v & 15]);
}

static void k_bitmask(struct dis *d)
{
	u64 v;

	if (a64_bitmask(dis_get(d, "sf"), dis_get(d, "n"), dis_get(d, "imms"),
			dis_get(d, "immr"), &v))
		dis_put(d, "#0x%" PRIx64, v);
	else
		dis_put(d, "#reserved");
}

static void k_shift(struct dis *d)
{
	static const char name[4][4] = { "lsl", "lsr", "asr", "ror" };
	u32 n = dis_get(d, "imm6"), kind = dis_get(d, "shift");

	if (n || kind)
		dis_put(d, ", %s #%u", name[kind & 3], n);
}

static const char ext_name[8][5] = {
	"uxtb", "uxth", "uxtw", "uxtx", "sxtb", "sxth", "sxtw", "sxtx"
};

static void k_regext(struct dis *d)
{
	u32 option = dis_get(d, "option"), n = dis_get(d, "imm3");

	put_reg(d, dis_get(d, "sf") && (option & 3) == 3, dis_get(d, "rm"),
		false);
	dis_put(d, ", %s", ext_name[option & 7]);
	if (n)
		dis_put(d, " #%u", n);
}

static void k_ext(struct dis *d)
{
	u32 option = dis_get(d, "option"), s = dis_get(d, "s");
	unsigned quad = d->insn >> 26 & 1 && d->insn >> 23 & 1 ? 4 : 0;
	unsigned n = s ? d->insn >> 30 | quad : 0;

	put_reg(d, option & 1, dis_get(d, "rm"), false);
	if (option != 3)
		dis_put(d, ", %s", ext_name[option & 7]);
	else if (s)
		dis_put(d, ", lsl");
	if (s)
		dis_put(d, " #%u", n);
}

static void k_lsl12(struct dis *d)
{
	if (d->v)
		dis_put(d, ", lsl #12");
}

static void k_lslhw(struct dis *d)
{
	if (d->v)
		dis_put(d, ", lsl #%u", d->v * 16);
}

static void k_hint(struct dis *d)
{
	dis_put(d, "#%u", dis_get(d, "crm") << 3 | dis_get(d, "op2"));
}

static void k_bti(struct dis *d)
{
	static const char name[4][4] = { "", " c", " j", " jc" };

	dis_put(d, "%s", name[d->v & 3]);
}

static void k_bar(struct dis *d)
{
	static const char name[16][6] = {
		"", "oshld", "oshst", "osh", "", "nshld", "nshst", "nsh",
		"", "ishld", "ishst", "ish", "", "ld", "st", "sy"
	};

	if (name[d->v & 15][0])
		dis_put(d, "%s", name[d->v & 15]);
	else
		dis_put(d, "#%u", d->v);
}

static void k_prf(struct dis *d)
{
	static const char type[4][4] = { "pld", "pli", "pst", "" };

	if (d->v >= 24 || (d->v & 6) == 6)
		dis_put(d, "#%u", d->v);
	else
		dis_put(d, "%sl%u%s", type[d->v >> 3], (d->v >> 1 & 3) + 1,
		    d->v & 1 ? "strm" : "keep");
}

static void k_sysreg(struct dis *d)
{
	const char *name = a64_sysreg_name(d->v);

	if (name)
		dis_put(d, "%s", name);
	else
		dis_put(d, "s%u_%u_c%u_c%u_%u", 2 + (d->v >> 14),
			d->v >> 11 & 7, d->v >> 7 & 15, d->v >> 3 & 15,
			d->v & 7);
}

static void k_ar(struct dis *d)
{
	dis_put(d, "%s%s", dis_get(d, "a") ? "a" : "",
		dis_get(d, "r") ? "l" : "");
}

static const struct {
	const char *tag;		/* without its number */
	void (*print)(struct dis *d);
} kinds[] = {
	{ "r", k_r }, { "rs", k_rs }, { "w", k_w }, { "x", k_x },
	{ "ws", k_ws }, { "xs", k_xs }, { "w+", k_wn }, { "x+", k_xn },
	{ "tb", k_tb }, { "i", k_i }, { "hx", k_h }, { "si", k_s },
	{ "so", k_so }, { "uo", k_uo }, { "pc", k_pc }, { "adr", k_adr },
	{ "adrp", k_adrp }, { "c", k_c }, { "bitmask", k_bitmask },
	{ "shift", k_shift }, { "regext", k_regext }, { "ext", k_ext },
	{ "lsl12", k_lsl12 }, { "lslhw", k_lslhw }, { "hint", k_hint },
	{ "bti", k_bti }, { "bar", k_bar }, { "prf", k_prf },
	{ "sysreg", k_sysreg }, { "ar", k_ar },
};

/* Print one {kind:field}; s points after the brace.  False: not known. */
static bool print_kind(struct dis *d, const char *s, size_t n)
{
	size_t tag = strcspn(s, ":}"), stem = tag;

	if (tag < n)
		d->width = field(d, s + tag + 1, n - tag - 1, &d->v);
	d->tag = s;
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (strlen(kinds[i].tag) == tag &&
		    !strncmp(kinds[i].tag, s, tag)) {
			kinds[i].print(d);
			return true;
		}
	while (stem && s[stem - 1] >= '0' && s[stem - 1] <= '9')
		stem--;
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (stem < tag && strlen(kinds[i].tag) == stem &&
		    !strncmp(kinds[i].tag, s, stem)) {
			kinds[i].print(d);
			return true;
		}
	return dis_simd_kind(d, s, tag);
}

void a64_disas(gaddr pc, const u8 *code, unsigned avail, char *buf, size_t len)
{
	struct dis d = { .pc = pc, .buf = buf, .len = len };
	const char *t;

	if (!len)
		return;
	buf[0] = 0;
	if (avail < 4)
		return;
	memcpy(&d.insn, code, 4);
	d.row = &a64_row_info[a64_decode_row(d.insn, ~0ull)];
	t = d.row->text;
	if (!*t) {
		dis_put(&d, ".inst 0x%08x", d.insn);
		return;
	}
	while (*t) {
		size_t n = strcspn(t, "{");
		const char *end;

		dis_put(&d, "%.*s", (int)n, t);
		t += n;
		end = *t ? strchr(t, '}') : NULL;
		if (!end)
			return;
		if (!print_kind(&d, t + 1, (size_t)(end - t - 1))) {
			n = strcspn(d.row->text, " {");
			d.at = 0;
			dis_put(&d, "%.*s", (int)n, d.row->text);
			return;
		}
		t = end + 1;
	}
}
