/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The map of translated code for perf(1): "START SIZE name", all hex. */
#include "translate/perfmap.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static int fd = -1;
static pid_t owner;

/* Above what guests use, so that it is not in the way. */
enum { FD_FLOOR = 990 };

static bool map_open(void)
{
	char name[64];
	int low;

	if (fd >= 0 && owner == getpid())
		return true;
	if (fd >= 0)
		close(fd);
	owner = getpid();
	snprintf(name, sizeof(name), "/tmp/perf-%d.map", (int)owner);
	low = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW,
		   0600);
	if (low < 0)
		return false;
	fd = fcntl(low, F_DUPFD_CLOEXEC, FD_FLOOR);
	if (fd < 0)
		fd = low;
	else
		close(low);
	return true;
}

void perfmap_add(const u8 *code, u32 len, gaddr pc)
{
	char line[96];
	int n;

	if (!map_open())
		return;
	n = snprintf(line, sizeof(line), "%llx %x guest_0x%llx\n",
		     (unsigned long long)(uintptr_t)code, len,
		     (unsigned long long)pc);
	/* A full disk costs names in a profile, nothing else. */
	if (write(fd, line, (size_t)n) < 0)
		fd = -1;
}
