/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Condition flags that cross calls and returns, which calling conventions do
 * not promise but assembly may rely on, and flags over branches, indirect
 * jumps, loops and faults.
 */
#include <signal.h>
#include <ucontext.h>

#include "check.h"

/* Callee sets, caller reads; caller sets, callee reads. */
__asm__(
	".text\n"
	"set_flags: cmp x0, x1; add x2, x2, #1; ret\n"
	"read_flags: cset x0, lo; ret\n"
	"caller: stp x29, x30, [sp, #-16]!\n"
	"	cmp x0, x1; add x3, x0, x1\n"
	"	bl set_flags\n"
	"	b.lo 1f\n"
	"	mov x0, #0; ldp x29, x30, [sp], #16; ret\n"
	"1:	mov x0, #1; ldp x29, x30, [sp], #16; ret\n"
	"caller2: stp x29, x30, [sp, #-16]!\n"
	"	cmp x0, x1\n"
	"	bl read_flags\n"
	"	ldp x29, x30, [sp], #16; ret\n"
	"via_br: adr x3, 2f; cmp x0, x1; br x3\n"
	"	nop\n"
	"2:	cset x0, lo; ret\n"
	"loop: mov x2, #0\n"
	"3:	add x2, x2, #1; subs x0, x0, #1; and x3, x0, #1\n"
	"	b.ne 3b; mrs x1, nzcv; eor x0, x2, x1; ret\n"
	"fault: cmp x0, x1; ldr x2, [x3]; cset x0, lo; ret\n"
	"fault_ccmp: cmp x0, x1; add x4, x0, x1; mul x4, x4, x4\n"
	"	ldr x2, [x3]; ccmp x0, #9, #2, lo; cset x0, lo; ret\n");
long caller(long, long), caller2(long, long), via_br(long, long), loop(long);
long fault(long, long, long, void *), fault_ccmp(long, long, long, void *);

static unsigned long seen;
static long word = 5;

static void on_segv(int sig, siginfo_t *si, void *ucv)
{
	ucontext_t *uc = ucv;

	seen = uc->uc_mcontext.pstate & 0xf0000000;
	uc->uc_mcontext.regs[3] = (unsigned long)&word;
}

int main(void)
{
	struct sigaction sa = { .sa_sigaction = on_segv,
				.sa_flags = SA_SIGINFO };

	for (int k = 0; k < 3; k++) {
		check(caller(1, 2) == 1, "flags out of a call, lower");
		check(caller(2, 1) == 0, "flags out of a call, higher");
		check(caller2(1, 2) == 1, "flags into a call, lower");
		check(caller2(2, 1) == 0, "flags into a call, higher");
		check(via_br(1, 2) == 1, "flags over br, lower");
		check(via_br(2, 1) == 0, "flags over br, higher");
		check(loop(5) == (5 ^ 0x60000000), "flags out of a loop");
	}
	sigaction(SIGSEGV, &sa, NULL);
	check(fault(1, 2, 0, NULL) == 1, "flags survive a fault");
	check(seen == 0x80000000, "flags in the signal frame");
	check(fault(2, 2, 0, NULL) == 0, "flags survive a fault, equal");
	check(seen == 0x60000000, "flags in the signal frame, equal");
	check(fault_ccmp(1, 2, 0, NULL) == 1, "flags survive a fault, ccmp");
	check(seen == 0x80000000, "flags in the signal frame, ccmp");
	check(fault_ccmp(3, 2, 0, NULL) == 0, "flags survive a fault, else");
	check(fault_ccmp(2, 3, 0, NULL) == 1, "flags survive a fault, again");
	return check_done();
}
