/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The guest's address space: the map against a naive model on random
 * operations, then the system calls on real memory.
 */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "linux-user/space.h"
#include "linux-user/space_map.h"
#include "translate/translate.h"

#define PAGE ((u64)GUEST_PAGE_SIZE)

/* -- The map against an array of page attributes -------------------------- */

enum { MODEL_PAGES = 256 };
#define BASE 0x100000ull

static u32 rnd_state = 12345;

static u32 rnd(u32 n)
{
	rnd_state = rnd_state * 1664525 + 1013904223;
	return (rnd_state >> 8) % n;
}

static void compare(const struct space_map *m, const u32 *model)
{
	const struct vma *v;
	gaddr at = 0, last_end = 0;
	u64 pages = 0, want = 0;

	for (u32 i = 0; i < MODEL_PAGES; i++) {
		v = map_at(m, BASE + i * PAGE);
		ck_assert_uint_eq(v ? v->prot : 0, model[i]);
		want += model[i] != 0;
	}
	for (; (v = map_next(m, at)); at = v->end) {
		ck_assert(v->start < v->end);
		ck_assert(v->start >= last_end);
		pages += (v->end - v->start) / PAGE;
		last_end = v->end;
	}
	ck_assert_uint_eq(pages, want);
	ck_assert_uint_eq(m->pages, want);
}

static gaddr model_gap(const u32 *model, u32 n, bool down)
{
	for (u32 k = 0; k + n <= MODEL_PAGES; k++) {
		u32 i = down ? MODEL_PAGES - n - k : k, j = 0;

		while (j < n && !model[i + j])
			j++;
		if (j == n)
			return BASE + i * PAGE;
	}
	return 0;
}

START_TEST(map_random)
{
	struct space_map m;
	u32 model[MODEL_PAGES] = { 0 };
	gaddr end = BASE + MODEL_PAGES * PAGE;

	map_init(&m);
	for (int round = 0; round < 20000; round++) {
		u32 i = rnd(MODEL_PAGES), n = 1 + rnd(12);
		u32 prot = rnd(3);
		struct vma v = { .flags = MAP_PRIVATE | MAP_ANONYMOUS };

		if (i + n > MODEL_PAGES)
			n = MODEL_PAGES - i;
		v.start = BASE + i * PAGE;
		v.end = v.start + n * PAGE;
		v.prot = prot;
		ck_assert_int_eq(map_prepare(&m), 0);
		map_remove(&m, v.start, v.end);
		if (prot)
			map_add(&m, &v);
		for (u32 j = 0; j < n; j++)
			model[i + j] = prot;
		n = 1 + rnd(20);
		ck_assert_uint_eq(map_gap_down(&m, BASE, end, n * PAGE, PAGE),
				  model_gap(model, n, true));
		ck_assert_uint_eq(map_gap_up(&m, BASE, end, n * PAGE, PAGE),
				  model_gap(model, n, false));
		if (round % 64 == 0)
			compare(&m, model);
	}
	compare(&m, model);
	map_free(&m);
	ck_assert_uint_eq(m.pages, 0);
}
END_TEST

START_TEST(map_joins)
{
	struct space_map m;
	struct vma v = { .start = BASE, .end = BASE + PAGE, .prot = 1,
			 .flags = MAP_PRIVATE, .ino = 7, .offset = 0 };

	map_init(&m);
	ck_assert_int_eq(map_prepare(&m), 0);
	map_add(&m, &v);
	v.start += PAGE;
	v.end += PAGE;
	v.offset = PAGE;		/* goes on in the file: one mapping */
	map_add(&m, &v);
	ck_assert_uint_eq(m.count, 1);
	v.start += PAGE;
	v.end += PAGE;
	v.offset = 9 * PAGE;		/* does not */
	map_add(&m, &v);
	ck_assert_uint_eq(m.count, 2);
	map_remove(&m, BASE, BASE + PAGE);
	ck_assert_uint_eq(map_at(&m, BASE + PAGE)->offset, PAGE);
}
END_TEST

START_TEST(map_guard)
{
	struct space_map m;
	struct vma v = { .start = BASE + 1024 * PAGE, .end = BASE + 1025 * PAGE,
			 .flags = MAP_GROWSDOWN };

	map_init(&m);
	ck_assert_int_eq(map_prepare(&m), 0);
	map_add(&m, &v);
	ck_assert_uint_eq(map_gap_down(&m, BASE, v.end, PAGE, PAGE),
			  v.start - STACK_GUARD_GAP - PAGE);
}
END_TEST

/* -- System calls on real memory ------------------------------------------- */

#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)
#define RW (PROT_READ | PROT_WRITE)

static struct space *s;

static void setup(void)
{
	s = space_new();
	space_set_mmap_base(s, 0x3f000000000);
}

static gaddr get(u64 len, int prot)
{
	s64 r = space_mmap(s, 0, len, prot, ANON, -1, 0);

	ck_assert_int_gt(r, 0);
	return (gaddr)r;
}

START_TEST(mmap_places)
{
	gaddr a = get(PAGE, RW), b = get(3 * PAGE, RW);
	s64 r;

	ck_assert_uint_eq(a, 0x3f000000000 - PAGE);
	ck_assert_uint_eq(b, a - 3 * PAGE);
	*(volatile char *)b = 1;
	/* a hint is followed where there is room */
	r = space_mmap(s, 0x12345000, PAGE, RW, ANON, -1, 0);
	ck_assert_int_eq(r, 0x12345000);
	r = space_mmap(s, 0x12345000, PAGE, RW, ANON, -1, 0);
	ck_assert_int_ne(r, 0x12345000);
	/* and ignored beyond the window */
	r = space_mmap(s, 1ull << 45, PAGE, RW, ANON, -1, 0);
	ck_assert_uint_lt((u64)r, SPACE_TOP);
}
END_TEST

START_TEST(mmap_errors)
{
	gaddr a = get(PAGE, RW);

	ck_assert_int_eq(space_mmap(s, 0, 0, RW, ANON, -1, 0), -EINVAL);
	ck_assert_int_eq(space_mmap(s, 0, PAGE, RW, ANON, -1, 1), -EINVAL);
	ck_assert_int_eq(space_mmap(s, 0, PAGE, RW, MAP_ANONYMOUS, -1, 0),
			 -EINVAL);
	ck_assert_int_eq(space_mmap(s, 0, PAGE, RW, MAP_PRIVATE, 12345, 0),
			 -EBADF);
	ck_assert_int_eq(space_mmap(s, 0, ~0ull, RW, ANON, -1, 0), -ENOMEM);
	ck_assert_int_eq(space_mmap(s, 0, SPACE_TOP + PAGE, RW, ANON, -1, 0),
			 -ENOMEM);
	ck_assert_int_eq(space_mmap(s, SPACE_TOP, PAGE, RW, ANON | MAP_FIXED,
				    -1, 0), -ENOMEM);
	ck_assert_int_eq(space_mmap(s, a + 1, PAGE, RW, ANON | MAP_FIXED, -1,
				    0), -EINVAL);
	ck_assert_int_eq(space_mmap(s, a, PAGE, RW, ANON |
				    MAP_FIXED_NOREPLACE, -1, 0), -EEXIST);
	ck_assert_int_eq(space_mmap(s, a, PAGE, RW | 0x40, ANON, -1, 0),
			 -EINVAL);
	ck_assert_int_eq(space_munmap(s, a + 1, PAGE), -EINVAL);
	ck_assert_int_eq(space_munmap(s, a, 0), -EINVAL);
	ck_assert_int_eq(space_munmap(s, 0x7fff00000000, PAGE), -EINVAL);
}
END_TEST

START_TEST(exec_is_recorded_only)
{
	gaddr a = get(2 * PAGE, PROT_EXEC);
	const u8 *page;
	struct vma v;

	/* readable for us, and executable for the guest */
	ck_assert_int_eq(*(volatile u8 *)a, 0);
	ck_assert_int_eq(space_fetch_page(s, a + 5, &page), 0);
	ck_assert_ptr_eq(page, (void *)a);
	ck_assert_int_eq(space_mprotect(s, a + PAGE, PAGE, RW), 0);
	ck_assert_int_eq(space_fetch_page(s, a + PAGE, &page), -EFAULT);
	ck_assert(space_find(s, a, &v));
	ck_assert_uint_eq(v.prot, PROT_EXEC);
	ck_assert_uint_eq(v.end, a + PAGE);
	ck_assert(!space_find(s, a + 2 * PAGE, &v));
}
END_TEST

static bool host_writes(gaddr a)
{
	int fds[2];
	bool ok;

	ck_assert_int_eq(pipe(fds), 0);
	ck_assert_int_eq(write(fds[1], "x", 1), 1);
	ok = read(fds[0], (void *)a, 1) == 1;
	close(fds[0]);
	close(fds[1]);
	return ok;
}

START_TEST(code_is_guarded)
{
	gaddr a = get(2 * PAGE, RW | PROT_EXEC);
	const u8 *page;

	ck_assert_int_eq(space_fetch_page(s, a, &page), FETCH_FIXED);
	space_guard_code(s);
	ck_assert(host_writes(a));
	ck_assert(!space_code_open(s, a));	/* no code there yet */
	ck_assert_int_eq(space_fetch_page(s, a, &page), FETCH_GUARDED);
	ck_assert(!host_writes(a));
	ck_assert(host_writes(a + PAGE));
	ck_assert(space_code_open(s, a + 5));
	ck_assert(host_writes(a));
	ck_assert_int_eq(space_fetch_page(s, a, &page), FETCH_CHECKED);
	space_code_close(s, a + 5);
	ck_assert_int_eq(space_fetch_page(s, a, &page), FETCH_GUARDED);
	/* The kernel's writes. */
	ck_assert(!space_code_unguard(s, a + PAGE, 10));
	ck_assert(space_code_unguard(s, a + PAGE - 1, 10));
	ck_assert(host_writes(a));
	ck_assert(!space_code_unguard(s, 0, SPACE_TOP));
	/* What the guest may not write to needs no guard. */
	ck_assert_int_eq(space_fetch_page(s, a, &page), FETCH_GUARDED);
	ck_assert_int_eq(space_mprotect(s, a, PAGE, PROT_READ | PROT_EXEC), 0);
	ck_assert_int_eq(space_fetch_page(s, a, &page), FETCH_FIXED);
	ck_assert(!space_code_open(s, a));
}
END_TEST

START_TEST(code_written_often)
{
	gaddr a = get(PAGE, RW | PROT_EXEC);
	const u8 *page;

	space_guard_code(s);
	for (unsigned n = 0; n < 100; n++) {
		space_fetch_page(s, a, &page);
		if (space_code_open(s, a))
			space_code_close(s, a);
	}
	ck_assert_int_eq(space_fetch_page(s, a, &page), FETCH_CHECKED);
	ck_assert(host_writes(a));
	ck_assert_int_eq(space_munmap(s, a, PAGE), 0);
	ck_assert_int_eq(space_fetch_page(s, a, &page), -EFAULT);
}
END_TEST

START_TEST(mprotect_holes)
{
	gaddr a = get(3 * PAGE, RW);
	struct vma v;

	ck_assert_int_eq(space_munmap(s, a + PAGE, PAGE), 0);
	ck_assert_int_eq(space_mprotect(s, a, 3 * PAGE, PROT_READ), -ENOMEM);
	/* up to the hole it has happened */
	ck_assert(space_find(s, a, &v) && v.prot == PROT_READ);
	ck_assert(space_find(s, a + 2 * PAGE, &v) && v.prot == RW);
	ck_assert_int_eq(space_mprotect(s, a, PAGE, 0x80), -EINVAL);
	ck_assert_int_eq(space_mprotect(s, a + 3, PAGE, RW), -EINVAL);
	ck_assert_int_eq(space_mprotect(s, 0x7fff00000000, PAGE, RW),
			 -ENOMEM);
}
END_TEST

START_TEST(mremap_moves)
{
	gaddr above = get(PAGE, RW), a = get(2 * PAGE, RW), b;
	struct vma v;
	s64 r;

	ck_assert_uint_eq(above, a + 2 * PAGE);
	strcpy((char *)a, "text");
	/* no room above: must move */
	ck_assert_int_eq(space_mremap(s, a, 2 * PAGE, 4 * PAGE, 0, 0),
			 -ENOMEM);
	r = space_mremap(s, a, 2 * PAGE, 4 * PAGE, MREMAP_MAYMOVE, 0);
	ck_assert_int_gt(r, 0);
	b = (gaddr)r;
	ck_assert_str_eq((char *)b, "text");
	ck_assert(space_find(s, b, &v) && v.end - v.start == 4 * PAGE);
	ck_assert(!space_find(s, a, &v));
	/* shrink in place, then to a fixed address */
	ck_assert_int_eq(space_mremap(s, b, 4 * PAGE, PAGE, 0, 0), b);
	ck_assert(!space_find(s, b + PAGE, &v));
	r = space_mremap(s, b, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, a);
	ck_assert_int_eq(r, a);
	ck_assert_str_eq((char *)a, "text");
	ck_assert_int_eq(space_mremap(s, b, PAGE, PAGE, MREMAP_MAYMOVE, 0),
			 -EFAULT);
	ck_assert_int_eq(space_mremap(s, a, PAGE, 0, 0, 0), -EINVAL);
}
END_TEST

START_TEST(brk_grows_and_shrinks)
{
	gaddr start = 0x10000000;
	struct vma v;

	space_set_brk(s, start);
	ck_assert_int_eq(space_brk(s, 0), start);
	ck_assert_int_eq(space_brk(s, start + 100), start + 100);
	memset((void *)start, 1, 100);
	ck_assert_int_eq(space_brk(s, start + 5 * PAGE), start + 5 * PAGE);
	ck_assert(space_find(s, start + 4 * PAGE, &v));
	ck_assert_str_eq(v.name, "[heap]");
	ck_assert_int_eq(space_brk(s, start + 1), start + 1);
	ck_assert(!space_find(s, start + PAGE, &v));
	/* something in the way */
	ck_assert_int_gt(space_mmap(s, start + 8 * PAGE, PAGE, RW,
				    ANON | MAP_FIXED, -1, 0), 0);
	ck_assert_int_eq(space_brk(s, start + 8 * PAGE), start + 1);
	ck_assert_int_eq(space_brk(s, start - 1), start + 1);
}
END_TEST

START_TEST(host_in_the_way)
{
	void *want = (void *)(0x3f000000000 - PAGE), *h;
	gaddr a;

	h = mmap(want, PAGE, PROT_READ, ANON | MAP_FIXED_NOREPLACE, -1, 0);
	ck_assert_ptr_eq(h, want);
	a = get(PAGE, RW);
	ck_assert_uint_eq(a, (gaddr)want - PAGE);
	ck_assert_int_eq(space_munmap(s, (gaddr)want, PAGE), -EINVAL);
}
END_TEST

START_TEST(maps_format)
{
	gaddr a = get(2 * PAGE, PROT_READ | PROT_EXEC);
	char *text = NULL, line[100];
	size_t len;
	FILE *f = open_memstream(&text, &len);

	space_set_name(s, a, "[vdso]");
	space_mprotect(s, a + PAGE, PAGE, RW);
	space_print_maps(s, f);
	fclose(f);
	snprintf(line, sizeof(line), "%lx-%lx r-xp 00000000 00:00 0 ", a,
		 a + PAGE);
	ck_assert_msg(!strncmp(text, line, strlen(line)), "%s", text);
	ck_assert_int_eq(strchr(text, '[') - text, 73);
	free(text);
}
END_TEST

static Suite *suite(void)
{
	Suite *su = suite_create("space");
	TCase *map = tcase_create("map"), *sys = tcase_create("calls");

	tcase_add_test(map, map_random);
	tcase_add_test(map, map_joins);
	tcase_add_test(map, map_guard);
	tcase_add_checked_fixture(sys, setup, NULL);
	tcase_add_test(sys, mmap_places);
	tcase_add_test(sys, mmap_errors);
	tcase_add_test(sys, exec_is_recorded_only);
	tcase_add_test(sys, mprotect_holes);
	tcase_add_test(sys, mremap_moves);
	tcase_add_test(sys, brk_grows_and_shrinks);
	tcase_add_test(sys, host_in_the_way);
	tcase_add_test(sys, code_is_guarded);
	tcase_add_test(sys, code_written_often);
	tcase_add_test(sys, maps_format);
	suite_add_tcase(su, map);
	suite_add_tcase(su, sys);
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
