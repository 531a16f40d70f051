/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See translate.h. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/fuzz/translate.h"
#include "translate/block.h"

#define CODE 0x7ffffff000ul
enum { GUARD = 0xa5, CODE_BYTES = 400 };

static u8 page[GUEST_PAGE_SIZE] __attribute__((aligned(16)));
static u8 side[CODEBUF_SLACK];
static struct host_block hb;

static int fetch_page(void *opaque, gaddr addr, const u8 **host)
{
	if (addr != CODE)
		return -EFAULT;
	*host = page;
	return 0;
}

static int hypercall(void *opaque, gaddr pc, u32 imm)
{
	return imm < 64 ? (int)imm % EXEC_USER_HELPERS : -1;
}

static struct tctx *make_context(const struct fuzz *f)
{
	struct tctx_config cfg = {
		.isa = f->isa, .cpu_features = ~0ull,
		.mem = { .kind = MEM_DIRECT, .fetch_page = fetch_page,
			 .hypercall = hypercall },
		.code_size = 16 << 20
	};

	return tctx_new(&cfg);
}

/* What an input asks for: its first bytes. */
struct request {
	u8 mode, max_insns;
	u8 room;		/* code memory offered, in 256-byte steps; 0: all */
	u8 side_room;		/* side table likewise */
	u8 offset;		/* of the first word, from the page's end */
	u8 features;
};

static void fail(struct tctx *t, const char *what)
{
	fprintf(stderr, "fuzz: %s\n", what);
	ir_print(t->ir, stderr);
	abort();
}

static void check_guard(struct tctx *t, const u8 *p, const u8 *end)
{
	for (; p < end; p++)
		if (*p != GUARD)
			fail(t, "the back end wrote more than it was given");
}

/* Offer the room asked for; everything must fit in the room there is. */
static int emit(struct tctx *t, u32 room, u32 side_room)
{
	u8 *code = codebuf_reserve(&t->code);
	u32 guard = MIN(room + 4096, CODEBUF_SLACK);
	int err;

	memset(code + room, GUARD, guard - room);
	memset(side + side_room, GUARD, sizeof(side) - side_room);
	hb.code = code;
	hb.avail = room;
	hb.side = side;
	hb.side_avail = side_room;
	hb.nlinks = 0;
	hb.flags_fate = lift_flags_fate;
	hb.flags_die_at_calls = true;
	err = host_backend->emit(t, t->ir, &hb);
	check_guard(t, code + room, code + guard);
	check_guard(t, side + side_room, side + sizeof(side));
	if (!err && (hb.code_len > room || hb.side_len > side_room ||
		     hb.entry_off >= hb.code_len ||
		     hb.nlinks > HOST_MAX_LINKS))
		fail(t, "lengths out of bounds");
	return err;
}

static void translate(struct tctx *t, const struct request *rq, u32 mode,
		      gaddr pc)
{
	u32 room = rq->room ? rq->room * 256u : CODEBUF_SLACK;
	u32 side_room = rq->side_room ? rq->side_room * 256u : CODEBUF_SLACK;
	unsigned max = 1 + rq->max_insns % IR_MAX_INSNS;
	char msg[160];

	t->cfg.cpu_features = rq->features & 1 ? ~0ull : 0;
	if (lift_block(t, t->ir, pc, mode, max))
		return;
	if (t->ir->overflow) {
		if (max == 1)
			fail(t, "one instruction exceeds the IR");
		return;
	}
	if (ir_check(t->ir, msg, sizeof(msg)))
		fail(t, msg);
	if (!emit(t, room, side_room))
		return;
	/* Too little room is an answer; with all of it one must fit. */
	if (lift_block(t, t->ir, pc, mode, 1) == EXEC_NONE &&
	    emit(t, CODEBUF_SLACK, CODEBUF_SLACK))
		fail(t, "one instruction cannot be emitted");
}

int fuzz_input(const struct fuzz *f, const u8 *data, size_t size)
{
	unsigned align = f->isa->insn_align;
	static struct tctx *t;
	struct request rq;
	char text[128];
	gaddr pc;

	if (size < sizeof(rq))
		return 0;
	if (!t)
		t = make_context(f);
	memcpy(&rq, data, sizeof(rq));
	data += sizeof(rq);
	size = MIN((size - sizeof(rq)) & ~(size_t)(align - 1), sizeof(page));
	memset(page, 0, sizeof(page));
	/* At the page's end reading too far meets the unmapped next one. */
	pc = CODE + sizeof(page) - size;
	if (rq.offset & 1)
		pc = CODE + (rq.offset & ~(align - 1)) * 2;
	size = MIN(size, CODE + sizeof(page) - pc);
	memcpy(page + (pc - CODE), data, size);
	for (size_t k = 0; k < size; k += align)
		f->isa->disas(pc + k, page + (pc - CODE) + k,
			      MIN(size - k, f->isa->max_insn_bytes), text,
			      sizeof(text));
	translate(t, &rq, rq.mode & f->modes,
		  pc == CODE + sizeof(page) ? CODE : pc);
	return 0;
}

static u64 state;

u64 fuzz_random(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

int fuzz_main(const struct fuzz *f, int argc, char **argv)
{
	struct { struct request rq; u8 code[CODE_BYTES + 16]; } in;
	u64 seed = 1;
	long n = 30000;
	int opt;

	while ((opt = getopt(argc, argv, "n:s:")) != -1) {
		if (opt == 'n')
			n = atol(optarg);
		else if (opt == 's')
			seed = strtoull(optarg, NULL, 0);
		else
			return 2;
	}
	printf("1..1\n");
	fflush(stdout);
	for (long k = 0; k < n; k++) {
		u64 what;
		u32 len = 0;

		/* Each block has a seed of its own: -s SEED+k -n 1. */
		state = (seed + (u64)k) * 0x9e3779b97f4a7c15;
		state += !state;
		what = fuzz_random();
		in.rq = (struct request){
			.mode = (u8)what, .max_insns = (u8)(what >> 8),
			.room = what >> 16 & 3 ? 0 : (u8)(what >> 20),
			.side_room = what >> 18 & 3 ? 0 : (u8)(what >> 28),
			.offset = (u8)(what >> 36),
			.features = what >> 44 & 7 ? 1 : 0
		};
		do
			len += f->insn(in.code + len);
		while (len < CODE_BYTES && fuzz_random() % 16);
		fuzz_input(f, (const u8 *)&in, sizeof(in.rq) + len);
	}
	printf("ok 1 - %s: %ld blocks translated\n", f->name, n);
	return 0;
}
