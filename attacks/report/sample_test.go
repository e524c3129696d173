package report

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"doormat/attacks"
)

var update = flag.Bool("update", false, "rewrite the golden files of testdata")

var start = time.Date(2026, 3, 2, 7, 41, 21, 0, time.UTC)

// talk returns n messages, one every so often, among people who take turns.
func talk(n int, every time.Duration, people ...string) (messages []attacks.Message) {
	for i := range n {
		from := i * i % len(people)
		messages = append(messages, attacks.Message{
			At:   start.Add(time.Duration(i) * every),
			From: people[from], To: people[(from+1+i%(len(people)-1))%len(people)], Text: fmt.Sprint("text ", i),
		})
	}
	return messages
}

// expose counts what opens of n messages, of which the theft comes before the one with index moment.
func expose(theft attacks.TheftName, takes string, n, moment int, opens func(i int) bool) attacks.Exposure {
	e := attacks.Exposure{Theft: theft, Takes: takes, Moment: moment, LastOpened: -1, Operations: int64(n), Opened: make([]bool, n)}
	for i := range n {
		c := &e.Before
		if i >= moment {
			c = &e.After
		}
		c.Of++
		if e.Opened[i] = opens(i); e.Opened[i] {
			c.N++
			e.LastOpened = i
		}
	}
	return e
}

func newTable(messages []attacks.Message, victim string, results ...*attacks.Result) *attacks.Table {
	return &attacks.Table{Conversation: attacks.NewConversation(messages), Victim: victim, Results: results}
}

func newReport(t testing.TB, table *attacks.Table) *Report {
	t.Helper()
	r, err := New(table)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// sampleTable is an experiment of 60 messages in seven weeks, with three results. Two are of systems with
// the same name.
func sampleTable() *attacks.Table {
	const n, half = 60, 30
	messages := talk(n, 19*time.Hour, "Ana", "Ben", "Cas Ó", "Dora", "Emil")
	all := func(int) bool { return true }
	none := func(int) bool { return false }
	ofAna := func(i int) bool { return messages[i].From == "Ana" || messages[i].To == "Ana" }
	soon := func(i int) bool { return ofAna(i) && half <= i && i < half+9 }
	tap := expose("wiretap", "nothing; every envelope was recorded", n, half, none)
	tap.Forged, tap.Parties = attacks.Refused, []attacks.Party{attacks.Listener}
	key := expose("escrow key", "the authority's 32 bytes", n, half, all)
	key.People, key.Forged = attacks.Count{N: 5, Of: 5}, attacks.Refused
	key.Parties = []attacks.Party{attacks.Authority}
	keys := expose("device keys", "one person's device state, copied by malware", n, half, soon)
	keys.People, keys.Forged = attacks.Count{N: 4, Of: 5}, attacks.Accepted
	phone := expose("device seizure", "one person's phone, with every message on it", n, n, ofAna)
	phone.People, phone.Forged, phone.Noticed = attacks.Count{N: 5, Of: 5}, attacks.Accepted, attacks.Notice{Who: "Ana"}
	for _, e := range []*attacks.Exposure{&keys, &phone} {
		e.Parties, e.Victims = []attacks.Party{attacks.Device}, e.Readable()
	}
	rogue := expose("rogue sender", "the authority's key; one sender puts noise in the field", n, n, func(i int) bool { return messages[i].From != "Ana" })
	rogue.Use, rogue.Parties = attacks.Evasion, key.Parties
	rogue.People, rogue.Noticed = attacks.Count{N: 5, Of: 5}, attacks.Notice{Who: "recipients who check", Blamed: "Ben"}
	tap.People, keys.People.Of = attacks.Count{Of: 5}, 5
	longer := tap
	longer.Operations *= 2
	return newTable(messages, "Ana",
		&attacks.Result{System: "escrow", Exposures: []attacks.Exposure{longer, key, keys, phone}},
		&attacks.Result{System: "no escrow", Exposures: []attacks.Exposure{tap, keys, phone}},
		&attacks.Result{System: "escrow", Exposures: []attacks.Exposure{rogue}},
	)
}

func sample(t testing.TB) *Report {
	table := sampleTable()
	r := newReport(t, table)
	r.Title, r.Subject = "With an escrow key, and without", "Seven weeks of five people"
	r.Lead = "In the left system an authority has a key, in the right one nobody has."
	r.Terms = []Term{{"escrow key", "opens the copy of a key that every message carries."}, {"wiretap", "records every envelope, and steals nothing."}}
	r.Made = "Made by doormat with: go run ./examples/breach"
	r.Note = "Who writes to whom, and when, is not encrypted."
	r.Pictures = []Picture{{Theft: "escrow key", Instead: "device keys"}, {Theft: "device seizure"}, {Theft: "rogue sender"}}
	for m := range table.Conversation.Messages {
		m.Text = strings.Repeat(m.Text+", and on it goes for a while. ", 1+3*len(r.Samples))
		seal := func(b byte) []byte { return bytes.Repeat([]byte{b, 0x54, 0xf7, 0x3b}, 12) }
		r.Samples = append(r.Samples, Sample{m, []Sealed{{"escrow", seal(0x8f), 1606, m.Text}, {"no escrow", seal(0x4c), 290, ""}}})
		if len(r.Samples) == 2 {
			break
		}
	}
	r.Finding = "One theft of 32 bytes opens 60 of 60 messages. Without escrow there is no such theft."
	return r
}

// listed is the sample with BySystem.
func listed(t testing.TB) *Report {
	r := sample(t)
	r.BySystem, r.Pictures, r.Samples = true, nil, nil
	return r
}

func empty(t testing.TB) *Report { return newReport(t, newTable(nil, "")) }

func golden(t *testing.T, file, got string) {
	t.Helper()
	file = filepath.Join("testdata", file)
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s has changed; if it should, run go test ./attacks/report -update, and look at it", file)
	}
}

func asText(t testing.TB, r *Report, o Options) string {
	t.Helper()
	var b strings.Builder
	if err := Text(&b, r, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func asHTML(t testing.TB, r *Report) string {
	t.Helper()
	var b strings.Builder
	if err := HTML(&b, r); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// evil is a text that a page or a terminal must not take at its word.
const evil = "</svg></title></style><script>alert(1)</script>\"'`<!--\x1b[31m\u202e\x00\xff{{.}}"

// evilReport has it everywhere.
func evilReport(t testing.TB) *Report {
	messages := []attacks.Message{{At: start, From: evil, To: evil + "b", Text: evil}, {At: start, From: evil + "b", To: evil, Text: evil}}
	theft := func(name attacks.TheftName) attacks.Exposure {
		e := expose(name, evil, 2, 1, func(i int) bool { return i == 1 })
		e.Only, e.Noticed = evil, attacks.Notice{Who: evil, Blamed: evil}
		return e
	}
	r := newReport(t, newTable(messages, evil,
		&attacks.Result{System: evil, Exposures: []attacks.Exposure{theft(evil), theft("c" + evil)}},
		&attacks.Result{System: evil + evil, Exposures: []attacks.Exposure{theft("c" + evil)}},
	))
	r.Title, r.Note, r.Finding, r.Times = evil, evil, evil, true
	r.Pictures = []Picture{{Theft: evil, Instead: "c" + evil}, {Theft: "c" + evil}}
	r.Samples = []Sample{{messages[0], []Sealed{
		{System: evil, Ciphertext: []byte(evil), Size: 9, Read: evil + "!"},
		{System: evil, Ciphertext: []byte(evil)},
	}}}
	return r
}

// longReport has names, texts and numbers that are too long.
func longReport(t testing.TB) *Report {
	long := strings.Repeat("Wolfeschlegelsteinhausenbergerdorff", 20)
	words := strings.Repeat("one two three ", 300)
	at := time.Date(2026, 12, 31, 23, 59, 0, 0, time.UTC)
	messages := []attacks.Message{{At: at, From: long, To: words, Text: long}, {At: at.AddDate(1, 0, 0), From: words, To: long, Text: words}}
	n := attacks.Count{N: 1234567, Of: 12345678}
	theft := func(name string) attacks.Exposure {
		return attacks.Exposure{
			Theft: attacks.TheftName(name), Takes: words + long, Before: n, After: n, People: n,
			Only: words, Noticed: attacks.Notice{Who: words, Blamed: long}, Operations: 1 << 60, Time: 99 * time.Hour, Opened: []bool{true, true},
		}
	}
	var results []*attacks.Result
	for _, system := range []string{long, words, "x", "世界" + long} {
		results = append(results, &attacks.Result{System: system, Exposures: []attacks.Exposure{theft(long), theft(words)}})
	}
	results[2].Exposures = results[2].Exposures[1:]
	table := newTable(messages, long, results...)
	table.Conversation.Len = 1<<31 - 1
	r := newReport(t, table)
	r.Title, r.Note, r.Finding, r.Times = words, words, long+words, true
	r.Samples = []Sample{
		{messages[0], []Sealed{{long, []byte(words), 1<<31 - 1, long}, {words, []byte(words), 1, ""}, {"x", nil, 0, words}}},
		{messages[1], nil},
	}
	return r
}

// everyReport is one of each kind, by name.
func everyReport(t testing.TB) map[string]*Report {
	all := map[string]*Report{"sample": sample(t), "listed": listed(t), "evil": evilReport(t), "long": longReport(t), "empty": empty(t)}
	for name, r := range map[string]*Report{"evil, listed": evilReport(t), "long, listed": longReport(t), "empty, listed": empty(t)} {
		r.BySystem = true
		all[name] = r
	}
	return all
}
