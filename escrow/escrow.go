// Package escrow is the twin of package noescrow: the same handshake, the same ratchet, the
// same verbs, and one more field in every envelope, which an authority can open.
//
// It is built on noescrow's public API, so that whatever a thief reads more of here, he reads
// because of that field. It is a demonstration: do not protect anything with it. Whoever wants
// to send messages wants package noescrow's design, and a reviewed implementation of it.
//
// Who holds which key:
//
//	an authority  32 bytes, AGE-SECRET-KEY-PQ-1…   opens every field of every device
//	a device      all that a noescrow device holds, and the authority's public key
//	a relay       no secret
//
//	Alice                                                          Bob
//	seed = 32 random bytes, a message
//	key ‖ randomness = KDF(seed)
//	field = Seal(authority, randomness, key)
//	body  = AEAD(key, padded plaintext)
//	inner = noescrow.Seal(seed), field and body its associated data
//	       --------------- field ‖ body ‖ inner --------------->   noescrow.Open(inner)
//	                             |
//	                             v
//	               the authority, or whoever has its key: Recover
//
// The body moves out of the ratchet's message so that a key can be wrapped at all: noescrow has
// no place to hook into, and gets none. Field and body are authenticated by the ratchet, so they
// cannot be exchanged on the way, not even by the authority: its key reads and does not write.
//
// What a warrant gets: every message of its target, past and future, and nobody at the target's
// end has to help. What a thief of the key gets: the same, of everyone, without a warrant. What
// a user can notice: nothing; his safety number is right. What the design gets right: it is one
// key, of 32 bytes, that can be guarded well; it opens and does not forge; a quantum computer
// does not open it; and a sender who cheats can be caught by whoever he writes to.
//
// What the field costs and what it does is measured, not asserted:
//
//   - 1,168 bytes for the field, and 148 because the body has moved: the shortest message is
//     1,606 bytes here and 290 in noescrow (TestFieldCost).
//   - The ratchet beneath still works: a device's stolen state opens what it opens in noescrow
//     and no more (TestRatchetBeneathStillWorks). But forward secrecy and healing are gone
//     against the authority's key, which opens every message, before and after, of everyone
//     (TestAuthorityOpensPastAndFuture).
//   - A sender can put noise into the field. The message arrives, and its recipient cannot tell
//     (TestNoiseInTheField), unless he uses [Device.OpenChecked], which makes the field again
//     from the seed and compares. That catches one rogue, not two: they encrypt to each other
//     first, and put the result in as plaintext. The field is then perfect, and the authority
//     opens it and reads nothing (TestTwoRoguesPassTheCheck).
package escrow

import (
	"errors"
	"fmt"
	"strings"

	"doormat/noescrow"
)

// Identity is a device's public identity key, 32 bytes: its name in every envelope.
type Identity = noescrow.Identity

// MaxPlaintext is the longest message, in bytes.
const MaxPlaintext = noescrow.MaxPlaintext

var (
	// ErrOpen reports an envelope that does not open: altered, or not made for this device in
	// its present state.
	ErrOpen = noescrow.ErrOpen
	// ErrReplay reports an envelope that was opened before, or whose keys are gone.
	ErrReplay = noescrow.ErrReplay
	// ErrNoSession reports a peer no session exists with: fetch his bundle and Start one.
	ErrNoSession = noescrow.ErrNoSession
	// ErrField reports a genuine message whose field is not what an honest sender makes of it,
	// so that the authority may not be able to open it.
	ErrField = errors.New("the authority's field was not made from this message's key")
)

var (
	errNoAuthority = errors.New("escrow: the device is enrolled with no authority")
	errRecover     = errors.New("escrow: the field does not open with this authority's key")
)

// prefix names the package in an error that leaves it, in noescrow's place.
func prefix(err error) error {
	if err == nil {
		return nil
	}
	if inner := errors.Unwrap(err); inner != nil && strings.HasPrefix(err.Error(), "noescrow: ") {
		err = inner
	}
	return fmt.Errorf("escrow: %w", err)
}
