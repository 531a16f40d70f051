/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The intermediate representation: one typed, linear SSA form.
 *
 * A guest front end (translate/guest/) decodes instructions and appends IR;
 * a host back end (translate/host/), or the interpreter (ir_interp.c), makes
 * something of it.  Neither side knows the other.
 *
 * Unit.  One `struct ir` holds one extended basic block: a straight line of
 * instructions with side exits (EXIT_*), ended by exactly one terminal
 * (GOTO, CALL, RET, TRAP ...).  There are no inner labels and no phis.
 *
 * Values.  An instruction that has a result defines the value whose number
 * is the instruction's own index; operands name earlier instructions.  Value
 * 0 (a NOP) means "absent".  Example, for `ldr w1, [x0, #8]; cbz w1, T`:
 *
 *	1  I64   GETR   x0
 *	2  I32   LD     v1 + 8, size 4
 *	3  I64   ZEXT32 v2
 *	4        PUTR   x1, v3
 *	5        EXIT_Z v2 -> pool[0] = T
 *	6        GOTO   -> pool[1] = next pc
 *
 * Guest state.  GETR/GETV/GETF read a guest register as it is at this point,
 * PUTR/PUTV/PUTF change it from this point on.  Back ends do not store at a
 * PUT: they note that the register now lives in that value and store it when
 * a contract demands it (block end, side exit, helper), or describe it in a
 * side table (faults).  The builder forwards: after PUTR x1,v3 a front end
 * that asks for x1 is given v3, and a second GETR of the same register is
 * given the first.  Hence a value named by PUT must stay reachable until the
 * next PUT of the same register.
 *
 * Precision.  At each instruction that may fault (flags L, M) or leave the
 * block, the guest state is exactly what the PUTs before it made.  A front
 * end therefore emits the PUTs of a guest instruction after all of its
 * memory accesses ("all faults first"), as far as its architecture asks.
 *
 * Addresses.  If the guest ignores the top byte of addresses (ignore_top),
 * the interpreter does so.  A back end need not: an access that the host
 * refuses for the address's form is left to the interpreter (exec.c), as are
 * ALIGN and ASIDE when they strike.  Where that happens often, the builder
 * strips the tags (strip_top).
 *
 * Types.  I32 values have unspecified upper bits in a 64-bit container; only
 * ZEXT32/SEXT32 make an I64 from them.  F16/F32/F64/V64 values live in vector
 * registers with unspecified bits above the type; PUTV of them zeroes the
 * rest of the guest register.  FLAGS values are described by their producer.
 *
 * FP control.  DN, FZ, FZ16, AH and rounding come from the cpu's fpcr; a
 * block is translated for one value of guest_isa.mode(), which covers all of
 * them but the rounding mode.
 *
 * Nothing in a `struct ir` is freed: it is reset and used again.  It is not
 * thread-safe; each translating thread has its own.
 */
#ifndef TRANSLATE_IR_H
#define TRANSLATE_IR_H

#include "base/base.h"

typedef u16 val_t;

enum ir_type {
	IR_NONE, IR_I32, IR_I64, IR_I128, IR_F16, IR_F32, IR_F64,
	IR_V64, IR_V128, IR_FLAGS, IR_TYPE_COUNT
};

enum ir_op {
#define _(name, r, a, b, c, f) IR_##name,
#include "translate/ir.def"
#undef _
	IR_OP_COUNT
};

/* Conditions on FLAGS; the first 14 with Arm's meaning and encoding. */
enum ir_cond {
	IR_EQ, IR_NE, IR_CS, IR_CC, IR_MI, IR_PL, IR_VS, IR_VC,
	IR_HI, IR_LS, IR_GE, IR_LT, IR_GT, IR_LE,
	/* of x86 flags only, where C is a borrow after subtractions */
	IR_A, IR_BE, IR_PE, IR_PO,	/* !C && !Z, its opposite; parity */
	IR_COND_COUNT
};
#define IR_COND_INVERT(c) ((c) ^ 1)

enum ir_round {
	IR_RNE, IR_RPI, IR_RMI, IR_RZ,	/* as FPCR.RMode */
	IR_RNA,				/* nearest, ties away */
	IR_RCUR				/* the mode in fpcr */
};

/* What code does with the flags that it finds. */
enum flags_fate {
	FLAGS_UNKNOWN,
	FLAGS_DEAD,		/* overwrites them before anything reads them */
	FLAGS_READ		/* reads them before it overwrites them */
};

/* Flags of ir.def as bits. */
enum {
	IRF_P = 1, IRF_X = 2, IRF_S = 4, IRF_R = 8, IRF_W = 16, IRF_L = 32,
	IRF_M = 64, IRF_E = 128, IRF_T = 256,
	IRF_PS = IRF_P | IRF_S, IRF_XS = IRF_X | IRF_S,
	IRF_LW = IRF_L | IRF_W, IRF_MW = IRF_M | IRF_W, IRF_LM = IRF_L | IRF_M,
	IRF_LMRW = IRF_L | IRF_M | IRF_R | IRF_W
};

struct ir_op_info {
	char res, a, b, c;	/* letters of ir.def; '0' = none */
	u16 flags;
	char name[14];
};
extern const struct ir_op_info ir_op_info[IR_OP_COUNT];
extern const char *const ir_type_name[IR_TYPE_COUNT];

/* aux of memory ops. */
enum {
	MO_8 = 0, MO_16 = 1, MO_32 = 2, MO_64 = 3, MO_128 = 4, MO_SIZE = 7,
	MO_SIGN = 1 << 3,	/* sign-extend to the result type */
	MO_ALIGNED = 1 << 3,	/* of 16 bytes: must be aligned */
	MO_ORDER = 1 << 4,	/* load-acquire / store-release; atomics: both */
	MO_SCALE_SHIFT = 5,	/* 2 bits: b is shifted left by 0..3 */
	MO_UNPRIV = 1 << 7	/* access with EL0's rights */
};

/* aux of lane ops: bits 0-1 esize, bit 2 see ir.def */
enum { IR_ESIZE = 3, IR_HIGH = 4, IR_AUX3 = 8 };

struct ir_inst {
	u16 op;
	u8 type;
	u8 aux;
	val_t a, b, c;
	u16 insn;		/* guest instruction ordinal, index in insn_pc */
	s32 imm;
};
_Static_assert(sizeof(struct ir_inst) == 16, "two to a cache line quarter");

enum {
	IR_MAX_INST = 4096,	/* hard size; blocks stop well before */
	IR_SOFT_INST = 1536,	/* a front end starts no instruction after it */
	IR_MAX_POOL = 2048,
	IR_MAX_INSNS = 64	/* guest instructions in one block */
};

/* Bits of struct ir's mode that every guest uses alike: FP control. */
enum { IR_MODE_DN = 1, IR_MODE_FZ = 2, IR_MODE_FZ16 = 4, IR_MODE_AHP = 8,
       /* 16, 32: the guest's */
       /* only in a block's key: code for the later rounds of a loop, see
	* struct block's narrow */
       IR_MODE_LOOP = 64,
       /* no FP control of the guest's: host code is to test results for NaNs
	* rather than trap (see struct cpu's fp_check) */
       IR_MODE_FPCHECK = 128 };

struct ir {
	unsigned ninst, npool, ninsns;
	unsigned nexits;		/* EXIT_* so far */
	u32 mode;			/* guest mode key of the block */
	gaddr pc;			/* guest address of the block */
	gaddr end_pc;			/* after the last guest instruction,
					   in the last straight piece */
	gaddr other_page;		/* second page that code was read from,
					   0: none */
	u32 guest_bytes;		/* code bytes read, all pieces */
	u16 insn;			/* ordinal of the guest instruction */
	gaddr insn_pc[IR_MAX_INSNS + 1];
	/* Builder state: value that a guest register has now, 0 unknown. */
	val_t cur_r[32], cur_v[32], cur_f;
	val_t const_cache[16];		/* recent CONSTs by hash, for reuse */
	bool overflow;			/* limits hit: the block is unusable */
	bool ignore_top, strip_top;	/* see above */
	bool checked;			/* of code that changes often: the block
					   begins with a comparison of it */
	u64 pool[IR_MAX_POOL];
	struct ir_inst inst[IR_MAX_INST];
};

/* imm of XVEC and its relatives. */
enum { XVEC_OP = 0xffff, XVEC_IMM_SHIFT = 16 };

/* -- Builder: ir.c ---------------------------------------------------------
 * All of these append to `ir` and return the new value (or an equivalent
 * older one: constants fold, moves forward, GETs hit the builder's map).
 * On overflow they set ir->overflow and return 0.                          */

void ir_reset(struct ir *ir, gaddr pc, u32 mode);

/* Start guest instruction at pc; what follows belongs to it. */
void ir_begin_insn(struct ir *ir, gaddr pc);
/* There is no such instruction after all; nothing was emitted for it. */
void ir_cancel_insn(struct ir *ir);

/* The general form; operands are not folded.  imm and aux as in ir.def. */
val_t ir_emit(struct ir *ir, enum ir_op op, enum ir_type type, u8 aux,
	      val_t a, val_t b, val_t c, s32 imm);
unsigned ir_pool(struct ir *ir, u64 v);
unsigned ir_pool2(struct ir *ir, u64 lo, u64 hi);

val_t ir_const(struct ir *ir, enum ir_type type, u64 v);
val_t ir_vconst(struct ir *ir, enum ir_type type, u64 lo, u64 hi);

/* Integer operations with constant folding and algebraic identities. */
val_t ir_int1(struct ir *ir, enum ir_op op, enum ir_type type, val_t a);
val_t ir_int2(struct ir *ir, enum ir_op op, enum ir_type type, val_t a, val_t b);
val_t ir_bitfield(struct ir *ir, enum ir_op op, enum ir_type type, val_t a,
		  val_t b, unsigned lsb, unsigned len);

/* Guest registers.  type I32 yields the low half; putr takes I64 or I32
 * (then the register is zero-extended).                                    */
val_t ir_getr(struct ir *ir, enum ir_type type, unsigned reg);
void ir_putr(struct ir *ir, unsigned reg, val_t v);
val_t ir_getv(struct ir *ir, enum ir_type type, unsigned reg);
void ir_putv(struct ir *ir, unsigned reg, val_t v);
val_t ir_getf(struct ir *ir);
void ir_putf(struct ir *ir, val_t f);

/* Memory; base I64, index 0 or I64.  ld: type is the result's. */
val_t ir_ld(struct ir *ir, enum ir_type type, u8 memop, val_t base,
	    val_t index, s64 disp);
void ir_st(struct ir *ir, u8 memop, val_t base, val_t index, s64 disp,
	   val_t value);

/* Lane and FP ops: esize (and more) in aux. */
val_t ir_v1(struct ir *ir, enum ir_op op, enum ir_type type, u8 aux, val_t a,
	    s32 imm);
val_t ir_v2(struct ir *ir, enum ir_op op, enum ir_type type, u8 aux, val_t a,
	    val_t b, s32 imm);
val_t ir_v3(struct ir *ir, enum ir_op op, enum ir_type type, u8 aux, val_t a,
	    val_t b, val_t c, s32 imm);

/* Control. */
void ir_exit_if(struct ir *ir, enum ir_cond cond, val_t flags, gaddr target);
void ir_exit_cmp(struct ir *ir, enum ir_op op, val_t v, unsigned bit,
		 gaddr target);		/* EXIT_Z .. EXIT_BIT1 */
void ir_goto(struct ir *ir, gaddr target);
/* pushed: the value of ret where the guest's call stores it, else 0. */
void ir_call(struct ir *ir, gaddr target, gaddr ret, val_t pushed);
void ir_jump_ind(struct ir *ir, enum ir_op op, val_t target, gaddr ret,
		 val_t pushed);
void ir_trap(struct ir *ir, unsigned reason, gaddr resume_pc, u32 info);
/* Full synchronisation; forgets everything known about guest registers. */
val_t ir_helper(struct ir *ir, enum ir_type type, unsigned helper, val_t a,
		val_t b);

/* Drop what the builder knows of guest registers (after LDENV tricks). */
void ir_forget(struct ir *ir);

/* -- Inspection ------------------------------------------------------------ */

static inline bool ir_is_const(const struct ir *ir, val_t v, u64 *out)
{
	if (ir->inst[v].op != IR_CONST)
		return false;
	*out = ir->pool[ir->inst[v].imm];
	return true;
}

/* Type of value v. */
static inline enum ir_type ir_vtype(const struct ir *ir, val_t v)
{
	return (enum ir_type)ir->inst[v].type;
}

static inline unsigned ir_type_bytes(enum ir_type t)
{
	static const u8 size[IR_TYPE_COUNT] = {
		0, 4, 8, 16, 2, 4, 8, 8, 16, 4
	};
	return size[t];
}

/* Verifier (ir_check.c): 0, or -EINVAL with a message in buf. */
int ir_check(const struct ir *ir, char *buf, size_t len);

/* Printer (ir_print.c): one line per instruction to a FILE. */
struct _IO_FILE;
void ir_print(const struct ir *ir, struct _IO_FILE *out);
int ir_print_inst(const struct ir *ir, unsigned i, char *buf, size_t len);

#endif
