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
 *
 * Code that may change without anybody telling (FETCH_CHECKED) is lifted twice:
 * once for its length, and again with a comparison of all its bytes in front.
 * Such blocks are one straight piece, which ends at the first write to memory.
 */
#include <errno.h>
#include <setjmp.h>
#include <string.h>

#include "base/log.h"
#include "translate/block.h"
#include "translate/helper.h"

/*
 * MAX_EXITS: what follows a conditional branch is executed less often, and
 * lifted again where it is a branch target.  Without a limit bash translates
 * 46 % more instructions than with one exit per block, with 2 exits 11 %
 * fewer than with 3; longer blocks do not run faster.
 */
enum { MAX_PAGES = 2, MAX_EXITS = 2 };

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

/* The page of guest code, NULL: not to be executed. */
static const struct code_page *code_page(struct tctx *t, gaddr page)
{
	const struct mem_ops *mem = &t->cfg.mem;
	struct code_page *c = &t->code_page[page / GUEST_PAGE_SIZE %
					    ARRAY_LEN(t->code_page)];

	int kind;

	if (likely(c->key == (page | 1)))
		return c;
	c->key = 0;
	kind = mem->fetch_page(mem->opaque, page, &c->host);
	if (kind < 0)
		return NULL;
	c->kind = (enum fetch)kind;
	c->key = page | 1;
	return c;
}

/* The straight piece of code that a block is reading. */
struct fetcher {
	struct tctx *t;
	gaddr page;			/* the page it is on */
	const u8 *host;
	gaddr pages[MAX_PAGES];		/* all of the block */
	unsigned n;
	bool checked;			/* one of them changes often */
	unsigned check;			/* bytes to be compared */
};

/* Read on page as well; 0, -ENOSPC: too many, -EFAULT: nothing there. */
static int add_page(struct fetcher *f, struct ir *ir, gaddr page,
		    const u8 **host)
{
	const struct code_page *c;
	unsigned k = 0;

	while (k < f->n && f->pages[k] != page)
		k++;
	if (k == MAX_PAGES)
		return -ENOSPC;
	c = code_page(f->t, page);
	if (!c)
		return -EFAULT;
	*host = c->host;
	f->checked |= c->kind == FETCH_CHECKED;
	f->pages[k] = page;
	f->n = MAX(f->n, k + 1);
	if (k)
		ir->other_page = page;
	return 0;
}

/*
 * The bytes of the instruction at pc: *avail of them, at least as many as it
 * can have unless the next page cannot be fetched.  One that may cross a page
 * is put together in buf.
 */
static const u8 *insn_bytes(struct fetcher *f, struct ir *ir, gaddr pc, u8 *buf,
			    unsigned *avail)
{
	unsigned max = f->t->cfg.isa->max_insn_bytes;
	unsigned off = (unsigned)(pc - f->page), n = GUEST_PAGE_SIZE - off;
	const u8 *next;

	*avail = n;
	if (likely(n >= max))
		return f->host + off;
	memcpy(buf, f->host + off, n);
	if (!add_page(f, ir, f->page + GUEST_PAGE_SIZE, &next)) {
		memcpy(buf + n, next, max - n);
		*avail = max;
	}
	return buf;
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
			 bool jumped, unsigned max_insns)
{
	if (ir->ninsns >= max_insns || ir->ninst >= IR_SOFT_INST ||
	    ir->nexits >= MAX_EXITS)
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
 * Fault unless the f->check bytes from pc on are what they are now: then
 * exec_redo() looks at them again.
 */
static void lift_check(struct fetcher *f, struct ir *ir, gaddr pc)
{
	val_t diff = ir_const(ir, IR_I64, 0), v;
	unsigned n = f->check, size, at;
	u64 want;

	for (at = 0; at < n; at += 1u << size) {
		size = n - at >= 8 ? MO_64 : n - at >= 4 ? MO_32 :
		       n - at >= 2 ? MO_16 : MO_8;
		want = 0;
		memcpy(&want, f->host + (pc & ~GUEST_PAGE_MASK) + at,
		       1u << size);
		v = ir_ld(ir, IR_I64, (u8)size, ir_const(ir, IR_I64, pc), 0,
			  (s64)at);
		v = ir_int2(ir, IR_XOR, IR_I64, v, ir_const(ir, IR_I64, want));
		diff = ir_int2(ir, IR_OR, IR_I64, diff, v);
	}
	v = ir_int2(ir, IR_OR, IR_I64, diff, ir_int1(ir, IR_NEG, IR_I64, diff));
	v = ir_int2(ir, IR_SHR, IR_I64, v, ir_const(ir, IR_I64, 63));
	ir_emit(ir, IR_ALIGN, IR_NONE, 1, v, 0, 0, 0);
}

/* Does what was emitted from inst on write to memory? */
static bool writes_memory(const struct ir *ir, unsigned inst)
{
	for (; inst < ir->ninst; inst++)
		if (ir_op_info[ir->inst[inst].op].flags & IRF_M)
			return true;
	return false;
}

/* Lift the instruction at l->pc, which is on f's page. */
static enum lift_result lift_one(struct fetcher *f, struct lift *l)
{
	unsigned size = 0, avail;
	enum lift_result r;
	u8 buf[32];
	const u8 *code = insn_bytes(f, l->ir, l->pc, buf, &avail);

	ir_begin_insn(l->ir, l->pc);
	if (f->check && l->ir->ninsns == 1)
		lift_check(f, l->ir, l->pc);
	if (log_on(LOG_IN_ASM))
		log_insn(f->t, l->pc, code, avail);
	r = f->t->cfg.isa->lift_insn(l, code, avail, &size);
	if (r == LIFT_TRUNCATED) {
		/* Its first bytes are on this page, the rest cannot be had
		 * (now). */
		ir_cancel_insn(l->ir);
		return r;
	}
	l->ir->guest_bytes += size;
	l->ir->end_pc = l->pc + size;
	l->pc = r == LIFT_NEXT ? l->pc + size : l->next_pc;
	return r;
}

/* Where a block of code that changes often ends at the latest. */
static bool ends_checked(const struct fetcher *f, const struct ir *ir,
			 unsigned inst, enum lift_result r)
{
	return f->checked && (r == LIFT_JUMP || writes_memory(ir, inst));
}

static enum exec_exit form_block(struct fetcher *f, struct ir *ir, gaddr pc,
				 u32 mode, unsigned max_insns)
{
	struct tctx *t = f->t;
	struct lift l = {
		.ir = ir, .pc = pc, .mode = mode, .mem = &t->cfg.mem,
		.features = t->cfg.cpu_features, .user = true
	};
	enum lift_result r = LIFT_NEXT;
	unsigned inst = 0;
	int err;

	f->page = 1;			/* none yet */
	f->n = 0;
	ir_reset(ir, pc, mode);
	ir->checked = false;
	ir->ignore_top = t->cfg.isa->ignore_top;
	ir->strip_top = t->strip_top;
	while (r != LIFT_END) {
		gaddr page = l.pc & GUEST_PAGE_MASK;

		if (ir->ninsns &&
		    (ends_checked(f, ir, inst, r) ||
		     !may_continue(t, ir, l.pc, r == LIFT_JUMP, max_insns)))
			break;
		if (f->page != page) {
			err = add_page(f, ir, page, &f->host);
			if (err == -EFAULT && !ir->ninsns)
				return EXEC_FETCH;
			if (err)
				break;
			f->page = page;
		}
		inst = ir->ninst;
		r = lift_one(f, &l);
		if (r == LIFT_TRUNCATED && !ir->ninsns)
			return EXEC_FETCH;
		if (r == LIFT_TRUNCATED)
			break;
		if (ir->overflow)
			return EXEC_NONE;
	}
	if (r != LIFT_END)
		ir_goto(ir, l.pc);
	ir->checked = f->checked;
	return EXEC_NONE;
}

/* With a comparison of its own bytes, which must not lie on two pages that are
 * apart in the host: guest pages are not. */
static enum exec_exit form_checked(struct fetcher *f, struct ir *ir, gaddr pc,
				   u32 mode, unsigned max_insns)
{
	enum exec_exit why = form_block(f, ir, pc, mode, max_insns);

	if (why || ir->overflow)
		return why;
	f->check = (unsigned)(ir->end_pc - pc);
	return form_block(f, ir, pc, mode, ir->ninsns);
}

static enum exec_exit form(struct tctx *t, struct ir *ir, gaddr pc, u32 mode,
			   unsigned max_insns)
{
	struct fetcher f = { .t = t };
	enum exec_exit why;

	if (pc & (t->cfg.isa->insn_align - 1u))
		return EXEC_ALIGN;
	why = form_block(&f, ir, pc, mode, max_insns);
	if (!why && f.checked)
		why = form_checked(&f, ir, pc, mode, max_insns);
	if (!why && log_on(LOG_OP))
		ir_print(ir, log_file());
	return why;
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
	if (setjmp(env)) {
		memset(t->code_page, 0, sizeof(t->code_page));
		if (++tries == TRIES)
			return EXEC_FETCH;
	}
	reading = &env;
	why = form(t, ir, pc, mode, max_insns);
	reading = NULL;
	return why;
}

enum flags_fate lift_flags_fate(struct tctx *t, gaddr pc)
{
	const struct guest_isa *isa = t->cfg.isa;
	gaddr page = pc & GUEST_PAGE_MASK;
	const struct code_page *c;
	enum flags_fate fate;
	jmp_buf env;

	if (!isa->flags_fate || (pc & (isa->insn_align - 1u)))
		return FLAGS_UNKNOWN;
	c = code_page(t, page);
	/* The block that asks goes with its own page only. */
	if (!c || c->kind == FETCH_CHECKED ||
	    (c->kind == FETCH_GUARDED && page != (t->ir->pc & GUEST_PAGE_MASK)))
		return FLAGS_UNKNOWN;
	if (setjmp(env))
		return FLAGS_UNKNOWN;
	reading = &env;
	fate = isa->flags_fate(c->host, GUEST_PAGE_SIZE, (unsigned)(pc - page),
			       !t->exact_flags);
	reading = NULL;
	return fate;
}
