// SPDX-License-Identifier: LGPL-2.1-or-later
/* Descriptors: duplication, flags, locks, pipes, memfd, fdinfo. */
#include "sys.h"

#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/uio.h>
#include <linux/close_range.h>

static void duplicates(void)
{
	int fd = open("/dev/null", O_RDWR);

	T(dup(-1));
	V(dup(fd) == fd + 1);
	T(dup3(fd, 20, O_CLOEXEC));
	T(fcntl(20, F_GETFD));
	T(fcntl(20, F_SETFD, 0));
	T(fcntl(20, F_GETFD));
	T(S(dup3, fd, fd, 0));
	T(S(dup3, fd, -1, 0));
	T(S(dup3, fd, 21, O_NONBLOCK));
	T(fcntl(fd, F_DUPFD, 30));
	T(fcntl(fd, F_DUPFD_CLOEXEC, 30));
	T(fcntl(fd, F_DUPFD, -1));
	T(fcntl(fd, 9999));
	T(fcntl(-1, F_GETFD));
	T(S(close_range, 20, 40, 0));
	T(fcntl(30, F_GETFD));
	T(S(close_range, 5, 4, 0));
	T(S(close_range, 20, ~0u, CLOSE_RANGE_CLOEXEC));
	T(S(close_range, 20, ~0u, 0x80));
	T(close(fd));
	T(close(fd));
	T(close(fd + 1));
}

static void everything_closed(void)
{
	if (!fork()) {
		char c;

		/* The runner must live on. */
		T(S(close_range, 3, ~0u, 0));
		for (int i = 3; i < 2000; i++)
			close(i);
		V(open("/dev/null", O_RDONLY));
		V(read(3, &c, 1));
		fflush(stdout);
		_exit(0);
	}
	wait(NULL);
}

static void locks(void)
{
	int fd = make_file("f", "0123456789"), status;
	struct flock l = { .l_type = F_WRLCK, .l_start = 2, .l_len = 3 };

	T(fcntl(fd, F_SETLK, &l));
	fflush(stdout);
	if (!fork()) {
		struct flock g = { .l_type = F_RDLCK };

		T(fcntl(fd, F_GETLK, &g));
		V(g.l_type == F_WRLCK && g.l_start == 2 && g.l_len == 3 &&
		  g.l_pid == getppid());
		g = (struct flock){ .l_type = F_RDLCK };
		T(fcntl(fd, F_SETLK, &g));
		fflush(stdout);
		_exit(0);
	}
	wait(&status);
	l = (struct flock){ .l_type = F_WRLCK };
	T(fcntl(fd, F_OFD_SETLK, &l));
	T(fcntl(fd, F_SETLK, BAD));
	T(flock(fd, LOCK_EX | LOCK_NB));
	T(flock(fd, LOCK_UN));
	T(flock(fd, 99));
	close(fd);
	unlink("f");
}

static void pipes(void)
{
	int p[2], n = 0;
	char buf[16];

	T(pipe2(p, O_NONBLOCK | O_CLOEXEC));
	T(fcntl(p[0], F_GETFD));
	V(!!(fcntl(p[0], F_GETFL) & O_NONBLOCK));
	T(read(p[0], buf, 1));
	T(write(p[1], "hello", 5));
	T(ioctl(p[0], FIONREAD, &n));
	V(n);
	T(ioctl(p[0], FIONREAD, BAD));
	T(ioctl(p[0], TIOCGWINSZ, buf));
	T(ioctl(p[0], FIONBIO, (n = 0, &n)));
	V(!!(fcntl(p[0], F_GETFL) & O_NONBLOCK));
	T(fcntl(p[0], F_SETPIPE_SZ, 8192));
	T(fcntl(p[0], F_GETPIPE_SZ));
	close(p[0]);
	signal(SIGPIPE, SIG_IGN);
	T(write(p[1], "x", 1));
	close(p[1]);
	T(pipe2(p, O_DIRECT));
	V(!!(fcntl(p[1], F_GETFL) & O_DIRECT));
	T(write(p[1], "abc", 3));
	T(write(p[1], "de", 2));
	T(read(p[0], buf, 16));
	T(read(p[0], buf, 16));
	T(pipe2(p, O_DIRECTORY));
	T(S(pipe2, BAD, 0));
}

static void memory_files(void)
{
	int fd = memfd_create("name", MFD_ALLOW_SEALING | MFD_CLOEXEC), ev;
	uint64_t v = 5;
	char buf[64] = "", link[64] = "";

	OK(fd);
	T(ftruncate(fd, 4096));
	T(fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW));
	T(fcntl(fd, F_GET_SEALS));
	T(ftruncate(fd, 8192));
	T(ftruncate(fd, 100));
	snprintf(buf, sizeof(buf), "/proc/self/fd/%d", fd);
	T(readlink(buf, link, sizeof(link)));
	printf("%.20s\n", link);
	T(S(memfd_create, "x", 0x4000));
	T(S(memfd_create, BAD, 0));
	ev = eventfd(3, EFD_NONBLOCK | EFD_SEMAPHORE);
	OK(ev);
	T(write(ev, &v, 8));
	T(read(ev, &v, 8));
	V(v);
	T(read(ev, &v, 4));
	T(S(eventfd2, 0, 0x100));
	close(ev);
	close(fd);
}

static void info(void)
{
	char name[64], text[512] = "", *at;
	int fd = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC), i;

	snprintf(name, sizeof(name), "/proc/self/fdinfo/%d", fd);
	i = open(name, O_RDONLY);
	T(read(i, text, sizeof(text) - 1) > 0);
	at = strstr(text, "flags:");
	/* O_LARGEFILE too: the kernel's, not the C library's. */
	V(at && !!(strtol(at + 6, NULL, 8) & O_DIRECTORY));
	V(at && !(strtol(at + 6, NULL, 8) & O_NOFOLLOW));
	V(at && !!(strtol(at + 6, NULL, 8) & O_CLOEXEC));
	close(i);
	close(fd);
}

int main(void)
{
	enter_dir();
	setvbuf(stdout, NULL, _IOFBF, 65536);
	duplicates();
	fflush(stdout);
	everything_closed();
	locks();
	pipes();
	memory_files();
	info();
	return 0;
}
