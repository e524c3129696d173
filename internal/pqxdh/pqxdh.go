// Package pqxdh is the handshake: "The PQXDH Key Agreement Protocol" (Kret and Schmidt,
// Signal, revision 3, 2024-01-23), with the parameters of Section 2.1
//
//	curve    curve25519          EncodeEC   0x05 ‖ u-coordinate, 33 bytes
//	hash     SHA-256             EncodeKEM  0x4b ‖ encapsulation key, 1,185 bytes
//	pqkem    ML-KEM-768          info       the constant below
//
// Names follow the specification. Read Initiate and Respond side by side first: they are the
// whole protocol, and differ only in whose private key goes into each Diffie-Hellman function.
//
//	Alice                                        Bob
//	                                             IK, SPK, PQSPK, {OPK}, {PQOPK}
//	          <- IK_B, SPK_B, PQPK_B, OPK_B -    signed: SPK_B and PQPK_B
//	EK_A, (CT, SS) = Encaps(PQPK_B)
//	          - IK_A, EK_A, CT, which keys ->    SS = Decaps(CT)
//	SK = KDF(DH1 ‖ DH2 ‖ DH3 ‖ DH4 ‖ SS)         the same
//
// ML-KEM is circl's, which decapsulates in 19 µs where crypto/mlkem takes 104 (measured on one
// machine; BenchmarkDecapsulate has both). The tests hold the two against each other.
package pqxdh

import (
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"

	"github.com/cloudflare/circl/kem/mlkem/mlkem768"

	"doormat/internal/x25519"
	"doormat/internal/xeddsa"
)

const info = "doormat_CURVE25519_SHA-256_ML-KEM-768"

// The first bytes of EncodeEC and EncodeKEM. They differ, so that no signature over a prekey
// of one kind is one over the other (Section 2.1).
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

// ErrSignature reports a prekey whose signature is not its owner's.
var ErrSignature = errors.New("the signature over a prekey does not verify")

var errKEM = errors.New("the KEM prekey is not a valid encapsulation key")

type (
	// KEMSeed is an ML-KEM private key: d ‖ z of FIPS 203, Algorithm 19.
	KEMSeed [KEMSeedSize]byte
	// KEMPublicKey is an ML-KEM encapsulation key.
	KEMPublicKey [KEMPublicKeySize]byte
	// KEMSecret is SS, what an ML-KEM ciphertext carries.
	KEMSecret [mlkem768.SharedKeySize]byte
	// Signature is a prekey's signature by the identity key.
	Signature [xeddsa.Size]byte
	// SecretKey is SK, the handshake's result.
	SecretKey [32]byte
)

// Bundle is a prekey bundle (Section 3.2): what Alice fetches to write to Bob.
// OneTime is nil if the server has run out of them.
type Bundle struct {
	Identity      x25519.PublicKey // IK_B
	Signed        CurvePrekey      // SPK_B
	SignedBy      Signature        // Sig(IK_B, EncodeEC(SPK_B))
	PostQuantum   KEMPrekey        // PQPK_B: a one-time prekey, or the last-resort one
	PostQuantumBy Signature        // Sig(IK_B, EncodeKEM(PQPK_B))
	OneTime       *CurvePrekey     // OPK_B
}

// CurvePrekey is a public X25519 prekey and its owner's number for it.
type CurvePrekey struct {
	ID  uint32
	Key x25519.PublicKey
}

// KEMPrekey is a public ML-KEM prekey and its owner's number for it.
type KEMPrekey struct {
	ID  uint32
	Key KEMPublicKey
}

// Initial is what the initial message says of the handshake (Section 3.3): EK_A, CT, and
// which of Bob's prekeys were used.
type Initial struct {
	Ephemeral     x25519.PublicKey // EK_A
	SignedID      uint32
	PostQuantumID uint32
	OneTimeID     uint32 // 0 for none
	Ciphertext    [KEMCiphertextSize]byte
}

// Private is Bob's half of the prekeys that an initial message names.
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

// NewKEM makes an ML-KEM key pair from crypto/rand.
func NewKEM() (KEMSeed, KEMPublicKey) {
	var seed KEMSeed
	rand.Read(seed[:])
	return seed, seed.Public()
}

// Public returns the encapsulation key of seed.
func (seed KEMSeed) Public() (p KEMPublicKey) {
	public, _ := mlkem768.NewKeyFromSeed(seed[:])
	public.Pack(p[:])
	return p
}

// SignCurve is Sig(IK, EncodeEC(p)).
func SignCurve(identity x25519.PrivateKey, p x25519.PublicKey) Signature {
	return xeddsa.Sign(identity, append([]byte{encodeEC}, p[:]...))
}

// SignKEM is Sig(IK, EncodeKEM(p)).
func SignKEM(identity x25519.PrivateKey, p KEMPublicKey) Signature {
	return xeddsa.Sign(identity, append([]byte{encodeKEM}, p[:]...))
}

// VerifyCurve checks a signature made by [SignCurve].
func VerifyCurve(identity, p x25519.PublicKey, s Signature) error {
	if !xeddsa.Verify(identity, append([]byte{encodeEC}, p[:]...), s) {
		return ErrSignature
	}
	return nil
}

// VerifyKEM checks a signature made by [SignKEM].
func VerifyKEM(identity x25519.PublicKey, p *KEMPublicKey, s Signature) error {
	if !xeddsa.Verify(identity, append([]byte{encodeKEM}, p[:]...), s) {
		return ErrSignature
	}
	return nil
}

// Initiate is Alice's side (Section 3.3). It checks the signatures first and returns SK, AD and
// what Bob needs to compute them.
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

// Respond is Bob's side (Section 3.4): SK and AD from Alice's identity key and initial message.
func Respond(keys *Private, alice x25519.PublicKey, in *Initial) (sk SecretKey, ad []byte, err error) {
	public, private := mlkem768.NewKeyFromSeed(keys.PostQuantum[:])
	var ss KEMSecret
	private.DecapsulateTo(ss[:], in.Ciphertext[:])
	var pq KEMPublicKey
	public.Pack(pq[:])
	return RespondWith(keys, alice, in, ss, &pq)
}

// RespondWith is what is left of Respond when SS is known.
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
	var public mlkem768.PublicKey
	if err := public.Unpack(p[:]); err != nil {
		return ss, errKEM
	}
	var m [mlkem768.EncapsulationSeedSize]byte
	rand.Read(m[:])
	public.EncapsulateTo(in.Ciphertext[:], ss[:], m[:])
	return ss, nil
}

// kdf is KDF of Section 2.2:
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

// associatedData is AD of Section 3.3, and after it the KEM prekey, so that a ciphertext
// encapsulated again to another prekey is noticed even where the KEM would not (Section 4):
//
//	AD = EncodeEC(IK_A) ‖ EncodeEC(IK_B) ‖ SHA-256(EncodeKEM(PQPK_B)), 98 bytes
func associatedData(alice, bob x25519.PublicKey, pq *KEMPublicKey) []byte {
	ad := append([]byte{encodeEC}, alice[:]...)
	ad = append(append(ad, encodeEC), bob[:]...)
	h := sha256.Sum256(append([]byte{encodeKEM}, pq[:]...))
	return append(ad, h[:]...)
}
