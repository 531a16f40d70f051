/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The IR verifier: operand classes and order after ir.def, types, exactly one
 * terminal at the end, indices in range.  Used by tests, by --enable-debug
 * builds for each block, and by -check-ir.
 */
#include <errno.h>
#include <stdio.h>
#include <stdarg.h>

#include "translate/ir.h"

struct checker {
	const struct ir *ir;
	unsigned at;
	char *buf;
	size_t len;
};

static int PRINTF_FMT(2, 3) fail(struct checker *c, const char *fmt, ...)
{
	va_list ap;
	int n;

	n = snprintf(c->buf, c->len, "v%u %s: ", c->at,
		     ir_op_info[c->ir->inst[c->at].op].name);
	if (n < 0 || (size_t)n >= c->len)
		return -EINVAL;
	va_start(ap, fmt);
	vsnprintf(c->buf + n, c->len - (size_t)n, fmt, ap);
	va_end(ap);
	return -EINVAL;
}

static bool is_int(enum ir_type t)
{
	return t == IR_I32 || t == IR_I64 || t == IR_I128;
}

static bool is_vec(enum ir_type t)
{
	return t >= IR_F16 && t <= IR_V128;
}

static int check_operand(struct checker *c, char kind, val_t v, const char *which)
{
	enum ir_type t;

	if (kind == '0')
		return v ? fail(c, "operand %s must be absent", which) : 0;
	/* An operand may be missing only where ir.def says so. */
	if (!v && (kind == 'o' || kind == 'w' || kind == 'f'))
		return 0;
	if (!v || v >= c->at)
		return fail(c, "operand %s = v%u is not defined before", which, v);
	t = ir_vtype(c->ir, v);
	switch (kind) {
	case 'g': case 'o':
		return is_int(t) ? 0 : fail(c, "operand %s is not integer", which);
	case 'v': case 'w':
		return is_vec(t) ? 0 : fail(c, "operand %s is not vector", which);
	case 'F': case 'f':
		return t == IR_FLAGS ? 0 : fail(c, "operand %s is not flags", which);
	default:
		return t == IR_NONE || t == IR_FLAGS ?
			fail(c, "operand %s has no value", which) : 0;
	}
}

static int check_result(struct checker *c, const struct ir_inst *i, char res)
{
	switch (res) {
	case '0':
		return i->type == IR_NONE ? 0 : fail(c, "has a type");
	case 'F':
		return i->type == IR_FLAGS ? 0 : fail(c, "type is not flags");
	default:
		if (i->op == IR_HELPER && i->type == IR_NONE)
			return 0;
		return i->type > IR_NONE && i->type < IR_FLAGS ?
			0 : fail(c, "bad type %u", i->type);
	}
}

/* Two integer operands of one instruction have its own type. */
static int check_same_type(struct checker *c, const struct ir_inst *i)
{
	const struct ir *ir = c->ir;

	if (i->op < IR_ADD || i->op > IR_SDIV || i->op == IR_FUNNEL)
		return 0;
	if (ir_vtype(ir, i->a) != i->type ||
	    (i->b && ir_vtype(ir, i->b) != i->type))
		return fail(c, "operand types differ from the result's");
	return 0;
}

static int check_indices(struct checker *c, const struct ir_inst *i)
{
	const struct ir *ir = c->ir;
	unsigned imm = (unsigned)i->imm;

	switch (i->op) {
	case IR_GETR: case IR_PUTR: case IR_GETV: case IR_PUTV:
		return imm < 32 ? 0 : fail(c, "register %u", imm);
	case IR_CONST: case IR_EXIT_IF: case IR_EXIT_Z: case IR_EXIT_NZ:
	case IR_EXIT_BIT0: case IR_EXIT_BIT1: case IR_GOTO:
		return imm < ir->npool ? 0 : fail(c, "pool index %u", imm);
	case IR_VCONST: case IR_CALL: case IR_GOTO_IND: case IR_CALL_IND:
	case IR_RET: case IR_TRAP:
		return imm + 1 < ir->npool ? 0 : fail(c, "pool index %u", imm);
	case IR_UBFX: case IR_SBFX: case IR_BFI: {
		unsigned lsb = imm & 0xff, n = imm >> 8;
		unsigned w = ir_type_bytes((enum ir_type)i->type) * 8;

		return n && lsb + n <= w ? 0 : fail(c, "field %u+%u", lsb, n);
	}
	default:
		return 0;
	}
}

static int check_inst(struct checker *c, const struct ir_inst *i)
{
	const struct ir_op_info *o;
	bool last = c->at + 1 == c->ir->ninst;
	int err;

	if (i->op >= IR_OP_COUNT)
		return fail(c, "no such opcode");
	o = &ir_op_info[i->op];
	if (!!(o->flags & IRF_T) != last)
		return fail(c, last ? "the block has no terminal" :
			    "terminal inside the block");
	if ((err = check_result(c, i, o->res)) ||
	    (err = check_operand(c, o->a, i->a, "a")) ||
	    (err = check_operand(c, o->b, i->b, "b")) ||
	    (err = check_operand(c, o->c, i->c, "c")) ||
	    (err = check_same_type(c, i)) ||
	    (err = check_indices(c, i)))
		return err;
	if (i->insn && i->insn >= c->ir->ninsns)
		return fail(c, "guest instruction %u", i->insn);
	return 0;
}

int ir_check(const struct ir *ir, char *buf, size_t len)
{
	struct checker c = { ir, 0, buf, len };

	if (ir->overflow || ir->ninst < 2 || ir->ninst > IR_MAX_INST)
		return fail(&c, "block too large or empty");
	for (c.at = 1; c.at < ir->ninst; c.at++) {
		int err = check_inst(&c, &ir->inst[c.at]);

		if (err)
			return err;
	}
	return 0;
}
