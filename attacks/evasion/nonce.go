package evasion

import (
	"crypto/subtle"
	"errors"

	"doormat/noescrow"
)

// Where the header of a ratchet begins in an envelope of package noescrow, in bytes: noescrow/envelope.go.
// It begins with its nonce, 24 bytes.
const (
	headerOrdinary = 2 + 32 + 32
	headerInitial  = headerOrdinary + 32 + 3*4 + 1088 + 4
)

var errEnvelope = errors.New("evasion: expected an envelope of package escrow or noescrow, found something else")

// HideInNonce returns what a phone's generator gives for the nonce of message n, so that it is the frame
// for all who have the key, and uniform for all others. The nonce of XChaCha20-Poly1305 is in clear in each
// envelope, with escrow and without. It has no room for a tag. If the key is a maker's and the frame a
// secret of the phone, this is the IV-replacement attack of Bellare, Paterson and Rogaway (2014): one
// message leaks it all.
func (k Key) HideInNonce(n uint64, f Frame) (nonce Frame) {
	pad := k.block("nonce", n, nil)
	subtle.XORBytes(nonce[:], f[:], pad[:])
	return nonce
}

// RevealInNonce returns the frame that the nonce of message n hides. Every nonce hides some.
func (k Key) RevealInNonce(n uint64, nonce Frame) Frame { return k.HideInNonce(n, nonce) }

// NonceOf returns the nonce of the ratchet's header in an envelope of package escrow or of package
// noescrow, as anyone on the wire sees it.
func NonceOf(envelope []byte) (nonce Frame, err error) {
	inner := envelope
	if parts, ok := layout.Split(envelope); ok {
		inner = parts.Inner
	}
	if _, _, err := noescrow.Addresses(inner); err != nil {
		return nonce, errEnvelope
	}
	start := headerOrdinary
	if inner[1] == 1 {
		start = headerInitial
	}
	copy(nonce[:], inner[start:])
	return nonce, nil
}
