package main

import (
	"strings"
	"testing"

	"doormat/examples/internal/cli/clitest"
)

func TestProgram(t *testing.T) { clitest.Program(t, run, "ghost.txt", "-seed", "1") }

// What it says holds without a seed.
func TestUnseeded(t *testing.T) {
	got := strings.Join(strings.Fields(clitest.Output(t, run)), " ")
	for _, want := range []string{
		"no copy of the message is for this device", `"At nine, then."`, "the number has not changed", "the number has changed",
		"the ghost's identity is in the state of Ana's phone: true", "opens 10 of 10", "opens 2 of 10",
		"the signature of the GroupInfo does not verify",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("it does not say %q", want)
		}
	}
}
