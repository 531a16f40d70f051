/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The guest's condition flags.  In: FLG_* producers and their readers.  They
 * stay in RFLAGS as long as nothing disturbs them; otherwise they become a
 * packed image (FLAG_* of cpu.h) in cpu->flags if they are what the guest's
 * flags are now, else in a spill slot.
 *
 * x86 and Arm agree in SF ZF OF = N Z V.  The carry has one polarity after
 * additions and the opposite one after subtractions (SDM vol. 1, 3.4.3.1;
 * Arm ARM, AddWithCarry()); cg->fl_kind says which.
 */
#include "translate/host/x64/pins.h"

bool cg_flags_live(const struct cg *cg)
{
	val_t v = cg->fl_val;

	if (!v)
		return false;
	if (cg->val[v].last > cg->cur && !cg->val[v].mem &&
	    cg->val[v].reg == CG_NOREG)
		return true;
	/* >=: an exit looks after the instruction itself has run. */
	return v == cg->fl_cur && !cg->fl_in_env && cg->fl_until >= cg->cur;
}

/* -- rax, which lahf and sahf want ----------------------------------------- */

/* Make rax usable now, whatever it holds; true: put it back afterwards. */
static bool grab_rax(struct cg *cg)
{
	if (cg->locked & 1 << RAX) {
		enc_mov_mr(&cg->e, 1, hm(CG_ENV, CG_CPU(vtmp[3])), RAX);
		return true;
	}
	cg_tmp_fixed_gpr(cg, RAX);
	return false;
}

static void release_rax(struct cg *cg, bool saved)
{
	if (saved) {
		enc_mov_rm(&cg->e, 1, RAX, hm(CG_ENV, CG_CPU(vtmp[3])));
		return;
	}
	cg->locked &= ~(1u << RAX);
	cg->tmps &= ~(1u << RAX);
}

/* -- Packed images ---------------------------------------------------------- */

/* After ucomis: U sets ZF PF CF, E sets ZF, and "below" CF. */
static void pack_fcmp(struct enc *e, bool swapped)
{
	u8 *j[3];

	enc_mov_ri(e, RAX, FLAG_C | FLAG_V);
	j[0] = enc_jcc8(e, CC_P);
	enc_mov_ri(e, RAX, FLAG_Z | FLAG_C);
	j[1] = enc_jcc8(e, CC_E);
	enc_mov_ri(e, RAX, swapped ? FLAG_C : FLAG_N);
	j[2] = enc_jcc8(e, CC_B);
	enc_mov_ri(e, RAX, swapped ? FLAG_N : FLAG_C);
	for (unsigned k = 0; k < 3; k++)
		enc_patch8(j[k], e->p);
}

/*
 * Put the packed image of RFLAGS of this kind into eax.  Leaves them as
 * FL_ADD where they were FL_SUB, otherwise unchanged.
 */
void flags_pack(struct enc *e, enum cg_flkind kind)
{
	if (kind == FL_FCMP || kind == FL_FCMP_SWAP) {
		pack_fcmp(e, kind == FL_FCMP_SWAP);
		return;
	}
	if (kind == FL_SUB)
		enc_0(e, OP_CMC);
	enc_setcc(e, CC_O, RAX);
	enc_0(e, OP_LAHF);
}

/* Store the guest's flags on a path that leaves the block; rax is free. */
void flags_store_exit(struct enc *e, enum cg_flkind kind)
{
	flags_pack(e, kind);
	enc_mov_mr(e, 0, hm(CG_ENV, CG_CPU(flags)), RAX);
}

void cg_save_flags(struct cg *cg)
{
	val_t v = cg->fl_val;
	bool saved, cur = v == cg->fl_cur && !cg->fl_in_env;
	struct cg_val *x = &cg->val[v];

	if (!cg_flags_live(cg))
		return;
	saved = grab_rax(cg);
	if (cur)
		ra_slot_rescue(cg, CG_SLOT_F, v, RAX);
	flags_pack(&cg->e, cg->fl_kind);
	if (cg->fl_kind == FL_SUB)
		cg->fl_kind = FL_ADD;
	if (cur) {
		enc_mov_mr(&cg->e, 0, hm(CG_ENV, CG_CPU(flags)), RAX);
		x->mem = CG_SLOT_F;
		cg->fl_in_env = true;
	} else {
		ra_spill_reg(cg, v, RAX);
	}
	release_rax(cg, saved);
}

void cg_clobber_flags(struct cg *cg)
{
	if (!cg->fl_val)
		return;
	cg_save_flags(cg);
	cg->fl_val = 0;
}

void cg_set_flags(struct cg *cg, val_t v, enum cg_flkind kind)
{
	cg->fl_val = v;
	cg->fl_kind = (u8)kind;
}

/* eax = packed image of f, which is not in RFLAGS. */
static void load_packed(struct cg *cg, val_t f)
{
	const struct cg_val *x = &cg->val[f];

	if (x->reg != CG_NOREG)
		enc_mov_rr(&cg->e, 0, RAX, x->reg);
	else if (x->mem)
		enc_mov_rm(&cg->e, 0, RAX, hm(CG_ENV, slot_disp(x->mem)));
	else
		cg->failed = true;
}

/* RFLAGS (FL_ADD) from the packed image in eax; bits 7..1 may be anything. */
static void unpack_rax(struct enc *e)
{
	enc_u8(e, 0xc0);	/* shl al, 7 */
	enc_u8(e, 0xe0);
	enc_u8(e, 7);
	enc_u8(e, 0x00);	/* add al, al: OF = bit 7 */
	enc_u8(e, 0xc0);
	enc_0(e, OP_SAHF);
}

/* Bring f into RFLAGS as FL_ADD or FL_SUB, or FL_X86. */
static void flags_load(struct cg *cg, val_t f)
{
	bool saved;

	if (cg->fl_val != f)
		cg_clobber_flags(cg);
	else if (cg->fl_kind < FL_FCMP)
		return;
	if (cg->fl_val == f)
		cg_save_flags(cg);
	saved = grab_rax(cg);
	if (cg->fl_val == f)
		flags_pack(&cg->e, cg->fl_kind);
	else
		load_packed(cg, f);
	unpack_rax(&cg->e);
	release_rax(cg, saved);
	cg_set_flags(cg, f, pins.x86_flags ? FL_X86 : FL_ADD);
}

void flags_bring(struct cg *cg, val_t f)
{
	flags_load(cg, cg->root[f]);
}

void flags_to_rax(struct cg *cg, val_t f)
{
	f = cg->root[f];
	if (cg->fl_val == f)
		flags_pack(&cg->e, cg->fl_kind);
	else
		load_packed(cg, f);
}

/* -- Conditions -------------------------------------------------------------- */

static const u8 cc_int[14] = {
	CC_E, CC_NE, CC_AE, CC_B, CC_S, CC_NS, CC_O, CC_NO,
	CC_A, CC_BE, CC_GE, CC_L, CC_G, CC_LE
};

/* FL_X86: C is CF itself. */
static const u8 cc_x86[IR_COND_COUNT] = {
	CC_E, CC_NE, CC_B, CC_AE, CC_S, CC_NS, CC_O, CC_NO,
	0, 0, CC_GE, CC_L, CC_G, CC_LE, CC_A, CC_BE, CC_P, CC_NP
};

enum { CC_NONE = 0xff };
/* After ucomis a, b, and after ucomis b, a. */
static const u8 cc_fcmp[2][14] = {
	{ CC_E, CC_NE, CC_NONE, CC_NONE, CC_NONE, CC_NONE, CC_P, CC_NP,
	  CC_NONE, CC_NONE, CC_AE, CC_B, CC_A, CC_BE },
	{ CC_E, CC_NE, CC_BE, CC_A, CC_A, CC_BE, CC_P, CC_NP,
	  CC_B, CC_AE, CC_NONE, CC_NONE, CC_NONE, CC_NONE }
};

/* The single bit of the packed image that cond tests, if it is one. */
static u32 cond_bit(enum ir_cond cond)
{
	static const u32 tab[4] = { FLAG_Z, FLAG_C, FLAG_N, FLAG_V };

	if (cond == IR_PE || cond == IR_PO)
		return FLAG_P;
	return cond < IR_HI ? tab[cond >> 1] : 0;
}

/* f is only in memory and one bit decides: test it there. */
static bool test_in_memory(struct cg *cg, val_t f, enum ir_cond cond,
			   enum cc *cc)
{
	u32 bit = cond_bit(cond);
	const struct cg_val *x = &cg->val[f];
	s32 disp;

	if (!bit || x->reg != CG_NOREG || !x->mem)
		return false;
	cg_clobber_flags(cg);
	if (!x->mem)		/* the newer flags have taken its place */
		return false;
	disp = slot_disp(x->mem);
	if (bit > 0xff)
		enc_test_mi_s(&cg->e, 0, hm(CG_ENV, disp + 1),
			      (s8)(bit >> 8));
	else
		enc_test_mi_s(&cg->e, 0, hm(CG_ENV, disp), (s32)bit);
	*cc = cond & 1 ? CC_E : CC_NE;
	return true;
}

enum cc cg_flags_cond(struct cg *cg, val_t f, enum ir_cond cond, bool *parity)
{
	enum cc cc;

	if (parity)
		*parity = false;
	f = cg->root[f];
	if (cg->fl_val != f && test_in_memory(cg, f, cond, &cc))
		return cc;
	if (cg->fl_val == f && cg->fl_kind >= FL_FCMP) {
		unsigned c = cc_fcmp[cg->fl_kind - FL_FCMP][cond];

		if (cond > IR_NE && c != CC_NONE)
			return (enum cc)c;
		if (cond <= IR_NE && parity) {
			*parity = true;
			return (enum cc)c;
		}
	}
	flags_load(cg, f);
	if (cg->fl_kind == FL_X86)
		return (enum cc)cc_x86[cond];
	if (cg->fl_kind == FL_SUB)
		return (enum cc)cc_int[cond];
	if (cond == IR_HI || cond == IR_LS) {
		enc_0(&cg->e, OP_CMC);
		cg->fl_kind = FL_SUB;
		return (enum cc)cc_int[cond];
	}
	if (cond == IR_CS || cond == IR_CC)
		return cond == IR_CS ? CC_B : CC_AE;
	return (enum cc)cc_int[cond];
}

/*
 * CF = the carry of f (inverted: its complement); the other flags are lost.
 * What must survive has been saved before.
 */
void flags_load_carry(struct cg *cg, val_t f, bool inverted)
{
	const struct cg_val *x;
	bool have_inverted;

	f = cg->root[f];
	x = &cg->val[f];
	if (cg->fl_val == f && cg->fl_kind >= FL_FCMP)
		flags_load(cg, f);
	if (cg->fl_val == f) {
		have_inverted = cg->fl_kind == FL_SUB;
	} else {
		have_inverted = false;
		cg_clobber_flags(cg);
		if (x->reg != CG_NOREG)
			enc_bt_ri(&cg->e, 0, x->reg, 8);
		else
			enc_bt_mi(&cg->e, 0, hm(CG_ENV, slot_disp(x->mem)), 8);
	}
	if (have_inverted != inverted)
		enc_0(&cg->e, OP_CMC);
	cg->fl_val = 0;
}

/* -- State ------------------------------------------------------------------- */

bool isel_getf(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	if (cg->fl_cur) {
		val_t w = cg->fl_cur;

		cg->root[idx] = w;
		cg->val[w].last = MAX(cg->val[w].last, cg->val[idx].last);
		return true;
	}
	cg->slot_val[CG_SLOT_F] = (val_t)idx;
	cg->val[idx].mem = CG_SLOT_F;
	cg->fl_cur = (val_t)idx;
	cg->fl_in_env = true;
	cg->fl_until = 0;
	return true;
}

bool isel_putf(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	val_t f = cg->root[i->a];
	struct cg_val *x = &cg->val[f];

	/* The old flags need not be stored any more. */
	cg->fl_cur = f;
	cg->fl_until = cg->val[idx].last;
	cg->fl_in_env = x->mem == CG_SLOT_F && cg->slot_val[CG_SLOT_F] == f;
	if (cg->fl_in_env || cg->fl_val == f)
		return true;
	if (x->reg == CG_NOREG)
		cg_use_gpr(cg, f);
	cg->locked |= 1u << x->reg;
	ra_slot_overwritten(cg, CG_SLOT_F, f);
	enc_mov_mr(&cg->e, 0, hm(CG_ENV, CG_CPU(flags)), x->reg);
	x->mem = CG_SLOT_F;
	cg->fl_in_env = true;
	return true;
}

/* From Arm's NZCV in bits 31..28 to the packed image, in a GPR. */
bool isel_flg_pack(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	struct enc *e = &cg->e;
	unsigned s = cg_use_gpr(cg, i->a);
	unsigned d = cg_def_gpr_early(cg, idx), t = cg_tmp_gpr(cg);

	cg_clobber_flags(cg);
	enc_mov_rr(e, 0, d, s);			/* N Z to 15, 14 */
	enc_sh_ri(e, SH_SHR, 0, d, 16);
	enc_alu_ri(e, ALU_AND, 0, d, FLAG_N | FLAG_Z);
	enc_mov_rr(e, 0, t, s);			/* C to 8 */
	enc_sh_ri(e, SH_SHR, 0, t, 21);
	enc_alu_ri(e, ALU_AND, 0, t, FLAG_C);
	enc_alu_rr(e, ALU_OR, 0, d, t);
	enc_mov_rr(e, 0, t, s);			/* V to 0 */
	enc_sh_ri(e, SH_SHR, 0, t, 28);
	enc_alu_ri(e, ALU_AND, 0, t, FLAG_V);
	enc_alu_rr(e, ALU_OR, 0, d, t);
	return true;
}

bool isel_flg_unpack(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	struct enc *e = &cg->e;
	val_t f = cg->root[i->a];
	unsigned d, t;
	bool in_rflags = cg->fl_val == f;
	enum cg_flkind kind = cg->fl_kind;

	cg_tmp_fixed_gpr(cg, RAX);
	t = cg_tmp_gpr(cg);
	if (in_rflags) {
		cg_save_flags(cg);
		kind = cg->fl_kind;
		flags_pack(e, kind);
	} else {
		load_packed(cg, f);
	}
	cg_clobber_flags(cg);
	d = RAX;
	enc_mov_rr(e, 0, t, d);
	enc_alu_ri(e, ALU_AND, 0, t, FLAG_C);
	enc_sh_ri(e, SH_SHL, 0, t, 5);		/* C below N and Z */
	enc_alu_ri(e, ALU_AND, 0, d, FLAG_N | FLAG_Z | FLAG_V);
	enc_alu_rr(e, ALU_OR, 0, t, d);
	enc_sh_ri(e, SH_SHL, 0, t, 16);
	enc_alu_ri(e, ALU_AND, 0, t, (s32)0xe0000000);
	enc_sh_ri(e, SH_SHL, 0, d, 28);		/* V alone */
	enc_alu_ri(e, ALU_AND, 0, d, 1 << 28);
	enc_alu_rr(e, ALU_OR, 0, d, t);
	ra_assign(cg, idx, RAX);
	return true;
}
