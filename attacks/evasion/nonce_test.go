package evasion

import (
	"bytes"
	"crypto/rand"
	"io"
	"testing"

	"doormat/escrow"
)

// A phone whose generator is its maker's, or its owner's, hides 24 bytes in each envelope, with escrow and
// without, in the first messages of a session and in later ones. Nothing else of the phone is changed.
func TestNonce(t *testing.T) {
	l, err := newLink(escrow.NewAuthority().Recipient(), NewKey(), plan)
	if err != nil {
		t.Fatal(err)
	}
	send := map[string]func(text string) ([]byte, error){
		"escrow":   func(text string) ([]byte, error) { return l.ana.Seal(l.to, text, Coins{1}) },
		"noescrow": func(text string) ([]byte, error) { return l.ana.SealWithoutField(l.to, text) },
	}
	n := uint64(0)
	check := func(when string) {
		t.Helper()
		for name, seal := range send {
			n++
			frame := Frames(plan)[n%4]
			nonce := l.key.HideInNonce(n, frame)
			envelope, err := drawing(nonce[:], func() ([]byte, error) { return seal("hello") })
			if err != nil {
				t.Fatal(err)
			}
			got, err := NonceOf(envelope)
			if err != nil || got != nonce || l.key.RevealInNonce(n, got) != frame {
				t.Errorf("%s, %s: found %q, %v", name, when, l.key.RevealInNonce(n, got), err)
			}
			if NewKey().RevealInNonce(n, got) == frame {
				t.Errorf("%s, %s: another key reveals it", name, when)
			}
			if name == "escrow" {
				_, err = l.ben.Open(envelope)
			} else {
				_, err = l.ben.OpenWithoutField(envelope)
			}
			if err != nil {
				t.Errorf("%s, %s: %v", name, when, err)
			}
			for _, size := range []int{0, 1, 66, len(envelope) / 4} {
				if _, err := NonceOf(envelope[:size]); err == nil {
					t.Errorf("%s, %s: cut to %d bytes: no error", name, when, size)
				}
			}
		}
	}
	check("in the first messages")
	back, err := l.ben.Seal(l.ana.Identity(), "yes", HonestCoins())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.ana.Open(back); err != nil {
		t.Fatal(err)
	}
	if _, err := l.ana.SealWithoutField(l.to, "the first of a chain also draws a key"); err != nil {
		t.Fatal(err)
	}
	check("after an answer")
}

// drawing runs f with a generator that gives these bytes first.
func drawing[T any](first []byte, f func() (T, error)) (T, error) {
	before := rand.Reader
	rand.Reader = io.MultiReader(bytes.NewReader(first), before)
	defer func() { rand.Reader = before }()
	return f()
}
