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
#include <sys/shm.h>
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
#ifndef MREMAP_DONTUNMAP
#define MREMAP_DONTUNMAP 4
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

static long host(long nr, u64 a, u64 b, u64 c, u64 d, u64 e, u64 f)
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

static bool has_flag(const struct space *s, gaddr start, gaddr end, u32 flag)
{
	const struct vma *v;

	for (; (v = map_next(&s->map, start)) && v->start < end;
	     start = v->end)
		if (v->flags & flag)
			return true;
	return false;
}

static bool has_exec(const struct space *s, gaddr start, gaddr end)
{
	const struct vma *v;

	for (; (v = map_next(&s->map, start)) && v->start < end;
	     start = v->end)
		if (v->prot & PROT_EXEC)
			return true;
	return false;
}

/* Leave the lock; tell the translator if code in the range went away. */
static void leave(struct space *s, bool code, gaddr start, u64 len)
{
	pthread_mutex_unlock(&s->lock);
	if (code && s->tctx)
		tctx_invalidate(s->tctx, start, len);
}

/* Is [addr, addr + len) within the window?  len is page-aligned. */
static bool in_window(gaddr addr, u64 len)
{
	return len <= SPACE_TOP && addr <= SPACE_TOP - len;
}

/* Length in whole pages; false if it does not fit any window. */
static bool whole_pages(u64 len, u64 *out)
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

/* A place for len bytes: the hint if it is free, else the highest one below
 * the mmap base, else any. */
static gaddr find_room(const struct space *s, gaddr hint, u64 len, u64 align)
{
	gaddr a;

	if (hint) {
		a = align_up(hint, align);
		if (a >= s->min && in_window(a, len) &&
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
static void reserve(struct space *s, gaddr start, u64 len)
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
	return host(SYS_mmap, addr, m->len, host_prot(m->prot), flags, m->fd,
		    m->offset);
}

/* Fixed address: replaces what is there unless told not to. */
static s64 map_fixed(struct space *s, const struct mapping *m)
{
	bool noreplace = (m->flags & MAP_FIXED_NOREPLACE) != 0;
	gaddr end = m->addr + m->len;
	bool is_free = map_is_free(&s->map, m->addr, end);
	s64 r;

	if (noreplace && !is_free)
		return -EEXIST;
	if (has_flag(s, m->addr, end, VMA_RESERVED))
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
		a = find_room(s, m->addr, m->len, m->align);
		if (!a)
			return -ENOMEM;
		r = host_map(m, a, false);
		if (r != -EEXIST)
			return r;
		reserve(s, a, m->len);
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
	if (!whole_pages(m->len, &len))
		return -ENOMEM;
	m->align = map_align(m->flags);
	m->len = align_up(len, m->align);
	if (m->flags & (MAP_FIXED | MAP_FIXED_NOREPLACE)) {
		if (!in_window(m->addr, m->len))
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
		code = fixed && has_exec(s, (gaddr)r, (gaddr)r + m.len);
		describe(&m, (gaddr)r, &v);
		map_remove(&s->map, v.start, v.end);
		map_add(&s->map, &v);
	}
	leave(s, code, (gaddr)r, m.len);
	return r;
}

s64 space_munmap(struct space *s, gaddr addr, u64 len)
{
	bool code;
	s64 r;

	if (addr & ~GUEST_PAGE_MASK || !len || !whole_pages(len, &len) ||
	    !in_window(addr, len))
		return -EINVAL;
	pthread_mutex_lock(&s->lock);
	if (has_flag(s, addr, addr + len, VMA_RESERVED)) {
		pthread_mutex_unlock(&s->lock);
		return -EINVAL;
	}
	code = has_exec(s, addr, addr + len);
	r = map_prepare(&s->map);
	if (!r)
		r = host(SYS_munmap, addr, len, 0, 0, 0, 0);
	if (!r)
		map_remove(&s->map, addr, addr + len);
	leave(s, code, addr, len);
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
	if (!whole_pages(len, &len) || !in_window(addr, len))
		return -ENOMEM;
	if (s->read_implies_exec && prot & PROT_READ)
		prot |= PROT_EXEC;
	prot &= PROT_RWX;
	pthread_mutex_lock(&s->lock);
	if (grows)
		r = grow_range(s, grows, &addr, &len);
	end = map_covered(&s->map, addr, addr + len);
	if (!r && has_flag(s, addr, end, VMA_RESERVED))
		r = -ENOMEM;
	if (!r && end > addr) {
		r = host(SYS_mprotect, addr, end - addr,
			 (u64)host_prot(prot), 0, 0, 0);
		if (!r) {
			code = !(prot & PROT_EXEC) && has_exec(s, addr, end);
			set_prot(s, addr, end, (u32)prot);
		}
	}
	if (!r && end < addr + len)
		r = -ENOMEM;
	leave(s, code, addr, len);
	return r;
}

/* -- mremap -------------------------------------------------------------- */

/*
 * The host has moved or resized: carry the attributes over.  copied bytes at
 * old now are new_len bytes at to; the ground at old is free unless kept.
 */
static void record_move(struct space *s, gaddr old, u64 old_len, gaddr to,
			u64 new_len, bool keep)
{
	const struct vma *p = map_at(&s->map, old);
	struct vma v;

	if (!p)
		return;
	v = *p;
	v.offset += old - v.start;
	v.start = to;
	v.end = to + new_len;
	if (v.name && to != old)
		v.name = NULL;
	if (!keep)
		map_remove(&s->map, old, old + old_len);
	if (map_prepare(&s->map))
		return;
	map_remove(&s->map, to, to + new_len);
	map_add(&s->map, &v);
}

struct remap {
	gaddr old;
	u64 old_len, new_len;
	int flags;
	gaddr to;
};

static s64 remap_fixed(struct space *s, const struct remap *m)
{
	u64 keep = m->flags & MREMAP_DONTUNMAP;

	if (!(m->flags & MREMAP_MAYMOVE) || m->to & ~GUEST_PAGE_MASK)
		return -EINVAL;
	if (!in_window(m->to, m->new_len))
		return -EINVAL;
	if (m->to < m->old + m->old_len && m->old < m->to + m->new_len)
		return -EINVAL;
	if (has_flag(s, m->to, m->to + m->new_len, VMA_RESERVED))
		return -ENOMEM;
	return host(SYS_mremap, m->old, m->old_len, m->new_len,
		    MREMAP_MAYMOVE | MREMAP_FIXED | keep, m->to, 0);
}

/* Without MREMAP_FIXED: in place if the ground above is free, else moved. */
static s64 remap_free(struct space *s, const struct remap *m)
{
	u64 keep = m->flags & MREMAP_DONTUNMAP;
	gaddr old_end = m->old + m->old_len, new_end = m->old + m->new_len, a;
	s64 r = -ENOMEM;

	if (!keep && m->old_len && in_window(m->old, m->new_len) &&
	    (new_end <= old_end || map_is_free(&s->map, old_end, new_end))) {
		r = host(SYS_mremap, m->old, m->old_len, m->new_len, 0, 0, 0);
		if (r != -ENOMEM)
			return r;
	}
	if (!(m->flags & MREMAP_MAYMOVE))
		return r;
	for (int tries = 0; tries < 64; tries++) {
		/* The free place must stay free: MREMAP_FIXED would replace
		 * what the host has there, so look before. */
		a = find_room(s, keep ? m->to : 0, m->new_len,
			      GUEST_PAGE_SIZE);
		if (!a)
			return -ENOMEM;
		r = host(SYS_mmap, a, m->new_len, PROT_NONE, MAP_PRIVATE |
			 MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE,
			 (u64)-1, 0);
		if (r == -EEXIST) {
			reserve(s, a, m->new_len);
			continue;
		}
		if (r < 0)
			return r;
		r = host(SYS_mremap, m->old, m->old_len, m->new_len,
			 MREMAP_MAYMOVE | MREMAP_FIXED | keep, a, 0);
		if (r < 0)
			munmap((void *)a, m->new_len);
		return r;
	}
	return -ENOMEM;
}

static int check_mremap(struct space *s, struct remap *m)
{
	int known = MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP;

	if (m->flags & ~known || m->old & ~GUEST_PAGE_MASK)
		return -EINVAL;
	if (m->flags & MREMAP_DONTUNMAP &&
	    (!(m->flags & MREMAP_MAYMOVE) || m->old_len != m->new_len))
		return -EINVAL;
	if (!whole_pages(m->new_len, &m->new_len) || !m->new_len)
		return -EINVAL;
	if (!whole_pages(m->old_len, &m->old_len))
		return -EINVAL;
	if (!in_window(m->old, m->old_len))
		return -EFAULT;
	return 0;
}

s64 space_mremap(struct space *s, gaddr old, u64 old_len, u64 new_len,
		 int flags, gaddr new_addr)
{
	struct remap m = { old, old_len, new_len, flags, new_addr };
	const struct vma *v;
	bool code = false, fixed = flags & MREMAP_FIXED, keep;
	s64 r = check_mremap(s, &m);

	if (r)
		return r;
	/* An old length of 0 duplicates a shared mapping. */
	keep = flags & MREMAP_DONTUNMAP || !m.old_len;
	pthread_mutex_lock(&s->lock);
	v = map_at(&s->map, old);
	if (!v || v->flags & VMA_RESERVED ||
	    map_covered(&s->map, old, old + m.old_len) < old + m.old_len)
		r = -EFAULT;
	if (!r)
		r = map_prepare(&s->map);
	if (!r)
		r = fixed ? remap_fixed(s, &m) : remap_free(s, &m);
	if (r >= 0) {
		code = has_exec(s, old, old + m.old_len) ||
		       (fixed && has_exec(s, (gaddr)r,
					  (gaddr)r + m.new_len));
		record_move(s, old, m.old_len, (gaddr)r, m.new_len, keep);
	}
	leave(s, code, old, m.old_len);
	if (r >= 0 && code && fixed && s->tctx)
		tctx_invalidate(s->tctx, (gaddr)r, m.new_len);
	return r;
}

/* -- madvise, msync, mincore --------------------------------------------- */

s64 space_madvise(struct space *s, gaddr addr, u64 len, int advice)
{
	bool code = false;
	s64 r;

	if (addr & ~GUEST_PAGE_MASK)
		return -EINVAL;
	if (!whole_pages(len, &len) || !in_window(addr, len))
		return len > SPACE_TOP ? -EINVAL : -ENOMEM;
	pthread_mutex_lock(&s->lock);
	if (has_flag(s, addr, addr + len, VMA_RESERVED)) {
		pthread_mutex_unlock(&s->lock);
		return -ENOMEM;
	}
	r = host(SYS_madvise, addr, len, (u64)advice, 0, 0, 0);
	if (!r && (advice == MADV_DONTFORK || advice == MADV_DOFORK))
		space_mark(s, addr, addr + len, VMA_DONTFORK,
			   advice == MADV_DONTFORK);
	if (advice == MADV_DONTNEED || advice == MADV_FREE ||
	    advice == MADV_REMOVE)
		code = has_exec(s, addr, addr + len);
	leave(s, code, addr, len);
	return r;
}

/* Set or clear a flag of the map's own on a range; under the lock. */
void space_mark(struct space *s, gaddr start, gaddr end, u32 flag, bool on)
{
	const struct vma *p;
	struct vma v;

	while ((p = map_next(&s->map, start)) && p->start < end) {
		v = *p;
		if (v.start < start) {
			v.offset += start - v.start;
			v.start = start;
		}
		if (v.end > end)
			v.end = end;
		start = v.end;
		if (map_prepare(&s->map))
			return;
		v.flags = on ? v.flags | flag : v.flags & ~flag;
		map_remove(&s->map, v.start, v.end);
		map_add(&s->map, &v);
	}
}

s64 space_msync(struct space *s, gaddr addr, u64 len, int flags)
{
	if (!in_window(addr, len) && !(addr & ~GUEST_PAGE_MASK))
		return len ? -ENOMEM : 0;
	return host(SYS_msync, addr, len, (u64)flags, 0, 0, 0);
}

s64 space_mincore(struct space *s, gaddr addr, u64 len, gaddr vec)
{
	if (!in_window(addr, len) && !(addr & ~GUEST_PAGE_MASK))
		return -ENOMEM;
	if (vec >= SPACE_TOP)
		return -EFAULT;
	return host(SYS_mincore, addr, len, vec, 0, 0, 0);
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
	if (host(SYS_mmap, from, to - from, PROT_READ | PROT_WRITE,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE,
		 (u64)-1, 0) < 0)
		return false;
	map_add(&s->map, &v);
	return true;
}

static bool shrink_heap(struct space *s, gaddr from, gaddr to)
{
	if (map_prepare(&s->map) ||
	    has_flag(s, to, from, VMA_RESERVED) ||
	    host(SYS_munmap, to, from - to, 0, 0, 0, 0) < 0)
		return false;
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
			code = has_exec(s, to, from);
			ok = shrink_heap(s, from, to);
		} else {
			ok = true;
		}
		if (ok)
			s->info.brk = brk;
	}
	r = (s64)s->info.brk;
	leave(s, code, to, from - to);
	return r;
}

/* -- System V shared memory ---------------------------------------------- */

s64 space_shmat(struct space *s, int shmid, gaddr addr, int flags)
{
	struct shmid_ds ds;
	struct vma v;
	bool code = false;
	u64 len;
	s64 r;

	if (addr & ~GUEST_PAGE_MASK) {
		if (!(flags & SHM_RND))
			return -EINVAL;
		addr &= GUEST_PAGE_MASK;
		if (!addr && flags & SHM_REMAP)
			return -EINVAL;
	} else if (!addr && flags & SHM_REMAP) {
		return -EINVAL;
	}
	r = host(SYS_shmctl, (u64)shmid, IPC_STAT, (u64)&ds, 0, 0, 0);
	if (r < 0)
		return r;
	if (!whole_pages(ds.shm_segsz, &len) || !in_window(addr, len))
		return -EINVAL;
	pthread_mutex_lock(&s->lock);
	r = map_prepare(&s->map);
	if (!r && !addr) {
		addr = find_room(s, 0, len, GUEST_PAGE_SIZE);
		r = addr ? 0 : -ENOMEM;
	} else if (!r && !map_is_free(&s->map, addr, addr + len) &&
		   (!(flags & SHM_REMAP) ||
		    has_flag(s, addr, addr + len, VMA_RESERVED))) {
		r = -EINVAL;
	}
	if (!r)
		r = host(SYS_shmat, (u64)shmid, addr,
			 (u64)flags & (SHM_RDONLY | SHM_REMAP), 0, 0, 0);
	if (r >= 0) {
		code = has_exec(s, addr, addr + len);
		memset(&v, 0, sizeof(v));
		v.start = addr;
		v.end = addr + len;
		v.prot = PROT_READ | (flags & SHM_RDONLY ? 0 : PROT_WRITE) |
			 (flags & SHM_EXEC ? PROT_EXEC : 0);
		v.flags = MAP_SHARED | VMA_SHM;
		v.ino = (ino_t)shmid;
		map_remove(&s->map, v.start, v.end);
		map_add(&s->map, &v);
	}
	leave(s, code, addr, len);
	return r;
}

s64 space_shmdt(struct space *s, gaddr addr)
{
	const struct vma *p;
	struct vma v;
	gaddr at = addr;
	bool code = false, first = true;
	ino_t id = 0;
	s64 r;

	if (addr & ~GUEST_PAGE_MASK || addr >= SPACE_TOP)
		return -EINVAL;
	pthread_mutex_lock(&s->lock);
	r = map_prepare(&s->map);
	if (!r)
		r = host(SYS_shmdt, addr, 0, 0, 0, 0, 0);
	/* The kernel removes every piece of the attachment; pieces of it are
	 * told by the distance between address and offset. */
	while (!r && (p = map_next(&s->map, at))) {
		v = *p;
		at = v.end;
		if (!(v.flags & VMA_SHM) || v.start - v.offset != addr ||
		    (!first && v.ino != id)) {
			if (v.start > addr && !(v.flags & VMA_SHM) && !first)
				break;
			if (first && v.start > addr)
				break;
			continue;
		}
		first = false;
		id = v.ino;
		code |= (v.prot & PROT_EXEC) != 0;
		map_remove(&s->map, v.start, v.end);
	}
	leave(s, code, addr, at > addr ? at - addr : 0);
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
	a = find_room(s, hint, len, align);
	pthread_mutex_unlock(&s->lock);
	return a;
}

bool space_find(struct space *s, gaddr addr, struct vma *out)
{
	const struct vma *v;

	pthread_mutex_lock(&s->lock);
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
	struct vma v;

	if (!space_find(space, addr, &v) || !(v.prot & PROT_EXEC))
		return -EFAULT;
	*page = (const u8 *)(addr & GUEST_PAGE_MASK);
	return 0;
}

void space_code_written(struct space *s, gaddr addr, u64 len)
{
	bool code;

	pthread_mutex_lock(&s->lock);
	code = has_exec(s, addr, addr + len);
	leave(s, code, addr, len);
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

/* The lock was held by the thread that forked, which is the only one here. */
void space_fork_child(struct space *s)
{
	const struct vma *v;
	gaddr at = 0, start;

	pthread_mutex_init(&s->lock, NULL);
	while ((v = map_next(&s->map, at))) {
		start = v->start;
		at = v->end;
		if (v->flags & VMA_DONTFORK)
			map_remove(&s->map, start, at);
	}
}
