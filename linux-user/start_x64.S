/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where the runner is entered: touches its own pages in two system calls,
 * then goes on at the C library's _start.
 *
 * A page fault costs many times what mapping the page costs, more so in a
 * virtual machine, and a static PIE touches all its tables when it relocates
 * itself.  So, for each PT_LOAD of our own: madvise(POPULATE_WRITE) if it is
 * writable, else POPULATE_READ.  Older kernels refuse, and nothing is lost.
 */
	.equ	SYS_madvise, 28
	.equ	POPULATE_READ, 22
	.equ	POPULATE_WRITE, 23
	.equ	PT_LOAD, 1

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
	mov	16(%r14), %rdi			/* p_vaddr */
	mov	40(%r14), %rsi			/* p_memsz */
	add	%rdi, %rsi
	and	$-4096, %rdi
	sub	%rdi, %rsi
	add	%rbx, %rdi
	mov	$POPULATE_READ, %edx
	testl	$2, 4(%r14)			/* p_flags: PF_W */
	jz	4f
	mov	$POPULATE_WRITE, %edx
4:	mov	$SYS_madvise, %eax
	syscall
2:	add	$56, %r14			/* sizeof(Elf64_Phdr) */
	dec	%r13d
	jmp	1b
3:	mov	%r12, %rdx
	jmp	_start
	.cfi_endproc
	.size	runner_start, . - runner_start

	.section .note.GNU-stack, "", @progbits
