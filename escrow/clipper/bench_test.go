package clipper

import (
	"testing"

	"doormat/internal/skipjack"
	"doormat/internal/testing/ratio"
)

// inBlocks times ours beside a block under the key, which is what it is made of.
func inBlocks(b *testing.B, key *skipjack.Cipher, ours func()) {
	const n = 256
	var block [8]byte
	all := ratio.Time(b, "x-of-block", func() {
		for range n {
			ours()
		}
	}, func() {
		for range n {
			key.Encrypt(block[:], block[:])
		}
	})
	b.ReportMetric(float64(all.Nanoseconds())/n, "ns/op")
}

// One trial of Blaze's: the chip looks at a LEAF, and refuses it. In it are four blocks of the
// LEAF and three of the checksum.
func BenchmarkLoadIV(b *testing.B) {
	w := newWorld(b, 1)
	s := w.chips[1].Load(NewSessionKey())
	var h Header
	inBlocks(b, w.family.Key().cipher(), func() {
		h.LEAF[0]++
		s.LoadIV(h)
	})
}

// A header: four blocks of the key, three of the checksum, four of the LEAF.
func BenchmarkGenerateIV(b *testing.B) {
	w := newWorld(b, 1)
	s := w.chips[1].Load(NewSessionKey())
	inBlocks(b, w.family.Key().cipher(), func() { generate(b, s) })
}

// What a tap does for each header: two keys expanded, and eleven blocks.
func BenchmarkRecoverSessionKey(b *testing.B) {
	w := newWorld(b, 1)
	h, _ := w.transmit(b, 1, NewSessionKey(), CBC)
	a, c := w.halves(b, 1)
	family := w.family.Key()
	inBlocks(b, family.cipher(), func() {
		if _, err := RecoverSessionKey(family, a, c, h); err != nil {
			b.Fatal(err)
		}
	})
}
