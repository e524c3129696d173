// Package vrf is a verifiable random function: ECVRF-EDWARDS25519-SHA512-TAI of RFC 9381
// (https://www.rfc-editor.org/rfc/rfc9381), suite 0x03. Who has the private key computes an output for each
// input, and a proof that it is the right one; who has the public key checks the proof; to all others the
// output is random. It hides labels in the tree of package noescrow/transparency.
//
// The time that [PrivateKey.Prove] and [PublicKey.Verify] take depends on the input: try-and-increment
// hashes a second time for every other input, and so on (RFC 9381, Section 7.4). Use it for inputs that
// are known to who can measure. The private key is used in constant time.
package vrf

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha512"
	"errors"

	"filippo.io/edwards25519"

	"doormat/internal/secret"
)

// Names are those of RFC 9381, Section 5: Y = xB is the public key, H the input on the curve, Gamma = xH.

const (
	suite = 0x03

	KeySize    = 32 // bytes of a public key, and of a private key's seed
	ProofSize  = 80 // Gamma[32] ‖ c[16] ‖ s[32]
	OutputSize = 64
)

var (
	errKey   = errors.New("vrf: expected a public key of 32 bytes, found something else")
	errProof = errors.New("vrf: the proof is wrong")
)

type hidden[T any] = secret.Hidden[T]

// A PrivateKey computes outputs.
type PrivateKey struct {
	hidden[PrivateKey]
	*privateKey
}

// privateKey is behind a pointer, which package fmt does not follow below the first level.
type privateKey struct {
	seed   [KeySize]byte
	x      *edwards25519.Scalar
	prefix [32]byte // the upper half of SHA-512(seed)
	y      PublicKey
}

// A PublicKey checks proofs. The zero PublicKey is none.
type PublicKey struct {
	point   *edwards25519.Point
	encoded [KeySize]byte
}

// Generate draws a private key.
func Generate() *PrivateKey {
	var seed [KeySize]byte
	rand.Read(seed[:])
	return NewPrivateKey(seed)
}

// NewPrivateKey returns the private key of a seed, as Ed25519 derives it (RFC 8032, Section 5.1.5).
func NewPrivateKey(seed [KeySize]byte) *PrivateKey {
	h := sha512.Sum512(seed[:])
	x, err := edwards25519.NewScalar().SetBytesWithClamping(h[:32])
	if err != nil {
		panic("vrf: internal error: " + err.Error()) // it has 32 bytes
	}
	y, err := ParsePublicKey(ed25519.NewKeyFromSeed(seed[:]).Public().(ed25519.PublicKey))
	if err != nil {
		panic("vrf: internal error: " + err.Error())
	}
	return &PrivateKey{privateKey: &privateKey{seed, x, [32]byte(h[32:]), y}}
}

// Seed returns what NewPrivateKey takes.
func (k *PrivateKey) Seed() [KeySize]byte { return k.seed }

// Public returns the public key.
func (k *PrivateKey) Public() PublicKey { return k.y }

// Bytes returns the 32 bytes of the key.
func (y PublicKey) Bytes() []byte { return append([]byte(nil), y.encoded[:]...) }

// ParsePublicKey reads a public key, and refuses those of a low order, under which proofs would say nothing:
// ECVRF_validate_key according to RFC 9381, Section 5.4.5.
func ParsePublicKey(b []byte) (PublicKey, error) {
	p, ok := parsePoint(b)
	if !ok || new(edwards25519.Point).MultByCofactor(p).Equal(edwards25519.NewIdentityPoint()) == 1 {
		return PublicKey{}, errKey
	}
	return PublicKey{p, [KeySize]byte(b)}, nil
}

// parsePoint takes the canonical encoding of a point, and no other.
func parsePoint(b []byte) (*edwards25519.Point, bool) {
	p, err := new(edwards25519.Point).SetBytes(b)
	if err != nil || string(p.Bytes()) != string(b) {
		return nil, false
	}
	return p, true
}

// Prove returns the output for alpha, and its proof: ECVRF_prove according to RFC 9381, Section 5.1, with
//
//	H = encode_to_curve(Y, alpha)      k = SHA-512(prefix ‖ H) mod q   (Section 5.4.2.2)
//	Gamma = xH                         c = challenge(Y, H, Gamma, kB, kH)
//	s = k + cx mod q                   pi = Gamma ‖ c ‖ s
func (k *PrivateKey) Prove(alpha []byte) (output [OutputSize]byte, proof [ProofSize]byte) {
	h := encodeToCurve(&k.y, alpha)
	gamma := new(edwards25519.Point).ScalarMult(k.x, h)
	nonce := hashToScalar(k.prefix[:], h.Bytes())
	c := challenge(&k.y, h, gamma,
		new(edwards25519.Point).ScalarBaseMult(nonce),
		new(edwards25519.Point).ScalarMult(nonce, h))
	s := edwards25519.NewScalar().MultiplyAdd(scalarOf(c), k.x, nonce)
	copy(proof[:32], gamma.Bytes())
	copy(proof[32:48], c[:])
	copy(proof[48:], s.Bytes())
	return proofToHash(gamma), proof
}

// Verify returns the output for alpha, if proof proves it: ECVRF_verify according to RFC 9381, Section 5.3,
// with
//
//	U = sB - cY      V = sH - cGamma      c = challenge(Y, H, Gamma, U, V)?
func (y PublicKey) Verify(alpha, proof []byte) (output [OutputSize]byte, err error) {
	if y.point == nil {
		return output, errKey
	}
	if len(proof) != ProofSize {
		return output, errProof
	}
	gamma, ok := parsePoint(proof[:32])
	s, err := edwards25519.NewScalar().SetCanonicalBytes(proof[48:])
	if !ok || err != nil {
		return output, errProof
	}
	c := [16]byte(proof[32:48])
	minusC := edwards25519.NewScalar().Negate(scalarOf(c))
	h := encodeToCurve(&y, alpha)
	u := new(edwards25519.Point).VarTimeDoubleScalarBaseMult(minusC, y.point, s)
	v := new(edwards25519.Point).VarTimeMultiScalarMult([]*edwards25519.Scalar{s, minusC}, []*edwards25519.Point{h, gamma})
	if challenge(&y, h, gamma, u, v) != c {
		return output, errProof
	}
	return proofToHash(gamma), nil
}

// encodeToCurve is ECVRF_encode_to_curve_try_and_increment according to RFC 9381, Section 5.4.1.1.
func encodeToCurve(y *PublicKey, alpha []byte) *edwards25519.Point {
	for ctr := range 256 {
		h := sha512.New()
		h.Write([]byte{suite, 0x01})
		h.Write(y.encoded[:])
		h.Write(alpha)
		h.Write([]byte{byte(ctr), 0x00})
		if p, ok := parsePoint(h.Sum(nil)[:32]); ok {
			return p.MultByCofactor(p)
		}
	}
	panic("vrf: internal error: 256 hashes are no points") // once in 2^256 inputs
}

// challenge is ECVRF_challenge_generation according to RFC 9381, Section 5.4.3. It hashes five points, the
// public key first; drafts before the RFC hashed four.
func challenge(y *PublicKey, points ...*edwards25519.Point) [16]byte {
	h := sha512.New()
	h.Write([]byte{suite, 0x02})
	h.Write(y.encoded[:])
	for _, p := range points {
		h.Write(p.Bytes())
	}
	h.Write([]byte{0x00})
	return [16]byte(h.Sum(nil))
}

// proofToHash is ECVRF_proof_to_hash according to RFC 9381, Section 5.2.
func proofToHash(gamma *edwards25519.Point) [OutputSize]byte {
	b := append([]byte{suite, 0x03}, new(edwards25519.Point).MultByCofactor(gamma).Bytes()...)
	return sha512.Sum512(append(b, 0x00))
}

func scalarOf(c [16]byte) *edwards25519.Scalar {
	s, err := edwards25519.NewScalar().SetCanonicalBytes(append(c[:], make([]byte, 16)...))
	if err != nil {
		panic("vrf: internal error: " + err.Error()) // 2^128 is below q
	}
	return s
}

func hashToScalar(parts ...[]byte) *edwards25519.Scalar {
	h := sha512.New()
	for _, p := range parts {
		h.Write(p)
	}
	s, err := edwards25519.NewScalar().SetUniformBytes(h.Sum(nil))
	if err != nil {
		panic("vrf: internal error: " + err.Error()) // it has 64 bytes
	}
	return s
}
