/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Parsing of the command line by the table options.def.
 */
#include "linux-user/options.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "config.h"
#include "linux-user/abi.h"

/* The qemu-user release whose command line and environment we follow. */
#define QEMU_COMPAT "10.0.0"

static const struct option_row {
	const char *name, *arg, *env, *help;
} row[OPT_COUNT] = {
#define _(id, name, arg, env, help) { name, arg, env, help },
#include "linux-user/options.def"
#undef _
};

/* Handed on to guest children. */
static const u8 inherited[] = {
	OPT_STACK, OPT_UNAME, OPT_CPU, OPT_LOG, OPT_LOGFILE, OPT_STRACE,
	OPT_SEED, OPT_ONEINSN, OPT_PERFMAP, OPT_STATS, OPT_INTERP,
	OPT_LOCKSTEP, OPT_CHECKIR, OPT_TBSIZE
};

void complain(const struct cmdline *cl, const char *fmt, ...)
{
	char buf[5000];
	va_list ap;
	int n = snprintf(buf, 256, "%s: ", cl->self), m;

	va_start(ap, fmt);
	m = vsnprintf(buf + n, sizeof(buf) - (size_t)n - 1, fmt, ap);
	va_end(ap);
	n = MIN(n + m, (int)sizeof(buf) - 2);
	buf[n++] = '\n';
	if (write(STDERR_FILENO, buf, (size_t)n) < 0)
		return;
}

static NORETURN void mistake(const struct cmdline *cl, const char *what,
			     const char *which)
{
	complain(cl, "%s '%s' (see %s -help)", what, which, cl->self);
	exit(1);
}

bool parse_size(const char *text, u64 *out)
{
	static const char unit[] = "kmgt";
	const char *u;
	char *end;
	u64 v;

	if (*text < '0' || *text > '9')
		return false;
	v = strtoull(text, &end, 0);
	if (*end) {
		u = strchr(unit, *end | 0x20);
		if (!u || end[1])
			return false;
		for (long i = u - unit; i >= 0; i--) {
			if (v >> 54)
				return false;
			v <<= 10;
		}
	}
	*out = v;
	return true;
}

static bool is_qemu_name(const char *self)
{
	return !strncmp(self, "qemu-", 5);
}

/* The guest that our name says, else the first. */
static const struct guest_abi *abi_for(const struct cmdline *cl)
{
	const struct guest_abi *abi = abi_by_program(cl->self);

	return abi ? abi : abi_list[0];
}

static NORETURN void print_version(const struct cmdline *cl)
{
	if (is_qemu_name(cl->self))
		printf("%s version %s (dragoman %s)\n", cl->self, QEMU_COMPAT,
		       VERSION);
	else
		printf("dragoman version %s\n", VERSION);
	printf("Runs Linux programs for");
	for (const struct guest_abi *const *a = abi_list; *a; a++)
		printf("%s %s", a == abi_list ? "" : ",",
		       (*a)->isa->user_name);
	printf(" on this machine.\n"
	       "Licence: LGPL-2.1-or-later, without any warranty.\n");
	exit(0);
}

static NORETURN void print_help(const struct cmdline *cl)
{
	printf("usage: %s [options] program [arguments...]\n"
	       "Run a Linux program built for another CPU.\n\n"
	       "Option              Environment       Meaning\n", cl->self);
	for (int i = 0; i < OPT_COUNT; i++) {
		char opt[64], env[64] = "";

		if (!row[i].help)
			continue;
		snprintf(opt, sizeof(opt), "-%s%s%s", row[i].name,
			 row[i].arg ? " " : "", row[i].arg ? row[i].arg : "");
		if (row[i].env)
			snprintf(env, sizeof(env), "QEMU_%s", row[i].env);
		printf("%-19s %-20s %s\n", opt, env, row[i].help);
	}
	printf("\nEvery variable may also be spelt DRAGOMAN_*.\n\n"
	       "Defaults:\n"
	       "QEMU_LD_PREFIX  = %s\n"
	       "QEMU_STACK_SIZE = %s\n",
	       cl->opt.prefix[0] ? cl->opt.prefix[0] :
	       abi_for(cl)->default_prefix,
	       "the soft limit of the stack (ulimit -s)");
	exit(0);
}

/* The guest may change its directory: make the name absolute.  "/" is "". */
bool options_add_prefix(struct cmdline *cl, const char *dir)
{
	char *own = *dir == '/' ? strdup(dir) : realpath(dir, NULL);
	size_t n = own ? strlen(own) : 0;

	while (n && own[n - 1] == '/')
		own[--n] = 0;
	if (own)
		dir = own;
	for (int i = 0; i < PREFIX_MAX; i++)
		if (!cl->opt.prefix[i]) {
			cl->opt.prefix[i] = dir;
			return true;
		}
	return false;
}

/* -- The guest's environment ----------------------------------------------- */

static size_t name_len(const char *var)
{
	return strcspn(var, "=");
}

static char **find_var(char **envp, const char *var, size_t n)
{
	for (; *envp; envp++)
		if (!strncmp(*envp, var, n) && name_len(*envp) == n)
			break;
	return envp;
}

/* Our own copy of the environment, with room for one more variable. */
static void own_env(struct cmdline *cl)
{
	size_t n = 0;
	char **e;

	while (cl->envp[n])
		n++;
	e = malloc((n + 2) * sizeof(*e));
	if (!e) {
		complain(cl, "out of memory");
		exit(126);
	}
	memcpy(e, cl->envp, (n + 1) * sizeof(*e));
	e[n + 1] = NULL;
	cl->envp = e;
}

static void set_var(struct cmdline *cl, char *var)
{
	char **at;

	own_env(cl);
	at = find_var(cl->envp, var, name_len(var));
	if (!*at)
		at[1] = NULL;
	*at = var;
}

static void unset_var(struct cmdline *cl, const char *var)
{
	char **at;

	own_env(cl);
	at = find_var(cl->envp, var, strlen(var));
	for (; *at; at++)
		at[0] = at[1];
}

/* Apply -E or -U to each word of a comma-separated list. */
static void each_var(struct cmdline *cl, const char *list, bool set)
{
	char *copy = strdup(list), *word, *rest = copy;

	while (copy && (word = strsep(&rest, ","))) {
		if (set ? !strchr(word, '=') || *word == '=' :
			  !*word || strchr(word, '='))
			mistake(cl, set ? "not of the form variable=value:" :
				"not the name of a variable:", word);
		if (set)
			set_var(cl, word);
		else
			unset_var(cl, word);
	}
}

/* -- Options --------------------------------------------------------------- */

static u64 size_arg(const struct cmdline *cl, int id, const char *arg)
{
	u64 v;

	if (!parse_size(arg, &v)) {
		complain(cl, "-%s needs a number, not '%s'", row[id].name,
			 arg);
		exit(1);
	}
	return v;
}

static void log_arg(struct cmdline *cl, const char *arg)
{
	const char *bad;

	if (!strcmp(arg, "help")) {
		log_help(stdout);
		exit(0);
	}
	if (log_parse(arg, &cl->opt.log, &bad))
		mistake(cl, "unknown log item", bad);
}

static void cpu_arg(struct cmdline *cl, const char *arg)
{
	const struct guest_abi *only = abi_by_program(cl->self);
	bool known = false, help = !strcmp(arg, "help");
	u64 features;

	for (const struct guest_abi *const *a = abi_list; *a; a++) {
		if (only && only != *a)
			continue;
		if (help)
			(*a)->cpu_help(stdout);
		else if (!(*a)->cpu_parse(arg, &features))
			known = true;
	}
	if (help)
		exit(0);
	if (!known) {
		complain(cl, "unknown CPU model or feature in '%s' "
			 "(-cpu help lists them)", arg);
		exit(1);
	}
	cl->opt.cpu_model = arg;
}

/* Accepted arguments that would change nothing, if they can be honoured. */
static void check_fixed(const struct cmdline *cl, int id, const char *arg)
{
	u64 v = size_arg(cl, id, arg);

	if ((id == OPT_PAGESIZE && v != GUEST_PAGE_SIZE) ||
	    (id == OPT_BASE && v != 0)) {
		complain(cl, "-%s %s is not supported", row[id].name, arg);
		exit(1);
	}
}

static void flag_on(struct cmdline *cl, int id)
{
	switch (id) {
	case OPT_HELP: case OPT_HELP_:
		print_help(cl);
	case OPT_VERSION:
		print_version(cl);
	case OPT_STRACE:
		cl->opt.strace = true;
		cl->opt.log |= LOG_STRACE;
		break;
	case OPT_ONEINSN: case OPT_ONEINSN_:
		cl->val[OPT_ONEINSN] = "";
		cl->opt.one_insn = true;
		break;
	case OPT_PERFMAP:
		cl->opt.perfmap = true;
		break;
	case OPT_STATS:
		cl->opt.stats = true;
		break;
	case OPT_INTERP:
		cl->opt.interpret = true;
		break;
	case OPT_LOCKSTEP:
		cl->opt.lockstep = true;
		break;
	case OPT_CHECKIR:
		cl->opt.check_ir = true;
		break;
	case OPT_CHILD:
		cl->child = true;
		break;
	}
}

static void set_arg(struct cmdline *cl, int id, const char *arg)
{
	switch (id) {
	case OPT_PREFIX:
		/* -L replaces what the environment said. */
		if (cl->env_prefix)
			cl->opt.prefix[0] = NULL;
		cl->env_prefix = false;
		if (!options_add_prefix(cl, arg))
			mistake(cl, "too many -L, at", arg);
		break;
	case OPT_SETENV: case OPT_UNSETENV:
		each_var(cl, arg, id == OPT_SETENV);
		break;
	case OPT_ARGV0:
		cl->opt.argv0 = arg;
		break;
	case OPT_STACK:
		cl->opt.stack_size = size_arg(cl, id, arg);
		break;
	case OPT_UNAME:
		cl->opt.uname_release = arg;
		break;
	case OPT_CPU:
		cpu_arg(cl, arg);
		break;
	case OPT_LOG:
		log_arg(cl, arg);
		break;
	case OPT_LOGFILE:
		cl->opt.log_file = arg;
		break;
	case OPT_SEED:
		cl->opt.seed = size_arg(cl, id, arg);
		cl->opt.have_seed = true;
		break;
	case OPT_TBSIZE:
		cl->tb_size = size_arg(cl, id, arg) << 20;
		break;
	case OPT_BASE: case OPT_PAGESIZE: case OPT_RESERVED:
		check_fixed(cl, id, arg);
		break;
	case OPT_GDB: case OPT_PLUGIN:
		complain(cl, "-%s is not available yet", row[id].name);
		exit(1);
	case OPT_EXECFN:
		cl->execfn = arg;
		break;
	case OPT_SELFFD:
		cl->self_fd = atoi(arg);
		break;
	case OPT_EXECFD:
		cl->exec_fd = atoi(arg);
		break;
	case OPT_SECCOMPFD:
		cl->seccomp_fd = atoi(arg);
		break;
	}
}

static void apply(struct cmdline *cl, int id, const char *arg)
{
	cl->val[id] = arg ? arg : "";
	if (arg)
		set_arg(cl, id, arg);
	else
		flag_on(cl, id);
}

/* -- Environment ----------------------------------------------------------- */

static void env_var(struct cmdline *cl, const char *name)
{
	size_t n = name_len(name);

	for (int i = 0; i < OPT_COUNT; i++) {
		const char *val = name + n + 1;

		if (!row[i].env || strlen(row[i].env) != n ||
		    memcmp(row[i].env, name, n))
			continue;
		if (row[i].arg)
			apply(cl, i, val);
		else if (strcmp(val, "0"))
			apply(cl, i, NULL);
		return;
	}
}

static void read_env(struct cmdline *cl, char **envp)
{
	for (; *envp; envp++) {
		if (!strncmp(*envp, "QEMU_", 5) && strchr(*envp, '='))
			env_var(cl, *envp + 5);
		else if (!strncmp(*envp, "DRAGOMAN_", 9) &&
			 strchr(*envp, '='))
			env_var(cl, *envp + 9);
	}
}

/* -- Command line ---------------------------------------------------------- */

/* Number of the option named by the first n characters, or -1. */
static int find_option(const char *name, size_t n)
{
	for (int i = 0; i < OPT_COUNT; i++)
		if (strlen(row[i].name) == n && !memcmp(row[i].name, name, n))
			return i;
	return -1;
}

/* The option at argv[0]; how many words it takes. */
static int one_option(struct cmdline *cl, char **argv)
{
	const char *name = argv[0] + 1, *val = NULL;
	size_t n;
	int id;

	if (*name == '-')
		name++;
	n = strcspn(name, "=");
	id = find_option(name, n);
	if (id < 0 || (name[n] && !row[id].arg))
		mistake(cl, "unknown option", argv[0]);
	if (!row[id].arg) {
		apply(cl, id, NULL);
		return 1;
	}
	if (name[n])
		val = name + n + 1;
	else if (argv[1])
		val = argv[1];
	else
		mistake(cl, "argument missing for", argv[0]);
	apply(cl, id, val);
	return name[n] ? 1 : 2;
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* A guest child reads nothing from the environment, which is the guest's:
 * what counted for its parent is on the command line. */
void options_parse(struct cmdline *cl, int argc, char **argv, char **envp,
		   bool secure, bool options)
{
	static const char child[] = "--exec-child";
	int i = 1;

	memset(cl, 0, sizeof(*cl));
	cl->self = argc && argv[0][0] ? base_name(argv[0]) : "dragoman";
	cl->envp = envp;
	cl->exec_fd = cl->self_fd = cl->seccomp_fd = -1;
	if (!secure && (argc < 2 || strcmp(argv[1], child)))
		read_env(cl, envp);
	cl->env_prefix = cl->opt.prefix[0] != NULL;
	while (options && i < argc && argv[i][0] == '-' && argv[i][1]) {
		if (!strcmp(argv[i], "--")) {
			i++;
			break;
		}
		i += one_option(cl, argv + i);
	}
	cl->argv = argv + i;
	cl->argc = argc - i;
	if (cl->argc < 1) {
		complain(cl, "no program given (see %s -help)", cl->self);
		exit(1);
	}
}

int options_for_child(const struct cmdline *cl, const char **out, int n)
{
	static const char *const dash[OPT_COUNT] = {
#define _(id, name, arg, env, help) "-" name,
#include "linux-user/options.def"
#undef _
	};
	int k = 0;

	for (int i = 0; i < PREFIX_MAX && cl->opt.prefix[i]; i++) {
		if (k + 2 > n)
			return k;
		out[k++] = dash[OPT_PREFIX];
		out[k++] = cl->opt.prefix[i];
	}
	for (size_t i = 0; i < ARRAY_LEN(inherited); i++) {
		int id = inherited[i];

		if (!cl->val[id] || k + 2 > n)
			continue;
		out[k++] = dash[id];
		if (row[id].arg)
			out[k++] = cl->val[id];
	}
	return k;
}
