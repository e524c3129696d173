package p256

import (
	"testing"
	"time"
)

// BenchmarkCandidate compares three ways to follow candidates, on one core. A time is that of one
// candidate with a point, and its share of those without. Each is the best of the rounds, which take
// turns.
//
//	in step      what a Worker does: affine, thousands together
//	nistec       what Candidate.Follow does
//	crypto/ecdh  the root with elliptic.UnmarshalCompressed, both products with ECDH
func BenchmarkCandidate(b *testing.B) {
	const many, few = 2048, 128
	d, q := someScalar("d", 0), somePoint(b, "q", 0)
	all := someCandidates("block", many)
	w := NewSearch(d, q).NewWorker(many)
	one := func(n int, follow func(c Candidate) bool) time.Duration {
		start, points := time.Now(), 0
		for _, c := range all[:n] {
			if follow(c) {
				points++
			}
		}
		return time.Since(start) / time.Duration(points)
	}
	inStep := func() time.Duration {
		candidates := append([]Candidate(nil), all...)
		start := time.Now()
		points := w.Follow(candidates)
		return time.Since(start) / time.Duration(len(points))
	}
	nistec := func() time.Duration { return one(few, func(c Candidate) bool { return c.Follow(d, q) }) }
	ecdh := func() time.Duration {
		return one(few, func(c Candidate) bool { _, ok := followECDH(b, c.X, d, q); return ok })
	}
	best := [3]time.Duration{inStep(), nistec(), ecdh()}
	for b.Loop() {
		best = [3]time.Duration{min(best[0], inStep()), min(best[1], nistec()), min(best[2], ecdh())}
	}
	b.ReportMetric(0, "ns/op")
	for i, unit := range []string{"µs/in-step", "µs/nistec", "µs/ecdh"} {
		b.ReportMetric(float64(best[i])/1e3, unit)
	}
	b.ReportMetric(float64(best[1])/float64(best[0]), "x-of-nistec")
	b.ReportMetric(float64(best[2])/float64(best[0]), "x-of-ecdh")
}
