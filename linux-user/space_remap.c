/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The guest's address space, second part: calls that move or describe what is
 * mapped (mremap, madvise, msync, mincore) and System V shared memory.  The
 * rules are those of space.c.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/syscall.h>

#include "linux-user/space_priv.h"
#include "translate/translate.h"

#ifndef MREMAP_DONTUNMAP
#define MREMAP_DONTUNMAP 4
#endif

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
	if (!space_in_window(m->to, m->new_len))
		return -EINVAL;
	if (m->to < m->old + m->old_len && m->old < m->to + m->new_len)
		return -EINVAL;
	if (space_has_flag(s, m->to, m->to + m->new_len, VMA_RESERVED))
		return -ENOMEM;
	return space_host(SYS_mremap, m->old, m->old_len, m->new_len,
		    MREMAP_MAYMOVE | MREMAP_FIXED | keep, m->to, 0);
}

/* Without MREMAP_FIXED: in place if the ground above is free, else moved. */
static s64 remap_free(struct space *s, const struct remap *m)
{
	u64 keep = m->flags & MREMAP_DONTUNMAP;
	gaddr old_end = m->old + m->old_len, new_end = m->old + m->new_len, a;
	s64 r = -ENOMEM;

	if (!keep && m->old_len && space_in_window(m->old, m->new_len) &&
	    (new_end <= old_end || map_is_free(&s->map, old_end, new_end))) {
		r = space_host(SYS_mremap, m->old, m->old_len, m->new_len, 0,
			       0, 0);
		if (r != -ENOMEM)
			return r;
	}
	if (!(m->flags & MREMAP_MAYMOVE))
		return r;
	for (int tries = 0; tries < 64; tries++) {
		/* The free place must stay free: MREMAP_FIXED would replace
		 * what the host has there, so look before. */
		a = space_room(s, keep ? m->to : 0, m->new_len,
			      GUEST_PAGE_SIZE);
		if (!a)
			return -ENOMEM;
		r = space_host(SYS_mmap, a, m->new_len, PROT_NONE, MAP_PRIVATE |
			 MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE,
			 (u64)-1, 0);
		if (r == -EEXIST) {
			space_reserve(s, a, m->new_len);
			continue;
		}
		if (r < 0)
			return r;
		r = space_host(SYS_mremap, m->old, m->old_len, m->new_len,
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
	if (!space_whole_pages(m->new_len, &m->new_len) || !m->new_len)
		return -EINVAL;
	if (!space_whole_pages(m->old_len, &m->old_len))
		return -EINVAL;
	if (!space_in_window(m->old, m->old_len))
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
	space_follow_stack(s, old);
	v = map_at(&s->map, old);
	if (!v || v->flags & VMA_RESERVED ||
	    map_covered(&s->map, old, old + m.old_len) < old + m.old_len)
		r = -EFAULT;
	if (!r)
		r = map_prepare(&s->map);
	if (!r)
		space_guard_drop(s, old, old + m.old_len, true);
	if (!r)
		r = fixed ? remap_fixed(s, &m) : remap_free(s, &m);
	if (r >= 0) {
		code = space_has_exec(s, old, old + m.old_len) ||
		       (fixed && space_has_exec(s, (gaddr)r,
					  (gaddr)r + m.new_len));
		space_guard_drop(s, (gaddr)r, (gaddr)r + m.new_len, false);
		record_move(s, old, m.old_len, (gaddr)r, m.new_len, keep);
	}
	space_leave(s, code, old, m.old_len);
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
	if (!space_whole_pages(len, &len) || !space_in_window(addr, len))
		return len > SPACE_TOP ? -EINVAL : -ENOMEM;
	pthread_mutex_lock(&s->lock);
	if (space_has_flag(s, addr, addr + len, VMA_RESERVED)) {
		pthread_mutex_unlock(&s->lock);
		return -ENOMEM;
	}
	r = space_host(SYS_madvise, addr, len, (u64)advice, 0, 0, 0);
	if (!r && (advice == MADV_DONTFORK || advice == MADV_DOFORK))
		space_mark(s, addr, addr + len, VMA_DONTFORK,
			   advice == MADV_DONTFORK);
	if (advice == MADV_DONTNEED || advice == MADV_FREE ||
	    advice == MADV_REMOVE)
		code = space_has_exec(s, addr, addr + len);
	space_leave(s, code, addr, len);
	return r;
}

/* Set or clear a flag of the map's own on a range; under the lock. */
void space_mark(struct space *s, gaddr start, gaddr end, u32 flag, bool on)
{
	const struct vma *p;
	struct vma v;

	while (start < end && (p = map_next(&s->map, start)) &&
	       p->start < end) {
		v = *p;
		if (v.start < start) {
			v.offset += start - v.start;
			v.start = start;
		}
		if (v.end > end)
			v.end = end;
		start = v.end;
		if (!(v.flags & flag) == !on)
			continue;	/* it may reach beyond the end */
		if (map_prepare(&s->map))
			return;
		v.flags = on ? v.flags | flag : v.flags & ~flag;
		map_remove(&s->map, v.start, v.end);
		map_add(&s->map, &v);
	}
}

s64 space_msync(struct space *s, gaddr addr, u64 len, int flags)
{
	if (!space_in_window(addr, len) && !(addr & ~GUEST_PAGE_MASK))
		return len ? -ENOMEM : 0;
	return space_host(SYS_msync, addr, len, (u64)flags, 0, 0, 0);
}

s64 space_mincore(struct space *s, gaddr addr, u64 len, gaddr vec)
{
	if (!space_in_window(addr, len) && !(addr & ~GUEST_PAGE_MASK))
		return -ENOMEM;
	if (vec >= SPACE_TOP)
		return -EFAULT;
	return space_host(SYS_mincore, addr, len, vec, 0, 0, 0);
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
	r = space_host(SYS_shmctl, (u64)shmid, IPC_STAT, (u64)&ds, 0, 0, 0);
	if (r < 0)
		return r;
	if (!space_whole_pages(ds.shm_segsz, &len) ||
	    !space_in_window(addr, len))
		return -EINVAL;
	pthread_mutex_lock(&s->lock);
	r = map_prepare(&s->map);
	if (!r && !addr) {
		addr = space_room(s, 0, len, GUEST_PAGE_SIZE);
		r = addr ? 0 : -ENOMEM;
	} else if (!r && !map_is_free(&s->map, addr, addr + len) &&
		   (!(flags & SHM_REMAP) ||
		    space_has_flag(s, addr, addr + len, VMA_RESERVED))) {
		r = -EINVAL;
	}
	if (!r)
		r = space_host(SYS_shmat, (u64)shmid, addr,
			 (u64)flags & (SHM_RDONLY | SHM_REMAP), 0, 0, 0);
	if (r >= 0) {
		code = space_has_exec(s, addr, addr + len);
		memset(&v, 0, sizeof(v));
		v.start = addr;
		v.end = addr + len;
		v.prot = PROT_READ | (flags & SHM_RDONLY ? 0 : PROT_WRITE) |
			 (flags & SHM_EXEC ? PROT_EXEC : 0);
		v.flags = MAP_SHARED | VMA_SHM;
		v.ino = (ino_t)shmid;
		space_guard_drop(s, v.start, v.end, false);
		map_remove(&s->map, v.start, v.end);
		map_add(&s->map, &v);
	}
	space_leave(s, code, addr, len);
	return r;
}

/* The next piece, from *at on, of the segment that was attached at base. */
static bool next_piece(const struct space *s, gaddr base, gaddr *at, ino_t *id,
		       struct vma *out)
{
	const struct vma *v;

	while ((v = map_next(&s->map, *at))) {
		*at = v->end;
		*out = *v;
		if (!(v->flags & VMA_SHM) || v->start - v->offset != base)
			continue;
		if (*id == (ino_t)-1)
			*id = v->ino;
		if (v->ino == *id)
			return true;
	}
	return false;
}

/* The kernel removes every piece of the attachment; pieces of it are told by
 * the distance between address and offset, and the segment. */
s64 space_shmdt(struct space *s, gaddr addr)
{
	struct vma v;
	gaddr at = addr, end = addr;
	ino_t id = (ino_t)-1;
	bool code = false;
	s64 r;

	if (addr & ~GUEST_PAGE_MASK || addr >= SPACE_TOP)
		return -EINVAL;
	pthread_mutex_lock(&s->lock);
	r = map_prepare(&s->map);
	if (!r)
		r = space_host(SYS_shmdt, addr, 0, 0, 0, 0, 0);
	while (!r && next_piece(s, addr, &at, &id, &v)) {
		code |= (v.prot & PROT_EXEC) != 0;
		end = v.end;
		space_guard_drop(s, v.start, v.end, false);
		map_remove(&s->map, v.start, v.end);
	}
	space_leave(s, code, addr, end - addr);
	return r;
}
