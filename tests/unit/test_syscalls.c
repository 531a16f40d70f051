// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The syscall layer without a guest: the table against libseccomp's, the
 * restart window, guarded copies, converters, /proc names, strace lines.
 * The "guest's" memory is an arena below the top of its window.
 */
#include <check.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "syscalls/abi_a64.h"
#include "syscalls/proc_op.h"
#include "syscalls/sys.h"
#include "translate/cpu.h"

/* Numbers of the guest used below. */
enum {
	NR_epoll_ctl = 21, NR_epoll_pwait = 22, NR_dup3 = 24, NR_fcntl = 25,
	NR_openat = 56, NR_close = 57, NR_getdents64 = 61, NR_read = 63,
	NR_readlinkat = 78, NR_newfstatat = 79, NR_fstat = 80,
	NR_nanosleep = 101, NR_uname = 160, NR_setrlimit = 164, NR_prctl = 167,
	NR_getpid = 172, NR_semget = 190, NR_semctl = 191, NR_prlimit64 = 261,
	NR_close_range = 436, NR_openat2 = 437
};

#define ARENA 0x20000000ull
#define ARENA_SIZE 0x10000ull

static struct cpu cpu;
static struct sysctx ctx;
static struct sys_config cfg;
static struct sys_state state;
static char asked[64];		/* last name given to open_proc */
static int limit = 1000000;

static int fake_open_proc(struct sysctx *c, const char *name, int flags)
{
	snprintf(asked, sizeof(asked), "%s", name);
	return -ENOENT;
}

static const char *fake_exe_path(struct sysctx *c)
{
	return "/bin/true";
}

static u64 fake_own_size(struct sysctx *c)
{
	return 1 << 20;
}

static int fake_own_fd(struct sysctx *c, int fd)
{
	return fd <= limit ? limit : -1;
}

static int fake_yield_fd(struct sysctx *c, int fd)
{
	limit = dup2(fd, 600);
	return 0;
}

static s64 fake_mprotect(struct sysctx *c, const u64 *a)
{
	return -ENOMEM;
}

static sys_fn *const no_ops[SYS_PROC_COUNT] = {
	[SYS_PROC_mprotect] = fake_mprotect
};
static const struct sys_ops ops = {
	.proc = no_ops,
	.open_proc = fake_open_proc,
	.exe_path = fake_exe_path,
	.own_fd = fake_own_fd,
	.yield_fd = fake_yield_fd,
	.own_size = fake_own_size,
};

static void on_fault(int signo, siginfo_t *si, void *uc)
{
	if (!guestmem_fixup(uc))
		_exit(99);
}

static void setup(void)
{
	struct sigaction sa = { .sa_sigaction = on_fault,
				.sa_flags = SA_SIGINFO | SA_NODEFER };
	void *p = mmap((void *)ARENA, ARENA_SIZE, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1,
		       0);

	ck_assert_ptr_eq(p, (void *)ARENA);
	/* A hole after it: faults. */
	mmap((void *)(ARENA + ARENA_SIZE), 4096, PROT_NONE,
	     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
	sigaction(SIGSEGV, &sa, NULL);
	sigaction(SIGBUS, &sa, NULL);
	cfg.abi = &sys_abi_a64;
	cfg.uname_machine = "aarch64";
	ctx.cpu = &cpu;
	ctx.ops = &ops;
	ctx.cfg = &cfg;
	ctx.state = &state;
}

static s64 guest(u64 nr, u64 a0, u64 a1, u64 a2, u64 a3, u64 a4, u64 a5)
{
	u64 a[6] = { a0, a1, a2, a3, a4, a5 };

	return syscall_run(&ctx, nr, a);
}
#define G(nr, ...) G_(nr, ##__VA_ARGS__, 0, 0, 0, 0, 0, 0)
#define G_(nr, a, b, c, d, e, f, ...) \
	guest(nr, (u64)(a), (u64)(b), (u64)(c), (u64)(d), (u64)(e), (u64)(f))

static gaddr put(u64 offset, const char *text)
{
	strcpy((char *)ARENA + offset, text);
	return ARENA + offset;
}

static void check_table(const struct sys_abi *abi, u32 arch)
{
	for (int nr = 0; nr < 450; nr++) {
		char *theirs = seccomp_syscall_resolve_num_arch(arch, nr);
		const char *ours = syscall_name(abi, nr);

		if (theirs && strcmp(theirs, "UNKNOWN")) {
			ck_assert_msg(ours != NULL, "%d %s", nr, theirs);
			ck_assert_str_eq(ours, theirs);
		}
		if (ours && seccomp_syscall_resolve_name(ours) !=
		    __NR_SCMP_ERROR)
			ck_assert_int_eq(seccomp_syscall_resolve_name_arch(
						 arch, ours), nr);
		free(theirs);
	}
}

START_TEST(table_is_seccomps)
{
	check_table(&sys_abi_a64, SCMP_ARCH_AARCH64);
	check_table(&sys_abi_x64, SCMP_ARCH_X86_64);
	ck_assert_int_eq(G(10000), -ENOSYS);
	ck_assert_int_eq(G(250), -ENOSYS);
	ck_assert_int_eq(guest(~0ull, 0, 0, 0, 0, 0, 0), -ENOSYS);
	ck_assert_ptr_null(syscall_name(&sys_abi_a64, ~0ull));
}
END_TEST

START_TEST(open_flags)
{
	ck_assert_uint_eq(a64_open_flags(A64_O_DIRECTORY), O_DIRECTORY);
	ck_assert_uint_eq(a64_open_flags(A64_O_NOFOLLOW), O_NOFOLLOW);
	ck_assert_uint_eq(a64_open_flags(A64_O_DIRECT), O_DIRECT);
	/* glibc hides the kernel's O_LARGEFILE on x86_64: 0100000. */
	ck_assert_uint_eq(a64_open_flags(A64_O_LARGEFILE), 0100000);
	for (unsigned bit = 0; bit < 64; bit++) {
		u64 f = 1ull << bit;

		ck_assert_uint_eq(a64_open_flags(a64_open_flags(f)), f);
		if (bit < 14 || bit > 17)
			ck_assert_uint_eq(a64_open_flags(f), f);
	}
}
END_TEST

/* -- Restart window ------------------------------------------------------ */

static volatile int signals;

static void on_signal(int signo, siginfo_t *si, void *uc)
{
	signals++;
	cpu.exit_request = 1;
	host_syscall_interrupted(uc);
}

static void catch_alarm(void)
{
	struct sigaction sa = { .sa_sigaction = on_signal,
				.sa_flags = SA_SIGINFO | SA_RESTART };

	sigaction(SIGALRM, &sa, NULL);
}

START_TEST(window)
{
	int fds[2];
	struct itimerval soon = { .it_value = { 0, 20000 } };
	struct timespec *ts = (struct timespec *)ARENA;

	ck_assert_int_eq(pipe(fds), 0);
	catch_alarm();
	ck_assert_int_eq(G(NR_getpid), getpid());
	cpu.exit_request = 1;
	ck_assert_int_eq(G(NR_getpid), SYS_RESTART);
	ck_assert(ctx.not_begun);
	cpu.exit_request = 0;
	/* Asleep in a call that the kernel restarts. */
	setitimer(ITIMER_REAL, &soon, NULL);
	ck_assert_int_eq(G(NR_read, fds[0], ARENA, 1), SYS_RESTART);
	ck_assert(!ctx.not_begun);
	ck_assert_int_eq(signals, 1);
	cpu.exit_request = 0;
	/* In one that it does not. */
	*ts = (struct timespec){ .tv_sec = 5 };
	setitimer(ITIMER_REAL, &soon, NULL);
	ck_assert_int_eq(G(NR_nanosleep, ARENA, 0), -EINTR);
	cpu.exit_request = 0;
	close(fds[0]);
	close(fds[1]);
}
END_TEST

/* Signals at arbitrary moments before a read that would sleep for ever. */
START_TEST(window_race)
{
	int fds[2];

	ck_assert_int_eq(pipe(fds), 0);
	catch_alarm();
	for (int i = 0; i < 3000; i++) {
		struct itimerval soon = { .it_value = { 0, 1 + i % 7 } };
		int before = signals;
		volatile int spin = i * 3 % 4000;

		setitimer(ITIMER_REAL, &soon, NULL);
		while (spin > 0)
			spin--;
		ck_assert_int_eq(G(NR_read, fds[0], ARENA, 1), SYS_RESTART);
		ck_assert_int_eq(signals, before + 1);
		cpu.exit_request = 0;
	}
	close(fds[0]);
	close(fds[1]);
}
END_TEST

/* -- Guest memory -------------------------------------------------------- */

START_TEST(guarded_copies)
{
	char buf[64];
	gaddr end = ARENA + ARENA_SIZE;

	memset((void *)ARENA, 'x', ARENA_SIZE);
	ck_assert_int_eq(guest_read(&ctx, buf, end - 10, 10), 0);
	ck_assert_int_eq(guest_read(&ctx, buf, end - 10, 11), -EFAULT);
	ck_assert_int_eq(guest_write(&ctx, end - 1, buf, 2), -EFAULT);
	ck_assert_int_eq(guest_write(&ctx, 0, buf, 1), -EFAULT);
	ck_assert_int_eq(guest_read(&ctx, buf, (gaddr)&cfg, 1), -EFAULT);
	ck_assert_int_eq(guest_read(&ctx, buf, SYS_GUEST_TOP - 1, 2), -EFAULT);
	ck_assert_int_eq(guest_read(&ctx, buf, ~0ull, 2), -EFAULT);
	ck_assert_int_eq(guest_read(&ctx, buf, ARENA | 1ull << 56, 1),
			 -EFAULT);
	ck_assert_int_eq(G(NR_prctl, 55, 1), 0);
	ck_assert_int_eq(guest_read(&ctx, buf, ARENA | 1ull << 56, 1), 0);
	ck_assert_int_eq(G(NR_prctl, 56), 1);
	ck_assert_int_eq(G(NR_prctl, 55, 0), 0);
	ck_assert_int_eq(G(NR_prctl, 55, 2), -EINVAL);
	put(0, "hello");
	ck_assert_int_eq(guest_read_str(&ctx, buf, 64, ARENA), 5);
	ck_assert_str_eq(buf, "hello");
	ck_assert_int_eq(guest_read_str(&ctx, buf, 5, ARENA), -ENAMETOOLONG);
	ck_assert_int_eq(guest_read_str(&ctx, buf, 64, end - 3), -EFAULT);
	/* Runner memory is not for the kernel to write to either. */
	ck_assert_int_eq(G(NR_uname, &cfg), -EFAULT);
	ck_assert_int_eq(G(NR_read, -1, &cfg, 1), -EBADF);
	int zero = open("/dev/zero", O_RDONLY);
	ck_assert_int_eq(G(NR_read, zero, &cfg, 1), -EFAULT);
	close(zero);
}
END_TEST

/* -- Converters ---------------------------------------------------------- */

START_TEST(stat_layout)
{
	struct stat h;
	struct a64_stat *g = (void *)ARENA;
	gaddr name = put(4096, "/dev/null");

	ck_assert_int_eq(stat("/dev/null", &h), 0);
	ck_assert_int_eq(G(NR_newfstatat, AT_FDCWD, name, g, 0), 0);
	ck_assert_uint_eq(g->st_ino, h.st_ino);
	ck_assert_uint_eq(g->st_mode, h.st_mode);
	ck_assert_uint_eq(g->st_nlink, h.st_nlink);
	ck_assert_uint_eq(g->st_rdev, h.st_rdev);
	ck_assert_int_eq(g->st_mtime_sec, h.st_mtim.tv_sec);
	ck_assert_int_eq(G(NR_newfstatat, AT_FDCWD, name, 0, 0), -EFAULT);
	ck_assert_int_eq(G(NR_newfstatat, AT_FDCWD, 0, g, 0), -EFAULT);
	ck_assert_int_eq(G(NR_newfstatat, 0, put(8192, ""), g, 0x1000), 0);
	ck_assert_int_eq(G(NR_fstat, 12345, g), -EBADF);
}
END_TEST

START_TEST(epoll_events)
{
	struct a64_epoll_event *e = (void *)ARENA;
	int ep = epoll_create1(0), fds[8][2];

	for (int i = 0; i < 8; i++) {
		ck_assert_int_eq(pipe(fds[i]), 0);
		e[0].events = EPOLLIN;
		e[0].data = 0x1122334455667700 + i;
		ck_assert_int_eq(G(NR_epoll_ctl, ep, EPOLL_CTL_ADD,
				   fds[i][0], e), 0);
		ck_assert_int_eq(write(fds[i][1], "x", 1), 1);
	}
	ck_assert_int_eq(G(NR_epoll_pwait, ep, e, 16, 0, 0, 8), 8);
	for (int i = 0; i < 8; i++) {
		ck_assert_uint_eq(e[i].events, EPOLLIN);
		ck_assert_uint_eq(e[i].data, 0x1122334455667700 + i);
	}
	ck_assert_int_eq(G(NR_epoll_pwait, ep, e, 16, 0, ARENA, 4), -EINVAL);
	ck_assert_int_eq(G(NR_epoll_ctl, ep, EPOLL_CTL_MOD, fds[0][0], 8),
			 -EFAULT);
	ck_assert_int_eq(G(NR_epoll_ctl, ep, EPOLL_CTL_DEL, fds[0][0], 0), 0);
}
END_TEST

START_TEST(semaphores)
{
	struct a64_semid_ds *g = (void *)ARENA;
	s64 id = G(NR_semget, 0, 3, 0600);

	ck_assert_int_ge(id, 0);
	memset(g, 0x55, 256);
	ck_assert_int_eq(G(NR_semctl, id, 0, 2, g), 0);
	ck_assert_uint_eq(g->sem_nsems, 3);
	ck_assert_uint_eq(g->sem_perm.mode & 0777, 0600);
	ck_assert_uint_eq(((u8 *)g)[88], 0x55);
	g->sem_perm.mode = 0640;
	ck_assert_int_eq(G(NR_semctl, id, 0, 1, g), 0);
	ck_assert_int_eq(G(NR_semctl, id, 0, 2, g), 0);
	ck_assert_uint_eq(g->sem_perm.mode & 0777, 0640);
	ck_assert_int_eq(G(NR_semctl, id, 0, 2, 16), -EFAULT);
	ck_assert_int_eq(G(NR_semctl, id, 0, 0, 0), 0);
}
END_TEST

START_TEST(descriptors)
{
	int a = open("/dev/null", O_RDONLY), b;
	char name[64];
	struct dirent64 *d;
	bool seen = false;
	s64 n, dir;

	b = dup2(a, 500);
	limit = 500;
	ck_assert_int_eq(G(NR_close, 500), -EBADF);
	ck_assert_int_eq(G(NR_fcntl, 500, F_GETFD), -EBADF);
	ck_assert_int_eq(G(NR_dup3, 500, 501, 0), -EBADF);
	ck_assert_int_eq(G(NR_fcntl, a, F_DUPFD, 500), 501);
	ck_assert_int_eq(G(NR_close_range, 400, ~0u, 0), 0);
	ck_assert_int_eq(G(NR_close_range, 500, ~0u, 0), 0);
	ck_assert_int_eq(G(NR_close_range, 2, 1, 0), -EINVAL);
	ck_assert_int_eq(fcntl(b, F_GETFD), 0);
	dir = G(NR_openat, AT_FDCWD, put(0, "/proc/self/fd"),
		A64_O_DIRECTORY, 0);
	ck_assert_int_ge(dir, 0);
	while ((n = G(NR_getdents64, dir, ARENA + 4096, 64)) > 0) {
		for (s64 at = 0; at < n; at += d->d_reclen) {
			d = (void *)(ARENA + 4096 + at);
			ck_assert_str_ne(d->d_name, "500");
			snprintf(name, sizeof(name), "%d", a);
			seen |= !strcmp(d->d_name, name);
		}
	}
	ck_assert_int_eq(n, 0);
	ck_assert(seen);
	ck_assert_int_eq(G(NR_dup3, a, 500, 0), 500);
	ck_assert_int_eq(limit, 600);
	ck_assert_int_eq(G(NR_dup3, -1, 600, 0), -EBADF);
	ck_assert_int_eq(G(NR_close, 500), 0);
	close(600);
	limit = 1000000;
	ck_assert_int_eq(G(NR_fcntl, dir, F_GETFL) & A64_O_DIRECTORY,
			 A64_O_DIRECTORY);
	close(a);
}
END_TEST

/* -- Names --------------------------------------------------------------- */

static const char *ask(int dirfd, const char *name)
{
	s64 fd;

	asked[0] = 0;
	fd = G(NR_openat, dirfd, put(0, name), 0, 0);
	if (fd >= 0)
		close(fd);
	return asked;
}

START_TEST(proc_aliases)
{
	char name[64], want[64];
	int dir;

	ck_assert_str_eq(ask(AT_FDCWD, "/proc/self/maps"), "/proc/self/maps");
	ck_assert_str_eq(ask(AT_FDCWD, "//proc/./self//maps"),
			 "/proc/self/maps");
	ck_assert_str_eq(ask(AT_FDCWD, "/proc/thread-self/maps"),
			 "/proc/self/maps");
	snprintf(name, sizeof(name), "/proc/%d/maps", getpid());
	ck_assert_str_eq(ask(AT_FDCWD, name), "/proc/self/maps");
	snprintf(name, sizeof(name), "/proc/self/task/%d/maps", getpid());
	ck_assert_str_eq(ask(AT_FDCWD, name), "/proc/self/maps");
	snprintf(name, sizeof(name), "/proc/self/task/%d/comm", getpid());
	snprintf(want, sizeof(want), "%s", name);
	ck_assert_str_eq(ask(AT_FDCWD, name), want);
	ck_assert_str_eq(ask(AT_FDCWD, "/proc/1/maps"),
			 getpid() == 1 ? "/proc/self/maps" : "");
	ck_assert_str_eq(ask(AT_FDCWD, "/proc/cpuinfo"), "/proc/cpuinfo");
	ck_assert_str_eq(ask(AT_FDCWD, "/proc/sys/kernel/osrelease"),
			 "/proc/sys/kernel/osrelease");
	dir = open("/proc/self", O_PATH | O_DIRECTORY);
	ck_assert_str_eq(ask(dir, "maps"), "/proc/self/maps");
	ck_assert_str_eq(ask(dir, "task/../maps"), "/proc/self/maps");
	close(dir);
	ck_assert_int_eq(chdir("/proc"), 0);
	ck_assert_str_eq(ask(AT_FDCWD, "self/maps"), "/proc/self/maps");
	ck_assert_str_eq(ask(AT_FDCWD, "cpuinfo"), "/proc/cpuinfo");
	ck_assert_int_eq(chdir("/"), 0);
	ck_assert_str_eq(ask(AT_FDCWD, "/tmp/maps"), "");
	/* Writing, directories and handles are the kernel's own business. */
	asked[0] = 0;
	int fd = G(NR_openat, AT_FDCWD, put(0, "/proc/self/maps"), O_PATH, 0);
	ck_assert_int_ge(fd, 0);
	close(fd);
	ck_assert_str_eq(asked, "");
}
END_TEST

START_TEST(exe_aliases)
{
	struct a64_stat *g = (void *)(ARENA + 4096);
	char *out = (char *)ARENA + 8192;
	struct stat h;
	char name[64];
	int dir = open("/proc/self", O_RDONLY | O_DIRECTORY);

	stat("/bin/true", &h);
	put(0, "/proc/self/exe");
	ck_assert_int_eq(G(NR_readlinkat, AT_FDCWD, ARENA, out, 100), 9);
	ck_assert_mem_eq(out, "/bin/true", 9);
	ck_assert_int_eq(G(NR_readlinkat, AT_FDCWD, ARENA, out, 4), 4);
	ck_assert_int_eq(G(NR_readlinkat, AT_FDCWD, ARENA, out, 0), -EINVAL);
	ck_assert_int_eq(G(NR_readlinkat, AT_FDCWD, ARENA, 8, 9), -EFAULT);
	ck_assert_int_eq(G(NR_newfstatat, AT_FDCWD, ARENA, g, 0), 0);
	ck_assert_uint_eq(g->st_ino, h.st_ino);
	ck_assert_int_eq(G(NR_newfstatat, AT_FDCWD, ARENA, g, 0x100), 0);
	ck_assert(S_ISLNK(g->st_mode));
	ck_assert_int_eq(G(NR_openat, AT_FDCWD, ARENA, O_RDWR, 0), -ETXTBSY);
	put(0, "exe");
	ck_assert_int_eq(G(NR_readlinkat, dir, ARENA, out, 100), 9);
	snprintf(name, sizeof(name), "/proc/%d/task/%d/exe", getpid(),
		 getpid());
	put(0, name);
	ck_assert_int_eq(G(NR_readlinkat, AT_FDCWD, ARENA, out, 100), 9);
	ck_assert_str_eq(path_to_host(&ctx, dir, "exe", name), "/bin/true");
	ck_assert_str_eq(path_to_host(&ctx, AT_FDCWD, "x/exe", name), "x/exe");
	close(dir);
}
END_TEST

START_TEST(fdinfo_flags)
{
	char text[512], *at;
	int fd = open("/", O_RDONLY | O_DIRECTORY), info;
	ssize_t n;

	snprintf(text, sizeof(text), "/proc/self/fdinfo/%d", fd);
	info = G(NR_openat, AT_FDCWD, put(0, text), 0, 0);
	ck_assert_int_ge(info, 0);
	n = read(info, text, sizeof(text) - 1);
	ck_assert_int_gt(n, 0);
	text[n] = 0;
	at = strstr(text, "flags:\t");
	ck_assert_ptr_nonnull(at);
	ck_assert_uint_eq(strtoul(at + 7, NULL, 8),
			  a64_open_flags(O_DIRECTORY | 0100000));
	ck_assert_ptr_nonnull(strstr(at, "\nmnt_id:"));
	close(info);
	close(fd);
}
END_TEST

START_TEST(prefix)
{
	char dir[] = "/tmp/test_syscalls_XXXXXX", name[128];
	const char *list[] = { "/nonexistent", dir, NULL };
	int fd;

	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(name, sizeof(name), "%s/usr", dir);
	ck_assert_int_eq(mkdir(name, 0700), 0);
	snprintf(name, sizeof(name), "%s/usr/only-here", dir);
	fd = open(name, O_CREAT | O_RDWR, 0600);
	ck_assert_int_eq(write(fd, "yes", 3), 3);
	close(fd);
	cfg.prefix = list;
	fd = G(NR_openat, AT_FDCWD, put(0, "/usr/only-here"), 0, 0);
	ck_assert_int_ge(fd, 0);
	close(fd);
	fd = G(NR_openat, AT_FDCWD, put(0, "/bin/true"), 0, 0);
	ck_assert_int_ge(fd, 0);
	close(fd);
	cfg.prefix = NULL;
	ck_assert_int_eq(G(NR_openat, AT_FDCWD, put(0, "/usr/only-here"), 0,
			   0), -ENOENT);
	unlink(name);
	snprintf(name, sizeof(name), "%s/usr", dir);
	rmdir(name);
	rmdir(dir);
}
END_TEST

START_TEST(release)
{
	struct utsname { char f[6][65]; } *u = (void *)ARENA;
	char text[256] = "";
	int fd;

	ck_assert_int_eq(G(NR_uname, u), 0);
	ck_assert_str_eq(u->f[4], "aarch64");
	cfg.uname_release = "4.9.1-x";
	ck_assert_int_eq(G(NR_uname, u), 0);
	ck_assert_str_eq(u->f[2], "4.9.1-x");
	fd = G(NR_openat, AT_FDCWD, put(4096, "/proc/version"), 0, 0);
	ck_assert_int_gt(read(fd, text, sizeof(text) - 1), 0);
	ck_assert_ptr_eq(strstr(text, "Linux version 4.9.1-x "), text);
	close(fd);
	fd = G(NR_openat, AT_FDCWD, put(4096, "/proc/sys/kernel/osrelease"), 0,
	       0);
	ck_assert_int_eq(read(fd, text, sizeof(text)), 8);
	ck_assert_mem_eq(text, "4.9.1-x\n", 8);
	close(fd);
	cfg.uname_release = NULL;
}
END_TEST

START_TEST(refused_options)
{
	ck_assert_int_eq(G(NR_prctl, 25, ARENA), -EINVAL);	/* GET_TSC */
	ck_assert_int_eq(G(NR_prctl, 65, 1), -EINVAL);		/* MDWE */
	ck_assert_int_eq(G(NR_prctl, 59, 1), -EINVAL);		/* SUD */
	ck_assert_int_eq(G(NR_prctl, 39), 0);			/* NNP */
}
END_TEST

START_TEST(size_limits)
{
	struct rlimit *g = (void *)ARENA, h;

	*g = (struct rlimit){ 1ull << 40, 1ull << 41 };
	ck_assert_int_eq(G(NR_setrlimit, RLIMIT_AS, g), 0);
	getrlimit(RLIMIT_AS, &h);
	ck_assert_uint_eq(h.rlim_cur, (1ull << 40) + (1 << 20));
	memset(g, 0, sizeof(*g));
	ck_assert_int_eq(G(NR_prlimit64, 0, RLIMIT_AS, 0, g), 0);
	ck_assert_uint_eq(g->rlim_cur, 1ull << 40);
	ck_assert_uint_eq(g->rlim_max, 1ull << 41);
	ck_assert_int_eq(G(NR_setrlimit, RLIMIT_AS, g), 0);
	g->rlim_cur = g->rlim_max + 1;
	ck_assert_int_eq(G(NR_setrlimit, RLIMIT_AS, g), -EINVAL);
	ck_assert_int_eq(G(NR_setrlimit, RLIMIT_AS, 16), -EFAULT);
	ck_assert_int_eq(G(NR_setrlimit, RLIMIT_AS, 0), -EFAULT);
}
END_TEST

/* -- strace -------------------------------------------------------------- */

static char log_name[] = "/tmp/test_syscalls_log_XXXXXX";

/* The last line of the log, without the thread's number. */
static const char *last_line(void)
{
	static char text[65536];
	int fd = open(log_name, O_RDONLY);
	ssize_t n = read(fd, text, sizeof(text) - 1);
	char *line;

	close(fd);
	ck_assert_int_gt(n, 0);
	text[n - 1] = 0;
	line = strrchr(text, '\n');
	return strchr(line ? line : text, ' ') + 1;
}

START_TEST(strace_lines)
{
	close(mkstemp(log_name));
	ck_assert_int_eq(log_open(log_name, false), 0);
	cfg.strace = true;
	G(NR_openat, AT_FDCWD, put(0, "/no\tsuch"), A64_O_DIRECTORY | 0x80000);
	ck_assert_str_eq(last_line(), "openat(AT_FDCWD, \"/no\\tsuch\", "
			 "O_RDONLY|O_DIRECTORY|O_CLOEXEC) = -1 ENOENT "
			 "(No such file or directory)");
	G(NR_openat, AT_FDCWD, 8, O_CREAT | O_WRONLY, 0644);
	ck_assert_str_eq(last_line(), "openat(AT_FDCWD, 0x8, "
			 "O_WRONLY|O_CREAT, 0644) = -1 EFAULT (Bad address)");
	int fd = open("/dev/zero", O_RDONLY);
	char want[256];
	G(NR_read, fd, ARENA, 4);
	snprintf(want, sizeof(want), "read(%d, \"\\0\\0\\0\\0\", 4) = 4", fd);
	ck_assert_str_eq(last_line(), want);
	close(fd);
	G(NR_close, -1);
	ck_assert_str_eq(last_line(),
			 "close(-1) = -1 EBADF (Bad file descriptor)");
	G(NR_getpid);
	snprintf(want, sizeof(want), "getpid() = %d", getpid());
	ck_assert_str_eq(last_line(), want);
	G(123456);
	ck_assert_str_eq(last_line(), "syscall_0x1e240(0, 0, 0, 0, 0, 0) = "
			 "-1 ENOSYS (Function not implemented)");
	/* Every call with awkward arguments: must not crash. */
	for (u64 nr = 0; nr < 472; nr++) {
		const char *name = syscall_name(&sys_abi_a64, nr);
		static const char *const no[] = {
			"vhangup", "reboot", "sync", "setsid", "pause",
			"setreuid", "setregid", "setresuid", "setresgid",
		};
		bool skip = !name;

		for (unsigned i = 0; name && i < ARRAY_LEN(no); i++)
			skip |= !strcmp(name, no[i]);
		if (skip)
			continue;
		G(nr, -1, -1, -1, -1, -1, -1);
		G(nr, -1, ARENA + ARENA_SIZE - 3, -1, ARENA + ARENA_SIZE - 5,
		  ARENA + ARENA_SIZE, 7);
	}
	cfg.strace = false;
	unlink(log_name);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		table_is_seccomps, open_flags, window, window_race,
		guarded_copies, stat_layout, epoll_events, semaphores,
		descriptors, proc_aliases, exe_aliases, fdinfo_flags, prefix,
		release, refused_options, size_limits, strace_lines,
	};
	Suite *s = suite_create("syscalls");
	TCase *tc = tcase_create("syscalls");
	SRunner *sr;
	int failed;

	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_set_timeout(tc, 30);
	for (unsigned i = 0; i < ARRAY_LEN(tests); i++)
		tcase_add_test(tc, tests[i]);
	suite_add_tcase(s, tc);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
