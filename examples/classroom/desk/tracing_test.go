package desk

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"doormat/attacks"
	"doormat/attacks/traceback"
)

var measure = flag.Bool("measure", false, "write what is measured natively")

// What the station shows of the library's traces is what they find: written with -measure, and compared.
func TestTracingIsMeasured(t *testing.T) {
	same(t, "tracing.json", measureTraces(t))
}

// same compares a file with what was measured, or writes it with -measure.
func same(t *testing.T, name string, measured any) {
	t.Helper()
	want, err := json.MarshalIndent(measured, "", "\t")
	if err != nil {
		t.Fatal(err)
	}
	want = append(want, '\n')
	if *measure {
		if err := os.WriteFile(name, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is not what is measured; -measure writes it. Expected:\n%s", name, want)
	}
}

const (
	chainReporter = "Walt Groome"
	chainCheat    = "Neil Pask"
	chainInnocent = "Dario Fenn"
)

// altered is the leaflet with another last character.
var altered = traceback.Secret[:len(traceback.Secret)-1] + "!"

// chainOf returns the messages of the chain, and the text that is reported.
func chainOf(how string) (r *traceback.Rumours, reported string) {
	r = &traceback.Rumours{People: Chain}
	text := traceback.Secret
	for i, from := range Chain[:len(Chain)-2] {
		step := traceback.Step{Parent: i - 1}
		if from == chainCheat {
			switch how {
			case "alter":
				text, step.Parent = altered, -1
			case "retype", "frame":
				step.Retyped = true
			}
		}
		at := time.Date(2026, 3, 2, 9+i, 0, 0, 0, time.UTC)
		step.Message = attacks.Message{At: at, From: from, To: Chain[i+1], Text: text}
		r.Steps = append(r.Steps, step)
	}
	return r, text
}

// A design is a way to trace, with the question that the authority asks in it, and the other ways to come by an answer.
type design struct {
	system func() *traceback.System
	asks   attacks.TheftName
	steals []attacks.TheftName
}

var designs = []design{
	{traceback.NewTag, traceback.TraceKey, []attacks.TheftName{traceback.Store}},
	{traceback.NewTable, traceback.Store, nil},
	{traceback.NewPath, traceback.Lawful, []attacks.TheftName{traceback.Store, traceback.Phone}},
	{traceback.NewTree, traceback.Lawful, []attacks.TheftName{traceback.Store, traceback.Phone}},
}

// rowsOf returns the rows of a system, by what is used.
func rowsOf(t *testing.T, s *traceback.System, r *traceback.Rumours, reporter, text string) map[attacks.TheftName]traceback.Traced {
	t.Helper()
	all, err := traceback.Measure(t.Context(), s, r, reporter, text)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	rows := map[attacks.TheftName]traceback.Traced{}
	for _, row := range all {
		rows[row.Theft] = row
	}
	return rows
}

// measureTraces runs the chain in each way, and the rumours of the town, through each design.
func measureTraces(t *testing.T) (m traced) {
	m.Chain = map[string][]origin{}
	for _, how := range hows {
		r, text := chainOf(how)
		for _, d := range designs {
			s := d.system()
			if how == "frame" && d.asks == traceback.TraceKey {
				s = traceback.NewFramer(chainCheat, chainInnocent) // the other designs have no place for a name
			}
			named := rowsOf(t, s, r, chainReporter, text)[d.asks].Origin
			m.Chain[how] = append(m.Chain[how], origin{s.Name(), named})
		}
	}
	r := traceback.TownRumours(theTown().people)
	m.Town.People, m.Town.Messages = len(r.People), len(r.Steps)
	for _, d := range designs {
		s := d.system()
		all := rowsOf(t, s, r, townReporter, traceback.Secret)
		for i, use := range append([]attacks.TheftName{d.asks}, d.steals...) {
			x := all[use]
			people := 0
			if i == 0 {
				people = x.Bystanders.N
			}
			if i == 0 && x.Source {
				people++
			}
			m.Town.Rows = append(m.Town.Rows, row{s.Name(), string(use), people, x.Named.N, x.Named.Of, x.Wrong})
		}
		if s.Name() == traceback.Table {
			m.Guess = guess(t, s, all[traceback.Store])
		}
	}
	salted := rowsOf(t, traceback.NewSalted(), r, townReporter, traceback.Secret)[traceback.Store]
	m.Guess.Salted, m.Guess.Wrong = salted.Texts.N, salted.Wrong
	return m
}

// townReporter is who reports the leaflet in the town.
const townReporter = "Lena Pask"

// guessedDigits are how many digits of a telephone number a thief of hashes tries.
const guessedDigits = 4

// guess steals the table of hashes, and guesses what was written.
func guess(t *testing.T, s *traceback.System, x traceback.Traced) guessed {
	store, err := s.Database()
	if err != nil {
		t.Fatal(err)
	}
	numbers, from, tried, err := traceback.FindNumbers(t.Context(), store, traceback.Number[:len(traceback.Number)-guessedDigits], guessedDigits)
	if err != nil || len(numbers) != 1 {
		t.Fatal(numbers, err)
	}
	return guessed{Opened: x.Texts.N, Of: x.Texts.Of, Guesses: len(traceback.Guesses), Tried: tried, Number: numbers[0], Sender: s.NameOf(from[0][:])}
}

// Who is named in the chain. Typing again moves the blame where forwards are followed, one character where hashes are
// compared, and a client that lies where the sender writes the name.
func TestTracingChain(t *testing.T) {
	l := begin(t, "K7-RIVER")
	for how, want := range map[string][]string{ // tag, table, path, tree
		"forward": {Chain[0], Chain[0], Chain[0], Chain[0]},
		"retype":  {chainCheat, Chain[0], chainCheat, chainCheat},
		"alter":   {chainCheat, chainCheat, chainCheat, chainCheat},
		"frame":   {chainInnocent, Chain[0], chainCheat, chainCheat},
	} {
		if err := l.try("tracing", "chain", Args{Name: how}); err != "desk: bet first" {
			t.Error(err)
		}
		l.do("tracing", "bet", Args{Name: "chain " + how, N: 2})
		l.do("tracing", "chain", Args{Name: how})
		var named []string
		right := 0
		for _, e := range l.of("named", "") {
			named = append(named, e.Blamed)
			if e.Exists != (e.Blamed == Chain[0]) || e.Text != how || !slices.Contains(Chain, e.Blamed) {
				t.Errorf("%+v", e)
			}
			if e.Exists {
				right++
			}
		}
		if !slices.Equal(named, want) || l.last.Numbers["chain.right"] != float64(right) {
			t.Errorf("%s: %q are named, expected %q; %v", how, named, want, l.last)
		}
	}
	for _, name := range []string{"", "swim", strings.Repeat("x", 1000)} {
		if err := l.try("tracing", "chain", Args{Name: name}); err == "" || len(err) > 200 {
			t.Errorf("%.20q: %s", name, err)
		}
	}
}

// The figures of the town and of the guesses are those of tracing.json.
func TestTracingTown(t *testing.T) {
	l := begin(t, "K7-RIVER")
	for _, do := range []string{"town", "guess"} {
		if err := l.try("tracing", do, Args{}); err != "desk: bet first" {
			t.Error(err)
		}
		l.do("tracing", "bet", Args{Name: do, N: 3})
	}
	l.do("tracing", "town", Args{})
	rows := theTraced().Town.Rows
	if len(rows) != 9 || len(l.of("traced", "")) != len(rows) {
		t.Fatalf("%d rows, expected %d", len(l.of("traced", "")), len(rows))
	}
	asked := 0
	for i, e := range l.of("traced", "") {
		r := rows[i]
		if e.Name != r.Design || e.Text != r.Used || e.N != r.Named || e.Of != r.Of || e.Wrong != r.Wrong || e.People != r.People {
			t.Errorf("%+v, expected %+v", e, r)
		}
		// A key or a table names the writers of most messages. A report names those of the one text.
		if all := r.Design == traceback.Tag || r.Design == traceback.Table; e.Exists && all != (2*r.Named > r.Of) {
			t.Errorf("%+v", r)
		}
		if e.Exists {
			asked++
		}
	}
	// One report names everybody in the town, in one design of the four.
	if n := l.last.Numbers; n["town.most"] != float64(len(theTown().people)) || n["town.people"] != n["town.most"] || asked != 4 {
		t.Errorf("%d designs, %v", asked, n)
	}
	l.do("tracing", "guess", Args{})
	n, g := l.last.Numbers, theTraced().Guess
	if n["guess.opened"] != float64(g.Opened) || n["guess.of"] != float64(g.Of) || n["guess.opened"] == 0 || n["guess.salted"] != 0 ||
		n["guess.tried"] != 10_000 || l.last.Text["guess.sender"] != g.Sender {
		t.Errorf("%+v", l.last)
	}
}

// Of five reports the provider believes the true one, and the one that was made with its own key.
func TestTracingReport(t *testing.T) {
	l := begin(t, "K7-RIVER")
	if err := l.try("tracing", "report", Args{}); err != "desk: bet first" {
		t.Error(err)
	}
	l.do("tracing", "bet", Args{Name: "report", N: 1})
	l.do("tracing", "report", Args{})
	believed := map[string]bool{"honest": true, "text": false, "sender": false, "date": false, "key": true}
	for _, e := range l.of("report", "") {
		if want, ok := believed[e.Name]; !ok || e.Flags[0] != want || e.Flags[0] != (e.Text != "") {
			t.Errorf("%+v", e)
		}
	}
	first := theTown().messages[0]
	n := l.last.Numbers
	if len(l.of("report", "")) != len(believed) || l.of("report", "")[0].Text != first.Text || l.last.Text["report.from"] != first.From || n["report.believed"] != 2 {
		t.Errorf("%+v", l.last)
	}
	// What the report has shown opens itself, and all the right guesses open nothing else.
	if n["report.opened"] != 1 || n["report.messages"] != reportMessages || n["report.tries"] != reportMessages*reportMessages {
		t.Errorf("%v", n)
	}
}

// Undo takes back one reveal and leaves the others; the same code makes the same again.
func TestTracingUndo(t *testing.T) {
	l := begin(t, "K7-RIVER")
	l.do("tracing", "bet", Args{Name: "chain retype", N: 2})
	l.do("tracing", "chain", Args{Name: "retype"})
	before := l.of("named", "")
	l.do("tracing", "bet", Args{Name: "chain forward", N: 0})
	l.do("tracing", "chain", Args{Name: "forward"})
	l.do("class", "undo", Args{Name: "tracing"})
	if l.events[0].Kind != "cleared" || len(l.of("named", "")) != len(before) || l.last.Text["tracing.chain.how"] != "retype" {
		t.Errorf("%+v, %+v", l.events, l.last)
	}
	for i, e := range l.of("named", "") {
		if e.Blamed != before[i].Blamed {
			t.Errorf("%+v, and before %+v", e, before[i])
		}
	}
	if err := l.try("tracing", "dance", Args{}); err != `desk: there is no action "dance" here` {
		t.Error(err)
	}
}
