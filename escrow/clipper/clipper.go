// Package clipper is the Clipper chip: the Escrowed Encryption Standard, FIPS 185 of 1994
// (https://csrc.nist.gov/pubs/fips/185/final), announced in April 1993. Every chip puts its
// session key into a field that goes before the ciphertext, the LEAF, where a court's warrant and
// two escrow agents can open it.
//
// It is broken, by design for two agents and by Blaze (1994) and Frankel and Yung (1995) for
// everybody else; attacks/clipper has the attacks. It is a demonstration: do not protect anything
// with it. Most programs that send messages want package noescrow's design, and a reviewed
// implementation of it.
//
// Who holds which key, of 80 bits each:
//
//	a chip          KF, its unit id, its unit key KU        sealed in, for the life of the chip
//	first agent     KU1 of every chip                       random, worth nothing alone
//	second agent    KU2 of every chip                       KU1 ⊕ KU2 = KU
//	the wiretap     KF                                      which unit speaks, in every call
//	a telephone     KS, agreed on for one call              by means outside the standard
//
//	Ana's chip                                                 Ben's chip
//	Load(KS)                                                   Load(KS)
//	GenerateIV: IV = random
//	checksum = MAC(KF; KS, IV, unit)
//	LEAF     = E(KF; E(KU; KS) ‖ unit ‖ checksum)
//	      ------------- LEAF ‖ IV ‖ ciphertext ------------>   opens LEAF with KF
//	                          |                                checksum = MAC(KF; KS, IV, unit)?
//	                          v                                then decrypts, else refuses
//	the wiretap: KF -> unit -> a warrant for it -> KU1, KU2 -> KU -> KS -> text
//
// # Reconstruction
//
// How the LEAF is made was classified, and has not been published since. This package is a
// reconstruction. These facts are known: the LEAF has 128 bits, 80 for the session key under the unit
// key, 32 for the unit id and 16 for the checksum; all of it is encrypted under the family key; the
// cipher is SKIPJACK, published in 1998; the receiving chip computes the checksum again from the
// session key and the IV; changing one bit of a LEAF changes all of its fields. These were chosen
// here: the order of the fields; two overlapping blocks, twice, to wrap a key of 80 bits with a
// cipher for 64; for the checksum the first 16 bits of a CBC-MAC, which also covers the unit id and
// does not cover the wrapped key; for the family key CBC forwards and then backwards. No attack in
// attacks/clipper depends on a choice, only on the lengths and on what the chip can check.
//
// All sizes are the historical ones: [ChecksumBits] is 16, and forging a LEAF takes 65,536 trials on
// average, as it did then (TestForgeLEAFStatistics in attacks/clipper).
//
// # What it gives
//
// What a warrant gets: everything that one unit has sent and will send, because the unit key never
// changes (TestHalvesOpenPastAndFuture); the warrant's dates bind the agents only. What a thief gets:
// from the family key, which unit speaks in every recorded call; from one agent's halves, nothing
// (TestOneHalfIsNothing); from both agents' halves, every call of everyone. What a user can notice:
// nothing. What the design gets right: it takes two agents to open anything, and either can refuse;
// the unit key never leaves the chip (TestTamperBoundary); and no chip decrypts for a program that
// just leaves the LEAF out (TestSessionBegins).
//
// By the Commission's definition of a backdoor (attacks.Definition), "both agents" is not one: 2
// agents. It says nothing of who appoints the two.
//
// The flaw is what the receiving chip can check. It checks the checksum, because it has the family
// key and the session key (TestReceivingChipChecks). It cannot check that the LEAF wraps this session
// key, because it lacks the sender's unit key (TestReceivingChipCannotCheckTheKey). It therefore
// accepts 128 random bits whose checksum happens to fit, and it accepts another unit's true LEAF.
//
// A note to the reviewer: leaf.go is the reconstruction, chip.go the chip, recover.go the wiretap.
// GenerateIV and LoadIV are named after the calls of the Fortezza card, which had such a chip.
package clipper

import "errors"

// ErrLEAF reports a LEAF whose checksum does not fit the session key and the IV: it was made for
// another call, altered, or made up.
var ErrLEAF = errors.New("clipper: the LEAF's checksum does not fit this session key and IV")

var (
	errBlank  = errors.New("clipper: the chip is blank: have a Family program it")
	errNoIV   = errors.New("clipper: the session has no IV to encrypt with: call GenerateIV")
	errNoLEAF = errors.New("clipper: the session has taken no LEAF to decrypt with: call LoadIV")
)
