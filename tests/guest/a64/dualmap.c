/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Code that is written through one mapping of a memory file and executed
 * through another, as runtimes with W^X do.  The cache maintenance names
 * either address; the architecture lets both work where instruction caches
 * are physically tagged.
 */
#include "check.h"

#include <stdint.h>
#include <sys/mman.h>

typedef int fn(void);

enum { ROUNDS = 50, SIZE = 4096 };

/* mov w0, #n; ret */
static void emit(char *at, unsigned n)
{
	uint32_t code[2] = { 0x52800000 | n << 5, 0xd65f03c0 };

	memcpy(at, code, sizeof(code));
}

static void run(const char *name, char *wr, char *rx, char *flush)
{
	int stale = 0;

	for (unsigned i = 1; i <= ROUNDS; i++) {
		emit(wr, i);
		__builtin___clear_cache(flush, flush + 8);
		stale += ((fn *)rx)() != (int)i;
	}
	check(!stale, "%s: %d stale of %d", name, stale, ROUNDS);
}

int main(void)
{
	int fd = memfd_create("code", 0);
	char *wr, *rx, *pr;

	if (ftruncate(fd, SIZE))
		return 99;
	wr = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	rx = mmap(NULL, SIZE, PROT_READ | PROT_EXEC, MAP_SHARED, fd, 0);
	pr = mmap(NULL, SIZE, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);
	if (wr == MAP_FAILED || rx == MAP_FAILED || pr == MAP_FAILED)
		return 99;
	run("flush of the executable address", wr, rx, rx);
	run("flush of the writable address", wr, rx, wr);
	run("private executable mapping", wr, pr, wr);
	rx = mmap(NULL, SIZE, PROT_READ | PROT_WRITE | PROT_EXEC,
		  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	run("one mapping", rx, rx, rx);
	return check_done();
}
