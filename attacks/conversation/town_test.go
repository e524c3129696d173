package conversation

import (
	"slices"
	"testing"

	"doormat/attacks"
)

func TestTown(t *testing.T) {
	c := Town()
	if c.Len != 416 || len(c.People) != 16 || len(c.Shown) != 3 {
		t.Errorf("%d messages of %d people, %d shown", c.Len, len(c.People), len(c.Shown))
	}
	if c.Title == "" || !slices.Contains(c.People, c.Busiest) || c.Tally.Found != 0 {
		t.Errorf("%q, busiest %q, %+v", c.Title, c.Busiest, c.Tally)
	}
	messages := all(t, c)
	if first, last := messages[0].At, messages[len(messages)-1].At; len(messages) != c.Len || first.Year() != 2026 || last.Sub(first).Hours() > 7*7*24 {
		t.Errorf("%d messages from %v to %v", len(messages), first, last)
	}
	last := attacks.Message{}
	for _, m := range messages {
		if !m.At.After(last.At) || m.From == m.To || m.Text == "" {
			t.Errorf("after %v: %v", last, m)
		}
		last = m
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
}
