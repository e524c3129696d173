package mls

import (
	"fmt"

	"time"

	"doormat/attacks"
)

// A guest is one more member in each group of a person, until it is removed. Its phone keeps what it reads.
type guest struct {
	*phone
	device *device
	host   string
	gone   bool
}

// receive opens an envelope on the guest's device.
func (g *guest) receive(s *system, at time.Time, envelope []byte) (from string, err error) {
	from, text, err := g.device.receive(s, at, envelope)
	if err != nil {
		return "", err
	}
	return from, g.keep(g.owner, at, text)
}

// removal is a system whose one theft is that of a member who is removed at that moment.
type removal struct{ *system }

// Thefts lists the one theft.
func (r *removal) Thefts(victim string) []attacks.Theft {
	const name = "a former member"
	s := r.system
	s.guest = &guest{phone: &phone{owner: name}, device: s.newDevice(name), host: victim}
	return []attacks.Theft{{
		Name:    Removed,
		Takes:   "the phone of one who was in each of a person's groups, and is removed from them",
		Parties: []attacks.Party{attacks.Member},
		Steal: func() (*attacks.Tape, error) {
			state, err := s.guest.device.MarshalBinary()
			if err != nil {
				return nil, err
			}
			loot, err := attacks.TapeOf(state)
			if err != nil {
				return nil, err
			}
			s.guest.gone = true
			return loot, appendAll(loot, &s.guest.history)
		},
		Read: recoverSeized,
	}}
}

// An officer is added to a group by another member than the target of the order.
type officer struct {
	target     string
	key        []byte // for signatures
	keyPackage []byte
	inside     bool
	informer   string // who has added the officer
}

// infiltration is a system whose one theft is the lawful way of a member who works for the police.
type infiltration struct{ *system }

// Thefts lists the one theft.
func (i *infiltration) Thefts(victim string) []attacks.Theft {
	s := i.system
	return []attacks.Theft{{
		Name:    Infiltration,
		Use:     attacks.Lawful,
		Takes:   "a place in one of a person's groups, which another member gives to an officer",
		Parties: []attacks.Party{attacks.Court, attacks.Member},
		Steal: func() (*attacks.Tape, error) {
			d := s.newDevice(fmt.Sprint("new member ", len(s.officers)+1))
			k, err := d.id.KeyPackage(s.suite)
			if err != nil {
				return nil, err
			}
			s.officers = append(s.officers, &officer{target: victim, key: d.key, keyPackage: k})
			state, err := d.MarshalBinary()
			if err != nil {
				return nil, err
			}
			return attacks.TapeOf(state)
		},
		Read:    recoverWithDevice,
		Noticed: s.rosters,
	}}
}

// rosters returns who could have noticed that a group has a member who is not of the conversation: who looks at
// the list of members, which is computed from the tree that the keys depend on.
func (s *system) rosters(*attacks.Tape, *attacks.Transcript) (n attacks.Notice, err error) {
	for _, name := range s.Names() {
		d, err := s.Person(name)
		if err != nil {
			return n, err
		}
		for _, in := range d.groups {
			for _, m := range in.group.Members() {
				if _, err := s.Person(m.Credential.Identity); err != nil {
					return attacks.Notice{Who: "who looks at the members", Possible: true}, nil
				}
			}
		}
	}
	return n, nil
}
