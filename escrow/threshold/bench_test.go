package threshold

import (
	"testing"

	"github.com/cloudflare/circl/group"

	"doormat/internal/testing/ratio"
)

// inMuls times f beside one multiplication of an element by a scalar, which is what everything
// here is made of.
func inMuls(b *testing.B, f func()) {
	x, e := randomScalar(), g.HashToElement([]byte("element"), nil)
	product := g.NewElement()
	ratio.Time(b, "x-of-mul", f, func() { product.Mul(e, x) })
}

// Of any base 3 multiplications, of the generator 2.
func BenchmarkWrap(b *testing.B) {
	w := newWorld(b, 3, 5)
	label := make([]byte, 72)
	inMuls(b, func() { w.Key().Wrap([32]byte{}, [64]byte{}, label) })
}

// The thief's: 1 multiplication.
func BenchmarkUnwrap(b *testing.B) {
	w := newWorld(b, 3, 5)
	key, err := RecoverKey(w.shares...)
	check(b, err)
	field := w.Key().Wrap([32]byte{}, [64]byte{}, nil)
	inMuls(b, func() {
		_, err := key.Unwrap(field)
		check(b, err)
	})
}

// An agent's answer, the envelope's proof and the log's included: of any base 5, of the
// generator 2.
func BenchmarkPartial(b *testing.B) {
	w := newWorld(b, 3, 5)
	r := w.request(b, w.warrant(b, w.bob.Identity()), seal(b, w.alice, w.bob, text, monday), monday)
	inMuls(b, func() {
		_, err := w.agents[0].Partial(r)
		check(b, err)
	})
}

// Of any base 6, of the generator 2.
func BenchmarkCheckPartial(b *testing.B) {
	w := newWorld(b, 3, 5)
	e, warrant := seal(b, w.alice, w.bob, text, monday), w.warrant(b, w.bob.Identity())
	p, m := w.answers(b, w.request(b, warrant, e, monday))[0], message(b, e, monday)
	inMuls(b, func() { check(b, w.CheckPartial(warrant, m, p)) })
}

// Lagrange in the exponent for t = 3: of any base 3, and three inversions of a scalar.
func BenchmarkCombine(b *testing.B) {
	w := newWorld(b, 3, 5)
	warrant := w.warrant(b, w.bob.Identity())
	var list []*partial
	for _, a := range w.answers(b, w.request(b, warrant, seal(b, w.alice, w.bob, text, monday), monday))[:3] {
		p, _ := parsePartial(a)
		list = append(list, p)
	}
	var sum group.Element
	inMuls(b, func() { sum = combine(list) })
	_ = sum
}
