package messenger

import (
	"bytes"
	"context"
	"errors"

	"doormat/attacks"
	"doormat/noescrow"
)

// A relay hands out identities and bundles, and delivers envelopes. One that acts has more than its
// database: it has a device of its own for each account, and where two people meet, it hands each of
// them its own device in the place of the other's.
//
//	Ana                 relay                          Dee
//	who is Dee? ----->  fake Dee's identity
//	bundle of Dee? -->  fake Dee's bundle
//	     envelope ----> opens it as fake Dee, reads,
//	                    seals it as fake Ana --------> who is this? The relay says: Ana
//	                    reads, seals as fake Dee <---- envelope
//
// Two who have met before it began have each other's identity, and their devices take no other: it cannot
// come between them, nor write as one to the other. It can repeat what they write, which they refuse,
// and hand out an old publication, whose prekeys have been used: then a first message does not open
// (TestRelayRollsBack). Nothing on one device shows the fakes. The safety number does, to two who compare.

// actingRelay returns the theft of a relay that acts. Each record of the loot is a fake: the letter F, the
// identity of the account, and the state of the fake's device. Notes follow them.
func (m *Messenger) actingRelay() attacks.Theft {
	return attacks.Theft{
		Name:    ActingRelay,
		Parties: []attacks.Party{attacks.Provider},
		Takes:   "the relay itself: it repeats envelopes, and hands out keys of its own to people who meet",
		Steal:   m.makeFakes,
		Act:     m.actAsRelay,
		Noticed: m.compareSafetyNumbers,
		Read: func(ctx context.Context, l *attacks.Tape, t *attacks.Transcript, found attacks.Found) (int64, error) {
			n, err := recoverInClear(ctx, &m.kind.Wire, t, found)
			if err != nil {
				return n, err
			}
			notes, err := readNotes(ctx, l, found)
			return n + notes, err
		},
		Forge: func(l *attacks.Tape, _ *attacks.Transcript, f attacks.Forgery) ([]byte, error) {
			states, err := readFakes(l)
			if err != nil {
				return nil, err
			}
			state, ok := states[noescrow.Identity(f.From)]
			if !ok {
				return nil, attacks.ErrNothingRecorded
			}
			return forgeWithDevice(&m.kind.Wire, state, f)
		},
	}
}

// makeFakes makes a device for each account. Its program is the one that everyone has.
func (m *Messenger) makeFakes() (*attacks.Tape, error) {
	l := new(attacks.Tape)
	for _, name := range m.Names() {
		d, err := m.Person(name)
		if err != nil {
			return nil, err
		}
		fake, err := m.kind.NewDevice("")
		if err != nil {
			return nil, err
		}
		state, err := fake.MarshalBinary()
		if err != nil {
			return nil, err
		}
		id := d.Identity()
		if err := l.Append(bytes.Join([][]byte{{'F'}, id[:], state}, nil)); err != nil {
			return nil, err
		}
	}
	return l, nil
}

var errFakes = errors.New("attacks: expected an identity and a device's state in a record of the loot, found something else")

// readFakes returns the states of the fakes by the identity that each stands for.
func readFakes(l *attacks.Tape) (map[noescrow.Identity][]byte, error) {
	const head = 1 + len(noescrow.Identity{})
	states := map[noescrow.Identity][]byte{}
	for record, err := range l.All() {
		if err != nil {
			return nil, err
		}
		switch {
		case len(record) > head && record[0] == 'F':
			states[noescrow.Identity(record[1:head])] = bytes.Clone(record[head:])
		case len(record) < noteHead || record[0] != 'T':
			return nil, errFakes
		}
	}
	return states, nil
}

// actAsRelay puts the fakes into the relay's directory, and returns the Middle that goes with them.
func (m *Messenger) actAsRelay(l *attacks.Tape) (attacks.Middle, error) {
	states, err := readFakes(l)
	if err != nil {
		return nil, err
	}
	fakes := map[string]Device{}
	for id, state := range states {
		if fakes[m.NameOf(id[:])], err = m.kind.Wire.load(state); err != nil {
			return nil, err
		}
	}
	m.relay.fakes = fakes
	return func(e attacks.InFlight) ([]attacks.InFlight, error) {
		p, ok := m.kind.Wire.split(e.Bytes)
		from, to := fakes[e.From], fakes[e.To]
		if !ok || from == nil || to == nil || p.To != to.Identity() {
			return []attacks.InFlight{e, e}, nil // delivered, and once more
		}
		_, text, err := to.Open(e.Bytes, attacks.Date(e.At))
		if err != nil {
			return []attacks.InFlight{e}, nil
		}
		if err := note(l, e.Index, text); err != nil {
			return nil, err
		}
		if e.Bytes, err = m.sealAs(from, e, text); err != nil {
			return nil, err
		}
		return []attacks.InFlight{e}, nil
	}, nil
}

// sealAs seals a text to the recipient of e on a fake's device.
func (m *Messenger) sealAs(fake Device, e attacks.InFlight, text []byte) ([]byte, error) {
	d, err := m.Person(e.To)
	if err != nil {
		return nil, err
	}
	envelope, err := fake.Seal(d.Identity(), text, attacks.Date(e.At))
	if !errors.Is(err, noescrow.ErrNoSession) {
		return envelope, err
	}
	bundle, err := m.Bundle(e.To)
	if err != nil {
		return nil, err
	}
	if err := fake.Start(d.Identity(), bundle); err != nil {
		return nil, err
	}
	return fake.Seal(d.Identity(), text, attacks.Date(e.At))
}

// fakeBundle returns a bundle of a fake, from prekeys made for it.
func (m *Messenger) fakeBundle(fake Device) ([]byte, error) {
	publication, err := fake.Publish(1)
	if err != nil {
		return nil, err
	}
	shelf, err := m.kind.NewShelf(publication)
	if err != nil {
		return nil, err
	}
	return shelf.Bundle(), nil
}
