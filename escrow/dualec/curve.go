package dualec

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"iter"
	"math/big"
)

// A Curve is an elliptic curve, and the number of bits of an x-coordinate that a block of output
// drops. [P256] and [Tiny] return the two curves.
type Curve struct {
	group
	name string
	drop int
}

// group is the arithmetic of a curve of prime order. Points are in the uncompressed form of
// SEC 1, Section 2.3.3, and numbers are big-endian; both are as long as a coordinate needs.
type group interface {
	bits() int                                   // of a coordinate: seedlen in the standard
	order() *big.Int                             // n
	base() []byte                                // the standard's P
	valid(a []byte) bool                         // reports whether a encodes a point
	x(k, a []byte) (x []byte, ok bool)           // x(kA); false if that is the point at infinity
	add(a, b []byte) []byte                      // nil is the point at infinity
	baseTimes(k []byte) []byte                   // kP, 0 < k < n
	prepare(d, q []byte) func(size int) follower // computes once what d and Q allow; size limits the candidates at a time
}

var (
	p256Curve = &Curve{nist256{}, "P-256", 16}
	tinyCurve = &Curve{tiny{}, "tiny", 4}
)

// P256 returns the curve of SP 800-90A, Appendix A.1.1. A block is the last 30 of the 32 bytes of
// an x-coordinate.
func P256() *Curve { return p256Curve }

// Tiny returns y² = x³ − 3x + 280 over the field of 4,091 elements, of the prime order 4,133. A
// coordinate has three hexadecimal digits, a block is the last two, and everything that is done
// to P-256 with a computer can be done here with a pencil.
func Tiny() *Curve { return tinyCurve }

// Dropping returns the curve with another number of bits dropped from a block. It is the dial of
// [Trapdoor.Recover], which tests up to 2^(bits-1) points: 8, 16 or 24 for P-256, where 16 is the
// standard's and 8 a demonstration, and 4 for the tiny curve. Other numbers are an error.
func (c *Curve) Dropping(bits int) (*Curve, error) {
	if bits < 1 || bits > 24 || bits >= c.bits() || (c.bits()-bits)%8 != 0 {
		return nil, fmt.Errorf("dualec: expected 1 to 24 bits dropped, and whole bytes left of the %d bits of the %s curve, found %d",
			c.bits(), c.name, bits)
	}
	return &Curve{c.group, c.name, bits}, nil
}

// Dropped returns the number of bits of an x-coordinate that a block drops.
func (c *Curve) Dropped() int { return c.drop }

// BlockSize returns the length of a block in bytes: outlen in the standard.
func (c *Curve) BlockSize() int { return (c.bits() - c.drop) / 8 }

// String returns the name of the curve and the number of bits dropped.
func (c *Curve) String() string { return fmt.Sprintf("%s, %d bits dropped", c.name, c.drop) }

// size returns the length of a coordinate in bytes.
func (c *Curve) size() int { return (c.bits() + 7) / 8 }

// block returns φ(x) without the dropped bits.
func (c *Curve) block(x []byte) []byte { return x[len(x)-c.BlockSize():] }

// Points are the two points of a generator: P moves its state, Q makes its output. They are public.
// A holder of d with dQ = P computes the state from the output. The points do not show whether
// anyone holds d.
type Points struct {
	curve *Curve
	p, q  []byte
}

// Standard returns the points of SP 800-90A, Appendix A.1.1, for P-256. The standard does not say
// how Q was made. The points of the tiny curve are this package's.
func (c *Curve) Standard() *Points {
	q := "04" + "095c" + "0eca"
	if c.group == (nist256{}) {
		q = "04" + "c97445f45cdef9f0d3e05e1e585fc297235b82b5be8ff3efca67c59852018192" +
			"b28ef557ba31dfcbdd21ac46e2a91e3c304f44cb87058ada2cb815151e610046"
	}
	encoded, err := hex.DecodeString(q)
	if err != nil {
		panic("dualec: internal error: " + err.Error())
	}
	return &Points{c, c.base(), encoded}
}

// NewPoints returns other points, given in uncompressed form. It checks that they are on the curve.
// It cannot check that they were generated verifiably at random, as SP 800-90A, Appendix A.2, asks.
func (c *Curve) NewPoints(p, q []byte) (*Points, error) {
	for _, a := range [][]byte{p, q} {
		if !c.valid(a) {
			return nil, fmt.Errorf("dualec: expected a point of the %s curve in %d bytes, uncompressed, found %d bytes that encode none",
				c.name, 1+2*c.size(), len(a))
		}
	}
	return &Points{c, bytes.Clone(p), bytes.Clone(q)}, nil
}

// Curve returns the curve that the points are on.
func (p *Points) Curve() *Curve { return p.curve }

// P returns the point that moves the state, uncompressed.
func (p *Points) P() []byte { return bytes.Clone(p.p) }

// Q returns the point that makes the output, uncompressed.
func (p *Points) Q() []byte { return bytes.Clone(p.q) }

// Multiples yields k and kQ, uncompressed, for k from 1 to n−1. The k with kQ = P is the trapdoor.
// On the tiny curve it comes soon; on P-256 it takes longer than the universe has lasted.
func (p *Points) Multiples() iter.Seq2[int, []byte] {
	return func(yield func(int, []byte) bool) {
		kQ := bytes.Clone(p.q)
		for k := 1; kQ != nil && yield(k, bytes.Clone(kQ)); k++ {
			kQ = p.curve.add(kQ, p.q)
		}
	}
}

// String returns the curve and the beginning of x(Q).
func (p *Points) String() string {
	return fmt.Sprintf("%s, x(Q) %x", p.curve, p.q[1:][:min(8, p.curve.size())])
}

// The x-coordinates of two points Q that were in Juniper's ScreenOS, as published in 2015 and 2016
// (Checkoway and others, "A Systematic Analysis of the Juniper Dual EC Incident", ePrint 2016/376).
// It is not known who holds d for either. They are here to be shown: no package of this module
// generates anything with them.
const (
	// JuniperX2008 is Juniper's own, in ScreenOS from 2008 on, in place of NIST's.
	JuniperX2008 = "2c55e5e45edf713dc43475effe8813a60326a64d9ba3d2e39cb639b0f3b0ad10"
	// JuniperX2012 is an intruder's, put in its place in 2012 and found three years later.
	JuniperX2012 = "9585320eeaf81044f20d55030a035b11bece81c785e6c933e4a8a131f6578107"
)
