package gea1

import (
	"encoding/binary"
	"fmt"
	"iter"
	"math/bits"
)

// Divide and conquer, after the cryptanalysis. The 64 bits of S are a sum of three parts, in a basis
// made for it:
//
//	T  24 dimensions  A and C do not see them: the kernel of A and C
//	U  32 dimensions  B does not see them: the kernel of B
//	V   8 dimensions  the rest
//
//	keystream = A(u+v) + C(u+v) + B(t+v)
//
// For each v, the 2^24 outputs of B go into a table, and the 2^32 of A and C are looked up in it:
// 2^40 steps in all, where trying keys takes 2^64.

// A Space is the S that a search goes over.
type Space struct{ t, u, v []uint64 }

// NewSpace makes a space of 2^size, with a part of T, U and V in proportion. At 64 it is all there
// is.
func NewSpace(size int) (*Space, error) {
	if size < 8 || size > 64 {
		return nil, fmt.Errorf("gea1: expected a space of 8 to 64 bits, found %d", size)
	}
	t, u := kernel(&regA, &regC), kernel(&regB)
	var v, basis []uint64
	for _, s := range append(append([]uint64(nil), t...), u...) {
		independent(&basis, s)
	}
	for i := range 64 {
		if independent(&basis, 1<<i) {
			v = append(v, 1<<i)
		}
	}
	nu, nv := size/2, size/8
	return &Space{t[:size-nu-nv], u[:nu], v[:nv]}, nil
}

// Steps is how many states of A and C a search tries: 2^40 of the whole space.
func (sp *Space) Steps() uint64 { return 1 << (len(sp.u) + len(sp.v)) }

// Batch is how many of them go into one trial: no more than share a table.
func (sp *Space) Batch() int { return 1 << min(len(sp.u), 16) }

// Table is how many states of B a search keeps at a time: 2^24 of the whole space.
func (sp *Space) Table() uint64 { return 1 << len(sp.t) }

// At is one S of the space, by number.
func (sp *Space) At(i uint64) uint64 {
	nt, nu := len(sp.t), len(sp.u)
	return sum(sp.t, i) ^ sum(sp.u, i>>nt) ^ sum(sp.v, i>>(nt+nu))
}

// sum adds the vectors of a basis for which a bit is set.
func sum(basis []uint64, which uint64) (s uint64) {
	for i, b := range basis {
		s ^= b & -(which >> i & 1)
	}
	return s
}

// A Search looks for the S that gives a keystream. It is for one goroutine. It works with what is
// linear, and does not find an S that [LoadsZeros].
type Search struct {
	space     *Space
	keystream []byte
	stepU     [64]wordsAC
	stepT     [64]words
	table     *table // nil before the first
	v         uint64 // whose table it is
	outputs   [together]uint64
	maybe     [together]uint16
}

// NewSearch makes a search for the S that gives a keystream of at least nine bytes.
func NewSearch(space *Space, keystream []byte) (*Search, error) {
	if len(keystream) < 9 {
		return nil, fmt.Errorf("gea1: expected 65 bits of keystream or more, found %d bytes", len(keystream))
	}
	s := &Search{space: space, keystream: append([]byte(nil), keystream...)}
	for i, u := range space.u {
		s.stepU[i] = seenByAC(u)
	}
	for i, t := range space.t {
		s.stepT[i] = regB.words(t)
	}
	return s, nil
}

// words are the next 64 bits at each of the seven places that f looks at, as time goes on. They are
// linear in S, so that a search which goes from one S to the next by adding one vector goes on by
// adding its words, and f then gives 64 bits of output at once.
type words [7]uint64

func (r *register) words(s uint64) (w words) {
	state := r.linear(s)
	for t := range 64 {
		for i, place := range r.input {
			w[i] |= state >> place & 1 << t
		}
		state = r.clock(state, 0)
	}
	return w
}

func (w *words) f() uint64 { return f(w[0], w[1], w[2], w[3], w[4], w[5], w[6]) }

func (w *words) add(x *words) {
	for i := range w {
		w[i] ^= x[i]
	}
}

type wordsAC struct{ a, c words }

func seenByAC(s uint64) wordsAC { return wordsAC{regA.words(s), regC.words(s)} }

// gray is the Gray code, in which neighbours differ by one bit: number i and number i+1 by bit
// TrailingZeros(i+1).
func gray(i uint64) uint64 { return i ^ i>>1 }

// Trial tries n states of A and C from number first on, and appends to hits those that go with a
// state of B. All of them have the same v: n is a power of two, first a multiple of it.
func (s *Search) Trial(first uint64, n int, hits []uint64) []uint64 {
	nu := len(s.space.u)
	v, from := first>>nu, first&(1<<nu-1)
	if s.table == nil || s.v != v {
		s.fill(v)
	}
	w := seenByAC(sum(s.space.u, gray(from)) ^ sum(s.space.v, v))
	for end := from + uint64(n); from < end; from += together {
		count := min(together, end-from)
		for i := range count {
			s.outputs[i] = w.a.f() ^ w.c.f()
			step := &s.stepU[bits.TrailingZeros64(from+i+1)]
			w.a.add(&step.a)
			w.c.add(&step.c)
		}
		for _, i := range s.table.filtered(s.outputs[:count], s.maybe[:0]) {
			if s.table.has(s.outputs[i]) {
				hits = append(hits, v<<nu|(from+uint64(i)))
			}
		}
	}
	return hits
}

// together is how many outputs are looked up at a time. At full size the tables are in no cache, and
// the memory is asked for many words at once, and not for one after the other.
const together = 256

// sideB is each t of the space, and the output of B for t+v with the keystream on it: what A and C
// have to give.
func (s *Search) sideB(v uint64) iter.Seq2[uint64, uint64] {
	return func(yield func(t, output uint64) bool) {
		want := binary.LittleEndian.Uint64(s.keystream)
		w := regB.words(sum(s.space.v, v))
		for i := range s.space.Table() {
			if !yield(gray(i), w.f()^want) {
				return
			}
			w.add(&s.stepT[bits.TrailingZeros64(i+1)])
		}
	}
}

// fill makes the table for a v.
func (s *Search) fill(v uint64) {
	if s.table == nil {
		s.table = newTable(len(s.space.t))
	}
	s.table.clear()
	for _, output := range s.sideB(v) {
		s.table.add(output)
	}
	s.v = v
}

// Recover finds the S that belongs to a hit, whose t the table does not tell.
func (s *Search) Recover(hit uint64) (initial uint64, ok bool) {
	nu := len(s.space.u)
	v := hit >> nu
	uv := sum(s.space.u, gray(hit&(1<<nu-1))) ^ sum(s.space.v, v)
	w := seenByAC(uv)
	side := w.a.f() ^ w.c.f()
	for t, output := range s.sideB(v) {
		if output != side {
			continue
		}
		if initial = uv ^ sum(s.space.t, t); s.fits(initial) {
			return initial, true
		}
	}
	return 0, false
}

func (s *Search) fits(initial uint64) bool {
	i := 0
	for b := range Keystream(initial) {
		if i == len(s.keystream) || b != s.keystream[i] {
			break
		}
		i++
	}
	return i == len(s.keystream)
}
