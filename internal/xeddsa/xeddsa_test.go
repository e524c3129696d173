package xeddsa

import (
	"bytes"
	"crypto/ed25519"
	"testing"

	"doormat/internal/x25519"
)

func TestSignVerify(t *testing.T) {
	for i := range 100 { // both signs of the Edwards point occur
		k, p := x25519.Generate()
		message := bytes.Repeat([]byte{byte(i)}, i)
		signature := Sign(k, message)
		if !Verify(p, message, signature) {
			t.Fatalf("key %x, %d bytes: the signature does not verify", p, i)
		}
		if Sign(k, message) == signature {
			t.Fatal("two signatures of one message are equal: no randomness went in")
		}
	}
}

// The public key that signs is the public key that does Diffie-Hellman.
func TestConvertMontEqualsKeyPair(t *testing.T) {
	for range 100 {
		k, p := x25519.Generate()
		_, want := calculateKeyPair(k)
		if got, ok := convertMont(p); !ok || !bytes.Equal(got, want) {
			t.Fatalf("u = %x gives y = %x, the private key %x", p, got, want)
		}
	}
}

func TestVerifyRefusesEveryBit(t *testing.T) {
	k, p := x25519.Generate()
	message := []byte("a prekey")
	signature := Sign(k, message)
	if !Verify(p, message, signature) {
		t.Fatal("the valid signature does not verify")
	}
	for bit := range 8 * Size {
		bad := signature
		bad[bit/8] ^= 1 << (bit % 8)
		if Verify(p, message, bad) {
			t.Errorf("bit %d of the signature is not checked", bit)
		}
	}
	for bit := range 8 * len(message) {
		bad := bytes.Clone(message)
		bad[bit/8] ^= 1 << (bit % 8)
		if Verify(p, bad, signature) {
			t.Errorf("bit %d of the message is not checked", bit)
		}
	}
	_, other := x25519.Generate()
	if Verify(other, message, signature) {
		t.Error("the signature verifies under another key")
	}
}

func TestVerifyRefusesKeysOffTheCurve(t *testing.T) {
	minusOne := x25519.PublicKey{0xec}
	for i := 1; i < 31; i++ {
		minusOne[i] = 0xff
	}
	minusOne[31] = 0x7f
	if _, ok := convertMont(minusOne); ok {
		t.Error("u = −1 was converted")
	}
	if Verify(minusOne, nil, [Size]byte{}) {
		t.Error("a signature under u = −1 verifies")
	}
}

func BenchmarkVerify(b *testing.B) {
	k, p := x25519.Generate()
	message := make([]byte, 1185)
	signature := Sign(k, message)
	b.Run("XEdDSA", func(b *testing.B) {
		for b.Loop() {
			Verify(p, message, signature)
		}
	})
	public, private, _ := ed25519.GenerateKey(nil)
	plain := ed25519.Sign(private, message)
	b.Run("limit=Ed25519", func(b *testing.B) {
		for b.Loop() {
			ed25519.Verify(public, message, plain)
		}
	})
}
