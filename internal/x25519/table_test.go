package x25519

import (
	"testing"

	"filippo.io/edwards25519"
	"github.com/cloudflare/circl/dh/x25519"

	"doormat/internal/testing/ratio"
)

// scalars are those at the ends of what clamping and the digits do, and some at random.
func scalars(n int) []PrivateKey {
	r := seeded(6)
	all := []PrivateKey{{}, {1}, {7}, {8}, {9}, {31: 0x40}, {31: 0x80}}
	var ones PrivateKey
	for i := range ones {
		ones[i] = 0xff
	}
	all = append(all, ones)
	for bit := range 8 * Size {
		var k PrivateKey
		k[bit/8] = 1 << (bit % 8)
		all = append(all, k)
	}
	for range n {
		var k PrivateKey
		r.Read(k[:])
		all = append(all, k)
	}
	return all
}

// With the table of the base point keys are those of circl's ladder, and with another's so are secrets.
func TestTableEqualsLadder(t *testing.T) {
	all := scalars(300)
	r := seeded(7)
	for range 4 {
		var other PrivateKey
		r.Read(other[:])
		peer := other.Public()
		table := NewTable(peer)
		if table.blocks == nil {
			t.Fatalf("%x has no table", peer)
		}
		for _, k := range all {
			var public x25519.Key
			x25519.KeyGen(&public, (*x25519.Key)(&k))
			if got := k.Public(); got != PublicKey(public) {
				t.Fatalf("the public key of %x is %x, expected %x", k[:], got, public)
			}
			want, errWant := k.DH(peer)
			if got, err := k.DHWith(table); err != nil || errWant != nil || got != want {
				t.Fatalf("%x with %x: %x, %v, expected %x, %v", k[:], peer, got[:], err, want[:], errWant)
			}
		}
	}
}

// What Parse refuses has no table, and gives what it gave: points with one of small order added, points of
// small order, of the twist, and other encodings.
func TestTableOfAnyKey(t *testing.T) {
	r := seeded(8)
	k, p := Generate()
	odd := []PublicKey{{}, {1}, {2}, {31: 0x80}}
	for _, small := range torsionPoints(t) {
		odd = append(odd, montgomery(small), montgomery(new(edwards25519.Point).Add(point(t, p), small)))
	}
	high := p
	high[31] |= 0x80
	odd = append(odd, high)
	for range 50 {
		var u PublicKey
		r.Read(u[:])
		odd = append(odd, u)
	}
	for _, u := range odd {
		table := NewTable(u)
		if _, err := Parse(u[:]); (err == nil) != (table.blocks != nil) {
			t.Errorf("%x: Parse says %v, and it has %d blocks", u, err, len(table.blocks))
		}
		want, errWant := k.DH(u)
		if got, err := k.DHWith(table); got != want || err != errWant {
			t.Errorf("%x: %x, %v, expected %x, %v", u, got[:], err, want[:], errWant)
		}
	}
}

// BenchmarkTable times what a table is for, in multiples of what it takes the place of.
func BenchmarkTable(b *testing.B) {
	k, p := Generate()
	table := NewTable(p)
	ladder := func() { k.DH(p) }
	b.Run("DHWith", func(b *testing.B) { ratio.Time(b, "DH", func() { k.DHWith(table) }, ladder) })
	b.Run("NewTable", func(b *testing.B) { ratio.Time(b, "DH", func() { NewTable(p) }, ladder) })
	b.Run("Public", func(b *testing.B) {
		var u x25519.Key
		ratio.Time(b, "circl", func() { k.Public() }, func() { x25519.KeyGen(&u, (*x25519.Key)(&k)) })
	})
}
