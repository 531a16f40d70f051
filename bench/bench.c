/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The benchmark harness: runs each row of bench.tbl natively, under dragoman
 * and, if named, under another emulator, in turn, several rounds; prints CPU
 * time medians, ratios to native and geometric means by class; writes the
 * same as JSON and a bar chart as SVG.
 *
 *   bench -k KERNELS -d DRAGOMAN [-q QEMU] [-L ROOT] [-T SCRATCH] [-r ROUNDS]
 *	   [-c CLASS] [-j OUT.json] [-s OUT.svg] bench.tbl
 */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MAX_ROWS = 128, MAX_ROUNDS = 31, MAX_ARGS = 32 };
enum { NATIVE, DRAGOMAN, QEMU, NWAYS };

struct row {
	char class[24], name[64], cmd[512];
	bool kernel;
	double cpu[NWAYS];	/* median seconds; < 0: did not run */
	long rss[NWAYS];	/* KiB */
	bool same;		/* output equal to the native run's */
};

static struct config {
	const char *kernels, *dragoman, *qemu, *root, *scratch, *class;
	const char *json, *svg;
	unsigned rounds;
} cfg = { .rounds = 5, .scratch = "." };

static struct row rows[MAX_ROWS];
static unsigned nrows;

/* -- The table ------------------------------------------------------------- */

static void add_row(char *line)
{
	struct row *r = &rows[nrows];
	char kind[4], first[64];
	int used = 0;

	if (nrows == MAX_ROWS || line[0] == '#' ||
	    sscanf(line, "%3s %23s %n", kind, r->class, &used) < 2)
		return;
	if (cfg.class && strcmp(cfg.class, r->class))
		return;
	r->kernel = kind[0] == 'K';
	snprintf(r->cmd, sizeof(r->cmd), "%s", line + used);
	r->cmd[strcspn(r->cmd, "\n")] = 0;
	sscanf(r->cmd, "%63s", first);
	snprintf(r->name, sizeof(r->name), "%s",
		 r->kernel ? first : strrchr(r->cmd, '/') > r->cmd ?
		 strrchr(first, '/') + 1 : first);
	nrows++;
}

static int read_table(const char *file)
{
	char line[600];
	FILE *f = fopen(file, "r");

	if (!f)
		return -errno;
	while (fgets(line, sizeof(line), f))
		add_row(line);
	fclose(f);
	return 0;
}

/* Argument vector of row r run one way; strings live in buf. */
static void build_argv(const struct row *r, int way, char *buf, size_t len,
		       char **argv)
{
	char *save = NULL, *word, *p = buf, *end = buf + len;
	unsigned n = 0;
	bool first = true;
	char cmd[512];

	if (way != NATIVE) {
		argv[n++] = (char *)(way == QEMU ? cfg.qemu : cfg.dragoman);
		if (!r->kernel) {
			argv[n++] = (char *)"-L";
			argv[n++] = (char *)cfg.root;
		}
	}
	memcpy(cmd, r->cmd, sizeof(cmd));
	for (word = strtok_r(cmd, " \t", &save); word && n < MAX_ARGS - 1;
	     word = strtok_r(NULL, " \t", &save), first = false) {
		argv[n++] = p;
		if (first && r->kernel)
			p += snprintf(p, (size_t)(end - p), "%s/%s.%s",
				      cfg.kernels, word,
				      way == NATIVE ? "native" : "guest") + 1;
		else if (first && way != NATIVE)
			p += snprintf(p, (size_t)(end - p), "%s%s", cfg.root,
				      word) + 1;
		else if (!strncmp(word, "{T}", 3))
			p += snprintf(p, (size_t)(end - p), "%s%s", cfg.scratch,
				      word + 3) + 1;
		else
			p += snprintf(p, (size_t)(end - p), "%s", word) + 1;
	}
	argv[n] = NULL;
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

static double run_once(const struct row *r, int way, unsigned long *out,
		       long *rss)
{
	char buf[2048], *argv[MAX_ARGS];
	struct rusage ru;
	int p[2], st;
	pid_t pid;

	build_argv(r, way, buf, sizeof(buf), argv);
	if (pipe(p))
		return -1;
	pid = fork();
	if (!pid) {
		int null = open("/dev/null", O_RDWR);

		dup2(null, 0);
		dup2(p[1], 1);
		dup2(null, 2);
		close(p[0]);
		close(p[1]);
		setenv("PYTHONHASHSEED", "0", 1);
		setenv("LC_ALL", "C", 1);
		if (way == QEMU)
			setenv("BENCH_RUNNER", cfg.qemu, 1);
		execv(argv[0], argv);
		_exit(127);
	}
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

static void run_row(struct row *r)
{
	double t[NWAYS][MAX_ROUNDS];
	unsigned long out[NWAYS] = { 0 };
	bool dead[NWAYS] = { false, false, !cfg.qemu };
	unsigned rounds = cfg.rounds;

	/* Short programs need more rounds for a steady median. */
	if (!strcmp(r->class, "startup"))
		rounds = rounds * 4 < MAX_ROUNDS ? rounds * 4 : MAX_ROUNDS;
	for (unsigned k = 0; k < rounds; k++)
		for (int way = 0; way < NWAYS; way++) {
			if (dead[way])
				continue;
			t[way][k] = run_once(r, way, &out[way], &r->rss[way]);
			dead[way] = t[way][k] < 0;
		}
	for (int way = 0; way < NWAYS; way++) {
		qsort(t[way], rounds, sizeof(double), cmp_double);
		r->cpu[way] = dead[way] ? -1 : t[way][rounds / 2];
	}
	r->same = out[NATIVE] == out[DRAGOMAN];
}

/* -- Output ---------------------------------------------------------------- */

static double ratio(const struct row *r, int way)
{
	return r->cpu[way] < 0 || r->cpu[NATIVE] <= 0 ? -1 :
		r->cpu[way] / r->cpu[NATIVE];
}

/* Geometric mean of one way's ratios in a class; < 0 if none ran. */
static double geomean(const char *class, int way)
{
	double sum = 0;
	unsigned n = 0;

	for (unsigned i = 0; i < nrows; i++)
		if (!strcmp(rows[i].class, class) && ratio(&rows[i], way) > 0) {
			sum += log(ratio(&rows[i], way));
			n++;
		}
	return n ? exp(sum / n) : -1;
}

static bool first_of_class(unsigned i)
{
	for (unsigned k = 0; k < i; k++)
		if (!strcmp(rows[k].class, rows[i].class))
			return false;
	return true;
}

static void print_row(const struct row *r)
{
	printf("%-10s %-16s native %8.4f s  dragoman %8.4f s  %6.2fx",
	       r->class, r->name, r->cpu[NATIVE], r->cpu[DRAGOMAN],
	       ratio(r, DRAGOMAN));
	if (r->cpu[QEMU] >= 0)
		printf("  qemu %8.4f s  %6.2fx", r->cpu[QEMU], ratio(r, QEMU));
	printf("  rss %ld/%ld KiB%s\n", r->rss[DRAGOMAN], r->rss[NATIVE],
	       r->cpu[DRAGOMAN] < 0 ? "  FAILED" :
	       r->same || !r->kernel ? "" : "  OUTPUT DIFFERS");
	fflush(stdout);
}

static void print_classes(void)
{
	printf("\n%-10s %10s %10s %12s\n", "class", "dragoman", "qemu",
	       "qemu/dragoman");
	for (unsigned i = 0; i < nrows; i++) {
		double d, q;

		if (!first_of_class(i))
			continue;
		d = geomean(rows[i].class, DRAGOMAN);
		q = geomean(rows[i].class, QEMU);
		printf("%-10s %9.2fx", rows[i].class, d);
		if (q > 0)
			printf(" %9.2fx %11.2fx", q, d > 0 ? q / d : -1);
		printf("\n");
	}
}

static void write_json(FILE *f)
{
	fprintf(f, "{\n  \"rows\": [\n");
	for (unsigned i = 0; i < nrows; i++) {
		const struct row *r = &rows[i];

		fprintf(f, "    {\"class\": \"%s\", \"name\": \"%s\", "
			"\"native_s\": %.6f, \"dragoman_s\": %.6f, "
			"\"qemu_s\": %.6f, \"rss_kib\": [%ld, %ld]}%s\n",
			r->class, r->name, r->cpu[NATIVE], r->cpu[DRAGOMAN],
			r->cpu[QEMU], r->rss[NATIVE], r->rss[DRAGOMAN],
			i + 1 < nrows ? "," : "");
	}
	fprintf(f, "  ]\n}\n");
}

static void svg_bar(FILE *f, double y, double v, const char *colour)
{
	double w = v > 0 ? 60 * log2(1 + v) : 0;

	fprintf(f, "<rect x=\"110\" y=\"%.0f\" width=\"%.1f\" height=\"12\" "
		"fill=\"%s\"/>\n<text x=\"%.1f\" y=\"%.0f\">%.2f</text>\n",
		y, w, colour, 116 + w, y + 10, v);
}

static void write_svg(FILE *f)
{
	double y = 50;
	unsigned n = 0;

	for (unsigned i = 0; i < nrows; i++)
		n += first_of_class(i);
	fprintf(f, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"520\" "
		"height=\"%u\" font-family=\"sans-serif\" font-size=\"11\">\n"
		"<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n"
		"<text x=\"10\" y=\"18\" font-size=\"14\">CPU time relative to "
		"native (1 = native; shorter is better)</text>\n"
		"<text x=\"10\" y=\"36\"><tspan fill=\"#2a7ab0\">dragoman"
		"</tspan>  <tspan fill=\"#b0562a\">qemu-user</tspan>, bars "
		"on a logarithmic scale</text>\n", 60 + n * 34);
	for (unsigned i = 0; i < nrows; i++) {
		if (!first_of_class(i))
			continue;
		fprintf(f, "<text x=\"10\" y=\"%.0f\">%s</text>\n", y + 16,
			rows[i].class);
		svg_bar(f, y, geomean(rows[i].class, DRAGOMAN), "#2a7ab0");
		if (cfg.qemu)
			svg_bar(f, y + 14, geomean(rows[i].class, QEMU),
				"#b0562a");
		y += 34;
	}
	fprintf(f, "</svg>\n");
}

static void write_file(const char *name, void (*fn)(FILE *))
{
	FILE *f = name ? fopen(name, "w") : NULL;

	if (!f)
		return;
	fn(f);
	fclose(f);
	printf("wrote %s\n", name);
}

int main(int argc, char **argv)
{
	unsigned failed = 0;
	int c;

	while ((c = getopt(argc, argv, "k:d:q:L:T:r:c:j:s:")) != -1)
		switch (c) {
		case 'k': cfg.kernels = optarg; break;
		case 'd': cfg.dragoman = optarg; break;
		case 'q': cfg.qemu = *optarg ? optarg : NULL; break;
		case 'L': cfg.root = optarg; break;
		case 'T': cfg.scratch = optarg; break;
		case 'r': cfg.rounds = (unsigned)atoi(optarg); break;
		case 'c': cfg.class = optarg; break;
		case 'j': cfg.json = optarg; break;
		case 's': cfg.svg = optarg; break;
		default: return 2;
		}
	if (optind >= argc || !cfg.kernels || !cfg.dragoman ||
	    cfg.rounds < 1 || cfg.rounds > MAX_ROUNDS ||
	    read_table(argv[optind])) {
		fprintf(stderr, "bench: bad arguments or table\n");
		return 2;
	}
	for (unsigned i = 0; i < nrows; i++) {
		if (!rows[i].kernel && !cfg.root)
			continue;
		run_row(&rows[i]);
		print_row(&rows[i]);
		failed += rows[i].cpu[DRAGOMAN] < 0 && rows[i].cpu[NATIVE] >= 0;
	}
	print_classes();
	write_file(cfg.json, write_json);
	write_file(cfg.svg, write_svg);
	return failed ? 1 : 0;
}
