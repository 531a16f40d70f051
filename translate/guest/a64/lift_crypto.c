/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A64 cryptographic instructions: AES, SHA-1, SHA-256, SHA-512, SHA-3 (Arm
 * ARM C4.1.96).  Each is one IR operation; handlers are named after the
 * registers they read (d: the destination), in the order of the operands.
 */
#include "translate/guest/a64/a64_simd.h"

static const u16 crypto_op[A64_ROW_COUNT] = {
	[A64_ROW_AESE] = IR_AESE,
	[A64_ROW_AESD] = IR_AESD,
	[A64_ROW_AESMC] = IR_AESMC,
	[A64_ROW_AESIMC] = IR_AESIMC,
	[A64_ROW_SHA1C] = IR_SHA1C,
	[A64_ROW_SHA1P] = IR_SHA1P,
	[A64_ROW_SHA1M] = IR_SHA1M,
	[A64_ROW_SHA1SU0] = IR_SHA1SU0,
	[A64_ROW_SHA1SU1] = IR_SHA1SU1,
	[A64_ROW_SHA256H] = IR_SHA256H,
	[A64_ROW_SHA256H2] = IR_SHA256H2,
	[A64_ROW_SHA256SU0] = IR_SHA256SU0,
	[A64_ROW_SHA256SU1] = IR_SHA256SU1,
	[A64_ROW_SHA512H] = IR_SHA512H,
	[A64_ROW_SHA512H2] = IR_SHA512H2,
	[A64_ROW_SHA512SU0] = IR_SHA512SU0,
	[A64_ROW_SHA512SU1] = IR_SHA512SU1,
	[A64_ROW_EOR3] = IR_VEOR3,
	[A64_ROW_BCAX] = IR_VBCAX,
	[A64_ROW_RAX1] = IR_VRAX1,
	[A64_ROW_XAR] = IR_VXAR,
};

/* Operand registers; 32: none. */
static enum lift_result emit(struct lift *l, const struct a64_fields *f,
			     unsigned a, unsigned b, unsigned c, s32 imm)
{
	val_t va = vreg(l, IR_V128, a);
	val_t vb = b < 32 ? vreg(l, IR_V128, b) : 0;
	val_t vc = c < 32 ? vreg(l, IR_V128, c) : 0;

	ir_putv(l->ir, f->rd, ir_emit(l->ir, crypto_op[f->row], IR_V128, 0, va,
				      vb, vc, imm));
	return LIFT_NEXT;
}

enum lift_result a64_lift_crypto_n(struct lift *l, const struct a64_fields *f)
{
	return emit(l, f, f->rn, 32, 32, 0);
}

enum lift_result a64_lift_crypto_dn(struct lift *l, const struct a64_fields *f)
{
	return emit(l, f, f->rd, f->rn, 32, 0);
}

enum lift_result a64_lift_crypto_nm(struct lift *l, const struct a64_fields *f)
{
	return emit(l, f, f->rn, f->rm, 32, (s32)f->imm6);
}

enum lift_result a64_lift_crypto_dnm(struct lift *l, const struct a64_fields *f)
{
	return emit(l, f, f->rd, f->rn, f->rm, 0);
}

enum lift_result a64_lift_crypto_nma(struct lift *l, const struct a64_fields *f)
{
	return emit(l, f, f->rn, f->rm, f->ra, 0);
}

enum lift_result a64_lift_crypto_sha1h(struct lift *l,
				       const struct a64_fields *f)
{
	ir_putv(l->ir, f->rd, ir_v1(l->ir, IR_SHA1H, IR_F32, 0,
				    vreg(l, IR_F32, f->rn), 0));
	return LIFT_NEXT;
}
