/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The process's own status, stat and statm: the host's text, with the numbers
 * in it that would show the runner replaced.  These are the signals that only
 * the runner catches, the size of the address space, and what an x86 kernel
 * adds.
 */
#include "linux-user/procfs.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "linux-user/signal.h"

/* What the guest's numbers are. */
struct facts {
	u64 size;			/* of its address space, KiB */
	u64 excess;			/* of the host's process beyond, KiB */
	u64 blocked, ignored, caught;	/* of the synchronous signals */
	bool x86;			/* the guest is one */
};

static FILE *host_file(const char *name)
{
	return fopen(name, "re");
}

static u64 less(u64 v, u64 by)
{
	return v > by ? v - by : 0;
}

u64 procfs_excess(struct process *p)
{
	FILE *f = host_file("/proc/self/statm");
	struct space_info i;
	u64 pages = 0;

	space_get_info(p->space, &i);
	if (f && fscanf(f, "%" SCNu64, &pages) != 1)
		pages = 0;
	if (f)
		fclose(f);
	return less(pages, i.pages) * GUEST_PAGE_SIZE;
}

static void get_signals(struct task *t, struct facts *x)
{
	struct process *p = t->proc;

	x->blocked = x->ignored = x->caught = 0;
	pthread_mutex_lock(&p->sig->lock);
	for (int i = 1; i <= SIGNAL_MAX; i++)
		if (p->sig->act[i].handler == SIGNAL_IGN)
			x->ignored |= SIGNAL_BIT(i);
		else if (p->sig->act[i].handler != SIGNAL_DFL)
			x->caught |= SIGNAL_BIT(i);
	pthread_mutex_unlock(&p->sig->lock);
	x->ignored &= SIGNAL_SYNC;
	x->caught &= SIGNAL_SYNC;
	/* The file is about the first thread. */
	pthread_mutex_lock(&p->lock);
	for (t = p->tasks; t; t = t->next)
		if (t->tid == getpid())
			x->blocked = t->sigst->mask & SIGNAL_SYNC;
	pthread_mutex_unlock(&p->lock);
}

static void get_facts(struct task *t, struct facts *x)
{
	struct space_info i;

	space_get_info(t->proc->space, &i);
	x->size = i.pages * (GUEST_PAGE_SIZE / 1024);
	x->excess = procfs_excess(t->proc) / 1024;
	x->x86 = t->proc->sys_cfg.abi->native;
	get_signals(t, x);
}

static u64 guest_signals(u64 host, u64 sync)
{
	return (host & ~SIGNAL_SYNC) | sync;
}

/* -- status: "Name:\tvalue" lines ------------------------------------------- */

static bool print_line(FILE *f, const char *name, const char *value,
		       const struct facts *x)
{
	u64 n = strtoull(value, NULL, 10);
	const struct {
		const char *name;
		u64 sync;
	} set[] = {
		{ "SigBlk", x->blocked }, { "SigIgn", x->ignored },
		{ "SigCgt", x->caught },
	};

	for (size_t i = 0; i < ARRAY_LEN(set); i++)
		if (!strcmp(name, set[i].name))
			return fprintf(f, "%s:\t%016" PRIx64 "\n", name,
				guest_signals(strtoull(value, NULL, 16),
					      set[i].sync)) > 0;
	if (!strcmp(name, "VmSize") || !strcmp(name, "VmPeak"))
		return fprintf(f, "%s:\t%8" PRIu64 " kB\n", name,
			       less(n, x->excess)) > 0;
	if (!strcmp(name, "VmData"))
		return fprintf(f, "%s:\t%8" PRIu64 " kB\n", name,
			       MIN(n, x->size)) > 0;
	return !x->x86 && !strncmp(name, "x86_", 4);
}

int procfs_print_status(struct sysctx *c, FILE *f)
{
	FILE *host = host_file("/proc/self/status");
	char line[4096], *value;
	struct facts x;

	if (!host)
		return -ENOENT;
	get_facts(c->task, &x);
	while (fgets(line, sizeof(line), host)) {
		value = strchr(line, ':');
		if (value)
			*value++ = 0;
		if (!value)
			fputs(line, f);
		else if (!print_line(f, line, value, &x))
			fprintf(f, "%s:%s", line, value);
	}
	fclose(host);
	return 0;
}

/* -- stat and statm: numbers in a row --------------------------------------- */

enum { STAT_STATE = 3, STAT_VSIZE = 23, STAT_BLOCKED = 32, STAT_IGNORED,
       STAT_CAUGHT };

static u64 stat_value(unsigned field, u64 v, const struct facts *x)
{
	/* Only the lower 31 of the signals are shown here. */
	const u64 shown = 0x7fffffff;

	switch (field) {
	case STAT_VSIZE:
		return x->size * 1024;
	case STAT_BLOCKED:
		return guest_signals(v, x->blocked) & shown;
	case STAT_IGNORED:
		return guest_signals(v, x->ignored) & shown;
	case STAT_CAUGHT:
		return guest_signals(v, x->caught) & shown;
	}
	return v;
}

int procfs_print_stat(struct sysctx *c, FILE *f)
{
	FILE *host = host_file("/proc/self/stat");
	char line[2048], *at, *save;
	struct facts x;
	unsigned field = STAT_STATE;

	if (!host)
		return -ENOENT;
	get_facts(c->task, &x);
	/* The name may hold anything: the last parenthesis ends it. */
	at = fgets(line, sizeof(line), host) ? strrchr(line, ')') : NULL;
	fclose(host);
	if (!at)
		return -ENOENT;
	fprintf(f, "%.*s", (int)(at + 1 - line), line);
	for (at = strtok_r(at + 1, " \n", &save); at;
	     at = strtok_r(NULL, " \n", &save), field++)
		if (*at >= '0' && *at <= '9')
			fprintf(f, " %" PRIu64,
				stat_value(field, strtoull(at, NULL, 10), &x));
		else
			fprintf(f, " %s", at);
	fputc('\n', f);
	return 0;
}

int procfs_print_statm(struct sysctx *c, FILE *f)
{
	enum { SIZE, RESIDENT, SHARED, TEXT, LIB, DATA, DIRTY, COUNT };
	FILE *host = host_file("/proc/self/statm");
	u64 v[COUNT] = { 0 };
	struct facts x;

	if (!host)
		return -ENOENT;
	get_facts(c->task, &x);
	for (unsigned i = 0; i < COUNT; i++)
		if (fscanf(host, "%" SCNu64, &v[i]) != 1)
			break;
	fclose(host);
	v[SIZE] = x.size / (GUEST_PAGE_SIZE / 1024);
	v[DATA] = MIN(v[DATA], v[SIZE]);
	for (unsigned i = 0; i < COUNT; i++)
		fprintf(f, "%" PRIu64 "%c", v[i], i + 1 < COUNT ? ' ' : '\n');
	return 0;
}
