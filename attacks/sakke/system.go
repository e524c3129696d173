// Package sakke puts package sakke under study: MIKEY-SAKKE, where a telephone number is the public
// key, and a key management service (KMS) computes the private keys of every phone, each month anew.
// A message is a call: an invitation, which is an I_MESSAGE of RFC 6509, and one packet behind it.
// Phones get their keys when a month begins, and forget those of the months before.
//
// What each theft opens:
//
//	                    opens the calls                  forges as the victim
//	wiretap             none                             no: a repeated call is refused
//	master secret       of everyone, in every month      in a call that the victim sets up
//	KSAK                none                             in every month
//	KMS                 of everyone, in every month      in every month
//	device keys         to the victim, in one month      in that month
//	last month's keys   to the victim, the month before  in that month
//
// The master secret z signs nothing, but who has a call's keys can put other words into it. KSAK opens
// nothing that was recorded: to hear a call, the thief must be called. The KMS has both. Last month's
// keys are a backup that was to be deleted.
//
// New keys each month are worth something against the last two thieves. They do nothing against who
// has z or KSAK: the month is an argument of the function that computes a key, and the thief fills
// it in.
//
// What a warrant gets: the receiver's keys of its target, one for each month, from the KMS and without
// a word to the phone. The attacks below compute them with the same function; for a thief it is
// everyone's. What a user can notice: nothing, since no theft changes a phone or asks it for
// anything. What the design gets right: it needs no directory, works for phones that are switched
// off, and a stolen phone loses one month.
//
// Sources: RFC 6507 (ECCSI, the signatures), RFC 6508 (SAKKE, the encryption), RFC 6509 (the
// message); S. J. Murdoch, "Insecure by design: protocols for encrypted phone calls", 2016, for what
// z and KSAK are worth to a thief. The names of keys follow the RFCs.
package sakke

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"doormat/attacks"
	"doormat/escrow/sakke"
	"doormat/internal/padme"
)

// Name is the name of the system.
const Name = "MIKEY-SAKKE"

// The names of the thefts that only this system knows.
const (
	// MasterSecret is the theft of z, from which the receivers' keys follow (RFC 6508).
	MasterSecret attacks.TheftName = "master secret"
	// KSAK is the theft of the KMS Secret Authentication Key, from which the signing keys follow
	// (RFC 6507).
	KSAK attacks.TheftName = "KSAK"
	// KMS is the theft of both.
	KMS attacks.TheftName = "KMS"
	// LastMonthsKeys is the theft of one person's keys of the month before, after the phone has
	// forgotten them.
	LastMonthsKeys attacks.TheftName = "last month's keys"
)

// New returns package sakke as a system, with a KMS of its own, "kms.example", which draws z and KSAK.
func New() attacks.System {
	kms, err := sakke.NewKMS("kms.example")
	if err != nil {
		panic("attacks: internal error: " + err.Error())
	}
	return &system{SystemName: Name, kms: kms, community: kms.Community()}
}

// system is one community: a KMS and its subscribers. No attack reads it; what a thief knows of it is in
// the loot.
type system struct {
	attacks.SystemName
	attacks.Roll[*subscriber]
	kms       *sakke.KMS
	community *sakke.Community
	victim    string
	months    []time.Time // a date in each month in which there was a call
}

// A subscriber has a phone, and keeps copies of the keys that the KMS has issued for this month and
// for the month before. The phone has forgotten the latter.
type subscriber struct {
	phone          *sakke.Phone
	month          string // of keys
	keys, lastKeys []byte // as issued; nil before
}

// Enrol gives a person a number of the range that is kept for plays and films. The phone has no keys
// yet.
func (s *system) Enrol(name string) error {
	phone, err := sakke.NewPhone(s.community, fmt.Sprintf("tel:+447700%06d", 900_000+len(s.Names())))
	if err == nil {
		s.Add(name, []byte(phone.Telephone()), &subscriber{phone: phone})
	}
	return err
}

// Identity returns a person's number as a URI, "tel:+447700900000".
func (s *system) Identity(name string) ([]byte, error) {
	p, err := s.Person(name)
	if err != nil {
		return nil, err
	}
	return []byte(p.phone.Telephone()), nil
}

// subscriber returns a person whose phone has the keys of the date's month. Phones ask the KMS when
// they need the keys. The victim's phone asks with the first call of a month, of any two people.
func (s *system) subscriber(name string, at time.Time) (*subscriber, error) {
	p, err := s.Person(name)
	if err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(s.months, func(m time.Time) bool { return monthOf(m) == monthOf(at) }) {
		s.months = append(s.months, at)
	}
	if victim, err := s.Person(s.victim); err == nil {
		if err := s.renew(victim, at); err != nil {
			return nil, err
		}
	}
	return p, s.renew(p, at)
}

// renew installs the keys of the date's month, and has the phone forget all before.
func (s *system) renew(p *subscriber, at time.Time) error {
	month := monthOf(at)
	if month == p.month {
		return nil
	}
	keys, err := s.kms.Issue(p.phone.Telephone(), at)
	if err != nil {
		return err
	}
	p.month, p.keys, p.lastKeys = month, keys, p.keys
	p.phone.Forget(at)
	return p.phone.Install(keys)
}

// monthOf returns the month that a date is in, as identifiers have it: "2011-02" (RFC 6509,
// Section 3.2).
func monthOf(at time.Time) string { return at.UTC().Format("2006-01") }

// Send calls, and says one thing: the text, padded.
func (s *system) Send(m attacks.Message) ([]byte, error) {
	from, err := s.subscriber(m.From, m.At)
	if err != nil {
		return nil, err
	}
	to, err := s.Person(m.To)
	if err != nil {
		return nil, err
	}
	invitation, session, err := from.phone.Invite(to.phone.Telephone(), m.At)
	if err != nil {
		return nil, err
	}
	packet, err := session.Seal(padme.Pad([]byte(m.Text)))
	return append(invitation, packet...), err
}

// Receive accepts a call at a date. The phone checks the signature, and refuses an invitation that it
// has accepted before. It returns the name of the number that has signed.
func (s *system) Receive(name string, at time.Time, envelope []byte) (from, text string, err error) {
	to, err := s.subscriber(name, at)
	if err != nil {
		return "", "", err
	}
	_, packet, err := sakke.ParseInvitation(envelope)
	if err != nil {
		return "", "", err
	}
	number, session, err := to.phone.Accept(envelope[:len(envelope)-len(packet)], at)
	if err != nil {
		return "", "", err
	}
	padded, err := session.Open(packet)
	if err != nil {
		return "", "", err
	}
	plaintext, err := padme.Unpad(padded)
	return s.NameOf([]byte(number)), string(plaintext), err
}

// Bundle returns the parameters of the community, which are the same for all: a caller needs Z, KPAK,
// and a number.
func (s *system) Bundle(name string) ([]byte, error) {
	_, err := s.Person(name)
	return s.community.Bytes(), err
}

// Inspect returns the state of a person's phone: its number, the keys of the month, and a record of
// every call that it has accepted.
func (s *system) Inspect(name string) ([]byte, error) {
	p, err := s.Person(name)
	if err != nil {
		return nil, err
	}
	return p.phone.MarshalBinary()
}

// keyServer is the KMS as a party.
const keyServer attacks.Party = "key server"

// Thefts lists what the KMS can lose, and what a phone can:
//
//	warrant                    a record of the community's parameters, then one of the keys of each month
//	master secret, KSAK, KMS   a record of the community's parameters, then one of each secret
//	device keys                a record of the phone's state
//	last month's keys          a record of the community's parameters, then one of the keys as issued
//
// The parameters are public. They are in the loot so that an attack needs nothing else.
func (s *system) Thefts(victim string) []attacks.Theft {
	s.victim = victim
	return []attacks.Theft{{
		Name:    attacks.WarrantName,
		Use:     attacks.Lawful,
		Takes:   "the receiver's keys of one number, which the KMS computes again; calls from it stay shut",
		Parties: []attacks.Party{attacks.Court, keyServer},
		AtEnd:   true,
		Steal:   s.serveWarrant,
		Read:    recoverWithBackup,
	}, attacks.Wiretap(recoverWithoutKey, attacks.Again, repeatCall), {
		Name:    MasterSecret,
		Takes:   "z of the KMS, 128 bytes",
		Parties: []attacks.Party{keyServer},
		Steal: func() (*attacks.Tape, error) {
			return attacks.TapeOf(s.community.Bytes(), s.kms.Master.RecoveryKey())
		},
		Read:  recoverWithMasterSecret,
		Forge: forgeInCall,
	}, {
		Name:    KSAK,
		Takes:   "the authentication secret of the KMS, 32 bytes",
		Parties: []attacks.Party{keyServer},
		Steal: func() (*attacks.Tape, error) {
			return attacks.TapeOf(s.community.Bytes(), s.kms.Authentication.RecoveryKey())
		},
		Read:  recoverWithAnything, // KSAK opens nothing
		Forge: forgeWithKSAK,
	}, {
		Name:    KMS,
		Takes:   "both secrets of the KMS",
		Parties: []attacks.Party{keyServer},
		Steal: func() (*attacks.Tape, error) {
			return attacks.TapeOf(s.community.Bytes(), s.kms.Master.RecoveryKey(), s.kms.Authentication.RecoveryKey())
		},
		Read:  recoverWithMasterSecret,
		Forge: forgeWithKSAK,
	}, {
		Name:    attacks.DeviceKeys,
		Takes:   "one person's device state, copied by malware; its keys are for one month",
		Parties: []attacks.Party{attacks.Device},
		Steal:   s.stealPhone,
		Read:    recoverWithPhone,
		Forge:   forgeWithPhone,
	}, {
		Name:    LastMonthsKeys,
		Takes:   "one person's keys of the month before, from a backup",
		Parties: []attacks.Party{attacks.Device},
		AtEnd:   true,
		Steal:   s.stealBackup,
		Read:    recoverWithBackup,
		Forge:   forgeWithBackup,
	}}
}

// stealPhone copies the state of the victim's phone.
func (s *system) stealPhone() (*attacks.Tape, error) {
	state, err := s.Inspect(s.victim)
	if err != nil {
		return nil, err
	}
	return attacks.TapeOf(state)
}

// serveWarrant has the KMS compute the keys of the victim's number again, for each month so far.
func (s *system) serveWarrant() (*attacks.Tape, error) {
	p, err := s.Person(s.victim)
	if err != nil {
		return nil, err
	}
	loot, err := attacks.TapeOf(s.community.Bytes())
	for _, at := range s.months {
		keys, err2 := s.kms.Issue(p.phone.Telephone(), at)
		err = errors.Join(err, err2, loot.Append(keys))
	}
	return loot, err
}

// stealBackup copies the victim's keys of the month before. The loot is empty if the victim's phone has
// had keys of fewer than two months.
func (s *system) stealBackup() (*attacks.Tape, error) {
	p, err := s.Person(s.victim)
	if err != nil || p.lastKeys == nil {
		return new(attacks.Tape), err
	}
	return attacks.TapeOf(s.community.Bytes(), p.lastKeys)
}
