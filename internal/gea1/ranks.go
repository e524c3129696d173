package gea1

import "math/bits"

// A Rank says in how many states some registers start together: 2^Rank of 2^Bits.
type Rank struct {
	Registers  string
	Bits, Rank int
}

// Ranks computes, from the taps, the rank of each register, of each two and of all three.
func Ranks() (all []Rank) {
	a, b, c := &regA, &regB, &regC
	for _, g := range []struct {
		name      string
		registers []*register
	}{
		{"A", []*register{a}}, {"B", []*register{b}}, {"C", []*register{c}},
		{"A and B", []*register{a, b}}, {"B and C", []*register{b, c}}, {"A and C", []*register{a, c}},
		{"A, B and C", []*register{a, b, c}},
	} {
		size := 0
		for _, r := range g.registers {
			size += r.size
		}
		all = append(all, Rank{g.name, size, 64 - len(kernel(g.registers...))})
	}
	return all
}

// kernel returns a basis of the S that load zeros into all of the registers. It is Gaussian
// elimination over the unit vectors: each state is cleared as far as possible with those before it,
// and a vector whose states become zero is in the kernel.
func kernel(registers ...*register) (basis []uint64) {
	var pivots []pivot
	for i := range 64 {
		p := pivot{s: 1 << i}
		for j, r := range registers {
			p.states[j] = r.linear(p.s)
		}
		for _, q := range pivots {
			if p.states[q.at]>>q.bit&1 == 1 {
				p.add(q)
			}
		}
		if p.find() {
			pivots = append(pivots, p)
		} else {
			basis = append(basis, p.s)
		}
	}
	return basis
}

// pivot is an S, the states that it loads, and the place of a bit that is set in one of them.
type pivot struct {
	s      uint64
	states [3]uint64
	at     int
	bit    int
}

// add adds q to p.
func (p *pivot) add(q pivot) {
	p.s ^= q.s
	for j := range p.states {
		p.states[j] ^= q.states[j]
	}
}

// find sets the place of a bit. It reports false if all states are zero.
func (p *pivot) find() bool {
	for j, state := range p.states {
		if state != 0 {
			p.at, p.bit = j, bits.TrailingZeros64(state)
			return true
		}
	}
	return false
}

// independent reports whether v is independent of the vectors of a basis, and appends it if it is.
// Each vector of the basis has a bit that no later one has.
func independent(basis *[]uint64, v uint64) bool {
	for _, b := range *basis {
		if v&(b&-b) != 0 {
			v ^= b
		}
	}
	if v != 0 {
		*basis = append(*basis, v)
	}
	return v != 0
}
