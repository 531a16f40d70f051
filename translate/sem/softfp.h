/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Private to translate/sem/: IEEE 754 arithmetic as the Arm architecture
 * defines it (Arm ARM, shared/functions/float), in integer code.
 *
 * Numbers are unpacked from one of four formats into sign, exponent and a
 * left-aligned significand, so that each operation is written once; rounding
 * and packing is written once too.  A `struct sfp` context holds the controls
 * that FPCR gives and collects exception flags for FPSR.
 */
#ifndef TRANSLATE_SEM_SOFTFP_H
#define TRANSLATE_SEM_SOFTFP_H

#include "translate/sem/ops.h"

/* Interchange formats, numbered as lane sizes (8 bits has none: BF16). */
enum { SFP_BF16, SFP_F16, SFP_F32, SFP_F64 };

struct sfp_fmt {
	u8 id;
	u8 fbits;		/* fraction bits stored */
	u16 emask;		/* largest exponent field */
	s16 bias;
};
extern const struct sfp_fmt sfp_fmt[4];

/* Rounding: enum ir_round, and two that instructions imply. */
enum {
	SFP_ODD = IR_RCUR + 1,	/* von Neumann; overflow gives max normal */
	SFP_ODD_INF		/* the same, overflow gives infinity */
};

struct sfp {
	u32 flags;		/* FPSR_* raised so far */
	u8 round;
	u8 flush;		/* bit per format: denormals are zeros */
	bool dn;		/* NaN results are the default NaN */
	bool ahp;		/* F16 is Arm's alternative half precision */
	u64 desc;		/* of the instruction */
	/*
	 * x86's rules (SDM vol. 1, 4.8 and 11.5): the first operand's NaN
	 * wins, the default NaN is negative, tininess is detected after
	 * rounding.  Set by xvec_fp.c only.
	 */
	bool x86;
	bool ftz;		/* tiny results become zero */
	bool trap_tiny;		/* they underflow even if they are exact */
	bool denormal;		/* out: an operand was one (not if flushed) */
};

enum sfp_class { SFP_ZERO, SFP_FINITE, SFP_INF, SFP_QNAN, SFP_SNAN };

/*
 * FINITE: value = (-1)^sign * 2^exp * sig / 2^63, bit 63 of sig set.
 * NaN: sig has the fraction from bit 62 down.
 */
struct fpn {
	u8 cls;
	u8 sign;
	s32 exp;
	u64 sig;
};

/* Context for arithmetic, and for conversions between formats (which honour
 * AHP and ignore FZ16).  sfp_end() accumulates the flags. */
struct sfp sfp_begin(const struct cpu *cpu, u64 desc);
struct sfp sfp_begin_cvt(const struct cpu *cpu, u64 desc);

static inline void sfp_end(struct cpu *cpu, const struct sfp *s)
{
	cpu->fpsr |= s->flags;
}

/* Rounding mode from an instruction's field of enum ir_round. */
static inline unsigned sfp_rmode(const struct sfp *s, unsigned field)
{
	return field == IR_RCUR ? s->round : field;
}

struct fpn sfp_unpack(struct sfp *s, const struct sfp_fmt *f, u64 bits);

/* Round sig / 2^63 * 2^exp, bit 63 of sig set, bit 0 sticky. */
u64 sfp_round(struct sfp *s, const struct sfp_fmt *f, unsigned sign, s32 exp,
	      u64 sig);

/* Magnitude of finite x rounded to an integer; x < 2^64. */
u128 sfp_round_to_int(struct fpn x, unsigned rmode, bool *inexact);

u64 sfp_default_nan(const struct sfp_fmt *f);
u64 sfp_invalid(struct sfp *s, const struct sfp_fmt *f);
u64 sfp_zero(const struct sfp_fmt *f, unsigned sign);
u64 sfp_inf(const struct sfp_fmt *f, unsigned sign);
u64 sfp_max_normal(const struct sfp_fmt *f, unsigned sign);

static inline u64 sfp_sign_bit(const struct sfp_fmt *f)
{
	return (u64)(f->emask + 1u) << f->fbits;
}

static inline bool sfp_is_nan(struct fpn x)
{
	return x.cls >= SFP_QNAN;
}

/* The NaN x as a result in format f (FPProcessNaN, FPConvertNaN). */
u64 sfp_nan(struct sfp *s, const struct sfp_fmt *f, struct fpn x);
/* The NaN result of two or three operands of which one is a NaN. */
u64 sfp_nan2(struct sfp *s, const struct sfp_fmt *f, struct fpn x,
	     struct fpn y);
u64 sfp_nan3(struct sfp *s, const struct sfp_fmt *f, struct fpn x,
	     struct fpn y, struct fpn z);

/* Order of two numbers that are not NaNs: -1, 0, 1. */
int sfp_cmp(struct fpn x, struct fpn y);

u64 sfp_add(struct sfp *s, const struct sfp_fmt *f, struct fpn x,
	    struct fpn y);
u64 sfp_mul(struct sfp *s, const struct sfp_fmt *f, struct fpn x,
	    struct fpn y);
u64 sfp_div(struct sfp *s, const struct sfp_fmt *f, struct fpn x,
	    struct fpn y);
u64 sfp_sqrt(struct sfp *s, const struct sfp_fmt *f, struct fpn x);

/* 2^scale * (z + x * y) with one rounding; inf * 0 is invalid. */
u64 sfp_fma(struct sfp *s, const struct sfp_fmt *f, struct fpn z,
	    struct fpn x, struct fpn y, s32 scale);

/* -- Adapter --------------------------------------------------------------- */

typedef u64 fp_fn(struct sfp *s, const struct sfp_fmt *f, u64 x, u64 y, u64 z);

/* Apply fn to each lane of a, b, c; absent operands read as zero. */
void sfp_map(struct cpu *cpu, u64 desc, union v128 *d, const union v128 *a,
	     const union v128 *b, const union v128 *c, fp_fn *fn);

/* sem_NAME from an fp_fn. */
#define SEM_FP(name, fn)						\
void sem_##name(struct cpu *cpu, u64 desc, union v128 *d,		\
		const union v128 *a, const union v128 *b,		\
		const union v128 *c)					\
{									\
	sfp_map(cpu, desc, d, a, b, c, fn);				\
}

#endif
