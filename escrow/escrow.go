// Package escrow is the twin of package noescrow: the same handshake, the same ratchet, the
// same verbs, and one more field in every envelope, which an authority can open.
//
// It is built on noescrow's public API, so that everything a thief reads here and not there is due
// to that field. It is a demonstration: do not protect anything with it. Most programs that send
// messages want package noescrow's design, and a reviewed implementation of it.
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
//	               the authority, or a thief of its key: Recover
//
// The body moves out of the ratchet's message so that its key can be wrapped: noescrow has no hook
// for that, and gets none. The ratchet authenticates field and body, so they cannot be exchanged on
// the way, not even by the authority: its key reads and does not write.
//
// What a warrant gets: every message of its target, past and future, without help from the target's
// end. What a thief of the key gets: the same, of everyone, without a warrant. What a user can
// notice: nothing; the safety numbers match. What the design gets right: it is one key, of 32 bytes,
// that can be guarded well; it opens and does not forge; a quantum computer does not open it; and
// the recipient can catch a sender who cheats.
//
// By the Commission's definition of a backdoor (attacks.Definition), "escrow key" is one, for the
// authority. A warrant makes it one too, unless the court that must order it counts as a second party:
// the code asks for none.
//
// The cost and the effect of the field are measured:
//
//   - 1,168 bytes for the field, and 148 because the body has moved: the shortest message is
//     1,606 bytes here and 290 in noescrow (TestFieldCost).
//   - The ratchet beneath still works: a device's stolen state opens what it opens in noescrow
//     and no more (TestRatchetBeneathStillWorks). But there is neither forward secrecy nor healing
//     against the authority's key, which opens every message of everyone, past and future
//     (TestAuthorityOpensPastAndFuture).
//   - A sender can put noise into the field. The message arrives, and its recipient cannot tell
//     (TestNoiseInTheField), except by [Device.OpenChecked], which makes the field again from the
//     seed and compares. That catches one rogue, not two: they encrypt to each other first, and
//     send the result as plaintext. The field is then perfect, and the authority opens it and reads
//     nothing (TestTwoRoguesPassTheCheck).
package escrow

import (
	"errors"
	"fmt"
	"strings"

	"doormat/noescrow"
)

// Identity is a device's public identity key, 32 bytes: its name in every envelope.
type Identity = noescrow.Identity

// ParseIdentity reads 64 lower-case hexadecimal digits: see [noescrow.ParseIdentity].
func ParseIdentity(text string) (Identity, error) {
	id, err := noescrow.ParseIdentity(text)
	return id, prefix(err)
}

// MaxPlaintext is the longest message, in bytes: 1 MiB.
const MaxPlaintext = 1 << 20

var (
	// ErrOpen reports an envelope that does not open: it was altered, or not made for this device in
	// its present state.
	ErrOpen = noescrow.ErrOpen
	// ErrReplay reports an envelope that was opened before, or whose keys were deleted.
	ErrReplay = noescrow.ErrReplay
	// ErrPrekey reports an envelope made with a prekey that the device does not have.
	ErrPrekey = noescrow.ErrPrekey
	// ErrNoSession reports a peer without a session: fetch the peer's bundle and Start one.
	ErrNoSession = noescrow.ErrNoSession
	// ErrExhausted reports a first message after too many that took no one-time prekey: call Rotate
	// and Publish.
	ErrExhausted = noescrow.ErrExhausted
	// ErrOldPublication reports a publication that a shelf has had, or an older one.
	ErrOldPublication = noescrow.ErrOldPublication
	// ErrPassphrase reports a passphrase that is not the one that a device was locked with.
	ErrPassphrase = noescrow.ErrPassphrase
	// ErrField reports a genuine message whose field is not the one that an honest sender makes, so
	// that the authority may not be able to open it.
	ErrField = errors.New("the authority's field was not made from this message's key")
)

var (
	errNoAuthority = errors.New("escrow: the device is enrolled with no authority")
	errRecover     = errors.New("escrow: the field does not open with this authority's key")
)

// prefix puts this package's name before an error that leaves it, in place of noescrow's.
func prefix(err error) error {
	if err == nil {
		return nil
	}
	if inner := errors.Unwrap(err); inner != nil && strings.HasPrefix(err.Error(), "noescrow: ") {
		err = inner
	}
	return fmt.Errorf("escrow: %w", err)
}
