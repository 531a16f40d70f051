/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The run loop: finds or makes the block at the cpu's pc, enters it, links
 * exits that asked for it, and returns when the layer above is needed.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/log.h"
#include "translate/block.h"
#include "translate/helper.h"
#include "translate/ir_interp.h"
#include "translate/lockstep.h"

enum { DEFAULT_CODE_SIZE = 128 << 20 };

/* -- Contexts and cpus ----------------------------------------------------- */

static u64 helper_unknown(struct cpu *cpu, u64 a, u64 b)
{
	return 0;
}

exec_helper_fn *helper_get(const struct tctx *t, unsigned n)
{
	return n < HELPER_SLOTS ? t->helper[n] : helper_unknown;
}

static void fill_helpers(struct tctx *t)
{
	const struct guest_isa *isa = t->cfg.isa;

	for (unsigned n = 0; n < HELPER_SLOTS; n++) {
		exec_helper_fn *fn = NULL;

		if (n < HELPER_GUEST0)
			fn = t->cfg.user_helper[n];
		else if (n - HELPER_GUEST0 < isa->nhelper)
			fn = isa->helper[n - HELPER_GUEST0];
		t->helper[n] = fn ? fn : helper_unknown;
	}
}

struct tctx *tctx_new(const struct tctx_config *cfg)
{
	/* Large tables, of which a short program touches little. */
	struct tctx *t = mmap(NULL, sizeof(*t), PROT_READ | PROT_WRITE,
			      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
			      -1, 0);
	u32 len = 0;

	if (t == MAP_FAILED)
		return NULL;
	t->cfg = *cfg;
	if (log_on(LOG_NOCHAIN) || t->cfg.max_insns == 1 || t->cfg.lockstep)
		t->cfg.no_chain = true;
	pthread_mutex_init(&t->lock, NULL);
	fill_helpers(t);
	if (codebuf_init(&t->code, cfg->code_size ? cfg->code_size :
			 DEFAULT_CODE_SIZE) || block_init(t))
		goto fail;
	if (host_backend->init(t, codebuf_reserve(&t->code), CODEBUF_SLACK,
			       &len))
		goto fail;
	codebuf_fix(&t->code, len);
	return t;
fail:
	munmap(t, sizeof(*t));
	return NULL;
}

const struct tctx_config *tctx_config(const struct tctx *t)
{
	return &t->cfg;
}

int cpu_init(struct tctx *t, struct cpu *cpu)
{
	int err;

	cpu->tctx = t;
	cpu->rt = t->rt;
	err = host_backend->cpu_init(cpu);
	if (err)
		return err;
	pthread_mutex_lock(&t->lock);
	cpu->seen_epoch = atomic_load(&t->epoch);
	cpu->next_cpu = t->cpus;
	t->cpus = cpu;
	pthread_mutex_unlock(&t->lock);
	return 0;
}

void cpu_fini(struct cpu *cpu)
{
	struct tctx *t = cpu->tctx;

	pthread_mutex_lock(&t->lock);
	for (struct cpu **p = &t->cpus; *p; p = &(*p)->next_cpu)
		if (*p == cpu) {
			*p = cpu->next_cpu;
			break;
		}
	pthread_mutex_unlock(&t->lock);
	host_backend->cpu_fini(cpu);
	free(cpu->interp);
	cpu->interp = NULL;
}

void cpu_copy_state(struct cpu *dst, const struct cpu *src)
{
	memcpy(dst->r, src->r, sizeof(dst->r));
	memcpy(dst->v, src->v, sizeof(dst->v));
	dst->pc = src->pc;
	dst->flags = src->flags;
	dst->pstate = src->pstate;
	dst->fpcr = src->fpcr;
	dst->fpsr = src->fpsr;
	dst->mode = src->mode;
	dst->tpidr = src->tpidr;
	dst->tpidrro = src->tpidrro;
	dst->excl_size = 0;
	dst->guest_mxcsr = src->guest_mxcsr;
	dst->fp_check = src->fp_check;
}

void exec_kick(struct cpu *cpu)
{
	atomic_store(&cpu->exit_request, 1);
	/* Partner: enter_block(), which looks at the request afterwards. */
	if (!atomic_load(&cpu->in_code))
		return;
	/* Loops of indirect jumps alone pass no poll: send them to where the
	 * request is looked at, behind whatever fills this cache again: the
	 * dispatcher, and the runtime's look into jfar. */
	for (unsigned i = 0; i < JCACHE_SIZE; i++)
		cpu->jcache[i].key = JCACHE_EMPTY(i);
}

/* -- Faults ---------------------------------------------------------------- */

bool exec_in_code(const struct tctx *t, const void *uc)
{
	return codebuf_holds(&t->code, host_backend->context_pc(uc));
}

bool exec_host_fault(struct cpu *cpu, void *uc, int signo, u64 info_addr,
		     bool write)
{
	struct tctx *t = cpu->tctx;
	u32 info = (write ? FAULT_WRITE : 0) |
		   (signo == SIGBUS ? FAULT_BUS : 0);
	u64 pc = host_backend->context_pc(uc);
	struct block *b = block_by_host(t, pc);
	u32 off = 0;

	if (b)
		off = (u32)(pc - (u64)(uintptr_t)t->code.base) - b->code_off;
	if (signo == SIGFPE) {
		if (b && host_backend->fp_trap(cpu, uc, b, off))
			return true;
		info = host_backend->sigfpe_kind(uc);
		info_addr = 0;
	} else if (host_backend->refused(uc)) {
		info = FAULT_REDO | (info & FAULT_WRITE);
	}
	if (interp_host_fault(cpu, uc, info_addr, info) || lift_host_fault(uc))
		return true;
	if (b ? !host_backend->recover(cpu, uc, b, off, info_addr) :
		!host_backend->runtime_fault(cpu, uc, info_addr))
		return false;
	cpu->fault_addr = info_addr;
	cpu->fault_info = info;
	return true;
}

/* -- Invalidation and fork ------------------------------------------------- */

void tctx_invalidate(struct tctx *t, gaddr start, u64 len)
{
	pthread_mutex_lock(&t->lock);
	block_invalidate(t, start, len);
	pthread_mutex_unlock(&t->lock);
}

void tctx_fork_prepare(struct tctx *t)
{
	pthread_mutex_lock(&t->lock);
}

void tctx_fork_parent(struct tctx *t)
{
	pthread_mutex_unlock(&t->lock);
}

void tctx_fork_child(struct tctx *t, bool prepared)
{
	if (prepared)
		pthread_mutex_init(&t->lock, NULL);
	/* The caller is not in translated code, and the other threads are not
	 * here: nobody must be waited for. */
	for (struct cpu *c = t->cpus; c; c = c->next_cpu)
		if (atomic_load(&c->in_code))
			atomic_store(&c->in_code, 0);
}

/* -- The loop -------------------------------------------------------------- */

/* Lock held.  NULL: *why is the exit reason. */
static struct block *find_or_make(struct tctx *t, const struct cpu *cpu,
				  enum exec_exit *why)
{
	struct block *b = NULL;

	if (block_may_start(t, cpu->pc))
		b = block_find(t, cpu->pc, cpu->mode);
	return b ? b : block_translate(t, cpu->pc, cpu->mode, why);
}

static struct block *find_or_translate(struct tctx *t, const struct cpu *cpu,
				       enum exec_exit *why)
{
	struct block *b = block_find(t, cpu->pc, cpu->mode);

	if (b)
		return b;
	pthread_mutex_lock(&t->lock);
	b = find_or_make(t, cpu, why);
	pthread_mutex_unlock(&t->lock);
	return b;
}

/* After a reclaim nothing that remembers host code may be used any more. */
static void catch_up(struct tctx *t, struct cpu *cpu)
{
	u64 epoch = atomic_load(&t->epoch);

	if (cpu->seen_epoch == epoch)
		return;
	for (unsigned i = 0; i < JCACHE_SIZE; i++)
		cpu->jcache[i].key = JCACHE_EMPTY(i);
	memset(cpu->jfar, 0, JFAR_SIZE * sizeof(*cpu->jfar));
	host_backend->forget_returns(cpu);
	cpu->seen_epoch = epoch;
}

/* Nothing that was made for another mode may be returned to. */
static void set_mode(struct tctx *t, struct cpu *cpu)
{
	u32 mode = t->cfg.isa->mode(cpu);

	if (likely(mode == cpu->mode))
		return;
	host_backend->forget_returns(cpu);
	cpu->mode = mode;
}

/* Traps come too fast: from now on, and in threads made by this one, results
 * are tested. */
static void end_fp_storm(struct cpu *cpu)
{
	cpu->fp_storm = 0;
	cpu->fp_check = IR_MODE_FPCHECK;
	fpcr_changed(cpu);
}

static void log_entry(struct tctx *t, struct cpu *cpu)
{
	if (log_on(LOG_EXEC))
		log_printf("exec 0x%llx\n", (unsigned long long)cpu->pc);
	if (log_on(LOG_CPU))
		t->cfg.isa->print_regs(cpu, log_file());
}

/* Write only news: after a fork each page costs a fault. */
static void set_jump(struct jcache_ent *e, u64 key, const void *code)
{
	if (e->key != key || e->code != code) {
		e->key = key;
		e->code = code;
	}
}

/* Let indirect jumps to the cpu's pc find b. */
static void remember(struct tctx *t, struct cpu *cpu, struct block *b)
{
	u64 key = cpu->pc | (u64)cpu->mode << CPU_MODE_SHIFT;

	if (unlikely(t->cfg.no_chain)) {
		host_backend->forget_returns(cpu);
		return;
	}
	set_jump(&cpu->jcache[host_backend->jcache_index(cpu->pc)], key,
		 block_entry(t, b));
	set_jump(&cpu->jfar[host_backend->jfar_index(cpu->pc)], key,
		 block_entry(t, b));
}

/* Run b.  After EXEC_LINK *exit is the way out that it took, to cpu->pc. */
static unsigned enter_block(struct tctx *t, struct cpu *cpu, struct block *b,
			    struct link **exit)
{
	unsigned reason;

	/*
	 * Partner: wait_quiescent() of block.c.  The request is looked at
	 * again because remember() may have undone what exec_kick() cleared.
	 */
	atomic_store(&cpu->in_code, 1);
	if (unlikely(cpu->seen_epoch != atomic_load(&t->epoch) ||
		     atomic_load(&cpu->exit_request))) {
		atomic_store(&cpu->in_code, 0);
		return EXEC_LOOKUP;
	}
	reason = host_backend->enter(cpu, block_entry(t, b));
	if (reason == EXEC_LINK)
		*exit = block_exit_taken(t, cpu);
	atomic_store_explicit(&cpu->in_code, 0, memory_order_release);
	return reason;
}

/*
 * Exit l of the code that was left leads to cpu->pc: let it jump there from
 * now on.  NULL: the run loop has to meet the reason.
 */
static struct block *follow_exit(struct tctx *t, struct cpu *cpu,
				 struct link *l)
{
	enum exec_exit why;
	struct block *b;

	pthread_mutex_lock(&t->lock);
	b = find_or_make(t, cpu, &why);
	/* A reclaim since then has put other code there. */
	if (b && atomic_load(&t->epoch) == cpu->seen_epoch)
		b = block_link_target(t, l, b);
	if (b && atomic_load(&t->epoch) == cpu->seen_epoch)
		block_link(t, l, b);
	pthread_mutex_unlock(&t->lock);
	return b;
}

static unsigned interpret_block(struct tctx *t, struct cpu *cpu)
{
	enum { BLOCK_INSNS = 16 };
	unsigned reason;

	if (interp_prepare(cpu))
		return EXEC_UNDEF;
	pthread_mutex_lock(&t->lock);
	reason = lift_block(t, &cpu->interp->ir, cpu->pc, cpu->mode,
			    t->cfg.max_insns ? t->cfg.max_insns : BLOCK_INSNS);
	pthread_mutex_unlock(&t->lock);
	return reason ? reason : ir_interp(cpu, &cpu->interp->ir);
}

/* Tags are no rarity here: let code strip them. */
static void saw_tag(struct tctx *t)
{
	enum { OFTEN = 1000 };

	pthread_mutex_lock(&t->lock);
	if (!t->strip_top && ++t->tagged == OFTEN) {
		t->strip_top = true;
		block_invalidate(t, 0, ~0ull);
	}
	pthread_mutex_unlock(&t->lock);
}

unsigned exec_redo(struct tctx *t, struct cpu *cpu)
{
	struct interp_frame *f;
	unsigned reason;

	if (interp_prepare(cpu))
		return EXEC_NONE;
	f = cpu->interp;
	pthread_mutex_lock(&t->lock);
	reason = lift_block(t, &f->ir, cpu->pc, cpu->mode, 1);
	/* Perhaps it was the block's check of its own bytes that declined. */
	if (f->ir.checked)
		block_invalidate(t, cpu->pc, 1);
	pthread_mutex_unlock(&t->lock);
	if (reason)
		return reason;
	f->log_stores = false;
	fpsr_sync(cpu);
	reason = ir_interp(cpu, &f->ir);
	fpcr_changed(cpu);
	if (f->tagged)
		saw_tag(t);
	return reason;
}

static unsigned run_translated(struct tctx *t, struct cpu *cpu)
{
	enum exec_exit why = EXEC_NONE;
	struct block *b = find_or_translate(t, cpu, &why);
	struct link *exit;
	unsigned reason;

	if (!b)
		return why;
	if (t->cfg.lockstep)
		return lockstep_block(t, cpu, b);
	remember(t, cpu, b);
	for (;;) {
		reason = enter_block(t, cpu, b, &exit);
		if (reason != EXEC_LINK)
			return reason;
		t->stats.entries[EXEC_LINK]++;
		if (t->cfg.no_chain || log_on(LOG_EXEC) || log_on(LOG_CPU))
			return EXEC_LOOKUP;
		b = follow_exit(t, cpu, exit);
		if (!b)
			return EXEC_LOOKUP;
	}
}

/* Where an instruction that cannot be fetched has its first missing byte: on
 * the page of its pc or on the next. */
static gaddr fetch_fault(struct tctx *t, gaddr pc)
{
	const struct mem_ops *mem = &t->cfg.mem;
	gaddr next = (pc | ~GUEST_PAGE_MASK) + 1;
	const u8 *host;
	bool here;

	if (next - pc >= t->cfg.isa->max_insn_bytes)
		return pc;
	pthread_mutex_lock(&t->lock);
	here = mem->fetch_page(mem->opaque, pc & GUEST_PAGE_MASK, &host) >= 0;
	pthread_mutex_unlock(&t->lock);
	return here ? next : pc;
}

static void note_fetch_fault(struct tctx *t, struct cpu *cpu)
{
	cpu->fault_addr = fetch_fault(t, cpu->pc);
	cpu->fault_info = FAULT_EXEC;
}

enum exec_exit exec_run(struct cpu *cpu)
{
	struct tctx *t = cpu->tctx;
	unsigned reason;

	if (unlikely(cpu->fp_storm))
		end_fp_storm(cpu);
	for (;;) {
		if (unlikely(atomic_load_explicit(&cpu->exit_request,
						  memory_order_relaxed))) {
			catch_up(t, cpu);
			return EXEC_INTERRUPT;
		}
		catch_up(t, cpu);
		set_mode(t, cpu);
		if (t->cfg.isa->ignore_top && unlikely(cpu->pc >> 56))
			cpu->pc = guest_strip_top(cpu->pc);
		if (unlikely(log_mask & (LOG_EXEC | LOG_CPU)))
			log_entry(t, cpu);
		reason = t->cfg.interpret ? interpret_block(t, cpu) :
					    run_translated(t, cpu);
		if (unlikely(reason == EXEC_FAULT &&
			     cpu->fault_info & FAULT_REDO))
			reason = exec_redo(t, cpu);
		t->stats.entries[reason & 31]++;
		if (reason == EXEC_FETCH)
			note_fetch_fault(t, cpu);
		if (reason != EXEC_LOOKUP && reason != EXEC_ICACHE)
			return (enum exec_exit)reason;
		if (t->cfg.max_insns == 1 && log_on(LOG_INT))
			return EXEC_STEP;
	}
}

enum exec_exit exec_one(struct cpu *cpu)
{
	struct tctx *t = cpu->tctx;
	unsigned reason;

	catch_up(t, cpu);
	set_mode(t, cpu);
	reason = exec_redo(t, cpu);
	if (reason == EXEC_FETCH)
		note_fetch_fault(t, cpu);
	return reason == EXEC_LOOKUP || reason == EXEC_ICACHE ?
	       EXEC_STEP : (enum exec_exit)reason;
}

/* -- Statistics ------------------------------------------------------------ */

void tctx_print_stats(struct tctx *t, FILE *out)
{
	const struct exec_stats *s = &t->stats;

#define ROW(name, v) fprintf(out, "%-28s %llu\n", name, (unsigned long long)(v))
	ROW("blocks translated", s->blocks);
	ROW("guest instructions", s->insns);
	ROW("guest bytes", s->guest_bytes);
	ROW("host bytes", s->host_bytes);
	if (s->timed_insns)
		ROW("ns to translate each", s->timed_ns / s->timed_insns);
	ROW("blocks invalidated", s->invalidated);
	ROW("code memory reclaims", s->flushes);
	ROW("exits linked", s->links);
	ROW("exits: lookup", s->entries[EXEC_LOOKUP]);
	ROW("exits: to be linked", s->entries[EXEC_LINK]);
	ROW("exits: system call", s->entries[EXEC_SYSCALL]);
	ROW("exits: interrupt", s->entries[EXEC_INTERRUPT]);
	ROW("exits: fault", s->entries[EXEC_FAULT]);
#undef ROW
}
