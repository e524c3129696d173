package main

import (
	"regexp"
	"testing"

	"doormat/escrow/clipper"
	"doormat/examples/internal/cli/clitest"
)

func TestProgram(t *testing.T) { clitest.Program(t, run, "clipper.txt", "-seed", "1", "-n", "1") }

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

// The table is measured: it changes if Ben's chip refuses, and if the tap reads.
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
	// One broken LEAF of 2^16 is accepted, so two are broken.
	refused := 0
	for bit := range 2 {
		h := c.headers[0]
		h.LEAF[0] ^= 1 << bit
		broken, err := w.dialUnder(c.key, h)
		if err != nil {
			t.Fatal(err)
		}
		if w.reads(broken) == "nothing" && w.blames(broken) != "Ana" && w.notices(broken) == "that he hears noise" {
			refused++
		} else {
			t.Logf("a broken LEAF: %s, %s, %s", w.reads(broken), w.blames(broken), w.notices(broken))
		}
	}
	if refused == 0 {
		t.Error("the table does not change")
	}
}

func TestTokens(t *testing.T) {
	w, err := newWorld()
	if err != nil {
		t.Fatal(err)
	}
	k := clipper.NewSessionKey()
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

func TestBadInput(t *testing.T) {
	clitest.BadInput(t, run, "-n 0", "expected -n from 1 to 1000, found 0")
	clitest.BadInput(t, run, "-n 1001", "expected -n from 1 to 1000, found 1001")
}
