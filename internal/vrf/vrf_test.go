package vrf

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"os"
	"testing"

	"filippo.io/edwards25519"

	"doormat/internal/testing/printed"
	"doormat/internal/testing/ratio"
)

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// The examples of RFC 9381, Appendix B.3 (16, 17 and 18), in testdata/rfc9381.json.
func TestVectors(t *testing.T) {
	data, err := os.ReadFile("testdata/rfc9381.json")
	if err != nil {
		t.Fatal(err)
	}
	var vectors []struct {
		Example                    int
		SK, PK, Alpha, H, Pi, Beta string
	}
	if err := json.Unmarshal(data, &vectors); err != nil {
		t.Fatal(err)
	}
	if len(vectors) != 3 {
		t.Fatalf("%d examples, expected 3", len(vectors))
	}
	for _, v := range vectors {
		k := NewPrivateKey([KeySize]byte(unhex(t, v.SK)))
		alpha := unhex(t, v.Alpha)
		if got := hex.EncodeToString(k.Public().Bytes()); got != v.PK {
			t.Errorf("example %d: the public key is %s, expected %s", v.Example, got, v.PK)
		}
		y := k.Public()
		if got := hex.EncodeToString(encodeToCurve(&y, alpha).Bytes()); got != v.H {
			t.Errorf("example %d: H is %s, expected %s", v.Example, got, v.H)
		}
		output, proof := k.Prove(alpha)
		if got := hex.EncodeToString(proof[:]); got != v.Pi {
			t.Errorf("example %d: the proof is %s, expected %s", v.Example, got, v.Pi)
		}
		if got := hex.EncodeToString(output[:]); got != v.Beta {
			t.Errorf("example %d: the output is %s, expected %s", v.Example, got, v.Beta)
		}
		if got, err := y.Verify(alpha, unhex(t, v.Pi)); err != nil || got != output {
			t.Errorf("example %d: %x, %v", v.Example, got, err)
		}
	}
}

func testKey() *PrivateKey { return NewPrivateKey([KeySize]byte{1}) }

func TestWrongProofs(t *testing.T) {
	k := testKey()
	y := k.Public()
	_, proof := k.Prove([]byte("Ana"))
	if _, err := y.Verify([]byte("Ana"), proof[:]); err != nil {
		t.Fatal(err)
	}
	for bit := range 8 * ProofSize {
		bad := proof
		bad[bit/8] ^= 1 << (bit % 8)
		if _, err := y.Verify([]byte("Ana"), bad[:]); err == nil {
			t.Errorf("bit %d can be changed", bit)
		}
	}
	for n := range ProofSize {
		if _, err := y.Verify([]byte("Ana"), proof[:n]); err == nil {
			t.Errorf("%d bytes are enough", n)
		}
	}
	if _, err := y.Verify([]byte("Ana"), append(proof[:], 0)); err == nil {
		t.Error("a byte more is accepted")
	}
	if _, err := y.Verify([]byte("Ben"), proof[:]); err == nil {
		t.Error("a proof holds for another input")
	}
	other := NewPrivateKey([KeySize]byte{2}).Public()
	if _, err := other.Verify([]byte("Ana"), proof[:]); err == nil {
		t.Error("a proof holds under another key")
	}
	if _, err := (PublicKey{}).Verify([]byte("Ana"), proof[:]); err == nil {
		t.Error("the zero key verifies")
	}
}

// s + q is the same number, and not the same bytes.
func TestProofHasOneEncoding(t *testing.T) {
	k := testKey()
	_, proof := k.Prove(nil)
	q := unhex(t, "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010")
	carry := 0
	for i := range 32 {
		carry += int(proof[48+i]) + int(q[i])
		proof[48+i] = byte(carry)
		carry >>= 8
	}
	if _, err := k.Public().Verify(nil, proof[:]); err == nil {
		t.Error("s is not reduced, and accepted")
	}
}

// The points of a low order, and encodings that are not canonical, are no keys.
func TestBadKeys(t *testing.T) {
	for what, s := range map[string]string{
		"the identity":                "0100000000000000000000000000000000000000000000000000000000000000",
		"order 2":                     "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"order 4":                     "0000000000000000000000000000000000000000000000000000000000000000",
		"order 8":                     "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
		"the identity, y = p + 1":     "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"a point, y = p + 3":          "f0ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"no point":                    "0200000000000000000000000000000000000000000000000000000000000000",
		"31 bytes":                    "01000000000000000000000000000000000000000000000000000000000000",
		"no bytes":                    "",
		"the identity, with its sign": "0100000000000000000000000000000000000000000000000000000000000080",
	} {
		if _, err := ParsePublicKey(unhex(t, s)); err == nil {
			t.Errorf("%s is accepted", what)
		}
	}
	y := testKey().Public()
	if got, err := ParsePublicKey(y.Bytes()); err != nil || !bytes.Equal(got.Bytes(), y.Bytes()) {
		t.Errorf("%x, %v", got.Bytes(), err)
	}
}

func TestSecretsAreNotPrinted(t *testing.T) {
	k := testKey()
	seed := k.Seed()
	for _, x := range []any{k, *k, []*PrivateKey{k}, struct{ k *PrivateKey }{k}} {
		for _, s := range [][]byte{seed[:], k.prefix[:], k.x.Bytes()} {
			if leak := printed.Leak(x, s); leak != "" {
				t.Errorf("%T: %s", x, leak)
			}
		}
	}
}

func FuzzVerify(f *testing.F) {
	k := testKey()
	_, proof := k.Prove([]byte("Ana"))
	f.Add([]byte("Ana"), proof[:])
	f.Add([]byte{}, proof[:79])
	f.Fuzz(func(t *testing.T, alpha, b []byte) {
		want, proof := k.Prove(alpha)
		got, err := k.Public().Verify(alpha, b)
		if (err == nil) != bytes.Equal(b, proof[:]) || err == nil && got != want {
			t.Errorf("%x of %x: %v", b, alpha, err)
		}
	})
}

func FuzzParsePublicKey(f *testing.F) {
	f.Add(testKey().Public().Bytes())
	f.Fuzz(func(t *testing.T, b []byte) {
		if y, err := ParsePublicKey(b); err == nil && !bytes.Equal(y.Bytes(), b) {
			t.Errorf("%x is read as %x", b, y.Bytes())
		}
	})
}

// Prove multiplies four points; one of them is of the base.
func BenchmarkProve(b *testing.B) {
	k := testKey()
	y := k.Public()
	h := encodeToCurve(&y, []byte("Ana"))
	ratio.Time(b, "x-of-mult", func() { k.Prove([]byte("Ana")) }, func() { new(edwards25519.Point).ScalarMult(k.x, h) })
}

func BenchmarkVerify(b *testing.B) {
	k := testKey()
	y := k.Public()
	h := encodeToCurve(&y, []byte("Ana"))
	_, proof := k.Prove([]byte("Ana"))
	ratio.Time(b, "x-of-mult", func() { y.Verify([]byte("Ana"), proof[:]) }, func() { new(edwards25519.Point).ScalarMult(k.x, h) })
}
