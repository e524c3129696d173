// Package workfactor is the mail encryption of Lotus Notes International, 1996: keys of 64 bits, of
// which 24 go along, encrypted to the United States government. It had 40 bits left to search,
// everybody else 64. Lotus called it differential workfactor cryptography.
//
// It is broken by design and by size. Do not protect anything with it.
//
// Who holds which key:
//
//	the authority  an RSA private key of 760 bits   opens 24 bits of every message key
//	a device       an X25519 private key            opens the message keys sent to it
//	               the authority's public key       in every copy of the program
//	a message      its bulk key, 24 + Bits bits
//
//	Alice                                                            Bob
//	K = 24 + Bits random bits
//	wrapped = to Bob's public key: K
//	field   = (00 02 ‖ pad from K ‖ the upper 24 bits of K)^3 mod n
//	body    = RC2-CBC(K, "Notes R4" ‖ text)
//	       ------------ wrapped ‖ field ‖ body ------------>   K from wrapped; makes the field
//	                          |                                again from K; refuses if it differs
//	                          v
//	        the authority, or whoever has its key:
//	        24 bits from the field, a search for the other Bits
//
// [DefaultBits] and [FullBits] are the dial: how many bits of a key are left to search once the
// field is open. The history has 40. A demonstration has fewer, and its keys are shorter by as
// much: 24 + Bits bits, the upper bits of the 64 zero.
//
// What a warrant gets: any message, past or future, for a search of 2^40 keys each. The price of a
// message is what makes it an unlikely tool for reading everybody's. What a thief of the authority's
// key gets: the same, and the 64 bits of every user in the world are 40 from then on. He needs the
// field and one block of the body, and nobody's help (TestRecover). What a user can notice:
// nothing, though it was no secret: Lotus announced it. The Swedish parliament is said to have used
// it without knowing. What the design gets right: there is no database of keys, nobody else was
// weakened by a bit (TestFieldTellsOthersNothing), and a receiver can check the field, which
// Clipper's could not do well.
//
// What the check does: a field that was cut out, copied from another message or filled with noise
// is refused (TestFieldIsChecked). That catches one rogue, not two: they encrypt to each other first,
// and put the result in as text. The field is then perfect (TestTwoRoguesPassTheCheck). A receiver
// who does not check, [Device.OpenUnchecked], is evasion enough for both.
//
// # Reconstruction
//
// No document of the formats was published. Known are: 24 of 64 bits, encrypted under a public RSA
// key and bound to the encrypted data (Lotus's backgrounder, "Differential Workfactor
// Cryptography"); the key, of 760 bits with the exponent 3 and the name "O=MiniTruth CN=Big
// Brother", which Adam Back read out of the program in a debugger ([PublishedKey]); that receivers
// refuse a disturbed field; that Notes encrypted mail with RC2. Chosen here are: the padding, which
// follows from the receiver's check (he has nothing but K to make it from) and must depend on all of
// K (else the field alone gives 24 bits away, to anyone); the place of the 24 bits; the body's header,
// for which "Notes R4" stands, since real bodies begin alike too.
//
// Not part of the scheme: Notes wrapped K with RSA to the receiver, here X25519 does it. Notes
// could sign mail, which is left out: so anybody can write in anybody's name, and a body can be altered
// (TestBodyIsNotAuthenticated). 760-bit RSA is too short since about 2010, and crypto/rsa
// refuses it; field.go has the textbook's RSA on math/big, which is not constant in time.
//
// Package partial, below this one, has the academic relatives: partial key escrow that can be
// checked. Shamir's proposal of 1995, to escrow all but 48 bits of a key, is this package with
// other numbers.
package workfactor

import (
	"encoding/hex"
	"errors"
	"fmt"

	"doormat/internal/x25519"
)

const (
	// EscrowedBits is how many bits of each key the field carries.
	EscrowedBits = 24
	// FullBits is how many bits are left to search, as it was sold.
	FullBits = 40
	// DefaultBits is what is left to search in a demonstration.
	DefaultBits = 24
	// MaxPlaintext is the longest message, in bytes.
	MaxPlaintext = 1 << 20
)

var (
	// ErrOpen reports an envelope that does not open: damaged, or not made for this device.
	ErrOpen = errors.New("the envelope does not open")
	// ErrField reports a message whose field is not what an honest sender makes of its key, so that
	// the authority cannot open it.
	ErrField = errors.New("the field was not made from this message's key")
)

// Identity is a device's public key, 32 bytes: its name in every envelope.
type Identity [x25519.Size]byte

// String returns id in hexadecimal.
func (id Identity) String() string { return hex.EncodeToString(id[:]) }

func checkBits(bits int) error {
	if bits < 1 || bits > FullBits {
		return fmt.Errorf("a key has 1 to %d bits beside the %d escrowed ones, not %d", FullBits, EscrowedBits, bits)
	}
	return nil
}

// prefix names the package in an error that leaves it.
func prefix(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("workfactor: %w", err)
}
