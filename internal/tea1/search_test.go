package tea1

import (
	"flag"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"
)

var long = flag.Bool("long", false, "also walk all 2^32 registers, and search them")

// Each formula is the truth table that its name says.
func TestGates(t *testing.T) {
	for name, lut := range map[string]func(a, b, c, d uint64) uint64{
		"DA86": lutDA86, "85E9": lut85E9, "29B5": lut29B5, "2BC6": lut2BC6, "8C6B": lut8C6B,
		"974C": lut974C, "C671": lutC671, "93E2": lut93E2, "85D6": lut85D6, "791A": lut791A,
		"E985": lutE985, "2B9C": lut2B9C, "EC92": lutEC92, "C62B": lutC62B, "9C47": lut9C47,
	} {
		want, err := strconv.ParseUint(name, 16, 16)
		if err != nil {
			t.Fatal(err)
		}
		if got := lut(0xaaaa, 0xcccc, 0xf0f0, 0xff00) & 0xffff; got != want {
			t.Errorf("%s is %X", name, got)
		}
	}
}

// The sliced step is the step: the first byte of keystream comes out in every lane.
func TestSlicedState(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 64))
	for range 20 {
		frame := r.Uint32() >> 3
		var registers [lanes]uint32
		var first [lanes]byte
		var s [lanes]plane
		for lane := range registers {
			registers[lane] = r.Uint32()
			XOR(registers[lane], frame, first[lane:lane+1])
		}
		walking := registers
		for tick := range reach {
			var heard [lanes]byte
			for lane := range walking {
				walking[lane] = next(walking[lane])
				heard[lane] = byte(walking[lane])
			}
			slice(&s[tick], &heard)
		}
		var st slicedState
		st.load(expandFrame(frame), first[17])
		fit := st.fit(&s, 0)
		for bit := range lanes {
			if got, want := fit>>bit&1 == 1, first[laneOf(bit)] == first[17]; got != want {
				t.Fatalf("lane %d, whose byte is %02x: %v, looking for %02x", laneOf(bit), first[laneOf(bit)], got, first[17])
			}
		}
	}
}

// keystream returns the first n bytes of keystream of a register.
func keystream(register, frame uint32, n int) []byte {
	out := make([]byte, n)
	XOR(register, frame, out)
	return out
}

// Every register of every walk is found, the first of a walk, the last, and on the cycles apart.
func TestSearchFindsEach(t *testing.T) {
	const frame = 0x01234567
	edge := 60
	if testing.Short() {
		edge = 1
	}
	for _, walk := range []uint64{1, 64, begins - 1, begins + 3, Walks - 1} {
		registers := slices.Collect(Registers(walk))
		for i, r := range registers {
			if i > edge && i < len(registers)-edge && (testing.Short() || i%97 != 0) {
				continue
			}
			s := NewSearch(frame, keystream(r, frame, 8))
			if got := s.Trial(walk, 1, nil); !slices.Equal(got, []uint64{walk}) {
				t.Fatalf("register %d of %d on walk %d: found on %d", i, len(registers), walk, got)
			}
			if got, ok := s.Register(walk); !ok || got != r {
				t.Fatalf("register %08x: found %08x", r, got)
			}
		}
	}
}

// A trial of many walks finds what is on one of them, once, and nothing that is on none.
func TestSearchAmongMany(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	rounds := 10
	if testing.Short() {
		rounds = 1
	}
	for range rounds {
		frame, n := r.Uint32()>>3, 1+r.IntN(400)
		first := r.Uint64N(begins - 1000)
		walk := first + r.Uint64N(uint64(n))
		registers := slices.Collect(Registers(walk))
		s := NewSearch(frame, keystream(registers[r.IntN(len(registers))], frame, 8))
		if got := s.Trial(first, n, nil); !slices.Equal(got, []uint64{walk}) {
			t.Errorf("walk %d of %d+%d: found on %d", walk, first, n, got)
		}
		if got := s.Plain(first, n, nil); !slices.Equal(got, []uint64{walk}) {
			t.Errorf("walk %d of %d+%d: plainly found on %d", walk, first, n, got)
		}
		if got := s.Trial(first+uint64(n), 100, nil); len(got) != 0 {
			t.Errorf("walk %d: found on %d", walk, got)
		}
	}
	s := NewSearch(1, keystream(strays[1], 1, 8))
	if got := s.Trial(begins-5, 5+len(strays), nil); !slices.Equal(got, []uint64{begins + 1}) {
		t.Errorf("a register apart: found on %d", got)
	}
}

// Every register below 2^22 begins a walk, and the walks of a reduced space are neither shorter nor
// longer than others.
func TestWalksAreEven(t *testing.T) {
	begun := make([]bool, begins)
	for walk := range uint64(begins) {
		if r := beginning(walk); begun[r] {
			t.Fatalf("two walks begin at %08x", r)
		} else {
			begun[r] = true
		}
	}
	most := uint64(1 << 12)
	if testing.Short() {
		most = 1 << 9
	}
	for n := uint64(1 << 8); n <= most; n *= 2 {
		length := 0
		for walk := range n {
			for range Registers(walk) {
				length++
			}
		}
		mean := float64(length) / float64(n)
		t.Logf("%d walks of %.0f registers on average", n, mean)
		if mean < WalkLength*0.8 || mean > WalkLength*1.2 {
			t.Errorf("%d walks of %.0f registers on average, want %d", n, mean, WalkLength)
		}
	}
}

// One byte of keystream is given by every 256th register, and a trial finds neither more of them nor
// fewer than one by one.
func TestSearchWithOneByte(t *testing.T) {
	const n, frame = 50, 0x7654321
	want := keystream(0xdecade00, frame, 1)
	s := NewSearch(frame, want)
	var slow []uint64
	for walk := range uint64(n) {
		for r := range Registers(walk) {
			if keystream(r, frame, 1)[0] == want[0] {
				slow = append(slow, walk)
			}
		}
	}
	got := s.Trial(0, n, nil)
	slices.Sort(got)
	if !slices.Equal(got, slow) || len(got) < n {
		t.Errorf("found %d times, one by one %d times", len(got), len(slow))
	}
}

// Registers below 2^22 begin walks, and no register is on two walks. If their lengths add up to
// 2^32, every register is on one.
func TestEveryRegisterIsOnOneWalk(t *testing.T) {
	if got := next(0x9b9b9b9b); got != 0x9b9b9b9b {
		t.Errorf("a register of one byte four times goes to S[0] = 9b, and this one to %08x", got)
	}
	apart := map[uint32]bool{}
	for i := range strays {
		for r := range Registers(begins + uint64(i)) {
			if r < begins || apart[r] {
				t.Fatalf("%08x is on another walk", r)
			}
			apart[r] = true
		}
	}
	if len(apart) != 577 {
		t.Errorf("%d registers are on none of the walks from below 2^22, want 577", len(apart))
	}
	if !*long {
		t.Skip("the other 2^32 take some ten seconds: -long")
	}
	total := uint64(len(apart))
	for walk := range uint64(begins) {
		r := beginning(walk)
		for {
			total++
			if r = next(r); r < begins {
				break
			}
		}
	}
	if total != 1<<32 {
		t.Errorf("the walks go over %d registers, want 2^32 = %d", total, uint64(1<<32))
	}
}

// The whole space, on two cores, for a register at its end.
func TestFullSearch(t *testing.T) {
	if !*long {
		t.Skip("it takes a minute: -long")
	}
	const frame, cores, batch = 0x01234567, 2, 1 << 13
	want := keystream(0x67757d92, frame, 10)
	found := make([][]uint64, cores)
	began := time.Now()
	var wg sync.WaitGroup
	for core := range uint64(cores) {
		wg.Go(func() {
			s := NewSearch(frame, want)
			for first := core * batch; first < Walks; first += cores * batch {
				found[core] = s.Trial(first, int(min(batch, Walks-first)), found[core])
			}
		})
	}
	wg.Wait()
	t.Logf("2^32 registers in %v", time.Since(began))
	all := slices.Concat(found...)
	if len(all) != 1 {
		t.Fatalf("found on walks %d", all)
	}
	if r, ok := NewSearch(frame, want).Register(all[0]); !ok || r != 0x67757d92 {
		t.Errorf("found %08x", r)
	}
}

// BenchmarkSearch reports registers per second on one core, and as a multiple of a loop that
// computes the first byte of keystream of each register.
func BenchmarkSearch(b *testing.B) {
	const batch = 1 << 12
	s := NewSearch(77, keystream(12345678, 77, 8))
	plain := time.Duration(0)
	out, i := make([]byte, 1), uint32(0)
	for b.Loop() {
		s.Trial(uint64(i)*batch%begins, batch, nil)
		began := time.Now()
		for range 1 << 12 {
			out[0] = 0
			XOR(i, 77, out)
			i++
		}
		plain += time.Since(began)
	}
	each := (b.Elapsed() - plain).Seconds() / float64(b.N) / (batch * WalkLength)
	b.ReportMetric(1/each, "keys/s/core")
	b.ReportMetric(plain.Seconds()/float64(b.N)/(1<<12)/each, "x-of-plain-loop")
	b.ReportMetric(0, "ns/op")
}

func FuzzSearch(f *testing.F) {
	f.Add(uint64(0), uint16(3), uint32(77), uint32(5))
	f.Add(uint64(begins-2), uint16(9), uint32(1), uint32(0))
	f.Fuzz(func(t *testing.T, first uint64, n uint16, frame, at uint32) {
		first %= Walks
		walks := min(uint64(n%80)+1, Walks-first)
		walk := first + uint64(at)%walks
		registers := slices.Collect(Registers(walk))
		r := registers[int(at/7)%len(registers)]
		s := NewSearch(frame, keystream(r, frame, 8))
		if got := s.Trial(first, int(walks), nil); !slices.Contains(got, walk) {
			t.Fatalf("register %08x on walk %d of %d+%d: found on %d", r, walk, first, walks, got)
		}
	})
}
