/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reads `objdump -d -w -M intel64,intel` on standard input and decodes the
 * same bytes: each instruction must be one here, with the same length.
 * Excused are instructions of extensions that this CPU has not, and what lies
 * near bytes that are no instructions to objdump either (data among code).
 *
 *	x64_objdump NAME < TEXT		prints a TAP line's end, exits 0 or 1
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "translate/guest/x64/x64.h"

enum { MAX_NOTES = 100000, NEAR = 1024, LONGEST = 15 };

struct note {
	u64 at;
	char text[120];
};

/* Disagreements and bad instructions, by rising address. */
static struct note wrong[MAX_NOTES];
static u64 junk[MAX_NOTES];
static unsigned nwrong, njunk;

static void note_junk(u64 at)
{
	if (njunk < MAX_NOTES)
		junk[njunk++] = at;
}

static void note_wrong(u64 at, const char *text)
{
	if (nwrong == MAX_NOTES)
		return;
	wrong[nwrong].at = at;
	snprintf(wrong[nwrong].text, sizeof(wrong[nwrong].text), "%.100s",
		 text);
	nwrong++;
}

static bool is_near_junk(u64 at)
{
	for (unsigned k = 0; k < njunk; k++)
		if (junk[k] - at < NEAR || at - junk[k] < NEAR)
			return true;
	return false;
}

/* EVEX, XOP, mask registers (VEX), transactions, protection keys. */
static bool is_foreign(const u8 *b, const char *text)
{
	static const char *const name[] = {
		"xbegin", "xabort", "xend", "xtest", "rdpkru", "wrpkru"
	};

	for (unsigned k = 0; k < ARRAY_LEN(name); k++)
		if (!strncmp(text, name[k], strlen(name[k])))
			return true;
	return b[0] == 0x62 || (b[0] == 0x8f && (b[1] & 0x38)) ||
	       (*text == 'k' && (b[0] == 0xc4 || b[0] == 0xc5));
}

static unsigned parse_bytes(const char *s, u8 *b)
{
	unsigned n = 0;

	while (n <= LONGEST) {
		char *end;
		unsigned long v = strtoul(s, &end, 16);

		if (end == s)
			break;
		b[n++] = (u8)v;
		s = end;
	}
	return n;
}

/* "  address:\tbytes\ttext"; returns whether it was an instruction. */
static bool check_line(char *line)
{
	u64 at = strtoull(line, NULL, 16);
	char *bytes = strchr(line, '\t');
	char *text = bytes ? strchr(bytes + 1, '\t') : NULL;
	struct x64_insn i;
	u8 b[LONGEST + 1];
	unsigned n;

	if (!bytes)
		return false;
	line[strcspn(line, "\n")] = 0;
	/* A lone prefix has no text, a REX is its own. */
	if (!text || strstr(text, "(bad)") || strstr(text, "\trex")) {
		note_junk(at);
		return false;
	}
	*text++ = 0;
	n = parse_bytes(bytes + 1, b);
	if (n <= LONGEST &&
	    x64_decode(&i, b, n, at, x64_features_default(), 64) ==
	    X64_DECODED && i.len == n)
		return true;
	if (is_foreign(b, text))
		return false;
	text[-1] = ' ';
	note_wrong(at, line);
	return true;
}

int main(int argc, char **argv)
{
	char line[512];
	unsigned long n = 0, bad = 0;

	if (argc != 2)
		return 2;
	while (fgets(line, sizeof(line), stdin))
		n += check_line(line);
	for (unsigned k = 0; k < nwrong; k++) {
		if (is_near_junk(wrong[k].at))
			continue;
		if (bad++ < 10)
			printf("# %s\n", wrong[k].text);
	}
	printf("# %s: %lu instructions, %lu differ, %u among data\n", argv[1],
	       n, bad, nwrong - (unsigned)bad);
	/* Were they mostly data, nothing would have been compared. */
	return bad || n < 1000 || nwrong > n / 100;
}
