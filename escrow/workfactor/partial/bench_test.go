package partial

import (
	"testing"
	"time"

	"filippo.io/edwards25519"
)

// BenchmarkSearch reports a giant step beside the bare addition in it. What is on top is the way to
// y/z and a look into the table; a point that is encoded alone costs an inversion.
func BenchmarkSearch(b *testing.B) {
	const bits, m = 30, 1 << 13
	table := table(b, m)
	target := Target{generatorH, bits} // not there: the whole space
	var steps int64
	var search, add, encode time.Duration
	for b.Loop() {
		began := time.Now()
		_, n, err := table.Search(b.Context(), target)
		if err == nil {
			b.Fatal("found")
		}
		search += time.Since(began)
		steps += n
		p, g := edwards25519.NewIdentityPoint(), edwards25519.NewGeneratorPoint()
		began = time.Now()
		for range n {
			p.Add(p, g)
		}
		add += time.Since(began)
		began = time.Now()
		for range n / 16 {
			p.Add(p, g)
			p.Bytes()
		}
		encode += 16 * time.Since(began)
	}
	b.ReportMetric(float64(steps)/search.Seconds(), "steps/s")
	b.ReportMetric(float64(search)/float64(add), "x-of-addition")
	b.ReportMetric(float64(encode)/float64(search), "x-of-encoding-each")
	b.ReportMetric(0, "ns/op")
}

func BenchmarkEscrow(b *testing.B) {
	x := NewPrivateKey()
	e, shares, err := Deal(x, 3, 5, 40)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("Deal", func(b *testing.B) {
		for b.Loop() {
			Deal(x, 3, 5, 40)
		}
		b.ReportMetric(float64(len(e.Bytes())), "bytes")
	})
	b.Run("Check", func(b *testing.B) {
		for b.Loop() {
			if err := e.Check(); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("Open", func(b *testing.B) {
		for b.Loop() {
			if _, err := e.Open(shares); err != nil {
				b.Fatal(err)
			}
		}
	})
}
