package main

import (
	"strings"
	"testing"

	"doormat/examples/internal/cli/clitest"
)

func TestProgram(t *testing.T) { clitest.Program(t, run, "careful.txt", "-seed", "1") }

// What it says holds without a seed.
func TestUnseeded(t *testing.T) {
	got := strings.Join(strings.Fields(clitest.Output(t, run)), " ")
	for _, want := range []string{
		"Ana the phone has stopped", "as it was, to the byte", "the maker the order names another phone",
		"the screen does not prove that its phone is present", "nothing no key fits", "text The bridge, at six.",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("it does not say %q", want)
		}
	}
}
