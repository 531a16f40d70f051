/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * x86's own integer opcodes (XF_*, XRCL, XDIVQ ...).  In: one IR instruction;
 * out: host code.
 *
 * The host's flags are the guest's (FL_X86).  A flag producer next to the
 * arithmetic of the same operands becomes one instruction with it: see
 * isel_flag_partner().  Alone it works on a temporary.  Where an instruction
 * leaves some flags alone, those of before are brought into RFLAGS first,
 * unless nobody reads them (cg->fneed).
 */
#include "translate/host/x64/isel.h"

enum { NEED_C = 1, NEED_V = 32 };

static unsigned size_of(const struct ir_inst *i)
{
	return i->aux & IR_ESIZE;
}

/* -- Encodings by operand size ------------------------------------------------- */

static void alu_rr_s(struct enc *e, enum alu op, unsigned sz, unsigned d,
		     unsigned s)
{
	enc_rr(e, enc_sized(op * 8 + 1, sz, ENC_R8 | ENC_M8), sz == 3, s, d);
}

static void alu_ri_s(struct enc *e, enum alu op, unsigned sz, unsigned d,
		     s32 k)
{
	if (sz >= 2) {
		enc_alu_ri(e, op, sz == 3, d, k);
	} else if (sz == 0) {
		enc_rr(e, 0x80 | ENC_M8, 0, op, d);
		enc_u8(e, (unsigned)k & 0xff);
	} else {
		enc_rr(e, 0x81 | 1u << ENC_PP, 0, op, d);
		enc_u16(e, (unsigned)k & 0xffff);
	}
}

/* One-operand groups: F6/F7 (test not neg mul imul div idiv), FE/FF. */
static void group_s(struct enc *e, unsigned opcode, unsigned ext, unsigned sz,
		    unsigned d)
{
	enc_rr(e, enc_sized(opcode, sz, ENC_M8), sz == 3, ext, d);
}

enum { GROUP_UN = 0xf7, GROUP_INC = 0xff, GROUP_SH_CL = 0xd3,
       GROUP_SH_IMM = 0xc1 };

/* -- Additions and comparisons --------------------------------------------------- */

/* Get RFLAGS ready to be changed by idx, its old flags c in them if some of
 * `keep` are needed. */
static void prepare(struct cg *cg, unsigned idx, val_t c, unsigned keep)
{
	if (c && cg->fneed[idx] & keep) {
		cg_save_flags(cg);
		flags_bring(cg, c);
	} else {
		cg_clobber_flags(cg);
	}
}

static unsigned tmp_copy(struct cg *cg, val_t v)
{
	unsigned t = cg_tmp_gpr(cg);

	isel_copy_gpr(cg, t, v);
	return t;
}

/* cmp a, b: nothing is written. */
bool isel_xf_sub(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	unsigned sz = size_of(i), a, b;
	s32 k, disp;

	if (isel_imm32(cg, i->b, sz == 3, &k)) {
		if (sz >= 2 && cg_use_mem(cg, i->a, &disp)) {
			cg_clobber_flags(cg);
			enc_alu_mi(&cg->e, ALU_CMP, sz == 3, hm(CG_ENV, disp),
				   k);
		} else {
			a = cg_use_gpr(cg, i->a);
			cg_clobber_flags(cg);
			alu_ri_s(&cg->e, ALU_CMP, sz, a, k);
		}
	} else {
		a = cg_use_gpr(cg, i->a);
		b = cg_use_gpr(cg, i->b);
		cg_clobber_flags(cg);
		alu_rr_s(&cg->e, ALU_CMP, sz, a, b);
	}
	cg_set_flags(cg, (val_t)idx, FL_X86);
	return true;
}

bool isel_xf_add(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	unsigned sz = size_of(i), b = cg_use_gpr(cg, i->b);
	unsigned t = tmp_copy(cg, i->a);

	cg_clobber_flags(cg);
	alu_rr_s(&cg->e, ALU_ADD, sz, t, b);
	cg_set_flags(cg, (val_t)idx, FL_X86);
	return true;
}

static bool carry_op(struct cg *cg, const struct ir_inst *i, unsigned idx,
		     enum alu op)
{
	unsigned b = cg_use_gpr(cg, i->b), t = tmp_copy(cg, i->a);

	cg_save_flags(cg);
	flags_load_carry(cg, i->c, false);
	alu_rr_s(&cg->e, op, size_of(i), t, b);
	cg_set_flags(cg, (val_t)idx, FL_X86);
	return true;
}

bool isel_xf_adc(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	return carry_op(cg, i, idx, ALU_ADC);
}

bool isel_xf_sbb(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	return carry_op(cg, i, idx, ALU_SBB);
}

/* a - b - C, and its flags if they are the next instruction. */
bool isel_xsbb(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	unsigned p = isel_flag_partner(cg, i, idx, IR_XF_SBB);
	unsigned b = cg_use_gpr(cg, i->b), d = cg_def_gpr_as(cg, idx, i->a);

	cg_save_flags(cg);
	flags_load_carry(cg, i->c, false);
	enc_alu_rr(&cg->e, ALU_SBB, isel_w(i), d, b);
	isel_partner_done(cg, p, FL_X86);
	return true;
}

bool isel_xf_logic(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	unsigned sz = size_of(i), a = cg_use_gpr(cg, i->a);

	cg_clobber_flags(cg);
	enc_rr(&cg->e, enc_sized(0x85, sz, ENC_R8 | ENC_M8), sz == 3, a, a);
	cg_set_flags(cg, (val_t)idx, FL_X86);
	return true;
}

static bool step(struct cg *cg, const struct ir_inst *i, unsigned idx,
		 bool dec)
{
	unsigned t = tmp_copy(cg, i->a);

	prepare(cg, idx, i->c, NEED_C);
	group_s(&cg->e, GROUP_INC, dec, size_of(i), t);
	cg_set_flags(cg, (val_t)idx, FL_X86);
	return true;
}

bool isel_xf_inc(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	return step(cg, i, idx, false);
}

bool isel_xf_dec(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	return step(cg, i, idx, true);
}

/* ADD or SUB of 1 whose flags are those of INC or DEC, next to it. */
bool isel_step_pair(struct cg *cg, const struct ir_inst *i, unsigned idx,
		    bool dec)
{
	const struct ir_inst *p = &cg->ir->inst[idx + 1];
	unsigned w = isel_w(i), d;
	u64 k;

	if (p->op != (dec ? IR_XF_DEC : IR_XF_INC) || p->a != i->a ||
	    size_of(p) != 2 + w || cg->val[idx + 1].flags & CGV_DEAD ||
	    !ra_const(cg, i->b, &k) || k != 1)
		return false;
	isel_die_earlier(cg, i, idx + 1);
	d = cg_def_gpr_as(cg, idx, i->a);
	prepare(cg, idx + 1, p->c, NEED_C);
	group_s(&cg->e, GROUP_INC, dec, 2 + w, d);
	isel_partner_done(cg, idx + 1, FL_X86);
	return true;
}

/* -- Shifts and rotations ------------------------------------------------------------ */

/* Shift register t; the count is a constant or already in CL. */
static void shift_s(struct cg *cg, unsigned ext, unsigned sz, unsigned t,
		    val_t count)
{
	u64 k;

	if (ra_const(cg, count, &k)) {
		group_s(&cg->e, GROUP_SH_IMM, ext, sz, t);
		enc_u8(&cg->e, k & (sz == 3 ? 63 : 31));
	} else {
		group_s(&cg->e, GROUP_SH_CL, ext, sz, t);
	}
}

static void count_to_cl(struct cg *cg, val_t count)
{
	u64 k;

	if (ra_const(cg, count, &k))
		return;
	cg_tmp_fixed_gpr(cg, RCX);
	isel_copy_gpr(cg, RCX, count);
}

enum { EXT_RCL = 2, EXT_RCR = 3 };

static unsigned ext_of(unsigned op)
{
	switch (op) {
	case IR_XF_ROL: return SH_ROL;
	case IR_XF_ROR: return SH_ROR;
	case IR_XF_RCL: return EXT_RCL;
	case IR_XF_RCR: return EXT_RCR;
	case IR_SHL: case IR_XF_SHL: return SH_SHL;
	case IR_SHR: case IR_XF_SHR: return SH_SHR;
	default: return SH_SAR;
	}
}

bool isel_xf_shift(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	unsigned t;

	count_to_cl(cg, i->b);
	t = tmp_copy(cg, i->a);
	prepare(cg, idx, i->c, ~0u);
	shift_s(cg, ext_of(i->op), size_of(i), t, i->b);
	cg_set_flags(cg, (val_t)idx, FL_X86);
	return true;
}

/* A shift with its flags, which are the next instruction. */
bool isel_shift_pair(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	static const u8 flag_op[3] = { IR_XF_SHL - IR_XF_SHL,
				       IR_XF_SHR - IR_XF_SHL,
				       IR_XF_SAR - IR_XF_SHL };
	const struct ir_inst *p = &cg->ir->inst[idx + 1];
	unsigned d, w = isel_w(i);

	if (p->op != IR_XF_SHL + flag_op[i->op - IR_SHL] || p->a != i->a ||
	    p->b != i->b || size_of(p) != 2 + w ||
	    cg->val[idx + 1].flags & CGV_DEAD)
		return false;
	isel_die_earlier(cg, i, idx + 1);
	count_to_cl(cg, i->b);
	if (!p->c)		/* a constant: nothing else to protect */
		cg_use_gpr(cg, i->a);
	d = cg_def_gpr_as(cg, idx, i->a);
	prepare(cg, idx + 1, p->c, ~0u);
	shift_s(cg, ext_of(i->op), 2 + w, d, i->b);
	isel_partner_done(cg, idx + 1, FL_X86);
	return true;
}

/* The value of a rotation through the carry; its flags are made apart. */
static bool rotate_carry(struct cg *cg, const struct ir_inst *i, unsigned idx,
			 unsigned ext)
{
	unsigned sz = size_of(i), t;

	count_to_cl(cg, i->b);
	t = tmp_copy(cg, i->a);
	cg_save_flags(cg);
	flags_load_carry(cg, i->c, false);
	shift_s(cg, ext, sz, t, i->b);
	if (sz < MO_32)
		enc_movzx(&cg->e, sz, t, t);
	ra_assign(cg, idx, t);
	return true;
}

bool isel_xrcl(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	return rotate_carry(cg, i, idx, EXT_RCL);
}

bool isel_xrcr(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	return rotate_carry(cg, i, idx, EXT_RCR);
}

/* -- Bits ------------------------------------------------------------------------------ */

bool isel_xf_bt(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	unsigned a = cg_use_gpr(cg, i->a), b = 0, w = size_of(i) == 3;
	bool imm;
	u64 k;

	imm = ra_const(cg, i->b, &k);
	if (!imm)
		b = cg_use_gpr(cg, i->b);
	prepare(cg, idx, i->c, ~(unsigned)NEED_C);
	if (imm)
		enc_bt_ri(&cg->e, w, a, k & (w ? 63 : 31));
	else
		enc_bt_rr(&cg->e, w, a, b);
	cg_set_flags(cg, (val_t)idx, FL_X86);
	return true;
}

bool isel_xf_cf(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	unsigned b = cg_use_gpr(cg, i->b);

	prepare(cg, idx, i->a, ~(unsigned)NEED_C);
	enc_bt_ri(&cg->e, 0, b, 0);
	cg_set_flags(cg, (val_t)idx, FL_X86);
	return true;
}

/* The packed image of a with V replaced, in a register. */
bool isel_xf_of(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	struct enc *e = &cg->e;
	unsigned b, t;

	/* First, or b might be there. */
	cg_tmp_fixed_gpr(cg, RAX);
	b = cg_use_gpr(cg, i->b);
	t = cg_tmp_gpr(cg);
	cg_save_flags(cg);
	flags_to_rax(cg, i->a);
	cg->fl_val = 0;
	enc_mov_rr(e, 0, t, b);
	enc_alu_ri(e, ALU_AND, 0, t, FLAG_V);
	enc_alu_ri(e, ALU_AND, 0, RAX, (s32)~(u32)FLAG_V);
	enc_alu_rr(e, ALU_OR, 0, RAX, t);
	ra_assign(cg, idx, RAX);
	return true;
}

/* EFLAGS' low byte goes to bits 15..8, OF from bit 11 to bit 0. */
bool isel_xf_pack(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	struct enc *e = &cg->e;
	unsigned s = cg_use_gpr(cg, i->a);
	unsigned d = cg_def_gpr_early(cg, idx), t = cg_tmp_gpr(cg);

	cg_clobber_flags(cg);
	enc_mov_rr(e, 0, t, s);
	enc_sh_ri(e, SH_SHR, 0, t, 11);
	enc_alu_ri(e, ALU_AND, 0, t, FLAG_V);
	enc_mov_rr(e, 0, d, s);
	enc_sh_ri(e, SH_SHL, 0, d, 8);
	enc_alu_ri(e, ALU_AND, 0, d, (EFLAGS_ARITH & 0xff) << 8);
	enc_alu_rr(e, ALU_OR, 0, d, t);
	return true;
}

bool isel_xf_unpack(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	struct enc *e = &cg->e;
	unsigned t;

	cg_tmp_fixed_gpr(cg, RAX);
	t = cg_tmp_gpr(cg);
	cg_save_flags(cg);
	flags_to_rax(cg, i->a);
	cg->fl_val = 0;
	enc_mov_rr(e, 0, t, RAX);
	enc_alu_ri(e, ALU_AND, 0, t, FLAG_V);
	enc_sh_ri(e, SH_SHL, 0, t, 11);
	enc_sh_ri(e, SH_SHR, 0, RAX, 8);
	enc_alu_ri(e, ALU_AND, 0, RAX, EFLAGS_ARITH & 0xff);
	enc_alu_rr(e, ALU_OR, 0, RAX, t);
	ra_assign(cg, idx, RAX);
	return true;
}

static bool deposit(struct cg *cg, const struct ir_inst *i, unsigned idx,
		    enc_op op)
{
	unsigned a, b;

	if (!(cg->feat & HF_BMI2))
		return false;
	a = cg_use_gpr(cg, i->a);
	b = cg_use_gpr(cg, i->b);
	enc_g3(&cg->e, op, isel_w(i), cg_def_gpr(cg, idx), a, b);
	return true;
}

bool isel_pdep(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	return deposit(cg, i, idx, SSE_PDEP);
}

bool isel_pext(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	return deposit(cg, i, idx, SSE_PEXT);
}

bool isel_popcnt(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	unsigned a;

	if (!(cg->feat & HF_POPCNT))
		return false;
	a = cg_use_gpr(cg, i->a);
	cg_clobber_flags(cg);
	enc_g2(&cg->e, SSE_POPCNT, isel_w(i), cg_def_gpr(cg, idx), a);
	return true;
}

/* -- Multiplication and division ------------------------------------------------------- */

/* The flags of a product: it is made again into rdx:rax. */
static bool mul_flags(struct cg *cg, const struct ir_inst *i, unsigned idx,
		      enum un op)
{
	unsigned b;

	cg_tmp_fixed_gpr(cg, RAX);
	cg_tmp_fixed_gpr(cg, RDX);
	b = cg_use_gpr(cg, i->b);
	isel_copy_gpr(cg, RAX, i->a);
	cg_clobber_flags(cg);
	group_s(&cg->e, GROUP_UN, op, size_of(i), b);
	cg_set_flags(cg, (val_t)idx, FL_X86);
	return true;
}

bool isel_xf_umul(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	return mul_flags(cg, i, idx, UN_MUL);
}

bool isel_xf_smul(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	return mul_flags(cg, i, idx, UN_IMUL);
}

/* The other result of the same division, if it is the next instruction. */
static unsigned division_partner(const struct cg *cg, const struct ir_inst *i,
				 unsigned idx)
{
	const struct ir_inst *p = &cg->ir->inst[idx + 1];

	if (p->op != (i->op ^ (IR_XDIVQ ^ IR_XDIVR)) || p->aux != i->aux ||
	    p->a != i->a || p->b != i->b || p->c != i->c)
		return 0;
	return idx + 1;
}

static void division_result(struct cg *cg, unsigned idx, unsigned sz, bool rem)
{
	unsigned r = rem && sz ? RDX : RAX;

	if (!cg->val[idx].last)
		return;
	if (sz == 1)
		enc_movzx(&cg->e, 1, r, r);
	ra_assign(cg, idx, r);
}

/* 8 bits: ax = remainder, quotient; taken apart into rdx and rax. */
static void split_ax(struct enc *e)
{
	enc_movzx(e, 1, RDX, RAX);
	enc_sh_ri(e, SH_SHR, 0, RDX, 8);
	enc_movzx(e, 0, RAX, RAX);
}

bool isel_xdiv(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	unsigned sz = size_of(i), p = division_partner(cg, i, idx), c, rem, quo;
	bool is_signed = i->op == IR_XIDIVQ || i->op == IR_XIDIVR;
	bool first_rem = i->op == IR_XDIVR || i->op == IR_XIDIVR;

	_Static_assert((IR_XDIVQ ^ IR_XDIVR) == (IR_XIDIVQ ^ IR_XIDIVR) &&
		       (IR_XDIVQ ^ IR_XDIVR) == 1, "pairs");
	cg_tmp_fixed_gpr(cg, RAX);
	cg_tmp_fixed_gpr(cg, RDX);
	c = cg_use_gpr(cg, i->c);
	isel_copy_gpr(cg, RAX, i->a);
	isel_copy_gpr(cg, RDX, i->b);
	cg_clobber_flags(cg);
	cg_fault_here(cg);
	group_s(&cg->e, GROUP_UN, is_signed ? UN_IDIV : UN_DIV, sz, c);
	if (!sz)
		split_ax(&cg->e);
	rem = first_rem ? idx : p;
	quo = first_rem ? p : idx;
	if (quo)
		division_result(cg, quo, sz ? sz : 2, false);
	if (rem)
		division_result(cg, rem, sz ? sz : 2, true);
	if (p)
		cg->val[p].flags |= CGV_DONE;
	return true;
}
