package dualec

import (
	"bytes"
	"io"
	"strings"
	"testing"
)

// sampled is the statistics of 64 KiB.
func sampled(t *testing.T, r io.Reader) []Statistic {
	t.Helper()
	all, err := Statistics(read(t, r, 1<<16))
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func failed(all []Statistic) (names []string) {
	for _, s := range all {
		if !s.Passes() {
			names = append(names, s.Name)
		}
	}
	return names
}

// An honest generator, the standard's points, points with a known trapdoor, those of an intruder:
// the same verdict on all four.
func TestStatisticsDoNotSeeTheTrapdoor(t *testing.T) {
	maker, intruder := fixedTrapdoor(t, P256(), 0), fixedTrapdoor(t, P256(), 1)
	for _, c := range []struct {
		name string
		r    io.Reader
	}{
		{"ChaCha8, honest", seeded("statistics", 0)},
		{"Dual EC, NIST's Q", instantiate(t, Config{Points: P256().Standard(), Entropy: seeded("statistics", 1)})},
		{"Dual EC, d known", instantiate(t, Config{Points: maker.Points(), Entropy: seeded("statistics", 2)})},
		{"Dual EC, intruder's Q", instantiate(t, Config{Points: intruder.Points(), Entropy: seeded("statistics", 3)})},
	} {
		all := sampled(t, c.r)
		if names := failed(all); names != nil {
			t.Errorf("%s fails %v", c.name, names)
		}
		var line strings.Builder
		for _, s := range all {
			line.WriteString("  " + s.String())
		}
		t.Logf("%-22s%s", c.name, line.String())
	}
}

// biased is a reader of bytes made by f, one by one.
type biased func() byte

func (f biased) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = f()
	}
	return len(p), nil
}

// Each test can fail, and does where it should.
func TestStatisticsSeeBadGenerators(t *testing.T) {
	chance := seeded("bad", 0)
	draw := func() byte { return read(t, chance, 1)[0] }
	seldom := func() byte { b := read(t, chance, 3); return b[0] & b[1] & b[2] }
	last, n := byte(0), 0
	for name, c := range map[string]struct {
		r    io.Reader
		want string
	}{
		"zeros":        {biased(func() byte { return 0 }), "ones in 20,000 bits"},
		"counter":      {biased(func() byte { n++; return byte(n) }), "bytes, χ²"},
		"loaded":       {biased(func() byte { return draw() | seldom() }), "ones in 20,000 bits"},
		"even nibbles": {biased(func() byte { return draw() & 0xee }), "poker"},
		"sticky":       {biased(func() byte { last = last<<1 | last&1 ^ seldom()&1; return last }), "runs, furthest off"},
		"no 00 and 01": {biased(func() byte { return max(draw(), 2) }), "bytes, χ²"},
		"echo of 4":    {&echo{r: seeded("bad", 1)}, "autocorrelation, σ"},
		"a long run":   {io.MultiReader(bytes.NewReader(make([]byte, 4)), seeded("bad", 2)), "longest run"},
	} {
		names := strings.Join(failed(sampled(t, c.r)), "; ")
		if !strings.Contains(names, c.want) {
			t.Errorf("%s fails %q, want %q", name, names, c.want)
		}
	}
	if _, err := Statistics(make([]byte, 2499)); err == nil {
		t.Error("2,499 bytes are enough")
	}
}

// echo repeats one bit of each byte 32 bits later.
type echo struct {
	r    io.Reader
	past [4]byte
}

func (e *echo) Read(p []byte) (int, error) {
	n, err := e.r.Read(p)
	for i := range n {
		p[i] = p[i]&0xfe | e.past[0]&1
		copy(e.past[:], e.past[1:])
		e.past[3] = p[i] ^ byte(i>>3)&1&p[i]>>7
	}
	return n, err
}

// What truncation leaves to be seen, where it is large enough: on the tiny curve a block has 8
// points on average, and one of the generator's 8.5.
func TestTruncationShows(t *testing.T) {
	tester := fixedTrapdoor(t, Tiny(), 0).s.prepare().tester(16)
	points := func(block byte) int {
		n, _ := tester.test([]byte{block}, nil, 0, 16)
		return n
	}
	all := 0
	for block := range 256 {
		all += points(byte(block))
	}
	sum, runs := 0, 4000
	for i := range runs {
		g := instantiate(t, Config{Points: Tiny().Standard(), Entropy: seeded("truncation", i)})
		sum += points(read(t, g, 1)[0])
	}
	random, generated := float64(all)/256, float64(sum)/float64(runs)
	t.Logf("theory: 8 points for a random block, 8 + 1/2 for a generated one\nmeasured: %.2f and %.2f", random, generated)
	if random < 7.9 || random > 8.1 || generated < random+0.35 || generated > random+0.65 {
		t.Errorf("%.2f points for a random block, %.2f for a generated one", random, generated)
	}
}
