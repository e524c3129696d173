// Package adk is the additional decryption key of PGP 5.5 (1997): a company's key, named in an
// employee's certificate, to which senders encrypt as well. It is also how Ralf Senderek read other
// people's mail (August 2000), since PGP up to 6.5.3 did not check who had put the name there.
//
// It is broken on purpose, and a demonstration: do not protect anything with it. The framing is
// OpenPGP's (RFC 4880, version 4), and GnuPG reads it (TestGnuPGReadsCertificates); the algorithms
// are today's, Ed25519 and Curve25519, where PGP 5.5 had DSS and Diffie-Hellman. Expiry,
// revocation and the web of trust are left out. Mail that GnuPG or Sequoia's sq writes with its
// defaults opens, compressed or in armor too (TestMailOfGnuPG, TestMailOfSequoia). Data encrypted
// with AEAD are refused, with their name.
//
// Who holds which key:
//
//	a person    a primary key that signs, and a subkey that decrypts
//	a company   the same: its ADK is a key like any other
//	a sender    the certificates of all of them, and none of their secrets
//
//	a certificate                                      who has signed it
//	public key     ----- SHA-1 -----> the fingerprint
//	user ID                                            the owner
//	signature      hashed area                         the owner
//	               unhashed area                       no one
//	subkey                                             the owner
//
//	the sender                                          the message
//	key = 32 random bytes
//	Curve25519 to the recipient's subkey:  key    --->  PKESK, key ID in clear
//	Curve25519 to each ADK's subkey:       key    --->  PKESK, key ID in clear
//	AES-256 under key:  text, signature, hash     --->  SEIPD
//
// What a warrant gets: all messages, past and future, that were encrypted to the company's people
// by programs that honour its ADK, without the people's help. What a thief of the ADK gets: the
// same (TestCompanyRecovers). What a user can notice: a recipient who lists a message's packets
// sees one more key ID, and a sender whose program lists the keys before it encrypts sees one more
// name. What the design gets right: it is announced in the certificate, senders decide, and the key
// opens messages without being able to sign them (TestADKDoesNotWrite).
//
// By the Commission's definition of a backdoor (attacks.Definition), "ADK stolen" is one, for the
// company. That the certificate announces the key does not tell anyone of a reading.
//
// What went wrong is the place. An ADK is subpacket 10 of the self-signature, which has two areas,
// and only one of them is signed:
//
//	                       in the hashed area   in the unhashed   critical, in either
//	PGP 5.5.x to 6.5.3     honoured             honoured          as if it were not
//	PGP 6.5.8              honoured             ignored           as if it were not
//	GnuPG                  ignored              ignored           certificate refused
//
// [AddUnhashedADK] is Senderek's edit. It takes public bytes, and the fingerprint that careful
// people compare does not change (TestFingerprintDoesNotChange). TestMatrix has the whole matrix,
// with fields that are short, doubled or not in the keyring; TestMatrixOfRealGnuPG compares GnuPG's
// row with the real program. The table's last column is an attack as well: anyone can make GnuPG
// refuse a certificate that it does not have yet.
//
// The two rows of PGP are a reconstruction. CERT VU#747124 and PGP's published source say where an
// ADK counts, how long it is, and how its key is found. Chosen here: a recipient's session key
// precedes an ADK's, an ADK that is named twice gets one, and a mandatory ADK that is not in the
// keyring stops the sender, as in PGP's business editions.
//
// A note to the reviewer: the library (ProtonMail/go-crypto) handles keys, session keys, data, and
// the signature of a message. It does not return subpackets that it does not know, so
// self-signatures are in signature.go, and packet headers in packet.go. Read version.go first: the
// flaw is one line.
package adk

import (
	"errors"
	"fmt"
)

var (
	// ErrOpen reports a message that does not open: it was altered, or its session key is wrong.
	ErrOpen = errors.New("the message does not open")
	// ErrSignature reports a message that no certificate in the keyring has signed.
	ErrSignature = errors.New("no certificate in the keyring has signed the message")
)

var errNoKey = errors.New("expected a secret key, found none")

// prefix names the package in an error that leaves it.
func prefix(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("adk: %w", err)
}
