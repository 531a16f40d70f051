/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Shows what a program sees of itself, for tests/cli/loader.sh: the first
 * argument says what.
 */
#define _GNU_SOURCE
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;
static int bss[5000], data[3] = { 1, 2, 3 };

static int args(char **v)
{
	for (int i = 0; v[i]; i++)
		printf("%s%s", i ? " " : "", v[i]);
	printf("\n");
	for (unsigned i = 0; i < 5000; i++)
		if (bss[i])
			return 99;
	return data[0] + data[1] + data[2] + 1;
}

static int env(char **v)
{
	for (int i = 0; v[i]; i++)
		if (getenv(v[i]))
			printf("%s%s", i ? "," : "", getenv(v[i]));
	return 0;
}

static int check(const char *what, int good)
{
	if (!good)
		printf("wrong: %s\n", what);
	return !good;
}

static int auxv(void)
{
	const ElfW(Phdr) *ph = (void *)getauxval(AT_PHDR);
	int bad = 0;

	bad |= check("AT_PAGESZ", getauxval(AT_PAGESZ) == 4096);
	bad |= check("AT_PLATFORM",
		     !strcmp((char *)getauxval(AT_PLATFORM), "aarch64"));
	bad |= check("AT_HWCAP", getauxval(AT_HWCAP) & 3);
	bad |= check("AT_PHENT", getauxval(AT_PHENT) == sizeof(*ph));
	bad |= check("AT_PHDR", ph->p_type != 0 && ph->p_type < 0x70000000);
	bad |= check("AT_UID", getauxval(AT_UID) == getuid());
	bad |= check("AT_MINSIGSTKSZ", getauxval(51) >= 4688);
	bad |= check("AT_EXECFN", !access((char *)getauxval(AT_EXECFN), X_OK));
	bad |= check("AT_RANDOM", getauxval(AT_RANDOM) != 0);
	bad |= check("AT_CLKTCK", getauxval(AT_CLKTCK) == 100);
	bad |= check("AT_SYSINFO_EHDR", !memcmp((void *)
				getauxval(AT_SYSINFO_EHDR), ELFMAG, 4));
	bad |= check("stack alignment",
		     ((long)__builtin_frame_address(0) & 15) == 0);
	printf("%#lx\n", getauxval(AT_ENTRY));
	return bad;
}

static size_t slurp(const char *name, char *buf, size_t size)
{
	int fd = open(name, O_RDONLY);
	ssize_t n, all = 0;

	while ((n = read(fd, buf + all, size - 1 - (size_t)all)) > 0)
		all += n;
	buf[all] = 0;
	close(fd);
	return (size_t)all;
}

static int proc(int argc, char **argv)
{
	static char buf[65536], exe[4096];
	char *line;
	size_t n = 0, len;
	int bad = 0;

	slurp("/proc/self/cmdline", buf, sizeof(buf));
	for (int i = 0; i < argc; i++) {
		bad |= check("cmdline", !strcmp(buf + n, argv[i]));
		n += strlen(argv[i]) + 1;
	}
	len = slurp("/proc/self/environ", buf, sizeof(buf));
	for (n = 0; *environ && n < len; environ++) {
		bad |= check("environ", !strcmp(buf + n, *environ));
		n += strlen(*environ) + 1;
	}
	len = slurp("/proc/self/auxv", buf, sizeof(buf));
	bad |= check("auxv", len >= 16 &&
		     ((unsigned long *)buf)[1] == getauxval(AT_SYSINFO_EHDR));
	slurp("/proc/self/comm", buf, sizeof(buf));
	bad |= check("comm", !strncmp(buf, "show", 4));
	n = (size_t)readlink("/proc/self/exe", exe, sizeof(exe) - 1);
	bad |= check("exe", n < 4096 && strstr(exe, "/show"));
	slurp("/proc/self/maps", buf, sizeof(buf));
	line = strstr(buf, exe);
	bad |= check("maps: program", line != NULL);
	bad |= check("maps: [vdso]", strstr(buf, "[vdso]\n") != NULL);
	line = strstr(buf, "[stack]\n");
	bad |= check("maps: [stack]", line != NULL);
	bad |= check("maps: nothing of the host", !strstr(buf, "dragoman"));
	slurp("/proc/cpuinfo", buf, sizeof(buf));
	bad |= check("cpuinfo", strstr(buf, "CPU implementer\t: 0x41") &&
		     strstr(buf, "Features\t: fp asimd"));
	if (!bad)
		printf("ok\n");
	return bad;
}

static int vdso(void)
{
	struct timespec a, b, r;
	struct timeval tv;
	int bad = 0;

	for (int i = 0; i < 1000; i++) {
		syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &a);
		clock_gettime(CLOCK_MONOTONIC, &b);
		bad |= b.tv_sec < a.tv_sec || (b.tv_sec == a.tv_sec &&
					       b.tv_nsec < a.tv_nsec);
	}
	bad = check("order", !bad);
	bad |= check("gettimeofday", !gettimeofday(&tv, NULL) &&
		     tv.tv_sec - time(NULL) <= 1);
	bad |= check("getres", !clock_getres(CLOCK_MONOTONIC, &r) &&
		     r.tv_nsec > 0 && r.tv_nsec < 100000000);
	bad |= check("bad clock", clock_gettime(12345, &a) == -1 &&
		     errno == EINVAL);
	bad |= check("cpu time", !clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &a));
	if (!bad)
		printf("ok\n");
	return bad;
}

static int exec_fd(const char *file, char **v, int copy)
{
	int in = open(file, O_RDONLY | O_CLOEXEC), fd = in;
	char buf[4096];
	ssize_t n;

	if (copy) {
		fd = memfd_create("copy", MFD_CLOEXEC);
		while ((n = read(in, buf, sizeof(buf))) > 0)
			if (write(fd, buf, (size_t)n) != n)
				return 99;
	}
	fexecve(fd, v, environ);
	return errno;
}

static int exec_vfork(char **v)
{
	int status;
	pid_t pid = vfork();

	if (!pid) {
		execv(v[0], v);
		_exit(errno);
	}
	waitpid(pid, &status, 0);
	return WEXITSTATUS(status);
}

static int limit(void)
{
	char buf[65536], *line;
	unsigned long lo, hi;

	slurp("/proc/self/maps", buf, sizeof(buf));
	line = strstr(buf, "[stack]\n");
	while (line > buf && line[-1] != '\n')
		line--;
	if (!line || sscanf(line, "%lx-%lx", &lo, &hi) != 2)
		return 1;
	printf("%lu\n", hi - lo);
	return 0;
}

static int show_random(void)
{
	const unsigned long *r = (void *)getauxval(AT_RANDOM);

	printf("%lx %lx %p\n", r[0], r[1], (void *)&r);
	return 0;
}

int main(int argc, char **argv)
{
	struct utsname u;
	const char *what = argc > 1 ? argv[1] : "";

	if (!strcmp(what, "args"))
		return args(argv + 2);
	if (!strcmp(what, "argv0"))
		return puts(argv[0]) < 0;
	if (!strcmp(what, "env"))
		return env(argv + 2);
	if (!strcmp(what, "auxv"))
		return auxv();
	if (!strcmp(what, "release"))
		return uname(&u) || puts(u.release) < 0;
	if (!strcmp(what, "random"))
		return show_random();
	if (!strcmp(what, "stack"))
		return limit();
	if (!strcmp(what, "proc"))
		return proc(argc, argv);
	if (!strcmp(what, "vdso"))
		return vdso();
	if (!strcmp(what, "exec") || !strcmp(what, "errno")) {
		execv(argv[2], argv + 2);
		return errno;
	}
	if (!strcmp(what, "exec0")) {
		execv(argv[2], argv + 3);
		return errno;
	}
	if (!strcmp(what, "fexec") || !strcmp(what, "memfd"))
		return exec_fd(argv[2], argv + 2, what[0] == 'm');
	if (!strcmp(what, "vfork"))
		return exec_vfork(argv + 2);
	return 98;
}
