/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The command line and the environment variables that stand for it.
 */
#ifndef LINUX_USER_OPTIONS_H
#define LINUX_USER_OPTIONS_H

#include "linux-user/task.h"

enum option_id {
#define _(id, name, arg, env, help) OPT_##id,
#include "linux-user/options.def"
#undef _
	OPT_COUNT
};

enum { PREFIX_MAX = ARRAY_LEN(((struct options *)0)->prefix) - 1 };

struct cmdline {
	struct options opt;
	const char *val[OPT_COUNT];	/* as given, NULL if not; "" flags */
	const char *self;		/* our name for messages */
	bool env_prefix;		/* the -L so far is the environment's */
	const char *default_prefix;	/* tried when no -L is given */
	u64 tb_size;			/* bytes; 0 = default */
	/* What follows the options; argv[0] is the program. */
	char **argv;
	int argc;
	char **envp;			/* the guest's environment */
	/* Child of a guest's execve. */
	bool child;
	const char *execfn;		/* file name it was called by, or NULL */
	int exec_fd;			/* program is open here, or -1 */
	int self_fd;			/* we ourselves are; or -1 */
	int seccomp_fd;			/* filters to inherit, or -1 */
};

/*
 * Read the environment (unless secure) and argv, in which options come first
 * or not at all.  Prints and exits for -help, -version and mistakes.  What it
 * returns points into argv and envp.
 */
void options_parse(struct cmdline *cl, int argc, char **argv, char **envp,
		   bool secure, bool options);

/* The options that a guest child must be started with, into out[] (room for
 * n pointers); their number.  Text is owned by cl. */
enum { OPTIONS_CHILD_MAX = 2 * OPT_COUNT + 2 * PREFIX_MAX };
int options_for_child(const struct cmdline *cl, const char **out, int n);

/* Add a -L directory.  false: too many. */
bool options_add_prefix(struct cmdline *cl, const char *dir);

/* "4096", "0x1000", "8k", "1M", "2G", "1T" -> *out. */
bool parse_size(const char *text, u64 *out);

/* One line "NAME: message" on stderr. */
void complain(const struct cmdline *cl, const char *fmt, ...)
	PRINTF_FMT(2, 3);

#endif
