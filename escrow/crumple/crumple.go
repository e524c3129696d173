// Package crumple is the crumple zones of Charles Wright and Mayank Varia, 2018: encryption that anyone can open
// at a price, so high that it is paid for a few messages and not for all. There is no third key, and
// nobody is asked.
//
// It is here to be studied beside its critique. Do not protect anything with it.
//
// Who holds which key:
//
//	a device   an X25519 private key     of full strength: makes keys of Bits bits, and a MAC that is not crumpled
//	           a weak private key        an exponent in a group of 31 bits
//	anyone     nothing                   pays twice: once for the group, and for each message
//
//	Ana                                                             Ben
//	r      = Bits bits of a hash of X25519(Ana, Ben), nonce
//	s      = g^(ab) in the weak group
//	puzzle ‖ key = SHA-512(s ‖ nonce ‖ r)
//	body   = ChaCha20-Poly1305(key, text)
//	tag    = HMAC-SHA-256(X25519(Ana, Ben), all of it)
//	       ----------- nonce ‖ puzzle ‖ body ‖ tag --------->   r and s the same way, and all of it again
//	                            |
//	                            v
//	       who pays: a table for the group, once, for everyone (the abrasion: [NewTable]);
//	       then s, and a search for r by the puzzle, for each message ([Table.Recover])
//
// The dial is Bits, the last parameter of [NewDevice]: [Bits] returns it for a price in dollars. The paper
// wants at least a hundred million dollars up front, and then from a thousand to a million for a message. A
// demonstration has [DefaultBits], and a table of 2^16 group operations.
//
// What a warrant gets: any message that was recorded, for its price, without a phone or an agent. What
// a thief gets: the same, at the same price (TestAnyonePays). Who notices: nobody. What the design gets right:
// no key that opens everybody's messages exists and can be stolen, there is no door for an insider, each
// message is a search of its own (TestMessagesShareNoSearch), so that reading everybody's costs what all
// messages cost, and only reading is weakened: who has paid for a message cannot write another
// (TestPayingIsNotForging).
//
// By the Commission's definition of a backdoor (attacks.Definition), "abrasion paid" is one, for the
// payer. The sentence does not ask for a price.
//
// # Critique
//
// A price is a date: what costs a state's budget today costs less each year, and what was recorded today
// keeps its bits ([PriceAfter]). The table is paid once, and opens the way to each message of all
// (TestTableServesAll): the larger part of the price is not for reading a second message. The price knows no
// law: rich states and thieves pay it, a poor police force does not, and someone else's machines cost a
// thief nothing. And it binds only those who take part: two who encrypt first make a puzzle that is perfect, with
// a text that stays shut (TestEncryptFirst).
//
// # Reconstruction
//
// It follows Wright and Varia, "Crypto Crumple Zones: Enabling Limited Access without Mass Surveillance" (IEEE
// European Symposium on Security and Privacy, 2018) in its parts: part of a key's entropy replaced by a hash
// puzzle, and Diffie-Hellman in a weak modular group as the puzzle up front. Chosen here are: the encodings,
// SHA-512 as the puzzle's hash, a group of 31 bits where the paper's is as large as a number field sieve of
// that price, and baby steps and giant steps in the sieve's place. Both need a table for the group that no
// key is in. Keys last, so nothing here is forward secret.
//
// The search is package keysearch's, with the options and the count of package workfactor, which leaves 40 bits to
// one who has a key, where here there is no key.
package crumple

import (
	"encoding/hex"
	"errors"
	"fmt"

	"doormat/internal/x25519"
)

const (
	// DefaultBits is the number of bits to search in a demonstration.
	DefaultBits = 16
	// MaxBits is the largest number of bits to search.
	MaxBits = 60
	// MaxPlaintext is the largest length of a message, in bytes.
	MaxPlaintext = 1 << 20
)

// ErrOpen reports an envelope that does not open: it is damaged, is another's, or its puzzle is not that of
// an honest sender.
var ErrOpen = errors.New("the envelope does not open")

// Identity is a device's X25519 public key, 32 bytes, and its element of the weak group, 4 bytes, big-endian.
type Identity [x25519.Size + elementSize]byte

// String returns id in hexadecimal.
func (id Identity) String() string { return hex.EncodeToString(id[:]) }

// checkBits checks a number of bits.
func checkBits(bits int) error {
	if bits < 1 || bits > MaxBits {
		return fmt.Errorf("expected 1 to %d bits, found %d", MaxBits, bits)
	}
	return nil
}

// prefix puts the package's name before an error that leaves it.
func prefix(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("crumple: %w", err)
}
