// Package noescrow is end-to-end encrypted messaging with no third key: the PQXDH handshake
// and the Double Ratchet with header encryption, as Signal publishes them.
//
// It is here to be measured beside package escrow, on the same conversation. It is complete and
// tested, but nobody has reviewed it: do not protect real secrets with it.
//
// Who holds which key:
//
//	a device     identity key (X25519)       signs its prekeys, for as long as the device lives
//	             signed and last-resort      until the second Rotate
//	             prekeys (X25519, ML-KEM)
//	             one-time prekeys (both)     until the first message that used them opens
//	             root, chain, header keys    until the next step of the ratchet
//	             message keys                until their message opens, or newer ones push them out
//	             file key (X-Wing, age)      for as long as the device lives
//	a relay      envelopes, published keys   no secret
//
// What that buys: a relay or a wiretap reads nothing and learns who writes to whom, when, and
// the length in steps. A thief who copies a device's state reads nothing sent before (forward
// secrecy), and what comes after only until each peer's next answer has made its turn (healing).
// The exception is a first message that found no one-time prekey: the keys that open it, and
// what follows on its chain, are there until the second Rotate. The safety number shows a relay
// that put other keys between two people.
//
// What it does not buy: messages kept on a phone are read by whoever takes the phone, files have
// no forward secrecy, and post-quantum protection comes from the handshake only and is against
// reading: an identity key is X25519, and who computes it can write in its owner's name.
//
// What a warrant gets: the phone of its target, and what is on it; from the relay, who wrote to
// whom and when. What a user can notice: that his phone is gone, and not that it was copied.
//
// # Saving state
//
// A device moves on with every Seal, Open, Start, Publish and Rotate. Save it after each, and
// after Seal before the envelope leaves: a device that goes back to an older state uses message
// keys a second time, and its peers refuse what it sends.
//
// # Lengths
//
// Plaintexts are padded: up to 127 bytes all look alike, longer ones fall into steps of at most
// 12.5 % (Padmé). An envelope is that and 162 bytes more, or 1,294 until the first answer
// arrives. On the conversation of examples/breach, envelopes and plaintexts are compared in
// TestOverhead.
package noescrow

import (
	"encoding/hex"
	"errors"

	"doormat/internal/ratchet"
	"doormat/internal/x25519"
)

// Limits on what others can make a device store. At a limit the oldest go, except at the last
// two, which refuse.
const (
	MaxForwardJump      = ratchet.MaxForwardJump // keys kept when a message skips some, a chain
	MaxSkippedKeys      = ratchet.MaxSkipped     // keys kept for late messages, a session
	MaxReceivingChains  = ratchet.MaxChains      // chains that late messages may belong to, a session
	MaxArchivedSessions = 40                     // sessions with one peer beside the active one
	MaxOneTimePrekeys   = 1000                   // private keys kept of each kind
	MaxLastResort       = 10_000                 // handshakes without a one-time prekey until Rotate
	MaxPlaintext        = 1 << 20                // bytes of one message; files go through SealFile
)

var (
	// ErrOpen reports an envelope that does not open: altered, or not made for this device in
	// its present state.
	ErrOpen = errors.New("the envelope does not open")
	// ErrReplay reports an envelope that was opened before, or whose keys are gone. If a peer's
	// messages all fail so, he went back to an old state: Start a new session.
	ErrReplay = errors.New("the envelope was opened before, is too late, or comes from an old copy of its sender's state")
	// ErrNoSession reports a peer no session exists with: fetch his bundle and Start one.
	ErrNoSession = errors.New("there is no session with this device")
)

// Identity is a device's public identity key, 32 bytes: its name in every envelope.
type Identity [x25519.Size]byte

// String returns id in hexadecimal.
func (id Identity) String() string { return hex.EncodeToString(id[:]) }
