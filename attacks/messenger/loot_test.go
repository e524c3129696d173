package messenger

import (
	"slices"
	"testing"

	"doormat/attacks"
	"doormat/attacks/attackstest"
)

// The zero of the relay's row is that of its loot: the same theft opens what a relay gives away that
// keeps more than it should.
func TestRelayTriesItsLoot(t *testing.T) {
	const n = 80
	talk := attackstest.Talk(n)
	state := func(m *Messenger, person string) []byte {
		b, err := m.Inspect(person)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	for what, c := range map[string]struct {
		leak func(m *Messenger) [][]byte
		want []bool
	}{
		"what it should keep": {func(*Messenger) [][]byte { return nil }, make([]bool, n)},
		"texts": {func(*Messenger) (all [][]byte) {
			for _, m := range talk[:n/2] {
				all = append(all, []byte(m.Text))
			}
			return all
		}, attackstest.That(talk, func(i int, m attacks.Message) bool { return i < n/2 && m.Text != "" })},
		"texts behind their dates": {func(*Messenger) (all [][]byte) {
			for _, m := range talk[:n/2] {
				all = append(all, append(attacks.Date(m.At), m.Text...))
			}
			return all
		}, attackstest.That(talk, func(i int, m attacks.Message) bool { return i < n/2 && m.Text != "" })},
		"a device's state": {func(m *Messenger) [][]byte { return [][]byte{state(m, "Ana")} }, attackstest.Copied(talk, "Ana", n/2)},
	} {
		m := newTwin()
		leaking := attackstest.Leaking(m, Relay, func() ([][]byte, error) { return c.leak(m), nil })
		e := attackstest.Exposure(t, attackstest.Run(t, leaking, n, "Ana"), Relay)
		attackstest.Same(t, "a relay that keeps "+what, e.Opened, c.want)
		if e.Wrong != 0 || e.Operations <= 2*n {
			t.Errorf("%s: %d wrong claims, %d operations", what, e.Wrong, e.Operations)
		}
	}
}

// Private keys that lie beside the publications open the first messages, if all are there that a
// handshake takes, and as bytes that nobody has sorted.
func TestRelayTriesPrivatePrekeys(t *testing.T) {
	const n = 60
	talk := attackstest.Talk(n)
	run := func(curve, kem bool) *attacks.Exposure {
		h := newHoarder()
		leaking := attackstest.Leaking(h, Relay, func() (all [][]byte, err error) {
			for k := range h.keys {
				if curve {
					all = append(all, slices.Clone(k[:]))
				}
			}
			for _, seeds := range h.seeds {
				for _, seed := range seeds {
					if kem {
						all = append(all, slices.Clone(seed[:]))
					}
				}
			}
			return all, nil
		})
		return attackstest.Exposure(t, attackstest.Run(t, leaking, n, "Ana"), Relay)
	}
	firstHalf := firstFlights(talk)
	e := run(true, true)
	for i := range n / 2 { // later keys were drawn after the theft, or are of people who had not met
		if e.Opened[i] != firstHalf[i] {
			t.Errorf("with all keys message %d opens: %v", i, e.Opened[i])
		}
	}
	if e.Wrong != 0 {
		t.Errorf("%d wrong claims", e.Wrong)
	}
	for what, e := range map[string]*attacks.Exposure{"no ML-KEM": run(true, false), "no X25519": run(false, true)} {
		if n := e.Readable().N; n != 0 {
			t.Errorf("%s: %d open", what, n)
		}
	}
}

// A relay knows names. A text that is no more than one claims nothing.
func TestNamesAreNoTexts(t *testing.T) {
	c := attacks.NewConversation([]attacks.Message{{From: "Ana", To: "Ben", Text: "Ben"}, {From: "Ben", To: "Ana", Text: ""}})
	r, err := attacks.Run(t.Context(), newTwin(), c, "Ana", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if e := attackstest.Exposure(t, r, Relay); e.Readable().N != 0 || e.Wrong != 0 {
		t.Errorf("%v open, %d wrong claims", e.Readable(), e.Wrong)
	}
}
