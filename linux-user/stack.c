/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The initial stack: argc, argv, envp and the auxiliary vector at sp, the
 * strings above them, in the order of the kernel's create_elf_tables():
 *
 *	top - 8		0
 *			file name (AT_EXECFN), environment, arguments
 *			platform string, 16 random bytes
 *	sp		argc, argv..., 0, envp..., 0, auxv
 */
#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>

#include "linux-user/abi.h"
#include "linux-user/load.h"

#ifndef AT_MINSIGSTKSZ
#define AT_MINSIGSTKSZ 51
#endif

enum { AUXV_MAX = 24, RANDOM_BYTES = 16, CLOCK_TICKS = 100 };

/* What is mapped of a stack that grows, besides the strings. */
#define STACK_FIRST (128ull << 10)

struct vec {
	u64 n, bytes;		/* strings, and their length with NULs */
};

static struct vec measure(char *const *list)
{
	struct vec v = { 0, 0 };

	for (; list[v.n]; v.n++)
		v.bytes += strlen(list[v.n]) + 1;
	return v;
}

u64 stack_need(const struct load *l)
{
	struct vec a = measure(l->argv), e = measure(l->envp);

	return a.bytes + e.bytes + 8 * (a.n + e.n) + strlen(l->execfn) + 1024;
}

/* Copy the strings of list upwards from at; their addresses to out. */
static gaddr put_strings(gaddr at, char *const *list, u64 *out)
{
	for (; *list; list++) {
		size_t len = strlen(*list) + 1;

		memcpy((void *)at, *list, len);
		*out++ = at;
		at += len;
	}
	*out = 0;
	return at;
}

static void aux(u64 *auxv, unsigned *n, u64 type, u64 val)
{
	auxv[2 * *n] = type;
	auxv[2 * *n + 1] = val;
	++*n;
}

/* Entries in the kernel's order; their number. */
static unsigned fill_auxv(struct load *l, u64 *v, const struct loaded *img,
			  const struct loaded *interp, gaddr execfn,
			  gaddr platform, gaddr rnd)
{
	const struct guest_abi *abi = l->proc->abi;
	const struct elf_image *e = &l->prog->img;
	unsigned n = 0;

	if (l->proc->vdso)
		aux(v, &n, AT_SYSINFO_EHDR, l->proc->vdso);
	aux(v, &n, AT_MINSIGSTKSZ, abi->at_min_stack);
	aux(v, &n, AT_HWCAP, abi->hwcap(l->features));
	aux(v, &n, AT_PAGESZ, GUEST_PAGE_SIZE);
	aux(v, &n, AT_CLKTCK, CLOCK_TICKS);
	aux(v, &n, AT_PHDR, img->phdr);
	aux(v, &n, AT_PHENT, e->phent);
	aux(v, &n, AT_PHNUM, e->phnum);
	aux(v, &n, AT_BASE, interp->bias);
	aux(v, &n, AT_FLAGS, l->at_flags);
	aux(v, &n, AT_ENTRY, img->entry);
	aux(v, &n, AT_UID, getauxval(AT_UID));
	aux(v, &n, AT_EUID, getauxval(AT_EUID));
	aux(v, &n, AT_GID, getauxval(AT_GID));
	aux(v, &n, AT_EGID, getauxval(AT_EGID));
	aux(v, &n, AT_SECURE, getauxval(AT_SECURE));
	aux(v, &n, AT_RANDOM, rnd);
	aux(v, &n, AT_HWCAP2, abi->hwcap2(l->features));
	aux(v, &n, AT_EXECFN, execfn);
	aux(v, &n, AT_PLATFORM, platform);
	aux(v, &n, AT_NULL, 0);
	return n;
}

/* /proc/self/auxv must show what was, whatever the guest does with it. */
static int keep_auxv(struct process *p, const u64 *auxv, unsigned n)
{
	p->auxv_len = n * 2 * sizeof(u64);
	p->auxv = malloc(p->auxv_len);
	if (!p->auxv)
		return -ENOMEM;
	memcpy(p->auxv, auxv, p->auxv_len);
	return 0;
}

static int map_stack(struct load *l, gaddr top, u64 size)
{
	int prot = PROT_READ | PROT_WRITE, grow = 0;
	s64 r;

	/* The host's kernel knows how a stack grows, and by which limit; but
	 * -s is a promise of its own. */
	if (!l->proc->opt->stack_size) {
		size = align_up(stack_need(l) + STACK_FIRST, GUEST_PAGE_SIZE);
		grow = MAP_GROWSDOWN;
	}
	if (l->prog->img.exec_stack)
		prot |= PROT_EXEC;
	r = space_mmap(l->proc->space, top - size, size, prot,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE |
		       MAP_STACK | grow | MAP_FIXED, -1, 0);
	if (r < 0) {
		l->why = "no room for the stack";
		return (int)r;
	}
	space_set_name(l->proc->space, top - size, "[stack]");
	return 0;
}

int stack_build(struct load *l, const struct loaded *img,
		const struct loaded *interp, struct space_info *info,
		gaddr top, u64 size)
{
	struct vec a = measure(l->argv), e = measure(l->envp);
	u64 auxv[2 * AUXV_MAX], *w;
	gaddr p, execfn, platform, rnd;
	unsigned naux;
	int err = map_stack(l, top, size);

	if (err)
		return err;
	p = top - 8 - (strlen(l->execfn) + 1);
	execfn = p;
	strcpy((char *)p, l->execfn);
	p -= e.bytes;
	info->env_start = p;
	info->env_end = p + e.bytes;
	p -= a.bytes;
	info->arg_start = p;
	info->arg_end = p + a.bytes;
	/* arch_align_stack(): a random distance of up to 8 KiB */
	if (l->randomize)
		p -= l->rnd.stack >> 20 & 0x1fff;
	p = align_down(p, 16);
	platform = p -= strlen(l->proc->abi->machine) + 1;
	strcpy((char *)p, l->proc->abi->machine);
	rnd = p -= RANDOM_BYTES;
	memcpy((void *)p, l->rnd.at_random, RANDOM_BYTES);
	naux = fill_auxv(l, auxv, img, interp, execfn, platform, rnd);
	p -= 8 * (1 + a.n + 1 + e.n + 1) + 16 * naux;
	p = align_down(p, 16);
	info->start_stack = l->sp = p;
	w = (u64 *)p;
	*w++ = a.n;
	put_strings(info->arg_start, l->argv, w);
	w += a.n + 1;
	put_strings(info->env_start, l->envp, w);
	w += e.n + 1;
	memcpy(w, auxv, 16 * naux);
	return keep_auxv(l->proc, auxv, naux);
}
