// SPDX-License-Identifier: LGPL-2.1-or-later
/* Files by name and by descriptor. */
#include "sys.h"

#include <dirent.h>
#include <linux/openat2.h>
#include <sys/sendfile.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>
#include <sys/xattr.h>

static void open_flags(void)
{
	struct open_how how = { .flags = O_RDONLY | O_DIRECTORY };
	struct { struct open_how how; uint64_t more; } big = { .how = how };
	int fd;

	close(make_file("f", "0123456789"));
	T(symlink("f", "link"));
	T(mkdir("d", 0750));
	OK(S(openat, AT_FDCWD, "d", O_RDONLY | O_DIRECTORY));
	T(S(openat, AT_FDCWD, "f", O_RDONLY | O_DIRECTORY));
	T(S(openat, AT_FDCWD, "link", O_RDONLY | O_NOFOLLOW));
	T(S(openat, AT_FDCWD, "d", O_RDWR));
	T(S(openat, AT_FDCWD, "f", O_CREAT | O_EXCL | O_RDWR, 0600));
	T(S(openat, AT_FDCWD, "none", O_RDONLY));
	T(S(openat, AT_FDCWD, NULL, O_RDONLY));
	T(S(openat, AT_FDCWD, BAD, O_RDONLY));
	T(S(openat, AT_FDCWD, "", O_RDONLY));
	T(S(openat, -1, "f", O_RDONLY));
	OK(S(openat, -1, "/", O_RDONLY));
	fd = open("f", O_RDWR | O_APPEND | O_NONBLOCK);
	V((fcntl(fd, F_GETFL) & (O_APPEND | O_NONBLOCK | O_RDWR)) ==
	  (O_APPEND | O_NONBLOCK | O_RDWR));
	T(fcntl(fd, F_SETFL, O_APPEND));
	V(!!(fcntl(fd, F_GETFL) & O_NONBLOCK));
	close(fd);
	fd = open("d", O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
	V(!!(fcntl(fd, F_GETFL) & O_DIRECTORY));
	V(!!(fcntl(fd, F_GETFL) & O_NOFOLLOW));
	close(fd);
	fd = open(".", O_TMPFILE | O_RDWR, 0600);
	OK(fd);
	T(write(fd, "tmp", 3));
	close(fd);
	fd = open("f", O_PATH);
	T(read(fd, work_dir, 0));
	close(fd);
	OK(S(openat2, AT_FDCWD, "d", &how, sizeof(how)));
	T(S(openat2, AT_FDCWD, "f", &how, sizeof(how)));
	OK(S(openat2, AT_FDCWD, "d", &big, sizeof(big)));
	big.more = 1;
	T(S(openat2, AT_FDCWD, "d", &big, sizeof(big)));
	T(S(openat2, AT_FDCWD, "d", &how, 8));
	T(S(openat2, AT_FDCWD, "d", BAD, sizeof(how)));
	how.flags = 1ull << 40;
	T(S(openat2, AT_FDCWD, "d", &how, sizeof(how)));
	how.flags = O_RDONLY;
	how.resolve = RESOLVE_NO_SYMLINKS;
	T(S(openat2, AT_FDCWD, "link", &how, sizeof(how)));
	how.resolve = RESOLVE_BENEATH;
	T(S(openat2, AT_FDCWD, "/etc", &how, sizeof(how)));
}

static void status(void)
{
	struct stat st, lst;
	struct statx sx;
	struct statfs fs;

	T(stat("f", &st));
	V(st.st_size);
	printf("mode %o\n", st.st_mode);
	V(st.st_nlink);
	V(st.st_uid == getuid());
	V(st.st_blksize);
	T(lstat("link", &lst));
	printf("mode %o\n", lst.st_mode);
	V(lst.st_size);
	T(statx(AT_FDCWD, "f", 0, STATX_BASIC_STATS, &sx));
	V(sx.stx_ino == st.st_ino && sx.stx_size == (uint64_t)st.st_size &&
	  sx.stx_nlink == st.st_nlink && sx.stx_mode == st.st_mode &&
	  makedev(sx.stx_dev_major, sx.stx_dev_minor) == st.st_dev &&
	  sx.stx_mtime.tv_sec == st.st_mtim.tv_sec &&
	  sx.stx_mtime.tv_nsec == st.st_mtim.tv_nsec &&
	  sx.stx_ctime.tv_nsec == st.st_ctim.tv_nsec &&
	  sx.stx_blocks == (uint64_t)st.st_blocks);
	T(stat("/dev/null", &st));
	V(major(st.st_rdev));
	V(minor(st.st_rdev));
	T(S(newfstatat, AT_FDCWD, "none", &st, 0));
	T(S(newfstatat, AT_FDCWD, "f", BAD, 0));
	T(S(newfstatat, AT_FDCWD, BAD, &st, 0));
	T(S(newfstatat, AT_FDCWD, "f", &st, 0x40000000));
	T(S(newfstatat, 0, "", &st, AT_EMPTY_PATH));
	T(S(newfstatat, 99, "f", &st, 0));
	T(S(fstat, -1, &st));
	T(S(fstat, 1, BAD));
	T(S(statx, AT_FDCWD, "f", 0, STATX_BASIC_STATS, BAD));
	T(statfs(".", &fs));
	V(fs.f_bsize > 0 && fs.f_blocks > 0);
	T(statfs("none", &fs));
	T(S(statfs, ".", BAD));
	T(faccessat(AT_FDCWD, "f", R_OK, 0));
	T(S(faccessat, AT_FDCWD, "none", R_OK));
	T(S(faccessat2, AT_FDCWD, "f", F_OK, AT_SYMLINK_NOFOLLOW));
	T(S(faccessat2, AT_FDCWD, "f", 99, 0));
}

static void contents(void)
{
	char buf[64] = "";
	struct iovec v[2] = { { buf, 3 }, { buf + 8, 4 } };
	struct iovec bad[1] = { { BAD, 4 } };
	loff_t in = 2, out = 0;
	int fd = open("f", O_RDWR), g = make_file("g", ""), p[2];

	T(read(fd, buf, 4));
	printf("%.4s\n", buf);
	T(lseek(fd, 2, SEEK_SET));
	T(lseek(fd, -1, SEEK_SET));
	T(lseek(fd, 0, SEEK_END));
	T(lseek(fd, 0, 77));
	T(read(fd, buf, 4));
	T(pread(fd, buf, 4, 6));
	printf("%.4s\n", buf);
	T(pread(fd, buf, 4, -1));
	T(S(pread64, fd, BAD, 4, 0L));
	T(pwrite(fd, "ab", 2, 1));
	T(preadv(fd, v, 2, 0));
	printf("%.3s %.4s\n", buf, buf + 8);
	T(pwritev(fd, v, 2, 3));
	T(preadv2(fd, v, 1, -1, 0));
	T(preadv2(fd, v, 1, 0, 0x40000000));
	T(readv(fd, bad, 1));
	T(writev(fd, bad, 1));
	T(writev(fd, v, -1));
	T(S(write, fd, BAD, 5));
	T(S(write, fd, BAD, 0));
	T(read(-1, buf, 1));
	T(copy_file_range(fd, &in, g, &out, 5, 0));
	V(in);
	V(out);
	lseek(fd, 0, SEEK_SET);
	T(sendfile(g, fd, NULL, 4));
	in = 1;
	T(sendfile(g, fd, &in, 4));
	V(in);
	T(pipe(p));
	in = 0;
	T(splice(fd, &in, p[1], NULL, 6, 0));
	T(read(p[0], buf, 10));
	printf("%.6s\n", buf);
	T(vmsplice(p[1], v, 1, 0));
	T(tee(p[0], p[0], 1, 0));
	T(ftruncate(fd, 4));
	T(truncate("f", 100));
	T(truncate("none", 100));
	T(ftruncate(fd, -1));
	T(fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, 8192));
	T(fallocate(fd, 0x4000, 0, 8192));
	T(lseek(fd, 0, SEEK_END));
	T(fsync(fd));
	T(fdatasync(fd));
	T(posix_fadvise(fd, 0, 0, POSIX_FADV_WILLNEED));
	T(S(sync_file_range, fd, 0L, 0L, 2));
	T(S(readahead, fd, 0L, 4096L));
	T(S(syncfs, fd));
	T(S(fadvise64, p[0], 0L, 0L, 0));
	close(fd);
	close(g);
}

static void names(void)
{
	struct timespec ts[2] = { { 1000, 5 }, { 0, UTIME_OMIT } };
	struct stat st;
	char buf[64] = "";

	T(link("f", "f2"));
	T(link("none", "f3"));
	T(rename("f2", "f3"));
	T(S(renameat2, AT_FDCWD, "f3", AT_FDCWD, "f", 1));
	T(S(renameat2, AT_FDCWD, "f3", AT_FDCWD, "d", 2));
	T(S(renameat2, AT_FDCWD, "f3", AT_FDCWD, "d", 2));
	T(readlink("link", buf, sizeof(buf)));
	printf("%s\n", buf);
	T(readlink("link", buf, 0));
	T(readlink("f", buf, 10));
	T(S(readlinkat, AT_FDCWD, "link", BAD, 10));
	T(chmod("f", 0600));
	T(fchmodat(AT_FDCWD, "none", 0600, 0));
	T(S(fchmodat2, AT_FDCWD, "f", 0640, 0));
	T(chown("f", getuid(), -1));
	T(lchown("link", -1, getgid()));
	T(utimensat(AT_FDCWD, "f", ts, 0));
	stat("f", &st);
	V(st.st_atim.tv_sec);
	V(st.st_atim.tv_nsec);
	V(st.st_mtim.tv_sec != 0);
	T(S(utimensat, AT_FDCWD, "f", BAD, 0));
	T(mknod("fifo", S_IFIFO | 0600, 0));
	stat("fifo", &st);
	V(S_ISFIFO(st.st_mode));
	T(unlink("fifo"));
	T(mkdir("d", 0700));
	T(mkdir("none/x", 0700));
	T(rmdir("f"));
	T(unlink("d"));
	T(umask(027));
	T(umask(022));
	T(S(getcwd, buf, 2));
	T(S(getcwd, BAD, 64));
	T(S(getcwd, buf, 64));
	V(!strcmp(buf, work_dir));
	T(chdir("d"));
	T(chdir(".."));
	T(chdir("f"));
	T(S(chdir, BAD));
	T(fchdir(0));
}

static void attributes(void)
{
	char buf[64];
	int fd = open("f", O_RDONLY);

	T(setxattr("f", "user.a", "value", 5, XATTR_CREATE));
	T(setxattr("f", "user.a", "value", 5, XATTR_CREATE));
	T(getxattr("f", "user.a", buf, sizeof(buf)));
	T(getxattr("f", "user.a", buf, 2));
	T(getxattr("f", "user.b", buf, 2));
	T(lgetxattr("link", "user.a", buf, 2));
	T(fgetxattr(fd, "user.a", NULL, 0));
	T(listxattr("f", buf, sizeof(buf)));
	T(llistxattr("link", buf, sizeof(buf)));
	T(flistxattr(fd, NULL, 0));
	T(fsetxattr(fd, "user.b", "", 0, 0));
	T(fremovexattr(fd, "user.b"));
	T(removexattr("f", "user.a"));
	T(removexattr("f", "user.a"));
	T(S(getxattr, "f", BAD, buf, 2));
	close(fd);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void directory(void)
{
	char buf[1024], *list[32];
	int fd = open(".", O_RDONLY | O_DIRECTORY), n = 0;
	long len;
	struct dirent64 *d;

	while ((len = S(getdents64, fd, buf, sizeof(buf))) > 0)
		for (long at = 0; at < len; at += d->d_reclen) {
			d = (void *)(buf + at);
			snprintf(list[n++] = malloc(300), 300, "%s %d",
				 d->d_name, d->d_type);
		}
	qsort(list, n, sizeof(*list), by_name);
	for (int i = 0; i < n; i++)
		puts(list[i]);
	T(S(getdents64, fd, buf, sizeof(buf)));
	lseek(fd, 0, SEEK_SET);
	T(S(getdents64, fd, buf, 8));
	T(S(getdents64, fd, BAD, 1024));
	T(S(getdents64, -1, buf, 1024));
	T(S(getdents64, open("f", O_RDONLY), buf, 1024));
}

int main(void)
{
	enter_dir();
	umask(022);
	open_flags();
	status();
	contents();
	names();
	attributes();
	directory();
	T(unlink("f"));
	T(unlink("f3"));
	T(unlink("g"));
	T(unlink("link"));
	T(rmdir("d"));
	return 0;
}
