package messenger

import (
	"errors"

	"doormat/attacks"
	"doormat/noescrow"
)

// A device knows its peers by identity, and a person knows them by name. Which identity has which name
// the relay says, when the two first have to do with each other. From then on the device stays with it,
// and takes no other identity under that name: trust on first use. Whether the first one was right, only
// the two people can find out, who compare the safety number.

// contacts are the identities that each person's device knows, by the person's name and the peer's.
type contacts map[string]map[string]noescrow.Identity

var errStranger = errors.New("attacks: the message comes from an identity that is not in the contacts")

// learn enters a contact, unless the name has one already. It reports whether the name has that identity now.
func (c *contacts) learn(person, peer string, id noescrow.Identity) bool {
	if *c == nil {
		*c = contacts{}
	}
	if (*c)[person] == nil {
		(*c)[person] = map[string]noescrow.Identity{}
	}
	known, ok := (*c)[person][peer]
	if !ok {
		(*c)[person][peer] = id
	}
	return !ok || known == id
}

// contact returns the identity that a person's device knows a peer by. If it knows none, it asks the relay,
// which gives that of the peer's device, or a fake's.
func (m *Messenger) contact(person, peer string, d Device) noescrow.Identity {
	if id, ok := m.contacts[person][peer]; ok {
		return id
	}
	id := d.Identity()
	if fake := m.relay.fakes[peer]; fake != nil {
		id = fake.Identity()
	}
	m.contacts.learn(person, peer, id)
	return id
}

// bundleFor returns the bundle that the relay hands out of an identity which it has said is the peer's.
func (m *Messenger) bundleFor(id noescrow.Identity, peer string) ([]byte, error) {
	if fake := m.relay.fakes[peer]; fake != nil && fake.Identity() == id {
		return m.fakeBundle(fake)
	}
	return m.Bundle(peer)
}

// nameFor returns the name under which a person's device shows a message of an identity. If the identity is
// new, it asks the relay. It returns "" if the relay knows no such identity, or if the device knows another
// identity under that name.
func (m *Messenger) nameFor(person string, id noescrow.Identity) string {
	peer := m.NameOf(id[:])
	for name, fake := range m.relay.fakes {
		if fake.Identity() == id {
			peer = name
		}
	}
	if peer == "" || !m.contacts.learn(person, peer, id) {
		return ""
	}
	return peer
}

// compareSafetyNumbers returns who could have noticed that the relay has put other keys between two people:
// who compares safety numbers, if any two who know each other have different ones.
func (m *Messenger) compareSafetyNumbers(*attacks.Tape, *attacks.Transcript) (n attacks.Notice, err error) {
	for _, a := range m.Names() {
		for b, known := range m.contacts[a] {
			da, err := m.Person(a)
			if err != nil {
				return n, err
			}
			db, err := m.Person(b)
			if err != nil {
				return n, err
			}
			other, ok := m.contacts[b][a]
			if !ok || known == db.Identity() && other == da.Identity() {
				continue // the two numbers are of the same keys
			}
			if noescrow.SafetyNumber(da.Identity(), known) != noescrow.SafetyNumber(db.Identity(), other) {
				return attacks.Notice{Who: "who compares safety numbers", Possible: true}, nil
			}
		}
	}
	return n, nil
}
