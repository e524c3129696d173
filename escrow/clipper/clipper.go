// Package clipper is the Clipper chip: the Escrowed Encryption Standard, FIPS 185 of 1994
// (https://csrc.nist.gov/pubs/fips/185/final), announced in April 1993. Every chip puts its
// session key into a field that goes before the ciphertext, the LEAF, where a court's warrant and
// two escrow agents can open it.
//
// It is broken, by design for two agents and by Blaze (1994) and Frankel and Yung (1995) for
// everybody else; the attacks are in package attacks. It is a demonstration: do not protect
// anything with it. Whoever wants to send messages wants package noescrow's design, and a
// reviewed implementation of it.
//
// Who holds which key, of 80 bits each:
//
//	a chip          KF, its unit id, its unit key KU        sealed in, for as long as it lives
//	first agent     KU1 of every chip                       random, by itself worth nothing
//	second agent    KU2 of every chip                       KU1 ⊕ KU2 = KU
//	whoever taps    KF                                      which unit speaks, in every call
//	a telephone     KS, agreed on for one call              by means outside of the standard
//
//	Ana's chip                                                 Ben's chip
//	Load(KS)                                                   Load(KS)
//	GenerateIV: IV = random
//	checksum = MAC(KF; KS, IV, unit)
//	LEAF     = E(KF; E(KU; KS) ‖ unit ‖ checksum)
//	      ------------- LEAF ‖ IV ‖ ciphertext ------------>   opens LEAF with KF
//	                          |                                checksum = MAC(KF; KS, IV, unit)?
//	                          v                                then decrypts, else refuses
//	whoever taps: KF -> unit -> a warrant for it -> KU1, KU2 -> KU -> KS -> text
//
// # Reconstruction
//
// How the LEAF is made was classified, and has not been published since. What is here is a
// reconstruction. These facts fix it: the LEAF has 128 bits, of which 80 are the session key under
// the unit key, 32 the unit id and 16 the checksum; all of it is under the family key; the cipher
// is SKIPJACK, published in 1998; the receiving chip computes the checksum again from the session
// key and the IV; changing one bit of a LEAF changes everything in it. These things had to be
// chosen: the order of the fields; two overlapping blocks, twice, for a key of 80 bits under a
// cipher for 64; the first 16 bits of a CBC-MAC for the checksum, which also covers the unit id,
// and not the wrapped key; CBC forwards and then backwards for the family key. No attack in package
// attacks depends on a choice, only on the lengths and on what the chip can check.
//
// Nothing is made smaller for the demonstration: [ChecksumBits] is 16, and forging a LEAF takes
// 65,536 trials on average, as it did then (TestForgeLEAFStatistics in package attacks).
//
// # What it gives
//
// What a warrant gets: all that one unit has ever sent, and will ever send, since the unit key is
// for life (TestHalvesOpenPastAndFuture); the warrant's dates bind the agents and nobody else. What
// a thief gets: of the family key, which unit speaks in every call that was recorded; of one agent's
// halves, nothing (TestOneHalfIsNothing); of both, everything of everyone. What a user can notice:
// nothing. What the design gets right: it takes two agents to open anything, and one of them can
// refuse; the unit key never leaves the chip (TestTamperBoundary); and no chip decrypts for a
// program that just leaves the LEAF out (TestSessionBegins).
//
// The flaw is what the receiving chip can check. It checks the checksum, because it has the family
// key and the session key (TestReceivingChipChecks). It cannot check that the session key is what is
// wrapped in the LEAF, because it has not the sender's unit key (TestReceivingChipCannotCheckTheKey).
// So 128 random bits, with the right checksum by luck, are as good to it as a true LEAF, and so is
// the true LEAF of somebody else.
//
// A note to the reviewer: leaf.go is the reconstruction, chip.go the chip, recover.go the tap.
// GenerateIV and LoadIV are named after the calls of the Fortezza card, which had such a chip.
package clipper

import "errors"

// ErrLEAF reports a LEAF whose checksum does not fit the session key and the IV.
var ErrLEAF = errors.New("clipper: the LEAF's checksum does not fit this session key and IV")

var (
	errBlank  = errors.New("clipper: the chip is blank: have a Family program it")
	errNoIV   = errors.New("clipper: the session has no IV to encrypt with: call GenerateIV")
	errNoLEAF = errors.New("clipper: the session has taken no LEAF to decrypt with: call LoadIV")
)
