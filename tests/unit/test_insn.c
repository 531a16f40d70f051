/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Runs one-line instruction cases of tests/insn/a64/ through the translator,
 * once with the IR interpreter and once with the back end, and reports rows
 * of the decode tables that no case has hit.
 *
 *	test_insn [-i|-n] [-l text] [FILE...]
 *
 * -i, -n: only the interpreter, only the back end; -l: only lines that
 * contain text.  Without -l and files, all files are read and each row must
 * be hit.  A line of a file is
 *
 *	asm ; inputs => results
 *
 * asm: instructions, separated by '\'.  inputs and results: NAME=VALUE words.
 * NAME: x0..x30, sp, nzcv, v0..v31, fpcr, fpsr, tpidr, tpidrro, mN (the N-th
 * 64-bit word of a 512-byte data buffer); in results also exit, pc, info.
 * VALUE: hex, may begin with '-'; vector values are 32 digits or fewer, a '_'
 * may separate them; @ is the buffer's address, . the first instruction's,
 * ! an address that is not mapped, each with an optional +hex or -hex (the
 * pages around the buffer's are zero, what follows @+1fff is not mapped); ? in
 * results: anything.  exit is one of brk (at the end of the case, the
 * default) syscall undef break fault fetch align.
 *
 * Whatever results do not name must be as before, fpsr excepted.
 */
#include <ctype.h>
#include <errno.h>
#include <glob.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "translate/guest/a64/a64.h"
#include "translate/ir.h"

enum {
	MAX_CASES = 16384, STRIDE = 128, END_IMM = 0x7fff, DATA_SIZE = 512,
	CODE_MAX = MAX_CASES * STRIDE
};

#define MARCH "-march=armv8.8-a+crypto+sha3+fp16fml+bf16+i8mm+flagm+memtag"

struct test_case {
	char *text, *code, *in, *out;
	const char *file;
	int line;
};

/* Everything a case can set or check. */
struct state {
	u64 r[32];
	union v128 v[32];
	u64 nzcv, fpcr, fpsr, tpidr, tpidrro, pc, info, exit;
	u64 m[DATA_SIZE / 8];
};

/* A place in struct state. */
struct place {
	u64 *p;			/* one word, two if wide */
	bool wide;
};

static struct test_case cases[MAX_CASES];
static unsigned ncases;
static u8 *code, *data, *hole;
static u32 code_len;
static struct cpu *cpu;
static bool row_hit[A64_ROW_COUNT];
static unsigned test_no, failures;

/* -- Reading cases --------------------------------------------------------- */

static char *trim(char *s)
{
	char *e;

	while (isspace((unsigned char)*s))
		s++;
	for (e = s + strlen(s); e > s && isspace((unsigned char)e[-1]); e--)
		;
	*e = 0;
	return s;
}

static void bail(const char *why)
{
	printf("Bail out! %s\n", why);
	exit(99);
}

static void read_line(const char *file, int line, char *s)
{
	struct test_case *c = &cases[ncases];
	char *arrow = strstr(s, "=>"), *semi;

	c->text = strdup(s);
	c->file = file;
	c->line = line;
	if (arrow)
		*arrow = 0;
	semi = strchr(s, ';');
	if (semi)
		*semi = 0;
	c->code = strdup(trim(s));
	c->in = strdup(semi ? trim(semi + 1) : "");
	c->out = strdup(arrow ? trim(arrow + 2) : "");
	if (++ncases == MAX_CASES)
		bail("too many cases");
}

static void read_file(const char *file, const char *only)
{
	static char buf[4096];
	FILE *f = fopen(file, "r");
	int line = 0;

	if (!f)
		bail(file);
	while (fgets(buf, sizeof(buf), f)) {
		char *s = trim(buf);

		line++;
		if (*s && *s != '#' && (!only || strstr(s, only)))
			read_line(file, line, s);
	}
	fclose(f);
}

/* -- Assembling ------------------------------------------------------------ */

static const char *tool(const char *var, const char *fallback)
{
	const char *s = getenv(var);

	return s && *s ? s : fallback;
}

static void write_asm(FILE *f)
{
	for (unsigned i = 0; i < ncases; i++) {
		char *copy = strdup(cases[i].code);

		fprintf(f, ".org %u\n", i * STRIDE);
		for (char *s = strtok(copy, "\\"); s; s = strtok(NULL, "\\"))
			fprintf(f, "# 1 \"%s\"\n.line %d\n%s\n", cases[i].file,
				cases[i].line - 1, s);
		fprintf(f, "brk #%d\n", END_IMM);
		free(copy);
	}
	fprintf(f, ".org %u\n", ncases * STRIDE);
}

static void assemble(void)
{
	char dir[] = "/tmp/test_insn.XXXXXX", cmd[1024], src[64], bin[64];
	FILE *f;

	if (!mkdtemp(dir))
		bail("no temporary directory");
	snprintf(src, sizeof(src), "%s/c.s", dir);
	snprintf(bin, sizeof(bin), "%s/c.bin", dir);
	f = fopen(src, "w");
	if (!f)
		bail(src);
	write_asm(f);
	fclose(f);
	snprintf(cmd, sizeof(cmd), "%s -W " MARCH " -o %s/c.o %s && "
		 "%s -O binary -j .text %s/c.o %s",
		 tool("GUEST_AS", "aarch64-linux-gnu-as"), dir, src,
		 tool("GUEST_OBJCOPY", "aarch64-linux-gnu-objcopy"), dir, bin);
	if (system(cmd))
		bail("the assembler failed");
	f = fopen(bin, "r");
	if (!f)
		bail(bin);
	code_len = (u32)fread(code, 1, CODE_MAX, f);
	fclose(f);
	snprintf(cmd, sizeof(cmd), "rm -rf %s", dir);
	if (system(cmd))
		bail("cannot clean up");
}

/* -- Values ---------------------------------------------------------------- */

static int index_of(const char *s, unsigned max)
{
	char *end;
	unsigned long n = strtoul(s, &end, 10);

	return end == s || *end || n >= max ? -1 : (int)n;
}

static bool find_place(struct state *st, const char *name, struct place *out)
{
	static const struct { const char *name; size_t off; } scalar[] = {
		{ "nzcv", offsetof(struct state, nzcv) },
		{ "fpcr", offsetof(struct state, fpcr) },
		{ "fpsr", offsetof(struct state, fpsr) },
		{ "tpidr", offsetof(struct state, tpidr) },
		{ "tpidrro", offsetof(struct state, tpidrro) },
		{ "pc", offsetof(struct state, pc) },
		{ "info", offsetof(struct state, info) },
	};
	int n = index_of(name + 1, 512);

	*out = (struct place){ NULL, false };
	for (size_t i = 0; i < ARRAY_LEN(scalar); i++)
		if (!strcmp(name, scalar[i].name))
			out->p = (u64 *)((char *)st + scalar[i].off);
	if (!strcmp(name, "sp"))
		out->p = &st->r[31];
	else if (*name == 'x' && n >= 0 && n < 31)
		out->p = &st->r[n];
	else if (*name == 'm' && n >= 0 && n < DATA_SIZE / 8)
		out->p = &st->m[n];
	else if (*name == 'v' && n >= 0 && n < 32)
		*out = (struct place){ st->v[n].d, true };
	return out->p != NULL;
}

static bool parse_hex(const char *s, u64 v[2])
{
	v[0] = v[1] = 0;
	if (!*s)
		return false;
	for (; *s; s++) {
		int d;

		if (*s == '_')
			continue;
		if (!isxdigit((unsigned char)*s))
			return false;
		d = isdigit((unsigned char)*s) ? *s - '0' :
						 tolower(*s) - 'a' + 10;
		v[1] = v[1] << 4 | v[0] >> 60;
		v[0] = v[0] << 4 | (u64)d;
	}
	return true;
}

/* Value of s for case number i. */
static bool parse_value(const char *s, unsigned i, u64 v[2])
{
	u64 base = 0;
	bool neg = false;

	if (*s == '@' || *s == '.' || *s == '!') {
		base = *s == '@' ? (u64)data : *s == '!' ? (u64)hole :
			(u64)code + i * STRIDE;
		if (!*++s) {
			v[0] = base;
			v[1] = 0;
			return true;
		}
		if (*s != '+' && *s != '-')
			return false;
	}
	if (*s == '+' || *s == '-')
		neg = *s++ == '-';
	if (!parse_hex(s, v))
		return false;
	if (neg) {
		v[1] = ~v[1] + !v[0];
		v[0] = -v[0];
	}
	v[0] += base;
	return true;
}

static const char *const exit_name[] = {
	[EXEC_SYSCALL] = "syscall", [EXEC_UNDEF] = "undef",
	[EXEC_BREAK] = "break", [EXEC_FAULT] = "fault",
	[EXEC_FETCH] = "fetch", [EXEC_ALIGN] = "align",
};

static bool set_exit(struct state *st, const char *name, unsigned i)
{
	for (unsigned k = 0; k < ARRAY_LEN(exit_name); k++)
		if (exit_name[k] && !strcmp(name, exit_name[k])) {
			st->exit = k;
			st->pc = (u64)code + i * STRIDE +
				 (k == EXEC_SYSCALL ? 4 : 0);
			return true;
		}
	return false;
}

/* -- Running --------------------------------------------------------------- */

static void initial_state(struct state *st)
{
	memset(st, 0, sizeof(*st));
	for (unsigned i = 0; i < 32; i++) {
		st->r[i] = 0xd1d2d3d4d5d6d700 + i;
		st->v[i].d[0] = 0xe1e2e3e4e5e6e700 + i;
		st->v[i].d[1] = 0xf1f2f3f4f5f6f700 + i;
	}
	for (unsigned i = 0; i < DATA_SIZE / 8; i++)
		st->m[i] = 0xc1c2c3c4c5c6c700 + i;
}

static void load_state(const struct state *st, unsigned i)
{
	memcpy(cpu->r, st->r, sizeof(st->r));
	memcpy(cpu->v, st->v, sizeof(st->v));
	memcpy(data, st->m, sizeof(st->m));
	cpu->flags = flags_from_nzcv((u32)st->nzcv << 28);
	cpu->fpcr = (u32)st->fpcr;
	cpu->fpsr = (u32)st->fpsr;
	cpu->tpidr = st->tpidr;
	cpu->tpidrro = st->tpidrro;
	cpu->pstate = 0;
	cpu->excl_size = 0;
	cpu->pc = (u64)code + i * STRIDE;
	fpcr_changed(cpu);
}

static void save_state(struct state *st, enum exec_exit why)
{
	fpsr_sync(cpu);
	memcpy(st->r, cpu->r, sizeof(st->r));
	memcpy(st->v, cpu->v, sizeof(st->v));
	memcpy(st->m, data, sizeof(st->m));
	st->nzcv = flags_to_nzcv(cpu->flags) >> 28;
	st->fpcr = cpu->fpcr;
	st->fpsr = cpu->fpsr;
	st->tpidr = cpu->tpidr;
	st->tpidrro = cpu->tpidrro;
	st->pc = cpu->pc;
	st->exit = why;
	st->info = why == EXEC_SYSCALL || why == EXEC_BREAK ? cpu->exit_info :
							       0;
}

/* The words of a case up to its last, which is the closing BRK. */
static unsigned case_words(unsigned i)
{
	const u32 *w = (const u32 *)(code + i * STRIDE);
	unsigned n = 0;

	for (unsigned k = 0; k < STRIDE / 4; k++)
		if (w[k] == (0xd4200000 | END_IMM << 5))
			n = k;
	return n;
}

/* Apply "name=value" words to st; unchecked places are made equal to got. */
static const char *apply(char *words, struct state *st, struct state *got,
			 unsigned i)
{
	char *save = NULL;

	for (char *w = strtok_r(words, " \t", &save); w;
	     w = strtok_r(NULL, " \t", &save)) {
		char *eq = strchr(w, '=');
		struct place p, q;
		u64 v[2];

		if (!eq)
			return w;
		*eq++ = 0;
		if (!strcmp(w, "exit")) {
			if (!set_exit(st, eq, i))
				return eq;
			continue;
		}
		if (!find_place(st, w, &p))
			return w;
		if (got && !strcmp(eq, "?")) {
			find_place(got, w, &q);
			memcpy(p.p, q.p, p.wide ? 16 : 8);
			continue;
		}
		if (!parse_value(eq, i, v))
			return eq;
		memcpy(p.p, v, p.wide ? 16 : 8);
	}
	return NULL;
}

static bool differ(const char *name, u64 want, u64 got)
{
	if (want != got)
		printf("#   %s: expected %llx, got %llx\n", name,
		       (unsigned long long)want, (unsigned long long)got);
	return want != got;
}

static bool compare(const struct state *want, const struct state *got)
{
	bool bad = false;
	char name[16];

	bad |= differ("exit", want->exit, got->exit);
	bad |= differ("pc", want->pc - (u64)code, got->pc - (u64)code);
	bad |= differ("info", want->info, got->info);
	bad |= differ("nzcv", want->nzcv, got->nzcv);
	bad |= differ("fpcr", want->fpcr, got->fpcr);
	bad |= differ("fpsr", want->fpsr, got->fpsr);
	bad |= differ("tpidr", want->tpidr, got->tpidr);
	for (unsigned i = 0; i < 32; i++) {
		snprintf(name, sizeof(name), "x%u", i);
		bad |= differ(i == 31 ? "sp" : name, want->r[i], got->r[i]);
		snprintf(name, sizeof(name), "v%u low", i);
		bad |= differ(name, want->v[i].d[0], got->v[i].d[0]);
		snprintf(name, sizeof(name), "v%u high", i);
		bad |= differ(name, want->v[i].d[1], got->v[i].d[1]);
	}
	for (unsigned i = 0; i < DATA_SIZE / 8; i++) {
		snprintf(name, sizeof(name), "m%u", i);
		bad |= differ(name, want->m[i], got->m[i]);
	}
	return bad;
}

static void run_case(unsigned i, const char *how)
{
	struct test_case *c = &cases[i];
	struct state want, got;
	char *in = strdup(c->in), *out = strdup(c->out);
	const char *bad;

	initial_state(&want);
	bad = apply(in, &want, NULL, i);
	if (!bad) {
		load_state(&want, i);
		save_state(&got, exec_run(cpu));
		want.exit = EXEC_BREAK;
		want.info = END_IMM;
		want.pc = (u64)code + i * STRIDE + case_words(i) * 4;
		if (strstr(c->out, "exit="))
			want.info = 0;
		want.fpsr = got.fpsr;
		bad = apply(out, &want, &got, i);
	}
	if (bad)
		printf("# %s:%d: cannot read '%s'\n", c->file, c->line, bad);
	else if (compare(&want, &got))
		bad = "state";
	failures += bad != NULL;
	printf("%sok %u - %s: %s\n", bad ? "not " : "", ++test_no, how,
	       c->text);
	free(in);
	free(out);
}

/* -- The context ----------------------------------------------------------- */

static int fetch_page(void *opaque, gaddr addr, const u8 **host)
{
	if (addr < (u64)code || addr >= (u64)code + CODE_MAX)
		return -EFAULT;
	*host = (const u8 *)(addr & GUEST_PAGE_MASK);
	return 0;
}

/* The only hypercall: HLT #0x55 at any pc is user helper 0. */
static int hypercall(void *opaque, gaddr pc, u32 imm)
{
	return imm == 0x55 ? HELPER_USER0 : -1;
}

static u64 test_helper(struct cpu *c, u64 a, u64 b)
{
	c->r[0] = 0x1234;
	return 0;
}

static void on_fault(int sig, siginfo_t *si, void *uc)
{
	if (!exec_host_fault(cpu, uc, sig, (u64)si->si_addr, false))
		abort();
}

/* fp_check: see struct cpu. */
static void run_all(const char *how, bool interpret, u32 fp_check)
{
	struct tctx_config cfg = {
		.isa = &a64_isa,
		.mem = { .kind = MEM_DIRECT, .fetch_page = fetch_page,
			 .hypercall = hypercall },
		.user_helper = { test_helper },
		.interpret = interpret, .check_ir = true,
		.cpu_features = a64_features_default()
	};
	struct tctx *t = tctx_new(&cfg);

	memset(cpu, 0, sizeof(*cpu));
	if (!t || cpu_init(t, cpu))
		bail("no translation context");
	cpu->fp_check |= fp_check;
	for (unsigned i = 0; i < ncases; i++)
		run_case(i, how);
	cpu_fini(cpu);
}

static void coverage(bool must)
{
	unsigned missed = 0;

	for (unsigned i = 0; i < ncases; i++) {
		const u32 *w = (const u32 *)(code + i * STRIDE);

		for (unsigned k = 0; k < case_words(i); k++)
			row_hit[a64_decode_row(w[k], ~0ull)] = true;
	}
	for (unsigned r = 1; must && r < A64_ROW_COUNT; r++) {
		if (!row_hit[r]) {
			printf("# never hit: %s\n", a64_row_info[r].name);
			missed++;
		}
	}
	if (!must)
		return;
	failures += missed != 0;
	printf("%sok %u - every row has a case\n", missed ? "not " : "",
	       ++test_no);
}

static void map_memory(void)
{
	int prot = PROT_READ | PROT_WRITE, flags = MAP_PRIVATE | MAP_ANONYMOUS;

	code = mmap(NULL, CODE_MAX, prot, flags, -1, 0);
	data = mmap(NULL, 4096 * 4, prot, flags, -1, 0);
	hole = mmap(NULL, 65536, PROT_NONE, flags, -1, 0);
	cpu = aligned_alloc(64, (sizeof(*cpu) + 63) & ~63ul);
	if (code == MAP_FAILED || data == MAP_FAILED || hole == MAP_FAILED ||
	    !cpu || mprotect(data + 4096 * 3, 4096, PROT_NONE))
		bail("no memory");
	data += 4096;
	hole += 32768;
}

static void read_default_files(const char *only)
{
	char pattern[512];
	glob_t g;

	snprintf(pattern, sizeof(pattern), "%s/tests/insn/a64/*.txt",
		 tool("top_srcdir", "."));
	if (glob(pattern, 0, NULL, &g))
		bail("no cases");
	for (size_t i = 0; i < g.gl_pathc; i++)
		read_file(strdup(g.gl_pathv[i]), only);
	globfree(&g);
}

int main(int argc, char **argv)
{
	struct sigaction sa = { .sa_sigaction = on_fault,
				.sa_flags = SA_SIGINFO | SA_ONSTACK };
	static char altstack[1 << 16];
	stack_t ss = { .ss_sp = altstack, .ss_size = sizeof(altstack) };
	bool interp = true, native = true;
	const char *only = NULL;
	int opt;

	while ((opt = getopt(argc, argv, "inl:")) != -1) {
		switch (opt) {
		case 'i': native = false; break;
		case 'n': interp = false; break;
		case 'l': only = optarg; break;
		default: return 2;
		}
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	map_memory();
	for (int i = optind; i < argc; i++)
		read_file(argv[i], only);
	if (optind == argc)
		read_default_files(only);
	assemble();
	sigaltstack(&ss, NULL);
	sigaction(SIGSEGV, &sa, NULL);
	sigaction(SIGBUS, &sa, NULL);
	sigaction(SIGFPE, &sa, NULL);
	if (interp)
		run_all("interpreter", true, 0);
	if (native) {
		run_all("back end", false, 0);
		run_all("FP tests", false, IR_MODE_FPCHECK);
	}
	coverage(optind == argc && !only);
	printf("1..%u\n", test_no);
	return failures != 0;
}
