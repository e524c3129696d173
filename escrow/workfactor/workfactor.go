// Package workfactor is the mail encryption of Lotus Notes International, 1996: keys of 64 bits, 24
// of them sent along, encrypted to the United States government. The government had 40 bits left to
// search, everybody else 64. Lotus called it differential workfactor cryptography.
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
// The dial is the number of bits that are left to search once the field is open. It is the last
// parameter of [NewDevice], and 0 means the full size. History has 40 ([FullBits]). A demonstration
// has fewer ([DefaultBits]), and its keys are shorter: 24 + Bits bits, with zeros above them.
//
// What a warrant gets: any message, past or future, for a search of 2^40 keys each. The price of a
// message makes it an unlikely tool for reading everybody's. What a thief of the authority's key
// gets: the same, and the 64 bits of every user in the world are 40 from then on. The thief needs
// the field and one block of the body (TestRecover). What a user can notice: nothing, though it was
// no secret: Lotus announced it. The Swedish parliament is said to have used it without knowing.
// What the design gets right: there is no database of keys, the key is not a bit weaker against
// anyone else (TestFieldTellsOthersNothing), and a receiver can check the field, which Clipper's
// could not do well.
//
// By the Commission's definition of a backdoor (attacks.Definition), "escrow key" is one, for the
// authority.
//
// What the check does: a field that was cut out, copied from another message or filled with noise
// is refused (TestFieldIsChecked). That catches one rogue, not two: they encrypt to each other first,
// and put the result in as text. The field is then perfect (TestTwoRoguesPassTheCheck). A receiver
// that does not check, [Device.OpenUnchecked], is evasion enough for both.
//
// # Reconstruction
//
// No document of the formats was published. Known are: 24 of 64 bits, encrypted under a public RSA
// key and bound to the encrypted data (Lotus's backgrounder, "Differential Workfactor
// Cryptography"); the key, of 760 bits with the exponent 3 and the name "O=MiniTruth CN=Big
// Brother", which Adam Back read out of the program in a debugger ([PublishedKey]); that receivers
// refuse a disturbed field; that Notes encrypted mail with RC2. Chosen here are: the padding, which
// must follow from K for the receiver's check, and from all of K, since otherwise the field alone
// would tell anyone 24 bits; the place of the 24 bits; the body's header "Notes R4", in place of
// the common beginning that real bodies have.
//
// Not part of the scheme: Notes wrapped K with RSA to the receiver, here X25519 does it. Notes
// could sign mail, which is left out: so anybody can write in anybody's name, and a body can be altered
// (TestBodyIsNotAuthenticated). RSA of 760 bits has been too short since about 2010, and crypto/rsa
// refuses it; field.go has textbook RSA on math/big, which is not constant in time.
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
	// EscrowedBits is the number of bits of each key that the field carries.
	EscrowedBits = 24
	// FullBits is the number of bits left to search in the product that was sold.
	FullBits = 40
	// DefaultBits is the number of bits left to search in a demonstration.
	DefaultBits = 24
	// MaxPlaintext is the largest length of a message, in bytes.
	MaxPlaintext = 1 << 20
)

var (
	// ErrOpen reports an envelope that does not open: it is damaged, or the key is another.
	ErrOpen = errors.New("the envelope does not open")
	// ErrField reports a message whose field an honest sender would not have made from its key, so
	// that the authority cannot recover the message.
	ErrField = errors.New("the field was not made from this message's key")
)

// Identity is a device's public key, 32 bytes, and its name in every envelope.
type Identity [x25519.Size]byte

// String returns id in hexadecimal.
func (id Identity) String() string { return hex.EncodeToString(id[:]) }

// checkBits checks the number of bits in an envelope or a device's state.
func checkBits(bits int) error {
	if bits < 1 || bits > FullBits {
		return fmt.Errorf("expected a key of 1 to %d bits beside the %d escrowed ones, found %d", FullBits, EscrowedBits, bits)
	}
	return nil
}

// prefix puts the package's name before an error that leaves it.
func prefix(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("workfactor: %w", err)
}
