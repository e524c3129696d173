package main

import (
	"bytes"
	"encoding/binary"
	"io"
	"strings"
	"testing"
	"time"

	"doormat/examples/lessons/internal/frame"
	"doormat/examples/lessons/lesson"
)

// task has an oracle that says its query again, and wants the answer "right".
func task() lesson.Task {
	return lesson.Task{
		Puzzle: []byte("puzzle"),
		Ask:    func(query []byte) []byte { return query },
		Check: func(answer []byte) *lesson.Miss {
			if string(answer) == "right" {
				return nil
			}
			return &lesson.Miss{Got: "something", Want: "right", Why: "it is wrong", Hint: "be right"}
		},
	}
}

// against lets a referee play with a player, and fails if that takes for ever.
func against(t *testing.T, k lesson.Task, player func(r io.Reader, w io.Writer)) outcome {
	t.Helper()
	fromReferee, toPlayer := io.Pipe()
	fromPlayer, toReferee := io.Pipe()
	go func() {
		player(fromReferee, toReferee)
		toReferee.Close()
	}()
	done := make(chan outcome, 1)
	go func() { done <- referee(t.Context(), k, fromPlayer, toPlayer) }()
	select {
	case o := <-done:
		return o
	case <-time.After(20 * time.Second):
		t.Fatal("the referee and the player wait for each other")
		panic("unreachable")
	}
}

// A player may write before it reads anything.
func TestRefereeReadsFirst(t *testing.T) {
	o := against(t, task(), func(r io.Reader, w io.Writer) {
		for range 10 {
			frame.Write(w, frame.Query, []byte("?"))
		}
		for range 11 {
			frame.Read(r)
		}
		frame.Write(w, frame.Answer, []byte("right"))
	})
	if o.verdict != solved {
		t.Errorf("expected solved, found %+v", o)
	}
}

// The mark is whether the answer is right, and the first answer counts.
func TestRefereeChecks(t *testing.T) {
	write := func(frames ...string) func(io.Reader, io.Writer) {
		return func(_ io.Reader, w io.Writer) {
			for _, f := range frames {
				frame.Write(w, frame.Kind(f[0]), []byte(f[1:]))
			}
		}
	}
	raw := func(b string) func(io.Reader, io.Writer) {
		return func(_ io.Reader, w io.Writer) { io.WriteString(w, b) }
	}
	silent := task()
	silent.Ask = nil
	for _, c := range []struct {
		what    string
		player  func(io.Reader, io.Writer)
		task    lesson.Task
		verdict verdict
		text    string
		lost    bool
	}{
		{"right", write("Aright"), task(), solved, "", false},
		{"wrong", write("Awrong"), task(), failed, "it is wrong", false},
		{"empty", write("A"), task(), failed, "it is wrong", false},
		{"wrong, then right", write("Awrong", "Aright"), task(), failed, "it is wrong", false},
		{"right, then wrong", write("Aright", "Awrong"), task(), solved, "", false},
		{"an error", write("Foh no"), task(), failed, "the function returned an error", false},
		{"todo", write("T"), task(), notBegun, "", false},
		{"nothing", write(), task(), failed, "", true},
		{"a puzzle", write("Ppuzzle"), task(), failed, "standard output", false},
		{"a reply", write("Rreply"), task(), failed, "standard output", false},
		{"a question where there is no oracle", write("Qquestion"), silent, failed, "standard output", false},
		{"PASS", raw("--- PASS: TestAnswer (0.00s)\n"), task(), failed, "standard output", false},
		{"too long", raw("A\xff\xff\xff\xff"), task(), failed, "standard output", false},
		{"cut", raw("A\x00\x00\x00\x05righ"), task(), failed, "", true},
		{"cut in the head", raw("A\x00\x00"), task(), failed, "", true},
	} {
		o := against(t, c.task, c.player)
		text := o.note
		if o.miss != nil {
			text = o.miss.Why
		}
		if o.verdict != c.verdict || o.lost != c.lost || !strings.Contains(text, c.text) {
			t.Errorf("%s: expected %s, %q, found %s, %q, lost: %v", c.what, c.verdict, c.text, o.verdict, text, o.lost)
		}
	}
}

// A miss says how often the player has asked.
func TestQuestionsAreCounted(t *testing.T) {
	o := against(t, task(), func(r io.Reader, w io.Writer) {
		frame.Read(r)
		for n := range 3 {
			frame.Write(w, frame.Query, []byte{byte(n)})
			if kind, body, err := frame.Read(r); kind != frame.Reply || !bytes.Equal(body, []byte{byte(n)}) || err != nil {
				t.Errorf("the reply is %q, %v", body, err)
			}
		}
		frame.Write(w, frame.Answer, binary.BigEndian.AppendUint32(nil, 1))
	})
	if o.miss == nil || o.miss.Got != "something, after 3 questions" {
		t.Errorf("%+v", o)
	}
}
