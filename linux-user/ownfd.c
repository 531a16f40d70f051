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

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/resource.h>
#include <unistd.h>

#include "linux-user/task.h"

enum { OWNFD_LOW = 1008, OWNFD_MOST = 1024, OWNFD_ROOM = 16 };

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

/* A copy of fd high up, or -1. */
static int high_copy(int fd)
{
	struct rlimit old, wide;
	int base, copy;

	if (getrlimit(RLIMIT_NOFILE, &old))
		return -1;
	base = choose_base(&old);
	wide = old;
	wide.rlim_cur = MIN((rlim_t)base + OWNFD_ROOM, old.rlim_max);
	if (wide.rlim_cur <= old.rlim_cur || setrlimit(RLIMIT_NOFILE, &wide))
		return fcntl(fd, F_DUPFD_CLOEXEC, base);
	copy = fcntl(fd, F_DUPFD_CLOEXEC, base);
	setrlimit(RLIMIT_NOFILE, &old);
	return copy;
}

int ownfd_raise(int fd)
{
	int copy = high_copy(fd);

	if (copy < 0)
		return fd;
	close(fd);
	return copy;
}

static void set_low(struct process *p)
{
	int low = ownfd_next(p, 0);

	p->sys_state.own_low = low < 0 ? INT_MAX : low;
}

void ownfd_note(struct process *p, int fd)
{
	if (fd >= 0 && p->nown < ARRAY_LEN(p->own_fd))
		p->own_fd[p->nown++] = fd;
	set_low(p);
}

int ownfd_next(const struct process *p, int fd)
{
	int best = -1;

	for (unsigned i = 0; i < p->nown; i++)
		if (p->own_fd[i] >= fd && (best < 0 || p->own_fd[i] < best))
			best = p->own_fd[i];
	return best;
}

/* Only the executable's can be moved: the log's number is the parent's, too,
 * in a child that shares its memory. */
int ownfd_yield(struct process *p, int fd)
{
	int copy;

	if (fd != p->self_fd)
		return -EBADF;
	copy = high_copy(fd);
	if (copy < 0)
		return -EMFILE;
	for (unsigned i = 0; i < p->nown; i++)
		if (p->own_fd[i] == fd)
			p->own_fd[i] = copy;
	p->self_fd = copy;
	set_low(p);
	return 0;
}
