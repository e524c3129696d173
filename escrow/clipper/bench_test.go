package clipper

import (
	"slices"
	"testing"
	"time"
)

// compare times ours and, in turn with it, the bare blocks that it is made of, and reports
// medians: ours, and how many times as long as them it takes.
func compare(b *testing.B, unit string, ours, bare func()) {
	var tOurs, tBare []time.Duration
	const n = 256
	for b.Loop() {
		t0 := time.Now()
		for range n {
			ours()
		}
		t1 := time.Now()
		for range n {
			bare()
		}
		tOurs, tBare = append(tOurs, t1.Sub(t0)), append(tBare, time.Since(t1))
	}
	slices.Sort(tOurs)
	slices.Sort(tBare)
	mOurs, mBare := tOurs[len(tOurs)/2], tBare[len(tBare)/2]
	b.ReportMetric(float64(mOurs.Nanoseconds())/n, "ns/op")
	b.ReportMetric(float64(mOurs)/float64(mBare), unit)
}

// One trial of Blaze's: the chip looks at a LEAF, and refuses it. In it are four blocks of the
// LEAF and three of the checksum.
func BenchmarkLoadIV(b *testing.B) {
	w := newWorld(b, 1)
	s := w.chips[1].Load(newKey())
	var h Header
	family := w.family.Key().cipher()
	var block [8]byte
	compare(b, "x-of-block", func() {
		h.LEAF[0]++
		s.LoadIV(h)
	}, func() { family.Encrypt(block[:], block[:]) })
}

// A header: four blocks of the key, three of the checksum, four of the LEAF.
func BenchmarkGenerateIV(b *testing.B) {
	w := newWorld(b, 1)
	s := w.chips[1].Load(newKey())
	family := w.family.Key().cipher()
	var block [8]byte
	compare(b, "x-of-block", func() { generate(b, s) }, func() { family.Encrypt(block[:], block[:]) })
}

// What a tap does for each header: two keys expanded, and eleven blocks.
func BenchmarkRecoverSessionKey(b *testing.B) {
	w := newWorld(b, 1)
	h, _ := w.transmit(b, 1, newKey(), CBC)
	a, c := w.halves(b, 1)
	family := w.family.Key()
	bare := family.cipher()
	var block [8]byte
	compare(b, "x-of-block", func() {
		if _, err := RecoverSessionKey(family, a, c, h); err != nil {
			b.Fatal(err)
		}
	}, func() { bare.Encrypt(block[:], block[:]) })
}
