package dualec

import (
	"bytes"
	"crypto/sha256"
	"flag"
	"fmt"
	"io"
	"math/big"
	"math/rand/v2"
	"testing"
)

var long = flag.Bool("long", false, "also run what takes minutes: the full size, many times")

// short returns P-256 with 8 bits dropped: the search is 2^7 points instead of 2^15.
func short(t testing.TB) *Curve {
	t.Helper()
	c, err := P256().Dropping(8)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// seeded returns a source of entropy that repeats.
func seeded(what string, n int) io.Reader {
	return rand.NewChaCha8(sha256.Sum256(fmt.Appendf(nil, "%s %d", what, n)))
}

func instantiate(t testing.TB, c Config) *Generator {
	t.Helper()
	g, err := Instantiate(c)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func read(t testing.TB, g io.Reader, n int) []byte {
	t.Helper()
	b := make([]byte, n)
	if _, err := io.ReadFull(g, b); err != nil {
		t.Fatal(err)
	}
	return b
}

func marshal(t testing.TB, g *Generator) []byte {
	t.Helper()
	b, err := g.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// unmarshal returns the generator that MarshalBinary wrote.
func unmarshal(t testing.TB, b []byte) *Generator {
	t.Helper()
	g := new(Generator)
	if err := g.UnmarshalBinary(b); err != nil {
		t.Fatal(err)
	}
	return g
}

// fixedTrapdoor returns a trapdoor from fixed bytes, with its points, so that tests repeat.
func fixedTrapdoor(t testing.TB, c *Curve, n int) *Trapdoor {
	t.Helper()
	d := randomFrom(seeded("trapdoor", n), c)
	q := c.baseTimes(inverseOf(d, c))
	p, err := c.NewPoints(c.base(), q)
	if err != nil {
		t.Fatal(err)
	}
	td, err := ParseTrapdoor(p, d)
	if err != nil {
		t.Fatal(err)
	}
	return td
}

// next returns an Accept that compares what a generator gives next.
func next(want []byte) func(*Generator) bool {
	return func(g *Generator) bool {
		got := make([]byte, len(want))
		_, err := g.Read(got)
		return err == nil && bytes.Equal(got, want)
	}
}

func randomFrom(r io.Reader, c *Curve) []byte {
	for {
		d := make([]byte, c.size())
		io.ReadFull(r, d)
		n := new(big.Int).SetBytes(d)
		if n.Sign() > 0 && n.Cmp(c.order()) < 0 {
			return d
		}
	}
}

func inverseOf(d []byte, c *Curve) []byte {
	n := new(big.Int).ModInverse(new(big.Int).SetBytes(d), c.order())
	return n.FillBytes(make([]byte, c.size()))
}
