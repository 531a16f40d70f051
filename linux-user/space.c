/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The guest's address space: system calls that change it.  Each checks its
 * arguments as an arm64 kernel with this window would, chooses the address,
 * lets the host kernel do the work at exactly that address and then records
 * it in the map.  What the host refuses the guest sees as the host's error.
 *
 * The host never executes guest bytes: PROT_EXEC is recorded, never passed
 * on, and an executable page is readable for the translator.
 *
 * Lock order: the translator holds its lock when it calls
 * space_fetch_page(), so nothing here calls the translator under s->lock.
 */
#include "linux-user/space.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "linux-user/space_map.h"
#include "linux-user/space_priv.h"
#include "translate/translate.h"

/* arm64's uapi/asm/mman.h; the first is accepted, the other needs MTE. */
#define A64_PROT_BTI 0x10

#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif
#ifndef PROT_SEM
#define PROT_SEM 8
#endif

enum {
	PROT_RWX = PROT_READ | PROT_WRITE | PROT_EXEC,
	PROT_KNOWN = PROT_RWX | PROT_SEM | A64_PROT_BTI,
	/* The types and flags of a mapping that the map keeps. */
	MAP_KEPT = MAP_SHARED | MAP_PRIVATE | MAP_ANONYMOUS | MAP_GROWSDOWN,
	MAP_32BIT_X86 = 0x40
};

long space_host(long nr, u64 a, u64 b, u64 c, u64 d, u64 e, u64 f)
{
	long r = syscall(nr, a, b, c, d, e, f);

	return r == -1 ? -errno : r;
}

static int host_prot(int prot)
{
	int p = prot & (PROT_READ | PROT_WRITE);

	return prot & PROT_EXEC ? p | PROT_READ : p;
}

struct space *space_new(void)
{
	struct space *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	map_init(&s->map);
	pthread_mutex_init(&s->lock, NULL);
	s->min = SPACE_MIN;
	s->mmap_base = SPACE_TOP - SPACE_STACK_GAP_MIN;
	return s;
}

void space_set_tctx(struct space *s, struct tctx *t)
{
	s->tctx = t;
}

void space_set_mmap_base(struct space *s, gaddr base)
{
	s->mmap_base = base;
}

void space_set_read_implies_exec(struct space *s, bool on)
{
	s->read_implies_exec = on;
}

void space_free(struct space *s)
{
	const struct vma *v;
	gaddr at = 0;

	for (; (v = map_next(&s->map, at)); at = v->end)
		if (!(v->flags & VMA_RESERVED))
			munmap((void *)v->start, v->end - v->start);
	map_free(&s->map);
	free(s);
}

/* -- Helpers under the lock ---------------------------------------------- */

bool space_has_flag(const struct space *s, gaddr start, gaddr end, u32 flag)
{
	const struct vma *v;

	for (; (v = map_next(&s->map, start)) && v->start < end;
	     start = v->end)
		if (v->flags & flag)
			return true;
	return false;
}

bool space_has_exec(const struct space *s, gaddr start, gaddr end)
{
	const struct vma *v;

	for (; (v = map_next(&s->map, start)) && v->start < end;
	     start = v->end)
		if (v->prot & PROT_EXEC)
			return true;
	return false;
}

/* Leave the lock; tell the translator if code in the range went away. */
void space_leave(struct space *s, bool code, gaddr start, u64 len)
{
	pthread_mutex_unlock(&s->lock);
	if (code && s->tctx)
		tctx_invalidate(s->tctx, start, len);
}

/* Is [addr, addr + len) within the window?  len is page-aligned. */
bool space_in_window(gaddr addr, u64 len)
{
	return len <= SPACE_TOP && addr <= SPACE_TOP - len;
}

/* Length in whole pages; false if it does not fit any window. */
bool space_whole_pages(u64 len, u64 *out)
{
	if (len > SPACE_TOP)
		return false;
	*out = align_up(len, GUEST_PAGE_SIZE);
	return true;
}

/* Does a mapping here come too near a stack that grows down? */
static bool hits_guard(const struct space *s, gaddr end)
{
	const struct vma *n = map_next(&s->map, end);

	return n && n->flags & MAP_GROWSDOWN &&
	       n->start - end < STACK_GUARD_GAP;
}

/* Does the host have a page here? */
static bool host_has(gaddr addr)
{
	unsigned char vec;

	return !mincore((void *)addr, GUEST_PAGE_SIZE, &vec);
}

/*
 * The host kernel lets a mapping that grows down grow without telling us.
 * Before [addr, ...) is looked at: let the map follow.
 */
void space_follow_stack(struct space *s, gaddr addr)
{
	const struct vma *n = map_next(&s->map, addr);
	gaddr lo = align_down(addr, GUEST_PAGE_SIZE), hi, mid;
	struct vma v;

	if (!n || n->start <= lo || !(n->flags & MAP_GROWSDOWN) ||
	    !host_has(n->start - GUEST_PAGE_SIZE) || map_prepare(&s->map))
		return;
	/* What has grown has no holes: find its start, at hi in the end. */
	for (hi = n->start - GUEST_PAGE_SIZE; lo < hi; ) {
		mid = align_down(lo + (hi - lo) / 2, GUEST_PAGE_SIZE);
		if (host_has(mid))
			hi = mid;
		else
			lo = mid + GUEST_PAGE_SIZE;
	}
	v = *n;
	v.start = hi;
	map_remove(&s->map, n->start, n->end);
	map_add(&s->map, &v);
}

/* A place for len bytes: the hint if it is free, else the highest one below
 * the mmap base, else any. */
gaddr space_room(const struct space *s, gaddr hint, u64 len, u64 align)
{
	gaddr a;

	if (hint) {
		a = align_up(hint, align);
		if (a >= s->min && space_in_window(a, len) &&
		    map_is_free(&s->map, a, a + len) &&
		    !hits_guard(s, a + len))
			return a;
	}
	a = map_gap_down(&s->map, s->min, s->mmap_base, len, align);
	if (!a)
		a = map_gap_up(&s->map, s->min, SPACE_TOP, len, align);
	return a;
}

/* Something of the host sits where we believed free ground. */
void space_reserve(struct space *s, gaddr start, u64 len)
{
	struct vma v = { .start = start, .end = start + len,
			 .flags = VMA_RESERVED };

	if (!map_prepare(&s->map))
		map_add(&s->map, &v);
}

/* -- mmap ---------------------------------------------------------------- */

struct mapping {
	gaddr addr;
	u64 len, align;
	int prot, flags, fd;
	u64 offset;
};

static s64 host_map(const struct mapping *m, gaddr addr, bool replace)
{
	int flags = m->flags & ~(MAP_FIXED | MAP_FIXED_NOREPLACE |
				 MAP_32BIT_X86);

	flags |= replace ? MAP_FIXED : MAP_FIXED_NOREPLACE;
	return space_host(SYS_mmap, addr, m->len, host_prot(m->prot), flags,
			  (u64)m->fd, m->offset);
}

/* Fixed address: replaces what is there unless told not to. */
static s64 map_fixed(struct space *s, const struct mapping *m)
{
	bool noreplace = (m->flags & MAP_FIXED_NOREPLACE) != 0;
	gaddr end = m->addr + m->len;
	bool is_free;
	s64 r;

	space_follow_stack(s, m->addr);
	is_free = map_is_free(&s->map, m->addr, end);
	if (noreplace && !is_free)
		return -EEXIST;
	if (space_has_flag(s, m->addr, end, VMA_RESERVED))
		return -ENOMEM;
	r = host_map(m, m->addr, !is_free);
	if (r == -EEXIST && !noreplace)
		r = -ENOMEM;
	return r;
}

/* Address of our choice; steps aside if the host has something there. */
static s64 map_anywhere(struct space *s, const struct mapping *m)
{
	gaddr a;
	s64 r;

	for (int tries = 0; tries < 64; tries++) {
		a = space_room(s, m->addr, m->len, m->align);
		if (!a)
			return -ENOMEM;
		r = host_map(m, a, false);
		if (r != -EEXIST)
			return r;
		space_reserve(s, a, m->len);
	}
	return -ENOMEM;
}

/* Huge pages want their own alignment; log2 of the size is in the flags. */
static u64 map_align(int flags)
{
	unsigned bits = (unsigned)flags >> 26 & 63;

	if (!(flags & MAP_HUGETLB) || !(flags & MAP_ANONYMOUS))
		return GUEST_PAGE_SIZE;
	return bits >= 12 && bits < 40 ? 1ull << bits : 1ull << 21;
}

/* 0, or the errno with which the kernel refuses. */
static int check_mmap(struct space *s, struct mapping *m)
{
	u64 len;

	if (m->offset & ~GUEST_PAGE_MASK)
		return -EINVAL;
	if (!m->len)
		return -EINVAL;
	if (m->prot & ~PROT_KNOWN)
		return -EINVAL;
	if (!space_whole_pages(m->len, &len))
		return -ENOMEM;
	m->align = map_align(m->flags);
	m->len = align_up(len, m->align);
	if (m->flags & (MAP_FIXED | MAP_FIXED_NOREPLACE)) {
		if (!space_in_window(m->addr, m->len))
			return -ENOMEM;
		if (m->addr & (m->align - 1))
			return -EINVAL;
	}
	if (s->read_implies_exec && m->prot & PROT_READ)
		m->prot |= PROT_EXEC;
	m->prot &= PROT_RWX;
	return 0;
}

/* The kernel refuses code from a file system mounted noexec. */
static bool is_noexec(int fd)
{
	struct statfs fs;

	return !fstatfs(fd, &fs) && fs.f_flags & 8 /* ST_NOEXEC */;
}

static void describe(const struct mapping *m, gaddr at, struct vma *v)
{
	struct stat st;

	memset(v, 0, sizeof(*v));
	v->start = at;
	v->end = at + m->len;
	v->prot = (u32)m->prot;
	v->flags = (u32)m->flags & MAP_KEPT;
	if ((m->flags & MAP_TYPE) == MAP_SHARED_VALIDATE)
		v->flags = (v->flags & ~(u32)MAP_TYPE) | MAP_SHARED;
	if (m->flags & MAP_ANONYMOUS || fstat(m->fd, &st))
		return;
	v->offset = m->offset;
	v->dev = st.st_dev;
	v->ino = st.st_ino;
}

static void note_shared_write(struct space *s, const struct vma *v)
{
	if (v->prot & PROT_WRITE && v->flags & MAP_SHARED && v->ino)
		s->shared_write = true;
}

/* Code that other mappings of the same bytes show may change from now on. */
static void space_now_writable(struct space *s, const struct vma *v)
{
	if (s->code.on && v->prot & PROT_WRITE && v->flags & MAP_SHARED &&
	    v->ino)
		space_code_aliases(s, v->start, v->end - v->start);
}

s64 space_mmap(struct space *s, gaddr addr, u64 len, int prot, int flags,
	       int fd, u64 offset)
{
	struct mapping m = { addr, len, 0, prot, flags, fd, offset };
	bool fixed = flags & (MAP_FIXED | MAP_FIXED_NOREPLACE);
	bool code = false;
	struct vma v;
	s64 r = check_mmap(s, &m);

	if (r)
		return r;
	if (m.prot & PROT_EXEC && !(flags & MAP_ANONYMOUS) && is_noexec(fd)) {
		if (prot & PROT_EXEC)
			return -EPERM;
		m.prot &= ~PROT_EXEC;
	}
	pthread_mutex_lock(&s->lock);
	r = map_prepare(&s->map);
	if (!r)
		r = fixed ? map_fixed(s, &m) : map_anywhere(s, &m);
	if (r >= 0) {
		code = fixed && space_has_exec(s, (gaddr)r, (gaddr)r + m.len);
		describe(&m, (gaddr)r, &v);
		note_shared_write(s, &v);
		space_guard_drop(s, v.start, v.end, false);
		map_remove(&s->map, v.start, v.end);
		map_add(&s->map, &v);
	}
	space_leave(s, code, (gaddr)r, m.len);
	if (r >= 0)
		space_now_writable(s, &v);
	return r;
}

s64 space_munmap(struct space *s, gaddr addr, u64 len)
{
	bool code;
	s64 r;

	if (addr & ~GUEST_PAGE_MASK || !len || !space_whole_pages(len, &len) ||
	    !space_in_window(addr, len))
		return -EINVAL;
	pthread_mutex_lock(&s->lock);
	space_follow_stack(s, addr);
	if (space_has_flag(s, addr, addr + len, VMA_RESERVED)) {
		pthread_mutex_unlock(&s->lock);
		return -EINVAL;
	}
	code = space_has_exec(s, addr, addr + len);
	r = map_prepare(&s->map);
	if (!r)
		r = space_host(SYS_munmap, addr, len, 0, 0, 0, 0);
	if (!r) {
		space_guard_drop(s, addr, addr + len, false);
		map_remove(&s->map, addr, addr + len);
	}
	space_leave(s, code, addr, len);
	return r;
}

/* -- mprotect ------------------------------------------------------------ */

/* Record a new protection for a range without holes. */
static void set_prot(struct space *s, gaddr start, gaddr end, u32 prot)
{
	const struct vma *p;
	struct vma v;

	while (start < end && (p = map_at(&s->map, start))) {
		v = *p;
		if (v.end > end)
			v.end = end;
		if (start > v.start) {
			v.offset += start - v.start;
			v.start = start;
		}
		start = v.end;
		if (v.prot == prot || map_prepare(&s->map))
			continue;
		v.prot = prot;
		note_shared_write(s, &v);
		map_remove(&s->map, v.start, v.end);
		map_add(&s->map, &v);
	}
}

/* PROT_GROWSDOWN: from the start of the stack; only for what grows. */
static int grow_range(const struct space *s, int prot, gaddr *addr, u64 *len)
{
	const struct vma *v = map_at(&s->map, *addr);

	if (prot & PROT_GROWSUP || !v)
		return v ? -EINVAL : -ENOMEM;
	if (!(v->flags & MAP_GROWSDOWN) && (!v->name || strcmp(v->name,
							"[stack]")))
		return -EINVAL;
	*len += *addr - v->start;
	*addr = v->start;
	return 0;
}

s64 space_mprotect(struct space *s, gaddr addr, u64 len, int prot)
{
	int grows = prot & (PROT_GROWSDOWN | PROT_GROWSUP);
	bool code = false;
	gaddr end;
	s64 r = 0;

	prot &= ~(PROT_GROWSDOWN | PROT_GROWSUP);
	if (addr & ~GUEST_PAGE_MASK || prot & ~PROT_KNOWN ||
	    grows == (PROT_GROWSDOWN | PROT_GROWSUP))
		return -EINVAL;
	if (!len)
		return 0;
	if (!space_whole_pages(len, &len) || !space_in_window(addr, len))
		return -ENOMEM;
	if (s->read_implies_exec && prot & PROT_READ)
		prot |= PROT_EXEC;
	prot &= PROT_RWX;
	pthread_mutex_lock(&s->lock);
	space_follow_stack(s, addr);
	if (grows)
		r = grow_range(s, grows, &addr, &len);
	end = map_covered(&s->map, addr, addr + len);
	if (!r && space_has_flag(s, addr, end, VMA_RESERVED))
		r = -ENOMEM;
	if (!r && end > addr) {
		r = space_host(SYS_mprotect, addr, end - addr,
			 (u64)host_prot(prot), 0, 0, 0);
		if (!r) {
			/* What was read-only so far was not guarded. */
			code = (!(prot & PROT_EXEC) ||
				(s->code.on && prot & PROT_WRITE)) &&
			       space_has_exec(s, addr, end);
			space_guard_drop(s, addr, end, false);
			set_prot(s, addr, end, (u32)prot);
		}
	}
	if (!r && end < addr + len)
		r = -ENOMEM;
	space_leave(s, code, addr, len);
	if (s->code.on && prot & PROT_WRITE)
		space_code_aliases(s, addr, len);
	return r;
}

/* -- brk ----------------------------------------------------------------- */

void space_set_brk(struct space *s, gaddr start)
{
	s->info.start_brk = s->info.brk = start;
}

static bool grow_heap(struct space *s, gaddr from, gaddr to)
{
	struct vma v = {
		.start = from, .end = to, .prot = PROT_READ | PROT_WRITE,
		.flags = MAP_PRIVATE | MAP_ANONYMOUS, .name = "[heap]"
	};

	/* One page stays free above, as in the kernel's brk(). */
	if (to > SPACE_TOP - GUEST_PAGE_SIZE ||
	    !map_is_free(&s->map, from, to + GUEST_PAGE_SIZE) ||
	    hits_guard(s, to) || map_prepare(&s->map))
		return false;
	if (s->read_implies_exec)
		v.prot |= PROT_EXEC;
	if (space_host(SYS_mmap, from, to - from, PROT_READ | PROT_WRITE,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE,
		 (u64)-1, 0) < 0)
		return false;
	map_add(&s->map, &v);
	return true;
}

static bool shrink_heap(struct space *s, gaddr from, gaddr to)
{
	if (map_prepare(&s->map) ||
	    space_has_flag(s, to, from, VMA_RESERVED) ||
	    space_host(SYS_munmap, to, from - to, 0, 0, 0, 0) < 0)
		return false;
	space_guard_drop(s, to, from, false);
	map_remove(&s->map, to, from);
	return true;
}

s64 space_brk(struct space *s, gaddr brk)
{
	gaddr from, to;
	bool ok, code = false;
	s64 r;

	pthread_mutex_lock(&s->lock);
	from = align_up(s->info.brk, GUEST_PAGE_SIZE);
	to = 0;
	if (brk >= s->info.start_brk && brk < SPACE_TOP) {
		to = align_up(brk, GUEST_PAGE_SIZE);
		if (to > from) {
			ok = grow_heap(s, from, to);
		} else if (to < from) {
			code = space_has_exec(s, to, from);
			ok = shrink_heap(s, from, to);
		} else {
			ok = true;
		}
		if (ok)
			s->info.brk = brk;
	}
	r = (s64)s->info.brk;
	space_leave(s, code, to, from - to);
	return r;
}

/* -- Questions ------------------------------------------------------------ */

void space_set_name(struct space *s, gaddr addr, const char *name)
{
	const struct vma *p;
	struct vma v;

	pthread_mutex_lock(&s->lock);
	p = map_at(&s->map, addr);
	if (p && !map_prepare(&s->map)) {
		v = *p;
		v.name = name;
		map_remove(&s->map, v.start, v.end);
		map_add(&s->map, &v);
	}
	pthread_mutex_unlock(&s->lock);
}

gaddr space_find_room(struct space *s, gaddr hint, u64 len, u64 align)
{
	gaddr a;

	pthread_mutex_lock(&s->lock);
	a = space_room(s, hint, len, align);
	pthread_mutex_unlock(&s->lock);
	return a;
}

gaddr space_find_low(struct space *s, gaddr lo, gaddr hi, u64 len)
{
	gaddr a = 0;

	pthread_mutex_lock(&s->lock);
	if (len && space_whole_pages(len, &len))
		a = map_gap_up(&s->map, lo, hi, len, GUEST_PAGE_SIZE);
	pthread_mutex_unlock(&s->lock);
	return a;
}

bool space_find(struct space *s, gaddr addr, struct vma *out)
{
	const struct vma *v;

	pthread_mutex_lock(&s->lock);
	space_follow_stack(s, addr);
	v = map_at(&s->map, addr);
	if (v && v->flags & VMA_RESERVED)
		v = NULL;
	if (v)
		*out = *v;
	pthread_mutex_unlock(&s->lock);
	return v != NULL;
}

int space_fetch_page(void *space, gaddr addr, const u8 **page)
{
	struct space *s = space;
	const struct vma *v;
	int r = -EFAULT;

	pthread_mutex_lock(&s->lock);
	space_follow_stack(s, addr);
	v = map_at(&s->map, addr);
	if (v && !(v->flags & VMA_RESERVED) && v->prot & PROT_EXEC) {
		*page = (const u8 *)(addr & GUEST_PAGE_MASK);
		r = space_guard_page(s, v, addr & GUEST_PAGE_MASK);
	}
	pthread_mutex_unlock(&s->lock);
	return r;
}

void space_code_written(struct space *s, gaddr addr, u64 len)
{
	bool code;

	pthread_mutex_lock(&s->lock);
	code = space_has_exec(s, addr, addr + len);
	space_leave(s, code, addr, len);
}

/* The part of w that shows the same file bytes as [addr, addr + len) of v. */
static bool same_bytes(const struct vma *v, const struct vma *w, gaddr addr,
		       u64 len, gaddr *start, gaddr *end)
{
	u64 from = v->offset + (addr - v->start), to = from + len;
	u64 lo = w->offset, hi = lo + (w->end - w->start);

	if (!(w->prot & PROT_EXEC) || w->flags & MAP_ANONYMOUS ||
	    w->dev != v->dev || w->ino != v->ino || to <= lo || from >= hi)
		return false;
	*start = w->start + (MAX(from, lo) - lo);
	*end = w->start + (MIN(to, hi) - lo);
	return *start != addr;
}

void space_code_aliases(struct space *s, gaddr addr, u64 len)
{
	const struct vma *w;
	struct vma v;
	gaddr at = 0, start = 0, end = 0;
	bool found;

	/* Programs that write no file through a mapping pay nothing. */
	if (!s->shared_write || !space_find(s, addr, &v) || !v.ino ||
	    !(v.flags & MAP_SHARED))
		return;
	do {
		found = false;
		pthread_mutex_lock(&s->lock);
		while (!found && (w = map_next(&s->map, at))) {
			at = w->end;
			found = same_bytes(&v, w, addr, len, &start, &end);
		}
		space_leave(s, found, start, end - start);
	} while (found);
}

void space_get_info(struct space *s, struct space_info *info)
{
	pthread_mutex_lock(&s->lock);
	*info = s->info;
	info->pages = s->map.pages;
	info->mmap_base = s->mmap_base;
	pthread_mutex_unlock(&s->lock);
}

/* start_brk and brk stay what space_set_brk() made them. */
void space_set_info(struct space *s, const struct space_info *info)
{
	gaddr start_brk = s->info.start_brk, brk = s->info.brk;

	pthread_mutex_lock(&s->lock);
	s->info = *info;
	s->info.start_brk = start_brk;
	s->info.brk = brk;
	pthread_mutex_unlock(&s->lock);
}

/* -- fork ------------------------------------------------------------------ */

void space_fork_prepare(struct space *s)
{
	pthread_mutex_lock(&s->lock);
}

void space_fork_parent(struct space *s)
{
	pthread_mutex_unlock(&s->lock);
}

void space_fork_child(struct space *s, bool prepared)
{
	const struct vma *v;
	gaddr at = 0, start;

	if (prepared)
		pthread_mutex_init(&s->lock, NULL);
	while ((v = map_next(&s->map, at))) {
		start = v->start;
		at = v->end;
		if (v->flags & VMA_DONTFORK)
			map_remove(&s->map, start, at);
	}
}
