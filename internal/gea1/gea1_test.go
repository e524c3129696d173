package gea1

import (
	"encoding/hex"
	"math/rand/v2"
	"strings"
	"testing"
)

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// The test vectors of the algorithm's specification, as published with the cryptanalysis.
var vectors = []struct {
	key, iv, plain, cipher string
	downlink               bool
}{
	{"0000000000000000", "00000000", "000000000000000000000000000000000000", "1fa198ab2114c38a9ebccb63ad4813a740c1", false},
	{"55e303eb7d55b685", "da637a83", "6e00cfe7b7fb974892b8cde5e43363397d85", "58dad06457b9fe1015da0776ed19907b7888", true},
	{"a7265d1932a0d618", "0e9b8adf", "96e7b1d92b1ea8fcdda41233c63294055383", "d72197f65d4d67b14d2cee812cb0b9bea0c9", false},
}

func TestVectors(t *testing.T) {
	for _, v := range vectors {
		key, iv := [KeySize]byte(unhex(t, v.key)), [IVSize]byte(unhex(t, v.iv))
		data := unhex(t, v.plain)
		s := Initial(key, iv, v.downlink)
		XOR(s, data)
		if got := hex.EncodeToString(data); got != v.cipher {
			t.Errorf("key %s gives %s, want %s", v.key, got, v.cipher)
		}
		if got := Key(s, iv, v.downlink); got != key {
			t.Errorf("S of key %s leads back to %x", v.key, got)
		}
	}
}

// The algebraic normal form of f, as published.
const normalForm = "x0x2x5x6+x0x3x5x6+x0x1x5x6+x1x2x5x6+x0x2x3x6+x1x3x4x6+x1x3x5x6+x0x2x4+x0x2x3+x0x1x3+" +
	"x0x2x6+x0x1x4+x0x1x6+x1x2x6+x2x5x6+x0x3x5+x1x4x6+x1x2x5+x0x3+x0x5+x1x3+x1x5+x1x6+x0x2+x2x3+" +
	"x2x5+x2x6+x4x5+x5x6+x1+x2+x3+x5"

func TestF(t *testing.T) {
	ones := 0
	for x := range uint64(128) {
		want := uint64(0)
		for term := range strings.SplitSeq(normalForm, "+") {
			product := uint64(1)
			for _, v := range strings.Split(term, "x")[1:] {
				product &= x >> (v[0] - '0') & 1
			}
			want ^= product
		}
		got := f(x, x>>1, x>>2, x>>3, x>>4, x>>5, x>>6) & 1
		if got != want {
			t.Errorf("f(%07b) = %d, want %d", x, got, want)
		}
		ones += int(got)
	}
	if ones != 64 {
		t.Errorf("f is 1 for %d of 128, it should be balanced", ones)
	}
}

func TestKeyIsInverse(t *testing.T) {
	r := rand.New(rand.NewPCG(1998, 1))
	for range 200 {
		s := r.Uint64()
		iv, downlink := [IVSize]byte{byte(r.Uint32()), 1, 2, byte(r.Uint32())}, r.IntN(2) == 1
		key := Key(s, iv, downlink)
		if got := Initial(key, iv, downlink); got != s {
			t.Fatalf("%x becomes the key %x, which becomes %x", s, key, got)
		}
	}
}
