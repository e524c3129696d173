package pqxdh

import (
	"errors"
	"testing"

	"doormat/internal/x25519"
)

// bob is everything that Bob has and publishes.
type bob struct {
	private Private
	bundle  Bundle
}

func newBob(oneTime bool) bob {
	var b bob
	b.private.Identity, b.bundle.Identity = x25519.Generate()
	b.private.Signed, b.bundle.Signed.Key = x25519.Generate()
	b.private.PostQuantum, b.bundle.PostQuantum.Key = NewKEM()
	b.bundle.Signed.ID, b.bundle.PostQuantum.ID = 1, 2
	b.bundle.SignedBy = SignCurve(b.private.Identity, b.bundle.Signed.Key)
	b.bundle.PostQuantumBy = SignKEM(b.private.Identity, b.bundle.PostQuantum.Key)
	if oneTime {
		private, public := x25519.Generate()
		b.private.OneTime, b.bundle.OneTime = &private, &CurvePrekey{3, public}
	}
	return b
}

func initiate(t testing.TB, alice x25519.PrivateKey, b *bob) (SecretKey, []byte, *Initial) {
	t.Helper()
	sk, ad, in, err := Initiate(alice, &b.bundle)
	if err != nil {
		t.Fatal(err)
	}
	return sk, ad, in
}

func TestBothSidesAgree(t *testing.T) {
	for _, oneTime := range []bool{true, false} {
		alice, public := x25519.Generate()
		b := newBob(oneTime)
		sk, ad, in := initiate(t, alice, &b)
		gotSK, gotAD, err := Respond(&b.private, public, in)
		if err != nil || gotSK != sk || string(gotAD) != string(ad) || len(ad) != 98 {
			t.Errorf("one-time %v: SK %x and %x, AD %x and %x, %v", oneTime, sk, gotSK, ad, gotAD, err)
		}
		wantID := uint32(0)
		if oneTime {
			wantID = 3
		}
		if in.SignedID != 1 || in.PostQuantumID != 2 || in.OneTimeID != wantID {
			t.Errorf("the message names the prekeys %d, %d, %d", in.SignedID, in.PostQuantumID, in.OneTimeID)
		}
		if again, _, _ := initiate(t, alice, &b); again == sk {
			t.Error("two handshakes have one SK")
		}
	}
}

// Each of the five secrets goes into SK, and whoever lacks one private key does not get it.
func TestEveryKeyMatters(t *testing.T) {
	alice, public := x25519.Generate()
	b := newBob(true)
	sk, _, in := initiate(t, alice, &b)
	other := newBob(true)
	_, stranger := x25519.Generate()

	for name, change := range map[string]func(p *Private, a *x25519.PublicKey, in *Initial){
		"Bob's identity key":        func(p *Private, _ *x25519.PublicKey, _ *Initial) { p.Identity = other.private.Identity },
		"Bob's signed prekey":       func(p *Private, _ *x25519.PublicKey, _ *Initial) { p.Signed = other.private.Signed },
		"Bob's one-time prekey":     func(p *Private, _ *x25519.PublicKey, _ *Initial) { p.OneTime = other.private.OneTime },
		"no one-time prekey":        func(p *Private, _ *x25519.PublicKey, _ *Initial) { p.OneTime = nil },
		"Bob's KEM prekey":          func(p *Private, _ *x25519.PublicKey, _ *Initial) { p.PostQuantum = other.private.PostQuantum },
		"Alice's identity key":      func(_ *Private, a *x25519.PublicKey, _ *Initial) { *a = stranger },
		"Alice's ephemeral key":     func(_ *Private, _ *x25519.PublicKey, in *Initial) { in.Ephemeral = stranger },
		"the first bit of CT":       func(_ *Private, _ *x25519.PublicKey, in *Initial) { in.Ciphertext[0] ^= 1 },
		"the last bit of CT":        func(_ *Private, _ *x25519.PublicKey, in *Initial) { in.Ciphertext[KEMCiphertextSize-1] ^= 0x80 },
		"nothing (the valid case)":  nil,
		"the numbers (not in SK)":   func(_ *Private, _ *x25519.PublicKey, in *Initial) { in.SignedID, in.OneTimeID = 7, 7 },
		"z of the KEM (not in SK)":  func(p *Private, _ *x25519.PublicKey, _ *Initial) { p.PostQuantum[63] ^= 1 },
		"d of the KEM, its key too": func(p *Private, _ *x25519.PublicKey, _ *Initial) { p.PostQuantum[0] ^= 1 },
	} {
		private, a, message := b.private, public, *in
		if change != nil {
			change(&private, &a, &message)
		}
		got, _, err := Respond(&private, a, &message)
		same := change == nil || name == "the numbers (not in SK)" || name == "z of the KEM (not in SK)"
		if err != nil || (got == sk) != same {
			t.Errorf("%s: SK is the same: %v, %v", name, got == sk, err)
		}
	}
}

// The identities and the KEM prekey are bound in AD.
func TestAssociatedData(t *testing.T) {
	_, a := x25519.Generate()
	_, b := x25519.Generate()
	_, pq := NewKEM()
	_, otherPQ := NewKEM()
	all := map[string]bool{
		string(associatedData(a, b, &pq)):      true,
		string(associatedData(b, a, &pq)):      true,
		string(associatedData(a, a, &pq)):      true,
		string(associatedData(a, b, &otherPQ)): true,
	}
	if len(all) != 4 {
		t.Errorf("%d different AD of 4", len(all))
	}
}

// A thief who has everything of Bob's but the KEM prekey, and the reverse.
func TestHybrid(t *testing.T) {
	alice, public := x25519.Generate()
	b := newBob(true)
	sk, _, in := initiate(t, alice, &b)

	quantum := b.private // it has all discrete logarithms
	quantum.PostQuantum = KEMSeed{}
	lattice := Private{PostQuantum: b.private.PostQuantum, OneTime: new(x25519.PrivateKey)}
	for name, thief := range map[string]Private{"a quantum computer": quantum, "who breaks the lattice": lattice} {
		if got, _, err := Respond(&thief, public, in); err != nil || got == sk {
			t.Errorf("%s has SK: %v, %v", name, got == sk, err)
		}
	}
}

func TestSignatures(t *testing.T) {
	identity, public := x25519.Generate()
	_, stranger := x25519.Generate()
	_, curve := x25519.Generate()
	_, otherCurve := x25519.Generate()
	_, kem := NewKEM()
	_, otherKEM := NewKEM()
	overCurve, overKEM := SignCurve(identity, curve), SignKEM(identity, kem)
	if err := errors.Join(VerifyCurve(public, curve, overCurve), VerifyKEM(public, &kem, overKEM)); err != nil {
		t.Fatal(err)
	}
	for name, err := range map[string]error{
		"curve, another's identity": VerifyCurve(stranger, curve, overCurve),
		"curve, another key":        VerifyCurve(public, otherCurve, overCurve),
		"curve, the KEM's":          VerifyCurve(public, curve, overKEM),
		"KEM, another's identity":   VerifyKEM(stranger, &kem, overKEM),
		"KEM, another key":          VerifyKEM(public, &otherKEM, overKEM),
		"KEM, the curve's":          VerifyKEM(public, &kem, overCurve),
	} {
		if err != ErrSignature {
			t.Errorf("%s: %v", name, err)
		}
	}
	for bit := range 8 * len(overCurve) {
		flipped, flippedKEM := overCurve, overKEM
		flipped[bit/8] ^= 1 << (bit % 8)
		flippedKEM[bit/8] ^= 1 << (bit % 8)
		if VerifyCurve(public, curve, flipped) == nil || VerifyKEM(public, &kem, flippedKEM) == nil {
			t.Fatalf("a signature verifies with bit %d flipped", bit)
		}
	}
}

// The first byte of what is signed keeps the two kinds apart: with the same bytes after it,
// a signature over one is none over the other.
func TestEncodingsAreApart(t *testing.T) {
	identity, public := x25519.Generate()
	_, kem := NewKEM()
	signature := SignKEM(identity, kem)
	if err := VerifyKEM(public, &kem, signature); err != nil {
		t.Fatal(err)
	}
	if xeddsaVerify(public, append([]byte{encodeEC}, kem[:]...), signature) {
		t.Error("a signature over EncodeKEM is one over EncodeEC")
	}
	if !xeddsaVerify(public, append([]byte{0x4b}, kem[:]...), signature) {
		t.Error("the signature is not over EncodeKEM")
	}
	_, curve := x25519.Generate()
	signature = SignCurve(identity, curve)
	if xeddsaVerify(public, append([]byte{encodeKEM}, curve[:]...), signature) {
		t.Error("a signature over EncodeEC is one over EncodeKEM")
	}
	if !xeddsaVerify(public, append([]byte{0x05}, curve[:]...), signature) {
		t.Error("the signature is not over EncodeEC")
	}
}

func TestInitiateRefuses(t *testing.T) {
	alice, _ := x25519.Generate()
	other := newBob(true)
	for name, test := range map[string]struct {
		change func(b *bob)
		want   error
	}{
		"nothing":                  {func(*bob) {}, nil},
		"another signed prekey":    {func(b *bob) { b.bundle.Signed.Key = other.bundle.Signed.Key }, ErrSignature},
		"another signature on it":  {func(b *bob) { b.bundle.SignedBy = other.bundle.SignedBy }, ErrSignature},
		"another KEM prekey":       {func(b *bob) { b.bundle.PostQuantum.Key = other.bundle.PostQuantum.Key }, ErrSignature},
		"another signature on one": {func(b *bob) { b.bundle.PostQuantumBy = other.bundle.PostQuantumBy }, ErrSignature},
		"another identity":         {func(b *bob) { b.bundle.Identity = other.bundle.Identity }, ErrSignature},
		"signatures exchanged": {func(b *bob) {
			b.bundle.SignedBy, b.bundle.PostQuantumBy = b.bundle.PostQuantumBy, b.bundle.SignedBy
		}, ErrSignature},
		"a KEM coefficient of 4095": {func(b *bob) {
			b.bundle.PostQuantum.Key[0], b.bundle.PostQuantum.Key[1] = 0xff, 0x0f
			b.bundle.PostQuantumBy = SignKEM(b.private.Identity, b.bundle.PostQuantum.Key)
		}, errKEM},
	} {
		b := newBob(true)
		test.change(&b)
		sk, _, _, err := Initiate(alice, &b.bundle)
		if err != test.want || err != nil && sk != (SecretKey{}) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Points of small order give a shared secret of zero. Parsers refuse them; so does this.
func TestZeroSharedSecret(t *testing.T) {
	alice, public := x25519.Generate()
	b := newBob(true)
	b.bundle.OneTime.Key = x25519.PublicKey{}
	if sk, _, _, err := Initiate(alice, &b.bundle); err == nil || sk != (SecretKey{}) {
		t.Errorf("Initiate: %x, %v", sk, err)
	}
	b = newBob(true)
	_, _, in := initiate(t, alice, &b)
	in.Ephemeral = x25519.PublicKey{1}
	if sk, _, err := Respond(&b.private, public, in); err == nil || sk != (SecretKey{}) {
		t.Errorf("Respond: %x, %v", sk, err)
	}
}
