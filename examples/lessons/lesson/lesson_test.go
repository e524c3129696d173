package lesson

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	mathrand "math/rand/v2"
	"strings"
	"sync"
	"testing"

	"doormat/examples/lessons/internal/frame"
)

// A seed depends on the key, the student, the lesson and the round, and on where one of them ends.
func TestSeed(t *testing.T) {
	seen := map[[32]byte]string{}
	for _, c := range []struct {
		key             string
		student, lesson string
		round           int
	}{
		{"key", "anna", "04-leaf", 0},
		{"Key", "anna", "04-leaf", 0},
		{"key", "ben", "04-leaf", 0},
		{"key", "anna", "05-leaf", 0},
		{"key", "anna", "04-leaf", 1},
		{"key", "anna0", "4-leaf", 0},
		{"key", "", "anna04-leaf", 0},
	} {
		s := Seed([]byte(c.key), c.student, c.lesson, c.round)
		if s != Seed([]byte(c.key), c.student, c.lesson, c.round) {
			t.Errorf("%v: two seeds", c)
		}
		if seen[s] != "" {
			t.Errorf("%v has the seed of %s", c, seen[s])
		}
		seen[s] = fmt.Sprint(c)
	}
	if Seed(nil, "anna", "04-leaf", 0) == Seed([]byte{}, "anna", "04-leaf", 0) {
		t.Error("an empty key gives the seeds of practice")
	}
}

// Tasks are made one at a time, and what their checks draw does not come from another's seed.
func TestDealIsDeterministic(t *testing.T) {
	deal := Deal(func(draw *mathrand.Rand) Task {
		b := make([]byte, 16)
		rand.Read(b)
		return Task{
			Puzzle: fmt.Appendf(nil, "%x %d", b, draw.Uint64()),
			Ask:    func([]byte) []byte { rand.Read(b); return b },
			Check:  func([]byte) *Miss { rand.Read(make([]byte, 16)); return nil },
		}
	})
	before := rand.Reader
	want := string(deal.Task([32]byte{1}).Puzzle)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 50 {
				k := deal.Task([32]byte{1})
				k.Ask(nil)
				k.Check(nil)
				if string(k.Puzzle) != want {
					t.Errorf("one seed gives %s and %s", want, k.Puzzle)
				}
			}
		})
	}
	wg.Wait()
	if rand.Reader != before {
		t.Error("crypto/rand stays seeded")
	}
	if string(deal.Task([32]byte{2}).Puzzle) == want {
		t.Error("two seeds give one puzzle")
	}
}

func echo() Task {
	return Task{
		Puzzle: []byte("puzzle"),
		Ask:    func(query []byte) []byte { return query },
		Check: func(answer []byte) *Miss {
			if string(answer) == "right" {
				return nil
			}
			return &Miss{Got: string(answer), Want: "right", Why: "it is wrong", Hint: "be right"}
		},
	}
}

func TestTry(t *testing.T) {
	oops := errors.New("oops")
	for _, c := range []struct {
		what string
		play Play
		want string
		todo bool
	}{
		{"right", func(puzzle []byte, _ func([]byte) []byte) ([]byte, error) { return []byte("right"), nil }, "", false},
		{"wrong", func(puzzle []byte, ask func([]byte) []byte) ([]byte, error) { return ask(puzzle), nil }, "  got   puzzle, after 1 question\n  want  right\n  why   it is wrong\n  hint  be right", false},
		{"error", func([]byte, func([]byte) []byte) ([]byte, error) { return []byte("right"), oops }, "  got   the error oops\n", false},
		{"todo", func([]byte, func([]byte) []byte) ([]byte, error) {
			return []byte("right"), fmt.Errorf("later: %w", ErrTODO)
		}, "", true},
	} {
		miss, err := Try(echo(), c.play)
		if errors.Is(err, ErrTODO) != c.todo || (miss == nil) != (c.want == "") || miss != nil && !strings.HasPrefix(miss.String(), c.want) {
			t.Errorf("%s: %v, %v", c.what, miss, err)
		}
	}
}

// Serve reads one puzzle, asks, and writes one frame at the end.
func TestServe(t *testing.T) {
	for _, c := range []struct {
		what string
		play Play
		want frame.Kind
		body string
	}{
		{"an answer", func(puzzle []byte, ask func([]byte) []byte) ([]byte, error) { return ask(puzzle), nil }, frame.Answer, "reply"},
		{"an error", func(_ []byte, ask func([]byte) []byte) ([]byte, error) {
			ask(nil)
			return nil, errors.New(strings.Repeat("x", 1<<21))
		}, frame.Failure, strings.Repeat("x", 4096)},
		{"todo", func(_ []byte, ask func([]byte) []byte) ([]byte, error) { ask(nil); return nil, ErrTODO }, frame.Todo, ""},
	} {
		var in, out bytes.Buffer
		frame.Write(&in, frame.Puzzle, []byte("puzzle"))
		frame.Write(&in, frame.Reply, []byte("reply"))
		if err := serve(&in, &out, c.play); err != nil {
			t.Errorf("%s: %v", c.what, err)
		}
		if kind, _, err := frame.Read(&out); kind != frame.Query || err != nil {
			t.Errorf("%s: expected a query first, found %c, %v", c.what, kind, err)
		}
		if kind, body, err := frame.Read(&out); kind != c.want || string(body) != c.body || err != nil {
			t.Errorf("%s: found %c, %d bytes, %v", c.what, kind, len(body), err)
		}
		if _, _, err := frame.Read(&out); err != io.EOF {
			t.Errorf("%s: something follows: %v", c.what, err)
		}
	}
}

// A player without a referee ends, and answers nothing.
func TestServeWithoutReferee(t *testing.T) {
	ask := func(_ []byte, ask func([]byte) []byte) ([]byte, error) { return ask(nil), nil }
	var out bytes.Buffer
	if err := serve(strings.NewReader(""), &out, ask); err == nil || out.Len() > 0 {
		t.Errorf("without a puzzle: %v, %q", err, out.String())
	}
	if err := serve(strings.NewReader("R\x00\x00\x00\x00"), &out, ask); err == nil || out.Len() > 0 {
		t.Errorf("a reply for a puzzle: %v, %q", err, out.String())
	}
	if err := serve(strings.NewReader("P\x00\x00\x00\x00"), &out, ask); err == nil || !strings.HasPrefix(out.String(), "Q") || out.Len() != 5 {
		t.Errorf("without a reply: %v, %q", err, out.String())
	}
}

func TestPack(t *testing.T) {
	type parts struct{ A, B []byte }
	var got parts
	if err := Unpack(Pack(parts{[]byte("a"), nil}), &got); err != nil || string(got.A) != "a" || got.B != nil {
		t.Errorf("%q, %v", got, err)
	}
	for _, bad := range []string{"", "{", "[]", `{"A":1}`, "{}{}"} {
		if err := Unpack([]byte(bad), &got); err == nil || !strings.HasPrefix(err.Error(), "lesson: ") {
			t.Errorf("%q: %v", bad, err)
		}
	}
}
