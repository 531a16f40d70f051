/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Virtual calls through tables of function pointers. */
#include "kernel.h"

struct shape;
struct ops { uint64_t (*area)(const struct shape *); void (*grow)(struct shape *, int); };
struct shape { const struct ops *ops; uint64_t w, h; };

static uint64_t rect(const struct shape *s) { return s->w * s->h; }
static uint64_t tri(const struct shape *s) { return s->w * s->h / 2; }
static uint64_t line(const struct shape *s) { return s->w + s->h; }
static void grow1(struct shape *s, int k) { s->w += (uint64_t)k; }
static void grow2(struct shape *s, int k) { s->h ^= (uint64_t)k; }

static const struct ops ops[3] = {
	{ rect, grow1 }, { tri, grow2 }, { line, grow1 }
};

static uint64_t run(unsigned long n)
{
	static struct shape s[64];
	uint64_t sum = 0, seed = 5;

	for (int i = 0; i < 64; i++)
		s[i] = (struct shape){ &ops[rnd(&seed) % 3], (uint64_t)i, 3 };
	for (unsigned long r = 0; r < n * 10; r++)
		for (int i = 0; i < 64; i++) {
			sum += s[i].ops->area(&s[i]);
			s[i].ops->grow(&s[i], (int)r);
		}
	return sum;
}
