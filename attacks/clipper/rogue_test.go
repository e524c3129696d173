package clipper

import (
	"bytes"
	"slices"
	"testing"

	"doormat/attacks"
	"doormat/attacks/attackstest"
)

// In the matrix: all halves read nothing of a forger, and all of a borrower, in another's name.
func TestRogues(t *testing.T) {
	messages := attackstest.Talk(attackstest.Size)
	for _, cheat := range attackstest.Victims() {
		wrote := slices.ContainsFunc(messages, func(m attacks.Message) bool { return m.From == cheat })
		forged := attackstest.Want{
			Opened: attackstest.That(messages, func(_ int, m attacks.Message) bool { return m.From != cheat }),
			AtEnd:  true,
		}
		borrowed := attackstest.Want{Opened: attackstest.That(messages, attackstest.All), AtEnd: true}
		if wrote {
			forged.Noticed = attacks.Notice{Who: "who taps", Possible: true}
			borrowed.Noticed.Blamed = innocent(cheat)
		}
		for theft, c := range map[attacks.TheftName]struct {
			system attacks.System
			want   attackstest.Want
		}{ForgedLEAF: {NewForger(cheat), forged}, BorrowedLEAF: {NewBorrower(cheat), borrowed}} {
			r := attackstest.Run(t, c.system, attackstest.Size, cheat)
			if len(r.Exposures) != 1 || r.System != Name {
				t.Fatalf("%s has %d thefts", r.System, len(r.Exposures))
			}
			attackstest.Check(t, attackstest.Exposure(t, r, theft), c.want)
			blames(t, theft, cheat, r)
		}
	}
}

// innocent returns the first person who is not the cheat.
func innocent(cheat string) string {
	return attackstest.People[slices.IndexFunc(attackstest.People, func(p string) bool { return p != cheat })]
}

// blames checks whom the family key names for what the cheat wrote: a unit that was never made, or
// the innocent's; and for the rest who wrote it.
func blames(t *testing.T, theft attacks.TheftName, cheat string, r *attacks.Result) {
	t.Helper()
	family, _, err := cutFamilyKey(r.Loot[theft])
	if err != nil {
		t.Fatal(err)
	}
	made := units(t, family, r.Transcript)
	for i, m := range attackstest.Talk(attackstest.Size) {
		name := ""
		if card := int64(made[i]) - int64(firstUnit); card >= 0 && card < int64(len(attackstest.People)) {
			name = attackstest.People[card]
		}
		want := m.From
		switch {
		case m.From == cheat && theft == ForgedLEAF:
			want = ""
		case m.From == cheat:
			want = innocent(cheat)
		}
		if name != want {
			t.Errorf("%s: message %d from %s is blamed on %q, expected %q", theft, i, m.From, name, want)
		}
	}
}

// Who noticed is judged from loot, transcript and register, of bytes that have been on a disk, before
// anything was read with them, and as often as one likes.
func TestNoticedIsJudgedFromBytes(t *testing.T) {
	const n = 20
	for name, s := range map[attacks.TheftName]attacks.System{ForgedLEAF: NewForger("Ana"), BorrowedLEAF: NewBorrower("Ana")} {
		r := attackstest.Run(t, s, n, "Ana")
		want := attackstest.Exposure(t, r, name).Noticed
		if want == (attacks.Notice{}) {
			t.Fatalf("%s: nobody noticed", name)
		}
		th, err := theft(s, name, "Ana")
		if err != nil {
			t.Fatal(err)
		}
		var honest [][]byte // the others' envelopes
		for record, err := range r.Transcript.All() {
			if err != nil {
				t.Fatal(err)
			}
			if attackstest.Talk(n)[record.Index].From != "Ana" {
				honest = append(honest, bytes.Clone(record.Bytes))
			}
		}
		loot := attackstest.Reread(t, r.Loot[name])
		all := &attacks.Transcript{Tape: attackstest.Reread(t, r.Transcript.Tape)}
		others := attackstest.Transcript(t, attackstest.Talk(n)[0].At, append(honest, []byte("no envelope"))...)
		for range 2 {
			if got, err := th.Noticed(loot, all); err != nil || got != want {
				t.Errorf("%s: noticed %v, %v, expected %v", name, got, err, want)
			}
			if got, err := th.Noticed(loot, others); err != nil || got != (attacks.Notice{}) {
				t.Errorf("%s, without what Ana wrote: noticed %v, %v", name, got, err)
			}
		}
		if _, err := th.Noticed(attackstest.Tape(t), all); err == nil {
			t.Errorf("%s: judged without loot", name)
		}
	}
}

func TestBorrowerAlone(t *testing.T) {
	s := NewBorrower("Ana")
	if err := s.Enrol("Ana"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Send(attacks.Message{From: "Ana", To: "Ana"}); err == nil {
		t.Error("she borrows from herself")
	}
	if err := s.Enrol("Ben"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Send(attacks.Message{From: "Ana", To: "Ben"}); err != nil {
		t.Errorf("with Ben to borrow from: %v", err)
	}
}
