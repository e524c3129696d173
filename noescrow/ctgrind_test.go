package noescrow

import (
	"crypto/rand"
	"io"
	"slices"
	"testing"

	"doormat/internal/testing/ctgrind"
)

// What time depends on, as the package comment says in its section on timing.
const (
	verdict  = "whether something authenticates"
	header   = "the numbers and the public key in a header, once it is open"
	length   = "the length of a text, once it is open"
	fileKey  = "the file key, where its line is written in Bech32"
	matrix   = "ML-KEM's matrix, which the public half of a seed decides"
	sent     = "EK_A, before it is on the wire"
	constant = "a check of edwards25519 that always comes out the same"
)

// varies are the places where time depends on something secret, and on what.
var varies = map[string]string{
	"internal/padme.Unpad: doormat/internal/padme.Unpad": length,

	"internal/pqxdh.KEMSeed.Public: github.com/cloudflare/circl/pke/kyber/internal/common.(*Poly).DeriveUniform": matrix,
	"internal/pqxdh.KEMSeed.Public: github.com/cloudflare/circl/pke/kyber/internal/common.PolyDeriveUniformX4":   matrix,
	"noescrow.newState: crypto/internal/fips140/mlkem.sampleNTT":                                                 matrix,

	"internal/ratchet.(*headerKey).open: golang.org/x/crypto/chacha20poly1305.(*chacha20poly1305).open":  verdict,
	"internal/ratchet.(*messageKey).open: golang.org/x/crypto/chacha20poly1305.(*chacha20poly1305).open": verdict,

	"internal/ratchet.(*Session).openOn: doormat/internal/ratchet.(*Session).openOn":           header,
	"internal/ratchet.(*Session).openOn: memeqbody":                                            header,
	"internal/ratchet.(*Session).openSkipped: doormat/internal/ratchet.(*Session).openSkipped": header,
	"internal/ratchet.(*Session).openSkipped: slices.BinarySearchFunc":                         header,
	"internal/ratchet.(*Session).openNext: doormat/internal/ratchet.(*Session).openNext":       header,
	"internal/ratchet.(*Session).closeChain: doormat/internal/ratchet.(*Session).closeChain":   header,
	"internal/ratchet.(*Session).step: doormat/internal/ratchet.(*Session).step":               header,
	"internal/ratchet.(*chain).advance: doormat/internal/ratchet.(*chain).advance":             header,
	"internal/ratchet.(*chain).skipTo: doormat/internal/ratchet.(*chain).skipTo":               header,
	"internal/x25519.Parse: doormat/internal/x25519.Parse":                                     header,
	"internal/x25519.Parse: memeqbody":                                                         header,
	"internal/x25519.inPrimeSubgroup: doormat/internal/x25519.inPrimeSubgroup":                 header,

	"internal/xeddsa.Sign: filippo.io/edwards25519.(*Scalar).signedRadix16":             constant,
	"internal/xeddsa.Sign: memeqbody":                                                   constant,
	"internal/xeddsa.calculateKeyPair: filippo.io/edwards25519.(*Scalar).signedRadix16": constant,
	"internal/xeddsa.calculateKeyPair: memeqbody":                                       constant,

	"noescrow.(*Device).MarshalBinary.func1: filippo.io/age/internal/bech32.Encode":         fileKey,
	"noescrow.(*Device).MarshalBinary.func1: filippo.io/age/internal/bech32.createChecksum": fileKey,

	"noescrow.(*session).compare: cmpbody": sent,
}

// No place is found but these, and each of these is, so that the tool is known to see something.
// Another compiler may give places other names.
func TestConstantTime(t *testing.T) {
	found := ctgrind.Leaks(t, "TestConversationOnValgrind")
	for _, place := range found {
		if varies[place] == "" {
			t.Errorf("time depends on a secret in %s", place)
		}
	}
	for place, on := range varies {
		if !slices.Contains(found, place) {
			t.Errorf("time does not depend on %s in %s", on, place)
		}
	}
}

// secretRandom is a source of secrets.
type secretRandom struct{ io.Reader }

func (s secretRandom) Read(b []byte) (int, error) {
	n, err := s.Reader.Read(b)
	ctgrind.Secret(b)
	return n, err
}

// A conversation in which all that is drawn is a secret, and all that comes of it, until it is on
// the wire or a name.
func TestConversationOnValgrind(t *testing.T) {
	if !ctgrind.Running() {
		t.Skip("TestConstantTime runs this on valgrind")
	}
	genuine := rand.Reader
	rand.Reader = secretRandom{genuine}
	defer func() { rand.Reader = genuine }()

	named := func() *Device {
		d := NewDevice()
		ctgrind.Public(d.s.public[:])
		return d
	}
	onTheWire := func(b []byte, err error) []byte {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		ctgrind.Public(b)
		return b
	}
	write := func(from, to *Device) []byte {
		text := []byte("text")
		ctgrind.Secret(text)
		return onTheWire(from.Seal(to.Identity(), text, nil))
	}
	reads := func(d *Device, e []byte) {
		t.Helper()
		if _, _, err := d.Open(e, nil); err != nil {
			t.Fatal(err)
		}
	}
	saved := func(d *Device) *Device {
		d = clone(t, d)
		ctgrind.Public(d.s.public[:])
		return d
	}

	a, b := named(), named()
	relay, err := NewShelf(onTheWire(b.Publish(1)))
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // with and without one-time prekeys
		if err := a.Start(b.Identity(), relay.Bundle()); err != nil {
			t.Fatal(err)
		}
		a, b = saved(a), saved(b)
		for range 3 {
			late := write(a, b)
			reads(b, write(a, b))
			reads(b, late)
			if _, _, err := b.Open(late, nil); err == nil {
				t.Fatal("a replay opens")
			}
			reads(a, write(b, a))
		}
		b.Rotate()
	}
	onTheWire([]byte(a.Recipient()), nil)
	a.Forget(b.Identity())
}
