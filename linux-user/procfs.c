/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The guest in /proc.
 *
 * Most of it the host kernel itself shows right, once prctl(PR_SET_MM_MAP)
 * has told it where the guest's arguments and environment are: cmdline,
 * environ, auxv, comm and the addresses in stat, for every reader of
 * /proc/PID.  Where that call is not allowed (or not configured) we answer
 * for the process itself.  Always ours: the memory map, whose protections
 * only we know, the status (procfs_status.c) and the CPU.
 */
#include "linux-user/procfs.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/prctl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "linux-user/abi.h"
#include "linux-user/ownfd.h"

/* The host shows cmdline, environ and auxv of the guest. */
static bool published;

void procfs_publish(struct process *p, const char *comm)
{
	struct space_info i;
	struct prctl_mm_map m;
	const char *slash = strrchr(comm, '/');
	u64 brk = (u64)sbrk(0);

	prctl(PR_SET_NAME, slash ? slash + 1 : comm, 0, 0, 0);
	space_get_info(p->space, &i);
	m = (struct prctl_mm_map){
		.start_code = i.start_code, .end_code = i.end_code,
		.start_data = i.start_data, .end_data = i.end_data,
		/* The heap that the kernel manages is the runner's. */
		.start_brk = brk, .brk = brk,
		.start_stack = i.start_stack,
		.arg_start = i.arg_start, .arg_end = i.arg_end,
		.env_start = i.env_start, .env_end = i.env_end,
		.auxv = (void *)p->auxv, .auxv_size = (u32)p->auxv_len,
		.exe_fd = (u32)-1,
	};
	published = !prctl(PR_SET_MM, PR_SET_MM_MAP, &m, sizeof(m), 0);
}

/* -- Contents -------------------------------------------------------------- */

static struct process *proc_of(struct sysctx *c)
{
	return ((struct task *)c->task)->proc;
}

static int print_maps(struct sysctx *c, FILE *f)
{
	space_print_maps(proc_of(c)->space, f);
	return 0;
}

static int print_smaps(struct sysctx *c, FILE *f)
{
	space_print_smaps(proc_of(c)->space, f);
	return 0;
}

static unsigned cpu_count(void)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);

	return n > 0 ? (unsigned)n : 1;
}

static int print_cpuinfo(struct sysctx *c, FILE *f)
{
	struct process *p = proc_of(c);

	p->abi->print_cpuinfo(f, tctx_config(p->tctx)->cpu_features,
			      cpu_count());
	return 0;
}

static int print_area(FILE *f, gaddr start, gaddr end)
{
	if (published)
		return -ENOENT;
	fwrite((void *)start, 1, end - start, f);
	return 0;
}

static int print_cmdline(struct sysctx *c, FILE *f)
{
	struct space_info i;

	space_get_info(proc_of(c)->space, &i);
	return print_area(f, i.arg_start, i.arg_end);
}

static int print_environ(struct sysctx *c, FILE *f)
{
	struct space_info i;

	space_get_info(proc_of(c)->space, &i);
	return print_area(f, i.env_start, i.env_end);
}

static int print_auxv(struct sysctx *c, FILE *f)
{
	struct process *p = proc_of(c);

	return print_area(f, (gaddr)p->auxv, (gaddr)p->auxv + p->auxv_len);
}

static const struct {
	const char *name;
	int (*print)(struct sysctx *c, FILE *f);
} file[] = {
	{ "/proc/self/maps", print_maps },
	{ "/proc/self/smaps", print_smaps },
	{ "/proc/self/cmdline", print_cmdline },
	{ "/proc/self/environ", print_environ },
	{ "/proc/self/auxv", print_auxv },
	{ "/proc/self/status", procfs_print_status },
	{ "/proc/self/stat", procfs_print_stat },
	{ "/proc/self/statm", procfs_print_statm },
	{ "/proc/cpuinfo", print_cpuinfo },
};

static int to_memfd(struct sysctx *c, size_t i, int flags)
{
	char *text = NULL;
	size_t len = 0, done = 0;
	FILE *f = open_memstream(&text, &len);
	int fd = -ENOMEM, err;
	ssize_t n;

	if (!f)
		return -ENOMEM;
	err = file[i].print(c, f);
	if (fclose(f))
		err = -ENOMEM;
	if (!err) {
		fd = memfd_create("proc", flags & O_CLOEXEC ? MFD_CLOEXEC : 0);
		if (fd < 0)
			err = -errno;
	}
	while (!err && done < len) {
		n = write(fd, text + done, len - done);
		if (n < 0)
			err = -errno;
		else
			done += (size_t)n;
	}
	free(text);
	if (err && fd >= 0)
		close(fd);
	if (!err)
		lseek(fd, 0, SEEK_SET);
	return err ? err : fd;
}

int procfs_open(struct sysctx *c, const char *name, int flags)
{
	if ((flags & O_ACCMODE) != O_RDONLY || flags & O_PATH)
		return -ENOENT;
	for (size_t i = 0; i < ARRAY_LEN(file); i++)
		if (!strcmp(name, file[i].name))
			return to_memfd(c, i, flags);
	return -ENOENT;
}
