/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ELF headers, good and hostile; "#!" lines; the vDSO as an ELF file.
 */
#include <check.h>
#include <elf.h>
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "linux-user/elf.h"
#include "linux-user/prog.h"
#include "linux-user/space.h"
#include "linux-user/vdso.h"

enum { NPH = 5, FILE_SIZE = 16384 };

static struct {
	Elf64_Ehdr eh;
	Elf64_Phdr ph[NPH];
	char interp[32];
} f;

static struct elf_image img;
static const char *why;

/* An ordinary program: code, data with bss, interpreter, stack. */
static void setup(void)
{
	memset(&f, 0, sizeof(f));
	memcpy(f.eh.e_ident, ELFMAG, SELFMAG);
	f.eh.e_ident[EI_CLASS] = ELFCLASS64;
	f.eh.e_ident[EI_DATA] = ELFDATA2LSB;
	f.eh.e_ident[EI_VERSION] = EV_CURRENT;
	f.eh.e_type = ET_DYN;
	f.eh.e_machine = EM_AARCH64;
	f.eh.e_version = EV_CURRENT;
	f.eh.e_entry = 0x1234;
	f.eh.e_ehsize = sizeof(f.eh);
	f.eh.e_phentsize = sizeof(f.ph[0]);
	f.eh.e_phoff = offsetof(__typeof__(f), ph);
	f.eh.e_phnum = 4;
	strcpy(f.interp, "/lib/ld.so");
	f.ph[0] = (Elf64_Phdr){ PT_INTERP, PF_R, offsetof(__typeof__(f),
				interp), 0, 0, 11, 11, 1 };
	f.ph[1] = (Elf64_Phdr){ PT_LOAD, PF_R | PF_X, 0, 0, 0, 0x1800, 0x1800,
				0x10000 };
	f.ph[2] = (Elf64_Phdr){ PT_LOAD, PF_R | PF_W, 0x2e00, 0x12e00, 0,
				0x200, 0x5000, 0x10000 };
	f.ph[3] = (Elf64_Phdr){ PT_GNU_STACK, PF_R | PF_W, 0, 0, 0, 0, 0, 16 };
	why = NULL;
}

/* Write the file (cut to size) and read it. */
static int try_size(size_t size)
{
	int fd = memfd_create("elf", MFD_CLOEXEC), err;

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, &f, sizeof(f)), sizeof(f));
	ck_assert_int_eq(ftruncate(fd, (off_t)size), 0);
	err = elf_read(fd, &img, &why);
	close(fd);
	if (err)
		ck_assert_ptr_nonnull(why);
	return err;
}

static int try(void)
{
	return try_size(FILE_SIZE);
}

START_TEST(good)
{
	ck_assert_int_eq(try(), 0);
	ck_assert(img.pie && !img.exec_stack);
	ck_assert_uint_eq(img.machine, EM_AARCH64);
	ck_assert_uint_eq(img.nseg, 2);
	ck_assert_uint_eq(img.lo, 0);
	ck_assert_uint_eq(img.hi, 0x18000);
	ck_assert_uint_eq(img.align, 0x10000);
	ck_assert_uint_eq(img.phdr, sizeof(f.eh));
	ck_assert_str_eq(img.interp, "/lib/ld.so");
	ck_assert_uint_eq(img.seg[0].prot, PROT_READ | PROT_EXEC);
	elf_free(&img);
	f.ph[3].p_flags |= PF_X;
	ck_assert_int_eq(try(), 0);
	ck_assert(img.exec_stack);
	elf_free(&img);
}
END_TEST

#define REFUSED(change) do {			\
		setup();			\
		change;				\
		ck_assert_int_eq(try(), -ENOEXEC); \
	} while (0)

START_TEST(hostile)
{
	REFUSED(f.eh.e_ident[0] = 0);
	REFUSED(f.eh.e_ident[EI_DATA] = ELFDATA2MSB);
	REFUSED(f.eh.e_ident[EI_CLASS] = 7);
	REFUSED(f.eh.e_type = ET_REL);
	REFUSED(f.eh.e_type = ET_CORE);
	REFUSED(f.eh.e_phnum = 0);
	REFUSED(f.eh.e_phnum = 0xffff);
	REFUSED(f.eh.e_phentsize = 32);
	REFUSED(f.eh.e_phoff = FILE_SIZE);
	REFUSED(f.eh.e_phoff = ~0ull);
	REFUSED(f.eh.e_phoff = 1ull << 63);
	REFUSED(f.ph[1].p_memsz = 0x1000);		/* < p_filesz */
	REFUSED(f.ph[1].p_filesz = f.ph[1].p_memsz = ~0ull);
	REFUSED(f.ph[2].p_memsz = ~0ull);
	REFUSED(f.ph[2].p_vaddr = ~0xfffull + 0xe00);
	REFUSED(f.ph[2].p_vaddr = SPACE_TOP - 0x200);
	REFUSED(f.ph[2].p_vaddr = 0xe00);		/* overlap */
	REFUSED(f.ph[2].p_vaddr = 0x12f00);		/* not congruent */
	REFUSED(f.ph[2].p_offset = FILE_SIZE + 0xe00);
	REFUSED(f.ph[2].p_offset = ~0xfffull + 0xe00);
	REFUSED(f.ph[1].p_type = f.ph[2].p_type = PT_NULL);
	REFUSED(f.ph[0].p_filesz = 10);			/* no NUL */
	REFUSED(f.ph[0].p_filesz = 1);
	REFUSED(f.ph[0].p_filesz = 1 << 20);
	REFUSED(f.ph[0].p_offset = ~0ull);
}
END_TEST

START_TEST(sections_do_not_matter)
{
	f.eh.e_shoff = ~0ull;
	f.eh.e_shnum = 0xffff;
	f.eh.e_shstrndx = SHN_XINDEX;
	f.eh.e_shentsize = 1;
	ck_assert_int_eq(try(), 0);
	elf_free(&img);
	f.eh.e_shnum = 0;
	f.eh.e_shoff = 64;
	ck_assert_int_eq(try(), 0);
	elf_free(&img);
}
END_TEST

START_TEST(truncated)
{
	for (size_t n = 0; n < sizeof(f); n += 7)
		ck_assert_int_eq(try_size(n), -ENOEXEC);
	ck_assert_int_eq(try_size(0x2fff), -ENOEXEC);
	ck_assert_int_eq(try_size(0x3000), 0);
	elf_free(&img);
}
END_TEST

START_TEST(odd_but_good)
{
	f.ph[1].p_align = 3;			/* counts as none */
	f.ph[2].p_align = 2 << 20;
	ck_assert_int_eq(try(), 0);
	ck_assert_uint_eq(img.align, 2 << 20);
	elf_free(&img);
	setup();
	f.ph[2].p_filesz = 0;			/* bss only, any offset */
	f.ph[2].p_offset = 0x123;
	ck_assert_int_eq(try(), 0);
	elf_free(&img);
	setup();
	f.ph[2].p_vaddr = 0x1e00;		/* shares no byte, no page */
	f.ph[2].p_offset = 0x1e00;
	ck_assert_int_eq(try(), 0);
	elf_free(&img);
}
END_TEST

/* -- "#!" ------------------------------------------------------------------ */

static int parse(struct script *s, const char *text)
{
	return script_parse(s, (const u8 *)text, strlen(text));
}

START_TEST(scripts)
{
	struct script s;
	char line[400];

	ck_assert_int_eq(parse(&s, "#!/bin/sh\nrest"), 0);
	ck_assert_str_eq(s.interp, "/bin/sh");
	ck_assert_ptr_null(s.arg);
	ck_assert_int_eq(parse(&s, "#! \t/usr/bin/env  a b\tc \t\n"), 0);
	ck_assert_str_eq(s.interp, "/usr/bin/env");
	ck_assert_str_eq(s.arg, "a b\tc");
	ck_assert_int_eq(parse(&s, "#!x"), 0);
	ck_assert_str_eq(s.interp, "x");
	ck_assert_int_eq(parse(&s, "# !/bin/sh\n"), -ENOENT);
	ck_assert_int_eq(parse(&s, "#"), -ENOENT);
	ck_assert_int_eq(parse(&s, ""), -ENOENT);
	ck_assert_int_eq(parse(&s, "#!\n"), -ENOEXEC);
	ck_assert_int_eq(parse(&s, "#!  \t \nx"), -ENOEXEC);
	/* a name that does not end within the buffer */
	memset(line, 'a', sizeof(line));
	memcpy(line, "#!/", 3);
	line[sizeof(line) - 1] = 0;
	ck_assert_int_eq(parse(&s, line), -ENOEXEC);
	/* an argument that does not is cut */
	line[100] = ' ';
	ck_assert_int_eq(parse(&s, line), 0);
	ck_assert_uint_eq(strlen(s.interp), 98);
	ck_assert_uint_eq(strlen(s.arg), 255 - 101);
}
END_TEST

/* -- vDSO ------------------------------------------------------------------ */

static void check_vdso(const struct vdso *v, u8 *page, u64 *sigreturn)
{
	int fd = memfd_create("vdso", MFD_CLOEXEC);

	memset(page, 0, VDSO_SIZE);
	vdso_build(v, page, sigreturn);
	ck_assert_int_eq(write(fd, page, VDSO_SIZE), VDSO_SIZE);
	ck_assert_int_eq(elf_read(fd, &img, &why), 0);
	ck_assert_uint_eq(img.nseg, 1);
	ck_assert_uint_eq(img.hi, VDSO_SIZE);
	ck_assert_uint_eq(img.machine, v->machine);
	elf_free(&img);
	close(fd);
}

START_TEST(vdso_is_elf)
{
	static u8 page[VDSO_SIZE];
	u64 sigreturn;
	u32 insn[2];

	check_vdso(&vdso_x64, page, &sigreturn);
	check_vdso(&vdso_a64, page, &sigreturn);
	/* what unwinders look for */
	memcpy(insn, page + sigreturn, sizeof(insn));
	ck_assert_uint_eq(insn[0], 0xd2801168);
	ck_assert_uint_eq(insn[1], 0xd4000001);
}
END_TEST

static Suite *suite(void)
{
	Suite *su = suite_create("elf");
	TCase *elf = tcase_create("elf"), *other = tcase_create("other");

	tcase_add_checked_fixture(elf, setup, NULL);
	tcase_add_test(elf, good);
	tcase_add_test(elf, hostile);
	tcase_add_test(elf, sections_do_not_matter);
	tcase_add_test(elf, truncated);
	tcase_add_test(elf, odd_but_good);
	tcase_add_test(other, scripts);
	tcase_add_test(other, vdso_is_elf);
	suite_add_tcase(su, elf);
	suite_add_tcase(su, other);
	return su;
}

int main(void)
{
	SRunner *r = srunner_create(suite());
	int bad;

	srunner_run_all(r, CK_ENV);
	bad = srunner_ntests_failed(r);
	srunner_free(r);
	return bad != 0;
}
