/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Integer arithmetic and logic.  In: one IR instruction; out: host code.
 *
 * Whether RFLAGS must survive decides the form: lea, shlx, rorx and moves
 * leave them alone, and are used when cg_flags_live().  An ADD, SUB, AND ...
 * followed by the FLG_* of the same operands becomes one instruction.
 */
#include "translate/host/x64/isel.h"

/* -- Add and subtract -------------------------------------------------------- */

/* d = a + constant without touching RFLAGS. */
static void lea_const(struct cg *cg, unsigned w, unsigned d, unsigned a, s32 k)
{
	if (k)
		enc_lea(&cg->e, w, d, hm(a, k));
	else if (w == 0 || d != a)
		enc_mov_rr(&cg->e, w, d, a);
}

static void add_const(struct cg *cg, const struct ir_inst *i, unsigned idx,
		      s32 k)
{
	unsigned w = isel_w(i), a = cg_use_gpr(cg, i->a);
	unsigned d = cg_def_gpr(cg, idx);

	if (d == a && !cg_flags_live(cg)) {
		cg_clobber_flags(cg);
		enc_alu_ri(&cg->e, ALU_ADD, w, d, k);
	} else {
		lea_const(cg, w, d, a, k);
	}
}

static void add_regs(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	unsigned w = isel_w(i), a = cg_use_gpr(cg, i->a);
	unsigned b = cg_use_gpr(cg, i->b), d = cg_def_gpr(cg, idx);

	if ((d == a || d == b) && !cg_flags_live(cg)) {
		cg_clobber_flags(cg);
		enc_alu_rr(&cg->e, ALU_ADD, w, d, d == a ? b : a);
	} else {
		enc_lea(&cg->e, w, d, hm_idx(a, b, 0, 0));
	}
}

/* d = a op b, with b a constant, in memory or in a register. */
static void two_address(struct cg *cg, enum alu op, unsigned w, unsigned idx,
			val_t a, val_t b)
{
	unsigned d, rb;
	s32 k, disp;

	if (isel_imm32(cg, b, w, &k)) {
		d = cg_def_gpr_as(cg, idx, a);
		cg_clobber_flags(cg);
		enc_alu_ri(&cg->e, op, w, d, k);
	} else if (cg_use_mem(cg, b, &disp)) {
		d = cg_def_gpr_as(cg, idx, a);
		cg_clobber_flags(cg);
		enc_alu_rm(&cg->e, op, w, d, hm(CG_ENV, disp));
	} else {
		rb = cg_use_gpr(cg, b);
		d = cg_def_gpr_as(cg, idx, a);
		cg_clobber_flags(cg);
		enc_alu_rr(&cg->e, op, w, d, rb);
	}
}

/* For commutative ops: the better of the two to be overwritten first. */
static void order_operands(struct cg *cg, unsigned idx, val_t *a, val_t *b)
{
	const struct cg_val *x = &cg->val[cg->root[*a]];
	const struct cg_val *y = &cg->val[cg->root[*b]];
	unsigned home = cg->val[idx].home;
	u64 k;

	if (ra_const(cg, *b, &k))
		return;
	if (ra_const(cg, *a, &k) ||
	    (home != CG_NOREG && y->reg == home && cg_dies(cg, *b)) ||
	    (home == CG_NOREG && !cg_dies(cg, *a) && cg_dies(cg, *b) &&
	     y->reg != CG_NOREG) ||
	    (x->reg == CG_NOREG && y->reg != CG_NOREG && cg_dies(cg, *b) &&
	     LOCAL_MASK >> y->reg & 1)) {
		val_t t = *a;

		*a = *b;
		*b = t;
	}
}

bool isel_add(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	unsigned p = isel_flag_partner(cg, i, idx, IR_FLG_ADD);
	unsigned w = isel_w(i);
	val_t a = i->a, b = i->b;
	s32 k;

	if (pins.x86_flags && !p && isel_step_pair(cg, i, idx, false))
		return true;
	if (!p && isel_imm32(cg, b, w, &k)) {
		add_const(cg, i, idx, k);
		return true;
	}
	if (!p && (cg_flags_live(cg) || !isel_in_mem(cg, b))) {
		add_regs(cg, i, idx);
		return true;
	}
	order_operands(cg, idx, &a, &b);
	two_address(cg, ALU_ADD, w, idx, a, b);
	isel_partner_done(cg, p, FL_ADD);
	return true;
}

bool isel_sub(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	unsigned p = isel_flag_partner(cg, i, idx, IR_FLG_SUB);
	unsigned w = isel_w(i), d, t;
	s32 k;

	if (pins.x86_flags && !p && isel_step_pair(cg, i, idx, true))
		return true;
	if (!p && isel_imm32(cg, i->b, w, &k) && k != INT32_MIN) {
		add_const(cg, i, idx, -k);
		return true;
	}
	if (!p && cg_flags_live(cg)) {	/* a - b = a + ~b + 1 */
		unsigned a = cg_use_gpr(cg, i->a), b = cg_use_gpr(cg, i->b);

		d = cg_def_gpr(cg, idx);
		t = cg_tmp_gpr(cg);
		enc_mov_rr(&cg->e, w, t, b);
		enc_un_r(&cg->e, UN_NOT, w, t);
		enc_lea(&cg->e, w, d, hm_idx(a, t, 0, 1));
		return true;
	}
	two_address(cg, ALU_SUB, w, idx, i->a, i->b);
	isel_partner_done(cg, p, FL_SUB);
	return true;
}

/* ADC and SBC: RFLAGS must receive the carry after all moves. */
static bool add_carry(struct cg *cg, const struct ir_inst *i, unsigned idx,
		      bool sub)
{
	unsigned p = isel_flag_partner(cg, i, idx, sub ? IR_FLG_SBC :
				       IR_FLG_ADC);
	unsigned w = isel_w(i), b = cg_use_gpr(cg, i->b);
	unsigned d = cg_def_gpr_as(cg, idx, i->a);

	cg_save_flags(cg);
	flags_load_carry(cg, i->c, sub);
	enc_alu_rr(&cg->e, sub ? ALU_SBB : ALU_ADC, w, d, b);
	isel_partner_done(cg, p, sub ? FL_SUB : FL_ADD);
	return true;
}

bool isel_adc(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	return add_carry(cg, i, idx, false);
}

bool isel_sbc(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	return add_carry(cg, i, idx, true);
}

bool isel_neg(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	unsigned w = isel_w(i), d = cg_def_gpr_as(cg, idx, i->a);

	if (cg_flags_live(cg)) {
		enc_un_r(&cg->e, UN_NOT, w, d);
		enc_lea(&cg->e, w, d, hm(d, 1));
	} else {
		cg_clobber_flags(cg);
		enc_un_r(&cg->e, UN_NEG, w, d);
	}
	return true;
}

bool isel_not(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	enc_un_r(&cg->e, UN_NOT, isel_w(i), cg_def_gpr_as(cg, idx, i->a));
	return true;
}

/* -- Logic -------------------------------------------------------------------- */

/* a & k as a move; true if it is one. */
static bool and_as_move(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	unsigned sz, a;
	u64 k;

	if (!ra_const(cg, i->b, &k))
		return false;
	sz = k == 0xff ? 0 : k == 0xffff ? 1 : k == 0xffffffff ? 2 : 3;
	if (sz == 3)
		return false;
	a = cg_use_gpr(cg, i->a);
	enc_movzx(&cg->e, sz, cg_def_gpr(cg, idx), a);
	return true;
}

/* AND whose only use is the FLG_LOGIC next to it. */
static void test_only(struct cg *cg, const struct ir_inst *i, unsigned w)
{
	unsigned a = cg_use_gpr(cg, i->a);
	s32 k;

	if (isel_imm32(cg, i->b, w, &k)) {
		cg_clobber_flags(cg);
		enc_test_ri(&cg->e, w, a, k);
	} else {
		unsigned b = cg_use_gpr(cg, i->b);

		cg_clobber_flags(cg);
		enc_test_rr(&cg->e, w, a, b);
	}
}

static bool logic(struct cg *cg, const struct ir_inst *i, unsigned idx,
		  enum alu op)
{
	unsigned p = isel_logic_partner(cg, i, idx), w = isel_w(i);
	val_t a = i->a, b = i->b;
	u64 k;

	if (p && op == ALU_AND && cg->val[idx].uses == 1) {
		test_only(cg, i, w);
		isel_partner_done(cg, p, FL_ADD);
		return true;
	}
	if (!p && op == ALU_AND && and_as_move(cg, i, idx))
		return true;
	order_operands(cg, idx, &a, &b);
	/* A 32-bit AND clears the upper half just as a small mask does; the
	 * sign flag is right too if bit 31 of the mask is clear. */
	if (op == ALU_AND && w && ra_const(cg, b, &k) &&
	    k <= (p ? 0x7fffffff : 0xffffffff)) {
		unsigned d = cg_def_gpr_as(cg, idx, a);

		cg_clobber_flags(cg);
		enc_alu_ri(&cg->e, ALU_AND, 0, d, (s32)(u32)k);
	} else {
		two_address(cg, op, w, idx, a, b);
	}
	isel_partner_done(cg, p, FL_ADD);
	return true;
}

bool isel_and(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	return logic(cg, i, idx, ALU_AND);
}

bool isel_or(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	return logic(cg, i, idx, ALU_OR);
}

bool isel_xor(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	return logic(cg, i, idx, ALU_XOR);
}

bool isel_andn(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	unsigned p = isel_logic_partner(cg, i, idx), w = isel_w(i);
	unsigned a = cg_use_gpr(cg, i->a), b = cg_use_gpr(cg, i->b), d, t;

	if (cg->feat & HF_BMI1) {
		d = cg_def_gpr(cg, idx);
		cg_clobber_flags(cg);
		enc_g3(&cg->e, SSE_ANDN, w, d, b, a);
	} else {
		d = cg_def_gpr_as(cg, idx, i->a);
		t = cg_tmp_gpr(cg);
		cg_clobber_flags(cg);
		enc_mov_rr(&cg->e, w, t, b);
		enc_un_r(&cg->e, UN_NOT, w, t);
		enc_alu_rr(&cg->e, ALU_AND, w, d, t);
	}
	isel_partner_done(cg, p, FL_ADD);
	return true;
}

/* -- Flags alone -------------------------------------------------------------- */

bool isel_flg_sub(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	unsigned w = isel_opw(cg, i->a), a;
	s32 k, disp;

	if (isel_imm32(cg, i->b, w, &k)) {
		if (cg_use_mem(cg, i->a, &disp)) {
			cg_clobber_flags(cg);
			enc_alu_mi(&cg->e, ALU_CMP, w, hm(CG_ENV, disp), k);
			cg_set_flags(cg, (val_t)idx, FL_SUB);
			return true;
		}
		a = cg_use_gpr(cg, i->a);
		cg_clobber_flags(cg);
		if (k)
			enc_alu_ri(&cg->e, ALU_CMP, w, a, k);
		else
			enc_test_rr(&cg->e, w, a, a);
	} else if (cg_use_mem(cg, i->b, &disp)) {
		a = cg_use_gpr(cg, i->a);
		cg_clobber_flags(cg);
		enc_alu_rm(&cg->e, ALU_CMP, w, a, hm(CG_ENV, disp));
	} else {
		unsigned b;

		a = cg_use_gpr(cg, i->a);
		b = cg_use_gpr(cg, i->b);
		cg_clobber_flags(cg);
		enc_alu_rr(&cg->e, ALU_CMP, w, a, b);
	}
	cg_set_flags(cg, (val_t)idx, FL_SUB);
	return true;
}

/* ADD, ADC or SBC for its flags only: into a temporary. */
static bool flags_into_tmp(struct cg *cg, const struct ir_inst *i,
			   unsigned idx, enum alu op)
{
	unsigned w = isel_opw(cg, i->a), t = cg_tmp_gpr(cg);
	unsigned a = cg_use_gpr(cg, i->a), b = cg_use_gpr(cg, i->b);

	enc_mov_rr(&cg->e, w, t, a);
	if (op == ALU_ADD) {
		cg_clobber_flags(cg);
	} else {
		cg_save_flags(cg);
		flags_load_carry(cg, i->c, op == ALU_SBB);
	}
	enc_alu_rr(&cg->e, op, w, t, b);
	cg_set_flags(cg, (val_t)idx, op == ALU_SBB ? FL_SUB : FL_ADD);
	return true;
}

bool isel_flg_add(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	return flags_into_tmp(cg, i, idx, ALU_ADD);
}

bool isel_flg_adc(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	return flags_into_tmp(cg, i, idx, ALU_ADC);
}

bool isel_flg_sbc(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	return flags_into_tmp(cg, i, idx, ALU_SBB);
}

bool isel_flg_logic(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	unsigned w = isel_opw(cg, i->a), a = cg_use_gpr(cg, i->a);

	cg_clobber_flags(cg);
	enc_test_rr(&cg->e, w, a, a);
	cg_set_flags(cg, (val_t)idx, FL_ADD);
	return true;
}

/* -- Multiply and divide ------------------------------------------------------ */

bool isel_mul(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	unsigned w = isel_w(i), a, d;
	val_t va = i->a, vb = i->b;
	s32 k, disp;

	order_operands(cg, idx, &va, &vb);
	if (isel_imm32(cg, vb, w, &k) && k > 0 && !(k & (k - 1))) {
		d = cg_def_gpr_as(cg, idx, va);
		cg_clobber_flags(cg);
		enc_sh_ri(&cg->e, SH_SHL, w, d, (unsigned)__builtin_ctz((u32)k));
	} else if (isel_imm32(cg, vb, w, &k)) {
		a = cg_use_gpr(cg, va);
		d = cg_def_gpr(cg, idx);
		cg_clobber_flags(cg);
		enc_imul_rri(&cg->e, w, d, a, k);
	} else if (cg_use_mem(cg, vb, &disp)) {
		d = cg_def_gpr_as(cg, idx, va);
		cg_clobber_flags(cg);
		enc_g2m(&cg->e, SSE_IMUL, w, d, hm(CG_ENV, disp));
	} else {
		a = cg_use_gpr(cg, vb);
		d = cg_def_gpr_as(cg, idx, va);
		cg_clobber_flags(cg);
		enc_g2(&cg->e, SSE_IMUL, w, d, a);
	}
	return true;
}

static bool mul_high(struct cg *cg, const struct ir_inst *i, unsigned idx,
		     enum un op)
{
	unsigned b;

	cg_tmp_fixed_gpr(cg, RAX);
	cg_tmp_fixed_gpr(cg, RDX);
	b = cg_use_gpr(cg, i->b);
	isel_copy_gpr(cg, RAX, i->a);
	cg_clobber_flags(cg);
	enc_un_r(&cg->e, op, 1, b);
	ra_assign(cg, idx, RDX);
	return true;
}

bool isel_umulh(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	return mul_high(cg, i, idx, UN_MUL);
}

bool isel_smulh(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	return mul_high(cg, i, idx, UN_IMUL);
}

/* Division by 0 gives 0; by -1 the negated dividend (MIN / -1 = MIN). */
static void cold_div(struct cg *cg, struct cg_cold *c)
{
	u8 *zero;

	enc_test_rr(&cg->e, c->arg[1], c->arg[0], c->arg[0]);
	zero = enc_jcc8(&cg->e, CC_E);
	enc_un_r(&cg->e, UN_NEG, c->arg[1], RAX);
	cg_cold_back(cg, c);
	enc_patch8(zero, cg->e.p);
	enc_alu_rr(&cg->e, ALU_XOR, 0, RAX, RAX);
	cg_cold_back(cg, c);
}

static bool divide(struct cg *cg, const struct ir_inst *i, unsigned idx,
		   bool sign)
{
	struct enc *e = &cg->e;
	unsigned w = isel_w(i), b;
	struct cg_cold *c;

	cg_tmp_fixed_gpr(cg, RAX);
	cg_tmp_fixed_gpr(cg, RDX);
	b = cg_use_gpr(cg, i->b);
	isel_copy_gpr(cg, RAX, i->a);
	cg_clobber_flags(cg);
	if (sign) {
		enc_lea(e, w, RDX, hm(b, 1));
		enc_alu_ri(e, ALU_CMP, w, RDX, 1);
		c = cg_jcc_cold(cg, CC_BE, cold_div, idx);
		enc_0(e, w ? OP_CQO : OP_CDQ);
		enc_un_r(e, UN_IDIV, w, b);
	} else {
		enc_test_rr(e, w, b, b);
		c = cg_jcc_cold(cg, CC_E, cold_div, idx);
		enc_alu_rr(e, ALU_XOR, 0, RDX, RDX);
		enc_un_r(e, UN_DIV, w, b);
	}
	c->arg[0] = (u8)b;
	c->arg[1] = (u8)w;
	c->back = e->p;
	ra_assign(cg, idx, RAX);
	return true;
}

bool isel_udiv(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	return divide(cg, i, idx, false);
}

bool isel_sdiv(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	return divide(cg, i, idx, true);
}
