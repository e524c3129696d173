package dualec

import (
	"bytes"
	"math/big"
	"testing"
)

// d or −d, in as many bytes as a coordinate, and no other number.
func TestParseTrapdoor(t *testing.T) {
	for _, c := range []*Curve{P256(), Tiny()} {
		td := NewTrapdoor(c)
		key := td.RecoveryKey()
		again, err := ParseTrapdoor(td.Points(), key)
		if err != nil || !bytes.Equal(again.RecoveryKey(), key) {
			t.Fatalf("%v: %v", c, err)
		}
		if _, err := c.NewPoints(td.Points().P(), td.Points().Q()); err != nil {
			t.Errorf("%v: %v", c, err)
		}
		opposite := new(big.Int).Sub(c.order(), new(big.Int).SetBytes(key))
		if _, err := ParseTrapdoor(td.Points(), opposite.FillBytes(make([]byte, c.size()))); err != nil {
			t.Errorf("%v: −d is refused: %v", c, err)
		}
		for i := range 8 * len(key) {
			flipped := bytes.Clone(key)
			flipped[i/8] ^= 1 << (i % 8)
			if _, err := ParseTrapdoor(td.Points(), flipped); err == nil && c == P256() {
				t.Errorf("%v, bit %d flipped: accepted", c, i)
			}
		}
		for _, bad := range [][]byte{nil, key[:len(key)-1], append(bytes.Clone(key), 0), make([]byte, len(key)), c.order().FillBytes(make([]byte, c.size()))} {
			if _, err := ParseTrapdoor(td.Points(), bad); err == nil {
				t.Errorf("%v, %x: accepted", c, bad)
			}
		}
		if _, err := ParseTrapdoor(nil, key); err == nil {
			t.Error("no points: accepted")
		}
	}
	if d := new(Trapdoor).RecoveryKey(); d != nil {
		t.Errorf("the zero trapdoor has the key %x", d)
	}
}

// Everything a student needs for the tiny curve: the trapdoor by counting, then the attack.
func TestTinyTrapdoorByCounting(t *testing.T) {
	p := Tiny().Standard()
	count := 0
	for k, kQ := range p.Multiples() {
		count++
		if !bytes.Equal(kQ, p.P()) {
			continue
		}
		td, err := ParseTrapdoor(p, []byte{byte(k >> 8), byte(k)})
		if err != nil {
			t.Fatal(err)
		}
		output, later := drawn(t, p, Revision2007, 3, 20)
		if _, _, err := td.Recover(t.Context(), output, Options{Accept: next(later)}); err != nil {
			t.Error(err)
		}
		if k > 20 {
			t.Errorf("d = %d is much to find by hand", k)
		}
	}
	if count != tinyN-1 {
		t.Errorf("%d multiples of Q, want %d", count, tinyN-1)
	}
	// On P-256 the same loop is right, and hopeless.
	p = P256().Standard()
	for k, kQ := range p.Multiples() {
		if _, err := P256().NewPoints(kQ, kQ); err != nil {
			t.Errorf("%d·Q: %v", k, err)
		}
		if k == 100 {
			break
		}
	}
}

// The tiny curve is what its equation says: every point, lifted, added up, and its order. Its cubes
// have 36 bits, so the test also shows that an int of 32 bits is enough elsewhere.
func TestTinyAgainstDefinition(t *testing.T) {
	n := 0
	for x := range int64(tinyP) {
		for y := range int64(tinyP) {
			if y*y%tinyP != tinyMod(x*x*x-3*x+tinyB) {
				continue
			}
			n++
			a := tinyPoint{x, y}
			if got, ok := tinyDecode(a.bytes()); !ok || got != a || y == 0 || x == 0 {
				t.Fatalf("%v is read as %v, %v", a, got, ok)
			}
			if got, ok := tinyLift(x); !ok || got != a && got != (tinyPoint{x, tinyP - y}) {
				t.Fatalf("%d is lifted to %v", x, got)
			}
			if n%50 == 0 && (a.times(tinyN) != tinyPoint{} || a.times(5) != a.plus(a).plus(a).plus(a).plus(a)) {
				t.Fatalf("%v has another order, or does not add up", a)
			}
		}
	}
	if n+1 != tinyN || !big.NewInt(tinyN).ProbablyPrime(10) || !big.NewInt(tinyP).ProbablyPrime(10) {
		t.Errorf("%d points and the one at infinity, want %d", n, tinyN)
	}
	for x := int64(tinyP); x < 1<<12; x++ {
		if _, ok := tinyLift(x); ok {
			t.Errorf("%d is taken for a coordinate", x)
		}
	}
}
