/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The guest's Linux system calls, answered by the host kernel.
 *
 * One table per guest (a64.tbl, x64.tbl) names every call: number, name, handler and
 * argument kinds.  From it derive dispatch, names, strace and the coverage
 * list.  A handler is one of
 *
 *	=		pass all six arguments to the host call of that name
 *	name		sys_name() of a sys_*.c file in this folder
 *	^name		an operation of the process layer above, reached
 *			through struct sys_ops (clone, mmap, rt_sigaction ...)
 *	-		not there: ENOSYS, reported under -d unimp
 *
 * Results are the kernel's: a value, or -errno.  64-bit guests share the
 * host's structures but for the few that abi_*.h lists.
 */
#ifndef SYSCALLS_SYSCALL_H
#define SYSCALLS_SYSCALL_H

#include "base/base.h"

struct cpu;
struct seccomp_filter;
struct sysctx;

/* A handler: a[0..5] are the guest's arguments.  Returns value or -errno. */
typedef s64 sys_fn(struct sysctx *c, const u64 *a);

/*
 * Results that are not results.  SYS_RESTART: a restartable host call was
 * interrupted (or not begun) because a signal waits: the process layer either
 * restarts it or gives EINTR.  SYS_NORETURN: the handler has set the guest
 * registers itself (sigreturn, execve).
 */
#define SYS_RESTART (-512)
#define SYS_NORETURN (-513)

/* Process operations of ^name rows: enum sys_proc_op { SYS_PROC_clone, ... }
 * of syscalls/proc_op.h, from the generated rows SYSPROC(name). */

struct sys_entry;

/* The system calls of a guest: one object for each table (abi_*.c). */
struct sys_abi {
	const char *name;		/* "aarch64" */
	const struct sys_entry *call;	/* by number */
	u64 ncalls;
	u32 audit_arch;			/* AUDIT_ARCH_* for seccomp */
	bool native;			/* structures are the host's */
	bool swap_open_flags;		/* O_DIRECTORY ... as on Arm: abi_a64.h */
	/* What seccomp's strict mode allows: read, write, exit, sigreturn. */
	u16 strict[4];
	const char *linux32_machine;	/* uname -m under PER_LINUX32 */
};
extern const struct sys_abi sys_abi_a64, sys_abi_x64;

/* Guests of the host's kind share all its structures and flags (the members
 * native and swap_open_flags); for others abi_*.h lists what differs. */

struct sys_config {
	const char *const *prefix;	/* -L directories, in order; NULL-ended */
	const char *uname_release;	/* -r, or NULL */
	const struct sys_abi *abi;	/* the guest's calls */
	const char *uname_machine;	/* "aarch64" */
	bool strace;
	u32 log;			/* LOG_* channels */
};

/* What the process layer gives to the handlers. */
struct sys_ops {
	sys_fn *const *proc;		/* indexed by enum sys_proc_op */
	/*
	 * Content of an emulated file, or -ENOENT if the kernel's own is
	 * right.  Returns an fd (memfd).  name is canonical however the guest
	 * spelt it: "/proc/self/maps" for each alias of the own process (by
	 * pid, thread-self, task/TID, relative to a descriptor), otherwise
	 * "/proc/cpuinfo", "/proc/sys/kernel/osrelease",
	 * "/sys/devices/system/cpu/..." and the like.  flags are the host's
	 * O_* of the open.
	 */
	int (*open_proc)(struct sysctx *c, const char *name, int flags);
	/* The guest executable's path, for /proc/self/exe. */
	const char *(*exe_path)(struct sysctx *c);
	/* The host wrote into guest memory [addr, len) that may hold code. */
	void (*code_written)(struct sysctx *c, gaddr addr, u64 len);
	/*
	 * The kernel, or a handler, is going to write to [addr, addr + len) or
	 * could not: true if that was because code was translated from there,
	 * and can be done now.
	 */
	bool (*unguard)(struct sysctx *c, gaddr addr, u64 len);
	/* The lowest descriptor >= fd that belongs to the runner and does not
	 * exist for the guest, or -1. */
	int (*own_fd)(struct sysctx *c, int fd);
	/* The guest wants number fd, which is the runner's: use another from
	 * now on, leave fd open.  0 or -errno. */
	int (*yield_fd)(struct sysctx *c, int fd);
	/* Bytes of address space that are not the guest's (RLIMIT_AS). */
	u64 (*own_size)(struct sysctx *c);
	/* Call fn for every thread of the process (seccomp's TSYNC). */
	void (*each_thread)(struct sysctx *c,
			    void (*fn)(struct sysctx *c, s64 tid, void *arg),
			    void *arg);
};

/* One per process; zero at start.  Copied by fork, lost by exec. */
struct sys_state {
	/* No descriptor of the runner is lower. */
	int own_low;
	bool read_implies_exec;		/* personality(2) */
	/* Limits of address space and data as the guest set them; the host's
	 * are larger by what the runner needs. */
	struct {
		_Atomic bool set;
		u64 cur, max;
	} limit[2];
};

/* One per guest thread. */
struct sysctx {
	struct cpu *cpu;
	const struct sys_ops *ops;
	const struct sys_config *cfg;
	void *task;			/* struct task of linux-user */
	u64 nr;				/* number of the call being answered */
	/*
	 * With SYS_RESTART: the host call was never made (a signal came
	 * first).  The process layer must make the call again after the
	 * handler, with or without SA_RESTART: to the guest the signal came
	 * before the svc.  Otherwise it was interrupted while it slept, and
	 * SA_RESTART decides.
	 */
	bool not_begun;
	bool tagged_addr;		/* PR_SET_TAGGED_ADDR_CTRL is on */
	/* Filters; another thread's TSYNC may set it. */
	const struct seccomp_filter *_Atomic seccomp;
	struct sys_state *state;
};

/* What a new thread or process has from the one that made it. */
static inline void sysctx_inherit(struct sysctx *child,
				  const struct sysctx *parent)
{
	child->tagged_addr = parent->tagged_addr;
	child->seccomp = parent->seccomp;
}

/*
 * Answer guest call nr with arguments a[0..5].  Thread-safe; strace and log
 * output go to the log stream, never to the guest's stderr unless asked.
 */
s64 syscall_run(struct sysctx *c, u64 nr, const u64 *a);

/* Name of guest call nr, or NULL. */
const char *syscall_name(const struct sys_abi *abi, u64 nr);

/*
 * The only way to make a host call that can block or must not lose a signal:
 * checks cpu->exit_request and makes the call with no window between them.
 * SYS_RESTART if a signal waits and nothing has happened.  host_syscall.S.
 */
s64 host_syscall(struct sysctx *c, long nr, u64 a0, u64 a1, u64 a2, u64 a3,
		 u64 a4, u64 a5);

/*
 * To be called by the process layer's signal handler with the host's
 * ucontext: if it interrupted host_syscall() before the call was made (or
 * the kernel is about to restart it), makes it return SYS_RESTART.
 */
void host_syscall_interrupted(void *uc) SIGSAFE;

/* Short form for calls that never block. */
#define HOST(c, nr, ...) host_syscall_n(c, nr, ##__VA_ARGS__, 0, 0, 0, 0, 0, 0)
#define host_syscall_n(c, nr, a0, a1, a2, a3, a4, a5, ...) \
	host_syscall(c, nr, (u64)(a0), (u64)(a1), (u64)(a2), (u64)(a3), \
		     (u64)(a4), (u64)(a5))

/*
 * Calls of this thread's kernel that take a signal mask (ppoll, pselect6,
 * epoll_pwait, io_pgetevents) pass the guest's mask on to the host, less the
 * synchronous signals.  A signal that arrives under that mask has been
 * accepted: deliver it to the guest even if the guest's own mask, which is in
 * force again when the call returns EINTR, blocks it.
 */

/*
 * seccomp filters survive execve: export makes a file of them (inheritable;
 * -ENOENT: there are none), which the new program's runner imports before the
 * guest starts.
 */
int seccomp_export(struct sysctx *c);
int seccomp_import(struct sysctx *c, int fd);

/* -- Guest memory for handlers --------------------------------------------
 * 64-bit guests are identity-mapped; the copies are still guarded: a bad
 * pointer gives -EFAULT, never a crash.  Pointers outside the guest's window
 * are refused.  */
int guest_read(struct sysctx *c, void *dst, gaddr src, u64 len);
int guest_write(struct sysctx *c, gaddr dst, const void *src, u64 len);
/* String into buf; -EFAULT, -ENAMETOOLONG; length without NUL on success. */
s64 guest_read_str(struct sysctx *c, char *buf, u64 size, gaddr src);

/*
 * To be called by the SIGSEGV/SIGBUS handler: if the host's ucontext shows
 * a fault in one of the copies above, makes the copy return -EFAULT and
 * returns true.
 */
bool guestmem_fixup(void *uc) SIGSAFE;

/*
 * The host's name of an existing file that the guest calls name relative to
 * dirfd (exec): -L prefixes applied, aliases of /proc/self/exe replaced by
 * the guest's executable.  Returns name itself or buf (PATH_MAX bytes).
 */
const char *path_to_host(struct sysctx *c, int dirfd, const char *name,
			 char *buf);

#endif
