/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The guest's address space: which ranges the guest has mapped, with what
 * protection and from what file, and where new mappings go.  Guest addresses
 * are host addresses; everything outside the guest's window belongs to the
 * runner.  Modelled on an arm64 kernel with 42-bit virtual addresses: stack
 * on top, mmap area growing down below it, PIE at two thirds, brk after the
 * executable.
 *
 * All functions take the space's own lock (recursive for none); they are
 * thread-safe, not async-signal-safe, unless marked SIGSAFE.
 */
#ifndef LINUX_USER_SPACE_H
#define LINUX_USER_SPACE_H

#include <stdio.h>
#include <sys/types.h>

#include "base/base.h"

#define SPACE_TOP (1ull << 42)		/* first address past the window */

struct tctx;

struct vma {
	gaddr start, end;
	u32 prot;		/* PROT_* the guest asked for */
	u32 flags;		/* MAP_* of the mapping (shared, anon, ...) */
	u64 offset;		/* file offset of start */
	dev_t dev;
	ino_t ino;
	const char *name;	/* "[heap]", "[stack]" ... or NULL; static text,
				   paths come from the host when printed */
};

struct space;

struct space *space_new(void);
void space_set_tctx(struct space *s, struct tctx *t);	/* for invalidation */
/* Drop all guest mappings (failed exec image; the host ones too). */
void space_free(struct space *s);

/* The system calls, with the kernel's arguments and results (-errno). */
s64 space_mmap(struct space *s, gaddr addr, u64 len, int prot, int flags,
	       int fd, u64 offset);
s64 space_munmap(struct space *s, gaddr addr, u64 len);
s64 space_mprotect(struct space *s, gaddr addr, u64 len, int prot);
s64 space_mremap(struct space *s, gaddr old, u64 old_len, u64 new_len,
		 int flags, gaddr new_addr);
s64 space_madvise(struct space *s, gaddr addr, u64 len, int advice);
s64 space_brk(struct space *s, gaddr brk);
s64 space_shmat(struct space *s, int shmid, gaddr addr, int flags);
s64 space_shmdt(struct space *s, gaddr addr);

s64 space_msync(struct space *s, gaddr addr, u64 len, int flags);
s64 space_mincore(struct space *s, gaddr addr, u64 len, gaddr vec);

/* Loader's side. */
void space_set_brk(struct space *s, gaddr start);
/* name is text of static lifetime. */
void space_set_name(struct space *s, gaddr addr, const char *name);
/* Where a mapping of len bytes would go: the hint if it is free.  0: none. */
gaddr space_find_room(struct space *s, gaddr hint, u64 len, u64 align);
/* The lowest free place for len bytes between lo and hi.  0: none. */
gaddr space_find_low(struct space *s, gaddr lo, gaddr hi, u64 len);
/* Where new mappings go: downwards from base. */
void space_set_mmap_base(struct space *s, gaddr base);
/* PROT_READ implies PROT_EXEC (personality READ_IMPLIES_EXEC). */
void space_set_read_implies_exec(struct space *s, bool on);

/* The vma that holds addr; copied out.  false if none. */
bool space_find(struct space *s, gaddr addr, struct vma *out);

/* Code fetch for the translator (struct mem_ops.fetch_page). */
int space_fetch_page(void *space, gaddr addr, const u8 **host);

/*
 * Code changes without notice: guard what is fetched (space_code.c).  Once, at
 * the start.
 */
void space_guard_code(struct space *s);
/* A write to addr has faulted.  If only because of that, open the page for it;
 * close it behind. */
bool space_code_open(struct space *s, gaddr addr);
void space_code_close(struct space *s, gaddr addr);
/* In the child after a fork: forget what other threads were writing. */
void space_code_forked(struct space *s);
/* The host is going to write to [addr, addr + len): did that need anything? */
bool space_code_unguard(struct space *s, gaddr addr, u64 len);

/* The host wrote into [addr, addr + len): drop translations of code there. */
void space_code_written(struct space *s, gaddr addr, u64 len);

/* Code at [addr, addr + len) has changed: the same for every other mapping of
 * that memory (programs that write code through a second mapping). */
void space_code_aliases(struct space *s, gaddr addr, u64 len);

/* Print in the format of /proc/self/maps and smaps. */
void space_print_maps(struct space *s, FILE *f);
void space_print_smaps(struct space *s, FILE *f);

/* Total mapped pages, code/data bounds for /proc/self/stat and statm. */
struct space_info {
	gaddr start_code, end_code, start_data, end_data;
	gaddr start_stack, start_brk, brk, mmap_base;
	gaddr arg_start, arg_end, env_start, env_end;
	u64 pages;
};
void space_get_info(struct space *s, struct space_info *info);
void space_set_info(struct space *s, const struct space_info *info);

/*
 * fork(): hold the space's lock across it.  Lock order: the translator's lock
 * (tctx_fork_prepare) first, then this one.  A process with one thread need
 * not prepare; the child then leaves the lock as it is.
 */
void space_fork_prepare(struct space *s);
void space_fork_parent(struct space *s);
void space_fork_child(struct space *s, bool prepared);

#endif
