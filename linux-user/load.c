/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Mapping a program; the layout follows fs/binfmt_elf.c and arm64's
 * arch_pick_mmap_layout():
 *
 *	window top
 *	  stack		random up to 1 GiB below the top
 *	  mmap base	below it by the stack's limit (128 MiB .. 5/6), random
 *	  ...		libraries, vDSO; growing down
 *	  PIE		2/3 of the window, random up to 1 GiB; then brk
 *	  ET_EXEC	where it was linked; then brk
 */
#include "linux-user/load.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/uio.h>
#include <unistd.h>

#include "linux-user/abi.h"
#include "linux-user/vdso.h"

/* ELF_ET_DYN_BASE: 2 * window / 3 */
#define PIE_BASE (2 * (SPACE_TOP / 3) & GUEST_PAGE_MASK)
/* Bits of page number that are random (arm64's ARCH_MMAP_RND_BITS_MIN). */
#define RND_PAGES(v) (((v) & 0x3ffff) * GUEST_PAGE_SIZE)
/* The heap starts at most this far behind the image. */
#define RND_BRK(v) (((v) & 0x1fff) * GUEST_PAGE_SIZE)

#define GAP_MIN (128ull << 20)
#define GAP_MAX (SPACE_TOP / 6 * 5)
#define STACK_DEFAULT (8ull << 20)
#define STACK_MOST (1ull << 30)
#define STACK_LEAST (128ull << 10)

static int failed(struct load *l, const char *why, int err)
{
	if (!l->why)
		l->why = why;
	return err;
}

/* -- Images ---------------------------------------------------------------- */

/*
 * Zero what lies behind the file's part of a segment in its last page.  The
 * write must not kill us if the file shrinks under our hands.
 */
static void zero_tail(gaddr from, gaddr to)
{
	static const u8 zero[GUEST_PAGE_SIZE];
	struct iovec src = { (void *)zero, to - from };
	struct iovec dst = { (void *)from, to - from };

	if (from == to)
		return;
	if (process_vm_writev(getpid(), &src, 1, &dst, 1, 0) < 0 &&
	    errno != EFAULT)
		memset((void *)from, 0, to - from);
}

static int map_segment(struct load *l, int fd, const struct elf_segment *s,
		       gaddr bias)
{
	struct space *space = l->proc->space;
	gaddr page = GUEST_PAGE_SIZE, start = align_down(s->vaddr, page) + bias;
	gaddr file_end = s->vaddr + s->filesz + bias;
	gaddr mem_end = s->vaddr + s->memsz + bias, map_end = start;
	s64 r = 0;

	if (s->filesz) {
		map_end = align_up(file_end, page);
		r = space_mmap(space, start, map_end - start, (int)s->prot,
			       MAP_PRIVATE | MAP_FIXED, fd,
			       align_down(s->offset, page));
		if (r < 0)
			return failed(l, "cannot map a segment", (int)r);
		if (s->memsz > s->filesz && s->prot & PROT_WRITE)
			zero_tail(file_end, map_end);
	}
	if (align_up(mem_end, page) > map_end)
		r = space_mmap(space, map_end,
			       align_up(mem_end, page) - map_end,
			       (int)s->prot,
			       MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	return r < 0 ? failed(l, "cannot map a segment", (int)r) : 0;
}

/* The kernel's view of which parts are code and data (mm->start_code ...). */
static void note_bounds(struct loaded *out, const struct elf_segment *s,
			gaddr bias)
{
	gaddr start = s->vaddr + bias, end = start + s->filesz;

	if (s->prot & PROT_EXEC) {
		out->start_code = MIN(out->start_code, start);
		out->end_code = MAX(out->end_code, end);
	}
	out->start_data = MAX(out->start_data, start);
	out->end_data = MAX(out->end_data, end);
	out->brk = MAX(out->brk, start + s->memsz);
}

/* hint: where a relocatable image is wanted; 0 = among the libraries. */
static int map_image(struct load *l, int fd, const struct elf_image *img,
		     gaddr hint, struct loaded *out)
{
	gaddr base = img->lo;
	int err = 0;

	if (img->pie) {
		base = space_find_room(l->proc->space,
				       align_down(hint, img->align),
				       img->hi - img->lo, img->align);
		if (!base)
			return failed(l, "no room in the address space",
				      -ENOMEM);
	}
	memset(out, 0, sizeof(*out));
	out->bias = base - img->lo;
	out->entry = img->entry + out->bias;
	out->phdr = img->phdr ? img->phdr + out->bias : 0;
	out->start_code = SPACE_TOP;
	for (unsigned i = 0; i < img->nseg && !err; i++) {
		err = map_segment(l, fd, &img->seg[i], out->bias);
		note_bounds(out, &img->seg[i], out->bias);
	}
	out->start_code = MIN(out->start_code, out->start_data);
	return err;
}

/* -- Layout ---------------------------------------------------------------- */

/* What the stack may grow to, and what the layout must leave for it. */
static u64 stack_limit(const struct load *l)
{
	struct rlimit rl;
	u64 size = l->proc->opt->stack_size;

	if (!size && !getrlimit(RLIMIT_STACK, &rl))
		size = rl.rlim_cur == RLIM_INFINITY ? STACK_MOST : rl.rlim_cur;
	size = MAX(size, stack_need(l) + STACK_LEAST);
	return align_up(MIN(size, STACK_MOST), GUEST_PAGE_SIZE);
}

static int map_vdso(struct load *l)
{
	struct process *p = l->proc;
	s64 at, err;
	u64 off;

	at = space_mmap(p->space, 0, VDSO_SIZE, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (at < 0)
		return failed(l, "no room for the vDSO", (int)at);
	vdso_build(p->abi->vdso, (u8 *)at, &off);
	p->vdso = (gaddr)at;
	p->sigreturn = p->vdso + off;
	err = space_mprotect(p->space, p->vdso, VDSO_SIZE,
			     PROT_READ | PROT_EXEC);
	space_set_name(p->space, p->vdso, "[vdso]");
	return (int)err;
}

/* A program without interpreter that is relocatable is either static or a
 * dynamic linker itself: it goes among the libraries, its heap to where a
 * PIE would be. */
static void place_brk(struct load *l, const struct loaded *img)
{
	const struct elf_image *e = &l->prog->img;
	gaddr brk = e->pie && !e->interp ? PIE_BASE : img->brk;

	brk = align_up(brk, GUEST_PAGE_SIZE);
	if (l->randomize)
		brk += RND_BRK(l->rnd.brk);
	space_set_brk(l->proc->space, brk);
}

int load_program(struct load *l)
{
	struct prog *g = l->prog;
	struct loaded img, interp = { 0 };
	struct space_info info = { 0 };
	gaddr top = SPACE_TOP, pie = PIE_BASE;
	u64 size = stack_limit(l), gap = MIN(MAX(size, GAP_MIN), GAP_MAX);
	int err;

	if (l->randomize) {
		top -= RND_PAGES(l->rnd.stack);
		gap += RND_PAGES((u64)-1) + RND_PAGES(l->rnd.mmap);
		pie += RND_PAGES(l->rnd.pie);
	}
	space_set_mmap_base(l->proc->space, SPACE_TOP - gap);
	err = map_image(l, g->fd, &g->img, g->img.interp ? pie : 0, &img);
	if (!err && g->interp_fd >= 0)
		err = map_image(l, g->interp_fd, &g->interp, 0, &interp);
	if (!err)
		err = map_vdso(l);
	if (err)
		return err;
	place_brk(l, &img);
	info.start_code = img.start_code;
	info.end_code = img.end_code;
	info.start_data = img.start_data;
	info.end_data = img.end_data;
	l->proc->entry = img.entry;
	l->pc = g->interp_fd >= 0 ? interp.entry : img.entry;
	err = stack_build(l, &img, &interp, &info, top, size);
	space_set_info(l->proc->space, &info);
	return err;
}
