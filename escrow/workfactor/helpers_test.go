package workfactor

import (
	"math/big"
	"sync"
	"testing"
)

// testBits keeps a search below a millisecond.
const testBits = 10

// authorities returns two authorities, made once: a key pair takes some 20 ms.
var authorities = sync.OnceValue(func() [2]*Authority { return [2]*Authority{NewAuthority(), NewAuthority()} })

func pair(t testing.TB, bits int) (alice, bob *Device, authority *Authority) {
	t.Helper()
	authority = authorities()[0]
	return device(t, authority, bits), device(t, authority, bits), authority
}

func device(t testing.TB, a *Authority, bits int) *Device {
	t.Helper()
	d, err := NewDevice(a.Public(), bits)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func seal(t testing.TB, from, to *Device, text string) []byte {
	t.Helper()
	envelope, err := from.Seal(to.Identity(), []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return envelope
}

func parse(t testing.TB, envelope []byte) *Envelope {
	t.Helper()
	e, err := ParseEnvelope(envelope)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// alter returns the envelope with something changed in it.
func alter(t testing.TB, envelope []byte, change func(e *Envelope)) []byte {
	t.Helper()
	e := parse(t, append([]byte(nil), envelope...))
	change(e)
	data, err := e.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// keyOf returns a message's key, which its receiver has.
func keyOf(t testing.TB, receiver *Device, envelope []byte) BulkKey {
	t.Helper()
	_, k, _, err := receiver.open(envelope)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func number(t testing.TB, s string, base int) *big.Int {
	t.Helper()
	n, ok := new(big.Int).SetString(s, base)
	if !ok {
		t.Fatalf("%q is not a number", s)
	}
	return n
}

// residualOf returns the search that is left to the authority.
func residualOf(t testing.TB, a *Authority, envelope []byte) residual {
	t.Helper()
	r, err := a.residual(parse(t, envelope))
	if err != nil {
		t.Fatal(err)
	}
	return r
}
