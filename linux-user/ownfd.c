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

/* Those that stay open. */
static int own[OWNFD_ROOM];
static int nown;

/* fd at a number from `from` on, or where it was. */
static int move(int fd, int from)
{
	int high = fcntl(fd, F_DUPFD_CLOEXEC, from);

	if (high < 0)
		return fd;
	close(fd);
	return high;
}

/* From which number on ours are. */
static int choose_base(const struct rlimit *rl)
{
	if (rl->rlim_cur > OWNFD_MOST)
		return OWNFD_LOW;
	if (rl->rlim_cur + OWNFD_ROOM <= rl->rlim_max)
		return (int)rl->rlim_cur;
	return rl->rlim_cur > 2 * OWNFD_ROOM ?
	       (int)rl->rlim_cur - OWNFD_ROOM : (int)rl->rlim_cur;
}

int ownfd_raise(int fd)
{
	struct rlimit old, wide;
	int base;

	if (getrlimit(RLIMIT_NOFILE, &old))
		return fd;
	base = choose_base(&old);
	wide = old;
	wide.rlim_cur = MIN((rlim_t)base + OWNFD_ROOM, old.rlim_max);
	if (wide.rlim_cur <= old.rlim_cur || setrlimit(RLIMIT_NOFILE, &wide))
		return move(fd, base);
	fd = move(fd, base);
	setrlimit(RLIMIT_NOFILE, &old);
	return fd;
}

void ownfd_note(int fd)
{
	if (nown < OWNFD_ROOM)
		own[nown++] = fd;
}

int ownfd_next(int fd)
{
	int best = -1;

	for (int i = 0; i < nown; i++)
		if (own[i] >= fd && (best < 0 || own[i] < best))
			best = own[i];
	return best;
}
