/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A small JIT: map, write a function, make it executable, call, unmap. */
#include <sys/mman.h>

#include "kernel.h"

static size_t emit(uint8_t *p, uint32_t k)
{
#ifdef __aarch64__
	uint32_t code[] = {
		0x52800000u | (k & 0xffff) << 5,	/* mov w0, #k */
		0x11000400u,				/* add w0, w0, #1 */
		0xd65f03c0u				/* ret */
	};
#else
	uint8_t code[] = { 0xb8, (uint8_t)k, (uint8_t)(k >> 8), 0, 0,
			   0xff, 0xc0, 0xc3 };
#endif
	memcpy(p, code, sizeof(code));
	return sizeof(code);
}

static uint64_t run(unsigned long n)
{
	uint64_t sum = 0;

	for (unsigned long i = 0; i < n; i++) {
		uint8_t *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
				  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		size_t len = emit(p, (uint32_t)i & 0xffff);
		int (*fn)(void) = (int (*)(void))(uintptr_t)p;

		mprotect(p, 4096, PROT_READ | PROT_EXEC);
		__builtin___clear_cache((char *)p, (char *)p + len);
		for (int k = 0; k < 20; k++)
			sum += (uint64_t)fn();
		munmap(p, 4096);
	}
	return sum;
}
