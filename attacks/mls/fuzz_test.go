package mls

import (
	"bytes"
	"encoding/binary"
	"testing"
	"time"

	"doormat/attacks/attackstest"
)

// The parts of an envelope are all of it, whatever the relay was sent.
func FuzzSplit(f *testing.F) {
	s := New()
	attackstest.Enrol(f, s)
	for _, m := range attackstest.Talk(6) {
		e, err := s.Send(m)
		if err != nil {
			f.Fatal(err)
		}
		if _, ok := split(e); !ok {
			f.Fatal("an envelope has no parts")
		}
		if _, _, err := s.Receive(m.To, m.At, e); err != nil {
			f.Fatal(err)
		}
		f.Add(e)
	}
	f.Fuzz(func(t *testing.T, envelope []byte) {
		all, ok := split(envelope)
		var joined []byte
		for _, p := range all {
			joined = append(binary.BigEndian.AppendUint32(joined, uint32(len(p.bytes))), p.bytes...)
		}
		if ok && !bytes.Equal(joined, envelope) {
			t.Errorf("%d parts of %d bytes are %d", len(all), len(envelope), len(joined))
		}
	})
}

// A device that parses is written again, and the same device is read from that.
func FuzzParseDevice(f *testing.F) {
	s := New().(*system)
	attackstest.Enrol(f, s)
	for _, m := range attackstest.Talk(6) {
		e, err := s.Send(m)
		if err != nil {
			f.Fatal(err)
		}
		if _, _, err := s.Receive(m.To, m.At, e); err != nil {
			f.Fatal(err)
		}
	}
	for _, name := range s.Names()[:2] {
		state, err := s.Inspect(name)
		if err != nil {
			f.Fatal(err)
		}
		if _, err := parseDevice(state, time.Now); err != nil {
			f.Fatal(err)
		}
		f.Add(state)
	}
	f.Fuzz(func(t *testing.T, state []byte) {
		d, err := parseDevice(state, time.Now)
		if err != nil {
			return
		}
		again, err := d.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		if d, err := parseDevice(again, time.Now); err != nil {
			t.Fatal(err)
		} else if b, err := d.MarshalBinary(); err != nil || !bytes.Equal(b, again) {
			t.Errorf("%d bytes become %d, %v", len(again), len(b), err)
		}
	})
}

// The keys of a tree have the length that is written before them: no key is longer than the tree.
func FuzzPublicKeys(f *testing.F) {
	f.Add([]byte{0})
	f.Add([]byte{1, 2, 1, 7, 0, 0})          // a parent: its key, its parent's hash, no unmerged leaves
	f.Add([]byte{1, 1, 1, 7, 1, 8, 0, 1, 0}) // the beginning of a leaf
	f.Fuzz(func(t *testing.T, tree []byte) {
		all, ok := publicKeys(tree)
		total := 0
		for _, key := range all {
			total += len(key)
		}
		if !ok && all != nil || total > len(tree) {
			t.Errorf("%d bytes of keys in a tree of %d, %v", total, len(tree), ok)
		}
	})
}
