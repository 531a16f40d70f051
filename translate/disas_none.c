/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Host code for -d out_asm without capstone, as in the static runner, whose
 * start-up should not pay for relocating its tables: the bytes, which
 * `objdump -D -b binary -m i386:x86-64` reads after xxd -r -p.
 */
#include "base/log.h"
#include "translate/perfmap.h"

void disas_host(const u8 *code, u32 len)
{
	static const char digit[] = "0123456789abcdef";
	char line[80];

	for (u32 at = 0; at < len; ) {
		unsigned n = 0;

		while (n < 64 && at < len) {
			line[n++] = digit[code[at] >> 4];
			line[n++] = digit[code[at++] & 15];
		}
		line[n] = 0;
		log_printf("    %s\n", line);
	}
}
