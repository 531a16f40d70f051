/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lockstep of host code against the IR interpreter; see lockstep.h. */
#include "translate/lockstep.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "translate/ir_interp.h"

static const char *differ(const char *name, u64 x, u64 y, union v128 *a,
			  union v128 *b)
{
	a->d[0] = x;
	b->d[0] = y;
	a->d[1] = b->d[1] = 0;
	return name;
}

const char *lockstep_compare(const struct cpu *x, const struct cpu *y,
			     union v128 *a, union v128 *b)
{
	static char name[16];

	for (unsigned i = 0; i < 32; i++) {
		if (x->r[i] != y->r[i]) {
			snprintf(name, sizeof(name), "x%u", i);
			return differ(name, x->r[i], y->r[i], a, b);
		}
		if (memcmp(&x->v[i], &y->v[i], 16)) {
			snprintf(name, sizeof(name), "v%u", i);
			*a = x->v[i];
			*b = y->v[i];
			return name;
		}
	}
	if (x->pc != y->pc)
		return differ("pc", x->pc, y->pc, a, b);
	if (flags_to_nzcv(x->flags) != flags_to_nzcv(y->flags))
		return differ("nzcv", flags_to_nzcv(x->flags),
			      flags_to_nzcv(y->flags), a, b);
	if (x->fpcr != y->fpcr)
		return differ("fpcr", x->fpcr, y->fpcr, a, b);
	if (x->fpsr != y->fpsr)
		return differ("fpsr", x->fpsr, y->fpsr, a, b);
	return NULL;
}

static void report(struct tctx *t, const char *what, const union v128 *want,
		   const union v128 *got)
{
	log_printf("dragoman: lockstep: %s is %016" PRIx64 "%016" PRIx64
		   ", interpreter says %016" PRIx64 "%016" PRIx64 "\n", what,
		   got->d[1], got->d[0], want->d[1], want->d[0]);
	ir_print(t->ir, log_file());
	fflush(log_file());
	abort();
}

/* Put back what the interpreter's run stored. */
static void undo_stores(const struct interp_frame *f)
{
	for (unsigned n = f->nstores; n-- > 0; )
		memcpy((void *)(uintptr_t)f->store[n].addr, f->store[n].before,
		       f->store[n].size);
}

static void check_stores(struct tctx *t, const struct interp_frame *f,
			 unsigned n, const u8 *after)
{
	for (unsigned k = 0; k < n; k++) {
		const struct interp_store *s = &f->store[k];
		union v128 a = { .d = { 0, 0 } }, b = { .d = { 0, 0 } };

		memcpy(&a, after + k * 16, s->size);
		memcpy(&b, (const void *)(uintptr_t)s->addr, s->size);
		if (memcmp(&a, &b, 16))
			report(t, "memory", &a, &b);
	}
}

unsigned lockstep_block(struct tctx *t, struct cpu *cpu, struct block *b)
{
	static struct cpu ref;
	static u8 after[INTERP_MAX_STORES * 16];
	union v128 want, got;
	const char *what;
	unsigned r1, r2, n;

	pthread_mutex_lock(&t->lock);
	lift_block(t, t->ir, b->pc, b->mode, b->ninsns);
	fpsr_sync(cpu);
	memcpy(&ref, cpu, offsetof(struct cpu, jcache));
	if (ref.interp)
		ref.interp->log_stores = true;
	r1 = ir_interp(&ref, t->ir);
	ref.interp->log_stores = true;
	cpu->interp = ref.interp;
	n = ref.interp->nstores;
	for (unsigned k = 0; k < n; k++)
		memcpy(after + k * 16, (void *)(uintptr_t)
		       ref.interp->store[k].addr, ref.interp->store[k].size);
	undo_stores(ref.interp);
	pthread_mutex_unlock(&t->lock);
	host_backend->forget_returns(cpu);
	r2 = host_backend->enter(cpu, block_entry(t, b));
	if (r2 == EXEC_LINK)
		r2 = EXEC_LOOKUP;
	fpsr_sync(cpu);
	pthread_mutex_lock(&t->lock);
	lift_block(t, t->ir, b->pc, b->mode, b->ninsns);
	pthread_mutex_unlock(&t->lock);
	if (r1 != r2 && r2 != EXEC_INTERRUPT) {
		want.d[0] = r1;
		got.d[0] = r2;
		want.d[1] = got.d[1] = 0;
		report(t, "exit reason", &want, &got);
	}
	what = lockstep_compare(&ref, cpu, &want, &got);
	if (what)
		report(t, what, &want, &got);
	check_stores(t, ref.interp, n, after);
	return r2;
}
