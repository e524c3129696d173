package report

import (
	"strings"
	"testing"

	"doormat/attacks"
)

// A message to several people is on the line of each, and in a caption it is to the first and to others.
func TestSeveralRecipients(t *testing.T) {
	messages := []attacks.Message{
		{At: start, From: "Ana", To: "Ben", Also: []string{"Cas", "Dan"}},
		{At: start, From: "Dan", To: "Ana"},
		{At: start, From: "Ana", To: "Ben", Also: []string{"Cas", "Dan"}},
		{At: start, From: "Ben", To: "Ana", Also: []string{"Cas"}},
	}
	h, err := newHistory(attacks.NewConversation(messages))
	if err != nil {
		t.Fatal(err)
	}
	e := &attacks.Exposure{Opened: []bool{true, false, true, true}, LastOpened: 0, After: attacks.Count{N: 1, Of: 4}}
	if got := h.healed(e, "Dan"); got != "after 1 messages" {
		t.Errorf("for Dan it heals %s", got)
	}
	want := map[string]attacks.Count{"Ana": {N: 3, Of: 4}, "Ben": {N: 3, Of: 3}, "Cas": {N: 3, Of: 3}, "Dan": {N: 2, Of: 3}}
	for _, s := range h.newPlot("", e).people {
		if s.bins[0] != want[s.name] {
			t.Errorf("%s has %v, expected %v", s.name, s.bins[0], want[s.name])
		}
	}
	for i, want := range []string{"Ana to Ben and 2 others", "Dan to Ana", "", "Ben to Ana and another"} {
		got := sampleHead(&Sample{Message: attacks.Message{From: messages[i].From, To: messages[i].To, Also: messages[i].Also}})
		if want != "" && got != want {
			t.Errorf("%q, expected %q", got, want)
		}
	}
	r := newReport(t, newTable(messages, "Ana"))
	r.Samples = []Sample{{Message: messages[0]}}
	if page := asHTML(t, r); !strings.Contains(page, "to <bdi>Ben</bdi> and 2 others") {
		t.Error("the page does not say how many others there are")
	}
}
