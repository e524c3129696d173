package ratchet

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"testing"

	"golang.org/x/crypto/chacha20poly1305"
	"golang.org/x/crypto/cryptobyte"

	"doormat/internal/x25519"
)

// clearPart stands before each envelope of these tests.
const clearPart = "clear"

// pair returns both sides of a new session: Alice's, who sends first, and Bob's.
func pair(t testing.TB) (alice, bob *Session) {
	t.Helper()
	sk := [32]byte{'s', 'k'}
	private, public := x25519.Generate()
	alice, err := NewInitiator(sk, []byte("ad"), public)
	if err != nil {
		t.Fatal(err)
	}
	return alice, NewResponder(sk, []byte("ad"), private)
}

// talking returns both sides after each has had an answer.
func talking(t testing.TB) (alice, bob *Session) {
	t.Helper()
	alice, bob = pair(t)
	send(t, alice, bob)
	send(t, bob, alice)
	send(t, alice, bob)
	return alice, bob
}

func seal(t testing.TB, s *Session, text string) []byte {
	t.Helper()
	e, err := s.Seal([]byte(clearPart), []byte(text), nil)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func open(s *Session, e []byte) (string, error) {
	text, err := s.Open(e, len(clearPart), nil)
	return string(text), err
}

func opens(t testing.TB, s *Session, e []byte, text string) {
	t.Helper()
	got, err := open(s, e)
	if err != nil || got != text {
		t.Fatalf("expected %q, got %q, %v", text, got, err)
	}
}

// refuses requires that s does not open e and stays as it was.
func refuses(t testing.TB, s *Session, e []byte, reasons ...error) {
	t.Helper()
	before := save(s)
	got, err := open(s, e)
	if err == nil || !slices.ContainsFunc(reasons, func(r error) bool { return errors.Is(err, r) }) || got != "" {
		t.Fatalf("expected one of %q, got %q, %v", reasons, got, err)
	}
	if !bytes.Equal(save(s), before) {
		t.Fatalf("the state moved with the error %q", err)
	}
}

// send carries one message over.
func send(t testing.TB, from, to *Session) {
	t.Helper()
	text := fmt.Sprint("message ", from.ns)
	opens(t, to, seal(t, from, text), text)
}

// lose seals n messages that nobody will see.
func lose(t testing.TB, s *Session, n int) {
	t.Helper()
	if n == 0 {
		return
	}
	seal(t, s, "lost")
	for range n - 1 { // as Seal does, without the sealing
		s.cks.next()
		s.ns++
	}
}

func save(s *Session) []byte {
	b := cryptobyte.NewBuilder(nil)
	s.Marshal(b)
	return b.BytesOrPanic()
}

func load(t testing.TB, data []byte) *Session {
	t.Helper()
	in := cryptobyte.String(data)
	s, err := Unmarshal(&in)
	if err != nil || !in.Empty() {
		t.Fatalf("%v, %d bytes are left", err, len(in))
	}
	return s
}

// clone is a thief's copy, or a backup.
func clone(t testing.TB, s *Session) *Session {
	t.Helper()
	return load(t, save(s))
}

func skippedKeys(s *Session) (n int) {
	for _, c := range s.chains {
		n += len(c.skipped)
	}
	return n
}

// sealRaw is seal without the padding.
func sealRaw(t testing.TB, mk messageKey, envelope, padded, ad []byte) []byte {
	t.Helper()
	aead, err := chacha20poly1305.New(mk[:])
	if err != nil {
		t.Fatal(err)
	}
	nonce := envelope[len(envelope)-headerSize:][:chacha20poly1305.NonceSize]
	return aead.Seal(envelope, nonce, padded, ad)
}
