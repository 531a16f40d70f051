/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The chart of class means: horizontal bars from "as fast as native" on a
 * logarithmic scale, in colours for light and dark pages.
 *
 *	title, what it shows, legend
 *	class text | bar of dragoman        1.4
 *	           | bar of qemu                  7.6
 *	           1     2       5    10 ...
 */
#include <math.h>

#include "bench.h"

/* Pixels. */
enum {
	WIDTH = 760, PLOT_X = 200, PLOT_W = 490, PLOT_Y = 78,
	BAR = 10, BAR_GAP = 2, CLASS_GAP = 12, FOOT = 52
};

static const char style[] =
	"svg { font-family: system-ui, 'Segoe UI', 'DejaVu Sans', sans-serif;"
	" font-size: 12px; }\n"
	".page { fill: #ffffff; }\n"
	".text { fill: #1f2328; }\n"
	".title { fill: #1f2328; font-size: 17px; font-weight: 600; }\n"
	".soft { fill: #59636e; }\n"
	".end { text-anchor: end; }\n"
	".middle { text-anchor: middle; }\n"
	".bold { font-weight: 600; }\n"
	".grid { stroke: #d8dee4; }\n"
	".native { stroke: #59636e; }\n"
	".ours { fill: #1f6feb; }\n"
	".qemu { fill: #d9b48f; }\n"
	"@media (prefers-color-scheme: dark) {\n"
	".page { fill: #0d1117; }\n"
	".text, .title { fill: #e6edf3; }\n"
	".soft { fill: #9198a1; }\n"
	".grid { stroke: #2b3138; }\n"
	".native { stroke: #9198a1; }\n"
	".ours { fill: #4493f8; }\n"
	".qemu { fill: #8f6b4a; }\n"
	"}\n";

/* The scale: from which ratio to which. */
struct axis {
	double lo, hi;
};

static const double tick[] = { 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200 };
enum { NTICKS = sizeof(tick) / sizeof(tick[0]) };

static struct axis choose_axis(const struct bench *b)
{
	double min = 1, max = 2;
	struct axis a = { tick[0], tick[NTICKS - 1] };

	for (unsigned i = 0; i < b->nclasses; i++)
		for (int way = DRAGOMAN; way < NWAYS; way++) {
			double v = class_mean(b, &b->class[i], way);

			if (v > 0) {
				min = v < min ? v : min;
				max = v > max ? v : max;
			}
		}
	for (unsigned i = 0; i < NTICKS && tick[i] <= min; i++)
		a.lo = tick[i];
	for (unsigned i = NTICKS; i-- && tick[i] >= max; )
		a.hi = tick[i];
	return a;
}

static double place(const struct axis *a, double v)
{
	return PLOT_X + PLOT_W * log(v / a->lo) / log(a->hi / a->lo);
}

static unsigned bars(const struct bench *b)
{
	return b->qemu ? 2 : 1;
}

static unsigned class_height(const struct bench *b)
{
	return bars(b) * (BAR + BAR_GAP) + CLASS_GAP;
}

static void draw_grid(FILE *f, const struct axis *a, unsigned bottom)
{
	for (unsigned i = 0; i < NTICKS; i++) {
		double x;

		if (tick[i] < a->lo || tick[i] > a->hi)
			continue;
		x = place(a, tick[i]);
		fprintf(f, "<line class=\"%s\" x1=\"%.1f\" y1=\"%d\" "
			"x2=\"%.1f\" y2=\"%u\"/>\n",
			tick[i] == 1 ? "native" : "grid", x, PLOT_Y - 6, x,
			bottom);
		fprintf(f, "<text class=\"soft middle\" x=\"%.1f\" y=\"%u\">"
			"%g%s</text>\n", x, bottom + 16, tick[i],
			tick[i] == 1 ? "" : "×");
	}
	fprintf(f, "<text class=\"soft middle\" x=\"%.1f\" y=\"%u\">native"
		"</text>\n", place(a, 1), bottom + 31);
}

/* From 1 to v; the value stands beside it. */
static void draw_bar(FILE *f, const struct axis *a, unsigned y, double v,
		     const char *class, const char *label)
{
	double from = place(a, v < 1 ? v : 1), to = place(a, v < 1 ? 1 : v);

	if (v <= 0) {
		fprintf(f, "<text class=\"soft\" x=\"%.1f\" y=\"%u\">no result"
			"</text>\n", place(a, 1) + 6, y + BAR - 1);
		return;
	}
	fprintf(f, "<rect class=\"%s\" x=\"%.1f\" y=\"%u\" width=\"%.1f\" "
		"height=\"%d\" rx=\"2\"/>\n", class, from, y,
		to - from > 1.5 ? to - from : 1.5, BAR);
	fprintf(f, "<text class=\"%s\" x=\"%.1f\" y=\"%u\">%.*f</text>\n",
		label, to + 6, y + BAR - 1, v < 9.95 ? 1 : 0, v);
}

static void draw_class(const struct bench *b, FILE *f, const struct axis *a,
		       const struct class *c, unsigned y)
{
	unsigned middle = y + (bars(b) * (BAR + BAR_GAP) - BAR_GAP) / 2 + 4;

	fprintf(f, "<text class=\"text end\" x=\"%d\" y=\"%u\">%s</text>\n",
		PLOT_X - 14, middle, c->text);
	draw_bar(f, a, y, class_mean(b, c, DRAGOMAN), "ours", "text bold");
	if (b->qemu)
		draw_bar(f, a, y + BAR + BAR_GAP, class_mean(b, c, QEMU),
			 "qemu", "soft");
}

static void draw_head(const struct bench *b, FILE *f)
{
	fprintf(f, "<text class=\"title\" x=\"24\" y=\"32\">CPU time of aarch64 "
		"programs on x86-64, relative to native</text>\n");
	fprintf(f, "<rect class=\"ours\" x=\"24\" y=\"46\" width=\"12\" "
		"height=\"10\" rx=\"2\"/>\n<text class=\"text\" x=\"42\" "
		"y=\"55\">dragoman</text>\n");
	if (b->qemu)
		fprintf(f, "<rect class=\"qemu\" x=\"116\" y=\"46\" "
			"width=\"12\" height=\"10\" rx=\"2\"/>\n<text "
			"class=\"text\" x=\"134\" y=\"55\">qemu-user</text>\n");
	fprintf(f, "<text class=\"soft end\" x=\"%d\" y=\"55\">geometric mean "
		"of each class, logarithmic scale; shorter is better</text>\n",
		WIDTH - 24);
}

void chart_svg(const struct bench *b, FILE *f)
{
	struct axis a = choose_axis(b);
	unsigned n = 0, bottom, y = PLOT_Y;

	for (unsigned i = 0; i < b->nclasses; i++)
		n += class_has_rows(b, &b->class[i]);
	bottom = PLOT_Y + n * class_height(b);
	fprintf(f, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" "
		"height=\"%u\" viewBox=\"0 0 %d %u\" role=\"img\" "
		"aria-label=\"CPU time relative to native, by class\">\n"
		"<style>\n%s</style>\n", WIDTH, bottom + FOOT, WIDTH,
		bottom + FOOT, style);
	fprintf(f, "<rect class=\"page\" width=\"%d\" height=\"%u\" "
		"rx=\"6\"/>\n", WIDTH, bottom + FOOT);
	draw_head(b, f);
	draw_grid(f, &a, bottom);
	for (unsigned i = 0; i < b->nclasses; i++)
		if (class_has_rows(b, &b->class[i])) {
			draw_class(b, f, &a, &b->class[i], y);
			y += class_height(b);
		}
	fprintf(f, "</svg>\n");
}
