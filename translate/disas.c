/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Disassembly of host code with capstone; the only file that knows it. */
#include <capstone/capstone.h>

#include "base/log.h"
#include "translate/perfmap.h"

void disas_host(const u8 *code, u32 len)
{
	size_t left = len;
	u64 addr = (u64)(uintptr_t)code;
	cs_insn *insn;
	csh cs;

	if (cs_open(CS_ARCH_X86, CS_MODE_64, &cs))
		return;
	insn = cs_malloc(cs);
	while (insn && left) {
		if (cs_disasm_iter(cs, &code, &left, &addr, insn)) {
			log_printf("    0x%llx:  %-8s %s\n",
				   (unsigned long long)insn->address,
				   insn->mnemonic, insn->op_str);
			continue;
		}
		log_printf("    0x%llx:  .byte 0x%02x\n",
			   (unsigned long long)addr, *code);
		code++;
		addr++;
		left--;
	}
	if (insn)
		cs_free(insn, 1);
	cs_close(&cs);
}
