/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Bottom layer: fixed-width types and small macros that every file may use.
 * Knows no guest, no host, no operating system interface.
 */
#ifndef BASE_BASE_H
#define BASE_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int8_t s8;
typedef int16_t s16;
typedef int32_t s32;
typedef int64_t s64;
typedef unsigned __int128 u128;
typedef __int128 s128;

/* A guest virtual address.  Converted to a host pointer only by mem.h. */
typedef u64 gaddr;

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)
#define container_of(p, type, member) \
	((type *)((char *)(p) - offsetof(type, member)))
#define NORETURN __attribute__((noreturn))
#define PRINTF_FMT(f, a) __attribute__((format(printf, f, a)))

/* Marks a function that only calls async-signal-safe code. */
#define SIGSAFE

#define MIN(a, b) ((a) < (b) ? (a) : (b))
#define MAX(a, b) ((a) > (b) ? (a) : (b))

#define GUEST_PAGE_SIZE 4096u
#define GUEST_PAGE_MASK (~(u64)(GUEST_PAGE_SIZE - 1))

static inline u64 align_down(u64 v, u64 a)
{
	return v & ~(a - 1);
}

static inline u64 align_up(u64 v, u64 a)
{
	return (v + a - 1) & ~(a - 1);
}

#endif
