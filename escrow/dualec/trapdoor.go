package dualec

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"math/big"
	"sync"

	"doormat/internal/secret"
)

// named makes what holds a secret print its name and no secret.
type named[T any] = secret.Named[T]

// A Trapdoor is the number d with dQ = P for the points of a generator. It is safe for concurrent
// use. Printing one prints the points only. The zero Trapdoor recovers nothing.
type Trapdoor struct {
	named[Trapdoor]
	points *Points
	s      *hiddenScalar
}

// hiddenScalar keeps d one pointer further away, as hidden does.
type hiddenScalar struct{ *scalar }

type scalar struct {
	d       []byte
	prepare func() func(size int) follower // the curve's, for d and Q
}

// ErrNotFound reports that no state gives the output and is accepted. The output is another
// generator's, or the generator has another Q.
var ErrNotFound = errors.New("dualec: no state that this trapdoor leads to gives that output")

var errTrapdoor = errors.New("dualec: the number is not the trapdoor of these points")

// NewTrapdoor draws d, and makes the points that d is the trapdoor of. P is the standard's, and
//
//	Q = d⁻¹P
//
// is a uniformly random point.
func NewTrapdoor(c *Curve) *Trapdoor {
	d := randomScalar(c.order())
	inverse := new(big.Int).ModInverse(d, c.order()).FillBytes(make([]byte, c.size()))
	q := c.baseTimes(inverse)
	return newTrapdoor(&Points{c, c.base(), q}, d.FillBytes(make([]byte, c.size())))
}

// ParseTrapdoor reads d from the bytes that [Trapdoor.RecoveryKey] returns, and checks that it is
// the trapdoor of the points. It accepts −d too, which gives the same x-coordinates.
func ParseTrapdoor(p *Points, d []byte) (*Trapdoor, error) {
	if p == nil || len(d) != p.curve.size() || new(big.Int).SetBytes(d).Cmp(p.curve.order()) >= 0 {
		return nil, errTrapdoor
	}
	dQ, ok := p.curve.x(d, p.q)
	if !ok || !bytes.Equal(dQ, p.p[1:][:len(dQ)]) {
		return nil, errTrapdoor
	}
	return newTrapdoor(p, bytes.Clone(d)), nil
}

func newTrapdoor(p *Points, d []byte) *Trapdoor {
	prepare := sync.OnceValue(func() func(size int) follower { return p.curve.prepare(d, p.q) })
	return &Trapdoor{secret.Name[Trapdoor](p.String()), p, &hiddenScalar{&scalar{d, prepare}}}
}

// randomScalar returns a uniformly random number from 1 to n−1.
func randomScalar(n *big.Int) *big.Int {
	limit := new(big.Int).Sub(n, big.NewInt(1))
	d, err := rand.Int(rand.Reader, limit)
	if err != nil {
		panic("dualec: internal error: " + err.Error())
	}
	return d.Add(d, big.NewInt(1))
}

// Points returns the points, which are public.
func (t *Trapdoor) Points() *Points { return t.points }

// RecoveryKey returns d: on P-256 the 32 bytes that open everything ever keyed by a generator with
// these points.
func (t *Trapdoor) RecoveryKey() []byte {
	if t.s == nil {
		return nil
	}
	return bytes.Clone(t.s.d)
}

// Recover finds the generator that a request's output is from, in the state after that request.
// Output is the first block, 30 bytes on P-256, and some bytes of the second. With two of these, as
// in a nonce of 32 bytes, half a wrong state on average survives beside the right one. Recover
// implements Shumow and Ferguson, "On the Possibility of a Back Door in the NIST SP800-90 Dual Ec
// Prng", CRYPTO 2007 rump session:
//
//	for each x that ends in the first block, in the order of the missing bits:
//	    if there is a point R = (x, y), it may be sQ           half of the x have a point
//	    s' = x(dR)                                             = x(d·sQ) = x(sP), the next state
//	    if x(s'Q) ends in the second block: s' survives
//
// The generator of each survivor is given to Accept, which compares what it generates next with
// what else is known. Recover stops at the first that is accepted. Work says which of the points it
// was: of 2^15 on P-256, half of them on average. If none is accepted the error is ErrNotFound.
//
// With the 2007 revision the first block alone is enough, if Accept knows more. With the 2006
// revision a single block does not determine the state; but requests for whole blocks without
// additional input may be joined as if they were one.
//
// Recover does not know who is asking. The lawful path and the theft are this one function. It uses
// all cores, and ends with ctx's error soon after ctx is done.
func (t *Trapdoor) Recover(ctx context.Context, output []byte, o Options) (g *Generator, w Work, err error) {
	if t.s == nil {
		return nil, w, errTrapdoor
	}
	revision, err := checkRevision(o.Revision)
	if err != nil {
		return nil, w, err
	}
	outlen := t.points.curve.BlockSize()
	need := outlen
	if revision == Revision2006 {
		need++
	}
	if len(output) < need {
		return nil, w, fmt.Errorf("dualec: expected at least %d bytes of output, found %d", need, len(output))
	}
	block, more := output[:outlen], output[outlen:]
	found, w, err := t.search(ctx, block, more, func(next []byte) bool {
		g, ok := t.generator(next, more, revision)
		return ok && (o.Accept == nil || o.Accept(g))
	}, o.Progress)
	if err != nil {
		return nil, w, err
	}
	g, _ = t.generator(found, more, revision) // anew: Accept has used the other
	return g, w, nil
}

// generator returns the generator after a request, made from next, the state after its first block.
// It reports false if next does not produce more, the output after that block.
func (t *Trapdoor) generator(next, more []byte, revision Revision) (g *Generator, ok bool) {
	s := &state{points: t.points, revision: revision, s: next, counter: 1, entropy: rand.Reader}
	for len(more) > 0 {
		block := s.output()
		n := min(len(block), len(more))
		if !bytes.Equal(block[:n], more[:n]) {
			return nil, false
		}
		more = more[n:]
		s.counter++
		if len(more) == 0 && revision == Revision2006 {
			break
		}
		if s.step(s.s) != nil {
			return nil, false
		}
	}
	return &Generator{s: &hidden{s}}, true
}
