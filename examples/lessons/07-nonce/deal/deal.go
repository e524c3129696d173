// Package deal makes the puzzles of lesson 07, and checks answers.
package deal

import (
	"bytes"
	"crypto/ecdh"
	"crypto/elliptic"
	"fmt"
	"math/big"
	mathrand "math/rand/v2"
	"slices"

	"doormat/escrow/dualec"
	"doormat/examples/lessons/lesson"
)

const (
	dropped = 8  // bits of a coordinate that a block leaves out
	size    = 32 // bytes of a nonce, and of the answer
)

// A device is a generator that was asked twice, and its trapdoor.
type device struct {
	p, q, d     []byte
	nonce, next []byte
}

// New draws points with a trapdoor, and a generator. It draws anew until the nonce has one continuation only:
// one byte of its second block is known, and there are some 128 points, so that half a wrong state survives on
// average.
func New(*mathrand.Rand) lesson.Task {
	curve, err := dualec.P256().Dropping(dropped)
	must(err)
	trapdoor := dualec.NewTrapdoor(curve)
	points := trapdoor.Points()
	dev := &device{p: points.P(), q: points.Q(), d: trapdoor.RecoveryKey()}
	for {
		g, err := dualec.Instantiate(dualec.Config{Points: points})
		must(err)
		dev.nonce, dev.next = make([]byte, size), make([]byte, size)
		must(g.Generate(dev.nonce, dualec.Request{}))
		must(g.Generate(dev.next, dualec.Request{}))
		if fit, _ := dev.states(); len(fit) == 1 {
			break
		}
	}
	return lesson.Task{
		Puzzle: lesson.Pack(map[string]any{"P": dev.p, "Q": dev.q, "D": dev.d, "Nonce": dev.nonce}),
		Check:  dev.check,
	}
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

// x returns the x-coordinate of k times a point.
func x(k, point []byte) []byte {
	private, err := ecdh.P256().NewPrivateKey(k)
	must(err)
	public, err := ecdh.P256().NewPublicKey(point)
	must(err)
	x, err := private.ECDH(public)
	must(err)
	return x
}

// lift returns a point with this x-coordinate, uncompressed.
func lift(coordinate []byte) ([]byte, bool) {
	curve := elliptic.P256().Params()
	x := new(big.Int).SetBytes(coordinate)
	square := new(big.Int).Exp(x, big.NewInt(3), curve.P)
	square.Sub(square, new(big.Int).Mul(x, big.NewInt(3))).Add(square, curve.B).Mod(square, curve.P)
	y := new(big.Int).ModSqrt(square, curve.P)
	if y == nil || x.Cmp(curve.P) >= 0 {
		return nil, false
	}
	return slices.Concat([]byte{4}, coordinate, y.FillBytes(make([]byte, 32))), true
}

// states returns the states that the nonce's second block may be of: those that give its last byte, and those
// that do not.
func (d *device) states() (fit, ruledOut [][]byte) {
	for b := range 256 {
		R, ok := lift(append([]byte{byte(b)}, d.nonce[:size-1]...))
		if !ok {
			continue
		}
		s := x(d.d, R)
		if x(s, d.q)[1] == d.nonce[size-1] {
			fit = append(fit, s)
		} else {
			ruledOut = append(ruledOut, s)
		}
	}
	return fit, ruledOut
}

// request returns what a request of 32 bytes gives that begins with the state s.
func (d *device) request(s []byte) []byte {
	s = x(s, d.p)
	first := x(s, d.q)
	second := x(x(s, d.p), d.q)
	return append(first[1:], second[1])
}

// check checks an answer.
func (d *device) check(found []byte) *lesson.Miss {
	if bytes.Equal(found, d.next) {
		return nil
	}
	miss := &lesson.Miss{
		Got:  fmt.Sprintf("%x", found[:min(len(found), size)]),
		Want: fmt.Sprintf("%x", d.next),
	}
	if len(found) != size {
		miss.Why = fmt.Sprintf("there are %d bytes, and the second request is for %d", len(found), size)
		miss.Hint = "31 bytes are of one block, and the last is the beginning of the next"
		return miss
	}
	fit, ruledOut := d.states()
	state := fit[0]
	moved := x(state, d.p) // at the end of the first request
	switch {
	case bytes.Equal(found[:size-1], d.next[:size-1]):
		miss.Why = "the first 31 bytes are right, and the last is not"
		miss.Hint = "the next block begins with the second byte of its coordinate: each block leaves out the first"
		return miss
	case bytes.Equal(found, d.request(state)):
		miss.Why = "the state has not moved at the end of the first request"
		miss.Hint = "between the second block of the nonce and the first of the next request, the state moves twice"
		return miss
	case bytes.Equal(found[:size-1], x(x(moved, d.p), d.q)[:size-1]):
		miss.Why = "these are the first bytes of the coordinate, and a block is its last 31"
		miss.Hint = "leave out the first byte of what Times returns"
		return miss
	}
	for _, s := range ruledOut {
		if bytes.Equal(found, d.request(x(s, d.p))) {
			miss.Why = fmt.Sprintf("this follows from a point that the last byte of the nonce rules out: with it the nonce would not end in %02x", d.nonce[size-1])
			miss.Hint = "compute for each candidate the beginning of the second block, and keep the one that fits"
			return miss
		}
	}
	miss.Why = "no point whose coordinate ends in the first 31 bytes leads there"
	miss.Hint = "if R is sQ, then d times R is sP, and its x-coordinate is the next state"
	return miss
}
