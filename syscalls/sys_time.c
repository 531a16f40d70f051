// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Reading clocks: the host's C library asks its vDSO, which is cheaper than
 * a system call.  All other time calls pass unchanged.
 */
#include "syscalls/sys.h"

#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>

s64 sys_clock_gettime(struct sysctx *c, const u64 *a)
{
	struct timespec ts;

	if (clock_gettime((clockid_t)a[0], &ts))
		return -errno;
	return guest_write(c, a[1], &ts, sizeof(ts));
}

s64 sys_gettimeofday(struct sysctx *c, const u64 *a)
{
	struct timeval tv;

	if (a[1])		/* the kernel's time zone, nobody asks */
		return host_pass(c, SYS_gettimeofday, a);
	if (gettimeofday(&tv, NULL))
		return -errno;
	return a[0] ? guest_write(c, a[0], &tv, sizeof(tv)) : 0;
}
