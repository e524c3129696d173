package escrow

import (
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"crypto/subtle"

	"golang.org/x/crypto/chacha20poly1305"

	"doormat/internal/hpke"
	"doormat/internal/padme"
)

// fieldSize is the length of a field in bytes: X-Wing 1,120, the wrapped key 32, a tag 16.
const fieldSize = hpke.Overhead + chacha20poly1305.KeySize

var fieldInfo = hpke.NewInfo("doormat 1 escrow field")

type (
	seed       [32]byte
	messageKey [chacha20poly1305.KeySize]byte
)

// expand derives a message's key, and the randomness of the field that wraps it:
//
//	key ‖ randomness = HKDF-SHA-256(seed, "doormat 1 escrow message", 32 + 64 bytes)
//
// The field is thereby decided by the seed, and whoever has the seed can make it again.
func (s seed) expand() (k messageKey, randomness [hpke.RandomnessSize]byte) {
	out, err := hkdf.Key(sha256.New, s[:], nil, "doormat 1 escrow message", len(k)+len(randomness))
	if err != nil {
		panic("escrow: internal error: " + err.Error())
	}
	copy(k[:], out)
	copy(randomness[:], out[len(k):])
	return k, randomness
}

func makeField(authority *hpke.PublicKey, s seed) (field []byte, k messageKey) {
	k, randomness := s.expand()
	return authority.Seal(fieldInfo, randomness, k[:]), k
}

// isFieldOf reports whether field is the one that an honest sender makes from s.
func isFieldOf(field []byte, authority *hpke.PublicKey, s seed) bool {
	want, _ := makeField(authority, s)
	return subtle.ConstantTimeCompare(field, want) == 1
}

// sealBody encrypts a plaintext under its message key. The names of both devices are its
// associated data, so that the authority reads those that the recipient reads. The nonce is
// zero: a message key is fresh and seals one body.
func sealBody(k messageKey, from, to Identity, plaintext []byte) []byte {
	return k.aead().Seal(nil, make([]byte, chacha20poly1305.NonceSize), padme.Pad(plaintext), names(from, to))
}

func openBody(k messageKey, e *parsedEnvelope) ([]byte, error) {
	padded, err := k.aead().Open(nil, make([]byte, chacha20poly1305.NonceSize), e.body, names(e.from, e.to))
	if err != nil {
		return nil, ErrOpen
	}
	return padded, nil
}

func (k messageKey) aead() cipher.AEAD {
	aead, err := chacha20poly1305.New(k[:])
	if err != nil {
		panic("escrow: internal error: " + err.Error())
	}
	return aead
}

func names(from, to Identity) []byte { return append(from[:], to[:]...) }
