package attacks

import (
	"fmt"
	"time"

	"doormat/escrow/sakke"
	"doormat/internal/padme"
)

// NewSakke returns package sakke as a system: a KMS, and phones that get new keys each month and
// forget the old ones. A message is a call: an invitation, and one packet behind it.
func NewSakke() System {
	kms, err := sakke.NewKMS("kms.example")
	if err != nil {
		panic("attacks: internal error: " + err.Error())
	}
	return &sakkeSystem{systemName: "MIKEY-SAKKE", kms: kms, community: kms.Community()}
}

type sakkeSystem struct {
	systemName
	roll[*sakkePerson]
	kms       *sakke.KMS
	community *sakke.Community
	victim    string
}

// A sakkePerson has a phone, and a backup of last month's keys that he ought not to have.
type sakkePerson struct {
	phone          *sakke.Phone
	month          string
	keys, lastKeys []byte
}

// Enrol gives a person a number of the range that is kept for plays and films.
func (s *sakkeSystem) Enrol(name string) error {
	phone, err := sakke.NewPhone(s.community, fmt.Sprintf("tel:+447700%06d", 900_000+len(s.order)))
	if err == nil {
		s.add(name, []byte(phone.Telephone()), &sakkePerson{phone: phone})
	}
	return err
}

func (s *sakkeSystem) Identity(name string) ([]byte, error) {
	p, err := s.person(name)
	if err != nil {
		return nil, err
	}
	return []byte(p.phone.Telephone()), nil
}

// subscriber returns a person whose phone has the keys of the date's month. The victim's phone asks
// for them when the month begins, others when they need them.
func (s *sakkeSystem) subscriber(name string, at time.Time) (*sakkePerson, error) {
	p, err := s.person(name)
	if err != nil {
		return nil, err
	}
	if victim := s.people[s.victim]; victim != nil {
		if err := s.renew(victim, at); err != nil {
			return nil, err
		}
	}
	return p, s.renew(p, at)
}

func (s *sakkeSystem) renew(p *sakkePerson, at time.Time) error {
	month := at.UTC().Format("2006-01")
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

func (s *sakkeSystem) Send(m Message) ([]byte, error) {
	from, err := s.subscriber(m.From, m.At)
	if err != nil {
		return nil, err
	}
	to, err := s.person(m.To)
	if err != nil {
		return nil, err
	}
	invitation, call, err := from.phone.Invite(to.phone.Telephone(), m.At)
	if err != nil {
		return nil, err
	}
	packet, err := call.Seal(padme.Pad([]byte(m.Text)))
	return append(invitation, packet...), err
}

func (s *sakkeSystem) Receive(name string, at time.Time, envelope []byte) (from, text string, err error) {
	to, err := s.subscriber(name, at)
	if err != nil {
		return "", "", err
	}
	_, packet, err := sakke.ParseInvitation(envelope)
	if err != nil {
		return "", "", err
	}
	number, call, err := to.phone.Accept(envelope[:len(envelope)-len(packet)], at)
	if err != nil {
		return "", "", err
	}
	padded, err := call.Open(packet)
	if err != nil {
		return "", "", err
	}
	plaintext, err := padme.Unpad(padded)
	return s.names[number], string(plaintext), err
}

// Bundle is what everybody has of everybody: the parameters of the community.
func (s *sakkeSystem) Bundle(name string) ([]byte, error) {
	_, err := s.person(name)
	return s.community.Bytes(), err
}

func (s *sakkeSystem) Inspect(name string) ([]byte, error) {
	p, err := s.person(name)
	if err != nil {
		return nil, err
	}
	return p.phone.MarshalBinary()
}

// Thefts lists what the KMS can lose, and what a phone can.
func (s *sakkeSystem) Thefts(victim string) []Theft {
	s.victim = victim
	z, ksak := s.kms.Master.Bytes(), s.kms.Authentication.Bytes()
	community := s.community.Bytes()
	steal := func(records ...[]byte) func() (*Tape, error) {
		return func() (*Tape, error) { return loot(records...) }
	}
	return []Theft{{
		Name:  "wiretap",
		Takes: "nothing; every envelope was recorded",
		Steal: func() (*Tape, error) { return new(Tape), nil },
		Open:  recoverUnkeyedCalls,
		Forge: forgeByRepeatedCall,
	}, {
		Name:  "master secret",
		Takes: "z of the KMS, 128 bytes",
		Steal: steal(community, z),
		Open:  recoverWithMasterSecret,
		Forge: forgeInCall,
	}, {
		Name:  "KSAK",
		Takes: "the authentication secret of the KMS, 32 bytes",
		Steal: steal(community, ksak),
		Open:  recoverUnkeyedCalls,
		Forge: forgeWithKSAK,
	}, {
		Name:  "KMS",
		Takes: "both secrets of the KMS",
		Steal: steal(community, z, ksak),
		Open:  recoverWithMasterSecret,
		Forge: forgeWithKSAK,
	}, {
		Name:  "device keys",
		Takes: "one person's device state, copied by malware",
		Steal: s.stealPhone,
		Open:  recoverWithPhone,
		Forge: forgeWithPhone,
	}, {
		Name:  "last month's keys",
		Takes: "one person's keys of the month before, from a backup",
		AtEnd: true,
		Steal: s.stealLastKeys,
		Open:  recoverWithMonth,
		Forge: forgeWithMonth,
	}}
}

func (s *sakkeSystem) stealPhone() (*Tape, error) {
	state, err := s.Inspect(s.victim)
	if err != nil {
		return nil, err
	}
	return loot(state)
}

// stealLastKeys finds nothing if nobody has written in two months.
func (s *sakkeSystem) stealLastKeys() (*Tape, error) {
	p, err := s.person(s.victim)
	if err != nil || p.lastKeys == nil {
		return new(Tape), err
	}
	return loot(s.community.Bytes(), p.lastKeys)
}
