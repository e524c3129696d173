package attacks

import (
	"slices"
	"testing"
	"time"
)

// cell checks one cell against the list of messages that must open, and nothing else may.
func cell(t *testing.T, victim, system, theft string, want []bool, forged, noticed string) {
	t.Helper()
	table := matrices[victim]
	if theft == "rogue sender" {
		table = rogues[victim]
	}
	e := made(t, table).Cell(theft, system)
	if e == nil {
		t.Fatalf("there is no theft %q of %s", theft, system)
	}
	what := victim + ", " + system + ", " + theft
	messages := talk(size)
	same(t, what, e.Opened, want)
	if e.Wrong != 0 {
		t.Errorf("%s: %d wrong claims", what, e.Wrong)
	}
	if e.Forged != forged || e.Noticed != noticed {
		t.Errorf("%s: forged %q, noticed %q; want %q, %q", what, e.Forged, e.Noticed, forged, noticed)
	}
	if e.System != system || e.Theft != theft || e.Takes == "" || e.Operations == 0 && count(want) > 0 {
		t.Errorf("%s: %+v", what, e)
	}
	// The sums, made again from the list.
	before, last, opened := 0, -1, map[string]bool{}
	for i, m := range messages {
		if !want[i] {
			continue
		}
		if last = i; i < e.Moment {
			before++
		}
		opened[m.From], opened[m.To] = true, true
	}
	if e.Before != (Count{before, e.Moment}) ||
		e.After != (Count{count(want) - before, size - e.Moment}) ||
		e.Readable() != (Count{count(want), size}) ||
		e.People != (Count{len(opened), len(people)}) || e.LastOpened != last {
		t.Errorf("%s: before %v, after %v, readable %v, people %v, last %d", what, e.Before, e.After, e.Readable(), e.People, e.LastOpened)
	}
	moment := size / 2
	if slices.Contains([]string{"device seizure", "device seizure, disappearing", "quantum", "rogue sender"}, theft) {
		moment = size
	}
	if e.Moment != moment {
		t.Errorf("%s: it comes before message %d, want %d", what, e.Moment, moment)
	}
}

func none(int, Message) bool { return false }

// ifWrote is the verdict on a forgery, which needs that the victim ever wrote.
func ifWrote(victim, verdict string) string {
	if slices.ContainsFunc(talk(size), func(m Message) bool { return m.From == victim }) {
		return verdict
	}
	return "-"
}

func twinCells(t *testing.T, theft string, want func(victim string) []bool, forged string, noticed func(victim string) string) {
	for _, victim := range victims() {
		for _, system := range []string{"escrow", "no escrow"} {
			cell(t, victim, system, theft, want(victim), ifWrote(victim, forged), noticed(victim))
		}
	}
}

func nobody(string) string               { return "nobody" }
func himself(victim string) string       { return victim }
func nothing(victim string) []bool       { return that(talk(size), none) }
func everything(string) []bool           { return that(talk(size), func(int, Message) bool { return true }) }
func involving(v string, m Message) bool { return m.From == v || m.To == v }

func TestWiretapOpensNothing(t *testing.T) { twinCells(t, "wiretap", nothing, "refused", nobody) }

func TestProviderOpensNothing(t *testing.T) { twinCells(t, "provider", nothing, "refused", nobody) }

func TestQuantumOpensNothingAndForges(t *testing.T) {
	twinCells(t, "quantum", nothing, "accepted", nobody)
}

func TestEscrowKeyOpensAll(t *testing.T) {
	for _, victim := range victims() {
		cell(t, victim, "escrow", "escrow key", everything(victim), ifWrote(victim, "refused"), "nobody")
		if e := made(t, matrices[victim]).Cell("escrow key", "escrow"); e.Operations != size {
			t.Errorf("%d operations, want one a message", e.Operations)
		}
		if made(t, matrices[victim]).Cell("escrow key", "no escrow") != nil {
			t.Error("there is an escrow key where there is no escrow")
		}
	}
}

// copied is a model of what a copy of the victim's device opens. With each peer it follows from
// the theft on, until the victim takes his turn, for which he draws a key that the copy has not.
func copied(messages []Message, victim string, moment int) []bool {
	wroteLast := map[string]string{} // by peer
	healed := map[string]bool{}
	return that(messages, func(i int, m Message) bool {
		if !involving(victim, m) {
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

func TestDeviceKeysHealAtTheTurn(t *testing.T) {
	twinCells(t, "device keys", func(victim string) []bool { return copied(talk(size), victim, size/2) }, "accepted", nobody)
	// The model is not empty: where the talk turns some open and some do not. Eli is never
	// answered and Zoë never writes, so nothing heals them.
	for _, victim := range victims() {
		after := count(that(talk(size), func(i int, m Message) bool { return i >= size/2 && involving(victim, m) }))
		n := made(t, matrices[victim]).Cell("device keys", "no escrow").After.N
		if n == 0 || n > after || (n == after) != (victim == "Eli" || victim == "Zoë") {
			t.Errorf("%s: %d messages of %d after the theft open", victim, n, after)
		}
	}
}

func TestSeizureOpensTheHistory(t *testing.T) {
	twinCells(t, "device seizure", func(victim string) []bool {
		return that(talk(size), func(_ int, m Message) bool { return involving(victim, m) })
	}, "accepted", himself)
}

func TestDisappearingMessagesDisappear(t *testing.T) {
	messages := talk(size)
	week := messages[size-1].At.Add(-7 * 24 * time.Hour)
	want := func(victim string) []bool {
		return that(messages, func(_ int, m Message) bool { return involving(victim, m) && !m.At.Before(week) })
	}
	twinCells(t, "device seizure, disappearing", want, "accepted", himself)
	for _, victim := range victims() {
		all := count(that(messages, func(_ int, m Message) bool { return involving(victim, m) }))
		if n := count(want(victim)); n == 0 || n == all {
			t.Errorf("%s: %d of %d are of the last week", victim, n, all)
		}
	}
}

// The hour that counts is the seizure's, not the one of the last message on the phone.
func TestMessagesDisappearWhileThePhoneIsSilent(t *testing.T) {
	day := func(n int) time.Time { return time.Date(2026, 3, n, 12, 0, 0, 0, time.UTC) }
	c := NewConversation([]Message{
		{day(1), "Ana", "Ben", "long ago"},
		{day(10).Add(-time.Millisecond), "Ben", "Ana", "a week ago, and a moment"},
		{day(10), "Ben", "Ana", "a week ago"},
		{day(17), "Ben", "Cas", "today"},
	})
	r, err := Run(t.Context(), NewNoEscrow(), c, "Ana", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	same(t, "in the last week", exposure(t, r, "device seizure, disappearing").Opened, []bool{false, false, true, false})
}

func TestRogueEscapes(t *testing.T) {
	for _, cheat := range victims() {
		wrote := func(_ int, m Message) bool { return m.From != cheat }
		noticed := "recipients who check"
		if cheat == "Zoë" {
			noticed = "nobody" // he has nothing to cheat with
		}
		cell(t, cheat, "escrow", "rogue sender", that(talk(size), wrote), "-", noticed)
	}
}

func TestTheTwinsAreEqual(t *testing.T) {
	for _, victim := range victims() {
		table := made(t, matrices[victim])
		for _, theft := range []string{"wiretap", "provider", "device keys", "device seizure, disappearing", "device seizure", "quantum"} {
			a, b := table.Cell(theft, "escrow"), table.Cell(theft, "no escrow")
			same(t, victim+", "+theft, a.Opened, b.Opened)
			if a.Takes != b.Takes || a.Forged != b.Forged || a.Noticed != b.Noticed || a.People != b.People {
				t.Errorf("%s, %s: escrow %+v, no escrow %+v", victim, theft, a, b)
			}
		}
	}
}

func TestTheTalk(t *testing.T) {
	messages := talk(size)
	met := slices.IndexFunc(messages, func(m Message) bool { return min(m.From, m.To) == "Ana" && max(m.From, m.To) == "Dee" })
	if met < size/2 {
		t.Errorf("Ana and Dee meet at message %d, want it after the theft", met)
	}
	if days := messages[size-1].At.Sub(messages[0].At) / (24 * time.Hour); days < 21 {
		t.Errorf("the talk takes %d days", days)
	}
	for i, m := range messages {
		if m.From == "Zoë" || m.To == "Eli" || m.From == m.To || i > 0 && m.At.Before(messages[i-1].At) {
			t.Errorf("message %d: %+v", i, m)
		}
	}
}
