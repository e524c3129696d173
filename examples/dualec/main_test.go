package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"doormat/examples/internal/cli"
	"doormat/examples/internal/cli/clitest"
)

func TestGolden(t *testing.T) {
	if testing.Short() {
		t.Skip("takes two seconds, and more with the race detector")
	}
	got := clitest.Output(t, run, "-seed", "1")
	clitest.Golden(t, "seed1.txt", got)
	for line := range strings.Lines(got) {
		if n := utf8.RuneCountInString(line) - 1; n > 80 {
			t.Errorf("%d columns: %s", n, line)
		}
	}
	// What the golden file has to say, whatever its numbers are.
	for _, want := range []string{
		"64 of the 64 private bytes are as predicted",
		"Ana to Ben: Then: the files are in the blue house.",
		"the maker's d           20 of 20       0 of 20      nobody",
		"the intruder's d         0 of 20      20 of 20      nobody",
		"So d is 17.",
		"it is this one",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("it does not say %q", want)
		}
	}
}

// Without a seed it says how long the search took, and finds another secret each time.
func TestNonce(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a second")
	}
	said := func() string {
		d := &demonstration{ctx: t.Context(), bar: cli.NewProgress(nil), times: true}
		if err := d.nonce(); err != nil {
			t.Fatal(err)
		}
		return d.out.String()
	}
	one := said()
	if one == said() {
		t.Error("two runs without a seed are equal")
	}
	if !regexp.MustCompile(`measured    [0-9,]+ points tested \([0-9.]+ s, .*core`).MatchString(one) {
		t.Errorf("no time in\n%s", one)
	}
}

// By hand it works for whatever the device says.
func TestByHand(t *testing.T) {
	for range 50 {
		d := &demonstration{ctx: t.Context(), bar: cli.NewProgress(nil)}
		if err := d.byHand(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestBadInput(t *testing.T) {
	for _, c := range []struct{ args, want string }{{"-nothing", "-nothing"}, {"-seed x", "-seed"}, {"extra", `"extra"`}} {
		var stdout bytes.Buffer
		err := run(t.Context(), strings.Fields(c.args), &stdout, &bytes.Buffer{})
		if !errors.Is(err, cli.ErrInput) || !strings.Contains(err.Error(), c.want) || stdout.Len() > 0 {
			t.Errorf("dualec %s: %v", c.args, err)
		}
	}
}

func TestHelp(t *testing.T) {
	var stdout bytes.Buffer
	if err := run(t.Context(), []string{"-h"}, &stdout, nil); !errors.Is(err, flag.ErrHelp) {
		t.Fatal(err)
	}
	for _, want := range []string{"Usage: dualec", "Example:", "-seed N"} {
		if !strings.Contains(stdout.String(), want) {
			t.Errorf("the help does not say %q", want)
		}
	}
}

func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var stdout bytes.Buffer
	if err := run(ctx, nil, &stdout, &bytes.Buffer{}); !errors.Is(err, context.Canceled) || stdout.Len() > 0 {
		t.Errorf("%v, and it wrote %q", err, &stdout)
	}
}
