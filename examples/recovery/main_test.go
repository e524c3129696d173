package main

import (
	"strings"
	"testing"

	"doormat/examples/internal/cli/clitest"
)

func TestProgram(t *testing.T) { clitest.Program(t, run, "recovery.txt", "-seed", "1") }

// What it says holds without a seed.
func TestUnseeded(t *testing.T) {
	got := strings.Join(strings.Fields(clitest.Output(t, run)), " ")
	for _, want := range []string{
		"With one server down: the same.", "too many wrong PINs: the secret is erased", "the key: true",
		"the shares are not of one secret", "This machine makes", "backup master key 52 of 104 nobody", "t-1 servers 0 of 104 nobody",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("it does not say %q", want)
		}
	}
}
