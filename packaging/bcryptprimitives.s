# A bcryptprimitives.dll with the only function that Go programs need of it. Wine has the
# library since version 9; Debian 12 has Wine 8.
	.globl ProcessPrng
# BOOL ProcessPrng(BYTE *buffer, SIZE_T size) fills a buffer with random bytes.
ProcessPrng:
	lea (%rcx,%rdx), %r8
next:	cmp %r8, %rcx
	jae done
retry:	rdrand %eax
	jnc retry
	movb %al, (%rcx)
	inc %rcx
	jmp next
done:	mov $1, %eax
	ret
	.globl DllMain
DllMain:
	mov $1, %eax
	ret
	.section .drectve
	.ascii " -export:ProcessPrng"
