// SPDX-License-Identifier: LGPL-2.1-or-later
/* vfork, posix_spawn and other processes that share memory. */
#include "check.h"

#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>

extern char **environ;
static volatile int value, handled;

static void vforks(void)
{
	int status, ok = 1;
	pid_t pid;

	value = 1;
	pid = vfork();
	if (!pid) {
		value = 2;
		_exit(3);
	}
	check_eq(value, 2, "the child's write is seen");
	waitpid(pid, &status, 0);
	check_eq(status, 3 << 8, "status");
	for (int i = 0; i < 200; i++) {
		pid = vfork();
		if (!pid) {
			value = i;
			_exit(i & 127);
		}
		ok &= value == i;
		waitpid(pid, &status, 0);
		ok &= status == (i & 127) << 8;
	}
	check(ok, "200 times");
	pid = vfork();
	if (!pid) {
		execl("/nonexistent", "x", (char *)NULL);
		value = errno;
		_exit(4);
	}
	check_eq(value, ENOENT, "errno of a failed exec");
	waitpid(pid, &status, 0);
	pid = vfork();
	if (!pid) {
		execl("/bin/sh", "sh", "-c", "exit 5", (char *)NULL);
		_exit(6);
	}
	waitpid(pid, &status, 0);
	check_eq(status, 5 << 8, "vfork and exec");
}

static void spawns(void)
{
	char *argv[] = { "sh", "-c", "exit 7", NULL };
	pid_t pid;
	int status;

	check_eq(posix_spawn(&pid, "/nonexistent", NULL, NULL, argv, environ),
		 ENOENT, "posix_spawn reports ENOENT");
	check_eq(posix_spawn(&pid, "/etc", NULL, NULL, argv, environ),
		 EACCES, "posix_spawn reports EACCES");
	check_eq(posix_spawnp(&pid, "sh", NULL, NULL, argv, environ), 0,
		 "posix_spawnp");
	waitpid(pid, &status, 0);
	check_eq(status, 7 << 8, "status");
	check_eq(system("exit 8"), 8 << 8, "system");
}

static void on_signal(int signo)
{
	handled = getpid();
}

/* The child's handlers and signals are its own. */
static void signals_apart(void)
{
	struct sigaction sa;
	int status;
	pid_t pid;

	signal(SIGUSR1, on_signal);
	pid = vfork();
	if (!pid) {
		raise(SIGUSR1);
		value = handled == getpid();
		signal(SIGUSR1, SIG_IGN);
		signal(SIGUSR2, SIG_IGN);
		_exit(0);
	}
	check_eq(value, 1, "handler in the child");
	waitpid(pid, &status, 0);
	sigaction(SIGUSR1, NULL, &sa);
	check(sa.sa_handler == on_signal, "the parent's handler is untouched");
	sigaction(SIGUSR2, NULL, &sa);
	check(sa.sa_handler == SIG_DFL, "  and its default too");
	raise(SIGUSR1);
	check_eq(handled, getpid(), "handler in the parent");
	pid = vfork();
	if (!pid)
		*(volatile int *)8 = 1;
	waitpid(pid, &status, 0);
	check(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV,
	      "a fault kills the child only");
}

static void memory(void)
{
	static char *volatile p;
	int status;
	pid_t pid = vfork();

	if (!pid) {
		p = mmap(NULL, 8192, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		p[4096] = 5;
		_exit(0);
	}
	check(p[4096] == 5, "the child's mapping stays");
	waitpid(pid, &status, 0);
	munmap(p, 8192);
	pid = vfork();
	if (!pid) {
		close(0);
		dup(1);
		_exit(fcntl(50, F_GETFD) == -1);
	}
	waitpid(pid, &status, 0);
	check(status == 1 << 8, "descriptors are its own");
}

static int with_stack(void *arg)
{
	*(volatile int *)arg = (int)getpid();
	return 12;
}

static int waits_first(void *arg)
{
	while (!*(volatile int *)arg)
		usleep(1000);
	value = 99;
	return 13;
}

static void clone_vm(void)
{
	static volatile int word;
	char *stack = malloc(65536);
	int status;
	pid_t pid;

	pid = clone(with_stack, stack + 65536, CLONE_VM | CLONE_VFORK | SIGCHLD,
		    (void *)&word);
	check(pid > 0 && word == pid, "CLONE_VM|CLONE_VFORK with a stack");
	waitpid(pid, &status, 0);
	check_eq(status, 12 << 8, "status");
	word = value = 0;
	pid = clone(waits_first, stack + 65536, CLONE_VM | SIGCHLD,
		    (void *)&word);
	check(pid > 0 && !value, "CLONE_VM alone: the parent goes on");
	word = 1;
	check_eq(waitpid(pid, &status, 0), pid, "  wait");
	check(status == 13 << 8 && value == 99, "  status and memory");
	free(stack);
}

static void *spawner(void *arg)
{
	long bad = 0;

	for (int i = 0; i < 20; i++) {
		int status;
		pid_t pid = vfork();

		if (!pid)
			_exit(i);
		waitpid(pid, &status, 0);
		bad += status != i << 8;
	}
	return (void *)bad;
}

static void among_threads(void)
{
	pthread_t th[4];
	void *ret;
	long bad = 0;

	for (int i = 0; i < 4; i++)
		pthread_create(&th[i], NULL, spawner, NULL);
	for (int i = 0; i < 4; i++) {
		pthread_join(th[i], &ret);
		bad += (long)ret;
	}
	check_eq(bad, 0, "vfork in four threads");
}

int main(void)
{
	vforks();
	spawns();
	signals_apart();
	memory();
	clone_vm();
	among_threads();
	return check_done();
}
