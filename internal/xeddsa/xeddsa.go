// Package xeddsa signs with an X25519 key pair: XEd25519 of "The XEdDSA and VXEdDSA
// Signature Schemes" (Perrin, Signal, revision 1, 2016-10-20), Sections 2 and 4. All citations are
// of revision 1.
//
// Most programs want crypto/ed25519. PQXDH signs prekeys with the identity key, which is an X25519
// key. Verification maps the public key to the Edwards curve and uses crypto/ed25519. Signing uses
// filippo.io/edwards25519, since the standard library exports no arithmetic of scalars and points.
package xeddsa

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha512"
	"crypto/subtle"

	"filippo.io/edwards25519"
	"filippo.io/edwards25519/field"

	"doormat/internal/x25519"
)

// Size is the length of a signature, in bytes.
const Size = 64

// Sign signs message with k. It draws 64 random bytes, so two signatures of a message differ.
// It implements xeddsa_sign according to XEdDSA, Section 4.3, with
//
//	A = aB, its sign bit 0      r = hash₁(a ‖ M ‖ Z) mod q      R = rB
//	h = hash(R ‖ A ‖ M) mod q   s = r + ha mod q                signature = R ‖ s
func Sign(k x25519.PrivateKey, message []byte) [Size]byte {
	var z [64]byte
	rand.Read(z[:])

	a, publicA := calculateKeyPair(k)
	r := hashToScalar(hash1Prefix, a.Bytes(), message, z[:])
	publicR := new(edwards25519.Point).ScalarBaseMult(r).Bytes()
	h := hashToScalar(publicR, publicA, message)
	s := edwards25519.NewScalar().MultiplyAdd(h, a, r)

	var signature [Size]byte
	copy(signature[:32], publicR)
	copy(signature[32:], s.Bytes())
	return signature
}

// Verify reports whether signature is a valid signature of message under p.
// It implements xeddsa_verify according to XEdDSA, Section 4.3.
func Verify(p x25519.PublicKey, message []byte, signature [Size]byte) bool {
	a, ok := convertMont(p)
	return ok && ed25519.Verify(a, message, signature[:])
}

// hash1Prefix is the prefix of hash₁'s input: 2²⁵⁶ − 1 − 1, little-endian (Section 2.6).
var hash1Prefix = func() []byte {
	b := make([]byte, 32)
	for i := range b {
		b[i] = 0xff
	}
	b[0] = 0xfe
	return b
}()

// calculateKeyPair returns k or −k, whichever has a public key with the sign bit 0. The sign is
// secret, as the u-coordinate does not determine it, so it is applied without a branch.
// It implements calculate_key_pair according to XEdDSA, Section 2.3.
func calculateKeyPair(k x25519.PrivateKey) (a *edwards25519.Scalar, publicA []byte) {
	a, err := edwards25519.NewScalar().SetBytesWithClamping(k[:])
	if err != nil {
		panic("xeddsa: internal error: " + err.Error())
	}
	publicA = new(edwards25519.Point).ScalarBaseMult(a).Bytes()
	var wide [64]byte // SetUniformBytes takes the same time for all values; SetCanonicalBytes does not
	copy(wide[:], a.Bytes())
	negative := int(publicA[31] >> 7)
	subtle.ConstantTimeCopy(negative, wide[:32], edwards25519.NewScalar().Negate(a).Bytes())
	if _, err := a.SetUniformBytes(wide[:]); err != nil {
		panic("xeddsa: internal error: " + err.Error())
	}
	publicA[31] &= 0x7f
	return a, publicA
}

// convertMont returns the Edwards point y = (u − 1)/(u + 1) with the sign bit 0. It reports false
// for u = −1. It implements convert_mont according to XEdDSA, Section 2.3.
func convertMont(p x25519.PublicKey) (ed25519.PublicKey, bool) {
	u, err := new(field.Element).SetBytes(p[:])
	if err != nil {
		return nil, false
	}
	one := new(field.Element).One()
	denominator := new(field.Element).Add(u, one)
	if denominator.Equal(new(field.Element)) == 1 {
		return nil, false // u = −1 is on the twist
	}
	y := new(field.Element).Subtract(u, one)
	return y.Multiply(y, denominator.Invert(denominator)).Bytes(), true
}

func hashToScalar(parts ...[]byte) *edwards25519.Scalar {
	h := sha512.New()
	for _, p := range parts {
		h.Write(p)
	}
	s, err := edwards25519.NewScalar().SetUniformBytes(h.Sum(nil))
	if err != nil {
		panic("xeddsa: internal error: " + err.Error())
	}
	return s
}
