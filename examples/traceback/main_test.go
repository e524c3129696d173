package main

import (
	"strings"
	"testing"

	"doormat/examples/internal/cli/clitest"
)

func TestProgram(t *testing.T) { clitest.Program(t, run, "traceback.txt", "-seed", "1") }

// What it says holds without a seed.
func TestUnseeded(t *testing.T) {
	got := strings.Join(strings.Fields(clitest.Output(t, run)), " ")
	for _, want := range []string{"In 4 of 4 systems Jon is named", "first sent by Cas", "million hashes a second", "names the source and 15 others"} {
		if !strings.Contains(got, want) {
			t.Errorf("it does not say %q", want)
		}
	}
}
