// Package clear is Ray Ozzie's proposal CLEAR, 2018: a phone encrypts its passcode to its maker, and shows the
// result on its screen when it is seized. The maker opens it, for that phone, after a legal request. The
// phone then stops working for good, so that its owner knows.
//
// It is here to be studied beside its critique. Do not protect anything with it.
//
// Who holds which key:
//
//	the maker      an X25519 private key        opens every phone's block, kept as keys that sign code are kept
//	a phone        a secret in its chip         with the passcode, it opens the storage
//	               a signing key in its chip    used only by the repaired protocol, [Maker.OpenLive]
//	               its block                    passcode and signing key, sealed to the maker, in clear on its flash
//	its owner      the passcode
//
//	phone, seized                   police                           maker
//	shows serial ‖ block, stops  -> photograph it, with an order  -> opens the block, if the serial is the order's
//	opens its storage            <- type it in                    <- passcode
//
// What a warrant gets: all that is on one phone, if the phone is at hand. What a thief of the maker's key
// gets: nothing from afar; of each phone in the thief's hands, everything (TestMakersKeyNeedsThePhone). Who
// notices: the owner, since the phone has stopped. But the block lies on the flash in clear. A thief who
// has the maker's key, and reads the block there, needs no screen, and gives the phone back as it was
// (TestFlashSkipsTheStop). What the design gets right: there is no database of passcodes; messages on
// their way are not weakened; reading is per phone and needs the phone, so nobody can read everybody's; and
// the legal way of reading leaves a trace.
//
// By the Commission's definition of a backdoor (attacks.Definition), "maker's key, phone's flash" is
// not one: a user's device. Without the phone the maker's key opens nothing.
//
// # Tromer's oracle
//
// The police know a phone by what it shows. Mallory lets a phone of his own be seized. It was built to show what
// another phone showed: Ana's, which his accomplices hold. Police and maker do everything right, for the order
// names the serial that was on the screen. They type Ana's passcode into Mallory's phone, which sends it
// on (TestOracle). No key was stolen. The repair that was asked for is a proof that the phone itself is
// present: it signs a challenge that the maker has drawn. That stops a picture from yesterday
// (TestProofIsFresh), and does not stop two phones that talk while the police wait: the challenge is carried to
// Ana's phone, and the answer back (TestRelayedProof).
//
// # Reconstruction
//
// The sources here have no formats. Known are: the passcode encrypted under the maker's public key and kept
// on the phone, the screen, the stop for good, the maker's key kept like those that sign code (Wired, 25
// April 2018). Chosen here are: the encodings, X25519 with ChaCha20-Poly1305, the serial that is bound to the
// block, and 10 guesses at a passcode. Critique: Bellovin, Blaze, Boneh, Landau and Rivest, "Analysis of the
// CLEAR Protocol per the National Academies' Framework" (Columbia University, CUCS-003-18). The proof and
// its relay are this package's.
//
// Not part of the study: chips that give up their secrets, and courts.
package clear

import (
	"encoding/hex"
	"errors"
	"fmt"
)

const (
	// MaxPasscode is the largest length of a passcode, in digits. The least is 4.
	MaxPasscode = 16
	// MaxGuesses is the number of wrong passcodes, one after another, after which a phone erases its storage.
	MaxGuesses = 10
	// MaxStorage is the largest length of what a phone stores, in bytes.
	MaxStorage = 1 << 24
	// ChallengeSize is the length of a maker's challenge, in bytes.
	ChallengeSize = 32

	minPasscode = 4
)

var (
	// ErrOpen reports a block that does not open: it is damaged, or sealed to another maker or serial.
	ErrOpen = errors.New("the block does not open")
	// ErrOrder reports a screen of another phone than the order names.
	ErrOrder = errors.New("the order names another phone")
	// ErrProof reports a screen without a proof for this challenge by the phone whose block it shows.
	ErrProof = errors.New("the screen does not prove that its phone is present")
	// ErrPasscode reports a wrong passcode, and the end of one of MaxGuesses guesses.
	ErrPasscode = errors.New("the passcode is wrong")
	// ErrErased reports a phone that has erased its storage after MaxGuesses wrong passcodes.
	ErrErased = errors.New("the storage is erased")
	// ErrStopped reports a phone that has stopped working: it can be read, and stores nothing.
	ErrStopped = errors.New("the phone has stopped")
)

// Serial names a phone, 8 bytes that the phone draws.
type Serial [8]byte

// String returns s in hexadecimal.
func (s Serial) String() string { return hex.EncodeToString(s[:]) }

// checkPasscode checks that a passcode has 4 to MaxPasscode digits.
func checkPasscode(passcode string) error {
	if len(passcode) < minPasscode || len(passcode) > MaxPasscode {
		return fmt.Errorf("expected a passcode of %d to %d digits, found %d", minPasscode, MaxPasscode, len(passcode))
	}
	for _, c := range []byte(passcode) {
		if c < '0' || c > '9' {
			return errors.New("expected digits in a passcode, found another character")
		}
	}
	return nil
}

// prefix puts the package's name before an error that leaves it.
func prefix(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("clear: %w", err)
}
