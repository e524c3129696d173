package noescrow

import (
	"bytes"
	"errors"
	"testing"

	"doormat/internal/xeddsa"
)

// Fuzzing goes on in several processes, so the devices are recorded ones (see vectors_test.go).

// Nothing opens but what its sender sealed, and failing leaves the state as it was.
func FuzzOpen(f *testing.F) {
	v := readVectors(f)
	sealed := map[string]bool{}
	for _, l := range v.Envelopes {
		f.Add([]byte(l.Envelope))
		sealed[string(l.Envelope)] = true
	}
	f.Fuzz(func(t *testing.T, envelope []byte) {
		d := load(t, v.State)
		_, text, err := d.Open(envelope, nil)
		if err == nil && !sealed[string(envelope)] {
			t.Fatalf("%q opens", text)
		}
		if err != nil && !bytes.Equal(save(t, d), v.State) {
			t.Fatalf("the state moved with the error %q", err)
		}
	})
}

// What loads is saved as the same bytes, and can be used and saved and loaded again.
func FuzzUnmarshalBinary(f *testing.F) {
	v := readVectors(f)
	d := load(f, v.State)
	for _, l := range v.Envelopes {
		f.Add(save(f, d), []byte(l.Envelope))
		d.Open(l.Envelope, nil)
		d.Rotate()
		d.s.verified[Identity(v.From)] = true
	}
	f.Fuzz(func(t *testing.T, state, envelope []byte) {
		d := new(Device)
		if err := d.UnmarshalBinary(state); err != nil {
			if d.s != nil {
				t.Fatal("the state moved with an error")
			}
			return
		}
		if !bytes.Equal(save(t, d), state) {
			t.Fatal("the state changes when it is loaded and saved")
		}
		d.Open(envelope, nil)
		for id := range d.s.peers {
			d.Seal(id, nil, nil)
		}
		d.Publish(1)
		load(t, save(t, d))
		for id := range d.s.peers {
			d.Forget(id)
		}
		load(t, save(t, d))
	})
}

// What a shelf takes is read as just what it says, and not taken twice. The signature is made
// anew, or nothing behind it would be reached.
func FuzzNewShelf(f *testing.F) {
	v := readVectors(f)
	owner := load(f, v.State)
	f.Add([]byte(v.Publication))
	f.Fuzz(func(t *testing.T, p []byte) {
		s, err := NewShelf(p)
		if signed := len(p) - xeddsa.Size; err != nil && signed >= 2+32 {
			p = bytes.Clone(p)
			copy(p[2:], owner.s.public[:])
			signature := xeddsa.Sign(owner.s.identity, append([]byte(publicationLabel), p[:signed]...))
			copy(p[signed:], signature[:])
			s, err = NewShelf(p)
		}
		if err != nil {
			return
		}
		size := len(p) - xeddsa.Size // signing is random
		if again := s.p.sign(owner.s.identity); !bytes.Equal(again[:size], p[:size]) {
			t.Fatal("the publication is read as another")
		}
		for range len(s.p.curve) + 1 {
			if b, err := parseBundle(s.Bundle()); err != nil || b.Identity != s.p.identity {
				t.Fatalf("a bundle of it cannot be read: %v", err)
			}
		}
		if err := s.Add(p); !errors.Is(err, ErrOldPublication) {
			t.Fatalf("the same publication again: %v", err)
		}
	})
}

// A bundle that Start takes is read as just what it says.
func FuzzStart(f *testing.F) {
	for _, b := range readVectors(f).Bundles {
		f.Add([]byte(b))
	}
	state := save(f, NewDevice())
	f.Fuzz(func(t *testing.T, bundle []byte) {
		d := load(t, state)
		var peer Identity
		if len(bundle) >= 34 {
			peer = Identity(bundle[2:])
		}
		if err := d.Start(peer, bundle); err != nil {
			if !bytes.Equal(save(t, d), state) {
				t.Fatalf("the state moved with the error %q", err)
			}
			return
		}
		if parsed, err := parseBundle(bundle); err != nil || !bytes.Equal(marshalBundle(parsed), bundle) {
			t.Fatalf("the bundle is read as another, %v", err)
		}
	})
}

// A shelf that loads is saved as the same bytes, and hands out what can be read.
func FuzzShelf(f *testing.F) {
	v := readVectors(f)
	s, err := NewShelf(v.Publication)
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte{version, kindShelf})
	for range 3 {
		f.Add(saveShelf(f, s))
		s.Bundle()
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		s := new(Shelf)
		if err := s.UnmarshalBinary(data); err != nil {
			if s.p != nil {
				t.Fatal("the shelf moved with an error")
			}
			return
		}
		if !bytes.Equal(saveShelf(t, s), data) {
			t.Fatal("the shelf changes when it is loaded and saved")
		}
		if s.p == nil {
			return
		}
		for range s.OneTimePrekeys() + 1 {
			if b, err := parseBundle(s.Bundle()); err != nil || Identity(b.Identity) != s.Identity() {
				t.Fatalf("a bundle of it cannot be read: %v", err)
			}
		}
		loadShelf(t, saveShelf(t, s))
	})
}
