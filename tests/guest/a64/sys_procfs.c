// SPDX-License-Identifier: LGPL-2.1-or-later
/* What the process sees of itself in /proc, by every way that leads there. */
#include "sys.h"

#include <dirent.h>
#include <pthread.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/utsname.h>

static char text[1 << 20];

static long slurp_at(int dir, const char *name)
{
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
	long n, len = 0;

	if (fd < 0)
		return -1;
	while ((n = read(fd, text + len, sizeof(text) - 1 - len)) > 0)
		len += n;
	close(fd);
	text[len] = 0;
	return n < 0 ? n : len;
}

static char self[4096];

/* Is text a map with this program's code and nothing of anybody else's? */
static bool good_maps(void)
{
	unsigned long start, end, here = (unsigned long)good_maps;
	unsigned long prev = 0;
	char *line, *save, prot[8], name[4096];
	bool code = false, stack = false;

	for (line = strtok_r(text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		name[0] = 0;
		if (sscanf(line, "%lx-%lx %4s %*s %*s %*s %4095s", &start, &end,
			   prot, name) < 3 || start >= end || start < prev)
			return false;
		prev = end;
		if (start <= here && here < end)
			code = !strcmp(prot, "r-xp") && !strcmp(name, self);
		stack |= !strcmp(name, "[stack]") &&
			 start <= (unsigned long)&line &&
			 (unsigned long)&line < end;
		if (name[0] == '/' && strcmp(name, self))
			return false;
	}
	return code && stack;
}

static void exe(const char *what, int dir, const char *name)
{
	struct stat a, b;
	char link[4096] = "";
	int fd = openat(dir, name, O_RDONLY);

	readlinkat(dir, name, link, sizeof(link) - 1);
	printf("%s: link %d", what, !strcmp(link, self));
	stat(self, &a);
	printf(" stat %d", !fstatat(dir, name, &b, 0) && a.st_ino == b.st_ino);
	printf(" open %d", fd >= 0 && !fstat(fd, &b) && a.st_ino == b.st_ino);
	printf(" lstat %d", !fstatat(dir, name, &b, AT_SYMLINK_NOFOLLOW) &&
	       S_ISLNK(b.st_mode));
	printf(" access %d\n", !faccessat(dir, name, X_OK, 0));
	close(fd);
}

static void aliases(void)
{
	char name[64];
	int dir = open("/proc/self", O_RDONLY | O_DIRECTORY), task;

	exe("self", AT_FDCWD, "/proc/self/exe");
	exe("thread-self", AT_FDCWD, "/proc/thread-self/exe");
	exe("dots", AT_FDCWD, "//proc/./self/../self/exe");
	exe("dir", dir, "exe");
	snprintf(name, sizeof(name), "/proc/%d/exe", getpid());
	exe("pid", AT_FDCWD, name);
	snprintf(name, sizeof(name), "/proc/self/task/%d/exe", gettid());
	exe("task", AT_FDCWD, name);
	snprintf(name, sizeof(name), "/proc/%d/exe", gettid());
	exe("tid", AT_FDCWD, name);
	V(slurp_at(AT_FDCWD, "/proc/self/maps") > 0 && good_maps());
	V(slurp_at(dir, "maps") > 0 && good_maps());
	V(slurp_at(AT_FDCWD, "/proc/thread-self/maps") > 0 && good_maps());
	snprintf(name, sizeof(name), "task/%d", gettid());
	task = openat(dir, name, O_PATH);
	V(slurp_at(task, "maps") > 0 && good_maps());
	T(fchdir(task));
	V(slurp_at(AT_FDCWD, "maps") > 0 && good_maps());
	exe("cwd", AT_FDCWD, "exe");
	T(chdir("/"));
	close(task);
	close(dir);
}

/* A child that runs the same program; one that has execed another name. */
static void others(void)
{
	char name[64], link[4096] = "";
	int p[2];
	char *argv[] = { "other", "wait", "for", "it", NULL };
	pid_t pid;

	if (pipe(p))
		return;
	fflush(stdout);
	pid = fork();
	if (!pid) {
		dup2(p[0], 0);
		close(p[1]);
		execv(self, argv);
		_exit(1);
	}
	usleep(200000);
	snprintf(name, sizeof(name), "/proc/%d/exe", pid);
	exe("other", AT_FDCWD, name);
	snprintf(name, sizeof(name), "/proc/%d/cmdline", pid);
	V(slurp_at(AT_FDCWD, name));
	printf("%s %s\n", text, text + 6);
	T(readlink("/proc/1/exe", link, sizeof(link)) > 0);
	close(p[1]);
	wait(NULL);
}

static void *thread(void *arg)
{
	aliases();
	return NULL;
}

static void nothing(int signo)
{
}

/* A line of text, if it begins with name. */
static void show_line(const char *name)
{
	const char *at = strstr(text, name);

	printf("%.*s\n", at ? (int)strcspn(at, "\n") : 4, at ? at : "none");
}

/* The signals are the program's own, and so is the size. */
static void status(void)
{
	unsigned long size, vsize;
	sigset_t set;

	signal(SIGSEGV, nothing);
	signal(SIGBUS, SIG_IGN);
	signal(SIGUSR1, nothing);
	signal(SIGUSR2, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGILL);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	V(slurp_at(AT_FDCWD, "/proc/self/status") > 0);
	show_line("SigBlk:");
	show_line("SigIgn:");
	show_line("SigCgt:");
	show_line("Threads:");
	show_line("x86_");
	V(slurp_at(AT_FDCWD, "/proc/self/statm") > 0);
	size = strtoul(text, NULL, 10) * 4096;
	/* Pages enough for this program, which is static, and not for more. */
	V(size > 100 << 10 && size < 8 << 20);
	V(slurp_at(AT_FDCWD, "/proc/self/stat") > 0);
	V(sscanf(strrchr(text, ')'), ") R %*s %*s %*s %*s %*s %*s %*s %*s %*s "
		 "%*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %lu", &vsize));
	V(vsize == size);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	signal(SIGSEGV, SIG_DFL);
	signal(SIGBUS, SIG_DFL);
	signal(SIGUSR1, SIG_DFL);
	signal(SIGUSR2, SIG_DFL);
}

static void show_prot(const void *p)
{
	unsigned long start, end;
	char *line, *save, prot[8];

	slurp_at(AT_FDCWD, "/proc/self/maps");
	for (line = strtok_r(text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save))
		if (sscanf(line, "%lx-%lx %7s", &start, &end, prot) == 3 &&
		    start <= (unsigned long)p && (unsigned long)p < end)
			puts(prot);
}

/* Under READ_IMPLIES_EXEC. */
static void persona(void)
{
	void *p, *q;

	personality(READ_IMPLIES_EXEC);
	p = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	q = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	show_prot(p);
	show_prot(q);
	mprotect(q, 4096, PROT_READ | PROT_WRITE);
	show_prot(q);
	personality(0);
	mprotect(q, 4096, PROT_READ);
	show_prot(q);
	munmap(p, 4096);
	munmap(q, 4096);
}

static void values(int argc, char **argv)
{
	struct utsname u;
	long n, total = 0;
	char *line;

	n = slurp_at(AT_FDCWD, "/proc/self/cmdline");
	for (int i = 0; i < argc; i++)
		total += strlen(argv[i]) + 1;
	V(n == total);
	V(!strcmp(text, argv[0]));
	n = slurp_at(AT_FDCWD, "/proc/self/environ");
	total = 0;
	for (char **e = environ; *e; e++)
		total += strlen(*e) + 1;
	V(n == total);
	V(!*environ || !strcmp(text, *environ));
	n = slurp_at(AT_FDCWD, "/proc/self/auxv");
	V(n > 0 && n % 16 == 0);
	for (unsigned long *v = (void *)text; (char *)v < text + n; v += 2)
		if (v[0] == AT_ENTRY)
			V(v[1] == getauxval(AT_ENTRY));
	V(slurp_at(AT_FDCWD, "/proc/self/comm") > 0);
	V(!strncmp(strrchr(self, '/') + 1, text, 15));
	n = slurp_at(AT_FDCWD, "/proc/self/stat");
	V(atoi(text) == getpid());
	slurp_at(AT_FDCWD, "/proc/self/status");
	line = strstr(text, "\nThreads:");
	V(line ? atoi(line + 10) : 0);
	line = strstr(text, "\nPid:");
	V(line && atoi(line + 5) == getpid());
	T(uname(&u));
	slurp_at(AT_FDCWD, "/proc/sys/kernel/osrelease");
	V(!strncmp(text, u.release, strlen(u.release)));
	slurp_at(AT_FDCWD, "/proc/version");
	V(!!strstr(text, u.release));
	if (slurp_at(AT_FDCWD, "/proc/sys/kernel/arch") > 0)
		V(!strncmp(text, u.machine, strlen(u.machine)));
	else
		V(1);
	V(slurp_at(AT_FDCWD, "/proc/cpuinfo") > 0);
	V(!strncmp(text, "processor\t: 0\n", 14));
	T(slurp_at(AT_FDCWD, "/proc/self/nothing"));
	T(open("/proc/self/maps", O_RDWR | O_CREAT | O_EXCL, 0600));
}

static void descriptors(void)
{
	DIR *d = opendir("/proc/self/fd");
	struct dirent *e;
	int n = 0, max = 0;

	while ((e = readdir(d)))
		if (e->d_name[0] != '.') {
			n++;
			if (atoi(e->d_name) > max)
				max = atoi(e->d_name);
		}
	V(n);
	V(max == dirfd(d));
	closedir(d);
}

int main(int argc, char **argv)
{
	pthread_t t;

	if (argc == 4)		/* see others() */
		return read(0, text, 1);
	if (argc == 1) {
		char *again[] = { argv[0], "two", "three words here", NULL };
		char *env[] = { "A=1", "LONGER=a value", NULL };

		execve("/proc/self/exe", again, env);
		return 1;
	}
	if (!realpath(argv[0], self))
		return 2;
	/* Lowest descriptors only, whatever the caller left open. */
	closefrom(3);
	descriptors();
	values(argc, argv);
	status();
	persona();
	aliases();
	others();
	pthread_create(&t, NULL, thread, NULL);
	pthread_join(t, NULL);
	return 0;
}
