package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"slices"
	"testing"
	"time"

	"doormat/attacks"
	"doormat/attacks/all"
	"doormat/attacks/conversation"
	"doormat/examples/internal/seed"
)

var (
	long    = flag.Bool("long", false, "compute the matrix of all systems")
	measure = flag.Bool("measure", false, "compute the matrix of all systems, and write matrix.json anew")
)

// TestMatrix computes matrix.json again, with the randomness of `go run ./examples/matrix -seed 1`.
func TestMatrix(t *testing.T) {
	if !*long && !*measure {
		t.Skip("takes most of a minute: -long")
	}
	town := conversation.Town()
	defer seed.Use("doormat matrix 1")()
	table, err := attacks.Matrix(t.Context(), town.Conversation, town.Busiest, all.Systems(town.Busiest), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer table.Close()
	m := measured{Made: matrix().Made, Systems: systemsOf(func(name string) (of []*attacks.Result) {
		for _, r := range table.Results {
			if r.System == name {
				of = append(of, r)
			}
		}
		return of
	}, town.Busiest)}
	if *measure {
		m.Made = "go run ./examples/matrix -seed 1, " + time.Now().Format("2 January 2006")
	}
	b, err := json.MarshalIndent(m, "", "\t")
	if err != nil {
		t.Fatal(err)
	}
	b = append(b, '\n')
	if *measure {
		if err := os.WriteFile("matrix.json", b, 0o644); err != nil {
			t.Fatal(err)
		}
	} else if !bytes.Equal(b, matrixJSON) {
		t.Error("matrix.json is not what is measured: -measure writes it anew")
	}
}

// A system that is new is missing in matrix.json, which then has to be computed anew.
func TestMatrixHasAllSystems(t *testing.T) {
	var has, want []string
	for _, s := range matrix().Systems {
		has = append(has, s.Name)
	}
	for _, s := range all.Systems("nobody") {
		if !slices.Contains(want, s.Name()) { // several have one name
			want = append(want, s.Name())
		}
	}
	if !slices.Equal(has, want) {
		t.Errorf("matrix.json has %q, expected %q: go test ./examples/classroom -run 'TestMatrix$' -measure", has, want)
	}
}
