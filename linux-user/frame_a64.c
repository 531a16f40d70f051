// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The arm64 signal frame: what the kernel pushes on the guest's stack before
 * a handler runs and what rt_sigreturn takes from it (kernel:
 * arch/arm64/kernel/signal.c, uapi/asm/sigcontext.h).
 *
 *	frame record	x29, x30 of the interrupted code	(higher)
 *	...		rest of the 4096 bytes for records
 *	records		fpsimd, esr (after faults), terminator
 *	sigcontext	fault address, x0..x30, sp, pc, pstate
 *	ucontext	flags, link, stack, mask
 *	siginfo						<- sp, lower
 */
#include "linux-user/abi_a64.h"
#include "linux-user/signal.h"

#include <errno.h>
#include <string.h>

#include "translate/translate.h"

#define FPSIMD_MAGIC 0x46508001u
#define ESR_MAGIC 0x45535201u

/* PSTATE bits that user code may set, and that make a frame invalid. */
#define PSTATE_NZCV 0xf0000000u
#define PSTATE_KEPT ((1u << 24) | (1u << 12))	/* DIT, SSBS */
#define PSTATE_NOT_USER (0xfu | (1u << 4) | 0x3c0u)	/* M, nRW, DAIF */

enum { RECORDS_MAX = 4096, STACK_ALIGN = 16 };

struct record_head {
	u32 magic, size;
};

struct fpsimd_record {
	struct record_head head;
	u32 fpsr, fpcr;
	union v128 v[32];
};

struct esr_record {
	struct record_head head;
	u64 esr;
};

struct sigcontext_a64 {
	u64 fault_address;
	u64 x[31];
	u64 sp, pc, pstate;
	u64 pad;			/* records are 16-byte aligned */
};

struct ucontext_a64 {
	u64 flags, link;
	u64 ss_sp;
	u32 ss_flags, ss_pad;
	u64 ss_size;
	u64 mask;
	u8 unused[120];			/* room for 1024 signals */
	u64 pad;			/* sigcontext is 16-byte aligned */
	struct sigcontext_a64 mc;
};

/* The frame as far as we write it. */
struct frame_a64 {
	u8 info[128];
	struct ucontext_a64 uc;
	union {
		struct fpsimd_record fpsimd;
		u8 bytes[RECORDS_MAX];
	} rec;
};

_Static_assert(sizeof(siginfo_t) == 128, "same on both");
_Static_assert(sizeof(struct sigcontext_a64) == 288, "uapi");
_Static_assert(offsetof(struct ucontext_a64, mc) == 176, "uapi");
_Static_assert(sizeof(struct fpsimd_record) == 528, "uapi");
_Static_assert(sizeof(struct frame_a64) == 4688, "uapi");

static gaddr frame_top(const struct task *t, const struct signal_action *act)
{
	const struct signal_state *s = t->sigst;
	gaddr sp = t->cpu->r[CPU_SP];

	if (act->flags & SA_ONSTACK && !(s->alt_flags & SS_DISABLE) &&
	    !signal_on_alt_stack(s, sp))
		sp = s->alt_sp + s->alt_size;
	return sp;
}

static void fill_context(struct task *t, struct frame_a64 *f, u64 mask)
{
	const struct signal_state *s = t->sigst;
	struct ucontext_a64 *uc = &f->uc;
	struct cpu *cpu = t->cpu;

	memset(uc, 0, sizeof(*uc));
	uc->ss_sp = s->alt_sp;
	uc->ss_flags = s->alt_flags;
	uc->ss_size = s->alt_size;
	uc->mask = mask;
	uc->mc.fault_address = s->fault_addr;
	memcpy(uc->mc.x, cpu->r, sizeof(uc->mc.x));
	uc->mc.sp = cpu->r[CPU_SP];
	uc->mc.pc = cpu->pc;
	uc->mc.pstate = flags_to_nzcv(cpu->flags) |
			(cpu->pstate & PSTATE_KEPT);
}

/* Write the records; returns their length. */
static u32 fill_records(struct task *t, struct frame_a64 *f)
{
	struct cpu *cpu = t->cpu;
	struct fpsimd_record *fp = &f->rec.fpsimd;
	struct esr_record esr = { { ESR_MAGIC, sizeof(esr) },
				  t->sigst->fault_code };
	struct record_head end = { 0, 0 };
	u32 at = sizeof(*fp);

	fpsr_sync(cpu);
	fp->head = (struct record_head){ FPSIMD_MAGIC, sizeof(*fp) };
	fp->fpsr = cpu->fpsr;
	fp->fpcr = cpu->fpcr;
	memcpy(fp->v, cpu->v, sizeof(fp->v));
	if (esr.esr) {
		memcpy(f->rec.bytes + at, &esr, sizeof(esr));
		at += sizeof(esr);
	}
	memcpy(f->rec.bytes + at, &end, sizeof(end));
	return at + sizeof(end);
}

int a64_frame_push(struct task *t, const struct signal_action *act,
	       const siginfo_t *info, u64 old_mask)
{
	struct cpu *cpu = t->cpu;
	u64 link[2] = { cpu->r[29], cpu->r[30] };
	gaddr record, frame;
	struct frame_a64 f;
	u32 len;

	record = align_down(frame_top(t, act) - sizeof(link), STACK_ALIGN);
	frame = record - sizeof(f);
	memcpy(f.info, info, sizeof(f.info));
	fill_context(t, &f, old_mask);
	len = offsetof(struct frame_a64, rec) + fill_records(t, &f);
	if (guest_write(&t->sys, frame, &f, len) ||
	    guest_write(&t->sys, record, link, sizeof(link)))
		return -EFAULT;
	cpu->r[0] = (u64)info->si_signo;
	if (act->flags & SA_SIGINFO) {
		cpu->r[1] = frame;
		cpu->r[2] = frame + offsetof(struct frame_a64, uc);
	}
	cpu->r[29] = record;
	cpu->r[30] = act->flags & SIGNAL_SA_RESTORER ? act->restorer :
							 t->proc->sigreturn;
	cpu->r[CPU_SP] = frame;
	cpu->pc = act->handler;
	if (t->sigst->alt_flags & SIGNAL_SS_AUTODISARM) {
		t->sigst->alt_sp = t->sigst->alt_size = 0;
		t->sigst->alt_flags = SS_DISABLE;
	}
	return 0;
}

/* Find the fpsimd record among the records; NULL if they are malformed. */
static const struct fpsimd_record *find_fpsimd(const struct frame_a64 *f,
					       u32 len)
{
	const struct fpsimd_record *fp = NULL;
	struct record_head h;

	for (u32 at = 0; at + sizeof(h) <= len; at += h.size) {
		const u8 *p = f->rec.bytes + at;

		memcpy(&h, p, sizeof(h));
		if (!h.magic)
			return h.size ? NULL : fp;
		if (h.size < sizeof(h) || h.size % 16 || h.size > len - at)
			return NULL;
		if (h.magic == FPSIMD_MAGIC) {
			if (fp || h.size != sizeof(*fp))
				return NULL;
			fp = (const struct fpsimd_record *)p;
		} else if (h.magic != ESR_MAGIC) {
			return NULL;
		}
	}
	return NULL;
}

/*
 * Read as much as a frame of ours has; a guest's own frame may have its
 * terminator later, and then all is read.
 */
static const struct fpsimd_record *read_frame(struct task *t, gaddr sp,
					      struct frame_a64 *f)
{
	const u32 head = offsetof(struct frame_a64, rec);
	const u32 usual = sizeof(struct fpsimd_record) +
			  sizeof(struct esr_record) +
			  sizeof(struct record_head);
	const struct fpsimd_record *fp;

	if (sp % STACK_ALIGN || guest_read(&t->sys, f, sp, head + usual))
		return NULL;
	fp = find_fpsimd(f, usual);
	if (fp || guest_read(&t->sys, f, sp, sizeof(*f)))
		return fp;
	return find_fpsimd(f, RECORDS_MAX);
}

int a64_frame_pop(struct task *t, u64 *mask)
{
	const struct fpsimd_record *fp;
	const struct ucontext_a64 *uc;
	struct cpu *cpu = t->cpu;
	struct frame_a64 f;
	stack_t ss = { 0 };

	fp = read_frame(t, cpu->r[CPU_SP], &f);
	uc = &f.uc;
	if (!fp || uc->mc.pstate & PSTATE_NOT_USER)
		return -EFAULT;
	memcpy(cpu->r, uc->mc.x, sizeof(uc->mc.x));
	cpu->r[CPU_SP] = uc->mc.sp;
	cpu->pc = uc->mc.pc;
	cpu->flags = flags_from_nzcv(uc->mc.pstate & PSTATE_NZCV);
	cpu->pstate = (cpu->pstate & ~PSTATE_KEPT) |
		      (uc->mc.pstate & PSTATE_KEPT);
	memcpy(cpu->v, fp->v, sizeof(cpu->v));
	cpu->fpsr = fp->fpsr;
	cpu->fpcr = fp->fpcr;
	fpcr_changed(cpu);
	cpu->excl_size = 0;
	*mask = uc->mask;
	ss.ss_sp = (void *)uc->ss_sp;
	ss.ss_flags = (int)uc->ss_flags;
	ss.ss_size = uc->ss_size;
	/* As the kernel: what is wrong with it is ignored. */
	signal_set_alt_stack(t, uc->mc.sp, &ss);
	return 0;
}
