package threshold

import (
	"crypto/rand"
	"testing"

	"github.com/cloudflare/circl/group"

	"doormat/attacks"
	"doormat/attacks/attackstest"
)

// BenchmarkRecover opens 1,000 messages with t shares. The limit is one multiplication of an element
// by a scalar for each message.
func BenchmarkRecover(b *testing.B) {
	const n = 1000
	r := attackstest.Run(b, New(), n, "Ana")
	g := group.Ristretto255
	x, u, product := g.RandomScalar(rand.Reader), g.HashToElement([]byte("u"), nil), g.NewElement()
	attackstest.BenchmarkBulk(b, n, func(found attacks.Found) (int64, error) {
		return recoverWithShares(b.Context(), r.Loot[Shares], r.Transcript, found)
	}, func() {
		for range n {
			product.Mul(u, x)
		}
	})
}
