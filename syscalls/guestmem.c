// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Copies between handlers and the guest's memory.  Guest addresses are host
 * addresses; what is outside the guest's window is refused, what is inside
 * but not accessible makes the copy return -EFAULT by way of the SIGSEGV
 * handler (guestmem_fixup()).
 */
#include "syscalls/syscall.h"

#include <errno.h>

#include "syscalls/host_window.h"
#include "syscalls/sys.h"

/* TBI: the top byte does not belong to the address once the guest asked. */
static gaddr untagged(struct sysctx *c, gaddr a)
{
	return unlikely(c->tagged_addr) ? a & bits_mask(56) : a;
}

int guest_read(struct sysctx *c, void *dst, gaddr src, u64 len)
{
	src = untagged(c, src);
	if (src >= SYS_GUEST_TOP || len > SYS_GUEST_TOP - src)
		return -EFAULT;
	return guestmem_copy(dst, (const void *)src, len);
}

int guest_write(struct sysctx *c, gaddr dst, const void *src, u64 len)
{
	dst = untagged(c, dst);
	if (dst >= SYS_GUEST_TOP || len > SYS_GUEST_TOP - dst)
		return -EFAULT;
	while (unlikely(guestmem_copy((void *)dst, src, len)))
		if (!c->ops || !c->ops->unguard || !c->ops->unguard(c, dst, len))
			return -EFAULT;
	return 0;
}

s64 guest_read_str(struct sysctx *c, char *buf, u64 size, gaddr src)
{
	src = untagged(c, src);
	if (src >= SYS_GUEST_TOP)
		return -EFAULT;
	return guestmem_strcpy(buf, (const char *)src,
			       MIN(size, SYS_GUEST_TOP - src));
}
