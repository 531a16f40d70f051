/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The native oracle: instructions of x64.ops with random and hostile operands
 * on the processor that runs the test and under the translator; all registers,
 * flags that are defined, memory and faults are compared.
 *
 *	oracle_x64 [-i] [-u] [-n COUNT] [-l LENGTH] [-s SEED] [-r NAME] [-m MAX]
 *
 * -i: the IR interpreter; -l: sequences of so many instructions, which a
 * failure shortens; -u: undefined flags that differ are counted; -r: only
 * lines of this name; -m: print at most so many failures.
 */
#include <cpuid.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/unit/oracle.h"

static struct {
	u64 count, seed;
	unsigned length;
	unsigned limit;			/* failures printed */
	bool interpret, undefined;
	const char *only;
} opt = { .count = 60000, .seed = 1, .length = 1, .limit = 40 };

/* -- Lines of the table --------------------------------------------------------------- */

static struct pick {
	u16 row, map, op;
	u32 hits;
	u32 differ[6];			/* undefined flags, by bit of row */
} pick[4096];
static unsigned npick;

/* Natively they would touch what the test itself runs on, or the answer is
 * another each time, or the kernel steps in. */
static const struct { const char *name, *why; } skipped[] = {
	{ "syscall", "enters the kernel" }, { "sysenter", "enters the kernel" },
	{ "rdtsc", "time" }, { "rdtscp", "time" }, { "rdpid", "time" },
	{ "rdrand", "random" }, { "rdseed", "random" },
	{ "cpuid", "another model" }, { "xgetbv", "another model" },
	{ "rdpmc", "may be allowed" },
	{ "rdfsbase", "thread pointer" }, { "rdgsbase", "thread pointer" },
	{ "wrfsbase", "thread pointer" }, { "wrgsbase", "thread pointer" },
	{ "sgdt", "emulated by the kernel" },
	{ "sidt", "emulated by the kernel" },
	{ "sldt", "emulated by the kernel" },
	{ "str", "emulated by the kernel" },
	{ "smsw", "emulated by the kernel" },
	{ "lss", "segments" }, { "lfs", "segments" }, { "lgs", "segments" },
	{ "lar", "segments" }, { "lsl", "segments" }, { "verr", "segments" },
	{ "verw", "segments" },
	{ "int", "system calls" }, { "int1", "system calls" },
	{ "xbegin", "aborts" },
	{ "fldenv", "image" }, { "fnstenv", "image" }, { "frstor", "image" },
	{ "fnsave", "image" }, { "fldcw", "unmasks" },
	{ "fxsave", "image" }, { "fxrstor", "image" }, { "xsave", "image" },
	{ "xrstor", "image" }, { "xsavec", "image" }, { "xsaveopt", "image" },
};

static bool skip_name(const char *name)
{
	size_t len = strcspn(name, "/");

	for (unsigned k = 0; k < ARRAY_LEN(skipped); k++)
		if (strlen(skipped[k].name) == len &&
		    !memcmp(skipped[k].name, name, len))
			return true;
	return false;
}

/* Segment registers written; far transfers. */
static bool skip_row(const struct x64_row *r, unsigned map, unsigned op)
{
	if (skip_name(x64_row_name(r)))
		return true;
	if (map == MAP_ONE && (op == 0x8e || (op >= 0xca && op <= 0xcb) ||
			       op == 0xcf))
		return true;
	if (map == MAP_ONE && op == 0xff && (x64_row_name(r)[0] == 'l' ||
					     strstr(x64_row_name(r), "far")))
		return true;
	return map == MAP_0F && (op == 0xa1 || op == 0xa9);
}

static bool host_has(unsigned feature)
{
	enum { EAX, EBX, ECX, EDX };
	static const struct { u32 leaf; u8 reg, bit; } f[] = {
#define _(id, name, leaf, reg, bit, level) { leaf, reg, bit },
#include "translate/guest/x64/x64_features.def"
#undef _
	};
	u32 r[4] = { 0 }, leaf, sub;

	if (!feature--)
		return true;
	leaf = f[feature].leaf;
	sub = leaf == 0xd;
	return __get_cpuid_count(leaf, sub, &r[EAX], &r[EBX], &r[ECX],
				 &r[EDX]) &&
	       r[f[feature].reg] >> f[feature].bit & 1;
}

static void collect(void)
{
	for (unsigned map = 0; map < MAP_COUNT; map++)
		for (unsigned op = 0; op < 256; op++) {
			const struct x64_opcode *o = &x64_opcode[map][op];

			for (unsigned k = o->first; k < o->first + o->count; k++) {
				const struct x64_row *r = &x64_row[k];

				if (skip_row(r, map, op) ||
				    !host_has(r->feature) ||
				    (opt.only &&
				     strcmp(x64_row_name(r), opt.only)))
					continue;
				pick[npick++] = (struct pick){
					.row = (u16)k, .map = (u16)map,
					.op = (u16)op };
			}
		}
}

/* -- Sequences ---------------------------------------------------------------------------- */

static struct machine start, native, guest;

/* Displacements that stand alone lead to the middle of the data. */
static void set_address(struct x64_code *c, u64 pc)
{
	u64 target = HOT + (x64_gen_rnd() & 0x7f) * 2;
	u32 disp;

	if (x64_gen_rnd() & 1)
		target &= ~15ull;
	if (!c->disp_at)
		return;
	disp = (u32)(c->rip ? target - (pc + c->n) : target);
	memcpy(c->b + c->disp_at, &disp, 4);
}

static void set_tail(struct x64_code *c, const struct x64_row *r)
{
	u64 moffs = HOT + (x64_gen_rnd() & 0xff);

	if (x64_gen_has(r, "Ob") || x64_gen_has(r, "Ov")) {
		unsigned n = c->addrsize ? 4 : 8;

		memcpy(c->b + c->n - n, &moffs, n);
	}
}

/* Branches: rel to a place in the slot. */
static void set_branch(struct x64_code *c, const struct x64_row *r, s32 rel)
{
	if (x64_gen_has(r, "Jb"))
		c->b[c->n - 1] = (u8)rel;
	if (x64_gen_has(r, "Jz"))
		memcpy(c->b + c->n - 4, &rel, 4);
}

static bool stays_apart(const struct x64_insn *i)
{
	const struct x64_operand *o = &i->op[0];
	const char *name = x64_row_name(i->row);

	/* r15 and rsp point to the data; faults end a sequence early. */
	for (unsigned k = 0; k < 2; k++, o++)
		if (o->kind == X64_OP_GPR && !o->high &&
		    (o->reg == 15 || o->reg == X64_RSP))
			return false;
	if (i->row->what & X64_W_PRIV || !strncmp(name, "ud", 2))
		return false;
	if (i->row->what & X64_W_BRANCH && i->row->op[1])
		return false;
	if (strstr(name, "div") && x64_gen_rnd() % 16)
		return i->row->op[0] > X64_SPEC_Yz;
	if (!strcmp(name, "leave") || !strcmp(name, "enter") ||
	    !strncmp(name, "popf", 4) || strstr(name, "mxcsr") ||
	    !strncmp(name, "xlat", 4) || strstr(name, "maskmov") ||
	    i->row->what & ROW_VSIB)
		return false;
	for (unsigned k = 0; k < 4; k++)
		if (i->row->op[k] >= X64_SPEC_Xb && i->row->op[k] <= X64_SPEC_Yz)
			return false;
	return true;
}

/* AMD's processors truncate rip for 66 before a near branch, Intel's do not:
 * the guest follows the latter. */
static bool model_specific(const struct x64_insn *i)
{
	const char *name = x64_row_name(i->row);

	if (i->row->what & X64_W_BRANCH && i->prefix & X64_OPSIZE)
		return true;
	/* Counts above 16: the result is undefined. */
	return i->op[0].size == 1 &&
	       (!strcmp(name, "shld") || !strcmp(name, "shrd"));
}

static bool is_jump(const struct x64_row *r)
{
	return r->what & X64_W_BRANCH && (x64_gen_has(r, "Jb") ||
					  x64_gen_has(r, "Jz"));
}

/* Adds one instruction that fits what is there.  Poison: flags that are
 * undefined so far, and may not be read. */
static bool add_insn(struct seq *s, u32 *poison)
{
	unsigned p = (unsigned)(x64_gen_rnd() % npick), k = s->n;
	unsigned what = X64_GEN_LOCK;
	struct x64_code *c = &s->code[k];
	const struct x64_row *r = &x64_row[pick[p].row];
	struct x64_insn i;
	u32 undef;

	if (opt.length > 1)
		what |= X64_GEN_BASE;
	if (pick[p].map == MAP_ONE && ((pick[p].op >= 0xa4 && pick[p].op <= 0xa7) ||
				       (pick[p].op >= 0xaa && pick[p].op <= 0xaf)))
		what |= X64_GEN_REP;
	x64_gen(c, pick[p].row, pick[p].map, pick[p].op, what);
	if (c->n > 15)
		return false;
	s->at[k] = s->len;
	set_address(c, (u64)(uintptr_t)s->start + s->len);
	set_tail(c, r);
	set_branch(c, r, (s32)(x64_gen_rnd() % 100 - 110));
	memcpy(s->start + s->len, c->b, c->n);
	if (!decode_at(&i, s, k)) {
		/* LOCK where it is not allowed */
		s->n++;
		s->row[k] = p;
		s->len += c->n;
		return opt.length == 1 || (s->n--, s->len -= c->n, false);
	}
	if (i.len != c->n || model_specific(&i))
		return false;
	for (p = 0; p < npick && (&x64_row[pick[p].row] != i.row ||
				  pick[p].op != c->op); p++)
		;
	if (p == npick)
		return false;
	undef = undefined_flags(&i, 2);
	if (opt.length > 1) {
		if (!stays_apart(&i) ||
		    (i.row->what & X64_W_BRANCH && !is_jump(i.row)) ||
		    eflags_of_row(i.row->flags_read) & *poison)
			return false;
		*poison |= undef;
	}
	s->row[k] = p;
	s->len += c->n;
	s->n++;
	return true;
}

/* Jumps go forward to some later instruction. */
static void direct_jumps(struct seq *s)
{
	if (s->n < 2)
		return;
	for (unsigned k = 0; k < s->n; k++) {
		struct x64_code *c = &s->code[k];
		unsigned to = k + 1 + (unsigned)(x64_gen_rnd() % (s->n - k));
		unsigned at = to == s->n ? s->len : s->at[to];

		set_branch(c, &x64_row[pick[s->row[k]].row],
			   (s32)(at - s->at[k] - c->n));
		memcpy(s->start + s->at[k], c->b, c->n);
	}
}

static u32 make_seq(struct seq *s, u8 *at)
{
	u32 poison = 0;
	unsigned tries = 0;

	memset(s, 0, sizeof(*s));
	s->start = at + SLOT_CODE;
	memset(at, 0xcc, SLOT);
	while (s->n < opt.length && tries++ < 1000)
		add_insn(s, &poison);
	memset(s->start + s->len, 0xcc, SLOT - SLOT_CODE - s->len);
	direct_jumps(s);
	return poison;
}

/* -- Comparison ----------------------------------------------------------------------------- */

static u32 ignored;			/* flags */

static bool same_x87(const u8 *a, const u8 *b)
{
	return !memcmp(a, b, 5) && !memcmp(a + 32, b + 32, 128);
}

static const char *const end_name[] = {
	"int3", "#UD", "#GP", "#PF", "fetch #PF", "#DE", "#FP", "#AC", "#SS",
	"other"
};

/* Where nothing is mapped, what reads and then writes is refused as a write by
 * processors; the guest reads first. */
static bool told_read(const struct machine *m)
{
	return m->write && m->addr - (DATA_AT + DATA_SIZE) >= 0x1000;
}

static const char *difference(const struct machine *x, const struct machine *y)
{
	static char text[160];
	u64 f = (EFLAGS_ARITH & ~ignored) | X64_EFLAGS_DF;

	if (x->end != y->end)
		snprintf(text, sizeof(text), "ends by %s, not %s",
			 end_name[y->end], end_name[x->end]);
	else if (x->rip != y->rip)
		snprintf(text, sizeof(text), "rip %" PRIx64 " not %" PRIx64,
			 y->rip, x->rip);
	else if (x->addr != y->addr || (x->write != y->write && !told_read(x)))
		snprintf(text, sizeof(text), "fault at %" PRIx64 " %d, not %"
			 PRIx64 " %d", y->addr, y->write, x->addr, x->write);
	else if ((x->flags ^ y->flags) & f)
		snprintf(text, sizeof(text), "flags %" PRIx64 " not %" PRIx64
			 " (of %" PRIx64 ")", y->flags & f, x->flags & f, f);
	else if (x->mxcsr != y->mxcsr)
		snprintf(text, sizeof(text), "mxcsr %x not %x", y->mxcsr,
			 x->mxcsr);
	else if (!same_x87(x->fx, y->fx))
		return "x87 state";
	else if (memcmp(x->mem, y->mem, DATA_SIZE))
		return "memory";
	else
		goto registers;
	return text;
registers:
	for (unsigned k = 0; k < 16; k++)
		if (x->r[k] != y->r[k]) {
			snprintf(text, sizeof(text), "r%u %" PRIx64 " not %"
				 PRIx64, k, y->r[k], x->r[k]);
			return text;
		}
	for (unsigned k = 0; k < 32; k++)
		if (memcmp(&x->v[k], &y->v[k], 16)) {
			snprintf(text, sizeof(text), "v%u %016" PRIx64 "%016"
				 PRIx64 " not %016" PRIx64 "%016" PRIx64, k,
				 y->v[k].d[1], y->v[k].d[0], x->v[k].d[1],
				 x->v[k].d[0]);
			return text;
		}
	return NULL;
}

static const char *try(const struct seq *s)
{
	native = start;
	native_run(&native, (u64)(uintptr_t)s->start);
	guest = start;
	guest_run(&guest, (u64)(uintptr_t)s->start);
	return difference(&native, &guest);
}

/* Instructions that the failure does without become NOPs. */
static const char *shrink(struct seq *s, const char *what)
{
	static char last[160];
	const char *now;

	snprintf(last, sizeof(last), "%s", what);
	for (unsigned k = 0; k < s->n && s->n > 1; k++) {
		u8 *p = s->start + s->at[k];

		memset(p, 0x90, s->code[k].n);
		guest_forget();
		now = try(s);
		if (now)
			snprintf(last, sizeof(last), "%s", now);
		else
			memcpy(p, s->code[k].b, s->code[k].n);
	}
	guest_forget();
	return last;
}

static unsigned failures;

static void print_seq(const struct seq *s)
{
	for (unsigned k = 0; k < s->n; k++) {
		const u8 *p = s->start + s->at[k];
		char text[160];

		if (s->n > 1 && *p == 0x90)
			continue;
		x64_disas((gaddr)(uintptr_t)p, p, 15, text, sizeof(text));
		printf("#   %s  (", text);
		for (unsigned j = 0; j < s->code[k].n; j++)
			printf("%02x", p[j]);
		printf(")\n");
	}
}

static void print_state(void)
{
	for (unsigned k = 0; k < 16; k++)
		printf("%s r%u=%" PRIx64, k % 4 ? "" : "\n#  ", k, start.r[k]);
	printf("\n#   flags=%" PRIx64 " mxcsr=%x\n", start.flags, start.mxcsr);
}

static void report(struct seq *s, u64 seed, const char *what)
{
	if (failures++ >= opt.limit)
		return;
	what = shrink(s, what);
	printf("# seed %" PRIu64 ": %s\n", seed, what);
	print_seq(s);
	if (failures < 12)
		print_state();
}

/* -- The run ---------------------------------------------------------------------------------- */

static void on_signal(int sig, siginfo_t *info, void *uc)
{
	if (native_signal(sig, info, uc) || guest_signal(sig, info, uc))
		return;
	signal(sig, SIG_DFL);
}

static void catch_signals(void)
{
	static const int sigs[] = { SIGUSR1, SIGTRAP, SIGSEGV, SIGBUS, SIGILL,
				    SIGFPE };
	const stack_t ss = { .ss_sp = malloc(1 << 17), .ss_size = 1 << 17 };
	struct sigaction sa = { .sa_sigaction = on_signal,
				.sa_flags = SA_SIGINFO | SA_ONSTACK };

	sigaltstack(&ss, NULL);
	for (unsigned k = 0; k < ARRAY_LEN(sigs); k++)
		sigaction(sigs[k], &sa, NULL);
}

static bool map_memory(void)
{
	enum { FLAGS = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE };
	u8 *data = mmap((void *)(DATA_AT - 0x1000ul), DATA_SIZE + 0x3000,
			PROT_NONE, FLAGS, -1, 0);
	u8 *code = mmap((void *)(uintptr_t)CODE_AT, CODE_SIZE, PROT_READ |
			PROT_WRITE | PROT_EXEC, FLAGS, -1, 0);

	if (data == MAP_FAILED || code == MAP_FAILED)
		return false;
	memset(code, 0xcc, CODE_SIZE);
	return !mprotect(data + 0x1000, DATA_SIZE, PROT_READ | PROT_WRITE) &&
	       !mprotect(data + 0x1000 + DATA_SIZE, 0x1000, PROT_READ);
}

static void count_undefined(struct seq *s, const struct x64_insn *i)
{
	u64 diff = (native.flags ^ guest.flags) &
		   undefined_flags(i, start.r[X64_RCX]);

	for (unsigned k = 0; k < 6; k++)
		if (diff & eflags_of_row((u8)(1 << k)))
			pick[s->row[0]].differ[k]++;
}

/* A sequence with several states, so that its translation pays. */
static void try_states(struct seq *s, u64 seed, u32 poison)
{
	struct x64_insn i;
	const char *what;
	bool known = decode_at(&i, s, 0);

	for (unsigned k = 0; k < 4; k++) {
		state_random(&start, s);
		if (s->n == 1)
			poison = known ? undefined_flags(&i, start.r[X64_RCX]) : 0;
		ignored = poison;
		what = try(s);
		if (what) {
			report(s, seed, what);
			return;
		}
		if (opt.undefined && known)
			count_undefined(s, &i);
	}
}

static void run(void)
{
	static struct seq s;
	unsigned slot = 0;

	for (u64 n = 0; n < opt.count; n += 4 * opt.length) {
		u64 seed = opt.seed * 1000000007 + n;
		u32 poison;

		if (slot == CODE_SIZE / SLOT) {
			guest_forget();
			slot = 0;
		}
		x64_gen_seed(seed);
		poison = make_seq(&s, (u8 *)(uintptr_t)CODE_AT + slot++ * SLOT);
		if (!s.n)
			continue;
		try_states(&s, seed, poison);
		for (unsigned k = 0; k < s.n; k++)
			pick[s.row[k]].hits++;
	}
}

static unsigned never_hit(void)
{
	unsigned n = 0;

	for (unsigned k = 0; k < npick; k++)
		if (!pick[k].hits) {
			printf("# never: %s (map %u, %02x)\n",
			       x64_row_name(&x64_row[pick[k].row]), pick[k].map,
			       pick[k].op);
			n++;
		}
	return n;
}

static void print_undefined(void)
{
	for (unsigned k = 0; k < npick; k++) {
		const struct pick *p = &pick[k];
		bool any = false;

		for (unsigned f = 0; f < 6; f++)
			any |= p->differ[f];
		if (!any)
			continue;
		printf("# %-8s %02x of %u:", x64_row_name(&x64_row[p->row]),
		       p->op, p->hits * 4);
		for (unsigned f = 0; f < 6; f++)
			if (p->differ[f])
				printf(" %c %u", "CPAZSO"[f], p->differ[f]);
		printf("\n");
	}
}

static void options(int argc, char **argv)
{
	int c;

	while ((c = getopt(argc, argv, "iun:l:s:r:m:")) != -1)
		switch (c) {
		case 'i': opt.interpret = true; break;
		case 'u': opt.undefined = true; break;
		case 'n': opt.count = strtoull(optarg, NULL, 0); break;
		case 'l': opt.length = (unsigned)atoi(optarg); break;
		case 's': opt.seed = strtoull(optarg, NULL, 0); break;
		case 'r': opt.only = optarg; break;
		case 'm': opt.limit = (unsigned)atoi(optarg); break;
		default: exit(2);
		}
	opt.length = MIN(MAX(opt.length, 1u), (unsigned)MAX_SEQ);
}

int main(int argc, char **argv)
{
	unsigned never = 0;

	options(argc, argv);
	if (!native_init() || !map_memory()) {
		printf("1..0 # SKIP no AVX\n");
		return 0;
	}
	collect();
	catch_signals();
	if (!guest_init(opt.interpret))
		return 1;
	setvbuf(stdout, NULL, _IOLBF, 0);
	run();
	if (opt.length == 1)
		never = never_hit();
	if (opt.undefined)
		print_undefined();
	printf("1..1\n%sok 1 - %u lines, %u failures, %u never run\n",
	       failures || never ? "not " : "", npick, failures, never);
	return failures || never;
}
