package attacks

import (
	"context"
	"time"

	"doormat/noescrow"
)

// disappearAfter is the age at which disappearing messages go from a phone.
const disappearAfter = 7 * 24 * time.Hour

// NewNoEscrow returns package noescrow as a system.
func NewNoEscrow() System {
	m := newMessenger("no escrow")
	m.newDevice = func(string) (device, error) { return noescrow.NewDevice(), nil }
	m.newShelf = func(p []byte) (shelf, error) { return noescrow.NewShelf(p) }
	m.wire = noEscrowWire
	return m
}

// Thefts lists what is stolen in both of the twins.
func (m *messenger) Thefts(victim string) []Theft {
	m.victim = victim // whose phone keeps its messages from now on
	w := &m.wire
	replay := func(_ *Tape, t *Transcript, f Forgery) ([]byte, error) { return forgeByReplay(w, t, f) }
	clear := func(ctx context.Context, _ *Tape, t *Transcript, found func(int, []byte)) (int64, error) {
		return recoverInClear(ctx, w, t, found)
	}
	fromState := func(l *Tape, _ *Transcript, f Forgery) ([]byte, error) {
		state, err := l.First()
		if err != nil {
			return nil, err
		}
		return forgeWithDevice(w, state, f)
	}
	seized := func(ctx context.Context, l *Tape, t *Transcript, found func(int, []byte)) (int64, error) {
		return recoverSeized(ctx, w, l, t, found)
	}
	return []Theft{{
		Name:  "wiretap",
		Takes: "nothing; every envelope was recorded",
		Steal: func() (*Tape, error) { return new(Tape), nil },
		Open:  clear,
		Forge: replay,
	}, {
		Name:  "provider",
		Takes: "the relay's database: envelopes, names, published keys, log",
		Steal: m.stealRelay,
		Open:  clear,
		Forge: replay,
	}, {
		Name:  "device keys",
		Takes: "one person's device state, copied by malware",
		Steal: m.stealDevice,
		Open: func(ctx context.Context, l *Tape, t *Transcript, found func(int, []byte)) (int64, error) {
			state, err := l.First()
			if err != nil {
				return 0, err
			}
			return recoverWithDevice(ctx, w, state, t, found)
		},
		Forge: fromState,
	}, {
		Name:    "device seizure, disappearing",
		Takes:   "one person's phone; messages stay on it for a week",
		AtEnd:   true,
		Steal:   func() (*Tape, error) { return m.seize(disappearAfter) },
		Restore: func() { m.seized = false },
		Open:    seized,
		Forge:   fromState,
	}, {
		Name:    "device seizure",
		Takes:   "one person's phone, with every message on it",
		AtEnd:   true,
		Steal:   func() (*Tape, error) { return m.seize(0) },
		Restore: func() { m.seized = false },
		Open:    seized,
		Forge:   fromState,
	}, {
		Name:  "quantum",
		Takes: "every X25519 private key there was",
		AtEnd: true,
		Steal: m.stealX25519,
		Open: func(ctx context.Context, l *Tape, t *Transcript, found func(int, []byte)) (int64, error) {
			return recoverQuantum(ctx, w, l, t, guessZeros, found)
		},
		Forge: func(l *Tape, _ *Transcript, f Forgery) ([]byte, error) { return forgeWithX25519(w, l, f) },
	}}
}
