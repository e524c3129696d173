package adk

import (
	"bytes"
	"slices"

	"doormat/attacks"
	"doormat/escrow/adk"
)

// The thefts of this system, beside [attacks.WiretapName] and [attacks.DeviceKeys].
const (
	ADKStolen attacks.TheftName = "ADK stolen"
	Senderek  attacks.TheftName = "Senderek"
)

// Thefts lists what is stolen. The loot of all but the wiretap is one record: a secret key, as OpenPGP
// programs export it.
//
//	ADK stolen    the company's
//	Senderek      the thief's own
//	device keys   the victim's
func (s *system) Thefts(victim string) []attacks.Theft {
	wiretap := attacks.Wiretap(recoverInClear, attacks.Again, forgeByReplay)
	stolen := attacks.Theft{
		Name:    ADKStolen,
		Takes:   "the company's private key",
		Parties: []attacks.Party{"company"},
		Steal:   func() (*attacks.Tape, error) { return stealKey(s.company) },
		Read:    recoverWithKey,
		Forge:   forgeBySendingOn,
		Means:   attacks.SentOn,
	}
	warrant := attacks.Warrant(stolen, "the company's key, used on one person's messages",
		func() ([]byte, error) { return s.Identity(victim) }, addresses)
	return []attacks.Theft{warrant, wiretap, stolen, {
		Name:    Senderek,
		Takes:   "nothing: one subpacket more in the victim's certificate, on the key server",
		Parties: []attacks.Party{attacks.Intruder},
		Steal:   func() (*attacks.Tape, error) { return s.editCertificate(victim) },
		Read:    recoverWithKey,
		Forge:   wiretap.Forge,
		Means:   wiretap.Means,
		Noticed: s.listPackets,
	}, {
		Name:    attacks.DeviceKeys,
		Takes:   "the victim's private key, copied once",
		Parties: []attacks.Party{attacks.Device},
		Steal: func() (*attacks.Tape, error) {
			p, err := s.Person(victim)
			if err != nil {
				return nil, err
			}
			return stealKey(p.key)
		},
		Read:  recoverWithKey,
		Forge: forgeWithKey,
	}}
}

// stealKey returns one record: the secret key, not encrypted.
func stealKey(k *adk.SecretKey) (*attacks.Tape, error) {
	return attacks.TapeOf(k.RecoveryKey())
}

// readKey reads loot: a secret key that is not encrypted. It checks the signatures of its certificate.
func readKey(loot *attacks.Tape) (*adk.SecretKey, error) {
	record, err := loot.First()
	if err != nil {
		return nil, err
	}
	return adk.ParseSecretKey(record)
}

// editCertificate implements Senderek's edit (CERT VU#747124). It needs what the key server hands to
// everyone, and takes no secret: the loot is a key that the thief has made.
//
//	1  fetch the victim's certificate
//	2  name the thief's key as an ADK, in the unhashed area of the self-signature, which no one signs
//	3  put the certificate back, and the thief's beside it, where senders find it by its fingerprint
//
// From then on a sender's program puts one session key more into each message to the victim, if it
// honours what no one has signed: PGP 5.5 to 6.5.3 does, 6.5.8 asks who signed, GnuPG takes no ADK
// from anywhere. It shows that the place of a field decides who controls it. The signature stays
// good, and the fingerprint that careful people compare stays what it was, since neither covers the
// unhashed area (TestSenderekEditsTheServer).
func (s *system) editCertificate(victim string) (*attacks.Tape, error) {
	public, err := s.Bundle(victim)
	if err != nil {
		return nil, err
	}
	thief, err := adk.GenerateKey("Mallory", keysMade)
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
	return stealKey(thief)
}

// publish does what a key server did with a certificate: it goes by the fingerprint, and puts the newer
// one in the place of the older one. It checks the signatures, which are good, and does not ask the
// owner: anyone may bring anyone's certificate, and people rely on the signatures in it.
func (s *system) publish(certificate []byte) error {
	c, err := adk.ParseCertificate(certificate)
	if err != nil {
		return err
	}
	id := c.Fingerprint()
	p, err := s.Person(s.NameOf(id[:]))
	if err != nil {
		return err
	}
	p.published = c
	return nil
}

// listPackets returns who could have noticed the edit: who lists the packets of the victim's certificate,
// which is on everyone else's device, or those of a message. It looks for the thief's key, which is in the
// loot, in all that Inspect returns, and in the messages.
func (s *system) listPackets(loot *attacks.Tape, t *attacks.Transcript) (attacks.Notice, error) {
	key, err := readKey(loot)
	if err != nil {
		return attacks.Notice{}, err
	}
	id := key.Certificate().Fingerprint()
	for _, name := range s.Names() {
		view, err := s.Inspect(name)
		if err != nil {
			return attacks.Notice{}, err
		}
		if bytes.Contains(view, id[:]) {
			return attacks.Notice{Who: "who lists the packets", Possible: true}, nil
		}
	}
	return listMessages(loot, t)
}

// listMessages returns who could have noticed that messages are encrypted to the thief's key: a
// recipient who lists their packets, if there is such a message. The key IDs are in clear: gpg
// --list-packets shows them. It goes by the transcript, and by the ID of the key in the loot.
func listMessages(loot *attacks.Tape, t *attacks.Transcript) (n attacks.Notice, err error) {
	key, err := readKey(loot)
	if err != nil {
		return n, err
	}
	for r, err := range t.All() {
		if err != nil {
			return n, err
		}
		_, _, message, ok := split(r.Bytes)
		if !ok {
			continue
		}
		if keys, err := adk.Recipients(message); err == nil && slices.Contains(keys, key.Certificate().Subkey()) {
			n.Who, n.Possible = "who lists the packets", true
		}
	}
	return n, nil
}
