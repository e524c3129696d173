package messenger

import (
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"slices"

	"golang.org/x/crypto/chacha20poly1305"

	"doormat/internal/padme"
	"doormat/noescrow"
)

// What follows is the format of escrow/envelope.go and escrow/field.go, read by a thief, who has no
// access to unexported names:
//
//	uint8  version;
//	opaque field[];            its length depends on the scheme
//	opaque body<0..2^24-1>;    ChaCha20-Poly1305 of the padded text; nonce of zeros; names are authenticated
//	opaque inner[];            a noescrow envelope, whose message is a seed of 32 bytes
//
// The nonce is constant because each message key is used once: it comes from the seed by HKDF-SHA256.

// Layout holds the parameters that distinguish the envelope formats of the escrow schemes. For devices
// from escrow.NewDeviceFor they are those of the escrow.Scheme:
//
//	messenger.Layout{Version: scheme.Version, Field: scheme.FieldSize}.Wire(scheme.KeySize, newDevice)
type Layout struct {
	Version byte // of the scheme, the first byte of an envelope
	Field   int  // the length of a field in bytes

	// Wrap makes the field of a key with the authority's public key in a device's state, as the device
	// does: the public key begins at byte 2 of the state. If it is nil, as it must be for a scheme whose
	// field depends on the label, a thief who writes in another's name puts noise there.
	Wrap func(state []byte, key [32]byte, randomness [64]byte) ([]byte, error)
}

// Wire returns what a thief knows of a scheme whose authority has a public key of keySize bytes.
// fresh makes a device of the thief's own, into which a stolen state is loaded: one that is enrolled with
// any authority of the scheme. What a thief can do about the fields is the scheme's to add, as thefts.
func (l Layout) Wire(keySize int, fresh func() (Device, error)) Wire {
	return Wire{
		Offset: 2 + keySize,
		fresh:  fresh,
		frame:  2,
		split:  l.Split,
		text:   func(p Parts, seed []byte) ([]byte, bool) { return p.Open(MessageKey(seed)) },
		wrap:   l.wrap,
	}
}

// wrap makes field and body under a fresh seed, as a device of that state does:
//
//	key ‖ randomness = HKDF-SHA-256(seed, "doormat 1 escrow message", 32 + 64 bytes)
func (l Layout) wrap(state []byte, from, to noescrow.Identity, text []byte) (head, seed []byte, err error) {
	seed, field := make([]byte, 32), make([]byte, l.Field)
	rand.Read(seed)
	if l.Wrap == nil {
		rand.Read(field)
	} else {
		out, err := hkdf.Key(sha256.New, seed, nil, "doormat 1 escrow message", 32+64)
		if err != nil {
			return nil, nil, err
		}
		if field, err = l.Wrap(state, [32]byte(out), [64]byte(out[32:])); err != nil {
			return nil, nil, err
		}
		if len(field) != l.Field {
			return nil, nil, fmt.Errorf("messenger: expected a field of %d bytes from Layout.Wrap, found %d", l.Field, len(field))
		}
	}
	return l.Join(field, SealBody(MessageKey(seed), from, to, string(text))), seed, nil
}

// Split returns the parts of an envelope, without copying it. It reports false if that is too short, or of
// another version.
func (l Layout) Split(envelope []byte) (p Parts, ok bool) {
	head := 1 + l.Field + 3 // without the body
	if len(envelope) < head || envelope[0] != l.Version {
		return p, false
	}
	n := envelope[1+l.Field:]
	size := int(n[0])<<16 | int(n[1])<<8 | int(n[2])
	if len(envelope) < head+size {
		return p, false
	}
	p, ok = splitNoEscrow(envelope[head+size:])
	p.Head = envelope[:head+size]
	p.Field = p.Head[1:][:l.Field]
	p.body = p.Head[head:]
	return p, ok
}

// Join returns what comes before the inner envelope, the Head of [Parts], given a field and a body from
// [SealBody].
func (l Layout) Join(field, body []byte) []byte {
	head := append([]byte{l.Version}, field...)
	n := len(body)
	return append(append(head, byte(n>>16), byte(n>>8), byte(n)), body...)
}

// MessageKey returns the 32 bytes that the seed in an inner envelope expands to: the key of the body.
func MessageKey(seed []byte) []byte {
	key, err := hkdf.Key(sha256.New, seed, nil, "doormat 1 escrow message", chacha20poly1305.KeySize)
	if err != nil {
		panic("attacks: internal error: " + err.Error())
	}
	return key
}

// Open opens the body with its key.
func (p Parts) Open(key []byte) (text []byte, ok bool) {
	aead, err := chacha20poly1305.New(key)
	if err != nil {
		return nil, false
	}
	padded, err := aead.Open(nil, make([]byte, chacha20poly1305.NonceSize), p.body, slices.Concat(p.From[:], p.To[:]))
	if err != nil {
		return nil, false
	}
	text, err = padme.Unpad(padded)
	return text, err == nil
}

// SealBody makes a body under a key of 32 bytes, for a forger or for a sender who cheats: an envelope is
// Join of a field and a body, followed by an inner envelope that authenticates both.
func SealBody(key []byte, from, to noescrow.Identity, text string) []byte {
	aead, err := chacha20poly1305.New(key)
	if err != nil {
		panic("attacks: internal error: " + err.Error())
	}
	return aead.Seal(nil, make([]byte, chacha20poly1305.NonceSize), padme.Pad([]byte(text)), slices.Concat(from[:], to[:]))
}
