/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The x64 decoder against capstone on random bytes: both find an instruction
 * or neither, with the same length and name.  Capstone 4 is more liberal than
 * the CPU in ways that are listed below; what it and we disagree on was tried
 * on a CPU.
 */
#include <capstone/capstone.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "translate/guest/x64/x64.h"

enum { LENGTH = 15, SAMPLES = 600000, MAX_COMPLAINTS = 20 };

static u64 seed = 88172645463325252ull;

static u32 rnd(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (u32)(seed >> 16);
}

/* -- Input: random bytes with a likely beginning -------------------------- */

static void random_bytes(u8 *b)
{
	static const struct {
		u8 n, byte[3];
	} start[] = {
		{ 1, { 0x0f } }, { 2, { 0x66, 0x0f } }, { 2, { 0xf3, 0x0f } },
		{ 2, { 0xf2, 0x0f } }, { 1, { 0xc5 } }, { 2, { 0x0f, 0x38 } },
		{ 3, { 0x66, 0x0f, 0x38 } }, { 3, { 0x66, 0x0f, 0x3a } },
		{ 1, { 0xf0 } }, { 1, { 0xc4 } }
	};
	unsigned k = rnd() % (2 * ARRAY_LEN(start));

	for (unsigned j = 0; j < LENGTH; j++)
		b[j] = (u8)rnd();
	if (k >= ARRAY_LEN(start)) {
		if (rnd() & 1)
			b[0] = 0x40 | (b[0] & 15);
		return;
	}
	memcpy(b, start[k].byte, start[k].n);
	if (b[0] == 0xc4)
		b[1] = (u8)((b[1] & 0xe0) | (1 + rnd() % 3));
}

/* -- Known differences ---------------------------------------------------- */

static bool in_list(const char *s, const char *const *list)
{
	for (; *list; list++)
		if (!strcmp(*list, s))
			return true;
	return false;
}

/* Instructions that this CPU, or any in user mode, has not. */
static const char *const not_here[] = {
	/* system management, virtual machines, enclaves, transactions */
	"rsm", "getsec", "skinit", "vmread", "vmwrite", "vmptrst", "vmptrld",
	"vmclear", "vmxon", "vmxoff", "vmcall", "vmfunc", "vmlaunch",
	"vmresume", "vmrun", "vmmcall", "vmload", "vmsave", "stgi", "clgi",
	"invlpga", "invept", "invvpid", "encls", "enclu", "xbegin", "xabort",
	"xend", "xtest", "monitor", "mwait", "monitorx", "mwaitx", "clac",
	"stac", "rdpkru", "wrpkru", "clzero", "montmul", "xsha1", "xsha256",
	"xstorerng", "xcryptecb", "xcryptcbc", "xcryptctr", "xcryptcfb",
	"xcryptofb", "xstore", "pcommit",
	/* 3DNow!, SSE4A */
	"femms", "pavgusb", "pf2id", "pf2iw", "pi2fd", "pi2fw", "pmulhrw",
	"pswapd", "extrq", "insertq", "movntss", "movntsd",
	/* XOP's 2-source permutations */
	"vpermil2ps", "vpermil2pd",
	NULL
};

static bool is_not_here(const char *name)
{
	size_t n = strlen(name);

	if (in_list(name, not_here))
		return true;
	/* pfadd ...: 3DNow!; kandw ...: AVX-512; vpcomw, vprotb ...: XOP */
	if (!strncmp(name, "pf", 2) || name[0] == 'k' ||
	    !strncmp(name, "vpcom", 5) || !strncmp(name, "vprot", 5) ||
	    !strncmp(name, "vpsh", 4))
		return true;
	/* vfmaddps: FMA4; FMA's names have the order of operands. */
	return (!strncmp(name, "vfm", 3) || !strncmp(name, "vfnm", 4)) &&
	       !isdigit((unsigned char)name[n - 3]);
}

/* What the CPU refuses but capstone does not look at. */
static bool is_refused(const char *name)
{
	/* gathers with registers that must differ; registers CR1, CS ... */
	return strstr(name, "gather") || !strcmp(name, "mov");
}

static bool is_prefix(u8 b)
{
	return (b & 0xf0) == 0x40 || (b & 0xe7) == 0x26 || (b & 0xfc) == 0x64 ||
	       b == 0xf0 || b == 0xf2 || b == 0xf3;
}

/*
 * Would it be one without a LOCK that is not allowed, without prefixes that
 * other instructions of the same opcode have as mandatory ones, without VEX.W?
 */
static bool is_one_without(const u8 *b, bool vex)
{
	struct x64_insn i;
	u8 c[LENGTH] = { 0 };
	unsigned n = 0, k;

	for (k = 0; k < LENGTH && is_prefix(b[k]); k++)
		if (b[k] != 0x66 && b[k] < 0xf0)
			c[n++] = b[k];
	memcpy(c + n, b + k, LENGTH - k);
	if (vex && c[n] == 0xc4)
		c[n + 2] &= 0x7f;
	return x64_decode(&i, c, LENGTH, 0, ~0ull, 64) == X64_DECODED;
}

static bool known_theirs(const char *name, const u8 *b)
{
	/* Several prefixes and nothing else. */
	static const char *const prefix[] = {
		"lock", "rep", "repe", "repne", "xacquire", "xrelease", NULL
	};
	char word[32];

	snprintf(word, sizeof(word), "%.*s", (int)strcspn(name, " "), name);
	if (in_list(word, prefix) || is_not_here(name) || is_refused(name))
		return true;
	return is_one_without(b, true);
}

/* Hints, what ignores part of its ModRM, and UD0. */
static bool known_ours(const struct x64_insn *i)
{
	static const char *const name[] = {
		"nop", "prefetch", "prefetchw", "prefetchwt1", "ud0", "lfence",
		"mfence", "sfence", "mov", NULL
	};

	return in_list(x64_row_name(i->row), name);
}

/* 66 before a near branch: AMD's make the displacement 16 bits, Intel's do
 * not.  UD0 and UD1 have a ModRM byte. */
static bool known_length(const struct x64_insn *i)
{
	const char *name = x64_row_name(i->row);

	if (!strcmp(name, "ud0") || !strcmp(name, "ud1"))
		return true;
	/* An F2 makes it forget 66. */
	if (i->prefix & X64_REPNE && i->prefix & X64_OPSIZE)
		return true;
	return i->op[0].kind == X64_OP_REL && i->prefix & X64_OPSIZE;
}

/* -- Names ---------------------------------------------------------------- */

static const struct {
	const char *theirs, *ours;
} alias[] = {
	{ "sal", "shl" }, { "fstpnce", "fstp" }, { "fsetpm", "fnsetpm" },
	{ "feni8087_nop", "fneni" }, { "fdisi8087_nop", "fndisi" },
	{ "vcvtpd2psx", "vcvtpd2ps" }, { "vcvtpd2dqx", "vcvtpd2dq" },
	{ "vcvttpd2dqx", "vcvttpd2dq" }, { "movd", "movq" },
	{ "movabs", "mov" }, { "mov", "movabs" },
	{ "jrcxz", "jecxz" },		/* 67 */
	{ "rdseed", "rdpid" },		/* F3 0F C7 /7 */
	{ "xchg", "pause" }, { "nop", "pause" }, { "pause", "xchg" },
	{ "outsw", "outsd" }, { "insw", "insd" },	/* REX.W beats 66 */
	{ "outsd", "outsw" }, { "insd", "insw" },
	{ "cwde", "cbw" }, { "cdq", "cwd" }, { "iretd", "iret" },
};

/* Both prefixes that are written and the operation, without the former. */
static const char *operation(const char *text, char *word, size_t len)
{
	static const char *const prefix[] = {
		"lock ", "rep ", "repe ", "repne ", "bnd ", "xacquire ",
		"xrelease "
	};

	for (unsigned k = 0; k < ARRAY_LEN(prefix); k++)
		if (!strncmp(text, prefix[k], strlen(prefix[k])))
			text += strlen(prefix[k]), k = ~0u;
	snprintf(word, len, "%.*s", (int)strcspn(text, " "), text);
	return word;
}

/* cmpltps is cmpps with an immediate. */
static bool is_compare(const char *theirs, const char *ours)
{
	const char *cmp = strstr(ours, "cmp");

	return cmp && !strncmp(theirs, ours, (size_t)(cmp - ours) + 3) &&
	       strlen(ours) >= 2 &&
	       !strcmp(theirs + strlen(theirs) - 2, ours + strlen(ours) - 2);
}

static bool same_name(const char *theirs, const char *ours)
{
	char a[32], b[32];

	operation(theirs, a, sizeof(a));
	operation(ours, b, sizeof(b));
	if (!strcmp(a, b) || is_compare(a, b))
		return true;
	for (unsigned k = 0; k < ARRAY_LEN(alias); k++)
		if (!strcmp(a, alias[k].theirs) && !strcmp(b, alias[k].ours))
			return true;
	return false;
}

/* -- Comparison ----------------------------------------------------------- */

static const char *compare(const cs_insn *cs, const u8 *b, char *text,
			   size_t len)
{
	struct x64_insn i;

	strcpy(text, "(bad)");
	if (x64_decode(&i, b, LENGTH, 0x1000, ~0ull, 64) != X64_DECODED)
		return !cs || known_theirs(cs->mnemonic, b) ? NULL :
		       "is not known";
	x64_format(&i, text, len);
	if (!cs)
		return known_ours(&i) ? NULL : "should be none";
	if (cs->size != i.len)
		return known_length(&i) ? NULL : "has another length";
	return same_name(cs->mnemonic, text) ? NULL : "has another name";
}

static bool check(csh handle, cs_insn *cs, const u8 *b)
{
	const u8 *code = b;
	size_t size = LENGTH;
	u64 address = 0x1000;
	bool theirs = cs_disasm_iter(handle, &code, &size, &address, cs);
	char text[128];
	const char *what = compare(theirs ? cs : NULL, b, text, sizeof(text));

	if (!what)
		return true;
	printf("#");
	for (unsigned k = 0; k < LENGTH; k++)
		printf(" %02x", b[k]);
	printf(": %s %s; here %s: %s\n", theirs ? cs->mnemonic : "(bad)",
	       theirs ? cs->op_str : "", text, what);
	return false;
}

int main(int argc, char **argv)
{
	long n = argc > 1 ? atol(argv[1]) : SAMPLES, bad = 0;
	csh handle;
	cs_insn *cs;

	if (cs_open(CS_ARCH_X86, CS_MODE_64, &handle) != CS_ERR_OK) {
		printf("1..0 # SKIP no capstone for x86\n");
		return 0;
	}
	printf("1..1\n");
	cs = cs_malloc(handle);
	for (long k = 0; k < n && bad < MAX_COMPLAINTS; k++) {
		u8 b[LENGTH];

		random_bytes(b);
		bad += !check(handle, cs, b);
	}
	printf("%sok 1 - %ld random instructions as capstone sees them\n",
	       bad ? "not " : "", n);
	cs_free(cs, 1);
	cs_close(&handle);
	return bad != 0;
}
