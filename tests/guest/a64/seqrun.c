/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Guest program: run the instruction sequences of a file (seq.h), each from
 * its own random state, and print a hash of all state after it.  Each ends in
 * a signal: BRK behind its last instruction, or an earlier fault.
 *
 *   seqrun FILE [FPSR-MASK]		a line for each sequence
 *   seqrun FILE FPSR-MASK N...		for these: a line with all state after
 *					each prefix
 *
 * Two emulators that agree print the same.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <ucontext.h>
#include <unistd.h>

#include "semgen.h"
#include "seq.h"

/* The loader below knows the offsets. */
struct state {
	uint64_t x[31], sp;
	uint64_t nzcv, fpcr, fpsr, tpidr;
	uint64_t v[32][2];
	/* results only */
	uint64_t pc, sig, code, addr, mem;
};

static struct state got;
static uint64_t initial[SEQ_DATA_SIZE / 8];
static uint64_t fpsr_mask = ~0ull;
static uint32_t *code;

/* -- In and out ------------------------------------------------------------ */

/*
 * enter(state): saves what C expects, continues at SEQ_CODE, where a copy of
 * the loader lies before the sequence.  leave() returns from enter(), with
 * the thread pointer and the FP modes of C.
 */
asm(".text\n.p2align 2\n"
    "\t.globl enter, leave, loader, loader_end\n"
    "enter:\n"
    "\tadrp x1, saved\n\tadd x1, x1, :lo12:saved\n"
    "\tstp x19, x20, [x1]\n\tstp x21, x22, [x1, #16]\n"
    "\tstp x23, x24, [x1, #32]\n\tstp x25, x26, [x1, #48]\n"
    "\tstp x27, x28, [x1, #64]\n\tstp x29, x30, [x1, #80]\n"
    "\tmov x2, sp\n\tmrs x3, tpidr_el0\n\tstp x2, x3, [x1, #96]\n"
    "\tstp d8, d9, [x1, #112]\n\tstp d10, d11, [x1, #128]\n"
    "\tstp d12, d13, [x1, #144]\n\tstp d14, d15, [x1, #160]\n"
    "\tmov x2, #0x10000000\n\tbr x2\n"
    "leave:\n"
    "\tadrp x1, saved\n\tadd x1, x1, :lo12:saved\n"
    "\tldp x19, x20, [x1]\n\tldp x21, x22, [x1, #16]\n"
    "\tldp x23, x24, [x1, #32]\n\tldp x25, x26, [x1, #48]\n"
    "\tldp x27, x28, [x1, #64]\n\tldp x29, x30, [x1, #80]\n"
    "\tldp x2, x3, [x1, #96]\n\tmov sp, x2\n\tmsr tpidr_el0, x3\n"
    "\tldp d8, d9, [x1, #112]\n\tldp d10, d11, [x1, #128]\n"
    "\tldp d12, d13, [x1, #144]\n\tldp d14, d15, [x1, #160]\n"
    "\tmsr fpcr, xzr\n\tret\n"
    "loader:\n"
    "\tclrex\n"
    "\tadd x1, x0, #288\n"
    "\tldp q0, q1, [x1]\n\tldp q2, q3, [x1, #32]\n"
    "\tldp q4, q5, [x1, #64]\n\tldp q6, q7, [x1, #96]\n"
    "\tldp q8, q9, [x1, #128]\n\tldp q10, q11, [x1, #160]\n"
    "\tldp q12, q13, [x1, #192]\n\tldp q14, q15, [x1, #224]\n"
    "\tldp q16, q17, [x1, #256]\n\tldp q18, q19, [x1, #288]\n"
    "\tldp q20, q21, [x1, #320]\n\tldp q22, q23, [x1, #352]\n"
    "\tldp q24, q25, [x1, #384]\n\tldp q26, q27, [x1, #416]\n"
    "\tldp q28, q29, [x1, #448]\n\tldp q30, q31, [x1, #480]\n"
    "\tldp x2, x3, [x0, #256]\n\tmsr nzcv, x2\n\tmsr fpcr, x3\n"
    "\tldp x2, x3, [x0, #272]\n\tmsr fpsr, x2\n\tmsr tpidr_el0, x3\n"
    "\tldr x2, [x0, #248]\n\tmov sp, x2\n"
    "\tldr x1, [x0, #8]\n\tldp x2, x3, [x0, #16]\n"
    "\tldp x4, x5, [x0, #32]\n\tldp x6, x7, [x0, #48]\n"
    "\tldp x8, x9, [x0, #64]\n\tldp x10, x11, [x0, #80]\n"
    "\tldp x12, x13, [x0, #96]\n\tldp x14, x15, [x0, #112]\n"
    "\tldp x16, x17, [x0, #128]\n\tldp x18, x19, [x0, #144]\n"
    "\tldp x20, x21, [x0, #160]\n\tldp x22, x23, [x0, #176]\n"
    "\tldp x24, x25, [x0, #192]\n\tldp x26, x27, [x0, #208]\n"
    "\tldp x28, x29, [x0, #224]\n\tldr x30, [x0, #240]\n"
    "\tldr x0, [x0]\n\tisb\n"
    "loader_end:\n"
    "\t.local saved\n\t.comm saved, 176, 16\n");

void enter(const struct state *s);
void leave(void);
extern const uint32_t loader[], loader_end[];

/* The thread pointer is the sequence's: nothing here may use it. */
static void on_signal(int sig, siginfo_t *si, void *ucp)
{
	ucontext_t *uc = ucp;
	mcontext_t *m = &uc->uc_mcontext;
	struct fpsimd_context *f = (void *)m->__reserved;

	memcpy(got.x, m->regs, sizeof(got.x));
	memcpy(got.v, f->vregs, sizeof(got.v));
	got.sp = m->sp;
	got.pc = m->pc;
	got.fpcr = f->fpcr;
	got.fpsr = f->fpsr & fpsr_mask;
	asm volatile("mrs %0, tpidr_el0" : "=r"(got.tpidr));
	got.sig = (uint64_t)sig;
	/* Flags at a fault may be older (docs/LIMITS.md). */
	got.nzcv = sig == SIGTRAP ? m->pstate >> 28 & 15 : 0;
	/* qemu says ILL_ILLOPN where the kernel says ILL_ILLOPC. */
	got.code = sig == SIGILL ? 0 : (uint64_t)(int64_t)si->si_code;
	got.addr = sig == SIGSEGV || sig == SIGBUS ? (uint64_t)si->si_addr : 0;
	/* Of addresses that no process has qemu does not tell. */
	if (sig == SIGSEGV && got.addr >= (1ull << 47) - 16)
		got.addr = 0;
	leave();
}

static void handlers(void)
{
	static char stack[1 << 16];
	static const int signals[] = { SIGTRAP, SIGILL, SIGSEGV, SIGBUS };
	stack_t ss = { .ss_sp = stack, .ss_size = sizeof(stack) };
	struct sigaction sa = { .sa_sigaction = on_signal, .sa_flags =
				SA_SIGINFO | SA_ONSTACK | SA_NODEFER };

	sigaltstack(&ss, NULL);
	for (unsigned k = 0; k < 4; k++)
		sigaction(signals[k], &sa, NULL);
}

/* -- State ----------------------------------------------------------------- */

static uint64_t pointer(uint64_t *st)
{
	uint64_t r = gen_next(st);
	uint64_t p = SEQ_DATA + SEQ_DATA_SIZE / 2 + (r & 63) * 16 - 512;

	if ((r >> 8 & 3) == 0)
		p += r >> 16 & 15;
	if ((r >> 10 & 7) == 0)		/* top byte ignored */
		p |= r >> 32 << 56;
	return p;
}

static void make_state(struct state *s, uint64_t seed)
{
	static const uint32_t fpcr[16] = {
		0, 0, 0, 0, 0, 1u << 22, 2u << 22, 3u << 22, 1u << 25,
		1u << 24, 3u << 24, 1u << 19, 1u << 26, 1u << 24 | 1u << 23,
		5u << 23 | 1u << 19, 1u << 25 | 1u << 22 | 1u << 19
	};
	uint64_t st = seed, r = gen_next(&st);

	memset(s, 0, sizeof(*s));
	for (unsigned k = 0; k < 31; k++)
		s->x[k] = k >= SEQ_PTR_FIRST && k <= SEQ_PTR_LAST ?
			  pointer(&st) : gen_int(&st, 64);
	s->sp = SEQ_DATA + SEQ_DATA_SIZE / 2 + (r & 31) * 16;
	s->nzcv = r >> 8 << 60 >> 32;
	s->fpcr = fpcr[r >> 16 & 15];
	s->fpsr = r >> 20 & 1 ? 1u << 27 : 0;
	s->tpidr = gen_next(&st);
	for (unsigned k = 0; k < 32; k++) {
		unsigned kind = (unsigned)gen_next(&st);

		s->v[k][0] = gen_dword(&st, kind & 7, 8u << (kind >> 3 & 3));
		s->v[k][1] = gen_dword(&st, kind & 7, 8u << (kind >> 3 & 3));
	}
}

static uint64_t hash_words(const void *p, unsigned n)
{
	const uint64_t *w = p;
	uint64_t h = 0;

	for (unsigned k = 0; k < n; k++)
		h = gen_hash(h, w[k]);
	return h;
}

/* Run the first n instructions of s; results in got. */
static void run(const struct seq *s, unsigned n)
{
	static struct state in;

	make_state(&in, s->seed);
	memcpy((void *)SEQ_DATA, initial, SEQ_DATA_SIZE);
	/* Sequences may store through a return address. */
	mprotect((void *)SEQ_CODE, SEQ_CODE_SIZE, PROT_READ | PROT_WRITE);
	for (unsigned k = 0; k <= SEQ_MAX; k++)
		code[k] = k < n ? s->word[k] : 0xd4200000;	/* brk */
	__builtin___clear_cache((char *)code, (char *)(code + SEQ_MAX + 1));
	mprotect((void *)SEQ_CODE, SEQ_CODE_SIZE, PROT_READ | PROT_EXEC);
	enter(&in);
	got.mem = hash_words((void *)SEQ_DATA, SEQ_DATA_SIZE / 8);
}

static void print_all(unsigned which, unsigned n, uint32_t word)
{
	static const char *const name[] = {
		"sp", "nzcv", "fpcr", "fpsr", "tpidr"
	};
	static const char *const result[] = {
		"pc", "sig", "code", "addr", "mem"
	};

	printf("%u %u %08x", which, n, word);
	for (unsigned k = 0; k < 5; k++)
		printf(" %s=%llx", result[k],
		       (unsigned long long)(&got.pc)[k]);
	for (unsigned k = 0; k < 31; k++)
		printf(" x%u=%llx", k, (unsigned long long)got.x[k]);
	for (unsigned k = 0; k < 5; k++)
		printf(" %s=%llx", name[k], (unsigned long long)(&got.sp)[k]);
	for (unsigned k = 0; k < 32; k++)
		printf(" v%u=%016llx%016llx", k,
		       (unsigned long long)got.v[k][1],
		       (unsigned long long)got.v[k][0]);
	putchar('\n');
}

int main(int argc, char **argv)
{
	unsigned long executed = 0;
	const struct seq *s;
	struct stat file;
	uint64_t st = 1;
	unsigned count;
	int fd;

	if (argc < 2 || (fd = open(argv[1], O_RDONLY)) < 0 || fstat(fd, &file))
		return 2;
	s = mmap(NULL, (size_t)file.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	count = (unsigned)(file.st_size / (long)sizeof(*s));
	code = mmap((void *)SEQ_CODE, SEQ_CODE_SIZE,
		    PROT_READ | PROT_WRITE,
		    MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (s == MAP_FAILED || code == MAP_FAILED ||
	    mmap((void *)SEQ_DATA, SEQ_DATA_SIZE, PROT_READ | PROT_WRITE,
		 MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED)
		return 2;
	memcpy(code, loader, (size_t)((char *)loader_end - (char *)loader));
	code += loader_end - loader;
	for (unsigned k = 0; k < SEQ_DATA_SIZE / 8; k++)
		initial[k] = gen_dword(&st, k / 16 & 7, 8u << (k / 4 & 3));
	if (argc > 2)
		fpsr_mask = strtoull(argv[2], NULL, 0);
	handlers();
	for (int a = 3; a < argc; a++) {
		unsigned which = (unsigned)atoi(argv[a]);

		for (unsigned n = 1; n <= s[which].n; n++) {
			run(&s[which], n);
			print_all(which, n, s[which].word[n - 1]);
		}
	}
	for (unsigned k = 0; argc <= 3 && k < count; k++) {
		run(&s[k], s[k].n);
		printf("%u %u %llx\n", k, (unsigned)got.sig,
		       (unsigned long long)hash_words(&got, sizeof(got) / 8));
		executed += (got.pc - (uintptr_t)code) / 4 <= SEQ_MAX ?
			    (got.pc - (uintptr_t)code) / 4 : 1;
	}
	if (argc <= 3)
		printf("executed %lu\n", executed);
	return 0;
}
