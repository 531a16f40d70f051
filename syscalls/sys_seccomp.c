// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * seccomp(2) and what it does to the calls that follow.
 *
 * A thread's filters form a list, newest first, that its children share; a
 * filter is never changed and never freed (there are few, and a vfork child
 * may borrow the list from its parent).  Filters that ask a listener
 * (SECCOMP_FILTER_FLAG_NEW_LISTENER) are refused.
 */
#include "syscalls/seccomp.h"

#include <linux/audit.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/log.h"
#include "syscalls/proc_op.h"
#include "syscalls/seccomp_bpf.h"
#include "translate/cpu.h"

/* The kernel's limit on all filters of a thread together. */
enum { TOTAL_MAX = 32768, PENALTY = 4 };

/* si_code of SIGSYS. */
enum { CODE_SECCOMP = 1 };

struct seccomp_filter {
	const struct seccomp_filter *next;	/* older */
	u32 total;		/* instructions from here on, with penalties */
	u16 len;
	bool log;		/* SECCOMP_FILTER_FLAG_LOG */
	struct sock_filter insn[];
};

/* Strict mode is a list of its own. */
static const struct seccomp_filter strict;

typedef const struct seccomp_filter *filter_list;

static filter_list filters_of(const struct sysctx *c)
{
	/* Pairs with the release in set_filters(), by another thread. */
	return atomic_load_explicit(&c->seccomp, memory_order_acquire);
}

static void set_filters(struct sysctx *c, filter_list f)
{
	atomic_store_explicit(&c->seccomp, f, memory_order_release);
}

s64 seccomp_mode(const struct sysctx *c)
{
	filter_list f = filters_of(c);

	return !f ? SECCOMP_MODE_DISABLED : f == &strict ?
	       SECCOMP_MODE_STRICT : SECCOMP_MODE_FILTER;
}

/* -- Installing ---------------------------------------------------------- */

static bool may_install(void)
{
	struct __user_cap_header_struct h = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct d[2];

	return CALL(SYS_prctl, PR_GET_NO_NEW_PRIVS) == 1 ||
	       (CALL(SYS_capget, &h, d) == 0 &&
		d[0].effective >> CAP_SYS_ADMIN & 1);
}

static int read_filter(struct sysctx *c, gaddr prog,
		       struct seccomp_filter **out)
{
	struct {
		u16 len, pad[3];
		gaddr insn;
	} p;
	struct seccomp_filter *f;
	u64 size;
	int err;

	if (guest_read(c, &p, prog, sizeof(p)))
		return -EFAULT;
	if (!p.len || p.len > BPF_MAXINSNS)
		return -EINVAL;
	if (!may_install())
		return -EACCES;
	if (!p.insn)
		return -EINVAL;
	size = p.len * sizeof(f->insn[0]);
	f = malloc(sizeof(*f) + size);
	if (!f)
		return -ENOMEM;
	f->len = p.len;
	err = guest_read(c, f->insn, p.insn, size);
	if (!err && !seccomp_bpf_valid(f->insn, f->len))
		err = -EINVAL;
	if (err)
		free(f);
	else
		*out = f;
	return err;
}

/* Are a thread's filters the tail of mine, so that it may have all of mine? */
struct sync {
	struct sysctx *self;
	filter_list mine, set;
	s64 refused;		/* thread id, or 0 */
};

static void sync_check(struct sysctx *c, s64 tid, void *arg)
{
	struct sync *s = arg;
	filter_list theirs = filters_of(c), f = s->mine;

	while (f && f != theirs)
		f = f->next;
	if (c != s->self && f != theirs)
		s->refused = tid;
}

static void sync_set(struct sysctx *c, s64 tid, void *arg)
{
	struct sync *s = arg;

	set_filters(c, s->set);
}

static s64 set_filter(struct sysctx *c, u64 flags, gaddr prog)
{
	const u64 known = SECCOMP_FILTER_FLAG_TSYNC | SECCOMP_FILTER_FLAG_LOG |
			  SECCOMP_FILTER_FLAG_SPEC_ALLOW |
			  SECCOMP_FILTER_FLAG_TSYNC_ESRCH;
	struct sync s = { .self = c, .mine = filters_of(c) };
	struct seccomp_filter *f;
	s64 err;

	if (flags & ~known)
		return -EINVAL;
	err = read_filter(c, prog, &f);
	if (err)
		return err;
	f->next = s.mine;
	f->log = flags & SECCOMP_FILTER_FLAG_LOG;
	f->total = f->len + (f->next ? f->next->total + PENALTY : 0);
	s.set = f;
	err = s.mine == &strict ? -EINVAL : f->total > TOTAL_MAX ? -ENOMEM : 0;
	if (!err && flags & SECCOMP_FILTER_FLAG_TSYNC && c->ops->each_thread) {
		c->ops->each_thread(c, sync_check, &s);
		if (s.refused)
			err = flags & SECCOMP_FILTER_FLAG_TSYNC_ESRCH ?
			      -ESRCH : s.refused;
		else
			c->ops->each_thread(c, sync_set, &s);
	}
	if (err) {
		free(f);
		return err;
	}
	set_filters(c, f);
	return 0;
}

static s64 set_strict(struct sysctx *c)
{
	filter_list f = filters_of(c);

	if (f && f != &strict)
		return -EINVAL;
	set_filters(c, &strict);
	return 0;
}

s64 seccomp_set_mode(struct sysctx *c, u64 mode, gaddr prog)
{
	if (mode == SECCOMP_MODE_STRICT)
		return set_strict(c);
	if (mode == SECCOMP_MODE_FILTER)
		return set_filter(c, 0, prog);
	return -EINVAL;
}

static s64 action_available(struct sysctx *c, gaddr where)
{
	u32 action;

	if (guest_read(c, &action, where, sizeof(action)))
		return -EFAULT;
	switch (action) {
	case SECCOMP_RET_KILL_PROCESS:
	case SECCOMP_RET_KILL_THREAD:
	case SECCOMP_RET_TRAP:
	case SECCOMP_RET_ERRNO:
	case SECCOMP_RET_TRACE:
	case SECCOMP_RET_LOG:
	case SECCOMP_RET_ALLOW:
		return 0;
	}
	return -EOPNOTSUPP;
}

s64 sys_seccomp(struct sysctx *c, const u64 *a)
{
	u32 flags = (u32)a[1];

	switch ((u32)a[0]) {
	case SECCOMP_SET_MODE_STRICT:
		return flags || a[2] ? -EINVAL : set_strict(c);
	case SECCOMP_SET_MODE_FILTER:
		return set_filter(c, flags, a[2]);
	case SECCOMP_GET_ACTION_AVAIL:
		return flags ? -EINVAL : action_available(c, a[2]);
	}
	return -EINVAL;
}

/* -- Across execve ------------------------------------------------------- */

/* One filter in the file that the new program's runner reads, oldest first. */
struct record {
	u32 len;
	u32 log;
};

static bool write_oldest_first(int fd, filter_list f)
{
	struct record r;
	s64 size;

	if (!f)
		return true;
	r = (struct record){ f->len, f->log };
	size = f->len * sizeof(f->insn[0]);
	return write_oldest_first(fd, f->next) &&
	       CALL(SYS_write, fd, &r, sizeof(r)) == sizeof(r) &&
	       CALL(SYS_write, fd, f->insn, size) == size;
}

int seccomp_export(struct sysctx *c)
{
	filter_list f = filters_of(c);
	int fd;

	if (!f)
		return -ENOENT;
	fd = CALL(SYS_memfd_create, "seccomp", 0);
	if (fd < 0)
		return fd;
	if (!write_oldest_first(fd, f)) {
		CALL(SYS_close, fd);
		return -ENOMEM;
	}
	CALL(SYS_lseek, fd, 0, SEEK_SET);
	return fd;
}

int seccomp_import(struct sysctx *c, int fd)
{
	struct record r;
	s64 n;

	while ((n = CALL(SYS_read, fd, &r, sizeof(r))) == sizeof(r)) {
		struct seccomp_filter *f;
		s64 size = r.len * sizeof(f->insn[0]);
		filter_list old = filters_of(c);

		if (r.len > BPF_MAXINSNS)
			return -EINVAL;
		f = malloc(sizeof(*f) + size);
		if (!f)
			return -ENOMEM;
		f->next = old;
		f->len = r.len;
		f->log = r.log;
		f->total = f->len + (old ? old->total + PENALTY : 0);
		if (CALL(SYS_read, fd, f->insn, size) != size ||
		    !seccomp_bpf_valid(f->insn, f->len)) {
			free(f);
			return -EINVAL;
		}
		set_filters(c, f);
	}
	return n ? -EINVAL : 0;
}

/* -- Deciding ------------------------------------------------------------ */

/* The strictest answer of all filters; the newest one's data. */
static u32 run_filters(filter_list f, const struct seccomp_data *data,
		       bool *log)
{
	u32 ret = SECCOMP_RET_ALLOW;

	for (; f; f = f->next) {
		u32 r = seccomp_bpf_run(f->insn, data);

		/* Actions are ordered as signed numbers. */
		if ((s32)(r & SECCOMP_RET_ACTION_FULL) <
		    (s32)(ret & SECCOMP_RET_ACTION_FULL)) {
			ret = r;
			*log = f->log;
		}
	}
	return ret;
}

static void count_thread(struct sysctx *c, s64 tid, void *arg)
{
	++*(unsigned *)arg;
}

/* A signal that nobody can catch, block or survive. */
static void die(int signo)
{
	struct {
		u64 handler, flags, restorer, mask;
	} dfl = { 0 };
	u64 set = bits_mask(64);

	CALL(SYS_rt_sigaction, signo, &dfl, 0, 8);
	CALL(SYS_tgkill, getpid(), gettid(), signo);
	set = 1ull << (signo - 1);
	CALL(SYS_rt_sigprocmask, SIG_UNBLOCK, &set, 0, 8);
	CALL(SYS_exit_group, 128 + signo);
}

static s64 kill_thread(struct sysctx *c)
{
	u64 a[6] = { SIGSYS };
	unsigned threads = 0;

	if (c->ops->each_thread)
		c->ops->each_thread(c, count_thread, &threads);
	if (threads <= 1)
		die(SIGSYS);
	return c->ops->proc[SYS_PROC_exit](c, a);
}

/*
 * SIGSYS for this thread: the call has not happened, x0 is as it was.  Like
 * every forced signal it kills if it is blocked or ignored.
 */
static s64 trap(struct sysctx *c, u64 nr, u16 data)
{
	struct {
		u64 handler, flags, restorer, mask;
	} act = { 0 };
	u64 mask = 0;
	siginfo_t si;

	CALL(SYS_rt_sigaction, SIGSYS, 0, &act, 8);
	CALL(SYS_rt_sigprocmask, SIG_BLOCK, 0, &mask, 8);
	if (act.handler <= 1 || mask >> (SIGSYS - 1) & 1)
		die(SIGSYS);
	memset(&si, 0, sizeof(si));
	si.si_signo = SIGSYS;
	si.si_errno = data;
	si.si_code = CODE_SECCOMP;
	si.si_call_addr = (void *)c->cpu->pc;
	si.si_syscall = (int)nr;
	si.si_arch = c->cfg->abi->audit_arch;
	CALL(SYS_rt_tgsigqueueinfo, getpid(), gettid(), SIGSYS, &si);
	return SYS_NORETURN;
}

static bool strict_allows(const struct sys_abi *abi, u64 nr)
{
	for (unsigned i = 0; i < ARRAY_LEN(abi->strict); i++)
		if (nr == abi->strict[i])
			return true;
	return false;
}

static void note(const struct sysctx *c, u64 nr, u32 action)
{
	const char *name = syscall_name(c->cfg->abi, nr);

	if (log_on(LOG_STRACE | LOG_UNIMP))
		log_printf("seccomp: call %llu (%s): action %#x\n",
			   (unsigned long long)nr, name ? name : "unknown",
			   action);
}

bool seccomp_allows(struct sysctx *c, u64 nr, const u64 *a, s64 *ret)
{
	filter_list f = filters_of(c);
	struct seccomp_data data = {
		.nr = (int)nr, .arch = c->cfg->abi->audit_arch,
		.instruction_pointer = c->cpu->pc,
		.args = { a[0], a[1], a[2], a[3], a[4], a[5] },
	};
	bool log = false;
	u32 r;

	if (f == &strict) {
		if (!strict_allows(c->cfg->abi, nr))
			die(SIGKILL);
		return true;
	}
	r = run_filters(f, &data, &log);
	if ((r & SECCOMP_RET_ACTION_FULL) == SECCOMP_RET_ALLOW)
		return true;
	note(c, nr, r);
	switch (r & SECCOMP_RET_ACTION_FULL) {
	case SECCOMP_RET_LOG:
		return true;
	case SECCOMP_RET_ERRNO:
		*ret = -(s64)MIN(r & SECCOMP_RET_DATA, 4095u);
		return false;
	case SECCOMP_RET_TRAP:
		*ret = trap(c, nr, r & SECCOMP_RET_DATA);
		return false;
	case SECCOMP_RET_TRACE:		/* no tracer, no listener */
	case SECCOMP_RET_USER_NOTIF:
		*ret = -ENOSYS;
		return false;
	case SECCOMP_RET_KILL_THREAD:
		*ret = kill_thread(c);
		return false;
	}
	die(SIGSYS);
	return false;
}
