/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Takes the argument of -cpu apart; see cpu_words.h. */
#include "linux-user/cpu_words.h"

#include <string.h>

bool cpu_word_is(const char *w, size_t n, const char *name)
{
	return strlen(name) == n && !memcmp(w, name, n);
}

/* "+f", "-f", "f", "f=on" or "f=off" */
static int change_word(const struct cpu_words *c, const char *w, size_t n,
		       u64 *features)
{
	const char *eq = memchr(w, '=', n);
	bool on = true;

	if (n && (*w == '+' || *w == '-'))
		return c->change(w + 1, n - 1, *w == '+', features);
	if (eq) {
		size_t vn = n - (size_t)(eq + 1 - w);

		on = !cpu_word_is(eq + 1, vn, "off") &&
		     !cpu_word_is(eq + 1, vn, "no");
		n = (size_t)(eq - w);
	}
	return c->change(w, n, on, features);
}

int cpu_words_parse(const struct cpu_words *c, const char *arg, u64 *features)
{
	size_t n = strcspn(arg, ",");
	int err = c->model(arg, n, features);

	while (!err && arg[n]) {
		arg += n + 1;
		n = strcspn(arg, ",");
		if (n)
			err = change_word(c, arg, n, features);
	}
	return err;
}
