package messenger

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"testing"

	"doormat/attacks"
	"doormat/attacks/attackstest"
)

// seeds runs a short conversation, whose bytes the fuzzers start from.
func seeds(f *testing.F) *attacks.Result { return attackstest.Run(f, newTwin(), 6, "Ana") }

func FuzzSplit(f *testing.F) {
	layout := Layout{Version: 7, Field: 20}
	for record := range seeds(f).Transcript.Tape.All() {
		f.Add(bytes.Clone(record[8:]))
		f.Add(append(layout.Join(make([]byte, 20), make([]byte, 40)), record[8:]...))
	}
	wrapped := layout.Wire(32, nil)
	f.Fuzz(func(t *testing.T, envelope []byte) {
		for _, w := range []*Wire{wire(), &wrapped} {
			p, ok := w.split(envelope)
			if !ok {
				continue
			}
			if !bytes.Equal(append(bytes.Clone(p.Head), p.Inner...), envelope) {
				t.Error("head and inner are not the envelope")
			}
			for _, s := range p.sealed() {
				s.UnderZeroKey()
			}
			if p.clear == clearInitial {
				readInitial(p.Inner)
			}
			p.associated(attacks.Record{})
			p.Open(make([]byte, 32))
		}
	})
}

func FuzzParseDevice(f *testing.F) {
	state, err := seeds(f).Loot[Seizure].First()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(state)
	f.Fuzz(func(t *testing.T, state []byte) {
		d, err := parseDevice(state)
		if (d == nil) != (err != nil) {
			t.Fatalf("%v, %v", d, err)
		}
		if err == nil {
			d.x25519Keys()
			mirror(d)
			if again, err := parseDevice(d.withoutSessions(state)); err != nil || len(again.sessions) != 0 {
				t.Errorf("without its sessions: %v", err)
			}
		}
	})
}

func FuzzParseQuantumLoot(f *testing.F) {
	for record := range seeds(f).Loot[Quantum].All() {
		f.Add(bytes.Clone(record))
	}
	f.Fuzz(func(t *testing.T, record []byte) {
		q, err := parseQuantumLoot(wire(), attackstest.Tape(t, record))
		people := 1
		if len(record) == 64 {
			people = 0 // a key, of nobody who has published
		}
		if err == nil && (len(q.private) != 0 || len(q.people) != people) {
			t.Errorf("a record of %d bytes is %d keys and %d people", len(record), len(q.private), len(q.people))
		}
	})
}

// Whatever an envelope is, each attack reads it without a fault, and claims no other.
func FuzzAttacks(f *testing.F) {
	r := seeds(f)
	for record := range r.Transcript.Tape.All() {
		f.Add(bytes.Clone(record))
	}
	thefts := newTwin().Thefts("Ana")
	f.Fuzz(func(t *testing.T, record []byte) {
		tr := &attacks.Transcript{Tape: attackstest.Tape(t, record)}
		for _, th := range thefts {
			th.Read(t.Context(), r.Loot[th.Name], tr, func(i int, text []byte) {
				if i != 0 && i != attacks.Unplaced {
					t.Errorf("%s claims message %d of 1", th.Name, i)
				}
			})
		}
	})
}

func FuzzRecoverWithPrekeys(f *testing.F) {
	r := seeds(f)
	for record := range r.Loot[Relay].All() {
		f.Add(bytes.Clone(record), make([]byte, 32), make([]byte, 64))
	}
	f.Fuzz(func(t *testing.T, publication, private, seed []byte) {
		loot := attackstest.Tape(t, publication, private, seed)
		recoverWithPrekeys(t.Context(), wire(), loot, r.Transcript, func(i int, _ []byte) { t.Errorf("it claims message %d", i) })
	})
}

// Whatever a tape says, the readers of targeted access return, and a record that parses is written the same.
func FuzzTargetedLoot(f *testing.F) {
	r, err := attacks.Run(context.Background(), newTargeted(), attackstest.Conversation(12), "Ana", nil)
	if err != nil {
		f.Fatal(err)
	}
	for _, theft := range []attacks.TheftName{ConsentedLook, Unlocked, UpdateLogged} {
		records := attackstest.Records(f, r.Loot[theft])
		f.Add(records[0], records[1], records[len(records)-1])
	}
	thief := newTargeted()
	f.Fuzz(func(t *testing.T, a, b, c []byte) {
		for _, th := range thief.Thefts("Ana") {
			th.Read(t.Context(), attackstest.Tape(t, a, b, c), &attacks.Transcript{Tape: r.Transcript.Tape}, func(int, []byte) {})
		}
		if e, err := parseExport(a); err == nil && !bytes.Equal(e.record(), a) {
			t.Errorf("%x is written as %x", a, e.record())
		}
		openUpdate(thief.phones.updates.signing().Public().(ed25519.PublicKey), a)
	})
}
