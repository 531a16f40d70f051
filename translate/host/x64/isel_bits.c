/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Shifts, bit fields, extensions, counting, and what isel.h declares.
 * In: one IR instruction; out: host code.
 */
#include "translate/host/x64/isel.h"

#include "base/bits.h"

/* -- Shared questions --------------------------------------------------------- */

void isel_copy_gpr(struct cg *cg, unsigned r, val_t v)
{
	const struct cg_val *x;
	u64 k;

	v = cg->root[v];
	x = &cg->val[v];
	if (ra_const(cg, v, &k))
		enc_mov_ri(&cg->e, r, k);
	else if (x->reg != CG_NOREG)
		enc_mov_rr(&cg->e, 1, r, x->reg);
	else if (x->mem)
		enc_mov_rm(&cg->e, 1, r, hm(CG_ENV, slot_disp(x->mem)));
	else
		cg->failed = true;
}

/* Does instruction k emit nothing that changes RFLAGS? */
static bool quiet(const struct cg *cg, unsigned k)
{
	unsigned op = cg->ir->inst[k].op;

	return cg->val[k].flags & CGV_DEAD || cg->root[k] != k ||
	       op == IR_CONST || op == IR_NOP || op == IR_PUTR;
}

unsigned isel_next_live(const struct cg *cg, unsigned idx)
{
	unsigned k = idx + 1;

	while (k < cg->ir->ninst && quiet(cg, k) &&
	       (cg->ir->inst[k].op != IR_PUTR ||
		cg->val[k].flags & CGV_DEAD))
		k++;
	return k < cg->ir->ninst ? k : 0;
}

enum { PARTNER_WINDOW = 4 };

void isel_die_earlier(struct cg *cg, const struct ir_inst *i, unsigned k)
{
	struct cg_val *x = &cg->val[cg->root[i->a]];
	struct cg_val *y = &cg->val[cg->root[i->b]];

	if (x->last == k)
		x->last = (u16)(k - 1);
	if (y->last == k)
		y->last = (u16)(k - 1);
}

/* What makes x86's flags of the operands where op makes Arm's. */
static bool same_flags(const struct ir_inst *i, const struct ir_inst *p,
		       enum ir_op op)
{
	static const struct { u16 arm, x86; } tab[] = {
		{ IR_FLG_ADD, IR_XF_ADD }, { IR_FLG_SUB, IR_XF_SUB },
		{ IR_FLG_ADC, IR_XF_ADC }, { IR_XF_SBB, IR_XF_SBB },
		{ IR_XF_SMUL, IR_XF_SMUL }
	};

	if (p->op == op && op < IR_XSBB)
		return true;
	for (unsigned k = 0; k < ARRAY_LEN(tab); k++)
		if (p->op == tab[k].x86 && op == tab[k].arm)
			return (p->aux & IR_ESIZE) == 2 + isel_w(i);
	return false;
}

unsigned isel_flag_partner(struct cg *cg, const struct ir_inst *i,
			   unsigned idx, enum ir_op op)
{
	for (unsigned k = idx + 1; k < cg->ir->ninst &&
	     k <= idx + PARTNER_WINDOW; k++) {
		const struct ir_inst *p = &cg->ir->inst[k];

		if (same_flags(i, p, op) && p->a == i->a && p->b == i->b &&
		    p->c == i->c && !(cg->val[k].flags & CGV_DEAD)) {
			if (k == idx + 1)
				isel_die_earlier(cg, i, k);
			return k;
		}
		if (!quiet(cg, k))
			return 0;
	}
	return 0;
}

unsigned isel_logic_partner(struct cg *cg, const struct ir_inst *i,
			    unsigned idx)
{
	for (unsigned k = idx + 1; k < cg->ir->ninst &&
	     k <= idx + PARTNER_WINDOW; k++) {
		const struct ir_inst *p = &cg->ir->inst[k];

		if ((p->op == IR_FLG_LOGIC ||
		     (p->op == IR_XF_LOGIC &&
		      (p->aux & IR_ESIZE) == 2 + isel_w(i))) &&
		    cg->root[p->a] == idx &&
		    cg_type(cg, p->a) == i->type &&
		    !(cg->val[k].flags & CGV_DEAD))
			return k;
		if (!quiet(cg, k))
			return 0;
	}
	return 0;
}

void isel_partner_done(struct cg *cg, unsigned p, enum cg_flkind kind)
{
	if (!p)
		return;
	cg->val[p].flags |= CGV_DONE;
	cg_set_flags(cg, (val_t)p, pins.x86_flags ? FL_X86 : kind);
}

/* -- Shifts -------------------------------------------------------------------- */

/* By a constant: the flags are lost except with rorx and lea. */
static void shift_const(struct cg *cg, const struct ir_inst *i, unsigned idx,
			enum sh op, unsigned n)
{
	struct enc *e = &cg->e;
	unsigned w = isel_w(i), a, d;
	bool keep = cg_flags_live(cg);

	if (op == SH_ROR && cg->feat & HF_BMI2) {
		a = cg_use_gpr(cg, i->a);
		enc_g2i(e, SSE_RORX, w, cg_def_gpr(cg, idx), a, n);
		return;
	}
	if (op == SH_SHL && n == 1 && keep) {
		a = cg_use_gpr(cg, i->a);
		enc_lea(e, w, cg_def_gpr(cg, idx), hm_idx(a, a, 0, 0));
		return;
	}
	if (op == SH_SHL && n <= 3 && keep) {
		a = cg_use_gpr(cg, i->a);
		enc_lea(e, w, cg_def_gpr(cg, idx),
			hm_idx(HREG_NONE, a, n, 0));
		return;
	}
	if (keep && cg->feat & HF_BMI2 && op != SH_ROR) {
		unsigned t = cg_tmp_gpr(cg);

		a = cg_use_gpr(cg, i->a);
		enc_mov_ri(e, t, n);
		enc_g3c(e, op == SH_SHL ? SSE_SHLX : op == SH_SHR ? SSE_SHRX :
			SSE_SARX, w, cg_def_gpr(cg, idx), a, t);
		return;
	}
	d = cg_def_gpr_as(cg, idx, i->a);
	cg_clobber_flags(cg);
	enc_sh_ri(e, op, w, d, n);
}

static bool shift(struct cg *cg, const struct ir_inst *i, unsigned idx,
		  enum sh op)
{
	struct enc *e = &cg->e;
	unsigned w = isel_w(i), a, b, d;
	u64 k;

	if (pins.x86_flags && op != SH_ROR && isel_shift_pair(cg, i, idx))
		return true;
	if (ra_const(cg, i->b, &k)) {
		shift_const(cg, i, idx, op, k & (w ? 63 : 31));
		return true;
	}
	if (cg->feat & HF_BMI2 && op != SH_ROR) {
		a = cg_use_gpr(cg, i->a);
		b = cg_use_gpr(cg, i->b);
		d = cg_def_gpr(cg, idx);
		enc_g3c(e, op == SH_SHL ? SSE_SHLX : op == SH_SHR ? SSE_SHRX :
			SSE_SARX, w, d, a, b);
		return true;
	}
	cg_tmp_fixed_gpr(cg, RCX);
	isel_copy_gpr(cg, RCX, i->b);
	d = cg_def_gpr_as(cg, idx, i->a);
	cg_clobber_flags(cg);
	enc_sh_rcl(e, op, w, d);
	return true;
}

bool isel_shl(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	return shift(cg, i, idx, SH_SHL);
}

bool isel_shr(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	return shift(cg, i, idx, SH_SHR);
}

bool isel_sar(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	return shift(cg, i, idx, SH_SAR);
}

bool isel_ror(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	return shift(cg, i, idx, SH_ROR);
}

bool isel_funnel(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	unsigned a = cg_use_gpr(cg, i->a), d = cg_def_gpr_as(cg, idx, i->b);

	if (!i->imm) {		/* b, with a clean upper half if it is I32 */
		if (!isel_w(i))
			enc_mov_rr(&cg->e, 0, d, d);
		return true;
	}
	cg_clobber_flags(cg);
	enc_shrd_i(&cg->e, isel_w(i), d, a, (unsigned)i->imm);
	return true;
}

/* -- Extensions ----------------------------------------------------------------- */

static bool extend(struct cg *cg, const struct ir_inst *i, unsigned idx,
		   unsigned sz, bool sign)
{
	unsigned a, d;
	s32 disp;

	if (cg_use_mem(cg, i->a, &disp)) {
		d = cg_def_gpr(cg, idx);
		enc_ld(&cg->e, sz, sign, isel_w(i), d, hm(CG_ENV, disp));
		return true;
	}
	a = cg_use_gpr(cg, i->a);
	d = cg_def_gpr(cg, idx);
	if (sign)
		enc_movsx(&cg->e, sz, isel_w(i), d, a);
	else
		enc_movzx(&cg->e, sz, d, a);
	return true;
}

bool isel_zext8(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	return extend(cg, i, idx, 0, false);
}

bool isel_zext16(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	return extend(cg, i, idx, 1, false);
}

bool isel_zext32(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	return extend(cg, i, idx, 2, false);
}

bool isel_sext8(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	return extend(cg, i, idx, 0, true);
}

bool isel_sext16(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	return extend(cg, i, idx, 1, true);
}

bool isel_sext32(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	return extend(cg, i, idx, 2, true);
}

/* -- Bit fields ------------------------------------------------------------------ */

/* log2 of the bytes if len is 8, 16 or 32, else 3. */
static unsigned len_size(unsigned len)
{
	return len == 8 ? 0 : len == 16 ? 1 : len == 32 ? 2 : 3;
}

/* d = a >> lsb, in a way that allows d != a without an extra move. */
static unsigned shifted_right(struct cg *cg, const struct ir_inst *i,
			      unsigned idx, unsigned w, unsigned lsb)
{
	unsigned a, d;

	if (cg->feat & HF_BMI2) {
		a = cg_use_gpr(cg, i->a);
		d = cg_def_gpr(cg, idx);
		enc_g2i(&cg->e, SSE_RORX, w, d, a, lsb);
		return d;
	}
	d = cg_def_gpr_as(cg, idx, i->a);
	cg_clobber_flags(cg);
	enc_sh_ri(&cg->e, SH_SHR, w, d, lsb);
	return d;
}

bool isel_ubfx(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	unsigned lsb = i->imm & 0xff, len = (unsigned)i->imm >> 8;
	unsigned w = isel_w(i), width = w ? 64 : 32, d;

	if (!lsb && len_size(len) < 3)
		return extend(cg, i, idx, len_size(len), false);
	if (lsb + len == width && lsb) {
		shift_const(cg, i, idx, SH_SHR, lsb);
		return true;
	}
	if (len == width) {
		d = cg_def_gpr_as(cg, idx, i->a);
		if (!w)
			enc_mov_rr(&cg->e, 0, d, d);
		return true;
	}
	if (len < 32 || len_size(len) < 3) {
		if (!lsb)
			d = cg_def_gpr_as(cg, idx, i->a);
		else
			d = shifted_right(cg, i, idx, w, lsb);
		if (len_size(len) < 3) {
			enc_movzx(&cg->e, len_size(len), d, d);
			return true;
		}
		cg_clobber_flags(cg);
		enc_alu_ri(&cg->e, ALU_AND, 0, d, (s32)bits_mask(len));
		return true;
	}
	d = cg_def_gpr_as(cg, idx, i->a);
	cg_clobber_flags(cg);
	enc_sh_ri(&cg->e, SH_SHL, w, d, width - lsb - len);
	enc_sh_ri(&cg->e, SH_SHR, w, d, width - len);
	return true;
}

bool isel_sbfx(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	unsigned lsb = i->imm & 0xff, len = (unsigned)i->imm >> 8;
	unsigned w = isel_w(i), width = w ? 64 : 32, d;

	if (!lsb && len_size(len) < 3 && len < width)
		return extend(cg, i, idx, len_size(len), true);
	if (lsb + len == width && lsb) {
		shift_const(cg, i, idx, SH_SAR, lsb);
		return true;
	}
	d = cg_def_gpr_as(cg, idx, i->a);
	if (len == width) {
		if (!w)
			enc_mov_rr(&cg->e, 0, d, d);
		return true;
	}
	cg_clobber_flags(cg);
	enc_sh_ri(&cg->e, SH_SHL, w, d, width - lsb - len);
	enc_sh_ri(&cg->e, SH_SAR, w, d, width - len);
	return true;
}

/*
 * a with len bits at lsb taken from b: rotate the field of a to the bottom,
 * shift it out while b's low bits come in at the top, rotate back.
 */
bool isel_bfi(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	struct enc *e = &cg->e;
	unsigned lsb = i->imm & 0xff, len = (unsigned)i->imm >> 8;
	unsigned w = isel_w(i), width = w ? 64 : 32, b, d;

	if (len == width) {
		d = cg_def_gpr_as(cg, idx, i->b);
		if (!w)
			enc_mov_rr(e, 0, d, d);
		return true;
	}
	b = cg_use_gpr(cg, i->b);
	d = cg_def_gpr_as(cg, idx, i->a);
	cg_clobber_flags(cg);
	if (lsb)
		enc_sh_ri(e, SH_ROR, w, d, lsb);
	enc_shrd_i(e, w, d, b, len);
	enc_sh_ri(e, SH_ROL, w, d, (lsb + len) & (width - 1));
	if ((lsb + len) == width && !w)
		enc_mov_rr(e, 0, d, d);
	return true;
}

/* -- Counting and reversing -------------------------------------------------------- */

/* d = number of leading zeros of s (d may be s); t is clobbered. */
static void clz(struct cg *cg, unsigned w, unsigned d, unsigned s, unsigned t)
{
	struct enc *e = &cg->e;

	if (cg->feat & HF_LZCNT) {
		enc_g2(e, SSE_LZCNT, w, d, s);
		return;
	}
	enc_mov_ri(e, t, w ? 127 : 63);
	enc_g2(e, SSE_BSR, w, d, s);
	enc_cmov_rr(e, CC_E, 0, d, t);
	enc_alu_ri(e, ALU_XOR, 0, d, w ? 63 : 31);
}

bool isel_clz(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	unsigned w = isel_w(i), s, t, d;
	val_t a = cg_clz_source(cg, i);

	if (a) {		/* of a reversed value: count from below */
		s = cg_use_gpr(cg, a);
		d = cg_def_gpr(cg, idx);
		cg_clobber_flags(cg);
		enc_g2(&cg->e, SSE_TZCNT, w, d, s);
		return true;
	}
	s = cg_use_gpr(cg, i->a);
	t = cg->feat & HF_LZCNT ? 0 : cg_tmp_gpr(cg);
	d = cg_def_gpr(cg, idx);
	cg_clobber_flags(cg);
	clz(cg, w, d, s, t);
	return true;
}

/* clz(a ^ (a >> 1 arithmetic)) - 1: the top bit of the XOR is always 0. */
bool isel_cls(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	struct enc *e = &cg->e;
	unsigned w = isel_w(i), s = cg_use_gpr(cg, i->a);
	unsigned t = cg_tmp_gpr(cg), d = cg_def_gpr_early(cg, idx);

	cg_clobber_flags(cg);
	enc_mov_rr(e, w, d, s);
	enc_sh_ri(e, SH_SAR, w, d, 1);
	enc_alu_rr(e, ALU_XOR, w, d, s);
	clz(cg, w, d, d, t);
	enc_alu_ri(e, ALU_SUB, 0, d, 1);
	return true;
}

static void swap_bits(struct cg *cg, unsigned w, unsigned d, unsigned t,
		      unsigned m, u64 mask, unsigned n)
{
	struct enc *e = &cg->e;

	enc_mov_ri(e, m, w ? mask : (u32)mask);
	enc_mov_rr(e, w, t, d);
	enc_sh_ri(e, SH_SHR, w, t, n);
	enc_alu_rr(e, ALU_AND, w, t, m);
	enc_alu_rr(e, ALU_AND, w, d, m);
	enc_sh_ri(e, SH_SHL, w, d, n);
	enc_alu_rr(e, ALU_OR, w, d, t);
}

/* Nibbles through a table, then bytes: fewer steps, all in one register. */
static void rbit_ssse3(struct cg *cg, unsigned w, unsigned idx, unsigned a)
{
	struct enc *e = &cg->e;
	unsigned x = cg_tmp_xmm(cg), y = cg_tmp_xmm(cg), t = cg_tmp_xmm(cg);
	unsigned d = cg_def_gpr(cg, idx);
	unsigned mask = cg_const128(cg, 0x0f0f0f0f0f0f0f0full, 0);
	unsigned low = cg_const128(cg, 0xe060a020c0408000ull,
				   0xf070b030d0509010ull);
	unsigned high = cg_const128(cg, 0x0e060a020c040800ull,
				    0x0f070b030d050901ull);

	enc_xg(e, w ? SSE_MOVQ_XG : SSE_MOVD_XG, x, a);
	enc_v2m(e, SSE_MOVAPS, t, hm_rip());
	cg_const_ref(cg, mask);
	enc_v3(e, SSE_PANDN, y, t, x);		/* high nibbles */
	enc_v3(e, SSE_PAND, x, x, t);		/* low nibbles */
	enc_vsh(e, SSE_PSRLQ_I, y, y, 4);
	enc_v2m(e, SSE_MOVAPS, t, hm_rip());
	cg_const_ref(cg, low);
	enc_v3(e, SSE_PSHUFB, t, t, x);
	enc_v2m(e, SSE_MOVAPS, x, hm_rip());
	cg_const_ref(cg, high);
	enc_v3(e, SSE_PSHUFB, x, x, y);
	enc_v3(e, SSE_POR, x, x, t);
	enc_gs(e, w ? SSE_MOVQ_GX : SSE_MOVD_GX, d, x);
	enc_bswap(e, w, d);
}

bool isel_rbit(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	unsigned w = isel_w(i), d, t, m;

	if (cg->feat & HF_SSSE3) {
		rbit_ssse3(cg, w, idx, cg_use_gpr(cg, i->a));
		return true;
	}
	d = cg_def_gpr_as(cg, idx, i->a);
	t = cg_tmp_gpr(cg);
	m = cg_tmp_gpr(cg);
	cg_clobber_flags(cg);
	enc_bswap(&cg->e, w, d);
	swap_bits(cg, w, d, t, m, 0x0f0f0f0f0f0f0f0full, 4);
	swap_bits(cg, w, d, t, m, 0x3333333333333333ull, 2);
	swap_bits(cg, w, d, t, m, 0x5555555555555555ull, 1);
	return true;
}

bool isel_bswap(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	enc_bswap(&cg->e, isel_w(i), cg_def_gpr_as(cg, idx, i->a));
	return true;
}

/* -- I128 pairs live in an XMM register ------------------------------------------- */

bool isel_pair(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	unsigned a = cg_use_gpr(cg, i->a), b = cg_use_gpr(cg, i->b);
	unsigned d = cg_def_xmm(cg, idx), t;

	enc_xg(&cg->e, SSE_MOVQ_XG, d, a);
	if (cg->feat & HF_SSE41) {
		enc_xg3i(&cg->e, SSE_PINSRQ, d, d, b, 1);
		return true;
	}
	t = cg_tmp_xmm(cg);
	enc_xg(&cg->e, SSE_MOVQ_XG, t, b);
	enc_v3(&cg->e, SSE_PUNPCKLQDQ, d, d, t);
	return true;
}

bool isel_lohalf(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	unsigned a = cg_use_xmm(cg, i->a);

	enc_gs(&cg->e, SSE_MOVQ_GX, cg_def_gpr(cg, idx), a);
	return true;
}

bool isel_hihalf(struct cg *cg, const struct ir_inst *i, unsigned idx)
{
	unsigned a = cg_use_xmm(cg, i->a), d = cg_def_gpr(cg, idx), t;

	if (cg->feat & HF_SSE41) {
		enc_gsi(&cg->e, SSE_PEXTRQ, d, a, 1);
		return true;
	}
	t = cg_tmp_xmm(cg);
	enc_v2i(&cg->e, SSE_PSHUFD, t, a, 0xee);
	enc_gs(&cg->e, SSE_MOVQ_GX, d, t);
	return true;
}
