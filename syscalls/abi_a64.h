/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where an arm64 kernel's structures and constants differ from the x86_64
 * host's: all others are the same.  Layouts follow include/uapi/asm-generic
 * and arch/arm64/include/uapi of Linux.
 */
#ifndef SYSCALLS_ABI_A64_H
#define SYSCALLS_ABI_A64_H

#include "syscalls/syscall.h"

/*
 * Open flags.  Two pairs of neighbouring bits have changed places:
 *
 *	bit	17		16		15		14
 *	arm64	O_LARGEFILE	O_DIRECT	O_NOFOLLOW	O_DIRECTORY
 *	x86	O_NOFOLLOW	O_DIRECTORY	O_LARGEFILE	O_DIRECT
 *
 * so that one function converts both ways.
 */
#define A64_O_DIRECTORY 0x4000u
#define A64_O_NOFOLLOW 0x8000u
#define A64_O_DIRECT 0x10000u
#define A64_O_LARGEFILE 0x20000u

static inline u64 a64_open_flags(u64 f)
{
	return (f & ~0x3c000ull) | (f & 0xc000) << 2 | (f & 0x30000) >> 2;
}

/* The same for whatever guest makes the call. */
static inline u64 sys_open_flags(const struct sysctx *c, u64 f)
{
	return c->cfg->abi->swap_open_flags ? a64_open_flags(f) : f;
}

struct a64_stat {
	u64 st_dev;
	u64 st_ino;
	u32 st_mode;
	u32 st_nlink;
	u32 st_uid;
	u32 st_gid;
	u64 st_rdev;
	u64 pad1;
	s64 st_size;
	s32 st_blksize;
	s32 pad2;
	s64 st_blocks;
	s64 st_atime_sec;
	u64 st_atime_nsec;
	s64 st_mtime_sec;
	u64 st_mtime_nsec;
	s64 st_ctime_sec;
	u64 st_ctime_nsec;
	u32 unused[2];
};
_Static_assert(sizeof(struct a64_stat) == 128, "stat");
_Static_assert(offsetof(struct a64_stat, st_size) == 48, "stat");
_Static_assert(offsetof(struct a64_stat, st_atime_sec) == 72, "stat");

/* The host's is packed to 12 bytes. */
struct a64_epoll_event {
	u32 events;
	u32 pad;
	u64 data;
};
_Static_assert(sizeof(struct a64_epoll_event) == 16, "epoll_event");

struct a64_ipc_perm {
	s32 key;
	u32 uid, gid, cuid, cgid;
	u32 mode;
	u16 seq;
	u16 pad2;
	u32 pad3;
	u64 unused[2];
};
_Static_assert(sizeof(struct a64_ipc_perm) == 48, "ipc64_perm");

struct a64_semid_ds {
	struct a64_ipc_perm sem_perm;
	s64 sem_otime;
	s64 sem_ctime;
	u64 sem_nsems;
	u64 unused[2];
};
_Static_assert(sizeof(struct a64_semid_ds) == 88, "semid64_ds");

/* The old LOOP_SET_STATUS/LOOP_GET_STATUS; dev_t is 32 bits wide. */
struct a64_loop_info {
	s32 lo_number;
	u32 lo_device;
	u64 lo_inode;
	u32 lo_rdevice;
	s32 lo_offset;
	s32 lo_encrypt_type;
	s32 lo_encrypt_key_size;
	s32 lo_flags;
	char lo_name[64];
	u8 lo_encrypt_key[32];
	u64 lo_init[2];
	char reserved[4];
};
_Static_assert(sizeof(struct a64_loop_info) == 160, "loop_info");

#endif
