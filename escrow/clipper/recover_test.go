package clipper

import (
	"bytes"
	"math/rand/v2"
	"testing"
)

// The lawful path, step by step and at once, in every mode.
func TestLawfulPath(t *testing.T) {
	w := newWorld(t, 2)
	for _, m := range []Mode{ECB, CBC, OFB} {
		k := NewSessionKey()
		h, c := w.transmit(t, 2, k, m)

		family := w.family.Key()
		f := family.RecoverFields(h.LEAF)
		if f.Unit != 2 {
			t.Fatalf("the LEAF names unit %v", f.Unit)
		}
		a, b := w.halves(t, f.Unit)
		unit, err := RecoverUnitKey(a, b)
		if err != nil {
			t.Fatal(err)
		}
		got := unit.RecoverSessionKey(f)
		if got != k || !family.Fits(f, got, h.IV) {
			t.Fatal("another session key")
		}
		text, err := got.Decrypt(m, h.IV, c)
		if err != nil || !bytes.Equal(text, message) {
			t.Errorf("%v: %q, %v", m, text, err)
		}
		if at, err := RecoverSessionKey(family, b, a, h); err != nil || at != k {
			t.Errorf("at once: %v", err)
		}
	}
}

// A unit's halves open what it has sent, and what it will send, and nothing of another.
func TestHalvesOpenPastAndFuture(t *testing.T) {
	w := newWorld(t, 2)
	family := w.family.Key()
	before, old := NewSessionKey(), Header{}
	old, _ = w.transmit(t, 1, before, CBC)
	a, b := w.halves(t, 1)
	after := NewSessionKey()
	later, _ := w.transmit(t, 1, after, OFB)
	for h, want := range map[Header]SessionKey{old: before, later: after} {
		if got, err := RecoverSessionKey(family, a, b, h); err != nil || got != want {
			t.Errorf("%v", err)
		}
	}
	h, _ := w.transmit(t, 2, NewSessionKey(), CBC)
	if _, err := RecoverSessionKey(family, a, b, h); err == nil || err.Error() != "clipper: expected a LEAF of unit 00000001, found one of unit 00000002" {
		t.Errorf("another unit: %v", err)
	}
}

func TestRecoverMisuse(t *testing.T) {
	seeded(t, 5)
	w, far := newWorld(t, 2), newWorld(t, 2)
	family := w.family.Key()
	h, _ := w.transmit(t, 1, NewSessionKey(), CBC)
	a1, b1 := w.halves(t, 1)
	a2, b2 := w.halves(t, 2)
	_, stranger := far.halves(t, 1)
	if _, err := RecoverSessionKey(family, a1, b1, h); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name   string
		family FamilyKey
		a, b   Half
		want   string
	}{
		{"two units", family, a1, b2, "clipper: expected two halves of one unit, found them of 00000001 and of 00000002"},
		{"one agent", family, a1, a1, `clipper: expected the halves of two agents, found both of "NIST"`},
		{"another unit", family, a2, b2, "clipper: expected a LEAF of unit 00000002, found one of unit 00000001"},
		{"the wrong agent", family, a1, stranger, ErrLEAF.Error()},
	} {
		if k, err := RecoverSessionKey(c.family, c.a, c.b, h); err == nil || err.Error() != c.want || k != (SessionKey{}) {
			t.Errorf("%s: %v, want %s", c.name, err, c.want)
		}
	}
	if k, err := RecoverSessionKey(far.family.Key(), a1, b1, h); err == nil || k != (SessionKey{}) {
		t.Error("another family's key opens it")
	}
}

// One half says nothing: for each session key there is another half that leads to it, and with all
// guesses of the other half nothing fits more often than by chance.
func TestOneHalfIsNothing(t *testing.T) {
	seeded(t, 6)
	w := newWorld(t, 1)
	family := w.family.Key()
	h, _ := w.transmit(t, 1, NewSessionKey(), CBC)
	a, b := w.halves(t, 1)
	r := rand.NewChaCha8([32]byte{6})
	fits := 0
	for range 1000 {
		guess := Half{Agent: b.Agent, Unit: 1}
		r.Read(guess.Key[:])
		if _, err := RecoverSessionKey(family, a, guess, h); err == nil {
			fits++
		}
	}
	if fits > 1 { // 1000 of 65,536
		t.Errorf("%d of 1000 guesses fit", fits)
	}
	for _, zero := range []Half{{Agent: b.Agent, Unit: 1}, {Agent: b.Agent, Unit: 1, Key: a.Key}} {
		if _, err := RecoverSessionKey(family, a, zero, h); err == nil {
			t.Error("one half opens the LEAF")
		}
	}
}
