/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * x86-64 encoder: every table row and every integer form, for low and high
 * registers and all kinds of addresses, is disassembled by capstone and
 * compared with a text built here without the encoder.
 */
#include <capstone/capstone.h>
#include <check.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "translate/host/x64/enc.h"

static csh cs;
static u8 code[64];
static char want[160];
static unsigned checked, failed;

enum form { V3, V3I, V2, V2I, VM, VMI, SH, V0, V4, XG, XG3, XG3I, GX, GXI,
	    GS, GSI, G2, G3, G3C, G1V, G2I };

static const struct row {
	const char *name, *text;
	enc_op op;
	u8 form, w, vex, msz;
} rows[] = {
#define _(name, text, form, pp, map, opc, ext, w, vex, msz, feat) \
	{ #name, text, SSE_##name, form, w, vex, msz },
#include "translate/host/x64/enc.def"
#undef _
};

static const char *const r64[] = {
	"rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi",
	"r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15"
};
static const char *const r32[] = {
	"eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi",
	"r8d", "r9d", "r10d", "r11d", "r12d", "r13d", "r14d", "r15d"
};
static const char *const r16[] = {
	"ax", "cx", "dx", "bx", "sp", "bp", "si", "di",
	"r8w", "r9w", "r10w", "r11w", "r12w", "r13w", "r14w", "r15w"
};
static const char *const r8[] = {
	"al", "cl", "dl", "bl", "spl", "bpl", "sil", "dil",
	"r8b", "r9b", "r10b", "r11b", "r12b", "r13b", "r14b", "r15b"
};
static const char *const cc_name[] = {
	"o", "no", "b", "ae", "e", "ne", "be", "a",
	"s", "ns", "p", "np", "l", "ge", "le", "g"
};

/* Register name of 2^sz bytes. */
static const char *gr(unsigned sz, unsigned r)
{
	const char *const *const tab[] = { r8, r16, r32, r64 };

	return tab[sz][r];
}

static const struct hmem mems[] = {
	{ RAX, HREG_NONE, 0, 0 },	{ RSP, HREG_NONE, 0, 0 },
	{ RBP, HREG_NONE, 0, 0 },	{ R12, HREG_NONE, 0, 0x10 },
	{ R13, HREG_NONE, 0, 0 },	{ RSP, HREG_NONE, 0, 0x1234 },
	{ RBP, HREG_NONE, 0, -128 },	{ RBP, HREG_NONE, 0, -129 },
	{ RDI, RSI, 3, 127 },		{ R8, R9, 2, 128 },
	{ RBX, R12, 1, 0 },		{ R13, R14, 0, 0 },
	{ R12, RBP, 3, 0x10 },		{ HREG_NONE, HREG_NONE, 0, 0x1000 },
	{ HREG_NONE, R15, 3, 0x2000 },	{ HREG_RIP, HREG_NONE, 0, 0x30 },
	{ RSP, RAX, 1, 0x40 },		{ R14, RCX, 0, -1 }
};
static const u8 regs[] = { 0, 3, 4, 7, 9, 12, 15 };

static const char *mem_text(struct hmem m)
{
	static char buf[64];
	char *p = buf;

	*p++ = '[';
	if (m.base == HREG_RIP)
		p += sprintf(p, "rip");
	else if (m.base != HREG_NONE)
		p += sprintf(p, "%s", r64[m.base]);
	if (m.index != HREG_NONE) {
		p += sprintf(p, "%s%s", p > buf + 1 ? " + " : "", r64[m.index]);
		if (m.scale)
			p += sprintf(p, "*%d", 1 << m.scale);
	}
	if (p == buf + 1)
		p += sprintf(p, "0x%x", (unsigned)m.disp);
	else if (m.disp < 0)
		p += sprintf(p, m.disp < -9 ? " - 0x%x" : " - %x",
			     (unsigned)-m.disp);
	else if (m.disp)
		p += sprintf(p, m.disp > 9 ? " + 0x%x" : " + %x",
			     (unsigned)m.disp);
	sprintf(p, "]");
	return buf;
}

static const char *size_text(unsigned bytes)
{
	switch (bytes) {
	case 1:
		return "byte ptr ";
	case 2:
		return "word ptr ";
	case 4:
		return "dword ptr ";
	case 8:
		return "qword ptr ";
	default:
		return "xmmword ptr ";
	}
}

/* printf into `want`, continuing at its end if `more`. */
PRINTF_FMT(1, 2)
static void expect(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(want, sizeof(want), fmt, ap);
	va_end(ap);
}

static struct enc start(bool avx)
{
	memset(code, 0xcc, sizeof(code));
	return (struct enc){ .p = code, .avx = avx };
}

/* Capstone spells the memory forms of vcvt[t]pd2{ps,dq} with an x. */
static void drop_x(char *s)
{
	char *p = strstr(s, "cvt");

	p = p ? strchr(p, ' ') : NULL;
	if (p && p[-1] == 'x')
		memmove(p - 1, p, strlen(p) + 1);
}

/* Compare the instructions code..e->p with `want` (joined by "; "). */
static void verify(const struct enc *e, const char *what)
{
	char got[256] = "";
	cs_insn *in;
	size_t len = (size_t)(e->p - code), done = 0;
	size_t n = cs_disasm(cs, code, len, 0, 0, &in);

	for (size_t i = 0; i < n; i++) {
		size_t at = strlen(got);

		snprintf(got + at, sizeof(got) - at, "%s%s%s%s", i ? "; " : "",
			 in[i].mnemonic, *in[i].op_str ? " " : "",
			 in[i].op_str);
		done += in[i].size;
	}
	if (n)
		cs_free(in, n);
	drop_x(got);
	checked++;
	if (done == len && !strcmp(got, want))
		return;
	if (failed++ < 10) {
		fprintf(stderr, "%s: want '%s' got '%s' bytes", what, want,
			got);
		for (size_t i = 0; i < len; i++)
			fprintf(stderr, " %02x", code[i]);
		fprintf(stderr, "\n");
	}
}

static bool is_gpr_form(const struct row *r)
{
	return r->form >= G2;
}

/* -- Table rows ----------------------------------------------------------- */

/* A move that the non-VEX three-operand form puts in front. */
static const char *lead(bool vex, unsigned d, unsigned a)
{
	static char buf[40];

	buf[0] = 0;
	if (!vex && d != a)
		sprintf(buf, "movaps xmm%u, xmm%u; ", d, a);
	return buf;
}

static const char *first(bool vex, unsigned d, unsigned a)
{
	static char buf[40];

	if (vex)
		sprintf(buf, "xmm%u, xmm%u", d, a);
	else
		sprintf(buf, "xmm%u", d);
	return buf;
}

static void row_vec_rr(const struct row *r, bool avx, unsigned d, unsigned a,
		       unsigned s)
{
	struct enc e = start(avx);
	bool vex = avx && r->vex;
	const char *v = vex ? "v" : "";
	unsigned gsz = r->w ? 3 : 2;

	switch (r->form) {
	case V3:
		if (!vex && d == s && d != a)
			return;
		enc_v3(&e, r->op, d, a, s);
		expect("%s%s%s %s, xmm%u", lead(vex, d, a), v, r->text,
		       first(vex, d, a), s);
		break;
	case V3I:
		if (!vex && d == s && d != a)
			return;
		enc_v3i(&e, r->op, d, a, s, 0x5a);
		expect("%s%s%s %s, xmm%u, 0x5a", lead(vex, d, a), v, r->text,
		       first(vex, d, a), s);
		break;
	case V2:
		enc_v2(&e, r->op, d, s);
		expect("%s%s xmm%u, xmm%u", v, r->text, d, s);
		break;
	case V2I:
		enc_v2i(&e, r->op, d, s, 0x81);
		expect("%s%s xmm%u, xmm%u, 0x81", v, r->text, d, s);
		break;
	case VM:
		enc_vst_r(&e, r->op, d, s);
		expect("%s%s xmm%u, xmm%u", v, r->text, d, s);
		break;
	case VMI:
		enc_vsti_r(&e, r->op, d, s, 0x44);
		expect("%s%s xmm%u, xmm%u, 0x44", v, r->text, d, s);
		break;
	case SH:
		enc_vsh(&e, r->op, d, a, 0x1f);
		expect("%s%s%s %s, 0x1f", lead(vex, d, a), v, r->text,
		       first(vex, d, a));
		break;
	case V0:
		enc_v0(&e, r->op, d, s);
		/* (capstone does not show the implicit xmm0) */
		expect("%s xmm%u, xmm%u", r->text, d, s);
		break;
	case V4:
		enc_v4(&e, r->op, d, a, s, 15 - d);
		expect("v%s xmm%u, xmm%u, xmm%u, xmm%u", r->text, d, a, s,
		       15 - d);
		break;
	case XG:
		enc_xg(&e, r->op, d, s);
		expect("%s%s xmm%u, %s", v, r->text, d, gr(gsz, s));
		break;
	case XG3:
		enc_xg3(&e, r->op, d, a, s);
		expect("%s%s%s %s, %s", lead(vex, d, a), v, r->text,
		       first(vex, d, a), gr(gsz, s));
		break;
	case XG3I:
		enc_xg3i(&e, r->op, d, a, s, 3);
		expect("%s%s%s %s, %s, 3", lead(vex, d, a), v, r->text,
		       first(vex, d, a), gr(gsz, s));
		break;
	case GX:
		enc_gx(&e, r->op, d, s);
		expect("%s%s %s, xmm%u", v, r->text, gr(gsz, d), s);
		break;
	case GXI:
		enc_gxi(&e, r->op, d, s, 7);
		expect("%s%s %s, xmm%u, 7", v, r->text, gr(gsz, d), s);
		break;
	case GS:
		enc_gs(&e, r->op, d, s);
		expect("%s%s %s, xmm%u", v, r->text, gr(gsz, d), s);
		break;
	case GSI:
		enc_gsi(&e, r->op, d, s, 1);
		expect("%s%s %s, xmm%u, 1", v, r->text, gr(gsz, d), s);
		break;
	}
	verify(&e, r->name);
}

static void row_vec_mem(const struct row *r, bool avx, unsigned d, unsigned a,
			struct hmem m)
{
	struct enc e = start(avx);
	bool vex = avx && r->vex;
	const char *v = vex ? "v" : "", *mt = mem_text(m);
	/* Capstone calls the operand of comiss and comisd a whole vector. */
	const char *st = size_text(strncmp(r->text, "comis", 5) ? r->msz : 16);
	unsigned gsz = r->w ? 3 : 2;

	switch (r->form) {
	case V3: case XG3:
		enc_v3m(&e, r->op, d, a, m);
		expect("%s%s%s %s, %s%s", lead(vex, d, a), v, r->text,
		       first(vex, d, a), st, mt);
		break;
	case V3I: case XG3I:
		enc_v3mi(&e, r->op, d, a, m, 0x5a);
		expect("%s%s%s %s, %s%s, 0x5a", lead(vex, d, a), v, r->text,
		       first(vex, d, a), st, mt);
		break;
	case V2: case XG:
		enc_v2m(&e, r->op, d, m);
		expect("%s%s xmm%u, %s%s", v, r->text, d, st, mt);
		break;
	case V2I:
		enc_v2mi(&e, r->op, d, m, 0x81);
		expect("%s%s xmm%u, %s%s, 0x81", v, r->text, d, st, mt);
		break;
	case VM: case GS:
		enc_vst(&e, r->op, m, d);
		expect("%s%s %s%s, xmm%u", v, r->text, st, mt, d);
		break;
	case VMI: case GSI:
		enc_vsti(&e, r->op, m, d, 0x44);
		expect("%s%s %s%s, xmm%u, 0x44", v, r->text,
		       r->form == VMI ? "qword ptr " : st, mt, d);
		break;
	case GX:
		enc_gxm(&e, r->op, d, m);
		expect("%s%s %s, %s%s", v, r->text, gr(gsz, d), st, mt);
		break;
	default:
		return;
	}
	verify(&e, r->name);
}

static void row_gpr(const struct row *r, unsigned w, unsigned d, unsigned a,
		    unsigned s)
{
	struct enc e = start(true);
	unsigned sz = 2 + w;

	switch (r->form) {
	case G2:
		enc_g2(&e, r->op, w, d, s);
		expect("%s %s, %s", r->text, gr(sz, d), gr(sz, s));
		break;
	case G3:
		enc_g3(&e, r->op, w, d, a, s);
		expect("%s %s, %s, %s", r->text, gr(sz, d), gr(sz, a),
		       gr(sz, s));
		break;
	case G3C:
		enc_g3c(&e, r->op, w, d, s, a);
		expect("%s %s, %s, %s", r->text, gr(sz, d), gr(sz, s),
		       gr(sz, a));
		break;
	case G1V:
		enc_g1v(&e, r->op, w, d, s);
		expect("%s %s, %s", r->text, gr(sz, d), gr(sz, s));
		break;
	case G2I:
		enc_g2i(&e, r->op, w, d, s, 13);
		expect("%s %s, %s, 0xd", r->text, gr(sz, d), gr(sz, s));
		break;
	}
	verify(&e, r->name);
}

static bool memory_only(const struct row *r)
{
	const char *n = r->name;

	return strstr(n, "_LD") || !strncmp(n, "MOVSS_ST", 8) ||
	       !strncmp(n, "MOVSD_ST", 8) || !strncmp(n, "MOVLPS", 6) ||
	       !strncmp(n, "MOVHPS", 6);
}

static void test_one_row(const struct row *r, unsigned d, unsigned a)
{
	for (unsigned k = 0; k < ARRAY_LEN(regs); k++) {
		if (is_gpr_form(r)) {
			row_gpr(r, 0, d, a, regs[k]);
			row_gpr(r, 1, d, a, regs[k]);
			continue;
		}
		if (memory_only(r) || !strcmp(r->name, "PEXTRW_ST"))
			continue;
		if (r->vex != 2)
			row_vec_rr(r, false, d, a, regs[k]);
		if (r->vex && !(r->form == V3 && regs[k] >= 8 && a < 8))
			row_vec_rr(r, true, d, a, regs[k]);
	}
	if (is_gpr_form(r) || !r->msz)
		return;
	for (unsigned k = 0; k < ARRAY_LEN(mems); k++) {
		if (r->vex != 2)
			row_vec_mem(r, false, d, a, mems[k]);
		if (r->vex)
			row_vec_mem(r, true, d, a, mems[k]);
	}
}

START_TEST(table_rows)
{
	for (unsigned i = 0; i < ARRAY_LEN(rows); i++)
		for (unsigned d = 0; d < ARRAY_LEN(regs); d++)
			for (unsigned a = 0; a < ARRAY_LEN(regs); a++)
				test_one_row(&rows[i], regs[d], regs[a]);
	ck_assert_uint_eq(failed, 0);
	ck_assert_uint_gt(checked, 20000);
}
END_TEST

/* -- Integer forms -------------------------------------------------------- */

static const char *const alu_name[] = {
	"add", "or", "adc", "sbb", "and", "sub", "xor", "cmp"
};
static const char *const sh_name[] = {
	"rol", "ror", "", "", "shl", "shr", "", "sar"
};
static const char *const un_name[] = {
	"", "", "not", "neg", "mul", "imul", "div", "idiv"
};

#define CHECK(call, ...) \
	do { \
		struct enc e = start(false); \
		call; \
		expect(__VA_ARGS__); \
		verify(&e, #call); \
	} while (0)

/*
 * Capstone's rendering of a sign-extended immediate for 2^sz bytes: as a
 * negative number for arithmetic, as a bit pattern for logic.
 */
static const char *imm_text(unsigned sz, s32 imm, bool logic)
{
	static char buf[32];
	u64 v = (u64)(s64)imm & (sz == 3 ? ~0ull : (1ull << (8 << sz)) - 1);

	if (!logic && imm < 0)
		sprintf(buf, imm < -9 ? "-0x%x" : "-%x", (unsigned)-imm);
	else if (v > 9)
		sprintf(buf, "0x%llx", (unsigned long long)v);
	else
		sprintf(buf, "%llu", (unsigned long long)v);
	return buf;
}

static void alu_regs(unsigned w, unsigned d, unsigned s)
{
	unsigned sz = 2 + w;

	for (unsigned op = 0; op < 8; op++)
		CHECK(enc_alu_rr(&e, op, w, d, s), "%s %s, %s", alu_name[op],
		      gr(sz, d), gr(sz, s));
	CHECK(enc_test_rr(&e, w, d, s), "test %s, %s", gr(sz, d), gr(sz, s));
	CHECK(enc_mov_rr(&e, w, d, s), "mov %s, %s", gr(sz, d), gr(sz, s));
	CHECK(enc_xchg_rr(&e, w, d, s), "xchg %s, %s", gr(sz, d), gr(sz, s));
	CHECK(enc_bt_rr(&e, w, d, s), "bt %s, %s", gr(sz, d), gr(sz, s));
	CHECK(enc_shld_i(&e, w, d, s, 11), "shld %s, %s, 0xb", gr(sz, d),
	      gr(sz, s));
	CHECK(enc_shrd_i(&e, w, d, s, 11), "shrd %s, %s, 0xb", gr(sz, d),
	      gr(sz, s));
	CHECK(enc_shld_cl(&e, w, d, s), "shld %s, %s, cl", gr(sz, d),
	      gr(sz, s));
	CHECK(enc_shrd_cl(&e, w, d, s), "shrd %s, %s, cl", gr(sz, d),
	      gr(sz, s));
	CHECK(enc_imul_rri(&e, w, d, s, 100), "imul %s, %s, 0x64", gr(sz, d),
	      gr(sz, s));
	CHECK(enc_imul_rri(&e, w, d, s, 1000), "imul %s, %s, 0x3e8", gr(sz, d),
	      gr(sz, s));
	CHECK(enc_movzx(&e, 0, d, s), "movzx %s, %s", r32[d], r8[s]);
	CHECK(enc_movzx(&e, 1, d, s), "movzx %s, %s", r32[d], r16[s]);
	CHECK(enc_movzx(&e, 2, d, s), "mov %s, %s", r32[d], r32[s]);
	CHECK(enc_movsx(&e, 0, w, d, s), "movsx %s, %s", gr(sz, d), r8[s]);
	CHECK(enc_movsx(&e, 1, w, d, s), "movsx %s, %s", gr(sz, d), r16[s]);
	CHECK(enc_movsx(&e, 2, 1, d, s), "movsxd %s, %s", r64[d], r32[s]);
	for (unsigned c = 0; c < 16; c++)
		CHECK(enc_cmov_rr(&e, c, w, d, s), "cmov%s %s, %s", cc_name[c],
		      gr(sz, d), gr(sz, s));
	for (unsigned b = 0; b < 4; b++)
		CHECK(enc_crc32(&e, b, d, s), "crc32 %s, %s",
		      b == 3 ? r64[d] : r32[d], gr(b, s));
}

static void alu_imm(unsigned w, unsigned d)
{
	static const s32 imms[] = { 0, 5, 127, 128, -1, -128, -129,
				    0x12345678 };
	unsigned sz = 2 + w;

	for (unsigned k = 0; k < ARRAY_LEN(imms); k++) {
		s32 v = imms[k];

		for (unsigned op = 0; op < 8; op++)
			CHECK(enc_alu_ri(&e, op, w, d, v), "%s %s, %s",
			      alu_name[op], gr(sz, d),
			      imm_text(sz, v, op == ALU_AND || op == ALU_OR ||
					op == ALU_XOR || (!w && v != (s8)v)));
		if (v >= 0 && v <= 127)
			CHECK(enc_test_ri(&e, w, d, v), "test %s, %s", r8[d],
			      imm_text(0, v, true));
		else if (v >= 0)
			CHECK(enc_test_ri(&e, w, d, v), "test %s, %s", r32[d],
			      imm_text(2, v, true));
		else
			CHECK(enc_test_ri(&e, w, d, v), "test %s, %s",
			      gr(sz, d), imm_text(sz, v, !w));
	}
	for (unsigned op = 0; op < 8; op++) {
		if (*sh_name[op]) {
			CHECK(enc_sh_ri(&e, op, w, d, 1), "%s %s, 1",
			      sh_name[op], gr(sz, d));
			CHECK(enc_sh_ri(&e, op, w, d, 9), "%s %s, 9",
			      sh_name[op], gr(sz, d));
			CHECK(enc_sh_rcl(&e, op, w, d), "%s %s, cl",
			      sh_name[op], gr(sz, d));
		}
		if (*un_name[op])
			CHECK(enc_un_r(&e, op, w, d), "%s %s", un_name[op],
			      gr(sz, d));
	}
	CHECK(enc_bswap(&e, w, d), "bswap %s", gr(sz, d));
	CHECK(enc_bt_ri(&e, w, d, 7), "bt %s, 7", gr(sz, d));
	CHECK(enc_bts_ri(&e, w, d, 7), "bts %s, 7", gr(sz, d));
	CHECK(enc_btr_ri(&e, w, d, 7), "btr %s, 7", gr(sz, d));
	CHECK(enc_btc_ri(&e, w, d, 7), "btc %s, 7", gr(sz, d));
	CHECK(enc_rol16_ri(&e, d, 8), "rol %s, 8", r16[d]);
	for (unsigned c = 0; c < 16; c++)
		CHECK(enc_setcc(&e, c, d), "set%s %s", cc_name[c], r8[d]);
	CHECK(enc_push_r(&e, d), "push %s", r64[d]);
	CHECK(enc_pop_r(&e, d), "pop %s", r64[d]);
	CHECK(enc_jmp_r(&e, d), "jmp %s", r64[d]);
	CHECK(enc_call_r(&e, d), "call %s", r64[d]);
	CHECK(enc_mov_ri(&e, d, 7), "mov %s, 7", r32[d]);
	CHECK(enc_mov_ri(&e, d, 0xffffffff), "mov %s, 0xffffffff", r32[d]);
	CHECK(enc_mov_ri(&e, d, -2ull), "mov %s, -2", r64[d]);
	CHECK(enc_mov_ri(&e, d, 0x123456789abcdefull),
	      "movabs %s, 0x123456789abcdef", r64[d]);
	CHECK(enc_mov_ri64(&e, d, 0x1234), "movabs %s, 0x1234", r64[d]);
}

START_TEST(integer_registers)
{
	failed = 0;
	for (unsigned d = 0; d < 16; d++) {
		for (unsigned s = 0; s < 16; s++) {
			alu_regs(0, d, s);
			alu_regs(1, d, s);
		}
		alu_imm(0, d);
		alu_imm(1, d);
	}
	ck_assert_uint_eq(failed, 0);
}
END_TEST

static void mem_sized(unsigned sz, unsigned r, struct hmem m, const char *mt)
{
	const char *st = size_text(1u << sz);

	for (unsigned op = 0; op < 8; op++) {
		CHECK(enc_alu_mr_s(&e, op, sz, m, r), "%s %s%s, %s",
		      alu_name[op], st, mt, gr(sz, r));
		CHECK(enc_alu_mi_s(&e, op, sz, m, 0x12), "%s %s%s, 0x12",
		      alu_name[op], st, mt);
		if (sz)
			CHECK(enc_alu_mi_s(&e, op, sz, m, 0x1234),
			      "%s %s%s, 0x1234", alu_name[op], st, mt);
	}
	CHECK(enc_test_mi_s(&e, sz, m, 0x12), "test %s%s, 0x12", st, mt);
	CHECK(enc_mov_mi_s(&e, sz, m, 0x12), "mov %s%s, 0x12", st, mt);
	CHECK(enc_st(&e, sz, m, r), "mov %s%s, %s", st, mt, gr(sz, r));
	CHECK(enc_xchg_mr_s(&e, sz, m, r), "xchg %s%s, %s", st, mt, gr(sz, r));
	CHECK((enc_lock(&e), enc_xadd_s(&e, sz, m, r)), "lock xadd %s%s, %s",
	      st, mt, gr(sz, r));
	CHECK((enc_lock(&e), enc_cmpxchg_s(&e, sz, m, r)),
	      "lock cmpxchg %s%s, %s", st, mt, gr(sz, r));
	if (sz >= 1) {
		CHECK(enc_movbe_rm(&e, sz, r, m), "movbe %s, %s%s", gr(sz, r),
		      st, mt);
		CHECK(enc_movbe_mr(&e, sz, m, r), "movbe %s%s, %s", st, mt,
		      gr(sz, r));
	}
	for (unsigned w = 0; w < 2; w++) {
		CHECK(enc_ld(&e, sz, false, w, r, m), "%s %s, %s%s",
		      sz < 2 ? "movzx" : "mov", sz == 3 ? r64[r] : r32[r], st,
		      mt);
		CHECK(enc_ld(&e, sz, true, w, r, m), "%s %s, %s%s",
		      sz < 2 ? "movsx" : sz == 2 && w ? "movsxd" : "mov",
		      sz == 3 || w ? r64[r] : r32[r], st, mt);
	}
}

static void mem_forms(unsigned w, unsigned r, struct hmem m)
{
	char mt[64];
	unsigned sz = 2 + w;
	const char *st = size_text(1u << sz);

	strcpy(mt, mem_text(m));
	for (unsigned op = 0; op < 8; op++)
		CHECK(enc_alu_rm(&e, op, w, r, m), "%s %s, %s%s",
		      alu_name[op], gr(sz, r), st, mt);
	CHECK(enc_mov_rm(&e, w, r, m), "mov %s, %s%s", gr(sz, r), st, mt);
	CHECK(enc_mov_mr(&e, w, m, r), "mov %s%s, %s", st, mt, gr(sz, r));
	CHECK(enc_lea(&e, w, r, m), "lea %s, %s", gr(sz, r), mt);
	CHECK(enc_un_m(&e, UN_NEG, w, m), "neg %s%s", st, mt);
	CHECK(enc_bt_mi(&e, w, m, 3), "bt %s%s, 3", st, mt);
	CHECK(enc_cmov_rm(&e, CC_L, w, r, m), "cmovl %s, %s%s", gr(sz, r), st,
	      mt);
	CHECK(enc_g2m(&e, SSE_IMUL, w, r, m), "imul %s, %s%s", gr(sz, r), st,
	      mt);
	CHECK(enc_setcc_m(&e, CC_NE, m), "setne byte ptr %s", mt);
	CHECK(enc_jmp_m(&e, m), "jmp qword ptr %s", mt);
	CHECK(enc_call_m(&e, m), "call qword ptr %s", mt);
	CHECK(enc_push_m(&e, m), "push qword ptr %s", mt);
	CHECK(enc_pop_m(&e, m), "pop qword ptr %s", mt);
	CHECK(enc_ldmxcsr(&e, m), "ldmxcsr dword ptr %s", mt);
	CHECK(enc_stmxcsr(&e, m), "stmxcsr dword ptr %s", mt);
	CHECK((enc_lock(&e), enc_cmpxchg16b(&e, m)),
	      "lock cmpxchg16b xmmword ptr %s", mt);
}

START_TEST(integer_memory)
{
	failed = 0;
	for (unsigned r = 0; r < 16; r++) {
		for (unsigned k = 0; k < ARRAY_LEN(mems); k++) {
			char mt[64];

			strcpy(mt, mem_text(mems[k]));
			mem_forms(0, r, mems[k]);
			mem_forms(1, r, mems[k]);
			for (unsigned sz = 0; sz < 4; sz++)
				mem_sized(sz, r, mems[k], mt);
		}
	}
	ck_assert_uint_eq(failed, 0);
}
END_TEST

START_TEST(control_and_misc)
{
	static const struct {
		enum op0 op;
		const char *text;
	} none[] = {
		{ OP_RET, "ret" }, { OP_LAHF, "lahf" }, { OP_SAHF, "sahf" },
		{ OP_CMC, "cmc" }, { OP_STC, "stc" }, { OP_CLC, "clc" },
		{ OP_CDQ, "cdq" }, { OP_CQO, "cqo" }, { OP_CDQE, "cdqe" },
		{ OP_UD2, "ud2" }, { OP_PAUSE, "pause" },
		{ OP_RDTSC, "rdtsc" }, { OP_MFENCE, "mfence" },
		{ OP_LFENCE, "lfence" }, { OP_SFENCE, "sfence" },
		{ OP_INT3, "int3" }, { OP_VZEROUPPER, "vzeroupper" }
	};

	failed = 0;
	for (unsigned i = 0; i < ARRAY_LEN(none); i++)
		CHECK(enc_0(&e, none[i].op), "%s", none[i].text);
	for (unsigned c = 0; c < 16; c++) {
		CHECK(enc_patch8(enc_jcc8(&e, c), code + 0x20), "j%s 0x20",
		      cc_name[c]);
		CHECK(enc_patch32(enc_jcc32(&e, c), code + 0x2000),
		      "j%s 0x2000", cc_name[c]);
		CHECK(enc_jcc_to(&e, c, code + 0x20), "j%s 0x20", cc_name[c]);
		CHECK(enc_jcc_to(&e, c, code + 0x200), "j%s 0x200",
		      cc_name[c]);
	}
	CHECK(enc_patch8(enc_jmp8(&e), code + 0x40), "jmp 0x40");
	CHECK(enc_patch32(enc_jmp32(&e), code + 0x4000), "jmp 0x4000");
	CHECK(enc_jmp_to(&e, code + 0x7f), "jmp 0x7f");
	CHECK(enc_jmp_to(&e, code + 0x300), "jmp 0x300");
	CHECK(enc_call_to(&e, code + 0x300), "call 0x300");
	CHECK(enc_push_i(&e, 5), "push 5");
	CHECK(enc_push_i(&e, 0x500), "push 0x500");
	CHECK((enc_mov_rm(&e, 1, RAX, hm_rip()), enc_rip_to(&e, code + 0x40)),
	      "mov rax, qword ptr [rip + 0x39]");
	ck_assert_uint_eq(failed, 0);
	for (unsigned n = 1; n < 40; n++) {
		struct enc e = start(false);
		cs_insn *in;
		size_t k;

		enc_nop(&e, n);
		ck_assert_uint_eq((size_t)(e.p - code), n);
		k = cs_disasm(cs, code, n, 0, 0, &in);
		for (size_t i = 0; i < k; i++)
			ck_assert_int_eq(in[i].id, X86_INS_NOP);
		ck_assert_uint_gt(k, 0);
		cs_free(in, k);
	}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("enc");
	TCase *tc = tcase_create("enc");
	SRunner *sr = srunner_create(s);
	int bad;

	if (cs_open(CS_ARCH_X86, CS_MODE_64, &cs) != CS_ERR_OK)
		return 77;
	tcase_set_timeout(tc, 120);
	tcase_add_test(tc, table_rows);
	tcase_add_test(tc, integer_registers);
	tcase_add_test(tc, integer_memory);
	tcase_add_test(tc, control_and_misc);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_ENV);
	bad = srunner_ntests_failed(sr);
	srunner_free(sr);
	cs_close(&cs);
	return bad ? EXIT_FAILURE : EXIT_SUCCESS;
}
