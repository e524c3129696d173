package escrow

import (
	"testing"

	"github.com/cloudflare/circl/kem/xwing"
)

func pair(t testing.TB) (authority *Authority, a, b *Device) {
	t.Helper()
	authority = NewAuthority()
	a, b = enrol(t, authority), enrol(t, authority)
	start(t, a, b)
	return authority, a, b
}

func enrol(t testing.TB, authority *Authority) *Device {
	t.Helper()
	d, err := NewDevice(authority.Recipient())
	if err != nil {
		t.Fatal(err)
	}
	return d
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

func seal(t testing.TB, a, b *Device, text string) []byte {
	t.Helper()
	e, err := a.Seal(b.Identity(), []byte(text), nil)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func send(t testing.TB, a, b *Device, text string) []byte {
	t.Helper()
	e := seal(t, a, b, text)
	from, got, err := b.OpenChecked(e, nil)
	if err != nil || from != a.Identity() || string(got) != text {
		t.Fatalf("%q from %v, %v", got, from, err)
	}
	return e
}

func TestAuthorityOpensPastAndFuture(t *testing.T) {
	authority, a, b := pair(t)
	for i := range 20 {
		text := string(rune('a' + i))
		x, y := a, b
		if i%3 == 1 {
			x, y = b, a
		}
		e := send(t, x, y, text)
		from, to, got, err := authority.Recover(e)
		if err != nil || from != x.Identity() || to != y.Identity() || string(got) != text {
			t.Fatalf("message %d: %q, %v", i, got, err)
		}
	}
}

func BenchmarkRecover(b *testing.B) {
	authority, x, y := pair(b)
	send(b, x, y, "")
	send(b, y, x, "")
	e := seal(b, x, y, string(make([]byte, 256)))
	line := authority.RecoveryKey()
	thief, err := ParseAuthority(line)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("Recover", func(b *testing.B) {
		for b.Loop() {
			if _, _, _, err := thief.Recover(e); err != nil {
				b.Fatal(err)
			}
		}
	})
	private, _ := xwing.DeriveKeyPair(make([]byte, 32))
	ss := make([]byte, xwing.SharedKeySize)
	b.Run("limit", func(b *testing.B) {
		for b.Loop() {
			private.DecapsulateTo(ss, e[1:][:xwing.CiphertextSize])
		}
	})
}

func BenchmarkOneWay(b *testing.B) {
	_, x, y := pair(b)
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
