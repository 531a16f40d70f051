// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Everything at once for a number of seconds: eight threads that count, lock,
 * map, fault, write code and run it, fork and vfork, and signal each other.
 *
 *	stress [seconds [seed]]
 */
#include "check.h"

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/mman.h>
#include <time.h>

enum { THREADS = 8, JIT_SLOTS = 16 };

struct worker {
	pthread_t th;
	uint64_t rng;
	_Atomic long signals;
	long rounds, faults, errors;
	const char *what;		/* first error */
	sigjmp_buf jmp;
	volatile int expect_fault;
	void *alt;
};

static struct worker worker[THREADS];
static __thread struct worker *self;
static _Atomic int stop;
static _Atomic long atomic_sum, locked_ops;
static long locked_sum, locked_check;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static uint32_t *jit;

static uint64_t rnd(struct worker *w)
{
	w->rng ^= w->rng << 13;
	w->rng ^= w->rng >> 7;
	w->rng ^= w->rng << 17;
	return w->rng;
}

static void bad(struct worker *w, const char *what)
{
	if (!w->errors++)
		w->what = what;
}

static void on_usr1(int signo, siginfo_t *si, void *uc)
{
	if (self)
		atomic_fetch_add(&self->signals, 1);
}

static void on_segv(int signo, siginfo_t *si, void *uc)
{
	if (!self || !self->expect_fault) {
		static const char msg[] = "unexpected fault\n";

		if (write(2, msg, sizeof(msg) - 1))
			_exit(99);
	}
	self->expect_fault = 0;
	siglongjmp(self->jmp, 1);
}

/* -- What a worker does ---------------------------------------------------- */

static void counts(struct worker *w)
{
	for (int i = 0; i < 200; i++) {
		atomic_fetch_add(&atomic_sum, 1);
		pthread_mutex_lock(&lock);
		locked_sum++;
		locked_check += 3;
		if (locked_sum * 3 != locked_check)
			bad(w, "mutex");
		pthread_mutex_unlock(&lock);
		atomic_fetch_add(&locked_ops, 1);
	}
}

static void maps(struct worker *w)
{
	size_t len = 4096 * (1 + rnd(w) % 16);
	volatile char *p = mmap(NULL, len, PROT_READ | PROT_WRITE,
				MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED) {
		bad(w, "mmap");
		return;
	}
	for (size_t i = 0; i < len; i += 4096)
		p[i] = (char)i;
	mprotect((void *)p, len, PROT_READ);
	w->expect_fault = 1;
	if (!sigsetjmp(w->jmp, 1)) {
		p[len - 1] = 1;
		bad(w, "no fault on a read-only page");
	}
	w->faults++;
	mprotect((void *)p, len, PROT_READ | PROT_WRITE);
	p[len - 1] = 5;
	if (p[len - 1] != 5)
		bad(w, "memory");
	munmap((void *)p, len);
}

/* Each worker owns some slots; neighbours share pages and cache lines. */
static void jits(struct worker *w)
{
	unsigned n = (unsigned)(w - worker);

	for (int i = 0; i < 20; i++) {
		unsigned slot = n + THREADS * (unsigned)(rnd(w) % JIT_SLOTS);
		uint32_t *at = jit + slot * 4, v = rnd(w) & 0xffff;

#ifdef __aarch64__
		at[0] = 0x52800000 | v << 5;	/* mov w0, #v */
		at[1] = 0xd65f03c0;		/* ret */
#else
		uint8_t *b = (uint8_t *)at;

		b[0] = 0xb8;
		memcpy(b + 1, &v, 4);
		b[5] = 0xc3;
#endif
		__builtin___clear_cache((char *)at, (char *)(at + 2));
		if (((uint32_t (*)(void))at)() != v)
			bad(w, "stale code");
	}
}

static void forks(struct worker *w)
{
	int status = 0, code = (int)(rnd(w) & 127);
	pid_t pid = fork();

	if (!pid) {
		free(malloc(100));
		jits(w);
		_exit(w->errors ? 255 : code);
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (status != code << 8)
		bad(w, "fork");
	pid = vfork();
	if (!pid)
		_exit(code);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (status != code << 8)
		bad(w, "vfork");
}

static void *short_lived(void *arg)
{
	atomic_fetch_add(&atomic_sum, 1);
	return arg;
}

static void threads(struct worker *w)
{
	pthread_t th;
	void *ret = NULL;

	if (pthread_create(&th, NULL, short_lived, w)) {
		bad(w, "pthread_create");
		return;
	}
	pthread_join(th, &ret);
	if (ret != w)
		bad(w, "pthread_join");
	atomic_fetch_sub(&atomic_sum, 1);
}

static void sleeps(struct worker *w)
{
	struct timespec ts = { 0, 200000 };

	clock_nanosleep(CLOCK_MONOTONIC, 0, &ts, NULL);
	clock_gettime(CLOCK_REALTIME, &ts);
	ts.tv_nsec += 500000;
	if (ts.tv_nsec >= 1000000000) {
		ts.tv_nsec -= 1000000000;
		ts.tv_sec++;
	}
	pthread_mutex_lock(&lock);
	pthread_cond_timedwait(&cond, &lock, &ts);
	pthread_mutex_unlock(&lock);
	pthread_cond_signal(&cond);
}

static void kicks(struct worker *w)
{
	for (int i = 0; i < 5; i++)
		pthread_kill(worker[rnd(w) % THREADS].th, SIGUSR1);
}

static void *work(void *arg)
{
	static void (*const job[])(struct worker *) = {
		counts, counts, maps, maps, jits, jits, kicks, kicks, threads,
		sleeps, forks
	};
	struct worker *w = arg;
	stack_t ss = { .ss_sp = w->alt, .ss_size = 65536 };

	self = w;
	if (rnd(w) & 1)
		sigaltstack(&ss, NULL);
	while (!stop) {
		job[rnd(w) % (sizeof(job) / sizeof(job[0]))](w);
		w->rounds++;
	}
	/* The others may still send signals to it. */
	while (stop < 2)
		usleep(1000);
	return NULL;
}

static void install(int signo, void *handler)
{
	struct sigaction sa = { .sa_sigaction = handler,
				.sa_flags = SA_SIGINFO | SA_ONSTACK |
					    SA_RESTART };

	sigaction(signo, &sa, NULL);
}

int main(int argc, char **argv)
{
	int seconds = argc > 1 ? atoi(argv[1]) : 2;
	uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 0) : 12345;
	long rounds = 0, faults = 0, signals = 0;

	jit = mmap(NULL, THREADS * JIT_SLOTS * 16,
		   PROT_READ | PROT_WRITE | PROT_EXEC,
		   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	install(SIGUSR1, on_usr1);
	install(SIGSEGV, on_segv);
	for (int i = 0; i < THREADS; i++) {
		worker[i].rng = seed + (uint64_t)i * 0x9e3779b97f4a7c15ull;
		worker[i].alt = malloc(65536);
		worker[i].th = pthread_self();	/* until it has its own */
	}
	for (int i = 0; i < THREADS; i++)
		if (pthread_create(&worker[i].th, NULL, work, &worker[i]))
			return 1;
	usleep((useconds_t)seconds * 1000000);
	stop = 1;
	usleep(200000);
	stop = 2;
	for (int i = 0; i < THREADS; i++) {
		struct worker *w = &worker[i];

		pthread_join(w->th, NULL);
		check(!w->errors, "thread %d: %s", i,
		      w->errors ? w->what : "no errors");
		rounds += w->rounds;
		faults += w->faults;
		signals += w->signals;
	}
	check_eq(atomic_sum, locked_ops, "atomic counter");
	check_eq(locked_sum, locked_ops, "locked counter");
	check(rounds && faults && signals, "all of it happened");
	fprintf(stderr, "# %ld rounds, %ld faults, %ld signals\n", rounds,
		faults, signals);
	return check_done();
}
