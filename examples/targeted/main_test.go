package main

import (
	"strings"
	"testing"

	"doormat/attacks"
	"doormat/examples/internal/cli/clitest"
	"doormat/examples/internal/page"
)

// TestProgram measures once, with the first run's seed: what is printed has no bytes that are drawn. An
// interrupted run measures, and must stop.
func TestProgram(t *testing.T) {
	var first *world
	measure = func(p *page.Page) (*world, error) {
		if first != nil && p.Context().Err() == nil {
			return first, nil
		}
		w, err := newWorld(p)
		if err == nil {
			first = w
		}
		return w, err
	}
	defer func() { measure = newWorld }()
	clitest.Program(t, run, "targeted.txt", "-seed", "1")
}

func TestBar(t *testing.T) {
	for c, want := range map[attacks.Count]string{
		{N: 0, Of: 326}: "..........", {N: 1, Of: 326}: "#.........", {N: 239, Of: 326}: "#######...",
		{N: 325, Of: 326}: "#########.", {N: 326, Of: 326}: "##########", {}: "..........",
	} {
		if got := bar(c); got != want {
			t.Errorf("%v: %s, expected %s", c, got, want)
		}
	}
}

// What it says holds without a seed.
func TestUnseeded(t *testing.T) {
	got := strings.Join(strings.Fields(clitest.Output(t, run)), " ")
	for _, text := range []string{
		"With escrow 12 of 12 ways open the same messages", "phone, before first unlock 0 of 90", "phone, open 90 of 90",
		"update key, unlogged 0 of 208 0 of 208 all phones, which refuse it", "who rebuilds what is logged",
		"the escrow key opens 416 of 416, and the update key 416 of 416 with escrow, 416 of 416 without, and 416 of 416 in groups of two",
	} {
		if !strings.Contains(got, text) {
			t.Errorf("%q is missing in\n%s", text, got)
		}
	}
}
