/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Two threads: atomic adds, compare-and-swap loops, a mutex. */
#include <pthread.h>
#include <stdatomic.h>

#include "kernel.h"

static _Atomic uint64_t count, stack;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static uint64_t guarded;
static unsigned long rounds;

static void *work(void *arg)
{
	for (unsigned long i = 0; i < rounds * 1000; i++) {
		uint64_t old = atomic_load(&stack);

		atomic_fetch_add(&count, 1);
		while (!atomic_compare_exchange_weak(&stack, &old, old + 3))
			;
		if (!(i & 63)) {
			pthread_mutex_lock(&lock);
			guarded += i & 1;
			pthread_mutex_unlock(&lock);
		}
	}
	return arg;
}

static uint64_t run(unsigned long n)
{
	pthread_t t[2];

	rounds = n;
	for (int i = 0; i < 2; i++)
		pthread_create(&t[i], NULL, work, NULL);
	for (int i = 0; i < 2; i++)
		pthread_join(t[i], NULL);
	return count + stack + guarded;
}
