package tea1

import (
	"bytes"
	"iter"
)

// A search tries all 2^32 registers. The key register takes no input: a step drops its first byte
// and appends one more, and only that byte reaches the rest of the cipher. The bytes that a
// register gives are therefore those of its successor, and one before them:
//
//	register     r0        r1        r2
//	gives        s1 … s49  s2 … s50  s3 … s51
//
// So a search steps from register to register, along walks, and needs one new byte for each.
// [Search.Plain] goes along a walk as one first writes it. [Search.Trial], in lanes.go, goes along
// 64 walks at once.
//
// A walk begins at a register below 2^22 and ends before the next such register. S is a
// permutation, so a step is one too, and every register is on exactly one walk, except for those on
// a few cycles without any register below 2^22. Each of these cycles counts as one more walk
// (TestEveryRegisterIsOnOneWalk).

const (
	// Walks is the number of walks. Together they have all 2^32 registers.
	Walks = begins + uint64(len(strays))
	// WalkLength is the average number of registers on a walk.
	WalkLength = 1 << 10

	begins = 1 << 22
)

// strays has one register of each cycle that has none below begins.
var strays = [...]uint32{0x0049ffef, 0x00543672, 0x00dc76a2, 0x0212b40f, 0x07d083f4, 0x209f3282, 0x9b9b9b9b}

// beginning returns the first register of a walk. Neighbouring registers begin walks of similar
// length, and those below 2^14 even walks of one register, so the numbers are scattered: any few
// hundred walks have the average length (TestWalksAreEven).
func beginning(walk uint64) uint32 {
	if walk >= begins {
		return strays[walk-begins]
	}
	return uint32(walk*0x9e3779b1) % begins
}

// next returns the register after a step. Its lowest byte is the one that the step gives.
func next(r uint32) uint32 { return r<<8 | uint32(sbox[byte(r>>24)^byte(r)]) }

// Registers yields the registers of a walk, in order.
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

// A Search looks for the registers that give a keystream, or one of several. It is for one goroutine.
type Search struct {
	frame      uint32
	keystreams [][]byte
	walkers    walkers
	state      slicedState
}

// NewSearch makes a search for registers that give one of the keystreams of a frame. With eight bytes or
// more a wrong register passes with probability 2^-32 in all. Keystreams with the same first byte
// take little more time than one; with n first bytes, n times as many registers pass the first test.
func NewSearch(frame uint32, keystreams ...[]byte) *Search {
	s := &Search{frame: frame}
	var firsts []byte
	for _, k := range keystreams {
		s.keystreams = append(s.keystreams, bytes.Clone(k))
		if bytes.IndexByte(firsts, k[0]) < 0 {
			firsts = append(firsts, k[0])
		}
	}
	s.state.load(expandFrame(frame), firsts...)
	return s
}

// Plain goes along the n walks from number first on, and appends to hits those with a register that
// gives the keystream.
func (s *Search) Plain(first uint64, n int, hits []uint64) []uint64 {
	for walk := first; walk < first+uint64(n); walk++ {
		if _, ok := s.Register(walk); ok {
			hits = append(hits, walk)
		}
	}
	return hits
}

// Register returns the first register of a walk that gives a keystream of the search. It reports false
// if none does.
func (s *Search) Register(walk uint64) (register uint32, ok bool) {
	for r := range Registers(walk) {
		if s.fits(r) {
			return r, true
		}
	}
	return 0, false
}

// fits reports whether a register gives one of the keystreams.
func (s *Search) fits(register uint32) bool {
	given := make([]byte, 0, SlotSize)
	for b := range Keystream(register, s.frame) {
		given = append(given, b)
		alike := false
		for _, k := range s.keystreams {
			if !bytes.HasPrefix(k, given) {
				continue
			}
			if len(k) == len(given) {
				return true
			}
			alike = true
		}
		if !alike {
			break
		}
	}
	return false
}
