// Package adk is the additional decryption key of PGP 5.5 (1997): a company's key, named in an
// employee's certificate, to which senders encrypt as well. It is also how Ralf Senderek let
// himself in (August 2000), for PGP up to 6.5.3 did not ask who had written the name there.
//
// It is broken on purpose, and a demonstration: do not protect anything with it. The framing is
// OpenPGP's (RFC 4880, version 4), and GnuPG reads it (TestGnuPGReadsCertificates); the algorithms
// are today's, Ed25519 and Curve25519, where PGP 5.5 had DSS and Diffie-Hellman. Expiry,
// revocation and the web of trust are left out.
//
// Who holds which key:
//
//	a person    a primary key that signs, and a subkey that decrypts
//	a company   the same: its ADK is a key like any other
//	a sender    the certificates of all of them, and no secret of theirs
//
//	a certificate                                      who has signed it
//	public key     ----- SHA-1 -----> the fingerprint
//	user ID                                            the owner
//	signature      hashed area                         the owner
//	               unhashed area                       nobody
//	subkey                                             the owner
//
//	the sender                                          the message
//	key = 32 random bytes
//	Curve25519 to the recipient's subkey:  key    --->  PKESK, key ID in clear
//	Curve25519 to each ADK's subkey:       key    --->  PKESK, key ID in clear
//	AES-256 under key:  text, signature, hash     --->  SEIPD
//
// What a warrant gets: whatever was encrypted to the company's people by programs that honour
// its ADK, past and future; the people need not help. What a thief of the ADK gets: the same
// (TestCompanyRecovers). What a user can notice: a recipient who lists a message's packets sees
// one key ID more, and a sender whose program shows the list of keys before it encrypts sees one
// name more.
// What the design gets right: it is announced in the certificate, senders decide, and the key
// opens without being able to sign (TestADKDoesNotWrite).
//
// What went wrong is the place. An ADK is subpacket 10 of the self-signature, which has two areas,
// and only one of them is signed:
//
//	                       in the hashed area   in the unhashed   critical, in either
//	PGP 5.5.x to 6.5.3     honoured             honoured          as if it were not
//	PGP 6.5.8              honoured             overlooked        as if it were not
//	GnuPG                  overlooked           overlooked        certificate refused
//
// [AddUnhashedADK] is Senderek's edit. It takes public bytes, and the fingerprint that careful
// people compare does not change (TestFingerprintDoesNotChange). The whole matrix, with
// fields that are short, doubled or not in the keyring, is TestMatrix; GnuPG's column is compared
// with the real program (TestMatrixOfRealGnuPG). The table's last column is an attack as well:
// where GnuPG does not have a certificate yet, anybody can have it refused.
//
// The two columns of PGP are a reconstruction. CERT VU#747124 and PGP's published source fix where
// an ADK counts, how long it is, and how its key is found. Chosen here: a recipient's and an ADK's
// session keys stand in that order, an ADK that is named twice gets one, and a mandatory one
// that is not in the keyring stops the sender, as in PGP's business editions.
//
// Note to the reviewer: the library (ProtonMail/go-crypto) does keys, session keys, data, and the
// signature of a message. It keeps subpackets it does not know to itself, so self-signatures
// are in signature.go, and packet headers in packet.go. Read version.go first: the flaw is a line.
package adk

import (
	"errors"
	"fmt"
)

var (
	// ErrOpen reports a message that was altered, or whose session key is not what it should be.
	ErrOpen = errors.New("the message does not open")
	// ErrSignature reports a message that nobody in the keyring has signed.
	ErrSignature = errors.New("no certificate in the keyring has signed the message")
)

var errNoKey = errors.New("there is no secret key")

func prefix(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("adk: %w", err)
}
