package gea1

import (
	"encoding/binary"
	"fmt"
	"iter"
	"math/bits"
)

// Divide and conquer, after the cryptanalysis. Loading a register is linear, so S can be written as
// a sum t + u + v, in a basis of which each register ignores a part:
//
//	S       T, 24 dimensions         U, 32 dimensions             V, 8 dimensions
//	        ├────────────────────────┼────────────────────────────┼───────────────┤
//	A, C      load zeros               depend on u                  depend on v
//	B         depends on t             loads zeros                  depends on v
//
//	        keystream = A(u+v) + C(u+v) + B(t+v)
//
//	        B(t+v) + keystream   =   A(u+v) + C(u+v)
//	        2^24 for each v:         2^32 for each v:
//	        kept in a table          looked up in the table
//
// All values of v take 2^8 · 2^32 = 2^40 steps, where trying keys takes 2^64.

// A Space is a set of S: all sums of some basis vectors, from T, U and V.
type Space struct{ t, u, v []uint64 }

// NewSpace returns a space of 2^size values of S, from 8 to 64, with vectors of T, U and V in
// proportion. With 64 it has every S.
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

// Steps returns the number of states of A and C that a search tries: 2^40 in the whole space.
func (sp *Space) Steps() uint64 { return 1 << (len(sp.u) + len(sp.v)) }

// Batch returns the number of states for one trial. All states of a batch share a table.
func (sp *Space) Batch() int { return 1 << min(len(sp.u), 16) }

// Table returns the number of states of B in a table: 2^24 in the whole space.
func (sp *Space) Table() uint64 { return 1 << len(sp.t) }

// At returns the S with a number, modulo the size of the space.
func (sp *Space) At(i uint64) uint64 {
	nt, nu := len(sp.t), len(sp.u)
	return sum(sp.t, i) ^ sum(sp.u, i>>nt) ^ sum(sp.v, i>>(nt+nu))
}

// sum returns the sum of those vectors of a basis whose bit in which is set.
func sum(basis []uint64, which uint64) (s uint64) {
	for i, b := range basis {
		s ^= b & -(which >> i & 1)
	}
	return s
}

// A Search looks for the S that gives a keystream. It is for one goroutine. It depends on linear
// loading, so it does not find an S that [LoadsZeros].
type Search struct {
	space     *Space
	keystream []byte
	stepU     [64]wordsAC      // of each vector of U
	stepT     [64]words        // of each vector of T
	table     *table           // of B, for v; nil before the first
	v         uint64           // its number
	outputs   [together]uint64 // of A and C, of the states that are looked up together
	maybe     [together]uint16 // those that pass the table's filter
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

// words are the bits at each of the seven places that f depends on, in the next 64 steps. They are
// linear in S: a search that goes from one S to the next by adding a vector only adds the vector's
// words. f of them is 64 bits of output.
type words [7]uint64

// words returns the words of a register that S loads.
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

// gray returns a number of the Gray code. Numbers i and i+1 differ in one bit, TrailingZeros(i+1),
// so a search in this order adds one vector at each step.
func gray(i uint64) uint64 { return i ^ i>>1 }

// Trial tries n states of A and C from number first on, and appends to hits those whose output is
// in the table of B. All of them must have the same v: n is a power of two, and first a multiple of
// it.
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

// together is the number of outputs that are looked up at a time. A table of full size exceeds the
// caches, and the processor fetches many words from memory at once if no look-up waits for another.
const together = 256

// sideB yields each t of the space with B(t+v) XOR keystream, the value that A and C must produce.
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

// fill sets the table to the values of sideB for v.
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

// Recover returns the S of a hit. The table does not tell its t, so all of them are tried again. It
// reports false if no S gives the keystream beyond the 64 bits that a table compares.
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

// fits reports whether S gives the keystream.
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
