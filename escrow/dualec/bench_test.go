package dualec

import (
	"bytes"
	"crypto/ecdh"
	"crypto/elliptic"
	"crypto/rand"
	"testing"
	"time"
)

// BenchmarkRecover is one recovery at the full size on all cores, from 32 bytes: half of 2^15
// candidates on average.
func BenchmarkRecover(b *testing.B) {
	td := fixedTrapdoor(b, P256(), 0)
	td.s.prepare()
	sum, i := 0, 0
	for b.Loop() {
		g := instantiate(b, Config{Points: td.Points(), Entropy: seeded("bench", i)})
		output, later := read(b, g, 32), read(b, g, 32)
		_, tested, err := td.Recover(b.Context(), output, Revision2007, next(later))
		if err != nil {
			b.Fatal(err)
		}
		sum, i = sum+tested, i+1
	}
	b.ReportMetric(float64(sum)/float64(i), "candidates")
}

// BenchmarkCandidate compares the ways to test a candidate that has a point, on one core: its share
// of the square roots, dR, and s'Q. Each figure is the best of the rounds, which take turns.
//
//	in step      what Recover does: affine, thousands together, nothing allocated
//	crypto/ecdh  the root with elliptic.UnmarshalCompressed, both products with ECDH
//	x-of-ecdh    the second over the first
func BenchmarkCandidate(b *testing.B) {
	td := fixedTrapdoor(b, P256(), 0)
	output, _ := drawn(b, td.Points(), Revision2007, 32, 0)
	tester := td.s.prepare().tester(chunkSize)
	d, err := ecdh.P256().NewPrivateKey(td.RecoveryKey())
	if err != nil {
		b.Fatal(err)
	}
	q, err := ecdh.P256().NewPublicKey(td.Points().Q())
	if err != nil {
		b.Fatal(err)
	}
	inStep := func() time.Duration {
		start := time.Now()
		tested, _ := tester.test(output[:30], output[30:], 0, chunkSize)
		return time.Since(start) / time.Duration(tested)
	}
	with := func() time.Duration {
		const n = 256
		start, tested := time.Now(), 0
		for missing := range n {
			if point, _ := candidateECDH(d, q, output[:30], output[30:], missing); point {
				tested++
			}
		}
		return time.Since(start) / time.Duration(tested)
	}
	best, bare := inStep(), with()
	for b.Loop() {
		best, bare = min(best, inStep()), min(bare, with())
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(best)/1e3, "µs/in-step")
	b.ReportMetric(float64(bare)/1e3, "µs/ecdh")
	b.ReportMetric(float64(bare)/float64(best), "x-of-ecdh")
}

// candidateECDH tests one candidate with the standard library: has it a point, and does it fit?
func candidateECDH(d *ecdh.PrivateKey, q *ecdh.PublicKey, block, more []byte, missing int) (point, fits bool) {
	compressed := append([]byte{2, byte(missing >> 8), byte(missing)}, block...)
	x, y := elliptic.UnmarshalCompressed(elliptic.P256(), compressed)
	if x == nil {
		return false, false
	}
	uncompressed := make([]byte, 65)
	uncompressed[0] = 4
	x.FillBytes(uncompressed[1:33])
	y.FillBytes(uncompressed[33:])
	r, err := ecdh.P256().NewPublicKey(uncompressed)
	if err != nil {
		return false, false
	}
	state, err := d.ECDH(r)
	if err != nil {
		return false, false
	}
	s, err := ecdh.P256().NewPrivateKey(state)
	if err != nil {
		return false, false
	}
	out, err := s.ECDH(q)
	return true, err == nil && bytes.HasPrefix(out[2:], more)
}

// BenchmarkGenerator draws 30 KiB, a thousand blocks. What cannot be avoided is an agreement with Q and a
// public key for each block.
func BenchmarkGenerator(b *testing.B) {
	g := instantiate(b, Config{Points: P256().Standard()})
	q, err := ecdh.P256().NewPublicKey(P256().Standard().Q())
	if err != nil {
		b.Fatal(err)
	}
	k, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		b.Fatal(err)
	}
	out := make([]byte, 30*1000)
	ours, bare := time.Hour, time.Hour
	for b.Loop() {
		start := time.Now()
		if _, err := g.Read(out); err != nil {
			b.Fatal(err)
		}
		ours = min(ours, time.Since(start))
		start = time.Now()
		for range 1000 {
			ecdh.P256().NewPrivateKey(k.Bytes())
			k.ECDH(q)
		}
		bare = min(bare, time.Since(start))
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(len(out))/ours.Seconds()/1e3, "kB/s")
	b.ReportMetric(float64(bare)/float64(ours), "of-limit")
}
