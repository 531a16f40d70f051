/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Scalar floating point in loops: what lies above the scalar in a vector
 * register is cleared by each write and kept until then, in the first round
 * and in later ones, whichever way the loop is entered and left.
 */
#include "check.h"

typedef unsigned long u64;

__asm__(
	".text\n"
	/* d0 += 1.0, n times; upper half of v0 at the end, and of v1 */
	"sum: dup v0.2d, x1; fmov d1, #1.0; mov v1.d[1], x1\n"
	"1:	fadd d0, d0, d1; subs x0, x0, #1; b.ne 1b\n"
	"	umov x0, v0.d[1]; umov x1, v1.d[1]; ret\n"
	/* written in the last round only */
	"last: dup v0.2d, x1; dup v2.2d, x1; fmov d1, #1.0\n"
	"1:	fadd d2, d2, d1; subs x0, x0, #1; b.eq 2f\n"
	"	fadd d3, d0, d1; b 1b\n"
	"2:	umov x0, v0.d[1]; umov x1, v2.d[1]; ret\n"
	/* above s0 lies the rest of d0 */
	"wide: dup v0.2d, x1; fmov s2, #1.0; fmov d4, x1\n"
	"1:	fadd s3, s0, s2; fmov d0, d4\n"
	"	subs x0, x0, #1; b.ne 1b\n"
	"	umov x0, v3.d[0]; umov x1, v3.d[1]; ret\n"
	/* a whole register at the end of each round */
	"vector: dup v4.2d, x1; fmov d1, #1.0; dup v0.2d, x1\n"
	"1:	fadd d0, d0, d1; fadd d3, d0, d1; mov v0.16b, v4.16b\n"
	"	subs x0, x0, #1; b.ne 1b\n"
	"	umov x0, v0.d[1]; umov x1, v3.d[1]; ret\n"
	/* a loop that calls what spoils the register */
	"calls: stp x29, x30, [sp, #-16]!; fmov d1, #1.0; dup v0.2d, x1\n"
	"1:	fadd d2, d0, d1; fadd d0, d0, d1; bl spoil\n"
	"	subs x0, x0, #1; b.ne 1b\n"
	"	umov x0, v0.d[1]; umov x1, v2.d[1]; ldp x29, x30, [sp], #16\n"
	"	ret\n"
	"spoil: mov v0.d[1], x1; ret\n"
	/* a function that begins with a loop and calls itself */
	"self: fadd d0, d0, d1; subs x0, x0, #1; b.gt self; b.lt 2f\n"
	"	stp x29, x30, [sp, #-16]!; dup v0.2d, x1; mov x0, #0\n"
	"	bl self; ldp x29, x30, [sp], #16\n"
	"2:	umov x1, v0.d[1]; ret\n");

struct pair { u64 a, b; };
struct pair sum(u64, u64), last(u64, u64), wide(u64, u64), vector(u64, u64);
struct pair calls(u64, u64), self(u64, u64);

static int is(struct pair p, u64 a, u64 b)
{
	if (p.a != a || p.b != b)
		printf("# %lx %lx\n", p.a, p.b);
	return p.a == a && p.b == b;
}

int main(void)
{
	const u64 k = 0x3ff0000040000000;

	for (u64 n = 1; n < 6; n++) {
		check(is(sum(n, k), 0, k), "sum of %lu", n);
		check(is(last(n, k), k, 0), "%lu rounds, one half kept", n);
		check(is(wide(n, k), 0x40400000, 0), "s and d, %lu", n);
		check(is(vector(n, k), k, 0), "whole, %lu", n);
		check(is(calls(n, k), k, 0), "%lu calls", n);
		check(self(n, k).b == 0, "recursion, %lu", n);
	}
	return check_done();
}
