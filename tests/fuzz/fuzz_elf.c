/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Fuzzing of what reads programs: ELF headers and "#!" lines.
 *
 *	clang -fsanitize=fuzzer,address -DFUZZ_ENGINE ...	libFuzzer
 *	fuzz_elf [-n runs] [-s seed] [file]			without it
 *
 * The second form mutates a file (or a small built-in program) at random,
 * and runs as an ordinary test.
 */
#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "linux-user/elf.h"
#include "linux-user/prog.h"
#include "linux-user/space.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What the loader relies on. */
static void check_image(const struct elf_image *img, u64 fsize)
{
	for (unsigned i = 0; i < img->nseg; i++) {
		const struct elf_segment *s = &img->seg[i];

		if (s->filesz > s->memsz || s->vaddr > SPACE_TOP ||
		    s->memsz > SPACE_TOP - s->vaddr || s->vaddr < img->lo ||
		    s->vaddr + s->memsz > img->hi ||
		    (s->filesz && (s->offset > fsize ||
				   s->filesz > fsize - s->offset)))
			abort();
	}
	if (!img->nseg || img->align & (img->align - 1) ||
	    img->align < GUEST_PAGE_SIZE || img->lo >= img->hi)
		abort();
	if (img->interp && strlen(img->interp) >= ELF_INTERP_MAX)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int fd = -1;
	struct elf_image img;
	struct script s;
	const char *why = NULL;

	if (fd < 0)
		fd = memfd_create("fuzz", MFD_CLOEXEC);
	if (ftruncate(fd, 0) || pwrite(fd, data, size, 0) != (ssize_t)size)
		return 0;
	if (!elf_read(fd, &img, &why)) {
		check_image(&img, size);
		elf_free(&img);
	} else if (!why) {
		abort();
	}
	if (!script_parse(&s, data, size) &&
	    (!*s.interp || strlen(s.interp) >= SCRIPT_LINE ||
	     (s.arg && !*s.arg)))
		abort();
	return 0;
}

#ifndef FUZZ_ENGINE
enum { SAMPLE = 8192 };

static u64 state = 1;

static u64 rnd(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

/* A small program with every kind of header that is looked at. */
static void make_sample(u8 *b)
{
	Elf64_Ehdr eh = {
		.e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, 1 },
		.e_type = ET_DYN, .e_machine = EM_AARCH64, .e_version = 1,
		.e_phoff = sizeof(eh), .e_ehsize = sizeof(eh),
		.e_phentsize = sizeof(Elf64_Phdr), .e_phnum = 4
	};
	Elf64_Phdr ph[4] = {
		{ PT_INTERP, PF_R, 512, 512, 512, 8, 8, 1 },
		{ PT_LOAD, PF_R | PF_X, 0, 0, 0, 4096, 4096, 65536 },
		{ PT_LOAD, PF_R | PF_W, 4096, 69632, 0, 4096, 9000, 65536 },
		{ PT_GNU_STACK, PF_R | PF_W, 0, 0, 0, 0, 0, 16 },
	};

	memset(b, 0, SAMPLE);
	memcpy(b, &eh, sizeof(eh));
	memcpy(b + sizeof(eh), ph, sizeof(ph));
	memcpy(b + 512, "/lib/ld", 8);
}

/* Values at which arithmetic on offsets and sizes breaks. */
static u64 interesting(void)
{
	static const u64 v[] = {
		0, 1, 0xff, 0xffff, 0x7fffffff, 0xffffffff, 1ull << 32,
		SPACE_TOP, SPACE_TOP - 1, ~0ull, ~0ull << 12, 1ull << 63
	};

	return v[rnd() % ARRAY_LEN(v)] + rnd() % 3 - 1;
}

static size_t mutate(u8 *b, size_t size)
{
	static const u8 width[] = { 1, 2, 4, 8 };
	unsigned n = 1 + rnd() % 6;

	while (n--) {
		u64 v = rnd() % 2 ? interesting() : rnd();
		size_t w = width[rnd() % 4];
		size_t at = rnd() % (rnd() % 4 ? 320 : size - 8);

		if (at + w <= size)
			memcpy(b + at, &v, w);
	}
	if (rnd() % 8 == 0)
		memcpy(b, "#!", 2);
	return rnd() % 4 ? size : rnd() % (size + 1);
}

int main(int argc, char **argv)
{
	static u8 base[1 << 20], work[1 << 20];
	size_t size = SAMPLE;
	long runs = 20000;
	int opt;

	while ((opt = getopt(argc, argv, "n:s:")) != -1) {
		if (opt == 'n')
			runs = atol(optarg);
		else if (opt == 's')
			state = strtoull(optarg, NULL, 0) | 1;
		else
			return 2;
	}
	make_sample(base);
	if (argv[optind]) {
		FILE *in = fopen(argv[optind], "rb");

		if (!in)
			return 2;
		size = fread(base, 1, sizeof(base), in);
		fclose(in);
		if (size < 1024)
			return 2;
	}
	printf("1..1\n");
	for (long i = 0; i < runs; i++) {
		memcpy(work, base, size);
		LLVMFuzzerTestOneInput(work, mutate(work, size));
	}
	printf("ok 1 - %ld mutated programs\n", runs);
	return 0;
}
#endif
