// Package adk puts PGP's additional decryption key under study, as package doormat/escrow/adk has it: a
// company's key, named in its people's certificates, to which senders encrypt as well. It came with
// PGP 5.5 in 1997. Ralf Senderek's edit of August 2000 (CERT VU#747124) names a thief's key there.
//
// A company has its ADK in the certificates of its people, who have signed it, and all of them use one
// version of PGP. Certificates come from a key server, where anybody can put one. Mail is signed and
// encrypted; the names on it are fingerprints.
//
//	theft         what is stolen                               what opens
//	wiretap       nothing                                      nothing
//	ADK stolen    the company's private key                    everything that honours the ADK, of
//	                                                           everyone, past and future
//	Senderek      nothing: a subpacket more in the victim's    what is written to the victim from then
//	              certificate, on the key server               on, by programs that do not ask who
//	                                                           signed the ADK
//	device keys   the victim's private key                     what was and will be written to the victim
//
// With PGP 6.5.8 Senderek's edit opens nothing; with GnuPG, which takes no ADK, the company's key does
// not either. No key changes, so nothing heals. What the victim sends is encrypted to others, and
// stays shut where the victim's key is all that was stolen.
//
// What people can notice: after Senderek's edit, who lists the packets of the victim's certificate sees
// an ADK that its owner has not signed, with every version, and a recipient who lists those of a message,
// in clear, one key ID too many. Nothing else changes: not a name, a fingerprint or a signature.
//
// A signature says who wrote, and when. It does not say to whom, and nobody keeps a list of what has
// arrived: so a message can be delivered twice, and whoever can open it can send it on under the
// writer's name (Davis, "Defective Sign & Encrypt", 2001). That counts as forged here. Words of his own
// need the writer's key.
//
// A note to the reviewer: system.go is the company and its mail, thefts.go says what is stolen, and
// attacks.go what is done with it.
package adk

import (
	"crypto/sha1"
	"fmt"
	"math"
	"slices"
	"time"

	"doormat/attacks"
	"doormat/escrow/adk"
)

// New returns package escrow/adk as a system: a company in which everyone has that version of PGP. The
// version decides where a sender's program looks for an ADK: in what the owner has signed, in what no
// one has signed as well, or nowhere. The system's name is the version's.
func New(version adk.Version) attacks.System { return newSystem(version) }

// A system is a company, its people, and the key server.
type system struct {
	attacks.SystemName
	attacks.Roll[*person]
	version adk.Version
	company *adk.SecretKey
	keyring []*adk.Certificate // all that is on the key server
}

// A person has a key on a device, and a certificate on the key server.
type person struct {
	key       *adk.SecretKey
	published *adk.Certificate
}

// keysMade is the date of all keys: PGP 5.5 is of the autumn of 1997.
var keysMade = time.Date(1997, 10, 1, 0, 0, 0, 0, time.UTC)

func newSystem(version adk.Version) *system {
	company, err := adk.GenerateKey("Company", keysMade)
	if err != nil {
		panic("attacks: internal error: " + err.Error())
	}
	return &system{
		SystemName: attacks.SystemName(version.String()),
		version:    version,
		company:    company,
		keyring:    []*adk.Certificate{company.Certificate()},
	}
}

// Enrol makes a person's key. The owner signs the certificate, in which the company's ADK is mandatory.
func (s *system) Enrol(name string) error {
	key, err := adk.GenerateKey(userID(name), keysMade, s.company.Certificate().ADK(adk.Mandatory))
	if err != nil {
		return err
	}
	id := key.Certificate().Fingerprint()
	s.Add(name, id[:], &person{key, key.Certificate()})
	s.keyring = append(s.keyring, key.Certificate())
	return nil
}

// userID returns a name as a user ID: quoted, and cut to 200 characters before that, so that any name
// fits into a certificate.
func userID(name string) string { return fmt.Sprintf("%q", fmt.Sprintf("%.200s", name)) }

// Identity returns the fingerprint of a person's primary key, 20 bytes.
func (s *system) Identity(name string) ([]byte, error) {
	p, err := s.Person(name)
	if err != nil {
		return nil, err
	}
	id := p.key.Certificate().Fingerprint()
	return id[:], nil
}

// An envelope is mail: an address, and an OpenPGP message (RFC 4880, Section 11.3).
//
//	fingerprint of the sender (20) ‖ fingerprint of the recipient (20) ‖ message
const (
	fingerprintSize = sha1.Size
	headSize        = 2 * fingerprintSize
)

var errMail = fmt.Errorf("attacks: expected mail of at least %d bytes, found less", headSize)

// split returns the parts of an envelope. It reports false if that is too short.
func split(envelope []byte) (from, to, message []byte, ok bool) {
	if len(envelope) < headSize {
		return nil, nil, nil, false
	}
	return envelope[:fingerprintSize], envelope[fingerprintSize:headSize], envelope[headSize:], true
}

// addresses returns the fingerprints on an envelope.
func addresses(envelope []byte) (from, to []byte, ok bool) {
	from, to, _, ok = split(envelope)
	return from, to, ok
}

// signedAt returns the date that a signature carries for at: whole seconds since 1970, of 32 bits.
// Earlier and later dates are the nearest that fits.
func signedAt(at time.Time) time.Time {
	return time.Unix(min(max(at.Unix(), 0), math.MaxUint32), 0)
}

// Send signs and encrypts, with the certificate that the key server has of the recipient.
func (s *system) Send(m attacks.Message) ([]byte, error) {
	from, to, err := s.Pair(m)
	if err != nil {
		return nil, err
	}
	sender := &adk.Sender{Key: from.key, Version: s.version, Keyring: s.keyring}
	message, err := sender.Encrypt([]byte(m.Text), signedAt(m.At), to.published)
	a, b := from.key.Certificate().Fingerprint(), to.published.Fingerprint()
	return slices.Concat(a[:], b[:], message), err
}

// Receive returns the signer as the sender, whatever the address says. It returns an error if the mail
// has not the date, to the second, that was signed. It cannot check for whom the text was, which is
// not signed, and does not check whether it has arrived before: see forgeBySendingOn and
// forgeByReplay.
func (s *system) Receive(to string, at time.Time, envelope []byte) (from, text string, err error) {
	p, err := s.Person(to)
	if err != nil {
		return "", "", err
	}
	_, _, message, ok := split(envelope)
	if !ok {
		return "", "", errMail
	}
	plaintext, signer, signed, err := p.key.Decrypt(message, s.keyring)
	if err != nil {
		return "", "", err
	}
	if !signed.Equal(signedAt(at)) {
		return "", "", fmt.Errorf("attacks: the mail is of %v, and was signed %v", at, signed)
	}
	id := signer.Fingerprint()
	return s.NameOf(id[:]), string(plaintext), nil
}

// Bundle returns the certificate on the key server.
func (s *system) Bundle(name string) ([]byte, error) {
	p, err := s.Person(name)
	if err != nil {
		return nil, err
	}
	return p.published.Bytes(), nil
}

// Inspect returns all that is on a person's device: the own secret key, with the certificate that its
// owner has signed, and the certificates of all others as the key server hands them out. The ADKs are in
// these. PGP shows people names and fingerprints; whoever lists a certificate's packets sees the rest.
func (s *system) Inspect(name string) ([]byte, error) {
	p, err := s.Person(name)
	if err != nil {
		return nil, err
	}
	view := p.key.RecoveryKey() // the owner's own copy, which no key server changes
	for _, other := range s.Names() {
		o, err := s.Person(other)
		if err != nil {
			return nil, err
		}
		if o != p {
			view = append(view, o.published.Bytes()...)
		}
	}
	return append(view, s.company.Certificate().Bytes()...), nil
}
