package dualec

import (
	"encoding/json"
	"fmt"
	"testing"

	"doormat/internal/testing/printed"
)

func deref[T any](p *T) any { return *p }

func TestSecretsAreNotPrinted(t *testing.T) {
	td := fixedTrapdoor(t, P256(), 0)
	g := instantiate(t, Config{Points: td.Points()})
	read(t, g, 5)
	for _, x := range []any{
		g, td, []*Trapdoor{td}, td.Points(),
		struct {
			g      *Generator
			values []any
		}{g, []any{deref(g), *td}},
	} {
		if leak := printed.Leak(x, td.RecoveryKey(), g.s.s); leak != "" {
			t.Errorf("%T: %s", x, leak)
		}
	}
}

func TestPrinting(t *testing.T) {
	p := P256().Standard()
	g := instantiate(t, Config{Points: p})
	td := newTrapdoor(Tiny().Standard(), []byte{0, 17})
	text, err := json.Marshal(map[string]any{"g": g, "t": td})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ got, want string }{
		{fmt.Sprint(g), "dualec.Generator(P-256, 16 bits dropped, x(Q) c97445f45cdef9f0)"},
		{fmt.Sprintf("%x", td), "dualec.Trapdoor(tiny, 4 bits dropped, x(Q) 095c)"},
		{g.LogValue().String(), fmt.Sprint(g)},
		{td.LogValue().String(), fmt.Sprint(*td)},
		{fmt.Sprint(new(Generator)), "dualec.Generator(none)"},
		{fmt.Sprint(new(Trapdoor)), "dualec.Trapdoor(none)"},
		{string(text), fmt.Sprintf(`{"g":"%v","t":"%v"}`, g, td)},
	} {
		if c.got != c.want {
			t.Errorf("prints %q, want %q", c.got, c.want)
		}
	}
}
