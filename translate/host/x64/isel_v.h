/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Small tools shared by isel_vec_*.c and isel_fp_*.c: short names for the
 * encoder, constants as memory operands, operand fetching.
 *
 * Sequences of more than one instruction take their result register with
 * vx_get*(), that is, one that differs from all operands: then operands stay
 * intact for the whole sequence (which cold paths rely on), and the two-
 * operand SSE forms, for which enc_v3() inserts a move, are always possible
 * as long as the second source is not the destination.
 *
 * There are five vector and three general registers for operands (those that
 * are not pinned) and result of one instruction; temporaries beyond that are
 * borrowed from guest registers, which costs a store and a load each.
 *
 * Bits above the type of a 64-bit or scalar value are garbage.  That is
 * harmless except where they could raise FP flags or set QC: there vx_low()
 * or a mask is used.
 */
#ifndef TRANSLATE_HOST_X64_ISEL_V_H
#define TRANSLATE_HOST_X64_ISEL_V_H

#include "base/bits.h"
#include "translate/host/x64/cg.h"
#include "translate/sem.h"

/* Registers of one operation. */
struct vx {
	unsigned a, b, c, d;
};

static inline bool vx_has(const struct cg *cg, u32 features)
{
	return (cg->feat & features) == features;
}

static inline unsigned vx_esize(const struct ir_inst *i)
{
	return i->aux & IR_ESIZE;
}

static inline unsigned vx_bytes(const struct ir_inst *i)
{
	return ir_type_bytes((enum ir_type)i->type);
}

static inline struct vx vx_get1(struct cg *cg, const struct ir_inst *i,
				unsigned idx)
{
	struct vx r = { .a = cg_use_xmm(cg, i->a) };

	r.d = cg_def_xmm_early(cg, idx);
	return r;
}

static inline struct vx vx_get2(struct cg *cg, const struct ir_inst *i,
				unsigned idx)
{
	struct vx r = { .a = cg_use_xmm(cg, i->a) };

	r.b = cg_use_xmm(cg, i->b);
	r.d = cg_def_xmm_early(cg, idx);
	return r;
}

static inline struct vx vx_get3(struct cg *cg, const struct ir_inst *i,
				unsigned idx)
{
	struct vx r = { .a = cg_use_xmm(cg, i->a) };

	r.b = cg_use_xmm(cg, i->b);
	r.c = cg_use_xmm(cg, i->c);
	r.d = cg_def_xmm_early(cg, idx);
	return r;
}

/* -- Encoder -------------------------------------------------------------- */

static inline void v3(struct cg *cg, enc_op op, unsigned d, unsigned a,
		      unsigned s)
{
	enc_v3(&cg->e, op, d, a, s);
}

static inline void v3i(struct cg *cg, enc_op op, unsigned d, unsigned a,
		       unsigned s, unsigned imm)
{
	enc_v3i(&cg->e, op, d, a, s, imm);
}

static inline void v2(struct cg *cg, enc_op op, unsigned d, unsigned s)
{
	enc_v2(&cg->e, op, d, s);
}

static inline void v2i(struct cg *cg, enc_op op, unsigned d, unsigned s,
		       unsigned imm)
{
	enc_v2i(&cg->e, op, d, s, imm);
}

static inline void vsh(struct cg *cg, enc_op op, unsigned d, unsigned a,
		       unsigned imm)
{
	enc_vsh(&cg->e, op, d, a, imm);
}

static inline void vmov(struct cg *cg, unsigned d, unsigned s)
{
	enc_vmov(&cg->e, d, s);
}

/* d = op(a, constant) */
static inline void v3k2(struct cg *cg, enc_op op, unsigned d, unsigned a,
			u64 lo, u64 hi)
{
	unsigned id = cg_const128(cg, lo, hi);

	enc_v3m(&cg->e, op, d, a, hm_rip());
	cg_const_ref(cg, id);
}

static inline void v3k2i(struct cg *cg, enc_op op, unsigned d, unsigned a,
			 u64 lo, u64 hi, unsigned imm)
{
	unsigned id = cg_const128(cg, lo, hi);

	enc_v3mi(&cg->e, op, d, a, hm_rip(), imm);
	cg_const_ref(cg, id);
}

static inline void v3k(struct cg *cg, enc_op op, unsigned d, unsigned a, u64 k)
{
	v3k2(cg, op, d, a, k, k);
}

static inline void vconst2(struct cg *cg, unsigned d, u64 lo, u64 hi)
{
	unsigned id = cg_const128(cg, lo, hi);

	enc_v2m(&cg->e, SSE_MOVAPS, d, hm_rip());
	cg_const_ref(cg, id);
}

static inline void vconst(struct cg *cg, unsigned d, u64 k)
{
	vconst2(cg, d, k, k);
}

static inline void vzero(struct cg *cg, unsigned d)
{
	enc_v3(&cg->e, SSE_PXOR, d, d, d);
}

static inline void vones(struct cg *cg, unsigned d)
{
	enc_v3(&cg->e, SSE_PCMPEQD, d, d, d);
}

/* v in every lane of a 64-bit word. */
static inline u64 splat(unsigned esize, u64 v)
{
	static const u64 unit[4] = {
		0x0101010101010101, 0x0001000100010001, 0x0000000100000001, 1
	};

	return unit[esize] * (v & bits_mask(8u << esize));
}

/* -- Tables by esize ------------------------------------------------------ */

extern const enc_op vx_padd[4], vx_psub[4], vx_pcmpeq[4], vx_pcmpgt[4];
extern const enc_op vx_punpckl[4], vx_punpckh[4];
extern const enc_op vx_psll[4], vx_psrl[4], vx_psra[4];	/* by imm; [1..] */

/* -- Building blocks (isel_vec_arith.c, isel_vec_perm.c) ------------------ */

/* One instruction d = op(a, b), b possibly from memory. */
bool vx_bin(struct cg *cg, const struct ir_inst *i, unsigned idx, enc_op op);

/* d = mask of a > b; d differs from a and b.  False: not for this host. */
bool vx_can_gt(const struct cg *cg, unsigned esize);
void vx_gt(struct cg *cg, unsigned esize, bool is_signed, unsigned d,
	   unsigned a, unsigned b, unsigned tmp);

/* Lane minimum and maximum. */
bool vx_can_minmax(const struct cg *cg, unsigned esize, bool is_signed);
enc_op vx_minmax_op(unsigned esize, bool is_signed, bool max);
void vx_minmax(struct cg *cg, unsigned esize, bool is_signed, bool max,
	       unsigned d, unsigned a, unsigned b);

/* d = even (odd) lanes of a then b, 16 bytes; tmp is clobbered. */
void vx_uzp(struct cg *cg, unsigned esize, bool odd, unsigned d, unsigned a,
	    unsigned b, unsigned tmp);

/* d = low half of a, then low half of b. */
static inline void vx_concat(struct cg *cg, unsigned d, unsigned a, unsigned b)
{
	v3(cg, SSE_PUNPCKLQDQ, d, a, b);
}

/* d = low half of a, upper half zero. */
static inline void vx_low(struct cg *cg, unsigned d, unsigned a)
{
	v2(cg, SSE_MOVQ, d, a);
}

/* d = a shifted by a constant: left n < width, right n <= width. */
void vx_shl_i(struct cg *cg, unsigned es, unsigned d, unsigned a, unsigned n);
void vx_shr_i(struct cg *cg, unsigned es, unsigned d, unsigned a, unsigned n);
void vx_sar_i(struct cg *cg, unsigned es, unsigned d, unsigned a, unsigned n);

/* To the semantic function if a byte of mask m (of i's type) has its top
 * bit set.  g is clobbered. */
void vx_sem_if_any(struct cg *cg, const struct ir_inst *i, unsigned idx,
		   unsigned m, unsigned g);

/* Cold path: set FPSR.QC. */
void vx_qc_cold(struct cg *cg, struct cg_cold *c);

#endif
