package attackstest

import (
	"bytes"
	"slices"
	"testing"

	"doormat/attacks"
)

// What follows holds for every system, and each package tests its own with it.

// ThiefHasBytes checks that each theft opens the same from tapes that were on a disk, with a system that
// has carried nothing: no live object is looked at.
func ThiefHasBytes(t *testing.T, system func() attacks.System, n int) {
	t.Helper()
	r := Run(t, system(), n, "Ana")
	for _, e := range r.Exposures {
		what := r.System + ", " + string(e.Theft)
		c, err := Read(t, system(), e.Theft, Reread(t, r.Loot[e.Theft]), Reread(t, r.Transcript.Tape))
		if err != nil {
			t.Errorf("%s: %v", what, err)
		}
		opened, wrong := c.Judge(Talk(n))
		Same(t, what, opened, e.Opened)
		if wrong != 0 {
			t.Errorf("%s: %d wrong claims", what, wrong)
		}
	}
}

// Damages says how the thefts of a system take damaged loot.
type Damages struct {
	Believed []attacks.TheftName // the thief cannot tell that a record was changed
	Whole    []attacks.TheftName // a record that is cut, or has a byte more, is an error
}

// DamagedLoot checks that damaged loot opens nothing that the loot does not, and claims nothing wrong.
func DamagedLoot(t *testing.T, system func() attacks.System, d Damages) {
	t.Helper()
	const n = 12
	r := Run(t, system(), n, "Ana")
	thief := system()
	for _, e := range r.Exposures {
		loot := Records(t, r.Loot[e.Theft])
		for i := range min(len(loot), 2) {
			Damage(loot[i], func(damage string, at int, b []byte) {
				what := r.System + ", " + string(e.Theft) + ", " + damage
				bad := slices.Clone(loot)
				bad[i] = b
				c, err := Read(t, thief, e.Theft, Tape(t, bad...), r.Transcript.Tape)
				opened, wrong := c.Judge(Talk(n))
				Subset(t, what, opened, e.Opened)
				if wrong != 0 && !slices.Contains(d.Believed, e.Theft) {
					t.Errorf("%s at %d: %d wrong claims, %v", what, at, wrong, err)
				}
				if err == nil && damage != "bit flipped" && slices.Contains(d.Whole, e.Theft) {
					t.Errorf("%s at %d: no error", what, at)
				}
			})
		}
		// Records lost from either end.
		for _, few := range [][][]byte{nil, loot[:len(loot)/2], loot[len(loot)/2:]} {
			c, _ := Read(t, thief, e.Theft, Tape(t, few...), r.Transcript.Tape)
			opened, _ := c.Judge(Talk(n))
			Subset(t, r.System+", "+string(e.Theft)+", records lost", opened, e.Opened)
		}
	}
}

// DamagedTranscript checks that an envelope that was damaged opens nothing more, is claimed by none of
// the thefts, and is an error only if it is too short for a date.
func DamagedTranscript(t *testing.T, system func() attacks.System) {
	t.Helper()
	const n = 12
	r := Run(t, system(), n, "Ana")
	envelopes := Records(t, r.Transcript.Tape)
	thief := system()
	try := func(damage string, bad [][]byte) {
		for _, e := range r.Exposures {
			what := r.System + ", " + string(e.Theft) + ", " + damage
			c, err := Read(t, thief, e.Theft, r.Loot[e.Theft], Tape(t, bad...))
			opened, wrong := c.Judge(Talk(n))
			Subset(t, what, opened, e.Opened)
			if wrong != 0 {
				t.Errorf("%s: %d wrong claims, %v", what, wrong, err)
			}
			short := slices.ContainsFunc(bad, func(b []byte) bool { return len(b) < 8 })
			if (err != nil) != short {
				t.Errorf("%s: %v", what, err)
			}
		}
	}
	try("as it was", envelopes)
	Damage(envelopes[n-1], func(damage string, _ int, b []byte) {
		bad := slices.Clone(envelopes)
		bad[n-1] = b
		try(damage, bad)
	})
}

// SeededRunsAreEqual checks that all bytes of a run depend on the seed and on nothing else.
func SeededRunsAreEqual(t *testing.T, system func() attacks.System) {
	t.Helper()
	tapes := func(seed byte) map[string][]byte {
		defer Seed(t, [32]byte{seed})()
		return Bytes(t, Run(t, system(), 10, "Ana"))
	}
	one, two, other := tapes(1), tapes(1), tapes(2)
	if len(one) < 2 || len(one["transcript"]) == 0 {
		t.Errorf("%d tapes", len(one))
	}
	for what := range one {
		if !bytes.Equal(one[what], two[what]) {
			t.Errorf("the same seed, another %s", what)
		}
		if len(one[what]) > 0 && bytes.Equal(one[what], other[what]) {
			t.Errorf("another seed, the same %s", what)
		}
	}
}

// Copied is the model of what a copy of the victim's device opens, if it is made before the message
// with the index moment. With each peer it follows until the victim takes a turn, for which it draws
// a key that the copy has not.
func Copied(messages []attacks.Message, victim string, moment int) []bool {
	wroteLast := map[string]string{} // by peer
	healed := map[string]bool{}
	return That(messages, func(i int, m attacks.Message) bool {
		if !Involving(victim, m) {
			return false
		}
		peer := m.To
		if m.To == victim {
			peer = m.From
		}
		turn := m.From == victim && wroteLast[peer] != victim
		wroteLast[peer] = m.From
		if i >= moment && turn {
			healed[peer] = true
		}
		return i >= moment && !healed[peer]
	})
}

// ActedOn is the model of what a thief opens who acts with a copy of the victim's device: all of the
// victim's messages from the moment on, but the first with each peer if the victim begins a turn with it.
func ActedOn(messages []attacks.Message, victim string, moment int) []bool {
	wroteLast := map[string]string{} // by peer
	between := map[string]bool{}
	return That(messages, func(i int, m attacks.Message) bool {
		if !Involving(victim, m) {
			return false
		}
		peer := m.To
		if m.To == victim {
			peer = m.From
		}
		turn := m.From == victim && wroteLast[peer] != victim
		wroteLast[peer] = m.From
		if i < moment {
			return false
		}
		opens := between[peer] || !turn
		between[peer] = true
		return opens
	})
}

// MetAfter lists the messages between two people who had not written to each other before the moment.
func MetAfter(messages []attacks.Message, moment int) []bool {
	met := map[[2]string]bool{}
	return That(messages, func(i int, m attacks.Message) bool {
		pair := [2]string{min(m.From, m.To), max(m.From, m.To)}
		met[pair] = met[pair] || i < moment
		return !met[pair]
	})
}
