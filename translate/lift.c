/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Forms extended basic blocks: fetches guest code page by page, has the guest
 * lift one instruction after the other, and decides where the block ends.
 *
 * A block goes on through unconditional branches and past conditional ones.
 * It ends at a terminal, at its limits of size, exits and pages, at code that
 * cannot be fetched, before a place where another block starts already
 * (translating that again would only duplicate it), and before it would run
 * in a circle.
 */
#include <setjmp.h>
#include <string.h>

#include "base/log.h"
#include "translate/block.h"
#include "translate/helper.h"

/*
 * MAX_EXITS: what follows a conditional branch is executed less often, and
 * lifted again where it is a branch target.  Without a limit bash translates
 * 46 % more instructions than with one exit per block; 3 is where it starts
 * up fastest, and longer blocks do not run faster.
 */
enum { MAX_PAGES = 2, MAX_EXITS = 3 };

/* Where to go if reading guest code faults; per thread, NULL otherwise. */
static _Thread_local jmp_buf *volatile reading;

static void read_fault(void *env)
{
	longjmp(*(jmp_buf *)env, 1);
}

bool lift_host_fault(void *uc)
{
	jmp_buf *env = reading;

	if (!env)
		return false;
	reading = NULL;
	host_context_call(uc, read_fault, env);
	return true;
}

struct fetcher {
	struct tctx *t;
	gaddr page[MAX_PAGES];
	const u8 *host[MAX_PAGES];
	unsigned n;
};

/* Host address of the code at pc; NULL with *full or unmapped. */
static const u8 *fetch(struct fetcher *f, gaddr pc, bool *full)
{
	const struct mem_ops *mem = &f->t->cfg.mem;
	gaddr page = pc & GUEST_PAGE_MASK;
	unsigned k;

	*full = false;
	for (k = 0; k < f->n; k++)
		if (f->page[k] == page)
			return f->host[k] + (pc - page);
	if (f->n == MAX_PAGES) {
		*full = true;
		return NULL;
	}
	if (mem->fetch_page(mem->opaque, page, &f->host[k]))
		return NULL;
	f->page[k] = page;
	f->n++;
	return f->host[k] + (pc - page);
}

static bool visited(const struct ir *ir, gaddr pc)
{
	for (unsigned k = 0; k < ir->ninsns; k++)
		if (ir->insn_pc[k] == pc)
			return true;
	return false;
}

/* May the block that has begun go on at pc? */
static bool may_continue(struct tctx *t, const struct ir *ir, gaddr pc,
			 bool jumped, unsigned exits, unsigned max_insns)
{
	if (ir->ninsns >= max_insns || ir->ninst >= IR_SOFT_INST ||
	    exits >= MAX_EXITS)
		return false;
	/* Lockstep lifts a block twice and must get the same both times. */
	if (!t->cfg.lockstep && block_may_start(t, pc) &&
	    block_find(t, pc, ir->mode))
		return false;
	return !jumped || !visited(ir, pc);
}

static void log_insn(struct tctx *t, gaddr pc, const u8 *code, unsigned avail)
{
	char text[128] = "";

	if (t->cfg.isa->disas)
		t->cfg.isa->disas(pc, code, avail, text, sizeof(text));
	log_printf("0x%llx:  %02x%02x%02x%02x  %s\n", (unsigned long long)pc,
		   code[3], code[2], code[1], code[0], text);
}

/*
 * The bytes of the instruction at pc: *avail of them, at least as many as it
 * can have unless the next page cannot be fetched.  One that may cross a page
 * is put together in buf.
 */
static const u8 *fetch_insn(struct fetcher *f, gaddr pc, u8 *buf,
			    unsigned *avail, bool *full)
{
	unsigned max = f->t->cfg.isa->max_insn_bytes, n;
	const u8 *code = fetch(f, pc, full), *next;
	bool dummy;

	*avail = n = (unsigned)(GUEST_PAGE_SIZE - (pc & ~GUEST_PAGE_MASK));
	if (!code || n >= max)
		return code;
	memcpy(buf, code, n);
	next = fetch(f, pc + n, &dummy);
	if (next) {
		memcpy(buf + n, next, max - n);
		*avail = max;
	}
	return buf;
}

static enum exec_exit form_block(struct tctx *t, struct ir *ir, gaddr pc,
				 u32 mode, unsigned max_insns)
{
	const struct guest_isa *isa = t->cfg.isa;
	struct fetcher f = { .t = t };
	struct lift l = {
		.ir = ir, .pc = pc, .mode = mode, .mem = &t->cfg.mem,
		.features = t->cfg.cpu_features, .user = true
	};
	enum lift_result r = LIFT_NEXT;
	unsigned exits = 0;

	if (pc & (isa->insn_align - 1u))
		return EXEC_ALIGN;
	ir_reset(ir, pc, mode);
	while (r != LIFT_END) {
		unsigned size = 0, avail;
		u8 buf[32];
		bool full;
		const u8 *code;

		if (ir->ninsns && !may_continue(t, ir, l.pc, r == LIFT_JUMP,
						exits, max_insns))
			break;
		code = fetch_insn(&f, l.pc, buf, &avail, &full);
		if (!code && !full && !ir->ninsns)
			return EXEC_FETCH;
		if (!code)
			break;
		ir_begin_insn(ir, l.pc);
		if (log_on(LOG_IN_ASM))
			log_insn(t, l.pc, code, avail);
		l.next_pc = l.pc + isa->max_insn_bytes;
		r = isa->lift_insn(&l, code, avail, &size);
		if (r == LIFT_TRUNCATED) {
			/* Its first bytes are on this page, the rest cannot
			 * be had (now). */
			ir->ninsns--;
			if (ir->ninsns)
				break;
			return EXEC_FETCH;
		}
		exits += !!(ir_op_info[ir->inst[ir->ninst - 1].op].flags & IRF_E);
		ir->guest_bytes += size;
		if (r == LIFT_NEXT)
			l.next_pc = l.pc + size;
		ir->end_pc = l.pc + size;
		l.pc = l.next_pc;
		if (ir->overflow)
			return EXEC_NONE;
	}
	if (r != LIFT_END)
		ir_goto(ir, l.pc);
	if (log_on(LOG_OP))
		ir_print(ir, log_file());
	return EXEC_NONE;
}

enum exec_exit lift_block(struct tctx *t, struct ir *ir, gaddr pc, u32 mode,
			  unsigned max_insns)
{
	enum { TRIES = 3 };
	volatile unsigned tries = 0;
	enum exec_exit why;
	jmp_buf env;

	/* After a fault the page is looked up anew; a page that is mapped and
	 * still cannot be read (a truncated file) is given up. */
	if (setjmp(env) && ++tries == TRIES)
		return EXEC_FETCH;
	reading = &env;
	why = form_block(t, ir, pc, mode, max_insns);
	reading = NULL;
	return why;
}

enum flags_fate lift_flags_fate(struct tctx *t, gaddr pc)
{
	const struct guest_isa *isa = t->cfg.isa;
	const struct mem_ops *mem = &t->cfg.mem;
	gaddr page = pc & GUEST_PAGE_MASK;
	enum flags_fate fate;
	const u8 *host;
	jmp_buf env;

	if (!isa->flags_fate || (pc & (isa->insn_align - 1u)) ||
	    mem->fetch_page(mem->opaque, page, &host))
		return FLAGS_UNKNOWN;
	if (setjmp(env))
		return FLAGS_UNKNOWN;
	reading = &env;
	fate = isa->flags_fate(host, GUEST_PAGE_SIZE, (unsigned)(pc - page),
			       !t->exact_flags);
	reading = NULL;
	return fate;
}
