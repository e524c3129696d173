package avx_test

import (
	"crypto/sha256"
	"testing"

	"github.com/cloudflare/circl/kem/mlkem/mlkem768"

	"doormat/internal/avx"
	"doormat/internal/testing/ratio"
)

// Clear may be called at any time, and changes no result.
func TestClear(t *testing.T) {
	public, private := mlkem768.NewKeyFromSeed(make([]byte, mlkem768.KeySeedSize))
	var ct [mlkem768.CiphertextSize]byte
	var sealed, opened [mlkem768.SharedKeySize]byte
	for range 100 {
		public.EncapsulateTo(ct[:], sealed[:], make([]byte, mlkem768.EncapsulationSeedSize))
		avx.Clear()
		want := sha256.Sum256(sealed[:])
		private.DecapsulateTo(opened[:], ct[:])
		avx.Clear()
		if got := sha256.Sum256(opened[:]); got != want {
			t.Fatal("the secrets differ")
		}
	}
}

// BenchmarkSHA256 times SHA-256 of 256 bytes after a decapsulation, with the registers as they are left
// and cleared, in multiples of SHA-256 with cleared ones.
func BenchmarkSHA256(b *testing.B) {
	_, private := mlkem768.NewKeyFromSeed(make([]byte, mlkem768.KeySeedSize))
	var ct [mlkem768.CiphertextSize]byte
	var ss [mlkem768.SharedKeySize]byte
	decapsulate := func() { private.DecapsulateTo(ss[:], ct[:]) }
	hash := func() {
		for range 100 {
			sha256.Sum256(ct[:256])
		}
	}
	for name, before := range map[string]func(){
		"left":    decapsulate,
		"cleared": func() { decapsulate(); avx.Clear() },
	} {
		b.Run(name, func(b *testing.B) {
			ratio.TimeAfter(b, "SHA-256", before, hash, avx.Clear, hash)
		})
	}
}
