/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The x64 decoder against its own table: encodings made from each line of
 * x64.ops decode as that line, with the right length, and lift to IR that the
 * verifier accepts.  The rules of prefixes and encodings by examples.  What
 * CPUID says.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/x64gen.h"

/* -- Each row ------------------------------------------------------------- */

static const char *hex(const struct x64_code *c)
{
	static char text[80];

	for (unsigned k = 0; k < c->n; k++)
		sprintf(text + 2 * k, "%02x", c->b[k]);
	return text;
}

/* Another line may be a special case of this one, if it comes first. */
static bool is_or_refines(unsigned got, unsigned row)
{
	return got == row || (got < row && (x64_match[got].mask &
					    x64_match[row].mask) ==
					   x64_match[row].mask);
}

/* Gathers whose registers are not distinct are the only ones refused. */
static void check_encoding(const struct x64_code *c, unsigned row)
{
	struct x64_insn i;
	enum x64_decode_result res;
	char text[160];

	res = x64_decode(&i, c->b, c->n, 0x400000, ~0ull, 64);
	if (c->n > 15) {
		ck_assert_uint_eq(res, X64_TOO_LONG);
		return;
	}
	if (res == X64_UNDEFINED && x64_row[row].what & ROW_VSIB)
		return;
	ck_assert_msg(res == X64_DECODED, "%s: result %d for %s", hex(c), res,
		      x64_row_name(&x64_row[row]));
	ck_assert_msg(is_or_refines((unsigned)(i.row - x64_row), row),
		      "%s: %s, not %s", hex(c), x64_row_name(i.row),
		      x64_row_name(&x64_row[row]));
	ck_assert_msg(i.len == c->n, "%s: length %u", hex(c), i.len);
	ck_assert_uint_eq(i.opcode, c->op);
	x64_format(&i, text, sizeof(text));
	ck_assert_msg(*text && strlen(text) < sizeof(text) - 1, "%s", hex(c));
	for (unsigned n = 0; n < c->n; n++)
		ck_assert_msg(x64_decode(&i, c->b, n, 0x400000, ~0ull, 64) ==
			      X64_TRUNCATED, "%s: %u bytes of it", hex(c), n);
}

/* Calls f with encodings of every row. */
static void for_rows(void (*f)(const struct x64_code *, unsigned), unsigned times)
{
	struct x64_code c;

	for (unsigned map = 0; map < MAP_COUNT; map++) {
		for (unsigned op = 0; op < 256; op++) {
			const struct x64_opcode *o = &x64_opcode[map][op];

			for (unsigned k = 0; k < o->count * times; k++) {
				unsigned row = o->first + k / times;

				x64_gen(&c, row, map, op, X64_GEN_FSGS);
				f(&c, row);
			}
		}
	}
}

START_TEST(test_rows)
{
	for_rows(check_encoding, 100);
}
END_TEST

/* Each row is met by some encoding, so none is hidden. */
static bool met[4096];

static void note_row(const struct x64_code *c, unsigned row)
{
	struct x64_insn i;

	if (x64_decode(&i, c->b, c->n, 0, ~0ull, 64) == X64_DECODED)
		met[i.row - x64_row] = true;
}

START_TEST(test_all_met)
{
	for_rows(note_row, 200);
	ck_assert_uint_lt(x64_row_count, ARRAY_LEN(met));
	for (unsigned k = 0; k < x64_row_count; k++)
		ck_assert_msg(met[k], "row %u, %s", k,
			      x64_row_name(&x64_row[k]));
}
END_TEST

static struct ir *ir;

static void lift_one(const struct x64_code *c, unsigned row)
{
	struct mem_ops mem = { .kind = MEM_DIRECT };
	struct lift l = { .ir = ir, .pc = 0x10000, .features = ~0ull,
			  .mem = &mem, .user = true };
	enum lift_result res;
	char msg[160] = "";
	unsigned size = 0;

	if (c->n > 15)
		return;
	l.next_pc = l.pc + c->n;
	ir_reset(ir, l.pc, 0);
	ir_begin_insn(ir, l.pc);
	res = x64_isa.lift_insn(&l, c->b, c->n, &size);
	if (res != LIFT_END)
		ir_goto(ir, l.next_pc);
	ck_assert_msg(!ir_check(ir, msg, sizeof(msg)), "%s, %s: %s", hex(c),
		      x64_row_name(&x64_row[row]), msg);
}

START_TEST(test_lift)
{
	ir = malloc(sizeof(*ir));
	for_rows(lift_one, 30);
	free(ir);
}
END_TEST

/* -- Rules by example ----------------------------------------------------- */

/* Bytes as they are at 0x1000, and the text; (bad): undefined, (more): more
 * bytes are needed, (long): too many. */
static const struct {
	const char *bytes, *text;
} example[] = {
	/* REX counts right before the opcode only. */
	{ "48 01 d8", "add rax, rbx" },
	{ "48 66 01 d8", "add ax, bx" },
	{ "66 48 01 d8", "add rax, rbx" },
	{ "48 40 01 d8", "add eax, ebx" },
	{ "41 2e 01 d8", "add eax, ebx" },
	{ "4d 01 d8", "add r8, r11" },
	/* AH and its like give way to any REX. */
	{ "88 e0", "mov al, ah" },
	{ "40 88 e0", "mov al, spl" },
	{ "40 66 88 e0", "mov al, ah" },
	{ "b7 05", "mov bh, 5" },
	{ "41 b7 05", "mov r15b, 5" },
	/* F2, F3: the last one; both beat 66 as mandatory prefix. */
	{ "f2 f3 0f 58 c1", "addss xmm0, xmm1" },
	{ "f3 f2 0f 58 c1", "addsd xmm0, xmm1" },
	{ "f2 66 0f 58 c1", "addsd xmm0, xmm1" },
	{ "66 f3 0f b8 c1", "popcnt ax, cx" },
	{ "66 f2 0f 38 f1 c1", "crc32 eax, cx" },
	{ "66 f3 0f 38 f6 c1", "adox eax, ecx" },
	{ "f3 0f 38 f0 01", "(bad)" },
	{ "66 0f 38 f0 01", "movbe ax, word ptr [rcx]" },
	{ "f3 0f fe c1", "(bad)" },
	{ "f3 a4", "rep movsb byte ptr [rdi], byte ptr [rsi]" },
	{ "f2 ae", "repne scasb al, byte ptr [rdi]" },
	{ "f3 48 a7", "repe cmpsq qword ptr [rsi], qword ptr [rdi]" },
	/* Segments: FS and GS only, the last of these. */
	{ "64 8b 04 25 28 00 00 00", "mov eax, dword ptr fs:[0x28]" },
	{ "64 3e 8b 00", "mov eax, dword ptr fs:[rax]" },
	{ "64 65 8b 00", "mov eax, dword ptr gs:[rax]" },
	{ "2e 8b 00", "mov eax, dword ptr [rax]" },
	{ "64 aa", "stosb byte ptr [rdi], al" },
	{ "64 ac", "lodsb al, byte ptr fs:[rsi]" },
	/* LOCK where it makes sense only. */
	{ "f0 01 00", "lock add dword ptr [rax], eax" },
	{ "f0 01 c0", "(bad)" },
	{ "f0 03 00", "(bad)" },
	{ "f0 39 00", "(bad)" },
	{ "f0 8b 00", "(bad)" },
	{ "f0 0f b1 0a", "lock cmpxchg dword ptr [rdx], ecx" },
	{ "f0 48 0f c7 0e", "lock cmpxchg16b xmmword ptr [rsi]" },
	{ "f0 0f ba 20 01", "(bad)" },
	{ "f0 0f ba 28 01", "lock bts dword ptr [rax], 1" },
	/* Operand sizes. */
	{ "50", "push rax" },
	{ "66 50", "push ax" },
	{ "41 50", "push r8" },
	{ "68 ff ff ff ff", "push -1" },
	{ "66 68 ff ff", "push 0xffff" },
	{ "66 e8 00 00 00 00", "call 0x1006" },
	{ "eb fe", "jmp 0x1000" },
	{ "66 ff e0", "jmp rax" },
	{ "48 b8 01 02 03 04 05 06 07 08", "movabs rax, 0x807060504030201" },
	{ "66 b8 01 02", "mov ax, 0x201" },
	{ "48 05 ff ff ff ff", "add rax, -1" },
	{ "98", "cwde" }, { "48 98", "cdqe" }, { "66 98", "cbw" },
	{ "66 90", "nop" }, { "49 90", "xchg rax, r8" }, { "f3 90", "pause" },
	{ "f3 0f 1e fa", "endbr64" },
	{ "66 0f 1f 44 00 00", "nop word ptr [rax + rax]" },
	{ "c8 10 00 02", "enter 0x10, 2" },
	{ "48 63 c1", "movsxd rax, ecx" },
	{ "8e c8", "(bad)" },			/* mov cs, eax */
	{ "8c f8", "(bad)" },			/* no such segment */
	{ "0f 20 08", "(bad)" },		/* cr1 */
	{ "0f 20 18", "mov rax, cr3" },		/* mod is ignored */
	/* Addresses. */
	{ "8b 05 00 00 00 00", "mov eax, dword ptr [rip]" },
	{ "8b 05 10 00 00 00", "mov eax, dword ptr [rip + 0x10]" },
	{ "67 8b 05 f0 ff ff ff", "mov eax, dword ptr [eip - 0x10]" },
	{ "c7 05 00 00 00 00 78 56 34 12",
	  "mov dword ptr [rip], 0x12345678" },
	{ "8b 04 25 00 00 00 80", "mov eax, dword ptr [0xffffffff80000000]" },
	{ "8b 04 24", "mov eax, dword ptr [rsp]" },
	{ "42 8b 04 24", "mov eax, dword ptr [rsp + r12]" },
	{ "41 8b 04 24", "mov eax, dword ptr [r12]" },
	{ "8b 44 6d 00", "mov eax, dword ptr [rbp + rbp*2]" },
	{ "41 8b 45 00", "mov eax, dword ptr [r13]" },
	{ "67 8b 44 88 04", "mov eax, dword ptr [eax + ecx*4 + 4]" },
	{ "a0 08 07 06 05 04 03 02 01",
	  "movabs al, byte ptr [0x102030405060708]" },
	{ "67 a1 04 03 02 01", "movabs eax, dword ptr [0x1020304]" },
	{ "8d c0", "(bad)" },			/* lea of a register */
	/* VEX. */
	{ "c5 f0 58 c2", "vaddps xmm0, xmm1, xmm2" },
	{ "c5 f4 58 c2", "vaddps ymm0, ymm1, ymm2" },
	{ "c4 c1 70 58 c2", "vaddps xmm0, xmm1, xmm10" },
	{ "66 c5 f0 58 c2", "(bad)" }, { "f3 c5 f0 58 c2", "(bad)" },
	{ "f2 c5 f0 58 c2", "(bad)" }, { "f0 c5 f0 58 02", "(bad)" },
	{ "40 c5 f0 58 c2", "(bad)" },
	{ "67 c5 f0 58 02", "vaddps xmm0, xmm1, xmmword ptr [edx]" },
	{ "c4 e0 70 58 c2", "(bad)" }, { "c4 e4 70 58 c2", "(bad)" },
	{ "c5 f8 51 c2", "vsqrtps xmm0, xmm2" },
	{ "c5 f0 51 c2", "(bad)" },		/* vvvv names a register */
	{ "c5 f8 77", "vzeroupper" }, { "c5 fc 77", "vzeroall" },
	{ "c5 f0 77", "(bad)" },
	{ "c5 f9 6e c0", "vmovd xmm0, eax" },
	{ "c5 fd 6e c0", "(bad)" },		/* L = 1 */
	{ "c4 e1 f9 6e c0", "vmovq xmm0, rax" },
	{ "c4 e2 70 f2 c2", "andn eax, ecx, edx" },
	{ "c4 e2 74 f2 c2", "(bad)" },
	{ "c4 e3 71 4a c2 30", "vblendvps xmm0, xmm1, xmm2, xmm3" },
	{ "c4 e2 71 98 c2", "vfmadd132ps xmm0, xmm1, xmm2" },
	{ "c4 e2 f1 98 c2", "vfmadd132pd xmm0, xmm1, xmm2" },
	{ "c4 e2 69 90 04 08",
	  "vpgatherdd xmm0, dword ptr [rax + xmm1], xmm2" },
	{ "c4 e2 ed 90 04 08",
	  "vpgatherdq ymm0, qword ptr [rax + xmm1], ymm2" },
	{ "c4 e2 6d 91 04 08",
	  "vpgatherqd xmm0, dword ptr [rax + ymm1], xmm2" },
	{ "c4 e2 69 90 04 20",
	  "vpgatherdd xmm0, dword ptr [rax + xmm4], xmm2" },
	{ "c4 e2 69 90 04 00", "(bad)" },	/* index = result */
	{ "c4 e2 79 90 04 08", "(bad)" },	/* mask = result */
	{ "c4 e2 71 90 04 08", "(bad)" },	/* mask = index */
	{ "c4 e2 69 90 00", "(bad)" },		/* no index */
	{ "62 f1 7f c9 6f 0f", "(bad)" },
	/* x87 and MMX ignore the extension of register numbers. */
	{ "4f 0f fe c1", "paddd mm0, mm1" },
	{ "41 d8 c1", "fadd st(0), st(1)" },
	{ "d9 d1", "(bad)" },
	{ "db 28", "fld tbyte ptr [rax]" },
	/* Not in 64-bit mode. */
	{ "06", "(bad)" }, { "27", "(bad)" }, { "60", "(bad)" },
	{ "82 c0 01", "(bad)" }, { "9a", "(bad)" }, { "d6", "(bad)" },
	{ "0f 0b", "ud2" }, { "0f 04", "(bad)" },
	/* Lengths. */
	{ "66 66 66 66 66 66 66 66 66 66 66 66 66 66 90", "nop" },
	{ "66 66 66 66 66 66 66 66 66 66 66 66 66 66 66 90", "(long)" },
	{ "2e 2e 2e 2e 2e 2e 2e 2e 2e 81 05 00 00 00 00 00", "(long)" },
	{ "", "(more)" }, { "66", "(more)" }, { "0f", "(more)" },
	{ "c4 e2", "(more)" }, { "81 c0 00 00 00", "(more)" },
};

static const char *decode_text(const u8 *b, unsigned n, u64 features)
{
	static char text[128];
	struct x64_insn i;

	switch (x64_decode(&i, b, n, 0x1000, features, 64)) {
	case X64_DECODED:
		x64_format(&i, text, sizeof(text));
		return i.len == n ? text : "(shorter)";
	case X64_UNDEFINED:
		return "(bad)";
	case X64_TRUNCATED:
		return "(more)";
	default:
		return "(long)";
	}
}

static unsigned parse_hex(const char *s, u8 *b)
{
	unsigned n = 0;
	char *end;

	for (; *s; s = end + (*end == ' '))
		b[n++] = (u8)strtoul(s, &end, 16);
	return n;
}

START_TEST(test_examples)
{
	for (unsigned k = 0; k < ARRAY_LEN(example); k++) {
		u8 b[32];
		unsigned n = parse_hex(example[k].bytes, b);

		ck_assert_msg(!strcmp(decode_text(b, n, ~0ull),
				      example[k].text), "%s: %s, not %s",
			      example[k].bytes, decode_text(b, n, ~0ull),
			      example[k].text);
	}
}
END_TEST

/* Without a feature: another instruction or none. */
START_TEST(test_features)
{
	static const struct {
		const char *bytes;
		u64 without;
		const char *text;
	} t[] = {
		{ "f3 0f bd c1", X64_FEAT_LZCNT, "bsr eax, ecx" },
		{ "f3 0f bc c1", X64_FEAT_BMI1, "bsf eax, ecx" },
		{ "f3 0f b8 c1", X64_FEAT_POPCNT, "(bad)" },
		{ "c5 f1 fe c2", X64_FEAT_AVX2, "vpaddd xmm0, xmm1, xmm2" },
		{ "c5 f5 fe c2", X64_FEAT_AVX2, "(bad)" },
		{ "c5 f1 fe c2", X64_FEAT_AVX, "(bad)" },
		{ "c4 e2 71 dc c2", X64_FEAT_AVX, "(bad)" },
		{ "c4 e2 71 dc c2", X64_FEAT_AES, "(bad)" },
		{ "c4 e2 70 f2 c2", X64_FEAT_AVX, "andn eax, ecx, edx" },
		{ "48 0f c7 0e", X64_FEAT_CX16, "(bad)" },
	};

	for (unsigned k = 0; k < ARRAY_LEN(t); k++) {
		u8 b[16];
		unsigned n = parse_hex(t[k].bytes, b);

		ck_assert_str_eq(decode_text(b, n, ~t[k].without), t[k].text);
	}
}
END_TEST

/* Flags and attributes that other parts rely on. */
START_TEST(test_columns)
{
	static const struct {
		const char *bytes;
		u8 read, written, what;
	} t[] = {
		{ "01 d8", 0, X64_FALL, X64_W_LOCK },
		{ "11 d8", X64_FC, X64_FALL, X64_W_LOCK },
		{ "ff c0", 0, X64_FALL & ~X64_FC, X64_W_LOCK },
		{ "7f 00", X64_FO | X64_FS_ | X64_FZ, 0, X64_W_BRANCH },
		{ "76 00", X64_FC | X64_FZ, 0, X64_W_BRANCH },
		{ "d3 e0", 0, X64_FALL, X64_W_COUNT },
		{ "d1 e0", 0, X64_FALL, 0 },
		{ "0f a3 d8", 0, X64_FALL & ~X64_FZ, 0 },
		{ "c3", 0, 0, X64_W_BRANCH | X64_W_CALLRET },
		{ "f4", 0, 0, X64_W_PRIV },
		{ "0f 28 00", 0, 0, X64_W_ALIGN },
		{ "0f 58 00", 0, 0, X64_W_ALIGN },
		{ "0f 10 00", 0, 0, 0 },
		{ "f3 0f 58 00", 0, 0, 0 },
		{ "c5 f8 58 00", 0, 0, 0 },
		{ "c5 f8 28 00", 0, 0, X64_W_ALIGN },
		{ "0f 2e c1", 0, X64_FALL, 0 },
	};

	for (unsigned k = 0; k < ARRAY_LEN(t); k++) {
		struct x64_insn i;
		u8 b[16];

		ck_assert_uint_eq(x64_decode(&i, b, parse_hex(t[k].bytes, b),
					     0, ~0ull, 64), X64_DECODED);
		ck_assert_msg(i.row->flags_read == t[k].read &&
			      i.row->flags_written == t[k].written &&
			      (i.row->what & 63) == t[k].what, "%s",
			      t[k].bytes);
	}
}
END_TEST

/* -- CPUID ---------------------------------------------------------------- */

START_TEST(test_cpuid)
{
	u64 all = x64_features_default(), v1 = x64_features_level(1);
	char brand[49] = "", vendor[13] = "", flags[1024];
	u32 r[4];

	x64_cpuid(all, 0, 0, r);
	memcpy(vendor, &r[1], 4);
	memcpy(vendor + 4, &r[3], 4);
	memcpy(vendor + 8, &r[2], 4);
	ck_assert_str_eq(vendor, "GenuineIntel");
	ck_assert_uint_ge(r[0], 0xd);
	for (u32 k = 0; k < 3; k++) {
		x64_cpuid(all, 0x80000002 + k, 0, r);
		memcpy(brand + 16 * k, r, 16);
	}
	ck_assert_str_eq(brand, "dragoman");
	/* AVX and OSXSAVE in leaf 1, AVX2 in leaf 7, subleaf 0 only. */
	x64_cpuid(all, 1, 0, r);
	ck_assert_uint_eq(r[2] >> 27 & 3, 3);
	x64_cpuid(v1, 1, 0, r);
	ck_assert_uint_eq(r[2], 0);
	ck_assert_uint_eq(r[3] >> 25 & 3, 3);
	x64_cpuid(all, 7, 0, r);
	ck_assert_uint_eq(r[1] >> 5 & 1, 1);
	x64_cpuid(all, 7, 1, r);
	ck_assert_uint_eq(r[0] | r[1] | r[2] | r[3], 0);
	/* Levels contain each other. */
	ck_assert_uint_eq(v1 & ~x64_features_level(2), 0);
	ck_assert_uint_eq(x64_features_level(2) & ~x64_features_level(3), 0);
	ck_assert_uint_eq(x64_features_level(3) & ~all, 0);
	ck_assert_uint_eq(v1 & X64_FEAT_SSE3, 0);
	ck_assert_uint_ne(x64_features_level(3) & X64_FEAT_MOVBE, 0);
	/* Cut to the buffer. */
	x64_cpuinfo_flags(all, flags, sizeof(flags));
	ck_assert_ptr_nonnull(strstr(flags, " avx2 "));
	ck_assert_ptr_null(strstr(flags, "  "));
	ck_assert_int_eq(x64_cpuinfo_flags(all, flags, 8), 7);
}
END_TEST

/* Sizes of the parts add up to the whole. */
START_TEST(test_cpuid_xsave)
{
	u64 all = x64_features_default();
	u32 whole[4], ymm[4], r[4];

	x64_cpuid(all, 0xd, 0, whole);
	x64_cpuid(all, 0xd, 2, ymm);
	ck_assert_uint_eq(whole[0], 7);
	ck_assert_uint_eq(whole[1], ymm[0] + ymm[1]);
	ck_assert_uint_eq(whole[2], 832);
	x64_cpuid(all, 0xd, 1, r);
	ck_assert_uint_eq(r[0], 7);
	x64_cpuid(all & ~(u64)X64_FEAT_AVX, 0xd, 0, r);
	ck_assert_uint_eq(r[0], 3);
	ck_assert_uint_eq(r[1], 576);
	x64_cpuid(x64_features_level(2), 0xd, 0, r);
	ck_assert_uint_eq(r[0] | r[1] | r[2] | r[3], 0);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("x64_decode");
	TCase *t = tcase_create("decode");
	SRunner *sr;
	int failed;

	tcase_set_timeout(t, 60);
	tcase_add_test(t, test_rows);
	tcase_add_test(t, test_all_met);
	tcase_add_test(t, test_lift);
	tcase_add_test(t, test_examples);
	tcase_add_test(t, test_features);
	tcase_add_test(t, test_columns);
	tcase_add_test(t, test_cpuid);
	tcase_add_test(t, test_cpuid_xsave);
	suite_add_tcase(s, t);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
