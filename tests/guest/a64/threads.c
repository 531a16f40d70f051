// SPDX-License-Identifier: LGPL-2.1-or-later
/* Threads: creation, ids, TLS, mutexes, exit of threads and processes. */
#include "check.h"

#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <linux/futex.h>

enum { N = 8, ROUNDS = 20000 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static long counter;
static _Atomic long acounter;
static __thread int tls = 7;
static pthread_barrier_t barrier;
static pid_t tids[N];

static void *count(void *arg)
{
	long i = (long)arg;

	tids[i] = (pid_t)syscall(SYS_gettid);
	tls += (int)i;
	pthread_barrier_wait(&barrier);
	for (int k = 0; k < ROUNDS; k++) {
		pthread_mutex_lock(&lock);
		counter++;
		pthread_mutex_unlock(&lock);
		atomic_fetch_add(&acounter, 1);
	}
	return (void *)(long)tls;
}

static void counters(void)
{
	pthread_t th[N];
	void *ret;
	int ok = 1, distinct = 1;

	pthread_barrier_init(&barrier, NULL, N);
	for (long i = 0; i < N; i++)
		if (pthread_create(&th[i], NULL, count, (void *)i))
			ok = 0;
	check(ok, "create %d threads", N);
	for (long i = 0; i < N; i++) {
		pthread_join(th[i], &ret);
		ok &= (long)ret == 7 + i;
	}
	check(ok, "thread-local variables");
	check_eq(counter, N * ROUNDS, "mutex protects a counter");
	check_eq(acounter, N * ROUNDS, "atomic counter");
	for (int i = 0; i < N; i++)
		for (int k = 0; k < i; k++)
			distinct &= tids[i] != tids[k] && tids[i] != getpid();
	check(distinct, "thread ids are distinct");
}

static void *nothing(void *arg)
{
	return arg;
}

static void many(void)
{
	int ok = 1;

	for (long i = 0; i < 300; i++) {
		pthread_t th;
		void *ret = NULL;

		ok &= !pthread_create(&th, NULL, nothing, (void *)i);
		pthread_join(th, &ret);
		ok &= (long)ret == i;
	}
	check(ok, "300 threads one after the other");
}

static int thread_count(void)
{
	char line[100];
	int n = -1;
	FILE *f = fopen("/proc/self/status", "r");

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "Threads: %d", &n) == 1)
			break;
	if (f)
		fclose(f);
	return n;
}

static sem_t sem, go;

static void *detached(void *arg)
{
	sem_wait(&go);
	sem_post(&sem);
	return NULL;
}

static void numbers(void)
{
	pthread_t th[3];

	check_eq(thread_count(), 1, "Threads: 1 at first");
	sem_init(&sem, 0, 0);
	sem_init(&go, 0, 0);
	for (int i = 0; i < 3; i++) {
		pthread_create(&th[i], NULL, detached, NULL);
		pthread_detach(th[i]);
	}
	check_eq(thread_count(), 4, "Threads: 4 with three more");
	for (int i = 0; i < 3; i++)
		sem_post(&go);
	for (int i = 0; i < 3; i++)
		sem_wait(&sem);
	for (int i = 0; i < 1000 && thread_count() > 1; i++)
		usleep(1000);
	check_eq(thread_count(), 1, "Threads: 1 again");
}

static void *exits_later(void *arg)
{
	usleep(20000);
	_exit(42);
}

static void *ends_later(void *arg)
{
	usleep(20000);
	syscall(SYS_exit, 5);
	return NULL;
}

static int main_leaves(void *arg)
{
	pthread_t th;

	pthread_create(&th, NULL, exits_later, NULL);
	pthread_exit(NULL);
}

static int main_raw_exit(void *arg)
{
	pthread_t th;

	pthread_create(&th, NULL, ends_later, NULL);
	syscall(SYS_exit, 5);
	return 0;
}

static int group_exit(void *arg)
{
	pthread_t th;

	for (int i = 0; i < 4; i++)
		pthread_create(&th, NULL, (void *(*)(void *))pause, NULL);
	pthread_create(&th, NULL, exits_later, NULL);
	pthread_join(th, NULL);
	return 1;
}

static int thread_exits_after_fork(void *arg)
{
	pthread_exit(NULL);	/* the last thread: exit(0) */
}

static void *forker(void *arg)
{
	return (void *)(long)in_child(thread_exits_after_fork, NULL);
}

static void ends(void)
{
	pthread_t th;
	void *ret;

	check_eq(in_child(main_leaves, NULL), 42 << 8,
		 "exit by a thread after the main thread left");
	check_eq(in_child(main_raw_exit, NULL), 5 << 8,
		 "exit code of the last thread");
	check_eq(in_child(group_exit, NULL), 42 << 8, "exit_group from a thread");
	pthread_create(&th, NULL, forker, NULL);
	pthread_join(th, &ret);
	check_eq((long)ret, 0, "pthread_exit in a forked child of a thread");
}

static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static int turn;

static void *ping(void *arg)
{
	int me = (int)(long)arg;

	pthread_mutex_lock(&lock);
	for (int i = 0; i < 500; i++) {
		while (turn != me)
			pthread_cond_wait(&cond, &lock);
		turn = !me;
		pthread_cond_broadcast(&cond);
	}
	pthread_mutex_unlock(&lock);
	return NULL;
}

static void *cancelled(void *arg)
{
	for (;;)
		pause();
	return NULL;
}

static void conditions(void)
{
	pthread_t a, b;
	void *ret;

	pthread_create(&a, NULL, ping, (void *)0);
	pthread_create(&b, NULL, ping, (void *)1);
	pthread_join(a, NULL);
	pthread_join(b, NULL);
	check_eq(turn, 0, "condition variable ping-pong");
	pthread_create(&a, NULL, cancelled, NULL);
	usleep(10000);
	pthread_cancel(a);
	pthread_join(a, &ret);
	check(ret == PTHREAD_CANCELED, "pthread_cancel (signal 32)");
}

static void *set_ids(void *arg)
{
	return (void *)(long)(setgid(getgid()) | setuid(getuid()));
}

int main(void)
{
	pthread_t th;
	void *ret;

	numbers();
	counters();
	many();
	ends();
	conditions();
	pthread_create(&th, NULL, set_ids, NULL);
	pthread_join(th, &ret);
	check(!ret, "setuid in all threads (signal 33)");
	return check_done();
}
