package desk

import (
	"fmt"
	"math/big"

	"doormat/escrow/scanning/baserate"
)

// A scan is the station of scanning: what error rates mean, and a picture that is altered until the detector takes it
// for another. The picture does not depend on the class code, and what alters it would make the library larger by an
// eighth in a browser, so it is altered when the page is built.
type scan struct{}

func (scan) close() {}

func (scan) do(t *turn, do string, a Args) error {
	switch do {
	case "rates":
		if _, err := t.bet("rates"); err != nil {
			return err
		}
		return rates(t, a)
	case "push":
		if _, err := t.bet("push"); err != nil {
			return err
		}
		return nil // what is revealed is in the page
	}
	return errUnknown(do)
}

const (
	million  = 1_000_000
	maxItems = 1e12 // in a day; a float, since an int may have 32 bits
)

// rates computes a day of a scanner that misses nothing.
func rates(t *turn, a Args) error {
	switch {
	case a.Rate < 1 || a.Rate > maxItems:
		return fmt.Errorf("expected one false alarm in 1 to %.0f innocent items", maxItems)
	case a.People < 1 || float64(a.People) > maxItems:
		return fmt.Errorf("expected from 1 to %.0f items in a day", maxItems)
	case a.Checks < 0 || a.Checks > million:
		return fmt.Errorf("expected from 0 to %d wanted items in a million", million)
	}
	s := baserate.Scanner{
		Items:      big.NewInt(int64(a.People)),
		Prevalence: big.NewRat(int64(a.Checks), million),
		Recall:     big.NewRat(1, 1),
		FalseRate:  big.NewRat(1, int64(a.Rate)),
	}
	day, err := s.Day()
	if err != nil {
		return err
	}
	for name, x := range map[string]*big.Rat{"reports": day.Reports(), "right": day.Right, "false": day.Innocent} {
		n, _ := x.Float64()
		t.number(name, n)
	}
	if p := day.Precision(); p != nil {
		precision, _ := p.Float64()
		t.number("share", 100*(1-precision))
	}
	return nil
}
