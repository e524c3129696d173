package dualec

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"sync"
)

// A Trapdoor is the number d with dQ = P for the points of a generator. It is safe for concurrent
// use. Printing one prints the points only. The zero Trapdoor opens nothing.
type Trapdoor struct {
	points *Points
	s      *hiddenScalar
}

// hiddenScalar is a pointer further away, as [hidden] is.
type hiddenScalar struct{ *scalar }

type scalar struct {
	d       []byte
	prepare func() search
}

// ErrNotFound reports output that no state reachable with the trapdoor gives: it is another
// generator's, or one with another Q.
var ErrNotFound = errors.New("dualec: no state that this trapdoor leads to gives that output")

var errTrapdoor = errors.New("dualec: the number is not the trapdoor of these points")

// NewTrapdoor draws d, and makes the points that it is the trapdoor of: P is the standard's, and
//
//	Q = d⁻¹P
//
// which is as random a point as any.
func NewTrapdoor(c *Curve) *Trapdoor {
	d := randomScalar(c.order())
	inverse := new(big.Int).ModInverse(d, c.order()).FillBytes(make([]byte, c.size()))
	q := c.baseTimes(inverse)
	return newTrapdoor(&Points{c, c.base(), q}, d.FillBytes(make([]byte, c.size())))
}

// ParseTrapdoor reads d from the bytes that [Trapdoor.RecoveryKey] returns, and checks that it is
// the trapdoor of these points. Either of d and −d will do, as an x-coordinate has no sign.
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
	prepare := sync.OnceValue(func() search { return p.curve.prepare(d, p.q, p.curve.drop) })
	return &Trapdoor{p, &hiddenScalar{&scalar{d, prepare}}}
}

// randomScalar is uniform from 1 to n−1.
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

// RecoveryKey returns d: the 32 bytes, on P-256, that open everything which was ever keyed by a
// generator with these points.
func (t *Trapdoor) RecoveryKey() []byte {
	if t.s == nil {
		return nil
	}
	return bytes.Clone(t.s.d)
}

// Recover finds the generator that a request's output is from, in the state after that request.
// It needs the first block, 30 bytes on P-256, and some bytes of the second: with two of them, as
// in a nonce of 32 bytes, one wrong state in two survives beside the right one. It implements
// Shumow and Ferguson, "On the Possibility of a Back Door in the NIST SP800-90 Dual Ec Prng",
// CRYPTO 2007 rump session:
//
//	for each x that ends in the first block, the missing bits in order:
//	    if there is a point R = (x, y), it may be sQ           one x in two has a point
//	    s' = x(dR)                                             = x(d·sQ) = x(sP), the next state
//	    if x(s'Q) ends in the second block: s' survives
//
// The generator of each survivor is given to accept, one at a time, which compares what it
// generates next with whatever else is known; nil accepts the first. Recover stops at the first
// that is accepted, and also returns which of the points it was: of 2^15 on P-256, half of them on
// average. If none is accepted the error is ErrNotFound, and tested is how many there were.
//
// Of a generator of the 2007 revision, the first block alone is enough, if accept is good. One
// of 2006 then keeps its state to itself; but its requests, if they are for whole blocks and come
// without additional input, may be joined as if they were one.
//
// Recover does not know who is asking. The lawful path and the theft are this one function. All
// cores are used.
func (t *Trapdoor) Recover(ctx context.Context, output []byte, revision Revision, accept func(*Generator) bool) (g *Generator, tested int, err error) {
	if t.s == nil {
		return nil, 0, errTrapdoor
	}
	if revision, err = checkRevision(revision); err != nil {
		return nil, 0, err
	}
	outlen := t.points.curve.BlockSize()
	need := outlen
	if revision == Revision2006 {
		need++
	}
	if len(output) < need {
		return nil, 0, fmt.Errorf("dualec: expected at least %d bytes of output, found %d", need, len(output))
	}
	block, more := output[:outlen], output[outlen:]
	if accept == nil {
		accept = func(*Generator) bool { return true }
	}
	found, tested, err := t.search(ctx, block, more, func(next []byte) bool {
		g, ok := t.generator(next, more, revision)
		return ok && accept(g)
	})
	if err != nil {
		return nil, tested, err
	}
	g, _ = t.generator(found, more, revision) // anew: accept has used the other
	return g, tested, nil
}

// generator is the generator after a request, of which the second block and what follows is more,
// made from the state next. It is none if next makes other output.
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

// Format implements [fmt.Formatter]: every verb prints the points and no secret.
func (t Trapdoor) Format(f fmt.State, _ rune) {
	if t.s == nil {
		io.WriteString(f, "dualec.Trapdoor(none)")
		return
	}
	fmt.Fprintf(f, "dualec.Trapdoor(%v)", t.points)
}

// LogValue implements [slog.LogValuer] as Format does.
func (t Trapdoor) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(t)) }

// MarshalText implements [encoding.TextMarshaler] as Format does.
func (t Trapdoor) MarshalText() ([]byte, error) { return []byte(fmt.Sprint(t)), nil }
