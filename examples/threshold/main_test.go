package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"strings"
	"testing"
	"unicode/utf8"

	"doormat/examples/internal/cli"
	"doormat/examples/internal/cli/clitest"
)

func TestGolden(t *testing.T) {
	got := clitest.Output(t, run, "-seed", "1")
	clitest.Golden(t, "threshold.txt", got)
	for i, line := range strings.Split(got, "\n") {
		if n := utf8.RuneCountInString(line); n > 80 {
			t.Errorf("line %d is %d wide: %s", i+1, n, line)
		}
	}
}

// What the story says holds for other numbers of agents, and without a seed.
func TestOtherAgents(t *testing.T) {
	for _, args := range [][]string{nil, {"-t", "1", "-n", "1"}, {"-t", "2", "-n", "2"}, {"-t", "4", "-n", "12"}} {
		got := clitest.Output(t, run, args...)
		want := 3 // one share, t shares, everyone
		for _, text := range []string{"  0 of 6 messages open.", "  6 of 6 messages open."} {
			want -= strings.Count(got, text)
		}
		if one := len(args) > 0 && args[1] == "1"; want != map[bool]int{true: 1, false: 0}[one] {
			t.Errorf("%v: %s", args, got)
		}
		if !strings.Contains(got, "the log has signed two histories") {
			t.Errorf("%v: the split view is not found", args)
		}
	}
}

func TestBadInput(t *testing.T) {
	for _, c := range []struct{ args, want string }{
		{"-t 6", "expected -t from 1 to -n, and -n up to 32, found -t 6 -n 5"},
		{"-t 0", "found -t 0 -n 5"},
		{"-t 1 -n 33", "found -t 1 -n 33"},
		{"-t x", "-t"},
		{"more", `"more"`},
	} {
		var stdout bytes.Buffer
		err := run(t.Context(), strings.Fields(c.args), &stdout, &stdout)
		if !errors.Is(err, cli.ErrInput) || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") || stdout.Len() > 0 {
			t.Errorf("%s: %v, want %q", c.args, err, c.want)
		}
	}
}

func TestHelp(t *testing.T) {
	var stdout bytes.Buffer
	if err := run(t.Context(), []string{"-h"}, &stdout, nil); !errors.Is(err, flag.ErrHelp) || stdout.String() != usage {
		t.Errorf("%v, %s", err, &stdout)
	}
}

func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := run(ctx, nil, new(bytes.Buffer), nil); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// A pipe that closes ends the program with an error.
func TestWriteError(t *testing.T) {
	if err := run(t.Context(), nil, full{}, nil); !errors.Is(err, errFull) {
		t.Error(err)
	}
}

var errFull = errors.New("no space")

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errFull }
