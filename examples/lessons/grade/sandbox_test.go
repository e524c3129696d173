package main

import (
	"context"
	"os"
	"testing"
	"time"
)

// playCheat builds a cheat, and lets it play one puzzle of lesson 04. It fails if that does not end.
func playCheat(t *testing.T, name string, limit time.Duration) outcome {
	t.Helper()
	source, err := os.ReadFile("testdata/cheats/" + name)
	if err != nil {
		t.Fatal(err)
	}
	wasm, err := build(t.Context(), root(t), leaf(t), source)
	if err != nil {
		t.Fatal(err)
	}
	box, err := newSandbox(t.Context(), wasm, false)
	if err != nil {
		t.Fatal(err)
	}
	defer box.close()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	done := make(chan outcome, 1)
	go func() { done <- box.play(ctx, leaf(t).Deal.Task([32]byte{})) }()
	select {
	case o := <-done:
		return o
	case <-time.After(limit + 20*time.Second):
		t.Fatalf("%s has not ended %v after its limit", name, 20*time.Second)
		panic("unreachable")
	}
}

// A limit by context does not end a read from a pipe, so the limit closes the pipes.
func TestLimitEndsABlockedPipe(t *testing.T) {
	if o := playCheat(t, "waits.go", time.Second); o.verdict != tooSlow {
		t.Errorf("expected too slow, found %+v", o)
	}
}

// The same holds for a sleep.
func TestLimitEndsASleep(t *testing.T) {
	if o := playCheat(t, "sleeps.go", time.Second); o.verdict != tooSlow {
		t.Errorf("expected too slow, found %+v", o)
	}
}

func TestExitStatusIsNoMark(t *testing.T) {
	if o := playCheat(t, "exits-0.go", time.Minute); o.verdict != failed || o.note != "ended without an answer: exit status 0" {
		t.Errorf("expected failed, found %+v", o)
	}
}

// What an answer prints does not reach the referee, from its init either.
func TestPrintsAreNoFrames(t *testing.T) {
	if o := playCheat(t, "prints-first.go", time.Minute); o.miss == nil {
		t.Errorf("expected a wrong answer, found %+v", o)
	}
}

func TestTail(t *testing.T) {
	w := &tail{limit: 4}
	for _, s := range []string{"a", "bcdefg", "", "hi"} {
		if n, err := w.Write([]byte(s)); n != len(s) || err != nil {
			t.Errorf("%q: %d, %v", s, n, err)
		}
	}
	if w.String() != "fghi" {
		t.Errorf("kept %q", w.String())
	}
}
