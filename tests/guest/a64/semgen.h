/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What semdump.c (guest) and semhost.c (host) share: the same stream of
 * operands and FPCR values, and the same report.  Operands mix random bits
 * with values that are hard for FP and integer lanes of every width.
 */
#ifndef TESTS_SEMGEN_H
#define TESTS_SEMGEN_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct trial {
	uint64_t v[4][2];	/* v0..v3; v0 becomes the result */
	uint64_t x[3];		/* x0..x2; x0 becomes the result */
	uint64_t nzcv;
	uint64_t fpcr, fpsr;
};

static inline uint64_t gen_next(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

/* An FP number of width w (16, 32, 64): fields chosen apart. */
static inline uint64_t gen_fp(uint64_t *st, unsigned w)
{
	unsigned fbits = w == 16 ? 10 : w == 32 ? 23 : 52;
	unsigned emask = w == 16 ? 0x1f : w == 32 ? 0xff : 0x7ff;
	uint64_t fmask = (1ull << fbits) - 1, r = gen_next(st);
	uint64_t exp, frac = gen_next(st) & fmask;
	unsigned bias = emask / 2;

	switch (r & 7) {
	case 0:
		exp = 0;
		break;
	case 1:
		exp = emask;
		break;
	case 2:
		exp = (r >> 8 & 1) + (r >> 9 & 1 ? emask - 2 : 1);
		break;
	case 3:		/* near one, also near integers' limits */
		exp = bias + (r >> 8 & 7) - 4;
		break;
	case 4:
		exp = bias + (r >> 8) % 70 - 3;
		break;
	case 5:		/* products near the smallest and largest numbers */
		exp = bias / 2 + (r >> 9 & 15) - 8 + (r >> 8 & 1 ? bias : 0);
		break;
	default:
		exp = r >> 8;
		break;
	}
	exp &= emask;
	switch (r >> 32 & 7) {
	case 0:
		frac = 0;
		break;
	case 1:
		frac = fmask;
		break;
	case 2:
		frac = 1;
		break;
	case 3:		/* one bit, or none below it */
		frac = 1ull << (r >> 40) % fbits;
		break;
	case 4:
		frac = fmask & ~0ull << (r >> 40) % fbits;
		break;
	case 5:
		frac &= ~0ull << (r >> 40) % fbits;
		break;
	}
	return r >> 63 << (w - 1) | exp << fbits | frac;
}

/* An integer of width w near one of the limits, or small. */
static inline uint64_t gen_int(uint64_t *st, unsigned w)
{
	uint64_t r = gen_next(st), mask = w == 64 ? ~0ull : (1ull << w) - 1;
	uint64_t small = (r >> 8 & 7) - 3, v;

	switch (r & 7) {
	case 0:
		v = small;
		break;
	case 1:
		v = (1ull << (w - 1)) + small;
		break;
	case 2:
		v = 1ull << (r >> 16) % w;
		break;
	case 3:
		v = r >> 16 & 0x7f;
		break;
	case 4:
		v = -(r >> 16 & 0x7f);
		break;
	default:
		v = gen_next(st);
		break;
	}
	return v & mask;
}

static inline uint64_t gen_dword(uint64_t *st, unsigned kind, unsigned w)
{
	uint64_t v = 0;
	unsigned i;

	if (kind == 0)
		return gen_next(st);
	if (kind < 5 && w > 8) {
		for (i = 0; i < 64; i += w)
			v |= gen_fp(st, w) << i;
		return v;
	}
	for (i = 0; i < 64; i += w)
		v |= gen_int(st, w) << i;
	return v;
}

/* Trial n of a case whose lanes have 8 << es bits. */
static inline void gen_trial(struct trial *t, unsigned which, unsigned n,
			     unsigned es)
{
	uint64_t st = (uint64_t)which << 32 | n, r = gen_next(&st);
	unsigned i, w = r & 3 ? 8u << es : 8u << (r >> 2 & 3);

	memset(t, 0, sizeof(*t));
	for (i = 0; i < 4; i++) {
		unsigned kind = (r >> (8 + 4 * i)) & 7;

		t->v[i][0] = gen_dword(&st, kind, w);
		t->v[i][1] = gen_dword(&st, kind, w);
	}
	if (es == 0 && r >> 40 & 1)	/* table indices, mostly inside */
		for (i = 0; i < 2; i++)
			t->v[2][i] &= 0x1f1f1f1f1f1f1f1f;
	if ((r >> 44 & 7) == 0) {	/* equal or opposite operands */
		uint64_t flip = r >> 47 & 1 ? 0x8000000000000000 : 0;

		t->v[2][0] = t->v[1][0] ^ flip;
		t->v[2][1] = t->v[1][1] ^ flip;
	}
	for (i = 0; i < 3; i++)
		t->x[i] = gen_int(&st, 64);
	t->fpcr = (r >> 48 & 3) << 22;			/* RMode */
	if (r >> 50 & 1)
		t->fpcr |= (r >> 51 & 1) << 25 |	/* DN */
			   (r >> 52 & 1) << 24 |	/* FZ */
			   (r >> 53 & 1) << 19 |	/* FZ16 */
			   (r >> 54 & 1) << 26;		/* AHP */
}

static inline uint64_t gen_hash(uint64_t h, uint64_t v)
{
	h = (h ^ v) * 0xff51afd7ed558ccd;
	return h ^ h >> 32;
}

/*
 * Run all cases with n trials and print a line with a hash for each; with a
 * case number (-1: all), print its trials instead.  A third argument is the
 * set of FPSR bits that count.  The caller's run() turns the operands in *t
 * into results, for case `which`.
 */
struct gen_case {
	const char *op, *map, *text;
	unsigned es;
};

static inline void gen_report(const struct gen_case *c, unsigned count,
			      int argc, char **argv,
			      void (*run)(unsigned which, struct trial *t))
{
	unsigned n = argc > 1 ? (unsigned)atoi(argv[1]) : 100, i, k;
	int only = argc > 2 ? atoi(argv[2]) : -1;
	uint64_t mask = argc > 3 ? strtoull(argv[3], NULL, 0) : ~0ull;
	struct trial in, t;

	for (i = 0; i < count; i++) {
		uint64_t h = 0;

		if (only >= 0 && i != (unsigned)only)
			continue;
		for (k = 0; k < n; k++) {
			gen_trial(&t, i, k, c[i].es);
			in = t;
			run(i, &t);
			t.fpsr &= mask;
			h = gen_hash(h, t.v[0][0]);
			h = gen_hash(h, t.v[0][1]);
			h = gen_hash(h, t.fpsr);
			if (only < 0)
				continue;
			printf("%u fpcr=%08llx", k, (unsigned long long)in.fpcr);
			for (unsigned j = 0; j < 4; j++)
				printf(" %016llx_%016llx",
				       (unsigned long long)in.v[j][1],
				       (unsigned long long)in.v[j][0]);
			printf(" x %llx %llx", (unsigned long long)in.x[1],
			       (unsigned long long)in.x[2]);
			printf(" -> %016llx_%016llx fpsr=%08llx\n",
			       (unsigned long long)t.v[0][1],
			       (unsigned long long)t.v[0][0],
			       (unsigned long long)t.fpsr);
		}
		printf("%u %s %s: %016llx\n", i, c[i].op, c[i].text,
		       (unsigned long long)h);
	}
}

#endif
