/* The init's program as a part of the server: so it is never missing, and of the same version. */
	.section .rodata
	.globl sandboxd_init_begin
	.balign 16
sandboxd_init_begin:
	.incbin SANDBOXD_INIT_PROGRAM
	.globl sandboxd_init_end
sandboxd_init_end:
	.byte 0
	.section .note.GNU-stack, "", %progbits
