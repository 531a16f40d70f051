/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Atomic read-modify-write and exclusive accesses.  In: one IR instruction;
 * out: host code.
 *
 * Locked x86 instructions are sequentially consistent, more than Arm asks.
 * The exclusive monitor is {address, size, value} in struct cpu; a store
 * exclusive succeeds if the location still has the value (ABA is accepted,
 * as everywhere where LL/SC meets compare-and-swap).
 *
 * 16-byte forms tie up rax rdx rcx rbx, and one more for the address; rbx and
 * that one are borrowed.
 */
#include "translate/host/x64/isel_mem.h"

#define ENV(member) hm(CG_ENV, CG_CPU(member))

/* The result in fixed temporary r: zero-extend what the instruction left. */
static void zero_extend(struct cg *cg, unsigned size, unsigned r)
{
	if (size < MO_32)
		enc_movzx(&cg->e, size, r, r);
}

bool isel_atom_add(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	unsigned size = i->aux & MO_SIZE, t;
	struct hmem m = isel_address(cg, i);

	if (!cg->val[idx].last) {
		unsigned b = cg_use_gpr(cg, i->b);

		cg_clobber_flags(cg);
		cg_fault_here(cg);
		enc_lock(&cg->e);
		enc_alu_mr_s(&cg->e, ALU_ADD, size, m, b);
		return true;
	}
	t = cg_tmp_gpr(cg);
	isel_copy_gpr(cg, t, i->b);
	cg_clobber_flags(cg);
	cg_fault_here(cg);
	enc_lock(&cg->e);
	enc_xadd_s(&cg->e, size, m, t);
	zero_extend(cg, size, t);
	ra_assign(cg, idx, t);
	return true;
}

bool isel_atom_swp(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	unsigned size = i->aux & MO_SIZE, t = cg_tmp_gpr(cg);
	struct hmem m = isel_address(cg, i);

	isel_copy_gpr(cg, t, i->b);
	cg_fault_here(cg);
	enc_xchg_mr_s(&cg->e, size, m, t);
	zero_extend(cg, size, t);
	ra_assign(cg, idx, t);
	return true;
}

/* AND, OR, XOR whose old value nobody wants. */
static bool plain_rmw(struct cg *cg, const struct ir_inst *i)
{
	struct hmem m = isel_address(cg, i);
	enum alu op = i->op == IR_ATOM_OR ? ALU_OR :
		      i->op == IR_ATOM_XOR ? ALU_XOR : ALU_AND;
	unsigned b;

	if (i->op == IR_ATOM_CLR) {
		b = cg_tmp_gpr(cg);
		isel_copy_gpr(cg, b, i->b);
		enc_un_r(&cg->e, UN_NOT, 1, b);
	} else {
		b = cg_use_gpr(cg, i->b);
	}
	cg_clobber_flags(cg);
	cg_fault_here(cg);
	enc_lock(&cg->e);
	enc_alu_mr_s(&cg->e, op, i->aux & MO_SIZE, m, b);
	return true;
}

/* t = max or min of eax and b, as the operation says. */
static void min_max(struct cg *cg, const struct ir_inst *i, unsigned t,
		    unsigned b, unsigned size)
{
	struct enc *e = &cg->e;
	unsigned w = size == MO_64;
	bool sign = i->op == IR_ATOM_SMAX || i->op == IR_ATOM_SMIN;
	enum cc cc;

	switch (i->op) {
	case IR_ATOM_SMAX: cc = CC_L; break;
	case IR_ATOM_SMIN: cc = CC_G; break;
	case IR_ATOM_UMAX: cc = CC_B; break;
	default: cc = CC_A; break;
	}
	/* b was extended once before the loop; rax needs it each time. */
	if (size < MO_32 && sign)
		enc_movsx(e, size, 0, t, RAX);
	else if (size < MO_32)
		enc_movzx(e, size, t, RAX);
	else
		enc_mov_rr(e, w, t, RAX);
	enc_alu_rr(e, ALU_CMP, w, t, b);
	enc_cmov_rr(e, cc, w, t, b);
}

/* rax = [m]; do t = op(rax, b) while cmpxchg fails. */
static bool rmw_loop(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	struct enc *e = &cg->e;
	unsigned size = i->aux & MO_SIZE, w = size == MO_64, b, t;
	struct hmem m;
	u8 *top;

	cg_tmp_fixed_gpr(cg, RAX);
	m = isel_address(cg, i);
	t = cg_tmp_gpr(cg);
	b = cg_tmp_gpr(cg);
	isel_copy_gpr(cg, b, i->b);
	if (i->op == IR_ATOM_CLR)
		enc_un_r(e, UN_NOT, 1, b);
	else if (size < MO_32 && (i->op == IR_ATOM_SMAX ||
				  i->op == IR_ATOM_SMIN))
		enc_movsx(e, size, 0, b, b);
	else if (size < MO_32)
		enc_movzx(e, size, b, b);
	cg_clobber_flags(cg);
	cg_fault_here(cg);
	enc_ld(e, size, false, 0, RAX, m);
	top = e->p;
	if (i->op == IR_ATOM_CLR || i->op == IR_ATOM_OR ||
	    i->op == IR_ATOM_XOR) {
		enc_mov_rr(e, w, t, RAX);
		enc_alu_rr(e, i->op == IR_ATOM_CLR ? ALU_AND :
			   i->op == IR_ATOM_OR ? ALU_OR : ALU_XOR, w, t, b);
	} else {
		min_max(cg, i, t, b, size);
	}
	cg_fault_here(cg);
	enc_lock(e);
	enc_cmpxchg_s(e, size, m, t);
	enc_jcc_to(e, CC_NE, top);
	zero_extend(cg, size, RAX);
	ra_assign(cg, idx, RAX);
	return true;
}

bool isel_atom_rmw(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	if (!cg->val[idx].last && (i->op == IR_ATOM_CLR ||
				   i->op == IR_ATOM_OR || i->op == IR_ATOM_XOR))
		return plain_rmw(cg, i);
	return rmw_loop(cg, i, idx);
}

/* -- 16 bytes -------------------------------------------------------------------- */

/*
 * lock cmpxchg16b at the address in `at`: expected in vtmp[0], new in vtmp[1].
 * Afterwards rdx:rax is what was found and ZF says whether it was stored.
 */
static void cmpxchg16(struct cg *cg, unsigned at)
{
	struct enc *e = &cg->e;

	enc_mov_rm(e, 1, RAX, ENV(vtmp[0]));
	enc_mov_rm(e, 1, RDX, hm(CG_ENV, CG_CPU(vtmp[0]) + 8));
	enc_mov_rm(e, 1, RCX, hm(CG_ENV, CG_CPU(vtmp[1]) + 8));
	enc_mov_rm(e, 1, RBX, ENV(vtmp[1]));
	cg_fault_here(cg);
	enc_lock(e);
	enc_cmpxchg16b(e, hm(at, 0));
}

/* rax rdx rcx rbx, and the register returned: the address. */
static unsigned take_regs16(struct cg *cg, const struct ir_inst *i)
{
	unsigned at;

	cg_tmp_fixed_gpr(cg, RAX);
	cg_tmp_fixed_gpr(cg, RDX);
	cg_tmp_fixed_gpr(cg, RCX);
	ra_borrow_fixed(cg, RBX);
	at = cg_tmp_gpr(cg);
	isel_copy_gpr(cg, at, i->a);
	if (i->imm)
		enc_lea(&cg->e, 1, at, hm(at, i->imm));
	return at;
}

static bool cas16(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	struct enc *e = &cg->e;
	unsigned b = cg_use_xmm(cg, i->b), c = cg_use_xmm(cg, i->c), d;
	unsigned at = take_regs16(cg, i);

	cg_clobber_flags(cg);
	enc_vst(e, SSE_MOVAPS_ST, ENV(vtmp[0]), b);
	enc_vst(e, SSE_MOVAPS_ST, ENV(vtmp[1]), c);
	cmpxchg16(cg, at);
	if (!cg->val[idx].last)
		return true;
	d = cg_def_xmm(cg, idx);
	enc_mov_mr(e, 1, ENV(vtmp[0]), RAX);
	enc_mov_mr(e, 1, hm(CG_ENV, CG_CPU(vtmp[0]) + 8), RDX);
	enc_v2m(e, SSE_MOVAPS, d, ENV(vtmp[0]));
	return true;
}

bool isel_atom_cas(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	unsigned size = i->aux & MO_SIZE, c;
	struct hmem m;

	if (i->type == IR_I128)
		return cas16(cg, i, idx);
	cg_tmp_fixed_gpr(cg, RAX);
	c = cg_use_gpr(cg, i->c);
	m = isel_address(cg, i);
	isel_copy_gpr(cg, RAX, i->b);
	cg_clobber_flags(cg);
	cg_fault_here(cg);
	enc_lock(&cg->e);
	enc_cmpxchg_s(&cg->e, size, m, c);
	/* On success rax still is what was expected, unclean above `size`;
	 * a 32-bit compare leaves the upper half of rax alone as well. */
	if (size < MO_64)
		enc_movzx(&cg->e, size, RAX, RAX);
	ra_assign(cg, idx, RAX);
	return true;
}

/* -- Exclusive accesses -------------------------------------------------------------- */

static void set_monitor(struct cg *cg, struct hmem m, unsigned bytes)
{
	unsigned a = m.base;

	if (m.disp) {
		a = cg_tmp_gpr(cg);
		enc_lea(&cg->e, 1, a, m);
	}
	enc_mov_mr(&cg->e, 1, ENV(excl_addr), a);
	enc_mov_mi_s(&cg->e, 3, ENV(excl_size), (s32)bytes);
}

bool isel_ldx(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	struct enc *e = &cg->e;
	unsigned size = i->aux & MO_SIZE, t;
	struct hmem m = isel_address(cg, i);

	if (i->type == IR_I128) {
		t = cg_tmp_xmm(cg);
		cg_fault_here(cg);
		enc_v2m(e, SSE_MOVUPS, t, m);
		enc_vst(e, SSE_MOVUPS_ST, ENV(excl_val), t);
		set_monitor(cg, m, 16);
		ra_assign(cg, idx, t + CG_XMM0);
		return true;
	}
	t = cg_tmp_gpr(cg);
	cg_fault_here(cg);
	enc_ld(e, size, false, 0, t, m);
	enc_mov_mr(e, 1, ENV(excl_val), t);
	set_monitor(cg, m, 1u << size);
	ra_assign(cg, idx, t);
	return true;
}

bool isel_clrex(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	enc_mov_mi_s(&cg->e, 3, ENV(excl_size), 0);
	return true;
}

/* Jumps to the returned fields if the monitor is not set for address a. */
static void check_monitor(struct cg *cg, unsigned a, unsigned bytes, u8 *no[2])
{
	struct enc *e = &cg->e;

	enc_alu_rm(e, ALU_CMP, 1, a, ENV(excl_addr));
	no[0] = enc_jcc32(e, CC_NE);
	enc_alu_mi_s(e, ALU_CMP, 3, ENV(excl_size), (s32)bytes);
	no[1] = enc_jcc32(e, CC_NE);
}

static void stx16(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	struct enc *e = &cg->e;
	unsigned b = cg_use_xmm(cg, i->b), at = take_regs16(cg, i), t;
	u8 *no[2];

	cg_clobber_flags(cg);
	t = cg_tmp_xmm(cg);
	enc_vst(e, SSE_MOVAPS_ST, ENV(vtmp[1]), b);
	enc_v2m(e, SSE_MOVUPS, t, ENV(excl_val));
	enc_vst(e, SSE_MOVAPS_ST, ENV(vtmp[0]), t);
	enc_mov_ri(e, RAX, 1);
	check_monitor(cg, at, 16, no);
	cmpxchg16(cg, at);
	enc_mov_ri(e, RAX, 0);
	enc_setcc(e, CC_NE, RAX);
	enc_patch32(no[0], e->p);
	enc_patch32(no[1], e->p);
	enc_mov_mi_s(e, 3, ENV(excl_size), 0);
	ra_assign(cg, idx, RAX);
}

bool isel_stx(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	struct enc *e = &cg->e;
	unsigned size = i->aux & MO_SIZE, b, a;
	struct hmem m;
	u8 *no[2];

	if (size == MO_128) {
		stx16(cg, i, idx);
		return true;
	}
	cg_tmp_fixed_gpr(cg, RAX);
	b = cg_use_gpr(cg, i->b);
	m = isel_address(cg, i);
	a = m.base;
	if (m.disp) {
		a = cg_tmp_gpr(cg);
		enc_lea(e, 1, a, m);
		m = hm(a, 0);
	}
	cg_clobber_flags(cg);
	enc_mov_ri(e, RAX, 1);
	check_monitor(cg, a, 1u << size, no);
	enc_mov_rm(e, 1, RAX, ENV(excl_val));
	cg_fault_here(cg);
	enc_lock(e);
	enc_cmpxchg_s(e, size, m, b);
	enc_mov_ri(e, RAX, 0);
	enc_setcc(e, CC_NE, RAX);
	enc_patch32(no[0], e->p);
	enc_patch32(no[1], e->p);
	enc_mov_mi_s(e, 3, ENV(excl_size), 0);
	ra_assign(cg, idx, RAX);
	return true;
}
