package attacks

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"doormat/noescrow"
)

var people = []string{"Ana", "Ben", "Cas", "Dee", "Eli", "Zoë"}

// talk is n messages as people write them, over weeks: to and fro, bursts, letters without an
// answer. Eli only writes, Zoë only reads, and Ana and Dee meet late. It is the same every time.
func talk(n int) []Message {
	r := rand.New(rand.NewPCG(1993, 4))
	at := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	var messages []Message
	say := func(from, to string) {
		at = at.Add(time.Duration(1+r.IntN(600_000)) * time.Millisecond)
		text := fmt.Sprintf("message %d from %s to %s", len(messages), from, to)
		switch r.IntN(20) {
		case 0:
			text = ""
		case 1:
			text += strings.Repeat(" and so on 🌲", 1+r.IntN(200))
		}
		messages = append(messages, Message{at, from, to, text})
	}
	met := false
	for len(messages) < n {
		at = at.Add(time.Duration(r.IntN(24)) * time.Hour)
		i := r.IntN(len(people))
		a, b := people[i], people[(i+1+r.IntN(len(people)-1))%len(people)]
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

// conversation is talk with all six people in it, even where it is short.
func conversation(n int) *Conversation {
	c := NewConversation(talk(n))
	c.People = slices.Clone(people)
	return c
}

// size is how many messages the matrix carries.
const size = 300

// victims are several, so that no number is one person's luck.
func victims() []string {
	if testing.Short() {
		return []string{"Ana"}
	}
	return []string{"Ana", "Cas", "Eli", "Zoë"}
}

// matrices is the experiment on the twins, made once for each victim. The files of its tapes have
// no names, and go with the process.
var matrices = onceEach(func(victim string) []System { return []System{NewEscrow(), NewNoEscrow()} })

// rogues is the experiment in which the victim cheats.
var rogues = onceEach(func(cheat string) []System { return []System{NewRogue(cheat)} })

func onceEach(systems func(victim string) []System) map[string]func() (*Table, error) {
	all := map[string]func() (*Table, error){}
	for _, victim := range people {
		all[victim] = sync.OnceValues(func() (*Table, error) {
			return Matrix(context.Background(), conversation(size), victim, systems(victim), nil)
		})
	}
	return all
}

func made(t *testing.T, table func() (*Table, error)) *Table {
	t.Helper()
	made, err := table()
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// send runs the experiment on n messages.
func send(t testing.TB, s System, n int, victim string) *Result {
	t.Helper()
	r, err := Run(t.Context(), s, conversation(n), victim, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return r
}

func exposure(t testing.TB, r *Result, theft string) *Exposure {
	t.Helper()
	for i := range r.Exposures {
		if r.Exposures[i].Theft == theft {
			return &r.Exposures[i]
		}
	}
	t.Fatalf("%s has no theft %q", r.System, theft)
	return nil
}

// claims is what an attack says: each text it has read, by index.
type claims struct {
	mu    sync.Mutex
	texts map[int]string
}

func (c *claims) found(i int, text []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.texts == nil {
		c.texts = map[int]string{}
	}
	c.texts[i] = string(text)
}

// judge says which messages have been read, and which claims are wrong.
func (c *claims) judge(messages []Message) (opened []bool, wrong int) {
	opened = make([]bool, len(messages))
	for i, text := range c.texts {
		if i >= 0 && i < len(messages) && messages[i].Text == text {
			opened[i] = true
		} else {
			wrong++
		}
	}
	return opened, wrong
}

// that is the list of the messages for which f holds.
func that(messages []Message, f func(i int, m Message) bool) []bool {
	list := make([]bool, len(messages))
	for i, m := range messages {
		list[i] = f(i, m)
	}
	return list
}

func count(list []bool) (n int) {
	for _, b := range list {
		if b {
			n++
		}
	}
	return n
}

// same compares two lists, and names the first message that differs.
func same(t testing.TB, what string, got, want []bool) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d messages, want %d", what, len(got), len(want))
	}
	for i := range got {
		if got[i] != want[i] {
			t.Errorf("%s: %d messages open, want %d; message %d opens: %v, want %v", what, count(got), count(want), i, got[i], want[i])
			return
		}
	}
}

// reread is a tape that has been on a disk.
func reread(t testing.TB, tape *Tape) *Tape {
	t.Helper()
	var disk bytes.Buffer
	if n, err := tape.WriteTo(&disk); err != nil || n != tape.Size() {
		t.Fatalf("wrote %d bytes of %d: %v", n, tape.Size(), err)
	}
	again, err := ReadTape(bytes.NewReader(bytes.Clone(disk.Bytes())))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { again.Close() })
	return again
}

func records(t testing.TB, tape *Tape) (all [][]byte) {
	t.Helper()
	for record, err := range tape.All() {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, bytes.Clone(record))
	}
	return all
}

func tapeOf(t testing.TB, records ...[]byte) *Tape {
	t.Helper()
	tape, err := loot(records...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tape.Close() })
	return tape
}

// twins are both, with what a thief knows of their formats.
func twins() map[System]*wire {
	return map[System]*wire{NewEscrow(): &escrowWire, NewNoEscrow(): &noEscrowWire}
}

func enrolled(t testing.TB, s System) {
	t.Helper()
	for _, p := range people {
		if err := s.Enrol(p); err != nil {
			t.Fatal(err)
		}
	}
}

func identity(t testing.TB, s System, person string) noescrow.Identity {
	t.Helper()
	id, err := s.Identity(person)
	if err != nil {
		t.Fatal(err)
	}
	return noescrow.Identity(id)
}

var errOnPurpose = errors.New("on purpose")
