package traceback

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/curve25519"
	"golang.org/x/crypto/nacl/box"

	"doormat/internal/secret"
	"doormat/noescrow"
)

// A TraceKey is the provider's private key in Kamakoti's proposal: it opens the tag of every message,
// past and future. Printing one prints its public key.
type TraceKey struct {
	named[TraceKey]
	private, public [32]byte
}

// A TracePublicKey is the key to which every client encrypts the originator.
type TracePublicKey [32]byte

// NewTraceKey draws a key.
func NewTraceKey() *TraceKey {
	var private [32]byte
	rand.Read(private[:])
	k, err := newTraceKey(private)
	if err != nil {
		panic("traceback: internal error: " + err.Error())
	}
	return k
}

func newTraceKey(private [32]byte) (*TraceKey, error) {
	public, err := curve25519.X25519(private[:], curve25519.Basepoint)
	if err != nil {
		return nil, err
	}
	return &TraceKey{secret.Name[TraceKey](fmt.Sprintf("%x…", public[:4])), private, [32]byte(public)}, nil
}

// PublicKey returns the public key.
func (k *TraceKey) PublicKey() TracePublicKey { return k.public }

// RecoveryKey returns the private key in clear, 34 bytes.
func (k *TraceKey) RecoveryKey() []byte {
	return append([]byte{version, kindTraceKey}, k.private[:]...)
}

// ParseTraceKey reads what [TraceKey.RecoveryKey] returns.
func ParseTraceKey(b []byte) (*TraceKey, error) {
	var private [32]byte
	in := cryptobyte.String(b)
	if !readHeader(&in, kindTraceKey) || !in.CopyBytes(private[:]) || !in.Empty() {
		return nil, errors.New("traceback: expected a trace key, found something else")
	}
	return newTraceKey(private)
}

// Tag returns the tag of a new message, 80 bytes: its originator, encrypted to the provider (NaCl's sealed
// box: an ephemeral X25519 key, XSalsa20 and Poly1305). Forwards carry the same tag unchanged, by which
// the provider sees, without any key, which messages are forwards of which.
//
// Nothing in it is bound to the text or to the sender. Anyone can make a tag that names anyone.
func (p TracePublicKey) Tag(originator noescrow.Identity) []byte {
	public := [32]byte(p)
	sealed, err := box.SealAnonymous(nil, originator[:], &public, rand.Reader)
	if err != nil {
		panic("traceback: internal error: " + err.Error())
	}
	return sealed
}

// Recover returns the person whom a tag names as the originator. It returns an error for a tag that was
// altered, or made for another key. Recover does not know who is asking.
func (k *TraceKey) Recover(tag []byte) (originator noescrow.Identity, err error) {
	if len(tag) != TagSize {
		return originator, fmt.Errorf("traceback: expected a tag of %d bytes, found %d", TagSize, len(tag))
	}
	opened, ok := box.OpenAnonymous(nil, bytes.Clone(tag), &k.public, &k.private)
	if !ok {
		return originator, errors.New("traceback: the tag does not open with this key")
	}
	return noescrow.Identity(opened), nil
}
