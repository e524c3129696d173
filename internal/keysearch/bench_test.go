package keysearch

import (
	"crypto/sha256"
	"encoding/binary"
	"runtime"
	"sync"
	"testing"
	"time"
)

// sumTrial looks for eight bytes whose SHA-256 begins with want: a function of some 60 ns.
func sumTrial(want uint64) func() Trial {
	return func() Trial {
		return func(first uint64, n int, hits []uint64) []uint64 {
			var in [8]byte
			for key := first; key < first+uint64(n); key++ {
				binary.BigEndian.PutUint64(in[:], key)
				sum := sha256.Sum256(in[:])
				if binary.BigEndian.Uint64(sum[:]) == want {
					hits = append(hits, key)
				}
			}
			return hits
		}
	}
}

// student tries keys as one first would: one goroutine, a new object for each key.
func student(want uint64, n int) (hits []uint64) {
	for key := range uint64(n) {
		h := sha256.New()
		in := make([]byte, 8)
		binary.BigEndian.PutUint64(in, key)
		h.Write(in)
		if binary.BigEndian.Uint64(h.Sum(nil)) == want {
			hits = append(hits, key)
		}
	}
	return hits
}

func perSecond(n int, f func()) float64 {
	began := time.Now()
	f()
	return float64(n) / time.Since(began).Seconds()
}

// BenchmarkEngine reports keys per second per core, as a part of what the function does in a bare
// loop on all cores at once, and as a multiple of a student's loop. The best of several rounds counts,
// since other programs can only slow one down.
func BenchmarkEngine(b *testing.B) {
	const n = 1 << 20
	cores := runtime.GOMAXPROCS(0)
	var engine, bare, plain float64
	for b.Loop() {
		s := Search{End: n, NewTrial: sumTrial(0)}
		engine = max(engine, perSecond(n, func() {
			if _, err := s.Run(b.Context()); err != nil {
				b.Fatal(err)
			}
		}))
		bare = max(bare, perSecond(n, func() {
			var wg sync.WaitGroup
			for i := range cores {
				wg.Go(func() { sumTrial(0)()(uint64(n/cores*i), n/cores, nil) })
			}
			wg.Wait()
		}))
		plain = max(plain, perSecond(n/4, func() { student(0, n/4) }))
	}
	b.ReportMetric(engine/float64(cores), "keys/s/core")
	b.ReportMetric(engine/bare, "x-of-bare-loop")
	b.ReportMetric(engine/plain, "x-of-student")
	b.ReportMetric(0, "ns/op")
}
