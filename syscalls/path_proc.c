// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The files of /proc that must show the guest instead of the runner.
 *
 * They are recognised by what they are, not by how they are spelt: when the
 * last component of a name is one of a few, the directory before it is opened
 * and asked whether it is procfs and which directory of it.  So names
 * relative to a descriptor or the working directory, symbolic links and
 * /proc/<pid>/task/<tid> all work, and other names cost nothing.
 */
#include "syscalls/path.h"

#include <elf.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "syscalls/abi_a64.h"

/* Inode number of the root of every procfs. */
#define PROC_ROOT_INO 1

/* Files the process layer may want to answer for. */
static const char *const proc_names[] = {
	"arch", "auxv", "cmdline", "comm", "cpuinfo", "environ", "limits",
	"map_files", "maps", "mem", "numa_maps", "osrelease", "pagemap",
	"smaps", "smaps_rollup", "stat", "statm", "status", "version",
};

/* Files that are the same for every thread of a process. */
static const char *const shared_names[] = {
	"auxv", "cmdline", "environ", "exe", "limits", "maps", "numa_maps",
	"pagemap", "smaps", "smaps_rollup", "statm",
};

static bool listed(const char *const *list, unsigned n, const char *name)
{
	for (unsigned i = 0; i < n; i++)
		if (list[i][0] == name[0] && !strcmp(list[i], name))
			return true;
	return false;
}

static bool all_digits(const char *s)
{
	if (!*s)
		return false;
	while (*s >= '0' && *s <= '9')
		s++;
	return !*s;
}

static const char *last_component(const char *name)
{
	const char *slash = strrchr(name, '/');

	return slash ? slash + 1 : name;
}

/* Could a file of this name be a descriptor of the runner? */
static bool is_own_fd_name(struct sysctx *c, const char *base)
{
	return base[0] >= '1' && base[0] <= '9' && all_digits(base) &&
	       sys_own_fd(c, strtoul(base, NULL, 10));
}

bool path_is_suspicious(struct sysctx *c, int dirfd, const char *name,
			unsigned want)
{
	const char *base = last_component(name);

	if (unlikely(is_own_fd_name(c, base)))
		return true;
	if (want & PATH_WANT_EXE && !strcmp(base, "exe"))
		return true;
	if (!(want & PATH_WANT_PROC))
		return false;
	if (listed(proc_names, ARRAY_LEN(proc_names), base))
		return true;
	return all_digits(base) && (strstr(name, "fdinfo/") ||
				    (base == name && dirfd != AT_FDCWD));
}

/* Does id name this process or one of its threads? */
static bool is_own_id(long id)
{
	return id > 0 && (id == getpid() ||
			  CALL(SYS_tgkill, getpid(), id, 0) == 0);
}

/*
 * dir is the kernel's name of a procfs directory.  Take the last component
 * off and return it.
 */
static const char *chop(char *dir)
{
	char *slash = strrchr(dir, '/');

	if (!slash)
		return "";
	*slash = 0;
	return slash + 1;
}

/* Which directory of procfs is it: canonical name into canon. */
static enum path_kind classify_dir(struct sysctx *c, struct path *p, char *dir,
				   bool root, const char *base)
{
	char last[32], up[32];
	long id;

	if (root) {
		snprintf(p->canon, sizeof(p->canon), "/proc/%.40s", base);
		return PATH_PROC;
	}
	snprintf(last, sizeof(last), "%.31s", chop(dir));
	if (!strcmp(last, "kernel") && !strcmp(last_component(dir), "sys")) {
		snprintf(p->canon, sizeof(p->canon), "/proc/sys/kernel/%.40s",
			 base);
		return PATH_PROC;
	}
	if (is_own_fd_name(c, base) &&
	    (!strcmp(last, "fd") || !strcmp(last, "fdinfo")) &&
	    is_own_id(strtol(last_component(dir), NULL, 10))) {
		p->host = "/proc/self/fd/-";
		return PATH_HIDDEN;
	}
	if (!strcmp(last, "fdinfo"))
		return all_digits(base) ? PATH_FDINFO : PATH_PLAIN;
	if (!all_digits(last))
		return PATH_PLAIN;
	id = strtol(last, NULL, 10);
	snprintf(up, sizeof(up), "%.31s", last_component(dir));
	if (!strcmp(base, "exe"))
		return PATH_EXE;
	if (!is_own_id(id))
		return PATH_PLAIN;
	if (!strcmp(up, "task") &&
	    !listed(shared_names, ARRAY_LEN(shared_names), base))
		snprintf(p->canon, sizeof(p->canon), "/proc/self/task/%ld/%.30s",
			 id, base);
	else
		snprintf(p->canon, sizeof(p->canon), "/proc/self/%.40s", base);
	return PATH_PROC;
}

/* The kernel's name of an open file; false if it has none or /proc is not
 * there. */
static bool fd_name(int fd, char *buf, size_t size)
{
	char link[40];
	s64 n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = CALL(SYS_readlinkat, AT_FDCWD, link, buf, size - 1);
	if (n <= 0)
		return false;
	buf[n] = 0;
	return true;
}

static bool is_procfs(int fd)
{
	struct statfs fs;

	return CALL(SYS_fstatfs, fd, &fs) == 0 &&
	       fs.f_type == PROC_SUPER_MAGIC;
}

/* Is the file at name (relative to dir) our own executable? */
static bool is_runner(int dir, const char *name)
{
	struct stat ours, theirs;

	return CALL(SYS_newfstatat, AT_FDCWD, "/proc/self/exe", &ours, 0) == 0 &&
	       CALL(SYS_newfstatat, dir, name, &theirs, 0) == 0 &&
	       ours.st_ino == theirs.st_ino && ours.st_dev == theirs.st_dev;
}

/* -- The program of another process ---------------------------------------- */

/* Value of an entry in the auxiliary vector of the process at fd, or 0. */
static u64 other_auxv(int fd, u64 type)
{
	u64 v[64][2];
	int f = CALL(SYS_openat, fd, "auxv", O_RDONLY | O_CLOEXEC);
	s64 n = f < 0 ? 0 : CALL(SYS_read, f, v, sizeof(v));

	if (f >= 0)
		CALL(SYS_close, f);
	for (s64 i = 0; (i + 1) * (s64)sizeof(v[0]) <= n; i++)
		if (v[i][0] == type)
			return v[i][1];
	return 0;
}

/* Take the file name from a line of "maps" if it covers addr. */
static bool map_name(const char *line, u64 addr, char *name)
{
	unsigned long start, end;
	const char *slash = strchr(line, '/');

	if (sscanf(line, "%lx-%lx", &start, &end) != 2 || addr < start ||
	    addr >= end || !slash || strlen(slash) >= PATH_MAX)
		return false;
	strcpy(name, slash);
	return true;
}

/*
 * The guest's program of a process whose /proc directory is open: its program
 * headers are where the auxiliary vector says (which our runner gave to the
 * kernel), and the map names the file there.
 */
static bool other_exe(int fd, char *name)
{
	char line[PATH_MAX + 128], *end;
	u64 phdr;
	s64 n, have = 0;
	bool found = false;
	int f;

	if (!is_runner(fd, "exe"))
		return false;
	phdr = other_auxv(fd, AT_PHDR);
	f = CALL(SYS_openat, fd, "maps", O_RDONLY | O_CLOEXEC);
	while (f >= 0 && !found &&
	       (n = CALL(SYS_read, f, line + have,
			 sizeof(line) - 1 - have)) > 0) {
		have += n;
		line[have] = 0;
		while (!found && (end = strchr(line, '\n'))) {
			*end++ = 0;
			found = map_name(line, phdr, name);
			have -= end - line;
			memmove(line, end, have + 1);
		}
	}
	if (f >= 0)
		CALL(SYS_close, f);
	return found;
}

/* -- Classification ------------------------------------------------------ */

/* Whose exe is it?  dir is that process's directory in /proc. */
static void classify_exe(struct sysctx *c, struct path *p, int dir)
{
	const char *const *prefix = c->cfg->prefix;

	if (is_own_id(strtol(last_component(p->buf), NULL, 10))) {
		p->link = c->ops->exe_path(c);
		p->host = path_prefixed(c, p->link, p->buf);
		return;
	}
	if (!other_exe(dir, p->buf)) {
		p->kind = PATH_PLAIN;
		return;
	}
	p->host = p->link = p->buf;
	for (; prefix && *prefix; prefix++) {
		size_t n = strlen(*prefix);

		if (!strncmp(p->buf, *prefix, n) && p->buf[n] == '/')
			p->link = p->buf + n;
	}
}

void path_classify(struct sysctx *c, struct path *p, int dirfd)
{
	const char *base = last_component(p->name);
	size_t len = base - p->name;
	char dir[PATH_MAX];
	struct stat st;
	int fd;

	p->kind = PATH_PLAIN;
	memcpy(p->buf, p->name, len);
	strcpy(p->buf + len, len ? "" : ".");
	fd = CALL(SYS_openat, dirfd, p->buf,
		  O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return;
	if (is_procfs(fd) && fd_name(fd, p->buf, sizeof(p->buf)) &&
	    CALL(SYS_fstat, fd, &st) == 0) {
		strcpy(dir, p->buf);
		p->kind = classify_dir(c, p, dir,
				       st.st_ino == PROC_ROOT_INO, base);
		if (p->kind == PATH_EXE)
			classify_exe(c, p, fd);
	}
	CALL(SYS_close, fd);
}

/* -- Emulated files ------------------------------------------------------ */

static int text_file(const char *text, size_t len, u64 flags)
{
	int fd = CALL(SYS_memfd_create, "proc", flags & O_CLOEXEC ?
		      MFD_CLOEXEC : 0);

	if (fd < 0)
		return fd;
	CALL(SYS_write, fd, text, len);
	CALL(SYS_lseek, fd, 0, SEEK_SET);
	return fd;
}

/* fdinfo shows the open flags in octal: turn them into the guest's. */
static int open_fdinfo(struct sysctx *c, const struct path *p, int dirfd,
		       u64 flags)
{
	char in[4096], out[4096 + 32];
	char *at, *end;
	s64 n;
	int fd = CALL(SYS_openat, dirfd, p->name, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return fd;
	n = CALL(SYS_read, fd, in, sizeof(in) - 1);
	CALL(SYS_close, fd);
	if (n < 0)
		return n;
	in[n] = 0;
	at = strstr(in, "flags:\t");
	if (!at || n == sizeof(in) - 1)
		return -ENOENT;
	at += 7;
	n = snprintf(out, sizeof(out), "%.*s0%llo%s", (int)(at - in), in,
		     (unsigned long long)sys_open_flags(c,
							strtoull(at, &end, 8)),
		     strchr(at, '\n') ? strchr(at, '\n') : "\n");
	return text_file(out, n, flags);
}

/* /proc/version has the release as its third word. */
static int open_version(struct sysctx *c, u64 flags)
{
	char in[1024], out[1200];
	const char *rest;
	s64 n;
	int fd = CALL(SYS_openat, AT_FDCWD, "/proc/version",
		      O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return fd;
	n = CALL(SYS_read, fd, in, sizeof(in) - 1);
	CALL(SYS_close, fd);
	in[n < 0 ? 0 : n] = 0;
	if (strncmp(in, "Linux version ", 14))
		return -ENOENT;
	rest = strchr(in + 14, ' ');
	n = snprintf(out, sizeof(out), "Linux version %.100s%s",
		     c->cfg->uname_release, rest ? rest : "\n");
	return text_file(out, n, flags);
}

int path_open_proc(struct sysctx *c, const struct path *p, int dirfd,
		   u64 flags)
{
	char text[128];
	int n, fd = -ENOENT;

	if (p->kind == PATH_FDINFO)
		return open_fdinfo(c, p, dirfd, flags);
	if (c->ops->open_proc)
		fd = c->ops->open_proc(c, p->canon, flags);
	if (fd != -ENOENT || (flags & O_ACCMODE) != O_RDONLY)
		return fd;
	if (!strcmp(p->canon, "/proc/sys/kernel/arch")) {
		n = snprintf(text, sizeof(text), "%.65s\n",
			     c->cfg->uname_machine);
		return text_file(text, n, flags);
	}
	if (!c->cfg->uname_release)
		return -ENOENT;
	if (!strcmp(p->canon, "/proc/sys/kernel/osrelease")) {
		n = snprintf(text, sizeof(text), "%.65s\n",
			     c->cfg->uname_release);
		return text_file(text, n, flags);
	}
	if (!strcmp(p->canon, "/proc/version"))
		return open_version(c, flags);
	return -ENOENT;
}

bool path_hides_fd(int dir, long n)
{
	char name[PATH_MAX], last[32], entry[48];

	if (!is_procfs(dir) || !fd_name(dir, name, sizeof(name)))
		return false;
	snprintf(last, sizeof(last), "%.31s", chop(name));
	if (strcmp(last, "fd") && strcmp(last, "fdinfo"))
		return false;
	snprintf(entry, sizeof(entry), "../fd/%ld", n);
	return is_own_id(strtol(last_component(name), NULL, 10)) ||
	       is_runner(dir, entry);
}
