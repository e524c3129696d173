// Package supersingulartest is the curve and the pairing of package supersingular in math/big, as
// one first writes them from the documents: affine points, an inversion for each addition, each
// line computed at each step of the pairing. It shares no code with that package, whose tests
// compare results and speed with it.
package supersingulartest

import "math/big"

// P is the prime of the field, Q the order of the subgroup.
var (
	P = hex("997ABB1F0A563FDA65C61198DAD0657A416C0CE19CB48261BE9AE358B3E01A2E" +
		"F40AAB27E2FC0F1B228730D531A59CB0E791B39FF7C88A19356D27F4A666A6D0" +
		"E26C6487326B4CD4512AC5CD65681CE1B6AFF4A831852A82A7CF3C521C3C09AA" +
		"9F94D6AF56971F1FFCE3E82389857DB080C5DF10AC7ACE87666D807AFEA85FEB")
	Q = new(big.Int).Rsh(new(big.Int).Add(P, big.NewInt(1)), 2)
)

func hex(s string) *big.Int {
	n, ok := new(big.Int).SetString(s, 16)
	if !ok {
		panic(s)
	}
	return n
}

// Point is a point of the curve; X is nil at infinity.
type Point struct{ X, Y *big.Int }

// Infinity reports whether a is the point at infinity.
func (a Point) Infinity() bool { return a.X == nil }

func mod(x *big.Int) *big.Int { return x.Mod(x, P) }

func mul(a, b *big.Int) *big.Int { return mod(new(big.Int).Mul(a, b)) }

func sub(a, b *big.Int) *big.Int { return mod(new(big.Int).Sub(a, b)) }

func inverse(a *big.Int) *big.Int { return new(big.Int).ModInverse(a, P) }

// slope is that of the tangent at a, or of the line through a and b; nil if it is vertical.
func slope(a, b Point) *big.Int {
	if a.X.Cmp(b.X) != 0 {
		return mul(sub(b.Y, a.Y), inverse(sub(b.X, a.X)))
	}
	if a.Y.Cmp(b.Y) != 0 || a.Y.Sign() == 0 {
		return nil
	}
	three := sub(mul(a.X, a.X), big.NewInt(1))
	return mul(three.Mul(three, big.NewInt(3)), inverse(new(big.Int).Lsh(a.Y, 1)))
}

// Add returns a + b.
func Add(a, b Point) Point {
	switch {
	case a.Infinity():
		return b
	case b.Infinity():
		return a
	}
	l := slope(a, b)
	if l == nil {
		return Point{}
	}
	x := sub(sub(mul(l, l), a.X), b.X)
	return Point{x, sub(mul(l, sub(a.X, x)), a.Y)}
}

// Times returns [n]a.
func Times(n *big.Int, a Point) (r Point) {
	for i := n.BitLen() - 1; i >= 0; i-- {
		r = Add(r, r)
		if n.Bit(i) == 1 {
			r = Add(r, a)
		}
	}
	return r
}

type fp2 struct{ re, im *big.Int }

func (f fp2) mul(g fp2) fp2 {
	return fp2{sub(mul(f.re, g.re), mul(f.im, g.im)),
		mod(new(big.Int).Add(mul(f.re, g.im), mul(f.im, g.re)))}
}

func (f fp2) power(n *big.Int) fp2 {
	r := fp2{big.NewInt(1), new(big.Int)}
	for i := n.BitLen() - 1; i >= 0; i-- {
		r = r.mul(r)
		if n.Bit(i) == 1 {
			r = r.mul(f)
		}
	}
	return r
}

func (f fp2) ratio() *big.Int { return mul(f.im, inverse(f.re)) }

// Pair returns ⟨a, b⟩. It implements RFC 6508, Section 3.2, bit by bit.
func Pair(a, b Point) *big.Int {
	line := func(c, d Point) fp2 {
		l := slope(c, d)
		re := sub(mul(l, mod(new(big.Int).Add(b.X, c.X))), c.Y)
		return fp2{re, b.Y}
	}
	v, c := fp2{big.NewInt(1), new(big.Int)}, a
	n := new(big.Int).Sub(Q, big.NewInt(1))
	for i := n.BitLen() - 2; i >= 0; i-- {
		v = v.mul(v).mul(line(c, c))
		c = Add(c, c)
		if n.Bit(i) == 1 {
			v = v.mul(line(c, a))
			c = Add(c, a)
		}
	}
	return v.power(big.NewInt(4)).ratio()
}

// Power returns the ratio of (1 + i·ratio)ⁿ.
func Power(ratio, n *big.Int) *big.Int {
	return fp2{big.NewInt(1), ratio}.power(n).ratio()
}

// Parse reads 04 ‖ x ‖ y.
func Parse(b []byte) Point {
	return Point{new(big.Int).SetBytes(b[1:129]), new(big.Int).SetBytes(b[129:])}
}

// Bytes returns 04 ‖ x ‖ y.
func (a Point) Bytes() []byte {
	b := make([]byte, 257)
	b[0] = 4
	a.X.FillBytes(b[1:129])
	a.Y.FillBytes(b[129:])
	return b
}

// Equal reports whether two points are the same.
func (a Point) Equal(b Point) bool {
	if a.Infinity() || b.Infinity() {
		return a.Infinity() == b.Infinity()
	}
	return a.X.Cmp(b.X) == 0 && a.Y.Cmp(b.Y) == 0
}
