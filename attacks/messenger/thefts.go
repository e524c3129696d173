package messenger

import (
	"context"

	"doormat/attacks"
)

// The names of the thefts that only messengers know.
const (
	Relay               attacks.TheftName = "relay"
	SeizureDisappearing attacks.TheftName = "device seizure, disappearing"
	Seizure             attacks.TheftName = "device seizure"
	Quantum             attacks.TheftName = "quantum"
	ActingRelay         attacks.TheftName = "relay, acting"
	ActingDeviceKeys    attacks.TheftName = "device keys, acting"
)

// Computer is the party of the theft Quantum.
const Computer attacks.Party = "holder of a quantum computer"

// Thefts lists the warrant, and what is stolen in every messenger. A scheme that has thefts of its own
// puts them between those of Network and those of Phone.
func (m *Messenger) Thefts(victim string) []attacks.Theft {
	return append(append(append([]attacks.Theft{m.Warrant(victim)}, m.Network()...), m.Phone(victim)...), m.Quantum())
}

// Warrant returns what a court gets where no third key exists: one person's phone, and the messages on
// it. It is the theft of that phone, used lawfully, and forges nothing.
func (m *Messenger) Warrant(victim string) attacks.Theft {
	phone := m.seizure(victim)
	phone.Name, phone.Use, phone.Forge = attacks.WarrantName, attacks.Lawful, nil
	phone.Parties = []attacks.Party{attacks.Court, attacks.Device}
	phone.Takes = "the person's phone, which must be found, with every message on it"
	return phone
}

// Network returns the thefts of who carries the envelopes: the wiretap, and the relay,
// whose database is taken beside them.
func (m *Messenger) Network() []attacks.Theft {
	w := &m.kind.Wire
	wiretap := attacks.Wiretap(func(ctx context.Context, t *attacks.Transcript, found attacks.Found) (int64, error) {
		return recoverInClear(ctx, w, t, found)
	}, attacks.Again, func(t *attacks.Transcript, f attacks.Forgery) ([]byte, error) {
		return attacks.Replay(t, f, w.Addresses)
	})
	relay := wiretap
	relay.Name = Relay
	relay.Parties = []attacks.Party{attacks.Provider}
	relay.Takes = "the relay's database: envelopes, names, published keys, log"
	relay.Steal = m.relay.steal
	relay.Read = func(ctx context.Context, l *attacks.Tape, t *attacks.Transcript, found attacks.Found) (int64, error) {
		n, err := recoverInClear(ctx, w, t, found)
		if err != nil {
			return n, err
		}
		all, err := attacks.TryAll(ctx, l, t, found, m.keys()...)
		return n + all, err
	}
	return []attacks.Theft{wiretap, relay}
}

// keys returns the attacks with each kind of key that there is in the messenger: a device's state, the
// private keys of a handshake, and what the scheme adds.
func (m *Messenger) keys() []attacks.Attack {
	w := &m.kind.Wire
	return append([]attacks.Attack{
		func(ctx context.Context, l *attacks.Tape, t *attacks.Transcript, found attacks.Found) (int64, error) {
			state, err := l.First()
			if err != nil {
				return 0, err
			}
			return recoverWithDevice(ctx, w, state, t, found)
		},
		func(ctx context.Context, l *attacks.Tape, t *attacks.Transcript, found attacks.Found) (int64, error) {
			return recoverWithPrekeys(ctx, w, l, t, found)
		},
	}, m.kind.Keys...)
}

// Phone returns the thefts of one person's device: its keys copied by malware in the middle, and the
// phone taken away at the end, with messages that disappear after a week and with those that stay. Then those by
// code that stays on a phone (implant.go): on that person's, and by an update on all. From now on phones keep their
// messages.
func (m *Messenger) Phone(victim string) []attacks.Theft {
	w := &m.kind.Wire
	seizure := m.seizure(victim)
	disappearing := seizure
	disappearing.Name = SeizureDisappearing
	disappearing.Takes = "one person's phone; messages stay on it for a week"
	disappearing.Steal = func() (*attacks.Tape, error) { return m.seize(disappearAfter) }
	return append([]attacks.Theft{{
		Name:    attacks.DeviceKeys,
		Parties: []attacks.Party{attacks.Device},
		Takes:   "one person's device state, copied by malware, for a thief who listens only",
		Steal:   m.stealDevice,
		Read: func(ctx context.Context, l *attacks.Tape, t *attacks.Transcript, found attacks.Found) (int64, error) {
			state, err := l.First()
			if err != nil {
				return 0, err
			}
			return recoverWithDevice(ctx, w, state, t, found)
		},
		Forge: m.forgeWithState,
	}, disappearing, seizure}, m.phones.Thefts(victim)...)
}

// seizure returns the theft of a phone with every message on it.
func (m *Messenger) seizure(victim string) attacks.Theft {
	m.phone.owner = victim
	w := &m.kind.Wire
	return attacks.Theft{
		Name:    Seizure,
		Parties: []attacks.Party{attacks.Device},
		Takes:   "one person's phone, with every message on it",
		AtEnd:   true,
		Steal:   func() (*attacks.Tape, error) { return m.seize(0) },
		Restore: m.giveBack,
		Read: func(ctx context.Context, l *attacks.Tape, t *attacks.Transcript, found attacks.Found) (int64, error) {
			return recoverSeized(ctx, w, l, t, found)
		},
		Forge: m.forgeWithState,
	}
}

// forgeWithState writes as the owner of the device whose state is the first record of the loot.
func (m *Messenger) forgeWithState(l *attacks.Tape, _ *attacks.Transcript, f attacks.Forgery) ([]byte, error) {
	state, err := l.First()
	if err != nil {
		return nil, err
	}
	return forgeWithDevice(&m.kind.Wire, state, f)
}

// Quantum returns the theft of a quantum computer, which has every X25519 private key that there was
// on a device, and no ML-KEM key. Its loot has a record of 64 bytes for each, private ‖ public, then the
// publications. Where a scheme has an authority with an X25519 key, wrap Steal to append that key in the same
// form, and Read to try it: this Read ignores a record of 64 bytes behind the publications, so the last
// record is yours.
func (m *Messenger) Quantum() attacks.Theft {
	w := &m.kind.Wire
	h := newHoard(m)
	m.hoard = h
	return attacks.Theft{
		Name:    Quantum,
		Parties: []attacks.Party{Computer},
		Takes:   "every X25519 private key there was",
		AtEnd:   true,
		Watch:   h.watch,
		Steal:   h.steal,
		Read: func(ctx context.Context, l *attacks.Tape, t *attacks.Transcript, found attacks.Found) (int64, error) {
			n, err := recoverQuantum(ctx, w, l, t, guessZeros, found)
			if err != nil {
				return n, err
			}
			all, err := attacks.TryAll(ctx, l, t, found, m.keys()...)
			return n + all, err
		},
		Forge: func(l *attacks.Tape, _ *attacks.Transcript, f attacks.Forgery) ([]byte, error) {
			return forgeWithX25519(w, l, f)
		},
	}
}
