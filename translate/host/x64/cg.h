/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The code generator's inside: what the isel_*.c files share.
 *
 * emit.c walks one IR block twice.  Backward (liveness.c): last uses, dead
 * instructions, dead PUTs, which value may be computed directly in a pinned
 * guest register.  Forward (emit.c): for each live instruction the function
 * in isel_table[] runs; it asks regalloc.c for operands and results in host
 * registers and writes host code at cg->e.p.
 *
 * Guest registers.  Some are pinned to host registers for the whole life of
 * translated code (regs.def), the rest lives in struct cpu.  A PUT takes
 * effect when it is reached: it moves into the pinned register or stores to
 * the cpu, so at every host instruction that may fault the guest's general
 * and vector registers are where they belong.  Only the flags are lazy: they
 * may be in RFLAGS; the side table (recover.c) says how to read them there.
 *
 * Values.  A value is in at most one register chosen by the allocator and/or
 * in one memory slot (a guest register's place in struct cpu that holds the
 * same bits, or a spill slot), or it is a constant.  A register of the pinned
 * set may also hold a value; it is then read-only for isel code.
 *
 * Aliases.  TRUNC, VCAST and a ZEXT32 of a computed I32 emit nothing: the
 * result is the same value as the operand (cg->root[]), which works because
 * every I32 result in a GPR has a zero upper half (isel code must see to it:
 * 32-bit instructions do).  An I32 *operand* may be a TRUNC and have anything
 * there.  cg_use_* and cg_def_* look through aliases.
 *
 * Rules for an isel function `bool isel_x(cg, i, idx)`:
 *  - decide first whether this case is handled; if not return false having
 *    called nothing below: emit.c then calls the op's semantic function.
 *  - get operands (cg_use_*), then the result (cg_def_*), then temporaries,
 *    then emit.  Registers got stay valid until the function returns.
 *  - call cg_clobber_flags() before the first emitted instruction that
 *    changes RFLAGS (after all cg_use/def calls is fine).
 *  - never write a register got from cg_use_*.
 *  - temporaries are released by emit.c afterwards.
 *  - several forms of one instruction go by cg->feat (hostcpu.h).
 *
 * Own it: every table row of isel_core.def and isel_vec.def names the isel
 * function of an opcode; `_(OP, function)`.
 */
#ifndef TRANSLATE_HOST_X64_CG_H
#define TRANSLATE_HOST_X64_CG_H

#include "base/base.h"
#include "translate/cpu.h"
#include "translate/host/host.h"
#include "translate/host/x64/enc.h"
#include "translate/host/x64/hostcpu.h"
#include "translate/ir.h"

enum {
	CG_NOREG = 0xff,
	CG_ENV = RBP			/* struct cpu + CPU_BIAS */
};

/* XMM registers are 0..15 in this interface; inside val.reg they are +16. */
enum { CG_XMM0 = 16, CG_NREG = 32 };

/* What the allocator knows of one value. */
struct cg_val {
	u8 reg;			/* 0-15 GPR, 16-31 XMM, CG_NOREG */
	u8 flags;		/* CGV_* */
	u8 mem;			/* slot number, 0 = none */
	u8 home;		/* hint: pinned host register to compute it in,
				   or CG_NOREG */
	u16 last;		/* instruction of its last use; 0 = unused */
	u16 uses;
};

enum {
	CGV_DEAD = 1,		/* instruction need not be emitted */
	CGV_ZEXT = 2,		/* XMM: bits above the type are zero */
	CGV_DONE = 4,		/* emitted together with an earlier one */
	CGV_FLAGS = 8,		/* exits: the guest's flags must be stored */
	CGV_DEFERRED = 16	/* FLG_CCMP: its only reader does it */
};

/* Memory slots: r[0..31], v[0..31], rspill[0..31], vspill[0..31], flags. */
enum {
	CG_SLOT_R = 1, CG_SLOT_V = 33, CG_SLOT_RS = 65, CG_SLOT_VS = 97,
	CG_SLOT_F = 129, CG_NSLOT,
	CG_NSPILL = 32
};

/* What RFLAGS hold, relative to the guest's flags. */
enum cg_flkind {
	FL_NONE,
	FL_ADD,			/* SF ZF OF = N Z V, CF = C */
	FL_SUB,			/* the same, CF = !C */
	FL_X86,			/* they are an x86 guest's */
	FL_FCMP,		/* left by ucomis a, b */
	FL_FCMP_SWAP		/* left by ucomis b, a */
};

/* Liveness: the latest PUT met of a guest register, if of the same epoch. */
struct cg_put {
	u64 epoch;
	val_t v;
};

struct cg;
struct cg_cold;
typedef bool isel_fn(struct cg *cg, const struct ir_inst *i, unsigned idx);
typedef void cold_fn(struct cg *cg, struct cg_cold *c);

/*
 * Code that is rarely run, emitted behind the block.  fn writes it when the
 * block is complete; `from` (a rel32 field) then points to it.  The register
 * allocator must not be called from fn: remember registers in arg[].
 */
struct cg_cold {
	cold_fn *fn;
	u8 *from;		/* rel32 field to patch, NULL: none */
	u8 *back;		/* where to continue (cg_cold_back) */
	u16 idx;		/* IR instruction */
	u8 arg[10];
	u8 late_from, late_to;	/* stores in cg->late[] it must make too */
	u16 trap;		/* last of its records in the side table */
	u32 live;		/* registers holding something: GPR | XMM<<16 */
	u64 imm;
};

/*
 * A register was saved in the middle of an instruction.  Cold paths that had
 * branched off before make the same store before they return behind it.
 */
struct cg_late {
	u8 slot, reg;
};

struct cg_fixup {		/* rip-relative reference to a constant */
	u32 off;		/* of the disp32, from hb->code */
	u16 id;
	u16 tail;		/* bytes of the instruction after the disp32 */
};

enum { CG_MAX_COLD = 512, CG_MAX_CONST = 128, CG_MAX_FIXUP = 1024,
       CG_MAX_LATE = 240 };

struct cg {
	struct enc e;		/* e.p: next byte of code; e.avx: VEX forms */
	u8 *limit;		/* emit.c gives up here */
	const struct ir *ir;
	struct host_block *hb;
	struct tctx *t;
	u32 feat;		/* HF_* bits, see hostcpu.h */
	bool failed;		/* a limit was hit: emit returns -E2BIG */
	unsigned cur;		/* instruction being emitted */

	/* register allocator */
	val_t reg_val[CG_NREG];	/* value in each register, 0 none */
	u32 locked;		/* registers in use by this instruction */
	u32 tmps;		/* those of them that are temporaries */
	u32 borrowed;		/* pinned registers used as temporaries */
	bool special;		/* ra_end_special() has something to do */
	val_t slot_val[CG_NSLOT];	/* value whose copy a slot is */

	/* flags */
	val_t fl_val;		/* FLAGS value now in RFLAGS, 0 none */
	u8 fl_kind;
	val_t fl_cur;		/* value last PUTF (or GETF), 0 unknown */
	bool fl_in_env;		/* cpu->flags is up to date */
	u8 fneed[IR_MAX_INST];	/* of FLAGS values of x86 guests: the flags
				   that are read, CF PF AF ZF SF OF */
	u16 fl_until;		/* last instruction that may look at the
				   guest's flags as of now */

	/* side table being written */
	u8 *side;
	u32 side_off;		/* host offset of the last record */
	gaddr side_pc;		/* guest pc of the last record */

	/* host.h's narrow_entry, and upper parts that had to be cleared */
	u32 narrow;
	unsigned ncleared;

	unsigned ncold, nconst, nfixup, nlate;
	struct cg_late late[CG_MAX_LATE];
	struct cg_val val[IR_MAX_INST];
	val_t root[IR_MAX_INST];	/* value that this one is the same as */
	struct cg_put put_r[32], put_v[32];
	u64 put_epoch;			/* never starts anew: nothing to clear */
	unsigned nlive;
	val_t live[IR_MAX_INST];	/* instructions that need code, from the
					   last to the first */
	struct cg_cold cold[CG_MAX_COLD];
	u64 cval[CG_MAX_CONST][2];
	struct cg_fixup fixup[CG_MAX_FIXUP];
};

/* Displacement from CG_ENV of a member of struct cpu. */
#define CG_CPU(member) ((s32)offsetof(struct cpu, member) - CPU_BIAS)

/* -- Operands: regalloc.c --------------------------------------------------
 * use: the register that holds v now; loads it if necessary.
 * def: where the current instruction puts its result:
 *   cg_def_*		may be the register of an operand that dies here (right
 *			for one instruction that reads before it writes)
 *   cg_def_*_early	differs from all operands got so far
 *   cg_def_*_as	already holds a copy of operand a, may be overwritten;
 *			differs from the other operands got so far
 * All take operands' last uses from cg->cur.                               */
unsigned cg_use_gpr(struct cg *cg, val_t v);
unsigned cg_use_xmm(struct cg *cg, val_t v);
/* v with a zero upper half if it is an I32: may be a temporary. */
unsigned cg_use_gpr_clean(struct cg *cg, val_t v);
unsigned cg_def_gpr(struct cg *cg, unsigned idx);
unsigned cg_def_gpr_early(struct cg *cg, unsigned idx);
unsigned cg_def_gpr_as(struct cg *cg, unsigned idx, val_t a);
unsigned cg_def_xmm(struct cg *cg, unsigned idx);
unsigned cg_def_xmm_early(struct cg *cg, unsigned idx);
unsigned cg_def_xmm_as(struct cg *cg, unsigned idx, val_t a);
unsigned cg_tmp_gpr(struct cg *cg);
unsigned cg_tmp_xmm(struct cg *cg);
/* A temporary that is this very register (RAX RCX RDX; XMM 8..15). */
unsigned cg_tmp_fixed_gpr(struct cg *cg, unsigned reg);
unsigned cg_tmp_fixed_xmm(struct cg *cg, unsigned reg);
/*
 * Is v only in memory (not in a register, this is its last use or loading it
 * would not pay)?  Then *disp is its displacement from CG_ENV, usable as a
 * memory operand; vector slots are 16-byte aligned.
 */
bool cg_use_mem(struct cg *cg, val_t v, s32 *disp);
/* Does the current instruction use v for the last time? */
static inline bool cg_dies(const struct cg *cg, val_t v)
{
	return cg->val[cg->root[v]].last <= cg->cur;
}
/* Was vector register n zero above so many bytes at the block's entry? */
static inline bool cg_narrow(const struct cg *cg, unsigned n, unsigned bytes)
{
	return n < 16 && bytes >= 4 &&
	       cg->narrow >> (bytes >= 8 ? n : n + 16) & 1;
}
/* XMM values: are the bits above the type known to be zero? */
static inline bool cg_is_zext(const struct cg *cg, val_t v)
{
	val_t r = cg->root[v];

	if (cg->narrow && cg->ir->inst[r].op == IR_GETV)
		return cg_narrow(cg, (unsigned)cg->ir->inst[r].imm,
				 ir_type_bytes(ir_vtype(cg->ir, v)));
	return (cg->val[r].flags & CGV_ZEXT) &&
	       ir_type_bytes(ir_vtype(cg->ir, r)) <=
	       ir_type_bytes(ir_vtype(cg->ir, v));
}
static inline void cg_set_zext(struct cg *cg, unsigned idx)
{
	cg->val[idx].flags |= CGV_ZEXT;
}

/* -- Constants -------------------------------------------------------------
 * 16-byte constants follow the block's code.  Emit the instruction with the
 * memory operand hm_rip(), then at once call cg_const_ref().               */
unsigned cg_const128(struct cg *cg, u64 lo, u64 hi);
void cg_const_ref(struct cg *cg, unsigned id);

/* -- Flags: isel_flags.c --------------------------------------------------- */
/* RFLAGS are about to change: save what is still needed. */
void cg_clobber_flags(struct cg *cg);
/* The same, but they are read once more before they change. */
void cg_save_flags(struct cg *cg);
/* Do RFLAGS hold something that is still needed? */
bool cg_flags_live(const struct cg *cg);
/* RFLAGS now hold FLAGS value v (after emitting its producer). */
void cg_set_flags(struct cg *cg, val_t v, enum cg_flkind kind);
/*
 * Bring FLAGS value f into RFLAGS such that the returned condition code
 * tests `cond`.  May emit code; mov/lea/cmov/setcc may follow.  After a
 * floating-point comparison equality needs two tests: then *parity (if not
 * NULL) becomes true, and EQ means E and NP, NE means NE or P.  With NULL the
 * flags are normalised so that one test does.
 */
enum cc cg_flags_cond(struct cg *cg, val_t f, enum ir_cond cond,
		      bool *parity);

/* -- Cold paths: emit.c ---------------------------------------------------- */
struct cg_cold *cg_cold_new(struct cg *cg, cold_fn *fn, unsigned idx);
/* Emit `jcc cold`; the cold path returns by default to the place after it.
 * Set c->back = cg->e.p later to return elsewhere. */
struct cg_cold *cg_jcc_cold(struct cg *cg, enum cc cc, cold_fn *fn,
			    unsigned idx);
/* In a cold_fn: jump to c->back. */
void cg_cold_back(struct cg *cg, struct cg_cold *c);
/*
 * Emit `jcc` to a cold path that calls the semantic function of instruction
 * idx with the operands' present registers (which must be intact) and puts
 * the result into its register, all other registers preserved; it continues
 * after the jcc, or wherever the returned ->back is set to.  Call it after
 * cg_use and cg_def of all operands.  RFLAGS are not preserved.
 */
struct cg_cold *cg_jcc_sem(struct cg *cg, enum cc cc, unsigned idx);

/*
 * The vector instruction emitted last (an FP one; enc_v2() and enc_v3() know
 * where it begins) goes to cold path c instead of raising Invalid.  RFLAGS
 * are as before the instruction there, and must be at c->back.
 */
void cg_trap(struct cg *cg, struct cg_cold *c);
/*
 * The same to a new cold path that calls the semantic function of idx with
 * operands in XMM registers a, b, c (ignored if there are none) and preserves
 * all else, RFLAGS included.  No register may be asked for between emitting
 * the instruction and this call.  ->back: behind the instruction.
 */
struct cg_cold *cg_trap_sem(struct cg *cg, unsigned idx, unsigned a,
			    unsigned b, unsigned c);

/*
 * The next instruction emitted may fault: call it immediately before emitting
 * it, when every operand is in place.  Until then nothing of the guest's state
 * may have been changed by the current IR instruction.
 */
void cg_fault_here(struct cg *cg);

/* -- For all isel files ---------------------------------------------------- */
static inline enum ir_type cg_type(const struct cg *cg, val_t v)
{
	return (enum ir_type)cg->ir->inst[v].type;
}

/* Declarations of all isel functions, from the tables. */
#define _(op, fn) isel_fn fn;
#include "translate/host/x64/isel_core.def"
#include "translate/host/x64/isel_vec.def"
#undef _

#endif
