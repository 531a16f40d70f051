/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "tests/unit/x64gen.h"

static u64 seed = 88172645463325252ull;

void x64_gen_seed(u64 s)
{
	seed = s * 0x9e3779b97f4a7c15ull | 1;
	for (unsigned k = 0; k < 8; k++)
		x64_gen_rnd();
}

u64 x64_gen_rnd(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed * 0x2545f4914f6cdd1dull >> 8;
}

static u32 rnd(void)
{
	return (u32)(x64_gen_rnd() >> 8);
}

static void put(struct x64_code *c, unsigned b)
{
	c->b[c->n++] = (u8)b;
}

static void put_random(struct x64_code *c, unsigned n)
{
	while (n--)
		put(c, rnd());
}

const char *const x64_gen_spec[X64_SPEC_COUNT] = {
	"",
#define _(name, how, size, regsize) #name,
#include "translate/guest/x64/x64_spec.def"
#undef _
};

/* Bytes that an operand adds after ModRM and displacement. */
static unsigned tail_of(const char *spec, const struct x64_code *c,
			const struct x64_row *r)
{
	bool word = c->opsize && !c->w && (r->what & ROW_SIZE) != ROW_F64;

	if (!strcmp(spec, "Ib") || !strcmp(spec, "Is") ||
	    !strcmp(spec, "Jb") || !strcmp(spec, "Lx"))
		return 1;
	if (!strcmp(spec, "Iw"))
		return 2;
	if (!strcmp(spec, "Iz") || !strcmp(spec, "Jz"))
		return word ? 2 : 4;
	if (!strcmp(spec, "Iv"))
		return c->w ? 8 : word ? 2 : 4;
	if (*spec == 'O')
		return c->addrsize ? 4 : 8;
	return 0;
}

bool x64_gen_has(const struct x64_row *r, const char *start)
{
	for (unsigned k = 0; k < 4; k++)
		if (!strncmp(x64_gen_spec[r->op[k]], start, strlen(start)))
			return true;
	return false;
}

static bool wants_lock(const struct x64_code *c, const struct x64_row *r)
{
	bool allowed = r->what & X64_W_LOCK && !(c->key & KEY_MOD3);

	return !(c->key & KEY_VEX) && rnd() % (allowed ? 3 : 200) == 0;
}

/* Legacy prefixes in any order; the mandatory one among them. */
static void put_prefixes(struct x64_code *c, const struct x64_row *r,
			 unsigned what)
{
	static const u8 mandatory[4] = { 0, 0x66, 0xf3, 0xf2 };
	static const u8 harmless[] = { 0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65 };
	unsigned pp = c->key & KEY_PP;

	if (rnd() % 4 == 0)
		put(c, harmless[rnd() % (what & X64_GEN_FSGS ? 6 : 4)]);
	if (what & X64_GEN_LOCK && wants_lock(c, r))
		put(c, 0xf0);
	if (what & X64_GEN_REP && rnd() % 4)
		put(c, 0xf2 + rnd() % 2);
	if (pp && !(c->key & KEY_VEX))
		put(c, mandatory[pp]);
	c->opsize = pp == KEY_66 && !(c->key & KEY_VEX);
	/* Beside F2, F3 the other one is free. */
	if (pp >= KEY_F3 && !(c->key & KEY_VEX) && rnd() % 4 == 0) {
		put(c, 0x66);
		c->opsize = true;
	}
	if (rnd() % 8 == 0) {
		put(c, 0x67);
		c->addrsize = true;
	}
}

static void put_vex(struct x64_code *c, const struct x64_row *r,
		    unsigned what)
{
	unsigned vvvv = r->what & ROW_NOVVVV ? 15 : rnd() & 15;
	unsigned low = vvvv << 3 | (c->key & KEY_L ? 4 : 0) | (c->key & KEY_PP);
	bool b = c->key & KEY_B;
	bool based = what & X64_GEN_BASE && !(c->key & KEY_MOD3);

	if (c->map == MAP_0F && !c->w && !b && rnd() & 1) {
		put(c, 0xc5);
		put(c, (rnd() & 0x80) | low);
		return;
	}
	put(c, 0xc4);
	put(c, (rnd() & 0x80) | (based ? 0x40 : rnd() & 0x40) |
	       (b ? 0 : 0x20) | c->map);
	put(c, (c->w ? 0x80 : 0) | low);
}

static void put_opcode(struct x64_code *c, const struct x64_row *r)
{
	/* Segment, control and debug registers above 7 do not exist. */
	bool few = x64_gen_has(r, "Sw") || x64_gen_has(r, "Cq") ||
		   x64_gen_has(r, "Dq");
	unsigned rex = (c->w ? 8 : 0) | (c->key & KEY_B ? 1 : 0) |
		       (rnd() & 2) | (few ? 0 : rnd() & 4);

	if (rex || rnd() & 1)
		put(c, 0x40 | rex);
	if (c->map)
		put(c, 0x0f);
	if (c->map > MAP_0F)
		put(c, c->map == MAP_0F38 ? 0x38 : 0x3a);
}

static void put_disp(struct x64_code *c, bool rip)
{
	c->disp_at = c->n;
	c->rip = rip;
	put_random(c, 4);
}

static void put_modrm(struct x64_code *c, const struct x64_row *r,
		      unsigned what)
{
	unsigned reg = c->key >> KEY_REG_SHIFT & 7;
	unsigned rm = c->key >> KEY_RM_SHIFT & 7, mod = rnd() % 3;

	/* Registers that do not exist are tested elsewhere. */
	if (x64_gen_has(r, "Sw"))
		reg = X64_DS;
	if (x64_gen_has(r, "Cq"))
		reg = 0;
	if (c->key & KEY_MOD3)
		mod = 3;
	else if (what & X64_GEN_BASE)
		rm = c->key & KEY_B ? 7 : (mod = 0, 5);
	if (r->what & ROW_VSIB)
		rm = 4;
	put(c, mod << 6 | reg << 3 | rm);
	if (mod != 3 && rm == 4) {
		put(c, rnd());
		if (!mod && (c->b[c->n - 1] & 7) == 5)
			put_disp(c, false);
	} else if (!mod && rm == 5) {
		put_disp(c, true);
	}
	put_random(c, mod == 1 ? 1 : mod == 2 ? 4 : 0);
	/* By r15, stay near. */
	if (what & X64_GEN_BASE && mod == 2)
		memset(c->b + c->n - 3, c->b[c->n - 3] & 1 ? 0xff : 0, 3);
}

void x64_gen(struct x64_code *c, unsigned row, unsigned map, unsigned op,
	     unsigned what)
{
	const struct x64_match *m = &x64_match[row];
	const struct x64_row *r = &x64_row[row];
	unsigned form = x64_opcode[map][op].form;

	memset(c, 0, sizeof(*c));
	c->map = map;
	c->op = op;
	c->key = (rnd() & (KEY_PP | KEY_W | KEY_B | KEY_L | KEY_MOD3 | KEY_REG |
			   KEY_RM) & ~(unsigned)m->mask) | m->value;
	c->w = c->key & KEY_W;
	put_prefixes(c, r, what);
	if (c->key & KEY_VEX)
		put_vex(c, r, what);
	else
		put_opcode(c, r);
	put(c, op);
	if (form & FORM_MODREG)
		c->key |= KEY_MOD3;
	if (form & FORM_MODRM)
		put_modrm(c, r, what);
	for (unsigned k = 0; k < 4; k++)
		put_random(c, tail_of(x64_gen_spec[r->op[k]], c, r));
}
