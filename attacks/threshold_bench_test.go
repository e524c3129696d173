package attacks

import (
	"crypto/rand"
	"runtime"
	"testing"
	"time"

	"github.com/cloudflare/circl/group"
)

// BenchmarkRecoverThreshold opens 1,000 messages with t shares. The limit is one multiplication
// of an element by a scalar for each message. The figures are those of BenchmarkRecoverBulk, each
// the best of the rounds.
func BenchmarkRecoverThreshold(b *testing.B) {
	const n = 1000
	s, err := newThreshold(3, 5)
	if err != nil {
		b.Fatal(err)
	}
	r := send(b, s, n, "Ana")
	recover := func(cores int) time.Duration {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(cores))
		var c counter
		start := time.Now()
		ops, err := recoverWithShares(b.Context(), r.Loot["t shares"], r.Transcript, c.found)
		if err != nil || ops != n || c.n.Load() != n {
			b.Fatalf("%d of %d open: %v", c.n.Load(), ops, err)
		}
		return time.Since(start)
	}
	g := group.Ristretto255
	x, u, product := g.RandomScalar(rand.Reader), g.HashToElement([]byte("u"), nil), g.NewElement()
	limit := func() time.Duration {
		start := time.Now()
		for range n {
			product.Mul(u, x)
		}
		return time.Since(start)
	}
	one, two, bare := recover(1), recover(2), limit()
	for b.Loop() {
		one, two, bare = min(one, recover(1)), min(two, recover(2)), min(bare, limit())
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(n/min(one, two).Seconds(), "messages/s")
	b.ReportMetric(float64(bare)/float64(one), "of-limit")
	b.ReportMetric(float64(one)/float64(two), "x-one-core")
}
