package main

import (
	"strings"
	"testing"

	"doormat/examples/internal/cli/clitest"
)

func TestProgram(t *testing.T) { clitest.Program(t, run, "groups.txt", "-seed", "1") }

// What it says holds without a seed.
func TestUnseeded(t *testing.T) {
	got := strings.Join(strings.Fields(clitest.Output(t, run)), " ")
	for _, text := range []string{
		"quantum 0 of 42 42 of 42 0 of 42", "a commit by Dee cannot read", "after every 3 messages of its own",
		"12 of 12 messages before", "who looks at the members",
	} {
		if !strings.Contains(got, text) {
			t.Errorf("%q is missing in\n%s", text, got)
		}
	}
}
