package attacks

import (
	"slices"
	"testing"
)

// The clauses, one by one: a row of which all hold, and rows that differ from it in one thing.
func TestFinding(t *testing.T) {
	key := func() *Exposure {
		return &Exposure{
			Parties: []Party{Authority}, Victims: Count{3, 3},
			Before: Count{4, 4}, After: Count{5, 5},
		}
	}
	answers := map[string]bool{}
	for _, test := range []struct {
		name                           string
		change                         func(e *Exposure)
		alone, content, others, silent Answer
		says                           string
	}{
		{"a key", func(*Exposure) {}, Yes, Yes, Yes, Yes, "yes, for the authority"},
		{"two agents", func(e *Exposure) { e.Parties = []Party{Agent, Agent} }, No, Yes, Yes, Yes, "no: 2 agents"},
		{"one of each", func(e *Exposure) { e.Parties = []Party{Agent, "witness", Agent, Provider, "witness"} }, No, Yes, Yes, Yes,
			"no: 2 agents and 2 witnesses and the provider"},
		{"a court", func(e *Exposure) { e.Use, e.Parties = Lawful, []Party{Court, Authority} }, Either, Yes, Yes, Yes, "yes, unless a court counts"},
		{"a court and agents", func(e *Exposure) { e.Parties = []Party{Agent, Court, Agent} }, No, Yes, Yes, Yes, "no: 2 agents"},
		{"nothing", func(e *Exposure) { e.Before.N, e.After.N, e.Victims.N = 0, 0, 0 }, Yes, No, Yes, Yes, "no: 0 open"},
		{"one text", func(e *Exposure) { e.Before.N, e.After.N, e.Victims.N = 0, 1, 0 }, Yes, Yes, Yes, Yes, "yes, for the authority"},
		{"not all tried", func(e *Exposure) { e.Before.N, e.After.N, e.Only = 0, 0, "2 of 9 keys" }, Yes, Untried, Yes, Yes, "not all tried"},
		{"some tried, and opened", func(e *Exposure) { e.Only = "2 of 9 keys" }, Yes, Yes, Yes, Yes, "yes, for the authority"},
		{"not all tried, of two", func(e *Exposure) {
			e.Before.N, e.After.N, e.Only, e.Parties = 0, 0, "2 of 9 keys", []Party{Agent, Agent}
		}, No, Untried, Yes, Yes, "no: 2 agents"},
		{"a device", func(e *Exposure) { e.Parties, e.Before.N, e.After.N = []Party{Device}, 1, 2 }, Yes, Yes, No, Yes, "no: a user's device"},
		{"a device that opens others'", func(e *Exposure) { e.Parties = []Party{Device} }, Yes, Yes, Yes, Yes, "yes, for the holder of one device"},
		{"a device and a court", func(e *Exposure) { e.Parties, e.Before.N, e.After.N = []Party{Court, Device}, 3, 0 }, Either, Yes, No, Yes,
			"no: a user's device"},
		{"a copy and its owner", func(e *Exposure) { e.Parties, e.Before.N, e.After.N = []Party{Provider, Owner}, 3, 0 }, No, Yes, No, Yes,
			"no: one's own messages"},
		{"a member", func(e *Exposure) { e.Parties, e.Before.N, e.After.N = []Party{Member}, 0, 3 }, Yes, Yes, No, Yes, "no: a member of the group"},
		{"one person's, by a key", func(e *Exposure) { e.Before.N, e.After.N = 3, 0 }, Yes, Yes, Yes, Yes, "yes, for the authority"},
		{"known", func(e *Exposure) { e.Noticed = Notice{Who: "Ana"} }, Yes, Yes, Yes, No, "no: known to Ana"},
		{"possibly known", func(e *Exposure) { e.Noticed = Notice{Who: "readers of a log", Possible: true} }, Yes, Yes, Yes, Either,
			"yes, unless a chance to know counts"},
		{"a court, possibly known", func(e *Exposure) {
			e.Parties, e.Noticed = []Party{Court, Provider}, Notice{Who: "readers of a log", Possible: true}
		}, Either, Yes, Yes, Either, "yes, unless a court or a chance to know counts"},
		{"an evasion that is known", func(e *Exposure) { e.Use, e.Noticed = Evasion, Notice{Who: "recipients"} }, Yes, Yes, Yes, Yes, "yes, for the authority"},
		{"undeclared", func(e *Exposure) { e.Parties = nil }, Undeclared, Undeclared, Undeclared, Undeclared, "-"},
	} {
		e := key()
		test.change(e)
		f := e.Finding()
		got, want := []Answer{f.Alone, f.Content, f.Others, f.Unknown}, []Answer{test.alone, test.content, test.others, test.silent}
		for _, a := range got {
			answers[a.String()] = true
		}
		if !slices.Equal(got, want) || f.String() != test.says || f.Answer() != slices.Min(want) {
			t.Errorf("%s: found %v, %d, %q, expected %v, %q", test.name, got, f.Answer(), f, want, test.says)
		}
	}
	for _, want := range []string{"-", "no", "not tried", "either", "yes"} {
		if !answers[want] {
			t.Errorf("no clause is answered with %q", want)
		}
	}
	if len(answers) != 5 {
		t.Errorf("clauses are answered with %v", answers)
	}
}
