package attacks

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"doormat/escrow/threshold"
	"doormat/internal/printed"
)

// thresholds is the experiment on shared keys, made once for each victim.
var thresholds = onceEach(func(string) []System { return []System{NewThreshold()} })

// thresholdVictims are one who writes and reads, and one who only reads.
func thresholdVictims() []string {
	if testing.Short() {
		return []string{"Ana"}
	}
	return []string{"Ana", "Zoë"}
}

func TestThreshold(t *testing.T) {
	for _, victim := range thresholdVictims() {
		table := made(t, thresholds[victim])
		cells := func(theft string, want []bool, forged, noticed string, operations int64) {
			t.Helper()
			e := table.Cell(theft, "threshold agents")
			if e == nil {
				t.Fatalf("there is no theft %q", theft)
			}
			same(t, victim+", "+theft, e.Opened, want)
			if e.Wrong != 0 || e.Forged != forged || e.Noticed != noticed || operations != 0 && e.Operations != operations {
				t.Errorf("%s, %s: %d wrong, forged %q, noticed %q, %d operations; want %q, %q, %d",
					victim, theft, e.Wrong, e.Forged, e.Noticed, e.Operations, forged, noticed, operations)
			}
			if m := map[bool]int{true: size, false: size / 2}[strings.HasPrefix(theft, "device seizure") || theft == "quantum"]; e.Moment != m {
				t.Errorf("%s comes before message %d, want %d", theft, e.Moment, m)
			}
		}
		refused := ifWrote(victim, "refused")
		named := that(talk(size), func(_ int, m Message) bool { return involving(victim, m) })
		fortnight := covered(t, table, victim)
		cells("wiretap", nothing(victim), refused, "nobody", 0)
		cells("provider", nothing(victim), refused, "nobody", 0)
		cells("one share", nothing(victim), refused, "nobody", size)
		cells("t shares", everything(victim), refused, "nobody", size)
		cells("warrant", fortnight, "-", "readers of the log", 3*int64(count(fortnight)))
		cells("bulk warrant", everything(victim), "-", "readers of the log", 3*size)
		cells("split log", fortnight, "-", "who compares heads", 3*int64(count(fortnight)))
		cells("quantum", everything(victim), ifWrote(victim, "accepted"), "nobody", 0)
		if n := count(fortnight); n == 0 || n >= count(named) {
			t.Errorf("%s: a warrant of a fortnight covers %d messages of %d", victim, n, count(named))
		}
	}
}

// covered is what a warrant for the victim must open: his messages from its first date to its last.
func covered(t *testing.T, table *Table, victim string) []bool {
	t.Helper()
	messages := talk(size)
	from, to := warrantDates(t, table.Results[0].Loot["warrant"])
	stolen := messages[size/2-1].At
	if !from.Equal(stolen.AddDate(0, 0, -7)) || !to.Equal(stolen.AddDate(0, 0, 7)) {
		t.Errorf("the warrant is for %v to %v, a week to each side of %v was wanted", from, to, stolen)
	}
	return that(messages, func(_ int, m Message) bool {
		return involving(victim, m) && !m.At.Before(from) && m.At.Before(to)
	})
}

// warrantDates reads a warrant's dates by its documented layout.
func warrantDates(t *testing.T, l *Tape) (from, to time.Time) {
	t.Helper()
	signed, err := l.First()
	if err != nil {
		t.Fatal(err)
	}
	at := func(b []byte) time.Time { return time.UnixMilli(int64(binary.BigEndian.Uint64(b))).UTC() }
	return at(signed[35:]), at(signed[43:])
}

// The ratchet beneath is the twins': a phone opens what it opens there.
func TestThresholdPhonesAreTheTwins(t *testing.T) {
	for _, victim := range thresholdVictims() {
		table, twins := made(t, thresholds[victim]), made(t, matrices[victim])
		for _, theft := range []string{"wiretap", "provider", "device keys", "device seizure, disappearing", "device seizure"} {
			a, b := table.Cell(theft, "threshold agents"), twins.Cell(theft, "no escrow")
			same(t, victim+", "+theft, a.Opened, b.Opened)
			if a.Wrong != 0 || a.Forged != b.Forged || a.Noticed != b.Noticed {
				t.Errorf("%s, %s: %+v, in no escrow %+v", victim, theft, a, b)
			}
		}
		if r := table.Results[0]; r.Named != (Count{size, size}) {
			t.Errorf("names in clear on %v envelopes", r.Named)
		}
	}
}

// Other thresholds: the shares below t open nothing, and t everything.
func TestThresholdsOfOtherSizes(t *testing.T) {
	for _, c := range [][2]int{{1, 1}, {2, 2}, {2, 5}, {5, 5}} {
		s, err := newThreshold(c[0], c[1])
		if err != nil {
			t.Fatal(err)
		}
		r := send(t, s, 12, "Ana")
		for k := 1; k <= c[1]; k++ {
			l, err := s.stealShares(k)
			if err != nil {
				t.Fatal(err)
			}
			got := new(claims)
			if _, err := recoverWithShares(t.Context(), l, r.Transcript, got.found); err != nil {
				t.Fatal(err)
			}
			opened, wrong := got.judge(talk(12))
			if want := k >= c[0]; wrong != 0 || count(opened) != map[bool]int{true: 12, false: 0}[want] {
				t.Errorf("%d of %d: %d shares open %d messages, %d wrong", c[0], c[1], k, count(opened), wrong)
			}
		}
		if n := exposure(t, r, "bulk warrant").Readable().N; n != 12 {
			t.Errorf("%d of %d: a warrant for everyone opens %d", c[0], c[1], n)
		}
	}
	if _, err := newThreshold(6, 5); err == nil {
		t.Error("6 of 5")
	}
}

// The thief of shares has bytes and nothing else. The holder of a warrant has to ask agents, and those
// of another system answer him nothing.
func TestThresholdLootIsBytes(t *testing.T) {
	const n = 40
	s := NewThreshold()
	r := send(t, s, n, "Ana")
	thief := NewThreshold()
	for _, theft := range []string{"one share", "t shares", "device keys", "device seizure", "quantum"} {
		c, err := attack(t, thief, theft, reread(t, r.Loot[theft]), reread(t, r.Transcript.Tape))
		if err != nil {
			t.Errorf("%s: %v", theft, err)
		}
		opened, wrong := c.judge(talk(n))
		same(t, theft, opened, exposure(t, r, theft).Opened)
		if wrong != 0 {
			t.Errorf("%s: %d wrong claims", theft, wrong)
		}
	}
	for _, theft := range []string{"warrant", "bulk warrant", "split log"} {
		c, err := attack(t, thief, theft, r.Loot[theft], r.Transcript.Tape)
		if err == nil || len(c.texts) > 0 {
			t.Errorf("%s: agents of another system answer: %v", theft, err)
		}
		if len(records(t, r.Loot[theft])) != 1 {
			t.Errorf("%s: the loot is more than the warrant", theft)
		}
	}
}

// An investigator asks agents for what his warrant does not cover, in every way he can.
func TestThresholdWarrantIsTheLimit(t *testing.T) {
	const n = 60
	s, err := newThreshold(3, 5)
	if err != nil {
		t.Fatal(err)
	}
	r := send(t, s, n, "Ana")
	signed, err := r.Loot["warrant"].First()
	if err != nil {
		t.Fatal(err)
	}
	messages, lawful := talk(n), exposure(t, r, "warrant").Opened
	from, to := warrantDates(t, r.Loot["warrant"])
	c, err := s.newCourt(false)
	if err != nil {
		t.Fatal(err)
	}
	entry := map[int]int64{}
	for e := range r.Transcript.All() { // the log takes any entry
		use, err := threshold.NewUse(signed, e.Bytes)
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
		if e.At = from; outside && involving("Ana", messages[e.Index]) { // a false date
			if _, err := c.ask(signed, e, entry[e.Index]); err == nil {
				t.Errorf("message %d opens with a false date", e.Index)
			}
		}
	}
	// A warrant that he has changed for his purposes.
	for i := range signed {
		bad := bytes.Clone(signed)
		bad[i] ^= 1
		got := new(claims)
		if _, err := recoverWithWarrant(t.Context(), c, tapeOf(t, bad), r.Transcript, got.found); err == nil || len(got.texts) > 0 {
			t.Errorf("byte %d changed: %v", i, err)
		}
	}
}

func TestThresholdDamaged(t *testing.T) {
	const n = 6
	s := NewThreshold()
	r := send(t, s, n, "Ana")
	for _, theft := range []string{"t shares", "warrant", "quantum"} {
		e := exposure(t, r, theft)
		loot, envelopes := records(t, r.Loot[theft]), records(t, r.Transcript.Tape)
		try := func(what string, loot, envelopes [][]byte) {
			c, err := attack(t, s, theft, tapeOf(t, loot...), tapeOf(t, envelopes...))
			opened, wrong := c.judge(talk(n))
			subset(t, theft+", "+what, opened, e.Opened)
			if wrong != 0 {
				t.Errorf("%s, %s: %d wrong claims, %v", theft, what, wrong, err)
			}
		}
		last := len(loot) - 1
		damaged(loot[last], func(what string, at int, b []byte) {
			try(fmt.Sprint(what, " ", at, " of the loot"), append(slices.Clone(loot[:last]), b), envelopes)
		})
		try("nothing", nil, envelopes)
		try("twice", slices.Concat(loot, loot), envelopes)
		if theft == "quantum" {
			continue // it reads envelopes as t shares do
		}
		damaged(envelopes[n-1], func(what string, at int, b []byte) {
			try(fmt.Sprint(what, " ", at, " of an envelope"), loot, append(slices.Clone(envelopes[:n-1]), b))
		})
	}
}

func TestThresholdIsNotPrinted(t *testing.T) {
	s := NewThreshold()
	r := send(t, s, 12, "Ana")
	var secrets [][]byte
	for _, theft := range []string{"t shares", "device keys", "quantum"} {
		for _, record := range records(t, r.Loot[theft]) {
			secrets = append(secrets, record[len(record)-32:])
		}
	}
	for _, x := range []any{s, []System{s}, r, s.Thefts("Ana")} {
		if leak := printed.Leak(x, secrets...); leak != "" {
			t.Fatalf("%T: %s", x, leak)
		}
	}
	if got := fmt.Sprint(s); got != "attacks.System(threshold agents)" {
		t.Errorf("prints %q", got)
	}
}
