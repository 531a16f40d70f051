/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Log channels: parsing of -d, and the writer. */
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

u32 log_mask;
static int fd = STDERR_FILENO;
static FILE *stream;

static const struct {
	const char *name, *what;
	u32 bit;
} channel[] = {
#define _(id, name, what) { name, what, LOG_##id },
#include "base/log.def"
#undef _
};

/* Channels of qemu-user that have no meaning here. */
static const char *const foreign[] = {
	"op_opt", "op_ind", "op_plugin", "fpu", "mmu", "pcall", "cpu_reset",
	"plugin", "vpu", "invalid_mem",
};

static bool word_is(const char *w, size_t n, const char *name)
{
	return strlen(name) == n && !memcmp(w, name, n);
}

static int parse_word(const char *w, size_t n, u32 *mask)
{
	for (size_t i = 0; i < ARRAY_LEN(channel); i++)
		if (word_is(w, n, channel[i].name)) {
			*mask |= channel[i].bit;
			return 0;
		}
	for (size_t i = 0; i < ARRAY_LEN(foreign); i++)
		if (word_is(w, n, foreign[i]))
			return 0;
	if (n >= 6 && !memcmp(w, "trace:", 6))
		return 0;
	return -EINVAL;
}

int log_parse(const char *list, u32 *mask, const char **bad)
{
	while (*list) {
		size_t n = strcspn(list, ",");

		if (n && parse_word(list, n, mask)) {
			*bad = list;
			return -EINVAL;
		}
		list += n + (list[n] == ',');
	}
	return 0;
}

void log_help(FILE *f)
{
	for (size_t i = 0; i < ARRAY_LEN(channel); i++)
		fprintf(f, "%-14s %s\n", channel[i].name, channel[i].what);
}

int log_open(const char *file, bool append)
{
	char name[4096];
	const char *pct = strstr(file, "%d");
	int n, newfd;

	if (pct)
		n = snprintf(name, sizeof(name), "%.*s%d%s", (int)(pct - file),
			     file, (int)getpid(), pct + 2);
	else
		n = snprintf(name, sizeof(name), "%s", file);
	if (n < 0 || (size_t)n >= sizeof(name))
		return -ENAMETOOLONG;
	newfd = open(name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC |
		     (append ? 0 : O_TRUNC), 0666);
	if (newfd < 0)
		return -errno;
	fd = fcntl(newfd, F_DUPFD_CLOEXEC, 900);
	if (fd < 0)
		fd = newfd;
	else
		close(newfd);
	return 0;
}

int log_fd(void)
{
	return fd;
}

void log_printf(const char *fmt, ...)
{
	char buf[1024];
	va_list ap;
	int n, saved = errno;

	va_start(ap, fmt);
	n = vsnprintf(buf, sizeof(buf), fmt, ap);
	va_end(ap);
	if (n > (int)sizeof(buf) - 1)
		n = sizeof(buf) - 1;
	if (n > 0 && write(fd, buf, (size_t)n) < 0)
		n = 0;		/* a log that cannot be written is no error */
	errno = saved;
}

FILE *log_file(void)
{
	if (!stream) {
		stream = fdopen(fd, "w");
		if (!stream)
			stream = stderr;
		setvbuf(stream, NULL, _IOLBF, 0);
	}
	return stream;
}
