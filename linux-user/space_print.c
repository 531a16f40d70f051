/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * /proc/self/maps and smaps of the guest.  The host kernel knows names,
 * devices, inodes and (for smaps) the counts of each mapping; the map knows
 * the guest's protections and which mapping is the heap or the stack.  So the
 * host's file is read, cut down to the guest's window and corrected.
 *
 * Without /proc the guest gets what the map alone knows.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sysmacros.h>

#include "linux-user/space_priv.h"

/* One mapping as it is printed. */
struct line {
	gaddr start, end;
	u32 prot;
	bool shared;
	u64 offset, ino;
	unsigned maj, min;
	char name[4200];
};

static void print_line(FILE *f, const struct line *l)
{
	int n = fprintf(f, "%08" PRIx64 "-%08" PRIx64 " %c%c%c%c %08" PRIx64
			" %02x:%02x %" PRIu64 " ", l->start, l->end,
			l->prot & PROT_READ ? 'r' : '-',
			l->prot & PROT_WRITE ? 'w' : '-',
			l->prot & PROT_EXEC ? 'x' : '-',
			l->shared ? 's' : 'p', l->offset, l->maj, l->min,
			l->ino);

	if (l->name[0])
		fprintf(f, "%*s%s", n < 73 ? 73 - n : 0, "", l->name);
	fputc('\n', f);
}

/* Parse a line of the host's maps; false if it is none. */
static bool parse_line(const char *text, struct line *l)
{
	char perm[5];
	int at = 0;

	if (sscanf(text, "%" SCNx64 "-%" SCNx64 " %4s %" SCNx64 " %x:%x %"
		   SCNu64 "%n", &l->start, &l->end, perm, &l->offset, &l->maj,
		   &l->min, &l->ino, &at) != 7)
		return false;
	while (text[at] == ' ')
		at++;
	snprintf(l->name, sizeof(l->name), "%s", text + at);
	l->name[strcspn(l->name, "\n")] = 0;
	l->shared = perm[3] == 's';
	return true;
}

/* The name of a mapping that has one of its own: as in the kernel, only the
 * piece with the first frame on it is called stack. */
static const char *name_of(const struct space *s, const struct vma *v)
{
	if (v->name && !strcmp(v->name, "[stack]") &&
	    s->info.start_stack - v->start >= v->end - v->start)
		return NULL;
	return v->name;
}

/* The part of the host's mapping h that is the guest's v. */
static void intersect(const struct space *s, const struct line *h,
		      const struct vma *v, struct line *out)
{
	const char *name = name_of(s, v);

	*out = *h;
	out->start = MAX(h->start, v->start);
	out->end = MIN(h->end, v->end);
	if (out->ino || out->offset)
		out->offset += out->start - h->start;
	out->prot = v->prot;
	if (name)
		snprintf(out->name, sizeof(out->name), "%s", name);
}

/* Print the guest's pieces of the host mapping h; their number. */
static int print_pieces(struct space *s, const struct line *h, FILE *f)
{
	const struct vma *v;
	struct line cur, prev;
	gaddr at = h->start;
	bool have = false;
	int n = 0;

	space_follow_stack(s, h->start);
	for (; (v = map_next(&s->map, at)) && v->start < h->end; at = v->end) {
		if (v->flags & VMA_RESERVED)
			continue;
		intersect(s, h, v, &cur);
		if (have && prev.end == cur.start && prev.prot == cur.prot &&
		    !strcmp(prev.name, cur.name)) {
			prev.end = cur.end;
			continue;
		}
		if (have)
			print_line(f, &prev);
		prev = cur;
		have = true;
		n++;
	}
	if (have)
		print_line(f, &prev);
	return n;
}

/* Without the host's help. */
static void print_plain(struct space *s, FILE *f)
{
	const struct vma *v;
	gaddr at = 0;

	for (; (v = map_next(&s->map, at)); at = v->end) {
		struct line l = {
			.start = v->start, .end = v->end, .prot = v->prot,
			.shared = (v->flags & MAP_TYPE) == MAP_SHARED,
			.offset = v->flags & MAP_ANONYMOUS ? 0 : v->offset,
			.ino = v->ino, .maj = major(v->dev),
			.min = minor(v->dev)
		};

		if (v->flags & VMA_RESERVED)
			continue;
		if (name_of(s, v))
			snprintf(l.name, sizeof(l.name), "%s", v->name);
		print_line(f, &l);
	}
}

/* what: the host's file.  Lines after a mapping's own (smaps) are kept. */
static void print_from(struct space *s, FILE *f, const char *what)
{
	FILE *in = fopen(what, "re");
	struct line h;
	char *text = NULL;
	size_t size = 0;
	bool ours = false;

	pthread_mutex_lock(&s->lock);
	if (!in)
		print_plain(s, f);
	while (in && getline(&text, &size, in) > 0) {
		if (parse_line(text, &h))
			ours = h.start < SPACE_TOP &&
			       print_pieces(s, &h, f) > 0;
		else if (ours)
			fputs(text, f);
	}
	pthread_mutex_unlock(&s->lock);
	free(text);
	if (in)
		fclose(in);
}

void space_print_maps(struct space *s, FILE *f)
{
	print_from(s, f, "/proc/self/maps");
}

void space_print_smaps(struct space *s, FILE *f)
{
	print_from(s, f, "/proc/self/smaps");
}
