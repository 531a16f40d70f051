/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * SSE and AVX, regular instructions: one operation of xvec.def on each half of
 * the operands.  The other files of the vector part: lift_vmov.c (moves),
 * lift_vconv.c (integers and vectors, changes of width), lift_avx.c (across
 * lanes, masks, gathers), lift_vstate.c (MXCSR, XSAVE), lift_x87.c, lift_mmx.c.
 *
 * Handler families, [arg of x64.ops]; operands in the SDM's order (d = first):
 *
 *   xvec[XVEC_x]	d[, a], b[, c][, imm] of xmm or ymm, for the forms V2 V3
 *			V4 VD of xvec.def; scalars too (SQRTSS ...: legacy d, s;
 *			VEX d, a, s); shifts by xmm/m128 (PSLLW ...) and by imm
 *			(PSLLW_I ...); legacy blends with implicit xmm0 (d, s)
 *			and SHA256RNDS2 as well
 *   fvec[XVEC_x]	flags: UCOMISS UCOMISD COMISS COMISD PTEST VTESTPS VTESTPD
 *   pcmpistr[0 I, 1 M]  pcmpestr[0 I, 1 M]
 *  lift_vmov.c:
 *   vmov[1 always aligned, 0 not]	whole-register moves, load or store:
 *			movaps movapd movdqa movntdqa movntps movntpd movntdq [1]
 *			movups movupd movdqu lddqu [0]
 *   vmovs[2 movss, 3 movsd]	register (legacy d, s; VEX d, a, s), load, store
 *   vmovlp[0 low, 1 high]	movlps movlpd movhps movhpd: load (legacy d, m;
 *			VEX d, a, m) and store (MOVHLPS MOVLHPS are xvec)
 *   vmovd		movd, movq between r/m and xmm, both directions
 *   vmovq		movq xmm, xmm/m64 and xmm/m64, xmm
 *   vbroadcast[0 b, 1 w, 2 d and ss, 3 q and sd, 4 128 bits]
 *   vinsert128  vextract128  vperm2x128	f128 and i128 alike
 *   maskmovdqu		xmm, xmm (implicit [rdi])
 *  lift_vconv.c:
 *   vtog[XVEC_x]	d gpr from xmm/ymm or memory[, imm]: MOVMSKPS MOVMSKPD
 *			PMOVMSKB CVTTSS2SI CVTTSD2SI CVTSS2SI CVTSD2SI (REX.W
 *			chooses the 64-bit one) and PEXTRW reg, xmm, imm (0F C5)
 *   gtov[XVEC_x]	d[, a], r/m: CVTSI2SS CVTSI2SD (REX.W as above)
 *   pinsr[XVEC_PINSRx]	d[, a], r/m, imm; D/Q by REX.W: either row
 *   pextr[0 B, 1 W, 2 D/Q by REX.W]	r/m, xmm, imm (0F3A); extractps: 4
 *   insertps		d[, a], xmm/m32, imm
 *   vwiden[XVEC_x]	PMOVSXxx PMOVZXxx CVTPS2PD CVTDQ2PD VCVTPH2PS
 *   vnarrow[XVEC_x]	CVTPD2PS CVTPD2DQ CVTTPD2DQ
 *   vcvtps2ph		xmm/m, xmm/ymm, imm
 *  lift_avx.c:
 *   vpermq (vpermpd too: imm)  vpermd (vpermps too)
 *   vmaskmov[2 32-bit, 3 64-bit elements]  vgather[index size | elem size << 2,
 *			log2: 2 or 3; e.g. vgatherqps 3 | 2 << 2]
 *   vzero[0 upper, 1 all]
 *  lift_vstate.c:
 *   ldmxcsr stmxcsr fxsave fxrstor xsave[0 xsave, 1 xsaveopt, 2 xsavec] xrstor
 *  lift_x87.c:
 *   x87[0; 1 fnstsw ax; 2 fcmovcc; 3 fcomi and relatives]	all of D8 .. DF
 *  lift_mmx.c: (operands MM count as mm0..7)
 *   mmx		mm, mm/m64 and mm, imm of the 0F map; movq mm both ways; movntq; emms
 *   mmx_movd		movd, movq between mm and r/m, both directions
 *   mmx_tog		pmovmskb, pextrw from mm;  mmx_fromg: pinsrw into mm
 *   mmx_cvt[0 pi2ps 1 pi2pd 2 ps2pi 3 pd2pi 4 tps2pi 5 tpd2pi 6 movq2dq
 *			7 movdq2q]
 *   mmx_ssse3[XVEC_x]	0F38 and 0F3A forms on mm (PSHUFB PHADDW ... PALIGNR)
 *   mmx_maskmovq	mm, mm (implicit [rdi])
 *  of others: movnti is mov, prefetches are nop.
 */
#include "translate/guest/x64/x64_vec.h"

void xv_store(struct lift *l, const struct x64_insn *i, unsigned size,
	      unsigned off, val_t v, bool aligned)
{
	struct x64_addr m = x64_address(l, i);

	ir_st(l->ir, (u8)(size | (aligned ? MO_ALIGNED : 0) |
			  m.scale << MO_SCALE_SHIFT),
	      m.base, m.index, m.disp + off, v);
}

/* -- Regular operations -------------------------------------------------------- */

/* Which operands of the instruction are a, b and c. */
struct roles {
	u8 n[3];
	bool mask_xmm0;		/* c is xmm0 */
};

static struct roles roles_of(const struct x64_insn *i, enum xvec_form form)
{
	unsigned nvec = i->nop - (xv_is_imm(i, i->nop - 1u) ? 1 : 0);
	struct roles r = { { 1, 2, 3 }, false };

	if (form == XFORM_VD)
		return (struct roles){ { 0, 1, 2 }, false };
	if (form == XFORM_V4 && !xv_is_vex(i))
		return (struct roles){ { 0, 1, 0 }, true };
	/* Legacy: the destination is the first source. */
	if ((form == XFORM_V3 && nvec == 2) || nvec == 1)
		r = (struct roles){ { 0, 1, 0 }, false };
	return r;
}

/* What the immediate's bits of the upper half are shifted by. */
static unsigned upper_imm_shift(enum xvec_op op)
{
	switch (op) {
	case XVEC_BLENDPS: case XVEC_VPBLENDD:
		return 4;
	case XVEC_MPSADBW:
		return 3;
	case XVEC_BLENDPD: case XVEC_SHUFPD: case XVEC_VPERMILPD_I:
		return 2;
	default:
		return 0;
	}
}

static unsigned imm_of(const struct x64_insn *i, enum xvec_op op, unsigned half)
{
	unsigned imm;

	if (!xv_is_imm(i, i->nop - 1u))
		return 0;
	imm = (unsigned)i->imm & 0xff;
	if (op >= XVEC_CMPPS && op <= XVEC_CMPSD)
		return imm & (xv_is_vex(i) ? 31 : 7);
	return half ? imm >> upper_imm_shift(op) : imm;
}

/* Operand n; one that is only an xmm serves both halves (shift counts). */
static val_t source(struct lift *l, const struct x64_insn *i, unsigned n,
		    unsigned half)
{
	return x64_read_xmm(l, i, n, i->op[n].size == X64_YMM ? half : 0);
}

static val_t operate(struct lift *l, const struct x64_insn *i,
		     const struct roles *r, unsigned half)
{
	enum xvec_op op = (enum xvec_op)i->row->arg;
	enum xvec_form form = (enum xvec_form)xvec_info[op].form;
	val_t a, b = 0, c = 0;

	a = source(l, i, r->n[0], half);
	if (form != XFORM_V2)
		b = source(l, i, r->n[1], half);
	if (form == XFORM_V4 || form == XFORM_VD)
		c = r->mask_xmm0 ? x64_get_xmm(l, 0, false) :
				   source(l, i, r->n[2], half);
	return xv(l, op, a, b, c, imm_of(i, op, half));
}

/*
 * Operations of a register with itself whose result does not depend on it:
 * 0, or ~0, or -1 if this is none.
 */
static int self_result(enum xvec_op op)
{
	switch (op) {
	case XVEC_PXOR: case XVEC_XORPS: case XVEC_XORPD:
	case XVEC_PANDN: case XVEC_ANDNPS: case XVEC_ANDNPD:
	case XVEC_PSUBB: case XVEC_PSUBW: case XVEC_PSUBD: case XVEC_PSUBQ:
	case XVEC_PCMPGTB: case XVEC_PCMPGTW: case XVEC_PCMPGTD:
	case XVEC_PCMPGTQ:
		return 0;
	case XVEC_PCMPEQB: case XVEC_PCMPEQW: case XVEC_PCMPEQD:
	case XVEC_PCMPEQQ:
		return 1;
	default:
		return -1;
	}
}

static bool lift_self(struct lift *l, const struct x64_insn *i,
		      const struct roles *r)
{
	const struct x64_operand *a = &i->op[r->n[0]], *b = &i->op[r->n[1]];
	int bits = self_result((enum xvec_op)i->row->arg);
	val_t v;

	if (bits < 0 || a->kind != X64_OP_XMM || b->kind != X64_OP_XMM ||
	    a->reg != b->reg)
		return false;
	v = ir_vconst(l->ir, IR_V128, -(u64)bits, -(u64)bits);
	xv_put(l, i, v, xv_halves(i) == 2 ? v : 0);
	return true;
}

enum lift_result x64_lift_xvec(struct lift *l, const struct x64_insn *i)
{
	enum xvec_form form = (enum xvec_form)xvec_info[i->row->arg].form;
	struct roles r = roles_of(i, form);
	val_t lo, hi = 0;

	if (form == XFORM_V3 && lift_self(l, i, &r))
		return LIFT_NEXT;
	lo = operate(l, i, &r, 0);
	if (xv_halves(i) == 2)
		hi = operate(l, i, &r, 1);
	xv_put(l, i, lo, hi);
	return LIFT_NEXT;
}

/* -- Flags --------------------------------------------------------------------- */

/*
 * PTEST of 256 bits: x = a & b and y = ~a & b, both halves of each ORed down
 * to 64 bits; then { x, 0 } tested with { x, y } is zero where x is, and
 * leaves of the second only y.  VTESTPS and VTESTPD look at signs only.
 */
static val_t test_ymm(struct lift *l, const struct x64_insn *i)
{
	static const u64 sign[2] = { 0x8000000080000000, 1ull << 63 };
	val_t x[2], y[2], t;

	for (unsigned h = 0; h < 2; h++) {
		val_t a = x64_read_xmm(l, i, 0, h), b = x64_read_xmm(l, i, 1, h);

		if (i->row->arg != XVEC_PTEST) {
			u64 m = sign[i->row->arg == XVEC_VTESTPD];

			b = xv2(l, XVEC_PAND, b, ir_vconst(l->ir, IR_V128, m, m));
		}
		x[h] = xv2(l, XVEC_PAND, a, b);
		y[h] = xv2(l, XVEC_PANDN, a, b);
	}
	x[0] = xv2(l, XVEC_POR, x[0], x[1]);
	y[0] = xv2(l, XVEC_POR, y[0], y[1]);
	t = xv2(l, XVEC_POR, xv2(l, XVEC_PUNPCKLQDQ, x[0], y[0]),
		xv2(l, XVEC_PUNPCKHQDQ, x[0], y[0]));
	return xvf(l, XVEC_PTEST, xv_low(l, t), t, 0);
}

enum lift_result x64_lift_fvec(struct lift *l, const struct x64_insn *i)
{
	val_t a, b, f;

	if (i->op[0].size == X64_YMM) {
		f = test_ymm(l, i);
	} else {
		a = x64_read_xmm(l, i, 0, 0);
		b = x64_read_xmm(l, i, 1, 0);
		f = xvf(l, (enum xvec_op)i->row->arg, a, b, 0);
	}
	ir_putf(l->ir, f);
	return LIFT_NEXT;
}

/* -- Strings ------------------------------------------------------------------- */

/* xmm0 = mask. */
static void put_mask(struct lift *l, const struct x64_insn *i, val_t v)
{
	x64_put_xmm(l, 0, false, v);
	if (xv_is_vex(i))
		x64_zero_upper(l, 0);
}

enum lift_result x64_lift_pcmpistr(struct lift *l, const struct x64_insn *i)
{
	val_t a = x64_read_xmm(l, i, 0, 0), b = x64_read_xmm(l, i, 1, 0), v, f;
	unsigned imm = (unsigned)i->imm & 0xff;

	if (i->row->arg)
		v = xv(l, XVEC_PCMPISTRM, a, b, 0, imm);
	else
		v = xvg(l, XVEC_PCMPISTRI, IR_I32, a, b, imm);
	f = xvf(l, XVEC_PCMPISTRI_F, a, b, imm);
	if (i->row->arg)
		put_mask(l, i, v);
	else
		x64_put_gpr(l, X64_RCX, 2, false, v);
	ir_putf(l->ir, f);
	return LIFT_NEXT;
}

/* Length in eax or edx (REX.W: the whole register) as I64. */
static val_t length(struct lift *l, const struct x64_insn *i, unsigned reg)
{
	if (i->prefix & X64_REXW)
		return x64_get_gpr(l, reg, 3, false);
	return ir_int1(l->ir, IR_SEXT32, IR_I64, x64_get_gpr(l, reg, 2, false));
}

enum lift_result x64_lift_pcmpestr(struct lift *l, const struct x64_insn *i)
{
	val_t a = x64_read_xmm(l, i, 0, 0), b = x64_read_xmm(l, i, 1, 0), n, r, f;
	unsigned imm = (unsigned)i->imm & 0xff;

	n = xv2(l, XVEC_PUNPCKLQDQ, xv_from_g(l, length(l, i, X64_RAX)),
		xv_from_g(l, length(l, i, X64_RDX)));
	r = xv(l, XVEC_PCMPESTRI, a, b, n, imm);
	f = ir_v1(l->ir, IR_VUMOV, IR_I32, 2, r, 2);
	f = ir_emit(l->ir, IR_XF_PACK, IR_FLAGS, 0, f, 0, 0, 0);
	if (i->row->arg)
		put_mask(l, i, xv(l, XVEC_PCMPESTRM, a, b, n, imm));
	else
		x64_put_gpr(l, X64_RCX, 2, false, xv_to_g(l, IR_I32, r));
	ir_putf(l->ir, f);
	return LIFT_NEXT;
}
