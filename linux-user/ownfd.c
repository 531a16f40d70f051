/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The runner's own descriptors; see ownfd.h.
 *
 * A number far up would be safest, but the kernel's table of descriptors is
 * as long as the highest one and is copied at each fork.  So: just above the
 * soft limit when that is at most 1024 (the limit is raised for the moment of
 * the move), else the last few below 1024.
 */
#include "linux-user/ownfd.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/base.h"

enum { OWNFD_LOW = 1008, OWNFD_MOST = 1024, OWNFD_ROOM = 16 };

static int limit = OWNFD_LOW;

static int move(int fd, int from)
{
	int high = fcntl(fd, F_DUPFD_CLOEXEC, from);

	if (high < 0)
		return fd;
	close(fd);
	return high;
}

int ownfd_raise(int fd)
{
	struct rlimit old, wide;

	if (getrlimit(RLIMIT_NOFILE, &old) || old.rlim_cur > OWNFD_MOST)
		return move(fd, OWNFD_LOW);
	wide = old;
	wide.rlim_cur = MIN(old.rlim_cur + OWNFD_ROOM, old.rlim_max);
	if (wide.rlim_cur == old.rlim_cur || setrlimit(RLIMIT_NOFILE, &wide)) {
		limit = old.rlim_cur > OWNFD_ROOM ?
			(int)old.rlim_cur - OWNFD_ROOM : 3;
		return move(fd, limit);
	}
	limit = (int)old.rlim_cur;
	fd = move(fd, limit);
	setrlimit(RLIMIT_NOFILE, &old);
	return fd;
}

int ownfd_limit(void)
{
	return limit;
}
