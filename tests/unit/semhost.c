/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The host side of tests/guest/a64/semdump.c: compute the same results with
 * the semantic functions, and print the same report.
 */
#include "tests/guest/a64/semgen.h"

#include "translate/sem.h"

struct op {
	u16 op;
	u8 type, aux;
	s32 imm;
};

static const struct op ops[] = {
#define _(op, type, aux, imm, map, text) \
	{ IR_##op, IR_##type, aux, imm },
#include "tests/guest/a64/semcases.def"
#undef _
};

static const struct gen_case cases[] = {
#define _(op, type, aux, imm, map, text) { #op, map, text, (aux) & 3 },
#include "tests/guest/a64/semcases.def"
#undef _
};

static const union v128 *operand(const struct trial *t, char what,
				 union v128 *buf)
{
	unsigned k = (unsigned)what - '0';

	if (what == '-')
		return NULL;
	buf->d[0] = k < 4 ? t->v[k][0] : t->x[what - 'x' + 1];
	buf->d[1] = k < 4 ? t->v[k][1] : 0;
	return buf;
}

/* The contract lets the result replace an operand. */
static void check_aliases(struct cpu *cpu, const struct ir_inst *inst,
			  const union v128 *result, const union v128 *const p[3])
{
	union v128 buf;
	const union v128 *q[3];
	unsigned i;

	for (i = 0; i < 3; i++) {
		if (!p[i])
			continue;
		memcpy(q, p, sizeof(q));
		buf = *p[i];
		q[i] = &buf;
		sem_table[inst->op](cpu, sem_desc(inst), &buf, q[0], q[1],
				    q[2]);
		if (!memcmp(&buf, result, sizeof(buf)))
			continue;
		fprintf(stderr, "op %u: result over operand %u differs\n",
			inst->op, i);
		exit(1);
	}
}

static void run(unsigned which, struct trial *t)
{
	static struct cpu cpu;
	const struct op *o = &ops[which];
	const char *map = cases[which].map;
	struct ir_inst inst = { .op = o->op, .type = o->type, .aux = o->aux,
				.imm = o->imm };
	union v128 buf[3], d = { .d = { 0, 0 } };
	const union v128 *p[3];
	unsigned i;

	cpu.fpcr = (u32)t->fpcr;
	cpu.fpsr = 0;
	for (i = 0; i < 3; i++)
		p[i] = operand(t, map[i + 1], &buf[i]);
	if (o->op == IR_FLG_FCMP)
		d.d[0] = flags_to_nzcv(sem_fcmp(&cpu, o->aux, p[0], p[1])) >> 28;
	else
		sem_table[o->op](&cpu, sem_desc(&inst), &d, p[0], p[1], p[2]);
	if (o->op != IR_FLG_FCMP)
		check_aliases(&cpu, &inst, &d, p);
	t->v[0][0] = d.d[0];
	t->v[0][1] = d.d[1];
	t->fpsr = cpu.fpsr;
}

int main(int argc, char **argv)
{
	gen_report(cases, ARRAY_LEN(cases), argc, argv, run);
	return 0;
}
