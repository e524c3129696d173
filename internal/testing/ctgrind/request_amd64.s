#include "textflag.h"

// func request(code, a, b uintptr) (ret uintptr)
//
// A client request of valgrind: its arguments are six words, the first of which AX points to, and
// the rotations, which come to nothing on a processor, tell valgrind to look (valgrind.h,
// VALGRIND_DO_CLIENT_REQUEST_EXPR).
TEXT ·request(SB), NOSPLIT, $48-32
	MOVQ code+0(FP), AX
	MOVQ AX, args-48(SP)
	MOVQ a+8(FP), AX
	MOVQ AX, args-40(SP)
	MOVQ b+16(FP), AX
	MOVQ AX, args-32(SP)
	XORL AX, AX
	MOVQ AX, args-24(SP)
	MOVQ AX, args-16(SP)
	MOVQ AX, args-8(SP)
	LEAQ args-48(SP), AX
	XORL DX, DX
	ROLQ $3, DI
	ROLQ $13, DI
	ROLQ $61, DI
	ROLQ $51, DI
	XCHGQ BX, BX
	MOVQ DX, ret+24(FP)
	RET
