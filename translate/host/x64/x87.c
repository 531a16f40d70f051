/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The guest's x87 state as a whole, and
 * one x87 or MMX instruction outside translated code, for the interpreter.
 * The guest's x87 state is the host's (guest/x64/x64.h), so the instruction
 * is put into a page of code and called: arg in rdi, result in rax.
 */
#include <sys/mman.h>

#include "translate/helper.h"
#include "translate/host/x64/enc.h"
#include "translate/host/x64/x87.h"
#include "translate/ir.h"

void x87_emit(struct enc *e, u32 imm, unsigned mem)
{
	unsigned op = imm & 0x7fff, reg = imm >> 19 & 7, rm = imm >> 16 & 7;
	unsigned rex = imm & X87_REXW ? 0x48 : 0x40;

	if (mem != HREG_NONE && mem >= 8)
		rex |= 1;
	if (rex != 0x40)
		enc_u8(e, rex);
	if (op >> 8)
		enc_u8(e, op >> 8);
	enc_u8(e, op & 0xff);
	if (op == X87_EMMS)
		return;
	if (mem == HREG_NONE) {
		enc_modrm(e, 3, reg, rm);
	} else {
		enc_modrm(e, 1, reg, mem);	/* disp8: any base will do */
		if ((mem & 7) == RSP)
			enc_u8(e, 0x24);
		enc_u8(e, 0);
	}
	if (imm & X87_HAS_IMM)
		enc_u8(e, imm >> 24);
}

static u8 *code_page(void)
{
	static _Thread_local u8 *page;
	void *p;

	if (page)
		return page;
	p = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
		 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	page = p == MAP_FAILED ? NULL : p;
	return page;
}

u64 host_x87(struct cpu *cpu, unsigned op, u32 imm, u64 arg)
{
	struct enc e = { .p = code_page() };
	u64 (*fn)(u64);

	if (!e.p)
		return 0;
	memcpy(&fn, &e.p, sizeof(fn));
	switch (op) {
	case IR_X87_CMOV:
		enc_mov_rr(&e, 0, RAX, RDI);
		enc_u8(&e, 0xc0);		/* shl al, 7 */
		enc_u8(&e, 0xe0);
		enc_u8(&e, 7);
		enc_u8(&e, 0x00);		/* add al, al */
		enc_u8(&e, 0xc0);
		enc_0(&e, OP_SAHF);
		x87_emit(&e, imm, HREG_NONE);
		break;
	case IR_XF_X87:
		x87_emit(&e, imm, HREG_NONE);
		enc_setcc(&e, CC_O, RAX);
		enc_0(&e, OP_LAHF);
		break;
	case IR_X87_FROMG:
		enc_mov_rr(&e, 1, RAX, RDI);
		x87_emit(&e, imm, HREG_NONE);
		break;
	default:
		x87_emit(&e, imm, imm & X87_HAS_MEM ? RDI : HREG_NONE);
	}
	enc_ret(&e);
	return fn(arg);
}

/* -- The state as a whole ----------------------------------------------------- */

enum { FX_MXCSR = 24, FX_X87_BYTES = 160, FX_BYTES = 512 };

void host_x87_save(void *image)
{
	__asm__ volatile("fxsave64 (%0)" : : "r"(image) : "memory");
}

/* The vector registers in the image are those of now. */
void host_x87_load(const void *image)
{
	u8 now[FX_BYTES] __attribute__((aligned(16)));

	host_x87_save(now);
	memcpy(now, image, FX_MXCSR);
	memcpy(now + FX_MXCSR + 8, (const u8 *)image + FX_MXCSR + 8,
	       FX_X87_BYTES - FX_MXCSR - 8);
	__asm__ volatile("fxrstor64 (%0)" : : "r"(now) : "memory");
}

void host_x87_init(void)
{
	__asm__ volatile("fninit");
}
