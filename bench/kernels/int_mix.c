/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Integer loops: list walk, small matrix product, table CRC. */
#include "kernel.h"

struct node { struct node *next; uint32_t v; };

static uint64_t run(unsigned long n)
{
	enum { N = 512, M = 24 };
	static struct node node[N];
	static int32_t a[M][M], b[M][M], c[M][M];
	static uint32_t crc_table[256];
	uint64_t seed = 88172645463325252ull, sum = 0;
	uint32_t crc = ~0u;

	for (uint32_t i = 0; i < 256; i++) {
		uint32_t v = i;

		for (int k = 0; k < 8; k++)
			v = v >> 1 ^ (v & 1 ? 0xedb88320u : 0);
		crc_table[i] = v;
	}
	for (int i = 0; i < N; i++) {
		node[i].next = &node[(i * 5 + 3) % N];
		node[i].v = (uint32_t)rnd(&seed);
	}
	for (int i = 0; i < M * M; i++) {
		a[i / M][i % M] = (int32_t)rnd(&seed);
		b[i / M][i % M] = (int32_t)rnd(&seed);
	}
	for (unsigned long r = 0; r < n; r++) {
		struct node *p = node;

		for (int i = 0; i < 4 * N; i++, p = p->next)
			sum += p->v ^ (uint32_t)i;
		for (int i = 0; i < M; i++)
			for (int j = 0; j < M; j++) {
				int32_t s = 0;

				for (int k = 0; k < M; k++)
					s += a[i][k] * b[k][j] ^ (int32_t)r;
				c[i][j] = s;
			}
		for (int i = 0; i < 2048; i++)
			crc = crc >> 8 ^ crc_table[(crc ^ (uint8_t)sum ^ i) & 255];
		sum += (uint32_t)c[r % M][3] + crc;
	}
	return sum;
}
