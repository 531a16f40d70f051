/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * dragoman: runs a Linux program for another CPU.  From the command line to
 * the first instruction of the guest:
 *
 *	options.c	command line and environment
 *	prog.c, elf.c	find the program, read its headers
 *	space.c load.c	map it, build its stack
 *	translate/	a translator for its CPU
 *	task.c		run it
 *
 * Exit status of our own failures: 127 if the program was not found, 126 if
 * it cannot be run, 1 for a wrong command line.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/personality.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "linux-user/abi.h"
#include "linux-user/exec.h"
#include "linux-user/load.h"
#include "linux-user/options.h"
#include "linux-user/ownfd.h"
#include "linux-user/procfs.h"
#include "linux-user/procops.h"
#include "linux-user/signal.h"
#include "linux-user/vdso.h"

/* Bit of AT_FLAGS: binfmt_misc has put the guest's argv[0] behind the path. */
#define AT_FLAGS_PRESERVE_ARGV0 1

/* Our own ELF header (from the linker). */
extern const u8 __ehdr_start[] __attribute__((visibility("hidden")));

static struct cmdline cl;
static struct process proc;
static struct prog prog;

static NORETURN void fail(const char *name, const char *why, int err)
{
	complain(&cl, "%s: %s", name, why ? why : strerror(-err));
	exit(err == -ENOENT || err == -ENOTDIR ? 127 : 126);
}

static NORETURN void fail_interp(const char *name, const char *interp)
{
	complain(&cl, "%s: its interpreter %s was not found; name the "
		 "directory that holds the guest's /lib with -L", name, interp);
	exit(127);
}

/* -- Start ----------------------------------------------------------------- */

static void start_log(void)
{
	int err;

	log_mask = cl.opt.log;
	cl.opt.nochain = (log_mask & LOG_NOCHAIN) != 0;
	if (!cl.opt.log_file)
		return;
	/* Parent and child share one file. */
	err = log_open(cl.opt.log_file, cl.child);
	if (err)
		fail(cl.opt.log_file, NULL, err);
	ownfd_note(&proc, log_fd());
}

/* Without /proc: the name we were called by, unless binfmt_misc has put the
 * guest program's there. */
static int open_self_by_name(void)
{
	const char *name = (const char *)getauxval(AT_EXECFN);
	u8 head[ELF_HEAD], class;
	ssize_t n = 0;
	int fd = name ? open(name, O_RDONLY | O_CLOEXEC) : -1;

	if (fd < 0)
		return -1;
	n = pread(fd, head, sizeof(head), 0);
	if (elf_machine(head, n > 0 ? (size_t)n : 0, &class) ==
	    elf_machine(__ehdr_start, ELF_HEAD, &class))
		return fd;
	close(fd);
	return -1;
}

/* A guest child has inherited the descriptor, which also works where there
 * is no /proc or no file of ours (chroot). */
static int open_self(void)
{
	int fd = cl.self_fd;

	if (fd >= 0) {
		fcntl(fd, F_SETFD, FD_CLOEXEC);
	} else {
		fd = open("/proc/self/exe", O_PATH | O_CLOEXEC);
		if (fd < 0)
			fd = open_self_by_name();
		if (fd < 0)
			return -1;
		fd = ownfd_raise(fd);
	}
	ownfd_note(&proc, fd);
	return fd;
}

static void start_process(void)
{
	proc.opt = &cl.opt;
	proc.self_fd = open_self();
	proc.sys_ops = &user_sys_ops;
	proc.sys_cfg = (struct sys_config){
		.prefix = cl.opt.prefix, .uname_release = cl.opt.uname_release,
		.strace = cl.opt.strace,
		.log = cl.opt.log
	};
	pthread_mutex_init(&proc.lock, NULL);
}

/*
 * May the command line hold options?  Not when binfmt_misc wrote it, whose
 * first word is a file name of the caller's choice, "-D" for instance; with
 * more privileges than the caller's we only trust what exec.c wrote, which
 * the kernel runs by descriptor.
 */
static bool has_options(bool binfmt)
{
	const char *name = (const char *)getauxval(AT_EXECFN);

	if (getauxval(AT_SECURE))
		return name && !strncmp(name, "/dev/fd/", 8);
	return !binfmt;
}

/* binfmt_misc: "program [argv0] arguments". */
static void parse(int argc, char **argv, char **envp)
{
	bool keep0 = getauxval(AT_FLAGS) & AT_FLAGS_PRESERVE_ARGV0, have_fd;
	u64 fd;

	errno = 0;
	fd = getauxval(AT_EXECFD);	/* 0 is a descriptor, too */
	have_fd = errno != ENOENT;
	options_parse(&cl, argc, argv, envp, getauxval(AT_SECURE),
		      has_options(keep0 || have_fd));
	if (have_fd && !cl.child)
		cl.exec_fd = (int)fd;
	if (keep0 && !cl.child && cl.argc >= 2) {
		cl.opt.argv0 = cl.argv[1];
		cl.argv[1] = cl.argv[0];
		cl.argv++;
		cl.argc--;
	}
}

/* -- The program ----------------------------------------------------------- */

/*
 * The guest's name of the file that was opened: the kernel's, without the
 * -L prefix.
 */
static char *find_exe_path(const struct prog *p)
{
	char link[40], buf[PATH_MAX], real[PATH_MAX];
	const char *dir = cl.opt.prefix[0];
	ssize_t n;
	size_t len;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", p->fd);
	n = readlink(link, buf, sizeof(buf) - 1);
	if (n <= 0)
		return realpath(p->host ? p->host : p->name, NULL);
	buf[n] = 0;
	for (int i = 0; dir; dir = cl.opt.prefix[++i]) {
		if (!realpath(dir, real))
			continue;
		len = strlen(real);
		if (len > 1 && !strncmp(buf, real, len) && buf[len] == '/')
			return strdup(buf + len);
	}
	return strdup(buf);
}

/* A better word than the errno, or NULL. */
static const char *explain(const char *name, int err)
{
	struct stat st;

	if (err == -ENOENT && prog.nins)
		return "the interpreter of this script was not found";
	if (err == -EACCES && !stat(name, &st) && S_ISDIR(st.st_mode))
		return "Is a directory";
	return NULL;
}

/* The guest is what the program was built for. */
static void choose_abi(void)
{
	proc.abi = abi_of(prog.isa);
	if (!proc.abi)
		fail(cl.argv[0], "no system calls for this CPU", -ENOEXEC);
	proc.sys_cfg.abi = proc.abi->sys;
	proc.sys_cfg.uname_machine = proc.abi->machine;
	if (!cl.default_prefix)
		cl.default_prefix = proc.abi->default_prefix;
}

static void open_program(struct sysctx *c)
{
	const char *name = cl.argv[0];
	int err;

	if (cl.exec_fd >= 0)
		err = prog_adopt(&prog, cl.exec_fd, name);
	else
		err = prog_open(&prog, c, AT_FDCWD, name, 0);
	if (err)
		fail(name, explain(name, err), err);
	if (prog.kind == PROG_HOST) {
		if (cl.opt.argv0)
			cl.argv[0] = (char *)cl.opt.argv0;
		err = exec_host(NULL, &prog, AT_FDCWD, 0, cl.argv, cl.envp);
		fail(name, NULL, err);
	}
	choose_abi();
	err = exec_read_guest(&cl, c, &prog);
	if (err == -ENOENT && prog.img.interp)
		fail_interp(name, prog.img.interp);
	if (err)
		fail(name, prog.why, err);
	proc.exe_path = find_exe_path(&prog);
}

/* The guest's arguments: those of the command line, or with the names of a
 * script and its interpreters in front. */
static char **guest_argv(void)
{
	char **v;
	unsigned n = 0;

	if (!prog.nins) {
		if (cl.opt.argv0)
			cl.argv[0] = (char *)cl.opt.argv0;
		return cl.argv;
	}
	v = calloc((size_t)cl.argc + prog.nins + 1, sizeof(*v));
	if (!v)
		fail(cl.argv[0], NULL, -ENOMEM);
	for (; n < prog.nins; n++)
		v[n] = (char *)prog.ins[n];
	memcpy(v + n, cl.argv + 1, (size_t)cl.argc * sizeof(*v));
	return v;
}

/* -- Memory and translator ------------------------------------------------- */

/* One step of a well-known mixer (splitmix64): fine for layout and tests. */
static u64 next_random(u64 *state)
{
	u64 z = *state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

static void draw_random(struct load_random *r)
{
	u64 seed = cl.opt.seed, w[sizeof(*r) / sizeof(u64)];
	const void *host = (const void *)getauxval(AT_RANDOM);

	if (!cl.opt.have_seed &&
	    getrandom(r, sizeof(*r), GRND_NONBLOCK) == sizeof(*r))
		return;
	if (!cl.opt.have_seed && host)
		memcpy(&seed, host, sizeof(seed));
	for (size_t i = 0; i < ARRAY_LEN(w); i++)
		w[i] = next_random(&seed);
	memcpy(r, w, sizeof(*r));
}

static int fetch_page(void *opaque, gaddr addr, const u8 **host)
{
	return space_fetch_page(((struct process *)opaque)->space, addr, host);
}

static void code_aliases(void *opaque, gaddr addr, u64 len)
{
	space_code_aliases(((struct process *)opaque)->space, addr, len);
}

/* In the vDSO it calls a helper; anywhere else it is undefined. */
static int hypercall(void *opaque, gaddr pc, u32 imm)
{
	const struct process *p = opaque;
	u32 n = imm - p->abi->vdso->first_call;

	if (pc - p->vdso >= VDSO_SIZE || n >= p->abi->vdso->nhelper)
		return -1;
	return HELPER_USER0 + (int)n;
}

static void make_translator(u64 features)
{
	struct tctx_config cfg = {
		.isa = prog.isa,
		.mem = {
			.kind = MEM_DIRECT, .fetch_page = fetch_page,
			.hypercall = hypercall, .code_aliases = code_aliases,
			.opaque = &proc
		},
		.code_size = cl.tb_size, .max_insns = cl.opt.one_insn,
		.interpret = cl.opt.interpret, .lockstep = cl.opt.lockstep,
		.no_chain = cl.opt.nochain, .check_ir = cl.opt.check_ir,
		.perfmap = cl.opt.perfmap, .stats = cl.opt.stats,
		.log = cl.opt.log, .cpu_features = features
	};

	memcpy(cfg.user_helper, proc.abi->vdso->helper,
	       proc.abi->vdso->nhelper * sizeof(cfg.user_helper[0]));
	proc.tctx = tctx_new(&cfg);
	if (!proc.tctx)
		fail(cl.argv[0], "out of memory", -ENOMEM);
	space_set_tctx(proc.space, proc.tctx);
}

static void load(struct load *l)
{
	int err;

	proc.space = space_new();
	if (!proc.space)
		fail(cl.argv[0], NULL, -ENOMEM);
	if (proc.abi->writes_code)
		space_guard_code(proc.space);
	draw_random(&l->rnd);
	err = load_program(l);
	if (err)
		fail(cl.argv[0], l->why, err);
	proc.argv = l->argv;
	proc.envp = l->envp;
	if (log_on(LOG_PAGE)) {
		space_print_maps(proc.space, log_file());
		fflush(log_file());
	}
}

static void choose_cpu(struct load *l)
{
	const char *model = cl.opt.cpu_model ? cl.opt.cpu_model : "max";

	if (!proc.abi->cpu_parse(model, &l->features))
		return;
	complain(&cl, "unknown CPU model or feature in '%s' (-cpu help lists "
		 "them)", model);
	exit(1);
}

int main(int argc, char **argv, char **envp)
{
	struct sysctx c = { .ops = &user_sys_ops, .cfg = &proc.sys_cfg,
			    .state = &proc.sys_state };
	struct load l = { .proc = &proc, .prog = &prog };
	struct task *t;
	int persona;

	parse(argc, argv, envp);
	start_log();
	start_process();
	open_program(&c);
	l.argv = guest_argv();
	l.envp = cl.envp;
	l.execfn = cl.execfn ? cl.execfn : prog.nins ?
		   prog.ins[prog.nins - 1] : prog.name;
	persona = personality(0xffffffff);
	l.randomize = !(persona & ADDR_NO_RANDOMIZE);
	proc.sys_state.read_implies_exec = persona & READ_IMPLIES_EXEC;
	choose_cpu(&l);
	load(&l);
	prog_close(&prog);
	make_translator(l.features);
	procfs_publish(&proc, l.execfn);
	if (signal_start(&proc))
		fail(cl.argv[0], "out of memory", -ENOMEM);
	t = task_new(&proc, signal_inherited_mask());
	if (!t)
		fail(cl.argv[0], "out of memory", -ENOMEM);
	if (cl.seccomp_fd >= 0 && seccomp_import(&t->sys, cl.seccomp_fd))
		fail(cl.argv[0], "cannot inherit seccomp filters", -EINVAL);
	if (cl.seccomp_fd >= 0)
		close(cl.seccomp_fd);
	t->cpu->pc = l.pc;
	t->cpu->r[proc.abi->sp] = l.sp;
	if (proc.abi->cpu_start)
		proc.abi->cpu_start(t->cpu);
	task_start(t);
}
