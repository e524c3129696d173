package noescrow

import (
	"testing"

	"doormat/internal/testing/vectors"
)

const vectorFile = "testdata/noescrow.json"

// vectorsOf is testdata/noescrow.json: a device's state, and envelopes to it, to be opened one
// after the other. The formats are recorded with it, so that a change does not go unnoticed.
type vectorsOf struct {
	Comment     string          `json:"comment"`
	From        vectors.Bytes   `json:"from"`
	To          vectors.Bytes   `json:"to"`
	State       vectors.Bytes   `json:"state"`
	Envelopes   []vectorLetter  `json:"envelopes"`
	Publication vectors.Bytes   `json:"publication"`
	Bundles     []vectors.Bytes `json:"bundles"` // with and without one-time prekey
}

type vectorLetter struct {
	Name      string        `json:"name"`
	Envelope  vectors.Bytes `json:"envelope"`
	Plaintext string        `json:"plaintext,omitempty"`
	Error     string        `json:"error,omitempty"`
}

func readVectors(t testing.TB) (v vectorsOf) {
	t.Helper()
	vectors.Read(t, vectorFile, &v)
	return v
}

func TestVectors(t *testing.T) {
	if *vectors.Update {
		writeVectors(t)
	}
	v := readVectors(t)
	d := load(t, v.State)
	if d.Identity() != Identity(v.To) {
		t.Errorf("the identity is %v", d.Identity())
	}
	for _, l := range v.Envelopes {
		from, text, err := d.Open(l.Envelope, nil)
		if l.Error != "" {
			if err == nil || err.Error() != l.Error {
				t.Errorf("%s: %q, %v", l.Name, text, err)
			}
		} else if err != nil || from != Identity(v.From) || string(text) != l.Plaintext {
			t.Errorf("%s: %q from %v, %v", l.Name, text, from, err)
		}
	}
	s, err := NewShelf(v.Publication)
	if err != nil {
		t.Fatal(err)
	}
	for i, b := range v.Bundles {
		if got := s.Bundle(); string(got) != string(b) {
			t.Errorf("bundle %d is %x", i, got)
		}
		startFrom(t, NewDevice(), d, b)
	}
}

func writeVectors(t *testing.T) {
	t.Helper()
	a, b := talking(t)
	v := vectorsOf{
		Comment: "doormat/noescrow: a device's state and envelopes to it, to be opened in this order. The formats are in state.go, envelope.go and shelf.go.",
		From:    a.s.public[:],
		To:      b.s.public[:],
	}
	publication := publish(t, b, 1)
	relay, err := NewShelf(publication)
	if err != nil {
		t.Fatal(err)
	}
	v.Publication, v.Bundles = publication, []vectors.Bytes{relay.Bundle(), relay.Bundle()}

	letter := func(name, text string) vectorLetter {
		return vectorLetter{Name: name, Envelope: seal(t, a, b, text), Plaintext: text}
	}
	late, onTime := letter("late", "first"), letter("overtakes another", "second")
	last := letter("on the archived session", "third")
	startFrom(t, a, b, v.Bundles[0])
	initial, again := letter("initial", "fourth"), letter("initial, repeated", "")
	startFrom(t, a, b, v.Bundles[1])
	lastResort := letter("initial, with the last-resort prekey only", "sixth")
	replay := vectorLetter{"a replay", initial.Envelope, "", "noescrow: " + ErrReplay.Error()}
	v.State = save(t, b)
	v.Envelopes = []vectorLetter{onTime, late, initial, replay, lastResort, again, last}

	vectors.Write(t, vectorFile, v)
}
