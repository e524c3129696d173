// Package x25519test has public keys that package x25519 refuses, for tests of its users.
package x25519test

import (
	"math/big"
	"slices"

	"doormat/internal/x25519"
)

var p = new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 255), big.NewInt(19))

// BadKeys returns keys that no honest sender makes, by what is wrong with them. The first two give
// the same shared secrets as good, so that nothing but a check on the key itself notices them.
func BadKeys(good x25519.PublicKey) map[string]x25519.PublicKey {
	u := slices.Clone(good[:])
	slices.Reverse(u)
	n := new(big.Int).SetBytes(u)
	order8, _ := new(big.Int).SetString("325606250916557431795983626356110631294008115727848805560023387167927233504", 10)
	return map[string]x25519.PublicKey{
		"the high bit set":         key(new(big.Int).SetBit(n, 255, 1)),
		"a point of order 2 added": key(new(big.Int).ModInverse(n, p)), // u(P + (0,0)) = 1/u(P)
		"u = p + 9":                key(new(big.Int).Add(p, big.NewInt(9))),
		"zero":                     {},
		"one, of order 4":          {1},
		"p − 1, of order 4":        key(new(big.Int).Sub(p, big.NewInt(1))),
		"two, on the twist":        {2},
		"all ones":                 key(new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 256), big.NewInt(1))),
		"order 8":                  key(order8),
	}
}

// key returns n as a u-coordinate, little-endian.
func key(n *big.Int) (k x25519.PublicKey) {
	n.FillBytes(k[:])
	slices.Reverse(k[:])
	return k
}
