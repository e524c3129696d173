package escrow

import (
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"crypto/subtle"

	"golang.org/x/crypto/chacha20poly1305"

	"doormat/internal/agekey"
	"doormat/internal/hpke"
	"doormat/internal/padme"
)

// fieldSize is the length of a field in bytes: X-Wing 1,120, the wrapped key 32, a tag 16.
const fieldSize = hpke.Overhead + chacha20poly1305.KeySize

var (
	fieldInfo = hpke.NewInfo("doormat 1 escrow field")
	ownScheme = Scheme{Version: version, KeySize: hpke.PublicKeySize, FieldSize: fieldSize, ParseKey: parseKey}
)

// publicKey is an authority's that has its key alone. It leaves the label unused: who opens the
// field has no rule to keep.
type publicKey struct{ *agekey.Recipient }

func parseKey(b []byte) (PublicKey, error) {
	r, err := agekey.NewRecipient(b)
	return publicKey{r}, err
}

func (k publicKey) Scheme() *Scheme       { return &ownScheme }
func (k publicKey) Bytes() []byte         { return k.PublicKey().Bytes() }
func (k publicKey) FileRecipient() string { return k.String() }

func (k publicKey) Wrap(key [32]byte, randomness [64]byte, _ []byte) (field []byte) {
	return k.PublicKey().Seal(fieldInfo, randomness, key[:])
}

type (
	seed       [32]byte
	messageKey [chacha20poly1305.KeySize]byte
)

// expand derives a message's key, and the randomness of the field that wraps it:
//
//	key ‖ randomness = HKDF-SHA-256(seed, "doormat 1 escrow message", 32 + 64 bytes)
//
// The field is thereby decided by the seed, and whoever has the seed can make it again.
func (s seed) expand() (k messageKey, randomness [64]byte) {
	out, err := hkdf.Key(sha256.New, s[:], nil, "doormat 1 escrow message", len(k)+len(randomness))
	if err != nil {
		panic("escrow: internal error: " + err.Error())
	}
	copy(k[:], out)
	copy(randomness[:], out[len(k):])
	return k, randomness
}

func (s seed) field(authority PublicKey, label []byte) (field []byte, k messageKey) {
	k, randomness := s.expand()
	return authority.Wrap(k, randomness, label), k
}

// makes reports whether field is the one that an honest sender makes from s.
func (s seed) makes(field []byte, authority PublicKey, label []byte) bool {
	want, _ := s.field(authority, label)
	return subtle.ConstantTimeCompare(field, want) == 1
}

// sealBody encrypts a plaintext under its message key. The names of both devices are its
// associated data, so that the authority reads those that the recipient reads. The nonce is
// zero: a message key is fresh and seals one body.
func sealBody(k messageKey, from, to Identity, plaintext []byte) []byte {
	return k.aead().Seal(nil, make([]byte, chacha20poly1305.NonceSize), padme.Pad(plaintext), names(from, to))
}

func openBody(k messageKey, e *Envelope) (plaintext []byte, err error) {
	padded, err := k.aead().Open(nil, make([]byte, chacha20poly1305.NonceSize), e.body, names(e.From, e.To))
	if err != nil {
		return nil, ErrOpen
	}
	plaintext, err = padme.Unpad(padded)
	if err != nil {
		return nil, ErrOpen
	}
	return plaintext, nil
}

func (k messageKey) aead() cipher.AEAD {
	aead, err := chacha20poly1305.New(k[:])
	if err != nil {
		panic("escrow: internal error: " + err.Error())
	}
	return aead
}

func names(from, to Identity) []byte { return append(from[:], to[:]...) }

func label(from, to Identity, associated []byte) []byte {
	return append(names(from, to), associated...)
}
