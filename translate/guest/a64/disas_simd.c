/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Kinds of SIMD&FP operands in the asm column (disas.c tells the language).
 *
 * Scalar registers: fh fs fd fq of fixed size; f fo by ftype and opc; fz by
 * sz; e ew by size (w: twice that); ei eiw by immh; e5 by imm5; fl fp ft by
 * the fields of loads and stores.
 * Vectors: v vw vp by size; vb vh vs with Q; vz vzn vzw vz2 by sz; v2h; vi viw
 * by immh; v5 by imm5; v16b and the like as they stand; vr the plain name.
 * Lists: l1-l4, ln1-ln4 (one lane), ltb (table).  Elements: el elz elh el2h
 * el4b elc (last operand), el5 el54 (lane moves).  The rest are immediates
 * and parts of mnemonics.
 */
#include <inttypes.h>
#include <string.h>

#include "base/bits.h"
#include "translate/guest/a64/a64_simd.h"
#include "translate/guest/a64/disas.h"

static const char letter[] = "bhsdq";

static unsigned q_bit(const struct dis *d)
{
	return d->insn >> 30 & 1;
}

static unsigned size_of(const struct dis *d)
{
	return d->insn >> 22 & 3;
}

/* Number of the highest bit of immh, of the lowest one of imm5. */
static unsigned immh_size(const struct dis *d)
{
	u32 v = dis_get(d, "immh");
	unsigned es = 0;

	while (v >> (es + 1))
		es++;
	return es;
}

static unsigned imm5_size(const struct dis *d)
{
	u32 v = dis_get(d, "imm5");
	unsigned es = 0;

	while (es < 3 && !(v >> es & 1))
		es++;
	return es;
}

/* -- Registers ------------------------------------------------------------- */

static void scalar(struct dis *d, unsigned esize)
{
	dis_put(d, "%c%u", letter[esize], d->v);
}

static unsigned ftype_size(unsigned ftype)
{
	static const u8 size[4] = { 2, 3, 4, 1 };

	return size[ftype & 3];
}

static void k_fh(struct dis *d) { scalar(d, 1); }
static void k_fs(struct dis *d) { scalar(d, 2); }
static void k_fd(struct dis *d) { scalar(d, 3); }
static void k_fq(struct dis *d) { scalar(d, 4); }
static void k_f(struct dis *d) { scalar(d, ftype_size(size_of(d))); }
static void k_fo(struct dis *d) { scalar(d, ftype_size(dis_get(d, "opc"))); }
static void k_fz(struct dis *d) { scalar(d, 2 + dis_get(d, "sz")); }
static void k_e(struct dis *d) { scalar(d, size_of(d)); }
static void k_ew(struct dis *d) { scalar(d, size_of(d) + 1); }
static void k_ei(struct dis *d) { scalar(d, immh_size(d)); }
static void k_eiw(struct dis *d) { scalar(d, immh_size(d) + 1); }
static void k_e5(struct dis *d) { scalar(d, imm5_size(d)); }

/* log2 of a load's or store's size. */
static unsigned pair_size(const struct dis *d)
{
	u32 opc = dis_get(d, "opc");

	return opc > 2 ? 4 : 2 + opc;
}

static unsigned mem_size(const struct dis *d)
{
	u32 scale = dis_get(d, "opc") << 2 | dis_get(d, "size");

	return scale > 4 ? 4 : scale;
}

static void k_fp(struct dis *d) { scalar(d, pair_size(d)); }
static void k_ft(struct dis *d) { scalar(d, mem_size(d)); }

static void vector(struct dis *d, unsigned esize, unsigned q)
{
	dis_put(d, "v%u.%u%c", d->v, (8u << q) >> esize, letter[esize]);
}

static void k_v(struct dis *d) { vector(d, size_of(d), q_bit(d)); }
static void k_vw(struct dis *d) { vector(d, size_of(d) + 1, 1); }
static void k_vp(struct dis *d) { vector(d, size_of(d) + 1, q_bit(d)); }
static void k_vb(struct dis *d) { vector(d, 0, q_bit(d)); }
static void k_vh(struct dis *d) { vector(d, 1, q_bit(d)); }
static void k_vs(struct dis *d) { vector(d, 2, q_bit(d)); }
static void k_vz(struct dis *d) { vector(d, 2 + dis_get(d, "sz"), q_bit(d)); }
static void k_vzn(struct dis *d) { vector(d, 1 + dis_get(d, "sz"), q_bit(d)); }
static void k_vzw(struct dis *d) { vector(d, 2 + dis_get(d, "sz"), 1); }
static void k_vi(struct dis *d) { vector(d, immh_size(d), q_bit(d)); }
static void k_viw(struct dis *d) { vector(d, immh_size(d) + 1, 1); }
static void k_v5(struct dis *d) { vector(d, imm5_size(d), q_bit(d)); }
static void k_vr(struct dis *d) { dis_put(d, "v%u", d->v); }

static void k_vz2(struct dis *d)
{
	dis_put(d, "v%u.2%c", d->v, letter[2 + dis_get(d, "sz")]);
}

/* Two halves, or with Q four; FADDP and the like (scalar) have two. */
static void k_v2h(struct dis *d)
{
	bool four = q_bit(d) && !(d->insn >> 28 & 1);

	dis_put(d, "v%u.%uh", d->v, four ? 4 : 2);
}

static void k_g5(struct dis *d)
{
	char c = imm5_size(d) == 3 ? 'x' : 'w';

	if (d->v == 31)
		dis_put(d, "%czr", c);
	else
		dis_put(d, "%c%u", c, d->v);
}

static void k_rq(struct dis *d)
{
	char c = q_bit(d) ? 'x' : 'w';

	if (d->v == 31)
		dis_put(d, "%czr", c);
	else
		dis_put(d, "%c%u", c, d->v);
}

/* -- Lists ----------------------------------------------------------------- */

static void list(struct dis *d, unsigned n, const char *arrangement)
{
	bool range = n > 2 && d->v + n <= 32;

	dis_put(d, "{v%u.%s", d->v, arrangement);
	if (range)
		dis_put(d, "-v%u.%s", d->v + n - 1, arrangement);
	for (unsigned i = 1; i < n && !range; i++)
		dis_put(d, ", v%u.%s", (d->v + i) % 32, arrangement);
	dis_put(d, "}");
}

static void k_l(struct dis *d)
{
	static const char name[8][4] = {
		"8b", "16b", "4h", "8h", "2s", "4s", "1d", "2d"
	};

	list(d, (unsigned)(d->tag[1] - '0'),
	     name[dis_get(d, "size") << 1 | q_bit(d)]);
}

static void k_ltb(struct dis *d)
{
	list(d, dis_get(d, "len") + 1, "16b");
}

/* log2 of the element's size in the one-lane loads and stores. */
static unsigned lane_size(const struct dis *d)
{
	u32 scale = dis_get(d, "scale");

	return scale == 2 && (d->insn >> 10 & 1) ? 3 : scale;
}

static void k_ln(struct dis *d)
{
	unsigned es = lane_size(d);
	unsigned bits = q_bit(d) << 3 | (d->insn >> 10 & 7);
	char name[2] = { letter[es], 0 };

	list(d, (unsigned)(d->tag[2] - '0'), name);
	dis_put(d, "[%u]", bits >> es);
}

/* Post-index amount: a register, or as many bytes as are transferred. */
static void k_vpost(struct dis *d)
{
	static const u8 multi[16] = { 4, 0, 4, 0, 3, 0, 3, 1, 2, 0, 2 };
	unsigned n = multi[d->insn >> 12 & 15] * (8u << q_bit(d));

	if (d->insn >> 24 & 1) {
		n = (d->insn >> 12 & 2) + (d->insn >> 21 & 1) + 1;
		n <<= (d->insn >> 14 & 3) == 3 ? dis_get(d, "size") :
						 lane_size(d);
	}
	if (d->v == 31)
		dis_put(d, "#%u", n);
	else
		dis_put(d, "x%u", d->v);
}

/* -- Elements -------------------------------------------------------------- */

static void k_el5(struct dis *d)
{
	unsigned es = imm5_size(d);

	dis_put(d, "v%u.%c[%u]", d->v, letter[es],
		dis_get(d, "imm5") >> (es + 1));
}

static void k_el54(struct dis *d)
{
	unsigned es = imm5_size(d);

	dis_put(d, "v%u.%c[%u]", d->v, letter[es], dis_get(d, "imm4") >> es);
}

static void element(struct dis *d, const char *name, unsigned esize)
{
	struct a64_fields f = { .insn = d->insn };
	unsigned reg = 0, index = 0;

	f.rm = dis_get(d, "rm");
	f.h = dis_get(d, "h");
	f.l = dis_get(d, "l");
	f.m = dis_get(d, "m");
	simd_element(&f, esize, &reg, &index);
	dis_put(d, "v%u.%s[%u]", reg, name, index);
}

static void k_el(struct dis *d)
{
	const char name[2] = { letter[size_of(d)], 0 };

	element(d, name, size_of(d));
}

static void k_elz(struct dis *d)
{
	unsigned es = 2 + dis_get(d, "sz");
	const char name[2] = { letter[es], 0 };

	element(d, name, es);
}

static void k_elh(struct dis *d) { element(d, "h", 1); }
static void k_el2h(struct dis *d) { element(d, "2h", 2); }
static void k_el4b(struct dis *d) { element(d, "4b", 2); }

/* FCMLA: pairs of lanes. */
static void k_elc(struct dis *d)
{
	unsigned es = size_of(d);

	element(d, es == 1 ? "h" : "s", es + 1);
}

/* -- Immediates ------------------------------------------------------------ */

static void k_immfp(struct dis *d)
{
	dis_put(d, "#%" PRId64,
		bits_sext(d->v, 7) * ((s64)1 << pair_size(d)));
}

static void k_immfpo(struct dis *d)
{
	if (d->v) {
		dis_put(d, ", ");
		k_immfp(d);
	}
}

static void k_immft(struct dis *d)
{
	if (d->v)
		dis_put(d, ", #%u", d->v << mem_size(d));
}

static void k_fimm(struct dis *d)
{
	u64 bits = fp_expand_imm(d->v, 3);
	double value;

	memcpy(&value, &bits, sizeof(value));
	dis_put(d, "#%.18e", value);
}

static void k_mimm(struct dis *d)
{
	unsigned cmode = d->insn >> 12 & 15, op = d->insn >> 29 & 1, n;

	if (cmode == 14 && op) {
		u64 v = 0;

		for (unsigned i = 0; i < 8; i++)
			v |= (d->v >> i & 1 ? 0xffull : 0) << (8 * i);
		dis_put(d, "#0x%" PRIx64, v);
		return;
	}
	dis_put(d, "#0x%x", d->v);
	if (cmode == 12 || cmode == 13) {
		dis_put(d, ", msl #%u", cmode == 12 ? 8 : 16);
		return;
	}
	n = cmode >= 14 ? 0 : cmode >= 8 ? cmode >> 1 & 1 : cmode >> 1;
	if (n)
		dis_put(d, ", lsl #%u", n * 8);
}

static unsigned immhb(const struct dis *d)
{
	return dis_get(d, "immh") << 3 | dis_get(d, "immb");
}

static void k_shr(struct dis *d)
{
	dis_put(d, "#%u", (16u << immh_size(d)) - immhb(d));
}

static void k_shl(struct dis *d)
{
	dis_put(d, "#%u", immhb(d) - (8u << immh_size(d)));
}

static void k_shll(struct dis *d) { dis_put(d, "#%u", 8u << size_of(d)); }
static void k_fbits(struct dis *d) { dis_put(d, "#%u", 64 - d->v); }
static void k_rot90(struct dis *d) { dis_put(d, "#%u", d->v * 90); }
static void k_rot180(struct dis *d) { dis_put(d, "#%u", 90 + d->v * 180); }

/* Parts of mnemonics. */
static void k_2(struct dis *d) { dis_put(d, d->v ? "2" : ""); }
static void k_bt(struct dis *d) { dis_put(d, d->v ? "t" : "b"); }

static const struct {
	const char *kind;
	void (*print)(struct dis *d);
} kinds[] = {
	{ "fh", k_fh }, { "fs", k_fs }, { "fd", k_fd }, { "fq", k_fq },
	{ "f", k_f }, { "fo", k_fo }, { "fz", k_fz }, { "e", k_e },
	{ "ew", k_ew }, { "ei", k_ei }, { "eiw", k_eiw }, { "e5", k_e5 },
	{ "fl", k_fp }, { "fp", k_fp }, { "ft", k_ft }, { "v", k_v },
	{ "vw", k_vw }, { "vp", k_vp }, { "vb", k_vb }, { "vh", k_vh },
	{ "vs", k_vs }, { "vz", k_vz }, { "vzn", k_vzn }, { "vzw", k_vzw },
	{ "vz2", k_vz2 }, { "vi", k_vi }, { "viw", k_viw }, { "v5", k_v5 },
	{ "v2h", k_v2h }, { "vr", k_vr }, { "g5", k_g5 }, { "rq", k_rq },
	{ "l1", k_l }, { "l2", k_l }, { "l3", k_l }, { "l4", k_l },
	{ "ln1", k_ln }, { "ln2", k_ln }, { "ln3", k_ln }, { "ln4", k_ln },
	{ "ltb", k_ltb }, { "vpost", k_vpost }, { "el5", k_el5 },
	{ "el54", k_el54 }, { "el", k_el }, { "elz", k_elz },
	{ "elh", k_elh }, { "el2h", k_el2h }, { "el4b", k_el4b },
	{ "elc", k_elc }, { "immfp", k_immfp }, { "immfpo", k_immfpo },
	{ "immft", k_immft }, { "fimm", k_fimm }, { "mimm", k_mimm },
	{ "shr", k_shr }, { "shl", k_shl }, { "shll", k_shll },
	{ "fbits", k_fbits }, { "rot90", k_rot90 }, { "rot180", k_rot180 },
	{ "2", k_2 }, { "bt", k_bt },
};

bool dis_simd_kind(struct dis *d, const char *kind, size_t n)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (strlen(kinds[i].kind) == n &&
		    !strncmp(kinds[i].kind, kind, n)) {
			kinds[i].print(d);
			return true;
		}
	/* A fixed arrangement. */
	if (n > 2 && kind[0] == 'v' && kind[1] >= '1' && kind[1] <= '9') {
		dis_put(d, "v%u.%.*s", d->v, (int)n - 1, kind + 1);
		return true;
	}
	return false;
}
