package ghost

import (
	"bytes"
	"fmt"
	"testing"

	"doormat/attacks"
	"doormat/attacks/attackstest"
	"doormat/attacks/messenger"
	"doormat/internal/testing/printed"
	"doormat/noescrow"
)

var runs = map[string]attackstest.Once{}

func init() {
	for name, system := range systems {
		runs[name] = attackstest.NewOnce(func(string) attacks.System { return system() })
	}
}

var systems = map[string]func() attacks.System{Name: New, Shown: NewShown, ANOM: NewANOM}

// twin is the messenger without a ghost.
func twin() attacks.System {
	return messenger.New(messenger.Kind{
		Name:      "no escrow",
		NewDevice: func(string) (messenger.Device, error) { return noescrow.NewDevice(), nil },
		NewShelf:  func(p []byte) (messenger.Shelf, error) { return noescrow.NewShelf(p) },
		Wire:      messenger.NoEscrow,
	})
}

// after lists the messages from the moment on that f holds for.
func after(f func(m attacks.Message) bool) []bool {
	return attackstest.That(attackstest.Talk(attackstest.Size), func(i int, m attacks.Message) bool {
		return i >= attackstest.Size/2 && f(m)
	})
}

func everyone(attacks.Message) bool { return true }

// writers are those whose phones have asked, from the moment on, who is in a chat that f holds for.
func writers(f func(m attacks.Message) bool) attacks.Notice {
	who := map[string]bool{}
	for _, m := range attackstest.Talk(attackstest.Size)[attackstest.Size/2:] {
		if f(m) {
			who[m.From] = true
		}
	}
	if len(who) == 1 {
		for name := range who {
			return attacks.Notice{Who: name}
		}
	}
	return attacks.Notice{Who: fmt.Sprintf("%d people", len(who))}
}

// The order and a copy of its ghost open what one person writes and receives from then on, and nothing
// before; the key for orders opens that of everyone. What a client hides, no one sees who looks at the
// screen.
func TestThefts(t *testing.T) {
	for _, victim := range attackstest.Victims() {
		of := func(m attacks.Message) bool { return attackstest.Involving(victim, m) }
		for name, seen := range map[string]bool{Name: false, Shown: true} {
			r := runs[name].Result(t, victim)
			apart := attacks.Notice{Who: "who takes an app apart", Possible: true}
			for _, c := range []struct {
				theft  attacks.TheftName
				opens  func(m attacks.Message) bool
				forged attacks.Verdict
				hidden attacks.Notice
			}{
				{attacks.WarrantName, of, attacks.NotOffered, apart},
				{GhostKey, of, attackstest.IfWrote(victim, attacks.Refused), attacks.Notice{}},
				{OrderKey, everyone, attackstest.IfWrote(victim, attacks.Refused), apart},
			} {
				e := attackstest.Exposure(t, r, c.theft)
				want := attackstest.Want{Opened: after(c.opens), Forged: c.forged, Noticed: c.hidden}
				if seen && c.theft != GhostKey {
					want.Noticed = writers(c.opens)
				}
				attackstest.Check(t, e, want)
			}
		}
		r := runs[ANOM].Result(t, victim)
		attackstest.Check(t, attackstest.Exposure(t, r, BotKey), attackstest.Want{Opened: attackstest.That(attackstest.Talk(attackstest.Size), attackstest.All)})
		attackstest.Check(t, attackstest.Exposure(t, r, attacks.WarrantName), attackstest.Want{AtEnd: true,
			Opened: attackstest.That(attackstest.Talk(attackstest.Size), func(_ int, m attacks.Message) bool { return of(m) })})
	}
}

// Everything else opens what it opens without a ghost.
func TestTheRestIsEqual(t *testing.T) {
	for _, victim := range attackstest.Victims() {
		control := attackstest.Run(t, twin(), attackstest.Size, victim)
		for name := range systems {
			r := runs[name].Result(t, victim)
			for _, want := range control.Exposures {
				if want.Theft == attacks.WarrantName {
					continue
				}
				e := attackstest.Exposure(t, r, want.Theft)
				attackstest.Same(t, name+", "+victim+", "+string(e.Theft), e.Opened, want.Opened)
				if e.Takes != want.Takes || e.Forged != want.Forged || e.Noticed != want.Noticed || e.Wrong != 0 {
					t.Errorf("%s, %s: %+v, without a ghost %+v", name, victim, e, want)
				}
			}
		}
	}
}

// opened lets Ana and Ben write in turn, has thefts at three moments, and returns what the last opens of
// the last part.
func opened(t *testing.T, system attacks.System, thefts ...attacks.TheftName) (n int) {
	t.Helper()
	s := attacks.NewStage(system, "Ana", nil)
	defer s.Close()
	for _, p := range []string{"Ana", "Ben"} {
		if err := s.Enrol(p); err != nil {
			t.Fatal(err)
		}
	}
	var last *attacks.Stolen
	talk := attackstest.Talk(attackstest.Size)
	for i := range 20 * (len(thefts) + 1) {
		if i > 0 && i%20 == 0 {
			stolen, err := s.Steal(thefts[i/20-1])
			if err != nil {
				t.Fatal(err)
			}
			last = stolen
		}
		m := talk[i]
		m.From, m.To = "Ana", "Ben"
		if i%2 == 1 {
			m.From, m.To = m.To, m.From
		}
		if err := s.Send(m); err != nil {
			t.Fatal(err)
		}
	}
	e, err := s.Expose(t.Context(), last)
	if err != nil {
		t.Fatal(err)
	}
	if e.Before.N != 0 || e.Wrong != 0 {
		t.Errorf("%s: %v of before, %d wrong", last.Theft.Name, e.Before, e.Wrong)
	}
	return e.After.N
}

// A copy of a phone is healed by its owner's next turn. Once there is a ghost, its session is never
// turned: the copy reads all that the owner writes from then on. The copy of a ghost that has read for a
// while is as good as the ghost.
func TestGhostUndoesHealing(t *testing.T) {
	for what, c := range map[string]struct{ got, want int }{
		"a phone, no ghost":         {opened(t, twin(), attacks.WiretapName, attacks.DeviceKeys), 0},
		"an order that comes later": {opened(t, New(), attacks.WiretapName, attacks.DeviceKeys, attacks.WarrantName), 20},
		"a phone, and no order":     {opened(t, New(), attacks.WiretapName, attacks.DeviceKeys), 0},
		"a phone with a ghost":      {opened(t, New(), attacks.WarrantName, attacks.DeviceKeys), 10},
		"a ghost":                   {opened(t, New(), attacks.WarrantName, GhostKey), 20},
		"ANOM, a phone":             {opened(t, NewANOM(), attacks.WiretapName, attacks.DeviceKeys), 0},
	} {
		if c.got != c.want {
			t.Errorf("%s: %d of 20 messages, expected %d", what, c.got, c.want)
		}
	}
}

// The theft of a ghost changes no one's phone; an order does not either, until its ghost is written to.
func TestNoticed(t *testing.T) {
	for _, shown := range []bool{false, true} {
		s := newSystem(Name, 1)
		want := "who takes an app apart"
		if shown {
			s, want = newSystem(Shown, 0), "Ana"
		}
		attackstest.Enrol(t, s)
		g, err := s.tap("Ana")
		if err != nil {
			t.Fatal(err)
		}
		if n, err := s.noticed(g.Identity()); err != nil || n.Who != "" {
			t.Errorf("before a message: %v, %v", n, err)
		}
		m := attackstest.Talk(1)[0]
		m.From, m.To = "Ben", "Cas"
		send(t, s, m)
		if n, _ := s.noticed(g.Identity()); n.Who != "" {
			t.Errorf("after others have written: %v", n)
		}
		m.From, m.To = "Ana", "Ben"
		send(t, s, m)
		if n, _ := s.noticed(g.Identity()); n.Who != want {
			t.Errorf("after Ana has written: %v, expected %s", n, want)
		}
		m.From, m.To = "Cas", "Ana"
		send(t, s, m)
		if n, _ := s.noticed(g.Identity()); shown && n.Who != "2 people" {
			t.Errorf("after Cas has written: %v", n)
		}
	}
}

func send(t *testing.T, s attacks.System, m attacks.Message) {
	t.Helper()
	e, err := s.Send(m)
	if err != nil {
		t.Fatal(err)
	}
	if _, text, err := s.Receive(m.To, m.At, e); err != nil || text != m.Text {
		t.Fatal(text, err)
	}
}

// What ANOM's program has in it is on each phone, in bytes.
func TestInspectShowsTheMaker(t *testing.T) {
	s := newANOM()
	attackstest.Enrol(t, s)
	view, err := s.Inspect("Ana")
	if err != nil || !bytes.HasSuffix(view, []byte(s.bot.Recipient())) {
		t.Error("the line of the maker's bot is not there", err)
	}
}

func TestThiefHasBytes(t *testing.T) {
	for _, system := range systems {
		attackstest.ThiefHasBytes(t, system, 12)
	}
}

// different are the systems whose bytes are damaged.
func different() []func() attacks.System {
	if *attackstest.Long {
		return []func() attacks.System{New, NewShown, NewANOM}
	}
	return []func() attacks.System{New}
}

func TestDamagedLoot(t *testing.T) {
	for _, system := range different() {
		attackstest.DamagedLoot(t, system, attackstest.Damages{
			Believed: []attacks.TheftName{messenger.Seizure, messenger.SeizureDisappearing, messenger.ImplantName, messenger.UpdateKey},
		})
	}
}

func TestDamagedTranscript(t *testing.T) {
	if !*attackstest.Long {
		t.Skip("it takes some ten seconds: go test -long")
	}
	for _, system := range different() {
		attackstest.DamagedTranscript(t, system)
	}
}

func TestSeededRunsAreEqual(t *testing.T) {
	for _, system := range systems {
		attackstest.SeededRunsAreEqual(t, system)
	}
}

func TestSystemsPrintNoSecret(t *testing.T) {
	s, a := newSystem(Name, 1), newANOM()
	key, err := a.bot.RecoveryKey()
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []any{s, a} {
		if leak := printed.Leak(x, s.key.RecoveryKey()[2:], key[2:34]); leak != "" {
			t.Error(leak)
		}
	}
}
