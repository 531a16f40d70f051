// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * ioctl: numbers and structures are the same on both sides but for the old
 * loop_info, and for open flags given as argument.
 */
#include "syscalls/sys.h"

#include <linux/loop.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>

#include "syscalls/abi_a64.h"

#ifndef TIOCGPTPEER
#define TIOCGPTPEER 0x5441
#endif

static s64 loop_set_status(struct sysctx *c, const u64 *a)
{
	struct a64_loop_info g;
	struct loop_info h = { 0 };

	if (guest_read(c, &g, a[2], sizeof(g)))
		return -EFAULT;
	h.lo_number = g.lo_number;
	h.lo_device = g.lo_device;
	h.lo_inode = g.lo_inode;
	h.lo_rdevice = g.lo_rdevice;
	h.lo_offset = g.lo_offset;
	h.lo_encrypt_type = g.lo_encrypt_type;
	h.lo_encrypt_key_size = g.lo_encrypt_key_size;
	h.lo_flags = g.lo_flags;
	memcpy(h.lo_name, g.lo_name, sizeof(h.lo_name));
	memcpy(h.lo_encrypt_key, g.lo_encrypt_key, sizeof(h.lo_encrypt_key));
	memcpy(h.lo_init, g.lo_init, sizeof(h.lo_init));
	memcpy(h.reserved, g.reserved, sizeof(h.reserved));
	return host_syscall(c, SYS_ioctl, a[0], a[1], (u64)&h, 0, 0, 0);
}

static s64 loop_get_status(struct sysctx *c, const u64 *a)
{
	struct a64_loop_info g = { 0 };
	struct loop_info h = { 0 };
	s64 ret = host_syscall(c, SYS_ioctl, a[0], a[1], (u64)&h, 0, 0, 0);

	if (ret < 0)
		return ret;
	g.lo_number = h.lo_number;
	g.lo_device = h.lo_device;
	g.lo_inode = h.lo_inode;
	g.lo_rdevice = h.lo_rdevice;
	g.lo_offset = h.lo_offset;
	g.lo_encrypt_type = h.lo_encrypt_type;
	g.lo_encrypt_key_size = h.lo_encrypt_key_size;
	g.lo_flags = h.lo_flags;
	memcpy(g.lo_name, h.lo_name, sizeof(g.lo_name));
	memcpy(g.lo_encrypt_key, h.lo_encrypt_key, sizeof(g.lo_encrypt_key));
	memcpy(g.lo_init, h.lo_init, sizeof(g.lo_init));
	memcpy(g.reserved, h.reserved, sizeof(g.reserved));
	return guest_write(c, a[2], &g, sizeof(g)) ? -EFAULT : ret;
}

s64 sys_ioctl(struct sysctx *c, const u64 *a)
{
	u64 arg = a[2];

	switch (c->cfg->abi->native ? 0 : (u32)a[1]) {
	case LOOP_SET_STATUS:
		return loop_set_status(c, a);
	case LOOP_GET_STATUS:
		return loop_get_status(c, a);
	case TIOCGPTPEER:
		arg = sys_open_flags(c, (u32)arg);
		break;
	}
	/* Almost always a pointer; negative numbers are not. */
	if (unlikely(arg >= SYS_GUEST_TOP && (s64)arg > 0)) {
		if (c->tagged_addr)
			arg &= bits_mask(56);
		if (arg >= SYS_GUEST_TOP)
			arg = SYS_BAD_POINTER;
	}
	return host_syscall(c, SYS_ioctl, a[0], a[1], arg, 0, 0, 0);
}
