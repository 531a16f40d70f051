/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The "#!" line, by the rules of the kernel (fs/binfmt_script.c): the line
 * must end within the first 256 bytes of the file, or at least the name of
 * the interpreter must; blanks at both ends do not count; what follows the
 * name is one argument, blanks in it included.
 */
#include <errno.h>
#include <string.h>

#include "linux-user/prog.h"

static bool blank(char c)
{
	return c == ' ' || c == '\t';
}

int script_parse(struct script *s, const u8 *head, size_t n)
{
	char *p, *end, *nl;
	bool whole;

	if (n < 2 || head[0] != '#' || head[1] != '!')
		return -ENOENT;
	/* As in the kernel, the last byte of the buffer is never text. */
	n = MIN(n, sizeof(s->text) - 1);
	memcpy(s->text, head, n);
	memset(s->text + n, 0, sizeof(s->text) - n);
	nl = memchr(s->text, '\n', n);
	whole = nl || n < sizeof(s->text) - 1;
	end = nl ? nl : s->text + strlen(s->text);
	while (end > s->text + 2 && blank(end[-1]))
		end--;
	*end = 0;
	for (p = s->text + 2; blank(*p); p++)
		;
	if (!*p)
		return -ENOEXEC;
	s->interp = p;
	while (*p && !blank(*p))
		p++;
	/* A name that the buffer may have cut would be another name. */
	if (!*p && !whole)
		return -ENOEXEC;
	s->arg = NULL;
	if (*p) {
		*p++ = 0;
		while (blank(*p))
			p++;
		if (*p)
			s->arg = p;
	}
	return 0;
}
