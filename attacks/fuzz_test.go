package attacks

import (
	"bytes"
	"context"
	"testing"
)

// seeds runs a short conversation, whose bytes the fuzzers start from.
func seeds(f *testing.F, s System) *Result {
	r, err := Run(f.Context(), s, conversation(6), "Ana", nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { r.Close() })
	return r
}

// Whatever a tape's bytes are, they are an error or the one form of that tape.
func FuzzReadTape(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte{0, 0, 0, 0})
	f.Add([]byte{0, 0, 0, 2, 'h', 'i', 0, 0, 0, 1, '!'})
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, 1})
	f.Fuzz(func(t *testing.T, b []byte) {
		tape, err := ReadTape(bytes.NewReader(b))
		if err != nil {
			return
		}
		defer tape.Close()
		var again bytes.Buffer
		if _, err := tape.WriteTo(&again); err != nil || !bytes.Equal(again.Bytes(), b) || tape.Size() != int64(len(b)) {
			t.Errorf("%x is read, and written as %x, %v", b, again.Bytes(), err)
		}
		if got := len(records(t, tape)); got != tape.Len() {
			t.Errorf("%d records of %d", got, tape.Len())
		}
	})
}

func FuzzTranscript(f *testing.F) {
	f.Add([]byte("8 bytes.an envelope"))
	f.Add([]byte("short"))
	var attacks []func(context.Context, *Transcript, func(int, []byte))
	for s := range twins() {
		r := seeds(f, s)
		for record := range r.Transcript.Tape.All() {
			f.Add(bytes.Clone(record))
		}
		for _, th := range fresh(s.Name()).Thefts("Ana") {
			attacks = append(attacks, func(ctx context.Context, t *Transcript, found func(int, []byte)) {
				th.Open(ctx, r.Loot[th.Name], t, found)
			})
		}
	}
	f.Fuzz(func(t *testing.T, record []byte) {
		tr := &Transcript{Tape: tapeOf(t, record)}
		for e, err := range tr.All() {
			if (err != nil) != (len(record) < 8) {
				t.Errorf("a record of %d bytes: %v", len(record), err)
			}
			if err == nil && (e.Index != 0 || !bytes.Equal(append(date(e.At), e.Bytes...), record)) {
				t.Errorf("%x is read as %v, %x", record, e.At, e.Bytes)
			}
		}
		for _, attack := range attacks {
			attack(t.Context(), tr, func(i int, text []byte) {
				if i != 0 {
					t.Errorf("an attack claims message %d of 1", i)
				}
			})
		}
	})
}

func FuzzSplit(f *testing.F) {
	for s := range twins() {
		for record := range seeds(f, s).Transcript.Tape.All() {
			f.Add(bytes.Clone(record[8:]))
		}
	}
	f.Fuzz(func(t *testing.T, envelope []byte) {
		for _, w := range []*wire{&noEscrowWire, &escrowWire} {
			p, ok := w.split(envelope)
			if !ok {
				continue
			}
			if !bytes.Equal(append(bytes.Clone(p.head), p.inner...), envelope) {
				t.Error("head and inner are not the envelope")
			}
			for _, s := range p.sealed() {
				s.underZeroKey()
			}
			if p.clear == clearInitial {
				readInitial(p.inner)
			}
			p.associated(Envelope{})
		}
	})
}

func FuzzParseDevice(f *testing.F) {
	for s, w := range twins() {
		state, err := seeds(f, s).Loot["device seizure"].First()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(state[w.offset:])
	}
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
	for s := range twins() {
		for record := range seeds(f, s).Loot["quantum"].All() {
			f.Add(bytes.Clone(record))
		}
	}
	f.Fuzz(func(t *testing.T, record []byte) {
		for _, w := range []*wire{&noEscrowWire, &escrowWire} {
			q, err := parseQuantumLoot(w, tapeOf(t, record))
			if err == nil && len(q.private)+len(q.people) != 1 {
				t.Errorf("a record of %d bytes is %d keys and %d people", len(record), len(q.private), len(q.people))
			}
		}
	})
}
