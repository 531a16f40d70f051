/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Run-time parts of vector instructions: accesses of single elements, MXCSR,
 * FXSAVE and XSAVE images.  Guest memory is accessed in place: a fault leaves
 * the helper with the guest's state as it is at that moment.
 */
#include <string.h>

#include "translate/guest/x64/x64_vec.h"
#include "translate/helper.h"

/* -- Elements -------------------------------------------------------------------- */

static u64 load_elem(u64 addr, unsigned size)
{
	if (size == 2)
		return *(const volatile u32 *)(uintptr_t)addr;
	return *(const volatile u64 *)(uintptr_t)addr;
}

static void store_elem(u64 addr, unsigned size, u64 v)
{
	volatile void *p = (void *)(uintptr_t)addr;

	if (size == 0)
		*(volatile u8 *)p = (u8)v;
	else if (size == 2)
		*(volatile u32 *)p = (u32)v;
	else
		*(volatile u64 *)p = v;
}

/* Element n of 2^size bytes of ymm register r. */
static u64 get_elem(const struct cpu *cpu, unsigned r, unsigned size,
		    unsigned n)
{
	unsigned at = n << size;
	u64 v = 0;

	memcpy(&v, &cpu->v[r + (at & 16)].b[at & 15], 1u << size);
	return v;
}

static void set_elem(struct cpu *cpu, unsigned r, unsigned size, unsigned n,
		     u64 v)
{
	unsigned at = n << size;

	memcpy(&cpu->v[r + (at & 16)].b[at & 15], &v, 1u << size);
}

static bool top_bit(u64 v, unsigned size)
{
	return v >> ((8u << size) - 1) & 1;
}

/* VMASKMOVPS, VPMASKMOVD ..., MASKMOVDQU. */
u64 x64_maskmov(struct cpu *cpu, u64 addr, u64 what)
{
	unsigned data = what >> MASKMOV_REG & 15;
	unsigned mask = what >> MASKMOV_MASK & 15;
	unsigned size = what >> MASKMOV_ESIZE & 3;
	unsigned n = (what & MASKMOV_YMM ? 32u : 16u) >> size;
	u64 elem[16] = { 0 };

	for (unsigned k = 0; k < n; k++) {
		u64 at = addr + (k << size);

		if (!top_bit(get_elem(cpu, mask, size, k), size))
			continue;
		if (what & MASKMOV_STORE)
			store_elem(at, size, get_elem(cpu, data, size, k));
		else
			elem[k] = load_elem(at, size);
	}
	if (what & MASKMOV_STORE)
		return 0;
	memset(&cpu->v[data + 16], 0, 16);
	for (unsigned k = 0; k < n; k++)
		set_elem(cpu, data, size, k, elem[k]);
	return 0;
}

/*
 * An element that has been loaded counts at once, and its mask is cleared: a
 * fault at a later one does not take that back (SDM, VPGATHERDD).
 */
u64 x64_gather(struct cpu *cpu, u64 base, u64 what)
{
	unsigned d = what >> GATHER_DST & 15, mask = what >> GATHER_MASK & 15;
	unsigned index = what >> GATHER_INDEX & 15;
	unsigned isize = what >> GATHER_ISIZE & 3;
	unsigned esize = what >> GATHER_ESIZE & 3;
	unsigned bytes = what & GATHER_YMM ? 32 : 16;
	unsigned n = bytes >> MAX(isize, esize);

	for (unsigned k = 0; k < n; k++) {
		u64 x = get_elem(cpu, index, isize, k), at;

		if (!top_bit(get_elem(cpu, mask, esize, k), esize))
			continue;
		if (isize == 2)
			x = (u64)(s64)(s32)x;
		at = base + (x << (what >> GATHER_SCALE & 3));
		if (what & GATHER_ADDR32)
			at = (u32)at;
		set_elem(cpu, d, esize, k, load_elem(at, esize));
		set_elem(cpu, mask, esize, k, 0);
	}
	for (unsigned k = n; k < 32u >> esize; k++)
		set_elem(cpu, d, esize, k, 0);
	memset(&cpu->v[mask], 0, 16);
	memset(&cpu->v[mask + 16], 0, 16);
	return 0;
}

u64 x64_maskmovq(struct cpu *cpu, u64 data, u64 mask)
{
	u64 addr = cpu->r[X64_RDI];

	for (unsigned k = 0; k < 8; k++)
		if (mask >> (8 * k + 7) & 1)
			store_elem(addr + k, 0, data >> 8 * k);
	return 0;
}

/* -- MXCSR ------------------------------------------------------------------------ */

enum { MXCSR_MASK = 0xffff };

/* #GP: so does an access to an address that is none. */
static void general_protection(void)
{
	store_elem(1ull << 63, 0, 0);
}

u64 x64_ldmxcsr(struct cpu *cpu, u64 value, u64 unused)
{
	if (value & ~(u64)MXCSR_MASK)
		general_protection();
	cpu->guest_mxcsr = (u32)value;
	return 0;
}

u64 x64_stmxcsr(struct cpu *cpu, u64 a, u64 b)
{
	return cpu->guest_mxcsr;
}

/* -- FXSAVE (SDM vol. 1, 10.5.1) ------------------------------------------------- */

enum { FX_MXCSR = 24, FX_MXCSR_MASK = 28, FX_XMM = 160, FX_END = 416,
       FX_BYTES = 512 };

static void put32(u8 *p, u32 v)
{
	memcpy(p, &v, 4);
}

static u32 get32(const u8 *p)
{
	u32 v;

	memcpy(&v, p, 4);
	return v;
}

/* Copy n bytes to or from guest memory; a fault leaves the helper. */
static void copy(void *d, const void *s, unsigned n)
{
	volatile u64 *to = d;
	const volatile u64 *from = s;

	for (unsigned k = 0; k < n / 8; k++)
		to[k] = from[k];
}

static void *guest(u64 addr)
{
	return (void *)(uintptr_t)addr;
}

u64 x64_fxsave(struct cpu *cpu, u64 addr, u64 rexw)
{
	u8 image[FX_BYTES] __attribute__((aligned(16)));

	if (addr & 15)
		general_protection();
	host_x87_save(image);
	put32(image + FX_MXCSR, cpu->guest_mxcsr);
	put32(image + FX_MXCSR_MASK, MXCSR_MASK);
	memcpy(image + FX_XMM, cpu->v, 256);
	copy(guest(addr), image, FX_END);
	return 0;
}

u64 x64_fxrstor(struct cpu *cpu, u64 addr, u64 rexw)
{
	u8 image[FX_BYTES] __attribute__((aligned(16)));

	if (addr & 15)
		general_protection();
	copy(image, guest(addr), FX_END);
	x64_ldmxcsr(cpu, get32(image + FX_MXCSR), 0);
	memcpy(cpu->v, image + FX_XMM, 256);
	host_x87_load(image);
	return 0;
}

/* -- XSAVE (SDM vol. 1, 13.4) ----------------------------------------------------- */

enum { XS_X87 = 1, XS_SSE = 2, XS_AVX = 4, XS_ALL = 7,
       XS_BV = 512, XS_COMP = 520, XS_YMM = 576, XS_BYTES = 832 };
#define XS_COMPACT (1ull << 63)

/* Components that are not as after a reset. */
static unsigned in_use(const struct cpu *cpu)
{
	unsigned r = XS_X87;
	u64 low = 0, high = 0;

	for (unsigned k = 0; k < 16; k++) {
		low |= cpu->v[k].d[0] | cpu->v[k].d[1];
		high |= cpu->v[k + 16].d[0] | cpu->v[k + 16].d[1];
	}
	return r | (low ? XS_SSE : 0) | (high ? XS_AVX : 0);
}

static unsigned requested(const struct cpu *cpu)
{
	return (unsigned)cpu->r[X64_RAX] & XS_ALL;
}

static void save_parts(struct cpu *cpu, u64 addr, unsigned parts, unsigned rfbm)
{
	u8 image[XS_BYTES] __attribute__((aligned(16)));

	host_x87_save(image);
	if (parts & XS_X87) {
		copy(guest(addr), image, FX_MXCSR);
		copy(guest(addr + 32), image + 32, FX_XMM - 32);
	}
	if (rfbm & (XS_SSE | XS_AVX)) {
		put32(image + FX_MXCSR, cpu->guest_mxcsr);
		put32(image + FX_MXCSR_MASK, MXCSR_MASK);
		copy(guest(addr + FX_MXCSR), image + FX_MXCSR, 8);
	}
	if (parts & XS_SSE)
		copy(guest(addr + FX_XMM), cpu->v, 256);
	if (parts & XS_AVX)
		copy(guest(addr + XS_YMM), cpu->v + 16, 256);
}

/* XSAVE writes all that is asked for, the others what is in use. */
u64 x64_xsave(struct cpu *cpu, u64 addr, u64 variant)
{
	unsigned rfbm = requested(cpu), use = in_use(cpu) & rfbm;
	u64 header[2];

	if (addr & 63)
		general_protection();
	save_parts(cpu, addr, variant == X64_XSAVE_PLAIN ? rfbm : use, rfbm);
	copy(header, guest(addr + XS_BV), 16);
	if (variant == X64_XSAVE_COMPACT) {
		header[0] = use;
		header[1] = XS_COMPACT | rfbm;
		copy(guest(addr + XS_BV), header, 16);
	} else {
		header[0] = (header[0] & ~(u64)rfbm) | use;
		copy(guest(addr + XS_BV), header, 8);
	}
	return 0;
}

/* Header of an image that XRSTOR does not take. */
static bool bad_header(const u64 h[8])
{
	u64 comp = h[1] & ~XS_COMPACT;

	if (h[0] & ~(u64)XS_ALL)
		return true;
	if (h[1] & XS_COMPACT)
		return comp & ~(u64)XS_ALL || h[0] & ~comp || h[2] || h[3] ||
		       h[4] || h[5] || h[6] || h[7];
	return h[1] || h[2];
}

u64 x64_xrstor(struct cpu *cpu, u64 addr, u64 unused)
{
	u8 image[XS_BYTES] __attribute__((aligned(16)));
	unsigned rfbm = requested(cpu), have;
	u64 header[8];

	if (addr & 63)
		general_protection();
	copy(header, guest(addr + XS_BV), 64);
	if (bad_header(header))
		general_protection();
	have = (unsigned)header[0];
	copy(image, guest(addr), FX_END);
	if (rfbm & have & XS_AVX)
		copy(image + XS_YMM, guest(addr + XS_YMM), 256);
	else
		memset(image + XS_YMM, 0, 256);
	if (rfbm & (XS_SSE | XS_AVX) &&
	    (!(header[1] & XS_COMPACT) || have & (XS_SSE | XS_AVX)))
		x64_ldmxcsr(cpu, get32(image + FX_MXCSR), 0);
	if (!(have & XS_SSE))
		memset(image + FX_XMM, 0, 256);
	if (rfbm & XS_SSE)
		memcpy(cpu->v, image + FX_XMM, 256);
	if (rfbm & XS_AVX)
		memcpy(cpu->v + 16, image + XS_YMM, 256);
	if (rfbm & have & XS_X87)
		host_x87_load(image);
	else if (rfbm & XS_X87)
		host_x87_init();
	return 0;
}
