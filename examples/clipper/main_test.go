package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"io"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"doormat/examples/internal/cli"
	"doormat/examples/internal/cli/clitest"
)

func TestGolden(t *testing.T) {
	got := clitest.Output(t, run, "-seed", "1", "-n", "1")
	clitest.Golden(t, "clipper.txt", got)
	for i, line := range strings.Split(got, "\n") {
		if utf8.RuneCountInString(line) > 80 || line != strings.TrimRight(line, " ") {
			t.Errorf("line %d: %q", i+1, line)
		}
	}
}

// Without a seed there are times, and other values; the table is the same.
func TestUnseeded(t *testing.T) {
	if testing.Short() {
		t.Skip("forges two more LEAFs")
	}
	one, two := clitest.Output(t, run, "-n", "1"), clitest.Output(t, run, "-n", "1")
	if one == two {
		t.Error("two runs are equal")
	}
	table := regexp.MustCompile(`(?m)^  honest +everything +Ana +nothing
  forged LEAF +nothing +unit [0-9a-f]{8} +nothing
    and Ben answers +everything +unit [0-9a-f]{8}, Ben +nothing
  no LEAF, fed back +nothing +nobody +nothing
  LEAF borrowed of Cas +everything +Cas +nothing$`)
	for _, out := range []string{one, two} {
		if !table.MatchString(out) {
			t.Errorf("another table:\n%s", out)
		}
		if !regexp.MustCompile(`one trial +38 ms +[0-9.]+.?s`).MatchString(out) {
			t.Errorf("no times:\n%s", out)
		}
	}
}

// The table is measured: it says so if Ben's chip refuses, and if the tap reads.
func TestTableIsMeasured(t *testing.T) {
	w, err := newWorld()
	if err != nil {
		t.Fatal(err)
	}
	c, err := w.dial(w.ana, w.ben)
	if err != nil {
		t.Fatal(err)
	}
	if w.reads(c) != "everything" || w.blames(c) != "Ana" || w.notices(c) != "nothing" {
		t.Errorf("an honest call: %s, %s, %s", w.reads(c), w.blames(c), w.notices(c))
	}
	h := c.headers[0]
	h.LEAF[0] ^= 1
	if c, err = w.dialUnder(c.key, h); err != nil {
		t.Fatal(err)
	}
	if w.reads(c) != "nothing" || w.blames(c) == "Ana" || w.notices(c) != "that he hears noise" {
		t.Errorf("a broken LEAF: %s, %s, %s", w.reads(c), w.blames(c), w.notices(c))
	}
}

func TestTokens(t *testing.T) {
	w, err := newWorld()
	if err != nil {
		t.Fatal(err)
	}
	k := drawKey()
	token, err := sendKey(w.ben, k)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := w.ben.openKey(token); err != nil || got != k {
		t.Errorf("%v", err)
	}
	if got, err := w.cas.openKey(token); err == nil && got == k {
		t.Error("Cas opens what was for Ben")
	}
	for n := range token {
		if _, err := w.ben.openKey(token[:n]); err == nil {
			t.Errorf("%d bytes of a token open", n)
		}
	}
	if _, err := w.ben.openKey(make([]byte, len(token))); err == nil {
		t.Error("a token of zeros opens")
	}
}

func TestFlags(t *testing.T) {
	for _, c := range []struct{ args, want string }{
		{"-n 0", "expected -n from 1 to 1000, found 0"},
		{"-n 1001", "expected -n from 1 to 1000, found 1001"},
		{"-n many", "-n"},
		{"-x", "-x"},
		{"call", `"call"`},
	} {
		var stdout bytes.Buffer
		err := run(t.Context(), strings.Fields(c.args), &stdout, io.Discard)
		if !errors.Is(err, cli.ErrInput) || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") || stdout.Len() > 0 {
			t.Errorf("%s: %v", c.args, err)
		}
	}
	var stdout bytes.Buffer
	if err := run(t.Context(), []string{"-h"}, &stdout, io.Discard); !errors.Is(err, flag.ErrHelp) || stdout.String() != usage {
		t.Errorf("-h: %v, %s", err, &stdout)
	}
}

func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := run(ctx, nil, io.Discard, io.Discard); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

// The counter draws where it is told to, and takes its line away.
func TestCounter(t *testing.T) {
	var b bytes.Buffer
	c := &counter{w: &b}
	c.begin(2, 5)
	c.add(512)
	if got := b.String(); got != "\r\x1b[Kforging LEAF 2 of 5: 512 trials so far" {
		t.Errorf("%q", got)
	}
	c.clear()
	if !strings.HasSuffix(b.String(), "\r\x1b[K") {
		t.Errorf("%q", b.String())
	}
	n := b.Len()
	if c.clear(); b.Len() != n {
		t.Error("it clears what it has not drawn")
	}
	silent := newCounter(&b)
	silent.begin(1, 1)
	silent.add(1)
	if silent.clear(); b.Len() != n {
		t.Error("it draws on what is no terminal")
	}
}
