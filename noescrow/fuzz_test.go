package noescrow

import (
	"bytes"
	"testing"
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
	})
}

// A shelf hands out bundles that Start takes, for as long as it has any.
func FuzzNewShelf(f *testing.F) {
	a := NewDevice()
	f.Add([]byte(readVectors(f).Publication))
	f.Fuzz(func(t *testing.T, p []byte) {
		s, err := NewShelf(p)
		if err != nil {
			return
		}
		if again := s.p.marshal(); !bytes.Equal(again, p) {
			t.Fatal("the publication is read as another")
		}
		for range len(s.p.curve) + 1 {
			a.Start(Identity(s.p.identity), s.Bundle())
		}
		if err := s.Add(p); err != nil {
			t.Fatalf("what opened the shelf cannot be added: %v", err)
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
