package supersingular

import (
	"math/big"
	"math/rand/v2"

	"doormat/internal/supersingular/supersingulartest"
)

// What the tests need to speak with the oracle.

var bigP, bigQ = supersingulartest.P, supersingulartest.Q

func bigHex(s string) *big.Int {
	n, ok := new(big.Int).SetString(s, 16)
	if !ok {
		panic(s)
	}
	return n
}

func bigMul(a, b *big.Int) *big.Int { return modp(new(big.Int).Mul(a, b)) }

func bigSub(a, b *big.Int) *big.Int { return modp(new(big.Int).Sub(a, b)) }

func modp(x *big.Int) *big.Int { return x.Mod(x, bigP) }

func toBig(b [Size]byte) *big.Int { return new(big.Int).SetBytes(b[:]) }

func (p Point) big() supersingulartest.Point { return supersingulartest.Parse(p.Bytes()) }

func (r *jacobian) big() supersingulartest.Point {
	p, ok := r.affine()
	if !ok {
		return supersingulartest.Point{}
	}
	return p.big()
}
func bigFromNat(x nat) *big.Int { return toBig(x.bytes()) }

// random draws numbers of any shape: full, short, sparse, all ones.
func randomNat(r *rand.Rand) (x nat) {
	for i := range x {
		switch r.IntN(8) {
		case 0:
		case 1:
			x[i] = ^uint64(0)
		case 2:
			x[i] = 1 << r.IntN(64)
		default:
			x[i] = r.Uint64()
		}
	}
	return x
}

func randomScalar(r *rand.Rand) Scalar {
	n := randomNat(r)
	x := n.bytes()
	return NewScalar(x[:])
}
