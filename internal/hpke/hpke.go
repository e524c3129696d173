// Package hpke is single-shot HPKE (RFC 9180, Section 6.1, base mode) over the hybrid KEM
// X-Wing, with HKDF-SHA256 and ChaCha20-Poly1305: the suite of age's hybrid recipients.
//
// Most programs want crypto/hpke. It is not used here for two reasons. The bulk recovery of
// escrowed messages spends its time in decapsulation: Open takes 42 µs with circl's X-Wing, and the
// standard library's 102 µs (measured on one machine with BenchmarkOpen). That holds because package
// avx clears what circl leaves in the registers, without which Open took 141 µs on another. And a
// sender must be able to choose the randomness of the encapsulation, so that a recipient can make it
// again and compare. The tests compare the results of both.
package hpke

import (
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/sha3"
	"errors"
	"io"
	"sync"

	"github.com/cloudflare/circl/kem/mlkem/mlkem768"
	"github.com/cloudflare/circl/kem/xwing"
	"golang.org/x/crypto/chacha20poly1305"

	"doormat/internal/avx"
	"doormat/internal/x25519"
)

// Sizes in bytes.
const (
	SeedSize         = xwing.SeedSize       // of a private key
	PublicKeySize    = xwing.PublicKeySize  // ML-KEM-768 1,184 ‖ X25519 32
	CiphertextSize   = xwing.CiphertextSize // ML-KEM-768 1,088 ‖ X25519 32
	SharedSecretSize = xwing.SharedKeySize
	RandomnessSize   = xwing.EncapsulationSeedSize
	Overhead         = CiphertextSize + chacha20poly1305.Overhead // length of a sealed message minus that of its plaintext
)

var (
	errPublicKey = errors.New("hpke: invalid public key")
	errOpen      = errors.New("hpke: the message does not open with this key")
)

// A PrivateKey is an expanded seed. It is safe for concurrent use.
type PrivateKey struct {
	private *xwing.PrivateKey
	public  *PublicKey
}

// A PublicKey seals messages to the holder of its private key. It is safe for concurrent use. Its first
// Seal makes a table of the key, which takes the time of three Diffie-Hellman functions, and each saves
// half of one.
type PublicKey struct {
	kem   mlkem768.PublicKey
	curve x25519.PublicKey
	table func() *x25519.Table // of curve
}

// NewPrivateKey expands seed.
func NewPrivateKey(seed [SeedSize]byte) *PrivateKey {
	private, public := xwing.DeriveKeyPair(seed[:])
	avx.Clear()
	b := make([]byte, PublicKeySize)
	public.Pack(b)
	p, err := ParsePublicKey(b)
	if err != nil {
		panic("hpke: internal error: " + err.Error())
	}
	return &PrivateKey{private, p}
}

// Public returns k's public key.
func (k *PrivateKey) Public() *PublicKey { return k.public }

// ParsePublicKey reads a public key of PublicKeySize bytes.
func ParsePublicKey(b []byte) (*PublicKey, error) {
	if len(b) != PublicKeySize {
		return nil, errPublicKey
	}
	p := &PublicKey{curve: x25519.PublicKey(b[mlkem768.PublicKeySize:])}
	err := p.kem.Unpack(b[:mlkem768.PublicKeySize])
	avx.Clear()
	if err != nil {
		return nil, errPublicKey
	}
	p.table = sync.OnceValue(func() *x25519.Table { return x25519.NewTable(p.curve) })
	return p, nil
}

// Bytes returns the PublicKeySize bytes of p.
func (p *PublicKey) Bytes() []byte {
	b := make([]byte, PublicKeySize)
	p.kem.Pack(b[:mlkem768.PublicKeySize])
	copy(b[mlkem768.PublicKeySize:], p.curve[:])
	return b
}

// NewRandomness draws the randomness of one [PublicKey.Seal].
func NewRandomness() (r [RandomnessSize]byte) {
	rand.Read(r[:])
	return r
}

// Info is a hashed info string of HPKE. It is safe for concurrent use.
type Info struct {
	context []byte // mode ‖ psk_id_hash ‖ info_hash
}

// suiteID is "HPKE" ‖ KEM MLKEM768-X25519 ‖ KDF HKDF-SHA256 ‖ AEAD ChaCha20-Poly1305.
const suiteID = "HPKE\x64\x7a\x00\x01\x00\x03"

// NewInfo prepares info for [PublicKey.Seal] and [PrivateKey.Open].
func NewInfo(info string) Info {
	context := []byte{0} // mode_base
	context = append(context, labeledExtract(nil, "psk_id_hash", nil)...)
	return Info{append(context, labeledExtract(nil, "info_hash", []byte(info))...)}
}

// Seal encrypts plaintext to p and returns enc ‖ ciphertext. The randomness determines the
// encapsulation; it must be uniform and used once.
// It implements SealBase according to RFC 9180, Section 6.1, with an empty aad.
func (p *PublicKey) Seal(info Info, randomness [RandomnessSize]byte, plaintext []byte) []byte {
	enc := make([]byte, xwing.CiphertextSize, Overhead+len(plaintext))
	ss := p.encapsulate(enc, randomness)
	aead, nonce := info.schedule(ss[:])
	return aead.Seal(enc, nonce, plaintext, nil)
}

// encapsulate implements EncapsulateDerand according to draft-connolly-cfrg-xwing-kem-06, Section 5.4.1:
//
//	ss = SHA3-256(ssM ‖ ssX ‖ ctX ‖ pkX ‖ label)   enc = ctM ‖ ctX
//
// As in circl, ssX is zero for a pkX of small order.
func (p *PublicKey) encapsulate(enc []byte, randomness [RandomnessSize]byte) [SharedSecretSize]byte {
	ephemeral := x25519.PrivateKey(randomness[mlkem768.EncapsulationSeedSize:])
	ctX := ephemeral.Public()
	ssX, _ := ephemeral.DHWith(p.table())
	hash := make([]byte, mlkem768.SharedKeySize, 4*32+6)
	p.kem.EncapsulateTo(enc[:mlkem768.CiphertextSize], hash, randomness[:mlkem768.EncapsulationSeedSize])
	avx.Clear()
	copy(enc[mlkem768.CiphertextSize:], ctX[:])
	hash = append(append(append(hash, ssX[:]...), ctX[:]...), p.curve[:]...)
	return sha3.Sum256(append(hash, `\./`+`/^\`...))
}

// Open decrypts the output of [PublicKey.Seal]. All failures return the same error.
// It implements OpenBase according to RFC 9180, Section 6.1, with an empty aad.
func (k *PrivateKey) Open(info Info, sealed []byte) ([]byte, error) {
	if len(sealed) < Overhead {
		return nil, errOpen
	}
	var ss [SharedSecretSize]byte
	k.private.DecapsulateTo(ss[:], sealed[:CiphertextSize])
	avx.Clear()
	return info.OpenShared(ss, sealed[CiphertextSize:])
}

// OpenShared decrypts a ciphertext without its enc, from the KEM's shared secret.
func (i Info) OpenShared(ss [SharedSecretSize]byte, ciphertext []byte) ([]byte, error) {
	aead, nonce := i.schedule(ss[:])
	plaintext, err := aead.Open(nil, nonce, ciphertext, nil)
	if err != nil {
		return nil, errOpen
	}
	return plaintext, nil
}

// schedule returns the key and the nonce of the first message. Each is one block of HKDF-Expand,
// T(1) = HMAC(PRK, info ‖ 0x01), so one HMAC state computes both.
// It implements KeySchedule according to RFC 9180, Section 5.1, without the exporter secret.
func (i Info) schedule(ss []byte) (aead cipher.AEAD, nonce []byte) {
	expand := hmac.New(sha256.New, labeledExtract(ss, "secret", nil))
	block := func(label string, length byte) []byte {
		expand.Reset()
		expand.Write([]byte{0, length})
		io.WriteString(expand, "HPKE-v1"+suiteID+label)
		expand.Write(i.context)
		expand.Write([]byte{1})
		return expand.Sum(nil)[:length]
	}
	aead, err := chacha20poly1305.New(block("key", chacha20poly1305.KeySize))
	if err != nil {
		panic("hpke: internal error: " + err.Error())
	}
	return aead, block("base_nonce", chacha20poly1305.NonceSize)
}

// labeledExtract implements LabeledExtract according to RFC 9180, Section 4.
func labeledExtract(salt []byte, label string, ikm []byte) []byte {
	extract := hmac.New(sha256.New, salt)
	io.WriteString(extract, "HPKE-v1"+suiteID+label)
	extract.Write(ikm)
	return extract.Sum(nil)
}
