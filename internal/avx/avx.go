// Package avx clears the upper halves of the vector registers of an amd64 processor.
//
// circl's ML-KEM (v1.6.5), and the Keccak of four states at once in it, compute in the registers Y0 to
// Y15, of 256 bits, and leave something in their upper halves. SHA-256, as the standard library computes
// it with the instructions SHA256RNDS2 and its kind, uses the lower halves, with instructions that keep
// the upper ones. While these are not zero some processors merge both at each step, and SHA-256 takes up
// to 35 times as long there (Intel, 64 and IA-32 Architectures Optimization Reference Manual, "Mixing AVX
// Code with SSE Code"; AMD's Zen 5 does not merge, and shows nothing). That lasts until some other code
// clears them, so it slows what comes after and not what caused it. BenchmarkSHA256 says what it is on
// the machine at hand.
//
// The two packages that call ML-KEM, internal/hpke and internal/pqxdh, call [Clear] after it, and so do
// benchmarks that measure a bare ML-KEM as a limit. circl's X25519 and Ed25519 use none of these
// registers, and its ristretto255 is in Go.
package avx
