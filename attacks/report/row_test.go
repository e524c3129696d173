package report

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"doormat/attacks"
)

// Systems share a line where all that is shown is the same, and only there.
func TestLines(t *testing.T) {
	same := cell{Exposure: &attacks.Exposure{
		Before: attacks.Count{N: 1, Of: 2}, People: attacks.Count{N: 1, Of: 2}, Forged: attacks.Refused,
	}}
	change := func(change func(*cell)) *cell {
		e := *same.Exposure
		c := &cell{Exposure: &e}
		change(c)
		return c
	}
	work := change(func(c *cell) { c.Operations, c.Time, c.Wrong = 9, time.Hour, 3 })
	for i, other := range []*cell{
		change(func(c *cell) { c.Before.N++ }), change(func(c *cell) { c.After.Of++ }), change(func(c *cell) { c.People.N++ }),
		change(func(c *cell) { c.Forged = attacks.Accepted }), change(func(c *cell) { c.Means = attacks.Again }), change(func(c *cell) { c.Takes = "more" }), change(func(c *cell) { c.Noticed.Who = "Ana" }),
		change(func(c *cell) { c.Only = "1 of 2 keys" }), change(func(c *cell) { c.Noticed.Blamed = "Ana" }), change(func(c *cell) { c.healed = "never" }),
	} {
		row := row{cells: []*cell{&same, other, work, nil}}
		var got []string
		for _, l := range row.lines() {
			got = append(got, l.names([]string{"a", "b", "c", "d"}))
		}
		if !slices.Equal(got, []string{"a, c", "b"}) {
			t.Errorf("change %d: lines %q", i, got)
		}
	}
	for n, want := range map[int]string{1: "a", 2: "both", 3: "all"} {
		row := row{cells: []*cell{&same, &same, &same}[:n]}
		if l := row.lines(); len(l) != 1 || l[0].names([]string{"a", "b", "c"}[:n]) != want {
			t.Errorf("%d systems alike: %v, expected %q", n, l, want)
		}
	}
}

// What heals is counted in messages of the victim's, and from the theft on.
func TestHealed(t *testing.T) {
	messages := talk(8, time.Hour, "Ana", "Ben") // each has both
	ofOthers := []attacks.Message{{At: start, From: "Cas", To: "Ben"}, {At: start, From: "Ben", To: "Cas"}}
	for _, c := range []struct {
		name     string
		messages []attacks.Message
		moment   int
		opens    func(i int) bool
		want     string
	}{
		{"nothing opened", messages, 4, func(i int) bool { return i < 4 }, ""},
		{"the theft was at the end", messages, 8, func(i int) bool { return true }, ""},
		{"all opened", messages, 4, func(i int) bool { return i >= 4 }, "never"},
		{"the last opened", messages, 4, func(i int) bool { return i == 7 }, "never"},
		{"one opened", messages, 4, func(i int) bool { return i == 4 }, "after 1 messages"},
		{"the third opened", messages, 4, func(i int) bool { return i == 6 }, "after 3 messages"},
		{"only others wrote later", slices.Concat(messages, ofOthers), 4, func(i int) bool { return i == 7 }, "never"},
		{"others wrote between", slices.Concat(messages[:4], ofOthers, messages[4:]), 4, func(i int) bool { return i == 6 }, "after 1 messages"},
	} {
		e := expose("t", "", len(c.messages), c.moment, c.opens)
		table := newTable(c.messages, "Ana", &attacks.Result{System: "s", Exposures: []attacks.Exposure{e}})
		if got := newReport(t, table).rows[0].cells[0].healed; got != c.want {
			t.Errorf("%s: %q, expected %q", c.name, got, c.want)
		}
	}
}

// Results of one name are one system, and where two know a theft, the first counts side by side.
func TestSameName(t *testing.T) {
	r := listed(t)
	var got []string
	for _, row := range r.ofSystem("escrow") {
		got = append(got, row.theft)
	}
	if want := []string{"wiretap", "escrow key", "device keys", "device seizure", "rogue sender"}; !slices.Equal(got, want) {
		t.Errorf("%q, expected %q", got, want)
	}
	if len(r.systems) != 2 || len(r.rows) != 5 || len(r.rows[0].cells) != 2 || r.rows[1].cells[1] != nil {
		t.Errorf("%q, %d thefts", r.systems, len(r.rows))
	}
}

func TestForgery(t *testing.T) {
	for v, want := range map[attacks.Verdict]string{attacks.NotOffered: "-", attacks.Refused: "no", attacks.Accepted: "one altered"} {
		if got := (&cell{Exposure: &attacks.Exposure{Forged: v, Means: attacks.Altered}}).forgery(); got != want {
			t.Errorf("%v: %q, expected %q", v, got, want)
		}
	}
}

// A bar shows of a warrant what it opens of its target's messages, and of an evasion what stays shut.
func TestCounted(t *testing.T) {
	e := attacks.Exposure{Before: attacks.Count{N: 3, Of: 5}, After: attacks.Count{N: 1, Of: 5}, Victims: attacks.Count{N: 2, Of: 2}}
	for _, c := range []struct {
		theft attacks.TheftName
		use   attacks.Use
		want  attacks.Count
	}{
		{"wiretap", attacks.Taken, attacks.Count{N: 4, Of: 10}},
		{attacks.WarrantName, attacks.Lawful, attacks.Count{N: 2, Of: 2}},
		{"bulk warrant", attacks.Lawful, attacks.Count{N: 4, Of: 10}},
		{"rogue sender", attacks.Evasion, attacks.Count{N: 6, Of: 10}},
	} {
		e.Theft, e.Use = c.theft, c.use
		if got := (&cell{Exposure: &e}).counted(); got != c.want {
			t.Errorf("%s: %v, expected %v", c.theft, got, c.want)
		}
	}
}

// Lawful use stands first and evasion last; of thefts those that differ between the systems come first,
// and those that open nothing anywhere last.
func TestSections(t *testing.T) {
	cellOf := func(use attacks.Use, n int) *cell {
		return &cell{Exposure: &attacks.Exposure{Use: use, Before: attacks.Count{N: n, Of: 9}}}
	}
	newRow := func(theft string, use attacks.Use, left, right int) row {
		r := row{theft: theft, cells: []*cell{cellOf(use, left), nil}}
		if right >= 0 {
			r.cells[1] = cellOf(use, right)
		}
		return r
	}
	var got []string
	for _, s := range sections([]row{
		newRow("evasion", attacks.Evasion, 9, -1), newRow("none", attacks.Taken, 0, 0), newRow("same", attacks.Taken, 4, 4),
		newRow("left only", attacks.Taken, 0, -1), newRow("more", attacks.Taken, 9, 1), newRow("warrant", attacks.Lawful, 0, 0),
	}) {
		got = append(got, fmt.Sprintf("%v: %s; %d", s.use, names(s.rows), s.zero))
	}
	want := []string{"lawful use: warrant; 0", "theft: left only, more, same, none; 1", "evasion: evasion; 0"}
	if !slices.Equal(got, want) {
		t.Errorf("%q, expected %q", got, want)
	}
}

// The worst theft of a system is one that nobody notices, and no lawful use.
func TestWorst(t *testing.T) {
	e := func(theft attacks.TheftName, use attacks.Use, n int, who string) attacks.Exposure {
		return attacks.Exposure{Theft: theft, Use: use, Before: attacks.Count{N: n, Of: 9}, Noticed: attacks.Notice{Who: who}}
	}
	r := newReport(t, newTable(nil, "", &attacks.Result{System: "s", Exposures: []attacks.Exposure{
		e("wiretap", attacks.Taken, 0, ""), e("keys", attacks.Taken, 3, ""), e("phone", attacks.Taken, 8, "Ana"),
		e("bulk warrant", attacks.Lawful, 9, ""), e("rogue", attacks.Evasion, 9, ""), e("more keys", attacks.Taken, 3, ""),
	}}))
	if w, ok := r.worst("s"); !ok || w.theft != "keys" {
		t.Errorf("%q, %v", w.theft, ok)
	}
	if _, ok := r.worst("another"); ok {
		t.Error("a theft of a system that is not there")
	}
}

// New returns the error of a conversation that cannot be read.
func TestNewError(t *testing.T) {
	table := sampleTable()
	table.Conversation.Messages = func(yield func(attacks.Message, error) bool) { yield(attacks.Message{}, errBroken) }
	if r, err := New(table); r != nil || !errors.Is(err, errBroken) {
		t.Errorf("%v, %v", r, err)
	}
}

// Rows that open nothing are one line only if the definition says the same of them.
func TestJoined(t *testing.T) {
	e := func(theft attacks.TheftName, only string) attacks.Exposure {
		return attacks.Exposure{Theft: theft, Only: only, Before: attacks.Count{Of: 9}, Parties: []attacks.Party{attacks.Listener}}
	}
	undeclared := e("letters", "")
	undeclared.Parties = nil
	r := newReport(t, newTable(nil, "", &attacks.Result{System: "s", Exposures: []attacks.Exposure{e("wiretap", ""), e("relay", ""), undeclared}}))
	var got []string
	for _, s := range sections(r.ofSystem("s")) {
		for _, row := range joined(s) {
			got = append(got, row.theft+" "+row.first().backdoor(60))
		}
	}
	if want := []string{"wiretap, relay no: 0 open", "letters -"}; !slices.Equal(got, want) {
		t.Errorf("%q, expected %q", got, want)
	}
}

// Who could notice is a name that other people chose: of the definition's answer it is made clean, and cut.
func TestBackdoorIsClean(t *testing.T) {
	c := cell{Exposure: &attacks.Exposure{
		Before: attacks.Count{N: 1, Of: 1}, Parties: []attacks.Party{attacks.Authority}, Noticed: attacks.Notice{Who: "A\x1b[2J\nB" + strings.Repeat("!", 99)},
	}}
	if got := c.backdoor(24); got != "no: known to A\uFFFD[2J B!!!…" {
		t.Errorf("%q", got)
	}
}
