package threshold

import (
	"crypto/rand"
	"testing"

	"github.com/cloudflare/circl/group"

	"doormat/attacks"
	"doormat/attacks/attackstest"
)

// BenchmarkRecover opens 1,000 messages with t shares. The limit is an element in bytes that is multiplied
// by a scalar, for each message, and the bytes of the product. To read and to write an element takes a
// square root each.
func BenchmarkRecover(b *testing.B) {
	const n = 1000
	r := attackstest.Run(b, New(), n, "Ana")
	g := group.Ristretto255
	x, e := g.RandomScalar(rand.Reader), g.NewElement()
	u, err := g.HashToElement([]byte("u"), nil).MarshalBinary()
	if err != nil {
		b.Fatal(err)
	}
	attackstest.BenchmarkBulk(b, n, func(found attacks.Found) (int64, error) {
		return recoverWithShares(b.Context(), r.Loot[Shares], r.Transcript, found)
	}, func() {
		for range n {
			e.UnmarshalBinary(u)
			e.Mul(e, x).MarshalBinary()
		}
	})
}
