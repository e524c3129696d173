package main

import (
	"strings"
	"testing"

	"doormat/examples/internal/cli/clitest"
)

func TestProgram(t *testing.T) { clitest.Program(t, run, "agetoken.txt", "-seed", "1") }

// What it says holds without a seed.
func TestUnseeded(t *testing.T) {
	if testing.Short() {
		t.Skip("one more run")
	}
	got := strings.Join(strings.Fields(clitest.Output(t, run)), " ")
	for _, want := range []string{
		"provider and sites 20 of 40 nobody", "issuer and sites 0 of 40 nobody", "contractor 20 of 40 nobody",
		"the token has been spent", "5 admitted", "over 18, a proof each 0 of 20", "too many wrong PINs", "visit 2 Ana",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("it does not say %q", want)
		}
	}
}
