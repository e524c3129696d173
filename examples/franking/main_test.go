package main

import (
	"strings"
	"testing"

	"doormat/examples/internal/cli/clitest"
)

func TestProgram(t *testing.T) { clitest.Program(t, run, "franking.txt", "-seed", "1") }

// What it says holds without a seed.
func TestUnseeded(t *testing.T) {
	got := clitest.Output(t, run)
	for text, n := range map[string]int{
		"the report does not prove that this message was sent": 4, "does not fit its commitment": 1,
		"The provider sees 1:": 1, "from Ben to Mallory: I never wrote this.": 1, "does not open under the key in the message": 1,
	} {
		if c := strings.Count(strings.Join(strings.Fields(got), " "), text); c != n {
			t.Errorf("%q is there %d times, expected %d", text, c, n)
		}
	}
}
