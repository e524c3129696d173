package ratchet

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"math/rand/v2"
	"testing"

	"doormat/internal/testing/ratio"
)

// hmacOf is crypto/hmac's.
func hmacOf(ck chainKey, b byte) []byte {
	h := hmac.New(sha256.New, ck[:])
	h.Write([]byte{b})
	return h.Sum(nil)
}

func TestChainEqualsCryptoHMAC(t *testing.T) {
	r := rand.NewChaCha8([32]byte{2})
	for range 100 {
		var ck chainKey
		r.Read(ck[:])
		mk, next := hmacOf(ck, 1), hmacOf(ck, 2)
		stepped := ck
		stepped.step()
		if got := ck.next(); !bytes.Equal(got[:], mk) || !bytes.Equal(ck[:], next) || stepped != ck {
			t.Fatalf("message key %x, chain key %x, expected %x, %x", got, ck, mk, next)
		}
	}
}

// BenchmarkChain steps a chain, beside the same with crypto/hmac.
func BenchmarkChain(b *testing.B) {
	const n = 100
	var ck, other chainKey
	ratio.Speed(b, "x-of-crypto/hmac", func() {
		for range n {
			ck.next()
		}
	}, func() {
		for range n {
			h := hmac.New(sha256.New, other[:])
			h.Write([]byte{1})
			h.Sum(nil)
			h.Reset()
			h.Write([]byte{2})
			h.Sum(other[:0])
		}
	})
}
