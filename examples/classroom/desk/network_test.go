package desk

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"doormat/escrow"
)

// network does an action of the class network.
func (l *lesson) network(do string, a Args) (entries []Entry, err string) {
	l.t.Helper()
	err = l.try("network", do, a)
	if text := l.last.Text["post"]; err == "" && text != "" {
		if err := json.Unmarshal([]byte(text), &entries); err != nil {
			l.t.Fatal(err)
		}
	}
	return entries, err
}

// hears has a desk hear an entry.
func (l *lesson) hears(e Entry) (entries []Entry, err string) {
	l.t.Helper()
	text, _ := json.Marshal(e)
	return l.network("hear", Args{Text: string(text)})
}

// The keys of a device do not come from the class code, which the whole class knows, and nothing of the class network is in
// the lesson's log. Whoever begins a lesson anew stays in the class.
func TestNetworkKeys(t *testing.T) {
	var recipients []string
	for range 2 {
		l := begin(t, "K7-RIVER")
		entries, err := l.network("join", Args{N: teacher})
		if err != "" || len(entries) != 2 || entries[0].Kind != "authority" || entries[1].Kind != "member" {
			t.Fatal(entries, err)
		}
		recipients = append(recipients, entries[0].Text, string(entries[1].Without[:34]))
		l.do("class", "log", Args{})
		if l.last.Text["log"] != "[]" {
			t.Errorf("the log is %s", l.last.Text["log"])
		}
		l.do("class", "open", Args{Code: "K7-RIVER"})
		if entries, err := l.network("post", Args{Name: "now"}); err != "" || len(entries) != 1 {
			t.Errorf("in a new lesson: %v, %s", entries, err)
		}
	}
	if recipients[0] == recipients[2] || recipients[1] == recipients[3] {
		t.Error("two browsers with the same class code have the same keys")
	}
}

// Whatever the relay sends, a desk refuses what makes no sense, and is as it was.
func TestNetworkRefuses(t *testing.T) {
	l := begin(t, "K7-RIVER")
	for _, do := range []string{"hear", "write", "letters", "bundle", "post", "nothing"} {
		if _, err := l.network(do, Args{}); err != "desk: join the class network first" {
			t.Errorf("%s before joining: %q", do, err)
		}
	}
	if _, err := l.network("join", Args{N: -1}); err == "" {
		t.Error("a member -1 joins")
	}
	if _, err := l.network("join", Args{N: 1}); err != "" {
		t.Fatal(err)
	}
	if len(l.of("line", "")) < 5 || l.last.Text["role"] == "" {
		t.Errorf("the role %q has %d lines", l.last.Text["role"], len(l.of("line", "")))
	}
	id := make([]byte, 32)
	for name, e := range map[string]Entry{
		"a kind":             {Kind: "lesson"},
		"an authority's key": {Kind: "authority", Text: "age1pq1nothing"},
		"identities":         {Kind: "member", From: 3, With: id, Without: id[:31]},
		"who left":           {Kind: "left", From: 3},
		"the teacher left":   {Kind: "left", From: teacher},
		"a negative member":  {Kind: "member", From: -1, With: id, Without: id},
		"between nobody":     {Kind: "envelope", From: 7, To: 8, With: id, Without: id},
	} {
		if entries, err := l.hears(e); err == "" || entries != nil {
			t.Errorf("%s is heard: %v", name, entries)
		}
	}
	if _, err := l.network("hear", Args{Text: "{"}); err == "" {
		t.Error("half an entry is heard")
	}
	entries, err := l.hears(Entry{Kind: "authority", Text: escrow.NewAuthority().Recipient()})
	if err != "" || len(entries) != 1 || entries[0].Kind != "member" {
		t.Fatal(entries, err)
	}
	if entries, err := l.hears(Entry{Kind: "authority", Text: escrow.NewAuthority().Recipient()}); err == "" && entries != nil {
		t.Errorf("a second authority is enrolled with: %v", entries)
	}
	for number, to := range []int{0, 1, 2, -1, 99} {
		if _, err := l.network("write", Args{N: to, Text: "hello"}); err == "" {
			t.Errorf("%d: to %d", number, to)
		}
	}
	for _, do := range []string{"letters", "post"} {
		if _, err := l.network(do, Args{Name: "now"}); !strings.Contains(err, "only the teacher") {
			t.Errorf("%s by a student: %q", do, err)
		}
	}
	if _, err := l.network("qr", Args{Text: strings.Repeat("a", 200)}); err == "" {
		t.Error("a long address has a QR code")
	}
}

// With more students than people in the town, each still has a role of its own.
func TestRoles(t *testing.T) {
	names := map[string]bool{}
	for n := 1; n <= 40; n++ {
		names[named(n)] = true
		if len(lines(n)) < 3 {
			t.Errorf("%s has %d lines", named(n), len(lines(n)))
		}
	}
	if len(names) != 40 {
		t.Errorf("40 students have %d names", len(names))
	}
}

// Claims are compared with those that are right, which the teacher's page computes once: thousands that are forged do not
// keep it from counting.
func TestForgedClaims(t *testing.T) {
	key := escrow.NewAuthority()
	w := &network{joined: true, self: teacher, key: key, right: map[string]int{}, opened: map[int]bool{}}
	for n := range 3 {
		w.wire = append(w.wire, Entry{Number: n})
		w.right[string(w.claim(n, []byte("at six")))] = n
	}
	forged := make([]byte, maxClaims*claimSize)
	silent := &turn{tell: func([]byte) {}}
	if n := testing.AllocsPerRun(3, func() {
		if err := w.count(silent, forged); err != nil {
			t.Fatal(err)
		}
	}); n > 100 || len(w.opened) != 0 {
		t.Errorf("to refuse %d claims takes %v allocations, and %d count", maxClaims, n, len(w.opened))
	}
	if err := w.count(silent, append(w.claim(2, []byte("at six")), w.claim(1, []byte("at five"))...)); err != nil || !w.opened[2] || len(w.opened) != 1 {
		t.Errorf("of one right claim and a wrong one count %v, %v", w.opened, err)
	}
	for _, bad := range [][]byte{forged[1:], append(forged, forged[:claimSize]...)} {
		if err := w.count(silent, bad); err == nil {
			t.Errorf("%d bytes are a list of claims", len(bad))
		}
	}
}

// FuzzHear: whatever an entry is, the desk answers.
func FuzzHear(f *testing.F) {
	authority := escrow.NewAuthority().Recipient()
	for _, e := range []Entry{{Kind: "member", From: 2, With: make([]byte, 32), Without: make([]byte, 32)}, {Kind: "left", From: 1}, {Kind: "now"}, {Kind: "typing", Text: "on"},
		{Kind: "claim", With: make([]byte, 20)}, {Kind: "envelope", From: 1, To: 1, With: make([]byte, 1606), Without: make([]byte, 290)},
		{Kind: "envelope", From: 0, To: 1, Without: make([]byte, 290)}} {
		b, _ := json.Marshal(e)
		f.Add(b)
	}
	var devices [2]network
	for i := range devices {
		t := &turn{tell: func([]byte) {}}
		if err := devices[i].do(t, "join", Args{N: i}); err != nil {
			f.Fatal(err)
		}
		if err := devices[i].hear(t, Entry{Kind: "authority", Text: authority}); err != nil {
			f.Fatal(err)
		}
	}
	f.Fuzz(func(t *testing.T, entry []byte) {
		for i, d := range devices {
			n := &turn{tell: func(event []byte) {
				if !json.Valid(event) {
					t.Errorf("an event %q", event)
				}
			}}
			d.members = map[int]Bundles{0: {make([]byte, 32), make([]byte, 32)}, 1: {[]byte(fmt.Sprintf("%032d", i)), make([]byte, 32)}}
			d.wire, d.opened = nil, map[int]bool{}
			if err := d.do(n, "hear", Args{Text: string(entry)}); err == nil {
				d.do(n, "hear", Args{Text: `{"kind":"now"}`})
			}
		}
	})
}
