// SPDX-License-Identifier: LGPL-2.1-or-later
/* Memory, futexes, asynchronous I/O, and the rarer interfaces. */
#include "sys.h"

#include <linux/aio_abi.h>
#include <linux/futex.h>
#include <linux/keyctl.h>
#include <linux/landlock.h>
#include <linux/membarrier.h>
#include <sys/fanotify.h>
#include <sys/signalfd.h>
#include <sys/time.h>
#include <time.h>

static void memory(void)
{
	unsigned char vec[4];
	char *p = mmap(NULL, 16384, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	p[0] = 1;
	T(mlock(p, 4096));
	T(munlock(p, 4096));
	T(S(mlock2, p, 4096, 1));
	T(S(mlock2, p, 4096, 99));
	T(munlockall());
	T(S(mlockall, 99));
	T(mincore(p, 16384, vec));
	V(vec[0] & 1);
	V(vec[3] & 1);
	T(mincore(p + 1, 16384, vec));
	T(S(mincore, p, 16384, BAD));
	T(msync(p, 4096, MS_SYNC));
	T(msync(p, 4096, 99));
	T(S(membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0));
	T(S(membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0));
	T(S(membarrier, 0x40000000, 0, 0));
	T(pkey_mprotect(p, 4096, PROT_READ, -1));
	T(pkey_mprotect(p, 4096, PROT_READ | PROT_WRITE, -1));
	T(pkey_free(99));
	T(S(process_madvise, -1, NULL, 0, 0, 0));
	munmap(p, 16384);
}

static uint32_t word, word2;

static void futexes(void)
{
	struct timespec ts = { 0, 1000000 };
	struct { uint64_t val, uaddr; uint32_t flags, pad; } w[2] = {
		{ 0, (uintptr_t)&word, 2, 0 }, { 0, (uintptr_t)&word2, 2, 0 }
	};
	struct timespec past = { 1, 0 };

	T(S(futex, &word, FUTEX_WAIT, 1, NULL));
	T(S(futex, &word, FUTEX_WAIT_PRIVATE, 0, &ts));
	T(S(futex, &word, FUTEX_WAKE, 1));
	T(S(futex, &word, FUTEX_WAKE_OP, 1, 1, &word2,
	    FUTEX_OP(FUTEX_OP_SET, 7, FUTEX_OP_CMP_EQ, 0)));
	V(word2);
	word2 = 0;
	T(S(futex, &word, FUTEX_CMP_REQUEUE, 1, 1, &word2, 5));
	T(S(futex, &word, FUTEX_LOCK_PI, 0, NULL));
	V(word == (uint32_t)S(gettid));
	T(S(futex, &word, FUTEX_LOCK_PI, 0, NULL));
	T(S(futex, &word, FUTEX_UNLOCK_PI));
	T(S(futex, &word, 77, 0));
	T(S(futex, BAD, FUTEX_WAIT, 0, NULL));
	T(S(futex, (char *)&word + 1, FUTEX_WAIT, 0, NULL));
	T(S(futex, &word, FUTEX_WAIT_BITSET, 0, NULL, NULL, 0));
	T(S(futex_waitv, w, 2, 0, &past, CLOCK_MONOTONIC));
	T(S(futex_waitv, w, 0, 0, &past, CLOCK_MONOTONIC));
	T(S(futex_waitv, BAD, 1, 0, &past, CLOCK_MONOTONIC));
}

static void async_io(void)
{
	aio_context_t ctx = 0;
	char buf[16] = "", name[] = "f";
	int fd = make_file(name, "asynchronous");
	struct iocb cb = { .aio_lio_opcode = IOCB_CMD_PREAD,
			   .aio_fildes = fd, .aio_buf = (uintptr_t)buf,
			   .aio_nbytes = 12, .aio_data = 99 };
	struct iocb *list[1] = { &cb };
	struct io_event ev[2];
	struct timespec ts = { 1, 0 };

	T(S(io_setup, 4, &ctx));
	T(S(io_submit, ctx, 1L, list));
	T(S(io_getevents, ctx, 1L, 2L, ev, &ts));
	V(ev[0].data);
	V(ev[0].res);
	puts(buf);
	T(S(io_submit, ctx, 1L, list));
	T(S(io_pgetevents, ctx, 1L, 2L, ev, &ts, NULL));
	T(S(io_pgetevents, ctx, 0L, 2L, ev, &ts, BAD));
	T(S(io_submit, ctx, 1L, BAD));
	T(S(io_destroy, ctx));
	T(S(io_destroy, ctx));
	T(S(io_setup, 4, BAD));
	close(fd);
	unlink("f");
}

static void signals(void)
{
	sigset_t set;
	struct signalfd_siginfo si;
	int fd;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	fd = signalfd(-1, &set, SFD_NONBLOCK);
	OK(fd);
	T(read(fd, &si, sizeof(si)));
	raise(SIGUSR1);
	T(read(fd, &si, sizeof(si)));
	V(si.ssi_signo);
	V(si.ssi_pid == (uint32_t)getpid());
	T(S(signalfd4, -1, &set, 8L, 0x100));
	T(S(signalfd4, -1, BAD, 8L, 0));
	T(S(signalfd4, -1, &set, 4L, 0));
}

static void rarities(void)
{
	struct landlock_ruleset_attr attr = {
		.handled_access_fs = LANDLOCK_ACCESS_FS_WRITE_FILE };
	uint64_t handle[20] = { 128 };
	int mnt, fd;

	OK(S(landlock_create_ruleset, NULL, 0, 1));
	OK(S(landlock_create_ruleset, &attr, sizeof(attr), 0));
	T(S(landlock_create_ruleset, BAD, sizeof(attr), 0));
	OK(S(keyctl, KEYCTL_GET_KEYRING_ID, -3, 1, 0, 0));
	OK(S(add_key, "user", "guest_sys", "data", 4, -2));
	T(S(keyctl, 9999, 0, 0, 0, 0));
	T(S(bpf, 9999, NULL, 0));
	T(S(perf_event_open, BAD, 0, -1, -1, 0));
	OK(S(userfaultfd, 1 | O_CLOEXEC));
	T(S(name_to_handle_at, AT_FDCWD, ".", BAD, &mnt, 0));
	OK(S(name_to_handle_at, AT_FDCWD, ".", handle, &mnt, 0));
	fd = S(open_by_handle_at, AT_FDCWD, handle, O_DIRECTORY);
	OK(fd);
	close(fd);
	OK(S(fanotify_init, FAN_CLASS_NOTIF, O_RDONLY | O_DIRECTORY));
	T(S(fanotify_init, FAN_CLASS_NOTIF, 0xffffffff));
	T(S(quotactl, 0x80000400, "/none", 0, NULL));
	T(S(swapon, "/none", 0));
	T(S(swapoff, BAD));
	T(S(mount, "none", "/nowhere", "tmpfs", 0, NULL));
	T(S(umount2, "/nowhere", 0));
	T(S(pivot_root, "/nowhere", "/nowhere"));
	T(S(chroot, "/nowhere"));
	T(S(fsopen, "nofs", 0));
	T(S(open_tree, AT_FDCWD, "/nowhere", 0));
	T(S(move_mount, -1, "", -1, "", 4));
	T(S(mount_setattr, -1, "x", 0, BAD, 32));
	T(S(fspick, AT_FDCWD, "/nowhere", 0));
	T(S(reboot, 1, 2, 3, NULL));
	T(S(get_mempolicy, NULL, NULL, 0L, NULL, 0L));
	T(S(mbind, 1L, 4096L, 0, NULL, 0L, 0));
	T(S(move_pages, 0, 1L, BAD, NULL, BAD, 0));
	T(S(acct, "/nowhere"));
	T(S(settimeofday, BAD, NULL));
	T(S(sethostname, BAD, 5));
	T(S(process_mrelease, -1, 0));
	T(S(memfd_secret, 0x40));
	T(S(set_mempolicy_home_node, 0L, 0L, 0L, 99L));
	T(S(quotactl_fd, -1, 0, 0, NULL));
	T(S(remap_file_pages, 0L, 0L, 0L, 0L, 99L) == -1);
}

int main(void)
{
	enter_dir();
	memory();
	futexes();
	async_io();
	signals();
	rarities();
	return 0;
}
