// Package pqxdh is the handshake: "The PQXDH Key Agreement Protocol" (Kret and Schmidt,
// Signal, revision 3, 2024-01-23), which all citations are of, with the parameters of Section 2.1
//
//	curve    curve25519          EncodeEC   0x05 ‖ u-coordinate, 33 bytes
//	hash     SHA-256             EncodeKEM  0x4b ‖ encapsulation key, 1,185 bytes
//	pqkem    ML-KEM-768          info       the constant below
//
// Names follow the specification. Read Initiate and Respond side by side first. They are the whole
// protocol, and they differ in whose private key goes into each Diffie-Hellman function.
//
//	Alice                                        Bob
//	                                             IK, SPK, PQSPK, {OPK}, {PQOPK}
//	          <- IK_B, SPK_B, PQPK_B, OPK_B -    signed: SPK_B and PQPK_B
//	EK_A, (CT, SS) = Encaps(PQPK_B)
//	          - IK_A, EK_A, CT, which keys ->    SS = Decaps(CT)
//	SK = KDF(DH1 ‖ DH2 ‖ DH3 ‖ DH4 ‖ SS)         the same
//
// ML-KEM is circl's, which decapsulates in 12 µs; crypto/mlkem takes 55 µs (measured on one machine
// with BenchmarkDecapsulate). The tests compare the results of both.
package pqxdh

import (
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"

	"github.com/cloudflare/circl/kem/mlkem/mlkem768"

	"doormat/internal/avx"
	"doormat/internal/x25519"
	"doormat/internal/xeddsa"
)

const info = "doormat_CURVE25519_SHA-256_ML-KEM-768"

// The first bytes of EncodeEC and EncodeKEM. They differ, so that no signature on a prekey of one
// kind is valid for the other (Section 2.1).
const (
	encodeEC  = 0x05
	encodeKEM = 0x4b
)

// Sizes in bytes.
const (
	KEMPublicKeySize  = mlkem768.PublicKeySize  // 1,184
	KEMCiphertextSize = mlkem768.CiphertextSize // 1,088
	KEMSeedSize       = mlkem768.KeySeedSize    // 64
)

// ErrSignature reports a prekey with a signature that does not verify under its owner's key.
var ErrSignature = errors.New("the signature on a prekey does not verify")

var errKEM = errors.New("the KEM prekey is not a valid encapsulation key")

type (
	// KEMSeed is an ML-KEM private key: d ‖ z of FIPS 203, Algorithm 19.
	KEMSeed [KEMSeedSize]byte
	// KEMPublicKey is an ML-KEM encapsulation key.
	KEMPublicKey [KEMPublicKeySize]byte
	// KEMSecret is SS, the shared secret of an ML-KEM ciphertext.
	KEMSecret [mlkem768.SharedKeySize]byte
	// Signature is a signature on a prekey, made with the identity key.
	Signature [xeddsa.Size]byte
	// SecretKey is SK, the handshake's result.
	SecretKey [32]byte
)

// Bundle is a prekey bundle (Section 3.2), which Alice fetches to write to Bob. OneTime is nil if
// the server has no one-time prekeys left.
type Bundle struct {
	Identity      x25519.PublicKey // IK_B
	Signed        CurvePrekey      // SPK_B
	SignedBy      Signature        // Sig(IK_B, EncodeEC(SPK_B))
	PostQuantum   KEMPrekey        // PQPK_B: a one-time prekey, or the last-resort one
	PostQuantumBy Signature        // Sig(IK_B, EncodeKEM(PQPK_B))
	OneTime       *CurvePrekey     // OPK_B
}

// CurvePrekey is a public X25519 prekey and the number its owner gave it.
type CurvePrekey struct {
	ID  uint32
	Key x25519.PublicKey
}

// KEMPrekey is a public ML-KEM prekey and the number its owner gave it.
type KEMPrekey struct {
	ID  uint32
	Key KEMPublicKey
}

// Initial is the part of the initial message that Bob needs for the handshake (Section 3.3): EK_A,
// CT, and the numbers of the prekeys that Alice used.
type Initial struct {
	Ephemeral     x25519.PublicKey // EK_A
	SignedID      uint32
	PostQuantumID uint32
	OneTimeID     uint32 // 0 for none
	Ciphertext    [KEMCiphertextSize]byte
}

// Private holds Bob's identity key and his private keys of the prekeys that an initial message
// names.
type Private struct {
	Identity    x25519.PrivateKey
	Signed      x25519.PrivateKey
	PostQuantum KEMSeed
	OneTime     *x25519.PrivateKey
}

// Format implements [fmt.Formatter]: no verb prints the key.
func (KEMSeed) Format(f fmt.State, _ rune) { io.WriteString(f, "pqxdh.KEMSeed(hidden)") }

// Format implements [fmt.Formatter]: no verb prints the secret.
func (KEMSecret) Format(f fmt.State, _ rune) { io.WriteString(f, "pqxdh.KEMSecret(hidden)") }

// Format implements [fmt.Formatter]: no verb prints the key.
func (SecretKey) Format(f fmt.State, _ rune) { io.WriteString(f, "pqxdh.SecretKey(hidden)") }

// NewKEM draws an ML-KEM key pair.
func NewKEM() (KEMSeed, KEMPublicKey) {
	var seed KEMSeed
	rand.Read(seed[:])
	return seed, seed.Public()
}

// Public returns the encapsulation key of seed.
func (seed KEMSeed) Public() (p KEMPublicKey) {
	public, _ := mlkem768.NewKeyFromSeed(seed[:])
	public.Pack(p[:])
	avx.Clear()
	return p
}

// SignCurve returns Sig(IK, EncodeEC(p)).
func SignCurve(identity x25519.PrivateKey, p x25519.PublicKey) Signature {
	return xeddsa.Sign(identity, append([]byte{encodeEC}, p[:]...))
}

// SignKEM returns Sig(IK, EncodeKEM(p)).
func SignKEM(identity x25519.PrivateKey, p KEMPublicKey) Signature {
	return xeddsa.Sign(identity, append([]byte{encodeKEM}, p[:]...))
}

// VerifyCurve checks a signature made by [SignCurve]. It returns ErrSignature or nil.
func VerifyCurve(identity, p x25519.PublicKey, s Signature) error {
	if !xeddsa.Verify(identity, append([]byte{encodeEC}, p[:]...), s) {
		return ErrSignature
	}
	return nil
}

// VerifyKEM checks a signature made by [SignKEM]. It returns ErrSignature or nil.
func VerifyKEM(identity x25519.PublicKey, p *KEMPublicKey, s Signature) error {
	if !xeddsa.Verify(identity, append([]byte{encodeKEM}, p[:]...), s) {
		return ErrSignature
	}
	return nil
}

// Initiate checks the signatures in a bundle and computes SK, AD and Bob's part of the initial
// message. It implements Alice's side according to PQXDH, Section 3.3, with
//
//	DH1 = DH(IK_A, SPK_B)   DH2 = DH(EK_A, IK_B)   DH3 = DH(EK_A, SPK_B)   DH4 = DH(EK_A, OPK_B)
func Initiate(identity x25519.PrivateKey, b *Bundle) (sk SecretKey, ad []byte, in *Initial, err error) {
	if err := VerifyCurve(b.Identity, b.Signed.Key, b.SignedBy); err != nil {
		return sk, nil, nil, err
	}
	if err := VerifyKEM(b.Identity, &b.PostQuantum.Key, b.PostQuantumBy); err != nil {
		return sk, nil, nil, err
	}
	in = &Initial{SignedID: b.Signed.ID, PostQuantumID: b.PostQuantum.ID}
	ss, err := in.encapsulate(&b.PostQuantum.Key)
	if err != nil {
		return sk, nil, nil, err
	}
	var ephemeral x25519.PrivateKey
	ephemeral, in.Ephemeral = x25519.Generate()
	pairs := []pair{{identity, b.Signed.Key}, {ephemeral, b.Identity}, {ephemeral, b.Signed.Key}}
	if b.OneTime != nil {
		in.OneTimeID = b.OneTime.ID
		pairs = append(pairs, pair{ephemeral, b.OneTime.Key})
	}
	sk, err = kdf(pairs, ss)
	return sk, associatedData(identity.Public(), b.Identity, &b.PostQuantum.Key), in, err
}

// Respond computes SK and AD from Alice's identity key and her initial message.
// It implements Bob's side according to PQXDH, Section 3.4.
func Respond(keys *Private, alice x25519.PublicKey, in *Initial) (sk SecretKey, ad []byte, err error) {
	public, private := mlkem768.NewKeyFromSeed(keys.PostQuantum[:])
	var ss KEMSecret
	private.DecapsulateTo(ss[:], in.Ciphertext[:])
	var pq KEMPublicKey
	public.Pack(pq[:])
	avx.Clear()
	return RespondWith(keys, alice, in, ss, &pq)
}

// RespondWith does what Respond does when SS is known:
//
//	DH1 = DH(SPK_B, IK_A)   DH2 = DH(IK_B, EK_A)   DH3 = DH(SPK_B, EK_A)   DH4 = DH(OPK_B, EK_A)
func RespondWith(keys *Private, alice x25519.PublicKey, in *Initial, ss KEMSecret, pq *KEMPublicKey) (sk SecretKey, ad []byte, err error) {
	pairs := []pair{{keys.Signed, alice}, {keys.Identity, in.Ephemeral}, {keys.Signed, in.Ephemeral}}
	if keys.OneTime != nil {
		pairs = append(pairs, pair{*keys.OneTime, in.Ephemeral})
	}
	sk, err = kdf(pairs, ss)
	return sk, associatedData(alice, keys.Identity.Public(), pq), err
}

type pair struct {
	private x25519.PrivateKey
	public  x25519.PublicKey
}

func (in *Initial) encapsulate(p *KEMPublicKey) (ss KEMSecret, err error) {
	defer avx.Clear()
	var public mlkem768.PublicKey
	if err := public.Unpack(p[:]); err != nil {
		return ss, errKEM
	}
	var m [mlkem768.EncapsulationSeedSize]byte
	rand.Read(m[:])
	public.EncapsulateTo(in.Ciphertext[:], ss[:], m[:])
	return ss, nil
}

// kdf implements KDF (Section 2.2) on the results of the given Diffie-Hellman functions:
//
//	SK = HKDF-SHA-256(salt 0³², F ‖ DH1 ‖ DH2 ‖ DH3 [‖ DH4] ‖ SS, info)   F = 0xff³²
func kdf(pairs []pair, ss KEMSecret) (sk SecretKey, err error) {
	km := make([]byte, 32, 32*6)
	for i := range km {
		km[i] = 0xff
	}
	for _, p := range pairs {
		dh, err := p.private.DH(p.public)
		if err != nil {
			return sk, err
		}
		km = append(km, dh[:]...)
	}
	km = append(km, ss[:]...)
	out, err := hkdf.Key(sha256.New, km, make([]byte, sha256.Size), info, len(sk))
	copy(sk[:], out)
	return sk, err
}

// associatedData returns AD (Section 3.3) followed by a hash of the KEM prekey. The hash binds the
// prekey, so that Bob notices a secret that was encapsulated again to another of his prekeys even
// if the KEM does not ensure that (Section 4):
//
//	AD = EncodeEC(IK_A) ‖ EncodeEC(IK_B) ‖ SHA-256(EncodeKEM(PQPK_B)), 98 bytes
func associatedData(alice, bob x25519.PublicKey, pq *KEMPublicKey) []byte {
	ad := append([]byte{encodeEC}, alice[:]...)
	ad = append(append(ad, encodeEC), bob[:]...)
	h := sha256.Sum256(append([]byte{encodeKEM}, pq[:]...))
	return append(ad, h[:]...)
}
