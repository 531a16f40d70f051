/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Build-machine program: turns x64.ops, the table of x86-64 instructions, into
 * the decoder's tables.
 *
 *	mkx64 h|c x64.ops LIFTER.c... > OUTPUT
 *
 * Comes in: one line per instruction, '#' starts a comment line; columns,
 * separated by blanks:
 *
 *	opcode operands name lift[:arg] flags feature [attribute...]
 *
 * opcode, pieces joined by dots:
 *	VEX		VEX-encoded
 *	NP 66 F3 F2	mandatory prefix, NP: none of the three; NR: neither F3
 *			nor F2; without any of these, prefixes do not matter
 *	0F 0F38 0F3A	opcode map
 *	W0 W1 L0 L1 rB0 rB1	bits of REX and VEX that matter (rB: REX.B)
 *	XX		the opcode, to which may be added:
 *	  /n		modrm.reg, /nr with mod = 3, /nm with mod < 3
 *	  :XX		the whole modrm byte
 *	  +cc		16 opcodes, one per condition; {cc} in the name, cc in
 *			arg and flags stand for it
 *	  +r +r7	8 (7) opcodes with a register in the low bits
 * operands: of x64_spec.def, joined by commas; `-`: none.  Some say that mod is
 *	or is not 3.
 * name: of the disassembler; a/b/c: by operand size 16, 32, 64.
 * lift: the function x64_lift_<lift>() and what it finds in row->arg: a number
 *	or, in upper case, an operation of xvec.def.
 * flags: read:written, of the letters oszapc, `*`: all, `-`: none.
 * feature: of x64_features.def; a/b: b if VEX.L is set.
 * attributes: lock priv branch callret count (X64_W_*); align, noalign: where
 *	the rule (16-byte memory operands of legacy instructions must be
 *	aligned) does not hold; d64 f64: operand size is 64 by default, always.
 *
 * Of the lines that match an instruction the first counts.  It must be more
 * special than the later ones; anything else is an error here.
 *
 * LIFTER.c: where handlers are looked for.  A line whose handler is in none of
 * them is an undefined instruction (to the lifter, not to the decoder).
 *
 * Goes out: "h": prototypes of handlers; "c": the tables of x64_table.h and
 * x64_lift_row().
 */
#include <ctype.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "translate/guest/x64/x64_table.h"

enum { MAX_ROWS = 2048, MAX_LIST = 64, MAX_LIFT = 250, MAX_OUT = 4096,
       MAX_COLUMNS = 16 };

struct row {
	int line;
	char *name, *arg, *feature;
	unsigned map, opcode, span;	/* opcodes it covers */
	unsigned mask, value;
	unsigned spec[4], nspec;
	unsigned lift, flags_read, flags_written, what;
	bool vex, modrm, modreg;
};

struct list {
	unsigned n;
	unsigned short row[MAX_LIST];
	unsigned first;
};

static const struct { const char *name; unsigned how, size; } spec_info[] = {
	{ "", HOW_NONE, 0 },
#define _(name, how, size, regsize) { #name, HOW_##how, SZ_##size },
#include "translate/guest/x64/x64_spec.def"
#undef _
};

static const char *const cc_name[16] = {
	"o", "no", "b", "ae", "e", "ne", "be", "a",
	"s", "ns", "p", "np", "l", "ge", "le", "g"
};
/* By pairs; letters as in the flags column. */
static const char *const cc_flags[8] = {
	"o", "c", "z", "zc", "s", "p", "os", "osz"
};

/* The program's whole state; it runs once and exits. */
static const char *file;
static int line;
static struct row rows[MAX_ROWS];
static unsigned nrows;
static struct list lists[MAP_COUNT][256];
static unsigned short out[MAX_OUT];	/* rows in the order of the tables */
static unsigned nout;
static char *lift_name[MAX_LIFT];
static bool lift_there[MAX_LIFT];
static unsigned nlift;

__attribute__((format(printf, 1, 2), noreturn))
static void fail(const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "%s:%d: ", file, line);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(1);
}

static char *save(const char *s)
{
	char *p = strdup(s);

	if (!p)
		fail("out of memory");
	return p;
}

/* -- Columns -------------------------------------------------------------- */

static void fix(struct row *r, unsigned mask, unsigned value)
{
	if (r->mask & mask & (r->value ^ value))
		fail("it cannot match");
	r->mask |= mask;
	r->value |= value;
}

static void parse_modrm(struct row *r, unsigned modrm)
{
	if (modrm < 0xc0)
		fail("modrm byte of a memory form");
	fix(r, KEY_MOD3 | KEY_REG | KEY_RM,
	    KEY_MOD3 | (modrm >> 3 & 7) << KEY_REG_SHIFT |
	    (modrm & 7) << KEY_RM_SHIFT);
	r->modrm = true;
}

static void parse_digit(struct row *r, const char *s)
{
	if (*s < '0' || *s > '7')
		fail("bad /digit");
	fix(r, KEY_REG, (unsigned)(*s - '0') << KEY_REG_SHIFT);
	r->modrm = true;
	if (!strcmp(s + 1, "r"))
		fix(r, KEY_MOD3, KEY_MOD3);
	else if (!strcmp(s + 1, "m"))
		fix(r, KEY_MOD3, 0);
	else if (s[1])
		fail("bad /digit");
}

/* XX and what is added to it; returns true for +cc. */
static bool parse_opcode(struct row *r, char *s)
{
	char *rest;

	r->opcode = (unsigned)strtoul(s, &rest, 16);
	r->span = 1;
	if (rest != s + 2)
		fail("bad piece of an opcode: %s", s);
	if (!*rest)
		return false;
	if (*rest == ':')
		parse_modrm(r, (unsigned)strtoul(rest + 1, NULL, 16));
	else if (*rest == '/')
		parse_digit(r, rest + 1);
	else if (!strcmp(rest, "+r"))
		r->span = 8;
	else if (!strcmp(rest, "+r7"))
		r->span = 7;
	else if (strcmp(rest, "+cc"))
		fail("bad opcode: %s", s);
	return !strcmp(rest, "+cc");
}

static const struct piece {
	const char *text;
	unsigned mask, value;
} pieces[] = {
	{ "NP", KEY_PP, 0 }, { "NR", KEY_REP, 0 },
	{ "W0", KEY_W, 0 }, { "W1", KEY_W, KEY_W },
	{ "L0", KEY_L, 0 }, { "L1", KEY_L, KEY_L }, { "rB0", KEY_B, 0 },
	{ "rB1", KEY_B, KEY_B },
	{ "VEX", KEY_VEX, KEY_VEX }
};

/* A prefix before the map is a mandatory one, else the opcode. */
static bool is_prefix(const char *s, const char *next)
{
	return next && !strncmp(next, "0F", 2) &&
	       (!strcmp(s, "66") || !strcmp(s, "F3") || !strcmp(s, "F2"));
}

static bool parse_piece(struct row *r, char *s, const char *next)
{
	for (unsigned i = 0; i < sizeof(pieces) / sizeof(*pieces); i++) {
		if (strcmp(s, pieces[i].text))
			continue;
		fix(r, pieces[i].mask, pieces[i].value);
		return false;
	}
	if (is_prefix(s, next) || (!strcmp(s, "F3") && next)) {
		fix(r, KEY_PP, *s == '6' ? KEY_66 : s[1] == '3' ? KEY_F3 :
		    KEY_F2);
		return false;
	}
	if (r->map == MAP_ONE && !strncmp(s, "0F", 2) && next) {
		r->map = !s[2] ? MAP_0F : !strcmp(s, "0F38") ? MAP_0F38 :
			 MAP_0F3A;
		return false;
	}
	return parse_opcode(r, s);
}

static bool parse_encoding(struct row *r, char *s)
{
	bool cc = false;

	while (s) {
		char *next = strchr(s, '.');

		if (next)
			*next++ = 0;
		cc |= parse_piece(r, s, next);
		s = next;
	}
	r->vex = r->value & KEY_VEX;
	fix(r, KEY_VEX, r->value & KEY_VEX);
	return cc;
}

static void parse_operands(struct row *r, char *s)
{
	if (!strcmp(s, "-"))
		return;
	for (char *tok = strtok(s, ","); tok; tok = strtok(NULL, ",")) {
		unsigned k = 1;

		while (k < X64_SPEC_COUNT && strcmp(tok, spec_info[k].name))
			k++;
		if (k == X64_SPEC_COUNT)
			fail("unknown operand %s", tok);
		if (r->nspec == 4)
			fail("too many operands");
		r->spec[r->nspec++] = k;
	}
}

static unsigned find_lift(const char *name)
{
	unsigned k;

	for (k = 1; k <= nlift; k++)
		if (!strcmp(lift_name[k], name))
			return k;
	if (k == MAX_LIFT)
		fail("too many handlers");
	lift_name[++nlift] = save(name);
	return nlift;
}

static void parse_lift(struct row *r, char *s)
{
	char *arg = strchr(s, ':');

	if (arg)
		*arg++ = 0;
	r->lift = find_lift(s);
	r->arg = save(arg ? arg : "0");
}

/* The bits are those of X64_F*. */
static unsigned flag_set(const char *s)
{
	static const char letter[] = "cpazso";
	unsigned set = 0;

	if (!strcmp(s, "*"))
		return 63;
	if (!strcmp(s, "-"))
		return 0;
	for (; *s; s++) {
		const char *p = strchr(letter, *s);

		if (!p)
			fail("unknown flag %c", *s);
		set |= 1u << (p - letter);
	}
	return set;
}

static void parse_flags(struct row *r, char *s, unsigned cc)
{
	char *colon = strchr(s, ':');

	if (!colon) {
		if (strcmp(s, "-"))
			fail("bad flags");
		return;
	}
	*colon = 0;
	r->flags_read = flag_set(strcmp(s, "cc") ? s : cc_flags[cc / 2]);
	r->flags_written = flag_set(colon + 1);
}

static const struct { const char *name; unsigned what; } attributes[] = {
	{ "lock", 1 }, { "priv", 2 }, { "align", 4 }, { "branch", 8 },
	{ "callret", 16 }, { "count", 32 }, { "d64", ROW_D64 },
	{ "f64", ROW_F64 }, { "noalign", 0 }
};

static bool parse_attributes(struct row *r, char **col)
{
	bool noalign = false;

	for (; *col; col++) {
		unsigned k = 0, n = sizeof(attributes) / sizeof(*attributes);

		while (k < n && strcmp(*col, attributes[k].name))
			k++;
		if (k == n)
			fail("unknown attribute %s", *col);
		r->what |= attributes[k].what;
		noalign |= !attributes[k].what;
	}
	return noalign;
}

/* -- What follows from the columns ---------------------------------------- */

static bool is_vector(unsigned how)
{
	return (how >= HOW_V && how <= HOW_U) || how == HOW_H || how == HOW_L ||
	       how == HOW_VSIB;
}

/* Constraints on modrm that an operand implies. */
static void derive_modrm(struct row *r, unsigned how)
{
	if (how >= HOW_G && how <= HOW_LAST_MODRM)
		r->modrm = true;
	if (how == HOW_RI)
		r->modreg = true;
	if (how == HOW_M || how == HOW_VSIB)
		fix(r, KEY_MOD3, 0);
	if (how == HOW_R || how == HOW_U || how == HOW_PU || how == HOW_STI)
		fix(r, KEY_MOD3, KEY_MOD3);
	if (how == HOW_VSIB)
		r->what |= ROW_VSIB;
}

static void derive(struct row *r, bool noalign)
{
	bool byte = false, sized = r->what & ROW_SIZE;
	bool y = false, v = false, vector = false, vvvv = false;

	for (unsigned k = 0; k < r->nspec; k++) {
		unsigned how = spec_info[r->spec[k]].how;
		unsigned size = spec_info[r->spec[k]].size;

		derive_modrm(r, how);
		byte |= size == SZ_B;
		v |= size == SZ_V || size == SZ_Z;
		y |= size == SZ_Y;
		vector |= is_vector(how);
		vvvv |= how == HOW_H || how == HOW_B;
		if (!r->vex && !noalign && (how == HOW_W || how == HOW_M) &&
		    (size == SZ_X || size == SZ_DQ))
			r->what |= 4;
	}
	if (sized)
		;
	else if (byte && !v && !y)
		r->what |= ROW_BYTE;
	else if ((y && !v) || ((r->mask & KEY_PP) == KEY_PP &&
			       (r->value & KEY_PP) == KEY_66))
		r->what |= ROW_YSIZE;
	if (r->vex && !vvvv)
		r->what |= ROW_NOVVVV;
	if (r->vex && vector && strncmp(r->feature, "AVX", 3))
		r->what |= ROW_AVX;
	if (!strcmp(r->feature, "AVX/AVX2")) {
		r->what |= ROW_AVX2;
		r->feature = "AVX";
	}
}

/* -- Lines ---------------------------------------------------------------- */

static void expand_cc(char *dst, size_t len, const char *s, unsigned cc)
{
	const char *p = strstr(s, "{cc}");

	if (p)
		snprintf(dst, len, "%.*s%s%s", (int)(p - s), s, cc_name[cc],
			 p + 4);
	else
		snprintf(dst, len, "%s", s);
}

static void add_to_lists(struct row *r)
{
	for (unsigned k = 0; k < r->span; k++) {
		struct list *l = &lists[r->map][r->opcode + k];

		if (l->n == MAX_LIST)
			fail("too many lines for one opcode");
		l->row[l->n++] = (unsigned short)(r - rows);
	}
}

/* One row; cc: which of the 16, or 0.  Returns whether there are 16. */
static bool parse_row(const char *text, unsigned cc)
{
	struct row *r = &rows[nrows];
	char buf[256], name[64], *col[MAX_COLUMNS + 1] = { NULL };
	unsigned n = 0;
	bool all, noalign;

	if (nrows == MAX_ROWS)
		fail("too many rows");
	snprintf(buf, sizeof(buf), "%s", text);
	for (char *t = strtok(buf, " \t\n"); t; t = strtok(NULL, " \t\n")) {
		if (n == MAX_COLUMNS)
			fail("too many columns");
		col[n++] = t;
	}
	if (n < 6)
		fail("too few columns");
	memset(r, 0, sizeof(*r));
	r->line = line;
	all = parse_encoding(r, col[0]);
	expand_cc(name, sizeof(name), col[2], cc);
	r->name = save(name);
	parse_lift(r, col[3]);
	if (!strcmp(r->arg, "cc")) {
		snprintf(name, sizeof(name), "%u", cc);
		r->arg = save(name);
	}
	parse_flags(r, col[4], cc);
	r->feature = save(col[5]);
	noalign = parse_attributes(r, col + 6);
	parse_operands(r, col[1]);
	r->opcode += cc;
	derive(r, noalign);
	add_to_lists(r);
	nrows++;
	return all;
}

static FILE *open_file(const char *name)
{
	FILE *f = fopen(name, "r");

	if (!f) {
		perror(name);
		exit(1);
	}
	file = name;
	line = 0;
	return f;
}

static void read_ops(const char *name)
{
	FILE *f = open_file(name);
	char text[256];

	while (fgets(text, sizeof(text), f)) {
		line++;
		if (*text == '#' || *text == '\n')
			continue;
		if (!parse_row(text, 0))
			continue;
		for (unsigned cc = 1; cc < 16; cc++)
			parse_row(text, cc);
	}
	fclose(f);
}

/* Which handlers does this source have? */
static void read_lifter(const char *name)
{
	static const char mark[] = "x64_lift_";
	FILE *f = open_file(name);
	char text[512], word[64];

	while (fgets(text, sizeof(text), f)) {
		const char *p = strstr(text, mark);
		unsigned n = 0;

		if (!p)
			continue;
		p += strlen(mark);
		while ((isalnum((unsigned char)*p) || *p == '_') &&
		       n < sizeof(word) - 1)
			word[n++] = *p++;
		word[n] = 0;
		for (unsigned k = 1; k <= nlift; k++)
			if (*p == '(' && !strcmp(lift_name[k], word))
				lift_there[k] = true;
	}
	fclose(f);
}

/* -- Checks --------------------------------------------------------------- */

static void check_pair(const struct row *a, const struct row *b)
{
	line = b->line;
	if (a->modrm != b->modrm || a->modreg != b->modreg)
		fail("modrm or not: line %d differs", a->line);
	if ((a->value ^ b->value) & a->mask & b->mask)
		return;
	if (a->mask == b->mask || (a->mask & b->mask) != b->mask)
		fail("line %d, which is not a special case, hides it", a->line);
}

static void check_list(const struct list *l)
{
	for (unsigned k = 0; k < l->n; k++)
		for (unsigned j = 0; j < k; j++)
			check_pair(&rows[l->row[j]], &rows[l->row[k]]);
}

/* Opcodes with the same rows share them. */
static void place(unsigned map, unsigned opcode)
{
	struct list *l = &lists[map][opcode];

	check_list(l);
	if (!l->n)
		return;
	if (opcode) {
		const struct list *prev = &lists[map][opcode - 1];

		if (prev->n == l->n && !memcmp(prev->row, l->row,
					       l->n * sizeof(*l->row))) {
			l->first = prev->first;
			return;
		}
	}
	if (nout + l->n > MAX_OUT)
		fail("too many rows");
	l->first = nout;
	memcpy(out + nout, l->row, l->n * sizeof(*l->row));
	nout += l->n;
}

/* -- Output --------------------------------------------------------------- */

static void write_header(void)
{
	printf("/* Generated by mkx64: the handlers of x64.ops. */\n");
	for (unsigned k = 1; k <= nlift; k++)
		printf("x64_lift_fn x64_lift_%s;\n", lift_name[k]);
}

static void write_row(const struct row *r, unsigned name)
{
	printf("\t{ %u, 0x%x, ", name, r->what);
	printf(isupper((unsigned char)*r->arg) ? "XVEC_%s, " : "%s, ", r->arg);
	printf("%u, ", lift_there[r->lift] ? r->lift : 0);
	if (strcmp(r->feature, "-"))
		printf("X64_FEATBIT_%s + 1, {", r->feature);
	else
		printf("0, {");
	for (unsigned k = 0; k < 4; k++)
		printf("%s %u", k ? "," : "", r->spec[k]);
	printf(" }, %u, %u },\n", r->flags_read, r->flags_written);
}

static void write_names(unsigned *name)
{
	unsigned at = 0;

	printf("const char x64_names[] =");
	for (unsigned k = 0; k < nout; k++) {
		unsigned j = 0;

		while (j < k && strcmp(rows[out[j]].name, rows[out[k]].name))
			j++;
		if (j < k) {
			name[k] = name[j];
			continue;
		}
		name[k] = at;
		at += (unsigned)strlen(rows[out[k]].name) + 1;
		printf("\n\t\"%s\\0\"", rows[out[k]].name);
	}
	printf(";\n\n");
}

static void write_rows(void)
{
	static unsigned name[MAX_OUT];

	write_names(name);
	printf("const unsigned x64_row_count = %u;\n\n", nout);
	printf("const struct x64_row x64_row[] = {\n");
	for (unsigned k = 0; k < nout; k++)
		write_row(&rows[out[k]], name[k]);
	printf("};\n\nconst struct x64_match x64_match[] = {\n");
	for (unsigned k = 0; k < nout; k++)
		printf("\t{ 0x%x, 0x%x },\n", rows[out[k]].mask,
		       rows[out[k]].value);
	printf("};\n\n");
}

static void write_opcodes(void)
{
	printf("const struct x64_opcode x64_opcode[MAP_COUNT][256] = {\n");
	for (unsigned map = 0; map < MAP_COUNT; map++) {
		for (unsigned op = 0; op < 256; op++) {
			const struct list *l = &lists[map][op];
			const struct row *r = &rows[l->row[0]];

			if (l->n)
				printf("\t[%u][0x%02x] = { %u, %u, %u },\n",
				       map, op, l->first, l->n,
				       (r->modrm ? FORM_MODRM : 0) |
				       (r->modreg ? FORM_MODREG : 0));
		}
	}
	printf("};\n\n");
}

static void write_switch(void)
{
	printf("enum lift_result x64_lift_row(struct lift *l, "
	       "const struct x64_insn *i)\n{\n\tswitch (i->row->lift) {\n");
	for (unsigned k = 1; k <= nlift; k++)
		if (lift_there[k])
			printf("\tcase %u:\n\t\treturn x64_lift_%s(l, i);\n",
			       k, lift_name[k]);
	printf("\t}\n\treturn x64_undef(l);\n}\n");
}

int main(int argc, char **argv)
{
	if (argc < 3)
		return 2;
	read_ops(argv[2]);
	for (int k = 3; k < argc; k++)
		read_lifter(argv[k]);
	file = argv[2];
	for (unsigned map = 0; map < MAP_COUNT; map++)
		for (unsigned op = 0; op < 256; op++)
			place(map, op);
	if (*argv[1] == 'h') {
		write_header();
		return 0;
	}
	printf("/* Generated by mkx64: the instructions of x64.ops. */\n"
	       "#include \"translate/guest/x64/x64.h\"\n"
	       "#include \"translate/guest/x64/x64_table.h\"\n"
	       "#include \"translate/xvec.h\"\n\n");
	write_rows();
	write_opcodes();
	write_switch();
	return 0;
}
