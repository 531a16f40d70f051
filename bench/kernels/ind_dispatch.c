/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Interpreter dispatch by computed goto. */
#include "kernel.h"

static uint64_t run(unsigned long n)
{
	static void *const op[] = {
		&&add, &&sub, &&mul, &&xor, &&shl, &&load, &&store, &&loop
	};
	static uint8_t code[256];
	uint64_t acc = 1, reg[8] = { 1, 2, 3, 4, 5, 6, 7, 8 }, seed = 99;
	unsigned pc = 0;
	unsigned long left = n * 100;

	for (int i = 0; i < 255; i++)
		code[i] = (uint8_t)(rnd(&seed) % 7 | (rnd(&seed) & 7) << 3);
	code[255] = 7;
#define NEXT do { unsigned c_ = code[pc++]; k = c_ >> 3 & 7; goto *op[c_ & 7]; } while (0)
	unsigned k;
	NEXT;
add:	acc += reg[k]; NEXT;
sub:	acc -= reg[k] ^ 5; NEXT;
mul:	acc *= reg[k] | 1; NEXT;
xor:	acc ^= reg[k] << 3; NEXT;
shl:	acc = acc << (k + 1) | acc >> 60; NEXT;
load:	acc += reg[acc & 7]; NEXT;
store:	reg[k] = acc; NEXT;
loop:	pc = 0;
	if (left--)
		NEXT;
	return acc;
}
