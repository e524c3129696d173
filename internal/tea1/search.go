package tea1

import (
	"bytes"
	"iter"
	"math"
	"math/bits"
)

// The key register takes no input. It walks through its values by itself, and what the cipher
// hears of it is one byte a step. The bytes of a register are therefore those of its predecessor
// without the first one, and one more:
//
//	register     r0        r1        r2
//	its bytes    s1 … s49  s2 … s50  s3 … s51
//
// A search that follows the walk needs one S-box look-up for each register, and not 49. Here 64
// walks go on at once, bit-sliced: a word has one bit of each (gates.go). Against the cipher as it
// stands in tea1.go, tables for FA and FB and four keys at a time are twice as fast, slices without
// the walk 6 times, and along the walk 20 times (the benchmarks).
//
// A walk begins at a register below 2^22 and ends before the next of these. S is a permutation,
// so a step is one, and every register is on exactly one walk, but for those on a few cycles that
// meet no register below 2^22; each of these cycles counts as one more walk
// (TestEveryRegisterIsOnOneWalk).

const (
	// Walks is the number of walks. Together they go over all 2^32 registers.
	Walks = begins + uint64(len(strays))
	// WalkLength is how many registers a walk goes over on average.
	WalkLength = 1 << 10

	begins = 1 << 22
	lanes  = 64
	reach  = 49 // steps that the first byte of keystream depends on
)

// strays has one register of each cycle that meets none below begins.
var strays = [...]uint32{0x0049ffef, 0x00543672, 0x00dc76a2, 0x0212b40f, 0x07d083f4, 0x209f3282, 0x9b9b9b9b}

// beginning is the first register of a walk. Neighbouring registers begin walks of like length, those
// below 2^14 even walks of one register, so the numbers are scattered: any few hundred walks have the
// average length (TestWalksAreEven).
func beginning(walk uint64) uint32 {
	if walk >= begins {
		return strays[walk-begins]
	}
	return uint32(walk*0x9e3779b1) % begins
}

// Registers are those that a walk goes over.
func Registers(walk uint64) iter.Seq[uint32] {
	first := beginning(walk)
	return func(yield func(uint32) bool) {
		for r := first; yield(r); {
			if r = next(r); r < begins || r == first {
				return
			}
		}
	}
}

func next(r uint32) uint32 { return r<<8 | uint32(sbox[byte(r>>24)^byte(r)]) }

// A Search looks for the registers that give a keystream. It is for one goroutine.
type Search struct {
	frame     uint32
	keystream []byte
	state     slicedState

	ahead    [lanes]uint32      // each walker's register, 49 steps ahead of the one that is tried
	walk     [lanes]uint64      // which walk he is on
	ripe     [lanes]int         // the tick at which its first register is tried
	ended    uint64             // lanes of which the walker has come to the end, and the trial not
	free     [lanes]uint64      // lanes that are free at a tick, by tick
	heard    [lanes][lanes]byte // what the walkers gave, by tick and lane
	heardBit [lanes]plane       // the same, sliced
}

// NewSearch makes a search for registers that give the keystream of a frame. Eight bytes tell a
// register from all others, with one error in 2^32.
func NewSearch(frame uint32, keystream []byte) *Search {
	s := &Search{frame: frame, keystream: bytes.Clone(keystream)}
	s.state.load(expandFrame(frame), s.keystream[0])
	return s
}

// Register is the register of a walk that gives the keystream, if there is one.
func (s *Search) Register(walk uint64) (register uint32, ok bool) {
	for r := range Registers(walk) {
		if s.fits(r) {
			return r, true
		}
	}
	return 0, false
}

func (s *Search) fits(register uint32) bool {
	i := 0
	for b := range Keystream(register, s.frame) {
		if i == len(s.keystream) || b != s.keystream[i] {
			break
		}
		i++
	}
	return i == len(s.keystream)
}

// Trial goes the walks first … first+n-1, and appends to hits those that go over a register which
// gives the keystream.
func (s *Search) Trial(first uint64, n int, hits []uint64) []uint64 {
	end := first + uint64(n)
	for walk := max(first, begins); walk < end; walk++ {
		if _, ok := s.Register(walk); ok {
			hits = append(hits, walk)
		}
	}
	walk := first
	s.free, s.ended = [lanes]uint64{0: math.MaxUint64}, math.MaxUint64
	for tick, busy := 0, lanes; busy > 0; tick++ {
		for free := s.free[tick%lanes]; free != 0; free &= free - 1 {
			lane := bits.TrailingZeros64(free)
			if walk >= min(end, begins) {
				s.ripe[lane] = math.MaxInt // and it stays ended
				busy--
				continue
			}
			s.begin(lane, tick, walk)
			walk++
		}
		s.free[tick%lanes] = 0
		s.step(tick)
		for fit := s.state.fit(&s.heardBit, tick-reach+1+lanes); fit != 0; fit &= fit - 1 {
			hits = s.look(tick, laneOf(bits.TrailingZeros64(fit)), hits)
		}
	}
	return hits
}

// begin sets a walker on a walk, as if four steps had brought him there.
func (s *Search) begin(lane, tick int, walk uint64) {
	r := beginning(walk)
	s.ahead[lane], s.walk[lane], s.ripe[lane] = r, walk, tick+reach-1
	s.ended &^= 1 << lane
	for i := range 4 {
		s.heard[(tick+lanes-1-i)%lanes][lane] = byte(r >> (8 * i))
	}
}

// step moves every walker.
func (s *Search) step(tick int) {
	heard := &s.heard[tick%lanes]
	for lane, r := range s.ahead {
		r = next(r)
		s.ahead[lane] = r
		heard[lane] = byte(r)
		if r < begins && s.ended>>lane&1 == 0 {
			s.ended |= 1 << lane
			s.free[(tick+reach)%lanes] |= 1 << lane
		}
	}
	slice(&s.heardBit[tick%lanes], heard)
}

// look tries the register in a lane that gave the right first byte.
func (s *Search) look(tick, lane int, hits []uint64) []uint64 {
	if tick < s.ripe[lane] {
		return hits
	}
	r := uint32(0)
	for i := range 4 {
		r = r<<8 | uint32(s.heard[(tick-reach-3+i+lanes)%lanes][lane])
	}
	if s.fits(r) {
		hits = append(hits, s.walk[lane])
	}
	return hits
}
