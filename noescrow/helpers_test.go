package noescrow

import (
	"bytes"
	"errors"
	"testing"

	"golang.org/x/crypto/cryptobyte"

	"doormat/internal/pqxdh"
	"doormat/internal/ratchet"
)

// pair returns two devices, of which a has started a session with b.
func pair(t testing.TB) (a, b *Device) {
	t.Helper()
	a, b = NewDevice(), NewDevice()
	start(t, a, b)
	return a, b
}

// talking returns two devices that have had each other's answer.
func talking(t testing.TB) (a, b *Device) {
	t.Helper()
	a, b = pair(t)
	send(t, a, b, "hello")
	send(t, b, a, "hello yourself")
	return a, b
}

// start starts a session from a to b, with one-time prekeys.
func start(t testing.TB, a, b *Device) {
	t.Helper()
	startFrom(t, a, b, shelf(t, b, 1).Bundle())
}

// startLastResort starts a session from a to b after the one-time prekeys have run out.
func startLastResort(t testing.TB, a, b *Device) {
	t.Helper()
	startFrom(t, a, b, shelf(t, b, 0).Bundle())
}

func startFrom(t testing.TB, a, b *Device, bundle []byte) {
	t.Helper()
	if err := a.Start(b.Identity(), bundle); err != nil {
		t.Fatal(err)
	}
}

// shelf returns a relay's shelf for d, with n one-time prekeys of each kind.
func shelf(t testing.TB, d *Device, n int) *Shelf {
	t.Helper()
	s, err := NewShelf(publish(t, d, n))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func publish(t testing.TB, d *Device, n int) []byte {
	t.Helper()
	p, err := d.Publish(n)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// writes is the session that d writes to peer in.
func writes(d, peer *Device) *session { return d.s.peers[peer.Identity()].sessions[0] }

func seal(t testing.TB, from, to *Device, text string) []byte {
	t.Helper()
	e, err := from.Seal(to.Identity(), []byte(text), nil)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// opens requires that d opens e, a text from another device.
func opens(t testing.TB, d, from *Device, e []byte, text string) {
	t.Helper()
	id, got, err := d.Open(e, nil)
	if err != nil || id != from.Identity() || string(got) != text {
		t.Fatalf("expected %q from %v, got %q from %v, %v", text, from, got, id, err)
	}
}

// refuses requires that d does not open e and stays as it was, byte for byte.
func refuses(t testing.TB, d *Device, e []byte, reason error) {
	t.Helper()
	before := save(t, d)
	_, plaintext, err := d.Open(e, nil)
	if !errors.Is(err, reason) || plaintext != nil {
		t.Fatalf("expected the error %q, got %q, %v", reason, plaintext, err)
	}
	if !bytes.Equal(save(t, d), before) {
		t.Fatalf("the state moved with the error %q", err)
	}
}

// refusesAny is refuses, whatever the reason.
func refusesAny(t testing.TB, d *Device, e []byte, what string) {
	t.Helper()
	before := save(t, d)
	_, plaintext, err := d.Open(e, nil)
	if err == nil || plaintext != nil {
		t.Fatalf("%s: opened as %q, %v", what, plaintext, err)
	}
	if !bytes.Equal(save(t, d), before) {
		t.Fatalf("%s: the state moved with the error %q", what, err)
	}
}

func send(t testing.TB, a, b *Device, text string) {
	t.Helper()
	opens(t, b, a, seal(t, a, b, text), text)
}

func save(t testing.TB, d *Device) []byte {
	t.Helper()
	data, err := d.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func load(t testing.TB, data []byte) *Device {
	t.Helper()
	d := new(Device)
	if err := d.UnmarshalBinary(data); err != nil {
		t.Fatal(err)
	}
	return d
}

// clone is a thief's copy, or a backup.
func clone(t testing.TB, d *Device) *Device {
	t.Helper()
	return load(t, save(t, d))
}

// flips calls f with every copy of data that differs from it in one bit, or with every
// stride-th.
func flips(data []byte, stride int, f func(bit int, flipped []byte)) {
	for bit := 0; bit < 8*len(data); bit += stride {
		flipped := bytes.Clone(data)
		flipped[bit/8] ^= 1 << (bit % 8)
		f(bit, flipped)
	}
}

// cuts calls f with every proper prefix of data, and with data and a byte more.
func cuts(data []byte, f func(n int, cut []byte)) {
	for n := range data {
		f(n, data[:n:n])
	}
	f(len(data)+1, append(bytes.Clone(data), 0))
}

// thorough returns n, or 1 with -long.
func thorough(n int) int {
	if *long {
		return 1
	}
	return n
}

// stride returns n with -long, with -short the second, and else three times n. All are odd, so that all
// places in a byte have their turn.
func stride(n, short int) int {
	switch {
	case testing.Short():
		return short
	case *long:
		return n
	}
	return 3 * n
}

// evil writes a first message by hand from a to b, as a sender may who does not keep to the
// rules: change may put other keys into the handshake before the message is sealed.
func evil(t testing.TB, a, b *Device, text string, change func(from *Identity, in *pqxdh.Initial)) []byte {
	t.Helper()
	bundle, err := parseBundle(shelf(t, b, 1).Bundle())
	if err != nil {
		t.Fatal(err)
	}
	sk, ad, in, err := pqxdh.Initiate(a.s.identity, bundle)
	if err != nil {
		t.Fatal(err)
	}
	from := a.Identity()
	change(&from, in)
	copy(ad[1:33], from[:])
	r, err := ratchet.NewInitiator(sk, ad, bundle.Signed.Key)
	if err != nil {
		t.Fatal(err)
	}
	e := envelopeHead{from: from, to: b.Identity(), initial: in, number: 1}
	envelope, err := r.Seal(e.clearPart(0), []byte(text), nil)
	if err != nil {
		t.Fatal(err)
	}
	return envelope
}

// marshal is Marshal of a session alone.
func marshal(s *ratchet.Session) []byte {
	b := cryptobyte.NewBuilder(nil)
	s.Marshal(b)
	return b.BytesOrPanic()
}
