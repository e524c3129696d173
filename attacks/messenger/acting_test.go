package messenger

import (
	"bytes"
	"errors"
	"slices"
	"testing"
	"time"

	"doormat/attacks"
	"doormat/attacks/attackstest"
	"doormat/noescrow"
)

// Of the thieves who act.
const (
	relayActs = iota
	deviceActs
)

func newActing(i int) attacks.System { return Acting(newTwin().kind)[i] }

// A relay that acts reads those who meet after it began, writes as one of them to the other, and repeats
// what it likes in vain. Whoever compares safety numbers sees it, and no message is missing.
func TestRelayActs(t *testing.T) {
	talk := attackstest.Talk(attackstest.Size)
	met := attackstest.MetAfter(talk, attackstest.Size/2)
	verdicts := map[attacks.Verdict]bool{}
	for _, victim := range attackstest.People {
		e := attackstest.Exposure(t, attackstest.Run(t, newActing(relayActs), attackstest.Size, victim), ActingRelay)
		forged := attacks.NotOffered
		for i, m := range talk {
			if m.From == victim {
				forged = attacks.Refused
				if met[i] {
					forged = attacks.Accepted
				}
			}
		}
		verdicts[forged] = true
		attackstest.Check(t, e, attackstest.Want{Opened: met, Forged: forged, Noticed: attacks.Notice{Who: "who compares safety numbers", Possible: true}})
		repeated := attackstest.Size/2 - attackstest.Count(met)
		if e.Lost != 0 || e.Inserted != (attacks.Count{N: 0, Of: repeated}) {
			t.Errorf("%s: %d messages are lost, %v repetitions taken, expected 0, 0 of %d", victim, e.Lost, e.Inserted, repeated)
		}
	}
	if len(verdicts) != 3 {
		t.Errorf("the victims are all alike: %v", verdicts)
	}
}

// Where no two people meet later, a relay has nothing to come between, and there is nothing to notice.
func TestRelayActsOnOldFriends(t *testing.T) {
	c := attacks.NewConversation([]attacks.Message{
		{From: "Ana", To: "Ben", Text: "hello"}, {From: "Ben", To: "Ana", Text: "yes?"},
		{From: "Ana", To: "Ben", Text: "we have met"}, {From: "Ben", To: "Ana", Text: "we have"},
	})
	r, err := attacks.Run(t.Context(), newActing(relayActs), c, c.People[0], nil)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if e := r.Exposures[0]; e.Readable().N != 0 || e.Forged != attacks.Refused || e.Noticed != (attacks.Notice{}) || e.Inserted.N != 0 {
		t.Errorf("%+v", e)
	}
}

// A relay that hands out an old publication hands out prekeys that have been used. What is sealed with them
// does not open, and nobody has read it.
func TestRelayRollsBack(t *testing.T) {
	m := newTwin()
	attackstest.Enrol(t, m)
	old := m.relay.accounts["Ben"].publications[0]
	at := time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)
	send := func(from, text string) ([]byte, error) {
		envelope, err := m.Send(attacks.Message{At: at, From: from, To: "Ben", Text: text})
		if err != nil {
			t.Fatal(err)
		}
		_, _, err = m.Receive("Ben", at, envelope)
		return envelope, err
	}
	if _, err := send("Ana", "with the first prekeys"); err != nil {
		t.Fatal(err)
	}
	honest := m.relay.accounts["Ben"].shelf
	rolledBack, err := m.kind.NewShelf(old)
	if err != nil {
		t.Fatal(err)
	}
	m.relay.accounts["Ben"].shelf = rolledBack
	envelope, err := send("Cas", "with the same again")
	if !errors.Is(err, noescrow.ErrPrekey) {
		t.Errorf("a message under prekeys that have been used: %v", err)
	}
	loot, err := m.relay.steal()
	if err != nil {
		t.Fatal(err)
	}
	claims, err := attackstest.Read(t, newTwin(), Relay, loot, attackstest.Transcript(t, at, envelope).Tape)
	if err != nil || len(claims.Texts) != 0 || claims.Unplaced["with the same again"] {
		t.Errorf("the relay reads %v, %v", claims.Texts, err)
	}
	m.relay.accounts["Ben"].shelf = honest
	d, err := m.Person("Cas")
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Start(m.contacts["Cas"]["Ben"], honest.Bundle()); err != nil {
		t.Fatal(err)
	}
	if _, err := send("Cas", "with prekeys of its own"); err != nil {
		t.Errorf("from an honest relay: %v", err)
	}
}

// A device takes no second identity under a name.
func TestContactsStay(t *testing.T) {
	m := newTwin()
	attackstest.Enrol(t, m)
	at := time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)
	envelope, err := m.Send(attacks.Message{At: at, From: "Ana", To: "Ben", Text: "it is me"})
	if err == nil {
		_, _, err = m.Receive("Ben", at, envelope)
	}
	if err != nil {
		t.Fatal(err)
	}
	// The relay says that Ana has a new phone. Cas, who does not know her, believes it.
	fake := noescrow.NewDevice()
	m.relay.fakes = map[string]Device{"Ana": fake}
	for to, want := range map[string]error{"Ben": errStranger, "Cas": nil} {
		d, err := m.Person(to)
		if err != nil {
			t.Fatal(err)
		}
		bundle, err := m.Bundle(to)
		if err == nil {
			err = fake.Start(d.Identity(), bundle)
		}
		if err == nil {
			envelope, err = fake.Seal(d.Identity(), []byte("it is me too"), attacks.Date(at))
		}
		if err != nil {
			t.Fatal(err)
		}
		if from, _, err := m.Receive(to, at, envelope); err != want || err == nil && from != "Ana" {
			t.Errorf("%s takes it from %q, %v", to, from, err)
		}
	}
}

// A thief who acts with a copy of a device is not healed by the ratchet: he reads all that is written to and
// by the victim, except that he may miss one message with each peer. No message is lost, and no safety
// number is wrong. What he has to invent, two people find who compare their histories.
func TestDeviceKeysAct(t *testing.T) {
	talk := attackstest.Talk(attackstest.Size)
	invented := 0
	for _, victim := range attackstest.Victims() {
		system := newActing(deviceActs)
		e := attackstest.Exposure(t, attackstest.Run(t, system, attackstest.Size, victim), ActingDeviceKeys)
		want := attackstest.Want{
			Opened: attackstest.ActedOn(talk, victim, attackstest.Size/2),
			Forged: attackstest.IfWrote(victim, attacks.Accepted),
		}
		missed := attackstest.Count(attackstest.That(talk, func(i int, m attacks.Message) bool {
			return i >= attackstest.Size/2 && attackstest.Involving(victim, m) && !want.Opened[i]
		}))
		if missed > 0 {
			want.Noticed = attacks.Notice{Who: "who compares histories", Possible: true}
		}
		invented += missed
		attackstest.Check(t, e, want)
		if e.Lost != 0 || e.Inserted != (attacks.Count{N: 2 * missed, Of: 2 * missed}) {
			t.Errorf("%s: %d messages are lost, %v inserted, expected 0, and all of %d", victim, e.Lost, e.Inserted, 2*missed)
		}
		listens := attackstest.Copied(talk, victim, attackstest.Size/2)
		if n := e.Readable().N; n < attackstest.Count(listens) {
			t.Errorf("%s: %d open, and %d do to one who only listens", victim, n, attackstest.Count(listens))
		}
		if n, err := system.(acting).compareSafetyNumbers(nil, nil); err != nil || n != (attacks.Notice{}) {
			t.Errorf("%s: safety numbers differ: %v, %v", victim, n, err)
		}
	}
	if invented == 0 {
		t.Error("the thief never has to invent anything: the test proves little")
	}
}

// What ends it. Each letter is a message after the remedy, Ana's and Ben's in turn: + if it opens, - if not, and
// a capital L behind it if it does not arrive.
func TestWhatEndsTheImpersonation(t *testing.T) {
	device := func(t *testing.T, m *Messenger) *noescrow.Device {
		d, err := m.Person("Ana")
		if err != nil {
			t.Fatal(err)
		}
		return d.(*noescrow.Device)
	}
	rotate := func(t *testing.T, m *Messenger) { device(t, m).Rotate(); device(t, m).Rotate() }
	start := func(t *testing.T, m *Messenger) {
		bundle, err := m.Bundle("Ben")
		if err == nil {
			err = device(t, m).Start(m.contacts["Ana"]["Ben"], bundle)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		remedy string
		do     func(t *testing.T, m *Messenger)
		want   string
	}{
		{"none", func(*testing.T, *Messenger) {}, "++++++"},
		{"the second Rotate", rotate, "++++++"}, // the sessions that he has go on
		{"a Start", start, "-+++++"},            // he comes between again
		{"the second Rotate, then a Start", func(t *testing.T, m *Messenger) { rotate(t, m); start(t, m) }, "-+L-+L-+L"}, // to Ben he writes as Ana
		{"a new identity", func(t *testing.T, m *Messenger) {
			if err := m.Enrol("Ana"); err != nil {
				t.Fatal(err)
			}
			clear(m.contacts) // people compare the new safety number
		}, "------"},
	} {
		m := New(newTwin().kind)
		s := attacks.NewStage(acting{m, true, (*Messenger).deviceInTheMiddle}, "Ana", nil)
		defer s.Close()
		if err := errors.Join(s.Enrol("Ana"), s.Enrol("Ben")); err != nil {
			t.Fatal(err)
		}
		lost := 0
		var stolen *attacks.Stolen
		got := ""
		for i := range 14 {
			from, to := "Ana", "Ben"
			if i%2 == 1 {
				from, to = to, from
			}
			switch i {
			case 4:
				var err error
				if stolen, err = s.Steal(ActingDeviceKeys); err != nil {
					t.Fatal(err)
				}
			case 8:
				c.do(t, m)
			}
			at := time.Date(2026, 5, 1, 0, i, 0, 0, time.UTC)
			if err := s.Send(attacks.Message{At: at, From: from, To: to, Text: "message " + string(rune('a'+i))}); err != nil {
				t.Fatalf("%s: message %d: %v", c.remedy, i, err)
			}
			if i < 8 {
				continue
			}
			e, err := s.Expose(t.Context(), stolen)
			if err != nil {
				t.Fatal(err)
			}
			got += map[bool]string{true: "+", false: "-"}[e.Opened[i]]
			if e.Lost > lost {
				got += "L"
			}
			if lost = e.Lost; (lost > 0) != (e.Noticed.Who == "who misses a message") {
				t.Errorf("%s: %d messages are lost, noticed by %v", c.remedy, lost, e.Noticed)
			}
		}
		if got != c.want {
			t.Errorf("%s: %s, expected %s", c.remedy, got, c.want)
		}
	}
}

// The thieves who act take bytes away, and nothing else opens what they say.
func TestActingThievesHaveBytes(t *testing.T) {
	for i := range 2 {
		system := func() attacks.System { return newActing(i) }
		attackstest.ThiefHasBytes(t, system, 60)
		attackstest.SeededRunsAreEqual(t, system)
		attackstest.DamagedTranscript(t, system)
	}
}

func TestFakesRefused(t *testing.T) {
	m := newTwin()
	attackstest.Enrol(t, m)
	l, err := m.makeFakes()
	if err != nil {
		t.Fatal(err)
	}
	if states, err := readFakes(l); err != nil || len(states) != len(attackstest.People) {
		t.Fatalf("%d fakes, %v", len(states), err)
	}
	good := attackstest.Records(t, l)[0]
	for what, record := range map[string][]byte{"nothing": {}, "no state": good[:33], "another kind": append([]byte{'X'}, good[1:]...), "half a note": []byte("T123")} {
		if _, err := readFakes(attackstest.Tape(t, good, record)); err != errFakes {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, err := m.actAsRelay(attackstest.Tape(t, good[:len(good)-1])); err == nil {
		t.Error("a relay acts with half a device")
	}
	state, err := m.Inspect("Ana")
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{0, 1, len(state) / 2, len(state) - 1} {
		if _, err := m.actWithDevice(attackstest.Tape(t, state[:n])); err == nil {
			t.Errorf("a thief acts with %d bytes of a device", n)
		}
	}
}

// Whatever passes, the thieves on the wire deliver it or put their own in its place.
func FuzzMiddles(f *testing.F) {
	for _, record := range attackstest.Records(f, seeds(f).Transcript.Tape) {
		f.Add(record[8:])
	}
	m := newTwin()
	attackstest.Enrol(f, m)
	m.phone.owner = "Ana"
	state, err := m.stealDevice()
	if err != nil {
		f.Fatal(err)
	}
	fakes, err := m.makeFakes()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, envelope []byte) {
		for _, act := range []func() (attacks.Middle, error){
			func() (attacks.Middle, error) {
				return m.actWithDevice(attackstest.Tape(t, attackstest.Records(t, state)...))
			},
			func() (attacks.Middle, error) {
				return m.actAsRelay(attackstest.Tape(t, attackstest.Records(t, fakes)...))
			},
		} {
			middle, err := act()
			if err != nil {
				t.Fatal(err)
			}
			out, err := middle(attacks.InFlight{From: "Ana", To: "Ben", Bytes: bytes.Clone(envelope)})
			m.relay.fakes = nil
			if err == nil && !slices.ContainsFunc(out, func(e attacks.InFlight) bool { return bytes.Equal(e.Bytes, envelope) }) {
				t.Errorf("an envelope that no one here has made is kept back")
			}
		}
	})
}
