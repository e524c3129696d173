package main

import (
	"strings"
	"testing"

	"doormat/examples/internal/cli/clitest"
)

func TestProgram(t *testing.T) { clitest.Program(t, run, "evasion.txt", "-seed", "1") }

// What it says holds without a seed.
func TestUnseeded(t *testing.T) {
	got := strings.Join(strings.Fields(clitest.Output(t, run)), " ")
	for _, want := range []string{
		"no field 0 0 0 the relay", "noise in the field 0 0 0 the authority", "encrypted first 60 0 0 the authority",
		"hidden in seeds 60 60 192 ", "hidden in fields 60 60 192 ", "with the key Burn the letters.",
		"with another the coins hide nothing", `carried "At the old place."`, "said 20261129", "expect 695 messages",
		"Ana hides a text the coins are not the chain's", `reads "Happy birthday!"`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("it does not say %q", want)
		}
	}
}
