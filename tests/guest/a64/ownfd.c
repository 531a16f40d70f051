// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * There are no descriptors but those that the program has opened: whatever
 * the runner keeps open for itself cannot be seen, used, sent or closed, and
 * makes room when its number is wanted.
 */
#include "check.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/stat.h>

enum { FIRST = 3, ROOM = 16 };
static int last = 1023;

static int send_fd(int to, int fd)
{
	char control[CMSG_SPACE(sizeof(int))] = "", byte = 'x';
	struct iovec iov = { &byte, 1 };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1,
			    .msg_control = control,
			    .msg_controllen = sizeof(control) };
	struct cmsghdr *h = CMSG_FIRSTHDR(&m);

	h->cmsg_level = SOL_SOCKET;
	h->cmsg_type = SCM_RIGHTS;
	h->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(h), &fd, sizeof(fd));
	return sendmsg(to, &m, 0) < 0 && errno == EBADF ? 0 : -1;
}

static int refused(long ret)
{
	return ret == -1 && errno == EBADF;
}

static void try_all(void)
{
	int s[2], ep = epoll_create1(0), bad_call = 0, bad_name = 0;
	int bad_poll = 0, bad_send = 0, bad_select = 0;
	struct timeval now = { 0, 0 };
	struct stat st;
	char name[40], link[100];
	fd_set set;

	socketpair(AF_UNIX, SOCK_STREAM, 0, s);
	for (int fd = s[1] + 1; fd <= last; fd++) {
		struct pollfd p = { fd, POLLIN, 0 };
		struct epoll_event ev = { EPOLLIN, { 0 } };

		bad_call += !refused(fcntl(fd, F_GETFD)) ||
			    !refused(fstat(fd, &st)) || !refused(dup(fd)) ||
			    !refused(close(fd)) || !refused(fchdir(fd)) ||
			    !refused(openat(fd, "x", O_RDONLY)) ||
			    !refused(dup2(fd, FIRST)) ||
			    !refused(epoll_ctl(ep, EPOLL_CTL_ADD, fd, &ev));
		snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
		bad_name += !lstat(name, &st) || open(name, O_RDONLY) >= 0 ||
			    readlink(name, link, sizeof(link)) >= 0;
		bad_poll += poll(&p, 1, 0) != 1 || p.revents != POLLNVAL;
		bad_send += send_fd(s[0], fd);
		FD_ZERO(&set);
		FD_SET(fd, &set);
		bad_select += select(fd + 1, &set, 0, 0, &now) > 0;
	}
	check_eq(bad_call, 0, "no call takes a descriptor that is not ours");
	check_eq(bad_name, 0, "nor are there names of them");
	check_eq(bad_poll, 0, "poll");
	check_eq(bad_select, 0, "select");
	check_eq(bad_send, 0, "SCM_RIGHTS");
	close(s[0]);
	close(s[1]);
	close(ep);
}

static int count_listed(void)
{
	DIR *d = opendir("/proc/self/fd");
	int n = 0;

	while (readdir(d))
		n++;
	closedir(d);
	return n - 2 - 1;
}

static int spawn_self(char **argv)
{
	char *again[] = { argv[0], "again", NULL }, *env[] = { NULL };
	int status = -1;
	pid_t pid;

	if (posix_spawn(&pid, "/proc/self/exe", NULL, NULL, again, env))
		return -1;
	waitpid(pid, &status, 0);
	return status;
}

/* In a child that borrows our memory: its numbers are not ours. */
static int spawn_onto(char **argv)
{
	char *again[] = { argv[0], "again", NULL }, *env[] = { NULL };
	posix_spawn_file_actions_t fa;
	int status = -1;
	pid_t pid;

	posix_spawn_file_actions_init(&fa);
	for (int fd = FIRST; fd <= last; fd++)
		posix_spawn_file_actions_adddup2(&fa, 0, fd);
	if (posix_spawn(&pid, "/proc/self/exe", &fa, NULL, again, env))
		return -1;
	waitpid(pid, &status, 0);
	return status;
}

int main(int argc, char **argv)
{
	struct rlimit rl;
	int bad = 0;

	/* The runner needs some numbers to start a program. */
	getrlimit(RLIMIT_NOFILE, &rl);
	if (rl.rlim_cur < (rlim_t)last + ROOM)
		last = (int)rl.rlim_cur - ROOM;
	if (argc > 1 && !strcmp(argv[1], "again"))
		return 0;
	for (int fd = FIRST; fd <= last; fd++)
		close(fd);
	check_eq(count_listed(), 3, "/proc/self/fd lists what is open");
	try_all();
	check_eq(spawn_onto(argv), 0, "a child takes all the numbers");
	check_eq(spawn_self(argv), 0, "we can still start programs");
	for (int fd = FIRST; fd <= last; fd++)
		bad += dup2(0, fd) != fd;
	check_eq(bad, 0, "dup2 onto every number");
	check_eq(count_listed(), last + 1, "/proc/self/fd lists them");
	check_eq(spawn_self(argv), 0, "a program starts with all of them");
	return check_done();
}
