package attacks

import (
	"crypto/rand"
	"testing"

	"github.com/cloudflare/circl/group"
)

// BenchmarkRecoverThreshold opens 1,000 messages with t shares. The limit is one multiplication
// of an element by a scalar for each message.
func BenchmarkRecoverThreshold(b *testing.B) {
	const n = 1000
	s, err := newThreshold(3, 5)
	if err != nil {
		b.Fatal(err)
	}
	r := send(b, s, n, "Ana")
	g := group.Ristretto255
	x, u, product := g.RandomScalar(rand.Reader), g.HashToElement([]byte("u"), nil), g.NewElement()
	benchmarkBulk(b, n, func(found func(int, []byte)) (int64, error) {
		return recoverWithShares(b.Context(), r.Loot["t shares"], r.Transcript, found)
	}, func() {
		for range n {
			product.Mul(u, x)
		}
	})
}
