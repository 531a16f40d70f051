// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Classic BPF as seccomp accepts it: 32-bit words of struct seccomp_data, an
 * accumulator, an index register, 16 words of memory, forward jumps only.
 */
#include "syscalls/seccomp_bpf.h"

#include <string.h>

/* Which instructions there are, and what their constant may be. */
enum limit { ANY, WORD, SLOT, SHIFT, NONZERO, JUMP };

static const struct {
	u16 code;
	u8 limit;
} allowed[] = {
	{ BPF_LD | BPF_W | BPF_ABS, WORD },
	{ BPF_LD | BPF_W | BPF_LEN, ANY },
	{ BPF_LDX | BPF_W | BPF_LEN, ANY },
	{ BPF_LD | BPF_IMM, ANY }, { BPF_LDX | BPF_IMM, ANY },
	{ BPF_LD | BPF_MEM, SLOT }, { BPF_LDX | BPF_MEM, SLOT },
	{ BPF_ST, SLOT }, { BPF_STX, SLOT },
	{ BPF_MISC | BPF_TAX, ANY }, { BPF_MISC | BPF_TXA, ANY },
	{ BPF_RET | BPF_K, ANY }, { BPF_RET | BPF_A, ANY },
	{ BPF_ALU | BPF_ADD | BPF_K, ANY }, { BPF_ALU | BPF_ADD | BPF_X, ANY },
	{ BPF_ALU | BPF_SUB | BPF_K, ANY }, { BPF_ALU | BPF_SUB | BPF_X, ANY },
	{ BPF_ALU | BPF_MUL | BPF_K, ANY }, { BPF_ALU | BPF_MUL | BPF_X, ANY },
	{ BPF_ALU | BPF_DIV | BPF_K, NONZERO },
	{ BPF_ALU | BPF_DIV | BPF_X, ANY },
	{ BPF_ALU | BPF_AND | BPF_K, ANY }, { BPF_ALU | BPF_AND | BPF_X, ANY },
	{ BPF_ALU | BPF_OR | BPF_K, ANY }, { BPF_ALU | BPF_OR | BPF_X, ANY },
	{ BPF_ALU | BPF_XOR | BPF_K, ANY }, { BPF_ALU | BPF_XOR | BPF_X, ANY },
	{ BPF_ALU | BPF_LSH | BPF_K, SHIFT },
	{ BPF_ALU | BPF_LSH | BPF_X, ANY },
	{ BPF_ALU | BPF_RSH | BPF_K, SHIFT },
	{ BPF_ALU | BPF_RSH | BPF_X, ANY },
	{ BPF_ALU | BPF_NEG, ANY },
	{ BPF_JMP | BPF_JA, JUMP },
	{ BPF_JMP | BPF_JEQ | BPF_K, JUMP }, { BPF_JMP | BPF_JEQ | BPF_X, JUMP },
	{ BPF_JMP | BPF_JGT | BPF_K, JUMP }, { BPF_JMP | BPF_JGT | BPF_X, JUMP },
	{ BPF_JMP | BPF_JGE | BPF_K, JUMP }, { BPF_JMP | BPF_JGE | BPF_X, JUMP },
	{ BPF_JMP | BPF_JSET | BPF_K, JUMP },
	{ BPF_JMP | BPF_JSET | BPF_X, JUMP },
};

/* left: instructions after this one. */
static bool insn_valid(const struct sock_filter *f, unsigned left)
{
	for (unsigned i = 0; i < ARRAY_LEN(allowed); i++) {
		if (allowed[i].code != f->code)
			continue;
		switch (allowed[i].limit) {
		case WORD:
			return f->k % 4 == 0 &&
			       f->k < sizeof(struct seccomp_data);
		case SLOT:
			return f->k < BPF_MEMWORDS;
		case SHIFT:
			return f->k < 32;
		case NONZERO:
			return f->k != 0;
		case JUMP:
			if (f->code == (BPF_JMP | BPF_JA))
				return f->k < left;
			return f->jt < left && f->jf < left;
		}
		return true;
	}
	return false;
}

/* No word of memory may be read on a path that has not written it. */
static bool memory_valid(const struct sock_filter *insn, unsigned len)
{
	u16 at[BPF_MAXINSNS], written = 0;

	memset(at, 0xff, sizeof(at));
	for (unsigned i = 0; i < len; i++) {
		const struct sock_filter *f = &insn[i];

		written &= at[i];
		switch (f->code) {
		case BPF_ST:
		case BPF_STX:
			written |= 1u << f->k;
			break;
		case BPF_LD | BPF_MEM:
		case BPF_LDX | BPF_MEM:
			if (!(written >> f->k & 1))
				return false;
			break;
		case BPF_JMP | BPF_JA:
			at[i + 1 + f->k] &= written;
			written = 0xffff;	/* the next is reached by jumps */
			break;
		default:
			if (BPF_CLASS(f->code) != BPF_JMP)
				break;
			at[i + 1 + f->jt] &= written;
			at[i + 1 + f->jf] &= written;
			written = 0xffff;
		}
	}
	return true;
}

bool seccomp_bpf_valid(const struct sock_filter *insn, unsigned len)
{
	if (!len || len > BPF_MAXINSNS)
		return false;
	for (unsigned i = 0; i < len; i++)
		if (!insn_valid(&insn[i], len - 1 - i))
			return false;
	return BPF_CLASS(insn[len - 1].code) == BPF_RET &&
	       memory_valid(insn, len);
}

static bool alu(u16 code, u32 *acc, u32 v)
{
	switch (BPF_OP(code)) {
	case BPF_ADD:
		*acc += v;
		break;
	case BPF_SUB:
		*acc -= v;
		break;
	case BPF_MUL:
		*acc *= v;
		break;
	case BPF_DIV:
		if (!v)
			return false;
		*acc /= v;
		break;
	case BPF_AND:
		*acc &= v;
		break;
	case BPF_OR:
		*acc |= v;
		break;
	case BPF_XOR:
		*acc ^= v;
		break;
	case BPF_LSH:
		*acc <<= v & 31;
		break;
	case BPF_RSH:
		*acc >>= v & 31;
		break;
	case BPF_NEG:
		*acc = -*acc;
		break;
	}
	return true;
}

static bool test(u16 code, u32 acc, u32 v)
{
	switch (BPF_OP(code)) {
	case BPF_JEQ:
		return acc == v;
	case BPF_JGT:
		return acc > v;
	case BPF_JGE:
		return acc >= v;
	}
	return acc & v;
}

u32 seccomp_bpf_run(const struct sock_filter *f,
		    const struct seccomp_data *data)
{
	u32 acc = 0, x = 0, mem[BPF_MEMWORDS] = { 0 };

	for (;; f++) {
		u32 v = BPF_SRC(f->code) == BPF_X ? x : f->k;
		u32 *to = BPF_CLASS(f->code) == BPF_LDX ? &x : &acc;

		switch (BPF_CLASS(f->code)) {
		case BPF_LD:
		case BPF_LDX:
			if (BPF_MODE(f->code) == BPF_ABS)
				memcpy(to, (const u8 *)data + f->k, 4);
			else if (BPF_MODE(f->code) == BPF_LEN)
				*to = sizeof(*data);
			else
				*to = BPF_MODE(f->code) == BPF_MEM ?
				      mem[f->k] : f->k;
			break;
		case BPF_ST:
			mem[f->k] = acc;
			break;
		case BPF_STX:
			mem[f->k] = x;
			break;
		case BPF_ALU:
			if (!alu(f->code, &acc, v))
				return SECCOMP_RET_KILL_THREAD;
			break;
		case BPF_JMP:
			if (BPF_OP(f->code) == BPF_JA)
				f += f->k;
			else
				f += test(f->code, acc, v) ? f->jt : f->jf;
			break;
		case BPF_RET:
			return BPF_RVAL(f->code) == BPF_A ? acc : f->k;
		case BPF_MISC:
			if (BPF_MISCOP(f->code) == BPF_TAX)
				x = acc;
			else
				acc = x;
			break;
		}
	}
}
