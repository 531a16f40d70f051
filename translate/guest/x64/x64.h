/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The x86-64 guest: what the layers above may ask of it, and what its own
 * files share.
 *
 *   x64.ops		every instruction, one line each, in the notation of the
 *			SDM's opcode tables (mkx64.c tells the format and makes
 *			the tables from it when building)
 *   x64_features.def	CPUID features: bit, name, level of x86-64-vN
 *   decode.c		prefixes, opcode, ModRM, SIB, VEX -> struct x64_insn
 *   operand.c		operands of a decoded instruction as IR values
 *   lift_*.c		one function per handler column: IR for it
 *   helpers.c		run-time parts (HELPER_GUEST0 + n)
 *   regs.c		CPUID, EFLAGS, XSAVE images
 *   disas.c		text from the table
 *   x64.c		struct guest_isa, mode key, flag look-ahead
 *
 * Registers: cpu.r[0..15] as encoded; cpu.v[0..15] = xmm0..15, cpu.v[16..31] =
 * upper halves of ymm0..15 (an instruction on ymm is lifted as two on xmm).
 * EFLAGS: the arithmetic flags are cpu.flags, all others cpu.pstate in
 * EFLAGS' own positions.  MXCSR is cpu.guest_mxcsr while outside translated
 * code.  The x87 and MMX state is in the host's x87 registers at all times:
 * nothing else in the runner uses them (host_x87 of translate/helper.h).
 */
#ifndef X64_H
#define X64_H

#include "translate/guest/guest.h"

enum x64_feature_bit {
#define _(id, name, leaf, reg, bit, level) X64_FEATBIT_##id,
#include "translate/guest/x64/x64_features.def"
#undef _
	X64_FEATBIT_COUNT
};

/* The bits of tctx_config.cpu_features and lift.features. */
enum x64_feature {
#define _(id, name, leaf, reg, bit, level) \
	X64_FEAT_##id = 1ull << X64_FEATBIT_##id,
#include "translate/guest/x64/x64_features.def"
#undef _
};

enum x64_reg {
	X64_RAX, X64_RCX, X64_RDX, X64_RBX, X64_RSP, X64_RBP, X64_RSI, X64_RDI,
	X64_R8, X64_R9, X64_R10, X64_R11, X64_R12, X64_R13, X64_R14, X64_R15,
	X64_NOREG		/* absent base or index */
};

enum x64_seg {
	X64_ES, X64_CS, X64_SS, X64_DS, X64_FS, X64_GS, X64_NOSEG
};

/* -- Decoded instructions --------------------------------------------------- */

/* Kinds of operands, as they are in the instruction at hand. */
enum x64_opkind {
	X64_OP_NONE,
	X64_OP_GPR,		/* reg; .high: AH CH DH BH (reg 0..3) */
	X64_OP_MEM,		/* the instruction's memory operand */
	X64_OP_IMM,		/* imm, sign-extended as the instruction says */
	X64_OP_XMM,		/* reg; size says xmm, ymm or a part */
	X64_OP_MM,		/* MMX register */
	X64_OP_ST,		/* x87 register ST(reg) */
	X64_OP_SEG,		/* segment register */
	X64_OP_CR, X64_OP_DR,
	X64_OP_REL		/* branch target: imm = absolute address */
};

struct x64_operand {
	u8 kind;		/* enum x64_opkind */
	u8 reg;
	u8 size;		/* log2 of its bytes: 0 byte .. 3, 4 xmm, 5 ymm;
				   X64_SIZE_* for others */
	bool high;
};
/* String instructions: both operands are X64_OP_MEM, reg is X64_RSI or
 * X64_RDI; seg is that of the rSI one. */

/* Sizes that are no power of two. */
enum { X64_SIZE_80 = 8, X64_SIZE_OTHER };

/* Prefixes present (SDM vol. 2, 2.1). */
enum {
	X64_LOCK = 1, X64_REPNE = 2, X64_REP = 4, X64_OPSIZE = 8,
	X64_ADDRSIZE = 16, X64_REX = 32, X64_REXW = 64, X64_VEX = 128
};

struct x64_row;

struct x64_insn {
	const struct x64_row *row;
	gaddr pc;
	u8 len;			/* bytes */
	u8 prefix;		/* X64_* bits; REXW also from VEX.W */
	u8 opcode;		/* last opcode byte */
	u8 modrm;		/* 0 if there is none */
	u8 size;		/* log2 of the operand size: 1, 2, 3 (0: byte) */
	u8 vlen;		/* VEX.L: 0 xmm, 1 ymm */
	u8 nop;			/* operands used */
	struct x64_operand op[4];
	s64 imm;		/* the (last) immediate */
	s32 imm2;		/* ENTER's second one */
	/* memory operand: base + (index << scale) + disp, in seg; rip-relative
	 * ones have no base and an absolute disp; the index of a gather is a
	 * vector register */
	u8 base, index, scale;
	u8 seg;			/* X64_FS, X64_GS or X64_NOSEG (flat) */
	s64 disp;
};

enum x64_decode_result {
	X64_DECODED,
	X64_UNDEFINED,		/* #UD */
	X64_TRUNCATED,		/* the bytes at hand are not all of it */
	X64_TOO_LONG		/* more than 15 bytes: #GP */
};

typedef enum lift_result x64_lift_fn(struct lift *l, const struct x64_insn *i);
#include "translate/guest/x64/x64_ops_gen.h"	/* one per handler */

/*
 * One line of x64.ops (mkx64.c writes the array).  Names and handlers are
 * numbers, so that the table needs no relocations at each start.
 */
struct x64_row {
	u16 name;		/* see x64_row_name() */
	u16 what;		/* X64_W_* bits and some of the decoder's own */
	u16 arg;		/* column `arg`: for handlers that serve several
				   lines (an enum xvec_op, a condition ...) */
	u8 lift;		/* handler, see x64_lift_row() */
	u8 feature;		/* enum x64_feature_bit + 1, 0: always there */
	u8 op[4];		/* operands of the notation: enum x64_spec */
	u8 flags_read;		/* X64_F* bits */
	u8 flags_written;	/* set, cleared or undefined */
};
extern const struct x64_row x64_row[];
extern const unsigned x64_row_count;

/* Flag sets of rows. */
enum { X64_FC = 1, X64_FP = 2, X64_FA = 4, X64_FZ = 8, X64_FS_ = 16,
       X64_FO = 32, X64_FALL = 63 };

enum {
	X64_W_LOCK = 1,		/* LOCK is allowed with a memory operand */
	X64_W_PRIV = 2,		/* #GP in user mode */
	X64_W_ALIGN = 4,	/* legacy SSE: 16-byte memory must be aligned */
	X64_W_BRANCH = 8,	/* changes the flow of control */
	X64_W_CALLRET = 16,	/* flags do not survive it by convention */
	X64_W_COUNT = 32	/* flags stay if the count (CL or immediate,
				   masked; rCX of a repeated one) is zero */
};

/*
 * Decode the instruction at code, of which avail bytes can be read, for this
 * set of features.  mode: 64 (16 and 32 are for later guests).  Knows no IR.
 */
enum x64_decode_result x64_decode(struct x64_insn *i, const u8 *code,
				  unsigned avail, gaddr pc, u64 features,
				  unsigned mode);

/* Its handler's answer; without a handler it is undefined. */
enum lift_result x64_lift_row(struct lift *l, const struct x64_insn *i);

/* The table's name for it: "add"; "cbw/cwde/cdqe" by operand size. */
const char *x64_row_name(const struct x64_row *row);

/* "add eax, [rbx+8]" in Intel's syntax. */
void x64_disas(gaddr pc, const u8 *code, unsigned avail, char *buf, size_t len);
void x64_format(const struct x64_insn *i, char *buf, size_t len);

/* -- For the layers above: regs.c ------------------------------------------- */

extern const struct guest_isa x64_isa;

/* Features of -cpu max: all that translation implements. */
u64 x64_features_default(void);
/* Those of x86-64-v1 .. v4's lower three (level 1..3). */
u64 x64_features_level(unsigned level);
/* CPUID with these features; out: eax ebx ecx edx. */
void x64_cpuid(u64 features, u32 leaf, u32 subleaf, u32 out[4]);
/* The "flags" line of /proc/cpuinfo, blank-separated.  Its length. */
int x64_cpuinfo_flags(u64 features, char *buf, size_t len);

/* EFLAGS as the guest sees it, and from what it or a signal frame wants. */
u64 x64_get_eflags(const struct cpu *cpu);
void x64_set_eflags(struct cpu *cpu, u64 value);

/* EFLAGS bits beside the arithmetic ones that live in cpu.pstate. */
enum { X64_EFLAGS_TF = 1 << 8, X64_EFLAGS_IF = 1 << 9, X64_EFLAGS_DF = 1 << 10,
       X64_EFLAGS_AC = 1 << 18, X64_EFLAGS_ID = 1 << 21 };

/* Bits of the block mode key beside IR_MODE_*, which x86 does not use. */
enum { X64_MODE_DF = 16 };	/* string instructions go down */

/* -- Shared by the lifters: operand.c ---------------------------------------- */

/* Type of a general register operand of 2^size bytes. */
static inline enum ir_type x64_type(unsigned size)
{
	return size == 3 ? IR_I64 : IR_I32;
}

/* Address of the memory operand (segment base added, 32-bit wrap applied):
 * base, index and displacement as ir_ld() takes them. */
struct x64_addr {
	val_t base, index;
	u8 scale;
	s64 disp;
};
struct x64_addr x64_address(struct lift *l, const struct x64_insn *i);
/* The same as one I64 value (LEA without segment: x64_ea). */
val_t x64_address_value(struct lift *l, const struct x64_insn *i);
val_t x64_ea(struct lift *l, const struct x64_insn *i);

/* General register r, 2^size low bytes; I32 for sizes 0..2 with unspecified
 * bits above the size (high: bits 15..8). */
val_t x64_get_gpr(struct lift *l, unsigned r, unsigned size, bool high);
/* Write: size 2 zero-extends, 0 and 1 leave the rest of the register. */
void x64_put_gpr(struct lift *l, unsigned r, unsigned size, bool high, val_t v);

/* Read operand n (GPR, MEM, IMM) as an integer of its size. */
val_t x64_read(struct lift *l, const struct x64_insn *i, unsigned n);
/* Write operand n (GPR, MEM).  Memory is written before registers and flags:
 * call this first, then the ir_putr/ir_putf of the instruction. */
void x64_write(struct lift *l, const struct x64_insn *i, unsigned n, val_t v);

/* xmm register (upper = false) or the upper half of ymm. */
val_t x64_get_xmm(struct lift *l, unsigned r, bool upper);
void x64_put_xmm(struct lift *l, unsigned r, bool upper, val_t v);
/* VEX: the upper half becomes zero (nothing is emitted if it is known to). */
void x64_zero_upper(struct lift *l, unsigned r);
/* Read operand n (XMM or MEM of 2^size bytes) as V128 (narrow loads are
 * zero-extended); half 1: the upper 16 bytes of a ymm operand. */
val_t x64_read_xmm(struct lift *l, const struct x64_insn *i, unsigned n,
		   unsigned half);

/* -- Endings ------------------------------------------------------------------ */

/* #UD at this instruction. */
enum lift_result x64_undef(struct lift *l);
/* #GP at this instruction (privileged, ...). */
enum lift_result x64_gp(struct lift *l);
/* End the block after this instruction in the run loop. */
enum lift_result x64_end_lookup(struct lift *l);

/* -- helpers.c ------------------------------------------------------------------ */

/* isa.helper[]: IR helper number is HELPER_GUEST0 + this.  Arguments a, b. */
enum x64_helper {
	X64_HELPER_CPUID, X64_HELPER_RDTSC,
	X64_HELPER_RDPID, X64_HELPER_RDRAND,
	X64_HELPER_LDMXCSR,	/* a = value */
	X64_HELPER_STMXCSR,
	X64_HELPER_STRING,	/* a: see STRING_KIND; b = segment base */
	X64_HELPER_LOCKED,	/* a = address, b = log2 size: LOCK NEG */
	X64_HELPER_FXSAVE, X64_HELPER_FXRSTOR,	/* a = address, b = REX.W */
	X64_HELPER_XSAVE, X64_HELPER_XRSTOR,	/* a = address, b = variant */
	X64_HELPER_MASKMOV, X64_HELPER_GATHER,	/* a = address, b = operands:
						   see x64_vec.h */
	X64_HELPER_MASKMOVQ,	/* a = data, b = mask; to [rdi] */
	X64_HELPER_COUNT
};
extern exec_helper_fn *const x64_helper[X64_HELPER_COUNT];

void x64_print_regs(const struct cpu *cpu, FILE *f);

#endif
