package transparency

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"doormat/attacks"
	"doormat/attacks/attackstest"
	"doormat/attacks/messenger"
	"doormat/noescrow"
)

const size = 60

// One who listens opens what opens of a messenger without a directory, and the directory's keys open
// nothing.
func TestListening(t *testing.T) {
	for _, victim := range []string{"Ana", "Cas"} {
		twin := attackstest.Run(t, messenger.New(kind), size, victim)
		r := attackstest.Run(t, New(), size, victim)
		for _, want := range twin.Exposures {
			e := attackstest.Exposure(t, r, want.Theft)
			attackstest.Same(t, victim+", "+string(want.Theft), e.Opened, want.Opened)
			if e.Forged != want.Forged || e.Noticed != want.Noticed || e.Wrong != 0 {
				t.Errorf("%s: %+v, of the twin %+v", want.Theft, e, want)
			}
		}
		e := attackstest.Exposure(t, r, State)
		if e.Readable().N != 0 || e.Operations == 0 || e.Noticed.Who != "" {
			t.Errorf("%+v", e)
		}
	}
}

// opens is the model: what a thief who acts from the moment on reads, until a day ends.
func opens(theft attacks.TheftName, plain bool, victim string) []bool {
	talk := attackstest.Talk(size)
	moment := size / 2
	var day time.Time // the last time that the directory published
	ended := false    // a day, since the theft
	return attackstest.That(talk, func(i int, m attacks.Message) bool {
		if i == moment && !day.IsZero() {
			day = day.Add(time.Millisecond)
		}
		if m.At.Sub(day) >= 24*time.Hour {
			day = m.At
			ended = ended || i >= moment
		}
		switch {
		case i < moment:
			return false
		case theft == Swap && plain:
			return true
		case theft == Swap:
			return !ended
		case theft == Collusion:
			return attackstest.Involving(victim, m)
		}
		return false
	})
}

// Each theft opens what the table in the package comment says, no message is missing, and those notice
// who should.
func TestActing(t *testing.T) {
	for _, victim := range []string{"Ana", "Cas"} {
		for _, system := range NewActing() {
			r := attackstest.Run(t, system, size, victim)
			e := r.Exposures[0]
			what := e.System + ", " + string(e.Theft) + ", " + victim
			attackstest.Same(t, what, e.Opened, opens(e.Theft, e.System == Plain, victim))
			want := map[attacks.TheftName]string{
				Swap: "the owners, at the next look", Split: "all devices", Collusion: "who compares checkpoints",
			}[e.Theft]
			if e.System == Plain {
				want = "who compares safety numbers"
			}
			if e.Noticed.Who != want || e.Lost != 0 || e.Wrong != 0 || e.Inserted.N != 0 {
				t.Errorf("%s: %+v", what, e)
			}
		}
	}
}

// Where no message follows, a thief who acts has nothing, and there is nothing to notice.
func TestActingTooLate(t *testing.T) {
	for _, system := range NewActing() {
		c := attackstest.Conversation(12)
		c.Moment = c.Len
		r, err := attacks.Run(t.Context(), system, c, "Ana", nil)
		if err != nil {
			t.Fatal(err)
		}
		if e := r.Exposures[0]; e.Readable().N != 0 || e.Noticed.Who != "" {
			t.Errorf("%+v", e)
		}
		r.Close()
	}
}

// A thief who is there before the first message is no error.
func TestActingEarly(t *testing.T) {
	for _, system := range NewActing() {
		c := attackstest.Conversation(12)
		c.Moment = 0
		r, err := attacks.Run(t.Context(), system, c, "Ana", nil)
		if err != nil {
			t.Fatalf("%s: %v", system.Name(), err)
		}
		r.Close()
	}
}

func TestThiefHasBytes(t *testing.T) {
	attackstest.ThiefHasBytes(t, New, 12)
	for i := range NewActing() {
		attackstest.ThiefHasBytes(t, func() attacks.System { return NewActing()[i] }, 12)
	}
}

func TestSeededRunsAreEqual(t *testing.T) {
	attackstest.SeededRunsAreEqual(t, New)
	for i := range NewActing() {
		attackstest.SeededRunsAreEqual(t, func() attacks.System { return NewActing()[i] })
	}
}

func TestDamagedLoot(t *testing.T) {
	for i := range NewActing() {
		tape := attackstest.Run(t, NewActing()[i], 12, "Ana").Loot
		for theft, loot := range tape {
			records := attackstest.Records(t, loot)
			attackstest.Damage(records[0][:20], func(damage string, _ int, b []byte) {
				if damage == "truncated" {
					if _, err := attackstest.Read(t, NewActing()[i], theft, attackstest.Tape(t, b), attackstest.Tape(t)); err == nil {
						t.Errorf("%s: a record of %d bytes is loot", theft, len(b))
					}
				}
			})
		}
	}
}

// A device takes no message whose sender the directory does not know by that name.
func TestStrangersAreRefused(t *testing.T) {
	s := NewActing()[1].(*system)
	attackstest.Enrol(t, s)
	talk := attackstest.Talk(1)[0]
	if _, err := s.Send(talk); err != nil {
		t.Fatal(err)
	}
	s.fakes = map[string]*noescrow.Device{talk.From: noescrow.NewDevice()}
	id := attackstest.Identity(t, s, talk.To)
	envelope, err := s.seal(s.fakes[talk.From], noescrow.Identity(id), talk.To, "hello", talk.At)
	if err != nil {
		t.Fatal(err)
	}
	if from, _, err := s.Receive(talk.To, talk.At, envelope); err == nil {
		t.Errorf("%s takes a message of a fake for %s's", talk.To, from)
	}
}

// A name may have as many bytes as its length says.
func TestLootOfLongNames(t *testing.T) {
	state, err := noescrow.NewDevice().MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{253, 254, 255} {
		name := strings.Repeat("a", n)
		l, err := parseLoot(attackstest.Tape(t, slices.Concat([]byte{'F', byte(n)}, []byte(name), state)))
		if err != nil || l.fakes[name] == nil {
			t.Errorf("%d bytes: %v", n, err)
		}
	}
}

// "All devices" is said where all have refused, and nowhere else.
func TestNotAllDevices(t *testing.T) {
	s := NewActing()[2].(*system)
	r := attackstest.Run(t, s, size, "Ana") // long enough that all look
	if e := r.Exposures[0]; e.Noticed.Who != "all devices" {
		t.Fatalf("%+v", e.Noticed)
	}
	delete(s.refused, "Ana")
	n, err := s.noticed()
	if want := fmt.Sprintf("%d of %d devices", len(s.Names())-1, len(s.Names())); err != nil || n.Who != want {
		t.Errorf("%q, %v, expected %q", n.Who, err, want)
	}
	g := newGroups(Logged)
	g.refused, g.taken = true, true
	if n := g.noticed(); n.Who != "some devices" {
		t.Errorf("%q", n.Who)
	}
}
