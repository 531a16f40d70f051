/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * x86-64 vector, x87 and MMX instructions as the guest has them, against the
 * processor that runs the test: each line of x64.ops with such operands, in
 * random encodings with registers and memory, is executed as it is, by the
 * interpreter and by translated code for several kinds of host.  Compared are
 * all registers, the x87 state, MXCSR, flags and memory.  And faults: alignment,
 * unmasked exceptions, images.
 */
#include <check.h>
#include <inttypes.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "translate/block.h"
#include "translate/guest/x64/x64.h"
#include "translate/guest/x64/x64_table.h"
#include "translate/helper.h"
#include "translate/host/x64/enc.h"
#include "translate/host/x64/hostcpu.h"

enum { DATA_SIZE = 4096, CODE_SIZE = 65536, FX_SIZE = 512 };

struct state {
	u8 fx[FX_SIZE] __attribute__((aligned(64)));	/* x87 part only */
	union v128 v[32];		/* as in struct cpu */
	u64 r[16], flags;
	u32 mxcsr, pad;
	u8 data[DATA_SIZE] __attribute__((aligned(64)));
};

static struct area {
	u8 native[4096];		/* runs the instruction as it is */
	u8 code[CODE_SIZE];		/* the guest's */
	struct state s;			/* where it works */
	u8 own_fx[FX_SIZE] __attribute__((aligned(64)));
	u32 own_mxcsr;
} *m;

static u64 seed = 88172645463325252ull;

static u64 rnd(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed * 0x2545f4914f6cdd1dull >> 8;
}

/* -- As it is ------------------------------------------------------------------------ */

static void at(struct enc *e, const void *p)
{
	enc_rip_to(e, p);
}

/* vmovdqu ymm r, [s.ymm] and back; the halves are apart in struct state. */
static void move_ymm(struct enc *e, unsigned r, bool store)
{
	if (!store) {
		enc_v2m(e, SSE_MOVUPS, r, hm_rip());
		at(e, &m->s.v[r]);
		enc_vex_rm(e, ENC_OP(1, 3, 0x18, 0, 0, 2) , 0, r, r, hm_rip());
	} else {
		enc_vst(e, SSE_MOVUPS_ST, hm_rip(), r);
		at(e, &m->s.v[r]);
		enc_vex_rm(e, ENC_OP(1, 3, 0x19, 0, 0, 2), 0, r, 0, hm_rip());
	}
	/* VINSERTF128, VEXTRACTF128: VEX.L and the immediate */
	e->disp[-3] |= 4;
	enc_u8(e, 1);
	at(e, &m->s.v[r + 16]);
}

static void move_gprs(struct enc *e, bool store)
{
	for (unsigned r = 0; r < 16; r++) {
		if (r == RSP)
			continue;
		if (store)
			enc_mov_mr(e, 1, hm_rip(), r);
		else
			enc_mov_rm(e, 1, r, hm_rip());
		at(e, &m->s.r[r]);
	}
}

static const u8 saved[6] = { RBP, RBX, R12, R13, R14, R15 };

static void mem_op(struct enc *e, enc_op op, unsigned w, unsigned ext,
		   const void *p)
{
	enc_rm(e, op, w, ext, hm_rip());
	at(e, p);
}

enum { FXSAVE = 0, FXRSTOR = 1 };
#define OP_0FAE ENC_OP(0, 1, 0xae, 0, 0, 0)

static void run_native(const u8 *insn, unsigned len)
{
	struct enc e = { .p = m->native, .avx = true };
	void (*fn)(void);

	for (unsigned k = 0; k < 6; k++)
		enc_push_r(&e, saved[k]);
	mem_op(&e, OP_0FAE, 1, FXSAVE, m->own_fx);
	mem_op(&e, OP_0FAE, 1, FXRSTOR, m->s.fx);
	for (unsigned r = 0; r < 16; r++)
		move_ymm(&e, r, false);
	enc_ldmxcsr(&e, hm_rip());
	at(&e, &m->s.mxcsr);
	enc_push_m(&e, hm_rip());
	at(&e, &m->s.flags);
	enc_u8(&e, 0x9d);			/* popf */
	move_gprs(&e, false);
	memcpy(e.p, insn, len);
	e.p += len;
	move_gprs(&e, true);
	enc_u8(&e, 0x9c);			/* pushf */
	enc_pop_m(&e, hm_rip());
	at(&e, &m->s.flags);
	enc_stmxcsr(&e, hm_rip());
	at(&e, &m->s.mxcsr);
	for (unsigned r = 0; r < 16; r++)
		move_ymm(&e, r, true);
	mem_op(&e, OP_0FAE, 1, FXSAVE, m->s.fx);
	enc_0(&e, OP_VZEROUPPER);
	mem_op(&e, OP_0FAE, 1, FXRSTOR, m->own_fx);
	for (unsigned k = 6; k--; )
		enc_pop_r(&e, saved[k]);
	enc_ret(&e);
	ck_assert(e.p < m->native + sizeof(m->native));
	memcpy(&fn, &(void *){ m->native }, sizeof(fn));
	fn();
}

/* -- As guest code --------------------------------------------------------------------- */

static struct cpu cpu;
static unsigned code_at;

static int fetch_page(void *opaque, gaddr addr, const u8 **host)
{
	if (addr - ((gaddr)(uintptr_t)m->code & ~4095ull) > CODE_SIZE + 4096)
		return -1;
	*host = (const u8 *)(uintptr_t)addr;
	return 0;
}

static void on_fault(int sig, siginfo_t *si, void *uc)
{
	if (exec_host_fault(&cpu, uc, sig, (u64)(uintptr_t)si->si_addr, false))
		return;
	signal(sig, SIG_DFL);
}

static void catch_faults(void)
{
	static u8 stack[65536];
	const stack_t ss = { .ss_sp = stack, .ss_size = sizeof(stack) };
	struct sigaction sa = { .sa_sigaction = on_fault,
				.sa_flags = SA_SIGINFO | SA_ONSTACK };

	sigaltstack(&ss, NULL);
	sigaction(SIGSEGV, &sa, NULL);
	sigaction(SIGFPE, &sa, NULL);
}

static struct tctx *make_context(bool interpret)
{
	struct tctx_config cfg = {
		.isa = &x64_isa, .mem = { .kind = MEM_DIRECT,
					  .fetch_page = fetch_page },
		.interpret = interpret, .check_ir = true, .cpu_features = ~0ull
	};
	struct tctx *t = tctx_new(&cfg);

	memset(&cpu, 0, sizeof(cpu));
	ck_assert(t && !cpu_init(t, &cpu));
	return t;
}

/* Code goes to ever new places, so that old translations do no harm. */
static enum exec_exit run_guest(struct tctx *t, const u8 *insn, unsigned len)
{
	static u8 own[FX_SIZE] __attribute__((aligned(64)));
	enum exec_exit why;

	if (code_at + 32 > CODE_SIZE) {
		code_at = 0;
		tctx_invalidate(t, (gaddr)(uintptr_t)m->code, CODE_SIZE);
	}
	memcpy(m->code + code_at, insn, len);
	memcpy(m->code + code_at + len, "\x0f\x05", 2);		/* syscall */
	cpu.pc = (gaddr)(uintptr_t)m->code + code_at;
	code_at += 32;
	memcpy(cpu.r, m->s.r, sizeof(m->s.r));
	memcpy(cpu.v, m->s.v, sizeof(m->s.v));
	x64_set_eflags(&cpu, m->s.flags);
	cpu.guest_mxcsr = m->s.mxcsr;
	host_x87_save(own);
	host_x87_load(m->s.fx);
	why = exec_run(&cpu);
	host_x87_save(m->s.fx);
	host_x87_load(own);
	memcpy(m->s.r, cpu.r, sizeof(m->s.r));
	memcpy(m->s.v, cpu.v, sizeof(m->s.v));
	m->s.flags = x64_get_eflags(&cpu);
	m->s.mxcsr = cpu.guest_mxcsr;
	return why;
}

/* -- Encodings ----------------------------------------------------------------------------- */

struct code {
	u8 b[32];
	unsigned n, map, op, key;
	bool w, mod3;
};

static void put(struct code *c, unsigned b)
{
	c->b[c->n++] = (u8)b;
}

struct spec {
	const char *name;
	u8 how, size;
};

static const struct spec specs[X64_SPEC_COUNT] = {
	{ "", HOW_NONE, 0 },
#define _(name, how, size, regsize) { #name, HOW_##how, SZ_##size },
#include "translate/guest/x64/x64_spec.def"
#undef _
};

static bool has_how(const struct x64_row *r, unsigned how)
{
	for (unsigned k = 0; k < 4; k++)
		if (specs[r->op[k]].how == how)
			return true;
	return false;
}

/* Whether modrm.reg (or rm) names a general register: rsp and the base of
 * memory operands are left alone. */
static unsigned gpr(void)
{
	static const u8 low[] = { 0, 2, 5, 6 };

	return low[rnd() % 4];
}

static void put_prefixes(struct code *c)
{
	static const u8 pp[4] = { 0, 0x66, 0xf3, 0xf2 };

	if (c->key & KEY_PP)
		put(c, pp[c->key & KEY_PP]);
}

/* rxb: the inverted bits of VEX or those of REX. */
static void put_opcode(struct code *c, const struct x64_row *r, unsigned rxb)
{
	unsigned vvvv = r->what & ROW_NOVVVV ? 15 :
			has_how(r, HOW_B) ? 15 ^ gpr() : rnd() & 15;

	if (c->key & KEY_VEX) {
		put(c, 0xc4);
		put(c, (7 ^ rxb) << 5 | c->map);
		put(c, (c->w ? 0x80 : 0) | vvvv << 3 |
		       (c->key & KEY_L ? 4 : 0) | (c->key & KEY_PP));
	} else {
		put_prefixes(c);
		if (rxb || c->w)
			put(c, 0x40 | rxb | (c->w ? 8 : 0));
		if (c->map)
			put(c, 0x0f);
		if (c->map > MAP_0F)
			put(c, c->map == MAP_0F38 ? 0x38 : 0x3a);
	}
	put(c, c->op);
}

/* [rbx + disp8], [rbx + rcx * scale + disp8], or with a vector index. */
static void put_memory(struct code *c, const struct x64_row *r, unsigned reg,
		       unsigned index)
{
	bool sib = r->what & ROW_VSIB || rnd() & 1;
	unsigned scale = r->what & ROW_VSIB ? rnd() & 3 : rnd() & 1;

	put(c, 1 << 6 | reg << 3 | (sib ? 4u : 3u));
	if (sib)
		put(c, scale << 6 | (r->what & ROW_VSIB ? index : 1u) << 3 | 3);
	put(c, (rnd() & 1) * 0x40);
}

static unsigned tail_of(const struct spec *s)
{
	if (s->how == HOW_L)
		return 1;
	if (s->how == HOW_IMM || s->how == HOW_IMMU)
		return s->size == SZ_B ? 1 : 0;
	return 0;
}

static void encode(struct code *c, unsigned row, unsigned map, unsigned op)
{
	const struct x64_match *k = &x64_match[row];
	const struct x64_row *r = &x64_row[row];
	unsigned reg, rm, rxb = rnd() & 7, form = x64_opcode[map][op].form;

	memset(c, 0, sizeof(*c));
	c->map = map;
	c->op = op;
	c->key = ((unsigned)rnd() & (KEY_W | KEY_L | KEY_MOD3 | KEY_REG |
		  KEY_RM) & ~(unsigned)k->mask) | k->value;
	c->w = c->key & KEY_W;
	c->mod3 = c->key & KEY_MOD3;
	reg = c->key >> KEY_REG_SHIFT & 7;
	rm = c->key >> KEY_RM_SHIFT & 7;
	if (has_how(r, HOW_G)) {
		reg = gpr();
		rxb &= 3;
	}
	if (c->mod3 && (has_how(r, HOW_E) || has_how(r, HOW_R))) {
		rm = gpr();
		rxb &= 6;
	}
	if (!c->mod3)
		rxb &= r->what & ROW_VSIB ? 6 : 4;
	put_opcode(c, r, rxb);
	if (form & FORM_MODRM) {
		if (c->mod3)
			put(c, 3 << 6 | reg << 3 | rm);
		else
			put_memory(c, r, reg, (unsigned)rnd() & 7);
	}
	for (unsigned n = 0; n < 4; n++)
		for (unsigned t = tail_of(&specs[r->op[n]]); t--; )
			put(c, (unsigned)rnd());
}

/* -- Rows ------------------------------------------------------------------------------------- */

/* Loads of control words (exceptions might be unmasked), images with
 * addresses of instructions, and what is no instruction of user programs. */
static const char *const skipped[] = {
	"fldenv", "fnstenv", "frstor", "fnsave", "fldcw", "fxsave", "fxrstor",
	"xsave", "xsavec", "xsaveopt", "xrstor", "fxsave64", "fxrstor64",
};

static bool wanted(unsigned row, unsigned map, unsigned op)
{
	const struct x64_row *r = &x64_row[row];
	const char *name = x64_row_name(r);

	for (unsigned k = 0; k < ARRAY_LEN(skipped); k++)
		if (!strncmp(name, skipped[k], strlen(skipped[k])))
			return false;
	if (r->what & (X64_W_PRIV | X64_W_BRANCH))
		return false;
	if (map == MAP_ONE)
		return op >= 0xd8 && op <= 0xdf;
	for (unsigned k = 0; k < 4; k++) {
		unsigned how = specs[r->op[k]].how;

		if ((how >= HOW_V && how <= HOW_STI) || how == HOW_H)
			return true;
	}
	return !strcmp(name, "emms") || !strcmp(name, "vzeroall") ||
	       !strcmp(name, "vzeroupper");
}

/* Is it there on this processor?  Features that cpuid knows for the guest
 * are those of the host by the same bits. */
static bool available(const struct x64_row *r)
{
	u64 have = 0;
	u32 f = hostcpu_probe();

	if (!r->feature)
		return true;
	have = ~0ull;
	if (!(f & HF_SHA))
		have &= ~(u64)X64_FEAT_SHA;
	if (!(f & HF_AVX2))
		have &= ~(u64)X64_FEAT_AVX2;
	if (!(f & HF_FMA))
		have &= ~(u64)X64_FEAT_FMA;
	if (!(f & HF_F16C))
		have &= ~(u64)X64_FEAT_F16C;
	if (!(f & HF_AES))
		have &= ~(u64)X64_FEAT_AES;
	if (!(f & HF_PCLMUL))
		have &= ~(u64)X64_FEAT_PCLMULQDQ;
	return have >> (r->feature - 1) & 1;
}

/* -- Operands ---------------------------------------------------------------------------------- */

static u32 any_f32(void)
{
	static const u32 v[] = { 0, 0x80000000, 0x3f800000, 0xbfc00000,
		0x7f800000, 0xff800000, 0x7fc00001, 0x7f800001, 1, 0x807fffff,
		0x00800000, 0x7f7fffff, 0x4f000000, 0xcf000000, 0x40490fdb };

	return rnd() & 1 ? v[rnd() % ARRAY_LEN(v)] :
			   0x3f000000 + (u32)(rnd() & 0x1ffffff);
}

static u64 any_f64(void)
{
	static const u64 v[] = { 0, 1ull << 63, 0x3ff0000000000000,
		0xbff8000000000000, 0x7ff0000000000000, 0xfff0000000000000,
		0x7ff8000000000001, 0xfff0000000000001, 1, 0x0010000000000000,
		0x7fefffffffffffff, 0x41e0000000000000, 0xc1e0000000000000,
		0x43e0000000000000, 0x400921fb54442d18 };

	return rnd() & 1 ? v[rnd() % ARRAY_LEN(v)] :
			   0x3fe0000000000000 + (rnd() & 0x3fffffffffffff);
}

static union v128 any(void)
{
	union v128 v = { .d = { rnd() * 0x10001, rnd() * 0x1000001 } };

	switch (rnd() % 4) {
	case 0:
		for (unsigned i = 0; i < 4; i++)
			v.s[i] = any_f32();
		break;
	case 1:
		for (unsigned i = 0; i < 2; i++)
			v.d[i] = any_f64();
		break;
	case 2:
		for (unsigned i = 0; i < 16; i++)
			v.b[i] = "abc\0\x7f\x80\xff\x01"[rnd() & 7];
		break;
	default:
		break;
	}
	return v;
}

/* Extended doubles of all kinds, any top of stack, some registers empty. */
static void any_x87(u8 *fx)
{
	static const u16 exps[] = { 0, 0x3fff, 0x4000, 0x3ffe, 0x7fff, 0xbfff,
				    0xffff, 0x401e, 0x403e, 0x7ffe, 1 };
	u16 fcw = (u16)(0x7f | (rnd() & 3) << 10 | (rnd() & 1 ? 3 : 2) << 8);
	u16 fsw = (u16)((rnd() & 7) << 11 | (rnd() & 0x4700));

	memset(fx, 0, FX_SIZE);
	memcpy(fx, &fcw, 2);
	memcpy(fx + 2, &fsw, 2);
	fx[4] = rnd() & 1 ? 0xff : (u8)rnd();
	for (unsigned i = 0; i < 8; i++) {
		u16 e = exps[rnd() % ARRAY_LEN(exps)];
		u64 sig = rnd() * 0x10001;

		if (e & 0x7fff)
			sig |= 1ull << 63;
		if (rnd() & 1)
			sig &= 3ull << 62;
		memcpy(fx + 32 + 16 * i, &sig, 8);
		memcpy(fx + 40 + 16 * i, &e, 2);
	}
	((u32 *)(void *)fx)[6] = 0x1f80;
	((u32 *)(void *)fx)[7] = 0xffff;
}

/* Of gathers: within the data, whichever size they have. */
static void small_indices(const struct code *c)
{
	struct x64_insn i;

	if (x64_decode(&i, c->b, c->n, 0, ~0ull, 64) != X64_DECODED)
		return;
	for (unsigned h = 0; h < 2; h++)
		for (unsigned k = 0; k < 4; k++)
			m->s.v[i.index + 16 * h].s[k] = k & 1 ? 0 :
				(u32)rnd() & 0x3f;
}

static void any_state(const struct code *c, const struct x64_row *r)
{
	struct state *s = &m->s;
	union v128 v;

	any_x87(s->fx);
	for (unsigned k = 0; k < 32; k++)
		s->v[k] = any();
	if (rnd() % 4 == 0)
		memset(&s->v[16], 0, 256);
	for (unsigned k = 0; k < 16; k++)
		s->r[k] = rnd() >> rnd() % 56;
	for (unsigned k = 0; k < DATA_SIZE / 16; k++) {
		v = any();
		memcpy(s->data + 16 * k, &v, 16);
	}
	if (r->what & ROW_VSIB)
		small_indices(c);
	s->r[RSP] = 0;
	s->r[RBX] = (u64)(uintptr_t)s->data + 1024;
	s->r[RCX] = (rnd() & 1) * 64;
	s->r[RDI] = (u64)(uintptr_t)s->data + (rnd() & 0xff);
	s->flags = (rnd() & EFLAGS_ARITH) | 0x202;
	s->mxcsr = 0x1f80 | (u32)(rnd() & 3) << 13 | (rnd() % 4 ? 0 : 0x8040);
}

/* -- Comparison ---------------------------------------------------------------------------------- */

static unsigned failures;

static bool same_x87(const u8 *a, const u8 *b)
{
	return !memcmp(a, b, 5) && !memcmp(a + 32, b + 32, 128);
}

static const char *difference(const struct state *x, const struct state *y)
{
	static char text[120];
	u64 f = EFLAGS_ARITH;

	for (unsigned k = 0; k < 16; k++)
		if (k != RSP && x->r[k] != y->r[k]) {
			sprintf(text, "r%u %" PRIx64 " %" PRIx64, k, x->r[k],
				y->r[k]);
			return text;
		}
	for (unsigned k = 0; k < 32; k++)
		if (memcmp(&x->v[k], &y->v[k], 16)) {
			sprintf(text, "v%u %016" PRIx64 "%016" PRIx64 " %016"
				PRIx64 "%016" PRIx64, k, x->v[k].d[1],
				x->v[k].d[0], y->v[k].d[1], y->v[k].d[0]);
			return text;
		}
	if ((x->flags ^ y->flags) & f) {
		sprintf(text, "flags %" PRIx64 " %" PRIx64, x->flags & f,
			y->flags & f);
		return text;
	}
	if (x->mxcsr != y->mxcsr) {
		sprintf(text, "mxcsr %x %x", x->mxcsr, y->mxcsr);
		return text;
	}
	if (!same_x87(x->fx, y->fx))
		return "x87";
	return memcmp(x->data, y->data, DATA_SIZE) ? "memory" : NULL;
}

static void report(const struct code *c, const char *how, const char *what)
{
	char text[160];

	if (failures++ > 30)
		return;
	x64_disas(0, c->b, c->n, text, sizeof(text));
	fprintf(stderr, "%s (", text);
	for (unsigned k = 0; k < c->n; k++)
		fprintf(stderr, "%02x", c->b[k]);
	fprintf(stderr, "), %s: %s\n", how, what);
}

static struct state start, native;

static void try_guest(struct tctx *t, const struct code *c, const char *how)
{
	const char *what;
	char text[40];
	enum exec_exit why;

	m->s = start;
	why = run_guest(t, c->b, c->n);
	if (why != EXEC_SYSCALL) {
		sprintf(text, "exit %d", why);
		report(c, how, text);
		return;
	}
	m->s.r[RCX] = native.r[RCX];
	m->s.r[R11] = native.r[R11];
	what = difference(&native, &m->s);
	if (what)
		report(c, how, what);
}

static bool defined(const struct code *c)
{
	struct x64_insn i;

	return x64_decode(&i, c->b, c->n, 0, ~0ull, 64) == X64_DECODED &&
	       i.len == c->n;
}

/* -- The tests -------------------------------------------------------------------------------------- */

static const struct {
	const char *cpu;	/* DRAGOMAN_HOST_CPU, NULL: interpreter */
	unsigned times;
} kinds[] = {
	{ NULL, 40 }, { "native", 40 }, { "avx", 15 }, { "sse4.2", 15 },
	{ "sse2", 15 }
};

START_TEST(rows)
{
	const char *how = kinds[_i].cpu;
	struct tctx *t;

	setenv("DRAGOMAN_HOST_CPU", how ? how : "native", 1);
	catch_faults();
	t = make_context(!how);
	how = how ? how : "interpreter";
	for (unsigned map = 0; map < MAP_COUNT; map++)
		for (unsigned op = 0; op < 256; op++) {
			const struct x64_opcode *o = &x64_opcode[map][op];

			for (unsigned k = 0; k < o->count * kinds[_i].times;
			     k++) {
				unsigned row = o->first + k / kinds[_i].times;
				struct code c;

				encode(&c, row, map, op);
				if (!wanted(row, map, op) || !defined(&c) ||
				    !available(&x64_row[row]))
					continue;
				any_state(&c, &x64_row[row]);
				start = m->s;
				run_native(c.b, c.n);
				native = m->s;
				try_guest(t, &c, how);
			}
		}
	ck_assert_msg(!failures, "%s: %u differ", how, failures);
}
END_TEST

/* -- Faults ------------------------------------------------------------------------------------------ */

static const struct {
	const char *text;
	u8 n, b[12];
	u32 fault;		/* 0: none */
} faults[] = {	/* rbx = 8 more than a multiple of 64; ZM, IM clear */
	{ "movaps xmm1, [rbx]", 3, { 0x0f, 0x28, 0x0b }, FAULT_GP },
	{ "movaps [rbx], xmm1", 3, { 0x0f, 0x29, 0x0b }, FAULT_GP },
	{ "movaps xmm1, [rbx+8]", 4, { 0x0f, 0x28, 0x4b, 8 }, 0 },
	{ "movups xmm1, [rbx]", 3, { 0x0f, 0x10, 0x0b }, 0 },
	{ "movdqu [rbx], xmm1", 4, { 0xf3, 0x0f, 0x7f, 0x0b }, 0 },
	{ "paddb xmm1, [rbx]", 4, { 0x66, 0x0f, 0xfc, 0x0b }, FAULT_GP },
	{ "vpaddb xmm1, xmm1, [rbx]", 4, { 0xc5, 0xf1, 0xfc, 0x0b }, 0 },
	{ "vmovaps ymm1, [rbx]", 4, { 0xc5, 0xfc, 0x28, 0x0b }, FAULT_GP },
	{ "vmovups ymm1, [rbx]", 4, { 0xc5, 0xfc, 0x10, 0x0b }, 0 },
	{ "addss xmm1, [rbx]", 4, { 0xf3, 0x0f, 0x58, 0x0b }, 0 },
	{ "divps xmm2, xmm3", 3, { 0x0f, 0x5e, 0xd3 }, FAULT_FP },
	{ "sqrtsd xmm2, xmm4", 4, { 0xf2, 0x0f, 0x51, 0xd4 }, FAULT_FP },
	{ "addps xmm2, xmm3", 3, { 0x0f, 0x58, 0xd3 }, 0 },
	{ "fdivp; fwait", 3, { 0xde, 0xf9, 0x9b }, FAULT_FP | FAULT_X87 },
	{ "ldmxcsr [rbx+16]", 4, { 0x0f, 0xae, 0x53, 16 }, FAULT_GP },
	{ "fxsave [rbx]", 3, { 0x0f, 0xae, 0x03 }, FAULT_GP },
	{ "fxsave [rbx+8]", 4, { 0x0f, 0xae, 0x43, 8 }, 0 },
	{ "xsave [rbx+24]", 4, { 0x0f, 0xae, 0x63, 24 }, FAULT_GP },
	{ "xsave [rbx+56]", 4, { 0x0f, 0xae, 0x63, 56 }, 0 },
};

static void fault_state(void)
{
	struct state *s = &m->s;
	u16 fcw = 0x37b;		/* x87's division by zero is unmasked */

	memset(s, 0, sizeof(*s));
	memcpy(s->fx, &fcw, 2);
	s->fx[4] = 3;			/* registers in use */
	s->mxcsr = 0x1d00;
	s->r[RBX] = (u64)(uintptr_t)s->data + 1024 + 8;
	for (unsigned k = 0; k < 4; k++)
		s->v[2].s[k] = 0x3f800000;
	s->v[4].d[0] = 0xbff0000000000000;
	s->data[1024 + 8 + 16 + 3] = 0x80;	/* no MXCSR has bit 31 */
	/* st(0) = 0, st(1) = 1.0 */
	memset(s->fx + 32, 0, 10);
	memcpy(s->fx + 48, "\0\0\0\0\0\0\0\x80\xff\x3f", 10);
}

START_TEST(faulting)
{
	bool interpret = _i == 0;
	struct tctx *t;

	setenv("DRAGOMAN_HOST_CPU", "native", 1);
	catch_faults();
	t = make_context(interpret);
	for (unsigned k = 0; k < ARRAY_LEN(faults); k++) {
		enum exec_exit want = faults[k].fault ? EXEC_FAULT :
							EXEC_SYSCALL;
		enum exec_exit why;
		union v128 v2;

		fault_state();
		v2 = m->s.v[2];
		why = run_guest(t, faults[k].b, faults[k].n);
		ck_assert_msg(why == want, "%s: exit %d", faults[k].text, why);
		if (!faults[k].fault)
			continue;
		ck_assert_msg((cpu.fault_info & ~(u32)FAULT_WRITE) ==
			      faults[k].fault, "%s: fault %x", faults[k].text,
			      cpu.fault_info);
		ck_assert_msg(cpu.pc - (gaddr)(uintptr_t)m->code - code_at + 32
			      < faults[k].n, "%s: pc", faults[k].text);
		ck_assert_mem_eq(&v2, &m->s.v[2], 16);
	}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("x64_native");
	TCase *tc = tcase_create("x64_native");
	SRunner *sr = srunner_create(s);
	int bad;

	m = mmap(NULL, sizeof(*m), PROT_READ | PROT_WRITE | PROT_EXEC,
		 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (m == MAP_FAILED || !(hostcpu_probe() & HF_AVX))
		return 77;
	tcase_set_timeout(tc, 300);
	tcase_add_loop_test(tc, rows, 0, ARRAY_LEN(kinds));
	tcase_add_loop_test(tc, faulting, 0, 2);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_ENV);
	bad = srunner_ntests_failed(sr);
	srunner_free(sr);
	return bad ? EXIT_FAILURE : EXIT_SUCCESS;
}
