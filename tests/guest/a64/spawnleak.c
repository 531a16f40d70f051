// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Rounds of fork+exec, vfork+exec and posix_spawn, of programs that exist
 * and that do not.  After a few rounds to warm up, and at the end, it says
 * so and waits for a line of input, so that whoever started it can compare
 * what it uses (tests/cli/spawn.sh).
 *
 *	spawnleak ROUNDS
 */
#include "check.h"

#include <spawn.h>

extern char **environ;

static void stop(const char *where)
{
	char line[16];

	printf("%s %d\n", where, (int)getpid());
	fflush(stdout);
	if (!fgets(line, sizeof(line), stdin))
		exit(2);
}

static int status_of(pid_t pid)
{
	int status = -1;

	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return -1;
	return status;
}

static int round_trip(char *self)
{
	char *child[] = { self, "child", NULL }, *none[] = { "none", NULL };
	int bad = 0;
	pid_t pid;

	pid = fork();
	if (!pid) {
		execv(self, child);
		_exit(1);
	}
	bad += status_of(pid) != 7 << 8;
	pid = fork();
	if (!pid) {
		execv("/nonexistent", none);
		_exit(errno == ENOENT ? 3 : 1);
	}
	bad += status_of(pid) != 3 << 8;
	pid = vfork();
	if (!pid) {
		execv("/nonexistent", none);
		_exit(errno == ENOENT ? 3 : 1);
	}
	bad += status_of(pid) != 3 << 8;
	bad += posix_spawn(&pid, self, NULL, NULL, child, environ) != 0;
	bad += status_of(pid) != 7 << 8;
	bad += posix_spawn(&pid, "/nonexistent", NULL, NULL, none, environ) !=
	       ENOENT;
	return bad;
}

int main(int argc, char **argv)
{
	int rounds, bad = 0;

	if (argc != 2)
		return 2;
	if (!strcmp(argv[1], "child"))
		return 7;
	rounds = atoi(argv[1]);
	for (int i = 0; i < 20; i++)
		bad += round_trip(argv[0]);
	stop("warm");
	for (int i = 0; i < rounds; i++)
		bad += round_trip(argv[0]);
	stop("done");
	printf("failures %d\n", bad);
	return bad != 0;
}
