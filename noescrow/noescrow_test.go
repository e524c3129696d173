package noescrow

import (
	"bytes"
	"fmt"
	"testing"
)

// talk is a pair of devices that have each a shelf.
func pair(t testing.TB) (a, b *Device) {
	t.Helper()
	a, b = NewDevice(), NewDevice()
	start(t, a, b)
	return a, b
}

func start(t testing.TB, a, b *Device) {
	t.Helper()
	p, err := b.Publish(1)
	if err != nil {
		t.Fatal(err)
	}
	s, err := NewShelf(p)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Start(b.Identity(), s.Bundle()); err != nil {
		t.Fatal(err)
	}
}

func send(t testing.TB, a, b *Device, text string) {
	t.Helper()
	e, err := a.Seal(b.Identity(), []byte(text), nil)
	if err != nil {
		t.Fatal(err)
	}
	from, got, err := b.Open(e, nil)
	if err != nil || from != a.Identity() || string(got) != text {
		t.Fatalf("%q from %v, %v", got, from, err)
	}
}

func TestConversation(t *testing.T) {
	a, b := pair(t)
	for i := range 20 {
		send(t, a, b, fmt.Sprint("a", i))
		send(t, a, b, fmt.Sprint("a again", i))
		send(t, b, a, fmt.Sprint("b", i))
		if i%5 == 0 {
			for _, d := range []*Device{a, b} {
				data, err := d.MarshalBinary()
				if err != nil {
					t.Fatal(err)
				}
				if err := d.UnmarshalBinary(data); err != nil {
					t.Fatal(err)
				}
				again, _ := d.MarshalBinary()
				if !bytes.Equal(again, data) {
					t.Fatal("the state changes when it is saved and loaded")
				}
			}
		}
	}
}

func BenchmarkOneWay(b *testing.B) {
	x, y := pair(b)
	send(b, x, y, "")
	send(b, y, x, "")
	text := make([]byte, 256)
	for b.Loop() {
		e, _ := x.Seal(y.Identity(), text, nil)
		if _, _, err := y.Open(e, nil); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkPingPong(b *testing.B) {
	x, y := pair(b)
	text := make([]byte, 256)
	send(b, x, y, "")
	for b.Loop() {
		e, _ := y.Seal(x.Identity(), text, nil)
		if _, _, err := x.Open(e, nil); err != nil {
			b.Fatal(err)
		}
		x, y = y, x
	}
}

func BenchmarkHandshake(b *testing.B) {
	x, y := NewDevice(), NewDevice()
	text := make([]byte, 256)
	p, _ := y.Publish(1)
	s, _ := NewShelf(p)
	s.Bundle()
	bundle := s.Bundle()
	for b.Loop() {
		if err := x.Start(y.Identity(), bundle); err != nil {
			b.Fatal(err)
		}
		e, _ := x.Seal(y.Identity(), text, nil)
		if _, _, err := y.Open(e, nil); err != nil {
			b.Fatal(err)
		}
		y.s.prekeys.current.seen = map[[32]byte]bool{}
	}
}
