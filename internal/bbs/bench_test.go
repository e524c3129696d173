package bbs

import (
	"testing"

	"github.com/cloudflare/circl/ecc/bls12381"

	"doormat/internal/testing/ratio"
)

// The bare primitives: a multiplication in G1, and a pairing.
func bareMult() func() {
	k := hashToScalar(nil, "bench")
	return func() { times(k, bls12381.G1Generator()) }
}

func barePair() func() {
	return func() { bls12381.Pair(bls12381.G1Generator(), bls12381.G2Generator()) }
}

// Three messages: five multiplications.
func BenchmarkSign(b *testing.B) {
	k := testKey(b, 1)
	ratio.Time(b, "x-of-mult", func() { _, err := k.Sign(testHeader, testMessages); check(b, err) }, bareMult())
}

// The same, and two pairings that share their last step.
func BenchmarkVerify(b *testing.B) {
	k := testKey(b, 1)
	signature, err := k.Sign(testHeader, testMessages)
	check(b, err)
	ratio.Time(b, "x-of-pairing", func() { check(b, k.Public().Verify(signature, testHeader, testMessages)) }, barePair())
}

// One message of three is shown: thirteen multiplications.
func BenchmarkProofGen(b *testing.B) {
	k := testKey(b, 1)
	signature, err := k.Sign(testHeader, testMessages)
	check(b, err)
	ratio.Time(b, "x-of-mult", func() {
		_, err := k.Public().ProofGen(signature, testHeader, nil, testMessages, []int{2})
		check(b, err)
	}, bareMult())
}

// Nine multiplications, and two pairings.
func BenchmarkProofVerify(b *testing.B) {
	k := testKey(b, 1)
	proof := prove(b, k, nil, []int{2})
	ratio.Time(b, "x-of-pairing", func() {
		check(b, k.Public().ProofVerify(proof, testHeader, nil, testMessages[2:], []int{2}))
	}, barePair())
}
