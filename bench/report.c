/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Figures out of measured rows: ratios to native, geometric means by class,
 * as text and as JSON.  Rows that failed take part in no mean.
 */
#include <math.h>

#include "bench.h"

static const char *const state_name[] = {
	[ROW_OK] = "ok", [ROW_FAILED] = "failed", [ROW_DIFFERS] = "differs"
};

double row_ratio(const struct row *r, int way)
{
	if (r->state != ROW_OK || r->cpu[way] < 0 || r->cpu[NATIVE] <= 0)
		return -1;
	return r->cpu[way] / r->cpu[NATIVE];
}

double class_mean(const struct bench *b, const struct class *c, int way)
{
	double sum = 0;
	unsigned n = 0;

	for (unsigned i = 0; i < b->nrows; i++) {
		double q = row_ratio(&b->row[i], way);

		if (b->row[i].class == c && q > 0) {
			sum += log(q);
			n++;
		}
	}
	return n ? exp(sum / n) : -1;
}

bool class_has_rows(const struct bench *b, const struct class *c)
{
	for (unsigned i = 0; i < b->nrows; i++)
		if (b->row[i].class == c)
			return true;
	return false;
}

void report_row(const struct row *r)
{
	printf("%-10s %-14s ", r->class->name, r->name);
	if (r->state != ROW_OK) {
		printf("%s%s\n", r->state == ROW_FAILED ? "FAILED" :
		       "OUTPUT DIFFERS", r->cpu[NATIVE] < 0 ? " natively" : "");
		fflush(stdout);
		return;
	}
	printf("native %8.4f s  dragoman %8.4f s %6.2fx", r->cpu[NATIVE],
	       r->cpu[DRAGOMAN], row_ratio(r, DRAGOMAN));
	if (r->cpu[QEMU] >= 0)
		printf("  qemu %8.4f s %6.2fx", r->cpu[QEMU],
		       row_ratio(r, QEMU));
	printf("  rss %ld/%ld KiB\n", r->rss[DRAGOMAN], r->rss[NATIVE]);
	fflush(stdout);
}

static void report_mean(double v)
{
	if (v > 0)
		printf(" %11.2fx", v);
	else
		printf(" %12s", "-");
}

void report_classes(const struct bench *b)
{
	printf("\n%-10s %12s %12s %12s\n", "class", "dragoman", "qemu",
	       "qemu/dragoman");
	for (unsigned i = 0; i < b->nclasses; i++) {
		const struct class *c = &b->class[i];
		double d = class_mean(b, c, DRAGOMAN);
		double q = class_mean(b, c, QEMU);

		if (!class_has_rows(b, c))
			continue;
		printf("%-10s", c->name);
		report_mean(d);
		report_mean(q);
		report_mean(d > 0 && q > 0 ? q / d : -1);
		printf("\n");
	}
}

static void json_number(FILE *f, const char *name, double v)
{
	if (v < 0)
		fprintf(f, "\"%s\": null, ", name);
	else
		fprintf(f, "\"%s\": %.6f, ", name, v);
}

void report_json(const struct bench *b, FILE *f)
{
	fprintf(f, "{\n  \"rounds\": %u,\n  \"rows\": [\n", b->rounds);
	for (unsigned i = 0; i < b->nrows; i++) {
		const struct row *r = &b->row[i];

		fprintf(f, "    {\"class\": \"%s\", \"name\": \"%s\", "
			"\"state\": \"%s\", ", r->class->name, r->name,
			state_name[r->state]);
		json_number(f, "native_s", r->cpu[NATIVE]);
		json_number(f, "dragoman_s", r->cpu[DRAGOMAN]);
		json_number(f, "qemu_s", r->cpu[QEMU]);
		json_number(f, "ratio", row_ratio(r, DRAGOMAN));
		fprintf(f, "\"rss_kib\": [%ld, %ld]}%s\n", r->rss[NATIVE],
			r->rss[DRAGOMAN], i + 1 < b->nrows ? "," : "");
	}
	fprintf(f, "  ],\n  \"classes\": [\n");
	for (unsigned i = 0; i < b->nclasses; i++) {
		const struct class *c = &b->class[i];

		fprintf(f, "    {");
		json_number(f, "dragoman", class_mean(b, c, DRAGOMAN));
		json_number(f, "qemu", class_mean(b, c, QEMU));
		fprintf(f, "\"class\": \"%s\"}%s\n", c->name,
			i + 1 < b->nclasses ? "," : "");
	}
	fprintf(f, "  ]\n}\n");
}
