package attacks

import (
	"crypto/sha1"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"doormat/escrow/adk"
)

// A company has its ADK in the certificates of its people, who have signed it, and all of them use
// one version of PGP. Certificates come from a key server, where anybody can put one.
//
//	the ADK is stolen    everything that honours it opens, of everyone, past and future
//	Senderek's edit      what is written to the victim from then on, by programs that do not ask
//	                     who signed the ADK; nothing is stolen from anybody
//	device keys          what was and will be written to the victim. His key does not change, so
//	                     nothing heals; what he has sent is encrypted to others
//
// A signature says who wrote, and when. It does not say to whom, and nobody keeps a list of
// what has arrived: so a message can be delivered twice, and whoever can open it can send it on
// under the writer's name (Davis, "Defective Sign & Encrypt", 2001). That counts as forged here.
// Words of his own need the writer's key.

// NewADK returns package adk as a system, a company in which everybody has that version.
func NewADK(version adk.Version) System {
	company, err := adk.GenerateKey("Company", pgpKeysMade)
	if err != nil {
		panic("attacks: internal error: " + err.Error())
	}
	s := &adkSystem{systemName: systemName(version.String()), version: version, company: company}
	s.keyring = append(s.keyring, company.Certificate())
	return s
}

// pgpKeysMade is the date of all keys: PGP 5.5 is of the autumn of 1997.
var pgpKeysMade = time.Date(1997, 10, 1, 0, 0, 0, 0, time.UTC)

type adkSystem struct {
	systemName
	roll[*pgpPerson]
	version adk.Version
	company *adk.SecretKey
	keyring []*adk.Certificate // all that is on the key server
	listed  int                // messages on which the recipient could have seen a key too many
}

// A pgpPerson has a key on his device, and his certificate is on the key server.
type pgpPerson struct {
	key       *adk.SecretKey
	published *adk.Certificate
}

func (s *adkSystem) Enrol(name string) error {
	key, err := adk.GenerateKey(pgpUserID(name), pgpKeysMade, s.company.Certificate().ADK(adk.Mandatory))
	if err != nil {
		return err
	}
	id := key.Certificate().Fingerprint()
	s.add(name, id[:], &pgpPerson{key, key.Certificate()})
	s.keyring = append(s.keyring, key.Certificate())
	return nil
}

// pgpUserID is a name that fits into a certificate, whatever people call themselves.
func pgpUserID(name string) string { return fmt.Sprintf("%q", fmt.Sprintf("%.200s", name)) }

func (s *adkSystem) Identity(name string) ([]byte, error) {
	p, err := s.person(name)
	if err != nil {
		return nil, err
	}
	id := p.key.Certificate().Fingerprint()
	return id[:], nil
}

// An envelope is mail: the fingerprint of the sender, that of the recipient, and an OpenPGP message.
const (
	pgpFingerprintSize = sha1.Size
	pgpHead            = 2 * pgpFingerprintSize
)

var errNoPGPMail = errors.New("attacks: the envelope is not mail with a message in it")

func splitPGPMail(envelope []byte) (from, to, message []byte, ok bool) {
	if len(envelope) < pgpHead {
		return nil, nil, nil, false
	}
	return envelope[:pgpFingerprintSize], envelope[pgpFingerprintSize:pgpHead], envelope[pgpHead:], true
}

// pgpDate is a date as a signature has it: seconds, of 32 bits.
func pgpDate(at time.Time) time.Time {
	return time.Unix(min(max(at.Unix(), 0), math.MaxUint32), 0)
}

func (s *adkSystem) Send(m Message) ([]byte, error) {
	from, err := s.person(m.From)
	if err != nil {
		return nil, err
	}
	to, err := s.person(m.To)
	if err != nil {
		return nil, err
	}
	sender := &adk.Sender{Key: from.key, Version: s.version, Keyring: s.keyring}
	message, err := sender.Encrypt([]byte(m.Text), pgpDate(m.At), to.published)
	a, b := from.key.Certificate().Fingerprint(), to.published.Fingerprint()
	return slices.Concat(a[:], b[:], message), err
}

// Receive goes by the signature, not by the address: it says who wrote, and when. That must be the
// day and the second that the mail says.
func (s *adkSystem) Receive(to string, at time.Time, envelope []byte) (from, text string, err error) {
	p, err := s.person(to)
	if err != nil {
		return "", "", err
	}
	_, _, message, ok := splitPGPMail(envelope)
	if !ok {
		return "", "", errNoPGPMail
	}
	plaintext, signer, signed, err := p.key.Decrypt(message, s.keyring)
	if err != nil {
		return "", "", err
	}
	if !signed.Equal(pgpDate(at)) {
		return "", "", fmt.Errorf("attacks: the mail is of %v, and was signed %v", at, signed)
	}
	if keys, err := adk.Recipients(message); err == nil && len(keys) > 2 { // his, and the company's
		s.listed++
	}
	id := signer.Fingerprint()
	return s.names[string(id[:])], string(plaintext), nil
}

// Bundle is the certificate on the key server.
func (s *adkSystem) Bundle(name string) ([]byte, error) {
	p, err := s.person(name)
	if err != nil {
		return nil, err
	}
	return p.published.MarshalBinary()
}

// Inspect is a person's own key ring, and the fingerprints that he would compare with others.
func (s *adkSystem) Inspect(name string) ([]byte, error) {
	p, err := s.person(name)
	if err != nil {
		return nil, err
	}
	view, err := p.key.MarshalBinary()
	for _, other := range s.order {
		id := s.people[other].published.Fingerprint()
		view = append(view, id[:]...)
	}
	return view, err
}

func (s *adkSystem) Thefts(victim string) []Theft {
	return []Theft{{
		Name:  "wiretap",
		Takes: "nothing: who carries the envelopes looks at them",
		Steal: func() (*Tape, error) { return new(Tape), nil },
		Open:  recoverPGPMailInClear,
		Forge: func(_ *Tape, t *Transcript, f Forgery) ([]byte, error) { return forgePGPMailByReplay(t, f) },
	}, {
		Name:  "ADK stolen",
		Takes: "the company's private key",
		Steal: func() (*Tape, error) { return stealPGPKey(s.company) },
		Open:  recoverWithPGPKey,
		Forge: forgeWithADK,
	}, {
		Name:  "Senderek",
		Takes: "nothing: one subpacket more in the victim's certificate, on the key server",
		Steal: func() (*Tape, error) { return s.editCertificate(victim) },
		Open:  recoverWithPGPKey,
		Forge: func(_ *Tape, t *Transcript, f Forgery) ([]byte, error) { return forgePGPMailByReplay(t, f) },
		Noticed: func() string {
			if s.listed == 0 {
				return "nobody"
			}
			return "who lists the packets"
		},
	}, {
		Name:  "device keys",
		Takes: "the victim's private key, copied once",
		Steal: func() (*Tape, error) {
			p, err := s.person(victim)
			if err != nil {
				return nil, err
			}
			return stealPGPKey(p.key)
		},
		Open:  recoverWithPGPKey,
		Forge: forgeWithPGPKey,
	}}
}

func stealPGPKey(k *adk.SecretKey) (*Tape, error) {
	b, err := k.MarshalBinary()
	if err != nil {
		return nil, err
	}
	return loot(b)
}

// editCertificate makes a key for the thief, and puts it on the key server, and its name into the
// victim's certificate there. All he has is what the key server hands to everyone. His loot is
// the key that he has made himself.
func (s *adkSystem) editCertificate(victim string) (*Tape, error) {
	public, err := s.Bundle(victim)
	if err != nil {
		return nil, err
	}
	thief, err := adk.GenerateKey("Mallory", pgpKeysMade)
	if err != nil {
		return nil, err
	}
	edited, err := adk.AddUnhashedADK(public, thief.Certificate().ADK(adk.Requested))
	if err != nil {
		return nil, err
	}
	if err := s.publish(edited); err != nil {
		return nil, err
	}
	s.keyring = append(s.keyring, thief.Certificate())
	return stealPGPKey(thief)
}

// publish is what a key server did with a certificate: it looked at the fingerprint, and put the
// newer one in the older one's place.
func (s *adkSystem) publish(certificate []byte) error {
	c, err := adk.ParseCertificate(certificate)
	if err != nil {
		return err
	}
	id := c.Fingerprint()
	p, err := s.person(s.names[string(id[:])])
	if err != nil {
		return err
	}
	p.published = c
	return nil
}
