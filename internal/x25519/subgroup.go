package x25519

import (
	"bytes"
	"errors"

	"filippo.io/edwards25519/field"
)

var (
	errSize     = errors.New("x25519: expected a public key of 32 bytes, found another length")
	errEncoding = errors.New("x25519: the public key is not in its canonical encoding")
	errSubgroup = errors.New("x25519: the public key is not in the prime-order subgroup")
)

var (
	one          = new(field.Element).One()
	montgomeryA  = new(field.Element).Mult32(one, 486662)
	sqrtAplusTwo = mustSqrt(486664)
)

// Parse reads a public key from outside. It accepts exactly the keys that [Generate] makes: u is
// below 2²⁵⁵−19 with the high bit clear, and it is the u-coordinate of a point of the curve (not
// of its twist) in the subgroup of prime order. Points of small order are refused, and so are
// points to which one has been added.
func Parse(b []byte) (PublicKey, error) {
	if len(b) != Size {
		return PublicKey{}, errSize
	}
	u, err := new(field.Element).SetBytes(b)
	if err != nil {
		return PublicKey{}, errSize
	}
	if !bytes.Equal(u.Bytes(), b) {
		return PublicKey{}, errEncoding
	}
	if !inPrimeSubgroup(u) {
		return PublicKey{}, errSubgroup
	}
	return PublicKey(b), nil
}

// inPrimeSubgroup reports whether x is the coordinate of a point 8Q of the curve
//
//	y² = x³ + Ax² + x,   A = 486662,
//
// which is equivalent to being in the subgroup of prime order. It takes four or five
// exponentiations instead of a multiplication by the order, with the ideas of Pornin
// ("Point-Halving and Subgroup Membership in Twisted Edwards Curves", 2022) and Koshelev
// ("Subgroup membership testing on elliptic curves via the Tate pairing", 2022). First P = (x, y)
// is halved. (0, 0) is the only point of order 2, so P = 2Q for some Q exactly if both
//
//	x   and   y²/x = x² + Ax + 1
//
// are squares. The doubling formula, written with 2v = x(Q) + 1/x(Q), is
//
//	x = (v² − 1) / (2v + A),   so   v = x ± √(x² + Ax + 1)
//
// where 2v + A is a square for exactly one of the two signs, and with w = √(2v + A)
//
//	x(Q) = v + w√x,   y(Q) = x(Q)·w.
//
// Then Q must be 4 times a point. By the reduced Tate pairing with T = (1, c), c² = A + 2, a point
// of order 4 (4 divides p − 1, so the pairing's values are in the field itself), this holds exactly
// if
//
//	(y(Q) − c·x(Q))² / x(Q) = x(Q)·(w − c)²
//
// is a fourth power. The function has the divisor 4(T) − 4(O): the tangent at T is y = cx.
//
// The time depends on x, which is public.
func inPrimeSubgroup(x *field.Element) bool {
	var rootX, d, v, w, f field.Element
	if x.Equal(new(field.Element)) == 1 {
		return false // (0, 0), or the point at infinity
	}
	if !sqrt(&rootX, x) {
		return false
	}
	d.Add(x, montgomeryA)
	d.Multiply(&d, x)
	d.Add(&d, one)
	if !sqrt(&d, &d) {
		return false // on the twist
	}
	if !sqrt(&w, twicePlusA(v.Add(x, &d))) {
		sqrt(&w, twicePlusA(v.Subtract(x, &d)))
	}
	f.Multiply(&w, &rootX)
	f.Add(&f, &v)
	w.Subtract(&w, sqrtAplusTwo)
	f.Multiply(&f, w.Square(&w))
	return isFourthPower(&f)
}

func twicePlusA(v *field.Element) *field.Element {
	r := new(field.Element).Add(v, v)
	return r.Add(r, montgomeryA)
}

// isFourthPower reports whether f^((p−1)/4) = 1.
func isFourthPower(f *field.Element) bool {
	var r field.Element
	r.Pow22523(f) // f^((p−5)/8)
	r.Square(&r)
	r.Multiply(&r, f)
	return r.Equal(one) == 1
}

// sqrt sets r to a square root of x. It reports false if x is not a square.
func sqrt(r, x *field.Element) bool {
	_, wasSquare := r.SqrtRatio(x, one)
	return wasSquare == 1
}

func mustSqrt(n uint32) *field.Element {
	r := new(field.Element).Mult32(one, n)
	if !sqrt(r, r) {
		panic("x25519: internal error: not a square")
	}
	return r
}
