// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Messages that carry descriptors: the runner's own cannot be sent.  All else
 * about sockets passes unchanged.
 */
#include "syscalls/sys.h"

#include <sys/socket.h>
#include <sys/syscall.h>

enum { CONTROL_MAX = 2048 };	/* of which we look for descriptors */

static bool has_own_fd(struct sysctx *c, const struct cmsghdr *h)
{
	const int *fd = (const int *)CMSG_DATA(h);
	size_t n = (h->cmsg_len - CMSG_LEN(0)) / sizeof(*fd);

	if (h->cmsg_level != SOL_SOCKET || h->cmsg_type != SCM_RIGHTS)
		return false;
	for (size_t i = 0; i < n; i++)
		if (sys_own_fd(c, (u64)fd[i]))
			return true;
	return false;
}

/* Does the message at addr name one of ours? */
static bool sends_own_fd(struct sysctx *c, gaddr addr)
{
	_Alignas(struct cmsghdr) u8 control[CONTROL_MAX];
	struct msghdr m;

	if (guest_read(c, &m, addr, sizeof(m)) || likely(!m.msg_control) ||
	    m.msg_controllen > sizeof(control) ||
	    guest_read(c, control, (gaddr)m.msg_control, m.msg_controllen))
		return false;
	m.msg_control = control;
	for (struct cmsghdr *h = CMSG_FIRSTHDR(&m); h; h = CMSG_NXTHDR(&m, h)) {
		if (h->cmsg_len < CMSG_LEN(0) || h->cmsg_len >
		    m.msg_controllen - (size_t)((u8 *)h - control))
			return false;
		if (has_own_fd(c, h))
			return true;
	}
	return false;
}

s64 sys_sendmsg(struct sysctx *c, const u64 *a)
{
	if (sends_own_fd(c, a[1]))
		return -EBADF;
	return host_pass(c, SYS_sendmsg, a);
}

/* Those before the one that cannot be sent are sent. */
s64 sys_sendmmsg(struct sysctx *c, const u64 *a)
{
	u64 b[6] = { a[0], a[1], a[2], a[3] };
	u32 n = 0;

	while (n < (u32)a[2] && n < 1024 &&
	       !sends_own_fd(c, a[1] + n * sizeof(struct mmsghdr)))
		n++;
	if (n < (u32)a[2] && n < 1024)
		b[2] = n;
	if (a[2] && !b[2])
		return -EBADF;
	return host_pass(c, SYS_sendmmsg, b);
}
