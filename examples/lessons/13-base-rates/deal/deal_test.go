package deal

import (
	mathrand "math/rand/v2"
	"testing"
)

// Every picture has a hash, from which more brightness does not lead away; and a list of precision is no list
// of rates: a scanner of "99.9 %" is right in one report of 1,000 or in none, if one message in a million is
// wanted.
func TestPuzzles(t *testing.T) {
	for seed := range uint64(50) {
		picture := paint(mathrand.New(mathrand.NewPCG(seed, 13)))
		was, ok := hashOf(picture)
		if !ok {
			t.Errorf("picture %d has no hash", seed)
		}
		for i := range picture {
			picture[i] += largest
		}
		if is, ok := hashOf(picture); !ok || is.Distance(was) > 2 {
			t.Errorf("picture %d, brighter, is %d bits away", seed, is.Distance(was))
		}
	}
	if d := (scanner{1e11, 1e6, 90, 1000}).day(); d != (day{90_000, 99_999_900, 0}) {
		t.Errorf("expected 90,000 reports that are right and 99,999,900 that are not, found %+v", d)
	}
}
