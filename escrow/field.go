package escrow

import (
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"crypto/subtle"
	"slices"

	"golang.org/x/crypto/chacha20poly1305"

	"doormat/internal/agekey"
	"doormat/internal/hpke"
	"doormat/internal/padme"
)

// fieldSize is the length of a field in bytes: 1,120 for X-Wing, 32 for the wrapped key, 16 for a
// tag.
const fieldSize = hpke.Overhead + chacha20poly1305.KeySize

var (
	fieldInfo = hpke.NewInfo("doormat 1 escrow field")
	ownScheme = Scheme{Version: version, KeySize: hpke.PublicKeySize, FieldSize: fieldSize, ParseKey: parseKey}
)

// publicKey is the public key of an authority that holds its key alone. It ignores the label, as
// such an authority has no rule to keep.
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
	seed       [32]byte                       // a message's, drawn by its sender
	messageKey [chacha20poly1305.KeySize]byte // derived from the seed
	expansion  struct {                       // all that is derived from the seed
		key        messageKey
		randomness [64]byte // of the field
	}
)

// expand derives a message's key, and the randomness of the field that wraps it:
//
//	key ‖ randomness = HKDF-SHA-256(seed, "doormat 1 escrow message", 32 + 64 bytes)
//
// The field follows from the seed, so the recipient can make it again.
func (s seed) expand() (x expansion) {
	out, err := hkdf.Key(sha256.New, s[:], nil, "doormat 1 escrow message", len(x.key)+len(x.randomness))
	if err != nil {
		panic("escrow: internal error: " + err.Error())
	}
	copy(x.key[:], out)
	copy(x.randomness[:], out[len(x.key):])
	return x
}

// field returns the authority's field of a message.
func (x *expansion) field(authority PublicKey, label []byte) []byte {
	return authority.Wrap(x.key, x.randomness, label)
}

// makes reports whether field is the one that an honest sender makes from x, in constant time.
func (x *expansion) makes(field []byte, authority PublicKey, label []byte) bool {
	return subtle.ConstantTimeCompare(field, x.field(authority, label)) == 1
}

// sealBody encrypts a padded plaintext under its message key. The names of both devices are its
// associated data, so the authority reads the names that the recipient reads. The nonce is zero, as
// each message key seals one body.
func sealBody(k messageKey, from, to Identity, plaintext []byte) []byte {
	return k.aead().Seal(nil, make([]byte, chacha20poly1305.NonceSize), padme.Pad(plaintext), names(from, to))
}

// openBody decrypts and unpads the body of an envelope. The error is ErrOpen.
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

// label returns what the field of a message is bound to: see [Envelope.Label].
func label(from, to Identity, body, associated []byte) []byte {
	hash := sha256.Sum256(body)
	return slices.Concat(from[:], to[:], hash[:], associated)
}
