// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Signals in the log: with -strace the lines that strace prints between
 * system calls, with -d int what the cpu stood at.
 */
#include "linux-user/signal.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"

static const struct {
	int code;
	const char *name;
} code_name[] = {
	{ SI_USER, "SI_USER" }, { SI_KERNEL, "SI_KERNEL" },
	{ SI_QUEUE, "SI_QUEUE" }, { SI_TIMER, "SI_TIMER" },
	{ SI_MESGQ, "SI_MESGQ" }, { SI_ASYNCIO, "SI_ASYNCIO" },
	{ SI_SIGIO, "SI_SIGIO" }, { SI_TKILL, "SI_TKILL" },
}, fault_name[] = {
	{ SEGV_MAPERR, "SEGV_MAPERR" }, { SEGV_ACCERR, "SEGV_ACCERR" },
}, child_name[] = {
	{ CLD_EXITED, "CLD_EXITED" }, { CLD_KILLED, "CLD_KILLED" },
	{ CLD_DUMPED, "CLD_DUMPED" }, { CLD_TRAPPED, "CLD_TRAPPED" },
	{ CLD_STOPPED, "CLD_STOPPED" }, { CLD_CONTINUED, "CLD_CONTINUED" },
}, bus_name[] = {
	{ BUS_ADRALN, "BUS_ADRALN" }, { BUS_ADRERR, "BUS_ADRERR" },
};

/* "SIGSEGV", "SIGRT_5" */
static const char *signal_name(int signo, char *buf, size_t len)
{
	const char *s = sigabbrev_np(signo);

	if (s)
		snprintf(buf, len, "SIG%s", s);
	else
		snprintf(buf, len, "SIGRT_%d", signo - 32);
	return buf;
}

static const char *code_text(const siginfo_t *si, char *buf, size_t len)
{
	snprintf(buf, len, "%d", si->si_code);
#define LOOK(table) \
	for (size_t i = 0; i < ARRAY_LEN(table); i++) \
		if (table[i].code == si->si_code) \
			return table[i].name
	LOOK(code_name);
	if (si->si_signo == SIGSEGV)
		LOOK(fault_name);
	if (si->si_signo == SIGBUS)
		LOOK(bus_name);
	if (si->si_signo == SIGCHLD)
		LOOK(child_name);
#undef LOOK
	return buf;
}

static void log_strace(struct task *t, const siginfo_t *si)
{
	char name[20], code[20], more[80] = "";

	if (si->si_code > 0 && SIGNAL_BIT(si->si_signo) & SIGNAL_SYNC)
		snprintf(more, sizeof(more), ", si_addr=%p", si->si_addr);
	else if (si->si_signo == SIGCHLD)
		snprintf(more, sizeof(more),
			 ", si_pid=%d, si_uid=%u, si_status=%d", si->si_pid,
			 si->si_uid, si->si_status);
	else if (si->si_code <= 0 && si->si_code != SI_TIMER)
		snprintf(more, sizeof(more), ", si_pid=%d, si_uid=%u",
			 si->si_pid, si->si_uid);
	signal_name(si->si_signo, name, sizeof(name));
	log_printf("%d --- %s {si_signo=%s, si_code=%s%s} ---\n", t->tid, name,
		   name, code_text(si, code, sizeof(code)), more);
}

static bool stracing(const struct task *t)
{
	return t->proc->sys_cfg.strace || log_on(LOG_STRACE);
}

void signal_log(struct task *t, const siginfo_t *si)
{
	if (unlikely(stracing(t)))
		log_strace(t, si);
	if (log_on(LOG_INT))
		log_printf("signal %d, code %d, address %p, pc 0x%llx\n",
			   si->si_signo, si->si_code, si->si_addr,
			   (unsigned long long)t->cpu->pc);
}

void signal_log_death(struct task *t, int signo)
{
	char name[20];

	if (unlikely(stracing(t)))
		log_printf("%d +++ killed by %s +++\n", t->tid,
			   signal_name(signo, name, sizeof(name)));
}
