/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Inline vector and FP code of the x64 back end against the semantic
 * functions: every opcode, type, lane size, modifier and immediate, for
 * several levels of host CPU, register assignments and hostile operands.
 *
 * The register allocator is replaced by the mock below, which hands out
 * arbitrary registers as cg.h permits.  The emitted code runs between stubs
 * that load and save all registers; a cold path calls back into C, which
 * checks that the operands are still intact.  Compared are the result, the
 * sticky FP flags (MXCSR and cpu->fpsr together), that nothing else changed,
 * and that the claim "upper part is zero" holds.
 */
#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>

#include "base/bits.h"
#include "translate/host/x64/cg.h"
#include "translate/sem.h"

/* -- Memory shared with the emitted code, below 2 GB ---------------------- */

struct regs {
	union v128 x[16];
	u64 g[16];
	u64 flags;
	u32 mxcsr, pad;
};

static struct area {
	struct regs in, out, cold;
	u32 host_mxcsr, pad[3];
	union v128 cold_result;
	struct cpu cpu;
	u8 code[32768];
} *m;

static struct cg *cg;
static struct ir *ir;
static unsigned host_regs[3];		/* of operands; 0-15 GPR, 16.. XMM */
static unsigned def_reg;
static u32 mock_taken, mock_tmps;
static bool mock_cold_used;
static bool mock_tight;		/* nothing is pinned: all compete for locals */
static u64 rng = 88172645463325252ull;
static u64 runs, inlined;
static bool bad_cold;

static u64 rnd(void)
{
	rng ^= rng << 13;
	rng ^= rng >> 7;
	rng ^= rng << 17;
	return rng * 0x2545f4914f6cdd1dull;
}

/* -- The allocator's stand-in --------------------------------------------- */

enum { OPV = 1, RES = 4 };	/* values 1..3 are operands, 4 is the op */

static unsigned take(u32 allowed)
{
	u32 cand = allowed & ~mock_taken;
	unsigned n, r;

	ck_assert_msg(cand, "out of registers");
	n = (unsigned)(rnd() % (unsigned)__builtin_popcount(cand));
	while (n--)
		cand &= cand - 1;
	r = (unsigned)__builtin_ctz(cand);
	mock_taken |= 1u << r;
	return r;
}

/* As many as pins.h leaves: 8 vector and 4 general temporaries. */
#define TMP_XMM 0xff000000u
#define TMP_GPR (1u << RAX | 1u << RCX | 1u << RDX | 1u << R11)
#define ANY_XMM (mock_tight ? TMP_XMM : 0xffff0000u)
#define ANY_GPR (mock_tight ? TMP_GPR : \
			      0xffffu & ~(1u << RSP | 1u << RBP))

unsigned cg_use_xmm(struct cg *c, val_t v)
{
	return host_regs[v - OPV] - 16;
}

unsigned cg_use_gpr(struct cg *c, val_t v)
{
	return host_regs[v - OPV];
}

unsigned cg_use_gpr_clean(struct cg *c, val_t v)
{
	unsigned r = host_regs[v - OPV], t;

	if (ir_vtype(c->ir, v) != IR_I32)
		return r;
	t = cg_tmp_gpr(c);
	enc_mov_rr(&c->e, 0, t, r);
	return t;
}

static unsigned def(bool xmm, bool early)
{
	u32 any = xmm ? ANY_XMM : ANY_GPR;
	unsigned n = 0, k;

	if (!early && rnd() & 1) {	/* over an operand that dies */
		k = (unsigned)(rnd() % 3);
		for (; n < 3; n++, k = (k + 1) % 3)
			if (host_regs[k] < 32 && any >> host_regs[k] & 1) {
				def_reg = host_regs[k];
				cg->val[RES].reg = (u8)def_reg;
				return def_reg & 15;
			}
	}
	def_reg = take(any);
	cg->val[RES].reg = (u8)def_reg;
	return def_reg & 15;
}

unsigned cg_def_xmm(struct cg *c, unsigned idx)
{
	return def(true, false);
}

unsigned cg_def_xmm_early(struct cg *c, unsigned idx)
{
	return def(true, true);
}

unsigned cg_def_gpr(struct cg *c, unsigned idx)
{
	return def(false, false);
}

unsigned cg_def_gpr_early(struct cg *c, unsigned idx)
{
	return def(false, true);
}

unsigned cg_def_xmm_as(struct cg *c, unsigned idx, val_t a)
{
	unsigned d = def(true, true);

	enc_vmov(&c->e, d, host_regs[a - OPV] - 16);
	return d;
}

unsigned cg_def_gpr_as(struct cg *c, unsigned idx, val_t a)
{
	unsigned d = def(false, true);

	enc_mov_rr(&c->e, 1, d, host_regs[a - OPV]);
	return d;
}

unsigned cg_tmp_xmm(struct cg *c)
{
	unsigned r = take(TMP_XMM);

	mock_tmps |= 1u << r;
	return r - 16;
}

unsigned cg_tmp_gpr(struct cg *c)
{
	unsigned r = take(TMP_GPR);

	mock_tmps |= 1u << r;
	return r;
}

bool cg_use_mem(struct cg *c, val_t v, s32 *disp)
{
	if (rnd() & 3 || host_regs[v - OPV] < 16)
		return false;
	*disp = (s32)((u8 *)&m->in.x[host_regs[v - OPV] - 16] -
		      (u8 *)&m->cpu) - CPU_BIAS;
	return true;
}

void cg_clobber_flags(struct cg *c)
{
	c->fl_val = 0;
}

void cg_set_flags(struct cg *c, val_t v, enum cg_flkind kind)
{
	c->fl_val = v;
	c->fl_kind = (u8)kind;
}

unsigned cg_const128(struct cg *c, u64 lo, u64 hi)
{
	for (unsigned k = 0; k < c->nconst; k++)
		if (c->cval[k][0] == lo && c->cval[k][1] == hi)
			return k;
	c->cval[c->nconst][0] = lo;
	c->cval[c->nconst][1] = hi;
	return c->nconst++;
}

void cg_const_ref(struct cg *c, unsigned id)
{
	struct cg_fixup *f = &c->fixup[c->nfixup++];

	f->off = (u32)(c->e.disp - m->code);
	f->tail = (u16)(c->e.p - c->e.disp - 4);
	f->id = (u16)id;
}

struct cg_cold *cg_cold_new(struct cg *c, cold_fn *fn, unsigned idx)
{
	struct cg_cold *k = &c->cold[c->ncold++];

	k->fn = fn;
	k->from = k->back = NULL;
	k->idx = (u16)idx;
	return k;
}

struct cg_cold *cg_jcc_cold(struct cg *c, enum cc cc, cold_fn *fn,
			    unsigned idx)
{
	struct cg_cold *k = cg_cold_new(c, fn, idx);

	k->from = enc_jcc32(&c->e, cc);
	k->back = c->e.p;
	return k;
}

void cg_cold_back(struct cg *c, struct cg_cold *k)
{
	enc_jmp_to(&c->e, k->back);
}

/* -- Traps ---------------------------------------------------------------- */

static struct trap {
	u8 *insn;
	unsigned cold;
} traps[16];
static unsigned ntraps;
static u8 *cold_code[CG_MAX_COLD];
static unsigned long long trapped;

/* MXCSR with Invalid masked or, if so isel_fp.h says, not. */
static u32 control(u32 rc)
{
	bool mask = ir->mode & (IR_MODE_DN | IR_MODE_FZ | IR_MODE_FPCHECK);

	return (mask ? 0x1f80 : 0x1f00) | rc << 13;
}

void cg_trap(struct cg *c, struct cg_cold *k)
{
	ck_assert_uint_lt(ntraps, ARRAY_LEN(traps));
	traps[ntraps++] = (struct trap){ c->e.insn,
					 (unsigned)(k - c->cold) };
}

static void on_trap(int sig, siginfo_t *si, void *ucp)
{
	mcontext_t *mc = &((ucontext_t *)ucp)->uc_mcontext;
	u8 *pc = (u8 *)mc->gregs[REG_RIP];

	for (unsigned k = 0; k < ntraps; k++)
		if (traps[k].insn == pc) {
			mc->gregs[REG_RIP] =
				(greg_t)cold_code[traps[k].cold];
			mc->fpregs->mxcsr &= ~1u;
			trapped++;
			return;
		}
	signal(sig, SIG_DFL);
}

/* -- Cold path: call the semantic function -------------------------------- */

static const union v128 *operand_in(const struct regs *r, unsigned n,
				    union v128 *buf)
{
	if (!(&ir->inst[RES].a)[n])
		return NULL;
	if (host_regs[n] >= 16)
		return &r->x[host_regs[n] - 16];
	buf->d[0] = r->g[host_regs[n]] &
		    bits_mask(8 * ir_type_bytes(ir->inst[OPV + n].type));
	buf->d[1] = 0;
	return buf;
}

static void call_sem(struct cpu *cpu, const struct regs *r, union v128 *d)
{
	const struct ir_inst *i = &ir->inst[RES];
	union v128 buf[3];
	const union v128 *a = operand_in(r, 0, &buf[0]);
	const union v128 *b = operand_in(r, 1, &buf[1]);
	const union v128 *c = operand_in(r, 2, &buf[2]);

	memset(d, 0, sizeof(*d));
	if (sem_table[i->op])
		sem_table[i->op](cpu, sem_desc(i), d, a, b, c);
	else if (i->op == IR_FLG_FCMP)
		d->d[0] = sem_fcmp(cpu, i->aux, a, b);
	else			/* register moves: the same bits */
		memcpy(d, a, ir_type_bytes(ir_vtype(ir, i->a)));
}

static void cold_callback(void)
{
	for (unsigned n = 0; n < 3; n++) {
		unsigned r = host_regs[n];

		if (!(&ir->inst[RES].a)[n])
			continue;
		if (r >= 16 ? memcmp(&m->cold.x[r - 16], &m->in.x[r - 16], 16)
			    : m->cold.g[r] != m->in.g[r])
			bad_cold = true;
	}
	mock_cold_used = true;
	call_sem(&m->cpu, &m->cold, &m->cold_result);
}

static struct hmem at(const void *p)
{
	return (struct hmem){ HREG_NONE, HREG_NONE, 0, (s32)(uintptr_t)p };
}

static void save_all(struct enc *e, struct regs *r)
{
	for (unsigned k = 0; k < 16; k++)
		enc_mov_mr(e, 1, at(&r->g[k]), k);
	for (unsigned k = 0; k < 16; k++)
		enc_vst(e, SSE_MOVUPS_ST, at(&r->x[k]), k);
	enc_u8(e, 0x9c);	/* pushf */
	enc_pop_m(e, at(&r->flags));
	enc_stmxcsr(e, at(&r->mxcsr));
	enc_ldmxcsr(e, at(&m->host_mxcsr));
}

static void load_all(struct enc *e, const struct regs *r)
{
	enc_ldmxcsr(e, at(&r->mxcsr));
	enc_push_m(e, at(&r->flags));
	enc_u8(e, 0x9d);	/* popf */
	for (unsigned k = 0; k < 16; k++)
		enc_v2m(e, SSE_MOVUPS, k, at(&r->x[k]));
	for (unsigned k = 0; k < 16; k++)
		if (k != RSP)
			enc_mov_rm(e, 1, k, at(&r->g[k]));
}

static void cold_sem(struct cg *c, struct cg_cold *k)
{
	struct enc *e = &c->e;

	save_all(e, &m->cold);
	enc_mov_ri(e, RAX, (u64)(uintptr_t)cold_callback);
	enc_alu_ri(e, ALU_SUB, 1, RSP, 8);	/* the ABI's alignment */
	enc_call_r(e, RAX);
	enc_alu_ri(e, ALU_ADD, 1, RSP, 8);
	load_all(e, &m->cold);
	if (def_reg >= 16)
		enc_v2m(e, SSE_MOVUPS, def_reg - 16, at(&m->cold_result));
	else
		enc_mov_rm(e, c->ir->inst[RES].type == IR_I64, def_reg,
			   at(&m->cold_result));
	cg_cold_back(c, k);
}

struct cg_cold *cg_jcc_sem(struct cg *c, enum cc cc, unsigned idx)
{
	return cg_jcc_cold(c, cc, cold_sem, idx);
}

struct cg_cold *cg_trap_sem(struct cg *c, unsigned idx, unsigned ra,
			    unsigned rb, unsigned rc)
{
	const u8 reg[3] = { (u8)ra, (u8)rb, (u8)rc };
	struct cg_cold *k = cg_cold_new(c, cold_sem, idx);

	for (unsigned n = 0; n < 3; n++)
		if ((&c->ir->inst[idx].a)[n])
			ck_assert_uint_eq(reg[n] + 16u, host_regs[n]);
	k->back = c->e.p;
	cg_trap(c, k);
	return k;
}

/* -- Emission ------------------------------------------------------------- */

static isel_fn *const isel_table[IR_OP_COUNT] = {
#define _(op, fn) [IR_##op] = fn,
#include "translate/host/x64/isel_vec.def"
#undef _
};

static void finish_code(struct enc *e)
{
	static const u8 saved[6] = { RBX, RBP, R12, R13, R14, R15 };

	save_all(e, &m->out);
	for (unsigned k = 6; k-- > 0;)
		enc_pop_r(e, saved[k]);
	enc_ret(e);
	for (unsigned k = 0; k < cg->ncold; k++) {
		if (cg->cold[k].from)
			enc_patch32(cg->cold[k].from, e->p);
		cold_code[k] = e->p;
		cg->cold[k].fn(cg, &cg->cold[k]);
	}
	while ((uintptr_t)e->p & 15)
		enc_u8(e, 0xcc);
	memcpy(e->p, cg->cval, cg->nconst * 16);
	for (unsigned k = 0; k < cg->nfixup; k++) {
		struct cg_fixup *f = &cg->fixup[k];
		u8 *field = m->code + f->off;
		s32 d = (s32)(e->p + f->id * 16 - (field + 4 + f->tail));

		memcpy(field, &d, 4);
	}
}

static bool is_xmm(enum ir_type t)
{
	return t >= IR_F16 && t <= IR_V128;
}

static void assign_registers(void)
{
	const struct ir_inst *i = &ir->inst[RES];

	mock_taken = 1u << RSP | 1u << RBP;
	mock_tmps = 0;
	for (unsigned n = 0; n < 3; n++) {
		val_t v = (&i->a)[n];

		host_regs[n] = v ? take(is_xmm(ir_vtype(ir, v)) ? ANY_XMM :
								   ANY_GPR)
				 : 99;
	}
}

/* Generate code for ir->inst[RES]; false: not inline on this host. */
static bool generate(u32 feat)
{
	static const u8 saved[6] = { RBX, RBP, R12, R13, R14, R15 };
	const struct ir_inst *i = &ir->inst[RES];
	struct enc *e = &cg->e;
	bool ok;

	assign_registers();
	for (unsigned k = 0; k <= RES; k++) {
		cg->val[k] = (struct cg_val){ .reg = CG_NOREG, .last = RES + 1,
			.flags = rnd() & 1 ? CGV_ZEXT : 0 };
		cg->root[k] = (val_t)k;
		if (k >= OPV && k < RES)
			cg->val[k].reg = (u8)host_regs[k - OPV];
	}
	cg->val[RES].flags = 0;
	cg->ir = ir;
	cg->feat = feat;
	cg->e.avx = feat & HF_AVX;
	cg->cur = RES;
	cg->ncold = cg->nconst = cg->nfixup = ntraps = 0;
	cg->fl_val = 99;
	e->p = m->code;
	for (unsigned k = 0; k < 6; k++)
		enc_push_r(e, saved[k]);
	load_all(e, &m->in);
	ok = isel_table[i->op](cg, i, RES);
	if (ok)
		finish_code(e);
	else
		ck_assert_uint_eq(mock_tmps, 0);
	ck_assert_uint_lt((size_t)(e->p - m->code), sizeof(m->code));
	return ok;
}

/* -- Operands ------------------------------------------------------------- */

static const u16 f16s[] = { 0, 0x8000, 0x3c00, 0x7c00, 0xfc00, 0x7e01, 0xfe03,
			    0x7c01, 0xfd02, 1, 0x83ff, 0x0400, 0x7bff };
static const u32 f32s[] = {
	0, 0x80000000, 0x3f800000, 0xbf800000, 0x7f800000, 0xff800000,
	0x7fc00123, 0xffc00456, 0x7f800789, 0xffa00abc, 1, 0x807fffff,
	0x00800000, 0x7f7fffff, 0xff7fffff, 0x4f000000, 0xcf000000,
	0x4effffff, 0x4f800000, 0x5f000000, 0xdf000000, 0x5f800000,
	0x3f000000, 0xbf000000, 0x3fc00000, 0x40200000, 0x4b000001,
	0x4affffff, 0x3effffff, 0x5effffff, 0x4f7fffff, 0x33000001
};
static const u64 f64s[] = {
	0, 0x8000000000000000, 0x3ff0000000000000, 0xbff0000000000000,
	0x7ff0000000000000, 0xfff0000000000000, 0x7ff8000000000123,
	0xfff8000000000456, 0x7ff0000000000789, 0xfff4000000000abc, 1,
	0x800fffffffffffff, 0x0010000000000000, 0x7fefffffffffffff,
	0x41e0000000000000, 0xc1e0000000000000, 0x41dfffffffe00000,
	0x41dffffffff00000, 0xc1e0000000100000, 0x41f0000000000000,
	0x41efffffffffffff, 0x43e0000000000000, 0xc3e0000000000000,
	0x43dfffffffffffff, 0x43f0000000000000, 0x3fe0000000000000,
	0xbfe0000000000000, 0x3ff8000000000000, 0x4004000000000000,
	0x4330000000000001, 0x432fffffffffffff, 0x3fdfffffffffffff,
	0x47efffffe0000000, 0x47effffff0000000, 0x36a0000000000000,
	0x3810000000000000, 0x380fffffffffffff, 0xbff8000000000000
};

static u64 hostile_int(unsigned bits)
{
	switch (rnd() % 8) {
	case 0:
		return 0;
	case 1:
		return ~0ull;
	case 2:
		return 1ull << (bits - 1);
	case 3:
		return (1ull << (bits - 1)) - 1;
	case 4:
		return rnd() % 20;
	case 5:
		return 0 - rnd() % 20;
	default:
		return rnd();
	}
}

/* A lane of 8 << es bits; FP patterns if fp. */
static u64 lane(unsigned es, bool fp)
{
	u64 r = rnd();

	if (!fp || r % 8 == 0)
		return hostile_int(8u << es);
	if (es == 1)
		return r & 0x100 ? f16s[r % ARRAY_LEN(f16s)] : rnd();
	if (es == 2) {
		if (r & 0x100)
			return f32s[(r >> 16) % ARRAY_LEN(f32s)];
		/* magnitudes near each other, near integers */
		return (rnd() & 0x80ffffff) |
		       (u32)(115 + (r >> 16) % 50) << 23;
	}
	if (r & 0x100)
		return f64s[(r >> 16) % ARRAY_LEN(f64s)];
	return (rnd() & 0x801fffffffffffffull) |
	       (1010 + (r >> 16) % 60) << 52;
}

static union v128 vector(unsigned es, bool fp)
{
	union v128 v = { .d = { 0, 0 } };
	unsigned bits = 8u << es;

	for (unsigned k = 0; k < 128 / bits; k++)
		v.d[k * bits / 64] |= (lane(es, fp) & bits_mask(bits))
				      << k * bits % 64;
	return v;
}

static bool small_counts;	/* operand b: shift counts near the width */
static int const_count = -1;	/* or this one, a VCONST */

/* -- One run -------------------------------------------------------------- */

static void fill_registers(unsigned es, bool fp)
{
	for (unsigned k = 0; k < 16; k++) {
		m->in.x[k] = vector(es, fp);
		m->in.g[k] = hostile_int(rnd() & 1 ? 32 : 64);
	}
	for (unsigned n = 0; n < 3; n++) {
		val_t v = (&ir->inst[RES].a)[n];
		unsigned bytes;

		if (!v)
			continue;
		bytes = ir_type_bytes(ir_vtype(ir, v));
		if (host_regs[n] >= 16 && cg->val[v].flags & CGV_ZEXT)
			memset(m->in.x[host_regs[n] - 16].b + bytes, 0,
			       16 - bytes);
	}
	if (small_counts)
		for (unsigned k = 0; k < 16u >> es; k++)
			m->in.x[host_regs[1] - 16].b[k << es] = (u8)
				(const_count >= 0 ? (u64)const_count :
				 rnd() % 80 - 40);
	m->in.g[RBP] = (u64)(uintptr_t)&m->cpu + CPU_BIAS;
	m->in.flags = 0x202 | (rnd() & 0x8d5);
}

/* MXCSR flags as FPSR's. */
static u32 fpsr_of_mxcsr(u32 x)
{
	return (x & 1 ? FPSR_IOC : 0) | (x & 4 ? FPSR_DZC : 0) |
	       (x & 8 ? FPSR_OFC : 0) | (x & 16 ? FPSR_UFC : 0) |
	       (x & 32 ? FPSR_IXC : 0);
}

/* Does the result contain the smallest normal number?  Then UFC may differ
 * (tininess before or after rounding). */
static bool has_min_normal(const union v128 *d)
{
	for (unsigned k = 0; k < 8; k++)
		if ((d->h[k] & 0x7fff) == 0x400)
			return true;
	for (unsigned k = 0; k < 4; k++)
		if ((d->s[k] & 0x7fffffff) == 0x00800000)
			return true;
	for (unsigned k = 0; k < 2; k++)
		if ((d->d[k] & 0x7fffffffffffffff) == 0x0010000000000000)
			return true;
	return false;
}

static u32 flags_of_host(u64 fl, bool swap)
{
	u32 r = 0;

	if (fl & 4)		/* unordered */
		return FLAG_C | FLAG_V;
	if (fl & 0x40)
		return FLAG_Z | FLAG_C;
	r = fl & 1 ? FLAG_N : FLAG_C;
	return swap ? r ^ (FLAG_N | FLAG_C) : r;
}

static void show(const char *what, u32 feat, const union v128 *want,
		 const union v128 *got, u32 wf, u32 gf)
{
	char text[200] = "";
	union v128 z = { 0 }, buf;

	ir_print_inst(ir, RES, text, sizeof(text));
	fprintf(stderr, "%s: %s imm %x aux %x feat %x mode %x fpcr %x\n", what,
		text, (unsigned)ir->inst[RES].imm, ir->inst[RES].aux, feat,
		ir->mode, m->cpu.fpcr);
	for (unsigned n = 0; n < 3; n++)
		if ((&ir->inst[RES].a)[n]) {
			const union v128 *o = operand_in(&m->in, n, &buf);

			fprintf(stderr, "  %c %016llx %016llx\n", 'a' + n,
				(unsigned long long)o->d[1],
				(unsigned long long)o->d[0]);
		}
	want = want ? want : &z;
	got = got ? got : &z;
	fprintf(stderr, "  want %016llx %016llx fpsr %x\n"
		"  got  %016llx %016llx fpsr %x\n",
		(unsigned long long)want->d[1], (unsigned long long)want->d[0],
		wf, (unsigned long long)got->d[1],
		(unsigned long long)got->d[0], gf);
	ck_abort_msg("%s", what);
}

static void check_registers(u32 feat)
{
	u32 may = mock_tmps | 1u << def_reg;
	bool fl = ir->inst[RES].op == IR_FLG_FCMP;

	for (unsigned k = 0; k < 16; k++) {
		if (!(may >> (k + 16) & 1) &&
		    memcmp(&m->out.x[k], &m->in.x[k], 16))
			show("vector register changed", feat, &m->in.x[k],
			     &m->out.x[k], k, 0);
		if (!(may >> k & 1) && k != RSP && m->out.g[k] != m->in.g[k])
			show("general register changed", feat, NULL, NULL, k,
			     0);
	}
	if (cg->fl_val == 99 && !fl && (m->out.flags ^ m->in.flags) & 0x8d5)
		show("RFLAGS changed", feat, NULL, NULL, 0, 0);
}

static void check_result(u32 feat, const union v128 *want, u32 want_fpsr)
{
	const struct ir_inst *i = &ir->inst[RES];
	unsigned bytes = ir_type_bytes(i->type);
	union v128 got = { .d = { 0, 0 } };
	u32 fpsr = m->cpu.fpsr | fpsr_of_mxcsr(m->out.mxcsr);

	if (i->op == IR_FLG_FCMP) {
		got.d[0] = flags_of_host(m->out.flags,
					 cg->fl_kind == FL_FCMP_SWAP);
		bytes = 4;
	} else if (def_reg >= 16) {
		got = m->out.x[def_reg - 16];
	} else {
		got.d[0] = m->out.g[def_reg];
		if (bytes == 4 && got.d[0] >> 32)
			show("upper half of I32", feat, want, &got, 0, 0);
	}
	if (memcmp(&got, want, bytes))
		show("result", feat, want, &got, want_fpsr, fpsr);
	if (cg->val[RES].flags & CGV_ZEXT)
		for (unsigned k = bytes; k < 16; k++)
			if (got.b[k])
				show("not zero-extended", feat, want, &got, 0,
				     0);
	if (fpsr != want_fpsr && !((fpsr ^ want_fpsr) == FPSR_UFC &&
				   has_min_normal(want)))
		show("status flags", feat, want, &got, want_fpsr, fpsr);
}

static void run_once(u32 feat, u32 fpcr, unsigned es, bool fp)
{
	static const u8 rc[4] = { 0, 2, 1, 3 };
	static struct cpu ref;
	union v128 want;

	fill_registers(es, fp);
	m->in.mxcsr = control(rc[fpcr >> FPCR_RMODE_SHIFT & 3]);
	m->cpu.fpcr = ref.fpcr = fpcr;
	m->cpu.fpsr = ref.fpsr = 0;
	bad_cold = mock_cold_used = false;
	call_sem(&ref, &m->in, &want);
	((void (*)(void))(uintptr_t)m->code)();
	runs++;
	if (bad_cold)
		show("operand changed before cold path", feat, &want, NULL, 0,
		     0);
	check_registers(feat);
	check_result(feat, &want, ref.fpsr);
}

/* -- What to try ---------------------------------------------------------- */

enum {
	T_V = 1,		/* V64 and V128 */
	T_V128 = 2, T_V64 = 4,
	T_FS = 8,		/* F16 F32 F64 by esize */
	T_I32 = 16, T_I64 = 32,
	T_FV = T_V | T_FS,
	A_HI = 64,		/* try aux bit 2 */
	A_3 = 128,		/* try aux bit 3 */
	FP = 256,		/* FP patterns */
	HB = 512		/* b present only with aux bit 2 */
};

enum imm_kind { I_NONE, I_SHL, I_SHR, I_LANE, I_LANE2, I_EXT, I_REV, I_ROUND,
		I_RINT, I_FBITS, I_XAR, I_COUNT, I_KCOUNT };

static const struct row {
	u16 op;
	u8 es;			/* mask of lane sizes */
	u16 flags;
	u8 imm;
	u8 a, b, c;		/* operand types; 0 none, 255 as the result */
} rows[] = {
#define AS 255
#define R1(op, es, fl, imm) { IR_##op, es, fl, imm, AS, 0, 0 },
#define R2(op, es, fl, imm) { IR_##op, es, fl, imm, AS, AS, 0 },
#define R3(op, es, fl, imm) { IR_##op, es, fl, imm, AS, AS, AS },
	R2(FADD, 14, T_FV | FP, 0) R2(FSUB, 14, T_FV | FP, 0)
	R2(FMUL, 14, T_FV | FP, 0) R2(FDIV, 14, T_FV | FP, 0)
	R1(FSQRT, 14, T_FV | FP, 0)
	R3(FMADD, 14, T_FV | FP | A_HI | A_3, 0)
	R2(FMAX, 14, T_FV | FP, 0) R2(FMIN, 14, T_FV | FP, 0)
	R2(FMAXNM, 14, T_FV | FP, 0) R2(FMINNM, 14, T_FV | FP, 0)
	R2(FADDP, 14, T_V | FP, 0) R2(FMAXP, 14, T_V | FP, 0)
	R2(FMINP, 14, T_V | FP, 0) R2(FMAXNMP, 14, T_V | FP, 0)
	R2(FMINNMP, 14, T_V | FP, 0)
	R1(FABS, 14, T_FV | FP, 0) R1(FNEG, 14, T_FV | FP, 0)
	R2(FCMEQ, 14, T_FV | FP, 0) R2(FCMGE, 14, T_FV | FP, 0)
	R2(FCMGT, 14, T_FV | FP, 0) R2(FACGE, 14, T_FV | FP, 0)
	R2(FACGT, 14, T_FV | FP, 0)
	R1(FRINT, 14, T_FV | FP, I_RINT)
	R1(FVTOI, 14, T_FV | FP | A_HI, I_ROUND)
	R1(IVTOF, 14, T_FV | A_HI, I_FBITS)
	{ IR_FCVT, 2, T_FS | FP, 0, IR_F32, 0, 0 },
	{ IR_FCVTL, 6, T_V128 | A_HI | FP, 0, IR_V128, 0, 0 },
	{ IR_FCVTN, 12, T_V64 | FP, 0, IR_V128, 0, 0 },
	{ IR_FCVTN, 12, T_V128 | A_HI | FP, 0, IR_V128, IR_V128, 0 },
	{ IR_FTOI, 4, T_I32 | T_I64 | A_HI | FP, I_ROUND, IR_F32, 0, 0 },
	{ IR_FTOI, 8, T_I32 | T_I64 | A_HI | FP, I_ROUND, IR_F64, 0, 0 },
	{ IR_FJCVTZS, 8, T_I64 | FP, 0, IR_F64, 0, 0 },
	{ IR_VFROMG, 4, T_FS, 0, IR_I32, 0, 0 },
	{ IR_VFROMG, 8, T_FS | T_V64, 0, IR_I64, 0, 0 },
	{ IR_VTOG, 4, T_I32, 0, IR_F32, 0, 0 },
	{ IR_VTOG, 8, T_I64, 0, IR_F64, 0, 0 },
	{ IR_VZEXT, 1, T_V128, 0, IR_F16, 0, 0 },
	{ IR_VZEXT, 1, T_V128, 0, IR_F32, 0, 0 },
	{ IR_VZEXT, 1, T_V128, 0, IR_V64, 0, 0 },
	{ IR_VDUP, 7, T_V, 0, IR_I32, 0, 0 },
	{ IR_VDUP, 8, T_V128, 0, IR_I64, 0, 0 },
	{ IR_VDUPE, 15, T_FV, I_LANE, IR_V128, 0, 0 },
	{ IR_VINS, 7, T_V128, I_LANE, IR_V128, IR_I32, 0 },
	{ IR_VINS, 8, T_V128, I_LANE, IR_V128, IR_I64, 0 },
	{ IR_VINSE, 15, T_V128, I_LANE2, IR_V128, IR_V128, 0 },
	{ IR_VUMOV, 7, T_I32, I_LANE, IR_V128, 0, 0 },
	{ IR_VUMOV, 15, T_I64, I_LANE, IR_V128, 0, 0 },
	{ IR_VSMOV, 3, T_I32, I_LANE, IR_V128, 0, 0 },
	{ IR_VSMOV, 7, T_I64, I_LANE, IR_V128, 0, 0 },
	R2(VAND, 1, T_V, 0) R2(VANDN, 1, T_V, 0) R2(VOR, 1, T_V, 0)
	R2(VORN, 1, T_V, 0) R2(VXOR, 1, T_V, 0) R1(VNOT, 1, T_V, 0)
	R3(VBSL, 1, T_V, 0) R3(VEOR3, 1, T_V128, 0) R3(VBCAX, 1, T_V128, 0)
	R2(VRAX1, 8, T_V128, 0) R2(VXAR, 8, T_V128, I_XAR)
	R2(VADD, 15, T_V, 0) R2(VSUB, 15, T_V, 0) R2(VMUL, 7, T_V, 0)
	R3(VMLA, 7, T_V, 0) R3(VMLS, 7, T_V, 0) R1(VNEG, 15, T_V, 0)
	R1(VABS, 15, T_V, 0)
	R2(VUMIN, 7, T_V, 0) R2(VSMIN, 7, T_V, 0) R2(VUMAX, 7, T_V, 0)
	R2(VSMAX, 7, T_V, 0) R2(VUABD, 7, T_V, 0) R2(VSABD, 7, T_V, 0)
	R2(VUHADD, 7, T_V, 0) R2(VSHADD, 7, T_V, 0) R2(VURHADD, 7, T_V, 0)
	R2(VSRHADD, 7, T_V, 0) R2(VUHSUB, 7, T_V, 0) R2(VSHSUB, 7, T_V, 0)
	R2(VCMEQ, 15, T_V, 0) R2(VCMGT, 15, T_V, 0) R2(VCMGE, 15, T_V, 0)
	R2(VCMHI, 15, T_V, 0) R2(VCMHS, 15, T_V, 0) R2(VCMTST, 15, T_V, 0)
	R1(VCLZ, 7, T_V, 0) R1(VCNT, 1, T_V, 0) R1(VRBIT, 1, T_V, 0)
	R1(VREV, 7, T_V, I_REV)
	R2(VADDP, 7, T_V, 0) R2(VADDP, 8, T_V128, 0)
	R2(VUMAXP, 7, T_V, 0) R2(VUMINP, 7, T_V, 0)
	R2(VSMAXP, 7, T_V, 0) R2(VSMINP, 7, T_V, 0)
	R1(VUADDLP, 7, T_V, 0) R1(VSADDLP, 7, T_V, 0)
#define ACROSS(op, es) \
	{ IR_##op, es, T_V64, 0, IR_V64, 0, 0 }, \
	{ IR_##op, es, T_V64 | A_HI, 0, IR_V128, 0, 0 },
	ACROSS(VADDV, 7) ACROSS(VUADDLV, 7) ACROSS(VSADDLV, 7)
	ACROSS(VUMAXV, 7) ACROSS(VSMAXV, 7) ACROSS(VUMINV, 7) ACROSS(VSMINV, 7)
#define LONG(op, es) \
	{ IR_##op, es, T_V128 | A_HI, 0, IR_V128, IR_V128, 0 },
	{ IR_VUXTL, 7, T_V128 | A_HI, 0, IR_V128, 0, 0 },
	{ IR_VSXTL, 7, T_V128 | A_HI, 0, IR_V128, 0, 0 },
	LONG(VUMULL, 7) LONG(VSMULL, 7) LONG(VPMULL, 9) LONG(VSQDMULL, 6)
#define NARROW(op) \
	{ IR_##op, 7, T_V64, 0, IR_V128, 0, 0 }, \
	{ IR_##op, 7, T_V128 | A_HI, 0, IR_V128, IR_V128, 0 },
	NARROW(VXTN) NARROW(VSQXTN) NARROW(VUQXTN) NARROW(VSQXTUN)
	R1(VSHLI, 15, T_V, I_SHL) R1(VUSHRI, 15, T_V, I_SHR)
	R1(VSSHRI, 15, T_V, I_SHR) R1(VURSHRI, 15, T_V, I_SHR)
	R1(VSRSHRI, 15, T_V, I_SHR)
	R2(VSLI, 15, T_V, I_SHL) R2(VSRI, 15, T_V, I_SHR)
	R2(VUSHL, 15, T_V, I_COUNT) R2(VSSHL, 15, T_V, I_COUNT)
	R2(VURSHL, 15, T_V, I_COUNT) R2(VSRSHL, 15, T_V, I_COUNT)
	R2(VUQSHL, 15, T_V, I_KCOUNT) R2(VSQSHL, 15, T_V, I_KCOUNT)
	R2(VUQADD, 15, T_V, 0) R2(VSQADD, 15, T_V, 0)
	R2(VUQSUB, 15, T_V, 0) R2(VSQSUB, 15, T_V, 0)
	R1(VSQABS, 15, T_V, 0) R1(VSQNEG, 15, T_V, 0)
	R2(VSQDMULH, 6, T_V, 0) R2(VSQRDMULH, 6, T_V, 0)
	R2(VZIP1, 7, T_V, 0) R2(VZIP2, 7, T_V, 0) R2(VUZP1, 7, T_V, 0)
	R2(VUZP2, 7, T_V, 0) R2(VTRN1, 7, T_V, 0) R2(VTRN2, 7, T_V, 0)
	R2(VZIP1, 8, T_V128, 0) R2(VZIP2, 8, T_V128, 0)
	R2(VUZP1, 8, T_V128, 0) R2(VUZP2, 8, T_V128, 0)
	R2(VTRN1, 8, T_V128, 0) R2(VTRN2, 8, T_V128, 0)
	R2(VEXT, 1, T_V, I_EXT)
	{ IR_VTBL, 1, T_V, 0, IR_V128, AS, 0 },
	{ IR_VTBX, 1, T_V, 0, IR_V128, AS, AS },
	R3(VUDOT, 4, T_V, 0) R3(VSDOT, 4, T_V, 0) R3(VUSDOT, 4, T_V, 0)
	R2(AESE, 1, T_V128, 0) R2(AESD, 1, T_V128, 0) R1(AESMC, 1, T_V128, 0)
	R1(AESIMC, 1, T_V128, 0)
	{ IR_CRC32, 7, T_I32, 0, IR_I32, IR_I32, 0 },
	{ IR_CRC32, 8, T_I32, 0, IR_I32, IR_I64, 0 },
	{ IR_CRC32C, 7, T_I32, 0, IR_I32, IR_I32, 0 },
	{ IR_CRC32C, 8, T_I32, 0, IR_I32, IR_I64, 0 },
	R3(SHA1C, 4, T_V128, 0) R3(SHA1P, 4, T_V128, 0) R3(SHA1M, 4, T_V128, 0)
	R1(SHA1H, 4, T_V128, 0) R3(SHA1SU0, 4, T_V128, 0)
	R2(SHA1SU1, 4, T_V128, 0)
	R3(SHA256H, 4, T_V128, 0) R3(SHA256H2, 4, T_V128, 0)
	R3(SHA512H, 8, T_V128, 0) R3(SHA512H2, 8, T_V128, 0)
	R2(SHA512SU0, 8, T_V128, 0) R3(SHA512SU1, 8, T_V128, 0)
	R2(SHA256SU0, 4, T_V128, 0) R3(SHA256SU1, 4, T_V128, 0)
};

static const char *const levels[] = {
	"sse2", "ssse3", "sse4.1", "sse4.2", "avx", "avx2", "native"
};
static u32 feats[ARRAY_LEN(levels)];

static u32 fpcr_now;

/* Code and runs for the instruction that is in ir->inst[RES]. */
static void try_inst(unsigned es, bool fp)
{
	for (unsigned f = 0; f < ARRAY_LEN(levels); f++) {
		if (f && feats[f] == feats[f - 1])
			continue;
		for (unsigned v = 0; v < 4; v++) {
			mock_tight = v == 3;
			if (!generate(feats[f]))
				break;
			inlined++;
			for (unsigned k = 0; k < 16; k++)
				run_once(feats[f], fpcr_now, es, fp);
		}
	}
}

static void set_operand(unsigned n, u8 type, enum ir_type res)
{
	val_t *p = &ir->inst[RES].a + n;

	*p = type ? (val_t)(OPV + n) : 0;
	ir->inst[OPV + n].type = type == AS ? res : type;
}

static void with_imm(const struct row *r, unsigned es, s32 imm)
{
	static const u8 modes[3] = { 0, IR_MODE_FPCHECK, IR_MODE_DN };
	bool fp = r->flags & FP || r->op == IR_IVTOF;

	ir->inst[RES].imm = imm;
	for (unsigned k = 0; k < (fp ? 3 : 1); k++) {
		ir->mode = modes[k];
		fpcr_now = ir->mode & IR_MODE_DN ? FPCR_DN : 0;
		if (fp)
			fpcr_now |= (u32)(rnd() & 3) << FPCR_RMODE_SHIFT;
		try_inst(es, r->flags & FP);
	}
}

/* Byte v in the low byte of each lane. */
static u64 splat8(unsigned es, int v)
{
	u64 r = 0;

	for (unsigned k = 0; k < 8; k += 1u << es)
		r |= (u64)(u8)v << k * 8;
	return r;
}

static void try_imms(const struct row *r, unsigned es)
{
	s32 w = 8 << es, lanes = 16 >> es;

	switch (r->imm) {
	case I_SHL: case I_XAR:
		for (s32 k = 0; k < w; k++)
			with_imm(r, es, k);
		break;
	case I_SHR:
		for (s32 k = 1; k <= w; k++)
			with_imm(r, es, k);
		break;
	case I_LANE:
		for (s32 k = 0; k < lanes; k++)
			with_imm(r, es, k);
		break;
	case I_LANE2:
		for (s32 k = 0; k < lanes * lanes; k++)
			with_imm(r, es, k % lanes | k / lanes << 8);
		break;
	case I_EXT:
		for (s32 k = 0; k < (ir->inst[RES].type == IR_V64 ? 8 : 16);
		     k++)
			with_imm(r, es, k);
		break;
	case I_REV:
		for (s32 k = 2 << es; k <= 8; k *= 2)
			with_imm(r, es, k);
		break;
	case I_ROUND:
		for (s32 k = 0; k < 6; k++)
			with_imm(r, es, k);
		for (s32 k = 0; k < 5; k++) {
			with_imm(r, es, k | 5 << 8);
			with_imm(r, es, k | w << 8);
		}
		break;
	case I_RINT:
		for (s32 k = 0; k < 6; k++)
			for (s32 x = 0; x < 32; x += 8)
				with_imm(r, es, k | x);
		break;
	case I_COUNT:
		with_imm(r, es, 0);
		small_counts = true;
		for (s32 k = 0; k < 8; k++)
			with_imm(r, es, 0);
		small_counts = false;
		break;
	case I_KCOUNT:
		small_counts = true;
		ir->inst[OPV + 1].op = IR_VCONST;
		for (const_count = 0; const_count < w; const_count++) {
			ir->pool[0] = splat8(es, const_count);
			ir->pool[1] = ir->pool[0];
			with_imm(r, es, 0);
		}
		ir->inst[OPV + 1].op = IR_NOP;
		small_counts = false;
		const_count = -1;
		break;
	case I_FBITS:
		with_imm(r, es, IR_RCUR);
		with_imm(r, es, IR_RCUR | 1 << 8);
		with_imm(r, es, IR_RCUR | w << 8);
		break;
	default:
		with_imm(r, es, 0);
		break;
	}
}

static void try_type(const struct row *r, unsigned es, enum ir_type t)
{
	struct ir_inst *i = &ir->inst[RES];

	i->op = r->op;
	i->type = (u8)t;
	set_operand(0, r->a, t);
	set_operand(1, r->b, t);
	set_operand(2, r->c, t);
	for (unsigned x = 0; x < 16; x += 4) {
		if ((x & 4 && !(r->flags & A_HI)) ||
		    (x & 8 && !(r->flags & A_3)))
			continue;
		/* rows with an optional operand, or sources by type */
		if (!(x & 4) && r->flags & A_HI &&
		    (r->op == IR_FCVTN || r->op == IR_VXTN ||
		     r->op == IR_VSQXTN || r->op == IR_VUQXTN ||
		     r->op == IR_VSQXTUN ||
		     (r->op >= IR_VADDV && r->op <= IR_VSMINV)))
			continue;
		i->aux = (u8)(es | x);
		try_imms(r, es);
	}
}

static void try_row(const struct row *r)
{
	static const enum ir_type scalar[4] = { IR_NONE, IR_F16, IR_F32,
						IR_F64 };

	for (unsigned es = 0; es < 4; es++) {
		if (!(r->es >> es & 1))
			continue;
		if (r->flags & (T_V | T_V64) &&
		    !((r->flags & FP || r->op == IR_IVTOF) && es == 3 &&
		      r->op != IR_FCVTN))
			try_type(r, es, IR_V64);
		if (r->flags & (T_V | T_V128))
			try_type(r, es, IR_V128);
		if (r->flags & T_FS && es && r->op != IR_FCVT)
			try_type(r, es, scalar[es]);
		if (r->flags & T_I32)
			try_type(r, es, IR_I32);
		if (r->flags & T_I64)
			try_type(r, es, IR_I64);
	}
}

START_TEST(inline_against_sem)
{
	const struct row *r = &rows[_i];

	rng = 88172645463325252ull + (u64)_i * 0x9e3779b97f4a7c15ull;
	try_row(r);
}
END_TEST

/* Rows whose operands the table above cannot say. */
START_TEST(conversions)
{
	static const enum ir_type ft[4] = { IR_NONE, IR_F16, IR_F32, IR_F64 };
	struct ir_inst *i = &ir->inst[RES];

	for (unsigned from = 1; from < 4; from++)
		for (unsigned to = 1; to < 4; to++) {
			if (from == to)
				continue;
			*i = (struct ir_inst){ .op = IR_FCVT,
				.type = (u8)ft[to], .aux = (u8)from };
			set_operand(0, (u8)ft[from], ft[to]);
			for (unsigned k = 0; k < 12; k++) {
				ir->mode = k & 8 ? IR_MODE_FPCHECK :
					   k & 4 ? IR_MODE_DN : 0;
				fpcr_now = (k & 3) << FPCR_RMODE_SHIFT |
					   (k & 4 ? FPCR_DN : 0);
				try_inst(from, true);
			}
		}
	for (unsigned fes = 1; fes < 4; fes++)
		for (unsigned x = 0; x < 16; x += 4)
			for (s32 n = 0; n < 33; n += 8) {
				*i = (struct ir_inst){ .op = IR_ITOF,
					.type = (u8)ft[fes],
					.aux = (u8)(fes | x), .imm = n << 8 };
				set_operand(0, x & 8 ? IR_I64 : IR_I32, 0);
				ir->mode = 0;
				fpcr_now = (u32)(rnd() & 3)
					   << FPCR_RMODE_SHIFT;
				try_inst(3, false);
			}
}
END_TEST

START_TEST(compare_into_flags)
{
	static const enum ir_type ft[4] = { IR_NONE, IR_F16, IR_F32, IR_F64 };
	struct ir_inst *i = &ir->inst[RES];

	for (unsigned es = 2; es < 4; es++)
		for (unsigned x = 0; x < 8; x += 4)
			for (unsigned c = 0; c < 14; c++) {
				*i = (struct ir_inst){ .op = IR_FLG_FCMP,
					.type = IR_FLAGS,
					.aux = (u8)(es | x) };
				set_operand(0, (u8)ft[es], 0);
				set_operand(1, (u8)ft[es], 0);
				ir->inst[RES + 1] = (struct ir_inst){
					.op = IR_SETC, .type = IR_I32,
					.aux = (u8)c, .a = RES };
				fpcr_now = 0;
				ir->mode = 0;
				try_inst(es, true);
				ir->mode = IR_MODE_FPCHECK;
				try_inst(es, true);
			}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("isel_vec");
	TCase *tc = tcase_create("isel_vec");
	SRunner *sr = srunner_create(s);
	struct sigaction sa = { .sa_sigaction = on_trap,
				.sa_flags = SA_SIGINFO };
	int bad;

	sigaction(SIGFPE, &sa, NULL);
	m = mmap(NULL, sizeof(*m), PROT_READ | PROT_WRITE | PROT_EXEC,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	cg = calloc(1, sizeof(*cg));
	ir = calloc(1, sizeof(*ir));
	if (m == MAP_FAILED || !cg || !ir)
		return 77;
	m->host_mxcsr = 0x1f80;
	for (unsigned k = 0; k < ARRAY_LEN(levels); k++) {
		feats[k] = hostcpu_probe();
		hostcpu_mask(levels[k], &feats[k]);
	}
	tcase_set_timeout(tc, 300);
	tcase_add_loop_test(tc, inline_against_sem, 0, ARRAY_LEN(rows));
	tcase_add_test(tc, conversions);
	tcase_add_test(tc, compare_into_flags);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_ENV);
	if (getenv("CK_FORK") && runs)
		fprintf(stderr, "%llu code sequences, %llu runs, "
			"%llu traps\n", (unsigned long long)inlined,
			(unsigned long long)runs, trapped);
	bad = srunner_ntests_failed(sr);
	srunner_free(sr);
	return bad ? EXIT_FAILURE : EXIT_SUCCESS;
}
