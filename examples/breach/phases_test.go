package main

import (
	"runtime"
	"slices"
	"testing"

	"doormat/attacks"
	"doormat/attacks/conversation"
)

// Each phase of a run is named once, in its order, and no two systems have one name.
func TestPhases(t *testing.T) {
	c := conversation.Town()
	defer c.Close()
	short, err := c.First(20)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	set := func(what string, done, total int) {
		if !slices.Contains(names, what) {
			names = append(names, what)
		}
		if names[len(names)-1] != what {
			t.Errorf("%s comes again after %s", what, names[len(names)-1])
		}
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1)) // side by side, not all phases are shown
	table, err := attacks.Matrix(t.Context(), short.Conversation, short.Busiest, systems(short.Busiest), phases(systems(short.Busiest), short.Busiest, set))
	if err != nil {
		t.Fatal(err)
	}
	table.Close()
	if len(names) != 38 {
		t.Fatalf("%d phases: %q", len(names), names)
	}
	for i, want := range map[int]string{
		0:  "escrow: enrolling (1 of 38)",
		7:  "escrow: device seizure, disappearing (8 of 38)",
		8:  "escrow: device seizure (9 of 38)",
		13: "no escrow: sending (14 of 38)",
		23: "escrow, rogue sender: enrolling (24 of 38)",
		37: "no escrow, device keys, acting: device keys, acting (38 of 38)",
	} {
		if names[i] != want {
			t.Errorf("phase %d is %q, want %q", i, names[i], want)
		}
	}
}
