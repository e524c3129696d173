// Package noescrow is end-to-end encrypted messaging with no third key: the PQXDH handshake
// (revision 3) and the Double Ratchet with header encryption (revision 1), as Signal publishes
// them. Which document each part follows is in the packages pqxdh and ratchet.
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
//	             root and chain keys         until the next step of the ratchet
//	             header keys                 until the next but one; of a received chain that messages
//	                                         are missing of, until these open, or newer chains with
//	                                         messages missing push it out
//	             message keys                until their message opens, or newer ones push them out
//	             file key (X-Wing, age)      for as long as the device lives
//	a relay      envelopes, published keys   no secret
//
// What that buys: a relay or a wiretap reads nothing and learns who writes to whom, when, and
// the length in steps. A thief who copies a device's state reads nothing sent before (forward
// secrecy), and what comes after only until each peer's next answer has made its turn (healing).
// The exception is a first message that found no one-time prekey: the keys that open it, and
// what follows on its chain, are there until the second Rotate. Once both have written in a new
// session (Start), an older one is used no more: what a relay has held back of it is read, and does
// not bring it back. The safety number shows a relay that put other keys between two people.
//
// What it does not buy: messages kept on a phone are read by whoever takes the phone, files have
// no forward secrecy, and post-quantum protection comes from the handshake only and is against
// reading: an identity key is X25519, and anyone who computes it can write in its owner's name.
//
// A thief who does more than listen has more of a copied state. With the identity key he writes to
// all others as its owner, for as long as it is in use. With the signed prekeys he also writes to
// the owner, in any person's name, and takes the answers: the handshake knows its initiator by a
// secret that either side's key gives (key compromise impersonation). If he sits on the wire as
// well, what is read in one session is passed on in the other, to both sides: the ratchet does not
// heal that, no message is missing, and no safety number shows it. A text that the thief had to
// invent, to come between two people, shows when they compare what they wrote. A Start by the owner
// costs the thief one message. After the second Rotate and a Start, the thief no longer reads the
// owner, and answers of the peer that the thief still takes do not arrive. A new identity ends it. (Package attacks/messenger measures this, TestWhatEndsTheImpersonation.)
//
// What a warrant gets: the phone of its target, and what is on it; from the relay, who wrote to
// whom and when. What a user can notice: that his phone is gone, and not that it was copied.
//
// By the Commission's definition of a backdoor (attacks.Definition), "device keys" is not one: a
// user's device. A relay that exchanges keys would be one for two people who never compare safety
// numbers.
//
// # Saving state
//
// A device moves on with every Seal, Open, Start, Forget, Verify, Publish and Rotate. Save it after each,
// and after Seal before the envelope leaves: a device that goes back to an older state uses message
// keys a second time, though no keystream. What its peers make of that depends on how far it goes
// back. They refuse as many of its messages as it had sent on its chain since, with ErrReplay, and
// open what follows; if its chain has begun since, they refuse all, with ErrReplay; if the talk has
// turned again, all, with ErrOpen. The device in turn cannot open what is made with prekeys or
// sessions that it has lost (ErrPrekey, ErrOpen). A new session mends it: one Start by a peer, or
// by the device one more than it has lost.
//
// # Prekeys at a relay
//
// A device signs each publication whole, under a number that ascends, and a [Shelf] refuses what
// was altered and what is not newer than all that it has taken: nobody but the device changes what
// an honest relay hands out. That does not reach further than the shelf. One that is new knows no
// number yet, and takes an old publication for the first; a device that was restored is refused
// until the relay opens a new shelf for it. And a bundle is PQXDH's: it carries signatures of the
// signed prekey and the KEM prekey, and none of their numbers, of the one-time X25519 prekey or of
// its own age. A relay that cheats may therefore hand out an old bundle, or one bundle to many, or
// hold the one-time prekeys back, or put a key of its own in their place (PQXDH, Section 4.9,
// Server trust). What comes of it is a message that does not open, or one that is less well
// protected against a later theft of the device: the relay itself reads none of them.
//
// # Keeping a relay
//
// A relay keeps a [Shelf] for each device, and the envelopes that have not been fetched, which it
// files by what [Addresses] returns. A Shelf moves on with every Add and every Bundle. The relay saves
// it before it answers: after Add before it confirms the upload, and after Bundle before the bundle
// leaves. It holds one lock over Bundle, the saving and the answer, so that an older save does not
// replace a newer one.
//
// A relay that stops between saving and answering has lost one pair of one-time prekeys, and nothing
// else. A relay that answers first, and comes back without the last save, hands the same one-time
// prekey to two senders. The device erases its half with the first message that arrives: the message of
// the second sender does not open (ErrPrekey), is lost, and its sender is not told. A relay that comes
// back with an empty shelf has also forgotten the number of the last publication, and takes an old one.
// The Example of a relay saves to files and restarts.
//
// # Timing
//
// Where time depends on a secret, it can be measured. TestConstantTime looks for such places with
// valgrind's memcheck, if go test has -ctgrind: it plays a conversation, with handshakes, late
// messages and devices saved and loaded, in which all that was drawn at random is marked, and all
// that comes of it. No branch and no address depends on a private key of X25519 or ML-KEM, on a
// root, chain, header or message key, or on a nonce (nor on the sign of XEdDSA's key, which is
// taken without a branch). What was found is whether something authenticates; the numbers and the
// public key in a header that has opened, by which keys are looked for; the length of a text, when
// its padding comes off; ML-KEM's matrix, which is public; the file key, which age writes and reads in Bech32 with tables, whenever
// a device is saved and loaded; public keys before they are sent; and checks of libraries that
// always come out the same. What was not looked at: files and passphrases, which are age's;
// instructions whose own time depends on what they work on; other processors than amd64, and other
// versions of Go than this module's.
//
// # Lengths
//
// Plaintexts are padded: up to 127 bytes all look alike, longer ones fall into steps of at most
// 12.5 % (Padmé). An envelope is that and 162 bytes more, or 1,298 until the first answer
// arrives. On the conversation of examples/breach, envelopes and plaintexts are compared in
// TestOverhead.
package noescrow

import (
	"encoding/hex"
	"errors"
	"fmt"

	"doormat/internal/x25519"
)

// Limits on what others can make a device store and compute. At a limit the oldest item is
// dropped; beyond the last three the device returns an error instead. Peers that the device has
// never written to can make it store about 0.6 MB of sessions and 0.6 MB of handshake records.
const (
	MaxForwardJump      = 1000    // keys stored per chain when a message skips others
	MaxSkippedKeys      = 2000    // keys stored per session for late messages
	MaxReceivingChains  = 5       // chains per session that late messages may belong to
	MaxArchivedSessions = 40      // sessions per peer, not counting the newest
	MaxUnanswered       = 1000    // sessions in total with peers the device has never written to
	MaxUnansweredKeys   = 2000    // keys stored in total for late messages in those sessions
	MaxOneTimePrekeys   = 1000    // private one-time prekeys of each kind
	MaxWalk             = 5000    // messages that one message may skip, which takes about 4 ms
	MaxLastResort       = 10_000  // handshakes without a one-time prekey between two calls of Rotate
	MaxPlaintext        = 1 << 20 // bytes per message, 1 MiB; SealFile has no limit
)

var (
	// ErrOpen reports an envelope that was altered, or was not sealed for this device in its
	// present state.
	ErrOpen = errors.New("the envelope does not open")
	// ErrReplay reports an envelope that was opened before, that arrived too late, or whose sender
	// has gone back to an old state. If every message of a peer fails with ErrReplay or ErrOpen,
	// call Start.
	ErrReplay = errors.New("the envelope was opened before, is too late, or comes from an old copy of its sender's state")
	// ErrPrekey reports an envelope that names a prekey which was used before, was replaced by
	// Rotate or by newer ones, or was lost when this device went back to an old state. If every
	// message of a peer fails with ErrPrekey, call Start, and once more if they still fail.
	ErrPrekey = errors.New("the envelope was made with a prekey that this device does not have, or has no longer")
	// ErrNoSession reports a peer with which the device has no session: fetch its bundle and call
	// Start.
	ErrNoSession = errors.New("there is no session with this device")
	// ErrExhausted reports a first message that took no one-time prekey, after MaxLastResort others
	// since the last Rotate: call Rotate and Publish. Its sender must call Start again.
	ErrExhausted = errors.New("too many first messages took no one-time prekey since the last Rotate")
	// ErrOldPublication reports a publication that a shelf has had, or one that is older than another
	// that it has had. A relay answers a repeated upload as it answered the first. If it is the first
	// upload of a device that was restored from a backup, the relay opens a new shelf.
	ErrOldPublication = errors.New("the publication is not newer than the last one")
	// ErrPassphrase reports a passphrase that is not the one that a device was locked with: ask for it
	// again.
	ErrPassphrase = errors.New("the passphrase is wrong")
)

// Identity is a device's public identity key, an X25519 key of 32 bytes: its name in every envelope.
// Identities can be compared with == and are keys of maps. In JSON an Identity is the text that String
// returns. The zero Identity is no device's.
type Identity [32]byte

// ParseIdentity reads 64 lower-case hexadecimal digits, as String writes them. It returns an error for
// any other text, and for digits that are not the canonical form of a public key. It finds a slip of
// the pen only by chance: compare [SafetyNumber].
func ParseIdentity(text string) (Identity, error) {
	b, err := hex.DecodeString(text)
	if err != nil || len(b) != len(Identity{}) || hex.EncodeToString(b) != text {
		return Identity{}, prefix(fmt.Errorf("expected an identity of 64 hexadecimal digits in lower case, found %d bytes of text", len(text)))
	}
	k, err := x25519.Parse(b)
	if err != nil {
		return Identity{}, prefix(errors.New("expected an identity, found 32 bytes that are no public key"))
	}
	return Identity(k), nil
}

// String returns id as 64 lower-case hexadecimal digits.
func (id Identity) String() string { return hex.EncodeToString(id[:]) }

// MarshalText implements [encoding.TextMarshaler]. The text is that of String, and empty for the zero
// Identity.
func (id Identity) MarshalText() ([]byte, error) {
	if id == (Identity{}) {
		return nil, nil
	}
	return []byte(id.String()), nil
}

// UnmarshalText implements [encoding.TextUnmarshaler]. It reads what MarshalText writes, as
// ParseIdentity does. After an error id is unchanged.
func (id *Identity) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*id = Identity{}
		return nil
	}
	parsed, err := ParseIdentity(string(text))
	if err != nil {
		return err
	}
	*id = parsed
	return nil
}
