/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the harness (bench.c) and its outputs (report.c, chart.c) share. */
#ifndef BENCH_H
#define BENCH_H

#include <stdbool.h>
#include <stdio.h>

enum { MAX_ROWS = 128, MAX_CLASSES = 32, MAX_ROUNDS = 31, MAX_ARGS = 32 };
enum { NATIVE, DRAGOMAN, QEMU, NWAYS };

enum row_state { ROW_OK, ROW_FAILED, ROW_DIFFERS };

struct class {
	char name[24], text[64];	/* as in bench.tbl */
};

struct row {
	const struct class *class;
	char kind;			/* bench.tbl tells which */
	char name[64], cmd[512];
	enum row_state state;		/* of native and dragoman together */
	double cpu[NWAYS];		/* median seconds; < 0: did not run */
	long rss[NWAYS];		/* KiB */
};

struct bench {
	struct class class[MAX_CLASSES];
	struct row row[MAX_ROWS];
	unsigned nclasses, nrows, rounds;
	bool qemu;
};

/* report.c: ratios to native; < 0 where there is none. */
double row_ratio(const struct row *r, int way);
double class_mean(const struct bench *b, const struct class *c, int way);
bool class_has_rows(const struct bench *b, const struct class *c);
void report_row(const struct row *r);
void report_classes(const struct bench *b);
void report_json(const struct bench *b, FILE *f);
/* chart.c */
void chart_svg(const struct bench *b, FILE *f);

#endif
