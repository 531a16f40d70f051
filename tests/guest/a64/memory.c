/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Memory calls: placement, protection, errors.  Portable: what it expects is
 * what a native kernel does.
 */
#include "check.h"

#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/shm.h>

enum { PG = 4096 };
#define RW (PROT_READ | PROT_WRITE)
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)

static sigjmp_buf env;
static volatile int got_code;

static void on_fault(int signo, siginfo_t *si, void *uc)
{
	(void)uc;
	got_code = signo << 8 | si->si_code;
	siglongjmp(env, 1);
}

/* 0 if p can be read, else signal << 8 | si_code. */
static int probe(volatile char *p, int write)
{
	got_code = 0;
	if (!sigsetjmp(env, 1)) {
		if (write)
			*p = 1;
		else
			(void)*p;
	}
	return got_code;
}

enum { MAPERR = SIGSEGV << 8 | SEGV_MAPERR, ACCERR = SIGSEGV << 8 | SEGV_ACCERR,
       BUSADR = SIGBUS << 8 | BUS_ADRERR };

static char *get(size_t len)
{
	return mmap(NULL, len, RW, ANON, -1, 0);
}

#define FAILS(call, want, what) do {				\
	errno = 0;						\
	long r_ = (long)(call);					\
	check(r_ == -1 && errno == (want), "%s (%ld, errno %d)", what, \
	      r_, errno);					\
} while (0)

static void mapping(void)
{
	char *p = get(4 * PG), *q;

	check(p != MAP_FAILED, "mmap");
	check(!munmap(p + PG, PG), "hole");
	check_eq(probe(p + PG, 0), MAPERR, "hole faults with MAPERR");
	check_eq(probe(p + 2 * PG, 1), 0, "behind the hole is memory");
	q = mmap(p + PG, PG, PROT_READ, ANON, -1, 0);
	check(q == p + PG, "a hint is honoured");
	check_eq(probe(q, 1), ACCERR, "read-only faults with ACCERR");
	check(mmap(p, 4 * PG, RW, ANON | MAP_FIXED, -1, 0) == p, "MAP_FIXED");
	FAILS(mmap(p + PG, PG, RW, ANON | MAP_FIXED_NOREPLACE, -1, 0), EEXIST,
	      "MAP_FIXED_NOREPLACE");
	check(!munmap(p - 0, 4 * PG) && !munmap(p, 4 * PG),
	      "unmapping nothing succeeds");
	FAILS(mmap(NULL, 0, RW, ANON, -1, 0), EINVAL, "no length");
	FAILS(mmap(NULL, PG, RW, MAP_ANONYMOUS, -1, 0), EINVAL, "no type");
	FAILS(mmap(NULL, PG, RW, MAP_PRIVATE, 1234, 0), EBADF, "bad fd");
	FAILS(mmap((void *)1, PG, RW, ANON | MAP_FIXED, -1, 0), EINVAL,
	      "MAP_FIXED, not aligned");
	FAILS(mmap(NULL, -PG, RW, ANON, -1, 0), ENOMEM, "too long");
	FAILS(munmap((void *)1, PG), EINVAL, "munmap, not aligned");
	FAILS(munmap((void *)PG, 0), EINVAL, "munmap of nothing");
	FAILS(mprotect((void *)1, PG, RW), EINVAL, "mprotect, not aligned");
}

static void files(void)
{
	char name[] = "/tmp/memXXXXXX", *p, *q;
	int fd = mkstemp(name), ro;

	ro = open(name, O_RDONLY);
	unlink(name);
	check(!ftruncate(fd, 2 * PG) && pwrite(fd, "abc", 3, PG) == 3, "file");
	p = mmap(NULL, 4 * PG, RW, MAP_SHARED, fd, 0);
	q = mmap(NULL, PG, RW, MAP_PRIVATE, fd, PG);
	check(!memcmp(p + PG, "abc", 3) && !memcmp(q, "abc", 3), "content");
	p[PG] = 'X';
	check(q[0] == 'X', "shared write is seen");
	q[1] = 'Y';
	check(p[PG + 1] == 'b', "private write is not");
	check_eq(probe(p + 3 * PG, 0), BUSADR, "past the end: SIGBUS");
	check(!ftruncate(fd, 4 * PG), "grow");
	check_eq(probe(p + 3 * PG, 0), 0, "then it is there");
	FAILS(mmap(NULL, PG, RW, MAP_SHARED, ro, 0), EACCES,
	      "shared writable mapping of a read-only file");
	q = mmap(NULL, PG, PROT_READ, MAP_SHARED, ro, 0);
	FAILS(mprotect(q, PG, RW), EACCES, "... and by mprotect");
	FAILS(mmap(NULL, PG, RW, MAP_PRIVATE, fd, 1), EINVAL, "offset");
	check(!msync(p, 4 * PG, MS_SYNC), "msync");
	close(fd);
	close(ro);
}

static void protection(void)
{
	char *p = get(3 * PG);
	void (*fn)(void) = (void (*)(void))p;

	check(!mprotect(p + PG, PG, PROT_NONE), "mprotect");
	check_eq(probe(p + PG, 0), ACCERR, "PROT_NONE");
	munmap(p + 2 * PG, PG);
	FAILS(mprotect(p, 3 * PG, PROT_READ), ENOMEM, "hole: ENOMEM");
	check_eq(probe(p, 1), ACCERR, "but done up to it");
	got_code = 0;
	if (!sigsetjmp(env, 1))
		fn();
	check_eq(got_code, ACCERR, "no code without PROT_EXEC");
	munmap(p, PG);
	got_code = 0;
	if (!sigsetjmp(env, 1))
		fn();
	check_eq(got_code, MAPERR, "no code where nothing is");
}

static void moving(void)
{
	char *p = get(6 * PG), *q;

	strcpy(p, "moved");
	munmap(p + 2 * PG, PG);
	q = mremap(p, 2 * PG, 3 * PG, 0);
	check(q == p && !probe(p + 2 * PG, 1), "grow in place");
	FAILS(mremap(p, 3 * PG, 4 * PG, 0), ENOMEM, "no room");
	q = mremap(p, 3 * PG, 8 * PG, MREMAP_MAYMOVE);
	check(q != MAP_FAILED && q != p && !strcmp(q, "moved") &&
	      !probe(q + 7 * PG, 1), "move");
	check_eq(probe(p, 0), MAPERR, "the old place is free");
	p = mremap(q, 8 * PG, PG, 0);
	check(p == q && probe(q + PG, 0) == MAPERR, "shrink");
	p = get(2 * PG);
	check(mremap(q, PG, PG, MREMAP_MAYMOVE | MREMAP_FIXED, p) == p &&
	      !strcmp(p, "moved"), "fixed");
	FAILS(mremap(q, PG, PG, MREMAP_MAYMOVE), EFAULT, "nothing there");
	FAILS(mremap(p, PG, 0, 0), EINVAL, "to nothing");
	FAILS(mremap(p + 1, PG, PG, 0), EINVAL, "not aligned");
	FAILS(mremap(p, PG, PG, MREMAP_FIXED, q), EINVAL, "flags");
	q = mremap(p, PG, PG, MREMAP_MAYMOVE | 4 /* DONTUNMAP */, 0);
	check(q != MAP_FAILED && !strcmp(q, "moved") && !probe(p, 1) &&
	      *p == 1, "MREMAP_DONTUNMAP");
}

static void heap(void)
{
	char *p = sbrk(0);

	check(sbrk(3 * PG) == p, "sbrk");
	p[3 * PG - 1] = 1;
	check(!brk(p), "shrink");
	check((uintptr_t)probe(p + 3 * PG - 1, 0) == MAPERR, "it is gone");
	check(syscall(SYS_brk, 0) == (long)p, "brk(0)");
	check(syscall(SYS_brk, 1) == (long)p, "brk(1)");
}

static void advice(void)
{
	char *p = get(2 * PG);
	unsigned char vec[2];

	*p = 7;
	check(!madvise(p, PG, MADV_DONTNEED) && *p == 0, "MADV_DONTNEED");
	munmap(p + PG, PG);
	FAILS(madvise(p, 2 * PG, MADV_NORMAL), ENOMEM, "madvise: hole");
	FAILS(madvise(p, PG, 9999), EINVAL, "madvise: nonsense");
	check(!mincore(p, PG, vec), "mincore");
	FAILS(mincore(p, 2 * PG, vec), ENOMEM, "mincore: hole");
	check(!mlock(p, PG) && !munlock(p, PG), "mlock");
}

static int dontfork_child(void *p)
{
	return probe(p, 0) == MAPERR ? 0 : 1;
}

static void forking(void)
{
	char *p = get(PG), *q = get(PG);

	/* The mapping reaches beyond the range, before and after. */
	check(!madvise(p, PG, MADV_DOFORK) && !madvise(q, PG, MADV_DOFORK),
	      "MADV_DOFORK of a part");
	check(!madvise(p, PG, MADV_DONTFORK), "MADV_DONTFORK");
	check_eq(in_child(dontfork_child, p), 0, "not in the child");
	*q = 5;
	check(!madvise(q, PG, MADV_WIPEONFORK), "MADV_WIPEONFORK");
}

static void sysv(void)
{
	int id = shmget(IPC_PRIVATE, 2 * PG, IPC_CREAT | 0600);
	char *p, *q;

	if (id < 0) {
		check(1, "# SKIP no shared memory");
		return;
	}
	p = shmat(id, NULL, 0);
	q = shmat(id, NULL, SHM_RDONLY);
	shmctl(id, IPC_RMID, NULL);
	check(p != (void *)-1 && q != (void *)-1, "shmat");
	p[PG] = 3;
	check(q[PG] == 3, "shared");
	check_eq(probe(q, 1), ACCERR, "read-only");
	FAILS(shmdt(p + PG), EINVAL, "shmdt: not the start");
	check(!munmap(p, PG), "munmap of a part");
	check(!shmdt(q) && probe(q, 0) == MAPERR, "shmdt");
	FAILS(shmdt(q), EINVAL, "again");
}

/* -- Many threads changing the map ----------------------------------------- */

static void *churn(void *arg)
{
	uint64_t x = (uintptr_t)arg * 0x9e3779b97f4a7c15 + 1;
	char *p[32] = { 0 };
	size_t len[32];
	long bad = 0;

	for (int i = 0; i < 4000; i++) {
		unsigned k;

		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		k = x % 32;
		if (!p[k]) {
			len[k] = (1 + x / 32 % 9) * PG;
			p[k] = get(len[k]);
			if (p[k] == MAP_FAILED)
				return (void *)1;
			bad += p[k][0] != 0 || p[k][len[k] - 1] != 0;
			p[k][0] = p[k][len[k] - 1] = (char)k;
		} else if (x / 512 % 3 == 0) {
			bad += p[k][0] != (char)k;
			p[k] = mremap(p[k], len[k], len[k] + PG,
				      MREMAP_MAYMOVE);
			len[k] += PG;
			bad += p[k][0] != (char)k;
			p[k][len[k] - 1] = (char)k;
		} else if (x / 512 % 3 == 1) {
			mprotect(p[k], PG, PROT_READ);
			bad += p[k][0] != (char)k;
			mprotect(p[k], PG, RW);
		} else {
			bad += p[k][0] != (char)k ||
			       p[k][len[k] - 1] != (char)k;
			munmap(p[k], len[k]);
			p[k] = NULL;
		}
	}
	for (int k = 0; k < 32; k++)
		if (p[k])
			munmap(p[k], len[k]);
	return (void *)bad;
}

static void threads(void)
{
	pthread_t t[4];
	void *r, *all = NULL;

	for (uintptr_t i = 0; i < 4; i++)
		pthread_create(&t[i], NULL, churn, (void *)(i + 1));
	for (int i = 0; i < 4; i++) {
		pthread_join(t[i], &r);
		all = r ? r : all;
	}
	check(!all, "four threads map and unmap");
}

/* What the kernel says of the stack's neighbourhood. */
static void layout(void)
{
	int local;
	char *p = get(PG), *h = sbrk(0);

	check((char *)&local > p, "the stack is above mappings");
	check(p > h, "mappings are above the heap");
	check(((uintptr_t)&local) >> 48 == 0, "addresses have 48 bits");
}

int main(void)
{
	struct sigaction sa = { .sa_sigaction = on_fault,
				.sa_flags = SA_SIGINFO };

	sigaction(SIGSEGV, &sa, NULL);
	sigaction(SIGBUS, &sa, NULL);
	mapping();
	files();
	protection();
	moving();
	heap();
	advice();
	forking();
	sysv();
	threads();
	layout();
	return check_done();
}
