/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Moving lanes: between integer values and lanes, inside a vector, between
 * two vectors, and table look-ups.
 */
#include "translate/sem/lanes.h"

/* -- Single lanes ---------------------------------------------------------- */

static union v128 dup(unsigned es, u64 x)
{
	union v128 r;
	unsigned i;

	for (i = 0; i < 16u >> es; i++)
		lane_set(&r, es, i, x);
	return r;
}

static unsigned desc_es(u64 desc)
{
	return sem_aux(desc) & IR_ESIZE;
}

static union v128 v_dup(u64 desc, union v128 a, union v128 b, union v128 c)
{
	return dup(desc_es(desc), a.d[0]);
}

static union v128 v_dupe(u64 desc, union v128 a, union v128 b, union v128 c)
{
	unsigned es = desc_es(desc);

	return dup(es, lane_get(&a, es, (unsigned)sem_imm(desc)));
}

static union v128 v_ins(u64 desc, union v128 a, union v128 b, union v128 c)
{
	lane_set(&a, desc_es(desc), (unsigned)sem_imm(desc), b.d[0]);
	return a;
}

static union v128 v_inse(u64 desc, union v128 a, union v128 b, union v128 c)
{
	unsigned es = desc_es(desc), imm = (unsigned)sem_imm(desc);

	lane_set(&a, es, imm & 0xff, lane_get(&b, es, imm >> 8 & 0xff));
	return a;
}

static union v128 v_umov(u64 desc, union v128 a, union v128 b, union v128 c)
{
	u64 x = lane_get(&a, desc_es(desc), (unsigned)sem_imm(desc));

	return (union v128){ .d = { x, 0 } };
}

static union v128 v_smov(u64 desc, union v128 a, union v128 b, union v128 c)
{
	unsigned es = desc_es(desc);
	u64 x = lane_get(&a, es, (unsigned)sem_imm(desc));

	return (union v128){ .d = { (u64)lane_signed(x, 8u << es), 0 } };
}

SEM_WHOLE(VDUP, v_dup)
SEM_WHOLE(VDUPE, v_dupe)
SEM_WHOLE(VINS, v_ins)
SEM_WHOLE(VINSE, v_inse)
SEM_WHOLE(VUMOV, v_umov)
SEM_WHOLE(VSMOV, v_smov)

/* -- Reversals ------------------------------------------------------------- */

static union v128 v_rev(u64 desc, union v128 a, union v128 b, union v128 c)
{
	unsigned es = desc_es(desc), i;
	unsigned flip = ((unsigned)sem_imm(desc) >> es) - 1;
	union v128 r = sem_zero;

	for (i = 0; i < 16u >> es; i++)
		lane_set(&r, es, i, lane_get(&a, es, i ^ flip));
	return r;
}
SEM_WHOLE(VREV, v_rev)

/* Each byte's bits reversed, eight bytes at a time. */
static u64 reverse_bits_in_bytes(u64 x)
{
	x = (x >> 1 & 0x5555555555555555) | (x & 0x5555555555555555) << 1;
	x = (x >> 2 & 0x3333333333333333) | (x & 0x3333333333333333) << 2;
	return (x >> 4 & 0x0f0f0f0f0f0f0f0f) | (x & 0x0f0f0f0f0f0f0f0f) << 4;
}

static union v128 v_rbit(u64 desc, union v128 a, union v128 b, union v128 c)
{
	return (union v128){ .d = { reverse_bits_in_bytes(a.d[0]),
				    reverse_bits_in_bytes(a.d[1]) } };
}
SEM_WHOLE(VRBIT, v_rbit)

/* RBIT of an integer register. */
static union v128 i_rbit(u64 desc, union v128 a, union v128 b, union v128 c)
{
	u64 x = __builtin_bswap64(reverse_bits_in_bytes(a.d[0]));

	if (sem_type(desc) == IR_I32)
		x >>= 32;
	return (union v128){ .d = { x, 0 } };
}
SEM_WHOLE(RBIT, i_rbit)

static u64 whole_int(u64 desc, union v128 a)
{
	return sem_type(desc) == IR_I64 ? a.d[0] : a.s[0];
}

static union v128 i_popcnt(u64 desc, union v128 a, union v128 b, union v128 c)
{
	u64 v = whole_int(desc, a);

	return (union v128){ .d = { (u64)__builtin_popcountll(v), 0 } };
}

SEM_WHOLE(POPCNT, i_popcnt)

/* SDM vol. 2, PDEP and PEXT. */
static union v128 i_pdep(u64 desc, union v128 a, union v128 b, union v128 c)
{
	union v128 r = sem_zero;
	unsigned k = 0;

	for (u64 m = whole_int(desc, b); m; m &= m - 1, k++)
		r.d[0] |= (a.d[0] >> k & 1) << __builtin_ctzll(m);
	return r;
}

static union v128 i_pext(u64 desc, union v128 a, union v128 b, union v128 c)
{
	union v128 r = sem_zero;
	unsigned k = 0;

	for (u64 m = whole_int(desc, b); m; m &= m - 1, k++)
		r.d[0] |= (a.d[0] >> __builtin_ctzll(m) & 1) << k;
	return r;
}

SEM_WHOLE(PDEP, i_pdep)
SEM_WHOLE(PEXT, i_pext)

/* -- Two vectors ----------------------------------------------------------- */

/* part selects the first or second result of the pair. */
static union v128 zip(u64 desc, union v128 a, union v128 b, unsigned part)
{
	unsigned es = desc_es(desc), n = sem_bytes(desc) >> es, i;
	union v128 r = sem_zero;

	for (i = 0; i < n; i++)
		lane_set(&r, es, i, lane_get(i & 1 ? &b : &a, es,
					     i / 2 + part * n / 2));
	return r;
}

static union v128 uzp(u64 desc, union v128 a, union v128 b, unsigned part)
{
	unsigned es = desc_es(desc), n = sem_bytes(desc) >> es, i;
	union v128 r = sem_zero;

	for (i = 0; i < n; i++) {
		unsigned k = 2 * i + part;

		lane_set(&r, es, i, k < n ? lane_get(&a, es, k) :
					    lane_get(&b, es, k - n));
	}
	return r;
}

static union v128 trn(u64 desc, union v128 a, union v128 b, unsigned part)
{
	unsigned es = desc_es(desc), n = sem_bytes(desc) >> es, i;
	union v128 r = sem_zero;

	for (i = 0; i < n; i++)
		lane_set(&r, es, i, lane_get(i & 1 ? &b : &a, es,
					     (i & ~1u) + part));
	return r;
}

static union v128 zip1(u64 desc, union v128 a, union v128 b, union v128 c)
{
	return zip(desc, a, b, 0);
}

static union v128 zip2(u64 desc, union v128 a, union v128 b, union v128 c)
{
	return zip(desc, a, b, 1);
}

static union v128 uzp1(u64 desc, union v128 a, union v128 b, union v128 c)
{
	return uzp(desc, a, b, 0);
}

static union v128 uzp2(u64 desc, union v128 a, union v128 b, union v128 c)
{
	return uzp(desc, a, b, 1);
}

static union v128 trn1(u64 desc, union v128 a, union v128 b, union v128 c)
{
	return trn(desc, a, b, 0);
}

static union v128 trn2(u64 desc, union v128 a, union v128 b, union v128 c)
{
	return trn(desc, a, b, 1);
}

SEM_WHOLE(VZIP1, zip1)
SEM_WHOLE(VZIP2, zip2)
SEM_WHOLE(VUZP1, uzp1)
SEM_WHOLE(VUZP2, uzp2)
SEM_WHOLE(VTRN1, trn1)
SEM_WHOLE(VTRN2, trn2)

static union v128 v_ext(u64 desc, union v128 a, union v128 b, union v128 c)
{
	unsigned n = sem_bytes(desc), imm = (unsigned)sem_imm(desc), i;
	union v128 r = sem_zero;

	for (i = 0; i < n; i++) {
		unsigned k = (i + imm) % (2 * n);

		r.b[i] = k < n ? a.b[k] : b.b[k - n];
	}
	return r;
}
SEM_WHOLE(VEXT, v_ext)

/* -- Tables ---------------------------------------------------------------- */

static union v128 v_tbx(u64 desc, union v128 a, union v128 b, union v128 c)
{
	unsigned i;

	for (i = 0; i < 16; i++)
		if (b.b[i] < 16)
			c.b[i] = a.b[b.b[i]];
	return c;
}
SEM_WHOLE(VTBX, v_tbx)

static union v128 v_tbl(u64 desc, union v128 a, union v128 b, union v128 c)
{
	return v_tbx(desc, a, b, sem_zero);
}
SEM_WHOLE(VTBL, v_tbl)
