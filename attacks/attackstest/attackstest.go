// Package attackstest is what the tests of systems share: a talk, the experiment on it, and ways to
// damage what a thief holds. Only tests import it.
package attackstest

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"doormat/attacks"
)

// Long is the flag of all tests that import this package. With it they look at more victims, and
// damage more bytes.
var Long = flag.Bool("long", false, "test more victims, damage more bytes, and run what takes seconds")

// People are those who talk. Eli only writes, and Zoë only reads.
var People = []string{"Ana", "Ben", "Cas", "Dee", "Eli", "Zoë"}

// Size is how many messages a matrix carries.
const Size = 210

// Talk returns n messages as people write them, over weeks: to and fro, bursts, letters without an
// answer. Ana and Dee meet late. It is the same every time.
func Talk(n int) []attacks.Message {
	r := rand.New(rand.NewPCG(1993, 4))
	at := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	var messages []attacks.Message
	say := func(from, to string) {
		at = at.Add(time.Duration(1+r.IntN(600_000)) * time.Millisecond)
		text := fmt.Sprintf("message %d from %s to %s", len(messages), from, to)
		switch r.IntN(20) {
		case 0:
			text = ""
		case 1:
			text += strings.Repeat(" and so on 🌲", 1+r.IntN(200))
		}
		messages = append(messages, attacks.Message{At: at, From: from, To: to, Text: text})
	}
	met := false
	for len(messages) < n {
		at = at.Add(time.Duration(r.IntN(24)) * time.Hour)
		i := r.IntN(len(People))
		a, b := People[i], People[(i+1+r.IntN(len(People)-1))%len(People)]
		if a == "Zoë" || b == "Eli" {
			a, b = b, a
		}
		pattern := r.IntN(3)
		if a == "Eli" || b == "Zoë" {
			pattern = 2
		}
		if late := len(messages) >= n*2/3; late && !met {
			a, b, pattern, met = "Ana", "Dee", 0, true
		} else if !late && min(a, b) == "Ana" && max(a, b) == "Dee" {
			continue
		}
		switch pattern {
		case 0:
			for range 2 + r.IntN(8) {
				say(a, b)
				a, b = b, a
			}
		case 1:
			for range 1 + r.IntN(5) {
				say(a, b)
			}
			say(b, a)
		case 2:
			for range 1 + r.IntN(4) {
				say(a, b)
			}
		}
	}
	return messages[:n]
}

// Conversation is Talk with all six people in it, even where it is short.
func Conversation(n int) *attacks.Conversation {
	c := attacks.NewConversation(Talk(n))
	c.People = slices.Clone(People)
	return c
}

// Victims are several, so that no number depends on one person: Ana, who writes and reads, and those who
// do one of it. With -long another who does both; with -short, Ana alone.
func Victims() []string {
	switch {
	case testing.Short():
		return []string{"Ana"}
	case *Long:
		return []string{"Ana", "Eli", "Zoë", "Cas"}
	}
	return []string{"Ana", "Eli", "Zoë"}
}

// Run runs the experiment on the first n messages of the talk, and closes it after the test.
func Run(t testing.TB, s attacks.System, n int, victim string) *attacks.Result {
	t.Helper()
	r, err := attacks.Run(t.Context(), s, Conversation(n), victim, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return r
}

// Once is Run on Size messages, made once for each victim in a test binary. The files of its tapes
// have no names, and go with the process.
type Once map[string]func() (*attacks.Result, error)

// NewOnce returns a Once of the systems that system makes for a victim.
func NewOnce(system func(victim string) attacks.System) Once {
	all := Once{}
	for _, victim := range People {
		all[victim] = sync.OnceValues(func() (*attacks.Result, error) {
			return attacks.Run(context.Background(), system(victim), Conversation(Size), victim, nil)
		})
	}
	return all
}

// Result returns the run with that victim.
func (o Once) Result(t testing.TB, victim string) *attacks.Result {
	t.Helper()
	r, err := o[victim]()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// Exposure returns what a theft exposes. The test fails if the system does not know it.
func Exposure(t testing.TB, r *attacks.Result, theft attacks.TheftName) *attacks.Exposure {
	t.Helper()
	e := r.Exposure(theft)
	if e == nil {
		t.Fatalf("%s has no theft %q", r.System, theft)
	}
	return e
}

// A Want is what an exposure of Size messages must say.
type Want struct {
	Opened  []bool
	Forged  attacks.Verdict
	Noticed attacks.Notice
	AtEnd   bool
}

// Check compares an exposure with what it must say, message by message, and makes its sums again.
func Check(t testing.TB, e *attacks.Exposure, want Want) {
	t.Helper()
	what := e.System + ", " + string(e.Theft)
	messages := Talk(Size)
	Same(t, what, e.Opened, want.Opened)
	if e.Wrong != 0 {
		t.Errorf("%s: %d wrong claims", what, e.Wrong)
	}
	if e.Forged != want.Forged || e.Noticed != want.Noticed {
		t.Errorf("%s: forged %v, noticed %v; expected %v, %v", what, e.Forged, e.Noticed, want.Forged, want.Noticed)
	}
	if e.Takes == "" || e.Operations == 0 && Count(want.Opened) > 0 {
		t.Errorf("%s: %+v", what, e)
	}
	moment := Size / 2
	if want.AtEnd {
		moment = Size
	}
	if e.Moment != moment {
		t.Errorf("%s: it comes before message %d, expected %d", what, e.Moment, moment)
	}
	before, last, opened := 0, -1, map[string]bool{}
	for i, m := range messages {
		if !want.Opened[i] {
			continue
		}
		if last = i; i < e.Moment {
			before++
		}
		for _, p := range append(m.Recipients(), m.From) {
			opened[p] = true
		}
	}
	n := Count(want.Opened)
	if e.Before != (attacks.Count{N: before, Of: e.Moment}) ||
		e.After != (attacks.Count{N: n - before, Of: Size - e.Moment}) ||
		e.Readable() != (attacks.Count{N: n, Of: Size}) ||
		e.People != (attacks.Count{N: len(opened), Of: len(People)}) || e.LastOpened != last {
		t.Errorf("%s: before %v, after %v, readable %v, people %v, last %d", what, e.Before, e.After, e.Readable(), e.People, e.LastOpened)
	}
}

// IfWrote is the verdict on a forgery in Size messages, which needs that the victim ever wrote.
func IfWrote(victim string, v attacks.Verdict) attacks.Verdict {
	if slices.ContainsFunc(Talk(Size), func(m attacks.Message) bool { return m.From == victim }) {
		return v
	}
	return attacks.NotOffered
}

// Claims are what an attack says: each text that it has read, by index.
type Claims struct {
	mu       sync.Mutex
	Texts    map[int]string
	Unplaced map[string]bool // claimed without an index
}

// Found is an [attacks.Found].
func (c *Claims) Found(i int, text []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if i == attacks.Unplaced {
		if c.Unplaced == nil {
			c.Unplaced = map[string]bool{}
		}
		c.Unplaced[string(text)] = true
		return
	}
	if c.Texts == nil {
		c.Texts = map[int]string{}
	}
	c.Texts[i] = string(text)
}

// Judge returns which messages have been read, and how many claims are wrong.
func (c *Claims) Judge(messages []attacks.Message) (opened []bool, wrong int) {
	opened = make([]bool, len(messages))
	for i, text := range c.Texts {
		if i >= 0 && i < len(messages) && messages[i].Text == text {
			opened[i] = true
		} else {
			wrong++
		}
	}
	for i, m := range messages {
		if c.Unplaced[m.Text] && m.Text != "" && !slices.Contains(People, m.Text) {
			opened[i] = true
		}
	}
	return opened, wrong
}

// Read runs a theft's attack on bytes alone. The system should have carried nothing, so that there is
// no live object for the attack to look at.
func Read(t testing.TB, s attacks.System, theft attacks.TheftName, loot, transcript *attacks.Tape) (*Claims, error) {
	t.Helper()
	c := new(Claims)
	thefts := s.Thefts("Ana")
	i := slices.IndexFunc(thefts, func(th attacks.Theft) bool { return th.Name == theft })
	if i < 0 {
		t.Fatalf("%s has no theft %q", s.Name(), theft)
	}
	_, err := thefts[i].Read(t.Context(), loot, &attacks.Transcript{Tape: transcript}, c.Found)
	return c, err
}

// That lists for which messages f holds.
func That(messages []attacks.Message, f func(i int, m attacks.Message) bool) []bool {
	list := make([]bool, len(messages))
	for i, m := range messages {
		list[i] = f(i, m)
	}
	return list
}

// None is for That.
func None(int, attacks.Message) bool { return false }

// All is for That.
func All(int, attacks.Message) bool { return true }

// Involving reports whether a person wrote or received m.
func Involving(person string, m attacks.Message) bool {
	return m.From == person || slices.Contains(m.Recipients(), person)
}

// Count returns how many are true.
func Count(list []bool) (n int) {
	for _, b := range list {
		if b {
			n++
		}
	}
	return n
}

// Same compares two lists, and names the first message that differs.
func Same(t testing.TB, what string, got, want []bool) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d messages, expected %d", what, len(got), len(want))
	}
	for i := range got {
		if got[i] != want[i] {
			t.Errorf("%s: %d messages open, expected %d; message %d opens: %v, expected %v", what, Count(got), Count(want), i, got[i], want[i])
			return
		}
	}
}

// Subset checks that nothing opens that did not open before.
func Subset(t testing.TB, what string, got, all []bool) {
	t.Helper()
	for i := range got {
		if got[i] && !all[i] {
			t.Errorf("%s: message %d opens, which did not before", what, i)
		}
	}
}

// Enrol enrols all People.
func Enrol(t testing.TB, s attacks.System) {
	t.Helper()
	for _, p := range People {
		if err := s.Enrol(p); err != nil {
			t.Fatal(err)
		}
	}
}

// Identity returns a person's identity.
func Identity(t testing.TB, s attacks.System, person string) []byte {
	t.Helper()
	id, err := s.Identity(person)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// Leaking returns a system in which the loot of one theft holds more records than it should: those that
// leak returns at the moment of the theft.
func Leaking(s attacks.System, theft attacks.TheftName, leak func() ([][]byte, error)) attacks.System {
	return leaking{s, theft, leak}
}

type leaking struct {
	attacks.System
	theft attacks.TheftName
	leak  func() ([][]byte, error)
}

func (l leaking) Thefts(victim string) []attacks.Theft {
	thefts := l.System.Thefts(victim)
	for i := range thefts {
		t := &thefts[i]
		if t.Name != l.theft {
			continue
		}
		steal := t.Steal
		t.Steal = func() (*attacks.Tape, error) {
			loot, err := steal()
			if err != nil {
				return nil, err
			}
			records, err := l.leak()
			for _, r := range records {
				err = errors.Join(err, loot.Append(r))
			}
			return loot, err
		}
	}
	return thefts
}
