package transparency

import (
	"testing"

	"doormat/internal/testing/printed"
)

func TestSecretsAreNotPrinted(t *testing.T) {
	w := newTown(t, VRFLabels, 1, 1)
	w.set("Ana", identity(1))
	seed := w.d.s.labels.private.Seed()
	for _, s := range [][]byte{w.d.s.key.Seed(), seed[:]} {
		for _, x := range []any{w.d, []*Directory{w.d}, struct{ d *Directory }{w.d}} {
			if leak := printed.Leak(x, s); leak != "" {
				t.Errorf("%T: %s", x, leak)
			}
		}
	}
	one := w.witnesses[0]
	for _, x := range []any{one, *one, []*Witness{one}} {
		if leak := printed.Leak(x, one.key.private.Seed()); leak != "" {
			t.Errorf("%T: %s", x, leak)
		}
	}
}
