/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Build-machine program: turns tables of instruction encodings (*.decode)
 * into a decoder in C.
 *
 *	mkdecode GUEST h|c FILE... > OUTPUT
 *
 * Comes in: one line per encoding, '#' starts a comment line, five columns
 * separated by '|':
 *
 *	NAME | pattern | feature | handler | asm
 *
 * pattern: 32 bits from the top, in tokens: runs of 0 and 1; `field` (one
 * bit) or `field:width`; `-` or `-:width` for bits that do not matter.  A
 * field named twice is the concatenation of its pieces, first piece high.
 * feature: `base`, or names joined by '+' of GUEST_FEAT_* constants (upper
 * case), all of which the guest CPU must have.
 * handler: the lifter GUEST_lift_<handler>(); rows may share one.  It finds
 * each field that any of its rows has; those a row lacks are 0.
 * asm: template for the disassembler (guest's disas.c); may be empty.
 *
 * Where two rows match one word, the one with more fixed bits wins, and its
 * fixed bits must include the other's; anything else is an error here.
 *
 * Goes out: "h": enum of rows, fields, prototypes; "c": the tables and a
 * two-level decoder.  Level one is indexed by bits 28..21; a crowded entry
 * has a second index over the run of bits that splits it best; what remains
 * is a short list of mask/value pairs.
 */
#include <ctype.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	MAX_ROWS = 2048, MAX_FIELDS = 256, MAX_PARTS = 16, MAX_HANDLERS = 1024,
	MAX_LIST = 65536, MAX_SLOTS = 65536,
	L1_SHIFT = 21, L1_BITS = 8, L1_SIZE = 1 << L1_BITS,
	L2_MAX_BITS = 6, CROWDED = 4
};

struct part {
	int field, shift, width;
};

struct row {
	char *name, *feature, *handler, *text;
	const char *file;
	int line;
	uint32_t mask, value;
	int nparts, handler_id;
	struct part part[MAX_PARTS];
};

/* The program's whole state; it runs once and exits. */
static struct row rows[MAX_ROWS];
static int nrows;
static const char *field_name[MAX_FIELDS];
static int nfields;
static const char *handler_name[MAX_HANDLERS];
static unsigned char handler_field[MAX_HANDLERS][MAX_FIELDS];
static int nhandlers;
static const char *guest;
static char guest_upper[16];

static void fail(const char *file, int line, const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "%s:%d: ", file, line);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(1);
}

static char *save(const char *s, size_t n)
{
	char *p = malloc(n + 1);

	if (!p)
		fail("mkdecode", 0, "out of memory");
	memcpy(p, s, n);
	p[n] = 0;
	return p;
}

static int find(const char **tab, int *n, int max, const char *s)
{
	for (int i = 0; i < *n; i++)
		if (!strcmp(tab[i], s))
			return i;
	if (*n == max)
		fail("mkdecode", 0, "table full at %s", s);
	tab[*n] = save(s, strlen(s));
	return (*n)++;
}

static bool is_name(const char *s)
{
	if (!isalpha((unsigned char)*s) && *s != '_')
		return false;
	while (isalnum((unsigned char)*s) || *s == '_')
		s++;
	return !*s;
}

/* -- Reading --------------------------------------------------------------- */

/* One token of a pattern; returns how many bits it covers. */
static int parse_token(struct row *r, char *tok, int pos)
{
	char *colon = strchr(tok, ':');
	int width = 1;

	if (strspn(tok, "01") == strlen(tok)) {
		width = (int)strlen(tok);
		for (int i = 0; i < width && i <= pos; i++) {
			r->mask |= 1u << (pos - i);
			r->value |= (uint32_t)(tok[i] - '0') << (pos - i);
		}
		return width;
	}
	if (colon) {
		*colon = 0;
		width = atoi(colon + 1);
		if (width < 1 || width > 32)
			fail(r->file, r->line, "bad width of %s", tok);
	}
	if (!strcmp(tok, "-"))
		return width;
	if (!is_name(tok))
		fail(r->file, r->line, "bad token %s", tok);
	if (r->nparts == MAX_PARTS)
		fail(r->file, r->line, "too many fields");
	r->part[r->nparts].field = find(field_name, &nfields, MAX_FIELDS, tok);
	r->part[r->nparts].shift = pos - width + 1;
	r->part[r->nparts].width = width;
	r->nparts++;
	return width;
}

static void parse_pattern(struct row *r, char *pattern)
{
	int pos = 31;

	for (char *t = strtok(pattern, " \t"); t; t = strtok(NULL, " \t")) {
		pos -= parse_token(r, t, pos);
		if (pos < -1)
			break;
	}
	if (pos != -1)
		fail(r->file, r->line, "%s: pattern has %d bits, not 32",
		     r->name, 31 - pos);
	for (int i = 0; i < r->nparts; i++)
		handler_field[r->handler_id][r->part[i].field] = 1;
}

static char *trim(char *s)
{
	char *e;

	while (isspace((unsigned char)*s))
		s++;
	for (e = s + strlen(s); e > s && isspace((unsigned char)e[-1]); e--)
		;
	*e = 0;
	return s;
}

static void parse_row(const char *file, int line, char *text)
{
	struct row *r = &rows[nrows];
	char *col[5], *p = text;

	for (int i = 0; i < 5; i++) {
		col[i] = p;
		p = i < 4 ? strchr(p, '|') : NULL;
		if (i < 4 && !p)
			fail(file, line, "expected 5 columns, found %d", i + 1);
		if (p)
			*p++ = 0;
	}
	for (int i = 0; i < 5; i++)
		col[i] = trim(col[i]);
	if (++nrows == MAX_ROWS)
		fail(file, line, "too many rows");
	r->file = file;
	r->line = line;
	r->name = save(col[0], strlen(col[0]));
	r->feature = save(col[2], strlen(col[2]));
	r->handler = save(col[3], strlen(col[3]));
	r->text = save(col[4], strlen(col[4]));
	if (!is_name(r->name) || !is_name(r->handler))
		fail(file, line, "bad name or handler");
	r->handler_id = find(handler_name, &nhandlers, MAX_HANDLERS,
			     r->handler);
	parse_pattern(r, col[1]);
}

static void read_file(const char *file)
{
	static char buf[4096];
	FILE *f = fopen(file, "r");
	int line = 0;

	if (!f) {
		perror(file);
		exit(1);
	}
	while (fgets(buf, sizeof(buf), f)) {
		char *s = trim(buf);

		line++;
		if (*s && *s != '#')
			parse_row(file, line, s);
	}
	fclose(f);
}

/* -- Checking -------------------------------------------------------------- */

static int popcount(uint32_t v)
{
	int n = 0;

	for (; v; v &= v - 1)
		n++;
	return n;
}

static void check_rows(void)
{
	bool bad = false;

	for (int i = 0; i < nrows; i++) {
		for (int j = 0; j < i; j++) {
			const struct row *a = &rows[j], *b = &rows[i];
			uint32_t both = a->mask & b->mask;

			if (!strcmp(a->name, b->name)) {
				fprintf(stderr, "%s:%d: %s twice\n", b->file,
					b->line, b->name);
				bad = true;
			}
			if ((a->value ^ b->value) & both)
				continue;
			if (a->mask != b->mask &&
			    (both == a->mask || both == b->mask))
				continue;
			fprintf(stderr, "%s:%d: %s overlaps %s\n", b->file,
				b->line, b->name, a->name);
			bad = true;
		}
	}
	if (bad)
		exit(1);
}

static int by_specificity(const void *pa, const void *pb)
{
	const struct row *a = pa, *b = pb;
	int d = popcount(b->mask) - popcount(a->mask);

	if (d)
		return d;
	if (a->file != b->file)
		return strcmp(a->file, b->file);
	return a->line - b->line;
}

/* -- The decision tables --------------------------------------------------- */

struct set {
	int n;
	short row[MAX_ROWS];
};

static struct {
	int slot, shift, bits;
	struct set set;
} node[L1_SIZE];

static unsigned short list[MAX_LIST];	/* rows + 1, 0-terminated runs */
static int nlist;
static int slots[MAX_SLOTS];		/* start of a run in list[] */
static int nslots;

/* Rows of `in` that can match when bits shift.. of the word are `v`. */
static void select_rows(const struct set *in, int shift, int bits, uint32_t v,
			struct set *out)
{
	uint32_t window = ((1u << bits) - 1) << shift;

	out->n = 0;
	for (int i = 0; i < in->n; i++) {
		const struct row *r = &rows[in->row[i]];

		if (!((r->value ^ v << shift) & r->mask & window))
			out->row[out->n++] = in->row[i];
	}
}

static int add_list(const struct set *s)
{
	for (int i = 0; i + s->n < nlist; i++) {
		int k = 0;

		while (k < s->n && list[i + k] == s->row[k] + 1)
			k++;
		if (k == s->n && !list[i + k])
			return i;
	}
	if (nlist + s->n + 1 > MAX_LIST)
		fail("mkdecode", 0, "lists too long");
	for (int k = 0; k < s->n; k++)
		list[nlist + k] = (unsigned short)(s->row[k] + 1);
	list[nlist + s->n] = 0;
	nlist += s->n + 1;
	return nlist - s->n - 1;
}

/* Expected work of splitting a set by a window: sum of squared lengths. */
static double split_cost(const struct set *in, int shift, int bits)
{
	static struct set part;
	double cost = 0;

	for (uint32_t v = 0; v < 1u << bits; v++) {
		select_rows(in, shift, bits, v, &part);
		cost += (double)part.n * part.n;
	}
	return cost / (1 << bits) + 0.02 * (1 << bits);
}

static void choose_window(const struct set *in, int *shift, int *bits)
{
	double best = (double)in->n * in->n;

	*shift = *bits = 0;
	if (in->n <= CROWDED)
		return;
	for (int b = 1; b <= L2_MAX_BITS; b++) {
		for (int s = 0; s + b <= 32; s++) {
			double c = split_cost(in, s, b);

			if (c < best) {
				best = c;
				*shift = s;
				*bits = b;
			}
		}
	}
}

static void build_node(int i)
{
	static struct set part;

	for (int j = 0; j < i; j++) {
		if (node[j].set.n == node[i].set.n &&
		    !memcmp(node[j].set.row, node[i].set.row,
			    sizeof(short) * (size_t)node[i].set.n)) {
			node[i].slot = node[j].slot;
			node[i].shift = node[j].shift;
			node[i].bits = node[j].bits;
			return;
		}
	}
	choose_window(&node[i].set, &node[i].shift, &node[i].bits);
	node[i].slot = nslots;
	if (nslots + (1 << node[i].bits) > MAX_SLOTS)
		fail("mkdecode", 0, "too many slots");
	for (uint32_t v = 0; v < 1u << node[i].bits; v++) {
		select_rows(&node[i].set, node[i].shift, node[i].bits, v,
			    &part);
		slots[nslots++] = add_list(&part);
	}
}

static void build_tables(void)
{
	static struct set all;

	for (int i = 0; i < nrows; i++)
		all.row[all.n++] = (short)i;
	for (int i = 0; i < L1_SIZE; i++) {
		select_rows(&all, L1_SHIFT, L1_BITS, (uint32_t)i,
			    &node[i].set);
		build_node(i);
	}
}

/* -- Writing --------------------------------------------------------------- */

/* Names and texts are arrays in their rows: a table of pointers would be
 * relocated, page by page, at each start of the program. */
static size_t longest(bool text)
{
	size_t most = strlen("none");

	for (int i = 0; i < nrows; i++) {
		size_t n = strlen(text ? rows[i].text : rows[i].name);

		if (n > most)
			most = n;
	}
	return most;
}

static void write_header(void)
{
	printf("/* Generated by mkdecode: rows, fields and lifters of %s. */\n"
	       "#ifndef %s_DECODE_GEN_H\n#define %s_DECODE_GEN_H\n\n"
	       "#include \"translate/guest/guest.h\"\n\n"
	       "enum %s_row {\n\t%s_ROW_NONE,\n", guest, guest_upper,
	       guest_upper, guest, guest_upper);
	for (int i = 0; i < nrows; i++)
		printf("\t%s_ROW_%s,\n", guest_upper, rows[i].name);
	printf("\t%s_ROW_COUNT\n};\n\nenum %s_field {\n", guest_upper, guest);
	for (int i = 0; i < nfields; i++)
		printf("\t%s_FIELD_%s,\n", guest_upper, field_name[i]);
	printf("\t%s_FIELD_COUNT\n};\n\n", guest_upper);
	printf("struct %s_fields {\n\tu32 insn;\n\tu16 row;\n", guest);
	for (int i = 0; i < nfields; i++)
		printf("\tu32 %s;\n", field_name[i]);
	printf("};\n\n"
	       "/* A piece of a field: bits shift .. shift+width-1 of the"
	       " word. */\n"
	       "struct %s_part {\n\tu8 field, shift, width;\n};\n\n"
	       "struct %s_row_info {\n\tu64 features;\n\tu32 mask, value;\n"
	       "\tu16 part, nparts;\t/* in %s_parts[] */\n"
	       "\tchar name[%zu];\n"
	       "\tchar text[%zu];\t\t/* asm template */\n};\n\n", guest,
	       guest, guest, longest(false) + 1, longest(true) + 1);
	printf("extern const struct %s_row_info %s_row_info[%s_ROW_COUNT];\n"
	       "extern const struct %s_part %s_parts[];\n"
	       "extern const char *const %s_field_name[];\n\n", guest, guest,
	       guest_upper, guest, guest, guest);
	printf("/* Row that insn is on a CPU with these features; %s_ROW_NONE:\n"
	       " * unallocated. */\n"
	       "unsigned %s_decode_row(u32 insn, u64 features);\n"
	       "/* Decode and lift; %s_lift_none() for unallocated words. */\n"
	       "enum lift_result %s_decode_lift(struct lift *l, u32 insn);\n\n",
	       guest_upper, guest, guest, guest);
	printf("enum lift_result %s_lift_none(struct lift *l, u32 insn);\n",
	       guest);
	for (int i = 0; i < nhandlers; i++)
		printf("enum lift_result %s_lift_%s(struct lift *l,\n"
		       "\tconst struct %s_fields *f);\n", guest,
		       handler_name[i], guest);
	printf("\n#endif\n");
}

static void write_features(const char *feature)
{
	bool first = true;

	if (!strcmp(feature, "base")) {
		printf("0");
		return;
	}
	while (*feature) {
		size_t n = strcspn(feature, "+");

		printf("%s%s_FEAT_", first ? "" : " | ", guest_upper);
		for (size_t i = 0; i < n; i++)
			putchar(toupper((unsigned char)feature[i]));
		first = false;
		feature += n + (feature[n] == '+');
	}
}

static void write_string(const char *s)
{
	putchar('"');
	for (; *s; s++) {
		if (*s == '"' || *s == '\\')
			putchar('\\');
		putchar(*s);
	}
	putchar('"');
}

static void write_rows(void)
{
	int part = 0;

	printf("const struct %s_part %s_parts[] = {\n", guest, guest);
	for (int i = 0; i < nrows; i++) {
		for (int k = 0; k < rows[i].nparts; k++)
			printf("\t{ %s_FIELD_%s, %d, %d },\n", guest_upper,
			       field_name[rows[i].part[k].field],
			       rows[i].part[k].shift, rows[i].part[k].width);
	}
	printf("\t{ 0, 0, 0 }\n};\n\nconst char *const %s_field_name[] = {\n",
	       guest);
	for (int i = 0; i < nfields; i++)
		printf("\t\"%s\",\n", field_name[i]);
	printf("\t0\n};\n\nconst struct %s_row_info %s_row_info[%s_ROW_COUNT] "
	       "= {\n\t{ 0, 0, 0, 0, 0, \"none\", \"\" },\n", guest, guest,
	       guest_upper);
	for (int i = 0; i < nrows; i++) {
		const struct row *r = &rows[i];

		printf("\t{ ");
		write_features(r->feature);
		printf(", 0x%08x, 0x%08x, %d, %d, \"%s\", ", r->mask, r->value,
		       part, r->nparts, r->name);
		write_string(r->text);
		printf(" },\n");
		part += r->nparts;
	}
	printf("};\n\n");
}

static void write_tables(void)
{
	printf("static const u16 list[] = {");
	for (int i = 0; i < nlist; i++)
		printf("%s%d,", i % 16 ? " " : "\n\t", list[i]);
	printf("\n};\n\nstatic const u16 slots[] = {");
	for (int i = 0; i < nslots; i++)
		printf("%s%d,", i % 16 ? " " : "\n\t", slots[i]);
	printf("\n};\n\nstatic const struct { u16 slot; u8 shift, mask; } "
	       "first[%d] = {", L1_SIZE);
	for (int i = 0; i < L1_SIZE; i++)
		printf("%s{ %d, %d, %d },", i % 4 ? " " : "\n\t", node[i].slot,
		       node[i].shift, (1 << node[i].bits) - 1);
	printf("\n};\n\nstatic const struct {\n"
	       "\tu32 mask, value;\n\tu64 features;\n} "
	       "match[] = {\n\t{ 0, 1, 0 },\n");
	for (int i = 0; i < nrows; i++) {
		printf("\t{ 0x%08x, 0x%08x, ", rows[i].mask, rows[i].value);
		write_features(rows[i].feature);
		printf(" },\n");
	}
	printf("};\n\n");
	printf("unsigned %s_decode_row(u32 insn, u64 features)\n{\n"
	       "\tunsigned i = insn >> %d & 0x%x;\n"
	       "\tconst u16 *p = list + slots[first[i].slot +\n"
	       "\t\t(insn >> first[i].shift & first[i].mask)];\n\n"
	       "\tfor (; *p; p++) {\n"
	       "\t\tif ((insn & match[*p].mask) == match[*p].value &&\n"
	       "\t\t    !(match[*p].features & ~features))\n"
	       "\t\t\tbreak;\n\t}\n\treturn *p;\n}\n\n", guest, L1_SHIFT,
	       L1_SIZE - 1);
}

/* Statements that set the members of f that the handler may read. */
static void write_extract(const struct row *r)
{
	for (int k = 0; k < nfields; k++) {
		bool first = true;

		if (!handler_field[r->handler_id][k])
			continue;
		printf("\t\tf.%s = ", field_name[k]);
		for (int i = 0; i < r->nparts; i++) {
			const struct part *p = &r->part[i];
			int up = 0;

			if (p->field != k)
				continue;
			for (int j = i + 1; j < r->nparts; j++)
				if (r->part[j].field == k)
					up += r->part[j].width;
			printf("%s(insn >> %d & 0x%xu) << %d",
			       first ? "" : " | ", p->shift,
			       p->width == 32 ? ~0u : (1u << p->width) - 1, up);
			first = false;
		}
		printf("%s;\n", first ? "0" : "");
	}
}

static void write_code(void)
{
	printf("/* Generated by mkdecode: the decoder of %s. */\n"
	       "#include \"translate/guest/%s/%s.h\"\n\n", guest, guest, guest);
	write_rows();
	write_tables();
	printf("enum lift_result %s_decode_lift(struct lift *l, u32 insn)\n{\n"
	       "\tunsigned row = %s_decode_row(insn, l->features);\n"
	       "\tstruct %s_fields f;\n\n"
	       "\tf.insn = insn;\n\tf.row = (u16)row;\n"
	       "\tswitch (row) {\n", guest, guest, guest);
	for (int i = 0; i < nrows; i++) {
		printf("\tcase %s_ROW_%s:\n", guest_upper, rows[i].name);
		write_extract(&rows[i]);
		printf("\t\treturn %s_lift_%s(l, &f);\n", guest,
		       rows[i].handler);
	}
	printf("\t}\n\treturn %s_lift_none(l, insn);\n}\n", guest);
}

int main(int argc, char **argv)
{
	if (argc < 4 || strlen(argv[2]) != 1 || !strchr("hc", argv[2][0])) {
		fprintf(stderr, "usage: mkdecode GUEST h|c FILE...\n");
		return 2;
	}
	guest = argv[1];
	for (size_t i = 0; i < sizeof(guest_upper) - 1 && guest[i]; i++)
		guest_upper[i] = (char)toupper((unsigned char)guest[i]);
	for (int i = 3; i < argc; i++)
		read_file(argv[i]);
	check_rows();
	qsort(rows, (size_t)nrows, sizeof(rows[0]), by_specificity);
	if (argv[2][0] == 'h') {
		write_header();
	} else {
		build_tables();
		write_code();
	}
	return fflush(stdout) || ferror(stdout);
}
