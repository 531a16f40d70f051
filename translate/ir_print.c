/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The IR printer: one line of text per instruction, for logs and tests. */
#include <inttypes.h>
#include <stdio.h>

#include "translate/ir.h"

struct text {
	char *buf;
	size_t len, at;
};

#define put(t, ...) do { \
	int n_ = snprintf((t)->buf + (t)->at, (t)->len - (t)->at, __VA_ARGS__); \
	if (n_ > 0) \
		(t)->at = MIN((t)->at + (size_t)n_, (t)->len - 1); \
} while (0)

static void put_pool(struct text *t, const struct ir *ir, unsigned idx)
{
	put(t, " 0x%" PRIx64, idx < ir->npool ? ir->pool[idx] : 0);
}

static void put_memory(struct text *t, const struct ir_inst *i)
{
	put(t, " [v%u", i->a);
	if (i->b && (i->op == IR_LD || i->op == IR_ST))
		put(t, " + v%u << %u", i->b, i->aux >> MO_SCALE_SHIFT & 3);
	put(t, " %+d] size %u%s%s", i->imm, 1u << (i->aux & MO_SIZE),
	    i->aux & MO_SIGN ? " signed" : "",
	    i->aux & MO_ORDER ? " ordered" : "");
}

static void put_plain(struct text *t, const struct ir_inst *i)
{
	const char *sep = " ";
	const val_t v[] = { i->a, i->b, i->c };

	for (unsigned k = 0; k < 3; k++)
		if (v[k]) {
			put(t, "%sv%u", sep, v[k]);
			sep = ", ";
		}
	if (i->aux)
		put(t, " aux %u", i->aux);
	if (i->imm)
		put(t, " #%d", i->imm);
}

int ir_print_inst(const struct ir *ir, unsigned n, char *buf, size_t len)
{
	const struct ir_inst *i = &ir->inst[n];
	struct text t = { buf, len, 0 };

	if (!len)
		return 0;
	buf[0] = 0;
	put(&t, "%4u  %-5s %-9s", n, i->type ? ir_type_name[i->type] : "",
	    ir_op_info[i->op].name);
	switch (i->op) {
	case IR_GETR: case IR_PUTR:
		put(&t, " r%d", i->imm);
		if (i->a)
			put(&t, ", v%u", i->a);
		break;
	case IR_GETV: case IR_PUTV:
		put(&t, " q%d", i->imm);
		if (i->a)
			put(&t, ", v%u", i->a);
		break;
	case IR_CONST:
		put_pool(&t, ir, (unsigned)i->imm);
		break;
	case IR_VCONST:
		put_pool(&t, ir, (unsigned)i->imm);
		put_pool(&t, ir, (unsigned)i->imm + 1);
		break;
	case IR_LD: case IR_LDX:
		put_memory(&t, i);
		break;
	case IR_ST:
		put_memory(&t, i);
		put(&t, ", v%u", i->c);
		break;
	default:
		if (ir_op_info[i->op].flags & (IRF_E | IRF_T)) {
			if (i->a)
				put(&t, " v%u", i->a);
			if (i->op <= IR_EXIT_BIT1 || i->op == IR_TRAP)
				put(&t, " (%u)", i->aux);
			put(&t, " ->");
			put_pool(&t, ir, (unsigned)i->imm);
		} else {
			put_plain(&t, i);
		}
	}
	return (int)t.at;
}

void ir_print(const struct ir *ir, FILE *out)
{
	char line[160];
	unsigned insn = ~0u;

	fprintf(out, "block 0x%" PRIx64 " mode %#x, %u instructions\n", ir->pc,
		ir->mode, ir->ninsns);
	for (unsigned n = 1; n < ir->ninst; n++) {
		if (ir->inst[n].insn != insn) {
			insn = ir->inst[n].insn;
			fprintf(out, " -- 0x%" PRIx64 "\n", ir->insn_pc[insn]);
		}
		ir_print_inst(ir, n, line, sizeof(line));
		fprintf(out, "%s\n", line);
	}
}
