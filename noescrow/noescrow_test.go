package noescrow

import (
	"bytes"
	"errors"
	"fmt"
	"testing"

	"doormat/internal/ratchet"
)

func TestConversation(t *testing.T) {
	a, b := pair(t)
	for i := range 20 {
		send(t, a, b, fmt.Sprint("a", i))
		send(t, a, b, fmt.Sprint("a again", i))
		send(t, b, a, fmt.Sprint("b", i))
		if i%5 == 0 {
			a, b = clone(t, a), clone(t, b)
		}
	}
}

func TestConversationBackwards(t *testing.T) {
	a, b := pair(t)
	for range 3 {
		var envelopes [][]byte
		for i := range 10 {
			envelopes = append(envelopes, seal(t, a, b, fmt.Sprint(i)))
		}
		for i := range 10 {
			opens(t, b, a, envelopes[9-i], fmt.Sprint(9-i))
		}
		send(t, b, a, "answer")
	}
}

// Two that start at the same moment meet in one session.
func TestBothStart(t *testing.T) {
	a, b := pair(t)
	start(t, b, a)
	fromA, fromB := seal(t, a, b, "from a"), seal(t, b, a, "from b")
	opens(t, a, b, fromB, "from b")
	opens(t, b, a, fromA, "from a")
	for i := range 3 {
		send(t, a, b, fmt.Sprint("a", i))
		send(t, b, a, fmt.Sprint("b", i))
	}
	if x, y := writes(a, b).handshake, writes(b, a).handshake; x != y {
		t.Error("each talks on a session of its own")
	}
}

// The zero Device is a new one.
func TestZeroDevice(t *testing.T) {
	var a, b Device
	start(t, &a, &b)
	send(t, &a, &b, "hello")
	send(t, &b, &a, "hello yourself")
	if a.Identity() == (Identity{}) || a.Identity() == b.Identity() {
		t.Error("zero devices have one identity")
	}
}

func TestNoSession(t *testing.T) {
	a, b := talking(t)
	c := NewDevice()
	if _, err := c.Seal(a.Identity(), nil, nil); err == nil || err.Error() != "noescrow: "+ErrNoSession.Error() {
		t.Errorf("Seal says %v", err)
	}
	e := seal(t, a, b, "text")
	b.Forget(a.Identity())
	refuses(t, b, e, ErrNoSession)
}

// What Seal and Open return shares no memory with what they were given or what they keep.
func TestNothingShared(t *testing.T) {
	a, b := pair(t)
	text := []byte("text")
	e, err := a.Seal(b.Identity(), text, nil)
	if err != nil {
		t.Fatal(err)
	}
	clear(text)
	kept := bytes.Clone(e)
	_, got, err := b.Open(e, nil)
	if err != nil || !bytes.Equal(e, kept) {
		t.Fatalf("Open changed its input, %v", err)
	}
	clear(e)
	if string(got) != "text" {
		t.Errorf("got %q", got)
	}
	send(t, b, a, "answer")
	send(t, a, b, "again")
}

// Associated data does not travel, and must be the same at both ends.
func TestAssociatedData(t *testing.T) {
	a, b := pair(t)
	for _, kind := range []string{"initial", "ordinary"} {
		bare := seal(t, a, b, "text")
		e, err := a.Seal(b.Identity(), []byte("text"), []byte("1 May"))
		if err != nil || len(e) != len(bare) {
			t.Fatalf("%s: associated data makes %d bytes of %d, %v", kind, len(e), len(bare), err)
		}
		for _, wrong := range []string{"", "1 Ma", "1 May ", "2 May"} {
			before := save(t, b)
			if _, _, err := b.Open(e, []byte(wrong)); !errors.Is(err, ErrOpen) {
				t.Errorf("%s: opened with %q: %v", kind, wrong, err)
			}
			if !bytes.Equal(save(t, b), before) {
				t.Errorf("%s: the state moved", kind)
			}
		}
		if _, got, err := b.Open(e, []byte("1 May")); err != nil || string(got) != "text" {
			t.Errorf("%s: %q, %v", kind, got, err)
		}
		opens(t, b, a, bare, "text")
		send(t, b, a, "answer")
	}
}

func TestAddresses(t *testing.T) {
	a, b := pair(t)
	e := seal(t, a, b, "text")
	from, to, err := Addresses(e)
	if err != nil || from != a.Identity() || to != b.Identity() {
		t.Errorf("from %v to %v, %v", from, to, err)
	}
	for n := range clearInitial + ratchet.Overhead {
		if from, to, err := Addresses(e[:n]); !errors.Is(err, ErrOpen) || from != (Identity{}) || to != (Identity{}) {
			t.Errorf("the addresses of %d bytes: %v", n, err)
		}
	}
}
