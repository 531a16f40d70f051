/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lockstep of host code against the IR interpreter; see lockstep.h. */
#include "translate/lockstep.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "translate/ir_interp.h"
#include "translate/sem.h"

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

static void NORETURN report(const struct ir *ir, const char *what,
			    const union v128 *want, const union v128 *got)
{
	log_printf("dragoman: lockstep: %s is %016" PRIx64 "%016" PRIx64
		   ", interpreter says %016" PRIx64 "%016" PRIx64 "\n", what,
		   got->d[1], got->d[0], want->d[1], want->d[0]);
	ir_print(ir, log_file());
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

static void check_stores(const struct interp_frame *f)
{
	for (unsigned k = 0; k < f->nstores; k++) {
		const struct interp_store *s = &f->store[k];
		union v128 a = { .d = { 0, 0 } }, b = { .d = { 0, 0 } };

		memcpy(&a, f->stored[k], s->size);
		memcpy(&b, (const void *)(uintptr_t)s->addr, s->size);
		if (memcmp(&a, &b, 16))
			report(&f->ir, "memory", &a, &b);
	}
}

/*
 * A helper may read the clock or change more than its cpu: running it twice
 * would compare chance.
 */
static bool calls_helper(const struct ir *ir)
{
	for (unsigned i = 1; i < ir->ninst; i++)
		if (ir->inst[i].op == IR_HELPER)
			return true;
	return false;
}

/* The interpreter's run on a copy of the cpu; its stores are taken back. */
static unsigned run_reference(struct tctx *t, struct cpu *ref,
			      const struct block *b)
{
	struct interp_frame *f = ref->interp;
	unsigned reason;

	pthread_mutex_lock(&t->lock);
	reason = lift_block(t, &f->ir, b->pc, b->mode, b->ninsns);
	pthread_mutex_unlock(&t->lock);
	if (!reason && calls_helper(&f->ir))
		return EXEC_NONE;
	f->log_stores = true;
	if (!reason)
		reason = ir_interp(ref, &f->ir);
	for (unsigned k = 0; k < f->nstores; k++)
		memcpy(f->stored[k], (void *)(uintptr_t)f->store[k].addr,
		       f->store[k].size);
	undo_stores(f);
	return reason;
}

/*
 * Arm finds out whether a result is tiny before rounding it, the host's FP
 * unit after: one that rounds up to the smallest normal number raises
 * underflow in the interpreter only.
 */
static void forgive_tininess(struct cpu *ref, const struct cpu *cpu)
{
	if ((ref->fpsr & ~cpu->fpsr) == FPSR_UFC && cpu->fpsr & FPSR_IXC)
		ref->fpsr &= ~(u32)FPSR_UFC;
}

unsigned lockstep_block(struct tctx *t, struct cpu *cpu, struct block *b)
{
	struct cpu *ref;
	union v128 want = { .d = { 0, 0 } }, got = { .d = { 0, 0 } };
	const char *what;
	unsigned r1, r2;

	if (interp_prepare(cpu))
		return EXEC_UNDEF;
	ref = &cpu->interp->ref;
	fpsr_sync(cpu);
	memcpy(ref, cpu, offsetof(struct cpu, jcache));
	r1 = run_reference(t, ref, b);
	fpcr_changed(cpu);	/* a helper may have changed the host's FP state */
	host_backend->forget_returns(cpu);
	r2 = host_backend->enter(cpu, block_entry(t, b));
	if (r2 == EXEC_LINK) {
		block_exit_taken(t, cpu);
		r2 = EXEC_LOOKUP;
	}
	fpsr_sync(cpu);
	if (r2 == EXEC_INTERRUPT || r1 == EXEC_NONE)
		return r2;
	if (r2 == EXEC_FAULT && cpu->fault_info & FAULT_REDO) {
		r2 = exec_redo(t, cpu);
		/* The reference may have gone on where host code stopped. */
		if (r1 != r2 || ref->pc != cpu->pc)
			return r2;
		fpsr_sync(cpu);
	}
	if (r1 != r2) {
		want.d[0] = r1;
		got.d[0] = r2;
		report(&cpu->interp->ir, "exit reason", &want, &got);
	}
	forgive_tininess(ref, cpu);
	what = lockstep_compare(ref, cpu, &want, &got);
	if (what)
		report(&cpu->interp->ir, what, &want, &got);
	check_stores(cpu->interp);
	return r2;
}
