package pqxdh

import (
	"bytes"
	"crypto/mlkem"
	"fmt"
	"testing"

	"github.com/cloudflare/circl/kem/mlkem/mlkem768"

	"doormat/internal/avx"
)

// Both ways with crypto/mlkem, which is the reference.
func TestEqualsCryptoMLKEM(t *testing.T) {
	for range 50 {
		seed, public := NewKEM()
		standard, err := mlkem.NewDecapsulationKey768(seed[:])
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(standard.EncapsulationKey().Bytes(), public[:]) {
			t.Fatal("another encapsulation key")
		}
		var in Initial
		ss, err := in.encapsulate(&public)
		if err != nil {
			t.Fatal(err)
		}
		if want, err := standard.Decapsulate(in.Ciphertext[:]); err != nil || !bytes.Equal(ss[:], want) {
			t.Fatalf("crypto/mlkem decapsulates another secret: %v", err)
		}
		want, ciphertext := standard.EncapsulationKey().Encapsulate()
		_, private := mlkem768.NewKeyFromSeed(seed[:])
		private.DecapsulateTo(ss[:], ciphertext)
		if !bytes.Equal(ss[:], want) {
			t.Fatal("we decapsulate another secret than crypto/mlkem")
		}
		ciphertext[0] ^= 1 // implicit rejection
		want, _ = standard.Decapsulate(ciphertext)
		if private.DecapsulateTo(ss[:], ciphertext); !bytes.Equal(ss[:], want) {
			t.Fatal("we reject with another secret than crypto/mlkem")
		}
	}
}

// Why the package's ML-KEM is not the standard library's.
func BenchmarkDecapsulate(b *testing.B) {
	seed, public := NewKEM()
	var in Initial
	if _, err := in.encapsulate(&public); err != nil {
		b.Fatal(err)
	}
	_, private := mlkem768.NewKeyFromSeed(seed[:])
	standard, err := mlkem.NewDecapsulationKey768(seed[:])
	if err != nil {
		b.Fatal(err)
	}
	b.Run("circl", func(b *testing.B) {
		var ss KEMSecret
		for b.Loop() {
			private.DecapsulateTo(ss[:], in.Ciphertext[:])
			avx.Clear()
		}
	})
	b.Run("crypto/mlkem", func(b *testing.B) {
		for b.Loop() {
			standard.Decapsulate(in.Ciphertext[:])
		}
	})
}

func TestSecretsAreNotPrinted(t *testing.T) {
	seed, _ := NewKEM()
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%q", "%d"} {
		got := fmt.Sprintf(verb+" "+verb+" "+verb, seed, KEMSecret{1}, &SecretKey{1})
		if want := "pqxdh.KEMSeed(hidden) pqxdh.KEMSecret(hidden) pqxdh.SecretKey(hidden)"; got != want {
			t.Errorf("%s prints %s", verb, got)
		}
	}
}
