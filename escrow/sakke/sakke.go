// Package sakke is MIKEY-SAKKE, the key exchange for calls that the British government's CESG
// wrote, and for some years certified no other: RFC 6507 (ECCSI, the signatures), RFC 6508 (SAKKE,
// the encryption) and RFC 6509 (the message that starts a call). It is a demonstration: do not
// protect anything with it. Most programs that set up calls want package noescrow's design.
//
// A telephone number is the public key. There is nothing to look up and nothing to compare, and a
// call is set up in one message. The price is that one service computes everyone's private keys.
//
// Who holds which key:
//
//	the KMS      z, a number below q       computes any receiver's key, of any month
//	             KSAK, 32 bytes            computes any signing key, of any month
//	a phone      for each month: RSK       receives calls of that month
//	                             SSK, PVT  signs its invitations of that month
//	everyone     Z = [z]P, KPAK = [KSAK]G, and the numbers that they call
//
//	Alice                           KMS                               Bob
//	     <--- SSK, PVT of 2011-02 ---|--- RSK = [1/(b + z)]P of 2011-02 --->
//	b = "2011-02\0tel:+447700900123\0"
//	SSV = 16 random bytes
//	r = hash(SSV ‖ b),  R = [r]([b]P + Z),  H = SSV xor hash(gʳ)
//	     ------------- I_MESSAGE: …, R ‖ H, signature ------------->
//	                                      gʳ = ⟨R, RSK⟩, so SSV, so r
//	                                      R = [r]([b]P + Z), or refuse
//	traffic keys = PRF(SSV, …)            traffic keys = PRF(SSV, …)
//	     <=========================== the call ===========================>
//
// What a warrant gets: every call to its target, past and future, with one key of the target's
// for each month, and without anyone's help ([MasterSecret.Recover]). What a thief gets depends on
// the key:
//
//   - z reads every call of everyone. Z has no date in it, so changing it means giving every phone new
//     parameters. Until that is done, the new keys of each month follow from the same z
//     (TestMasterSecretOpensEveryMonth). Nothing shows it: the thief asks no one for anything. S. J.
//     Murdoch, "Insecure by design: protocols for encrypted phone calls", 2016.
//   - KSAK reads nothing, and signs as anyone. With it a man in the middle calls Alice as Bob and Bob
//     as Alice (TestInterception).
//   - A phone's keys of one month receive the calls of that month, and here the rotation helps:
//     the keys of other months are not on it, and do not follow from it.
//
// What a user can notice: a key from the KMS that is not the key of the user's number, which the
// phone checks. Nothing shows that the key was given to others too. What the design gets right: it
// needs no directory, works for phones that are switched off, the signature names the caller,
// and a stolen phone loses one month.
//
// By the Commission's definition of a backdoor (attacks.Definition), "master secret" is one, for the
// key server.
//
// Against package noescrow the same thefts do not exist: only the phone has ever held its keys.
// Certificateless encryption (S. Al-Riyami, K. Paterson, 2003) would be a middle way: the phone
// adds a secret of its own to the one from the KMS, and z alone opens nothing. Then the phone must
// publish a key after all, which RFC 6508 set out to avoid.
//
// Only parameter set 1 is implemented. Package supersingular has its arithmetic, whose timing reveals
// the keys. RFC 6509 leaves the media to SRTP: here a call carries messages under AES-GCM, with keys
// derived as for SRTP ([Session]).
package sakke

import (
	"errors"
	"fmt"
)

var (
	// ErrDecapsulate reports an encapsulated key that does not open: it was altered, or made for
	// another identifier or community.
	ErrDecapsulate = errors.New("sakke: the encapsulated key does not open")
	// ErrSignature reports a signature that the named signer has not made.
	ErrSignature = errors.New("sakke: the signature is not valid")
	// ErrReplay reports an invitation that the phone accepted before.
	ErrReplay = errors.New("sakke: the invitation was accepted before")
	// ErrNoKeys reports a phone without keys for the month: ask the KMS to issue them, and Install
	// them.
	ErrNoKeys = errors.New("sakke: the phone has no keys for this month")
)

var (
	errNoSecret  = errors.New("sakke: expected a master secret, found none")
	errNoSession = errors.New("sakke: the session has no keys: make it with Invite or Accept")
	errNoNumber  = errors.New("sakke: the phone has no number: make it with NewPhone or UnmarshalBinary")
)

// wrong returns an error that says what was expected in place of an input.
func wrong(expected string) error {
	return fmt.Errorf("sakke: expected %s, found something else", expected)
}
