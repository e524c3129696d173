package noescrow

import (
	"bytes"
	"crypto/sha512"
	"fmt"
	"strings"
)

const safetyIterations = 5200

// SafetyNumber returns the 60 digits that two people compare, in person or by phone, to know
// that no relay has put other keys between them: twelve groups of five, the same whoever asks.
//
// Each half is a fingerprint of one identity key, iterated to make near misses costly to find,
// as in Signal (2016):
//
//	h₀ = version ‖ key   hᵢ = SHA-512(hᵢ₋₁ ‖ key), 5,200 times
//
// Of its first 30 bytes, each five are a big-endian number, taken modulo 100,000: 30 digits, or
// just under 100 bits. The smaller half comes first.
func SafetyNumber(a, b Identity) string {
	fa, fb := fingerprint(a), fingerprint(b)
	if strings.Join(fb, "") < strings.Join(fa, "") {
		fa, fb = fb, fa
	}
	return strings.Join(append(fa, fb...), " ")
}

func fingerprint(id Identity) (groups []string) {
	h := append([]byte{0, version}, id[:]...)
	for range safetyIterations {
		sum := sha512.Sum512(append(bytes.Clone(h), id[:]...))
		h = append(h[:0], sum[:]...)
	}
	for i := range 6 {
		n := uint64(0)
		for _, c := range h[5*i : 5*i+5] {
			n = n<<8 | uint64(c)
		}
		groups = append(groups, fmt.Sprintf("%05d", n%100000))
	}
	return groups
}
