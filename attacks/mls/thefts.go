package mls

import (
	"context"
	"errors"
	"slices"
	"time"

	"doormat/attacks"
	"doormat/attacks/messenger"
	"doormat/noescrow/mls"
)

// Thefts lists the warrant, and what is stolen in every messenger.
func (s *system) Thefts(victim string) []attacks.Theft {
	s.phone = &phone{owner: victim}
	seizure := attacks.Theft{
		Name:    messenger.Seizure,
		Takes:   "one person's phone, with every message on it",
		Parties: []attacks.Party{attacks.Device},
		AtEnd:   true,
		Steal:   func() (*attacks.Tape, error) { return s.seize() },
		Restore: func() { s.phone.seized = false },
		Read:    recoverSeized,
		Forge:   forgeAsOwner,
	}
	warrant := seizure
	warrant.Name, warrant.Use, warrant.Forge = attacks.WarrantName, attacks.Lawful, nil
	warrant.Parties = []attacks.Party{attacks.Court, attacks.Device}
	warrant.Takes = "the person's phone, which must be found, with every message on it"

	wiretap := attacks.Wiretap(recoverInClear, attacks.Again, replay)
	relay := wiretap
	relay.Name = messenger.Relay
	relay.Parties = []attacks.Party{attacks.Provider}
	relay.Takes = "the relay's database: envelopes, names, KeyPackages, log"
	relay.Steal = s.stealDirectory
	relay.Read = func(ctx context.Context, l *attacks.Tape, t *attacks.Transcript, found attacks.Found) (int64, error) {
		n, err := recoverInClear(ctx, t, found)
		if err != nil {
			return n, err
		}
		all, err := attacks.TryAll(ctx, l, t, found, recoverWithDevice, recoverQuantum)
		return n + all, err
	}
	s.hoard = newHoard()
	all := []attacks.Theft{warrant, wiretap, relay, {
		Name:    attacks.DeviceKeys,
		Takes:   "one person's device state, copied by malware, for a thief who listens only",
		Parties: []attacks.Party{attacks.Device},
		Steal:   func() (*attacks.Tape, error) { return s.stealDevice(victim) },
		Read:    recoverWithDevice,
		Forge:   forgeAsOwner,
	}, seizure, {
		Name:    messenger.Quantum,
		Takes:   "every X25519 and Ed25519 private key there was",
		Parties: []attacks.Party{messenger.Computer},
		AtEnd:   true,
		Steal:   func() (*attacks.Tape, error) { return s.hoard.steal(s) },
		Read:    recoverQuantum,
		Forge:   forgeWithSignatureKey,
	}}
	return slices.Insert(all, len(all)-1, s.phones.Thefts(victim)...)
}

// stealDevice copies the state of a person's device.
func (s *system) stealDevice(name string) (*attacks.Tape, error) {
	d, err := s.Person(name)
	if err != nil {
		return nil, err
	}
	state, err := d.MarshalBinary()
	if err != nil {
		return nil, err
	}
	return attacks.TapeOf(state)
}

// recoverWithDevice reads with a copy of a device's state, in each of its groups: what others write, what they
// commit, and what the owner writes. It ends in a group at the owner's next commit, which draws keys that the
// copy does not have; a commit of another member does not end it (RFC 9420, Section 16.6). What was
// opened before the theft stays shut.
//
// It needs the state, and the transcript from then on.
func recoverWithDevice(ctx context.Context, l *attacks.Tape, t *attacks.Transcript, found attacks.Found) (operations int64, err error) {
	state, err := l.First()
	if err != nil {
		return 0, err
	}
	clock := new(clock)
	d, err := parseDevice(state, clock.now)
	if err != nil {
		return 0, err
	}
	copies := map[string]*seats{}
	for id, in := range d.groups {
		copies[id] = &seats{id: d.id, group: in.group}
	}
	for r, err := range t.All() {
		if err := errors.Join(err, ctx.Err()); err != nil {
			return operations, err
		}
		clock.at = r.At
		parts, _ := split(r.Bytes)
		for _, p := range parts {
			if p.wire == wireWelcome {
				operations++
				if g, err := d.id.Join(p.bytes, nil); err == nil {
					copies[string(g.ID())] = &seats{id: d.id, group: g}
				}
				continue
			}
			if c := copies[string(p.group)]; c != nil {
				n, text, ok := c.open(p.bytes)
				operations += n
				if ok {
					found(r.Index, text)
				}
			}
		}
	}
	return operations, nil
}

// A clock is a thief's: it says the date of the envelope that the thief has before him. A member checks with it
// how old another's keys are.
type clock struct{ at time.Time }

func (c *clock) now() time.Time { return c.at }

// forgeAsOwner writes as the owner of a device, from a copy of its state, in a new group of two: the groups of
// the copy may have moved on. It works for as long as the signature key is the same, so that no commit heals
// it; Rotate does.
func forgeAsOwner(l *attacks.Tape, _ *attacks.Transcript, f attacks.Forgery) ([]byte, error) {
	state, err := l.First()
	if err != nil {
		return nil, err
	}
	return forgeWithState(state, f)
}

func forgeWithState(state []byte, f attacks.Forgery) ([]byte, error) {
	d, err := parseDevice(state, time.Now)
	if err != nil {
		return nil, err
	}
	return forge(d.id, f)
}

// forge makes an envelope with a Welcome to a new group of an identity and the recipient, and a message in it.
func forge(id *mls.Identity, f attacks.Forgery) ([]byte, error) {
	k, err := mls.ParseKeyPackage(f.Bundle)
	if err != nil {
		return nil, err
	}
	id.SetClock(func() time.Time { return k.NotAfter.Add(-mls.Lifetime) }) // when that was drawn, a moment ago
	g, err := id.NewGroup(k.Suite, nil)
	if err != nil {
		return nil, err
	}
	commit, welcome, err := g.Commit(mls.Add(f.Bundle))
	if err != nil {
		return nil, err
	}
	if _, err := g.Open(commit); err != nil {
		return nil, err
	}
	sealed, err := g.Seal([]byte(f.Text), attacks.Date(f.At))
	return join(welcome, sealed), err
}

// replay delivers the last envelope of the group that the one held back belongs to once more. Who listens
// does not know who writes to whom, and sees which group it is.
func replay(t *attacks.Transcript, f attacks.Forgery) ([]byte, error) {
	group := func(envelope []byte) string {
		id, _ := groupOf(envelope)
		return string(id)
	}
	var last []byte
	want := group(f.Held)
	for r, err := range t.All() {
		if err != nil {
			return nil, err
		}
		if group(r.Bytes) == want {
			last = append(last[:0], r.Bytes...)
		}
	}
	if last == nil {
		return nil, attacks.ErrNothingRecorded
	}
	return last, nil
}
