package hpke

import (
	"bytes"
	"crypto/hpke"
	"sync"
	"testing"

	"github.com/cloudflare/circl/kem/xwing"

	"doormat/internal/avx"
	"doormat/internal/testing/ratio"
)

// Both ways with crypto/hpke, which is the reference.
func TestEqualsCryptoHPKE(t *testing.T) {
	const label = "doormat test"
	info := NewInfo(label)
	for i := range 50 {
		reference, err := hpke.MLKEM768X25519().GenerateKey()
		if err != nil {
			t.Fatal(err)
		}
		seed, err := reference.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		k := NewPrivateKey([SeedSize]byte(seed))
		if !bytes.Equal(k.Public().Bytes(), reference.PublicKey().Bytes()) {
			t.Fatal("another public key")
		}
		plaintext := bytes.Repeat([]byte{byte(i)}, i)
		sealed := k.Public().Seal(info, NewRandomness(), plaintext)
		got, err := hpke.Open(reference, hpke.HKDFSHA256(), hpke.ChaCha20Poly1305(), []byte(label), sealed)
		if err != nil || !bytes.Equal(got, plaintext) {
			t.Fatalf("crypto/hpke opens ours: %q, %v", got, err)
		}
		sealed, err = hpke.Seal(reference.PublicKey(), hpke.HKDFSHA256(), hpke.ChaCha20Poly1305(), []byte(label), plaintext)
		if err != nil {
			t.Fatal(err)
		}
		got, err = k.Open(info, sealed)
		if err != nil || !bytes.Equal(got, plaintext) {
			t.Fatalf("we open crypto/hpke's: %q, %v", got, err)
		}
	}
}

// Encapsulation is circl's to the byte, also for X25519 keys that no private key belongs to.
func TestEncapsulationEqualsCircl(t *testing.T) {
	key := NewPrivateKey([SeedSize]byte{1}).Public().Bytes()
	for i := range 40 {
		b := bytes.Clone(key)
		curve := b[len(b)-32:]
		switch {
		case i < 3: // of small order
			copy(curve, append([]byte{byte(i)}, make([]byte, 31)...))
		case i < 6: // another encoding
			curve[31] |= 0x80
		case i < 20: // any point of the curve or its twist
			curve[i%32] ^= byte(i)
		}
		var reference xwing.PublicKey
		if err := reference.Unpack(b); err != nil {
			t.Fatal(err)
		}
		p, err := ParsePublicKey(b)
		if err != nil {
			t.Fatal(err)
		}
		r := [RandomnessSize]byte{byte(i), 40: byte(i)}
		var want, enc [CiphertextSize]byte
		var wantSS [SharedSecretSize]byte
		reference.EncapsulateTo(want[:], wantSS[:], r[:])
		avx.Clear()
		if ss := p.encapsulate(enc[:], r); ss != wantSS || enc != want {
			t.Fatalf("X25519 key %x, randomness %x: another secret or ciphertext", curve, r)
		}
	}
}

func TestOpenRefuses(t *testing.T) {
	k := NewPrivateKey([SeedSize]byte{1})
	info := NewInfo("doormat test")
	sealed := k.Public().Seal(info, NewRandomness(), []byte("a message key"))
	if _, err := k.Open(info, sealed); err != nil {
		t.Fatal(err)
	}
	for bit := range 8 * len(sealed) {
		if testing.Short() && bit%61 != 0 {
			continue
		}
		bad := bytes.Clone(sealed)
		bad[bit/8] ^= 1 << (bit % 8)
		if _, err := k.Open(info, bad); err == nil {
			t.Errorf("bit %d is not checked", bit)
		}
	}
	for n := range sealed {
		if _, err := k.Open(info, sealed[:n]); err == nil {
			t.Errorf("truncated to %d bytes, it opens", n)
		}
	}
	if _, err := k.Open(info, append(sealed, 0)); err == nil {
		t.Error("with a trailing byte, it opens")
	}
	if _, err := k.Open(NewInfo("another use"), sealed); err == nil {
		t.Error("under another info, it opens")
	}
	if _, err := NewPrivateKey([SeedSize]byte{2}).Open(info, sealed); err == nil {
		t.Error("under another key, it opens")
	}
}

func TestParsePublicKeyRefuses(t *testing.T) {
	b := NewPrivateKey([SeedSize]byte{1}).Public().Bytes()
	for n := range b {
		if _, err := ParsePublicKey(b[:n]); err == nil {
			t.Errorf("%d bytes are taken", n)
		}
	}
	if _, err := ParsePublicKey(append(bytes.Clone(b), 0)); err == nil {
		t.Error("a trailing byte is taken")
	}
	b[0], b[1] = 0xff, b[1]|0x0f // a coefficient of 4095, above q = 3329
	if _, err := ParsePublicKey(b); err == nil {
		t.Error("a coefficient above q is taken")
	}
}

func FuzzOpen(f *testing.F) {
	k := NewPrivateKey([SeedSize]byte{1})
	info := NewInfo("doormat test")
	sealed := k.Public().Seal(info, [RandomnessSize]byte{2}, []byte("a message key"))
	f.Add(sealed)
	f.Fuzz(func(t *testing.T, b []byte) {
		if _, err := k.Open(info, b); err == nil && !bytes.Equal(b, sealed) {
			t.Errorf("%x opens", b)
		}
	})
}

func BenchmarkOpen(b *testing.B) {
	seed := [SeedSize]byte{1}
	k := NewPrivateKey(seed)
	info := NewInfo("doormat test")
	sealed := k.Public().Seal(info, NewRandomness(), make([]byte, 32))
	b.Run("Open", func(b *testing.B) {
		for b.Loop() {
			k.Open(info, sealed)
		}
	})
	b.Run("limit=X-Wing", func(b *testing.B) {
		ss := make([]byte, xwing.SharedKeySize)
		for b.Loop() {
			k.private.DecapsulateTo(ss, sealed[:xwing.CiphertextSize])
			avx.Clear()
		}
	})
	std, err := hpke.MLKEM768X25519().NewPrivateKey(seed[:])
	if err != nil {
		b.Fatal(err)
	}
	b.Run("crypto/hpke", func(b *testing.B) {
		for b.Loop() {
			hpke.Open(std, hpke.HKDFSHA256(), hpke.ChaCha20Poly1305(), []byte("doormat test"), sealed)
		}
	})
}

// BenchmarkSeal seals a message key, in multiples of circl's bare encapsulation.
func BenchmarkSeal(b *testing.B) {
	p := NewPrivateKey([SeedSize]byte{1}).Public()
	info := NewInfo("doormat test")
	var reference xwing.PublicKey
	if err := reference.Unpack(p.Bytes()); err != nil {
		b.Fatal(err)
	}
	var enc [CiphertextSize]byte
	var ss [SharedSecretSize]byte
	r := NewRandomness()
	ratio.Time(b, "X-Wing", func() { p.Seal(info, r, make([]byte, 32)) }, func() {
		reference.EncapsulateTo(enc[:], ss[:], r[:])
		avx.Clear()
	})
}

// The encapsulation is decided by the randomness, so that a recipient who knows it can make the
// same bytes again.
func TestSealIsDecidedByRandomness(t *testing.T) {
	p := NewPrivateKey([SeedSize]byte{1}).Public()
	info := NewInfo("doormat test")
	first := p.Seal(info, [RandomnessSize]byte{1}, []byte("a message key"))
	if !bytes.Equal(first, p.Seal(info, [RandomnessSize]byte{1}, []byte("a message key"))) {
		t.Error("the same randomness gives other bytes")
	}
	for bit := range 8 * RandomnessSize {
		r := [RandomnessSize]byte{1}
		r[bit/8] ^= 1 << (bit % 8)
		if got := p.Seal(info, r, []byte("a message key")); bytes.Equal(got[:xwing.CiphertextSize], first[:xwing.CiphertextSize]) {
			// X25519 clamps five bits of its scalar.
			if i := bit - 8*(RandomnessSize-32); i != 0 && i != 1 && i != 2 && i != 254 && i != 255 {
				t.Errorf("bit %d of the randomness does nothing", bit)
			}
		}
	}
}

// An Info and both keys are used by many at once, and a public key is what it was read from.
func TestConcurrentUse(t *testing.T) {
	info := NewInfo("doormat test")
	k := NewPrivateKey([SeedSize]byte{1})
	p, err := ParsePublicKey(k.Public().Bytes())
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for i := range 4 {
		all.Go(func() {
			for range 5 {
				want := []byte{byte(i)}
				if got, err := k.Open(info, p.Seal(info, NewRandomness(), want)); err != nil || !bytes.Equal(got, want) {
					t.Errorf("%x, %v", got, err)
				}
			}
		})
	}
	all.Wait()
}

func FuzzParsePublicKey(f *testing.F) {
	b := NewPrivateKey([SeedSize]byte{1}).Public().Bytes()
	f.Add(b)
	b[len(b)-1] |= 0x80 // of X25519, which ignores it
	f.Add(b)
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := ParsePublicKey(b)
		if err == nil && !bytes.Equal(p.Bytes(), b) {
			t.Errorf("%x is read as %x", b, p.Bytes())
		}
	})
}
