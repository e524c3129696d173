package avx

import "golang.org/x/sys/cpu"

// Clear sets the upper halves to zero: one instruction. Without AVX there are none.
func Clear() {
	if cpu.X86.HasAVX {
		clearUpper()
	}
}

// clearUpper is in avx_amd64.s.
func clearUpper()
