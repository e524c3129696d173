package dualec

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"iter"
	"math/big"
)

// A Curve is an elliptic curve, and how many bits of an x-coordinate a block of output leaves
// out. There are [P256] and [Tiny].
type Curve struct {
	group
	name string
	drop int
}

// group is the arithmetic of a curve of prime order. Points are in the uncompressed form of
// SEC 1, Section 2.3.3, and numbers are big-endian; both are as long as a coordinate needs.
type group interface {
	bits() int                            // of a coordinate: seedlen in the standard
	order() *big.Int                      // n
	base() []byte                         // the standard's P
	valid(a []byte) bool                  // is a the encoding of a point
	x(k, a []byte) (x []byte, ok bool)    // x(kA); false if that is the point at infinity
	add(a, b []byte) []byte               // nil is the point at infinity
	baseTimes(k []byte) []byte            // kP, 0 < k < n
	prepare(d, q []byte, drop int) search // what d and Q allow to compute once
}

var (
	p256Curve = &Curve{p256{}, "P-256", 16}
	tinyCurve = &Curve{tiny{}, "tiny", 4}
)

// P256 is the curve of SP 800-90A, Appendix A.1.1. A block is the last 30 of the 32 bytes of an
// x-coordinate.
func P256() *Curve { return p256Curve }

// Tiny is y² = x³ − 3x + 280 over the field of 4,091 elements, of the prime order 4,133. A
// coordinate has three hexadecimal digits, a block is the last two, and everything that is done
// to P-256 with a computer can be done here with a pencil.
func Tiny() *Curve { return tinyCurve }

// Dropping returns the curve with another number of bits left out of a block, which decides how
// much work there is in [Trapdoor.Recover]: 2^(bits-1) points. It is 8, 16 or 24 for P-256, 16 in
// the standard; 8 is a demonstration. On the tiny curve it is 4 and nothing else.
func (c *Curve) Dropping(bits int) (*Curve, error) {
	if bits < 1 || bits > 24 || bits >= c.bits() || (c.bits()-bits)%8 != 0 {
		return nil, fmt.Errorf("dualec: %d bits dropped from one of the %d of the %s curve, expected at most 24, and whole bytes left",
			bits, c.bits(), c.name)
	}
	return &Curve{c.group, c.name, bits}, nil
}

// Dropped returns how many bits of an x-coordinate are left out of a block.
func (c *Curve) Dropped() int { return c.drop }

// BlockSize returns the length of a block in bytes: outlen in the standard.
func (c *Curve) BlockSize() int { return (c.bits() - c.drop) / 8 }

// String returns the name of the curve, and what is dropped.
func (c *Curve) String() string { return fmt.Sprintf("%s, %d bits dropped", c.name, c.drop) }

// size is the length of a coordinate in bytes.
func (c *Curve) size() int { return (c.bits() + 7) / 8 }

// block returns φ(x) without the bits that are dropped.
func (c *Curve) block(x []byte) []byte { return x[len(x)-c.BlockSize():] }

// Points are what a generator computes with: P moves its state, Q makes its output. They are
// public. Who knows d with dQ = P knows the state from the output, and nobody sees from the points
// whether there is somebody who knows it.
type Points struct {
	curve *Curve
	p, q  []byte
}

// Standard returns the points that everybody was given, with no word on where Q is from: those of
// SP 800-90A, Appendix A.1.1 for P-256. Those of the tiny curve were made up here.
func (c *Curve) Standard() *Points {
	q := "04" + "095c" + "0eca"
	if c.group == (p256{}) {
		q = "04" + "c97445f45cdef9f0d3e05e1e585fc297235b82b5be8ff3efca67c59852018192" +
			"b28ef557ba31dfcbdd21ac46e2a91e3c304f44cb87058ada2cb815151e610046"
	}
	encoded, err := hex.DecodeString(q)
	if err != nil {
		panic("dualec: internal error: " + err.Error())
	}
	return &Points{c, c.base(), encoded}
}

// NewPoints returns points of one's own, from their uncompressed encodings
// (SP 800-90A, Appendix A.2, would have them generated verifiably at random).
func (c *Curve) NewPoints(p, q []byte) (*Points, error) {
	for _, a := range [][]byte{p, q} {
		if !c.valid(a) {
			return nil, fmt.Errorf("dualec: expected a point of the %s curve in %d bytes, uncompressed, found %d bytes that are none",
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

// Multiples ranges over k and kQ, uncompressed, from k = 1. The k at which it comes to P is the
// trapdoor. On the tiny curve that is soon; on P-256 nobody lives so long.
func (p *Points) Multiples() iter.Seq2[int, []byte] {
	return func(yield func(int, []byte) bool) {
		kQ := bytes.Clone(p.q)
		for k := 1; kQ != nil && yield(k, bytes.Clone(kQ)); k++ {
			kQ = p.curve.add(kQ, p.q)
		}
	}
}

// String returns the curve, and the beginning of Q.
func (p *Points) String() string {
	return fmt.Sprintf("%s, x(Q) %x", p.curve, p.q[1:][:min(8, p.curve.size())])
}

// The x-coordinates of two points Q that Juniper's ScreenOS was shipped with, as published in 2015
// and 2016 (Checkoway and others, "A Systematic Analysis of the Juniper Dual EC Incident", ePrint
// 2016/376). Nobody has said who knows d for either. They are here to be looked at: no package
// of this module generates anything with them.
const (
	// JuniperX2008 is Juniper's own, in ScreenOS from 2008 on, in place of NIST's.
	JuniperX2008 = "2c55e5e45edf713dc43475effe8813a60326a64d9ba3d2e39cb639b0f3b0ad10"
	// JuniperX2012 is what an intruder put in its place in 2012, to be found three years later.
	JuniperX2012 = "9585320eeaf81044f20d55030a035b11bece81c785e6c933e4a8a131f6578107"
)
