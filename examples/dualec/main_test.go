package main

import (
	"bytes"
	"flag"
	"io"
	"os"
	"regexp"
	"strings"
	"testing"

	"doormat/examples/internal/cli/clitest"
	"doormat/examples/internal/page"
)

var long = flag.Bool("long", false, "run the program narrow, and on a full disk, too")

func TestProgram(t *testing.T) {
	if testing.Short() {
		t.Skip("takes some seconds, and more with the race detector")
	}
	if !*long {
		clitest.Golden(t, "seed1.txt", clitest.Output(t, run, "-seed", "1"))
		return
	}
	clitest.Program(t, run, "seed1.txt", "-seed", "1")
}

// The golden file says this, whatever its numbers are.
func TestGoldenSays(t *testing.T) {
	got, err := os.ReadFile("testdata/seed1.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"64 of the 64 private bytes are as predicted",
		"Ana to Ben: Then: the files are in the blue house.",
		"the maker's d           20 of 20       0 of 20      nobody",
		"the intruder's d         0 of 20      20 of 20      who takes the firmware",
		"So d is 17.",
		"it is this one",
	} {
		if !strings.Contains(string(got), want) {
			t.Errorf("it does not say %q", want)
		}
	}
}

// Without a seed it says how long the search took, and finds another secret than with seed 1; with -long,
// another each time.
func TestNonce(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a second")
	}
	said := func() string {
		var out bytes.Buffer
		if err := nonce(page.New(&out)); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	one := said()
	golden, err := os.ReadFile("testdata/seed1.txt")
	if err != nil {
		t.Fatal(err)
	}
	found := func(s string) string { return regexp.MustCompile(`(?m)^  state .*`).FindString(s) }
	if found(one) == "" || found(one) == found(string(golden)) || *long && found(one) == found(said()) {
		t.Error("two runs find the same")
	}
	if !regexp.MustCompile(`measured +[0-9,]+ points tested \([0-9.]+ s, .*core`).MatchString(one) {
		t.Errorf("no time in\n%s", one)
	}
}

// By hand it works for whatever the device says.
func TestByHand(t *testing.T) {
	for range 50 {
		if err := byHand(page.New(io.Discard)); err != nil {
			t.Fatal(err)
		}
	}
}
