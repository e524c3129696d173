package tea1

import (
	"math"
	"math/bits"
)

// Sixty-four walkers go along 64 walks. At each tick every walker takes one step. The bytes that
// they give go into a bit-sliced cipher, in which a word has one bit of each walker (gates.go), and
// which computes the first byte of keystream for all of them. That byte depends on 49 bytes of a
// walk, so a walker is 49 steps ahead of the register that is tried in its lane.
//
// Below, two lanes go through five ticks, as if the first byte of keystream depended on 2 bytes and
// not on 49. Walker 0 is on the walk r0, r1, r2; r3 is the beginning of another:
//
//	tick                  0        1        2        3        4
//
//	walker 0 steps to     r1       r2       r3       r4       t1
//	         and gives    s1       s2       s3       s4       u1
//	in its lane is tried  -        r0       r1       r2       -
//	with the bytes                 s1 s2    s2 s3    s3 s4
//
//	walker 1 steps to     p1       p2       p3       p4       p5
//	         and gives    q1       q2       q3       q4       q5
//	in its lane is tried  -        p0       p1       p2       p3
//	with the bytes                 q1 q2    q2 q3    q3 q4    q4 q5
//
// At tick 2 walker 0 leaves its walk. It goes on until the last register is tried, at tick 3, and
// begins the next walk, at t0, at tick 4.
//
// Computed one register at a time, as in tea1.go, a search takes 20 times as long. Tables for FA
// and FB and four registers at a time are twice as fast as that, and slices without walks 6 times
// (BenchmarkSearch, BenchmarkTables, BenchmarkSlicedWithoutWalking).

const (
	lanes = 64
	reach = 49 // steps of a walk that the first byte of keystream depends on
)

// A walker goes along one walk after the other. The register that is tried in its lane at a tick is
// the one that it was at before the last 49 steps.
type walker struct {
	walk uint64 // its number
	at   uint32 // the register that it is at
	ripe int    // the tick at which the first register of the walk is tried
	free int    // the tick at which it begins another walk, or onWalk, or retired
}

const (
	onWalk  = math.MaxInt // it has not left its walk
	retired = -1          // there was no walk left to begin
)

// walkers are the walkers and the bytes that they gave in the last 64 ticks. Bytes of tick t are at
// index t mod 64.
type walkers struct {
	lane  [lanes]walker
	bytes [lanes][lanes]byte // by tick and lane
	slice [lanes]plane       // the same, sliced
}

// Trial goes along the n walks from number first on, and appends to hits those with a register that
// gives the keystream. It finds what Plain finds.
func (s *Search) Trial(first uint64, n int, hits []uint64) []uint64 {
	end := first + uint64(n)
	if cycle := max(first, begins); cycle < end {
		hits = s.Plain(cycle, int(end-cycle), hits) // these have no beginning below 2^22
		end = begins
	}
	w := &s.walkers
	w.lane = [lanes]walker{} // all of them free at tick 0
	for tick, busy, walk := 0, lanes, first; busy > 0; tick++ {
		for lane := range w.lane {
			if w.lane[lane].free != tick {
				continue
			}
			if walk < end {
				w.begin(lane, tick, walk)
				walk++
			} else {
				w.lane[lane].ripe, w.lane[lane].free = math.MaxInt, retired
				busy--
			}
		}
		w.step(tick)
		for fit := s.state.fit(&w.slice, tick-reach+1+lanes); fit != 0; fit &= fit - 1 {
			lane := laneOf(bits.TrailingZeros64(fit))
			if tick >= w.lane[lane].ripe && s.fits(w.tried(lane, tick)) {
				hits = append(hits, w.lane[lane].walk)
			}
		}
	}
	return hits
}

// begin puts a walker at the beginning of a walk. It sets the last four bytes to those of the
// register, as if four steps had led there.
func (w *walkers) begin(lane, tick int, walk uint64) {
	r := beginning(walk)
	w.lane[lane] = walker{walk, r, tick + reach - 1, onWalk}
	for i := range 4 {
		w.bytes[(tick+lanes-1-i)%lanes][lane] = byte(r >> (8 * i))
	}
}

// step moves every walker by one step. A walker that leaves its walk is free when the last register
// of that was tried.
func (w *walkers) step(tick int) {
	given := &w.bytes[tick%lanes]
	for lane := range w.lane {
		l := &w.lane[lane]
		l.at = next(l.at)
		given[lane] = byte(l.at)
		if l.at < begins && l.free == onWalk {
			l.free = tick + reach
		}
	}
	slice(&w.slice[tick%lanes], given)
}

// tried returns the register that is tried in a lane at a tick: the four bytes before the last 49.
func (w *walkers) tried(lane, tick int) (r uint32) {
	for i := range 4 {
		r = r<<8 | uint32(w.bytes[(tick-reach-3+i+lanes)%lanes][lane])
	}
	return r
}
