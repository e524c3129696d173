package escrow

import (
	"bytes"
	"errors"
	"testing"

	"doormat/noescrow"
)

// Whatever one system writes the other refuses.
func TestProtocolConfusion(t *testing.T) {
	authority, a, b := pair(t)
	na, nb := noescrow.NewDevice(), noescrow.NewDevice()
	startControl(t, na, nb)
	send(t, a, b, "")
	answer(t, na, nb)
	e := seal(t, a, b, "text")
	control, err := na.Seal(nb.Identity(), []byte("text"), nil)
	if err != nil {
		t.Fatal(err)
	}
	const passphrase = "passphrase"
	ours := map[string][]byte{
		"envelope": e, "publication": publish(t, b), "bundle": bundle(t, b), "state": state(t, b),
		"locked state": lockFast(t, state(t, b), passphrase), "nothing": nil,
		"publication with another kind": append([]byte{version, kindBundle}, publish(t, b)[2:]...),
	}
	theirs := map[string][]byte{
		"envelope": control, "publication": publish(t, nb), "bundle": controlBundle(t, nb), "state": state(t, nb),
		"locked state": lockFast(t, state(t, nb), passphrase),
	}
	before, controlBefore := state(t, b), state(t, nb)
	fresh := enrol(t, authority)
	for name, x := range theirs {
		refuses(t, "noescrow's "+name, x, map[string]func([]byte) error{
			"Open":            func(x []byte) error { _, _, err := b.Open(x, nil); return err },
			"OpenChecked":     func(x []byte) error { _, _, err := b.OpenChecked(x, nil); return err },
			"Recover":         func(x []byte) error { _, _, _, err := authority.Recover(x); return err },
			"Addresses":       func(x []byte) error { _, _, err := Addresses(x); return err },
			"NewShelf":        func(x []byte) error { _, err := NewShelf(x); return err },
			"Start":           func(x []byte) error { return b.Start(nb.Identity(), x) },
			"UnmarshalBinary": b.UnmarshalBinary,
			"Unlock":          func(x []byte) error { return b.Unlock(x, passphrase) },
		})
	}
	for name, x := range ours {
		refuses(t, "escrow's "+name, x, map[string]func([]byte) error{
			"noescrow.Open":            func(x []byte) error { _, _, err := nb.Open(x, nil); return err },
			"noescrow.Addresses":       func(x []byte) error { _, _, err := noescrow.Addresses(x); return err },
			"noescrow.NewShelf":        func(x []byte) error { _, err := noescrow.NewShelf(x); return err },
			"noescrow.Start":           func(x []byte) error { return na.Start(b.Identity(), x) },
			"noescrow.UnmarshalBinary": nb.UnmarshalBinary,
			"noescrow.Unlock":          func(x []byte) error { return nb.Unlock(x, passphrase) },
		})
		// And each of escrow's own formats is taken in its own place only.
		takers := map[string]func([]byte) error{
			"envelope":     func(x []byte) error { _, _, err := b.Open(x, nil); return err },
			"publication":  func(x []byte) error { _, err := NewShelf(x); return err },
			"bundle":       func(x []byte) error { return fresh.Start(b.Identity(), x) },
			"state":        fresh.UnmarshalBinary,
			"locked state": func(x []byte) error { return fresh.Unlock(x, passphrase) },
		}
		if name != "envelope" { // which would open
			_, _, _, err := authority.Recover(x)
			if err == nil {
				t.Errorf("Recover takes escrow's %s", name)
			}
		}
		delete(takers, name)
		refuses(t, "escrow's "+name, x, takers)
	}
	if !bytes.Equal(state(t, b), before) || !bytes.Equal(state(t, nb), controlBefore) {
		t.Error("a refusal moved the state")
	}
}

func refuses(t *testing.T, name string, x []byte, takers map[string]func([]byte) error) {
	t.Helper()
	for taker, take := range takers {
		if take(x) == nil {
			t.Errorf("%s takes %s", taker, name)
		}
	}
}

// The inner envelope is a genuine noescrow envelope of a genuine noescrow session. Without what
// stood before it, it opens nowhere.
func TestInnerEnvelopeAlone(t *testing.T) {
	authority, a, b := pair(t)
	send(t, a, b, "")
	send(t, b, a, "")
	for _, kind := range []string{"ordinary", "initial"} {
		e := seal(t, a, b, "text")
		parsed, err := parseEnvelope(e)
		if err != nil {
			t.Fatal(err)
		}
		inner := new(noescrow.Device)
		if err := inner.UnmarshalBinary(state(t, b)[1218:]); err != nil {
			t.Fatal(err)
		}
		if inner.Identity() != b.Identity() {
			t.Fatal("another device")
		}
		before := state(t, inner)
		for _, ad := range [][]byte{nil, {}, parsed.field, parsed.body, parsed.head[:1], parsed.head[1:]} {
			if _, got, err := inner.Open(parsed.inner, ad); !errors.Is(err, noescrow.ErrOpen) || got != nil {
				t.Errorf("%s: opens alone: %x, %v", kind, got, err)
			}
		}
		if !bytes.Equal(state(t, inner), before) {
			t.Errorf("%s: a refusal moved the state", kind)
		}
		if _, _, err := b.Open(parsed.inner, nil); !errors.Is(err, ErrOpen) {
			t.Errorf("%s: escrow opens an inner envelope: %v", kind, err)
		}
		// The other way: an envelope that was sealed in noescrow, by the same session, cannot be
		// dressed up.
		bare, err := a.inner.Seal(b.Identity(), random(32), nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, got, err := b.Open(append(bytes.Clone(parsed.head), bare...), nil); !errors.Is(err, ErrOpen) || got != nil {
			t.Errorf("%s: opens in other clothes: %x, %v", kind, got, err)
		}
		_, s, err := inner.Open(parsed.inner, parsed.head)
		if err != nil || !isFieldOf(parsed.field, authority.key.Public(), seed(s)) {
			t.Errorf("%s: with what belongs to it: %x, %v", kind, s, err)
		}
		start(t, a, b)
	}
}
