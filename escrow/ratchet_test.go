package escrow

import (
	"strings"
	"testing"

	"doormat/noescrow"
)

// A script is a conversation and a theft. 'a' is a message from Alice to Bob, 'b' one from Bob
// to Alice; 'A' is one of Alice's that is held up and arrives at the end; at '|' Bob's state is
// stolen. What the thief opens of Alice's messages is worked out by hand:
//
//   - before the theft nothing but what was held up, whose key Bob still keeps;
//   - after it everything until Bob makes a new key, with his first answer to something he
//     received, and Alice has that answer ("healing").
var scripts = []struct{ script, opens string }{
	{"aaab|aaa", "... XXX"},
	{"aaabaa|aabaaba", "..... XX ..."},
	{"abA|", ".X"},
	{"abAa|abaa", ".X. X .."},
	{"abababab|babab", ".... X ."},
	{"ab|aAbaba", ". XX .."},
	{"aabAAabbaa|aaabbabAa", "..XX... XXX ..."},
}

// A stolen device opens the same messages of the same script in both systems. The authority's
// key opens all of them.
func TestRatchetBeneathStillWorks(t *testing.T) {
	for _, s := range scripts {
		want := strings.ReplaceAll(s.opens, " ", "")
		authority, a, b := pair(t)
		recorded, loot := play(t, s.script, a, b)
		ours := opens(recorded, load(t, loot).Open)

		na, nb := noescrow.NewDevice(), noescrow.NewDevice()
		startControl(t, na, nb)
		controls, controlLoot := play(t, s.script, na, nb)
		thief := new(noescrow.Device)
		if err := thief.UnmarshalBinary(controlLoot); err != nil {
			t.Fatal(err)
		}
		theirs := opens(controls, thief.Open)

		all := opens(recorded, func(e, _ []byte) (Identity, []byte, error) {
			from, _, text, err := authority.Recover(e)
			return from, text, err
		})
		t.Logf("%-22s noescrow, device %-14s escrow, device %-14s escrow, authority %s", s.script, theirs, ours, all)
		if theirs != want || ours != want {
			t.Errorf("%s: a stolen device opens %s in noescrow and %s in escrow, want %s", s.script, theirs, ours, want)
		}
		if all != strings.Repeat("X", len(want)) {
			t.Errorf("%s: the authority's key opens %s", s.script, all)
		}
	}
}

type messenger interface {
	Identity() Identity
	Seal(to Identity, plaintext, associated []byte) ([]byte, error)
	Open(envelope, associated []byte) (Identity, []byte, error)
	MarshalBinary() ([]byte, error)
}

// play carries out a script, and returns the envelopes to Bob in the order they were sealed and
// what was stolen from him.
func play(t *testing.T, script string, alice, bob messenger) (recorded [][]byte, loot []byte) {
	t.Helper()
	deliver := func(to messenger, e []byte) {
		t.Helper()
		if _, _, err := to.Open(e, nil); err != nil {
			t.Fatalf("%s: %v", script, err)
		}
	}
	var late [][]byte
	for _, step := range script {
		from, to := alice, bob
		switch step {
		case '|':
			loot = state(t, bob)
			continue
		case 'b':
			from, to = bob, alice
		}
		e, err := from.Seal(to.Identity(), []byte("text"), nil)
		if err != nil {
			t.Fatal(err)
		}
		switch step {
		case 'a':
			deliver(bob, e)
			recorded = append(recorded, e)
		case 'A':
			late = append(late, e)
			recorded = append(recorded, e)
		case 'b':
			deliver(alice, e)
		}
	}
	for _, e := range late {
		deliver(bob, e)
	}
	return recorded, loot
}

// opens tries the envelopes in order: X for one that opens.
func opens(recorded [][]byte, open func(envelope, associated []byte) (Identity, []byte, error)) string {
	var s strings.Builder
	for _, e := range recorded {
		if _, text, err := open(e, nil); err == nil && string(text) == "text" {
			s.WriteByte('X')
		} else {
			s.WriteByte('.')
		}
	}
	return s.String()
}
