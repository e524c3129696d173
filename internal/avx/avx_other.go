//go:build !amd64

package avx

// Clear does nothing: there are no such registers.
func Clear() {}
