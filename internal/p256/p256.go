// Package p256 computes on the curve P-256 what a search for the state of Dual_EC_DRBG needs, for
// thousands of points at a time. In the letters of package dualec, for each candidate x:
//
//	R = (x, y)     if there is such a point: a square root
//	s = x(dR)      a new point each time, by the same number d
//	r = x(sQ)      the same point each time, by a new number s
//
// [Follow] is that as one first writes it, with filippo.io/nistec. [Worker] is the same for many x
// together: read search.go, then lanes.go, table.go and field.go, which it is made of.
//
// The package exists because it follows a candidate 1.7 times as fast as nistec with its assembly,
// and 2.4 times as fast in a browser, where nistec has none and 2^14 candidates would take 19 seconds
// in place of 8 (BenchmarkCandidate measures both, and crypto/ecdh). It is not constant in time, so
// it is for an attacker's own numbers only: everything else must use crypto/ecdh or nistec.
package p256

import "filippo.io/nistec"

// Size is the length of a number or a coordinate, in bytes.
const Size = 32

// A Candidate is an x-coordinate and what follows from it, big-endian.
type Candidate struct {
	X      [Size]byte // of R
	State  [Size]byte // s = x(dR)
	Output [Size]byte // r = x(sQ)
}

// Follow computes State and Output from X, for d from 1 to n−1 and an uncompressed point Q. It
// reports false if no point has the x-coordinate X.
func (c *Candidate) Follow(d, q []byte) bool {
	R, err := nistec.NewP256Point().SetBytes(append([]byte{2}, c.X[:]...)) // either y: x(−dR) = x(dR)
	if err != nil {
		return false
	}
	Q, err := nistec.NewP256Point().SetBytes(q)
	if err != nil {
		return false
	}
	return multiply(&c.State, R, d) && multiply(&c.Output, Q, c.State[:])
}

// multiply sets x to the x-coordinate of kA. It reports false if kA is the point at infinity.
func multiply(x *[Size]byte, a *nistec.P256Point, k []byte) bool {
	kA, err := a.ScalarMult(a, k)
	if err != nil {
		return false
	}
	b, err := kA.BytesX()
	copy(x[:], b)
	return err == nil
}
