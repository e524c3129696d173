package partial

import (
	"crypto/rand"
	"crypto/sha512"
	"encoding/binary"
	"slices"

	"filippo.io/edwards25519"
)

func randomScalar() *edwards25519.Scalar {
	var b [64]byte
	rand.Read(b[:])
	return uniform(b[:])
}

func uniform(b []byte) *edwards25519.Scalar {
	s, err := new(edwards25519.Scalar).SetUniformBytes(b)
	if err != nil {
		panic("partial: internal error: " + err.Error())
	}
	return s
}

func scalar(n uint64) *edwards25519.Scalar {
	var b [64]byte
	binary.LittleEndian.PutUint64(b[:], n)
	return uniform(b[:])
}

// generatorH is h, whose logarithm to the base g is not known: the first hash in a row that is a
// point, with its cofactor cleared.
var generatorH = func() *edwards25519.Point {
	for i := byte(0); ; i++ {
		sum := sha512.Sum512(append([]byte("doormat 1 partial escrow second generator"), i))
		if p, err := new(edwards25519.Point).SetBytes(sum[:32]); err == nil {
			return p.MultByCofactor(p)
		}
	}
}()

// commit returns Pedersen's commitment g^v h^r, which is Feldman's where r is zero.
func commit(v, r *edwards25519.Scalar) *edwards25519.Point {
	p := new(edwards25519.Point).ScalarBaseMult(v)
	return p.Add(p, new(edwards25519.Point).ScalarMult(r, generatorH))
}

var minusOne = new(edwards25519.Scalar).Negate(scalar(1))

// parsePoint reads a point of the group of prime order, in its canonical encoding. It reports false
// for the other points of the curve, which has eight times as many.
func parsePoint(b []byte) (*edwards25519.Point, bool) {
	p, err := new(edwards25519.Point).SetBytes(b)
	if err != nil || !slices.Equal(p.Bytes(), b) {
		return nil, false
	}
	// (q-1) P = -P for the points of order q, and only for those.
	q := new(edwards25519.Point).ScalarMult(minusOne, p)
	return p, q.Add(q, p).Equal(edwards25519.NewIdentityPoint()) == 1
}

func parseScalar(b []byte) (*edwards25519.Scalar, bool) {
	s, err := new(edwards25519.Scalar).SetCanonicalBytes(b)
	return s, err == nil
}

// polynomial is the polynomial of a secret sharing, its coefficients from degree 0. The secret is its
// value at 0, and the share of agent i its value at i.
type polynomial []*edwards25519.Scalar

func randomPolynomial(k int, secret *edwards25519.Scalar) polynomial {
	f := polynomial{secret}
	for len(f) < k {
		f = append(f, randomScalar())
	}
	return f
}

func (f polynomial) at(index uint8) *edwards25519.Scalar {
	i, v := scalar(uint64(index)), edwards25519.NewScalar()
	for j := len(f) - 1; j >= 0; j-- {
		v.MultiplyAdd(v, i, f[j])
	}
	return v
}

// interpolate returns the value at 0 of the polynomial that has the shares for its values:
//
//	f(0) = Σ f(i) · Π m / (m - i)   over the other indices m
//
// The indices must differ from each other.
func interpolate(shares []Share) *edwards25519.Scalar {
	sum := edwards25519.NewScalar()
	for _, s := range shares {
		over, under := scalar(1), scalar(1)
		for _, m := range shares {
			if m.index == s.index {
				continue
			}
			over.Multiply(over, scalar(uint64(m.index)))
			under.Multiply(under, new(edwards25519.Scalar).Subtract(scalar(uint64(m.index)), scalar(uint64(s.index))))
		}
		sum.MultiplyAdd(s.value, over.Multiply(over, under.Invert(under)), sum)
	}
	return sum
}
