package ratchet

import (
	"bytes"
	"testing"

	"golang.org/x/crypto/cryptobyte"
)

// Whatever loads is saved as the same bytes, and can be used without a crash.
func FuzzUnmarshal(f *testing.F) {
	for _, v := range readVectors(f).Cases {
		f.Add([]byte(v.State), []byte(v.Envelope))
	}
	f.Fuzz(func(t *testing.T, state, envelope []byte) {
		in := cryptobyte.String(state)
		s, err := Unmarshal(&in)
		if err != nil {
			return
		}
		if !bytes.Equal(append(save(s), in...), state) {
			t.Fatal("the state changes when it is loaded and saved")
		}
		s.Open(envelope, 0, nil)
		s.Seal(nil, nil, nil)
		in = save(s)
		if _, err := Unmarshal(&in); err != nil {
			t.Fatalf("a state that was used does not load again: %v", err)
		}
	})
}

// Nothing opens but what was recorded, and a failing Open leaves every state as it was.
func FuzzOpen(f *testing.F) {
	vectors := readVectors(f)
	recorded := map[string]bool{}
	for _, v := range vectors.Cases {
		f.Add([]byte(v.Envelope), v.Clear)
		recorded[string(v.Envelope)] = v.Error == "" || v.Error == ErrReplay.Error()
	}
	f.Fuzz(func(t *testing.T, envelope []byte, clear int) {
		if clear < 0 || clear > 1<<16 {
			return
		}
		for _, v := range vectors.Cases {
			s := load(t, v.State)
			_, err := s.Open(envelope, clear, v.Associated)
			after := save(s)
			if err != nil && !bytes.Equal(after, v.State) {
				t.Fatalf("the state moved with the error %q", err)
			}
			if err == nil && (!recorded[string(envelope)] || bytes.Equal(after, v.State)) {
				t.Fatalf("%x opens", envelope)
			}
		}
	})
}
