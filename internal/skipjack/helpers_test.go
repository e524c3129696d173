package skipjack

import (
	"encoding/hex"
	"slices"
	"testing"
)

// The specification once more, literally: no tables, one step after the other. The tests
// hold the cipher against it, and it against the published states.

func referenceG(key [KeySize]byte, k int, w uint16) uint16 {
	cv := func(i int) byte { return key[(4*(k-1)+i)%KeySize] }
	g1, g2 := byte(w>>8), byte(w)
	g3 := f[g2^cv(0)] ^ g1
	g4 := f[g3^cv(1)] ^ g2
	g5 := f[g4^cv(2)] ^ g3
	g6 := f[g5^cv(3)] ^ g4
	return uint16(g5)<<8 | uint16(g6)
}

// referenceStates returns what each of the 32 steps makes of a block.
func referenceStates(key [KeySize]byte, w words) (states []words) {
	for k := 1; k <= 32; k++ {
		g := referenceG(key, k, w.w1)
		if ruleA := (k-1)/8%2 == 0; ruleA {
			w = words{g ^ w.w4 ^ uint16(k), g, w.w2, w.w3}
		} else {
			w = words{w.w4, g, w.w1 ^ w.w2 ^ uint16(k), w.w3}
		}
		states = append(states, w)
	}
	return states
}

func referenceEncrypt(key [KeySize]byte, block []byte) []byte {
	out := make([]byte, BlockSize)
	store(out, referenceStates(key, load(block))[31])
	return out
}

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func reversed(b []byte) []byte {
	b = slices.Clone(b)
	slices.Reverse(b)
	return b
}
