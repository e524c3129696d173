package escrow

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"doormat/internal/padme"
	"doormat/noescrow"
)

// The same texts through both systems, before and after the first answer.
func TestFieldCost(t *testing.T) {
	_, a, b := pair(t)
	na, nb := noescrow.NewDevice(), noescrow.NewDevice()
	startControl(t, na, nb)
	ours, theirs := map[string]int{}, map[string]int{}
	t.Log("kind         text  noescrow  escrow  more")
	for _, kind := range []string{"initial", "ordinary"} {
		for _, n := range []int{0, 100, 1000, 10000} {
			text := bytes.Repeat([]byte("x"), n)
			e, err := a.Seal(b.Identity(), text, nil)
			if err != nil {
				t.Fatal(err)
			}
			control, err := na.Seal(nb.Identity(), text, nil)
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("%-10s %6d %9d %7d %5d", kind, n, len(control), len(e), len(e)-len(control))
			key := fmt.Sprint(kind, n)
			ours[key], theirs[key] = len(e), len(control)
			if more := len(e) - len(control); more != ours["initial0"]-theirs["initial0"] {
				t.Errorf("%s, %d bytes: costs %d more", kind, n, more)
			}
			if _, _, err := b.OpenChecked(e, nil); err != nil {
				t.Fatal(err)
			}
			if _, _, err := nb.Open(control, nil); err != nil {
				t.Fatal(err)
			}
		}
		answer(t, nb, na)
		send(t, b, a, "")
	}
	e := seal(t, a, b, "")
	parsed, err := parseEnvelope(e)
	if err != nil {
		t.Fatal(err)
	}
	moved := len(e) - theirs["ordinary0"] - len(parsed.field)
	if want := 1 + 3 + 16 + padme.Length(len(seed{})); moved != want { // version, length, tag, the seed
		t.Errorf("%d bytes because the body has moved, want %d", moved, want)
	}
	claim(t, "%s bytes for the field, and %s because the body has moved: the shortest message is %s bytes here and %s in noescrow",
		len(parsed.field), moved, ours["ordinary0"], theirs["ordinary0"])
}

func startControl(t testing.TB, a, b *noescrow.Device) {
	t.Helper()
	if err := a.Start(b.Identity(), controlBundle(t, b)); err != nil {
		t.Fatal(err)
	}
}

func controlBundle(t testing.TB, d *noescrow.Device) []byte {
	t.Helper()
	s, err := noescrow.NewShelf(publish(t, d))
	if err != nil {
		t.Fatal(err)
	}
	return s.Bundle()
}

func answer(t testing.TB, a, b *noescrow.Device) {
	t.Helper()
	e, err := a.Seal(b.Identity(), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := b.Open(e, nil); err != nil {
		t.Fatal(err)
	}
}

// claim checks that the package comment says a sentence with these figures in it.
func claim(t *testing.T, format string, figures ...int) {
	t.Helper()
	var args []any
	for _, n := range figures {
		s := fmt.Sprint(n)
		if n >= 1000 {
			s = s[:len(s)-3] + "," + s[len(s)-3:]
		}
		args = append(args, s)
	}
	want := fmt.Sprintf(format, args...)
	for _, f := range parseDir(t, ".") {
		if f.ast.Doc != nil && strings.Contains(strings.Join(strings.Fields(f.ast.Doc.Text()), " "), want) {
			return
		}
	}
	t.Errorf("the package comment does not say %q", want)
}

// The other figures that comments name.
func TestSizes(t *testing.T) {
	_, a, _ := pair(t)
	inner := load(t, state(t, a)).inner // its copy, so that both make the same prekey numbers
	for what, more := range map[string]int{
		"a publication": len(publish(t, a)) - len(publish(t, inner)),
		"a bundle":      len(bundle(t, a)) - len(controlBundle(t, inner)),
	} {
		if more != 2 {
			t.Errorf("%s is longer by %d bytes, want 2", what, more)
		}
	}
	if more := len(state(t, a)) - len(state(t, a.inner)); more != 1218 {
		t.Errorf("a device's state is longer by %d bytes, want 1,218", more)
	}
	if fieldSize != 1168 {
		t.Errorf("a field has %d bytes, want 1,168", fieldSize)
	}
}
