/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What cannot be written in C, for x86_64 hosts: the system call that cannot
 * lose a signal, and the copies that a signal handler may abort.
 *
 * host_syscall(): between reading exit_request and the syscall instruction
 * a signal may arrive; its handler (hostctx.c) finds the pc inside the window
 * and moves it to host_window_refuse.  The kernel leaves the pc on the
 * syscall instruction too when it interrupted a call that it would restart;
 * then rcx holds the return address (which it destroys on entry), and the pc
 * goes to host_window_leave.
 */
#include "syscalls/host_window.h"

	.text

/* s64 host_syscall(struct sysctx *c, long nr, u64 a0 .. u64 a5) */
	.globl	host_syscall
	.type	host_syscall, @function
	.p2align 4
host_syscall:
	.cfi_startproc
	push	%rbx
	.cfi_adjust_cfa_offset 8
	.cfi_offset %rbx, -16
	mov	%rdi, %rbx
	mov	%rsi, %rax
	mov	%rdx, %rdi
	mov	%rcx, %rsi
	mov	%r8, %rdx
	mov	%r9, %r10
	mov	16(%rsp), %r8
	mov	24(%rsp), %r9
	mov	SYSCTX_CPU(%rbx), %rcx
	.globl	host_window_begin
host_window_begin:
	cmpl	$0, CPU_EXIT_REQUEST(%rcx)
	jne	host_window_refuse
	.globl	host_window_insn
host_window_insn:
	syscall
	.globl	host_window_end
host_window_end:
	pop	%rbx
	.cfi_remember_state
	.cfi_adjust_cfa_offset -8
	ret
	.cfi_restore_state
	.globl	host_window_refuse
host_window_refuse:
	movb	$1, SYSCTX_NOT_BEGUN(%rbx)
	mov	$-512, %rax		/* SYS_RESTART */
	pop	%rbx
	.cfi_remember_state
	.cfi_adjust_cfa_offset -8
	ret
	.cfi_restore_state
	.globl	host_window_leave
host_window_leave:
	movb	$0, SYSCTX_NOT_BEGUN(%rbx)
	mov	$-512, %rax
	pop	%rbx
	.cfi_adjust_cfa_offset -8
	ret
	.cfi_endproc
	.size	host_syscall, . - host_syscall

/* s64 host_call(long nr, u64 a0 .. u64 a5): no questions asked */
	.globl	host_call
	.type	host_call, @function
	.p2align 4
host_call:
	.cfi_startproc
	mov	%rdi, %rax
	mov	%rsi, %rdi
	mov	%rdx, %rsi
	mov	%rcx, %rdx
	mov	%r8, %r10
	mov	%r9, %r8
	mov	8(%rsp), %r9
	syscall
	ret
	.cfi_endproc
	.size	host_call, . - host_call

/*
 * int guestmem_copy(void *dst, const void *src, u64 len)
 * s64 guestmem_strcpy(char *buf, const char *src, u64 size)
 *
 * Neither touches the stack, so that the handler only has to change the pc.
 */
	.globl	guestmem_begin
	.p2align 4
guestmem_begin:
	.globl	guestmem_copy
	.type	guestmem_copy, @function
guestmem_copy:
	.cfi_startproc
	mov	%rdx, %rcx
	rep movsb
	xor	%eax, %eax
	ret
	.cfi_endproc
	.size	guestmem_copy, . - guestmem_copy

	.globl	guestmem_strcpy
	.type	guestmem_strcpy, @function
guestmem_strcpy:
	.cfi_startproc
	xor	%eax, %eax
1:	cmp	%rdx, %rax
	jae	2f
	movzbl	(%rsi,%rax), %ecx
	mov	%cl, (%rdi,%rax)
	test	%cl, %cl
	jz	3f
	inc	%rax
	jmp	1b
2:	mov	$-36, %rax		/* ENAMETOOLONG */
3:	ret
	.cfi_endproc
	.size	guestmem_strcpy, . - guestmem_strcpy
	.globl	guestmem_end
guestmem_end:
	.globl	guestmem_fault
guestmem_fault:
	mov	$-14, %rax		/* EFAULT */
	ret

	.section .note.GNU-stack,"",@progbits
