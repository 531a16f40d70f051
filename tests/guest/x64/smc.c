// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Code that is written and run with nothing in between: anew, over itself,
 * by the kernel, through another mapping, by two threads.
 */
#include "../a64/check.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/uio.h>

typedef int fn(void);

static uint8_t *pages(size_t n, int prot)
{
	void *p = mmap(NULL, n * 4096, prot, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		exit(99);
	return p;
}

enum { RWX = PROT_READ | PROT_WRITE | PROT_EXEC };

/* mov eax, n; ret */
static const uint8_t templ[6] = { 0xb8, 0, 0, 0, 0, 0xc3 };

static void put(uint8_t *at, int n)
{
	memcpy(at, templ, sizeof(templ));
	memcpy(at + 1, &n, 4);
}

static int call(const void *at)
{
	fn *f;

	memcpy(&f, &at, sizeof(f));
	return f();
}

static void rewrite(void)
{
	uint8_t *p = pages(3, RWX);
	int bad = 0;

	for (int i = 0; i < 2000; i++) {
		put(p, i);
		bad += call(p) != i;
	}
	check_eq(bad, 0, "code rewritten 2000 times");
	for (int i = 0; i < 2000; i++) {
		put(p + 4096 - 3, i);
		bad += call(p + 4096 - 3) != i;
	}
	check_eq(bad, 0, "across two pages");
	for (int i = 0; i < 2000; i++) {
		p[4096 - 2] = (uint8_t)i;	/* one byte of it */
		bad += (call(p + 4096 - 3) & 0xff) != (i & 0xff);
	}
	check_eq(bad, 0, "one byte of the first page");
	memset(p, 0x90, 3 * 4096);
	put(p + 2 * 4096 + 100, 7);
	check_eq(call(p), 7, "three pages of nops");
	memcpy(p + 4096 + 17, templ, sizeof(templ));
	check_eq(call(p), 0, "a return in the middle of them");
	munmap(p, 3 * 4096);
}

/* Slow changes, so that the page stays guarded. */
static void slowly(void)
{
	uint8_t *p = pages(1, RWX);
	int bad = 0;

	for (int i = 0; i < 40; i++) {
		put(p + 6 * (i % 600), i);
		bad += call(p + 6 * (i % 600)) != i;
		usleep(2000);
		put(p + 6 * (i % 600), -i);
		bad += call(p + 6 * (i % 600)) != -i;
	}
	check_eq(bad, 0, "code appended now and then");
	munmap(p, 4096);
}

/*
 * The next instruction is changed by the one before:
 *	mov byte [rip + 1], n	c6 05 01 00 00 00 n
 *	mov eax, 0		b8 00 00 00 00
 *	ret
 */
static void own_block(void)
{
	static const uint8_t code[] = {
		0xc6, 0x05, 1, 0, 0, 0, 42, 0xb8, 0, 0, 0, 0, 0xc3
	};
	uint8_t *p = pages(1, RWX);
	int bad = 0;

	memcpy(p, code, sizeof(code));
	check_eq(call(p), 42, "an instruction changes the next");
	for (int i = 0; i < 3000; i++) {
		p[6] = (uint8_t)i;
		bad += call(p) != (i & 0xff);
	}
	check_eq(bad, 0, "3000 times");
	munmap(p, 4096);
}

/*
 * A loop that counts in an immediate of its own:
 *	mov ecx, 1000 ; 1: mov eax, 0 ; add dword [rip - 10 ...], 1 ; dec ecx ;
 *	jnz 1b ; ret
 */
static void own_loop(void)
{
	static const uint8_t code[] = {
		0xb9, 0xe8, 0x03, 0, 0,			/* mov ecx, 1000 */
		0xb8, 0, 0, 0, 0,			/* mov eax, 0 */
		0x83, 0x05, 0xf5, 0xff, 0xff, 0xff, 1,	/* add [rip-11], 1 */
		0xff, 0xc9,				/* dec ecx */
		0x75, 0xf0,				/* jnz */
		0xc3
	};
	uint8_t *p = pages(1, RWX);

	memcpy(p, code, sizeof(code));
	check_eq(call(p), 999, "a loop that changes its own constant");
	check_eq(call(p), 1999, "again");
	munmap(p, 4096);
}

/* Data on the page of the code that uses it. */
static void data_beside(void)
{
	static const uint8_t code[] = {
		0x8b, 0x05, 0xfa, 0x07, 0, 0,		/* mov eax, [rip+2042] */
		0xff, 0x05, 0xf4, 0x07, 0, 0,		/* inc [rip+2036] */
		0xc3
	};
	uint8_t *p = pages(1, RWX);
	int bad = 0;

	memcpy(p, code, sizeof(code));
	for (int i = 0; i < 100000; i++)
		bad += call(p) != i;
	check_eq(bad, 0, "a counter beside the code");
	munmap(p, 4096);
}

static void strings(void)
{
	uint8_t *p = pages(4, RWX), *src = pages(4, PROT_READ | PROT_WRITE);
	int bad = 0;

	for (int i = 0; i < 200; i++) {
		void *d = p, *s = src;
		size_t n = 4 * 4096;

		memset(src, 0x90, 4 * 4096);
		put(src + 3 * 4096 + 50, i);
		__asm__ volatile("rep movsb" : "+D"(d), "+S"(s), "+c"(n)
				 : : "memory");
		bad += call(p) != i;
	}
	check_eq(bad, 0, "rep movsb over four pages");
	munmap(p, 4 * 4096);
	munmap(src, 4 * 4096);
}

static void by_kernel(void)
{
	uint8_t *p = pages(2, RWX);
	uint8_t code[6];
	struct iovec v[2] = { { p, 3 }, { p + 3, 3 } };
	int fds[2], bad = 0;
	struct timespec *ts = (void *)(p + 64);

	if (pipe(fds))
		exit(99);
	for (int i = 0; i < 100; i++) {
		put(p, -1);
		bad += call(p) != -1;
		put(code, i);
		if (write(fds[1], code, 6) != 6 || read(fds[0], p, 6) != 6)
			bad++;
		bad += call(p) != i;
	}
	check_eq(bad, 0, "read() into code");
	for (int i = 0; i < 10; i++) {
		put(code, i);
		if (write(fds[1], code, 6) != 6 || readv(fds[0], v, 2) != 6)
			bad++;
		bad += call(p) != i;
		usleep(1000);
	}
	check_eq(bad, 0, "readv() into code");
	bad = 0;
	for (int i = 0; i < 10; i++) {
		struct iovec far[2] = { { p + 4096 - 3, 3 }, { p + 4096, 3 } };

		put(p + 4096 - 3, 99);
		bad += call(p + 4096 - 3) != 99;
		put(code, i);
		if (write(fds[1], code, 6) != 6 || readv(fds[0], far, 2) != 6)
			bad++;
		bad += call(p + 4096 - 3) != i;
	}
	check_eq(bad, 0, "readv() into two pages of code");
	call(p);
	check_eq(syscall(SYS_clock_gettime, 1, ts), 0, "a result beside code");
	check(ts->tv_sec || ts->tv_nsec, "has been written");
	close(fds[0]);
	close(fds[1]);
	munmap(p, 2 * 4096);
}

static void protections(void)
{
	uint8_t *p = pages(1, PROT_READ | PROT_WRITE);
	int bad = 0;

	for (int i = 0; i < 100; i++) {
		mprotect(p, 4096, PROT_READ | PROT_WRITE);
		put(p, i);
		mprotect(p, 4096, PROT_READ | PROT_EXEC);
		bad += call(p) != i;
	}
	check_eq(bad, 0, "written and made executable in turn");
	mprotect(p, 4096, RWX);
	put(p, 5);
	check_eq(call(p), 5, "then both");
	p = mremap(p, 4096, 8192, MREMAP_MAYMOVE);
	put(p, 6);
	check_eq(call(p), 6, "and moved");
	put(p, 7);
	check_eq(call(p), 7, "and written again");
	munmap(p, 8192);
}

static void two_mappings(void)
{
	int fd = memfd_create("code", 0), bad = 0;
	uint8_t *x, *w;

	if (fd < 0 || ftruncate(fd, 8192))
		exit(99);
	w = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	x = mmap(NULL, 8192, PROT_READ | PROT_EXEC, MAP_SHARED, fd, 0);
	for (int i = 0; i < 1000; i++) {
		put(w + 4096, i);
		bad += call(x + 4096) != i;
	}
	check_eq(bad, 0, "written through another mapping");
	munmap(w, 8192);
	w = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	put(w + 4096, 1234);
	check_eq(call(x + 4096), 1234, "through one that came later");
	munmap(w, 8192);
	munmap(x, 8192);
	close(fd);
}

static uint8_t *shared;
static volatile int stop;
static int thread_bad;

/* Flips a jump's target byte while the other runs it: either is right. */
static void *runner(void *arg)
{
	while (!stop) {
		int v = call(shared);

		if (v != 1 && v != 2)
			thread_bad++;
	}
	return NULL;
}

static void threads(void)
{
	/* jmp +0 / jmp +6; the two returns */
	uint8_t code[14] = { 0xeb, 0 };
	pthread_t t;

	put(code + 2, 1);
	put(code + 8, 2);
	shared = pages(1, RWX);
	memcpy(shared, code, sizeof(code));
	pthread_create(&t, NULL, runner, NULL);
	for (int i = 0; i < 20000; i++)
		*(volatile uint8_t *)(shared + 1) = i & 1 ? 6 : 0;
	stop = 1;
	pthread_join(t, NULL);
	check_eq(thread_bad, 0, "another thread sees one or the other");
	check_eq(call(shared), 2, "and the last one in the end");
}

static void forked(void)
{
	uint8_t *p = pages(1, RWX);
	int st = 0;

	put(p, 1);
	call(p);
	if (!fork()) {
		put(p, 3);
		_exit(call(p));
	}
	wait(&st);
	check_eq(WEXITSTATUS(st), 3, "a child writes to inherited code");
	check_eq(call(p), 1, "which the parent does not see");
	put(p, 2);
	check_eq(call(p), 2, "and its own");
}

int main(void)
{
	rewrite();
	slowly();
	own_block();
	own_loop();
	data_beside();
	strings();
	by_kernel();
	protections();
	two_mappings();
	threads();
	forked();
	return check_done();
}
