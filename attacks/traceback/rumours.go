package traceback

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"doormat/attacks"
)

// Rumours are texts that travel through a town, with what is true of each message: which one it forwards.
type Rumours struct {
	People []string
	Steps  []Step
}

// A Step is one message.
type Step struct {
	attacks.Message
	Parent  int  // the step by which the sender got the text; -1 if the sender wrote it
	Retyped bool // the sender did not press forward, but typed it again
}

// Guesses are what a thief of hashes tries first: what many people write, and the headlines of the week.
var Guesses = []string{
	"", "yes", "no", "ok", "Yes.", "No.", "Good morning", "Good night", "On my way.", "Thank you",
	"The mill will close in May.", "School is closed tomorrow.", "I never wrote this.",
}

// Secret is a text that is on no list of guesses. A source in the mill has passed it on.
const Secret = "They have known since January. The letter has the number 17-204 and is signed by the mayor."

// Number is a text that a thief finds by trying all of its kind.
const Number = "Oxygen: call +91 98765 043210"

// Origin returns the step in which the words of a step were written.
func (r *Rumours) Origin(i int) int {
	for r.Steps[i].Parent >= 0 {
		i = r.Steps[i].Parent
	}
	return i
}

// Forwards returns how many steps forward another.
func (r *Rumours) Forwards() (n int) {
	for _, s := range r.Steps {
		if s.Parent >= 0 {
			n++
		}
	}
	return n
}

// TownRumours returns rumours among these people, two of whom must be able to write to others. They are
// the same every time.
func TownRumours(people []string) *Rumours {
	r := &Rumours{People: slices.Clone(people)}
	rng := rand.New(rand.NewPCG(2019, 981))
	start := time.Date(2026, 3, 2, 7, 0, 0, 0, time.UTC)
	for i, c := range []struct {
		text    string
		origins int // how many write it by themselves
		retyped bool
	}{
		{"The mill will close in May.", 1, true}, {Secret, 1, false}, {"Good morning", 5, false},
		{Number, 1, false}, {"Somebody has seen a wolf behind the school, and it had a collar.", 1, true}, {"yes", 4, false},
	} {
		r.spread(rng, start.Add(time.Duration(i)*time.Hour), c.text, c.origins, c.retyped)
	}
	r.sort()
	return r
}

// spread has a text travel. Each person gets it once, and passes it on to up to three others.
func (r *Rumours) spread(rng *rand.Rand, at time.Time, text string, origins int, retyped bool) {
	order := rng.Perm(len(r.People))
	type holder struct {
		name   string
		parent int
		at     time.Time
	}
	var queue []holder
	for i := range origins {
		queue = append(queue, holder{r.People[order[i]], -1, at.Add(time.Duration(i) * 5 * time.Hour)})
	}
	waiting := order[origins:]
	for n := 0; len(queue) > 0 && len(waiting) > 0; n++ {
		h := queue[0]
		queue = queue[1:]
		if h.parent >= 0 && rng.IntN(3) == 0 {
			continue // keeps it
		}
		again := retyped && h.parent >= 0 && n%4 == 3
		for range min(1+rng.IntN(3), len(waiting)) {
			to := r.People[waiting[0]]
			waiting = waiting[1:]
			h.at = h.at.Add(time.Duration(1+rng.IntN(90)) * time.Minute)
			r.Steps = append(r.Steps, Step{attacks.Message{At: h.at, From: h.name, To: to, Text: text}, h.parent, again})
			queue = append(queue, holder{to, len(r.Steps) - 1, h.at})
		}
	}
}

// sort puts the steps in the order of their dates.
func (r *Rumours) sort() {
	order := make([]int, len(r.Steps))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return r.Steps[a].At.Compare(r.Steps[b].At) })
	at := make([]int, len(order))
	for i, old := range order {
		at[old] = i
	}
	sorted := make([]Step, len(order))
	for i, old := range order {
		sorted[i] = r.Steps[old]
		if sorted[i].Parent >= 0 {
			sorted[i].Parent = at[sorted[i].Parent]
		}
	}
	r.Steps = sorted
}

// find returns the step by which a text went from one person to another, or -1. There is at most one.
func (r *Rumours) find(text, from, to string) int {
	return slices.IndexFunc(r.Steps, func(s Step) bool { return s.Text == text && s.From == from && s.To == to })
}

// check returns an error if the rumours are not a forest in the order of their dates.
func (r *Rumours) check() error {
	for i, s := range r.Steps {
		if s.Parent >= i || s.Parent >= 0 && (r.Steps[s.Parent].To != s.From || r.Steps[s.Parent].Text != s.Text) || r.find(s.Text, s.From, s.To) != i {
			return fmt.Errorf("attacks: step %d of the rumours does not follow from step %d", i, s.Parent)
		}
	}
	return nil
}
