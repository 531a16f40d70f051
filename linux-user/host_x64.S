/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See host_x64.h. */
	.text

	.globl	host_sigreturn
	.type	host_sigreturn, @function
	.p2align 4
host_sigreturn:
	mov	$15, %eax		/* rt_sigreturn */
	syscall
	.size	host_sigreturn, . - host_sigreturn

/* s64 host_clone(const struct host_clone *c) */
	.globl	host_clone
	.type	host_clone, @function
	.p2align 4
host_clone:
	.cfi_startproc
	push	%rbx
	.cfi_adjust_cfa_offset 8
	.cfi_offset %rbx, -16
	mov	%rdi, %rbx
	mov	0(%rbx), %rax
	mov	8(%rbx), %rdi
	mov	16(%rbx), %rsi
	mov	24(%rbx), %rdx
	mov	32(%rbx), %r10
	mov	40(%rbx), %r8
	syscall
	test	%rax, %rax
	jnz	2f
	cmpq	$0, 48(%rbx)
	jne	1f			/* a new stack: there is nothing to pop */
2:	pop	%rbx
	.cfi_adjust_cfa_offset -8
	ret
	.cfi_endproc
1:	.cfi_startproc
	.cfi_undefined %rip
	xor	%ebp, %ebp
	mov	56(%rbx), %rdi
	call	*48(%rbx)
	ud2
	.cfi_endproc
	.size	host_clone, . - host_clone

/* s64 host_cmpxchg32(u32 *p, u32 old, u32 new) */
	.globl	host_cmpxchg32
	.type	host_cmpxchg32, @function
	.p2align 4
host_cmpxchg32:
	.cfi_startproc
	mov	%esi, %eax
	.globl	host_cmpxchg_begin
host_cmpxchg_begin:
	lock cmpxchg %edx, (%rdi)
	.globl	host_cmpxchg_end
host_cmpxchg_end:
	mov	%eax, %eax		/* the old value, zero-extended */
	ret
	.globl	host_cmpxchg_fault
host_cmpxchg_fault:
	mov	$-14, %rax		/* EFAULT */
	ret
	.cfi_endproc
	.size	host_cmpxchg32, . - host_cmpxchg32

	.section .note.GNU-stack,"",@progbits
