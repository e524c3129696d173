package x25519

import (
	"bytes"
	"crypto/ecdh"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	mathrand "math/rand/v2"
	"testing"

	"filippo.io/edwards25519"
	"filippo.io/edwards25519/field"
)

func seeded(n byte) *mathrand.ChaCha8 { return mathrand.NewChaCha8([32]byte{n}) }

// RFC 7748, Section 6.1.
func TestRFC7748(t *testing.T) {
	a := PrivateKey(unhex(t, rfcAlice))
	b := PrivateKey(unhex(t, rfcBob))
	if got := a.Public(); !bytes.Equal(got[:], unhex(t, rfcAlicePublic)) {
		t.Errorf("Alice's public key is %x", got)
	}
	if got := b.Public(); !bytes.Equal(got[:], unhex(t, rfcBobPublic)) {
		t.Errorf("Bob's public key is %x", got)
	}
	ab, err := a.DH(b.Public())
	if err != nil || !bytes.Equal(ab[:], unhex(t, rfcShared)) {
		t.Errorf("the shared secret is %x, %v", ab, err)
	}
}

const (
	rfcAlice       = "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a"
	rfcAlicePublic = "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a"
	rfcBob         = "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb"
	rfcBobPublic   = "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f"
	rfcShared      = "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742"
)

func TestEqualsCryptoECDH(t *testing.T) {
	r := seeded(1)
	for range 500 {
		var k, l PrivateKey
		r.Read(k[:])
		r.Read(l[:])
		want, err := ecdh.X25519().NewPrivateKey(k[:])
		if err != nil {
			t.Fatal(err)
		}
		if p := k.Public(); !bytes.Equal(p[:], want.PublicKey().Bytes()) {
			t.Fatalf("public key of %x is %x", k, p)
		}
		peer := l.Public()
		peerWant, _ := ecdh.X25519().NewPublicKey(peer[:])
		secret, err := k.DH(peer)
		secretWant, errWant := want.ECDH(peerWant)
		if err != nil || errWant != nil || !bytes.Equal(secret[:], secretWant) {
			t.Fatalf("%x with %x: %x, %v; crypto/ecdh: %x, %v", k, peer, secret, err, secretWant, errWant)
		}
	}
}

func TestParseTakesWhatGenerateMakes(t *testing.T) {
	for range 500 {
		_, p := Generate()
		if got, err := Parse(p[:]); err != nil || got != p {
			t.Fatalf("%x: %v", p, err)
		}
	}
}

// naive decides by the definition: the point is on the curve, and its multiple by the group
// order is zero. The order itself is 0 as a scalar, so (order − 1)·P is compared with −P.
func naive(u []byte) bool {
	x, err := new(field.Element).SetBytes(u)
	if err != nil || !bytes.Equal(x.Bytes(), u) {
		return false
	}
	y := new(field.Element).Subtract(x, one)
	y.Multiply(y, new(field.Element).Invert(new(field.Element).Add(x, one)))
	p, err := new(edwards25519.Point).SetBytes(y.Bytes())
	if err != nil || new(field.Element).Add(x, one).Equal(new(field.Element)) == 1 {
		return false
	}
	minusOne, _ := edwards25519.NewScalar().SetCanonicalBytes(scalarOne())
	minusOne.Negate(minusOne)
	q := new(edwards25519.Point).ScalarMult(minusOne, p)
	return q.Equal(new(edwards25519.Point).Negate(p)) == 1 && p.Equal(edwards25519.NewIdentityPoint()) == 0
}

func scalarOne() []byte { b := make([]byte, 32); b[0] = 1; return b }

// About one u in sixteen is in the subgroup: half are on the curve, one eighth of those count.
func TestSubgroupEqualsDefinition(t *testing.T) {
	r := seeded(2)
	in, n := 0, 4000
	if testing.Short() {
		n = 400
	}
	for range n {
		var u [32]byte
		r.Read(u[:])
		u[31] &= 0x7f
		_, err := Parse(u[:])
		if want := naive(u[:]); (err == nil) != want {
			t.Fatalf("%x: in the subgroup %v, Parse says %v", u, want, err)
		}
		if err == nil {
			in++
		}
	}
	if !testing.Short() && (in < 180 || in > 320) { // 250 ± 4.5 standard deviations
		t.Errorf("%d of %d points were in the subgroup, expected about %d", in, n, n/16)
	}
}

// A good key plus each of the seven points of small order: all give the same Diffie-Hellman
// results as the good key, so each would be a second name for one key.
func TestParseRefusesTorsion(t *testing.T) {
	r := seeded(3)
	torsion := torsionPoints(t)
	for range 100 {
		var k, other PrivateKey
		r.Read(k[:])
		r.Read(other[:])
		good := k.Public()
		want, _ := other.DH(good)
		for i, small := range torsion {
			bad := montgomery(new(edwards25519.Point).Add(point(t, good), small))
			got, err := other.DH(bad)
			if err != nil || got != want {
				t.Fatalf("small point %d changes the shared secret: the test's arithmetic is wrong", i)
			}
			if _, err := Parse(bad[:]); err != errSubgroup {
				t.Errorf("%x plus small point %d: %v", good, i, err)
			}
		}
	}
}

func TestParseRefusesSmallOrder(t *testing.T) {
	for i, small := range torsionPoints(t) {
		u := montgomery(small)
		if _, err := Parse(u[:]); err != errSubgroup {
			t.Errorf("small point %d, %x: %v", i, u, err)
		}
		k, _ := Generate()
		if s, err := k.DH(u); err == nil {
			t.Errorf("small point %d, %x: shared secret %x", i, u, s)
		}
	}
	for _, u := range []string{ // u = −1 (on the twist), 1 and 0
		"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"0100000000000000000000000000000000000000000000000000000000000000",
		"0000000000000000000000000000000000000000000000000000000000000000",
	} {
		if _, err := Parse(unhex(t, u)); err != errSubgroup {
			t.Errorf("%s: %v", u, err)
		}
	}
}

func TestParseRefusesOtherEncodings(t *testing.T) {
	_, good := Generate()
	for i := range Size {
		if _, err := Parse(good[:i]); err != errSize {
			t.Errorf("%d bytes: %v", i, err)
		}
	}
	if _, err := Parse(append(good[:], 0)); err != errSize {
		t.Errorf("33 bytes: %v", err)
	}
	high := good
	high[31] |= 0x80
	if _, err := Parse(high[:]); err != errEncoding {
		t.Errorf("high bit set: %v", err)
	}
	for n := range 19 { // p, p+1 … p+18 are 0 … 18 again; 9 is the base point
		u := unhex(t, "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")
		u[0] += byte(n)
		if _, err := Parse(u); err != errEncoding {
			t.Errorf("p+%d: %v", n, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	_, p := Generate()
	f.Add(p[:])
	f.Add(make([]byte, 32))
	f.Fuzz(func(t *testing.T, b []byte) {
		if _, err := Parse(b); (err == nil) != (len(b) == Size && naive(b)) {
			t.Errorf("%x: %v", b, err)
		}
	})
}

func BenchmarkParse(b *testing.B) {
	_, p := Generate()
	for b.Loop() {
		Parse(p[:])
	}
}

func BenchmarkDH(b *testing.B) {
	k, p := Generate()
	b.Run("circl", func(b *testing.B) {
		for b.Loop() {
			k.DH(p)
		}
	})
	standard, err1 := ecdh.X25519().NewPrivateKey(k[:])
	peer, err2 := ecdh.X25519().NewPublicKey(p[:])
	if err := errors.Join(err1, err2); err != nil {
		b.Fatal(err)
	}
	b.Run("crypto/ecdh", func(b *testing.B) {
		for b.Loop() {
			standard.ECDH(peer)
		}
	})
}

func BenchmarkGenerate(b *testing.B) {
	b.Run("circl", func(b *testing.B) {
		for b.Loop() {
			Generate()
		}
	})
	b.Run("crypto/ecdh", func(b *testing.B) {
		for b.Loop() {
			ecdh.X25519().GenerateKey(rand.Reader)
		}
	})
}

// point lifts u to the Edwards point with an even x-coordinate.
func point(t *testing.T, u PublicKey) *edwards25519.Point {
	t.Helper()
	x, _ := new(field.Element).SetBytes(u[:])
	y := new(field.Element).Subtract(x, one)
	y.Multiply(y, new(field.Element).Invert(new(field.Element).Add(x, one)))
	p, err := new(edwards25519.Point).SetBytes(y.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func montgomery(p *edwards25519.Point) PublicKey { return PublicKey(p.BytesMontgomery()) }

// torsionPoints returns the seven points of order 2, 4 and 8, multiples of one of order 8
// (found by multiplying any point by the group order).
func torsionPoints(t *testing.T) []*edwards25519.Point {
	t.Helper()
	g, err := new(edwards25519.Point).SetBytes(unhex(t, "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"))
	if err != nil {
		t.Fatal(err)
	}
	points := []*edwards25519.Point{g}
	for i := 1; i < 7; i++ {
		points = append(points, new(edwards25519.Point).Add(points[i-1], g))
	}
	if new(edwards25519.Point).Add(points[6], g).Equal(edwards25519.NewIdentityPoint()) != 1 {
		t.Fatal("the point is not of order 8")
	}
	return points
}

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestSecretsAreNotPrinted(t *testing.T) {
	k, p := Generate()
	s, err := k.DH(p)
	if err != nil {
		t.Fatal(err)
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%q", "%d"} {
		got := fmt.Sprintf(verb+" "+verb+" "+verb, k, &k, s)
		if want := "x25519.PrivateKey(hidden) x25519.PrivateKey(hidden) x25519.SharedSecret(hidden)"; got != want {
			t.Errorf("%s prints %s", verb, got)
		}
	}
}
