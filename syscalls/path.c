// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * File names of the guest.  A name is copied in once; what reaches the kernel
 * is the copy, the copy below a -L prefix, or something else altogether for
 * the few files of /proc that would show the runner (path_proc.c).
 */
#include "syscalls/path.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Directories that a prefix never replaces: the host's are meant. */
static bool host_only(const char *name)
{
	static const char *const dirs[] = {
		"/proc", "/sys", "/dev", "/tmp", "/var/tmp", "/run"
	};

	if (!name[1])
		return true;
	for (unsigned i = 0; i < ARRAY_LEN(dirs); i++) {
		size_t n = strlen(dirs[i]);

		if (!strncmp(name, dirs[i], n) &&
		    (name[n] == '/' || !name[n]))
			return true;
	}
	return false;
}

const char *path_prefixed(struct sysctx *c, const char *name, char *buf)
{
	const char *const *dir = c->cfg->prefix;

	if (!dir || !*dir || name[0] != '/' || host_only(name))
		return name;
	for (; *dir; dir++) {
		int n = snprintf(buf, PATH_MAX, "%s%s", *dir, name);

		if (n < PATH_MAX &&
		    CALL(SYS_faccessat2, AT_FDCWD, buf, F_OK,
			 AT_SYMLINK_NOFOLLOW) == 0)
			return buf;
	}
	return name;
}

void path_get(struct sysctx *c, struct path *p, int dirfd, gaddr guest,
	      unsigned want)
{
	s64 n;

	p->kind = PATH_PLAIN;
	p->host = NULL;
	if (!guest)
		return;
	n = guest_read_str(c, p->name, sizeof(p->name), guest);
	if (n < 0) {		/* the kernel finds out in its own order */
		p->host = (const char *)guest;
		return;
	}
	p->host = p->name;
	if (want & PATH_WANT_PROC &&
	    !strncmp(p->name, "/sys/devices/system/cpu", 23)) {
		snprintf(p->canon, sizeof(p->canon), "%.63s", p->name);
		p->kind = PATH_PROC;
		return;
	}
	if (unlikely(path_is_suspicious(c, dirfd, p->name, want)))
		path_classify(c, p, dirfd);
	if (p->kind == PATH_PLAIN && want & PATH_WANT_PREFIX)
		p->host = path_prefixed(c, p->name, p->buf);
}

const char *path_to_host(struct sysctx *c, int dirfd, const char *name,
			 char *buf)
{
	struct path p;

	if (path_is_suspicious(c, dirfd, name, PATH_WANT_EXE) &&
	    strlen(name) < sizeof(p.name)) {
		strcpy(p.name, name);
		path_classify(c, &p, dirfd);
		if (p.kind == PATH_EXE)
			return p.host == p.buf ? strcpy(buf, p.buf) : p.host;
	}
	return path_prefixed(c, name, buf);
}
