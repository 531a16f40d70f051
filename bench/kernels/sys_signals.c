/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Signals: raise, handler, return. */
#include <signal.h>

#include "kernel.h"

static volatile uint64_t hits;

static void handler(int sig) { hits += (uint64_t)sig; }

static uint64_t run(unsigned long n)
{
	signal(SIGUSR1, handler);
	for (unsigned long i = 0; i < n * 100; i++)
		raise(SIGUSR1);
	return hits;
}
