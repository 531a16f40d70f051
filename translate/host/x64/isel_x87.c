/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * x87 and MMX instructions of the guest, executed as they are on the host's
 * x87 state, which is the guest's.  Each may fault: memory, or an unmasked
 * exception of an earlier one.
 */
#include "translate/host/x64/isel.h"
#include "translate/host/x64/isel_v.h"
#include "translate/host/x64/x87.h"

bool isel_x87(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	unsigned mem = i->a ? cg_use_gpr(cg, i->a) : HREG_NONE;

	cg_fault_here(cg);
	x87_emit(&cg->e, (u32)i->imm, mem);
	return true;
}

/* The condition of FCMOVcc: opcode DA or (the opposites) DB, modrm.reg. */
static enum ir_cond fcmov_cond(u32 imm)
{
	static const u8 cond[4] = { IR_CS, IR_EQ, IR_BE, IR_PE };
	unsigned c = cond[imm >> 19 & 3];

	return (enum ir_cond)((imm & 0xff) == 0xdb ? IR_COND_INVERT(c) : c);
}

/* Whatever the condition is, CF tells whether it holds: FCMOVB. */
bool isel_x87_cmov(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	u32 imm = (u32)i->imm, rm = imm & 7 << 16;
	unsigned t = cg_tmp_gpr(cg);
	enum cc cc = cg_flags_cond(cg, i->a, fcmov_cond(imm), NULL);

	enc_setcc(&cg->e, cc, t);
	cg_clobber_flags(cg);
	enc_movzx(&cg->e, 0, t, t);
	enc_sh_ri(&cg->e, SH_SHR, 0, t, 1);
	cg_fault_here(cg);
	x87_emit(&cg->e, 0xda | rm, HREG_NONE);
	return true;
}

bool isel_xf_x87(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	unsigned t = cg_tmp_gpr(cg);

	cg_clobber_flags(cg);
	cg_fault_here(cg);
	enc_test_rr(&cg->e, 0, t, t);	/* OF, SF, AF are none of its business */
	x87_emit(&cg->e, (u32)i->imm, HREG_NONE);
	cg_set_flags(cg, (val_t)idx, FL_X86);
	return true;
}

/* The general register of these is rax. */
bool isel_x87_tog(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	cg_tmp_fixed_gpr(cg, RAX);
	cg_fault_here(cg);
	x87_emit(&cg->e, (u32)i->imm, HREG_NONE);
	ra_assign(cg, idx, RAX);
	return true;
}

bool isel_x87_fromg(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	cg_tmp_fixed_gpr(cg, RAX);
	isel_copy_gpr(cg, RAX, i->a);
	cg_fault_here(cg);
	x87_emit(&cg->e, (u32)i->imm, HREG_NONE);
	return true;
}
