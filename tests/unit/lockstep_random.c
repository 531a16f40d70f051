/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Random lockstep: sequences of random instructions drawn from every row of
 * the decode table run, from random state with hostile FP values in all FP
 * modes, in the IR interpreter and in host code; all state must be equal.
 *
 *   lockstep_random [-n INSNS] [-s SEED] [-l MAXLEN] [-r ROW]
 *
 * Prints TAP.  A difference prints the seed of the failing sequence, which
 * `-s SEED -n 1` repeats, and the block, and aborts.
 */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

#include "translate/block.h"
#include "translate/guest/a64/a64.h"
#include "translate/guest/a64/a64_decode_gen.h"
#include "translate/lockstep.h"
#include "translate/sem.h"

#define CODE 0x10000000ul
#define SCRATCH 0x20000000ul
enum { SCRATCH_SIZE = 1 << 16, MAX_LEN = 16 };

static struct cpu cpu;
static u8 initial[SCRATCH_SIZE];
static u32 hits[A64_ROW_COUNT];
static u64 rng, sequence_seed;
static u32 word[MAX_LEN];
static unsigned nword;
static u32 fp_check;		/* this host's, see struct cpu */

static u64 rnd(void)
{
	rng += 0x9e3779b97f4a7c15ull;
	u64 z = (rng ^ rng >> 30) * 0xbf58476d1ce4e5b9ull;

	z = (z ^ z >> 27) * 0x94d049bb133111ebull;
	return z ^ z >> 31;
}

/* -- Code ------------------------------------------------------------------ */

/* Results that legitimately differ between two runs, or leave the process:
 * counters, cache maintenance, block zeroing (not journalled). */
static bool excluded(unsigned row, u32 insn)
{
	const char *n = a64_row_info[row].name;

	return !strncmp(n, "IC_", 3) || !strncmp(n, "DC_", 3) ||
	       (insn & 0xffffff00) == 0xd53be000 ||	/* CNT* */
	       (insn & 0xfff80000) == 0xd5080000;	/* SYS */
}

static u32 random_insn(int only_row)
{
	for (;;) {
		unsigned row = only_row >= 0 ? (unsigned)only_row :
			(unsigned)(rnd() % A64_ROW_COUNT);
		const struct a64_row_info *r = &a64_row_info[row];
		u32 insn;

		insn = r->value | ((u32)rnd() & ~r->mask);
		if (a64_decode_row(insn, ~0ull) != row || excluded(row, insn))
			continue;
		hits[row]++;
		return insn;
	}
}

/* -- State ----------------------------------------------------------------- */

static u64 random_gpr(void)
{
	static const u64 special[] = {
		0, 1, ~0ull, 1ull << 63, ~0ull >> 1, 0x80000000, 0x7fffffff,
		0xffffffff, 0x100000000, 0xffffffff80000000
	};

	switch (rnd() % 8) {
	case 0: case 1: case 2:
		return SCRATCH + SCRATCH_SIZE / 2 + (rnd() % 512) * 8;
	case 3: return rnd() % 256;
	case 4: return special[rnd() % ARRAY_LEN(special)];
	case 5: return (u64)-(s64)(rnd() % 256);
	default: return rnd();
	}
}

static u64 random_fp(unsigned bytes)
{
	static const u64 f64[] = {
		0, 1, 0x8000000000000000, 0x8000000000000001,
		0x000fffffffffffff, 0x0010000000000000, 0x0010000000000001,
		0x3ff0000000000000, 0xbff0000000000000, 0x4000000000000000,
		0x7fefffffffffffff, 0x7ff0000000000000, 0xfff0000000000000,
		0x7ff0000000000001, 0xfff7ffffffffffff, 0x7ff8000000000000,
		0x7ff8000000000123, 0xfff8000000000000, 0x41dfffffffc00000,
		0x41e0000000000000, 0xc1e0000000200000, 0x43e0000000000000,
		0x3fe0000000000000, 0x4330000000000000, 0x3ca0000000000000,
		0x36a0000000000000, 0x47efffffe0000000, 0x3f10000000000000
	};
	static const u32 f32[] = {
		0, 1, 0x80000000, 0x80000001, 0x007fffff, 0x00800000,
		0x00800001, 0x3f800000, 0xbf800000, 0x40000000, 0x7f7fffff,
		0x7f800000, 0xff800000, 0x7f800001, 0xffbfffff, 0x7fc00000,
		0x7fc00123, 0xffc00000, 0x4effffff, 0x4f000000, 0x4f800000,
		0x5f000000, 0x3f000000, 0x4b000000, 0x33800000, 0x477fe000,
		0x38800000, 0x33000000
	};
	static const u16 f16[] = {
		0, 1, 0x8000, 0x8001, 0x03ff, 0x0400, 0x0401, 0x3c00, 0xbc00,
		0x4000, 0x7bff, 0x7c00, 0xfc00, 0x7c01, 0xfdff, 0x7e00,
		0x7e01, 0xfe00, 0x3800, 0x1000
	};

	if (rnd() % 4 == 0)
		return rnd();
	switch (bytes) {
	case 8: return f64[rnd() % ARRAY_LEN(f64)];
	case 4: return f32[rnd() % ARRAY_LEN(f32)];
	default: return f16[rnd() % ARRAY_LEN(f16)];
	}
}

static void random_vector(union v128 *v)
{
	unsigned kind = (unsigned)(rnd() % 8);

	for (unsigned k = 0; k < 8; k++)
		switch (kind) {
		case 0: case 1: v->d[k / 4] = random_fp(8); break;
		case 2: case 3: v->s[k / 2] = (u32)random_fp(4); break;
		case 4: v->h[k] = (u16)random_fp(2); break;
		case 5: v->h[k] = (u16)(rnd() & 0xff); break;
		case 6: v->h[k] = (u16)-(rnd() & 1); break;
		default: v->d[k / 4] = rnd();
		}
	if (kind < 2)
		v->d[0] = random_fp(8);
}

static void random_state(void)
{
	static const u32 fpcr[] = {
		0, 0, 0, 0, 1u << 22, 2u << 22, 3u << 22, FPCR_DN, FPCR_FZ,
		FPCR_FZ | FPCR_DN, FPCR_FZ16, FPCR_AHP,
		FPCR_FZ | FPCR_FZ16 | 2u << 22
	};

	for (unsigned k = 0; k < 32; k++) {
		cpu.r[k] = random_gpr();
		random_vector(&cpu.v[k]);
	}
	cpu.r[CPU_SP] = SCRATCH + SCRATCH_SIZE / 2 + (rnd() % 64) * 16;
	cpu.flags = flags_from_nzcv((u32)(rnd() << 28));
	cpu.fpcr = fpcr[rnd() % ARRAY_LEN(fpcr)];
	cpu.fpsr = 0;
	cpu.excl_size = 0;
	cpu.pc = CODE;
	cpu.exit_request = 0;
	cpu.fp_check = fp_check | (rnd() & 1 ? IR_MODE_FPCHECK : 0);
	fpcr_changed(&cpu);
	cpu.mode = a64_isa.mode(&cpu);
	memcpy((void *)SCRATCH, initial, SCRATCH_SIZE);
}

/* -- Running --------------------------------------------------------------- */

static int fetch_page(void *opaque, gaddr addr, const u8 **host)
{
	if (addr != CODE)
		return -1;
	*host = (const u8 *)CODE;
	return 0;
}

static void on_fault(int sig, siginfo_t *si, void *uc)
{
	bool write = ((ucontext_t *)uc)->uc_mcontext.gregs[REG_ERR] & 2;

	if (exec_host_fault(&cpu, uc, sig, (u64)(uintptr_t)si->si_addr, write))
		return;
	signal(sig, SIG_DFL);
}

static void on_abort(int sig)
{
	char line[80];
	int n = snprintf(line, sizeof(line),
			 "# failing sequence: -n 1 -s %#" PRIx64 "\n",
			 sequence_seed);

	if (write(1, line, (size_t)n) < 0)
		_exit(9);
	for (unsigned k = 0; k < nword; k++) {
		n = snprintf(line, sizeof(line), "#   .inst 0x%08x\n", word[k]);
		if (write(1, line, (size_t)n) < 0)
			_exit(9);
	}
	signal(sig, SIG_DFL);
	raise(sig);
}

static void handlers(void)
{
	static char stack[1 << 16];
	stack_t ss = { .ss_sp = stack, .ss_size = sizeof(stack) };
	struct sigaction sa = { .sa_sigaction = on_fault,
				.sa_flags = SA_SIGINFO | SA_ONSTACK };

	sigaltstack(&ss, NULL);
	sigaction(SIGSEGV, &sa, NULL);
	sigaction(SIGBUS, &sa, NULL);
	sigaction(SIGFPE, &sa, NULL);
	signal(SIGABRT, on_abort);
}

static struct tctx *make_context(void)
{
	struct tctx_config cfg = {
		.isa = &a64_isa, .mem = { .kind = MEM_DIRECT,
					  .fetch_page = fetch_page },
		.lockstep = true, .check_ir = true, .cpu_features = ~0ull,
	};

	return tctx_new(&cfg);
}

static void run_sequence(struct tctx *t, unsigned max_len, int only_row)
{
	u32 *code = (u32 *)CODE;
	enum exec_exit why;
	struct block *b;

	sequence_seed = rng;
	random_state();
	nword = 1 + (unsigned)(rnd() % max_len);
	for (unsigned k = 0; k < nword; k++)
		code[k] = word[k] = random_insn(only_row);
	code[nword] = 0xd4000001;			/* svc #0 */
	pthread_mutex_lock(&t->lock);
	block_invalidate(t, CODE, GUEST_PAGE_SIZE);
	b = block_translate(t, CODE, cpu.mode, &why);
	pthread_mutex_unlock(&t->lock);
	if (b)
		lockstep_block(t, &cpu, b);
}

static unsigned rows_missed(void)
{
	unsigned missed = 0;

	for (unsigned r = 0; r < A64_ROW_COUNT; r++)
		if (!hits[r] && !excluded(r, a64_row_info[r].value)) {
			printf("# never drawn: %s\n", a64_row_info[r].name);
			missed++;
		}
	return missed;
}

int main(int argc, char **argv)
{
	u64 insns = 200000, done = 0, seed = 1;
	unsigned max_len = 6;
	int c, only_row = -1;
	struct tctx *t;

	while ((c = getopt(argc, argv, "n:s:l:r:")) != -1)
		switch (c) {
		case 'n': insns = strtoull(optarg, NULL, 0); break;
		case 's': seed = strtoull(optarg, NULL, 0); break;
		case 'l': max_len = (unsigned)atoi(optarg); break;
		case 'r':
			for (unsigned r = 0; r < A64_ROW_COUNT; r++)
				if (!strcmp(a64_row_info[r].name, optarg))
					only_row = (int)r;
			break;
		default: return 2;
		}
	if (max_len < 1 || max_len >= MAX_LEN)
		max_len = MAX_LEN - 1;
	handlers();
	if (mmap((void *)CODE, GUEST_PAGE_SIZE, PROT_READ | PROT_WRITE,
		 MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED ||
	    mmap((void *)SCRATCH, SCRATCH_SIZE, PROT_READ | PROT_WRITE,
		 MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED)
		return 99;
	for (unsigned k = 0; k < SCRATCH_SIZE; k++)
		initial[k] = (u8)rnd();
	t = make_context();
	if (!t || cpu_init(t, &cpu))
		return 99;
	fp_check = cpu.fp_check;
	printf("1..2\n");
	rng = seed;
	while (done < insns) {
		run_sequence(t, max_len, only_row);
		done += nword;
	}
	printf("ok 1 - %" PRIu64 " random instructions, no difference\n", done);
	printf("%s 2 - every row of the decode table drawn\n",
	       only_row >= 0 || insns < 20000 || !rows_missed() ?
	       "ok" : "not ok");
	return 0;
}
