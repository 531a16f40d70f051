/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The benchmark harness: runs each row of bench.tbl natively, under dragoman
 * and, if named, under another emulator, in turn, several rounds, and takes
 * the median of the CPU times.  Exit status 1 if a row failed or its output
 * was not the native one.
 *
 *   bench -k KERNELS -d DRAGOMAN [-q QEMU] [-L ROOT -N NATIVE_ROOT]
 *	   [-r ROUNDS] [-c CLASS] [-z DIVISOR] [-p PROCESSOR]
 *	   [-j OUT.json] [-s OUT.svg] bench.tbl
 *
 * Both roots hold the same programs in the same versions; natively they are
 * run by chroot.  -z divides the kernels' repetitions, for tests.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

static struct config {
	const char *kernels, *dragoman, *qemu, *root, *native_root, *class;
	const char *json, *svg;
	unsigned long divisor;
	int processor;
} cfg = { .divisor = 1, .processor = -1 };

static struct bench bench = { .rounds = 5 };

/* -- The table ------------------------------------------------------------- */

/* "= NAME TEXT": a class. */
static void add_class(const char *line)
{
	struct class *c = &bench.class[bench.nclasses];

	if (bench.nclasses < MAX_CLASSES &&
	    sscanf(line, "= %23s %63[^\n]", c->name, c->text) == 2)
		bench.nclasses++;
}

static const struct class *find_class(const char *name)
{
	for (unsigned i = 0; i < bench.nclasses; i++)
		if (!strcmp(bench.class[i].name, name))
			return &bench.class[i];
	return NULL;
}

/* What the table says, or the last part of the command's name. */
static void name_row(struct row *r, const char *name)
{
	char first[256] = "";

	sscanf(r->cmd, "%255s", first);
	if (*name == '-')
		name = strrchr(first, '/') ? strrchr(first, '/') + 1 : first;
	snprintf(r->name, sizeof(r->name), "%.63s", name);
}

/* "KIND CLASS NAME COMMAND"; false: malformed. */
static bool add_row(const char *line)
{
	struct row *r = &bench.row[bench.nrows];
	char class[24], name[64];
	int used = 0;

	if (sscanf(line, "%c %23s %63s %n", &r->kind, class, name, &used) < 3 ||
	    !used || !strchr("KDPX", r->kind) || bench.nrows == MAX_ROWS)
		return false;
	r->class = find_class(class);
	if (!r->class)
		return false;
	if (cfg.class && strcmp(cfg.class, class))
		return true;
	snprintf(r->cmd, sizeof(r->cmd), "%s", line + used);
	r->cmd[strcspn(r->cmd, "\n")] = 0;
	name_row(r, name);
	bench.nrows++;
	return true;
}

static int read_table(const char *file)
{
	char line[600];
	FILE *f = fopen(file, "r");
	int err = 0;

	if (!f)
		return -errno;
	while (!err && fgets(line, sizeof(line), f)) {
		if (line[0] == '=')
			add_class(line);
		else if (line[0] != '#' && line[0] != '\n' && !add_row(line))
			err = -EINVAL;
	}
	fclose(f);
	return err ? err : bench.nrows ? 0 : -ENOENT;
}

/* -- Commands -------------------------------------------------------------- */

/* Argument vector under construction; the strings live in buf. */
struct command {
	char *argv[MAX_ARGS], buf[4096];
	unsigned n;
	size_t used;
};

static void add_arg(struct command *c, const char *fmt, const char *a,
		    const char *b, const char *d)
{
	size_t room = sizeof(c->buf) - c->used;
	int len = snprintf(c->buf + c->used, room, fmt, a, b, d);

	if (len < 0 || (size_t)len >= room || c->n + 1 >= MAX_ARGS)
		return;
	c->argv[c->n++] = c->buf + c->used;
	c->used += (size_t)len + 1;
}

static bool in_root(const struct row *r)
{
	return r->kind != 'K';
}

/* {M}: the Debian name of the machine. */
static void add_word(struct command *c, const char *word, int way)
{
	const char *m = strstr(word, "{M}");
	char head[256];

	if (!m) {
		add_arg(c, "%s%s%s", word, "", "");
		return;
	}
	snprintf(head, sizeof(head), "%.*s", (int)(m - word), word);
	add_arg(c, "%s%s%s", head, way == NATIVE ? "x86_64-linux-gnu" :
		"aarch64-linux-gnu", m + 3);
}

static void build_command(const struct row *r, int way, struct command *c)
{
	char cmd[sizeof(r->cmd)], path[300], scaled[32], *save = NULL, *word;

	c->n = 0;
	c->used = 0;
	if (way != NATIVE) {
		add_arg(c, "%s%s%s", way == QEMU ? cfg.qemu : cfg.dragoman, "",
			"");
		if (in_root(r)) {
			add_arg(c, "%s%s%s", "-L", "", "");
			add_arg(c, "%s%s%s", cfg.root, "", "");
		}
	}
	memcpy(cmd, r->cmd, sizeof(cmd));
	word = strtok_r(cmd, " \t", &save);
	if (r->kind == 'K')
		add_arg(c, "%s/%s.%s", cfg.kernels, word,
			way == NATIVE ? "native" : "guest");
	else if (r->kind == 'D')
		add_arg(c, "%s/bench/%s%s", way == NATIVE ? "" : cfg.root,
			word, "");
	else {
		snprintf(path, sizeof(path), "%s%s",
			 way == NATIVE ? "" : cfg.root, word);
		add_word(c, path, way);
	}
	while ((word = strtok_r(NULL, " \t", &save))) {
		if (r->kind == 'K') {
			unsigned long n = strtoul(word, NULL, 0) / cfg.divisor;

			snprintf(scaled, sizeof(scaled), "%lu", n ? n : 1);
			word = scaled;
		}
		add_word(c, word, way);
	}
	c->argv[c->n] = NULL;
}

/* -- Running --------------------------------------------------------------- */

/* FNV-1a of what a child prints. */
static unsigned long drain(int fd)
{
	unsigned char buf[65536];
	unsigned long h = 0xcbf29ce484222325ul;
	ssize_t n;

	while ((n = read(fd, buf, sizeof(buf))) > 0)
		for (ssize_t i = 0; i < n; i++)
			h = (h ^ buf[i]) * 0x100000001b3ul;
	return h;
}

static void child(const struct row *r, int way, struct command *c, int out)
{
	char runner[4096] = "BENCH_RUNNER=";
	char *env[] = {
		(char *)"PATH=/usr/bin:/bin", (char *)"HOME=/",
		(char *)"LC_ALL=C", (char *)"PYTHONHASHSEED=0",
		way == QEMU ? runner : NULL, NULL
	};
	int null = open("/dev/null", O_RDWR);
	cpu_set_t set;

	/* Two threads need two processors. */
	if (cfg.processor >= 0 && strcmp(r->class->name, "threads")) {
		CPU_ZERO(&set);
		CPU_SET(cfg.processor, &set);
		sched_setaffinity(0, sizeof(set), &set);
	}
	if (way == QEMU)
		snprintf(runner, sizeof(runner), "BENCH_RUNNER=%s", cfg.qemu);
	dup2(null, 0);
	dup2(out, 1);
	dup2(null, 2);
	if (null > 2)
		close(null);
	close(out);
	if (way == NATIVE && in_root(r) &&
	    (chroot(cfg.native_root) || chdir("/")))
		_exit(126);
	execve(c->argv[0], c->argv, env);
	_exit(127);
}

/* CPU seconds of one run, < 0 if it failed. */
static double run_once(const struct row *r, int way, unsigned long *out,
		       long *rss)
{
	struct command c;
	struct rusage ru;
	int p[2], st;
	pid_t pid;

	build_command(r, way, &c);
	if (pipe2(p, O_CLOEXEC))
		return -1;
	pid = fork();
	if (!pid)
		child(r, way, &c, p[1]);
	close(p[1]);
	*out = drain(p[0]);
	close(p[0]);
	if (pid < 0 || wait4(pid, &st, 0, &ru) != pid || !WIFEXITED(st) ||
	    WEXITSTATUS(st))
		return -1;
	*rss = ru.ru_maxrss;
	return (double)ru.ru_utime.tv_sec + (double)ru.ru_stime.tv_sec +
	       1e-6 * (double)(ru.ru_utime.tv_usec + ru.ru_stime.tv_usec);
}

static int cmp_double(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

/* Short programs need more rounds for a steady median. */
static unsigned rounds_of(const struct row *r)
{
	unsigned n = bench.rounds;

	if (!strcmp(r->class->name, "startup"))
		n *= 4;
	return n < MAX_ROUNDS ? n : MAX_ROUNDS;
}

static void run_row(struct row *r)
{
	double t[NWAYS][MAX_ROUNDS];
	unsigned long out[NWAYS] = { 0 };
	bool dead[NWAYS] = { false, false, !cfg.qemu };
	unsigned rounds = rounds_of(r);

	if (in_root(r) && (!cfg.root || !cfg.native_root))
		dead[NATIVE] = dead[DRAGOMAN] = dead[QEMU] = true;
	for (unsigned k = 0; k < rounds; k++)
		for (int way = 0; way < NWAYS; way++) {
			if (dead[way])
				continue;
			t[way][k] = run_once(r, way, &out[way], &r->rss[way]);
			dead[way] = t[way][k] < 0;
		}
	for (int way = 0; way < NWAYS; way++) {
		r->cpu[way] = -1;
		if (dead[way])
			continue;
		qsort(t[way], rounds, sizeof(double), cmp_double);
		r->cpu[way] = t[way][rounds / 2];
	}
	if (dead[NATIVE] || dead[DRAGOMAN])
		r->state = ROW_FAILED;
	else if (r->kind != 'X' && out[NATIVE] != out[DRAGOMAN])
		r->state = ROW_DIFFERS;
}

/* -- Main ------------------------------------------------------------------ */

static void write_file(const char *name,
		       void (*fn)(const struct bench *, FILE *))
{
	FILE *f = name ? fopen(name, "w") : NULL;

	if (!f)
		return;
	fn(&bench, f);
	fclose(f);
	printf("wrote %s\n", name);
}

static bool parse_options(int argc, char **argv)
{
	int c;

	while ((c = getopt(argc, argv, "k:d:q:L:N:r:c:z:p:j:s:")) != -1)
		switch (c) {
		case 'k': cfg.kernels = optarg; break;
		case 'd': cfg.dragoman = optarg; break;
		case 'q': cfg.qemu = *optarg ? optarg : NULL; break;
		case 'L': cfg.root = optarg; break;
		case 'N': cfg.native_root = optarg; break;
		case 'r': bench.rounds = (unsigned)atoi(optarg); break;
		case 'c': cfg.class = optarg; break;
		case 'z': cfg.divisor = strtoul(optarg, NULL, 0); break;
		case 'p': cfg.processor = atoi(optarg); break;
		case 'j': cfg.json = optarg; break;
		case 's': cfg.svg = optarg; break;
		default: return false;
		}
	bench.qemu = cfg.qemu;
	return optind < argc && cfg.kernels && cfg.dragoman && cfg.divisor &&
	       bench.rounds >= 1 && bench.rounds <= MAX_ROUNDS;
}

int main(int argc, char **argv)
{
	unsigned failed = 0;

	if (!parse_options(argc, argv) || read_table(argv[optind])) {
		fprintf(stderr, "bench: bad arguments or table\n");
		return 2;
	}
	for (unsigned i = 0; i < bench.nrows; i++) {
		run_row(&bench.row[i]);
		report_row(&bench.row[i]);
		failed += bench.row[i].state != ROW_OK;
	}
	report_classes(&bench);
	write_file(cfg.json, report_json);
	write_file(cfg.svg, chart_svg);
	if (failed)
		printf("%u of %u rows failed; they are in no mean\n", failed,
		       bench.nrows);
	return failed ? 1 : 0;
}
