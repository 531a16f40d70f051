/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where the runner is entered: touches its own initialised data in one system
 * call, then goes on at the C library's _start.
 *
 * A static PIE writes to almost every page of its tables when it relocates
 * itself, and one call costs less than a page fault for each.  Nothing else is
 * touched ahead: of code and constants a start needs a third, which the kernel
 * maps sixteen pages at a time, and of the zeroed data less.  Kernels before
 * 5.14 refuse the call, and nothing is lost.
 */
	.equ	SYS_madvise, 28
	.equ	POPULATE_WRITE, 23
	.equ	PT_LOAD, 1
	.equ	PF_W, 2

	.hidden	__ehdr_start
	.text
	.globl	runner_start
	.type	runner_start, @function
	.p2align 4
runner_start:
	.cfi_startproc
	.cfi_undefined %rip
	mov	%rdx, %r12			/* for _start: rtld_fini */
	lea	__ehdr_start(%rip), %rbx
	movzwl	56(%rbx), %r13d			/* e_phnum */
	mov	32(%rbx), %r14
	add	%rbx, %r14			/* e_phoff: program headers */
1:	test	%r13d, %r13d
	jz	3f
	cmpl	$PT_LOAD, 0(%r14)		/* p_type */
	jne	2f
	testl	$PF_W, 4(%r14)			/* p_flags */
	jz	2f
	mov	16(%r14), %rdi			/* p_vaddr */
	mov	32(%r14), %rsi			/* p_filesz */
	add	%rdi, %rsi
	and	$-4096, %rdi
	sub	%rdi, %rsi
	add	%rbx, %rdi
	mov	$POPULATE_WRITE, %edx
	mov	$SYS_madvise, %eax
	syscall
2:	add	$56, %r14			/* sizeof(Elf64_Phdr) */
	dec	%r13d
	jmp	1b
3:	mov	%r12, %rdx
	jmp	_start
	.cfi_endproc
	.size	runner_start, . - runner_start

	.section .note.GNU-stack, "", @progbits
