/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* System calls: cheap ones, pipe reads and writes, fstat, clock. */
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "kernel.h"

static uint64_t run(unsigned long n)
{
	int p[2];
	char buf[64] = "x";
	uint64_t sum = 0;
	struct stat st;
	struct timespec ts;

	if (pipe(p))
		return 1;
	for (unsigned long i = 0; i < n * 100; i++) {
		sum += syscall(SYS_getppid) > 0;
		sum += (uint64_t)write(p[1], buf, sizeof(buf));
		sum += (uint64_t)read(p[0], buf, sizeof(buf));
		sum += (uint64_t)fstat(p[0], &st);
		clock_gettime(CLOCK_MONOTONIC, &ts);
		sum += ts.tv_sec > 0;
	}
	return sum;
}
