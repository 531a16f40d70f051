/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fork, exec of itself, wait.  An emulator that cannot execute guest programs
 * by itself is named in BENCH_RUNNER.
 */
#include <sys/wait.h>
#include <unistd.h>

#include "kernel.h"

static uint64_t run(unsigned long n)
{
	const char *runner = getenv("BENCH_RUNNER");
	uint64_t sum = 0;
	char self[4096];
	ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);

	if (!n)
		_exit(3);
	if (len < 0)
		return 0;
	self[len] = 0;
	for (unsigned long i = 0; i < n; i++) {
		int st = 0;
		pid_t pid = fork();

		if (!pid) {
			if (runner)
				execl(runner, runner, self, "0", (char *)NULL);
			else
				execl(self, self, "0", (char *)NULL);
			_exit(9);
		}
		waitpid(pid, &st, 0);
		sum += (uint64_t)WEXITSTATUS(st);
	}
	return sum;
}
