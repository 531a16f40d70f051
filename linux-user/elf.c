/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reading of ELF headers, with libelf for the layouts of the two classes.
 *
 * libelf is shown a small image of our own making: the file's header with
 * the section table cut off, followed by its program headers.  So a file's
 * size, its section table and every other offset in it are out of the
 * picture, and starting a program costs two small reads.
 *
 * The limits are the kernel's (fs/binfmt_elf.c): 64 KiB of program headers,
 * an interpreter name of at most PATH_MAX, sizes that cannot overflow.
 */
#include "linux-user/elf.h"

#include <errno.h>
#include <gelf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "linux-user/space.h"

enum { FIRST_READ = 1024, PHDRS_MAX = 65536 };

struct headers {
	u8 *buf;		/* header, then program headers */
	size_t size, ehsize;
	u64 phoff;		/* in the file */
	Elf *elf;
	GElf_Ehdr eh;
};

u16 elf_machine(const u8 *head, size_t n, u8 *class)
{
	if (n < EI_NIDENT + 4 || memcmp(head, ELFMAG, SELFMAG) ||
	    head[EI_DATA] != ELFDATA2LSB ||
	    (head[EI_CLASS] != ELFCLASS32 && head[EI_CLASS] != ELFCLASS64))
		return 0;
	*class = head[EI_CLASS];
	return (u16)(head[18] | head[19] << 8);
}

/* All of [off, off + len), or the reason in *why. */
static int read_at(int fd, void *buf, size_t len, u64 off, const char **why)
{
	size_t done = 0;
	ssize_t n;

	while (done < len) {
		if (off + done > INT64_MAX)
			n = 0;
		else
			n = pread(fd, (u8 *)buf + done, len - done,
				  (off_t)(off + done));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			*why = "cannot read the file";
			return -EIO;
		}
		if (n == 0) {
			*why = "file is truncated";
			return -ENOEXEC;
		}
		done += (size_t)n;
	}
	return 0;
}

static int bad(const char **why, const char *reason)
{
	*why = reason;
	return -ENOEXEC;
}

/* Where the header's class keeps what must be known before libelf. */
static void peek(const u8 *b, u8 class, u64 *phoff, u16 *phent, u16 *phnum)
{
	if (class == ELFCLASS64) {
		Elf64_Ehdr eh;

		memcpy(&eh, b, sizeof(eh));
		*phoff = eh.e_phoff;
		*phent = eh.e_phentsize;
		*phnum = eh.e_phnum;
	} else {
		Elf32_Ehdr eh;

		memcpy(&eh, b, sizeof(eh));
		*phoff = eh.e_phoff;
		*phent = eh.e_phentsize;
		*phnum = eh.e_phnum;
	}
}

/* Let the header say: program headers follow, sections there are none. */
static void cut_sections(u8 *b, u8 class)
{
	if (class == ELFCLASS64) {
		Elf64_Ehdr eh;

		memcpy(&eh, b, sizeof(eh));
		eh.e_phoff = sizeof(eh);
		eh.e_shoff = 0;
		eh.e_shnum = eh.e_shstrndx = 0;
		memcpy(b, &eh, sizeof(eh));
	} else {
		Elf32_Ehdr eh;

		memcpy(&eh, b, sizeof(eh));
		eh.e_phoff = sizeof(eh);
		eh.e_shoff = 0;
		eh.e_shnum = eh.e_shstrndx = 0;
		memcpy(b, &eh, sizeof(eh));
	}
}

static int load_headers(int fd, struct headers *h, const char **why)
{
	_Alignas(8) u8 first[FIRST_READ];
	u16 phent, phnum;
	u8 class;
	size_t size, want;
	ssize_t n = pread(fd, first, sizeof(first), 0);
	int err;

	if (n < 0)
		return bad(why, "cannot read the file"), -EIO;
	if (!elf_machine(first, (size_t)n, &class))
		return bad(why, "not an ELF file for a little-endian CPU");
	h->ehsize = class == ELFCLASS64 ? sizeof(Elf64_Ehdr) :
					  sizeof(Elf32_Ehdr);
	want = class == ELFCLASS64 ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr);
	if ((size_t)n < h->ehsize)
		return bad(why, "file is truncated");
	peek(first, class, &h->phoff, &phent, &phnum);
	size = (size_t)phent * phnum;
	if (phent != want || !phnum || size > PHDRS_MAX)
		return bad(why, "bad program header table");
	h->size = h->ehsize + size;
	h->buf = malloc(h->size);
	if (!h->buf)
		return bad(why, "out of memory"), -ENOMEM;
	memcpy(h->buf, first, h->ehsize);
	if (h->phoff <= (u64)n && size <= (u64)n - h->phoff) {
		memcpy(h->buf + h->ehsize, first + h->phoff, size);
	} else {
		err = read_at(fd, h->buf + h->ehsize, size, h->phoff, why);
		if (err)
			return err;
	}
	cut_sections(h->buf, class);
	return 0;
}

static int open_headers(int fd, struct headers *h, const char **why)
{
	int err = load_headers(fd, h, why);

	if (err)
		return err;
	if (elf_version(EV_CURRENT) == EV_NONE)
		return bad(why, "libelf is too old");
	h->elf = elf_memory((char *)h->buf, h->size);
	if (!h->elf || !gelf_getehdr(h->elf, &h->eh))
		return bad(why, "bad ELF header");
	return 0;
}

static void close_headers(struct headers *h)
{
	if (h->elf)
		elf_end(h->elf);
	free(h->buf);
}

static u32 prot_of(u32 flags)
{
	return (flags & PF_R ? PROT_READ : 0) |
	       (flags & PF_W ? PROT_WRITE : 0) |
	       (flags & PF_X ? PROT_EXEC : 0);
}

/* Do [a, a+an) and [b, b+bn) share a byte? */
static bool overlap(u64 a, u64 an, u64 b, u64 bn)
{
	return a < b + bn && b < a + an;
}

static int add_segment(struct elf_image *img, const GElf_Phdr *ph, u64 fsize,
		       const char **why)
{
	struct elf_segment *s = &img->seg[img->nseg];
	u64 page = GUEST_PAGE_SIZE;

	if (!ph->p_memsz && !ph->p_filesz)
		return 0;
	if (ph->p_memsz > SPACE_TOP || ph->p_vaddr > SPACE_TOP - ph->p_memsz)
		return bad(why, "segment outside the address space");
	if (ph->p_filesz > ph->p_memsz)
		return bad(why, "segment larger in the file than in memory");
	if (ph->p_filesz && (ph->p_offset > fsize ||
			     ph->p_filesz > fsize - ph->p_offset))
		return bad(why, "file is truncated");
	if (ph->p_filesz && (ph->p_offset - ph->p_vaddr) % page)
		return bad(why, "segment not aligned to pages");
	for (unsigned i = 0; i < img->nseg; i++)
		if (overlap(img->seg[i].vaddr, img->seg[i].memsz, ph->p_vaddr,
			    ph->p_memsz))
			return bad(why, "segments overlap");
	s->vaddr = ph->p_vaddr;
	s->memsz = ph->p_memsz;
	s->filesz = ph->p_filesz;
	s->offset = ph->p_offset;
	s->align = ph->p_align;
	s->prot = prot_of(ph->p_flags);
	/* An alignment that is no power of two counts as none, as in the
	 * kernel's maximum_alignment(). */
	if (s->align > img->align && !(s->align & (s->align - 1)) &&
	    s->align < SPACE_TOP / 4)
		img->align = s->align;
	img->lo = MIN(img->lo, align_down(s->vaddr, page));
	img->hi = MAX(img->hi, align_up(s->vaddr + s->memsz, page));
	img->nseg++;
	return 0;
}

static int read_interp(int fd, struct elf_image *img, const GElf_Phdr *ph,
		       const char **why)
{
	int err;

	if (img->interp)
		return 0;
	if (ph->p_filesz < 2 || ph->p_filesz > ELF_INTERP_MAX)
		return bad(why, "bad interpreter name");
	img->interp = malloc(ph->p_filesz);
	if (!img->interp)
		return bad(why, "out of memory"), -ENOMEM;
	err = read_at(fd, img->interp, ph->p_filesz, ph->p_offset, why);
	if (err)
		return err;
	if (img->interp[ph->p_filesz - 1])
		return bad(why, "bad interpreter name");
	return 0;
}

/* Where the program headers are in memory: in the segment that holds their
 * file offset. */
static gaddr find_phdr(const struct elf_image *img, u64 phoff)
{
	for (unsigned i = 0; i < img->nseg; i++) {
		const struct elf_segment *s = &img->seg[i];

		if (phoff >= s->offset && phoff - s->offset < s->filesz)
			return s->vaddr + (phoff - s->offset);
	}
	return 0;
}

static int walk(int fd, struct headers *h, struct elf_image *img, u64 fsize,
		const char **why)
{
	GElf_Phdr ph;
	int err = 0;

	for (int i = 0; i < h->eh.e_phnum && !err; i++) {
		if (!gelf_getphdr(h->elf, i, &ph))
			return bad(why, "bad program header table");
		if (ph.p_type == PT_LOAD)
			err = add_segment(img, &ph, fsize, why);
		else if (ph.p_type == PT_INTERP)
			err = read_interp(fd, img, &ph, why);
		else if (ph.p_type == PT_GNU_STACK)
			img->exec_stack = (ph.p_flags & PF_X) != 0;
	}
	return err;
}

static int describe(int fd, struct headers *h, struct elf_image *img,
		    const char **why)
{
	struct stat st;
	int err;

	if (h->eh.e_type != ET_EXEC && h->eh.e_type != ET_DYN)
		return bad(why, "not a program (a relocatable object?)");
	if (fstat(fd, &st))
		return bad(why, "cannot read the file"), -EIO;
	img->machine = h->eh.e_machine;
	img->class = (u8)gelf_getclass(h->elf);
	img->pie = h->eh.e_type == ET_DYN;
	img->entry = h->eh.e_entry;
	img->phnum = h->eh.e_phnum;
	img->phent = h->eh.e_phentsize;
	img->lo = SPACE_TOP;
	img->align = GUEST_PAGE_SIZE;
	img->seg = calloc(img->phnum, sizeof(*img->seg));
	if (!img->seg)
		return bad(why, "out of memory"), -ENOMEM;
	err = walk(fd, h, img, (u64)st.st_size, why);
	if (err)
		return err;
	if (!img->nseg)
		return bad(why, "no segment to load");
	img->phdr = find_phdr(img, h->phoff);
	return 0;
}

int elf_read(int fd, struct elf_image *img, const char **why)
{
	struct headers h = { 0 };
	int err;

	memset(img, 0, sizeof(*img));
	err = open_headers(fd, &h, why);
	if (!err)
		err = describe(fd, &h, img, why);
	close_headers(&h);
	if (err)
		elf_free(img);
	return err;
}

void elf_free(struct elf_image *img)
{
	free(img->interp);
	free(img->seg);
	memset(img, 0, sizeof(*img));
}
