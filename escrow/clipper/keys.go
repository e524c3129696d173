package clipper

import (
	"crypto/rand"
	"fmt"

	"doormat/internal/secret"
	"doormat/internal/skipjack"
)

// What holds a key embeds one of these, and prints its name and no key.
type (
	hidden[T any] = secret.Hidden[T]
	named[T any]  = secret.Named[T]
)

// KeySize is the length of each key, and of each half of a unit key, in bytes.
const KeySize = skipjack.KeySize

// A SessionKey is the key of one call, KS in the literature. The two devices agree on it by means
// outside the standard.
type SessionKey struct {
	hidden[SessionKey]
	k [KeySize]byte
}

// NewSessionKey draws a session key from crypto/rand.
func NewSessionKey() (k SessionKey) {
	rand.Read(k.k[:])
	return k
}

// ParseSessionKey reads a session key of 10 bytes. It returns an error for any other length.
func ParseSessionKey(b []byte) (k SessionKey, err error) {
	k.k, err = parseKey("session", b)
	return k, err
}

// Bytes returns the key, 10 bytes, in clear.
func (k SessionKey) Bytes() []byte { return k.k[:] }

// A UnitKey is the key of one chip, KU, for the life of the chip. Outside the chip it exists only
// once [RecoverUnitKey] has combined two halves.
type UnitKey struct {
	hidden[UnitKey]
	k [KeySize]byte
}

// Bytes returns the key, 10 bytes, in clear.
func (k UnitKey) Bytes() []byte { return k.k[:] }

// A FamilyKey is the key that all chips and all decrypt processors share, KF.
type FamilyKey struct {
	hidden[FamilyKey]
	k [KeySize]byte
}

// ParseFamilyKey reads a family key of 10 bytes. It returns an error for any other length.
func ParseFamilyKey(b []byte) (k FamilyKey, err error) {
	k.k, err = parseKey("family", b)
	return k, err
}

// Bytes returns the key, 10 bytes, in clear.
func (k FamilyKey) Bytes() []byte { return k.k[:] }

func parseKey(name string, b []byte) (k [KeySize]byte, err error) {
	if len(b) != KeySize {
		return k, fmt.Errorf("clipper: expected a %s key of %d bytes, found %d", name, KeySize, len(b))
	}
	return [KeySize]byte(b), nil
}

// cipher returns SKIPJACK under the key, expanded once for many blocks.
func (k SessionKey) cipher() *skipjack.Cipher { return skipjack.New(k.k) }
func (k UnitKey) cipher() *skipjack.Cipher    { return skipjack.New(k.k) }
func (k FamilyKey) cipher() *skipjack.Cipher  { return skipjack.New(k.k) }
