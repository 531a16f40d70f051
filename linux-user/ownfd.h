/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Descriptors of the runner itself: close-on-exec, and so high that the guest
 * does not meet them; above its RLIMIT_NOFILE where that is possible.
 */
#ifndef LINUX_USER_OWNFD_H
#define LINUX_USER_OWNFD_H

/* Move fd up; the new number, or fd itself if there is no room above. */
int ownfd_raise(int fd);

/* Descriptors from here on are the runner's. */
int ownfd_limit(void);

#endif
