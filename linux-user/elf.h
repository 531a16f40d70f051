/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the loader needs to know of an ELF file, read from its header and
 * program headers and checked so that nothing a file can contain surprises
 * the code that maps it.
 */
#ifndef LINUX_USER_ELF_H
#define LINUX_USER_ELF_H

#include "base/base.h"

enum {
	ELF_HEAD = 256,		/* bytes that classify a file, as the kernel
				   reads them (BINPRM_BUF_SIZE) */
	ELF_INTERP_MAX = 4096	/* PATH_MAX */
};

struct elf_segment {
	gaddr vaddr;
	u64 memsz, filesz, offset, align;
	u32 prot;			/* PROT_* */
};

struct elf_image {
	u16 machine;
	u8 class;			/* ELFCLASS32 or ELFCLASS64 */
	bool pie;			/* ET_DYN: to be relocated */
	gaddr entry;			/* as linked */
	gaddr phdr;			/* program headers as linked; 0 none */
	u16 phnum, phent;
	gaddr lo, hi;			/* whole pages that the image spans */
	u64 align;			/* widest p_align, >= one page */
	bool exec_stack;		/* PT_GNU_STACK asks for it */
	char *interp;			/* PT_INTERP, owned; or NULL */
	struct elf_segment *seg;	/* PT_LOAD in file order, owned */
	unsigned nseg;
};

/* First look: machine of an ELF file by its first bytes; 0 if it is none or
 * not little-endian.  class gets ELFCLASS*. */
u16 elf_machine(const u8 *head, size_t n, u8 *class);

/*
 * Read the image description from fd.  0, or -ENOEXEC, -EIO, -ENOMEM with
 * the reason in *why.
 */
int elf_read(int fd, struct elf_image *img, const char **why);
void elf_free(struct elf_image *img);

#endif
