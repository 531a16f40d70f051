/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Descriptors of the runner itself: close-on-exec, and so high that the guest
 * hardly meets them; above its RLIMIT_NOFILE where that is possible.
 */
#ifndef LINUX_USER_OWNFD_H
#define LINUX_USER_OWNFD_H

struct process;

/* Move fd up; the new number, or fd itself if there is no room above. */
int ownfd_raise(int fd);

/* fd stays open as one of ours: does not exist for the guest. */
void ownfd_note(struct process *p, int fd);

/* The lowest of ours that is >= fd, or -1. */
int ownfd_next(const struct process *p, int fd);

/* The guest wants this number: go on with a copy, and leave fd open to be
 * replaced.  0 or -errno. */
int ownfd_yield(struct process *p, int fd);

#endif
