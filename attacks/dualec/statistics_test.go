package dualec

import (
	"bytes"
	"crypto/ecdh"
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"log"
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"

	"doormat/escrow/dualec"
)

// chance is a source of bytes that repeats.
func chance(n int) io.Reader {
	return rand.NewChaCha8(sha256.Sum256(fmt.Appendf(nil, "statistics %d", n)))
}

func readN(t testing.TB, r io.Reader, n int) []byte {
	t.Helper()
	b := make([]byte, n)
	if _, err := io.ReadFull(r, b); err != nil {
		t.Fatal(err)
	}
	return b
}

// chosenPoints returns points with a known trapdoor: Q = d⁻¹P.
func chosenPoints(t testing.TB, d int64) *dualec.Points {
	t.Helper()
	inverse := new(big.Int).ModInverse(big.NewInt(d), elliptic.P256().Params().N)
	q, err := ecdh.P256().NewPrivateKey(inverse.FillBytes(make([]byte, 32)))
	if err != nil {
		t.Fatal(err)
	}
	c := dualec.P256()
	p, err := c.NewPoints(c.Standard().P(), q.PublicKey().Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := dualec.ParseTrapdoor(p, big.NewInt(d).FillBytes(make([]byte, 32))); err != nil {
		t.Fatal(err)
	}
	return p
}

func dualECSource(t testing.TB, p *dualec.Points, n int) io.Reader {
	t.Helper()
	g, err := dualec.Instantiate(dualec.Config{Points: p, Entropy: chance(n)})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// sampled returns the statistics of 64 KiB.
func sampled(t *testing.T, r io.Reader) []Statistic {
	t.Helper()
	all, err := Statistics(readN(t, r, 1<<16))
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
	for _, c := range []struct {
		name string
		r    io.Reader
	}{
		{"ChaCha8, honest", chance(0)},
		{"Dual EC, NIST's Q", dualECSource(t, dualec.P256().Standard(), 1)},
		{"Dual EC, d known", dualECSource(t, chosenPoints(t, 0x6d616b6572), 2)},
		{"Dual EC, intruder's Q", dualECSource(t, chosenPoints(t, 0x696e7472756465), 3)},
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
	source := chance(4)
	draw := func() byte { return readN(t, source, 1)[0] }
	seldom := func() byte { b := readN(t, source, 3); return b[0] & b[1] & b[2] }
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
		"echo of 4":    {&echo{r: chance(5)}, "autocorrelation, σ"},
		"a long run":   {io.MultiReader(bytes.NewReader(make([]byte, 4)), chance(6)), "longest run"},
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

// Truncation leaves something to be seen where it is large enough: on the tiny curve a block has 8
// points on average, and a block of the generator 8.5.
func TestTruncationShows(t *testing.T) {
	p := dualec.Tiny().Standard()
	isX := map[int]bool{} // of a point
	for _, kQ := range p.Multiples() {
		isX[int(kQ[1])<<8|int(kQ[2])] = true
	}
	var points [256]int // by block
	for x := range isX {
		points[x&0xff]++
	}
	all := 0
	for _, n := range points {
		all += n
	}
	sum, runs := 0, 0
	for i := range 4000 {
		var block [1]byte
		if _, err := io.ReadFull(dualECSource(t, p, i), block[:]); err != nil {
			continue // a state of 0, one in 4,096
		}
		sum, runs = sum+points[block[0]], runs+1
	}
	random, generated := float64(all)/256, float64(sum)/float64(runs)
	t.Logf("theory: 8 points for a random block, 8 + 1/2 for a generated one\nmeasured: %.2f and %.2f", random, generated)
	if random < 7.9 || random > 8.1 || generated < random+0.35 || generated > random+0.65 {
		t.Errorf("%.2f points for a random block, %.2f for a generated one", random, generated)
	}
}

// Three generators, and one that is broken: the tests see the last.
func ExampleStatistics() {
	check := func(err error) {
		if err != nil {
			log.Fatal(err)
		}
	}
	c := dualec.P256()
	// These have d = 20, 21, …, 3f.
	q, err := hex.DecodeString("0457572e948d272607a83d7bc5d6b432ff4bf4dc9e7b88884484a919d600ed39ed" +
		"ebb9a88b61c9c5018ee8e2de9639e34234d3bc988c82b711a39cb29047c1be2a")
	check(err)
	chosen, err := c.NewPoints(c.Standard().P(), q)
	check(err)
	device := func(p *dualec.Points) io.Reader {
		g, err := dualec.Instantiate(dualec.Config{Points: p, Entropy: strings.NewReader("entropy, 16 bytesa nonce")})
		check(err)
		return g
	}
	for _, c := range []struct {
		name   string
		random io.Reader
	}{
		{"NIST's points", device(c.Standard())},
		{"d = 20…3f", device(chosen)},
		{"counting", strings.NewReader(strings.Repeat("\x00\x01\x02\x03\x04\x05\x06\x07", 1000))},
	} {
		sample := make([]byte, 4000)
		_, err := io.ReadFull(c.random, sample)
		check(err)
		statistics, err := Statistics(sample)
		check(err)
		passed := 0
		for _, s := range statistics {
			if s.Passes() {
				passed++
			}
		}
		fmt.Printf("%s: %d of %d pass\n", c.name, passed, len(statistics))
	}
	// Output:
	// NIST's points: 6 of 6 pass
	// d = 20…3f: 6 of 6 pass
	// counting: 1 of 6 pass
}
