package escrow

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"doormat/noescrow"
)

// A relay that restarts hands out each bundle once, and refuses what it refused before.
func TestShelfSaved(t *testing.T) {
	authority, a, b := pair(t)
	first, second := publish(t, b), publish(t, b)
	s := new(Shelf)
	restart := func() {
		t.Helper()
		data, left, owner := state(t, s), s.OneTimePrekeys(), s.Identity()
		s = new(Shelf)
		if err := s.UnmarshalBinary(data); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(state(t, s), data) || s.OneTimePrekeys() != left || s.Identity() != owner {
			t.Fatalf("a shelf of %v with %d prekeys becomes one of %v with %d", owner, left, s.Identity(), s.OneTimePrekeys())
		}
	}
	restart()
	if s.Bundle() != nil || s.Identity() != (Identity{}) {
		t.Error("an empty shelf hands out a bundle, or has an owner")
	}
	if err := s.Add(second); err != nil {
		t.Fatal(err)
	}
	for s.OneTimePrekeys() > 0 {
		restart()
		for name, p := range map[string][]byte{"an older": first, "the same": second} {
			if err := s.Add(p); !errors.Is(err, ErrOldPublication) || !strings.HasPrefix(err.Error(), "escrow: the publication") {
				t.Fatalf("the shelf takes %s publication: %v", name, err)
			}
		}
		sender := enrol(t, authority)
		if err := sender.Start(b.Identity(), s.Bundle()); err != nil {
			t.Fatal(err)
		}
		send(t, sender, b, "hello")
	}
	if s.Identity() != b.Identity() {
		t.Errorf("the shelf is %v's", s.Identity())
	}

	// What is no shelf of escrow's does not load, and leaves the shelf as it was.
	full := state(t, s)
	theirs, err := noescrow.NewShelf(publish(t, noescrow.NewDevice()))
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{
		"nothing": nil, "noescrow's": state(t, theirs), "a publication": second, "a device": state(t, a),
		"a cut": full[:len(full)-1], "a byte more": append(bytes.Clone(full), 0), "another version": append([]byte{version + 1}, full[1:]...),
	} {
		err := s.UnmarshalBinary(data)
		if err == nil || !strings.HasPrefix(err.Error(), "escrow: ") {
			t.Errorf("%s: %v", name, err)
		}
		if !bytes.Equal(state(t, s), full) {
			t.Errorf("%s: the shelf moved with the error", name)
		}
	}
	if text, err := json.Marshal(s); err == nil || !strings.Contains(err.Error(), "escrow: ") {
		t.Errorf("package json writes a shelf as %s, %v", text, err)
	}
}

// A shelf has one form, and hands out bundles that can be started from.
func FuzzShelf(f *testing.F) {
	k := readKept(f)
	s, err := NewShelf(k.publication)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(state(f, new(Shelf)))
	f.Add(state(f, s))
	s.Bundle()
	f.Add(state(f, s))
	f.Fuzz(func(t *testing.T, data []byte) {
		s := new(Shelf)
		if err := s.UnmarshalBinary(data); err != nil {
			if s.Bundle() != nil {
				t.Error("a refusal moved the shelf")
			}
			return
		}
		if !bytes.Equal(state(t, s), data) {
			t.Errorf("another form of %x", data)
		}
		if b := s.Bundle(); (b == nil) != (s.Identity() == Identity{}) {
			t.Errorf("a bundle of %d bytes of the shelf of %v", len(b), s.Identity())
		}
	})
}
