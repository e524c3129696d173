package dualec

import (
	"crypto/ecdh"
	"crypto/rand"
	"testing"

	"doormat/internal/testing/ratio"
)

// BenchmarkRecover measures recoveries at the full size on all cores, from 32 bytes each: half of 2^15
// candidates on average. What a candidate costs is in internal/p256, BenchmarkCandidate.
func BenchmarkRecover(b *testing.B) {
	td := fixedTrapdoor(b, P256(), 0)
	td.s.prepare()
	sum, i := uint64(0), 0
	for b.Loop() {
		g := instantiate(b, Config{Points: td.Points(), Entropy: seeded("bench", i)})
		output, later := read(b, g, 32), read(b, g, 32)
		_, w, err := td.Recover(b.Context(), output, Options{Accept: next(later)})
		if err != nil {
			b.Fatal(err)
		}
		sum, i = sum+w.Points, i+1
	}
	b.ReportMetric(float64(sum)/float64(i), "candidates")
}

// BenchmarkGenerator draws 3,000 bytes, a hundred blocks. The limit is an agreement with Q and a public key
// for each block.
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
	out := make([]byte, 30*100)
	ours := ratio.Speed(b, "of-limit", func() {
		if _, err := g.Read(out); err != nil {
			b.Fatal(err)
		}
	}, func() {
		for range 100 {
			ecdh.P256().NewPrivateKey(k.Bytes())
			k.ECDH(q)
		}
	})
	b.ReportMetric(float64(len(out))/ours.Seconds()/1e3, "kB/s")
	b.ReportMetric(0, "ns/op")
}
