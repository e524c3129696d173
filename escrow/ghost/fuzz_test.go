package ghost

import (
	"bytes"
	"testing"
)

func FuzzMessage(f *testing.F) {
	w := newTown(f, Showing)
	m := w.send("Ana", "two", "hello", monday)
	f.Add(m)
	f.Add(m[:len(m)/2])
	f.Add([]byte{version, kindMessage, 0, 1})
	f.Fuzz(func(t *testing.T, b []byte) {
		n, ok := Head(b)
		copies, err := Copies(b)
		if err != nil {
			return
		}
		if !ok || n > len(b) || len(copies) != int(b[2])+1 {
			t.Errorf("a head of %d bytes, %v, and %d copies", n, ok, len(copies))
		}
		if again, err := joinCopies(copies); err != nil || !bytes.Equal(again, b) {
			t.Errorf("%x is read as %x, %v", b, again, err)
		}
	})
}

func FuzzRoster(f *testing.F) {
	w := newTown(f, Showing)
	w.order(NewGhost(), "Ben", "", monday, monday.AddDate(0, 0, 1))
	b, err := w.Roster("two", "Ana", monday)
	check(f, err)
	f.Add(b)
	f.Add([]byte{version, kindRoster, 1, 'x', 0, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := parseRoster(b)
		if err != nil {
			return
		}
		if again, err := r.bytes(); err != nil || !bytes.Equal(again, b) {
			t.Errorf("%x is read as %x, %v", b, again, err)
		}
	})
}

func FuzzClient(f *testing.F) {
	w := newTown(f, Hiding)
	w.send("Ana", "two", "hello", monday)
	f.Add(w.state("Ana"))
	f.Add(w.state("Ben"))
	f.Fuzz(func(t *testing.T, b []byte) {
		c := new(Client)
		if c.UnmarshalBinary(b) != nil {
			return
		}
		if again, err := c.MarshalBinary(); err != nil || !bytes.Equal(again, b) {
			t.Errorf("%x is read as %x, %v", b, again, err)
		}
	})
}

// An order is fuzzed behind its signature.
func FuzzOrder(f *testing.F) {
	k := NewOrderKey()
	b, err := k.Sign(Order{Name: "Ben", From: monday, Until: monday.AddDate(0, 0, 1), Publication: []byte("p")})
	check(f, err)
	f.Add(b[:len(b)-64])
	f.Add([]byte{version, kindOrder})
	f.Fuzz(func(t *testing.T, b []byte) {
		o, err := parseOrder(k.PublicKey(), k.sign(b))
		if err != nil {
			return
		}
		if again, err := k.Sign(o); err != nil || !bytes.Equal(again, k.sign(b)) {
			t.Errorf("%x is read as %x, %v", b, again, err)
		}
	})
}

func FuzzApp(f *testing.F) {
	bot := NewBot()
	ana, ben := apps(f, bot.Recipient())
	sent, err := ana.Seal(ben.Identity(), []byte("hello"), nil)
	check(f, err)
	f.Add(sent)
	f.Add([]byte{version, kindApp, 0, 0, 1, 1, 1})
	f.Fuzz(func(t *testing.T, b []byte) {
		n, ok := AppHead(b)
		copied, err := ForMaker(b)
		if ok != (err == nil) || ok && len(copied) != n-5 {
			t.Errorf("a head of %d bytes, %v, and a copy of %d, %v", n, ok, len(copied), err)
		}
		if ok {
			bot.Recover(copied)
			ben.Open(b, nil)
		}
	})
}
