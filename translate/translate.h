/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The translator's public face, the map of this folder:
 *
 *   guest code --guest/A/--> ir.h --host/B/--> host code --exec.c--> exit
 *
 *   guest/guest.h	what a guest instruction set must provide (lift one insn)
 *   ir.h ir.def	the IR; ir.c builds, ir_check.c verifies, ir_interp.c runs
 *   sem.h sem/		the meaning of vector, FP and crypto opcodes in C
 *   host/host.h	what a host back end must provide (emit one block)
 *   codebuf.h		memory that holds host code
 *   block.h		blocks: lookup, linking, invalidation, reclaim
 *   exec.c		the run loop below
 *
 * A layer above (linux-user/, system/) makes one `struct tctx` per address
 * space kind and one `struct cpu` per guest thread, calls exec_run() and
 * answers the reason it returns.  Nothing here knows a Linux system call, an
 * ELF file or a device.
 */
#ifndef TRANSLATE_TRANSLATE_H
#define TRANSLATE_TRANSLATE_H

#include <stdio.h>

#include "translate/cpu.h"

/* Why exec_run() returned. */
enum exec_exit {
	EXEC_NONE,
	EXEC_SYSCALL,		/* SVC; pc is after it; exit_info = imm16 */
	EXEC_UNDEF,		/* undefined instruction; pc at it */
	EXEC_BREAK,		/* BRK; pc at it; exit_info = imm16 */
	EXEC_FAULT,		/* data access failed; pc at it; fault_addr */
	EXEC_FETCH,		/* code at pc cannot be fetched; fault_addr */
	EXEC_INTERRUPT,		/* exit_request was seen; pc is the next insn */
	EXEC_STEP,		/* one-instruction mode: pc is the next insn */
	EXEC_ALIGN,		/* misaligned pc or sp-checked access; pc at it */
	EXEC_PRIVILEGED,	/* instruction of a higher level; pc at it */
	/* internal to translate/ (never returned) */
	EXEC_LOOKUP, EXEC_LINK, EXEC_ICACHE
};

/* fault_info bits of EXEC_FAULT and EXEC_FETCH. */
enum exec_fault {
	FAULT_WRITE = 1, FAULT_EXEC = 2, FAULT_BUS = 4, FAULT_ALIGN = 8,
	/* x86: no address goes with these */
	FAULT_GP = 16,		/* general protection */
	FAULT_DIVIDE = 32,	/* division by zero or overflow */
	FAULT_FP = 64,		/* unmasked x87 or SIMD exception */
	FAULT_REDO = 128,	/* internal: the interpreter shall decide */
	FAULT_X87 = 256		/* with FAULT_FP: x87's */
};

struct guest_isa;
struct ir;

/*
 * How the guest's memory is reached.  Code generation picks the lowering from
 * `kind` once, when the context is made (full-system mode adds kinds).
 */
enum mem_kind {
	MEM_DIRECT		/* host pointer = base + guest address */
};

enum fetch {
	FETCH_FIXED,		/* it does not change without notice */
	FETCH_GUARDED,		/* it may; tctx_invalidate() will be called */
	FETCH_CHECKED		/* it may, and translations must find out */
};

struct mem_ops {
	enum mem_kind kind;
	u64 base;
	/*
	 * May code be fetched from the page of `addr`?  An enum fetch and the
	 * host address of the page's first byte, or -EFAULT (not mapped or not
	 * executable).  Called with the translation lock held; the answer
	 * holds until tctx_invalidate() names the page.
	 */
	int (*fetch_page)(void *opaque, gaddr addr, const u8 **host);
	/* Hypercall instructions (guest_isa decides which encoding): the
	 * helper index to call, or -1 = undefined at this pc. */
	int (*hypercall)(void *opaque, gaddr pc, u32 imm);
	/*
	 * Instruction caches are kept coherent by physical address: code in
	 * [addr, addr + len) was announced as changed, drop translations of
	 * the same memory at other addresses.  May be NULL.  Called without
	 * locks held.
	 */
	void (*code_aliases)(void *opaque, gaddr addr, u64 len);
	void *opaque;
};

/* Run-time helpers that the layer above adds; called with canonical state. */
typedef u64 exec_helper_fn(struct cpu *cpu, u64 a, u64 b);

enum { EXEC_USER_HELPERS = 16 };

struct tctx_config {
	const struct guest_isa *isa;
	struct mem_ops mem;
	exec_helper_fn *user_helper[EXEC_USER_HELPERS];
	u64 code_size;		/* bytes of code memory to reserve; 0 default */
	unsigned max_insns;	/* guest instructions per block; 0 default */
	bool interpret;		/* run the IR interpreter, emit nothing */
	bool lockstep;		/* run both and compare (slow) */
	bool no_chain;		/* -d nochain: every exit goes to the loop */
	bool check_ir;		/* verify each block */
	bool perfmap;		/* write /tmp/perf-PID.map */
	bool stats;		/* measure translation time */
	u32 log;		/* LOG_* channels of base/log.h */
	u64 cpu_features;	/* guest feature bits, guest/A/ defines */
};

/*
 * Make a translation context.  cfg is copied.  NULL: out of memory.
 * Not async-signal-safe.  A process that forks keeps it (copy on write).
 */
struct tctx *tctx_new(const struct tctx_config *cfg);
const struct tctx_config *tctx_config(const struct tctx *t);

/* Prepare a cpu (zeroed by the caller) to run in t: allocates its host
 * return stack and registers it.  0 or -ENOMEM.  cpu_fini() undoes it. */
int cpu_init(struct tctx *t, struct cpu *cpu);
void cpu_fini(struct cpu *cpu);

/*
 * Copy guest-visible state from src to dst (both initialised): clone, vfork.
 */
void cpu_copy_state(struct cpu *dst, const struct cpu *src);

/*
 * Run guest code from cpu->pc until something needs the layer above.
 * The calling thread owns cpu.  State is canonical on return.
 */
enum exec_exit exec_run(struct cpu *cpu);

/*
 * The same for one instruction alone, which is read anew and interpreted.
 * EXEC_STEP if nothing stopped it.
 */
enum exec_exit exec_one(struct cpu *cpu);

/*
 * Ask that a cpu leave exec_run() soon (EXEC_INTERRUPT).  Async-signal-safe,
 * callable from any thread.
 */
void exec_kick(struct cpu *cpu) SIGSAFE;

/*
 * To be called from the host's SIGSEGV/SIGBUS/SIGFPE handler of the thread
 * that runs cpu, with the handler's ucontext.  If the host pc lies in
 * translated code (or in a runtime routine acting for it), rewrites *uc such
 * that on return from the handler exec_run() returns EXEC_FAULT with
 * canonical state, and returns true; also true when the fault was the
 * translator's own business and execution just continues.  info_addr and
 * write describe the access.  Async-signal-safe.
 */
bool exec_host_fault(struct cpu *cpu, void *uc, int signo, u64 info_addr,
		     bool write) SIGSAFE;

/*
 * Is the host pc of *uc inside translated code of this context?  Used by
 * signal handlers to choose between exec_kick() and immediate delivery.
 */
bool exec_in_code(const struct tctx *t, const void *uc) SIGSAFE;

/* Make the FP status in cpu->fpsr complete (merges the host's sticky flags
 * of the calling thread), or load host control state from cpu->fpcr/fpsr
 * after either was changed.  Only by the thread that owns cpu. */
void fpsr_sync(struct cpu *cpu);
void fpcr_changed(struct cpu *cpu);

/*
 * Guest code in [start, start+len) may have changed or gone away (munmap,
 * mprotect, IC IVAU, write into it).  When this returns no thread will
 * *start* the old translations any more; threads inside them leave at their
 * next exit.  Any thread; not async-signal-safe.
 */
void tctx_invalidate(struct tctx *t, gaddr start, u64 len);

/* fork(): hold the translation lock across the host's fork; a process with
 * one thread need not (prepared: it was held). */
void tctx_fork_prepare(struct tctx *t);
void tctx_fork_parent(struct tctx *t);
void tctx_fork_child(struct tctx *t, bool prepared);

/* Counters for --stats; see base/stats.def. */
void tctx_print_stats(struct tctx *t, FILE *out);

#endif
