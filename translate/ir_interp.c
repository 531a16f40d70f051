/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The IR interpreter.  Control, memory and integer opcodes are written out
 * here; everything flagged S is a call through sem_table.
 *
 * PUTs change the cpu at once, so that at a fault the cpu already holds
 * exactly the state that the IR promises.
 */
#include "translate/ir_interp.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "translate/guest/guest.h"
#include "translate/helper.h"
#include "translate/ir_interp_x86.h"
#include "translate/sem.h"

/* Outcome of one instruction: go on, or leave with a reason. */
enum { GO_ON = EXEC_NONE };

struct run {
	struct cpu *cpu;
	const struct ir *ir;
	struct interp_frame *f;
};

#define U(r, v) ((r)->f->val[v].d[0])

/* -- Flags ----------------------------------------------------------------- */

static u32 flags_nz(u64 v, bool is64)
{
	if (!is64)
		v = (u32)v;
	return (v >> (is64 ? 63 : 31) & 1 ? FLAG_N : 0) | (v ? 0 : FLAG_Z);
}

/* NZCV of a + b + carry. */
static u32 flags_addc(u64 a, u64 b, unsigned carry, bool is64)
{
	unsigned top = is64 ? 63 : 31;
	u64 r;
	bool c;

	if (is64) {
		u128 wide = (u128)a + b + carry;

		r = (u64)wide;
		c = wide >> 64;
	} else {
		u64 wide = (u64)(u32)a + (u32)b + carry;

		r = (u32)wide;
		c = wide >> 32;
	}
	return flags_nz(r, is64) | (c ? FLAG_C : 0) |
	       (((a ^ r) & (b ^ r)) >> top & 1 ? FLAG_V : 0);
}

static bool cond_holds(u32 f, unsigned cond)
{
	bool n = f & FLAG_N, z = f & FLAG_Z, c = f & FLAG_C, v = f & FLAG_V;
	bool r;

	switch (cond >> 1) {
	case 0: r = z; break;
	case 1: r = c; break;
	case 2: r = n; break;
	case 3: r = v; break;
	case 4: r = c && !z; break;
	case 5: r = n == v; break;
	case 6: r = n == v && !z; break;
	case 7: r = !c && !z; break;
	default: r = f & FLAG_P; break;
	}
	return cond & 1 ? !r : r;
}

static u32 run_flags(struct run *r, const struct ir_inst *i)
{
	bool is64 = ir_vtype(r->ir, i->a) == IR_I64;
	u64 a = U(r, i->a), b = U(r, i->b);
	u32 fc = (u32)U(r, i->c);

	switch (i->op) {
	case IR_FLG_ADD: return flags_addc(a, b, 0, is64);
	case IR_FLG_SUB: return flags_addc(a, ~b, 1, is64);
	case IR_FLG_ADC: return flags_addc(a, b, !!(fc & FLAG_C), is64);
	case IR_FLG_SBC: return flags_addc(a, ~b, !!(fc & FLAG_C), is64);
	case IR_FLG_LOGIC: return flags_nz(a, is64);
	case IR_FLG_PACK: return flags_from_nzcv((u32)a);
	default: break;
	}
	/* FLG_CCMP, FLG_CCMN: a = flags, b and c are compared. */
	is64 = ir_vtype(r->ir, i->b) == IR_I64;
	if (!cond_holds((u32)a, i->aux))
		return flags_from_nzcv((u32)i->imm << 28);
	return i->op == IR_FLG_CCMP ? flags_addc(b, ~U(r, i->c), 1, is64) :
				      flags_addc(b, U(r, i->c), 0, is64);
}

/* -- Integer --------------------------------------------------------------- */

static u64 div_signed(u64 a, u64 b, bool is64)
{
	s64 x = is64 ? (s64)a : (s32)a, y = is64 ? (s64)b : (s32)b;

	if (!y)
		return 0;
	return y == -1 ? -(u64)x : (u64)(x / y);
}

static u64 run_bitfield(const struct ir_inst *i, u64 a, u64 b)
{
	unsigned lsb = (unsigned)i->imm & 0xff, len = (unsigned)i->imm >> 8;
	u64 m = bits_mask(len);

	switch (i->op) {
	case IR_UBFX: return bits_get(a, lsb, len);
	case IR_SBFX: return (u64)bits_sext(a >> lsb, len);
	default: return (a & ~(m << lsb)) | (b & m) << lsb;
	}
}

static u64 funnel(u64 hi, u64 lo, unsigned n, bool is64)
{
	if (!n)
		return lo;
	return is64 ? lo >> n | hi << (64 - n) :
		      (u32)((u32)lo >> n | (u32)hi << (32 - n));
}

static u64 leading_sign(u64 a, bool is64)
{
	u64 x = is64 ? a ^ (u64)((s64)a >> 63) :
		       (u32)a ^ (u32)((s32)a >> 31);

	if (!x)
		return is64 ? 63 : 31;
	return (u64)__builtin_clzll(x) - (is64 ? 0 : 32) - 1;
}

static u64 run_int(struct run *r, const struct ir_inst *i)
{
	bool is64 = i->type == IR_I64;
	unsigned w = is64 ? 64 : 32;
	u64 a = U(r, i->a), b = U(r, i->b);
	unsigned n = b & (w - 1), carry = !!(U(r, i->c) & FLAG_C);

	if (!is64)
		a = (u32)a;
	switch (i->op) {
	case IR_ADD: return a + b;
	case IR_SUB: return a - b;
	case IR_MUL: return a * b;
	case IR_AND: return a & b;
	case IR_OR: return a | b;
	case IR_XOR: return a ^ b;
	case IR_ANDN: return a & ~b;
	case IR_NOT: return ~a;
	case IR_NEG: return -a;
	case IR_SHL: return a << n;
	case IR_SHR: return a >> n;
	case IR_SAR: return is64 ? (u64)((s64)a >> n) : (u32)((s32)a >> n);
	case IR_ROR: return is64 ? bits_ror64(a, n) : bits_ror32((u32)a, n);
	case IR_FUNNEL: return funnel(a, b, (unsigned)i->imm, is64);
	case IR_UMULH: return (u64)((u128)a * b >> 64);
	case IR_SMULH: return (u64)((s128)(s64)a * (s64)b >> 64);
	case IR_UDIV:
		b = is64 ? b : (u32)b;
		return b ? a / b : 0;
	case IR_SDIV: return div_signed(a, b, is64);
	case IR_CLZ:
		return a ? (u64)__builtin_clzll(a) - (64 - w) : w;
	case IR_CLS: return leading_sign(a, is64);
	case IR_BSWAP:
		return is64 ? __builtin_bswap64(a) : __builtin_bswap32((u32)a);
	case IR_UBFX: case IR_SBFX: case IR_BFI: return run_bitfield(i, a, b);
	case IR_ADC: return a + b + carry;
	case IR_SBC: return a + ~b + carry;
	case IR_XSBB: return a - b - carry;
	case IR_XRCL: case IR_XRCR:
		return interp_x86_rotate(i->op, i->aux & IR_ESIZE, a, b,
					 (u32)U(r, i->c));
	default: return 0;
	}
}

/* Width changes look at the source in full, whatever the result's type. */
static u64 run_extend(struct run *r, const struct ir_inst *i)
{
	u64 a = U(r, i->a);

	switch (i->op) {
	case IR_ZEXT8: return (u8)a;
	case IR_ZEXT16: return (u16)a;
	case IR_SEXT8: return (u64)(s64)(s8)a;
	case IR_SEXT16: return (u64)(s64)(s16)a;
	case IR_SEXT32: return (u64)(s64)(s32)a;
	default: return (u32)a;		/* ZEXT32, TRUNC */
	}
}

/* -- Memory ---------------------------------------------------------------- */

/* A fault found without the host's help. */
static void NORETURN raise_fault(struct cpu *cpu, u64 addr, u32 info)
{
	cpu->interp->active = false;
	cpu->fault_addr = addr;
	cpu->fault_info = info;
	longjmp(cpu->interp->fault, 1);
}

static u64 address(struct run *r, const struct ir_inst *i)
{
	u64 a = U(r, i->a) + (u64)(s64)i->imm, tagged;

	if (i->b && (i->op == IR_LD || i->op == IR_ST))
		a += U(r, i->b) << (i->aux >> MO_SCALE_SHIFT & 3);
	if (r->ir->ignore_top) {
		tagged = a;
		a = guest_strip_top(a);
		r->f->tagged |= tagged != a;
	}
	r->f->addr = a;
	return a;
}

/* Guest addresses need not be multiples of the size. */
typedef volatile u16 mem16 __attribute__((aligned(1)));
typedef volatile u32 mem32 __attribute__((aligned(1)));
typedef volatile u64 mem64 __attribute__((aligned(1)));

static union v128 load(u64 addr, unsigned size, bool ordered)
{
	union v128 v = { .d = { 0, 0 } };
	const volatile void *p = (const void *)(uintptr_t)addr;

	/* Single-copy atomic for every size a guest may rely on. */
	switch (size) {
	case MO_8: v.d[0] = *(const volatile u8 *)p; break;
	case MO_16: v.d[0] = *(const mem16 *)p; break;
	case MO_32: v.d[0] = *(const mem32 *)p; break;
	case MO_64: v.d[0] = *(const mem64 *)p; break;
	default:
		v.d[0] = ((const mem64 *)p)[0];
		v.d[1] = ((const mem64 *)p)[1];
	}
	if (ordered)
		atomic_thread_fence(memory_order_seq_cst);
	return v;
}

static void journal(struct run *r, u64 addr, const union v128 *v, unsigned n)
{
	struct interp_store *s;

	if (!r->f->log_stores || r->f->nstores >= INTERP_MAX_STORES)
		return;
	s = &r->f->store[r->f->nstores];
	s->addr = addr;
	s->size = n;
	memcpy(s->before, (const void *)(uintptr_t)addr, n);
	memcpy(s->after, v, n);
	r->f->nstores++;	/* last: the copies may fault */
}

static void store(struct run *r, u64 addr, unsigned size, const union v128 *v,
		  bool ordered)
{
	volatile void *p = (void *)(uintptr_t)addr;

	journal(r, addr, v, 1u << size);
	if (ordered)
		atomic_thread_fence(memory_order_seq_cst);
	switch (size) {
	case MO_8: *(volatile u8 *)p = v->b[0]; break;
	case MO_16: *(mem16 *)p = v->h[0]; break;
	case MO_32: *(mem32 *)p = v->s[0]; break;
	case MO_64: *(mem64 *)p = v->d[0]; break;
	default:
		((mem64 *)p)[0] = v->d[0];
		((mem64 *)p)[1] = v->d[1];
	}
	if (ordered)
		atomic_thread_fence(memory_order_seq_cst);
}

static u64 extend(u64 v, unsigned size, bool sign)
{
	unsigned n = 8u << size;

	if (n >= 64)
		return v;
	return sign ? (u64)bits_sext(v, n) : v & bits_mask(n);
}

static u64 atomic_new(unsigned op, u64 old, u64 b, unsigned size)
{
	s64 so = (s64)extend(old, size, true), sb = (s64)extend(b, size, true);
	u64 uo = extend(old, size, false), ub = extend(b, size, false);

	switch (op) {
	case IR_ATOM_ADD: return old + b;
	case IR_ATOM_CLR: return old & ~b;
	case IR_ATOM_XOR: return old ^ b;
	case IR_ATOM_OR: return old | b;
	case IR_ATOM_SMAX: return so > sb ? old : b;
	case IR_ATOM_SMIN: return so < sb ? old : b;
	case IR_ATOM_UMAX: return uo > ub ? old : b;
	case IR_ATOM_UMIN: return uo < ub ? old : b;
	default: return b;
	}
}

/* Compare-and-swap of 1 << size bytes; *old is expected in, found out. */
static bool cas(u64 addr, unsigned size, union v128 *old, const union v128 *new)
{
	void *p = (void *)(uintptr_t)addr;

#define CAS(type, field) __atomic_compare_exchange_n((type *)p, &old->field, \
	new->field, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)
	switch (size) {
	case MO_8: return CAS(u8, b[0]);
	case MO_16: return CAS(u16, h[0]);
	case MO_32: return CAS(u32, s[0]);
	case MO_64: return CAS(u64, d[0]);
	default: return host_cas128(p, old->d, new->d);
	}
#undef CAS
}

/* The same, journalled if it stores. */
static bool logged_cas(struct run *r, u64 addr, unsigned size,
		       union v128 *old, const union v128 *new)
{
	unsigned n = r->f->nstores;

	journal(r, addr, new, 1u << size);
	if (cas(addr, size, old, new))
		return true;
	r->f->nstores = n;
	return false;
}

static void run_atomic(struct run *r, const struct ir_inst *i, union v128 *d)
{
	unsigned size = i->aux & MO_SIZE;
	u64 addr = address(r, i);
	union v128 old, new;

	if (i->op == IR_ATOM_CAS) {
		old = r->f->val[i->b];
		logged_cas(r, addr, size, &old, &r->f->val[i->c]);
	} else {
		old = load(addr, size, false);
		do {
			new = old;
			new.d[0] = atomic_new(i->op, old.d[0], U(r, i->b), size);
		} while (!logged_cas(r, addr, size, &old, &new));
	}
	*d = old;
	if (size < MO_128) {
		d->d[0] = extend(d->d[0], size, false);
		d->d[1] = 0;
	}
}

static void run_ldx(struct run *r, const struct ir_inst *i, union v128 *d)
{
	struct cpu *c = r->cpu;
	u64 addr = address(r, i);

	*d = load(addr, i->aux & MO_SIZE, i->aux & MO_ORDER);
	/* With the tag: host code compares it with its STX's address. */
	c->excl_addr = U(r, i->a) + (u64)(s64)i->imm;
	c->excl_size = 1u << (i->aux & MO_SIZE);
	c->excl_val[0] = d->d[0];
	c->excl_val[1] = d->d[1];
}

/* STX: stored if the monitor covers exactly this and memory is unchanged. */
static u64 run_stx(struct run *r, const struct ir_inst *i)
{
	struct cpu *c = r->cpu;
	u64 addr = address(r, i);
	unsigned size = i->aux & MO_SIZE;
	union v128 old = { .d = { c->excl_val[0], c->excl_val[1] } };
	u64 mine = r->ir->ignore_top ? guest_strip_top(c->excl_addr) :
				       c->excl_addr;
	bool match = mine == addr && c->excl_size == 1u << size;

	c->excl_size = 0;
	if (!match)
		return 1;
	return !logged_cas(r, addr, size, &old, &r->f->val[i->b]);
}

/* Does the access that i announces fault for its alignment? */
static bool misaligned(struct run *r, const struct ir_inst *i)
{
	const struct ir_inst *access = i + 1;

	if (!(address(r, i) & bits_mask(i->aux)))
		return false;
	while (!(ir_op_info[access->op].flags & (IRF_L | IRF_M)))
		access++;
	r->cpu->fault_addr = r->f->addr;
	r->cpu->fault_info = FAULT_ALIGN |
		(ir_op_info[access->op].flags & IRF_M ? FAULT_WRITE : 0);
	r->cpu->pc = r->ir->insn_pc[i->insn];
	return true;
}

static void run_memory(struct run *r, const struct ir_inst *i, union v128 *d)
{
	unsigned size = i->aux & MO_SIZE;
	bool ordered = i->aux & MO_ORDER;

	if (size == MO_128 && i->aux & MO_ALIGNED && address(r, i) & 15)
		raise_fault(r->cpu, 0, FAULT_GP);
	switch (i->op) {
	case IR_LD:
		*d = load(address(r, i), size, ordered);
		if (size < MO_64)
			d->d[0] = extend(d->d[0], size, i->aux & MO_SIGN);
		break;
	case IR_ST:
		store(r, address(r, i), size, &r->f->val[i->c], ordered);
		break;
	case IR_LDX: run_ldx(r, i, d); break;
	case IR_STX: d->d[0] = run_stx(r, i); break;
	default: run_atomic(r, i, d);
	}
}

/* x86 division: a fault of the instruction if it cannot be done. */
static u64 run_divide(struct run *r, const struct ir_inst *i)
{
	u64 out;

	if (!interp_x86_divide(i->op, i->aux & IR_ESIZE, U(r, i->a),
			       U(r, i->b), U(r, i->c), &out))
		raise_fault(r->cpu, 0, FAULT_DIVIDE);
	return out;
}

/* -- Guest state and moves ------------------------------------------------- */

static void put_vector(struct run *r, const struct ir_inst *i)
{
	unsigned n = ir_type_bytes(ir_vtype(r->ir, i->a));
	union v128 v = { .d = { 0, 0 } };

	memcpy(&v, &r->f->val[i->a], n);
	r->cpu->v[i->imm] = v;
}

static void run_state(struct run *r, const struct ir_inst *i, union v128 *d)
{
	struct cpu *c = r->cpu;
	char *env = (char *)c + i->imm;

	switch (i->op) {
	case IR_GETR: d->d[0] = c->r[i->imm]; break;
	case IR_PUTR: c->r[i->imm] = U(r, i->a); break;
	case IR_GETV: *d = c->v[i->imm]; break;
	case IR_PUTV: put_vector(r, i); break;
	case IR_GETF: d->d[0] = c->flags; break;
	case IR_PUTF: c->flags = (u32)U(r, i->a); break;
	case IR_LDENV:
		memcpy(d, env, ir_type_bytes((enum ir_type)i->type));
		break;
	default:
		memcpy(env, &r->f->val[i->a],
		       ir_type_bytes(ir_vtype(r->ir, i->a)));
	}
}

static void run_move(struct run *r, const struct ir_inst *i, union v128 *d)
{
	const union v128 *a = &r->f->val[i->a];
	unsigned n = ir_type_bytes((enum ir_type)i->type);

	switch (i->op) {
	case IR_PAIR:
		d->d[0] = a->d[0];
		d->d[1] = U(r, i->b);
		break;
	case IR_LOHALF: d->d[0] = a->d[0]; break;
	case IR_HIHALF: d->d[0] = a->d[1]; break;
	case IR_VZEXT:
		memcpy(d, a, ir_type_bytes(ir_vtype(r->ir, i->a)));
		break;
	default:			/* VFROMG VTOG VCAST */
		memcpy(d, a, n);
	}
}

/* -- Control --------------------------------------------------------------- */

static unsigned leave_to(struct run *r, gaddr pc)
{
	r->cpu->pc = pc;
	return EXEC_LOOKUP;
}

static unsigned run_exit(struct run *r, const struct ir_inst *i)
{
	u64 a = U(r, i->a);
	bool is64 = ir_vtype(r->ir, i->a) == IR_I64, taken;

	if (!is64)
		a = (u32)a;
	switch (i->op) {
	case IR_EXIT_IF: taken = cond_holds((u32)a, i->aux); break;
	case IR_EXIT_Z: taken = !a; break;
	case IR_EXIT_NZ: taken = a; break;
	case IR_EXIT_BIT0: taken = !(a >> i->aux & 1); break;
	default: taken = a >> i->aux & 1; break;
	}
	return taken ? leave_to(r, r->ir->pool[i->imm]) : GO_ON;
}

static unsigned run_terminal(struct run *r, const struct ir_inst *i)
{
	const u64 *pool = &r->ir->pool[i->imm];

	switch (i->op) {
	case IR_GOTO: case IR_CALL:
		return leave_to(r, pool[0]);
	case IR_TRAP:
		r->cpu->pc = pool[0];
		r->cpu->exit_info = (u32)pool[1];
		return i->aux;
	default:
		return leave_to(r, U(r, i->a));
	}
}

static void run_helper(struct run *r, const struct ir_inst *i, union v128 *d)
{
	exec_helper_fn *fn = helper_get(r->cpu->tctx, (unsigned)i->imm);

	r->cpu->pc = r->ir->insn_pc[i->insn];
	d->d[0] = fn(r->cpu, U(r, i->a), U(r, i->b));
}

/* -- The loop -------------------------------------------------------------- */

static const union v128 *operand(struct run *r, val_t v)
{
	return v ? &r->f->val[v] : NULL;
}

/* Exceptions that MXCSR does not mask are faults. */
static void run_xvec(struct run *r, const struct ir_inst *i, union v128 *d)
{
	enum { FLAGS = 63, MASKS = 7 };
	u32 *mx = &r->cpu->guest_mxcsr, sticky = *mx & FLAGS, raised;

	*mx &= ~(u32)FLAGS;
	sem_table[i->op](r->cpu, sem_desc(i), d, operand(r, i->a),
			 operand(r, i->b), operand(r, i->c));
	raised = *mx & FLAGS;
	*mx |= sticky;
	if (raised & ~(*mx >> MASKS))
		raise_fault(r->cpu, 0, FAULT_FP);
}

static unsigned run_inst(struct run *r, const struct ir_inst *i, union v128 *out)
{
	unsigned flags = ir_op_info[i->op].flags;
	union v128 d = { .d = { 0, 0 } };

	if (flags & IRF_T)
		return run_terminal(r, i);
	if (flags & IRF_E)
		return run_exit(r, i);
	if (i->op == IR_ALIGN)
		return misaligned(r, i) ? EXEC_FAULT : GO_ON;
	if (i->op == IR_ASIDE)
		r->f->aside |= U(r, i->a) & bits_mask(i->aux);
	else if (i->op == IR_HELPER)
		run_helper(r, i, &d);
	else if (i->op >= IR_X87 && i->op <= IR_X87_FROMG)
		d.d[0] = host_x87(r->cpu, i->op, (u32)i->imm, U(r, i->a));
	else if (i->op >= IR_XDIVQ && i->op <= IR_XIDIVR)
		d.d[0] = run_divide(r, i);
	else if (flags & (IRF_L | IRF_M))
		run_memory(r, i, &d);
	else if (i->op >= IR_XVEC && i->op <= IR_XF_VEC)
		run_xvec(r, i, &d);
	else if (flags & IRF_S)
		sem_table[i->op](r->cpu, sem_desc(i), &d, operand(r, i->a),
				 operand(r, i->b), operand(r, i->c));
	else if (i->op == IR_CONST)
		d.d[0] = r->ir->pool[i->imm];
	else if (i->op == IR_VCONST)
		memcpy(&d, &r->ir->pool[i->imm], 16);
	else if (i->op <= IR_STENV)
		run_state(r, i, &d);
	else if (i->op == IR_CLREX)
		r->cpu->excl_size = 0;
	else if (i->op == IR_FENCE)
		atomic_thread_fence(memory_order_seq_cst);
	else if (i->op == IR_SELECT)
		d = r->f->val[cond_holds((u32)U(r, i->a), i->aux) ? i->b : i->c];
	else if (i->op == IR_SETC)
		d.d[0] = cond_holds((u32)U(r, i->a), i->aux);
	else if (i->op == IR_FLG_FCMP)
		d.d[0] = sem_fcmp(r->cpu, i->aux, &r->f->val[i->a],
				  &r->f->val[i->b]);
	else if (i->op >= IR_XF_ADD && i->op <= IR_XF_PACK)
		d.d[0] = interp_x86_flags(i->op, i->aux & IR_ESIZE, U(r, i->a),
					  U(r, i->b), (u32)U(r, i->c));
	else if (i->op == IR_XF_UNPACK)
		d.d[0] = flags_to_eflags((u32)U(r, i->a));
	else if (i->op == IR_FLG_UNPACK)
		d.d[0] = flags_to_nzcv((u32)U(r, i->a));
	else if (i->op >= IR_FLG_ADD && i->op <= IR_FLG_PACK)
		d.d[0] = run_flags(r, i);
	else if (i->op >= IR_ZEXT8 && i->op <= IR_TRUNC)
		d.d[0] = run_extend(r, i);
	else if (i->op < IR_PAIR || (i->op >= IR_XSBB && i->op <= IR_XRCR))
		d.d[0] = run_int(r, i);
	else
		run_move(r, i, &d);
	if (i->type == IR_I32)
		d.d[0] = (u32)d.d[0];
	*out = d;
	return GO_ON;
}

/* Where the host lands after a fault was redirected by the signal handler. */
static void NORETURN fault_landing(struct cpu *cpu)
{
	longjmp(cpu->interp->fault, 1);
}

bool interp_host_fault(struct cpu *cpu, void *uc, u64 addr, u32 info)
{
	if (!cpu->interp || !cpu->interp->active)
		return false;
	cpu->interp->active = false;
	if (info & FAULT_REDO) {
		bool tells = cpu->interp->ir.ignore_top;

		addr = tells ? cpu->interp->addr : 0;
		info = tells ? info & ~(u32)FAULT_REDO : FAULT_GP;
	}
	cpu->fault_addr = addr;
	cpu->fault_info = info;
	host_context_call(uc, (void (*)(void *))fault_landing, cpu);
	return true;
}

static unsigned run_block(struct cpu *cpu, const struct ir *ir)
{
	struct run r = { cpu, ir, cpu->interp };
	unsigned reason = GO_ON;

	memset(&r.f->val[0], 0, sizeof(r.f->val[0]));
	r.f->active = true;
	r.f->tagged = r.f->aside = false;
	for (unsigned n = 1; n < ir->ninst && reason == GO_ON; n++) {
		unsigned last = ir->inst[n - 1].insn;

		if (r.f->aside && ir->inst[n].insn != last) {
			reason = leave_to(&r, ir->insn_pc[last + 1]);
			break;
		}
		r.f->at = n;
		reason = run_inst(&r, &ir->inst[n], &r.f->val[n]);
	}
	r.f->active = false;
	return reason;
}

int interp_prepare(struct cpu *cpu)
{
	if (!cpu->interp)
		cpu->interp = calloc(1, sizeof(*cpu->interp));
	return cpu->interp ? 0 : -ENOMEM;
}

unsigned ir_interp(struct cpu *cpu, const struct ir *ir)
{
	cpu->interp->nstores = 0;
	if (setjmp(cpu->interp->fault)) {
		cpu->pc = ir->insn_pc[ir->inst[cpu->interp->at].insn];
		return EXEC_FAULT;
	}
	return run_block(cpu, ir);
}
