// SPDX-License-Identifier: LGPL-2.1-or-later
/* Robust and priority-inheriting mutexes whose owner dies. */
#include "check.h"

#include <linux/futex.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <sys/mman.h>
#include <time.h>

static pthread_mutex_t *m;

static void make(int protocol)
{
	pthread_mutexattr_t a;

	pthread_mutexattr_init(&a);
	pthread_mutexattr_setrobust(&a, PTHREAD_MUTEX_ROBUST);
	pthread_mutexattr_setpshared(&a, PTHREAD_PROCESS_SHARED);
	pthread_mutexattr_setprotocol(&a, protocol);
	pthread_mutex_init(m, &a);
}

static int take(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	ts.tv_sec += 5;
	return pthread_mutex_timedlock(m, &ts);
}

static void recovered(const char *what)
{
	check_eq(take(), EOWNERDEAD, what);
	check_eq(pthread_mutex_consistent(m), 0, "  consistent");
	check_eq(pthread_mutex_unlock(m), 0, "  unlock");
	check_eq(take(), 0, "  lock again");
	pthread_mutex_unlock(m);
}

static void *locks(void *arg)
{
	pthread_mutex_lock(m);
	if (arg) {
		sem_post(arg);
		usleep(50000);	/* somebody waits by then */
	}
	return NULL;
}

static int locks_and_exits(void *arg)
{
	pthread_mutex_lock(m);
	if (arg)
		raise((int)(long)arg);
	return 0;
}

static void *locks_and_raw_exits(void *arg)
{
	pthread_mutex_lock(m);
	syscall(SYS_exit, 0);
	return NULL;
}

static void all(int protocol, const char *name)
{
	pthread_t th;
	sem_t sem;

	printf("# %s\n", name);
	make(protocol);
	pthread_create(&th, NULL, locks, NULL);
	pthread_join(th, NULL);
	recovered("thread ended");
	sem_init(&sem, 0, 0);
	pthread_create(&th, NULL, locks, &sem);
	sem_wait(&sem);
	recovered("thread ended, we waited");
	pthread_join(th, NULL);
	pthread_create(&th, NULL, locks_and_raw_exits, NULL);
	pthread_join(th, NULL);
	recovered("thread called exit");
	in_child(locks_and_exits, NULL);
	recovered("process ended");
	in_child(locks_and_exits, (void *)SIGKILL);
	recovered("process was killed");
	in_child(locks_and_exits, (void *)SIGSEGV);
	recovered("process died of a signal");
}

static void lists(void)
{
	void *head = NULL;
	size_t len = 0;

	check_eq(syscall(SYS_get_robust_list, 0, &head, &len), 0,
		 "get_robust_list");
	check(head && len == 24, "  head and length");
	check(syscall(SYS_set_robust_list, head, 23) == -1 && errno == EINVAL,
	      "set_robust_list checks the length");
}

int main(void)
{
	m = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
		 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	lists();
	all(PTHREAD_PRIO_NONE, "normal");
	all(PTHREAD_PRIO_INHERIT, "priority inheritance");
	return check_done();
}
