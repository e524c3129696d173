package threshold

import (
	"bytes"
	"fmt"
	"slices"
	"testing"
	"time"

	"doormat/attacks"
	"doormat/attacks/attackstest"
	"doormat/attacks/messenger"
	"doormat/escrow/threshold"
	"doormat/internal/testing/printed"
	"doormat/noescrow"
)

// runs are the experiment on shared keys, and twins on the same messenger without a field, made once
// for each victim.
var (
	runs  = attackstest.NewOnce(func(string) attacks.System { return New() })
	twins = attackstest.NewOnce(func(string) attacks.System {
		return messenger.New(messenger.Kind{
			Name:      "no escrow",
			NewDevice: func(string) (messenger.Device, error) { return noescrow.NewDevice(), nil },
			NewShelf:  func(p []byte) (messenger.Shelf, error) { return noescrow.NewShelf(p) },
			Wire:      messenger.NoEscrow,
		})
	})
)

// victims are one who writes and reads, and one who only reads.
func victims() []string {
	if testing.Short() {
		return []string{"Ana"}
	}
	return []string{"Ana", "Zoë"}
}

func TestThefts(t *testing.T) {
	const n = attackstest.Size
	for _, victim := range victims() {
		r := runs.Result(t, victim)
		check := func(theft attacks.TheftName, want attackstest.Want, operations int64) {
			t.Helper()
			e := attackstest.Exposure(t, r, theft)
			attackstest.Check(t, e, want)
			if operations != 0 && e.Operations != operations {
				t.Errorf("%s, %s: %d operations, expected %d", victim, theft, e.Operations, operations)
			}
		}
		refused, accepted := attackstest.IfWrote(victim, attacks.Refused), attackstest.IfWrote(victim, attacks.Accepted)
		nothing := attackstest.That(attackstest.Talk(n), attackstest.None)
		everything := attackstest.That(attackstest.Talk(n), attackstest.All)
		fortnight, named := covered(t, r, victim)
		if k := attackstest.Count(fortnight); k == 0 || k >= named {
			t.Errorf("%s: a warrant of a fortnight covers %d messages of %d", victim, k, named)
		}
		answers := int64(3 * attackstest.Count(fortnight))
		readers, comparers := attacks.Notice{Who: "readers of the log", Possible: true}, attacks.Notice{Who: "who compares heads", Possible: true}
		check(attacks.WiretapName, attackstest.Want{Opened: nothing, Forged: refused}, 0)
		check(messenger.Relay, attackstest.Want{Opened: nothing, Forged: refused}, 0)
		check(OneShare, attackstest.Want{Opened: nothing, Forged: refused}, n)
		check(Shares, attackstest.Want{Opened: everything, Forged: refused}, n)
		check(Warrant, attackstest.Want{Opened: fortnight, Noticed: readers}, answers)
		check(BulkWarrant, attackstest.Want{Opened: everything, Noticed: readers}, 3*n)
		check(SplitLog, attackstest.Want{Opened: fortnight, Noticed: comparers}, answers)
		check(messenger.Quantum, attackstest.Want{Opened: everything, Forged: accepted, AtEnd: true}, 0)
		if r.Named != (attacks.Count{N: n, Of: n}) {
			t.Errorf("names in clear on %v envelopes", r.Named)
		}
	}
}

// covered lists what a warrant for the victim must open: the victim's messages from its first date to
// its last. It also returns how many messages the victim wrote or received.
func covered(t *testing.T, r *attacks.Result, victim string) (opens []bool, named int) {
	t.Helper()
	messages := attackstest.Talk(attackstest.Size)
	from, to := warrantDates(t, r.Loot[Warrant])
	stolen := messages[attackstest.Size/2-1].At
	if !from.Equal(stolen.AddDate(0, 0, -7)) || !to.Equal(stolen.AddDate(0, 0, 7)) {
		t.Errorf("the warrant is for %v to %v, expected a week to each side of %v", from, to, stolen)
	}
	involved := attackstest.That(messages, func(_ int, m attacks.Message) bool { return attackstest.Involving(victim, m) })
	return attackstest.That(messages, func(i int, m attacks.Message) bool {
		return involved[i] && !m.At.Before(from) && m.At.Before(to)
	}), attackstest.Count(involved)
}

// warrantDates reads a warrant's dates by its documented layout.
func warrantDates(t *testing.T, loot *attacks.Tape) (from, to time.Time) {
	t.Helper()
	signed, err := loot.First()
	if err != nil {
		t.Fatal(err)
	}
	at := func(b []byte) time.Time {
		date, _, err := attacks.CutDate(b)
		if err != nil {
			t.Fatal(err)
		}
		return date
	}
	return at(signed[35:]), at(signed[43:])
}

// The rows stand in the order of what they take: from the network, from agents and courts, from a
// phone.
func TestOrderOfThefts(t *testing.T) {
	var names []attacks.TheftName
	for _, theft := range New().Thefts("Ana") {
		names = append(names, theft.Name)
	}
	want := []attacks.TheftName{attacks.WiretapName, messenger.Relay, OneShare, Shares, Warrant, BulkWarrant, SplitLog,
		attacks.DeviceKeys, messenger.SeizureDisappearing, messenger.Seizure, messenger.ImplantName, messenger.UpdateKey, messenger.Quantum}
	if !slices.Equal(names, want) {
		t.Errorf("%q, expected %q", names, want)
	}
}

// The ratchet beneath is the twins': a phone opens what it opens there.
func TestPhonesAreTheTwins(t *testing.T) {
	for _, victim := range victims() {
		r, twin := runs.Result(t, victim), twins.Result(t, victim)
		for _, theft := range []attacks.TheftName{attacks.WiretapName, messenger.Relay, attacks.DeviceKeys, messenger.SeizureDisappearing, messenger.Seizure} {
			a, b := attackstest.Exposure(t, r, theft), attackstest.Exposure(t, twin, theft)
			attackstest.Same(t, victim+", "+string(theft), a.Opened, b.Opened)
			if a.Wrong != 0 || a.Forged != b.Forged || a.Noticed != b.Noticed {
				t.Errorf("%s, %s: %+v, in no escrow %+v", victim, theft, a, b)
			}
		}
	}
}

// Other thresholds: the shares below t open nothing, and t everything.
func TestOtherSizes(t *testing.T) {
	for _, c := range [][2]int{{1, 1}, {2, 2}, {2, 5}, {5, 5}} {
		s, err := newSystem(c[0], c[1])
		if err != nil {
			t.Fatal(err)
		}
		r := attackstest.Run(t, s, 12, "Ana")
		for k := 1; k <= c[1]; k++ {
			loot, err := s.stolenShares(k, Shares, "").Steal()
			if err != nil {
				t.Fatal(err)
			}
			got := new(attackstest.Claims)
			if _, err := recoverWithShares(t.Context(), loot, r.Transcript, got.Found); err != nil {
				t.Fatal(err)
			}
			opened, wrong := got.Judge(attackstest.Talk(12))
			if want := k >= c[0]; wrong != 0 || attackstest.Count(opened) != map[bool]int{true: 12, false: 0}[want] {
				t.Errorf("%d of %d: %d shares open %d messages, %d wrong", c[0], c[1], k, attackstest.Count(opened), wrong)
			}
		}
		if n := attackstest.Exposure(t, r, BulkWarrant).Readable().N; n != 12 {
			t.Errorf("%d of %d: a warrant for everyone opens %d", c[0], c[1], n)
		}
	}
	if _, err := newSystem(6, 5); err == nil {
		t.Error("6 of 5")
	}
}

// The thief of shares has bytes and nothing else. The holder of a warrant has to ask agents, and
// those of another system answer nothing.
func TestThiefHasBytes(t *testing.T) {
	const n = 40
	r := attackstest.Run(t, New(), n, "Ana")
	thief := New()
	for _, theft := range []attacks.TheftName{OneShare, Shares, attacks.DeviceKeys, messenger.Seizure, messenger.Quantum} {
		c, err := attackstest.Read(t, thief, theft, attackstest.Reread(t, r.Loot[theft]), attackstest.Reread(t, r.Transcript.Tape))
		if err != nil {
			t.Errorf("%s: %v", theft, err)
		}
		opened, wrong := c.Judge(attackstest.Talk(n))
		attackstest.Same(t, string(theft), opened, attackstest.Exposure(t, r, theft).Opened)
		if wrong != 0 {
			t.Errorf("%s: %d wrong claims", theft, wrong)
		}
	}
	for _, theft := range []attacks.TheftName{Warrant, BulkWarrant, SplitLog} {
		c, err := attackstest.Read(t, thief, theft, r.Loot[theft], r.Transcript.Tape)
		if err == nil || len(c.Texts) > 0 {
			t.Errorf("%s: agents of another system answer: %v", theft, err)
		}
		if r.Loot[theft].Len() != 1 {
			t.Errorf("%s: the loot is more than the warrant", theft)
		}
	}
}

// An investigator asks agents for what the warrant does not cover, in every way there is.
func TestWarrantIsTheLimit(t *testing.T) {
	const n = 60
	s, err := newSystem(3, 5)
	if err != nil {
		t.Fatal(err)
	}
	r := attackstest.Run(t, s, n, "Ana")
	signed, err := r.Loot[Warrant].First()
	if err != nil {
		t.Fatal(err)
	}
	messages, lawful := attackstest.Talk(n), attackstest.Exposure(t, r, Warrant).Opened
	from, to := warrantDates(t, r.Loot[Warrant])
	c, err := s.newCourt(false)
	if err != nil {
		t.Fatal(err)
	}
	entry := map[int]int64{}
	for e := range r.Transcript.All() { // the log takes any entry
		m, err := threshold.Describe(e.Bytes, e.At)
		if err != nil {
			t.Fatal(err)
		}
		use, err := threshold.NewUse(signed, m)
		if err != nil {
			t.Fatal(err)
		}
		entry[e.Index] = c.log.Append(use)
	}
	if err := c.publish(); err != nil {
		t.Fatal(err)
	}
	for e := range r.Transcript.All() {
		got, err := c.ask(signed, e, entry[e.Index])
		if want := lawful[e.Index]; (err == nil) != want || want && string(got) != messages[e.Index].Text {
			t.Errorf("message %d: %v", e.Index, err)
		}
		outside := e.At.Before(from) || !e.At.Before(to)
		if e.At = from; outside && attackstest.Involving("Ana", messages[e.Index]) { // a false date
			if _, err := c.ask(signed, e, entry[e.Index]); err == nil {
				t.Errorf("message %d opens with a false date", e.Index)
			}
		}
	}
	// A decoy in the log, the field of the message before another body: no agent answers for the decoy, and
	// none for the message by the decoy's entry.
	for e := range r.Transcript.All() {
		if !lawful[e.Index] {
			continue
		}
		decoy := bytes.Clone(e.Bytes)
		decoy[1+layout.Field+3] ^= 1 // after the version, the field and a length
		fake, err := threshold.Describe(decoy, e.At)
		if err != nil {
			t.Fatal(err)
		}
		use, err := threshold.NewUse(signed, fake)
		if err != nil {
			t.Fatal(err)
		}
		index := c.log.Append(use)
		if err := c.publish(); err != nil {
			t.Fatal(err)
		}
		proof, err := c.log.ProveEntry(index)
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range c.answer {
			if _, err := a.Partial(threshold.Request{Warrant: signed, Message: fake, Index: index, Proof: proof}); err == nil {
				t.Errorf("%v answers for a decoy of message %d", a, e.Index)
			}
		}
		if got, err := c.ask(signed, e, index); err == nil {
			t.Errorf("message %d: by the entry of its decoy, agents give %q", e.Index, got)
		}
	}
	// A warrant that was changed for the purpose.
	for i := range signed {
		bad := bytes.Clone(signed)
		bad[i] ^= 1
		got := new(attackstest.Claims)
		if _, err := recoverWithWarrant(t.Context(), c, attackstest.Tape(t, bad), r.Transcript, got.Found); err == nil || len(got.Texts) > 0 {
			t.Errorf("byte %d changed: %v", i, err)
		}
	}
}

// A warrant that is never used leaves no trace in the log.
func TestUnusedWarrantIsNotNoticed(t *testing.T) {
	s := New()
	r := attackstest.Run(t, s, 12, "Ana")
	for _, theft := range s.Thefts("Ana") {
		if theft.Noticed == nil || theft.Name == messenger.ImplantName || theft.Name == messenger.UpdateKey {
			continue
		}
		if got, err := theft.Noticed(r.Loot[theft.Name], attackstest.Transcript(t, time.Time{})); err != nil || got.Who == "readers of the log" {
			t.Errorf("%s: %v, %v", theft.Name, got, err)
		}
		if _, err := theft.Noticed(new(attacks.Tape), r.Transcript); err == nil {
			t.Errorf("%s: no warrant is no error", theft.Name)
		}
	}
}

func TestDamaged(t *testing.T) {
	const n = 6
	s := New()
	r := attackstest.Run(t, s, n, "Ana")
	for _, theft := range []attacks.TheftName{Shares, Warrant, messenger.Quantum} {
		e := attackstest.Exposure(t, r, theft)
		loot, envelopes := attackstest.Records(t, r.Loot[theft]), attackstest.Records(t, r.Transcript.Tape)
		if theft == messenger.Quantum {
			loot = loot[len(loot)-1:] // what is this system's
		}
		try := func(what string, loot, envelopes [][]byte) {
			c, err := attackstest.Read(t, s, theft, attackstest.Tape(t, loot...), attackstest.Tape(t, envelopes...))
			opened, wrong := c.Judge(attackstest.Talk(n))
			attackstest.Subset(t, string(theft)+", "+what, opened, e.Opened)
			if wrong != 0 {
				t.Errorf("%s, %s: %d wrong claims, %v", theft, what, wrong, err)
			}
		}
		last := len(loot) - 1
		attackstest.Damage(loot[last], func(what string, at int, b []byte) {
			try(fmt.Sprint(what, " ", at, " of the loot"), append(slices.Clone(loot[:last]), b), envelopes)
		})
		try("nothing", nil, envelopes)
		try("twice", slices.Concat(loot, loot), envelopes)
		if theft == messenger.Quantum {
			continue // it reads envelopes as t shares do
		}
		attackstest.Damage(envelopes[n-1], func(what string, at int, b []byte) {
			try(fmt.Sprint(what, " ", at, " of an envelope"), loot, append(slices.Clone(envelopes[:n-1]), b))
		})
	}
}

func TestSystemPrintsNoSecret(t *testing.T) {
	s := New()
	r := attackstest.Run(t, s, 12, "Ana")
	var secrets [][]byte
	for _, theft := range []attacks.TheftName{Shares, attacks.DeviceKeys, messenger.Quantum} {
		for _, record := range attackstest.Records(t, r.Loot[theft]) {
			secrets = append(secrets, record[len(record)-32:])
		}
	}
	for _, x := range []any{s, []attacks.System{s}, r, s.Thefts("Ana")} {
		if leak := printed.Leak(x, secrets...); leak != "" {
			t.Fatalf("%T: %s", x, leak)
		}
	}
	if got := fmt.Sprint(s); got != "attacks.System(threshold agents)" {
		t.Errorf("prints %q", got)
	}
}
