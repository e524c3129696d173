package cli

import (
	"bytes"
	"crypto/rand"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

func TestColor(t *testing.T) {
	for _, c := range []struct {
		noColor, term string
		want          bool
	}{{"", "xterm", true}, {"1", "xterm", false}, {"", "dumb", false}} {
		t.Setenv("NO_COLOR", c.noColor)
		t.Setenv("TERM", c.term)
		if got := WantsColor(); got != c.want {
			t.Errorf("NO_COLOR=%q TERM=%s: %v", c.noColor, c.term, got)
		}
	}
}

// A file is no terminal: no progress.
func TestFileIsNoTerminal(t *testing.T) {
	f, err := os.Create(filepath.Join(t.TempDir(), "stderr"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if NewProgress(f).w != nil {
		t.Error("progress goes to a file")
	}
	if Terminal(f) != 0 {
		t.Error("a file has a width")
	}
}

func TestFlags(t *testing.T) {
	for _, c := range []struct {
		args, want string
	}{{"-nothing", "-nothing"}, {"-seed x", "-seed"}, {"extra", `"extra"`}} {
		f := NewFlags("example", "Usage: example\n")
		f.Seed()
		var stdout bytes.Buffer
		err := f.Parse(strings.Fields(c.args), &stdout)
		if !errors.Is(err, ErrInput) || !strings.Contains(err.Error(), c.want) || stdout.Len() > 0 {
			t.Errorf("%s: %v", c.args, err)
		}
	}
	var stdout bytes.Buffer
	if err := NewFlags("example", "Usage: example\n").Parse([]string{"-h"}, &stdout); !errors.Is(err, flag.ErrHelp) || stdout.String() != "Usage: example\n" {
		t.Errorf("-h: %v, %q", err, &stdout)
	}
}

func TestDeterministic(t *testing.T) {
	before := rand.Reader
	draw := func(args ...string) string {
		f := NewFlags("example", "")
		f.Seed()
		if err := f.Parse(args, nil); err != nil {
			t.Fatal(err)
		}
		defer f.Deterministic()()
		return rand.Text()
	}
	one := draw("-seed", "1")
	if one != draw("-seed", "1") {
		t.Error("the same seed gives another run")
	}
	if one == draw("-seed", "2") {
		t.Error("another seed gives the same run")
	}
	if first := draw(); first == draw() {
		t.Error("two runs without a seed are equal")
	}
	if rand.Reader != before {
		t.Error("the seeded reader stays behind")
	}
}

// What several draw at once is drawn once, and what comes after it is the same every time.
func TestDeterministicTogether(t *testing.T) {
	f := NewFlags("example", "")
	f.Seed()
	if err := f.Parse([]string{"-seed", "1"}, nil); err != nil {
		t.Fatal(err)
	}
	draw := func(one func()) string {
		defer f.Deterministic()()
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(one)
		}
		wg.Wait()
		return rand.Text()
	}
	one := func() { rand.Read(make([]byte, 1000)) }
	if first := draw(one); first != draw(one) {
		t.Error("what is drawn after eight draws at once differs")
	}
}
