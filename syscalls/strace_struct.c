// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * strace printers of what pointers point to.  Everything is read by guarded
 * copies; what cannot be read is shown as an address.
 */
#include "syscalls/strace_priv.h"

#include <arpa/inet.h>
#include <linux/netlink.h>
#include <linux/openat2.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <time.h>

#include "syscalls/abi_a64.h"

#define ARG (g->a[g->i])
#define MAX_TEXT 32u	/* bytes of a buffer shown, as strace does */
#define MAX_ITEMS 8u	/* members of an array shown */

/* Copy the struct the argument points to, or print the pointer. */
static bool fetch(struct strace_line *l, const struct strace_arg *g, void *to,
		  u64 size)
{
	if (ARG && !guest_read(g->c, to, ARG, size))
		return true;
	st_pointer(l, ARG);
	return false;
}

/* -- Text ---------------------------------------------------------------- */

void st_quoted(struct strace_line *l, const u8 *s, u64 n, bool more)
{
	static const char escapes[] = "\n\t\r\v\f\"\\";
	static const char letters[] = "ntrvf\"\\";

	st_put(l, "\"");
	for (u64 i = 0; i < n; i++) {
		const char *e = s[i] ? strchr(escapes, s[i]) : NULL;
		bool digit = i + 1 < n && s[i + 1] >= '0' && s[i + 1] <= '7';

		if (e)
			st_put(l, "\\%c", letters[e - escapes]);
		else if (s[i] >= ' ' && s[i] < 127)
			st_put(l, "%c", s[i]);
		else
			st_put(l, digit ? "\\%03o" : "\\%o", s[i]);
	}
	st_put(l, more ? "\"..." : "\"");
}

void st_buffer(struct strace_line *l, struct sysctx *c, gaddr addr, u64 n)
{
	u8 text[MAX_TEXT];

	if (!addr || guest_read(c, text, addr, MIN(n, MAX_TEXT)))
		st_pointer(l, addr);
	else
		st_quoted(l, text, MIN(n, MAX_TEXT), n > MAX_TEXT);
}

static void put_string(struct strace_line *l, struct sysctx *c, gaddr addr)
{
	char text[256];
	s64 n = guest_read_str(c, text, sizeof(text), addr);

	if (!addr || n == -EFAULT)
		st_pointer(l, addr);
	else
		st_quoted(l, (u8 *)text, n < 0 ? sizeof(text) : (u64)n, n < 0);
}

void strace_string(struct strace_line *l, const struct strace_arg *g)
{
	put_string(l, g->c, ARG);
}

void strace_buffer(struct strace_line *l, const struct strace_arg *g)
{
	u64 n = g->ref < 6 ? g->a[g->ref] : 0;

	if (g->done)
		n = MIN(n, (u64)g->ret);
	st_buffer(l, g->c, ARG, n);
}

static void put_strings(struct strace_line *l, const struct strace_arg *g,
			unsigned max)
{
	unsigned i;
	u64 p = 0;

	st_put(l, "[");
	for (i = 0; i < max; i++) {
		if (guest_read(g->c, &p, ARG + 8 * i, 8) || !p)
			break;
		st_put(l, i ? ", " : "");
		put_string(l, g->c, p);
	}
	st_put(l, i == max && p ? ", ...]" : "]");
}

void strace_string_array(struct strace_line *l, const struct strace_arg *g)
{
	if (!ARG)
		st_pointer(l, ARG);
	else
		put_strings(l, g, 32);
}

void strace_env_array(struct strace_line *l, const struct strace_arg *g)
{
	unsigned n = 0;
	u64 p;

	st_pointer(l, ARG);
	while (ARG && n < 10000 && !guest_read(g->c, &p, ARG + 8 * n, 8) && p)
		n++;
	if (ARG)
		st_put(l, " /* %u vars */", n);
}

static void put_iovec(struct strace_line *l, struct sysctx *c, gaddr addr,
		      u64 count, bool done, s64 ret)
{
	struct iovec v;
	u64 i;

	st_put(l, "[");
	for (i = 0; i < MIN(count, MAX_ITEMS); i++) {
		u64 n;

		if (guest_read(c, &v, addr + i * sizeof(v), sizeof(v)))
			break;
		n = done ? MIN(v.iov_len, (u64)MAX(ret, 0)) : v.iov_len;
		st_put(l, "%s{iov_base=", i ? ", " : "");
		st_buffer(l, c, (gaddr)v.iov_base, n);
		st_put(l, ", iov_len=%zu}", v.iov_len);
		ret -= n;
	}
	st_put(l, count > i ? ", ...]" : "]");
}

void strace_iovec(struct strace_line *l, const struct strace_arg *g)
{
	put_iovec(l, g->c, ARG, g->ref < 6 ? g->a[g->ref] : 0, g->done,
		  g->ret);
}

/* -- Time ---------------------------------------------------------------- */

static void put_timespec(struct strace_line *l, const struct timespec *t)
{
	st_put(l, "{tv_sec=%ld, tv_nsec=%ld}", (long)t->tv_sec, t->tv_nsec);
}

void strace_timespec(struct strace_line *l, const struct strace_arg *g)
{
	struct timespec t;

	if (fetch(l, g, &t, sizeof(t)))
		put_timespec(l, &t);
}

void strace_timespec2(struct strace_line *l, const struct strace_arg *g)
{
	struct timespec t[2];

	if (!fetch(l, g, t, sizeof(t)))
		return;
	st_put(l, "[");
	for (int i = 0; i < 2; i++) {
		if (t[i].tv_nsec == ((1 << 30) - 1))
			st_put(l, "UTIME_NOW");
		else if (t[i].tv_nsec == ((1 << 30) - 2))
			st_put(l, "UTIME_OMIT");
		else
			put_timespec(l, &t[i]);
		st_put(l, i ? "]" : ", ");
	}
}

static void put_timeval(struct strace_line *l, const struct timeval *t)
{
	st_put(l, "{tv_sec=%ld, tv_usec=%ld}", (long)t->tv_sec,
	       (long)t->tv_usec);
}

void strace_timeval(struct strace_line *l, const struct strace_arg *g)
{
	struct timeval t;

	if (fetch(l, g, &t, sizeof(t)))
		put_timeval(l, &t);
}

void strace_itimerspec(struct strace_line *l, const struct strace_arg *g)
{
	struct itimerspec t;

	if (!fetch(l, g, &t, sizeof(t)))
		return;
	st_put(l, "{it_interval=");
	put_timespec(l, &t.it_interval);
	st_put(l, ", it_value=");
	put_timespec(l, &t.it_value);
	st_put(l, "}");
}

void strace_itimerval(struct strace_line *l, const struct strace_arg *g)
{
	struct itimerval t;

	if (!fetch(l, g, &t, sizeof(t)))
		return;
	st_put(l, "{it_interval=");
	put_timeval(l, &t.it_interval);
	st_put(l, ", it_value=");
	put_timeval(l, &t.it_value);
	st_put(l, "}");
}

/* -- Files --------------------------------------------------------------- */

void strace_open_how(struct strace_line *l, const struct strace_arg *g)
{
	struct open_how how;

	if (!fetch(l, g, &how, sizeof(how)))
		return;
	st_put(l, "{flags=");
	st_open_flags(l, g->c, how.flags);
	if (how.mode)
		st_put(l, ", mode=%#llo", (unsigned long long)how.mode);
	st_put(l, ", resolve=%#llx}", (unsigned long long)how.resolve);
}

static void put_stat(struct strace_line *l, u32 mode, u64 rdev, s64 size)
{
	st_put(l, "{st_mode=");
	st_mode(l, mode);
	if (S_ISCHR(mode) || S_ISBLK(mode))
		st_put(l, ", st_rdev=makedev(%#x, %#x), ...}", major(rdev),
		       minor(rdev));
	else
		st_put(l, ", st_size=%lld, ...}", (long long)size);
}

void strace_stat(struct strace_line *l, const struct strace_arg *g)
{
	struct a64_stat st;
	struct stat host;

	if (g->c->cfg->abi->native) {
		if (fetch(l, g, &host, sizeof(host)))
			put_stat(l, host.st_mode, host.st_rdev, host.st_size);
	} else if (fetch(l, g, &st, sizeof(st))) {
		put_stat(l, st.st_mode, st.st_rdev, st.st_size);
	}
}

void strace_statx(struct strace_line *l, const struct strace_arg *g)
{
	struct statx st;

	if (!fetch(l, g, &st, sizeof(st)))
		return;
	st_put(l, "{stx_mask=%#x, stx_mode=", st.stx_mask);
	st_mode(l, st.stx_mode);
	st_put(l, ", stx_size=%llu, ...}", (unsigned long long)st.stx_size);
}

void strace_statfs(struct strace_line *l, const struct strace_arg *g)
{
	struct statfs st;

	if (fetch(l, g, &st, sizeof(st)))
		st_put(l, "{f_type=%#lx, f_bsize=%ld, f_blocks=%lu, ...}",
		       (long)st.f_type, (long)st.f_bsize,
		       (unsigned long)st.f_blocks);
}

void strace_int_pair(struct strace_line *l, const struct strace_arg *g)
{
	int v[2];

	if (fetch(l, g, v, sizeof(v)))
		st_put(l, "[%d, %d]", v[0], v[1]);
}

void strace_int_ptr(struct strace_line *l, const struct strace_arg *g)
{
	int v;

	if (fetch(l, g, &v, sizeof(v)))
		st_put(l, "[%d]", v);
}

void strace_off_ptr(struct strace_line *l, const struct strace_arg *g)
{
	s64 v;

	if (fetch(l, g, &v, sizeof(v)))
		st_put(l, "[%lld]", (long long)v);
}

/* -- Polling ------------------------------------------------------------- */

void strace_pollfd(struct strace_line *l, const struct strace_arg *g)
{
	u64 n = g->ref < 6 ? g->a[g->ref] : 0, i;
	struct pollfd p;

	st_put(l, "[");
	for (i = 0; i < MIN(n, MAX_ITEMS); i++) {
		if (guest_read(g->c, &p, ARG + i * sizeof(p), sizeof(p)))
			break;
		st_put(l, "%s{fd=%d, events=", i ? ", " : "", p.fd);
		st_flags(l, g->names, (u16)p.events);
		if (p.revents) {
			st_put(l, ", revents=");
			st_flags(l, g->names, (u16)p.revents);
		}
		st_put(l, "}");
	}
	st_put(l, n > i ? ", ...]" : "]");
}

/* On x86 the two members are packed. */
static u64 event_size(const struct strace_arg *g)
{
	return g->c->cfg->abi->native ? 12 : sizeof(struct a64_epoll_event);
}

static void put_event(struct strace_line *l, const struct strace_arg *g,
		      const u8 *e)
{
	u32 events;
	u64 data;

	memcpy(&events, e, sizeof(events));
	memcpy(&data, e + event_size(g) - sizeof(data), sizeof(data));
	st_put(l, "{events=");
	st_flags(l, g->names, events);
	st_put(l, ", data=%#llx}", (unsigned long long)data);
}

void strace_epoll_event(struct strace_line *l, const struct strace_arg *g)
{
	u8 e[sizeof(struct a64_epoll_event)];

	if (fetch(l, g, e, event_size(g)))
		put_event(l, g, e);
}

void strace_epoll_events(struct strace_line *l, const struct strace_arg *g)
{
	u8 e[sizeof(struct a64_epoll_event)];
	u64 n = g->ret, i, size = event_size(g);

	st_put(l, "[");
	for (i = 0; i < MIN(n, MAX_ITEMS); i++) {
		if (guest_read(g->c, e, ARG + i * size, size))
			break;
		st_put(l, i ? ", " : "");
		put_event(l, g, e);
	}
	st_put(l, n > i ? ", ...]" : "]");
}

/* -- Sockets ------------------------------------------------------------- */

static void put_unix(struct strace_line *l, const struct sockaddr_un *u,
		     u64 len)
{
	u64 n = len - offsetof(struct sockaddr_un, sun_path);

	st_put(l, "{sa_family=AF_UNIX");
	if (len > offsetof(struct sockaddr_un, sun_path)) {
		bool abstract = !u->sun_path[0];

		st_put(l, ", sun_path=%s", abstract ? "@" : "");
		st_quoted(l, (const u8 *)u->sun_path + abstract, abstract ?
			  n - 1 : strnlen(u->sun_path, n), false);
	}
	st_put(l, "}");
}

void st_sockaddr(struct strace_line *l, struct sysctx *c, gaddr addr, u64 len)
{
	union {
		struct sockaddr sa;
		struct sockaddr_in in;
		struct sockaddr_in6 in6;
		struct sockaddr_un un;
		struct sockaddr_nl nl;
		u8 bytes[sizeof(struct sockaddr_storage)];
	} u = { .bytes = { 0 } };
	char text[INET6_ADDRSTRLEN];

	len = MIN(len, sizeof(u));
	if (!addr || len < 2 || guest_read(c, &u, addr, len)) {
		st_pointer(l, addr);
		return;
	}
	switch (u.sa.sa_family) {
	case AF_UNIX:
		put_unix(l, &u.un, MIN(len, sizeof(u.un)));
		return;
	case AF_INET:
		inet_ntop(AF_INET, &u.in.sin_addr, text, sizeof(text));
		st_put(l, "{sa_family=AF_INET, sin_port=htons(%u), "
		       "sin_addr=inet_addr(\"%s\")}",
		       ntohs(u.in.sin_port), text);
		return;
	case AF_INET6:
		inet_ntop(AF_INET6, &u.in6.sin6_addr, text, sizeof(text));
		st_put(l, "{sa_family=AF_INET6, sin6_port=htons(%u), "
		       "sin6_addr=\"%s\"}", ntohs(u.in6.sin6_port), text);
		return;
	case AF_NETLINK:
		st_put(l, "{sa_family=AF_NETLINK, nl_pid=%u, nl_groups=%#x}",
		       u.nl.nl_pid, u.nl.nl_groups);
		return;
	}
	st_put(l, "{sa_family=%u, sa_data=", u.sa.sa_family);
	st_quoted(l, u.bytes + 2, MIN(len - 2, MAX_TEXT), len > MAX_TEXT + 2);
	st_put(l, "}");
}

void strace_sockaddr(struct strace_line *l, const struct strace_arg *g)
{
	st_sockaddr(l, g->c, ARG, g->ref < 6 ? (u32)g->a[g->ref] : 0);
}

/* The length is where another argument points to. */
void strace_sockaddr_ptrlen(struct strace_line *l, const struct strace_arg *g)
{
	u32 len = 0;

	if (g->ref < 6 && g->a[g->ref])
		guest_read(g->c, &len, g->a[g->ref], sizeof(len));
	st_sockaddr(l, g->c, ARG, len);
}

void strace_msghdr(struct strace_line *l, const struct strace_arg *g)
{
	struct msghdr m;

	if (!fetch(l, g, &m, sizeof(m)))
		return;
	st_put(l, "{msg_name=");
	st_sockaddr(l, g->c, (gaddr)m.msg_name, m.msg_namelen);
	st_put(l, ", msg_namelen=%u, msg_iov=", m.msg_namelen);
	put_iovec(l, g->c, (gaddr)m.msg_iov, m.msg_iovlen, g->done, g->ret);
	st_put(l, ", msg_iovlen=%zu, msg_controllen=%zu, msg_flags=%#x}",
	       m.msg_iovlen, m.msg_controllen, m.msg_flags);
}

/* -- Processes and signals ----------------------------------------------- */

static void put_signal(struct strace_line *l, int n)
{
	u64 a = n;
	struct strace_arg g = { .a = &a };

	strace_signal(l, &g);
}

static void put_sigset(struct strace_line *l, u64 set)
{
	const char *sep = "";

	/* A nearly full set is shown by what it lacks, as strace does. */
	if (__builtin_popcountll(set) > 42) {
		st_put(l, "~");
		set = ~set;
	}
	st_put(l, "[");
	for (int n = 1; n <= 64; n++) {
		const char *name = st_name(xlat_signal, n);

		if (!(set >> (n - 1) & 1))
			continue;
		if (name)
			st_put(l, "%s%s", sep, name + 3);
		else
			st_put(l, "%sRT_%d", sep, n - 32);
		sep = " ";
	}
	st_put(l, "]");
}

void strace_sigset(struct strace_line *l, const struct strace_arg *g)
{
	u64 set;

	if (fetch(l, g, &set, sizeof(set)))
		put_sigset(l, set);
}

void strace_sigaction(struct strace_line *l, const struct strace_arg *g)
{
	static const struct xlat flags[] = {
		{ SA_NOCLDSTOP, "SA_NOCLDSTOP" },
		{ SA_NOCLDWAIT, "SA_NOCLDWAIT" }, { SA_SIGINFO, "SA_SIGINFO" },
		{ 0x04000000, "SA_RESTORER" }, { SA_ONSTACK, "SA_ONSTACK" },
		{ SA_RESTART, "SA_RESTART" }, { SA_NODEFER, "SA_NODEFER" },
		{ 0x80000000, "SA_RESETHAND" }, { 0, "" }
	};
	struct {
		u64 handler, flags, restorer, mask;
	} s;

	if (!fetch(l, g, &s, sizeof(s)))
		return;
	if (s.handler <= 1)
		st_put(l, "{sa_handler=%s", s.handler ? "SIG_IGN" : "SIG_DFL");
	else
		st_put(l, "{sa_%s=%#llx", s.flags & SA_SIGINFO ? "sigaction" :
		       "handler", (unsigned long long)s.handler);
	st_put(l, ", sa_mask=");
	put_sigset(l, s.mask);
	st_put(l, ", sa_flags=");
	st_flags(l, flags, s.flags);
	st_put(l, "}");
}

void strace_siginfo(struct strace_line *l, const struct strace_arg *g)
{
	siginfo_t si;

	if (!fetch(l, g, &si, sizeof(si)))
		return;
	st_put(l, "{si_signo=");
	put_signal(l, si.si_signo);
	st_put(l, ", si_code=");
	if (si.si_signo == SIGCHLD && si.si_code > 0)
		st_put(l, "%d, si_pid=%d, si_status=%d", si.si_code, si.si_pid,
		       si.si_status);
	else
		st_value(l, xlat_siginfo_code, (u32)si.si_code);
	st_put(l, ", ...}");
}

void strace_wait_status(struct strace_line *l, const struct strace_arg *g)
{
	int w;

	if (!g->ret) {		/* WNOHANG: nothing was written */
		st_pointer(l, ARG);
		return;
	}
	if (!fetch(l, g, &w, sizeof(w)))
		return;
	if (WIFEXITED(w)) {
		st_put(l, "[{WIFEXITED(s) && WEXITSTATUS(s) == %d}]",
		       WEXITSTATUS(w));
	} else if (WIFSIGNALED(w)) {
		st_put(l, "[{WIFSIGNALED(s) && WTERMSIG(s) == ");
		put_signal(l, WTERMSIG(w));
		st_put(l, "%s}]", WCOREDUMP(w) ? " && WCOREDUMP(s)" : "");
	} else if (WIFSTOPPED(w)) {
		st_put(l, "[{WIFSTOPPED(s) && WSTOPSIG(s) == ");
		put_signal(l, WSTOPSIG(w));
		st_put(l, "}]");
	} else {
		st_put(l, "[%#x]", w);
	}
}

void strace_clone_args(struct strace_line *l, const struct strace_arg *g)
{
	struct {
		u64 flags, pidfd, child_tid, parent_tid, exit_signal, stack,
			stack_size, tls;
	} ca;

	if (!fetch(l, g, &ca, sizeof(ca)))
		return;
	st_put(l, "{flags=");
	st_flags(l, g->names, ca.flags);
	st_put(l, ", exit_signal=%d", (int)ca.exit_signal);
	st_put(l, ", stack=%#llx, stack_size=%#llx, tls=%#llx, ...}",
	       (unsigned long long)ca.stack, (unsigned long long)ca.stack_size,
	       (unsigned long long)ca.tls);
}

void strace_rusage(struct strace_line *l, const struct strace_arg *g)
{
	struct rusage r;

	if (!fetch(l, g, &r, sizeof(r)))
		return;
	st_put(l, "{ru_utime=");
	put_timeval(l, &r.ru_utime);
	st_put(l, ", ru_stime=");
	put_timeval(l, &r.ru_stime);
	st_put(l, ", ...}");
}

static void put_limit(struct strace_line *l, u64 v)
{
	if (v == RLIM_INFINITY)
		st_put(l, "RLIM64_INFINITY");
	else if (v > 1024 && v % 1024 == 0)
		st_put(l, "%llu*1024", (unsigned long long)v / 1024);
	else
		st_put(l, "%llu", (unsigned long long)v);
}

void strace_rlim(struct strace_line *l, const struct strace_arg *g)
{
	u64 v[2];

	if (!fetch(l, g, v, sizeof(v)))
		return;
	st_put(l, "{rlim_cur=");
	put_limit(l, v[0]);
	st_put(l, ", rlim_max=");
	put_limit(l, v[1]);
	st_put(l, "}");
}

void strace_uname(struct strace_line *l, const struct strace_arg *g)
{
	struct utsname u;

	if (fetch(l, g, &u, sizeof(u)))
		st_put(l, "{sysname=\"%s\", nodename=\"%s\", ...}", u.sysname,
		       u.nodename);
}
