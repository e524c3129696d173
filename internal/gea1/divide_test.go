package gea1

import (
	"flag"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

var long = flag.Bool("long", false, "also search with tables of full size")

// The published ranks: together A and C start in 2^40 states, where 2^64 would be expected.
func TestRanks(t *testing.T) {
	want := []Rank{
		{"A", 31, 31}, {"B", 32, 32}, {"C", 33, 33},
		{"A and B", 63, 63}, {"B and C", 65, 63}, {"A and C", 64, 40},
		{"A, B and C", 96, 64},
	}
	got := Ranks()
	if !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	t.Logf("A and C: paper 40, computed %d", got[5].Rank)
}

// What is in a kernel loads zeros, and the three parts of the whole space make a basis.
func TestSpaceIsWhole(t *testing.T) {
	sp, err := NewSpace(64)
	if err != nil {
		t.Fatal(err)
	}
	if len(sp.t) != 24 || len(sp.u) != 32 || len(sp.v) != 8 || sp.Steps() != 1<<40 || sp.Table() != 1<<24 {
		t.Errorf("%d + %d + %d dimensions, %d steps", len(sp.t), len(sp.u), len(sp.v), sp.Steps())
	}
	for _, s := range sp.t {
		if regA.linear(s)|regC.linear(s) != 0 {
			t.Errorf("A and C see %016x", s)
		}
	}
	for _, s := range sp.u {
		if regB.linear(s) != 0 {
			t.Errorf("B sees %016x", s)
		}
	}
	var basis []uint64
	for _, s := range slices.Concat(sp.t, sp.u, sp.v) {
		if !independent(&basis, s) {
			t.Errorf("%016x is a sum of the others", s)
		}
	}
	if len(basis) != 64 {
		t.Errorf("%d dimensions", len(basis))
	}
}

func TestLinear(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 2))
	for _, reg := range []*register{&regA, &regB, &regC} {
		for range 50 {
			x, y := r.Uint64(), r.Uint64()
			if reg.linear(x)^reg.linear(y) != reg.linear(x^y) {
				t.Fatalf("the register of %d bits is not linear", reg.size)
			}
		}
		if reg.load(0) != 1 {
			t.Errorf("the register of %d bits starts with zeros", reg.size)
		}
	}
	if !LoadsZeros(0) || LoadsZeros(1) {
		t.Error("S = 0 loads zeros, S = 1 does not")
	}
}

func keystream(s uint64, n int) []byte {
	out := make([]byte, n)
	XOR(s, out)
	return out
}

// search goes over all of a space.
func search(tb testing.TB, sp *Space, keystream []byte) (found []uint64) {
	tb.Helper()
	s, err := NewSearch(sp, keystream)
	if err != nil {
		tb.Fatal(err)
	}
	var hits []uint64
	for first := uint64(0); first < sp.Steps(); first += uint64(sp.Batch()) {
		hits = s.Trial(first, sp.Batch(), hits)
	}
	for _, hit := range hits {
		if initial, ok := s.Recover(hit); ok {
			found = append(found, initial)
		}
	}
	return found
}

func TestSearchFinds(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	for _, size := range []int{8, 9, 15, 16, 17, 24, 31, 32} {
		sp, err := NewSpace(size)
		if err != nil {
			t.Fatal(err)
		}
		for n := 0; n < 3; n++ {
			want := sp.At(r.Uint64())
			if LoadsZeros(want) {
				n--
				continue
			}
			if got := search(t, sp, keystream(want, 12)); !slices.Equal(got, []uint64{want}) {
				t.Errorf("%d bits: found %x, want %x", size, got, want)
			}
		}
	}
}

// Every S of a small space is found, and no other.
func TestSearchFindsEach(t *testing.T) {
	sp, err := NewSpace(10)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[uint64]bool{}
	for i := range uint64(1 << 10) {
		s := sp.At(i)
		if seen[s] {
			t.Fatalf("%016x is in the space twice", s)
		}
		seen[s] = true
		want := []uint64{s}
		if LoadsZeros(s) {
			want = nil
		}
		if got := search(t, sp, keystream(s, 9)); !slices.Equal(got, want) {
			t.Fatalf("S number %d: found %x, want %x", i, got, want)
		}
	}
}

// The control: a keystream of another cipher fits no S.
func TestSearchFindsNothingElsewhere(t *testing.T) {
	sp, err := NewSpace(28)
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(4, 4))
	for range 5 {
		noise := make([]byte, 9)
		for i := range noise {
			noise[i] = byte(r.Uint32())
		}
		if got := search(t, sp, noise); len(got) != 0 {
			t.Errorf("noise comes from %x", got)
		}
	}
	// The last byte counts: it is behind the 64 bits that tables hold.
	altered := keystream(sp.At(12345), 9)
	altered[8] ^= 0x80
	if got := search(t, sp, altered); len(got) != 0 {
		t.Errorf("an altered keystream comes from %x", got)
	}
}

func TestMisuse(t *testing.T) {
	for _, size := range []int{-1, 0, 7, 65} {
		if _, err := NewSpace(size); err == nil {
			t.Errorf("a space of %d bits is made", size)
		}
	}
	sp, err := NewSpace(8)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := NewSearch(sp, make([]byte, 8)); err == nil || err.Error() != "gea1: expected 65 bits of keystream or more, found 8 bytes" {
		t.Error(err)
	}
}

func TestTable(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	for _, size := range []int{0, 1, 3, 6, 12} {
		table := newTable(size)
		for round := range 2 {
			table.clear()
			in := map[uint64]bool{}
			for i := range 1 << size {
				w := r.Uint64()
				if i == 0 && round == 0 {
					w = 0
				}
				if i%5 == 1 {
					w |= 0xffffffffff000000 // they meet in the last slot, and go on from the first
				}
				table.add(w)
				in[w] = true
			}
			for w := range in {
				if !table.has(w) || len(table.filtered([]uint64{w}, make([]uint16, 0, 1))) != 1 {
					t.Fatalf("%016x is lost from 2^%d", w, size)
				}
			}
			passed := 0
			for range 10_000 {
				w := r.Uint64()
				if table.has(w) != in[w] {
					t.Fatalf("%016x appears in 2^%d", w, size)
				}
				passed += len(table.filtered([]uint64{w}, make([]uint16, 0, 1)))
			}
			if size >= 3 && passed > 2000 {
				t.Errorf("%d of 10,000 others pass the filter of 2^%d, expected one in eight", passed, size)
			}
			if table.has(0) != in[0] {
				t.Fatalf("zero in 2^%d: %v", size, table.has(0))
			}
		}
	}
}

// A part of the search at full size: a table of 2^24, and 2^22 of the 2^32 steps that go with it.
func TestFullSize(t *testing.T) {
	if !*long {
		t.Skip("it takes 272 MB, and some seconds: -long")
	}
	sp, err := NewSpace(64)
	if err != nil {
		t.Fatal(err)
	}
	const at = 1<<22 - 77
	want := sum(sp.t, 0xabcdef) ^ sum(sp.u, gray(at)) ^ sum(sp.v, 0x5a)
	s, err := NewSearch(sp, keystream(want, 10))
	if err != nil {
		t.Fatal(err)
	}
	var hits []uint64
	s.fill(0x5a)
	began := time.Now()
	for first := uint64(0); first < 1<<22; first += uint64(sp.Batch()) {
		hits = s.Trial(0x5a<<32|first, sp.Batch(), hits)
	}
	t.Logf("%.0f million states a second on one core", (1<<22)/time.Since(began).Seconds()/1e6)
	if !slices.Equal(hits, []uint64{0x5a<<32 | at}) {
		t.Fatalf("hits %x", hits)
	}
	if got, ok := s.Recover(hits[0]); !ok || got != want {
		t.Errorf("found %x, want %x", got, want)
	}
}

func FuzzKey(f *testing.F) {
	f.Add(uint64(0), uint32(0), false)
	f.Add(uint64(0x55e303eb7d55b685), uint32(0xda637a83), true)
	f.Fuzz(func(t *testing.T, s uint64, v uint32, downlink bool) {
		iv := [IVSize]byte{byte(v >> 24), byte(v >> 16), byte(v >> 8), byte(v)}
		if got := Initial(Key(s, iv, downlink), iv, downlink); got != s {
			t.Fatalf("%016x becomes %016x", s, got)
		}
		data := []byte{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}
		XOR(s, data)
		XOR(s, data)
		if !slices.Equal(data, []byte{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}) {
			t.Fatal("twice is not as before")
		}
		// The same 64 bits as 64 clocks give, all at once.
		a, b, c := regA.words(s), regB.words(s), regC.words(s)
		if LoadsZeros(s) {
			return
		}
		at := 0
		for out := range Keystream(s) {
			if got := byte((a.f() ^ b.f() ^ c.f()) >> (8 * at)); got != out {
				t.Fatalf("byte %d of the keystream is %02x, and %02x at once", at, out, got)
			}
			if at++; at == 8 {
				break
			}
		}
	})
}

// BenchmarkSearch reports states of A and C per second on one core, and as a multiple of the rate
// of the plain loop, which loads and clocks the registers for each S as far as the first 16 bits.
func BenchmarkSearch(b *testing.B) {
	sp, err := NewSpace(40)
	if err != nil {
		b.Fatal(err)
	}
	s, err := NewSearch(sp, make([]byte, 9))
	if err != nil {
		b.Fatal(err)
	}
	s.fill(0)
	plain := time.Duration(0)
	i := uint64(0)
	for b.Loop() {
		s.Trial(i%16<<16, 1<<16, nil)
		began := time.Now()
		for range 1 << 10 {
			x := sp.At(i)
			a, c, out := regA.load(x), regC.load(x), uint64(0)
			for range 16 {
				out = out<<1 | regA.output(a) ^ regC.output(c)
				a, c = regA.clock(a, 0), regC.clock(c, 0)
			}
			i += 1 + out&1
		}
		plain += time.Since(began)
	}
	each := (b.Elapsed() - plain).Seconds() / float64(b.N) / (1 << 16)
	b.ReportMetric(1/each, "states/s/core")
	b.ReportMetric(plain.Seconds()/float64(b.N)/(1<<10)/each, "x-of-plain-loop")
	b.ReportMetric(0, "ns/op")
}
