package main

import (
	"strings"
	"testing"

	"doormat/examples/internal/cli/clitest"
)

func TestProgram(t *testing.T) { clitest.Program(t, run, "threshold.txt", "-seed", "1") }

// What it says holds for other numbers of agents, and without a seed.
func TestOtherAgents(t *testing.T) {
	for _, args := range [][]string{nil, {"-t", "1", "-n", "1"}, {"-t", "2", "-n", "2"}, {"-t", "4", "-n", "12"}} {
		got := clitest.Output(t, run, args...)
		want := 3 // one share, t shares, everyone
		for _, text := range []string{"0 of 6 messages open.", "6 of 6 messages open."} {
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
	clitest.BadInput(t, run, "-t 6", "expected -t from 1 to -n, and -n up to 32, found -t 6 -n 5")
	clitest.BadInput(t, run, "-t 0", "found -t 0 -n 5")
	clitest.BadInput(t, run, "-t 1 -n 33", "found -t 1 -n 33")
	clitest.BadInput(t, run, "-t x", "-t")
}
