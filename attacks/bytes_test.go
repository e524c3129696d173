package attacks

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"testing"
)

// attack runs a theft's Open on bytes alone, with a system that has carried nothing, so that
// there is no live object for it to look at.
func attack(t testing.TB, s System, theft string, loot, transcript *Tape) (c *claims, err error) {
	t.Helper()
	c = new(claims)
	thefts := s.Thefts("Ana")
	i := slices.IndexFunc(thefts, func(th Theft) bool { return th.Name == theft })
	if i < 0 {
		t.Fatalf("%s has no theft %q", s.Name(), theft)
	}
	_, err = thefts[i].Open(t.Context(), loot, &Transcript{Tape: transcript}, c.found)
	return c, err
}

func fresh(name string) System {
	if name == "escrow" {
		return NewEscrow()
	}
	return NewNoEscrow()
}

func TestThiefHasBytes(t *testing.T) {
	const n = 100
	for s := range twins() {
		r := send(t, s, n, "Ana")
		for _, e := range r.Exposures {
			c, err := attack(t, fresh(s.Name()), e.Theft, reread(t, r.Loot[e.Theft]), reread(t, r.Transcript.Tape))
			if err != nil {
				t.Errorf("%s, %s: %v", s.Name(), e.Theft, err)
			}
			opened, wrong := c.judge(talk(n))
			same(t, s.Name()+", "+e.Theft, opened, e.Opened)
			if wrong != 0 {
				t.Errorf("%s, %s: %d wrong claims", s.Name(), e.Theft, wrong)
			}
		}
	}
}

// damaged yields mutilated copies of record: truncations, every one of a record that is short;
// single bits flipped; a byte behind.
func damaged(record []byte, yield func(what string, at int, b []byte)) {
	rounds := 100
	if testing.Short() {
		rounds = 5
	}
	for i := 0; i < len(record); i += 1 + len(record)/rounds {
		yield("truncated", i, record[:i])
	}
	r := rand.New(rand.NewPCG(7, uint64(len(record))))
	for range rounds / 2 {
		b := bytes.Clone(record)
		i := r.IntN(8 * len(b))
		b[i/8] ^= 1 << (i % 8)
		yield("bit flipped", i, b)
	}
	yield("trailing byte", 0, append(bytes.Clone(record), 0))
}

// subset checks that nothing opens that did not open before.
func subset(t *testing.T, what string, got, all []bool) {
	t.Helper()
	for i := range got {
		if got[i] && !all[i] {
			t.Errorf("%s: message %d opens, which did not before", what, i)
		}
	}
}

func TestDamagedLoot(t *testing.T) {
	const n = 12
	for s := range twins() {
		r := send(t, s, n, "Ana")
		thief := fresh(s.Name())
		for _, e := range r.Exposures {
			loot := records(t, r.Loot[e.Theft])
			history := e.Theft == "device seizure" || e.Theft == "device seizure, disappearing"
			for i := range min(len(loot), 2) {
				damaged(loot[i], func(what string, at int, b []byte) {
					what = s.Name() + ", " + e.Theft + ", " + what
					bad := slices.Clone(loot)
					bad[i] = b
					c, err := attack(t, thief, e.Theft, tapeOf(t, bad...), r.Transcript.Tape)
					opened, wrong := c.judge(talk(n))
					subset(t, what, opened, e.Opened)
					if wrong != 0 && !history { // he believes what the phone says
						t.Errorf("%s at %d: %d wrong claims, %v", what, at, wrong, err)
					}
					// A device's state and an authority's line are one piece.
					whole := e.Theft == "device keys" || e.Theft == "escrow key"
					if what != s.Name()+", "+e.Theft+", bit flipped" && whole && err == nil {
						t.Errorf("%s at %d: no error", what, at)
					}
				})
			}
			// Records lost from either end.
			for _, few := range [][][]byte{nil, loot[:len(loot)/2], loot[len(loot)/2:]} {
				c, _ := attack(t, thief, e.Theft, tapeOf(t, few...), r.Transcript.Tape)
				opened, _ := c.judge(talk(n))
				subset(t, s.Name()+", "+e.Theft+", records lost", opened, e.Opened)
			}
		}
	}
}

func TestDamagedTranscript(t *testing.T) {
	const n = 12
	for s := range twins() {
		r := send(t, s, n, "Ana")
		envelopes := records(t, r.Transcript.Tape)
		thief := fresh(s.Name())
		try := func(what string, bad [][]byte) {
			for _, e := range r.Exposures {
				c, err := attack(t, thief, e.Theft, r.Loot[e.Theft], tapeOf(t, bad...))
				opened, wrong := c.judge(talk(n))
				subset(t, s.Name()+", "+e.Theft+", "+what, opened, e.Opened)
				if wrong != 0 {
					t.Errorf("%s, %s, %s: %d wrong claims, %v", s.Name(), e.Theft, what, wrong, err)
				}
				short := slices.ContainsFunc(bad, func(b []byte) bool { return len(b) < 8 })
				if (err != nil) != short {
					t.Errorf("%s, %s, %s: %v", s.Name(), e.Theft, what, err)
				}
			}
		}
		try("as it was", envelopes)
		last := envelopes[n-1]
		damaged(last, func(what string, _ int, b []byte) {
			bad := slices.Clone(envelopes)
			bad[n-1] = b
			try(what, bad)
		})
	}
}

// A damaged state is damaged for both who read it: the package that wrote it, and the attacks'
// own parser, which is the more lenient.
func TestParseDeviceTruncated(t *testing.T) {
	for s, w := range twins() {
		state, err := send(t, s, 12, "Ana").Loot["device keys"].First()
		if err != nil {
			t.Fatal(err)
		}
		state = state[w.offset:]
		d, err := parseDevice(state)
		if err != nil || len(d.curve) < oneTimePrekeys-len(people) || len(d.kem) < oneTimePrekeys-len(people) || len(d.sessions) == 0 {
			t.Fatalf("%s: %d curve keys, %d KEM keys, %d peers, %v", s.Name(), len(d.curve), len(d.kem), len(d.sessions), err)
		}
		for i := range state {
			if _, err := parseDevice(state[:i]); err != errStolen {
				t.Fatalf("%s: %d bytes of a device: %v", s.Name(), i, err)
			}
		}
		if _, err := parseDevice(append(state, 0)); err != errStolen {
			t.Errorf("%s: a trailing byte: %v", s.Name(), err)
		}
	}
}

func TestParseQuantumLootTruncated(t *testing.T) {
	for s, w := range twins() {
		all := records(t, send(t, s, 12, "Ana").Loot["quantum"])
		i := slices.IndexFunc(all, func(r []byte) bool { return len(r) != 64 })
		publication := all[i]
		q, err := parseQuantumLoot(w, tapeOf(t, publication))
		if err != nil || len(q.people) != 1 {
			t.Fatalf("%s: %d people, %v", s.Name(), len(q.people), err)
		}
		for n := 0; n < len(publication); n += 7 {
			if n == 64 { // that length is a key's
				continue
			}
			if _, err := parseQuantumLoot(w, tapeOf(t, publication[:n])); err != errPublished {
				t.Fatalf("%s: %d bytes of a publication: %v", s.Name(), n, err)
			}
		}
	}
}

func TestSplitTruncated(t *testing.T) {
	for s, w := range twins() {
		for i, record := range records(t, send(t, s, 12, "Ana").Transcript.Tape) {
			envelope := record[8:]
			p, ok := w.split(envelope)
			if !ok || !bytes.Equal(slices.Concat(p.head, p.inner), envelope) {
				t.Fatalf("%s: envelope %d does not split", s.Name(), i)
			}
			shortest := len(p.head) + p.clear + headerSize + tagSize
			for n := range envelope {
				if _, ok := w.split(envelope[:n]); ok != (n >= shortest) {
					t.Fatalf("%s: %d bytes of an envelope of %d, which needs %d: %v", s.Name(), n, len(envelope), shortest, ok)
				}
			}
		}
	}
}
