package main

import (
	"strings"
	"testing"

	"doormat/examples/internal/cli/clitest"
)

func TestProgram(t *testing.T) { clitest.Program(t, run, "transparency.txt", "-seed", "1") }

// What it says holds without a seed.
func TestUnseeded(t *testing.T) {
	got := strings.Join(strings.Fields(clitest.Output(t, run)), " ")
	for _, want := range []string{
		`"ana@example.com" has value number 2, of 32 bytes, and its owner has set 1`,
		"too few witnesses have signed the checkpoint: expected 2, found 0",
		"the directory has signed two histories", "labels are SHA-256 3 of 3 are found", "labels are a VRF 0 of 3",
		"Ana believes the certificate he is Ben", "Ana also asks the directory refused",
		"plain directory directory, swapping 26 of 52",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("it does not say %q", want)
		}
	}
}
