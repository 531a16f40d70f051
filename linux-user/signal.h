/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Signals between the host kernel and the guest.
 *
 * The host kernel keeps what is pending and whose turn it is: each host
 * thread blocks exactly the signals that its guest thread blocks (but for the
 * five synchronous ones, which the runner needs itself), and SIG_DFL, SIG_IGN
 * and the SA_NOCLD* flags of the guest are the host's.  A host handler is
 * installed only where the guest has one.  All it does is to note the siginfo
 * in the thread's queue, to block everything until the note is delivered, and
 * to make the thread leave translated code or the system call it sleeps in.
 * The task loop then builds the guest's frame (signal_deliver()).
 *
 * No signal number is reserved: 1..64 are the guest's.
 */
#ifndef LINUX_USER_SIGNAL_H
#define LINUX_USER_SIGNAL_H

#include <pthread.h>
#include <signal.h>

#include "linux-user/task.h"

#define SIGNAL_BIT(signo) (1ull << ((signo) - 1))
/* SIGILL, SIGTRAP, SIGBUS, SIGFPE, SIGSEGV: never blocked on the host. */
#define SIGNAL_SYNC (SIGNAL_BIT(SIGILL) | SIGNAL_BIT(SIGTRAP) | \
		     SIGNAL_BIT(SIGBUS) | SIGNAL_BIT(SIGFPE) | \
		     SIGNAL_BIT(SIGSEGV))
#define SIGNAL_UNBLOCKABLE (SIGNAL_BIT(SIGKILL) | SIGNAL_BIT(SIGSTOP))
/* What libc uses for setuid() among threads. */
enum { SIGNAL_SETXID = 33 };
enum { SIGNAL_MAX = 64, SIGNAL_QUEUE = 8, SIGNAL_NSYNC = 5 };

/* sa_flags bit of both kernels, not in libc headers. */
#define SIGNAL_SA_RESTORER 0x04000000u

/* ss_flags bit, likewise. */
#define SIGNAL_SS_AUTODISARM (1u << 31)

#define SIGNAL_DFL 0ull
#define SIGNAL_IGN 1ull

/* The kernel's struct sigaction; both 64-bit kernels have it so. */
struct signal_action {
	u64 handler, flags, restorer, mask;
};

/* What the guest asked for, per process (shared under CLONE_SIGHAND). */
struct signal_table {
	pthread_mutex_t lock;
	u64 known;		/* signals whose act[] is right; see below */
	struct signal_action act[SIGNAL_MAX + 1];
};

/* What a rewound svc becomes if a handler runs. */
enum signal_restart {
	SIGNAL_RESTART_NONE,	/* nothing to do */
	SIGNAL_RESTART_SA	/* EINTR, unless the handler has SA_RESTART */
};

/* Per guest thread.  Fields marked H are touched by the host's handler. */
struct signal_state {
	volatile u64 mask;		/* H: what the guest blocks */
	volatile u64 wait_mask;		/* H: ... during rt_sigsuspend */
	volatile bool waiting;		/* H: wait_mask is in force */
	bool waited;			/* a signal has ended rt_sigsuspend */
	/* H: queue of arrived signals; the handler moves tail only. */
	volatile u32 head, tail;
	siginfo_t queue[SIGNAL_QUEUE];
	/* H: synchronous signals that were sent while the guest blocks them */
	volatile u64 held;
	siginfo_t held_info[SIGNAL_NSYNC];
	/* The guest's alternate stack. */
	gaddr alt_sp;
	u64 alt_size;
	u32 alt_flags;			/* SS_DISABLE, AUTODISARM */
	enum signal_restart restart;
	/* Last fault, for the frame; what the code is the guest's ABI says. */
	u64 fault_addr, fault_code;
	u32 fault_trap;
	void *host_stack;		/* the host handler's */
	u64 host_stack_size;
};

/* Make the table and take the synchronous signals over.  Once, before the
 * guest runs.  0 or -ENOMEM. */
int signal_start(struct process *p);

/* The signals that the runner was started with blocked. */
u64 signal_inherited_mask(void);

/* State of a thread; mask is the guest's first.  NULL: out of memory. */
struct signal_state *signal_state_new(u64 mask);
void signal_state_free(struct signal_state *s);
/* By the thread itself, with everything blocked: announce its handler stack;
 * take it back. */
void signal_attach(struct task *t);
void signal_detach(struct task *t);

/* Host mask of this thread: all (but the synchronous), or the guest's. */
void signal_block_all(void) SIGSAFE;
void signal_unblock(struct task *t);

static inline bool signal_pending(const struct signal_state *s)
{
	return s->head != s->tail || unlikely(s->held & ~s->mask);
}

/* Deliver all that arrived; the cpu stands between two instructions. */
void signal_deliver(struct task *t);
/* The kernel's force_sig_fault(): cannot be blocked or ignored. */
void signal_force(struct task *t, int signo, int code, gaddr addr);
/* Forced SIGSEGV at addr for a frame that cannot be written or read. */
void signal_bad_frame(struct task *t, gaddr addr);

/* Set the guest's mask, on the host too. */
void signal_set_mask(struct task *t, u64 mask);
/* Make the host's disposition follow the table again. */
void signal_restore_action(struct process *p, int signo);
/* A child that shares no handlers: CLONE_CLEAR_SIGHAND. */
void signal_clear_handlers(struct process *p);

/*
 * Around the host's execve(): give the host the guest's own view of the
 * synchronous signals (ignored, blocked, pending), which exec inherits; and
 * take it back when exec failed.
 */
void signal_exec_prepare(struct task *t);
void signal_exec_failed(struct task *t);

/* -- The guest's stack ----------------------------------------------------- */

/* Is sp on the guest's alternate stack? */
bool signal_on_alt_stack(const struct signal_state *s, gaddr sp);

/* -- For -strace and -d int: signal_log.c ---------------------------------- */

void signal_log(struct task *t, const siginfo_t *si);
void signal_log_death(struct task *t, int signo);

/* -- Between signal.c, signal_sys.c and frame_*.c --------------------------- */

/*
 * The table's row for signo; the table is locked.  What the guest has not
 * touched is the host's disposition, which is asked at the first look: a
 * short program never looks at most of the 64.
 */
struct signal_action *signal_row(struct signal_table *tab, int signo);
/* Give the host the disposition that follows from act; old (or NULL) is what
 * it was made from before. */
s64 signal_host_action(int signo, const struct signal_action *old,
		       const struct signal_action *act);
/* Put a signal to this thread into its queue as if it had just arrived. */
void signal_note(struct task *t, siginfo_t *si);
/* Take one held signal of set.  false: none there. */
bool signal_take_held(struct signal_state *s, u64 set, siginfo_t *si);
/* Put the held signals of set into the queue. */
void signal_unhold(struct task *t, u64 set);
/* sigaltstack(2) for a thread whose stack pointer is sp. */
int signal_set_alt_stack(struct task *t, gaddr sp, const stack_t *ss);

#endif
